//! Colours. Nothing is said by colour alone: each has a word or a sign beside it. Without colours (`NO_COLOR`), weight, underline and
//! reversal take their place; with high contrast, only bright colours on the terminal's own background are used.

use ratatui::style::{Color, Modifier, Style};

use crate::client::message::Tone;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Theme {
    Colour,
    Contrast,
    Plain,
}

impl Theme {
    fn with(self, colour: Color, bright: Color, plain: Modifier) -> Style {
        match self {
            Theme::Colour => Style::new().fg(colour).add_modifier(plain),
            Theme::Contrast => Style::new().fg(bright).add_modifier(plain | Modifier::BOLD),
            Theme::Plain => Style::new().add_modifier(plain),
        }
    }

    pub fn danger(self) -> Style {
        self.with(Color::Red, Color::LightRed, Modifier::BOLD | Modifier::REVERSED)
    }

    pub fn title(self) -> Style {
        Style::new().add_modifier(Modifier::BOLD | Modifier::REVERSED)
    }

    pub fn strong(self) -> Style {
        Style::new().add_modifier(Modifier::BOLD)
    }

    /// Less important; still readable with high contrast.
    pub fn faint(self) -> Style {
        match self {
            Theme::Colour => Style::new().fg(Color::DarkGray),
            Theme::Contrast | Theme::Plain => Style::new(),
        }
    }

    pub fn tone(self, tone: Tone) -> Style {
        match tone {
            Tone::Plain => Style::new(),
            Tone::Good => self.with(Color::Green, Color::LightGreen, Modifier::empty()),
            Tone::Alert => self.with(Color::Red, Color::LightRed, Modifier::BOLD),
            Tone::Faint => self.faint(),
        }
    }

    /// How long somebody has waited: after 5 and after 15 minutes.
    pub fn waiting(self, minutes: i64) -> Style {
        match minutes {
            ..5 => Style::new(),
            5..15 => self.with(Color::Yellow, Color::LightYellow, Modifier::empty()),
            _ => self.with(Color::Red, Color::LightRed, Modifier::BOLD),
        }
    }

    pub fn selected(self) -> Style {
        Style::new().add_modifier(Modifier::REVERSED)
    }

    /// A character that the carrier can't carry.
    pub fn cannot(self) -> Style {
        self.with(Color::Red, Color::LightRed, Modifier::REVERSED | Modifier::UNDERLINED)
    }

    pub fn citizen(self) -> Style {
        self.with(Color::Cyan, Color::LightCyan, Modifier::BOLD)
    }
}

//! Colours. What a citizen or a colleague wrote is made safe (`one_word`, `one_line`, `safe_for_terminal`) before
//! it gets here.

use owo_colors::{OwoColorize, Style};

use crate::client::message::Tone;

/// Colours, or none.
#[derive(Debug, Clone, Copy)]
pub struct Paint {
    pub on: bool,
}

impl Paint {
    pub fn strong(self, text: &str) -> String {
        self.with(text, Style::new().bold())
    }

    /// Something to look at.
    pub fn alert(self, text: &str) -> String {
        self.with(text, Style::new().red().bold())
    }

    pub fn good(self, text: &str) -> String {
        self.with(text, Style::new().green())
    }

    /// Less important than the rest.
    pub fn faint(self, text: &str) -> String {
        self.with(text, Style::new().dimmed())
    }

    /// A sentence in its tone.
    pub fn toned(self, (tone, text): (Tone, String)) -> String {
        match tone {
            Tone::Plain => text,
            Tone::Good => self.good(&text),
            Tone::Alert => self.alert(&text),
            Tone::Faint => self.faint(&text),
        }
    }

    fn with(self, text: &str, style: Style) -> String {
        if self.on { text.style(style).to_string() } else { text.to_owned() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn colours_can_be_off() {
        assert_eq!(Paint { on: false }.alert("x"), "x");
        assert!(Paint { on: true }.alert("x").starts_with('\u{1b}'));
    }
}

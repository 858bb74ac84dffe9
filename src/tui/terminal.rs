//! The terminal: taken over and given back, whatever ends the program; the keys it sends; bells and notifications.

use std::io::{self, Stdout, Write};

use crossterm::event::{
    DisableBracketedPaste, EnableBracketedPaste, Event as Input, KeyCode, KeyEvent, KeyEventKind,
    KeyModifiers,
};
use crossterm::terminal::{EnterAlternateScreen, LeaveAlternateScreen, disable_raw_mode, enable_raw_mode};
use crossterm::{cursor, execute};
use ratatui::Terminal;
use ratatui::backend::CrosstermBackend;

use super::app::Event;
use super::keys::Key;
use crate::ops::terminal as known_size;

/// The terminal while it is ours. Dropping it gives it back.
pub struct Taken(pub Terminal<CrosstermBackend<Stdout>>);

impl Taken {
    /// Takes the terminal over. A panic gives it back before it says anything.
    pub fn take() -> io::Result<Self> {
        let before = std::panic::take_hook();
        std::panic::set_hook(Box::new(move |panic| {
            give_back();
            before(panic);
        }));
        known_size::give_size()?;
        enable_raw_mode()?;
        // From here on there is something to give back.
        let taken = Terminal::new(CrosstermBackend::new(io::stdout())).map(Taken);
        if let Err(error) = execute!(io::stdout(), EnterAlternateScreen, EnableBracketedPaste) {
            give_back();
            return Err(error);
        }
        taken.inspect_err(|_| give_back())
    }
}

impl Drop for Taken {
    fn drop(&mut self) {
        give_back();
    }
}

fn give_back() {
    // If the terminal is gone, nothing is left to give back.
    let _ = execute!(io::stdout(), DisableBracketedPaste, LeaveAlternateScreen, cursor::Show);
    let _ = disable_raw_mode();
}

/// What a terminal says at once, as the desk knows it. Several keys together, and what follows them at once, are no deliberate keys: a
/// terminal that does not mark pastes sends one so.
pub fn events(inputs: Vec<Input>, is_rest: bool) -> Vec<Event> {
    let mut events: Vec<Event> = inputs.into_iter().filter_map(event).collect();
    let keys: Vec<Key> =
        events.iter().filter_map(|one| if let Event::Key(key) = one { Some(*key) } else { None }).collect();
    // An input method hands the letter that it held over together with the key that ends it.
    if let [Key::Char('ㄱ'..='ㅣ'), Key::Char(' ') | Key::Enter] = keys[..] {
        events.truncate(1);
        return events;
    }
    let is_rushed = is_rest || keys.len() > 1;
    let rush = |event| match event {
        Event::Key(key) if is_rushed => Event::Rushed(key),
        event => event,
    };
    events.into_iter().map(rush).collect()
}

fn event(input: Input) -> Option<Event> {
    match input {
        Input::Key(key) => key_of(key).map(Event::Key),
        Input::Paste(text) => Some(Event::Paste(text)),
        Input::Resize(columns, rows) => {
            let (columns, rows) = known_size::known((columns, rows));
            Some(Event::Resize(columns, rows))
        }
        _ => None,
    }
}

fn key_of(key: KeyEvent) -> Option<Key> {
    if key.kind == KeyEventKind::Release {
        return None;
    }
    let is_ctrl = key.modifiers.contains(KeyModifiers::CONTROL);
    let is_alt = key.modifiers.contains(KeyModifiers::ALT);
    Some(match key.code {
        // Also while a Korean keyboard is on.
        KeyCode::Char(c) if is_ctrl => Key::Ctrl(super::keys::latin(c)),
        KeyCode::Char(_) if is_alt => return None,
        KeyCode::Char(c) => Key::Char(c),
        KeyCode::Enter if is_alt => Key::AltEnter,
        KeyCode::Enter => Key::Enter,
        KeyCode::Esc => Key::Esc,
        KeyCode::Backspace => Key::Backspace,
        KeyCode::Delete => Key::Delete,
        KeyCode::Left => Key::Left,
        KeyCode::Right => Key::Right,
        KeyCode::Up => Key::Up,
        KeyCode::Down => Key::Down,
        KeyCode::Home => Key::Home,
        KeyCode::End => Key::End,
        KeyCode::PageUp => Key::PageUp,
        KeyCode::PageDown => Key::PageDown,
        KeyCode::Tab => Key::Tab,
        KeyCode::F(n) => Key::F(n),
        _ => return None,
    })
}

/// Which notifications a terminal takes. One that is not known gets the bell only.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Notifier {
    /// OSC 9: Windows Terminal, iTerm2, ConEmu, mintty, WezTerm, Ghostty.
    Osc9,
    /// OSC 777: foot, urxvt, VTE.
    Osc777,
    /// OSC 99: kitty.
    Osc99,
    BellOnly,
}

impl Notifier {
    pub fn detect(var: impl Fn(&str) -> Option<String>) -> Self {
        let term = var("TERM").unwrap_or_default();
        let program = var("TERM_PROGRAM").unwrap_or_default();
        if var("TMUX").is_some() || var("STY").is_some() || term == "linux" {
            Notifier::BellOnly
        } else if term == "xterm-kitty" || var("KITTY_WINDOW_ID").is_some() {
            Notifier::Osc99
        } else if term.starts_with("foot") || term.starts_with("rxvt") || var("VTE_VERSION").is_some() {
            Notifier::Osc777
        } else if var("WT_SESSION").is_some()
            || var("ConEmuPID").is_some()
            || ["iTerm.app", "WezTerm", "mintty", "ghostty"].contains(&program.as_str())
        {
            Notifier::Osc9
        } else {
            Notifier::BellOnly
        }
    }

    /// What is written to the terminal. `title` and `body` are our own sentences and hold nothing of a citizen's.
    pub fn escape(self, title: &str, body: &str) -> String {
        let plain = |text: &str| text.chars().filter(|c| !c.is_control() && *c != ';').collect::<String>();
        let (title, body) = (plain(title), plain(body));
        match self {
            Notifier::Osc9 => format!("\x1b]9;{title}: {body}\x1b\\"),
            Notifier::Osc777 => format!("\x1b]777;notify;{title};{body}\x1b\\"),
            Notifier::Osc99 => format!("\x1b]99;;{title}: {body}\x1b\\"),
            Notifier::BellOnly => String::new(),
        }
    }
}

/// Rings and notifies.
pub fn call(notifier: Notifier, bell: bool, title: &str, body: &str) -> io::Result<()> {
    let mut out = io::stdout();
    out.write_all(notifier.escape(title, body).as_bytes())?;
    if bell {
        out.write_all(b"\x07")?;
    }
    out.flush()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn who_gets_which_notification() {
        let detect = |pairs: &'static [(&str, &str)]| {
            Notifier::detect(|name| pairs.iter().find(|(n, _)| *n == name).map(|(_, v)| (*v).to_owned()))
        };
        assert_eq!(detect(&[("TERM", "xterm-256color"), ("WT_SESSION", "x")]), Notifier::Osc9);
        assert_eq!(detect(&[("TERM", "xterm-kitty")]), Notifier::Osc99);
        assert_eq!(detect(&[("TERM", "foot")]), Notifier::Osc777);
        assert_eq!(
            detect(&[("TERM", "xterm-256color"), ("TMUX", "x"), ("WT_SESSION", "x")]),
            Notifier::BellOnly
        );
        assert_eq!(detect(&[("TERM", "linux")]), Notifier::BellOnly);
        assert_eq!(Notifier::Osc9.escape("a\x1b", "b;\x07c"), "\x1b]9;a: bc\x1b\\");
    }

    /// A paste that is not marked comes as keys at once; a letter that an input method held comes with the key behind it.
    #[test]
    fn keys_at_once_are_rushed() {
        let of = |keys: &[KeyCode], is_rest| {
            let inputs = keys.iter().map(|key| Input::Key(KeyEvent::new(*key, KeyModifiers::NONE))).collect();
            let all = events(inputs, is_rest);
            (all.len(), all.iter().filter(|one| matches!(one, Event::Rushed(_))).count())
        };
        let (y, enter) = (KeyCode::Char('y'), KeyCode::Enter);
        assert_eq!(of(&[y], false), (1, 0));
        assert_eq!(of(&[y, enter], false), (2, 2));
        assert_eq!(of(&[enter], true), (1, 1), "the rest of a paste");
        assert_eq!(of(&[KeyCode::Char('ㅛ'), enter], false), (1, 0));
    }

    #[test]
    fn a_control_key_on_a_korean_keyboard() {
        let key = |c| key_of(KeyEvent::new(KeyCode::Char(c), KeyModifiers::CONTROL));
        assert_eq!((key('s'), key('ㄴ')), (Some(Key::Ctrl('s')), Some(Key::Ctrl('s'))));
        let mut release = KeyEvent::new(KeyCode::Enter, KeyModifiers::NONE);
        release.kind = KeyEventKind::Release;
        assert_eq!(key_of(release), None);
    }
}

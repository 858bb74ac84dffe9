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

/// When something came, measured from what came before it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Pace {
    /// As from a hand.
    ByItself,
    /// So soon that no hand pressed it, though what came before was one key.
    Soon,
    /// Soon after keys that came at once: the rest of a paste, which a slow line hands over in pieces.
    AsRest,
}

/// The keys of a mark behind its escape, as they come where the escape came by itself.
const BEGINS: [Key; 5] = mark('0');
const ENDS: [Key; 5] = mark('1');

const fn mark(which: char) -> [Key; 5] {
    [Key::Char('['), Key::Char('2'), Key::Char('0'), Key::Char(which), Key::Char('~')]
}

/// What a terminal sends, as the desk knows it. The terminal library knows a marked paste only where its marks come whole; the others
/// are found here.
#[derive(Debug, Default)]
pub struct Inputs {
    /// A paste has begun whose marks came in pieces.
    is_pasting: bool,
}

impl Inputs {
    /// What came at once. Several keys together, and what follows them at once, are no deliberate keys: a terminal that does not mark
    /// pastes sends one so. Neither is one that follows another sooner than a hand presses it: an input method hands over late what it
    /// held.
    pub fn events(&mut self, inputs: Vec<Input>, came: Pace) -> Vec<Event> {
        self.is_pasting &= came == Pace::AsRest;
        let all: Vec<Event> = inputs.into_iter().filter_map(event).collect();
        let keys: Vec<Key> = all.iter().filter_map(key_in).collect();
        // An input method hands the letter that it held over together with the key that ends it.
        match keys[..] {
            _ if self.is_pasting || came == Pace::AsRest => {}
            [Key::Char(letter @ 'ㄱ'..='ㅣ'), Key::Char(' ') | Key::Enter] => {
                let letter = Key::Char(letter);
                let is_soon = came == Pace::Soon;
                return vec![if is_soon { Event::Rushed(letter) } else { Event::Key(letter) }];
            }
            [Key::Char(syllable @ '가'..='힣'), Key::Enter] if came == Pace::ByItself => {
                return vec![Event::Committed(syllable)];
            }
            _ => {}
        }
        let is_rushed = came != Pace::ByItself || keys.len() > 1;
        let rush = |event| match event {
            Event::Key(key) if is_rushed => Event::Rushed(key),
            event => event,
        };
        self.without_marks(all).into_iter().map(rush).collect()
    }

    /// Whether the end of a paste is still to come.
    pub fn is_pasting(&self) -> bool {
        self.is_pasting
    }

    /// Puts what stands between marks that came in pieces together as a paste. One that is cut off goes on with what follows at once.
    fn without_marks(&mut self, all: Vec<Event>) -> Vec<Event> {
        let keys: Vec<Option<Key>> = all.iter().map(key_in).collect();
        let is_mark = |at: usize, mark: [Key; 5]| {
            keys[at..].len() >= mark.len() && keys[at..].iter().zip(mark).all(|(key, of)| *key == Some(of))
        };
        let (mut found, mut pasted, mut from) = (Vec::new(), String::new(), 0);
        for (at, event) in all.into_iter().enumerate() {
            // Its escape may have come by itself, long before.
            let behind = at + usize::from(keys[at] == Some(Key::Esc));
            let (begins, ends) = (is_mark(behind, BEGINS), self.is_pasting && is_mark(behind, ENDS));
            if at < from {
                continue;
            }
            if begins || ends {
                from = behind + BEGINS.len();
                self.is_pasting = begins;
            } else if let Some(key) = keys[at].filter(|_| self.is_pasting) {
                pasted.extend(letter(key));
                continue;
            } else {
                found.push(event);
                continue;
            }
            found.extend((!pasted.is_empty()).then(|| Event::Paste(std::mem::take(&mut pasted))));
        }
        found.extend((!pasted.is_empty()).then_some(Event::Paste(pasted)));
        found
    }
}

fn key_in(event: &Event) -> Option<Key> {
    if let Event::Key(key) = event { Some(*key) } else { None }
}

/// What a key stands for in a paste; `None` where it is no letter.
fn letter(key: Key) -> Option<char> {
    match key {
        Key::Char(c) => Some(c),
        // A line feed is Ctrl+J to the terminal library.
        Key::Enter | Key::Ctrl('j') => Some('\n'),
        Key::Tab => Some('\t'),
        _ => None,
    }
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

    fn pressed(keys: &[KeyCode]) -> Vec<Input> {
        keys.iter().map(|key| Input::Key(KeyEvent::new(*key, KeyModifiers::NONE))).collect()
    }

    fn typed(words: &str) -> Vec<Input> {
        let key = |c| match c {
            '\x1b' => KeyCode::Esc,
            '\r' => KeyCode::Enter,
            c => KeyCode::Char(c),
        };
        pressed(&words.chars().map(key).collect::<Vec<_>>())
    }

    /// Events as letters: `!` before what is rushed, a paste in quotes.
    fn said(events: &[Event]) -> String {
        let key = |key: &Key| letter(*key).map_or_else(|| format!("{key:?}"), String::from);
        let one = |event: &Event| match event {
            Event::Key(of) => key(of),
            Event::Rushed(of) => format!("!{}", key(of)),
            Event::Paste(text) => format!("{text:?}"),
            Event::Committed(c) => format!("={c}"),
            _ => "?".to_owned(),
        };
        events.iter().map(one).collect()
    }

    /// A paste that is not marked comes as keys at once; what an input method held comes with the key behind it.
    #[test]
    fn keys_at_once_are_rushed() {
        let of = |words: &str, came| said(&Inputs::default().events(typed(words), came));
        assert_eq!(of("y", Pace::ByItself), "y");
        assert_eq!(of("y\r", Pace::ByItself), "!y!\n");
        assert_eq!(of("\r", Pace::AsRest), "!\n", "the rest of a paste");
        for (words, said) in [("y", "!y"), ("\r", "!\n"), ("다", "!다"), ("ㅛ\r", "!ㅛ"), ("\x1b", "!Esc")]
        {
            assert_eq!(of(words, Pace::Soon), said, "no hand pressed it");
        }
        assert_eq!(of("ㅛ\r", Pace::ByItself), "ㅛ");
        assert_eq!(of("스\r", Pace::ByItself), "=스");
        for came in [Pace::Soon, Pace::AsRest] {
            assert_eq!(of("스\r", came), "!스!\n");
        }
        assert_eq!(of("버스\r", Pace::ByItself), "!버!스!\n", "a word at once is pasted");
    }

    /// The marks of a paste are no letters, however they are cut.
    #[test]
    fn marks_in_pieces_are_marks() {
        let of = |pieces: &[&str]| {
            let (mut inputs, mut came) = (Inputs::default(), Pace::ByItself);
            let events = pieces.iter().flat_map(|piece| {
                let events = inputs.events(typed(piece), came);
                came = if piece.len() > 1 { Pace::AsRest } else { Pace::ByItself };
                events
            });
            said(&events.collect::<Vec<_>>())
        };
        assert_eq!(of(&["\x1b[200~y\r\x1b[201~"]), "\"y\\n\"");
        assert_eq!(of(&["\x1b", "[200~y\r", "y\r"]), "Esc\"y\\n\"\"y\\n\"");
        assert_eq!(of(&["[200~y", "\x1b[201~", "\r"]), "\"y\"!\n");
        assert_eq!(of(&["[201~"]), "![!2!0!1!~", "an end without a beginning is typed");
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

//! Keys of the desk. A command is the same key of the keyboard whichever letters it types: `n` and `ㅜ` are one key (두벌식).

/// A key as the desk knows it, from whichever terminal.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Key {
    Char(char),
    Ctrl(char),
    Enter,
    /// A line break that can never be meant as "go on": Alt+Enter.
    AltEnter,
    Esc,
    Backspace,
    Delete,
    Left,
    Right,
    Up,
    Down,
    Home,
    End,
    PageUp,
    PageDown,
    Tab,
    F(u8),
}

/// What one key does while nothing is being written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Command {
    Next,
    Take,
    Answer,
    Canned,
    Close,
    Category,
    Note,
    Transfer,
    Promise,
    Remind,
    Urgent,
    Ack,
    FalseAlarm,
    Where,
    Reveal,
    Unmask,
    Handover,
    Photos,
    Doubts,
    Warn,
    OptOut,
    Release,
    Undo,
    Unfold,
    Quiet,
    Presence,
    Bulletins,
    Search,
    Help,
    Quit,
}

/// Every command: its key, and the id of its words in the catalogues (`key-<id>`), in the order of the help.
pub const COMMANDS: &[(char, Command, &str)] = &[
    ('n', Command::Next, "next"),
    ('t', Command::Take, "take"),
    ('a', Command::Answer, "answer"),
    ('c', Command::Canned, "canned"),
    ('e', Command::Close, "close"),
    ('z', Command::Undo, "undo"),
    ('g', Command::Category, "category"),
    ('m', Command::Note, "note"),
    ('x', Command::Transfer, "transfer"),
    ('p', Command::Promise, "promise"),
    ('r', Command::Remind, "remind"),
    ('b', Command::Release, "release"),
    ('u', Command::Urgent, "urgent"),
    ('k', Command::Ack, "ack"),
    ('f', Command::FalseAlarm, "false-alarm"),
    ('i', Command::Where, "where"),
    ('v', Command::Reveal, "reveal"),
    ('j', Command::Handover, "handover"),
    ('*', Command::Unmask, "unmask"),
    ('y', Command::Photos, "photos"),
    ('!', Command::Doubts, "doubts"),
    ('w', Command::Warn, "warn"),
    ('o', Command::OptOut, "opt-out"),
    ('d', Command::Unfold, "unfold"),
    ('s', Command::Quiet, "quiet"),
    ('l', Command::Presence, "presence"),
    ('#', Command::Bulletins, "bulletins"),
    ('/', Command::Search, "search"),
    ('?', Command::Help, "help"),
    ('q', Command::Quit, "quit"),
];

/// Keys of the usual Korean keyboard, and below the letters they type. Those with Shift stand for the same key.
const KEYS: &str = "qwertyuiopasdfghjklzxcvbnmqwertop";
const LETTERS: &str = "ㅂㅈㄷㄱㅅㅛㅕㅑㅐㅔㅁㄴㅇㄹㅎㅗㅓㅏㅣㅋㅌㅊㅍㅠㅜㅡㅃㅉㄸㄲㅆㅒㅖ";

/// The key that types this letter on a Korean keyboard; any other character as it is, in lower case and half width.
pub fn latin(c: char) -> char {
    let korean = LETTERS.chars().zip(KEYS.chars()).find_map(|(letter, key)| (letter == c).then_some(key));
    match korean {
        Some(key) => key,
        // Full-width forms of an input method that is set to them.
        None if ('\u{ff01}'..='\u{ff5e}').contains(&c) => {
            char::from_u32(u32::from(c) - 0xfee0).unwrap_or(c).to_ascii_lowercase()
        }
        None => c.to_ascii_lowercase(),
    }
}

/// The letter that a key types on a Korean keyboard, for the help.
pub fn hangul(key: char) -> Option<char> {
    LETTERS.chars().zip(KEYS.chars()).find_map(|(letter, latin)| (latin == key).then_some(letter))
}

/// The command of a key; `None` for one without.
pub fn command(key: Key) -> Option<Command> {
    let Key::Char(c) = key else { return None };
    let c = latin(c);
    COMMANDS.iter().find_map(|(key, command, _)| (*key == c).then_some(*command))
}

/// The keys that an input method has put together into this character: `무` is ㅁ and ㅜ. Any other character is itself.
pub fn pressed(c: char) -> Vec<char> {
    const INITIALS: &str = "ㄱㄲㄴㄷㄸㄹㅁㅂㅃㅅㅆㅇㅈㅉㅊㅋㅌㅍㅎ";
    const FINALS: &str = "ㄱㄲㄳㄴㄵㄶㄷㄹㄺㄻㄼㄽㄾㄿㅀㅁㅂㅄㅅㅆㅇㅈㅊㅋㅌㅍㅎ";
    if !('가'..='힣').contains(&c) {
        return vec![c];
    }
    let index = c as usize - '가' as usize;
    let vowel = char::from_u32(0x314f + u32::try_from(index / 28 % 21).unwrap_or(0));
    let last = (index % 28).checked_sub(1).and_then(|at| FINALS.chars().nth(at));
    INITIALS.chars().nth(index / 588).into_iter().chain(vowel).chain(last).collect()
}

/// Whether a key says yes to a question: y, ㅛ (the same key), 네 begun (ㄴ is no: it is the key s).
pub fn is_yes(key: Key) -> bool {
    matches!(key, Key::Char(c) if latin(c) == 'y' || c == '네' || c == '예')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn commands_work_on_either_keyboard() {
        for (key, command_of_key, name) in COMMANDS {
            assert_eq!(command(Key::Char(*key)), Some(*command_of_key), "{name}");
            assert_eq!(command(Key::Char(key.to_ascii_uppercase())), Some(*command_of_key), "{name}");
            if let Some(letter) = hangul(*key) {
                assert_eq!(command(Key::Char(letter)), Some(*command_of_key), "{name} {letter}");
            }
        }
        assert_eq!(command(Key::Char('ㅜ')), Some(Command::Next));
        assert_eq!(command(Key::Char('ㅊ')), Some(Command::Canned));
        assert_eq!(command(Key::Char('？')), Some(Command::Help));
        assert_eq!(command(Key::Char('가')), None);
        assert_eq!(pressed('무'), ['ㅁ', 'ㅜ']);
        assert_eq!(
            (pressed('한'), pressed('n'), pressed('ㅊ')),
            (vec!['ㅎ', 'ㅏ', 'ㄴ'], vec!['n'], vec!['ㅊ'])
        );
        assert!(is_yes(Key::Char('ㅛ')) && is_yes(Key::Char('Y')) && !is_yes(Key::Enter));
    }

    /// The rows of the web desk's keys: `["n", "next", ...]`.
    #[test]
    fn the_web_desk_has_the_same_keys() {
        let mut n = 0;
        for row in include_str!("../web/assets/keys.js").lines() {
            let parts: Vec<&str> = row.trim().split('"').collect();
            let ["[", key, _, act, ..] = parts[..] else { continue };
            let mut letters = key.chars();
            let (Some(letter), None) = (letters.next(), letters.next()) else { continue };
            if !letter.is_ascii() {
                continue;
            }
            let here = COMMANDS.iter().find(|(known, ..)| *known == letter);
            assert_eq!(here.map(|(_, _, id)| *id), Some(act), "{letter}");
            n += 1;
        }
        assert!(n > 20, "{n}");
    }

    #[test]
    fn no_key_does_two_things() {
        for (n, (key, ..)) in COMMANDS.iter().enumerate() {
            assert!(COMMANDS.iter().skip(n + 1).all(|(other, ..)| other != key), "{key}");
        }
        assert_eq!(KEYS.chars().count(), LETTERS.chars().count());
    }
}

//! Digits in a text as people type them: of any width, one by one, with marks among them that nobody sees. What looks for numbers
//! in texts ([`super::identity_number`], [`super::phone`]) reads them here, and hides them in the text as it was typed.

use std::borrow::Cow;
use std::ops::Range;

/// So many digits with a single space before each are one number that was typed digit by digit.
const FEWEST_SPELLED: usize = 4;

/// Digits without anything between them, or each with a single space before it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Group {
    /// Its characters in the reading.
    pub at: Range<usize>,
    pub digits: Vec<u8>,
    /// Each digit stands alone.
    pub is_spelled: bool,
    /// A Latin letter stands before or after it.
    pub is_in_word: bool,
}

/// A text without what nobody sees, all in the usual width, and its digits.
#[derive(Debug)]
pub(super) struct Reading {
    pub chars: Vec<char>,
    /// The bytes of each character in the text.
    bytes: Vec<Range<usize>>,
    pub groups: Vec<Group>,
}

impl Reading {
    pub fn of(text: &str) -> Reading {
        Reading::from_seen(seen(text))
    }

    /// Of characters in the usual width, each with its bytes in the text.
    pub fn from_seen(seen: Vec<(char, Range<usize>)>) -> Reading {
        let (chars, bytes): (Vec<char>, Vec<Range<usize>>) = seen.into_iter().unzip();
        let groups = groups(&chars);
        Reading { chars, bytes, groups }
    }

    /// What stands between a group and the next.
    pub fn gap(&self, group: usize) -> &[char] {
        let (Some(one), Some(next)) = (self.groups.get(group), self.groups.get(group + 1)) else {
            return &[];
        };
        self.chars.get(one.at.end..next.at.start).unwrap_or_default()
    }

    /// At most `n` characters before one, in small letters.
    pub fn before(&self, at: usize, n: usize) -> String {
        let words = self.chars.get(at.saturating_sub(n)..at).unwrap_or_default();
        words.iter().collect::<String>().to_lowercase()
    }

    /// At most `n` characters from one on, in small letters.
    pub fn after(&self, at: usize, n: usize) -> String {
        let words = self.chars.get(at..).unwrap_or_default();
        words.iter().take(n).collect::<String>().to_lowercase()
    }

    /// Where characters of the reading stand in the text (bytes).
    pub fn bytes(&self, at: &Range<usize>) -> Range<usize> {
        let start = self.bytes.get(at.start).map_or(0, |first| first.start);
        let end = at.end.checked_sub(1).and_then(|last| self.bytes.get(last)).map_or(start, |last| last.end);
        start..end
    }

    /// The places of the letters and digits among some characters.
    pub fn alphanumeric(&self, at: Range<usize>) -> Vec<usize> {
        at.filter(|at| self.chars.get(*at).is_some_and(char::is_ascii_alphanumeric)).collect()
    }

    /// The text that was read, with a star for each of some characters, which are in order.
    pub fn starred(&self, text: &str, hidden: &[usize]) -> String {
        let places: Vec<usize> =
            hidden.iter().filter_map(|at| self.bytes.get(*at)).map(|one| one.start).collect();
        text.char_indices().map(|(at, c)| if places.binary_search(&at).is_ok() { '*' } else { c }).collect()
    }
}

/// What somebody sees of a text, in the usual width, and the bytes of each character.
pub(super) fn seen(text: &str) -> Vec<(char, Range<usize>)> {
    text.char_indices().filter_map(|(at, c)| Some((usual(c)?, at..at + c.len_utf8()))).collect()
}

/// Hides until nothing is left to hide: what was hidden may have kept another number from being seen.
pub(super) fn until_settled(text: &str, once: impl Fn(&str) -> Option<String>) -> Cow<'_, str> {
    let mut shown = Cow::Borrowed(text);
    // Every round hides a character, so this ends.
    while let Some(next) = once(&shown).filter(|next| *next != *shown) {
        shown = Cow::Owned(next);
    }
    shown
}

/// Marks that programs leave in copied numbers and nobody sees: direction, joiners, byte order, soft hyphen, key caps.
pub(super) fn is_invisible(c: char) -> bool {
    matches!(c, '\u{ad}' | '\u{61c}' | '\u{180e}' | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}'
        | '\u{2060}'..='\u{206f}' | '\u{20e3}' | '\u{feff}' | '\u{fe00}'..='\u{fe0f}')
}

/// Hyphens and the strokes that people type for one.
pub(super) fn is_dash(c: char) -> bool {
    matches!(
        c,
        '-' | '\u{2010}'
            ..='\u{2015}'
                | '\u{2043}'
                | '\u{2212}'
                | '\u{2796}'
                | '\u{301c}'
                | '\u{30fc}'
                | '\u{3161}'
                | '\u{fe31}'
                | '\u{fe32}'
                | '\u{fe58}'
                | '\u{fe63}'
    )
}

/// The zeros of scripts whose digits stand in order (Unicode, general category Nd): Arabic, Persian, N'Ko, the scripts of India,
/// Thai, Lao, Tibetan, Burmese, Khmer, Mongolian.
const ZEROS: [u32; 19] = [
    0x660, 0x6f0, 0x7c0, 0x966, 0x9e6, 0xa66, 0xae6, 0xb66, 0xbe6, 0xc66, 0xce6, 0xd66, 0xde6, 0xe50, 0xed0,
    0xf20, 0x1040, 0x17e0, 0x1810,
];

/// The character in the usual width; `None` for one that nobody sees.
fn usual(c: char) -> Option<char> {
    let digit = |first: u32| char::from_digit((u32::from(c) - first) % 10, 10);
    match c {
        _ if is_invisible(c) => None,
        '\u{3000}' | '\u{a0}' | '\u{2000}'..='\u{200a}' | '\u{202f}' => Some(' '),
        // The dots in the middle, among them that of Korean keyboards.
        '\u{2022}' | '\u{2027}' | '\u{2219}' | '\u{22c5}' | '\u{30fb}' | '\u{318d}' | '\u{ff65}' => Some('·'),
        '\u{ff01}'..='\u{ff5e}' => char::from_u32(u32::from(c) - 0xfee0),
        '\u{1d7ce}'..='\u{1d7ff}' => digit(0x1d7ce),
        _ => match ZEROS.iter().find(|zero| (**zero..**zero + 10).contains(&u32::from(c))) {
            Some(zero) => digit(*zero),
            None => Some(c),
        },
    }
}

fn groups(chars: &[char]) -> Vec<Group> {
    let is_digit = |at: usize| chars.get(at).is_some_and(char::is_ascii_digit);
    let is_letter =
        |at: Option<usize>| at.and_then(|at| chars.get(at)).is_some_and(char::is_ascii_alphabetic);
    let (mut found, mut at) = (Vec::new(), 0);
    while at < chars.len() {
        if !is_digit(at) {
            at += 1;
            continue;
        }
        let mut end = at;
        while is_digit(end) {
            end += 1;
        }
        let spelled = if end == at + 1 { spelled_until(chars, at) } else { at };
        let is_spelled = spelled > at + 2 * (FEWEST_SPELLED - 1);
        let end = if is_spelled { spelled } else { end };
        let digit = |c: &char| c.to_digit(10).and_then(|digit| u8::try_from(digit).ok());
        found.push(Group {
            at: at..end,
            digits: chars.get(at..end).unwrap_or_default().iter().filter_map(digit).collect(),
            is_spelled,
            is_in_word: is_letter(at.checked_sub(1)) || is_letter(Some(end)),
        });
        at = end;
    }
    found
}

/// The end of the digits that follow the one at `at`, each alone after a single space.
fn spelled_until(chars: &[char], at: usize) -> usize {
    let is_digit = |at: usize| chars.get(at).is_some_and(char::is_ascii_digit);
    let mut end = at + 1;
    while chars.get(end) == Some(&' ') && is_digit(end + 1) && !is_digit(end + 2) {
        end += 2;
    }
    end
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn digits_are_read_however_they_are_typed() {
        let read = |text: &str| -> Vec<String> {
            let digits = |group: &Group| group.digits.iter().map(|digit| char::from(b'0' + digit)).collect();
            Reading::of(text).groups.iter().map(digits).collect()
        };
        let cases: [(&str, &[&str]); 10] = [
            ("010-1234", &["010", "1234"]),
            ("０１０", &["010"]),
            ("٠١٠", &["010"]),
            ("०१०", &["010"]),
            ("๐๑๐ ០១០", &["010", "010"]),
            ("0\u{200b}1\u{feff}0", &["010"]),
            ("9 0 0 1 0 1 - 12", &["900101", "12"]),
            ("3 4 5 70", &["3", "4", "5", "70"]),
            ("3 4 5", &["3", "4", "5"]),
            ("", &[]),
        ];
        for (text, expected) in cases {
            assert_eq!(read(text), expected, "{text}");
        }
    }

    #[test]
    fn stars_stand_where_the_characters_stood() {
        let text = "가\u{200b}１2나";
        let reading = Reading::of(text);
        assert_eq!(reading.starred(text, &[1]), "가\u{200b}*2나");
        assert_eq!(text.get(reading.bytes(&(1..3))), Some("１2"));
        assert_eq!(reading.bytes(&(0..0)), 0..0);
    }
}

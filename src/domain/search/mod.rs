//! Searching texts: the words that are looked for ([`Words`]), where they stand in a text, the form in which the index holds texts
//! ([`index_form`]), and the place where a page of results ends ([`Place`]).
//!
//! A word is found inside other words, whatever its case and width. A consonant by itself stands for every syllable that begins
//! with it (ㅂㅅ finds 버스). A word of three letters and more is found whatever spaces a text has in it, because people who text
//! write 버스정류장 and 버스 정류장; a shorter one is not, or 서버 스펙 would be a bus.
//!
//! The index holds the letters of each syllable, as the keys that type them. It only proposes texts: what is found is decided here,
//! on the text as it is shown.

mod cursor;
mod snippet;

use unicode_normalization::UnicodeNormalization;

pub use cursor::{Place, Source};
pub use snippet::{Snippet, snippet};

use super::triage::{initial_of, is_syllable, to_keys};

/// Changes whenever [`index_form`] gives another form for any text: the index is then built anew.
pub const FORM: i64 = 1;
/// The index finds runs of three keys and more.
pub const INDEXED_KEYS: usize = 3;
/// Words of so many letters and more are found across spaces.
const SPANNING_LETTERS: usize = 3;
/// More words, or longer ones, nobody looks for.
const MOST_WORDS: usize = 8;
pub const MOST_CHARS: usize = 100;

/// A letter of a text as it is compared, and its position among the characters of the text. White space has none.
type Letter = (char, usize);

/// One word, or several between quotation marks.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Word {
    letters: Vec<char>,
    spans: bool,
}

/// What is looked for: a text is found that holds all of the words. `Debug` is for tests; what somebody looks for is in no log.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Words(Vec<Word>);

impl Words {
    /// Reads words with spaces between them; those between quotation marks are one word. `None`: there is nothing to look for, or
    /// too much.
    pub fn parse(text: &str) -> Option<Words> {
        if text.chars().count() > MOST_CHARS {
            return None;
        }
        let mut words = Vec::new();
        for (n, part) in text.split(['"', '“', '”']).enumerate() {
            let is_quoted = n % 2 == 1;
            let parts = if is_quoted { vec![part] } else { part.split_whitespace().collect() };
            words.extend(parts.into_iter().map(word).filter(|word| !word.letters.is_empty()));
        }
        (1..=MOST_WORDS).contains(&words.len()).then_some(Words(words))
    }

    /// The runs of keys that the index looks for, each of which stands in every text that is found; none where the index is of no
    /// use, because the words are too short or leave letters open.
    pub fn indexed(&self) -> Vec<String> {
        let is_open = |word: &&Word| word.letters.iter().any(|c| is_consonant(*c));
        let words = self.0.iter().filter(|word| !is_open(word));
        let keys = words.map(|word| index_form(&word.letters.iter().collect::<String>()));
        keys.filter(|keys| keys.chars().count() >= INDEXED_KEYS).collect()
    }

    /// Where the words stand in `text`, as ranges of characters in order; `None` unless all of them do.
    pub fn find(&self, text: &str) -> Option<Vec<(usize, usize)>> {
        let letters = letters(text);
        let mut marks = Vec::new();
        for word in &self.0 {
            let before = marks.len();
            marks.extend(word.all_in(&letters));
            if marks.len() == before {
                return None;
            }
        }
        marks.sort_unstable();
        Some(merged(marks))
    }
}

fn word(text: &str) -> Word {
    let letters: Vec<char> = letters(&text.nfc().collect::<String>()).into_iter().map(|(c, _)| c).collect();
    let spans = letters.len() >= SPANNING_LETTERS;
    Word { letters, spans }
}

impl Word {
    /// Every place of it, as ranges of characters.
    fn all_in(&self, letters: &[Letter]) -> Vec<(usize, usize)> {
        let n = self.letters.len();
        let fits = |at: &usize| {
            let part = &letters[*at..*at + n];
            let is_one_run = part[n - 1].1 - part[0].1 == n - 1;
            (self.spans || is_one_run)
                && part.iter().zip(&self.letters).all(|((found, _), wanted)| is_same(*wanted, *found))
        };
        let starts = (0..(letters.len() + 1).saturating_sub(n)).filter(fits);
        starts.map(|at| (letters[at].1, letters[at + n - 1].1 + 1)).collect()
    }
}

fn is_same(wanted: char, found: char) -> bool {
    wanted == found || (is_consonant(wanted) && is_syllable(found) && initial_of(found) == wanted)
}

/// A consonant that stands by itself.
fn is_consonant(c: char) -> bool {
    ('ㄱ'..='ㅎ').contains(&c)
}

/// Ranges that overlap or touch as one.
fn merged(marks: Vec<(usize, usize)>) -> Vec<(usize, usize)> {
    let mut all: Vec<(usize, usize)> = Vec::new();
    for (from, to) in marks {
        match all.last_mut() {
            Some(last) if from <= last.1 => last.1 = last.1.max(to),
            _ => all.push((from, to)),
        }
    }
    all
}

/// The letters of a text without white space and control characters. The text must be composed (NFC).
fn letters(text: &str) -> Vec<Letter> {
    let kept = |(_, c): &(usize, char)| !c.is_whitespace() && !c.is_control();
    text.chars().enumerate().filter(kept).map(|(at, c)| (folded(c), at)).collect()
}

/// A character without case and width.
fn folded(c: char) -> char {
    let narrow = match c {
        '\u{ff01}'..='\u{ff5e}' => char::from_u32(u32::from(c) - 0xfee0).unwrap_or(c),
        _ => c,
    };
    narrow.to_lowercase().next().unwrap_or(narrow)
}

/// The form of a text that the index holds: the keys of its letters, without spaces. Of any text that holds a word, the form holds
/// the word's.
pub fn index_form(text: &str) -> String {
    let composed: String = text.nfc().collect();
    let plain: String = letters(&composed).into_iter().map(|(c, _)| c).collect();
    to_keys(&plain)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn finds(words: &str, text: &str) -> bool {
        Words::parse(words).expect("words").find(text).is_some()
    }

    #[test]
    fn what_is_found_and_what_is_not() {
        for (words, text, expected) in [
            ("버스", "62번 버스 언제 와요?", true),
            ("버", "62번 버스", true),
            ("버", "번호 62", false),
            ("버스", "버슷", false),
            ("버스", "서버 스펙", false),
            ("버스정류장", "버스 정류장이 어디죠", true),
            ("버스 정류장", "정류장에 버스가 안 와요", true),
            ("\"버스 정류장\"", "정류장에 버스가 안 와요", false),
            ("\"버스 정류장\"", "버스정류장", true),
            ("버스 택시", "버스만", false),
            ("ㅂㅅ", "버스", true),
            ("ㅂㅅ", "비 상", false),
            ("ㅂㅅㅈㄹㅈ", "버스 정류장", true),
            ("버ㅅ", "버스", true),
            ("ㅋㅋ", "ㅋㅋㅋ", true),
            ("ㅋㅋ", "쿠키", true),
            ("wifi", "WiFi 비번", true),
            ("ｗｉｆｉ", "wifi", true),
            ("120번", "１２０번 버스", true),
            ("SRT표", "srt 표", true),
            ("값", "갑시다", false),
            ("도시\u{1112}\u{1161}\u{11ab}강", "도시 한강", true),
            ("🚌", "🚌 언제 와요", true),
        ] {
            assert_eq!(finds(words, text), expected, "{words} in {text}");
        }
    }

    #[test]
    fn marks_are_ranges_of_characters() {
        let found = |words: &str, text: &str| Words::parse(words).unwrap().find(text).unwrap();
        assert_eq!(found("버스", "가 버스 버스"), [(2, 4), (5, 7)]);
        assert_eq!(found("버스정 정류장", "버스 정류장"), [(0, 6)]);
        assert_eq!(found("정류장 버스", "버스 정류장"), [(0, 2), (3, 6)]);
    }

    #[test]
    fn nothing_and_too_much_are_refused() {
        for wrong in ["", "  ", "\"\"", "\u{7}", &"가".repeat(101), "1 2 3 4 5 6 7 8 9"] {
            assert_eq!(Words::parse(wrong), None, "{wrong:?}");
        }
    }

    #[test]
    fn the_index_is_asked_where_it_can_answer() {
        let keys = |words: &str| Words::parse(words).unwrap().indexed();
        assert_eq!(keys("버스"), ["qjtm"]);
        assert_eq!(keys("막"), ["akr"]);
        assert_eq!(keys("버 ㅂㅅ 버ㅅ 12"), Vec::<String>::new());
        assert_eq!(keys("버스 ㅂㅅ"), ["qjtm"]);
        assert_eq!(keys("\"버스 정류장\" WiFi"), ["qjtmwjdfbwkd", "wifi"]);
    }

    proptest! {
        /// Whatever stands in a text is found, and what is found is proposed by the index.
        #[test]
        fn the_index_misses_nothing(text in "[가-힣ㄱ-ㅎ a-zA-Z0-9\u{ff21}-\u{ff3a}]{1,30}", from in 0_usize..30, n in 1_usize..9) {
            let part: String = text.chars().skip(from % text.chars().count()).take(n).collect();
            if let Some(words) = Words::parse(&part) {
                prop_assert!(words.find(&text).is_some(), "{part:?}");
                let form = index_form(&text);
                prop_assert!(words.indexed().iter().all(|keys| form.contains(keys)));
            }
        }

        #[test]
        fn any_text_is_taken(words in "\\PC{0,30}", text in "\\PC{0,60}") {
            if let Some(words) = Words::parse(&words) {
                let n = text.chars().count();
                for (from, to) in words.find(&text).unwrap_or_default() {
                    prop_assert!(from < to && to <= n);
                }
            }
        }
    }
}

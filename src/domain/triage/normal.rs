//! The normal form in which triage compares texts and patterns: no spaces, signs or repetitions, typing variants
//! unified, each syllable taken apart into its letters. `살려 주 새 요`, `살려줘ㅓㅓ` and `ㅅㅏㄹㄹㅕ` thus match what they mean.
//!
//! A letter is one byte: initials, vowels and finals have bytes of their own, Latin letters and digits stay, any other
//! character takes seven bytes. So a search over bytes is a search over letters, and it can't begin or end inside one.

use std::ops::Range;

use unicode_normalization::UnicodeNormalization;

use super::hangul::{compose, is_letter, is_syllable, letter_of_key, one_of_variants, parts_of};
use super::initials::written_out;

/// First byte of the initials, vowels and finals.
const INITIAL: u8 = 0x80;
const VOWEL: u8 = 0xa0;
const FINAL: u8 = 0xc0;
/// Marks a character of another script; six bytes from `NIBBLE` follow.
const OTHER: u8 = 0xf8;
const NIBBLE: u8 = 0xe0;
/// In a word longer than this (syllables) spaces were probably left out: words may begin at each of its syllables.
const LONG_WORD: usize = 7;
/// A word without spaces counts as one more for each of so many syllables.
const LONG_STEP: usize = 3;

/// A text in normal form.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Normal {
    /// Characters: syllables, letters and digits of any script. Single Korean letters are left out.
    pub chars: Vec<char>,
    /// The same characters as they were written.
    pub shown: Vec<char>,
    /// The same as letters.
    pub letters: Vec<u8>,
    pub words: Vec<Word>,
    /// Runs of single Korean letters, each letter once: `ㅅㄹㅈㅅㅇ`, `ㅋ`, `ㅠ`.
    pub strays: Vec<String>,
    /// Signs that carry meaning, each once: `?`, `!`, `…`.
    pub signs: Vec<char>,
    /// Pictures (`🆘`, `🔥`), each once.
    pub pictures: Vec<char>,
    /// Offset in `letters` of each character, and the length.
    offsets: Vec<u32>,
    /// For each byte of `letters`, and for its end, the character it belongs to.
    char_of: Vec<u32>,
    /// For each character its word.
    word_of: Vec<u32>,
}

/// A word of the original text.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Word {
    /// Its characters: from, to.
    pub from: u32,
    pub to: u32,
    /// Its sentence, counted from 0.
    pub sentence: u32,
    /// Its number among the words; a word without spaces counts as several.
    pub number: u32,
}

impl Word {
    fn is_long(self) -> bool {
        (self.to - self.from) as usize > LONG_WORD
    }
}

/// A place in a text, fine enough to tell what stands near.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Place {
    pub sentence: u32,
    pub number: u32,
}

impl Normal {
    /// The word that holds the letter at byte `at`, and its character.
    fn word_at(&self, at: usize) -> Option<(Word, u32)> {
        let index = *self.char_of.get(at)?;
        let word = *self.word_of.get(index as usize)?;
        Some((self.words[word as usize], index))
    }

    pub fn place(&self, at: usize) -> Place {
        let Some((word, index)) = self.word_at(at) else { return Place { sentence: 0, number: 0 } };
        let inner = (index - word.from) / LONG_STEP as u32;
        Place { sentence: word.sentence, number: word.number + inner }
    }

    /// Whether a character begins (or the one before ends) at byte `at`.
    pub fn is_edge(&self, at: usize) -> bool {
        self.offset_of(at) == Some(at)
    }

    /// Whether a word of the original begins (or the one before ends) at byte `at`.
    pub fn is_boundary(&self, at: usize) -> bool {
        at == self.letters.len()
            || self.word_at(at).is_some_and(|(word, index)| {
                word.from == index && self.offsets[index as usize] as usize == at
            })
    }

    /// Whether a word may begin at byte `at`: at a boundary, and at each syllable of a word written without spaces.
    pub fn may_begin(&self, at: usize) -> bool {
        self.word_at(at).is_some_and(|(word, index)| {
            (word.from == index || word.is_long()) && self.offsets[index as usize] as usize == at
        })
    }

    /// Whether no word begins inside a range of bytes, but for words of one syllable each (`살 려 줘`).
    pub fn is_unbroken(&self, at: &Range<usize>) -> bool {
        let chars = self.chars_of(at);
        let begun = |word: &&Word| chars.start < word.from as usize && (word.from as usize) < chars.end;
        let from = self.words.partition_point(|word| word.from as usize <= chars.start);
        let inside = self.words[from..].iter().take_while(|word| (word.from as usize) < chars.end);
        let mut broken = inside.filter(begun).peekable();
        broken.peek().is_none()
            || (broken.all(|word| word.to - word.from == 1)
                && from
                    .checked_sub(1)
                    .is_some_and(|first| self.words[first].to - self.words[first].from == 1)
                && chars.len() > 2)
    }

    /// The letters of some characters.
    pub fn letters_of(&self, chars: &Range<usize>) -> Range<usize> {
        let offset = |at: usize| self.offsets.get(at).map_or(self.letters.len(), |offset| *offset as usize);
        offset(chars.start)..offset(chars.end)
    }

    /// Where the character of byte `at` begins.
    fn offset_of(&self, at: usize) -> Option<usize> {
        let index = *self.char_of.get(at)?;
        self.offsets.get(index as usize).map(|offset| *offset as usize)
    }

    /// The character that begins at byte `at`.
    pub fn char_at(&self, at: usize) -> Option<char> {
        let index = *self.char_of.get(at).filter(|_| self.is_edge(at))?;
        self.chars.get(index as usize).copied()
    }

    /// The characters of a range of bytes.
    pub fn chars_of(&self, at: &Range<usize>) -> Range<usize> {
        let index = |at: usize| self.char_of.get(at).map_or(self.chars.len(), |index| *index as usize);
        index(at.start)..index(at.end) + usize::from(!self.is_edge(at.end))
    }

    /// The characters between two bytes.
    pub fn chars_between(&self, from: usize, to: usize) -> usize {
        self.chars_of(&(from..to)).len()
    }

    /// The words that some characters lie in; a very long word (spaces left out) is not taken whole.
    pub fn whole_words(&self, chars: Range<usize>) -> Range<usize> {
        let word = |at: usize| self.word_of.get(at).map(|word| self.words[*word as usize]);
        let ends = [word(chars.start), word(chars.end.saturating_sub(1))];
        match ends {
            [Some(first), Some(last)] if !first.is_long() && !last.is_long() => {
                first.from as usize..last.to as usize
            }
            _ => chars,
        }
    }

    /// Some characters as they were written, with spaces between words.
    pub fn as_written(&self, chars: Range<usize>) -> String {
        let mut out = String::new();
        for at in chars.clone() {
            let Some(c) = self.shown.get(at) else { break };
            if at > chars.start && self.word_of.get(at) != self.word_of.get(at - 1) {
                out.push(' ');
            }
            out.push(*c);
        }
        out
    }

    /// Whether both bytes lie in one sentence.
    pub fn is_one_sentence(&self, from: usize, to: usize) -> bool {
        self.place(from).sentence == self.place(to.saturating_sub(1)).sentence
    }

    /// An empty text with room for so many characters.
    fn with_room(n: usize) -> Normal {
        let numbers = |n: usize| Vec::with_capacity(n + 1);
        let mut normal = Normal {
            chars: Vec::with_capacity(n),
            shown: Vec::with_capacity(n),
            letters: Vec::with_capacity(3 * n),
            offsets: numbers(n),
            char_of: numbers(3 * n),
            word_of: numbers(n),
            ..Normal::default()
        };
        normal.offsets.push(0);
        normal.char_of.push(0);
        normal
    }

    fn push_word(&mut self, word: Word) {
        self.word_of.resize(word.to as usize, self.words.len() as u32);
        self.words.push(word);
    }

    fn push(&mut self, c: char, shown: char) {
        self.chars.push(c);
        self.shown.push(shown);
        push_letters(c, &mut self.letters);
        let (to, index) = (self.letters.len(), self.chars.len() as u32);
        self.offsets.push(to as u32);
        // The end of the text so far is where this character begins.
        self.char_of.resize(to, index - 1);
        self.char_of.push(index);
    }
}

/// The letters of a character.
fn push_letters(c: char, out: &mut Vec<u8>) {
    if is_syllable(c) {
        let (initial, vowel, last) = parts_of(c);
        out.extend([INITIAL + initial, VOWEL + vowel]);
        if last > 0 {
            out.push(FINAL + last);
        }
    } else if c.is_ascii() {
        out.push(c as u8);
    } else {
        out.push(OTHER);
        let code = c as u32;
        out.extend((0..6).map(|n| NIBBLE | (code >> (4 * n) & 0xf) as u8));
    }
}

/// The normal form of `text`.
pub fn normal(text: &str) -> Normal {
    if text.chars().all(is_plain) {
        return squeeze(&written_out(compose(text.chars().collect())));
    }
    let composed = text.nfc().filter(|c| !is_invisible(*c));
    let mut plain = Vec::with_capacity(text.len() / 2);
    for c in composed {
        // NFKC for compatibility forms, but not for single letters: it would turn them into conjoining initials.
        if c.is_ascii() || is_syllable(c) || is_letter(c) {
            plain.push(c);
        } else {
            plain.extend(std::iter::once(c).nfkc().filter(|c| !is_invisible(*c)));
        }
    }
    squeeze(&written_out(compose(plain)))
}

/// `text` read as Hangul typed on a Latin keyboard, in normal form; what stands beside it stays (`지금 tkffuwntpdy😭`). `None`
/// if the result is not mostly syllables that Korean uses.
pub fn as_hangul_keys(text: &str) -> Option<Normal> {
    let typed = Typed::read(text)?;
    (typed.n_syllables > typed.n_stray).then(|| squeeze(&typed.composed))
}

/// Whether a text without any Hangul was meant as Hangul: nearly all of it becomes syllables, which English words don't.
pub fn is_hangul_keys(text: &str) -> bool {
    const LEAST_SYLLABLES: usize = 2;
    let is_sure = |typed: &Typed| typed.n_syllables >= LEAST_SYLLABLES.max(4 * typed.n_stray);
    !text.chars().any(is_syllable) && Typed::read(text).is_some_and(|typed| is_sure(&typed))
}

/// A text whose Latin letters were read as the keys of a Korean keyboard.
struct Typed {
    composed: Vec<char>,
    /// Syllables made of keys.
    n_syllables: usize,
    /// Single letters that make none.
    n_stray: usize,
}

impl Typed {
    /// `None` for a text without Latin letters.
    fn read(text: &str) -> Option<Typed> {
        let is_latin = |c: char| c.is_ascii_alphabetic() || ('\u{ff21}'..='\u{ff5a}').contains(&c);
        if !text.contains(is_latin) {
            return None;
        }
        let mut n_before = 0;
        let letters = text.chars().filter(|c| !is_invisible(*c)).map(|c| match c {
            c if c.is_ascii() => letter_of_key(c),
            // Full-width letters come from a keyboard that was switched half-way.
            '\u{ff21}'..='\u{ff5a}' => letter_of_key(char::from_u32(u32::from(c) - 0xfee0).unwrap_or(c)),
            // Laughing and crying (ㅋㅋ, ㅠㅠ) is no part of a syllable.
            c if is_letter(c) => ' ',
            c => {
                n_before += usize::from(is_syllable(c));
                c
            }
        });
        let composed = compose(letters.collect());
        let n_all = composed.iter().filter(|c| is_syllable(**c)).count();
        let n_stray = composed.iter().filter(|c| is_letter(**c)).count();
        Some(Typed { composed, n_syllables: n_all.saturating_sub(n_before), n_stray })
    }
}

/// A text that was typed on a keyboard not switched to Hangul, as it was meant; `None` for any other.
pub fn as_typed(text: &str) -> Option<String> {
    let meant = |word: &str| match Typed::read(word) {
        Some(typed) => typed.composed.iter().collect(),
        None => word.to_owned(),
    };
    is_hangul_keys(text).then(|| text.split_whitespace().map(meant).collect::<Vec<String>>().join(" "))
}

/// Composed already, visible, and the same in every form.
fn is_plain(c: char) -> bool {
    c.is_ascii() || is_syllable(c) || ('ㄱ'..='ㅣ').contains(&c)
}

fn is_invisible(c: char) -> bool {
    matches!(c, '\u{ad}' | '\u{34f}' | '\u{115f}' | '\u{1160}' | '\u{180e}' | '\u{200b}'..='\u{200f}'
        | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{3164}' | '\u{fe00}'..='\u{fe0f}' | '\u{feff}')
}

/// Drops separators and repetitions, sets single letters aside, and unifies typing variants.
fn squeeze(chars: &[char]) -> Normal {
    let mut out = Squeezer { normal: Normal::with_room(chars.len()), ..Squeezer::default() };
    let mut at = 0;
    while let Some(c) = chars.get(at) {
        at += 1;
        if is_apostrophe(*c) {
            at += clitic(&chars[at..]);
            continue;
        }
        if is_syllable(*c) || c.is_ascii() {
            out.take(c.to_ascii_lowercase(), chars.get(at).copied());
            continue;
        }
        for c in c.to_lowercase() {
            out.take(c, chars.get(at).copied());
        }
    }
    out.end_word();
    out.normal
}

#[derive(Default)]
struct Squeezer {
    normal: Normal,
    before: Option<char>,
    word: Word,
    stray: String,
}

impl Squeezer {
    fn take(&mut self, c: char, next: Option<char>) {
        if is_letter(c) {
            // ㅠㅠ, ㅋㅋ and drawn-out vowels: each once.
            if !self.stray.ends_with(c) {
                self.stray.push(c);
            }
            return;
        }
        self.end_stray();
        if !is_syllable(c) && !c.is_alphanumeric() {
            self.end_word();
            self.before = None;
            let sign = if c == '.' && next == Some('.') { '…' } else { c };
            if matches!(sign, '?' | '!' | '…') && !self.normal.signs.contains(&sign) {
                self.normal.signs.push(sign);
            }
            if is_picture(c) && !self.normal.pictures.contains(&c) {
                self.normal.pictures.push(c);
            }
            if self.ends_sentence(c, next) {
                self.word.sentence += 1;
            }
            return;
        }
        let (shown, c) = (c, one_of_variants(c));
        if self.before != Some(c) || c.is_ascii_digit() {
            self.normal.push(c, shown);
        }
        self.before = Some(c);
    }

    fn end_stray(&mut self) {
        if !self.stray.is_empty() {
            self.normal.strays.push(std::mem::take(&mut self.stray));
        }
    }

    fn end_word(&mut self) {
        self.end_stray();
        let to = self.normal.chars.len() as u32;
        if to == self.word.from {
            return;
        }
        self.word.to = to;
        self.normal.push_word(self.word);
        let extra = if self.word.is_long() { (to - self.word.from) / LONG_STEP as u32 } else { 0 };
        self.word.number += 1 + extra;
        self.word.from = to;
    }

    /// A full stop ends a sentence if it stands alone and not behind a single syllable (`살.려.주.세.요`).
    fn ends_sentence(&self, c: char, next: Option<char>) -> bool {
        let long = self.normal.words.last().is_some_and(|word| word.to - word.from > 1);
        match c {
            '!' | '?' | '\n' | '。' => long,
            '.' => long && next != Some('.') && next.is_none_or(|c| !c.is_ascii_digit()),
            _ => false,
        }
    }
}

/// A picture that phones offer; colours of skin are none.
pub fn is_picture(c: char) -> bool {
    matches!(c, '\u{2600}'..='\u{27bf}' | '\u{1f000}'..='\u{1f3fa}' | '\u{1f400}'..='\u{1faff}')
}

/// How many letters of a shortened word follow an apostrophe: `he's`, `I'm`, `they're` are read as `he`, `I`, `they`.
fn clitic(behind: &[char]) -> usize {
    let n = behind.iter().take(3).take_while(|c| c.is_ascii_alphabetic()).count();
    let word: String = behind[..n].iter().map(char::to_ascii_lowercase).collect();
    if ["s", "m", "re", "ll", "ve", "d"].contains(&word.as_str()) { n } else { 0 }
}

fn is_apostrophe(c: char) -> bool {
    matches!(c, '\'' | '’' | '‘' | '`' | '´')
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn what_means_the_same_is_the_same() {
        let same = [
            ["살려주세요", "살 려 주 세 요"],
            ["살려주세요", "살려주새요!!"],
            ["살려주세요", "살\u{200b}려.주.세.요"],
            ["살려주세요", "ㅅㅏㄹㄹㅕㅈㅜㅅㅔㅇㅛ"],
            ["살려줘", "살려줘ㅓㅓㅓㅠㅠ"],
            ["살려줘", "살려줘줘줘"],
            ["불났어요", "불낫어요"],
            ["됐어", "됬어"],
            ["과자", "ㄱㅗㅏㅈㅏ"],
            ["help me", "HELP  me!"],
        ];
        for [a, b] in same {
            assert_eq!(normal(a).chars, normal(b).chars, "{a} {b}");
        }
        let decomposed: String = "살려주세요".nfd().collect();
        assert_eq!(normal(&decomposed).chars, normal("살려주세요").chars);
        assert_eq!(normal("119").chars, ['1', '1', '9']);
    }

    #[test]
    fn the_korean_keyboard() {
        assert_eq!(as_hangul_keys("tkffuwntpdy").map(|n| n.chars), Some(normal("살려주세요").chars));
        assert_eq!(as_hangul_keys("SALA"), None);
        assert_eq!(as_hangul_keys("불"), None);
        for beside in ["tkffuwntpdy😭", "tkffuwntpdy ㅠㅠ", "tkffuwntpdy…", "ｔｋｆｆｕｗｎｔｐｄｙ"]
        {
            let read: String = as_hangul_keys(beside).unwrap().chars.into_iter().collect();
            assert!(read.starts_with("살려주세요"), "{beside}: {read}");
        }
        let read: String = as_hangul_keys("지금 tkffuwntpdy").unwrap().chars.into_iter().collect();
        assert_eq!(read, normal("지금살려주세요").chars.into_iter().collect::<String>());
    }

    #[test]
    fn korean_keys_are_told_from_english_words() {
        for (typed, meant) in [
            ("dkQkrk Eofudy", Some("아빠가 때려요")),
            ("qjtm djswp dhkdy", Some("버스 언제 와요")),
            ("duRnjs djeltj aksemfdjdy", Some("여꿘 어디서 만들어요")),
            ("tkffuwntpdy!!", Some("살려주세요!!")),
            ("stop hitting me", None),
            ("where is the bus stop", None),
            ("please help, there is a fire in my house", None),
            ("hello", None),
            ("my dad hits me", None),
            ("who can I ask about tax", None),
            ("버스 stop", None),
            ("ok", None),
        ] {
            assert_eq!(as_typed(typed).as_deref(), meant, "{typed}");
        }
    }

    #[test]
    fn words_begin_where_they_began() {
        let found = normal("아 skill, 죽");
        let boundaries: Vec<_> = (0..=found.letters.len()).filter(|at| found.is_boundary(*at)).collect();
        assert_eq!(boundaries, [0, 2, 6, 9]);
    }

    proptest! {
        #[test]
        fn what_is_normal_stays(text in "[가-힣a-z0-9]{0,40}", any in any::<String>()) {
            let once: String = normal(&text).chars.into_iter().collect();
            prop_assert_eq!(normal(&once).chars.into_iter().collect::<String>(), once);
            normal(&any);
            let _ = as_hangul_keys(&any);
        }

        #[test]
        fn spaces_never_hide_a_word(text in "[가-힣]{2,12}", at in 1..6_usize) {
            let spaced: String = text.chars().enumerate().flat_map(|(i, c)| if i % at == 0 { vec![' ', c] } else { vec![c] }).collect();
            let (a, b) = (normal(&text).chars, normal(&spaced).chars);
            let once = |s: &[char]| { let mut v = s.to_vec(); v.dedup(); v };
            prop_assert_eq!(once(&a), once(&b));
        }
    }
}

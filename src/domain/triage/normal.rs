//! The normal form in which triage compares texts and patterns: no spaces, signs or repetitions, typing variants
//! unified. `살려 주 새 요`, `살려줘ㅓㅓ` and `ㅅㅏㄹㄹㅕ` thus match what they mean.

use unicode_normalization::UnicodeNormalization;

/// A text in normal form.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Normal {
    pub text: String,
    /// Byte offsets in `text` at which a word of the original begins.
    starts: Vec<usize>,
}

impl Normal {
    /// Whether a word of the original begins (or the one before ends) at byte `at`.
    pub fn is_boundary(&self, at: usize) -> bool {
        at == self.text.len() || self.starts.binary_search(&at).is_ok()
    }
}

/// Letters (ㄱ to ㅣ, U+3131..) by their position in a syllable.
const INITIALS: &[char] = &[
    'ㄱ', 'ㄲ', 'ㄴ', 'ㄷ', 'ㄸ', 'ㄹ', 'ㅁ', 'ㅂ', 'ㅃ', 'ㅅ', 'ㅆ', 'ㅇ', 'ㅈ', 'ㅉ', 'ㅊ', 'ㅋ', 'ㅌ',
    'ㅍ', 'ㅎ',
];
const FINALS: &[char] = &[
    '\0', 'ㄱ', 'ㄲ', 'ㄳ', 'ㄴ', 'ㄵ', 'ㄶ', 'ㄷ', 'ㄹ', 'ㄺ', 'ㄻ', 'ㄼ', 'ㄽ', 'ㄾ', 'ㄿ', 'ㅀ', 'ㅁ',
    'ㅂ', 'ㅄ', 'ㅅ', 'ㅆ', 'ㅇ', 'ㅈ', 'ㅊ', 'ㅋ', 'ㅌ', 'ㅍ', 'ㅎ',
];
/// Keys of the usual Korean keyboard, and below the letters they type.
const KEYS: &str = "rRseEfaqQtTdwWczxvgkoiOjpuPhynbml";
const LETTERS: &str = "ㄱㄲㄴㄷㄸㄹㅁㅂㅃㅅㅆㅇㅈㅉㅊㅋㅌㅍㅎㅏㅐㅑㅒㅓㅔㅕㅖㅗㅛㅜㅠㅡㅣ";
const VOWEL_PAIRS: &[(char, char, char)] = &[
    ('ㅗ', 'ㅏ', 'ㅘ'),
    ('ㅗ', 'ㅐ', 'ㅙ'),
    ('ㅗ', 'ㅣ', 'ㅚ'),
    ('ㅜ', 'ㅓ', 'ㅝ'),
    ('ㅜ', 'ㅔ', 'ㅞ'),
    ('ㅜ', 'ㅣ', 'ㅟ'),
    ('ㅡ', 'ㅣ', 'ㅢ'),
];
const SYLLABLES: u32 = 0xac00;

/// The normal form of `text`.
pub fn normal(text: &str) -> Normal {
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
    squeeze(&compose(plain))
}

/// `text` read as Hangul typed on a Latin keyboard, in normal form. `None` if it holds other characters, or if the
/// result is mostly not syllables.
pub fn as_hangul_keys(text: &str) -> Option<Normal> {
    let is_typed = |c: char| c.is_ascii_alphabetic() || c.is_whitespace() || c.is_ascii_punctuation();
    if !text.chars().all(is_typed) {
        return None;
    }
    let letters = text.chars().map(letter_of_key).collect();
    let composed = compose(letters);
    let n_syllables = composed.iter().filter(|c| is_syllable(**c)).count();
    let n_stray = composed.iter().filter(|c| is_letter(**c)).count();
    (n_syllables > n_stray).then(|| squeeze(&composed))
}

fn letter_of_key(key: char) -> char {
    let folded = if KEYS.contains(key) { key } else { key.to_ascii_lowercase() };
    KEYS.chars().zip(LETTERS.chars()).find(|(k, _)| *k == folded).map_or(key, |(_, letter)| letter)
}

fn is_invisible(c: char) -> bool {
    matches!(c, '\u{ad}' | '\u{34f}' | '\u{115f}' | '\u{1160}' | '\u{180e}' | '\u{200b}'..='\u{200f}'
        | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{3164}' | '\u{fe00}'..='\u{fe0f}' | '\u{feff}')
}

fn is_syllable(c: char) -> bool {
    ('가'..='힣').contains(&c)
}

/// A single letter, in compatibility or conjoining form.
fn is_letter(c: char) -> bool {
    matches!(c, '\u{1100}'..='\u{11ff}' | 'ㄱ'..='ㅣ')
}

/// The compatibility form of a conjoining letter.
fn typed(c: char) -> char {
    let of = |from: u32, table: &[char]| table.get((c as u32 - from) as usize).copied().unwrap_or(c);
    match c {
        '\u{1100}'..='\u{1112}' => of(0x1100, INITIALS),
        '\u{1161}'..='\u{1175}' => char::from_u32('ㅏ' as u32 + c as u32 - 0x1161).unwrap_or(c),
        '\u{11a8}'..='\u{11c2}' => of(0x11a7, FINALS),
        _ => c,
    }
}

fn is_vowel(c: char) -> bool {
    ('ㅏ'..='ㅣ').contains(&c)
}

/// Composes single letters into syllables, as a keyboard does.
fn compose(chars: Vec<char>) -> Vec<char> {
    let chars: Vec<char> = chars.into_iter().map(typed).collect();
    let mut out = Vec::with_capacity(chars.len());
    let mut at = 0;
    while at < chars.len() {
        let (c, n) = syllable(&chars[at..]).unwrap_or((chars[at], 1));
        out.push(c);
        at += n;
    }
    out
}

/// The syllable at the beginning of `letters`, and how many letters it takes.
fn syllable(letters: &[char]) -> Option<(char, usize)> {
    let initial = INITIALS.iter().position(|i| letters.first() == Some(i))?;
    let first = letters.get(1).copied().filter(|c| is_vowel(*c))?;
    let pair = VOWEL_PAIRS.iter().find(|(a, b, _)| *a == first && letters.get(2) == Some(b));
    let (vowel, mut n) = pair.map_or((first, 2), |(_, _, both)| (*both, 3));
    let before_vowel = |at: usize| letters.get(at).is_some_and(|c| is_vowel(*c));
    let mut last = 0;
    if let Some(found) = letters.get(n).and_then(|c| FINALS.iter().position(|f| f == c))
        && !before_vowel(n + 1)
    {
        (last, n) = (found, n + 1);
    }
    let index = (initial as u32 * 21 + (vowel as u32 - 'ㅏ' as u32)) * 28 + last as u32;
    char::from_u32(SYLLABLES + index).map(|c| (c, n))
}

/// Drops separators, single letters and repetitions, and unifies typing variants.
fn squeeze(chars: &[char]) -> Normal {
    let mut out = Normal::default();
    let mut before = None;
    let mut begins = true;
    for c in chars.iter().flat_map(|c| c.to_lowercase()) {
        if !c.is_alphanumeric() {
            begins = true;
            before = None;
            continue;
        }
        // ㅠㅠ, ㅋㅋ and drawn-out vowels carry no meaning.
        if is_letter(c) {
            continue;
        }
        let c = one_of_variants(c);
        if before == Some(c) && !c.is_ascii_digit() {
            continue;
        }
        if begins {
            out.starts.push(out.text.len());
        }
        out.text.push(c);
        (before, begins) = (Some(c), false);
    }
    out
}

/// Unifies what people confuse in typing: ㅐ and ㅔ; ㅙ, ㅞ and ㅚ; final ㅆ and ㅅ.
fn one_of_variants(c: char) -> char {
    if !is_syllable(c) {
        return c;
    }
    let index = c as u32 - SYLLABLES;
    let (initial, vowel, last) = (index / 588, index / 28 % 21, index % 28);
    let vowel = match vowel {
        1 => 5,
        3 => 7,
        10 | 15 => 11,
        other => other,
    };
    let last = if last == 20 { 19 } else { last };
    char::from_u32(SYLLABLES + (initial * 21 + vowel) * 28 + last).unwrap_or(c)
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
            assert_eq!(normal(a).text, normal(b).text, "{a} {b}");
        }
        let decomposed: String = "살려주세요".nfd().collect();
        assert_eq!(normal(&decomposed).text, normal("살려주세요").text);
        assert_eq!(normal("119").text, "119");
    }

    #[test]
    fn the_korean_keyboard() {
        assert_eq!(as_hangul_keys("tkffuwntpdy").map(|n| n.text), Some(normal("살려주세요").text));
        assert_eq!(as_hangul_keys("SALA"), None);
        assert_eq!(as_hangul_keys("불"), None);
    }

    #[test]
    fn words_begin_where_they_began() {
        let found = normal("아 skill, 죽");
        let boundaries: Vec<_> = (0..=found.text.len()).filter(|at| found.is_boundary(*at)).collect();
        assert_eq!(boundaries, [0, 3, 7, 10]);
    }

    proptest! {
        #[test]
        fn what_is_normal_stays(text in "[가-힣a-z0-9]{0,40}", any in any::<String>()) {
            let once = normal(&text).text;
            prop_assert_eq!(&normal(&once).text, &once);
            normal(&any);
            let _ = as_hangul_keys(&any);
        }

        #[test]
        fn spaces_never_hide_a_word(text in "[가-힣]{2,12}", at in 1..6_usize) {
            let spaced: String = text.chars().enumerate().flat_map(|(i, c)| if i % at == 0 { vec![' ', c] } else { vec![c] }).collect();
            let (a, b) = (normal(&text).text, normal(&spaced).text);
            let once = |s: &str| { let mut v: Vec<char> = s.chars().collect(); v.dedup(); v };
            prop_assert_eq!(once(&a), once(&b));
        }
    }
}

//! Korean letters: syllables taken apart and composed, and the keys that type them.

use unicode_normalization::UnicodeNormalization;

/// Initial, vowel and final of a syllable, as numbers; a final of 0 is none.
pub fn parts_of(syllable: char) -> (u8, u8, u8) {
    let index = syllable as u32 - SYLLABLES;
    ((index / 588) as u8, (index / 28 % 21) as u8, (index % 28) as u8)
}

/// The syllable of initial, vowel and final.
pub fn syllable_of(initial: u8, vowel: u8, last: u8) -> char {
    let index = (u32::from(initial) * 21 + u32::from(vowel)) * 28 + u32::from(last);
    char::from_u32(SYLLABLES + index).unwrap_or('가')
}

/// The consonant that a syllable begins with, as a letter by itself; another character as it is.
pub fn initial_of(syllable: char) -> char {
    if !is_syllable(syllable) {
        return syllable;
    }
    INITIALS.get(usize::from(parts_of(syllable).0)).copied().unwrap_or(syllable)
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
const KEYS: &[u8; 33] = b"rRseEfaqQtTdwWczxvgkoiOjpuPhynbml";
const LETTERS: &[char; 33] = &[
    'ㄱ', 'ㄲ', 'ㄴ', 'ㄷ', 'ㄸ', 'ㄹ', 'ㅁ', 'ㅂ', 'ㅃ', 'ㅅ', 'ㅆ', 'ㅇ', 'ㅈ', 'ㅉ', 'ㅊ', 'ㅋ', 'ㅌ',
    'ㅍ', 'ㅎ', 'ㅏ', 'ㅐ', 'ㅑ', 'ㅒ', 'ㅓ', 'ㅔ', 'ㅕ', 'ㅖ', 'ㅗ', 'ㅛ', 'ㅜ', 'ㅠ', 'ㅡ', 'ㅣ',
];
/// The letter of each key by its ASCII code; NUL: the key types itself.
const LETTER_OF_KEY: [char; 128] = {
    let mut letters = ['\0'; 128];
    // A key that types the same letter with Shift first, so that those that differ keep their own.
    let mut n = 0;
    while n < KEYS.len() {
        if KEYS[n].is_ascii_lowercase() {
            letters[KEYS[n].to_ascii_uppercase() as usize] = LETTERS[n];
        }
        n += 1;
    }
    n = 0;
    while n < KEYS.len() {
        letters[KEYS[n] as usize] = LETTERS[n];
        n += 1;
    }
    letters
};
const VOWEL_PAIRS: &[(char, char, char)] = &[
    ('ㅗ', 'ㅏ', 'ㅘ'),
    ('ㅗ', 'ㅐ', 'ㅙ'),
    ('ㅗ', 'ㅣ', 'ㅚ'),
    ('ㅜ', 'ㅓ', 'ㅝ'),
    ('ㅜ', 'ㅔ', 'ㅞ'),
    ('ㅜ', 'ㅣ', 'ㅟ'),
    ('ㅡ', 'ㅣ', 'ㅢ'),
];
const FINAL_PAIRS: &[(char, char, char)] = &[
    ('ㄱ', 'ㅅ', 'ㄳ'),
    ('ㄴ', 'ㅈ', 'ㄵ'),
    ('ㄴ', 'ㅎ', 'ㄶ'),
    ('ㄹ', 'ㄱ', 'ㄺ'),
    ('ㄹ', 'ㅁ', 'ㄻ'),
    ('ㄹ', 'ㅂ', 'ㄼ'),
    ('ㄹ', 'ㅅ', 'ㄽ'),
    ('ㄹ', 'ㅌ', 'ㄾ'),
    ('ㄹ', 'ㅍ', 'ㄿ'),
    ('ㄹ', 'ㅎ', 'ㅀ'),
    ('ㅂ', 'ㅅ', 'ㅄ'),
];
const SYLLABLES: u32 = 0xac00;

pub fn letter_of_key(key: char) -> char {
    LETTER_OF_KEY.get(key as usize).copied().filter(|letter| *letter != '\0').unwrap_or(key)
}

/// `text` as it comes out of a keyboard that was not switched to Hangul.
pub fn to_keys(text: &str) -> String {
    let mut out = String::new();
    for c in text.nfc() {
        if !is_syllable(c) {
            push_key(c, &mut out);
            continue;
        }
        let (initial, vowel, last) = parts_of(c);
        push_key(INITIALS[usize::from(initial)], &mut out);
        push_key(char::from_u32('ㅏ' as u32 + u32::from(vowel)).unwrap_or(c), &mut out);
        if last > 0 {
            push_key(FINALS[usize::from(last)], &mut out);
        }
    }
    out
}

/// The keys of a letter; a compound one takes two.
fn push_key(letter: char, out: &mut String) {
    let pair = VOWEL_PAIRS.iter().chain(FINAL_PAIRS).find(|(_, _, both)| *both == letter);
    let letters = pair.map_or([Some(letter), None], |(a, b, _)| [Some(*a), Some(*b)]);
    for letter in letters.into_iter().flatten() {
        let key = LETTERS.iter().position(|known| *known == letter).map(|at| char::from(KEYS[at]));
        out.push(key.unwrap_or(letter));
    }
}

pub fn is_syllable(c: char) -> bool {
    ('가'..='힣').contains(&c)
}

/// A single letter, in compatibility or conjoining form.
pub fn is_letter(c: char) -> bool {
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
pub fn compose(chars: Vec<char>) -> Vec<char> {
    if !chars.iter().any(|c| is_letter(*c)) {
        return chars;
    }
    let chars: Vec<char> = chars.into_iter().map(typed).collect();
    let mut out = Vec::with_capacity(chars.len());
    let mut at = 0;
    while at < chars.len() {
        if !is_letter(chars[at]) {
            out.push(chars[at]);
            at += 1;
            continue;
        }
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
    let ends_with = |final_: char| FINALS.iter().position(|f| *f == final_);
    if let Some(found) = letters.get(n).and_then(|c| ends_with(*c))
        && !before_vowel(n + 1)
    {
        (last, n) = (found, n + 1);
        let both = FINAL_PAIRS.iter().find(|(a, b, _)| *a == FINALS[last] && letters.get(n) == Some(b));
        if let Some(found) = both.and_then(|(_, _, both)| ends_with(*both))
            && !before_vowel(n + 1)
        {
            (last, n) = (found, n + 1);
        }
    }
    let index = (initial as u32 * 21 + (vowel as u32 - 'ㅏ' as u32)) * 28 + last as u32;
    char::from_u32(SYLLABLES + index).map(|c| (c, n))
}

/// Unifies what people confuse in typing: ㅐ and ㅔ; ㅙ, ㅞ and ㅚ; final ㅆ and ㅅ.
pub fn one_of_variants(c: char) -> char {
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

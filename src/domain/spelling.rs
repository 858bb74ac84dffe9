//! Digits as people also spell them in reasons: by Korean words (`공일공`), by letters that look like them (`O1O`), in circles,
//! raised, and far apart. Each character is read as one digit, so what is found is hidden where it stands. A word that is read so
//! does no harm by itself: only what then makes a whole number is hidden.

use std::ops::Range;

use unicode_normalization::UnicodeNormalization;

use super::digits::{Reading, is_dash, seen};

/// How the digits of a text are read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Spelling {
    /// As they stand there.
    Typed,
    /// Words, letters and signs for digits, too.
    Words,
    /// The same, but 이 after a word of digits is a particle: `오육칠팔이 전화함`.
    WordsAndParticle,
}

impl Spelling {
    pub const ALL: [Spelling; 3] = [Self::Typed, Self::Words, Self::WordsAndParticle];

    pub fn read(self, text: &str) -> Reading {
        let mut seen = seen(text);
        if self == Spelling::Typed {
            return Reading::from_seen(seen);
        }
        for (c, _) in &mut seen {
            *c = plain_digit(*c);
        }
        let mut chars: Vec<char> = seen.iter().map(|(c, _)| *c).collect();
        read_words(&mut chars, self == Spelling::WordsAndParticle);
        read_half_hidden(&mut chars);
        let read = chars.into_iter().zip(seen).map(|(c, (_, at))| (c, at));
        Reading::from_seen(narrow(read.collect()))
    }
}

/// The digit that a sign stands for: `①`, `¹`, `❶`.
fn plain_digit(c: char) -> char {
    let mut compatible = c.nfkc();
    match (compatible.next(), compatible.next(), u32::from(c)) {
        (Some(digit @ '0'..='9'), None, _) => digit,
        (_, _, at @ (0x2776..=0x277e | 0x2780..=0x2788 | 0x278a..=0x2792)) => {
            char::from_digit((at - 0x2776) % 10 + 1, 10).unwrap_or(c)
        }
        _ => c,
    }
}

/// The digit that a syllable or a letter is read as.
fn word_digit(c: char) -> Option<char> {
    Some(match c {
        '0'..='9' => c,
        '공' | '영' | '〇' | '零' | 'O' | 'o' => '0',
        '일' | '一' | 'l' | 'I' => '1',
        '이' | '二' => '2',
        '삼' | '三' => '3',
        '사' | '四' => '4',
        '오' | '五' => '5',
        '육' | '륙' | '六' => '6',
        '칠' | '七' => '7',
        '팔' | '八' => '8',
        '구' | '九' => '9',
        _ => return None,
    })
}

/// Reads words of three such characters or more; shorter ones only where no other letter is beside them: 이사, but not 이사함.
fn read_words(chars: &mut [char], has_particle: bool) {
    const FEWEST: usize = 3;
    let mut at = 0;
    while at < chars.len() {
        let n = chars.iter().skip(at).take_while(|c| word_digit(**c).is_some()).count();
        let end = at + n;
        let beside =
            [at.checked_sub(1).and_then(|at| chars.get(at)), chars.get(end)].map(Option::<&char>::copied);
        // `O1Ox1234x5678`.
        let is_of_word = |c: char| c.is_ascii_alphabetic() && !matches!(c, 'x' | 'X');
        let is_whole = beside.iter().flatten().all(|c| !is_of_word(*c))
            && (n >= FEWEST || beside.iter().flatten().all(|c| !c.is_alphabetic()));
        if is_whole && let Some(word) = chars.get_mut(at..end) {
            let kept = usize::from(has_particle && n > FEWEST && word.ends_with(&['이']));
            for c in word.iter_mut().take(n - kept) {
                *c = word_digit(*c).unwrap_or(*c);
            }
        }
        at = end.max(at + 1);
    }
}

/// Reads the stars in the second half of a registration number as digits, where more than its first digit is shown:
/// `900101-1*34567`.
fn read_half_hidden(chars: &mut [char]) {
    let is_part = |c: &char| c.is_ascii_digit() || *c == '*';
    for half in chars.split_mut(|c| !is_part(c)).filter(|half| half.len() == 7) {
        let n_shown = half.iter().filter(|c| c.is_ascii_digit()).count();
        if n_shown > 1 && half.first().is_some_and(char::is_ascii_digit) {
            half.iter_mut().filter(|c| **c == '*').for_each(|c| *c = '0');
        }
    }
}

/// Up to ten blanks and hyphens are read as one.
fn narrow(seen: Vec<(char, Range<usize>)>) -> Vec<(char, Range<usize>)> {
    const WIDEST: usize = 10;
    let is_blank = |c: char| c == ' ' || c == '\t' || is_dash(c);
    let mut narrowed = Vec::with_capacity(seen.len());
    for part in seen.chunk_by(|(a, _), (b, _)| is_blank(*a) && is_blank(*b)) {
        let dash = part.iter().find(|(c, _)| is_dash(*c)).or(part.first());
        match part.len() {
            2..=WIDEST => narrowed.extend(dash.cloned()),
            _ => narrowed.extend_from_slice(part),
        }
    }
    narrowed
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_and_signs_are_read_as_digits() {
        let read = |text: &str| Spelling::Words.read(text).chars.into_iter().collect::<String>();
        let cases = [
            ("공일공 1234", "010 1234"),
            ("공1공1234오678", "01012345678"),
            ("영 일 영", "0 1 0"),
            ("O1O-l234", "010-1234"),
            ("①② ¹² ❶➂ ０", "12 12 13 0"),
            ("一二三〇", "1230"),
            ("900101-1*34567", "900101-1034567"),
            ("900101-1******", "900101-1******"),
            ("010   -  1234", "010-1234"),
            ("이사함, 오일장, 삼일절, 사이에, 12호", "이사함, 오일장, 삼일절, 사이에, 12호"),
            ("hello oil", "hello oil"),
        ];
        for (text, expected) in cases {
            assert_eq!(read(text), expected, "{text}");
        }
        let particle = Spelling::WordsAndParticle.read("오육칠팔이 전화").chars;
        assert_eq!(particle.into_iter().collect::<String>(), "5678이 전화");
    }
}

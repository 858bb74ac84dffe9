//! What stands around digits and says what they are: what parts groups of them, and words.

use crate::domain::digits::is_dash;

/// So many characters before a number may hold a word that says what it is.
pub(super) const WORD_CHARS: usize = 20;
/// A word between the halves of a registration number is not longer.
pub(super) const MOST_WORD_GAP: usize = 14;
/// Words that hold one of those and say something else.
pub(super) const OTHER_WORDS: [&str; 4] = ["주민센터", "주민자치", "주민세", "토스트"];

/// What stands between two groups of digits.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Gap {
    Spaces,
    /// A new line, and no hyphen that would join both; or a comma of a list.
    Line,
    /// A stroke, a bracket, or a word for the second half of a number.
    Joint,
    /// Two numbers that have nothing to do with each other.
    Apart,
}

impl Gap {
    pub fn of(gap: &[char]) -> Gap {
        const LONGEST: usize = 4;
        let is_joint = |c: &char| is_dash(*c) || "_./\\~·:;,=*|+()[]#\"'…→、".contains(*c);
        // `1990년 1월 1일 - 1234567`.
        let gap = gap.strip_prefix(&['일']).unwrap_or(gap);
        let has = |wanted: fn(&char) -> bool| gap.iter().any(wanted);
        let n_marks = gap.iter().filter(|c| !c.is_whitespace()).count();
        let is_word = has(|c| matches!(c, '뒤' | '뒷')) && !has(char::is_ascii_alphabetic);
        if is_word && gap.len() <= MOST_WORD_GAP {
            return Gap::Joint;
        }
        let has_line_break = has(|c| matches!(c, '\n' | '\r'));
        match n_marks {
            _ if gap.is_empty() || gap.len() > LONGEST => Gap::Apart,
            0 if has_line_break => Gap::Line,
            0 => Gap::Spaces,
            _ if !gap.iter().all(|c| c.is_whitespace() || is_joint(c)) => Gap::Apart,
            _ if has_line_break && !has(|c| is_dash(*c)) => Gap::Line,
            // `1, 2, 3`.
            _ if n_marks < gap.len() && has(|c| matches!(c, ',' | ';' | '、')) => Gap::Line,
            _ => Gap::Joint,
        }
    }
}

/// Whether what parts groups is usual within one number: a hyphen, a point, a space.
pub(super) fn is_tight(gap: &[char]) -> bool {
    const LONGEST: usize = 3;
    gap.len() <= LONGEST && gap.iter().all(|c| is_dash(*c) || matches!(c, ' ' | '.' | '_'))
}

pub(super) fn is_space(gap: &[char]) -> bool {
    gap.len() <= 2 && gap.iter().all(|c| c.is_whitespace())
}

/// Whether one of the words stands in the text by itself.
pub(super) fn has_word(text: &str, words: &[&str]) -> bool {
    let text = OTHER_WORDS.iter().fold(text.to_owned(), |text, word| text.replace(word, ""));
    words.iter().any(|word| text.contains(word))
}

//! Short words and numbers as people read them. What a citizen or a colleague wrote passes through here or through
//! `domain::text` before it reaches a screen.

use std::path::Path;

use unicode_width::UnicodeWidthChar;

use crate::domain::text::{columns_of, for_cells, one_line, runs_leftwards};

/// A name, a code or another short thing that somebody else chose, safe for a screen and at most 40 columns wide.
pub fn one_word(text: &str) -> String {
    one_line(text, 40)
}

/// A path in one line, as long as it is: part of one is no use to anybody.
pub fn whole_path(path: &Path) -> String {
    one_line(&path.display().to_string(), usize::MAX)
}

/// A character for people to read: by its code point if nothing of it can be seen (`U+200B`).
pub fn visible_character(word: &str) -> String {
    let shown = one_word(word);
    let is_seen = shown.chars().any(|c| c.width().unwrap_or(0) > 0 && !c.is_whitespace());
    if is_seen {
        return shown;
    }
    word.chars().map(|c| format!("U+{:04X}", u32::from(c))).collect::<Vec<_>>().join(" ")
}

/// `1234567` as `1,234,567`.
pub fn thousands(n: usize) -> String {
    let digits = n.to_string();
    let head = digits.len() % 3;
    let mut groups: Vec<&str> = Vec::new();
    groups.extend(digits.get(..head).filter(|g| !g.is_empty()));
    groups.extend((head..digits.len()).step_by(3).filter_map(|at| digits.get(at..at + 3)));
    groups.join(",")
}

/// On one line of at most so many columns. What is written from right to left is fenced by Latin letters, so that a terminal that
/// turns such text around moves nothing else of the row.
pub fn fitted(text: &str, columns: usize) -> String {
    let calm = for_cells(&text.replace(['\n', '\r'], " "));
    if runs_leftwards(&calm) && columns > 8 {
        return format!("«RTL {} RTL»", one_line(&calm, columns.saturating_sub(10)));
    }
    one_line(&calm, columns)
}

/// As [`fitted`], filled up with spaces to exactly so many columns.
pub fn padded(text: &str, columns: usize) -> String {
    let mut words = fitted(text, columns);
    words.extend(std::iter::repeat_n(' ', columns.saturating_sub(columns_of(&words))));
    words
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_cannot_be_seen_is_named() {
        for (character, expected) in
            [("😊", "😊"), ("\u{200b}", "U+200B"), ("\u{a0}", "U+00A0"), ("\u{feff}", "U+FEFF"), ("ก", "ก")]
        {
            assert_eq!(visible_character(character), expected);
        }
    }

    #[test]
    fn numbers() {
        for (n, text) in [(0, "0"), (90, "90"), (312, "312"), (2_000, "2,000"), (1_234_567, "1,234,567")] {
            assert_eq!(thousands(n), text);
        }
    }
}

//! The part of a text around what was found.

/// So many characters before the first place that was found.
const BEFORE: usize = 20;
/// So many characters at most.
const LENGTH: usize = 90;

/// A part of a text on one line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Snippet {
    pub text: String,
    /// Ranges of characters of it.
    pub marks: Vec<(usize, usize)>,
}

/// The part of `text` around the first of `marks` (ranges of characters); its beginning without marks. An end that was cut is `…`.
pub fn snippet(text: &str, marks: &[(usize, usize)]) -> Snippet {
    let chars: Vec<char> = text.chars().collect();
    let first = marks.first().map_or(0, |(from, _)| *from);
    let mut from = first.saturating_sub(BEFORE);
    // Near the end, more of what is before fits in.
    from = from.min(chars.len().saturating_sub(LENGTH));
    let to = (from + LENGTH).min(chars.len());
    let mut shown = Snippet { text: String::new(), marks: Vec::new() };
    shown.text.extend((from > 0).then_some('…'));
    let ahead = usize::from(from > 0);
    let on_line = |c: &char| if c.is_whitespace() || c.is_control() { ' ' } else { *c };
    shown.text.extend(chars[from..to].iter().map(on_line));
    shown.text.extend((to < chars.len()).then_some('…'));
    let inside = marks.iter().filter(|(a, b)| *a < to && *b > from);
    let moved = |(a, b): &(usize, usize)| ((*a).max(from) - from + ahead, (*b).min(to) - from + ahead);
    shown.marks = inside.map(moved).collect();
    shown
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_short_text_is_shown_whole() {
        let found = snippet("버스\n언제 와요", &[(0, 2)]);
        assert_eq!(found, Snippet { text: "버스 언제 와요".into(), marks: vec![(0, 2)] });
        assert_eq!(snippet("", &[]), Snippet { text: String::new(), marks: Vec::new() });
    }

    #[test]
    fn a_long_one_is_cut_around_what_was_found() {
        let text = format!("{}버스{}택시", "가".repeat(200), "나".repeat(200));
        let found = snippet(&text, &[(200, 202), (402, 404)]);
        let marked = |(a, b): (usize, usize)| found.text.chars().skip(a).take(b - a).collect::<String>();
        assert_eq!(found.marks.iter().map(|m| marked(*m)).collect::<Vec<_>>(), ["버스"]);
        assert!(found.text.starts_with('…') && found.text.ends_with('…'));
        assert_eq!(found.text.chars().count(), LENGTH + 2);
        let last = snippet(&text, &[(402, 404)]);
        assert!(last.text.ends_with("택시") && last.text.chars().count() == LENGTH + 1);
    }
}

//! Where sentences begin and end.

/// Byte ranges of the sentences of a text, without white space around them. A line ends a sentence; so does a full stop, question
/// mark or exclamation mark with white space or the end behind it, so that 22:40 and 3.5 stay whole.
pub(super) fn sentences(text: &str) -> Vec<(usize, usize)> {
    let (mut found, mut from) = (Vec::new(), 0);
    let mut chars = text.char_indices().peekable();
    while let Some((at, c)) = chars.next() {
        let end = at + c.len_utf8();
        let stands_last = chars.peek().is_none_or(|(_, next)| next.is_whitespace());
        let ends = c == '\n' || (matches!(c, '.' | '?' | '!' | '…' | '。') && stands_last);
        if ends || chars.peek().is_none() {
            found.extend(trimmed(text, from, end));
            from = end;
        }
    }
    found
}

fn trimmed(text: &str, from: usize, to: usize) -> Option<(usize, usize)> {
    let part = text.get(from..to)?;
    let start = from + (part.len() - part.trim_start().len());
    let end = start + part.trim().len();
    (end > start).then_some((start, end))
}

/// Endings of polite questions, for those who write no question mark.
const QUESTIONS: [&str; 6] = ["인가요", "나요", "까요", "습니까", "ㅂ니까", "신가요"];

pub(super) fn is_question(sentence: &str) -> bool {
    let bare = sentence.trim_end_matches(['.', '!', '~', ' ', '\n']);
    bare.ends_with('?') || QUESTIONS.iter().any(|ending| bare.ends_with(ending))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sentences_end_at_stops_and_lines() {
        let parts = |text: &str| -> Vec<String> {
            sentences(text).into_iter().map(|(a, b)| text[a..b].to_owned()).collect()
        };
        assert_eq!(
            parts("막차는 22.40입니다. 네?\n\n 1번 출구!  끝"),
            ["막차는 22.40입니다.", "네?", "1번 출구!", "끝"]
        );
        assert_eq!(parts(" \n "), Vec::<String>::new());
    }

    #[test]
    fn questions_need_no_mark() {
        for text in ["몇 시인가요", "가시나요.", "어디입니까?", "ok?"] {
            assert!(is_question(text), "{text}");
        }
        assert!(!is_question("갑니다."));
    }
}

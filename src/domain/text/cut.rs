//! Where to cut a text: after a sentence if possible, else before white space, else between two visible characters.

use unicode_normalization::char::is_combining_mark;

/// The preferred place of a cut.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Cut {
    /// After a sentence or a line; if there is none, as `Space`.
    Sentence,
    /// Before white space; if there is none, as `Tight`.
    Space,
    /// As late as possible.
    Tight,
}

/// The byte offset at which to cut `text`, at most `end`. `end` must lie between two characters.
///
/// The end of a sentence or word counts only in the second half, so that an early full stop does not make a short part.
pub(super) fn place(text: &str, end: usize, cut: Cut) -> usize {
    let (mut sentence, mut space, mut tight) = (None, None, None);
    for (at, prev, next) in boundaries(text).take_while(|(at, _, _)| *at <= end) {
        let late = at >= end / 2;
        if next.is_whitespace() && late {
            space = Some(at);
            sentence = if ends_sentence(text.get(..at), next) { Some(at) } else { sentence };
        }
        if !sticks(prev, next) {
            tight = Some(at);
        }
    }
    match cut {
        Cut::Sentence => sentence.or(space),
        Cut::Space => space,
        Cut::Tight => None,
    }
    .or(tight)
    .unwrap_or(end)
}

/// The boundaries between characters: (byte offset, character before, character after).
fn boundaries(text: &str) -> impl Iterator<Item = (usize, char, char)> {
    let after = text.char_indices().skip(1);
    text.chars().zip(after).map(|(prev, (at, next))| (at, prev, next))
}

fn ends_sentence(before: Option<&str>, next: char) -> bool {
    let before =
        before.unwrap_or_default().trim_end_matches(['"', '\'', '”', '’', ')', ']', '」', '』', '»']);
    let mut last = before.chars().rev();
    match last.next() {
        _ if next == '\n' => true,
        // Not in "2026. 3. 5." and not after the "1." of a list.
        Some('.') => !last.next().is_some_and(|c| c.is_ascii_digit()),
        Some(c) => matches!(c, '!' | '?' | '…' | '。' | '！' | '？' | '．'),
        None => false,
    }
}

/// Whether the two belong to one visible character. Nearly Unicode's grapheme clusters, without Indic conjuncts; two
/// flags in a row also stay together.
pub(super) fn sticks(prev: char, next: char) -> bool {
    let zero_width_joiner = '\u{200d}';
    // U+0E33 and U+0EB3 are Thai and Lao vowels that Unicode counts as letters.
    let is_modifier = matches!(next, '\u{e33}' | '\u{eb3}' | '\u{200c}' | '\u{1f3fb}'..='\u{1f3ff}' | '\u{e0020}'..='\u{e007f}');
    let is_flag = |c: char| ('\u{1f1e6}'..='\u{1f1ff}').contains(&c);
    prev == zero_width_joiner
        || next == zero_width_joiner
        || is_modifier
        || is_combining_mark(next)
        || (is_flag(prev) && is_flag(next))
        || (prev == '\r' && next == '\n')
        || is_within_syllable(prev, next)
}

/// Whether the two belong to one Hangul syllable in conjoining letters (old Korean has syllables without a code point).
fn is_within_syllable(prev: char, next: char) -> bool {
    let is_initial = |c: char| matches!(c, '\u{1100}'..='\u{115f}' | '\u{a960}'..='\u{a97c}');
    let is_later = |c: char| matches!(c, '\u{1160}'..='\u{11ff}' | '\u{d7b0}'..='\u{d7fb}');
    let is_syllable = |c: char| ('가'..='힣').contains(&c);
    (is_initial(prev) && (is_initial(next) || is_syllable(next) || is_later(next)))
        || ((is_syllable(prev) || is_later(prev)) && is_later(next))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places() {
        let table = [
            // (text, the end given by "|", how, what stands before the cut)
            ("버스는 갑니다. 62번을 타세|요.", Cut::Sentence, "버스는 갑니다."),
            ("버스는 갑니다. 62번을 타세|요.", Cut::Space, "버스는 갑니다. 62번을"),
            ("버스는 갑니다. 62번을 타세|요.", Cut::Tight, "버스는 갑니다. 62번을 타세"),
            ("버스는 갑니다.| 62번", Cut::Sentence, "버스는 갑니다."),
            ("네. 62번 버스가 갑니|다", Cut::Sentence, "네. 62번 버스가"),
            ("첫 줄입니다\n둘째 줄|은", Cut::Sentence, "첫 줄입니다"),
            ("기한은 2026. 3. 5.까지입|니다", Cut::Sentence, "기한은 2026. 3."),
            ("순서: 1. 신청 2. 접|수", Cut::Sentence, "순서: 1. 신청 2."),
            ("왜요? 그는 \"갔다.\" 그리|고", Cut::Sentence, "왜요? 그는 \"갔다.\""),
            ("띄어쓰기가없는글|입니다", Cut::Sentence, "띄어쓰기가없는글"),
            ("가족 👩\u{200d}|👧", Cut::Tight, "가족 "),
            ("e\u{301}|\u{302}", Cut::Tight, "e\u{301}"),
        ];
        for (marked, cut, expected) in table {
            let end = marked.find('|').expect("marked");
            let text = marked.replacen('|', "", 1);
            assert_eq!(&text[..place(&text, end, cut)], expected, "{marked} {cut:?}");
        }
    }

    #[test]
    fn what_sticks_together() {
        let together = [
            "e\u{301}",
            "☎\u{fe0f}",
            "👍🏽",
            "👩\u{200d}",
            "\u{200d}👧",
            "🇰🇷",
            "1\u{20e3}",
            "\u{1100}\u{1161}",
            "가\u{11a8}",
            "각\u{11a8}",
            "\u{1112}\u{119e}",
            "🏴\u{e0067}",
            "กำ",
        ];
        let apart = ["ab", "가나", "가\u{1100}", "😀😀", "a가", "ㄱㅏ", ". "];
        for (pairs, expected) in [(&together[..], true), (&apart[..], false)] {
            for pair in pairs {
                let mut chars = pair.chars();
                let (prev, next) = (chars.next().expect("two"), chars.next().expect("two"));
                assert_eq!(sticks(prev, next), expected, "{pair}");
            }
        }
    }
}

//! Our own lines on a terminal: none is left to break in the middle of a word at the edge of the screen.

use super::shown::columns_of;

/// So much of a line is left for words behind what is put before each of its lines.
const LEAST_ROOM: usize = 24;
/// A line that goes on stands so far in.
const STEP: usize = 2;

/// The text with every line that is wider than `columns` broken at spaces. What goes on stands under the last column of the line (two
/// spaces or more begin one), behind the bar of a quoted text, or a step further in. A word that is wider than a line stays whole, so that
/// it can be copied; behind a bar it is broken, so that none of it can be taken for a line of ours. Colours take no room.
pub fn folded(text: &str, columns: usize) -> String {
    text.split('\n').map(|line| fold(line, columns)).collect::<Vec<_>>().join("\n")
}

fn fold(line: &str, columns: usize) -> String {
    let plain = uncoloured(line);
    if columns_of(&plain) <= columns {
        return line.to_owned();
    }
    let before = before_the_rest(&plain, columns);
    let start = columns_of(&before);
    let room = columns.saturating_sub(start).max(1);
    let is_quoted = before.contains('│');
    let (mut all, mut used, mut is_begun) = (String::new(), 0, false);
    for word in line.split(' ') {
        let mut width = columns_of(&uncoloured(word));
        // Where the word would stand no further left, nothing is gained.
        if is_begun && used + 1 + width > columns && used + 1 > start {
            all.truncate(all.trim_end().len());
            all.push('\n');
            all.push_str(&before);
            used = start;
        } else if is_begun {
            all.push(' ');
            used += 1;
        }
        is_begun = true;
        let pieces = if is_quoted && width > room { pieces(word, room) } else { vec![word] };
        for (at, piece) in pieces.iter().enumerate() {
            if at > 0 {
                all.push('\n');
                all.push_str(&before);
                used = start;
            }
            width = columns_of(&uncoloured(piece));
            all.push_str(piece);
            used += width;
        }
    }
    all
}

/// What stands before each further line of this one.
fn before_the_rest(plain: &str, columns: usize) -> String {
    let indent = plain.len() - plain.trim_start_matches(' ').len();
    if plain[indent..].starts_with("│ ") {
        return plain[..indent + "│ ".len()].to_owned();
    }
    let most = columns.saturating_sub(LEAST_ROOM);
    let begins = |at: &usize| {
        let (head, rest) = plain.split_at(*at);
        head.ends_with("  ") && *at > indent && !rest.starts_with(' ')
    };
    let mut places = plain.char_indices().map(|(at, _)| at).filter(begins).map(|at| columns_of(&plain[..at]));
    let column = places.rfind(|place| *place <= most);
    " ".repeat(column.unwrap_or(indent + STEP).min(most))
}

fn pieces(word: &str, room: usize) -> Vec<&str> {
    let (mut found, mut begin, mut used) = (Vec::new(), 0, 0);
    for (at, c) in word.char_indices() {
        let width = columns_of(c.encode_utf8(&mut [0; 4]));
        if used + width > room && at > begin {
            found.push(&word[begin..at]);
            (begin, used) = (at, 0);
        }
        used += width;
    }
    found.push(&word[begin..]);
    found
}

/// Without the colours: everything from an escape to the letter that ends it.
fn uncoloured(text: &str) -> String {
    let mut is_colour = false;
    let shown = text.chars().filter(|c| match (is_colour, c) {
        (false, '\u{1b}') => {
            is_colour = true;
            false
        }
        (true, c) => {
            is_colour = !c.is_ascii_alphabetic();
            false
        }
        (false, _) => true,
    });
    shown.collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_break_at_spaces_and_go_on_where_their_words_began() {
        for (line, expected) in [
            ("짧은 줄", "짧은 줄"),
            (
                "17:46  북구청: 오늘 오후 세 시부터 전산 점검이 있습니다",
                "17:46  북구청: 오늘 오후 세 시부터 전산\n       점검이 있습니다",
            ),
            (
                "one two three four five six seven eight nine",
                "one two three four five six seven eight\n  nine",
            ),
            (
                "  -c, --to  where the copy goes to, a folder",
                "  -c, --to  where the copy goes to, a\n            folder",
            ),
            (
                "  │ 안녕하세요 보청기 지원금을 신청하려고 합니다",
                "  │ 안녕하세요 보청기 지원금을\n  │ 신청하려고 합니다",
            ),
            (
                "a  b  https://example.kr/0123456789/0123456789",
                "a  b  https://example.kr/0123456789/0123456789",
            ),
            (
                "see https://example.kr/0123456789/0123456789",
                "see\n  https://example.kr/0123456789/0123456789",
            ),
        ] {
            assert_eq!(folded(line, 40), expected, "{line}");
        }
        assert_eq!(folded("첫 줄\n\n둘째 줄", 40), "첫 줄\n\n둘째 줄");
        assert_eq!(folded(&"줄 ".repeat(300), usize::MAX), "줄 ".repeat(300));
    }

    #[test]
    fn no_part_of_a_quoted_word_stands_without_its_bar() {
        let long = format!("  │ {} 끝", "가".repeat(100));
        let text = folded(&long, 40);
        assert!(text.lines().all(|line| line.starts_with("  │ ") && columns_of(line) <= 40), "{text}");
        assert_eq!(text.replace("\n  │ ", "").replace(' ', "").len(), long.replace(' ', "").len());
    }

    #[test]
    fn colours_take_no_room() {
        let line = "\u{1b}[1;31m긴급: 아무도 살피지 않습니다.\u{1b}[0m munja ack 12";
        assert_eq!(folded(line, 44), line);
        assert_eq!(folded(line, 40), line.replace(" 12", "\n  12"));
    }

    #[test]
    fn narrow_terminals_lose_nothing() {
        for columns in 0..60 {
            for line in
                ["17:46  북구청: 오늘 오후 세 시부터", "  │ 안녕하세요 https://a.example/0123456789", "   "]
            {
                let text = folded(line, columns).replace(['\n', ' ', '│'], "");
                assert_eq!(text, line.replace([' ', '│'], ""), "{columns}");
            }
        }
    }
}

//! Showing foreign text on a terminal. Whatever it holds, it must not move the cursor, hide words or reverse a line.

use super::cut::sticks;

/// The text on one line of at most `max_columns` terminal columns. White space and control characters become single
/// spaces, invisible control characters are dropped, and a text that does not fit ends in `…`.
pub fn one_line(text: &str, max_columns: usize) -> String {
    let (mut line, mut n_columns, mut last) = (String::new(), 0, ' ');
    // The last byte offset that leaves room for the `…`.
    let mut fits_cut = 0;
    for c in spaced(text) {
        if n_columns < max_columns && !sticks(last, c) {
            fits_cut = line.len();
        }
        n_columns += columns(c);
        if n_columns > max_columns {
            line.truncate(fits_cut);
            line.truncate(line.trim_end().len());
            line.extend((max_columns > 0).then_some('…'));
            return line;
        }
        line.push(c);
        last = c;
    }
    line
}

/// The text with everything that could control a terminal or deceive a reader escaped as `\u{…}`. Line breaks are kept.
///
/// Joiners (U+200C, U+200D) stay, because Persian and emoji are written with them.
pub fn safe_for_terminal(text: &str) -> String {
    let mut safe = String::with_capacity(text.len());
    for c in text.chars() {
        if c == '\n' || !steers(c) {
            safe.push(c);
        } else {
            safe.extend(c.escape_unicode());
        }
    }
    safe
}

/// Control characters, direction marks, and invisible characters without a use in plain text.
fn steers(c: char) -> bool {
    c.is_control()
        || matches!(c,
            '\u{ad}' | '\u{61c}' | '\u{180e}' | '\u{200b}' | '\u{200e}' | '\u{200f}'
            | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}'
            | '\u{feff}' | '\u{fff9}'..='\u{fffb}' | '\u{e0000}'..='\u{e007f}')
}

/// Single spaces for white space, none at the ends, without control characters.
fn spaced(text: &str) -> impl Iterator<Item = char> {
    let is_gap = |c: char| c.is_whitespace() || c.is_control();
    let words = text.split(is_gap).map(|word| word.trim_matches(steers)).filter(|word| !word.is_empty());
    words
        .enumerate()
        .flat_map(|(i, word)| (i > 0).then_some(' ').into_iter().chain(word.chars().filter(|c| !steers(*c))))
}

/// Columns of a character, never too few: the larger number where terminals differ. Combining marks of other scripts
/// and the emoji selector (U+FE0F) count as one.
fn columns(c: char) -> usize {
    match c {
        '\u{300}'..='\u{36f}' | '\u{1160}'..='\u{11ff}' | '\u{200c}' | '\u{200d}' => 0,
        '\u{17a4}' | '\u{17d8}' => 3,
        '\u{1100}'..='\u{115f}'
        | '\u{2300}'..='\u{23ff}'
        | '\u{25a0}'..='\u{27bf}'
        | '\u{2900}'..='\u{297f}'
        | '\u{2b00}'..='\u{2bff}'
        | '\u{2e80}'..='\u{a4cf}'
        | '\u{a960}'..='\u{a97f}'
        | '\u{ac00}'..='\u{d7a3}'
        | '\u{f900}'..='\u{faff}'
        | '\u{fe10}'..='\u{fe6f}'
        | '\u{ff01}'..='\u{ff60}'
        | '\u{ffe0}'..='\u{ffe6}'
        | '\u{16fe0}'..='\u{1b2ff}'
        | '\u{1d300}'..='\u{1d37f}'
        | '\u{1f000}'..='\u{1ffff}'
        | '\u{20000}'..='\u{3ffff}' => 2,
        _ => 1,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn previews() {
        let table = [
            ("62번 버스 언제 와요?", 40, "62번 버스 언제 와요?"),
            ("62번 버스 언제 와요?", 10, "62번 버스…"),
            ("62번 버스 언제 와요?", 9, "62번 버…"),
            ("62번 버스 언제 와요?", 5, "62번…"),
            ("가나다", 6, "가나다"),
            ("가나다", 5, "가나…"),
            ("가나다", 4, "가…"),
            ("가나다", 1, "…"),
            ("가나다", 0, ""),
            ("  두\r\n\r\n줄\t입니다\0\u{1b}[31m \n", 40, "두 줄 입니다 [31m"),
            ("a\u{202e}b\u{200b} \u{feff} c", 40, "ab c"),
            ("👩\u{200d}👧 네", 5, "👩\u{200d}👧…"),
            ("👩\u{200d}👧 네", 4, "…"),
            (" \n", 5, ""),
        ];
        for (text, max, expected) in table {
            assert_eq!(one_line(text, max), expected, "{text:?} in {max}");
        }
    }

    #[test]
    fn what_steers_is_made_visible() {
        let table = [
            ("안녕\n하세요 👩\u{200d}👧", "안녕\n하세요 👩\u{200d}👧"),
            ("\u{1b}]0;x\u{7}", "\\u{1b}]0;x\\u{7}"),
            ("a\tb\rc\0", "a\\u{9}b\\u{d}c\\u{0}"),
            ("\u{9b}31m\u{7f}", "\\u{9b}31m\\u{7f}"),
            ("\u{202e}gpj.exe\u{2066}\u{feff}", "\\u{202e}gpj.exe\\u{2066}\\u{feff}"),
        ];
        for (text, expected) in table {
            assert_eq!(safe_for_terminal(text), expected);
        }
        let dangerous = "\u{0}\u{8}\u{1b}\u{7f}\u{80}\u{9f}\u{200b}\u{200e}\u{200f}\u{202a}\u{202b}\u{202c}\u{202d}\
                         \u{202e}\u{2066}\u{2067}\u{2068}\u{2069}\u{feff}\u{61c}";
        assert!(dangerous.chars().all(steers));
    }

    fn hostile() -> impl Strategy<Value = String> {
        prop_oneof!["[\\PC\u{0}-\u{20}\u{7f}-\u{a0}\u{200b}-\u{206f}\u{feff}가-힣]{0,60}", any::<String>()]
    }

    proptest! {
        #[test]
        fn a_preview_is_one_safe_line_within_its_columns(text in hostile(), max in 0..50_usize) {
            let line = one_line(&text, max);
            prop_assert!(line.chars().map(columns).sum::<usize>() <= max);
            prop_assert!(!line.contains(steers));
            prop_assert_eq!(safe_for_terminal(&line), line);
        }

        #[test]
        fn a_preview_of_a_preview_is_the_same(text in hostile(), max in 0..50_usize) {
            let line = one_line(&text, max);
            prop_assert_eq!(one_line(&line, max), line);
        }

        #[test]
        fn nothing_that_steers_is_left_and_nothing_else_is_touched(text in hostile()) {
            let safe = safe_for_terminal(&text);
            prop_assert!(!safe.contains(|c| c != '\n' && steers(c)));
            prop_assert_eq!(safe_for_terminal(&safe), safe.clone());
            if !text.contains(|c| c != '\n' && steers(c)) {
                prop_assert_eq!(safe, text);
            }
        }
    }
}

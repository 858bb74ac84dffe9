//! Showing foreign text on a terminal. Whatever it holds, it must not move the cursor, hide words or reverse a line.

use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::is_combining_mark;

use super::cut::sticks;

/// The text on one line of at most `max_columns` terminal columns. White space and control characters become single
/// spaces, invisible control characters are dropped, and a text that does not fit ends in `…`, behind a whole word where one ends near.
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
            let is_within_word = line[fits_cut..].chars().next().unwrap_or(c) != ' ';
            line.truncate(fits_cut);
            let word =
                line.rfind(' ').filter(|at| is_within_word && columns_of(&line[*at..]) <= max_columns / 3);
            line.truncate(word.unwrap_or(fits_cut));
            line.truncate(line.trim_end().len());
            line.extend((max_columns > 0).then_some('…'));
            return line;
        }
        line.push(c);
        last = c;
    }
    line
}

/// The text with everything that could control a terminal or deceive a reader escaped as `\u{…}`, and at most two marks on a
/// letter. Line breaks are kept.
///
/// Joiners (U+200C, U+200D) stay, because Persian and emoji are written with them.
pub fn safe_for_terminal(text: &str) -> String {
    let mut safe = String::with_capacity(text.len());
    for c in few_marks(text.chars()) {
        if c == '\n' || !steers(c) {
            safe.push(c);
        } else {
            safe.extend(c.escape_unicode());
        }
    }
    safe
}

/// Marks that one letter keeps on a grid; what heaps up more of them draws over the lines above and below.
const MOST_MARKS: usize = 2;

fn few_marks(text: impl Iterator<Item = char>) -> impl Iterator<Item = char> {
    let mut n_marks = 0;
    text.filter(move |c| {
        n_marks = if is_combining_mark(*c) { n_marks + 1 } else { 0 };
        n_marks <= MOST_MARKS
    })
}

/// A foreign text for a grid of cells, with one width of each character on which terminals agree: composed, without joiners,
/// variation selectors and skin tones, flags as letters, at most two marks on a letter. What steers or hides is escaped as
/// `\u{…}`; tabs become spaces. Line breaks stay.
pub fn for_cells(text: &str) -> String {
    let text = text.replace("\r\n", "\n").replace('\t', "    ");
    let (mut calm, mut begins) = (String::with_capacity(text.len()), true);
    for c in few_marks(text.nfc()) {
        match c {
            '\n' => calm.push(c),
            '\u{200c}' | '\u{200d}' | '\u{fe00}'..='\u{fe0f}' | '\u{1f3fb}'..='\u{1f3ff}' | '\u{20e3}' => {
                continue;
            }
            '\u{1f1e6}'..='\u{1f1ff}' => {
                calm.extend(char::from_u32(u32::from('A') + u32::from(c) - 0x1_f1e6));
            }
            // Nothing stands before it that could carry it.
            _ if steers(c) || is_blank_letter(c) || (begins && (is_combining_mark(c) || columns(c) == 0)) => {
                calm.extend(c.escape_unicode());
            }
            _ => calm.push(c),
        }
        begins = c == '\n';
    }
    calm
}

/// The lines of a foreign text on a grid ([`for_cells`]), none wider than `max_columns` (at least 4), broken at a space where one is near.
pub fn wrapped(text: &str, max_columns: usize) -> Vec<String> {
    for_cells(text).split('\n').flat_map(|line| wrap_line(line, max_columns.max(4))).collect()
}

fn wrap_line(line: &str, max: usize) -> Vec<String> {
    let (mut lines, mut current, mut width) = (Vec::new(), String::new(), 0);
    for (cluster, columns) in clusters(line) {
        if width + columns > max && !current.is_empty() {
            let at = current.rfind(' ').filter(|at| columns_of(&current[*at..]) <= max / 2);
            let rest = match at {
                Some(at) if cluster != " " => current.split_off(at),
                _ => String::new(),
            };
            lines.push(current.trim_end().to_owned());
            current = rest.trim_start().to_owned();
            width = columns_of(&current);
            if cluster == " " {
                continue;
            }
        }
        current.push_str(cluster);
        width += columns;
    }
    lines.push(current);
    lines
}

/// The visible characters of a line, and the columns each takes.
fn clusters(line: &str) -> Vec<(&str, usize)> {
    let (mut found, mut begin, mut prev) = (Vec::new(), 0, None);
    for (at, c) in line.char_indices() {
        if prev.is_some_and(|prev| !sticks(prev, c)) {
            found.push(&line[begin..at]);
            begin = at;
        }
        prev = Some(c);
    }
    found.extend(Some(&line[begin..]).filter(|last| !last.is_empty()));
    found.into_iter().map(|cluster| (cluster, columns_of(cluster))).collect()
}

/// How many columns a text takes at most, on any terminal.
pub fn columns_of(text: &str) -> usize {
    text.chars().map(columns).sum()
}

/// Whether some of it is written from right to left: a terminal may then move what stands in the same row.
pub fn runs_leftwards(text: &str) -> bool {
    text.chars().any(|c| {
        matches!(c, '\u{590}'..='\u{8ff}' | '\u{fb1d}'..='\u{fdff}' | '\u{fe70}'..='\u{fefe}' | '\u{10800}'..='\u{10fff}' | '\u{1e800}'..='\u{1efff}')
    })
}

/// Whether a character must not stand in what we send or show as it is: it is invisible, or steers a terminal.
pub fn is_hidden(c: char) -> bool {
    steers(c) && c != '\n'
}

/// Letters that print nothing and take room.
fn is_blank_letter(c: char) -> bool {
    matches!(c, '\u{115f}' | '\u{1160}' | '\u{3164}' | '\u{ffa0}' | '\u{2800}')
}

/// Control characters, direction marks, and invisible characters without a use in plain text.
fn steers(c: char) -> bool {
    c.is_control()
        || matches!(c,
            '\u{ad}' | '\u{61c}' | '\u{180e}' | '\u{200b}' | '\u{200e}' | '\u{200f}'
            | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}'
            | '\u{feff}' | '\u{fff9}'..='\u{fffb}' | '\u{e0000}'..='\u{e007f}')
}

/// Single spaces for white space, none at the ends, without control characters, with at most two marks on a letter.
fn spaced(text: &str) -> impl Iterator<Item = char> {
    let is_gap = |c: char| c.is_whitespace() || c.is_control();
    let words = text.split(is_gap).map(|word| word.trim_matches(steers)).filter(|word| !word.is_empty());
    let spaced = words
        .enumerate()
        .flat_map(|(i, word)| (i > 0).then_some(' ').into_iter().chain(word.chars().filter(|c| !steers(*c))));
    few_marks(spaced)
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
            ("62번 버스 언제 와요?", 9, "62번…"),
            ("62번 버스 언제 와요?", 14, "62번 버스…"),
            ("62번 버스정류장이어디예요", 14, "62번 버스정류…"),
            ("the library was closed", 18, "the library was…"),
            ("the library was", 14, "the library…"),
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
            ("e\u{301}\u{302}\u{303}\u{304}!", 5, "e\u{301}\u{302}!"),
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
            ("e\u{301}\u{302}\u{303}\u{304}!", "e\u{301}\u{302}!"),
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

    #[test]
    fn lines_on_a_grid() {
        let table = [
            ("62번 버스 언제 와요?", 12, vec!["62번 버스", "언제 와요?"]),
            ("가나다라마바", 5, vec!["가나", "다라", "마바"]),
            ("둘\r\n줄\t끝", 20, vec!["둘", "줄    끝"]),
            ("\u{1112}\u{1161}\u{11ab}글", 20, vec!["한글"]),
            ("👩\u{200d}👧👍🏽🇰🇷 1\u{fe0f}\u{20e3}", 20, vec!["👩👧👍KR 1"]),
            ("e\u{301}\u{302}\u{303}\u{304}!", 20, vec!["é\u{302}\u{303}!"]),
            ("\u{301}a\u{202e}b\u{3164}", 60, vec!["\\u{301}a\\u{202e}b\\u{3164}"]),
            ("\u{1b}[2J", 60, vec!["\\u{1b}[2J"]),
            ("", 10, vec![""]),
        ];
        for (text, max, expected) in table {
            assert_eq!(wrapped(text, max), expected, "{text:?}");
        }
        assert!(runs_leftwards("a שלום") && runs_leftwards("مرحبا") && !runs_leftwards("가a1 👍"));
    }

    fn hostile() -> impl Strategy<Value = String> {
        prop_oneof!["[\\PC\u{0}-\u{20}\u{7f}-\u{a0}\u{200b}-\u{206f}\u{feff}가-힣]{0,60}", any::<String>()]
    }

    proptest! {
        #[test]
        fn nothing_leaves_its_cells(text in hostile(), max in 4..50_usize) {
            for line in wrapped(&text, max) {
                prop_assert!(columns_of(&line) <= max.max(10), "{line:?}");
                prop_assert!(!line.contains(steers));
                prop_assert!(unicode_width::UnicodeWidthStr::width(line.as_str()) <= max.max(10), "{line:?}");
            }
        }

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
                prop_assert_eq!(safe, few_marks(text.chars()).collect::<String>());
            }
        }
    }
}

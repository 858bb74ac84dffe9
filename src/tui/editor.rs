//! A small editor: a text, a cursor between two visible characters, and where both stand on a grid.
//!
//! What is put in is made sendable first: line ends are LF, and what is invisible or steers a terminal is left out and counted.

use unicode_segmentation::UnicodeSegmentation;
use unicode_width::UnicodeWidthStr;

use crate::domain::text::{is_hidden, normalise};

#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Editor {
    text: String,
    /// Byte offset, always between two visible characters.
    cursor: usize,
}

/// A row on the grid: a range of bytes of the text.
pub type Row = std::ops::Range<usize>;

impl Editor {
    pub fn with(text: &str) -> Self {
        let mut editor = Editor::default();
        editor.insert(text);
        editor
    }

    pub fn text(&self) -> &str {
        &self.text
    }

    /// What stands before the cursor.
    pub fn before_cursor(&self) -> &str {
        &self.text[..self.cursor]
    }

    pub fn is_blank(&self) -> bool {
        self.text.trim().is_empty()
    }

    /// Puts text in at the cursor. Returns how many invisible characters were left out.
    pub fn insert(&mut self, text: &str) -> usize {
        let text = normalise(text).replace('\t', " ");
        let n_before = text.chars().count();
        let kept: String = text.chars().filter(|c| !is_hidden(*c)).collect();
        let n_left_out = n_before - kept.chars().count();
        self.text.insert_str(self.cursor, &kept);
        self.cursor += kept.len();
        // A letter may join what stands around it.
        self.cursor = self.boundary_at_or_after(self.cursor);
        n_left_out
    }

    pub fn backspace(&mut self) {
        let from = self.before();
        self.text.replace_range(from..self.cursor, "");
        self.cursor = from;
    }

    pub fn delete(&mut self) {
        let to = self.after();
        self.text.replace_range(self.cursor..to, "");
    }

    /// Removes the word before the cursor.
    pub fn delete_word(&mut self) {
        let head = self.text[..self.cursor].trim_end();
        let from = head
            .rfind(char::is_whitespace)
            .map_or(0, |at| at + head[at..].chars().next().map_or(0, char::len_utf8));
        self.text.replace_range(from..self.cursor, "");
        self.cursor = from;
    }

    pub fn left(&mut self) {
        self.cursor = self.before();
    }

    pub fn right(&mut self) {
        self.cursor = self.after();
    }

    /// To the beginning of the row that is shown, or its end.
    pub fn home(&mut self, width: usize) {
        let (rows, (_, y)) = self.layout(width);
        self.cursor = rows.get(y).map_or(0, |row| row.start);
    }

    pub fn end(&mut self, width: usize) {
        let (rows, (_, y)) = self.layout(width);
        let end = rows.get(y).map_or(self.text.len(), |row| row.end);
        // The end of a row that goes on below would stand at the beginning of the next one.
        self.cursor = end;
        if self.layout(width).1.1 != y {
            self.left();
        }
    }

    pub fn up(&mut self, width: usize) {
        self.vertical(width, -1);
    }

    pub fn down(&mut self, width: usize) {
        self.vertical(width, 1);
    }

    fn vertical(&mut self, width: usize, by: isize) {
        let (rows, (x, y)) = self.layout(width);
        let Some(row) = y.checked_add_signed(by).and_then(|y| rows.get(y)) else { return };
        let mut column = 0;
        self.cursor = row.start;
        for (at, cluster) in self.text[row.clone()].grapheme_indices(true) {
            column += cluster.width();
            if column > x {
                break;
            }
            self.cursor = row.start + at + cluster.len();
        }
    }

    /// The rows at this width, and column and row of the cursor. A row is broken behind a space where one is near, as in a text that is
    /// read.
    pub fn layout(&self, width: usize) -> (Vec<Row>, (usize, usize)) {
        let rows = self.rows(width.max(4));
        let y = rows.iter().rposition(|row| row.start <= self.cursor).unwrap_or(0);
        let start = rows.get(y).map_or(0, |row| row.start);
        // A letter that is wider than the row cannot be broken.
        (rows, (self.text[start..self.cursor].width().min(width.max(2)), y))
    }

    fn rows(&self, width: usize) -> Vec<Row> {
        let (mut rows, mut start, mut columns, mut space) = (Vec::new(), 0, 0, None);
        for (at, cluster) in self.text.grapheme_indices(true) {
            if cluster == "\n" {
                rows.push(start..at);
                (start, columns, space) = (at + 1, 0, None);
                continue;
            }
            let wide = cluster.width();
            // The cursor needs a cell of its own behind the last character.
            if columns + wide >= width {
                let cut = space.filter(|cut| self.text[*cut..at].width() <= width / 2).unwrap_or(at);
                rows.push(start..cut);
                columns = self.text[cut..at].width();
                (start, space) = (cut, None);
            }
            columns += wide;
            if cluster == " " {
                space = Some(at + 1);
            }
        }
        rows.push(start..self.text.len());
        rows
    }

    fn before(&self) -> usize {
        self.text[..self.cursor].grapheme_indices(true).next_back().map_or(0, |(at, _)| at)
    }

    fn after(&self) -> usize {
        self.text[self.cursor..].graphemes(true).next().map_or(self.cursor, |c| self.cursor + c.len())
    }

    fn boundary_at_or_after(&self, at: usize) -> usize {
        let found = self.text.grapheme_indices(true).map(|(at, _)| at).find(|boundary| *boundary >= at);
        found.unwrap_or(self.text.len())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn hangul_emoji_and_lines() {
        let mut editor = Editor::with("62번 버스");
        assert_eq!(editor.layout(40).1, (9, 0));
        editor.insert("\r\n시청");
        assert_eq!((editor.text(), editor.layout(40).1), ("62번 버스\n시청", (4, 1)));
        editor.up(40);
        assert_eq!(editor.layout(40).1, (4, 0));
        editor.backspace();
        assert_eq!(editor.text(), "62 버스\n시청");
        editor.end(40);
        editor.insert("👩\u{200d}👧");
        editor.backspace();
        assert_eq!(editor.text(), "62 버스\n시청");
        editor.delete();
        assert_eq!(editor.text(), "62 버스시청");
        editor.delete_word();
        assert_eq!(editor.text(), "62 시청");
        // A letter that is composed from its parts is one.
        let mut editor = Editor::with("\u{1112}\u{1161}\u{11ab}");
        editor.backspace();
        assert!(editor.is_blank());
    }

    #[test]
    fn what_is_invisible_is_left_out() {
        let mut editor = Editor::default();
        assert_eq!(editor.insert("a\u{202e}b\u{1b}[2J\u{200b}c"), 2);
        assert_eq!(editor.text(), "ab[2Jc");
    }

    #[test]
    fn rows_break_at_a_space_and_leave_a_cell_for_the_cursor() {
        let editor = Editor::with("가나 다라마 바");
        let rows = |width| {
            let (rows, cursor) = editor.layout(width);
            (rows.into_iter().map(|row| editor.text()[row].to_owned()).collect::<Vec<_>>(), cursor)
        };
        assert_eq!(rows(9), (vec!["가나 ".into(), "다라마 ".into(), "바".into()], (2, 2)));
        assert_eq!(rows(80), (vec!["가나 다라마 바".into()], (14, 0)));
    }

    proptest! {
        #[test]
        fn any_keys_whatever(text in "[가-힣a-z 👍\u{301}\n]{0,30}", keys in prop::collection::vec(0..9_u8, 0..30), width in 4..20_usize) {
            let mut editor = Editor::with(&text);
            for key in keys {
                match key {
                    0 => editor.left(),
                    1 => editor.right(),
                    2 => editor.up(width),
                    3 => editor.down(width),
                    4 => editor.backspace(),
                    5 => editor.delete(),
                    6 => editor.home(width),
                    7 => editor.end(width),
                    _ => { editor.insert("나"); }
                }
                let (rows, (x, y)) = editor.layout(width);
                prop_assert!(y < rows.len());
                prop_assert!(x <= width, "{x} of {width}");
            }
        }
    }
}

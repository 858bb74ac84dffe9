//! Colours and tables. What a citizen or a colleague wrote is made safe (`one_word`, `one_line`, `safe_for_terminal`) before
//! it gets here.

use comfy_table::{ColumnConstraint, ContentArrangement, LineStyle, Table, Width, presets};
use owo_colors::{OwoColorize, Style};
use unicode_width::UnicodeWidthChar;

use crate::client::message::Tone;

/// Colours, or none.
#[derive(Debug, Clone, Copy)]
pub struct Paint {
    pub on: bool,
}

impl Paint {
    pub fn strong(self, text: &str) -> String {
        self.with(text, Style::new().bold())
    }

    /// Something to look at.
    pub fn alert(self, text: &str) -> String {
        self.with(text, Style::new().red().bold())
    }

    pub fn good(self, text: &str) -> String {
        self.with(text, Style::new().green())
    }

    /// Less important than the rest.
    pub fn faint(self, text: &str) -> String {
        self.with(text, Style::new().dimmed())
    }

    /// A sentence in its tone.
    pub fn toned(self, (tone, text): (Tone, String)) -> String {
        match tone {
            Tone::Plain => text,
            Tone::Good => self.good(&text),
            Tone::Alert => self.alert(&text),
            Tone::Faint => self.faint(&text),
        }
    }

    fn with(self, text: &str, style: Style) -> String {
        if self.on { text.style(style).to_string() } else { text.to_owned() }
    }
}

/// Rows as a table with a header.
pub fn table(header: Vec<String>, rows: Vec<Vec<String>>, columns: usize) -> String {
    new_table(header, rows, columns).trim_fmt()
}

fn new_table(header: Vec<String>, rows: Vec<Vec<String>>, columns: usize) -> Table {
    let mut table = Table::new();
    let style = presets::UTF8_HORIZONTAL_ONLY.row_separator(LineStyle::none());
    table.load_style(style).set_content_arrangement(ContentArrangement::Dynamic);
    table.set_width(u16::try_from(columns).unwrap_or(u16::MAX)).set_header(header).add_rows(rows);
    table
}

/// The same, where no column becomes narrower than this (columns, with the space around a cell).
pub fn unsplit_table(header: Vec<String>, rows: Vec<Vec<String>>, columns: usize, least: &[usize]) -> String {
    let mut table = new_table(header, rows, columns);
    for (column, width) in table.column_iter_mut().zip(least) {
        let width = u16::try_from(*width).unwrap_or(u16::MAX);
        column.set_constraint(ColumnConstraint::LowerBoundary(Width::Fixed(width)));
    }
    table.trim_fmt()
}

/// Rows as plain lines, for a pipe: no header, no padding, no tab.
pub fn lines(rows: &[Vec<String>]) -> String {
    let line =
        |row: &Vec<String>| row.iter().filter(|c| !c.is_empty()).cloned().collect::<Vec<_>>().join("  ");
    rows.iter().map(line).collect::<Vec<_>>().join("\n")
}

/// Rows for a program: a tab between the cells, also where one is empty, so that each column has its place.
pub fn tabbed(rows: &[Vec<String>]) -> String {
    let line =
        |row: &Vec<String>| row.iter().map(|cell| cell.replace('\t', " ")).collect::<Vec<_>>().join("\t");
    rows.iter().map(line).collect::<Vec<_>>().join("\n")
}

/// A line in pieces of at most so many columns.
pub fn wrapped(line: &str, columns: usize) -> Vec<String> {
    let (mut pieces, mut n_columns) = (vec![String::new()], 0);
    for c in line.chars() {
        let width = c.width().unwrap_or(0);
        if n_columns + width > columns.max(2) {
            pieces.push(String::new());
            n_columns = 0;
        }
        n_columns += width;
        if let Some(piece) = pieces.last_mut() {
            piece.push(c);
        }
    }
    pieces
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_table_keeps_korean_columns_straight() {
        let rows = vec![vec!["12".into(), "버스 언제 와요?".into()], vec!["7".into(), "bus?".into()]];
        let text = table(vec!["번호".into(), "문자".into()], rows.clone(), 60);
        let widths: Vec<usize> = text.lines().map(unicode_width::UnicodeWidthStr::width).collect();
        assert!(widths.iter().all(|w| *w <= 60), "{text}");
        let at = |word: &str| {
            let line = text.lines().find(|l| l.contains(word)).expect("there");
            unicode_width::UnicodeWidthStr::width(&line[..line.find(word).expect("there")])
        };
        assert_eq!(at("버스"), at("bus"));
        assert_eq!(lines(&rows), "12  버스 언제 와요?\n7  bus?");
        let rows = vec![vec!["12".into(), String::new(), "a\tb".into()]];
        assert_eq!(tabbed(&rows), "12\t\ta b");
        let long = table(vec!["가".into()], vec![vec!["버스 ".repeat(200)]], usize::MAX);
        assert_eq!(long.lines().filter(|line| line.contains("버스")).count(), 1, "{long}");
    }

    #[test]
    fn a_long_line_is_cut_by_columns() {
        assert_eq!(wrapped("버스가 안 와요", 6), ["버스가", " 안 와", "요"]);
        assert_eq!(wrapped("", 6), [""]);
        assert_eq!(wrapped("abc", usize::MAX), ["abc"]);
    }

    #[test]
    fn colours_can_be_off() {
        assert_eq!(Paint { on: false }.alert("x"), "x");
        assert!(Paint { on: true }.alert("x").starts_with('\u{1b}'));
    }
}

//! Tables of every program. On a terminal no word is broken: where the columns have no room for their longest words, each row is a
//! list of its fields. What a citizen or a colleague wrote is made safe (`one_word`, `one_line`) before it gets here.

use comfy_table::{ColumnConstraint, ContentArrangement, LineStyle, Table, Width, presets};

use crate::domain::text::{columns_of, folded};

/// The space around a cell, and between two of them.
const GAP: usize = 2;
const BETWEEN: usize = 1;

/// Rows as a table with a header, in so many columns.
pub fn table(header: Vec<String>, rows: Vec<Vec<String>>, columns: usize) -> String {
    let widest = |of: fn(&str) -> usize| -> Vec<usize> {
        let column = |(place, title): (usize, &String)| {
            let cells = rows.iter().filter_map(|row| row.get(place)).map(|cell| of(cell));
            cells.chain([of(title)]).max().unwrap_or_default() + GAP
        };
        header.iter().enumerate().map(column).collect()
    };
    let least = widest(|text| text.split_whitespace().map(columns_of).max().unwrap_or_default());
    let most = widest(|text| text.lines().map(columns_of).max().unwrap_or_default());
    let room = columns.saturating_sub(BETWEEN * header.len().saturating_sub(1));
    let Some(left) = room.checked_sub(least.iter().sum()) else {
        return records(&header, &rows, columns);
    };
    let widths = shared_out(least, &most, left);
    constrained(header, rows, columns, &widths, ColumnConstraint::Absolute)
}

/// The widths of the columns, where so much is left for those that want more: in turn each gets one.
fn shared_out(mut widths: Vec<usize>, wanted: &[usize], mut left: usize) -> Vec<usize> {
    loop {
        let mut n_given = 0;
        for (width, _) in widths.iter_mut().zip(wanted).filter(|(width, wanted)| **width < **wanted) {
            if left > n_given {
                *width += 1;
                n_given += 1;
            }
        }
        if n_given == 0 {
            return widths;
        }
        left -= n_given;
    }
}

/// On a terminal of so many columns a table; else the same in plain columns, a line a row.
pub fn drawn(header: Vec<String>, rows: Vec<Vec<String>>, columns: Option<usize>) -> String {
    if let Some(columns) = columns {
        return table(header, rows, columns);
    }
    let mut table = Table::new();
    table.load_style(presets::NOTHING).set_header(header).add_rows(rows);
    table.trim_fmt()
}

/// A table where no column becomes narrower than this (columns, with the space around a cell).
pub fn unsplit_table(header: Vec<String>, rows: Vec<Vec<String>>, columns: usize, least: &[usize]) -> String {
    constrained(header, rows, columns, least, ColumnConstraint::LowerBoundary)
}

fn constrained(
    header: Vec<String>,
    rows: Vec<Vec<String>>,
    columns: usize,
    widths: &[usize],
    constraint: fn(Width) -> ColumnConstraint,
) -> String {
    let mut table = Table::new();
    let style = presets::UTF8_HORIZONTAL_ONLY.row_separator(LineStyle::none());
    table.load_style(style).set_content_arrangement(ContentArrangement::Dynamic);
    table.set_width(u16::try_from(columns).unwrap_or(u16::MAX)).set_header(header).add_rows(rows);
    for (column, width) in table.column_iter_mut().zip(widths) {
        column.set_constraint(constraint(Width::Fixed(u16::try_from(*width).unwrap_or(u16::MAX))));
    }
    table.trim_fmt()
}

/// Each row as lines of heading and value, without those that are empty; an empty line between two rows.
fn records(header: &[String], rows: &[Vec<String>], columns: usize) -> String {
    let widest = header.iter().map(|title| columns_of(title)).max().unwrap_or_default();
    let line = |(title, cell): (&String, &String)| {
        let space = " ".repeat(widest - columns_of(title) + GAP);
        (!cell.is_empty()).then(|| folded(&format!("{title}{space}{}", cell.replace('\n', " ")), columns))
    };
    let record = |row: &Vec<String>| header.iter().zip(row).filter_map(line).collect::<Vec<_>>().join("\n");
    rows.iter().map(record).collect::<Vec<_>>().join("\n\n")
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

#[cfg(test)]
mod tests {
    use super::*;

    fn row(cells: &[&str]) -> Vec<String> {
        cells.iter().map(ToString::to_string).collect()
    }

    #[test]
    fn a_table_keeps_korean_columns_straight() {
        let rows = vec![row(&["12", "버스 언제 와요?"]), row(&["7", "bus?"])];
        let text = table(row(&["번호", "문자"]), rows, 60);
        let widths: Vec<usize> = text.lines().map(columns_of).collect();
        assert!(widths.iter().all(|w| *w <= 60), "{text}");
        let at = |word: &str| {
            let line = text.lines().find(|l| l.contains(word)).expect("there");
            columns_of(&line[..line.find(word).expect("there")])
        };
        assert_eq!(at("버스"), at("bus"));
        let long = table(row(&["가"]), vec![vec!["버스 ".repeat(200)]], usize::MAX);
        assert_eq!(long.lines().filter(|line| line.contains("버스")).count(), 1, "{long}");
    }

    /// Names, log-ins, desks and numbers as long as they may be, in both languages.
    #[test]
    fn no_word_is_broken_on_a_terminal_however_long_names_are() {
        let rows = vec![
            row(&[
                "Alexander Hamilton-Montgomery",
                "gwangju-counselor-long-login01",
                "근무 (17:47부터)",
                "1",
                "모든 부서",
            ]),
            row(&[
                "남궁민수혁진 상담사(북구청 장애인복지과)",
                "minsu",
                "",
                "12",
                "bukgu-welfare-office, main",
            ]),
            row(&["010-****-0005", "b", "on the phone (since 17:47)", "", "all desks"]),
        ];
        let header = row(&["이름", "아이디", "근무", "맡은 상담", "부서"]);
        let words: Vec<&str> = rows.iter().flatten().flat_map(|cell| cell.split(' ')).collect();
        for columns in [80, 100, 120, 200] {
            let text = table(header.clone(), rows.clone(), columns);
            assert!(text.lines().all(|line| columns_of(line) <= columns), "{columns}\n{text}");
            let shown: Vec<&str> = text.split_whitespace().collect();
            let broken: Vec<&&str> = words.iter().filter(|w| !w.is_empty() && !shown.contains(w)).collect();
            assert!(broken.is_empty(), "{columns}: {broken:?}\n{text}");
        }
    }

    #[test]
    fn rows_without_room_are_lists_of_their_fields() {
        let rows =
            vec![row(&["38", "gwangju-counselor-long-login01", ""]), row(&["39", "boss", "전화로 물어서"])];
        let text = table(row(&["번호", "누가", "사유"]), rows, 30);
        assert_eq!(
            text,
            "번호  38\n누가  gwangju-counselor-long-login01\n\n번호  39\n누가  boss\n사유  전화로 물어서"
        );
    }

    #[test]
    fn in_a_pipe_rows_are_plain_lines() {
        let rows = vec![vec!["12".into(), "버스 언제 와요?".into()], vec!["7".into(), "bus?".into()]];
        assert_eq!(lines(&rows), "12  버스 언제 와요?\n7  bus?");
        let rows = vec![vec!["12".into(), String::new(), "a\tb".into()]];
        assert_eq!(tabbed(&rows), "12\t\ta b");
    }

    #[test]
    fn in_a_pipe_a_row_is_a_line() {
        let rows = vec![row(&["12", &"버스 ".repeat(60)]), row(&["7", "bus?"])];
        let text = drawn(row(&["번호", "문자"]), rows, None);
        assert_eq!(text.lines().count(), 3, "{text}");
    }
}

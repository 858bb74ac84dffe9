//! Foreign and own words on one line of a fixed number of cells.

use crate::domain::text::{columns_of, for_cells, one_line, runs_leftwards};

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

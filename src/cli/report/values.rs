//! Values as people read them, as a spreadsheet counts with them, and what is dangerous in a cell.

use super::Printed;
use crate::api::wire::{RowView, TableView};
use crate::client::Say;
use crate::client::format::thousands;

/// A value for people: `1,234`, `3:05`, `38.7 %`, `4.52`; a dash where there is none.
pub fn shown(say: Say, unit: &str, value: Option<i64>) -> String {
    let Some(value) = value else {
        return "-".to_owned();
    };
    match unit {
        "ms" => duration(say, value),
        "per_mille" => format!("{}.{} %", value / 10, value % 10),
        "hundredths" => format!("{}.{:02}", value / 100, value % 100),
        _ => thousands(usize::try_from(value).unwrap_or_default()),
    }
}

fn duration(say: Say, ms: i64) -> String {
    if ms < 60_000 {
        let seconds = format!("{}.{}", ms / 1_000, ms % 1_000 / 100);
        return say.with("report-seconds", [("n", seconds.into())]);
    }
    let seconds = ms / 1_000;
    match seconds / 3_600 {
        0 => format!("{}:{:02}", seconds / 60, seconds % 60),
        hours => format!("{hours}:{:02}:{:02}", seconds / 60 % 60, seconds % 60),
    }
}

/// A value to count with: seconds, per cent, points; and the decimals it has.
pub fn number(unit: &str, value: i64) -> (f64, usize) {
    // Exact up to 2^53, which no figure comes near.
    let value = value as f64;
    match unit {
        "ms" => (value / 1_000.0, 3),
        "per_mille" => (value / 10.0, 1),
        "hundredths" => (value / 100.0, 2),
        _ => (value, 0),
    }
}

/// A heading with the unit of [`number`].
pub fn heading(say: Say, title: &str, unit: &str) -> String {
    match unit {
        "ms" => format!("{title} ({})", say.t("report-unit-seconds")),
        "per_mille" => format!("{title} (%)"),
        _ => title.to_owned(),
    }
}

/// A cell that no spreadsheet takes for a formula.
pub fn guarded(cell: &str) -> String {
    match cell.starts_with(['=', '+', '-', '@', '\t', '\r']) {
        true => format!("'{cell}"),
        false => cell.to_owned(),
    }
}

/// Text that is only text inside HTML.
pub fn escaped(text: &str) -> String {
    let mut safe = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => safe.push_str("&amp;"),
            '<' => safe.push_str("&lt;"),
            '>' => safe.push_str("&gt;"),
            '"' => safe.push_str("&quot;"),
            '\'' => safe.push_str("&#39;"),
            c if c.is_control() && !matches!(c, '\n' | '\t') => safe.push(' '),
            c => safe.push(c),
        }
    }
    safe
}

/// The largest value of a table's first column; at least 1.
pub fn largest(table: &TableView) -> i64 {
    table.rows.iter().filter_map(first).max().unwrap_or(0).max(1)
}

/// The value of a row's first column, which charts and bars show.
pub fn first(row: &RowView) -> Option<i64> {
    row.cells.first().copied().flatten()
}

/// Whether the rows are moments in their order.
pub fn is_in_time(table: &TableView) -> bool {
    matches!(table.id.as_str(), "hour" | "day" | "weekday" | "month")
}

/// The value of the same figure in the period that this one is compared with.
pub fn before(printed: &Printed, id: &str) -> Option<i64> {
    let (_, compared) = printed.compared.as_ref()?;
    compared.figures.iter().find(|figure| figure.id == id)?.value
}

/// The change between two values, in per cent.
pub fn change(now: Option<i64>, before: Option<i64>) -> Option<i64> {
    let (now, before) = (now?, before.filter(|before| *before != 0)?);
    Some((now - before) * 100 / before)
}

/// Sentences below the figures: whether they are final, and what was corrected since they were published.
pub fn remarks(printed: &Printed) -> Vec<String> {
    let (say, report) = (printed.say, &printed.report);
    let mut remarks = vec![say.with("report-made", [("at", printed.made.clone().into())])];
    if !report.is_final {
        remarks.push(say.t("report-not-final"));
    }
    for correction in &report.corrections {
        let value = |value: Option<i64>| value.map_or_else(|| "-".to_owned(), |n| n.to_string());
        let values = [
            ("name", correction.name.clone().into()),
            ("published", value(correction.published).into()),
            ("now", value(correction.now).into()),
        ];
        remarks.push(say.with("report-corrected", values));
    }
    if let Some(words) = printed.words.as_ref().filter(|words| words.n_erased > 0) {
        remarks.push(say.with("report-erased-words", [("n", words.n_erased.into())]));
    }
    if let Some(words) = printed.words.as_ref().filter(|words| words.n_more > 0) {
        remarks.push(say.with("report-more-words", [("n", words.n_more.into())]));
    }
    remarks
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ops::lang::Lang;

    #[test]
    fn values_for_people() {
        let say = crate::cli::words::say(Lang::En);
        let table = [
            ("count", Some(1_234_567), "1,234,567"),
            ("count", None, "-"),
            ("ms", Some(4_250), "4.2 s"),
            ("ms", Some(185_000), "3:05"),
            ("ms", Some(3_785_000), "1:03:05"),
            ("per_mille", Some(387), "38.7 %"),
            ("hundredths", Some(452), "4.52"),
        ];
        for (unit, value, expected) in table {
            assert_eq!(shown(say, unit, value), expected, "{unit} {value:?}");
        }
    }

    #[test]
    fn no_cell_is_a_formula() {
        for cell in ["=1+1", "+82", "-1", "@x", "\tx", "\rx"] {
            assert_eq!(guarded(cell), format!("'{cell}"));
        }
        assert_eq!(guarded("교통/버스=1"), "교통/버스=1");
    }

    #[test]
    fn changes_are_of_something() {
        assert_eq!(change(Some(120), Some(100)), Some(20));
        assert_eq!(change(Some(50), Some(100)), Some(-50));
        assert_eq!(
            (change(Some(5), Some(0)), change(None, Some(1)), change(Some(1), None)),
            (None, None, None)
        );
    }

    #[test]
    fn what_people_wrote_is_only_text() {
        assert_eq!(
            escaped("<script>\"a\" & 'b'</script>\u{1b}"),
            "&lt;script&gt;&quot;a&quot; &amp; &#39;b&#39;&lt;/script&gt; "
        );
    }
}

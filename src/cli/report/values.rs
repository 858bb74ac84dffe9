//! Values as people read them, as a spreadsheet counts with them, and what is dangerous in a cell.

use super::Printed;
use crate::api::wire::{CorrectionView, RowView, TableView};
use crate::client::Say;
use crate::client::format::{one_word, thousands};
use crate::domain::text::one_line;

/// A value for people: `1,234`, `3:05`, `38.7 %`, `4.52`; a dash where there is none.
pub fn shown(say: Say, unit: &str, value: Option<i64>) -> String {
    let Some(value) = value else {
        return "-".to_owned();
    };
    match unit {
        "ms" => duration(say, value),
        "per_mille" => format!("{} %", tenths(value)),
        "hundredths" => format!("{}.{:02}", value / 100, value % 100),
        _ => thousands(usize::try_from(value).unwrap_or_default()),
    }
}

/// `-38.7` of -387.
fn tenths(n: i64) -> String {
    let sign = if n < 0 { "-" } else { "" };
    format!("{sign}{}.{}", n.abs() / 10, n.abs() % 10)
}

/// How exactly a duration is shown, everywhere: tenths of a second below a minute, then seconds, rounded half up.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Shown {
    Tenths(i64),
    /// Less than an hour, in seconds.
    Minutes(i64),
    Hours(i64),
}

impl Shown {
    pub fn of(ms: i64) -> Shown {
        let (tenths, seconds) = ((ms + 50) / 100, (ms + 500) / 1_000);
        match (tenths, seconds) {
            (..600, _) => Shown::Tenths(tenths),
            (_, ..3_600) => Shown::Minutes(seconds),
            _ => Shown::Hours(seconds),
        }
    }
}

fn duration(say: Say, ms: i64) -> String {
    match Shown::of(ms) {
        Shown::Tenths(n) => say.with("report-seconds", [("n", tenths(n).into())]),
        Shown::Minutes(s) => format!("{}:{:02}", s / 60, s % 60),
        Shown::Hours(s) => format!("{}:{:02}:{:02}", s / 3_600, s / 60 % 60, s % 60),
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

/// A duration in seconds, as a spreadsheet counts with it.
pub fn seconds(ms: i64) -> String {
    let (number, decimals) = number("ms", ms);
    format!("{number:.decimals$}")
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

/// The change between two values in words: of a share in percentage points, of anything else in per cent.
pub fn change(say: Say, unit: &str, now: Option<i64>, before: Option<i64>) -> Option<String> {
    let (now, before) = (now?, before?);
    let (n, id) = match unit {
        "per_mille" => (now - before, "report-points"),
        _ if before <= 0 => return None,
        // Rounded half up, away from zero.
        _ => (
            (2_000 * (now - before).abs() + before) / (2 * before) * (now - before).signum(),
            "report-percent",
        ),
    };
    let sign = if n > 0 { "+" } else { "" };
    Some(say.with(id, [("n", format!("{sign}{}", tenths(n)).into())]))
}

/// Sentences below the figures: whether they are final, what they are compared with, and what was corrected since it was
/// published.
pub fn remarks(printed: &Printed) -> Vec<String> {
    let (say, report) = (printed.say, &printed.report);
    let mut remarks = vec![say.with("report-made", [("at", printed.made.clone().into())])];
    if report.is_before_records {
        remarks.push(say.t("report-before-records"));
    } else if !report.is_final {
        remarks.push(say.with("report-not-final", [("date", printed.date(report.settles_at).into())]));
    } else if report.published_at.is_none() {
        remarks.push(say.t("report-final"));
    }
    if let Some(at) = report.published_at {
        let id = if report.is_final { "report-final-published" } else { "report-published" };
        remarks.push(say.with(id, [("date", printed.date(at).into())]));
    }
    if let Some((period, _)) = printed.compared.as_ref().filter(|_| printed.is_cut) {
        remarks.push(say.with("report-compared-days", [("period", period.clone().into())]));
    }
    let compared = printed.compared.iter().flat_map(|(_, other)| &other.corrections);
    remarks.extend(report.corrections.iter().chain(compared).map(|one| correction(printed, one)));
    if let Some(words) = printed.words.as_ref().filter(|words| words.n_erased > 0) {
        remarks.push(say.with("report-erased-words", [("n", words.n_erased.into())]));
    }
    if let Some(words) = printed.words.as_ref().filter(|words| words.n_more > 0) {
        remarks.push(say.with("report-more-words", [("n", words.n_more.into())]));
    }
    remarks
}

/// What was published, when, and what it is now.
fn correction(printed: &Printed, of: &CorrectionView) -> String {
    let say = printed.say;
    let values = [
        ("month", one_word(&of.month).into()),
        ("name", one_line(&of.title, 200).into()),
        ("published", shown(say, &of.unit, of.published).into()),
        ("date", printed.date(of.published_at).into()),
        ("now", shown(say, &of.unit, of.now).into()),
    ];
    say.with("report-corrected", values)
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
            ("ms", Some(4_250), "4.3 s"),
            ("ms", Some(59_949), "59.9 s"),
            ("ms", Some(59_950), "1:00"),
            ("ms", Some(185_000), "3:05"),
            ("ms", Some(196_968), "3:17"),
            ("ms", Some(3_599_500), "1:00:00"),
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
        let table = [
            ("count", Some(120), Some(100), Some("+20.0 %"), "+20.0%"),
            ("count", Some(50), Some(100), Some("-50.0 %"), "-50.0%"),
            ("ms", Some(133_479), Some(158_152), Some("-15.6 %"), "-15.6%"),
            ("count", Some(981), Some(1_000), Some("-1.9 %"), "-1.9%"),
            ("count", Some(100), Some(100), Some("0.0 %"), "0.0%"),
            ("per_mille", Some(982), Some(987), Some("-0.5 points"), "-0.5%p"),
            ("per_mille", Some(12), Some(0), Some("+1.2 points"), "+1.2%p"),
            ("count", Some(5), Some(0), None, ""),
            ("count", None, Some(1), None, ""),
            ("count", Some(1), None, None, ""),
        ];
        for (unit, now, before, english, korean) in table {
            let say = crate::cli::words::say(Lang::En);
            assert_eq!(change(say, unit, now, before).as_deref(), english, "{unit} {now:?} {before:?}");
            let say = crate::cli::words::say(Lang::Ko);
            assert_eq!(change(say, unit, now, before).unwrap_or_default(), korean);
        }
    }

    #[test]
    fn what_people_wrote_is_only_text() {
        assert_eq!(
            escaped("<script>\"a\" & 'b'</script>\u{1b}"),
            "&lt;script&gt;&quot;a&quot; &amp; &#39;b&#39;&lt;/script&gt; "
        );
    }
}

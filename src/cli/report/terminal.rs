//! A report on a terminal: the figures, tables with small bars, and the sentence that defines each figure.

use std::collections::BTreeSet;

use super::Printed;
use super::values::{before, change, first, largest, remarks, shown};
use crate::api::wire::TableView;
use crate::cli::render::{Paint, table};
use crate::client::format::one_word;
use crate::domain::text::one_line;

/// The longest bar (columns).
const BAR: i64 = 20;
/// The most that is shown of what a citizen wrote (columns).
const MOST_WORDS: usize = 200;

/// The whole report.
pub fn text(printed: &Printed, paint: Paint, columns: usize) -> String {
    let mut parts = vec![paint.strong(&title(printed))];
    if !printed.report.figures.is_empty() {
        parts.push(figures(printed, columns));
    }
    for one in printed.report.tables.iter().filter(|table| !table.rows.is_empty()) {
        parts.push(paint.strong(&one_word(&one.title)));
        parts.push(rows(printed, one, columns));
    }
    parts.extend(quotes(printed));
    parts.push(definitions(printed).join("\n"));
    parts.push(remarks(printed).iter().map(|remark| one_line(remark, 300)).collect::<Vec<_>>().join("\n"));
    parts.join("\n\n")
}

/// What the report is about.
pub fn title(printed: &Printed) -> String {
    let say = printed.say;
    let desk = match &printed.report.desk {
        Some(desk) => one_word(desk),
        None => say.t("report-all-desks"),
    };
    say.with("report-title", [("period", printed.period.clone().into()), ("desk", desk.into())])
}

fn figures(printed: &Printed, columns: usize) -> String {
    let say = printed.say;
    let mut header = vec![say.t("head-figure"), say.t("head-value"), say.t("head-goal")];
    if let Some((period, _)) = &printed.compared {
        header.extend([period.clone(), say.t("head-change")]);
    }
    let rows = printed.report.figures.iter().map(|figure| {
        let goal = figure.goal.map(|goal| shown(say, "per_mille", Some(goal))).unwrap_or_default();
        let mut row = vec![one_word(&figure.title), shown(say, &figure.unit, figure.value), goal];
        if printed.compared.is_some() {
            let other = before(printed, &figure.id);
            let change = change(figure.value, other).map(|percent| format!("{percent:+} %"));
            row.extend([shown(say, &figure.unit, other), change.unwrap_or_default()]);
        }
        row
    });
    table(header, rows.collect(), columns)
}

fn rows(printed: &Printed, of: &TableView, columns: usize) -> String {
    let most = largest(of);
    let mut header = vec![String::new()];
    header.extend(of.columns.iter().map(|column| one_word(&column.title)));
    header.push(String::new());
    let rows = of.rows.iter().map(|row| {
        let mut cells = vec![one_word(&row.label)];
        let values = of.columns.iter().zip(&row.cells);
        cells.extend(values.map(|(column, value)| shown(printed.say, &column.unit, *value)));
        let length = first(row).unwrap_or(0) * BAR / most;
        cells.push("█".repeat(usize::try_from(length).unwrap_or(0)));
        cells
    });
    table(header, rows.collect(), columns)
}

fn quotes(printed: &Printed) -> Option<String> {
    let words = printed.words.as_ref()?;
    let line = |quote: &crate::api::wire::SurveyView| {
        let score = quote.score.map_or_else(|| "-".to_owned(), |score| score.to_string());
        format!("{score}  {}", one_line(quote.comment.as_deref().unwrap_or_default(), MOST_WORDS))
    };
    let mut lines = vec![printed.say.t("report-words")];
    lines.extend(words.quotes.iter().map(line));
    Some(lines.join("\n"))
}

/// Each figure's sentence, once.
pub fn definitions(printed: &Printed) -> Vec<String> {
    let report = &printed.report;
    let figures = report.figures.iter().map(|figure| (&figure.title, &figure.definition));
    let columns = report.tables.iter().flat_map(|table| &table.columns);
    let all = figures.chain(columns.map(|column| (&column.title, &column.definition)));
    let mut seen = BTreeSet::new();
    let new = all.filter(|(title, _)| seen.insert(title.as_str()));
    new.map(|(title, definition)| format!("{}: {}", one_word(title), one_line(definition, 300))).collect()
}

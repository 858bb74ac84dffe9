//! A report on a terminal: the figures, tables with small bars, and the sentence that defines each figure.

use std::collections::BTreeSet;

use super::Printed;
use super::values::{before, change, first, largest, remarks, shown};
use crate::api::wire::{ReportView, RowView, TableView};
use crate::cli::render::Paint;
use crate::client::format::one_word;
use crate::client::table::unsplit_table;
use crate::domain::text::{columns_of, one_line};

/// The longest bar (columns).
const BAR: i64 = 20;
/// Space around a cell (columns).
const GAP: usize = 2;
/// What stands between two columns.
const BETWEEN: usize = 1;
/// The most that is shown of what a citizen wrote (columns).
const MOST_WORDS: usize = 200;

/// The whole report.
pub fn text(printed: &Printed, paint: Paint, columns: usize) -> String {
    let mut parts = vec![paint.strong(&title(printed))];
    let (has_figures, has_rows) = (!printed.report.figures.is_empty(), !has_nothing(printed));
    if has_figures && has_rows {
        parts.push(figures(printed, columns));
    }
    for one in printed.report.tables.iter().filter(|table| has_rows && !table.rows.is_empty()) {
        parts.push(paint.strong(&one_word(&one.title)));
        parts.push(rows(printed, one, columns));
    }
    parts.extend(quotes(printed));
    // The title, and nothing below it.
    if parts.len() == 1 {
        parts.push(printed.say.t("report-nothing"));
    } else {
        parts.push(definitions(printed).join("\n"));
    }
    parts.push(remarks(printed).iter().map(|remark| one_line(remark, 300)).collect::<Vec<_>>().join("\n"));
    parts.join("\n\n")
}

/// Whether nothing was counted, here and in what it is compared with: rows of noughts say less than a sentence.
fn has_nothing(printed: &Printed) -> bool {
    let is_nought = |value: &Option<i64>| value.unwrap_or(0) == 0;
    let is_empty = |report: &ReportView| {
        let mut cells = report.tables.iter().flat_map(|table| &table.rows).flat_map(|row| &row.cells);
        report.figures.iter().all(|figure| is_nought(&figure.value)) && cells.all(is_nought)
    };
    is_empty(&printed.report) && printed.compared.as_ref().is_none_or(|(_, report)| is_empty(report))
}

/// What the report is about.
pub fn title(printed: &Printed) -> String {
    let say = printed.say;
    let desk = printed.desk.clone().unwrap_or_else(|| say.t("desks-all"));
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
            let change = change(say, &figure.unit, figure.value, other);
            row.extend([shown(say, &figure.unit, other), change.unwrap_or_default()]);
        }
        row
    });
    let rows: Vec<Vec<String>> = rows.collect();
    let mut widths = widths(&header, &rows);
    // Titles of figures are sentences nearly, and may take two lines.
    let words = rows.iter().filter_map(|row| row.first()).flat_map(|title| title.split_whitespace());
    if let (Some(label), Some(longest)) = (widths.first_mut(), words.map(columns_of).max()) {
        *label = longest + GAP;
    }
    narrow(&header, &rows, columns, &widths)
}

fn rows(printed: &Printed, of: &TableView, columns: usize) -> String {
    let most = largest(of);
    let mut header = vec![String::new()];
    header.extend(of.columns.iter().map(|column| one_word(&column.title)));
    let bar = |row: &RowView| {
        let length = first(row).unwrap_or(0) * BAR / most;
        "█".repeat(usize::try_from(length).unwrap_or(0))
    };
    let rows = of.rows.iter().map(|row| {
        let mut cells = vec![one_word(&row.label)];
        let values = of.columns.iter().zip(&row.cells);
        cells.extend(values.map(|(column, value)| shown(printed.say, &column.unit, *value)));
        cells
    });
    let mut rows: Vec<Vec<String>> = rows.collect();
    let widths = widths(&header, &rows);
    let needed = widths.iter().map(|width| width + BETWEEN).sum::<usize>();
    if needed + GAP + usize::try_from(BAR).unwrap_or(0) <= columns {
        header.push(String::new());
        rows.iter_mut().zip(&of.rows).for_each(|(cells, row)| cells.push(bar(row)));
    }
    let widths = self::widths(&header, &rows);
    narrow(&header, &rows, columns, &widths)
}

/// What each column needs, with the space around it, so that neither a number nor a word of its heading is split.
fn widths(header: &[String], rows: &[Vec<String>]) -> Vec<usize> {
    let column = |(place, title): (usize, &String)| {
        let cells = rows.iter().filter_map(|row| row.get(place)).map(|cell| columns_of(cell));
        let words = title.split_whitespace().map(columns_of);
        cells.chain(words).max().unwrap_or(0) + GAP
    };
    header.iter().enumerate().map(column).collect()
}

/// A table of whole numbers and words. Columns for which there is no room follow in a further table, with the same first column.
fn narrow(header: &[String], rows: &[Vec<String>], columns: usize, widths: &[usize]) -> String {
    let Some(label) = widths.first() else { return String::new() };
    let (mut parts, mut used) = (vec![vec![0]], *label);
    for (place, width) in widths.iter().enumerate().skip(1) {
        let width = width + BETWEEN;
        if used.saturating_add(width) > columns && parts.last().is_some_and(|part| part.len() > 1) {
            parts.push(vec![0]);
            used = *label;
        }
        used += width;
        if let Some(part) = parts.last_mut() {
            part.push(place);
        }
    }
    let pick = |part: &[usize], cells: &[String]| -> Vec<String> {
        part.iter().map(|place| cells.get(*place).cloned().unwrap_or_default()).collect()
    };
    let one = |part: &Vec<usize>| {
        let rows = rows.iter().map(|row| pick(part, row)).collect();
        unsplit_table(pick(part, header), rows, columns, &pick_widths(part, widths))
    };
    parts.iter().map(one).collect::<Vec<_>>().join("\n\n")
}

fn pick_widths(part: &[usize], widths: &[usize]) -> Vec<usize> {
    part.iter().filter_map(|place| widths.get(*place)).copied().collect()
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

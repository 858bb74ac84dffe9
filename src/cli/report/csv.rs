//! A report as CSV with a byte order mark, as spreadsheets in Korea expect it: each table below its title, an empty line
//! between them.

use super::Printed;
use super::terminal::title;
use super::values::{guarded, heading, number, remarks};
use crate::api::wire::TableView;

/// Without it Excel takes Korean for another encoding.
const BOM: &[u8] = "\u{feff}".as_bytes();

/// The file.
pub fn file(printed: &Printed) -> Result<Vec<u8>, csv::Error> {
    let mut out =
        csv::WriterBuilder::new().flexible(true).terminator(csv::Terminator::CRLF).from_writer(BOM.to_vec());
    write(&mut out, &[title(printed)])?;
    if !printed.report.figures.is_empty() {
        figures(&mut out, printed)?;
    }
    for table in &printed.report.tables {
        rows(&mut out, printed, table)?;
    }
    if let Some(words) = &printed.words {
        write(&mut out, &[String::new()])?;
        write(&mut out, &[printed.say.t("report-words")])?;
        for quote in &words.quotes {
            let score = quote.score.map_or_else(String::new, |score| score.to_string());
            write(&mut out, &[score, quote.comment.clone().unwrap_or_default()])?;
        }
    }
    write(&mut out, &[String::new()])?;
    for remark in remarks(printed) {
        write(&mut out, &[remark])?;
    }
    out.into_inner().map_err(|error| error.into_error().into())
}

fn write(out: &mut csv::Writer<Vec<u8>>, cells: &[String]) -> Result<(), csv::Error> {
    out.write_record(cells.iter().map(|cell| guarded(cell)))
}

fn cell(unit: &str, value: Option<i64>) -> String {
    value.map_or_else(String::new, |value| {
        let (number, decimals) = number(unit, value);
        format!("{number:.decimals$}")
    })
}

fn figures(out: &mut csv::Writer<Vec<u8>>, printed: &Printed) -> Result<(), csv::Error> {
    let say = printed.say;
    let mut head = vec![say.t("head-figure"), say.t("head-value"), say.t("head-goal")];
    head.extend(printed.compared.as_ref().map(|(period, _)| period.clone()));
    head.push(say.t("report-definitions"));
    write(out, &[String::new()])?;
    write(out, &head)?;
    for figure in &printed.report.figures {
        let goal = cell("per_mille", figure.goal);
        let mut row = vec![heading(say, &figure.title, &figure.unit), cell(&figure.unit, figure.value), goal];
        if printed.compared.is_some() {
            row.push(cell(&figure.unit, super::values::before(printed, &figure.id)));
        }
        row.push(figure.definition.clone());
        write(out, &row)?;
    }
    Ok(())
}

fn rows(out: &mut csv::Writer<Vec<u8>>, printed: &Printed, table: &TableView) -> Result<(), csv::Error> {
    write(out, &[String::new()])?;
    let mut head = vec![table.title.clone()];
    head.extend(table.columns.iter().map(|column| heading(printed.say, &column.title, &column.unit)));
    write(out, &head)?;
    for row in &table.rows {
        let mut cells = vec![row.label.clone()];
        cells.extend(table.columns.iter().zip(&row.cells).map(|(column, value)| cell(&column.unit, *value)));
        write(out, &cells)?;
    }
    Ok(())
}

//! A report as a workbook: one sheet a table, numbers as numbers with their formats, a chart beside each table. Words are
//! always text and never a formula.

use rust_xlsxwriter::{
    Chart, ChartType, DocProperties, ExcelDateTime, Format, Workbook, Worksheet, XlsxError,
};

use super::Printed;
use super::terminal::title;
use super::values::{Shown, before, is_in_time, remarks};
use crate::api::wire::TableView;
use crate::client::Say;

const A4: u8 = 9;
/// A day, in which a workbook counts times (milliseconds).
const DAY_MS: f64 = 86_400_000.0;
/// A sheet's name may be this long (characters).
const MOST_NAME_CHARS: usize = 31;

/// The file. The same report gives the same bytes.
pub fn workbook(printed: &Printed) -> Result<Vec<u8>, XlsxError> {
    let mut book = Workbook::new();
    let made = ExcelDateTime::from_timestamp(printed.report.made_at / 1_000)?;
    book.set_properties(&DocProperties::new().set_title(title(printed)).set_creation_datetime(&made));
    if !printed.report.figures.is_empty() {
        let name = printed.say.t("report-sheet-figures");
        figures(sheet(&mut book, &name)?, printed)?;
    }
    for table in &printed.report.tables {
        let name = sheet_name(&table.title);
        rows(printed.say, sheet(&mut book, &name)?, &name, table)?;
    }
    if printed.words.is_some() {
        let name = sheet_name(&printed.say.t("report-words"));
        quotes(sheet(&mut book, &name)?, printed)?;
    }
    book.save_to_buffer()
}

fn sheet<'a>(book: &'a mut Workbook, name: &str) -> Result<&'a mut Worksheet, XlsxError> {
    let sheet = book.add_worksheet();
    sheet.set_name(name)?;
    sheet.set_paper_size(A4).set_print_fit_to_pages(1, 0);
    sheet.set_column_width(0, 34)?;
    Ok(sheet)
}

fn sheet_name(title: &str) -> String {
    title.chars().filter(|c| !"[]:*?/\\'".contains(*c)).take(MOST_NAME_CHARS).collect()
}

/// The format that shows a value as every other output does.
fn format(say: Say, unit: &str, value: i64) -> Format {
    if let ("ms", Shown::Tenths(_)) = (unit, Shown::of(value)) {
        return Format::new().set_num_format(say.t("report-sheet-seconds"));
    }
    Format::new().set_num_format(match unit {
        "ms" if matches!(Shown::of(value), Shown::Minutes(_)) => "[m]:ss",
        "ms" => "[h]:mm:ss",
        "per_mille" => "0.0%",
        "hundredths" => "0.00",
        _ => "#,##0",
    })
}

fn write(
    say: Say,
    sheet: &mut Worksheet,
    (row, column): (u32, u16),
    (unit, value): (&str, Option<i64>),
) -> Result<(), XlsxError> {
    let Some(value) = value else { return Ok(()) };
    let number = match unit {
        "ms" => value as f64 / DAY_MS,
        "per_mille" => value as f64 / 1_000.0,
        "hundredths" => value as f64 / 100.0,
        _ => value as f64,
    };
    sheet.write_number_with_format(row, column, number, &format(say, unit, value))?;
    Ok(())
}

fn head(sheet: &mut Worksheet, cells: &[String]) -> Result<(), XlsxError> {
    let bold = Format::new().set_bold().set_text_wrap();
    for (column, cell) in (0_u16..).zip(cells) {
        sheet.write_string_with_format(0, column, cell, &bold)?;
    }
    sheet.set_freeze_panes(1, 1)?;
    Ok(())
}

fn figures(sheet: &mut Worksheet, printed: &Printed) -> Result<(), XlsxError> {
    let say = printed.say;
    let other = printed.compared.as_ref().map_or_else(String::new, |(period, _)| period.clone());
    let goal = say.t("head-goal");
    head(sheet, &[title(printed), say.t("head-value"), goal, other, say.t("report-definitions")])?;
    sheet.set_column_width(4, 90)?;
    let mut at = 1;
    for figure in &printed.report.figures {
        sheet.write_string(at, 0, &figure.title)?;
        write(say, sheet, (at, 1), (&figure.unit, figure.value))?;
        write(say, sheet, (at, 2), ("per_mille", figure.goal))?;
        write(say, sheet, (at, 3), (&figure.unit, before(printed, &figure.id)))?;
        sheet.write_string(at, 4, &figure.definition)?;
        at += 1;
    }
    for remark in remarks(printed) {
        at += 1;
        sheet.write_string(at, 0, remark)?;
    }
    Ok(())
}

fn rows(say: Say, sheet: &mut Worksheet, name: &str, table: &TableView) -> Result<(), XlsxError> {
    let mut cells = vec![table.title.clone()];
    cells.extend(table.columns.iter().map(|column| column.title.clone()));
    head(sheet, &cells)?;
    for (at, row) in (1_u32..).zip(&table.rows) {
        sheet.write_string(at, 0, &row.label)?;
        for ((place, column), value) in (1_u16..).zip(&table.columns).zip(&row.cells) {
            write(say, sheet, (at, place), (&column.unit, *value))?;
        }
    }
    if table.rows.is_empty() {
        return Ok(());
    }
    let last = u32::try_from(table.rows.len()).unwrap_or(1);
    let kind = if is_in_time(table) { ChartType::Column } else { ChartType::Bar };
    let mut chart = Chart::new(kind);
    chart.add_series().set_categories((name, 1, 0, last, 0)).set_values((name, 1, 1, last, 1));
    chart.title().set_name(&table.title);
    chart.legend().set_hidden();
    let beside = u16::try_from(table.columns.len() + 2).unwrap_or(2);
    sheet.insert_chart(1, beside, &chart)?;
    Ok(())
}

fn quotes(sheet: &mut Worksheet, printed: &Printed) -> Result<(), XlsxError> {
    let say = printed.say;
    head(sheet, &[say.t("report-words"), say.t("head-score")])?;
    sheet.set_column_width(0, 90)?;
    let quotes = printed.words.iter().flat_map(|words| &words.quotes);
    for (at, quote) in (1_u32..).zip(quotes) {
        sheet.write_string(at, 0, quote.comment.as_deref().unwrap_or_default())?;
        write(say, sheet, (at, 1), ("count", quote.score.map(i64::from)))?;
    }
    Ok(())
}

//! What is printed of a report, also of one whose words are hostile.

use super::*;
use crate::api::wire::{ColumnView, CorrectionView, FigureView, RowView, SurveyView, TableView};
use crate::cli::render::Paint;
use crate::ops::lang::Lang;

const HOSTILE: &str = "=cmd|' /C calc'!A0 <script>alert(1)</script>\u{1b}[31m";

fn printed() -> Printed {
    let figure = |value| FigureView {
        id: "first_response_median".into(),
        title: "First response, median".into(),
        definition: "Half took no longer.".into(),
        unit: "ms".into(),
        value,
        goal: Some(800),
    };
    let column = |id: &str, unit: &str| ColumnView {
        id: id.into(),
        title: id.into(),
        definition: "How many.".into(),
        unit: unit.into(),
    };
    let row = |label: &str, n| RowView { key: label.into(), label: label.into(), cells: vec![Some(n), None] };
    let table = TableView {
        id: "categories".into(),
        title: "Categories".into(),
        columns: vec![column("Number", "count"), column("Share", "per_mille")],
        rows: vec![row("교통/버스", 40), row(HOSTILE, 10)],
    };
    let report = ReportView {
        from: "2026-10-01".into(),
        to: "2026-10-31".into(),
        made_at: 1_800_000_000_000,
        figures: vec![figure(Some(185_000))],
        tables: vec![table],
        corrections: vec![CorrectionView { name: "replies".into(), published: Some(1), now: Some(2) }],
        ..ReportView::default()
    };
    let before = ReportView { figures: vec![figure(Some(100_000))], ..ReportView::default() };
    let quote = SurveyView {
        conversation_id: 1,
        answered_at: 0,
        counselor: None,
        score: Some(5),
        comment: Some(HOSTILE.into()),
    };
    Printed {
        say: crate::cli::words::say(Lang::En),
        period: "2026-10".into(),
        made: "today".into(),
        report,
        compared: Some(("2026-09".into(), before)),
        words: Some(QuoteList { quotes: vec![quote], n_more: 0, n_erased: 3 }),
    }
}

#[test]
fn a_terminal_shows_bars_definitions_and_corrections() {
    let text = terminal::text(&printed(), Paint { on: false }, 120);
    for word in [
        "figures of 2026-10, all desks",
        "3:05",
        "1:40",
        "+85 %",
        "████████████████████",
        "First response, median: Half took no longer.",
        "replies was published as 1 and is 2 now",
        "3 answers are gone",
    ] {
        assert!(text.contains(word), "{word}\n{text}");
    }
    assert!(!text.contains('\u{1b}'));
}

#[test]
fn hostile_words_stay_words_in_every_file() {
    let printed = printed();
    let html = html::page(&printed);
    assert!(
        !html.contains("<script") && !html.contains('\u{1b}') && html.contains("&lt;script&gt;"),
        "{html}"
    );
    let csv = String::from_utf8(csv::file(&printed).unwrap()).unwrap();
    assert!(csv.starts_with('\u{feff}') && csv.contains("'=cmd") && !csv.contains("\n=cmd"), "{csv}");
    assert!(csv.contains("\"First response, median (seconds)\",185.000,100.000"), "{csv}");
    let book = xlsx::workbook(&printed).unwrap();
    assert!(book.starts_with(b"PK"));
    assert_eq!(book, xlsx::workbook(&printed).unwrap(), "the same report gives the same bytes");
}

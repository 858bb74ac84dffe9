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
        is_final: true,
        published_at: Some(1_796_086_800_000),
        corrections: vec![CorrectionView {
            name: "first_response_median".into(),
            title: "First response, median".into(),
            unit: "ms".into(),
            month: "2026-10".into(),
            published_at: 1_796_086_800_000,
            published: Some(196_968),
            now: Some(133_479),
        }],
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
        desk: None,
        compared: Some(("2026-09".into(), before)),
        is_cut: false,
        zone: jiff::tz::TimeZone::UTC,
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
        "+85.0 %",
        "████████████████████",
        "First response, median: Half took no longer.",
        "Correction for 2026-10: First response, median: published 3:17 on 2026-12-01, now 2:13.",
        "Final, published on 2026-12-01.",
        "3 answers are gone",
    ] {
        assert!(text.contains(word), "{word}\n{text}");
    }
    assert!(!text.contains('\u{1b}'));
}

/// A year before the service is a sentence, not rows of noughts.
#[test]
fn a_period_without_texts_says_so() {
    let mut printed = printed();
    for figure in &mut printed.report.figures {
        figure.value = None;
    }
    let none = printed.report.tables[0].rows[0].clone();
    printed.report.tables[0].rows = vec![RowView { cells: vec![Some(0), None], ..none }];
    printed.words = None;
    let text = terminal::text(&printed, Paint { on: false }, 80);
    assert!(text.contains("First response, median"), "it is compared with one that has texts: {text}");
    printed.compared = None;
    let text = terminal::text(&printed, Paint { on: false }, 80);
    assert!(text.contains("no texts in this period") && !text.contains("교통/버스"), "{text}");
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
    assert!(csv.contains("\"First response, median (seconds)\",185.000,80.0,100.000"), "{csv}");
    let book = xlsx::workbook(&printed).unwrap();
    assert!(book.starts_with(b"PK"));
    assert_eq!(book, xlsx::workbook(&printed).unwrap(), "the same report gives the same bytes");
}

/// Rows with the columns of a report by counselor, or by weekday.
fn wide(label: &str, titles: &[&str]) -> Printed {
    let column = |title: &&str| ColumnView {
        id: (*title).to_owned(),
        title: (*title).to_owned(),
        definition: "How many.".into(),
        unit: if title.contains(['%', '(']) { "ms" } else { "count" }.into(),
    };
    let row = |n: i64| RowView {
        key: n.to_string(),
        label: format!("{label} {n}"),
        cells: titles.iter().map(|_| Some(1_133_479 * n)).collect(),
    };
    let table = TableView {
        id: "counselor".into(),
        title: "By".into(),
        columns: titles.iter().map(column).collect(),
        rows: (1..=13).map(row).collect(),
    };
    let report = ReportView { tables: vec![table], ..ReportView::default() };
    Printed { report, compared: None, words: None, ..printed() }
}

#[test]
fn no_number_is_split_on_a_narrow_terminal() {
    let english = [
        "Replies",
        "Finished",
        "Passed on",
        "Own response, 90 %",
        "Handling time, median (x)",
        "Surveys answered",
        "Survey score",
        "Scores of 4 and 5",
        "Scores of 1 and 2",
        "Dangers answered",
        "Abusive texts",
    ];
    let korean = [
        "답변",
        "종료",
        "넘긴 횟수",
        "본인 답변 시간(90%)",
        "처리 시간(중앙값)",
        "만족도 답",
        "만족도 점수",
        "4~5점",
        "1~2점",
        "답한 긴급",
        "폭언 문자",
    ];
    for (label, titles) in [("Counselor", &english), ("상담사", &korean)] {
        let printed = wide(label, titles);
        let text = terminal::text(&printed, Paint { on: false }, 80);
        let of_row = text.lines().filter(|line| line.trim_start().starts_with(&format!("{label} 13 ")));
        let cells: Vec<&str> = of_row.flat_map(|line| line.split_whitespace().skip(2)).collect();
        let expected = |title: &&str| if title.contains(['%', '(']) { "4:05:35" } else { "14,735,227" };
        let expected: Vec<&str> = titles.iter().map(expected).collect();
        assert_eq!(cells, expected, "{text}");
        let tables = text.lines().take_while(|line| !line.contains("How many"));
        assert!(tables.map(crate::domain::text::columns_of).all(|n| n <= 80), "{text}");
        assert!(!text.contains('█'), "bars go first: {text}");
        // In a pipe a row is a line.
        let piped = terminal::text(&printed, Paint { on: false }, usize::MAX);
        assert_eq!(piped.lines().filter(|line| line.contains(&format!("{label} 13 "))).count(), 1, "{piped}");
    }
}

//! The cost of a report over a year, against reading the same rows with plain SQL.

use std::time::Instant;

use munja::config;
use munja::domain::calendar::{Calendar, Rules};
use munja::domain::desk::{Desk, Desks};
use munja::domain::figures::{By, FigureId, Period};
use munja::domain::sample_year::SampleYear;
use munja::store::{FiguresOf, Store, StoreOptions};
use rusqlite::Connection;

use crate::sheet::Sheet;

/// Peak memory of this process (bytes), as Linux says.
fn peak_bytes() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    line.and_then(|line| line.split_whitespace().next()?.parse::<u64>().ok()).unwrap_or(0) * 1024
}

pub async fn measure(sheet: &mut Sheet, n_texts: usize) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("munja.db");
    let rules = Rules {
        hours: "Mo-Fr 08:00-22:00; Sa-Su,PH 09:00-18:00".into(),
        time_zone: "Asia/Seoul".into(),
        added: Vec::new(),
        removed: Vec::new(),
        exceptions: Vec::new(),
        confirmed_until: None,
    };
    let calendar = Calendar::new(rules).unwrap();
    let categories = config::categories(None).unwrap();
    let (version, n) = (categories.version.clone(), n_texts as u64);
    let year = SampleYear { year: 2025, n_texts: n, calendar: calendar.clone(), categories };
    let store = Store::open(&path, &StoreOptions::default()).unwrap();
    let began = Instant::now();
    store.write_sample(year.conversations(), version).await.unwrap();
    sheet.note(
        &format!("an invented year of {n} texts is written in"),
        &format!("{:.1} s", began.elapsed().as_secs_f64()),
    );
    let desk = Desk { key: "main".into(), name: "120".into(), calendar, numbers: Vec::new() };
    let of = FiguresOf {
        period: Period::parse("2025", jiff::civil::Date::constant(2026, 11, 30)).unwrap(),
        desk: None,
        by: vec![By::Day, By::Hour, By::Weekday],
        counselor: None,
        desks: Desks::new(vec![desk], None).unwrap(),
        meaning: |_, _| None,
    };
    let before = peak_bytes();
    let began = Instant::now();
    let (tally, _) = store.figures(of).await.unwrap();
    let took = began.elapsed().as_secs_f64();
    assert_eq!(tally.whole.value(FigureId::Texts), i64::try_from(n).ok());
    let grown = peak_bytes().saturating_sub(before) as f64 / 1e6;
    sheet.at_most(
        "memory that the report over it needs, of 200 MB",
        &format!("{grown:.0} MB"),
        grown / 200.0,
        1.0,
    );
    let file = Connection::open(&path).unwrap();
    let began = Instant::now();
    for table in ["event", "inbox", "outbox"] {
        let sql = format!("SELECT count(*), sum(length(quote(conversation_id))) FROM {table} NOT INDEXED");
        file.query_row(&sql, [], |row| row.get::<_, i64>(0)).unwrap();
    }
    let plain = began.elapsed().as_secs_f64();
    sheet.note("reading the same tables once with plain SQL", &format!("{plain:.1} s"));
    sheet.note("the report over the year", &format!("{took:.1} s, {:.1} times as long", took / plain));
}

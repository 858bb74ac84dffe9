//! The cost of a report over a year, against reading the same rows with plain SQL.

use std::path::Path;
use std::time::Instant;

use munja::config;
use munja::domain::calendar::{Calendar, Rules};
use munja::domain::desk::{Desk, Desks};
use munja::domain::figures::{By, FigureId, Period};
use munja::domain::sample_year::SampleYear;
use munja::store::{FiguresOf, Store, StoreOptions};
use rusqlite::Connection;

use crate::latency::text_to_screen;
use crate::place::NO_REQUEST_LIMITS;
use crate::process::{Terms, Trio, this_munjad};
use crate::sheet::{Sheet, percentile};

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
    let year = SampleYear { year: 2025, n_texts: n, until: i64::MAX, calendar: calendar.clone(), categories };
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
    let n_counted = tally.whole.value(FigureId::Texts).unwrap();
    assert!(n_counted >= i64::try_from(n).unwrap(), "{n_counted} texts are counted");
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
    drop((file, store));
    beside_texts(sheet, folder.path()).await;
}

/// Reports and the board of the real program over these years, while texts come.
async fn beside_texts(sheet: &mut Sheet, folder: &Path) {
    const TEXTS: usize = 60;
    let terms = Terms { api: NO_REQUEST_LIMITS, ..Terms::of_the_example() };
    let empty = tempfile::tempdir().unwrap();
    let none = board_ms(&Trio::start(empty.path(), &this_munjad(), &terms).await).await;
    let trio = Trio::start(folder, &this_munjad(), &terms).await;
    let many = board_ms(&trio).await;
    sheet.note("the board of an empty database, p50", &format!("{none:.1} ms"));
    sheet.at_most("the board beside that year, against it", &format!("{many:.1} ms"), many / none, 1.5);
    let (memory, month) = (trio.gateway.rss_mb(), report_secs(&trio, ["2025-03-01", "2025-03-31"]).await);
    sheet.at_most("a report of a month of it (s)", &format!("{month:.2} s"), month, 1.0);
    let year = report_secs(&trio, ["2025-01-01", "2025-12-31"]).await;
    sheet.at_most("a report of the year (s)", &format!("{year:.2} s"), year, 5.0);
    let mut quiet = text_to_screen(&trio, 0..TEXTS, true).await;
    let mut beside = {
        let texts = text_to_screen(&trio, TEXTS..2 * TEXTS, true);
        let reports = async {
            loop {
                report_secs(&trio, ["2025-01-01", "2025-12-31"]).await;
            }
        };
        tokio::select! { waits = texts => waits, () = reports => unreachable!("it never ends") }
    };
    let (quiet, beside) = (percentile(&mut quiet, 0.99), percentile(&mut beside, 0.99));
    sheet.note("text -> screen without reports, p99", &format!("{quiet:.0} ms"));
    let figure = format!("{beside:.0} ms");
    sheet.at_most("the same while years are reported, p99 against it", &figure, beside / quiet, 1.2);
    let grown = trio.gateway.peak_mb() - memory;
    sheet.at_most("memory that the reports cost the gateway (MB)", &format!("{grown:.0} MB"), grown, 200.0);
}

async fn report_secs(trio: &Trio, days: [&str; 2]) -> f64 {
    let url = format!("http://{}/v1/reports?from={}&to={}&by=day", trio.api_at, days[0], days[1]);
    let began = Instant::now();
    let answer = reqwest::Client::new().get(url).bearer_auth(&trio.token).send().await.unwrap();
    answer.error_for_status().unwrap().bytes().await.unwrap();
    began.elapsed().as_secs_f64()
}

async fn board_ms(trio: &Trio) -> f64 {
    let http = reqwest::Client::new();
    let mut times = Vec::new();
    for _ in 0..50 {
        let began = Instant::now();
        let board = http.get(format!("http://{}/v1/board", trio.api_at)).bearer_auth(&trio.token).send();
        board.await.unwrap().error_for_status().unwrap().bytes().await.unwrap();
        times.push(began.elapsed().as_secs_f64() * 1_000.0);
    }
    percentile(&mut times, 0.5)
}

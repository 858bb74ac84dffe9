//! Full cycles: text received, durable, routed, reply durable, submitted, delivery recorded.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use munja::api::wire::ReplyRequest;
use munja::client::Client;
use munja::domain::outbound::ClientKey;
use munja::store::{StoreOptions, Synchronous};

use crate::place::{NO_BRAKES, Place, quick_carrier};
use crate::raw::{append_and_sync, http_ceiling};
use crate::sheet::{Sheet, median};

const ROUNDS: usize = 3;
const IN_FLIGHT: usize = 64;

pub async fn measure(sheet: &mut Sheet, n: usize) {
    let (mut raw, mut full, mut alone, mut normal, mut http) = (vec![], vec![], vec![], vec![], vec![]);
    for _ in 0..ROUNDS {
        let folder = tempfile::tempdir().unwrap();
        raw.push(1.0 / median(append_and_sync(folder.path(), Duration::from_millis(700))));
        full.push(cycles(n, Synchronous::Full, true, Some(&mut http)).await);
        alone.push(cycles(n / 6, Synchronous::Full, false, None).await);
        normal.push(cycles(n, Synchronous::Normal, true, None).await);
    }
    let ratio = |a: &[f64], b: &[f64]| median(a.iter().zip(b).map(|(a, b)| a / b).collect());
    let per_sec = |v: &[f64]| format!("{:.0}/s", median(v.to_vec()));
    sheet.note("append 4 KiB + fdatasync", &per_sec(&raw));
    sheet.note("bare HTTP (GET /v1/me, 64 in flight)", &per_sec(&http));
    sheet.at_least("P1 full durable cycles, against raw fdatasync", &per_sec(&full), ratio(&full, &raw), 1.2);
    sheet.at_least("P2 against group commit off", &per_sec(&alone), ratio(&full, &alone), 4.0);
    sheet.at_least("P3 against synchronous=NORMAL", &per_sec(&normal), ratio(&full, &normal), 0.9);
}

async fn cycles(n: usize, synchronous: Synchronous, group_commit: bool, http: Option<&mut Vec<f64>>) -> f64 {
    let folder = tempfile::tempdir().unwrap();
    let options = StoreOptions { synchronous, group_commit, ..StoreOptions::default() };
    let place = Place::open(folder.path(), options, quick_carrier(), NO_BRAKES).await;
    if let Some(http) = http {
        http.push(http_ceiling(&place.desk, Duration::from_millis(700)).await);
    }
    // For a second after a start nothing is asked of a carrier; that is no part of a cycle.
    tokio::time::sleep(Duration::from_millis(1_100)).await;
    let began = Instant::now();
    for i in 0..n {
        place.sim.text(&format!("010{i:07}0"), "버스 막차가 몇 시인가요?");
    }
    let left = Arc::new(AtomicUsize::new(n));
    let mut counselors = tokio::task::JoinSet::new();
    for _ in 0..IN_FLIGHT {
        counselors.spawn(answer(place.desk.clone(), Arc::clone(&left)));
    }
    place.until("delivered", n as i64).await;
    let per_sec = n as f64 / began.elapsed().as_secs_f64();
    counselors.join_all().await;
    let ledger = place.sim.ledger();
    assert_eq!((ledger.n_delivered(), ledger.taken_twice().len()), (n, 0), "a fast gateway that is wrong");
    place.close().await;
    per_sec
}

async fn answer(desk: Client, left: Arc<AtomicUsize>) {
    while left.load(Ordering::Relaxed) > 0 {
        let Ok(found) = desk.next().await else {
            tokio::time::sleep(Duration::from_millis(2)).await;
            continue;
        };
        let request = ReplyRequest {
            text: "막차는 22:40입니다.".into(),
            last_seen: found.last_inbound_id,
            ..ReplyRequest::default()
        };
        desk.reply(found.summary.id, &request, &ClientKey::from_random(rand::random())).await.unwrap();
        left.fetch_sub(1, Ordering::Relaxed);
    }
}

/// P12: the carrier's limit with a backlog.
pub async fn rate_limit(sheet: &mut Sheet) {
    let folder = tempfile::tempdir().unwrap();
    let mut carrier = quick_carrier();
    carrier.sends_per_sec = 200;
    let brakes = ("sends_per_sec = 200\nother_requests_per_sec = 1000000\n", NO_BRAKES.1);
    let place = Place::open(folder.path(), StoreOptions::default(), carrier, brakes).await;
    let n = 1_200;
    for i in 0..n {
        place.sim.text(&format!("010{i:07}0"), "질문");
    }
    let left = Arc::new(AtomicUsize::new(n));
    let mut counselors = tokio::task::JoinSet::new();
    for _ in 0..IN_FLIGHT {
        counselors.spawn(answer(place.desk.clone(), Arc::clone(&left)));
    }
    place.until("delivered", n as i64).await;
    counselors.join_all().await;
    let ledger = place.sim.ledger();
    place.close().await;
    // The first second's texts leave at once; the others follow at the limit.
    let (first, last) = (ledger.messages[0].accepted_at, ledger.messages[n - 1].accepted_at);
    let used = (n - 200) as f64 / ((last - first) as f64 / 1_000.0) / 200.0;
    sheet.at_most(
        "P12 texts the carrier had to refuse",
        &ledger.n_rate_limited.to_string(),
        ledger.n_rate_limited as f64,
        0.0,
    );
    sheet.at_most(
        "P12 most texts in any second, against the limit",
        &ledger.busiest_sends.to_string(),
        ledger.busiest_sends as f64 / 200.0,
        1.0,
    );
    sheet.at_least("P12 limit used with a backlog", &format!("{:.1} %", used * 100.0), used, 0.99);
}

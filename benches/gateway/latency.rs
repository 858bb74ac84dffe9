//! Latencies: a text until it can be shown, a reply until it is durable, an event until a thousand screens have it.

use std::ops::Range;
use std::path::Path;
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use munja::api::wire::ReplyRequest;
use munja::client::{Client, Feed, Listed};
use munja::domain::access::Action;
use munja::domain::actor::Actor;
use munja::domain::outbound::ClientKey;
use munja::domain::phone::PhoneNumber;
use munja::store::{NewAccess, Store, StoreOptions};
use rand::RngExt;

use crate::place::NO_REQUEST_LIMITS;
use crate::process::{Terms, Trio, this_munjad};
use crate::raw::append_and_sync;
use crate::sheet::{Sheet, median, percentile};

/// A counselor's client of a gateway.
fn desk(trio: &Trio) -> Client {
    let server = format!("http://{}", trio.api_at).parse().unwrap();
    Client::new(&server).unwrap().with_token(trio.token.clone().into())
}

/// The adaptive poll with the defaults of the example configuration, the carrier's real limit of five reads a second, and
/// an answer to each text, so that receipts are read too.
pub async fn screen(sheet: &mut Sheet) {
    const N: usize = 100;
    let folder = tempfile::tempdir().unwrap();
    let terms = Terms { api: NO_REQUEST_LIMITS, ..Terms::of_the_example() };
    let trio = Trio::start(folder.path(), &this_munjad(), &terms).await;
    let _counselors = trio.counselors(usize::MAX >> 1, 4);
    let mut waits = text_to_screen(&trio, 0..N, false).await;
    trio.until_delivered(N as i64);
    let ledger = trio.ledger().await;
    let (p50, p99) = (percentile(&mut waits, 0.5), percentile(&mut waits, 0.99));
    sheet.note("P4 text -> screen while answers flow, p50", &format!("{p50:.0} ms"));
    sheet.at_most("P4 the same, p99 (ms)", &format!("{p99:.0} ms"), p99, 300.0);
    let row = access_row(folder.path()).await;
    let share = row / (p50 - row);
    sheet.at_most("  of it the row of the access log, p50", &format!("{row:.1} ms"), share, 0.1);
    let reads = format!("{}, {}", ledger.busiest_others, ledger.n_rate_limited);
    sheet.note("P4 most reads in any second (limit 5), refused", &reads);
}

/// How long the row of the access log takes for which a conversation waits before it is shown (ms, p50), on the disk of `folder`.
async fn access_row(folder: &Path) -> f64 {
    let store = Store::open(&folder.join("rows.db"), &StoreOptions::default()).unwrap();
    let mut times = Vec::new();
    for _ in 0..200 {
        let citizen = PhoneNumber::parse("01012345678");
        let row = NewAccess::by(&Actor::operator("bench"), Action::View).about(1, Some(&citizen));
        let began = Instant::now();
        store.record_access(row, 0).await.unwrap();
        times.push(began.elapsed().as_secs_f64() * 1_000.0);
    }
    median(times)
}

/// Texts of the citizens with these numbers, one after the other: how long each takes until it can be drawn (ms). With
/// `is_answered`, each is answered from the same screen.
pub async fn text_to_screen(trio: &Trio, citizens: Range<usize>, is_answered: bool) -> Vec<f64> {
    let desk = desk(trio);
    let mut events = desk.events(None);
    let first = citizens.start;
    let mut waits = Vec::new();
    for n in citizens {
        tokio::time::sleep(Duration::from_millis(rand::rng().random_range(300..900))).await;
        let began = Instant::now();
        trio.text(&[(format!("0101234{n:04}"), "버스 막차가 몇 시인가요?")]).await;
        let id = loop {
            match events.next().await.unwrap() {
                Feed::Event(event) if event.kind == "text_in" => break event.conversation_id.unwrap(),
                _ => {}
            }
        };
        // The screen is drawn from the conversation itself.
        let found = desk.conversation(id).await.unwrap();
        // The first finds the gateway idle.
        if n > first {
            waits.push(began.elapsed().as_secs_f64() * 1_000.0);
        }
        if is_answered {
            desk.next().await.unwrap();
            let text = "막차는 22:40입니다.".into();
            let request = ReplyRequest { text, last_seen: found.last_inbound_id, ..ReplyRequest::default() };
            desk.reply(id, &request, &ClientKey::from_random(rand::random())).await.unwrap();
        }
    }
    waits
}

/// P5: one reply at a time.
pub async fn reply(sheet: &mut Sheet) {
    let folder = tempfile::tempdir().unwrap();
    let trio = Trio::start(folder.path(), &this_munjad(), &Terms::no_brakes()).await;
    let desk = desk(&trio);
    trio.text(&[("01012345678".to_owned(), "질문")]).await;
    let found = loop {
        match desk.next().await {
            Ok(found) => break found,
            Err(_) => tokio::time::sleep(Duration::from_millis(5)).await,
        }
    };
    let (mut ours, mut raw) = (Vec::new(), Vec::new());
    for round in 0..6 {
        raw.extend(append_and_sync(folder.path(), Duration::from_millis(200)));
        for n in 0..50 {
            let text = format!("답 {round} {n}");
            let request = ReplyRequest { text, last_seen: found.last_inbound_id, ..ReplyRequest::default() };
            let began = Instant::now();
            let key = ClientKey::from_random(rand::random());
            desk.reply(found.summary.id, &request, &key).await.unwrap();
            ours.push(began.elapsed().as_secs_f64());
            trio.until_delivered(round * 50 + n + 1);
        }
    }
    let (ours, raw) = (median(ours), median(raw));
    let figure = format!("{:.2} ms", ours * 1e3);
    sheet.at_most("P5 answer durable, p50, against raw fdatasync p50", &figure, ours / raw, 4.0);
}

/// P10: many screens, each with its own stream.
pub async fn screens(sheet: &mut Sheet) {
    const N: usize = 1_000;
    const CLAIMS: usize = 60;
    let folder = tempfile::tempdir().unwrap();
    let trio = Trio::start(folder.path(), &this_munjad(), &Terms::no_brakes()).await;
    let desk = desk(&trio);
    let texts: Vec<_> = (0..CLAIMS).map(|n| (format!("010{n:07}0"), "질문")).collect();
    trio.text(&texts).await;
    while desk.conversations(Listed::Waiting, 200).await.unwrap().conversations.len() < CLAIMS {
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    let seen = folder.path().join("seen");
    let _screens = trio.screens(N, &seen).await;
    // Each claim once a screen; before the first, each screen's greeting.
    let mut lines = until_lines(&seen, 1).await.len();
    let (mut waits, before) = (Vec::new(), trio.gateway.cpu_secs());
    for _ in 0..CLAIMS {
        let began = SystemTime::now().duration_since(UNIX_EPOCH).unwrap();
        desk.next().await.unwrap();
        lines += 1;
        let at = *until_lines(&seen, lines).await.last().unwrap();
        waits.push((at - began.as_micros() as f64) / 1_000.0);
    }
    let cpu_ms = (trio.gateway.cpu_secs() - before) * 1_000.0 / CLAIMS as f64;
    let p99 = percentile(&mut waits, 0.99);
    sheet.at_most(
        "P10 a claim until the last of 1,000 screens has it, p99",
        &format!("{p99:.0} ms"),
        p99,
        50.0,
    );
    sheet.at_most("P10 CPU of the gateway an event (ms)", &format!("{cpu_ms:.1} ms"), cpu_ms, 20.0);
}

/// The numbers in a file, once there are this many lines.
async fn until_lines(file: &Path, n: usize) -> Vec<f64> {
    loop {
        let text = std::fs::read_to_string(file).unwrap_or_default();
        let lines: Vec<f64> = text.lines().filter_map(|line| line.parse().ok()).collect();
        if lines.len() >= n && text.ends_with('\n') {
            return lines;
        }
        tokio::time::sleep(Duration::from_millis(2)).await;
    }
}

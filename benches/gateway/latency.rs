//! Latencies: a text until it can be shown, a reply until it is durable.

use std::time::{Duration, Instant};

use munja::api::wire::ReplyRequest;
use munja::client::Feed;
use munja::domain::outbound::ClientKey;
use munja::store::StoreOptions;
use rand::RngExt;

use crate::place::{NO_BRAKES, Place, quick_carrier};
use crate::raw::append_and_sync;
use crate::sheet::{Sheet, median, percentile};

/// The adaptive poll with the defaults of the example configuration, and the carrier's real limit of five reads a second.
pub async fn screen(sheet: &mut Sheet) {
    let folder = tempfile::tempdir().unwrap();
    let mut carrier = quick_carrier();
    carrier.others_per_sec = 5;
    let place = Place::open(folder.path(), StoreOptions::default(), carrier, ("", "")).await;
    let mut events = place.desk.events(None);
    let mut waits = Vec::new();
    for n in 0..60 {
        tokio::time::sleep(Duration::from_millis(rand::rng().random_range(300..900))).await;
        let began = Instant::now();
        place.sim.text("01012345678", &format!("질문 {n}"));
        loop {
            match events.next().await.unwrap() {
                Feed::Event(event) if event.kind == "text_in" => break,
                _ => {}
            }
        }
        // The screen is drawn from the conversation itself.
        place.desk.conversation(1).await.unwrap();
        // The first finds the gateway idle.
        if n > 0 {
            waits.push(began.elapsed().as_secs_f64() * 1_000.0);
        }
    }
    let ledger = place.sim.ledger();
    place.close().await;
    let (p50, p99) = (percentile(&mut waits, 0.5), percentile(&mut waits, 0.99));
    sheet.note("P4 arrival -> screen in a live conversation, p50", &format!("{p50:.0} ms"));
    sheet.at_most(
        "P4 the same, p99, against poll (280 ms) + 20 ms",
        &format!("{p99:.0} ms"),
        p99 / 300.0,
        1.0,
    );
    sheet.note(
        "P4 most reads in any second (limit 5), refused",
        &format!("{}, {}", ledger.busiest_others, ledger.n_rate_limited),
    );
}

/// One reply at a time.
pub async fn reply(sheet: &mut Sheet) {
    let folder = tempfile::tempdir().unwrap();
    let place = Place::open(folder.path(), StoreOptions::default(), quick_carrier(), NO_BRAKES).await;
    place.sim.text("01012345678", "질문");
    let found = loop {
        match place.desk.next().await {
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
            place
                .desk
                .reply(found.summary.id, &request, &ClientKey::from_random(rand::random()))
                .await
                .unwrap();
            ours.push(began.elapsed().as_secs_f64());
            place.until("delivered", (round * 50 + n + 1) as i64).await;
        }
    }
    place.close().await;
    let (ours, raw) = (median(ours), median(raw));
    sheet.at_most(
        "P5 answer durable, p50, against raw fdatasync p50",
        &format!("{:.2} ms", ours * 1e3),
        ours / raw,
        4.0,
    );
}

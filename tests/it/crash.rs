//! Kills the daemon's process (SIGKILL) at each row of the crash table: the simulated carrier knows the moment. A new
//! start must bring the store to exactly what the carrier's ledger says.
//!
//! `MUNJA_KILLS=50` kills more often at each row.

use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use munja::domain::actor::Actor;
use munja::domain::conversation::Reply;
use munja::domain::outbound::OutboundKind;
use munja::ops::clock::Clock;
use munja::sim::Endpoint;
use munja::store::{NewReply, Store, StoreOptions};

use crate::harness::{
    BOUND, Carrier, add_minsu, assert_balanced, config_text, person, service_policy, until_async,
    write_config,
};

const N_CITIZENS: i64 = 6;

pub fn spawn(config: &Path) -> Child {
    Command::new(env!("CARGO_BIN_EXE_munjad"))
        .args(["run", "--config"])
        .arg(config)
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .unwrap()
}

/// Answers whoever waits, beside the daemon on the same database.
async fn answer_waiting(store: &Store, counselor: &Actor) {
    let (now, policy) = (Clock::system().now_ms(), service_policy());
    while let Ok(found) = store.claim_next(counselor, &policy, now).await.unwrap() {
        let new = NewReply {
            conversation_id: found.summary.id,
            idempotency_key: format!("k{}", found.summary.id),
            request_digest: vec![1],
            reply: Reply { last_seen: found.summary.last_inbound_seq, force: true, ..Reply::default() },
            pieces: vec![(OutboundKind::Sms, "답입니다".to_owned())],
            photos: None,
        };
        store.reply(new, counselor, &policy, now).await.unwrap().unwrap();
    }
}

/// One life that ends at the `nth` call of `endpoint` (before or after it was done), and a second that has to mend it.
async fn killed_at(endpoint: Endpoint, done: bool, nth: u32) {
    let carrier = Carrier::start().await;
    let folder = tempfile::tempdir().unwrap();
    let config = write_config(folder.path(), &config_text(carrier.port, ""));
    let store = Store::open(&folder.path().join("munja.db"), &StoreOptions::default()).unwrap();
    let counselor = person(add_minsu(&store).await);
    for n in 0..N_CITIZENS {
        carrier.sim.text(&format!("0101111{n:04}"), "질문");
    }
    let child = Arc::new(Mutex::new(Some(spawn(&config))));
    let (calls, victim) = (AtomicU32::new(0), Arc::clone(&child));
    carrier.sim.watch(Some(Arc::new(move |at, is_done| {
        let is_the_moment =
            (at, is_done) == (endpoint, done) && calls.fetch_add(1, Ordering::SeqCst) + 1 == nth;
        if let Some(mut child) = victim.lock().unwrap().take_if(|_| is_the_moment) {
            child.kill().unwrap();
            child.wait().unwrap();
        }
    })));
    until_async(&store, || async {
        answer_waiting(&store, &counselor).await;
        // A quick life may be over before the carrier was called so often: then it is killed now.
        let is_over = store.balance().await.unwrap().n_outbound("delivered") == 2 * N_CITIZENS;
        is_over || child.lock().unwrap().is_none()
    })
    .await;
    carrier.sim.watch(None);
    if let Some(mut child) = child.lock().unwrap().take() {
        child.kill().unwrap();
        child.wait().unwrap();
    }
    let mut second = spawn(&config);
    let settled = async {
        until_async(&store, || async {
            answer_waiting(&store, &counselor).await;
            store.balance().await.unwrap().n_outbound("delivered") == 2 * N_CITIZENS
        })
        .await;
    };
    tokio::time::timeout(BOUND + Duration::from_secs(10), settled).await.unwrap();
    second.kill().unwrap();
    second.wait().unwrap();
    assert_balanced(&store, &carrier.sim).await;
    assert_eq!(carrier.sim.ledger().messages.len() as i64, 2 * N_CITIZENS);
    assert!(store.quick_check().await.unwrap().is_empty());
}

async fn killed_often_at(endpoint: Endpoint, done: bool) {
    let n = std::env::var("MUNJA_KILLS").ok().and_then(|v| v.parse().ok()).unwrap_or(3);
    for nth in 1..=n {
        killed_at(endpoint, done, nth).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn page_fetched_not_committed() {
    killed_often_at(Endpoint::Mo, true).await;
}

/// The next poll begins: the page before it is committed, and the router may be half way through it.
#[tokio::test(flavor = "multi_thread")]
async fn page_committed_and_routed_half_way() {
    killed_often_at(Endpoint::Mo, false).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn sending_committed_and_nothing_taken() {
    killed_often_at(Endpoint::Send, false).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn taken_by_the_carrier_and_not_recorded() {
    killed_often_at(Endpoint::Send, true).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn receipts_fetched_not_committed() {
    killed_often_at(Endpoint::Report, true).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn receipts_committed_not_acked() {
    killed_often_at(Endpoint::ReportAck, false).await;
}

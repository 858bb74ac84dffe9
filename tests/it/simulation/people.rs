//! Who works at the desk, by the gateway's clock.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use munja::domain::actor::{Actor, DeskScope, Role};
use munja::domain::conversation::{Closing, Command, Reply};
use munja::domain::counselor::Counselor;
use munja::domain::outbound::OutboundKind;
use munja::ops::clock::Clock;
use munja::sim::Sim;
use munja::store::{NewReply, Store};
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

use crate::agreement::{count, rows, taken};
use crate::harness::{person, service_policy};

/// After so long a person decides about a text in doubt: every report has come by then.
const DECIDES_AFTER: Duration = Duration::from_secs(20 * 60);

/// The desk, as everybody who works there sees it.
#[derive(Clone)]
pub struct Desk {
    pub store: Store,
    pub sim: Sim,
    /// The gateway's clock: each life of it has its own.
    pub clock: Arc<Mutex<Clock>>,
    /// Nobody is there.
    pub is_empty: Arc<AtomicBool>,
    pub stop: CancellationToken,
}

impl Desk {
    /// The gateway's time.
    pub fn now(&self) -> i64 {
        self.clock.lock().unwrap().now_ms()
    }

    /// Waits; returns whether somebody is at work then.
    async fn at_work_after(&self, wait: Duration) -> bool {
        tokio::time::sleep(wait).await;
        !self.is_empty.load(Ordering::Relaxed)
    }

    async fn command(&self, id: i64, command: Command, by: &Actor) -> bool {
        self.store.command(id, command, by, &service_policy(), self.now()).await.unwrap().is_ok()
    }
}

/// Adds a counselor. Hashing a password for each seed would take longer than the rest.
pub fn add(db: &rusqlite::Connection, id: i64, login: &str) -> Actor {
    db.execute(
        "INSERT INTO counselor (id, login, name, password_hash, created_at) VALUES (?1, ?2, ?2, 'x', 0)",
        (id, login),
    )
    .unwrap();
    person(Counselor { id, login: login.into(), name: login.into(), disabled_at: None })
}

/// A counselor who answers whoever waits; `db` is where they see that somebody does.
pub async fn answer_all(desk: Desk, counselor: Actor, db: rusqlite::Connection) {
    let policy = service_policy();
    let mut n = 0_u32;
    while !desk.stop.is_cancelled() {
        let is_at_work = desk.at_work_after(Duration::from_millis(700)).await;
        if !is_at_work || count(&db, "SELECT count(*) FROM conversation WHERE state = 'waiting'") == 0 {
            continue;
        }
        let Ok(Ok(found)) = desk.store.claim_next(&counselor, &policy, desk.now()).await else {
            continue;
        };
        n += 1;
        let new = NewReply {
            conversation_id: found.summary.id,
            idempotency_key: format!("k{n}"),
            request_digest: n.to_le_bytes().to_vec(),
            again: false,
            reply: Reply { last_seen: found.summary.last_inbound_seq, force: true, ..Reply::default() },
            pieces: vec![(OutboundKind::Sms, format!("답 {n}"))],
            photos: None,
        };
        // Refused where a jump of the clock has taken the conversation out of these hands.
        let is_answered = desk.store.reply(new, &counselor, &policy, desk.now()).await.unwrap().is_ok();
        let close = Command::Close(Closing::default());
        if !is_answered || !desk.command(found.summary.id, close, &counselor).await {
            // Danger came in between: back into the queue, first.
            desk.command(found.summary.id, Command::Release, &counselor).await;
        }
    }
}

/// A counselor who takes whoever waits and lets go again without a word.
pub async fn claim_and_let_go(desk: Desk, counselor: Actor) {
    let policy = service_policy();
    while !desk.stop.is_cancelled() {
        if !desk.at_work_after(Duration::from_secs(31)).await {
            continue;
        }
        let Ok(Ok(found)) = desk.store.claim_next(&counselor, &policy, desk.now()).await else {
            continue;
        };
        tokio::time::sleep(Duration::from_secs(75)).await;
        // Whatever became of it meanwhile.
        desk.command(found.summary.id, Command::Release, &counselor).await;
    }
}

/// A supervisor who decides about texts in doubt when all reports have come: what the carrier has is left alone, what it does
/// not have is sent again.
pub async fn decide(desk: Desk, counselor: Counselor, db: rusqlite::Connection) {
    let supervisor = Actor::person(counselor, Role::Supervisor, DeskScope::All, "test".into());
    let policy = service_policy();
    let mut seen: BTreeMap<i64, Instant> = BTreeMap::new();
    while !desk.stop.is_cancelled() {
        if !desk.at_work_after(Duration::from_secs(60)).await {
            continue;
        }
        for (id, key) in rows(&db, "state = 'in_doubt' AND needs_person = 1") {
            let since = *seen.entry(id).or_insert_with(Instant::now);
            if since.elapsed() >= DECIDES_AFTER {
                let has_it = !taken(&desk.sim.ledger(), &key).is_empty();
                let settle = |again| desk.store.settle_doubt(id, again, &supervisor, &policy, desk.now());
                // Who has opted out or may not be told again gets no second try.
                if settle(!has_it).await.unwrap().is_err() {
                    let _ = settle(false).await.unwrap();
                }
            }
        }
    }
}

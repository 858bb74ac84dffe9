//! Store and ledger, text by text: what the store says became of a text to a citizen is what the carrier's ledger holds.

use std::collections::BTreeSet;

use munja::domain::actor::Actor;
use munja::ops::clock::Clock;
use munja::sim::{Ledger, LedgerMessage, Sim};
use munja::store::Store;
use rusqlite::Connection;

use crate::harness::service_policy;

/// Texts to citizens that fit, and our keys of them.
pub fn rows(db: &Connection, which: &str) -> Vec<(i64, String)> {
    let mut select = db.prepare(&format!("SELECT id, client_key FROM outbox WHERE {which}")).unwrap();
    let found = select.query_map([], |r| Ok((r.get(0)?, r.get(1)?))).unwrap();
    found.collect::<rusqlite::Result<_>>().unwrap()
}

pub fn count(db: &Connection, sql: &str) -> i64 {
    db.query_row(sql, [], |row| row.get(0)).unwrap()
}

/// What the carrier has taken under this key of ours.
pub fn taken<'a>(ledger: &'a Ledger, key: &str) -> Vec<&'a LedgerMessage> {
    let is_named = |m: &LedgerMessage| {
        let names = [Some(&m.reference), Some(&m.msg_key), m.idempotency_key.as_ref()];
        names.into_iter().flatten().any(|name| name.contains(key))
    };
    ledger.messages.iter().filter(|m| is_named(m)).collect()
}

/// Everything that is not settled, in words for a failed test.
pub fn open(db: &Connection) -> Vec<String> {
    let open = "SELECT id || ' ' || state || ', next ' || next_attempt_at || ', expires ' || expires_at || ', person '
                || needs_person || ', tries ' || n_attempts || ', questions ' || n_questions || ', code '
                || coalesce(code, '-') FROM outbox WHERE state NOT IN ('delivered', 'cancelled')";
    let mut select = db.prepare(open).unwrap();
    select.query_map([], |r| r.get(0)).unwrap().map(|r| r.unwrap()).collect()
}

/// The carrier's texts that are not in the store, by their keys there.
pub fn missing(ledger: &Ledger, db: &Connection) -> BTreeSet<String> {
    let mut select = db.prepare("SELECT carrier_message_key FROM inbox").unwrap();
    let here: BTreeSet<String> = select.query_map([], |r| r.get(0)).unwrap().map(|r| r.unwrap()).collect();
    // A driver may add to the carrier's key what makes it unique.
    let is_here = |key: &str| here.contains(key) || here.iter().any(|known| known.contains(key));
    ledger.texts.iter().map(|text| text.key.clone()).filter(|key| !is_here(key)).collect()
}

/// Every text of ours is settled, and left once or not at all, as the store says.
pub fn assert_sent_as_told(db: &Connection, ledger: &Ledger) {
    let mut n_of_ours = 0;
    let mut select = db.prepare("SELECT id, client_key, state, coalesce(code, '-') FROM outbox").unwrap();
    let rows = select.query_map([], |r| Ok((r.get(0)?, r.get(1)?, r.get(2)?, r.get(3)?))).unwrap();
    for (id, key, state, code) in rows.map(|row| row.unwrap()) {
        let (id, key, state, code): (i64, String, String, String) = (id, key, state, code);
        let all = taken(ledger, &key);
        let fits = match state.as_str() {
            "delivered" => all.len() == 1,
            // A receipt that was still in line when its citizen turned out to be in danger, or was answered, does not leave.
            "cancelled" => all.is_empty(),
            // A person gave it up: it was sent again under another key, or the carrier has it.
            "failed" => code == "given up" && all.len() <= 1,
            // A carrier that forgets has handed over its receipt in an answer that was lost; it is asked for later.
            "accepted" => all.len() == 1 && all[0].acked_at.is_some(),
            _ => false,
        };
        assert!(fits, "text {id} is {state}, and the carrier took it {} times: {:#?}", all.len(), open(db));
        n_of_ours += all.len();
    }
    assert!(ledger.taken_twice().is_empty(), "taken twice: {:?}", ledger.taken_twice());
    assert_eq!(ledger.messages.len(), n_of_ours, "the carrier has a text that the store does not know");
}

/// A person decides about texts in doubt as the carrier's books say: what it does not have is sent again. What it has is left
/// to its report, unless that is not to be expected any more.
pub async fn decide(store: &Store, db: &Connection, sim: &Sim, by: &Actor, is_last_word: bool) {
    let now = Clock::system().now_ms();
    for (id, key) in rows(db, "state = 'in_doubt' AND needs_person = 1") {
        let has_it = !taken(&sim.ledger(), &key).is_empty();
        if !has_it || is_last_word {
            // Refused where it was settled just now.
            let _ = store.settle_doubt(id, !has_it, by, &service_policy(), now).await.unwrap();
        }
    }
}

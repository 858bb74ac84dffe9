//! The drill of docs/backup.md from beginning to end: a gateway is killed with its whole folder, its copy is put back on
//! another one, and the carrier's ledger says what citizens got: no text lost, none answered twice.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Child;

use munja::domain::actor::Actor;
use munja::domain::conversation::Reply;
use munja::domain::outbound::OutboundKind;
use munja::domain::recovery::RecoveryState;
use munja::ops::clock::Clock;
use munja::sim::{Ledger, Sim};
use munja::store::{NewReply, Store, StoreOptions};
use serde_json::Value;

use crate::agreement::missing;
use crate::backup::{backup, munjad};
use crate::crash::spawn;
use crate::harness::{Carrier, add_minsu, config_text, person, service_policy, until_async, write_config};

const ANSWER: &str = "막차는 23시 40분입니다.";

/// A gateway in a process of its own, and a counselor beside it.
struct Place {
    folder: PathBuf,
    config: PathBuf,
    store: Store,
    counselor: Actor,
    child: Option<Child>,
}

impl Place {
    async fn fresh(folder: &Path, carrier: &Carrier) -> Place {
        fs::create_dir(folder).unwrap();
        let config = write_config(folder, &config_text(carrier.port, ""));
        let store = Store::open(&folder.join("munja.db"), &StoreOptions::default()).unwrap();
        let counselor = person(add_minsu(&store).await);
        let child = Some(spawn(&config));
        Place { folder: folder.to_owned(), config, store, counselor, child }
    }

    /// The gateway out of a copy, which has everything but the carrier's key.
    async fn restored(folder: &Path, counselor: Actor) -> Place {
        assert!(!folder.join("key").exists(), "no credential is in a copy");
        fs::write(folder.join("key"), "SIM-KEY\n").unwrap();
        let config = folder.join("gateway.toml");
        let store = Store::open(&folder.join("munja.db"), &StoreOptions::default()).unwrap();
        let child = Some(spawn(&config));
        Place { folder: folder.to_owned(), config, store, counselor, child }
    }

    fn db(&self) -> rusqlite::Connection {
        rusqlite::Connection::open(self.folder.join("munja.db")).unwrap()
    }

    fn kill(&mut self) {
        if let Some(mut child) = self.child.take() {
            child.kill().unwrap();
            child.wait().unwrap();
        }
    }

    /// Answers so many who wait, the first ones first.
    async fn answer(&self, n: usize) {
        for _ in 0..n {
            let claimed =
                self.store.claim_next(&self.counselor, &service_policy(), Clock::system().now_ms()).await;
            let found = claimed.unwrap().expect("somebody waits");
            self.reply(found.summary.id, found.summary.last_inbound_seq).await;
        }
    }

    /// Answers who asked again in a conversation that the counselor holds.
    async fn answer_again(&self) {
        let sql = "SELECT id, last_inbound_seq FROM conversation WHERE state = 'active'";
        let (id, seen) = self.db().query_row(sql, [], |r| Ok((r.get(0)?, r.get(1)?))).unwrap();
        self.reply(id, seen).await;
    }

    async fn reply(&self, conversation_id: i64, seen: i64) {
        let new = NewReply {
            conversation_id,
            idempotency_key: format!("k{conversation_id}-{seen}"),
            request_digest: vec![1],
            again: false,
            reply: Reply { last_seen: seen, ..Reply::default() },
            pieces: vec![(OutboundKind::Sms, ANSWER.to_owned())],
            photos: None,
        };
        let now = Clock::system().now_ms();
        self.store.reply(new, &self.counselor, &service_policy(), now).await.unwrap().unwrap();
    }

    /// Every text that came stands in a conversation, and the carrier has delivered so many.
    async fn until_delivered(&self, n_texts: i64, n_delivered: i64) {
        until_async(&self.store, || async {
            let balance = self.store.balance().await.unwrap();
            balance.n_routed == n_texts && balance.n_outbound("delivered") == n_delivered
        })
        .await;
    }

    /// The citizens who wait for an answer.
    fn waiting(&self) -> Vec<String> {
        let db = self.db();
        let sql = "SELECT citizen FROM conversation WHERE state IN ('waiting', 'active') ORDER BY citizen";
        let mut select = db.prepare(sql).unwrap();
        select.query_map([], |r| r.get(0)).unwrap().map(|r| r.unwrap()).collect()
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        self.kill();
    }
}

fn citizen(n: u32) -> String {
    format!("0108472000{n}")
}

fn text(sim: &Sim, who: impl IntoIterator<Item = u32>) {
    for n in who {
        sim.text(&citizen(n), "막차가 언제예요?");
    }
}

/// How many answers, and how many automatic texts, each citizen got.
fn got(ledger: &Ledger) -> BTreeMap<String, (usize, usize)> {
    let mut got = BTreeMap::new();
    for message in &ledger.messages {
        let (answers, others): &mut (usize, usize) = got.entry(message.to.clone()).or_default();
        *(if message.text == ANSWER { answers } else { others }) += 1;
    }
    got
}

#[tokio::test(flavor = "multi_thread")]
async fn the_copy_of_an_hour_ago_is_put_back_and_no_citizen_notices() {
    let home = tempfile::tempdir().unwrap();
    let carrier = Carrier::start().await;
    let sim = &carrier.sim;
    let [live, copies, other] = ["live", "copies", "other"].map(|name| home.path().join(name));

    // A working day: five ask, three are answered.
    let mut place = Place::fresh(&live, &carrier).await;
    text(sim, 1..=5);
    place.until_delivered(5, 5).await;
    place.answer(3).await;
    place.until_delivered(5, 8).await;
    let file = backup(&place.config, &["--to", copies.to_str().unwrap()]);

    // After the copy: two more are answered, two ask for the first time, of whom one is answered, and one asks again.
    place.answer(2).await;
    text(sim, [6]);
    place.until_delivered(6, 11).await;
    place.answer(1).await;
    text(sim, [1]);
    place.until_delivered(7, 12).await;
    place.answer_again().await;
    place.until_delivered(7, 13).await;
    text(sim, [7]);
    place.until_delivered(8, 14).await;

    // The machine is gone, and somebody texts meanwhile.
    let counselor = place.counselor.clone();
    place.kill();
    drop(place);
    fs::remove_dir_all(&live).unwrap();
    text(sim, [8]);
    let before = sim.ledger();

    let to = other.to_str().unwrap();
    let said = munjad(0, &["restore", file.to_str().unwrap(), "--to", to]);
    for word in ["The backup is sound", "min old", "The next start is in recovery", "recovery status"] {
        assert!(said.contains(word), "{word}: {said}");
    }
    let again = munjad(1, &["restore", file.to_str().unwrap(), "--to", to]);
    assert!(again.contains("nothing is overwritten"), "{again}");

    let place = Place::restored(&other, counselor).await;
    let config = place.config.to_str().unwrap();
    until_async(&place.store, || async {
        place.store.recovery().await.unwrap().is_some_and(|of| of.state == RecoveryState::Waiting)
    })
    .await;
    assert_eq!(missing(&sim.ledger(), &place.db()).len(), 0, "every text of a citizen is here");
    // Those who were answered after the copy do not wait, and nobody was told anything twice.
    assert_eq!(place.waiting(), [citizen(7), citizen(8)]);
    assert_eq!(sim.ledger().messages.len(), before.messages.len(), "nothing was sent");
    let status: Value =
        serde_json::from_str(&munjad(3, &["recovery", "status", "--json", "--config", config])).unwrap();
    assert_eq!(status["state"], "waiting");
    assert_eq!(status["found"]["answers"], 4, "{status}");
    assert_eq!(status["to_look_at"].as_array().unwrap().len(), 2, "{status}");
    assert!(munjad(3, &["recovery", "status", "--config", config]).contains("RECOVERY"));

    // Answers are written meanwhile, and leave when a person has confirmed.
    place.answer(2).await;
    let queued = |n: i64| {
        place
            .db()
            .query_row(
                "SELECT count(*) = ?1 FROM outbox WHERE state = 'queued' AND reply_id IS NOT NULL",
                [n],
                |r| r.get::<_, bool>(0),
            )
            .unwrap()
    };
    assert!(queued(2));
    assert_eq!(sim.ledger().messages.len(), before.messages.len(), "still nothing");
    munjad(0, &["recovery", "confirm", "--reason", "7 and 8 looked at", "--config", config]);
    until_async(&place.store, || async { place.store.balance().await.unwrap().n_outbound("queued") == 0 })
        .await;
    until_async(&place.store, || async {
        sim.n_open_reports() == 0 && got(&sim.ledger()).values().all(|(n, _)| *n > 0)
    })
    .await;

    let ledger = sim.ledger();
    assert_eq!(missing(&ledger, &place.db()).len(), 0);
    assert!(ledger.taken_twice().is_empty(), "{:?}", ledger.taken_twice());
    for (who, (n_answers, n_others)) in got(&ledger) {
        let expected = if who == citizen(1) { 2 } else { 1 };
        assert_eq!(n_answers, expected, "answers to the {}th citizen", &who[10..]);
        assert!(n_others <= expected, "receipts of the {}th citizen", &who[10..]);
    }
    munjad(0, &["recovery", "status", "--config", config]);
    munjad(0, &["db", "check", "--full", "--config", config]);
}

//! A copy of the database that somebody puts in its place by hand: the gateway notices, and nobody is answered twice.

use std::fs;
use std::path::Path;

use munja::api::wire::ConversationDetail;
use munja::domain::data_key::DataKeys;
use munja::domain::recovery::RecoveryState;
use munja::ops::clock::Clock;
use munja::store::copy_database;
use serde_json::Value;

use crate::backup::munjad;
use crate::harness::{Carrier, Gateway, start_daemon, until_async};

const ANSWER: &str = "막차는 23시 40분입니다.";

/// A copy as somebody makes it who wants one before a change: an answer of it has not left.
fn copy_of_an_hour_ago(database: &Path, copy: &Path) {
    copy_database(database, copy, &DataKeys::none()).unwrap();
    let file = rusqlite::Connection::open(copy).unwrap();
    let states = "SELECT state FROM outbox ORDER BY id";
    let states: Vec<String> =
        file.prepare(states).unwrap().query_map([], |r| r.get(0)).unwrap().map(Result::unwrap).collect();
    assert_eq!(states, ["delivered", "queued"]);
    // What kept the answer back when the copy was made does not keep it back any more.
    file.execute_batch("DELETE FROM carrier_hold").unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn an_older_copy_that_is_put_back_by_hand_answers_nobody_twice() {
    let Gateway { carrier, folder, daemon, store, desk } = Gateway::on(Carrier::start().await, "").await;
    let sim = carrier.sim.clone();
    let [database, copy, config] = ["munja.db", "copy", "gateway.toml"].map(|name| folder.path().join(name));
    sim.text("01012345678", "막차가 언제예요?");
    until_async(&store, || async { store.balance().await.unwrap().n_outbound("delivered") == 1 }).await;
    let found: ConversationDetail = desk.post("/v1/conversations/next", &Value::Null).await.unwrap();
    store.hold("bizgo".to_owned(), true, now()).await.unwrap();
    let running = daemon.as_ref().unwrap();
    until_async(&store, || async { running.health().carrier("bizgo").is_paused }).await;
    desk.reply(&found, ANSWER, "k1").await.unwrap();
    copy_of_an_hour_ago(&database, &copy);
    store.hold("bizgo".to_owned(), false, now()).await.unwrap();
    until_async(&store, || async { store.balance().await.unwrap().n_outbound("delivered") == 2 }).await;
    drop(store);
    daemon.unwrap().stop().await;

    // A stop and a start in good order are no reason for anything.
    let daemon = start_daemon(&config).await;
    assert_eq!(daemon.store().recovery().await.unwrap(), None);
    daemon.stop().await;
    let before = sim.ledger().messages.len();

    fs::remove_file(&database).unwrap();
    fs::copy(&copy, &database).unwrap();
    let said = munjad(3, &["check", "--config", config.to_str().unwrap(), "--lang", "en"]);
    assert!(said.contains("put back by hand"), "{said}");
    let daemon = start_daemon(&config).await;
    let store = daemon.store().clone();
    let is_read = || async {
        store.recovery().await.unwrap().expect("a recovery is on").state == RecoveryState::Waiting
    };
    until_async(&store, is_read).await;
    until_async(&store, || async { store.balance().await.unwrap().n_outbound("in_doubt") == 0 }).await;
    assert_eq!(store.balance().await.unwrap().n_outbound("queued"), 0, "the carrier knows the answer");
    assert_eq!(store.put_by_hand(&[]).await.unwrap(), None, "it is noticed once");
    store.end_recovery("looked at".into(), false, now()).await.unwrap();
    // The gateway serves people again, and had nothing else to say.
    sim.text("01087654321", "여권은 어디서 만들어요?");
    until_async(&store, || async { sim.ledger().messages.len() > before }).await;
    let ledger = sim.ledger();
    assert_eq!(ledger.messages.iter().filter(|message| message.text == ANSWER).count(), 1);
    assert!(ledger.taken_twice().is_empty(), "{:?}", ledger.taken_twice());
    drop(store);
    daemon.stop().await;
}

fn now() -> i64 {
    Clock::system().now_ms()
}

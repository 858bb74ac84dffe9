//! What is not on disk is not confirmed: while the database takes nothing, no text is acked and no call is answered 200.

use std::time::Duration;

use munja::config::Config;
use munja::daemon::{Daemon, Options};
use munja::sim::{Endpoint, Fault, FaultRule, SimOptions};
use munja::store::StoreOptions;
use reqwest::StatusCode;

use crate::agreement::count;
use crate::classes::Class;
use crate::harness::{CITIZEN, Carrier, Gateway, assert_balanced, until, until_async};

/// A gateway beside a carrier of this class, whose database can be locked.
struct Stand {
    carrier: Carrier,
    daemon: Daemon,
    /// Another program's connection.
    other: rusqlite::Connection,
    door: u16,
    _folder: tempfile::TempDir,
}

impl Stand {
    async fn beside(class: Class) -> Stand {
        let folder = tempfile::tempdir().unwrap();
        let door = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
        let options = SimOptions {
            dialect: class.dialect(),
            sends_per_sec: 100_000,
            others_per_sec: 100_000,
            report_delay_ms: (0, 5),
            ..SimOptions::default()
        };
        let carrier = Carrier::with(options.clone()).await;
        let config = class.config(folder.path(), &options, (carrier.port, door), "");
        let busy_timeout = Duration::from_millis(20);
        let store = StoreOptions { create: true, busy_timeout, ..StoreOptions::default() };
        let options = Options { store, ..Options::default() };
        let daemon = Daemon::start(Config::load(&config).unwrap(), options).await.unwrap();
        let other = rusqlite::Connection::open(folder.path().join("munja.db")).unwrap();
        Stand { carrier, daemon, other, door, _folder: folder }
    }

    fn lock(&self) {
        self.other.busy_timeout(Duration::from_secs(20)).unwrap();
        self.other.execute_batch("BEGIN IMMEDIATE").unwrap();
    }

    fn unlock(&self) {
        self.other.execute_batch("COMMIT").unwrap();
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_text_that_could_not_be_stored_is_not_acked() {
    let stand = Stand::beside(Class::AckQueue).await;
    let sim = &stand.carrier.sim;
    stand.lock();
    sim.text(CITIZEN, "막차가 언제예요?");
    // Listed again: what followed from the first time is over.
    let is_judged = || async {
        let text = sim.ledger().texts.remove(0);
        text.n_served >= 3 || text.acked_at.is_some()
    };
    until_async(stand.daemon.store(), is_judged).await;
    let ledger = sim.ledger();
    assert_eq!((ledger.texts[0].acked_at, ledger.requests.get("mo_ack")), (None, None));
    stand.unlock();
    until(stand.daemon.store(), |b| b.n_outbound("delivered") == 1).await;
    until_async(stand.daemon.store(), || async { sim.ledger().texts[0].acked_at.is_some() }).await;
    assert_balanced(stand.daemon.store(), sim).await;
    stand.daemon.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_call_that_could_not_be_stored_is_not_answered_as_done() {
    let stand = Stand::beside(Class::PushOnly).await;
    let call = async || {
        let query =
            "token=SIM-WEBHOOK-SECRET&id=7&from=01012345678&to=062120&at=1782864000&charset=UTF-8&text=help";
        let url = format!("{}?{query}", Class::PushOnly.door(stand.door).unwrap());
        let client = reqwest::Client::builder().no_proxy().build().unwrap();
        client.get(url).send().await.unwrap().status()
    };
    stand.lock();
    assert_eq!(call().await, StatusCode::SERVICE_UNAVAILABLE);
    stand.unlock();
    assert_eq!(call().await, StatusCode::OK);
    assert_eq!(call().await, StatusCode::OK, "known already");
    assert_eq!(count(&stand.other, "SELECT count(*) FROM inbox"), 1);
    stand.daemon.stop().await;
}

/// A lease that runs out during a call would put a text in doubt while it leaves. Whole calls are as long as their answers
/// may take; with photos, there are several.
#[tokio::test(flavor = "multi_thread")]
async fn a_lease_outlasts_the_slowest_call() {
    let gateway = Gateway::start().await;
    let slow = FaultRule::at(Endpoint::Send, Fault::Latency { ms: 1_900 });
    gateway.sim().add_fault(slow);
    let conversation = gateway.claimed("막차가 언제예요?").await;
    gateway.desk.reply(&conversation, "23시 10분입니다", "key-1").await.unwrap();
    gateway.until(|b| b.n_outbound("delivered") + b.n_outbound("cancelled") == 2).await;
    assert_eq!(gateway.sim().ledger().requests.get("history"), None, "nobody had to ask what became of it");
    for secs in [2, 60] {
        assert_lease_is_long(secs).await;
    }
}

/// What stands in the database while a text leaves, with this time-out.
async fn assert_lease_is_long(timeout_secs: i64) {
    let carrier = Carrier::start().await;
    carrier.sim.add_fault(FaultRule::at(Endpoint::Send, Fault::Blackhole { ms: 3_600_000 }));
    let told = (String::from("timeout_secs = 2"), format!("timeout_secs = {timeout_secs}"));
    let gateway = Gateway::with_files(carrier, "", (&told.0, &told.1), &[]).await;
    gateway.sim().text(CITIZEN, "막차가 언제예요?");
    gateway.until(|b| b.n_outbound("sending") == 1).await;
    let db = rusqlite::Connection::open(gateway.folder.path().join("munja.db")).unwrap();
    let lease_ms = count(&db, "SELECT lease_until_at - first_attempt_at FROM outbox WHERE state = 'sending'");
    // A log-in, three photos and the text itself, each with a time-out of its own.
    assert!(lease_ms >= 5 * timeout_secs * 1_000, "{lease_ms} ms at a time-out of {timeout_secs} s");
}

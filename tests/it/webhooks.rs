//! Carriers that call us: over real sockets, beside polling and without it, signed and not.

use std::path::Path;

use munja::config::Config;
use munja::daemon::{Daemon, Options};
use munja::sim::{DialectKind, Endpoint, Fault, FaultRule, SimOptions};
use munja::store::StoreOptions;
use reqwest::StatusCode;

use crate::harness::{BOUND, CITIZEN, Carrier, Gateway, assert_balanced, until, until_async, write_config};

const DOOR: &str = "[webhook]\nlisten = \"127.0.0.1:0\"\npublic_url = \"https://munja.example.kr\"";

/// A gateway that may be called, and a carrier that calls it.
async fn called() -> Gateway {
    let carrier = Carrier::start().await;
    let secret = ("[polling]", "webhook_secret_file = \"webhook\"\n[polling]");
    let gateway = Gateway::with_files(carrier, DOOR, secret, &[("webhook", "SIM-WEBHOOK-SECRET\n")]).await;
    gateway.sim().call_at(door(&gateway).parse().unwrap());
    gateway
}

fn door(gateway: &Gateway) -> String {
    format!("http://{}/push/bizgo", gateway.daemon.as_ref().unwrap().webhook().unwrap())
}

#[tokio::test(flavor = "multi_thread")]
async fn told_and_asked_for_the_same_text_comes_once() {
    let gateway = called().await;
    for n in 0..30 {
        gateway.sim().text(&format!("0101111{n:04}"), "질문");
    }
    gateway.until(|b| b.n_outbound("delivered") == 30).await;
    until_async(&gateway.store, || async { gateway.sim().n_open_pushes() == 0 }).await;
    let balance = gateway.store.balance().await.unwrap();
    assert_eq!((balance.n_received, balance.n_quarantined), (30, 0));
    assert_balanced(&gateway.store, gateway.sim()).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn while_polling_fails_calls_bring_texts_and_receipts() {
    let gateway = called().await;
    for endpoint in [Endpoint::Mo, Endpoint::Report] {
        gateway.sim().add_fault(FaultRule::at(endpoint, Fault::ErrorBefore { status: 503 }));
    }
    gateway.sim().text(CITIZEN, "목록은 안 되고 전화만 됩니다");
    gateway.until(|b| b.n_outbound("delivered") == 1).await;
    assert_balanced(&gateway.store, gateway.sim()).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_new_secret_counts_once_the_configuration_is_read_again() {
    let carrier = Carrier::start().await;
    let secret = ("[polling]", "webhook_secret_file = \"webhook\"\n[polling]");
    let mut gateway = Gateway::with_files(carrier, DOOR, secret, &[("webhook", "AN-OLD-SECRET\n")]).await;
    gateway.sim().add_fault(FaultRule::at(Endpoint::Mo, Fault::ErrorBefore { status: 503 }));
    gateway.sim().call_at(door(&gateway).parse().unwrap());
    gateway.sim().text(CITIZEN, "질문");
    let health = gateway.daemon.as_ref().unwrap().health();
    until_async(&gateway.store, || async { health.refused_calls("bizgo").into_iter().next().is_some() })
        .await;
    assert_eq!(gateway.store.balance().await.unwrap().n_received, 0);
    std::fs::write(gateway.folder.path().join("webhook"), "SIM-WEBHOOK-SECRET\n").unwrap();
    let config = Config::load(&gateway.folder.path().join("gateway.toml")).unwrap();
    gateway.daemon.as_mut().unwrap().reload(config).unwrap();
    gateway.sim().text("01099990000", "또 질문");
    gateway.until(|b| b.n_received > 0).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_else_may_call() {
    let gateway = called().await;
    // A connection of its own for each call: one that was refused in the middle of its body is closed by the gateway.
    let client = reqwest::Client::builder().no_proxy().pool_max_idle_per_host(0).build().unwrap();
    let text = r#"{"msgKey":"X1","serviceType":"MO","msgType":"SM","to":"062120","from":"01012345678","originator":"01012345678","content":"가짜","occurredTime":"2026-07-01T09:00:00+09:00"}"#;
    let unsigned = client.post(door(&gateway)).body(text).send().await.unwrap();
    assert_eq!(unsigned.status(), StatusCode::UNAUTHORIZED);
    assert!(unsigned.text().await.unwrap().is_empty());
    let signed = client
        .post(door(&gateway))
        .header("x-ib-timestamp", "1782864000000")
        .header("x-ib-signature", "00".repeat(32))
        .body(text);
    assert_eq!(signed.send().await.unwrap().status(), StatusCode::UNAUTHORIZED);
    let large = client.post(door(&gateway)).body(vec![b' '; 2 << 20]).send().await;
    assert!(large.is_err() || large.unwrap().status() == StatusCode::PAYLOAD_TOO_LARGE);
    let nowhere = door(&gateway).replace("bizgo", "pigeon");
    assert_eq!(client.post(nowhere).body(text).send().await.unwrap().status(), StatusCode::NOT_FOUND);
    let api = door(&gateway).replace("/push/bizgo", "/v1/status");
    assert_eq!(client.get(api).send().await.unwrap().status(), StatusCode::NOT_FOUND);
    assert_eq!(gateway.store.balance().await.unwrap().n_received, 0);
}

/// A gateway beside a Kannel, which only calls it, at a port that is free now.
fn beside_kannel(folder: &Path, kannel: u16, with_door: bool) -> (Config, String) {
    let door = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let called = format!("http://{door}/push/kannel");
    for (name, secret) in [("password", "SIM-SECRET"), ("token", "SIM-WEBHOOK-SECRET")] {
        std::fs::write(folder.join(name), secret).unwrap();
    }
    let listens = format!("[webhook]\nlisten = \"{door}\"\npublic_url = \"http://{door}\"\n");
    let text = format!(
        "[database]\npath = \"munja.db\"\n[carrier]\nname = \"kannel\"\n[carrier.kannel]\n\
         base_url = \"http://127.0.0.1:{kannel}\"\nuser = \"SIM-KEY\"\npassword_file = \"password\"\n\
         number = \"062120\"\ncallback_url = \"{called}\"\npush_token_file = \"token\"\nmax_segments = 6\n\
         sends_per_sec = 1000\ntimeout_secs = 2\n[desks.main]\nhours = \"24/7\"\n\
         [api]\nlisten = \"127.0.0.1:0\"\n{}",
        if with_door { &listens } else { "" }
    );
    (Config::load(&write_config(folder, &text)).unwrap(), called)
}

async fn start(config: Config) -> anyhow::Result<Daemon> {
    let store = StoreOptions { create: true, ..StoreOptions::default() };
    Daemon::start(config, Options { store, ..Options::default() }).await
}

async fn kannel() -> Carrier {
    let dialect = DialectKind::named("kannel").unwrap();
    Carrier::with(SimOptions { dialect, report_delay_ms: (0, 5), ..SimOptions::default() }).await
}

/// The receipts of two citizens: one is answered, of the other the answer is lost. Only its report tells what became of it.
#[tokio::test(flavor = "multi_thread")]
async fn a_kannel_is_never_asked_and_its_report_settles_a_doubt() {
    let (carrier, folder) = (kannel().await, tempfile::tempdir().unwrap());
    let (config, called) = beside_kannel(folder.path(), carrier.port, true);
    let daemon = start(config).await.unwrap();
    tokio::time::timeout(BOUND, daemon.ready()).await.expect("ready without a poll");
    carrier.sim.call_at(called.parse().unwrap());
    carrier.sim.text(CITIZEN, "막차가 언제 있나요?");
    carrier.sim.text("01055550903", "저도요");
    until(daemon.store(), |b| b.n_outbound("delivered") == 2).await;
    let ledger = carrier.sim.ledger();
    assert_eq!((ledger.messages.len(), ledger.taken_twice().len()), (2, 0));
    assert_balanced(daemon.store(), &carrier.sim).await;
    daemon.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_carrier_that_only_calls_needs_a_door() {
    let (carrier, folder) = (kannel().await, tempfile::tempdir().unwrap());
    let (config, _) = beside_kannel(folder.path(), carrier.port, false);
    let refused = start(config).await.err().expect("no text could come in").to_string();
    assert!(refused.contains("kannel") && refused.contains("[webhook]"), "{refused}");
}

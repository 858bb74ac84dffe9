//! A gateway that no text can reach says so everywhere, and one whose carrier only calls says what that means: the whole
//! daemon over real sockets.

use std::path::{Path, PathBuf};

use hmac::{Hmac, KeyInit, Mac};
use munja::api::wire::{CarrierStatus, StatusResponse};
use munja::daemon::Daemon;
use munja::domain::event::EventKind;
use munja::ops::clock::Clock;
use munja::sim::{DialectKind, Endpoint, Fault, FaultRule, SimOptions};
use sha2::Sha256;

use crate::control::{munjad, said};
use crate::harness::{
    BOUND, CITIZEN, Carrier, Gateway, add_minsu, config_text, start_daemon, until, until_async, write_config,
};

/// Texts are asked for several times a second, and one second without an answer is deaf.
const IMPATIENT: (&str, &str) = ("full_walk_secs = 0.2", "full_walk_secs = 0.2\ndeaf_after_secs = 1");

async fn status(gateway: &Gateway) -> CarrierStatus {
    let status: StatusResponse = gateway.desk.get("/v1/status").await.unwrap();
    status.carriers.into_iter().next().unwrap()
}

async fn healthz(gateway: &Gateway) -> (u16, String) {
    probe(gateway, "healthz").await
}

async fn probe(gateway: &Gateway, path: &str) -> (u16, String) {
    let url = format!("http://127.0.0.1:{}/{path}", gateway.desk.port);
    let answer = gateway.desk.http.get(url).send().await.unwrap();
    (answer.status().as_u16(), answer.text().await.unwrap())
}

async fn heard(gateway: &Gateway, kind: EventKind) -> Vec<String> {
    let all = gateway.store.events_after(0, 1_000).await.unwrap();
    all.into_iter().filter(|event| event.kind == kind).filter_map(|event| event.detail).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_carrier_that_refuses_every_question_makes_the_gateway_deaf_and_all_say_so() {
    let gateway = Gateway::with_files(Carrier::start().await, "", IMPATIENT, &[]).await;
    let config = gateway.folder.path().join("gateway.toml");
    gateway.sim().add_fault(FaultRule::at(Endpoint::Mo, Fault::ErrorBefore { status: 400 }));
    until_async(&gateway.store, || async { status(&gateway).await.hearing.as_deref() == Some("deaf") }).await;
    let deaf = status(&gateway).await;
    assert!(deaf.deaf_since_at.is_some() && deaf.deaf_why.is_some_and(|why| why.contains("400")));
    assert_eq!(healthz(&gateway).await, (503, "deaf: bizgo".to_owned()));
    let (code, checks) = probe(&gateway, "readyz").await;
    assert!(
        code == 503 && checks.contains("failing carriers: deaf, no text comes in from: bizgo"),
        "{checks}"
    );
    until_async(&gateway.store, || async { !heard(&gateway, EventKind::CarrierDeaf).await.is_empty() }).await;
    let told = heard(&gateway, EventKind::CarrierDeaf).await;
    assert!(told[0].starts_with("bizgo: ") && told[0].contains("400"), "{told:?}");
    let check = tokio::task::block_in_place(|| munjad(&["check"], &config));
    let shown = said(&check);
    assert_eq!(check.status.code(), Some(3), "{shown}");
    assert!(shown.contains("the gateway is deaf") && shown.contains("400"), "{shown}");
    gateway.sim().clear_faults();
    until_async(&gateway.store, || async { !heard(&gateway, EventKind::CarrierHears).await.is_empty() })
        .await;
    assert_eq!(heard(&gateway, EventKind::CarrierHears).await, ["bizgo"]);
    assert_eq!(healthz(&gateway).await, (200, "ok".to_owned()));
    assert_eq!(status(&gateway).await.hearing.as_deref(), Some("hears"));
    gateway.sim().text(CITIZEN, "이제 들립니다");
    gateway.until(|b| b.n_routed == 1).await;
}

/// A phone's server that offers no list of texts and calls us.
async fn server_without_a_list() -> Carrier {
    let options = SimOptions {
        dialect: DialectKind::named("smsgate").unwrap(),
        api_key: "sms".to_owned(),
        api_secret: "SIM-KEY".to_owned(),
        mo_number: "01099990000".to_owned(),
        others_per_sec: 100_000,
        ..SimOptions::default()
    };
    let carrier = Carrier::with(options).await;
    carrier.sim.add_fault(FaultRule::at(Endpoint::Mo, Fault::ErrorBefore { status: 501 }));
    carrier
}

const DOOR: &str = "[webhook]\nlisten = \"127.0.0.1:0\"\npublic_url = \"https://munja.example.kr\"";

fn push_config(folder: &Path, carrier: &Carrier, inbound: &str, door: &str) -> PathBuf {
    std::fs::write(folder.join("signing"), "SIM-WEBHOOK-SECRET\n").unwrap();
    let section = format!(
        "name = \"smsgate\"\n[carrier.smsgate]\nuser = \"sms\"\nbase_url = \"http://127.0.0.1:{}\"\n\
         password_file = \"key\"\nsigning_key_file = \"signing\"\nnumber = \"01099990000\"\ntimeout_secs = 2\n\
         other_requests_per_sec = 1000\n{inbound}\n[carrier.bizgo]",
        carrier.port
    );
    let text = config_text(9, door).replace("name = \"bizgo\"\n[carrier.bizgo]", &section);
    write_config(folder, &text.replace(IMPATIENT.0, IMPATIENT.1))
}

async fn takes_a_call(carrier: &Carrier, daemon: &Daemon) {
    carrier.sim.call_at(format!("http://{}/push/smsgate", daemon.webhook().unwrap()).parse().unwrap());
    carrier.sim.text(CITIZEN, "웹훅으로만 옵니다");
    until(daemon.store(), |b| b.n_routed == 1).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_without_a_list_is_heard_by_its_calls_and_nobody_calls_it_deaf() {
    for inbound in ["inbound = \"push\"", ""] {
        let carrier = server_without_a_list().await;
        let folder = tempfile::tempdir().unwrap();
        let config = push_config(folder.path(), &carrier, inbound, DOOR);
        let daemon = start_daemon(&config).await;
        add_minsu(daemon.store()).await;
        tokio::time::timeout(BOUND, daemon.ready()).await.expect("ready without a list");
        takes_a_call(&carrier, &daemon).await;
        let check = || tokio::task::block_in_place(|| munjad(&["check"], &config));
        let by_gateway = check();
        assert_eq!(by_gateway.status.code(), Some(0), "{}", said(&by_gateway));
        let words = said(&by_gateway);
        assert!(words.contains("webhook only; last text at 20"), "{words}");
        daemon.stop().await;
        // Alone, it finds the same out by itself.
        let alone = check();
        assert_eq!(alone.status.code(), Some(0), "{}", said(&alone));
        assert!(said(&alone).contains("by webhook only"), "{}", said(&alone));
        // A new start knows when the last one came.
        let daemon = start_daemon(&config).await;
        assert!(daemon.health().carrier("smsgate").last_call_at.is_some());
        daemon.stop().await;
    }
}

/// A text with a photo is a larger call than any other: its photo is left out as it comes, and the signature covers all of it.
#[tokio::test(flavor = "multi_thread")]
async fn a_call_with_a_large_photo_is_taken_and_a_larger_one_refused() {
    let (carrier, folder) = (server_without_a_list().await, tempfile::tempdir().unwrap());
    let config = push_config(folder.path(), &carrier, "inbound = \"push\"", DOOR);
    let daemon = start_daemon(&config).await;
    let door = format!("http://{}/push/smsgate", daemon.webhook().unwrap());
    let client = reqwest::Client::builder().no_proxy().build().unwrap();
    let call = async |key: &str, n: usize| {
        let photo = "A".repeat(n);
        let now = Clock::system().now_ms() / 1_000;
        let body = format!(
            r#"{{"event":"mms:downloaded","payload":{{"messageId":"{n}","sender":"+821012345678","body":"여기요",
                "attachments":[{{"partId":3,"contentType":"image/jpeg","data":"{photo}"}}],
                "receivedAt":"{}"}}}}"#,
            jiff::Timestamp::from_second(now).unwrap()
        );
        let mut mac = Hmac::<Sha256>::new_from_slice(key.as_bytes()).unwrap();
        mac.update(format!("{body}{now}").as_bytes());
        let signature: String = mac.finalize().into_bytes().iter().map(|b| format!("{b:02x}")).collect();
        let call = client.post(&door).header("x-timestamp", now.to_string()).header("x-signature", signature);
        call.body(body).send().await.ok().map(|answer| answer.status().as_u16())
    };
    assert_eq!(call("SIM-WEBHOOK-SECRET", 4 << 20).await, Some(200));
    assert_eq!(call("another", 4 << 20).await, Some(401));
    // The connection may break before the answer is read.
    assert!(matches!(call("SIM-WEBHOOK-SECRET", 20 << 20).await, Some(413) | None));
    until(daemon.store(), |b| b.n_routed == 1).await;
    let n_bytes: i64 = rusqlite::Connection::open(folder.path().join("munja.db"))
        .unwrap()
        .query_row("SELECT max(length(body)) FROM raw_page", [], |r| r.get(0))
        .unwrap();
    assert!(n_bytes < 1 << 20, "the photo is not kept in the database: {n_bytes}");
    daemon.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn asked_to_call_again_a_server_brings_what_no_call_brought() {
    let carrier = server_without_a_list().await;
    let folder = tempfile::tempdir().unwrap();
    let config = push_config(folder.path(), &carrier, "inbound = \"push\"", DOOR);
    let daemon = start_daemon(&config).await;
    // Nobody is called yet.
    carrier.sim.text(CITIZEN, "아무도 받지 못한 문자");
    takes_a_call(&carrier, &daemon).await;
    let refresh = ["carrier", "refresh", "smsgate", "--since", "1h"];
    for _ in 0..2 {
        let output = tokio::task::block_in_place(|| munjad(&refresh, &config));
        assert!(output.status.success(), "{}", said(&output));
    }
    until(daemon.store(), |b| b.n_routed == 2).await;
    until_async(daemon.store(), || async { carrier.sim.n_open_pushes() == 0 }).await;
    assert_eq!(daemon.store().balance().await.unwrap().n_received, 2, "known texts change nothing");
    assert_eq!(carrier.sim.ledger().requests.get("call_again"), Some(&2));
    daemon.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_carrier_that_only_calls_needs_a_door() {
    let carrier = server_without_a_list().await;
    let folder = tempfile::tempdir().unwrap();
    let config = push_config(folder.path(), &carrier, "inbound = \"push\"", "");
    munjad(&["init", "--database-only"], &config);
    for command in ["run", "check"] {
        let output = tokio::task::block_in_place(|| munjad(&[command], &config));
        assert!(!output.status.success() && said(&output).contains("[webhook]"), "{}", said(&output));
    }
    let text = std::fs::read_to_string(&config).unwrap();
    for (from, to, names) in [
        ("signing_key_file = \"signing\"\n", "", "signing_key_file"),
        ("inbound = \"push\"", "inbound = \"mail\"", "poll"),
    ] {
        std::fs::write(&config, text.replace(from, to)).unwrap();
        let output = munjad(&["check"], &config);
        assert!(
            said(&output).contains("carrier.smsgate.inbound") && said(&output).contains(names),
            "{}",
            said(&output)
        );
    }
}

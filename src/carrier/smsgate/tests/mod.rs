//! The driver against canned answers: what it asks, and what it makes of every answer a phone can give.

mod any;
mod inbound;
mod push;
mod push_only;
mod send;
mod status;

use secrecy::SecretString;
use serde_json::json;
use std::sync::Arc;
use std::time::Duration;

use super::*;
use crate::carrier::canned::{Answered, KEY, NOW, Seen, asked, client, ok, outbound, run, said};
use crate::carrier::http::Broken;

fn config() -> SmsGateConfig {
    SmsGateConfig {
        user: "user".to_owned(),
        password: SecretString::from("pass1234"),
        number: "01099990000".to_owned(),
        sim: Some(1),
        device: None,
        signing_key: Some(SecretString::from("KEY")),
        is_push_only: false,
        page_limit: 50,
        overlap: Duration::from_secs(3 * 86_400),
        max_segments: 3,
        sends_per_sec: 1,
        others_per_sec: 5,
        min_poll: Duration::from_secs(1),
    }
}

fn driver(answers: Vec<Answered>) -> (SmsGate, Seen) {
    driver_with(config(), answers)
}

fn driver_with(config: SmsGateConfig, answers: Vec<Answered>) -> (SmsGate, Seen) {
    let headers = [("date", "Wed, 01 Jul 2026 00:00:05 GMT"), ("retry-after", "7")];
    let (http, seen) = client(answers, &headers);
    (SmsGate::new(config, http, Arc::new(|| NOW)), seen)
}

/// The state of a text, as the phone answers a send and an inquiry.
fn state(word: &str) -> Value {
    json!({
        "id": KEY, "deviceId": "d", "state": word, "isHashed": false, "isEncrypted": false,
        "recipients": [{ "phoneNumber": "+821012345678", "state": word, "error": null }],
        "states": { "Pending": "2026-07-01T08:59:00.000+09:00", word: "2026-07-01T09:00:00.000+09:00" },
    })
}

fn error(message: &str) -> Value {
    json!({ "message": message, "code": 0, "data": {} })
}

#[tokio::test]
async fn a_check_lists_one_text_and_compares_clocks() {
    let (smsgate, seen) = driver(vec![ok(json!([]))]);
    assert_eq!(smsgate.check().await.unwrap(), Some(5_000));
    let from = "2026-07-01T00%3A00%3A00.000Z&to=2100-01-01T00%3A00%3A00.000Z";
    assert_eq!(asked(&seen), [format!("GET /inbox?from={from}&limit=1&offset=0&includeAttachments=true")]);
    let kinds = [
        (401, ErrorKind::Auth),
        (403, ErrorKind::Config),
        (404, ErrorKind::Config),
        (500, ErrorKind::Transient),
        (429, ErrorKind::RateLimited),
    ];
    for (status, kind) in kinds {
        let refused = driver(vec![said(status, error("x"))]).0.check().await.unwrap_err();
        assert_eq!(refused.kind, kind, "{status}");
    }
    assert_eq!(driver(vec![ok(json!({}))]).0.check().await.unwrap_err().kind, ErrorKind::Protocol);
}

#[tokio::test]
async fn errors_hold_no_password_no_number_and_no_text() {
    for secret in ["01012345678", "821012345678", "pass1234", "살려", "dXNlcjpwYXNzMTIzNA=="] {
        for status in [200, 202, 400, 401, 403, 404, 429, 500, 501, 503] {
            let body = json!({ "message": secret, "code": secret, "id": secret, "state": secret });
            let (smsgate, _) = driver(vec![said(status, body.clone()), said(status, body)]);
            let sent = smsgate.send(&outbound("살려 주세요")).await.unwrap_err();
            let asked = smsgate.status(KEY).await;
            let shown = format!("{sent} {sent:?} {asked:?}");
            assert!(!shown.contains(secret), "{status}: {shown}");
        }
    }
    let shown = format!("{:?} {:?}", driver(vec![]).0, config());
    assert!(!shown.contains("pass1234") && !shown.contains("\"KEY\""), "{shown}");
}

#[test]
fn both_limits_are_kept() {
    run(async {
        let (smsgate, _) = driver((0..11).map(|_| ok(json!([]))).collect());
        let began = tokio::time::Instant::now();
        for _ in 0..11 {
            smsgate.check().await.unwrap();
        }
        assert!((2_001..2_100).contains(&began.elapsed().as_millis()), "{:?}", began.elapsed());
        let (smsgate, _) = driver((0..3).map(|_| said(202, state("Pending"))).collect());
        let began = tokio::time::Instant::now();
        for _ in 0..3 {
            smsgate.send(&outbound("네")).await.unwrap();
        }
        assert!((2_001..2_100).contains(&began.elapsed().as_millis()), "{:?}", began.elapsed());
    });
}

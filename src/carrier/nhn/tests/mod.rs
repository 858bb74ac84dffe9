//! The driver against canned answers: what it asks is what NHN's API guide v3.0 shows (there is no official SDK), and what
//! it makes of every answer.

mod any;
mod doubt;
mod results;
mod send;
mod webhook;

use secrecy::SecretString;
use std::sync::Arc;
use std::sync::Mutex as StdMutex;
use std::time::Duration;

use bytes::Bytes;
use serde_json::json;
use url::Url;

use super::*;
use crate::carrier::http::Broken;
use crate::domain::outbound::{ClientKey, OutboundKind};
use crate::domain::phone::PhoneNumber;
use crate::domain::text::MessageText;

const NOW: i64 = 1_782_864_000_000; // 2026-07-01T09:00:00+09:00
const KEY: &str = "01ABCDEFGHJKMNPQRSTVWXYZ23";
const REQUEST: &str = "20260701090000ReZQ6KZzAH0";
const BASE: &str = "/sms/v3.0/appKeys/APP123";

type Answered = std::result::Result<(u16, Vec<u8>), Broken>;
type Seen = Arc<StdMutex<Vec<http::Request<Bytes>>>>;

fn config() -> NhnConfig {
    NhnConfig {
        app_key: SecretString::from("APP123"),
        secret_key: SecretString::from("KEY123"),
        webhook_signature: Some(SecretString::from("whsecret")),
        sends_per_sec: 100,
        others_per_sec: 50,
        min_poll: Duration::from_secs(1),
    }
}

/// A driver at a moment whose carrier gives these answers in turn, and what it was asked.
fn driver_at(now: Arc<StdMutex<i64>>, answers: Vec<Answered>) -> (Nhn, Seen) {
    let seen: Seen = Arc::default();
    let answers = Arc::new(StdMutex::new(answers.into_iter()));
    let kept = Arc::clone(&seen);
    let carrier = move |request: http::Request<Bytes>| {
        kept.lock().unwrap().push(request);
        let answer = answers.lock().unwrap().next().unwrap_or(Err(Broken::NotSent));
        let answer = answer.map(|(status, body)| {
            http::Response::builder()
                .status(status)
                .header("date", "Wed, 01 Jul 2026 00:00:05 GMT")
                .header("retry-after", "7")
                .body(Bytes::from(body))
                .unwrap()
        });
        Box::pin(async move { answer }) as futures_util::future::BoxFuture<'static, _>
    };
    let base = Url::parse("http://127.0.0.1:1").unwrap();
    let http = Http::in_process(base, Duration::from_secs(5), Arc::new(carrier));
    (Nhn::new(config(), http, Arc::new(move || *now.lock().unwrap())), seen)
}

fn driver(answers: Vec<Answered>) -> (Nhn, Seen) {
    driver_at(Arc::new(StdMutex::new(NOW)), answers)
}

/// What the carrier was asked: `GET /path?query`.
fn asked(seen: &Seen) -> Vec<String> {
    let line = |r: &http::Request<Bytes>| format!("{} {}", r.method(), r.uri().path_and_query().unwrap());
    seen.lock().unwrap().iter().map(line).collect()
}

fn sent_body(seen: &Seen, n: usize) -> Value {
    serde_json::from_slice(seen.lock().unwrap()[n].body()).unwrap()
}

fn ok(body: Value) -> Answered {
    Ok((200, envelope(0, body)))
}

fn refused(code: i64) -> Answered {
    Ok((200, envelope(code, Value::Null)))
}

fn envelope(code: i64, body: Value) -> Vec<u8> {
    let header = json!({ "isSuccessful": code == 0, "resultCode": code, "resultMessage": "x" });
    json!({ "header": header, "body": body }).to_string().into_bytes()
}

fn outbound(kind: OutboundKind, text: &str) -> OutboundText {
    OutboundText {
        id: 1,
        key: ClientKey::parse(KEY).unwrap(),
        citizen: PhoneNumber::parse("01012345678"),
        from: PhoneNumber::parse("062120"),
        kind,
        text: MessageText::new(text),
        photos: Vec::new(),
        attempt: 1,
        first_attempt_at: NOW,
        expires_at: NOW + 3_600_000,
    }
}

/// The answer to a send.
fn sent(code: i64) -> Value {
    let one = json!({ "recipientNo": "01012345678", "resultCode": code, "resultMessage": "x", "recipientSeq": 1,
                      "recipientGroupingKey": KEY });
    json!({ "data": { "requestId": REQUEST, "statusCode": "2", "senderGroupingKey": null, "sendResultList": [one] } })
}

async fn send(answer: Answered) -> Result<Accepted> {
    driver(vec![answer]).0.send(&outbound(OutboundKind::Sms, "네")).await
}

#[tokio::test]
async fn a_check_reads_one_result_and_compares_clocks() {
    let (nhn, seen) = driver(vec![ok(json!({ "pageNum": 1, "pageSize": 1, "totalCount": 0, "data": [] }))]);
    assert_eq!(nhn.check().await.unwrap(), Some(5_000));
    let query =
        "startUpdateDate=2026-07-01+08%3A59%3A00&endUpdateDate=2026-07-01+09%3A00%3A00&pageNum=1&pageSize=1";
    assert_eq!(asked(&seen), [format!("GET {BASE}/message-results?{query}")]);
    assert_eq!(seen.lock().unwrap()[0].headers()["x-secret-key"], "KEY123");
    for (answer, kind) in [
        (refused(-1000), ErrorKind::Auth),
        (refused(-1004), ErrorKind::Config),
        (refused(-9999), ErrorKind::Transient),
        (Ok((401, b"no".to_vec())), ErrorKind::Auth),
        (Err(Broken::Reset), ErrorKind::Transient),
    ] {
        assert_eq!(driver(vec![answer]).0.check().await.unwrap_err().kind, kind);
    }
}

#[tokio::test]
async fn errors_hold_no_key_no_number_and_no_text() {
    for secret in ["01012345678", "KEY123", "APP123", "살려", "1234-5678", "네"] {
        for status in [200, 400, 401, 500] {
            let header = json!({ "isSuccessful": false, "resultCode": secret, "resultMessage": secret });
            let body = json!({ "header": header }).to_string().into_bytes();
            let error = send(Ok((status, body))).await.unwrap_err();
            let mut refused = sent(-1);
            refused["data"]["sendResultList"][0]["resultCode"] = json!(secret);
            let refused = send(ok(refused)).await.unwrap_err();
            let shown = format!("{error} {error:?} {refused} {refused:?}");
            assert!(!shown.contains(secret), "{status}: {shown}");
        }
    }
    let shown = format!("{:?} {:?}", driver(vec![]).0, config());
    assert!(["KEY123", "APP123", "whsecret"].iter().all(|secret| !shown.contains(secret)), "{shown}");
}

#[tokio::test]
async fn keys_that_cannot_be_sent_are_mistakes_in_the_configuration() {
    let (mut nhn, seen) = driver(vec![]);
    nhn.config.secret_key = SecretString::from("KEY\n123");
    assert_eq!(nhn.check().await.unwrap_err().kind, ErrorKind::Config);
    nhn.config = NhnConfig { app_key: SecretString::from(".."), ..config() };
    assert_eq!(nhn.check().await.unwrap_err().kind, ErrorKind::Config);
    assert!(asked(&seen).is_empty());
}

#[tokio::test(start_paused = true)]
async fn both_limits_are_kept() {
    let (nhn, _) = driver((0..101).map(|_| ok(json!({ "totalCount": 0, "data": [] }))).collect());
    let began = tokio::time::Instant::now();
    for _ in 0..101 {
        nhn.check().await.unwrap();
    }
    assert!((2_001..2_100).contains(&began.elapsed().as_millis()), "{:?}", began.elapsed());
    let (nhn, _) = driver((0..201).map(|_| ok(sent(0))).collect());
    let began = tokio::time::Instant::now();
    for _ in 0..201 {
        nhn.send(&outbound(OutboundKind::Sms, "네")).await.unwrap();
    }
    assert!((2_001..2_100).contains(&began.elapsed().as_millis()), "{:?}", began.elapsed());
}

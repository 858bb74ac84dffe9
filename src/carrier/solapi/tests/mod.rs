//! The driver against canned answers. What it asks is what the official SDK (PyPI solapi 5.0.3) wrote to a recording server,
//! but for its `agent`, for the older address of its list (`list-old`; the newer SDK, npm 6.0.1, asks as we do) and for how
//! it writes times.

mod any;
mod list;
mod send;
mod webhook;

use crate::carrier::ErrorKind;
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
const LIST: &str = "GET /messages/v4/list";

type Answered = std::result::Result<(u16, Vec<u8>), Broken>;
type Seen = Arc<StdMutex<Vec<http::Request<Bytes>>>>;

fn config() -> SolapiConfig {
    SolapiConfig {
        api_key: SecretString::from("KEY123"),
        api_secret: SecretString::from("SECRET"),
        webhook_secret: Some(SecretString::from("whsecret")),
        sends_per_sec: 100,
        others_per_sec: 50,
        min_poll: Duration::from_secs(1),
    }
}

/// A driver at a moment whose carrier gives these answers in turn, and what it was asked.
fn driver_at(now: Arc<StdMutex<i64>>, answers: Vec<Answered>) -> (Solapi, Seen) {
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
    (Solapi::new(config(), http, Arc::new(move || *now.lock().unwrap())), seen)
}

fn driver(answers: Vec<Answered>) -> (Solapi, Seen) {
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
    Ok((200, body.to_string().into_bytes()))
}

fn refused(status: u16, code: &str) -> Answered {
    Ok((status, json!({ "errorCode": code, "errorMessage": "x" }).to_string().into_bytes()))
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
fn sent(code: &str) -> Value {
    let one = json!({ "messageId": "M4V1", "statusCode": code, "statusMessage": "x", "customFields": { "ref": KEY } });
    json!({ "failedMessageList": [], "groupInfo": { "groupId": "G4V1" }, "messageList": [one] })
}

/// A text in a list.
fn entry(code: &str) -> Value {
    json!({ "messageId": "M4V1", "groupId": "G4V1", "from": "062120", "to": "01012345678", "text": "네", "statusCode": code,
            "customFields": { "ref": KEY }, "dateCreated": "2026-07-01T00:00:01.000Z", "dateReceived": "2026-07-01T00:00:02.000Z" })
}

fn list(next: Value, items: Value) -> Answered {
    ok(json!({ "startKey": null, "nextKey": next, "limit": 500, "messageList": items }))
}

async fn send(answer: Answered) -> Result<Accepted> {
    driver(vec![answer]).0.send(&outbound(OutboundKind::Sms, "네")).await
}

#[tokio::test]
async fn a_check_reads_one_text_and_compares_clocks() {
    let (solapi, seen) = driver(vec![list(json!(null), json!({}))]);
    assert_eq!(solapi.check().await.unwrap(), Some(5_000));
    assert_eq!(asked(&seen), [format!("{LIST}?limit=1")]);
    for (answer, kind) in [
        (refused(403, "InvalidAPIKey"), ErrorKind::Auth),
        (refused(403, "SignatureDoesNotMatch"), ErrorKind::Auth),
        (refused(403, "RequestTimeTooSkewed"), ErrorKind::Config),
        (refused(500, "InternalError"), ErrorKind::Transient),
        (ok(json!([])), ErrorKind::Transient),
        (Err(Broken::Reset), ErrorKind::Transient),
        (Err(Broken::Truncated(Bytes::new())), ErrorKind::Transient),
    ] {
        assert_eq!(driver(vec![answer]).0.check().await.unwrap_err().kind, kind);
    }
}

/// The parts of an `Authorization`.
fn credentials(request: &http::Request<Bytes>) -> Vec<(String, String)> {
    let header = request.headers()["authorization"].to_str().unwrap();
    let parts = header.strip_prefix("HMAC-SHA256 ").unwrap().split(", ");
    let pair = |part: &str| part.split_once('=').map(|(name, value)| (name.to_owned(), value.to_owned()));
    parts.map(|part| pair(part).unwrap()).collect()
}

#[tokio::test]
async fn every_request_is_signed_anew() {
    let (solapi, seen) = driver(vec![ok(sent("2000")), Err(Broken::NotSent), list(json!(null), json!({}))]);
    let text = outbound(OutboundKind::Sms, "네");
    solapi.send(&text).await.unwrap();
    solapi.send(&text).await.unwrap_err();
    solapi.check().await.unwrap();
    let seen = seen.lock().unwrap();
    let mut salts = std::collections::BTreeSet::new();
    for request in seen.iter() {
        let parts = credentials(request);
        let names: Vec<&str> = parts.iter().map(|(name, _)| name.as_str()).collect();
        assert_eq!(names, ["apiKey", "date", "salt", "signature"]);
        assert_eq!((parts[0].1.as_str(), parts[1].1.as_str()), ("KEY123", "2026-07-01T00:00:00Z"));
        assert_eq!((parts[2].1.len(), parts[3].1.len()), (32, 64));
        salts.insert(parts[2].1.clone());
    }
    assert_eq!(salts.len(), 3);
}

#[tokio::test]
async fn errors_hold_no_key_no_number_and_no_text() {
    for secret in ["01012345678", "KEY123", "SECRET1", "살려", "1234-5678", "네"] {
        for status in [200, 400, 401, 402, 403, 404, 500] {
            let error = send(refused(status, secret)).await.unwrap_err();
            let refused = send(ok(sent(secret))).await.unwrap_err();
            let shown = format!("{error} {error:?} {refused} {refused:?}");
            assert!(!shown.contains(secret), "{status}: {shown}");
        }
    }
    let shown = format!("{:?} {:?}", driver(vec![]).0, config());
    assert!(
        ["KEY123", "SECRET", "whsecret"].iter().all(|secret| !shown.contains(&format!("\"{secret}\""))),
        "{shown}"
    );
}

#[tokio::test]
async fn keys_that_cannot_be_sent_are_mistakes_in_the_configuration() {
    let (mut solapi, seen) = driver(vec![]);
    solapi.config.api_key = SecretString::from("KEY\n123");
    assert_eq!(solapi.check().await.unwrap_err().kind, ErrorKind::Config);
    solapi.config = SolapiConfig { api_secret: SecretString::from(""), ..config() };
    assert_eq!(solapi.check().await.unwrap_err().kind, ErrorKind::Config);
    assert!(asked(&seen).is_empty());
}

#[tokio::test(start_paused = true)]
async fn both_limits_are_kept() {
    let (solapi, _) = driver((0..101).map(|_| list(json!(null), json!({}))).collect());
    let began = tokio::time::Instant::now();
    for _ in 0..101 {
        solapi.check().await.unwrap();
    }
    assert!((2_001..2_100).contains(&began.elapsed().as_millis()), "{:?}", began.elapsed());
    let (solapi, _) = driver((0..201).map(|_| ok(sent("2000"))).collect());
    let began = tokio::time::Instant::now();
    for _ in 0..201 {
        solapi.send(&outbound(OutboundKind::Sms, "네")).await.unwrap();
    }
    assert!((2_001..2_100).contains(&began.elapsed().as_millis()), "{:?}", began.elapsed());
}

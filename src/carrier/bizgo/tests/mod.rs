//! The driver against canned answers: what it asks (method, path, query, headers, body), and what it makes of every
//! answer a carrier can give.

mod any;
mod doubt;
mod inbound;
mod photos;
mod reports;
mod send;
mod sent;
mod webhook;
mod wires;

use crate::carrier::ErrorKind;
use crate::domain::UnixMs;
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

type Answered = std::result::Result<(u16, Vec<u8>), Broken>;
type Seen = Arc<StdMutex<Vec<http::Request<Bytes>>>>;

fn config() -> BizgoConfig {
    BizgoConfig {
        api_key: SecretString::from("KEY123"),
        webhook_secret: Some(SecretString::from("whsecret")),
        mo_number: Some("062120".to_owned()),
        page_limit: 100,
        overlap: Duration::from_secs(600),
        sends_per_sec: 200,
        others_per_sec: 5,
        min_poll: Duration::from_millis(280),
    }
}

/// A driver whose carrier gives these answers in turn, and what it was asked.
fn driver(answers: Vec<Answered>) -> (Bizgo, Seen) {
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
    (Bizgo::new(config(), http, Arc::new(|| NOW)), seen)
}

/// What the carrier was asked: `GET /path?query`.
fn asked(seen: &Seen) -> Vec<String> {
    let line = |r: &http::Request<Bytes>| format!("{} {}", r.method(), r.uri().path_and_query().unwrap());
    seen.lock().unwrap().iter().map(line).collect()
}

fn ok(data: Value) -> Answered {
    Ok((200, envelope("A000", "A000", data)))
}

fn envelope(gateway: &str, service: &str, data: Value) -> Vec<u8> {
    let common = json!({ "authCode": gateway, "authResult": "x", "infobankTrId": "t" });
    let body = json!({ "common": common, "data": { "code": service, "result": "x", "data": data } });
    body.to_string().into_bytes()
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

fn sent(code: &str) -> Value {
    json!({ "destinations": [{ "to": "01012345678", "msgKey": "M1", "code": code, "result": "x" }], "ref": KEY })
}

async fn send(answer: Answered) -> Result<Accepted> {
    driver(vec![answer]).0.send(&outbound(OutboundKind::Sms, "네")).await
}

#[tokio::test]
async fn a_check_reads_one_text_and_compares_clocks() {
    let (bizgo, seen) = driver(vec![ok(json!({ "lastSeq": 7, "hasNext": true, "messages": [] }))]);
    assert_eq!(bizgo.check().await.unwrap(), Some(5_000));
    let expected = "GET /api/comm/v1/message/history/mo?occurredTime=2026-07-01T08%3A59%3A00%2B09%3A00&limit=1&to=062120";
    assert_eq!(asked(&seen), [expected]);
    let refused = b"{\"common\":{\"authCode\":\"A401\",\"authResult\":\"x\"}}".to_vec();
    assert_eq!(driver(vec![Ok((401, refused))]).0.check().await.unwrap_err().kind, ErrorKind::Auth);
}

#[tokio::test]
async fn errors_hold_no_key_no_number_and_no_text() {
    let echo = |code: &str| json!({ "common": { "authCode": code }, "data": { "code": code } }).to_string();
    for secret in ["01012345678", "KEY123", "살려", "1234-5678", "네"] {
        for status in [200, 400, 401, 500] {
            let error = send(Ok((status, echo(secret).into_bytes()))).await.unwrap_err();
            let refused = send(ok(sent(secret))).await.unwrap_err();
            let shown = format!("{error} {error:?} {refused} {refused:?}");
            assert!(!shown.contains(secret), "{status}: {shown}");
        }
    }
    let shown = format!("{:?} {:?}", driver(vec![]).0, config());
    assert!(!shown.contains("KEY123") && !shown.contains("whsecret"), "{shown}");
}

#[tokio::test]
async fn a_key_that_no_header_can_carry_is_a_mistake_in_the_configuration() {
    let (mut bizgo, seen) = driver(vec![]);
    bizgo.config.api_key = SecretString::from("KEY\n123");
    let error = bizgo.check().await.unwrap_err();
    assert_eq!(error.kind, ErrorKind::Config);
    assert!(!error.to_string().contains("123") && asked(&seen).is_empty());
}

#[tokio::test(start_paused = true)]
async fn both_limits_are_kept() {
    let (bizgo, _) = driver((0..12).map(|_| ok(json!({ "reportId": "", "report": null }))).collect());
    let began = tokio::time::Instant::now();
    for _ in 0..11 {
        bizgo.poll_reports().await.unwrap();
    }
    assert!((2_001..2_100).contains(&began.elapsed().as_millis()), "{:?}", began.elapsed());
    let (bizgo, _) = driver((0..401).map(|_| ok(sent("A000"))).collect());
    let began = tokio::time::Instant::now();
    for _ in 0..401 {
        bizgo.send(&outbound(OutboundKind::Sms, "네")).await.unwrap();
    }
    assert!((2_001..2_100).contains(&began.elapsed().as_millis()), "{:?}", began.elapsed());
}

//! The driver against canned answers: what it asks, and what it makes of every answer ClickSend can give.

mod any;
mod inbound;
mod reports;
mod send;

use super::*;
use crate::carrier::ErrorKind;
use crate::carrier::canned::{Answered, KEY, NOW, Seen, asked, client, ok, outbound, run, said};
use crate::carrier::http::Broken;
use secrecy::SecretString;
use std::sync::Arc;
use std::time::Duration;

fn config() -> ClickSendConfig {
    ClickSendConfig {
        user: "user".to_owned(),
        api_key: SecretString::from("APIKEY1"),
        page_limit: 100,
        max_segments: 4,
        sends_per_sec: 5,
        others_per_sec: 5,
        min_poll: Duration::from_secs(5),
    }
}

fn driver(answers: Vec<Answered>) -> (ClickSend, Seen) {
    let headers = [("date", "Wed, 01 Jul 2026 00:00:05 GMT"), ("retry-after", "39")];
    let (http, seen) = client(answers, &headers);
    (ClickSend::new(config(), http, Arc::new(|| NOW)), seen)
}

fn envelope(data: Value) -> Value {
    json!({ "http_code": 200, "response_code": "SUCCESS", "response_msg": "Here are your data.", "data": data })
}

fn error(code: &str) -> Value {
    json!({ "http_code": 400, "response_code": code, "response_msg": "x", "data": null })
}

/// Page `page` of `last` of a list.
fn page_of(page: u32, last: u32, items: Value) -> Answered {
    let total = items.as_array().map(Vec::len).filter(|_| last == 1);
    let data =
        json!({ "total": total, "per_page": 100, "current_page": page, "last_page": last, "data": items });
    ok(envelope(data))
}

#[tokio::test]
async fn a_check_lists_texts_and_compares_clocks() {
    let (clicksend, seen) = driver(vec![page_of(1, 1, json!([]))]);
    assert_eq!(clicksend.check().await.unwrap(), Some(5_000));
    assert_eq!(asked(&seen), ["GET /v3/sms/inbound?page=1&limit=15"]);
    let kinds = [
        (401, "UNAUTHORIZED", ErrorKind::Auth),
        (401, "x", ErrorKind::Auth),
        (403, "FORBIDDEN", ErrorKind::Config),
        (404, "NOT_FOUND", ErrorKind::Config),
        (429, "TOO_MANY_REQUESTS", ErrorKind::RateLimited),
        (500, "INTERNAL_SERVER_ERROR", ErrorKind::Transient),
        (200, "BAD_REQUEST", ErrorKind::Transient),
    ];
    for (status, code, kind) in kinds {
        let refused = driver(vec![said(status, error(code))]).0.check().await.unwrap_err();
        assert_eq!((refused.kind, refused.retry_after), (kind, Some(Duration::from_secs(39))), "{status}");
    }
}

#[tokio::test]
async fn errors_hold_no_key_no_number_and_no_text() {
    for secret in ["01012345678", "+821012345678", "APIKEY1", "살려", "dXNlcjpBUElLRVkx"] {
        for status in [200, 400, 401, 402, 403, 404, 409, 429, 500] {
            let mut body = envelope(json!({ "messages": [{ "status": secret, "message_id": secret }] }));
            let sent =
                driver(vec![said(status, body.clone())]).0.send(&outbound("살려 주세요")).await.unwrap_err();
            body["response_code"] = json!(secret);
            let (clicksend, _) = driver(vec![said(status, body.clone()), said(status, body)]);
            let refused = clicksend.send(&outbound("살려 주세요")).await.unwrap_err();
            let polled = clicksend.check().await.unwrap_err();
            let shown = format!("{sent} {sent:?} {refused} {refused:?} {polled} {polled:?}");
            assert!(!shown.contains(secret), "{status}: {shown}");
        }
    }
    let shown = format!("{:?} {:?}", driver(vec![]).0, config());
    assert!(!shown.contains("APIKEY1"), "{shown}");
}

#[test]
fn both_limits_are_kept() {
    run(async {
        let (clicksend, _) = driver((0..11).map(|_| page_of(1, 1, json!([]))).collect());
        let began = tokio::time::Instant::now();
        for _ in 0..11 {
            clicksend.check().await.unwrap();
        }
        assert!((2_001..2_100).contains(&began.elapsed().as_millis()), "{:?}", began.elapsed());
        let (clicksend, _) = driver(vec![]);
        let began = tokio::time::Instant::now();
        for _ in 0..11 {
            clicksend.send(&outbound("네")).await.unwrap_err();
        }
        assert!((2_001..2_100).contains(&began.elapsed().as_millis()), "{:?}", began.elapsed());
    });
}

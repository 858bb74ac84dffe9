//! The driver against canned answers. What a send asks is what the official SDK (PyPI twilio 9.13.0, `messages.create`)
//! sends, but for `ValidityPeriod`, which it leaves to its caller.

mod inbound;
mod push;
mod send;

use proptest::prelude::*;
use secrecy::SecretString;
use serde_json::json;
use std::sync::Arc;
use std::time::Duration;

use super::*;
use crate::carrier::canned::{self, Answered, NOW, Seen, asked, client, ok, outbound, said};
use crate::carrier::http::Broken;
use crate::domain::delivery_reason::DeliveryReason;
use crate::domain::receipt::ReceiptStatus;

const LIST: &str = "/2010-04-01/Accounts/AC1/Messages.json";

fn config() -> TwilioConfig {
    TwilioConfig {
        shared_key: None,
        account: "AC1".to_owned(),
        user: "AC1".to_owned(),
        password: SecretString::from("T0KEN99"),
        auth_token: Some(SecretString::from("12345")),
        number: Some("+15551234567".to_owned()),
        status_url: None,
        page_limit: 100,
        overlap: Duration::from_secs(600),
        max_segments: 6,
        sends_per_sec: 5,
        others_per_sec: 5,
        min_poll: Duration::from_secs(1),
    }
}

fn driver(answers: Vec<Answered>) -> (Twilio, Seen) {
    driver_with(config(), answers)
}

fn driver_with(config: TwilioConfig, answers: Vec<Answered>) -> (Twilio, Seen) {
    let (http, seen) = client(answers, &[("date", "Wed, 01 Jul 2026 00:00:05 GMT"), ("retry-after", "7")]);
    (Twilio::new(config, http, Arc::new(|| NOW)), seen)
}

fn text() -> OutboundText {
    OutboundText { from: PhoneNumber::parse("+15551234567"), ..outbound("안녕하세요") }
}

/// A message as the list holds it.
fn message(sid: &str, direction: &str, status: &str) -> Value {
    json!({ "sid": sid, "account_sid": "AC1", "body": "안녕하세요", "direction": direction, "from": "+821012345678",
            "to": "+15551234567", "status": status, "num_media": "0", "num_segments": "1",
            "date_created": "Wed, 01 Jul 2026 00:00:00 +0000", "date_sent": "Wed, 01 Jul 2026 00:00:01 +0000",
            "date_updated": "Wed, 01 Jul 2026 00:00:02 +0000", "error_code": null, "error_message": null,
            "messaging_service_sid": null, "price": null, "uri": "x" })
}

fn page(messages: Value, next: Value) -> Answered {
    ok(json!({ "messages": messages, "next_page_uri": next, "page": 0, "page_size": 100 }))
}

fn error(code: u32, status: u16) -> Answered {
    said(status, json!({ "code": code, "message": "x", "more_info": "x", "status": status }))
}

#[tokio::test]
async fn a_status_is_asked_for_one_by_one() {
    let cases = [
        ("delivered", json!(null), Some((ReceiptStatus::Delivered, "delivered"))),
        ("undelivered", json!(30003), Some((ReceiptStatus::Undelivered, "30003"))),
        ("failed", json!(null), Some((ReceiptStatus::Undelivered, "failed"))),
        ("levitating", json!(null), Some((ReceiptStatus::Unknown, "levitating"))),
        ("01012345678", json!(null), Some((ReceiptStatus::Unknown, "unknown"))),
        ("sent", json!(null), None),
        ("queued", json!(null), None),
    ];
    for (status, code, expected) in cases {
        let mut one = message("SM1", "outbound-api", status);
        one["error_code"] = code;
        let (twilio, seen) = driver(vec![ok(one)]);
        let receipt = twilio.status("SM1").await.unwrap();
        assert_eq!(receipt.as_ref().map(|r| (r.status, r.code.as_str())), expected, "{status}");
        assert_eq!(asked(&seen), ["GET /2010-04-01/Accounts/AC1/Messages/SM1.json"]);
    }
    assert_eq!(codes::meaning("30003"), Some(DeliveryReason::NotReachable));
    let (twilio, _) = driver(vec![error(20404, 404), ok(message("SM2", "outbound-api", "delivered"))]);
    assert_eq!(twilio.status("SM1").await.unwrap(), None, "there is no such text");
    assert_eq!(twilio.status("SM1").await.unwrap(), None, "another one's");
    assert_eq!(twilio.status("../x").await.unwrap_err().kind, ErrorKind::NotSent, "encoded, never elsewhere");
}

#[tokio::test]
async fn a_check_reads_one_text_and_compares_clocks() {
    let (twilio, seen) = driver(vec![page(json!([]), json!(null))]);
    assert_eq!(twilio.check().await.unwrap(), Some(5_000));
    assert_eq!(asked(&seen), [format!("GET {LIST}?PageSize=1")]);
    let header = seen.lock().unwrap()[0].headers()["authorization"].clone();
    assert!(header.is_sensitive());
    assert_eq!(header, "Basic QUMxOlQwS0VOOTk=");
    for (answer, kind) in [
        (error(20003, 401), ErrorKind::Auth),
        (error(20429, 429), ErrorKind::RateLimited),
        (error(20500, 500), ErrorKind::Transient),
        (Ok((200, b"<html>".to_vec())), ErrorKind::Transient),
        (Err(Broken::Reset), ErrorKind::Transient),
        (Err(Broken::NotSent), ErrorKind::NotSent),
    ] {
        assert_eq!(driver(vec![answer]).0.check().await.unwrap_err().kind, kind);
    }
}

#[tokio::test]
async fn what_was_sent_is_listed_without_what_came() {
    let messages = json!([
        message("SM1", "outbound-api", "delivered"),
        message("SM2", "inbound", "received"),
        message("SM3", "outbound-reply", "queued"),
    ]);
    let (twilio, seen) =
        driver(vec![page(messages, json!(format!("{LIST}?PageSize=2&Page=1&PageToken=PASM3")))]);
    let first = twilio.sent_since(NOW, None).await.unwrap();
    let names: Vec<&str> = first.items.iter().map(|item| item.carrier_message_id.as_str()).collect();
    assert_eq!(names, ["SM1", "SM3"]);
    assert!(first.next.is_some());
    assert_eq!(asked(&seen), [format!("GET {LIST}?PageSize=1000")], "what waits there has no such date");
}

#[tokio::test]
async fn errors_hold_no_password_no_number_and_no_text() {
    for secret in ["01012345678", "+821012345678", "T0KEN99", "살려", "12345678"] {
        for status in [200, 201, 400, 401, 404, 429, 500] {
            let body = json!({ "code": secret, "message": secret, "sid": format!("!{secret}") });
            let (twilio, _) = driver(vec![said(status, body.clone()), said(status, body)]);
            let shown = format!("{:?} {:?}", twilio.send(&text()).await, twilio.check().await);
            assert!(!shown.contains(secret), "{status}: {shown}");
        }
    }
    let shown = format!("{:?} {:?}", driver(vec![]).0, config());
    assert!(!shown.contains("T0KEN99"), "{shown}");
}

#[test]
fn both_limits_are_kept() {
    canned::run(async {
        let (twilio, _) = driver((0..11).map(|_| page(json!([]), json!(null))).collect());
        let began = tokio::time::Instant::now();
        for _ in 0..11 {
            twilio.check().await.unwrap();
        }
        assert!((2_001..2_100).contains(&began.elapsed().as_millis()), "{:?}", began.elapsed());
        let (twilio, _) = driver(vec![]);
        let began = tokio::time::Instant::now();
        for _ in 0..11 {
            twilio.send(&text()).await.unwrap_err();
        }
        assert!((2_001..2_100).contains(&began.elapsed().as_millis()), "{:?}", began.elapsed());
    });
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]
    /// Whatever comes back, nothing falls over.
    #[test]
    fn any_answer_is_survived(answer in canned::json(&["messages", "sid", "status", "direction", "inbound", "body", "next_page_uri", "num_media", "media_list", "date_sent"])) {
        let answered = || Ok((200, answer.to_string().into_bytes()));
        canned::run(async {
            let _ = driver(vec![answered()]).0.send(&text()).await;
            let _ = driver(vec![answered()]).0.status("SM1").await;
            let _ = driver(vec![answered()]).0.sent_since(NOW, None).await;
            let _ = driver(vec![answered()]).0.poll_inbound(&Cursor::starting_at(NOW)).await;
            let _ = driver(vec![answered()]).0.reconcile(&text()).await;
        });
    }

    /// Any item of a page that says it came becomes one of ours, readable or not.
    #[test]
    fn no_item_is_lost(item in canned::json(&["sid", "from", "to", "body", "date_sent", "num_media"])) {
        let mut item = if item.is_object() { item } else { json!({ "odd": item }) };
        item["direction"] = json!("inbound");
        let page = page(json!([item, message("SM7", "inbound", "received")]), json!(null));
        let read = canned::run(async { driver(vec![page]).0.poll_inbound(&Cursor::starting_at(NOW)).await.unwrap() });
        prop_assert_eq!(read.items.len(), 2);
    }
}

//! The carrier's calls to us. The signatures are what `bizgo.testing.sign_webhook` of bizgo-sdk-comm 1.2.0 (PyPI, official)
//! makes of the secret `whsecret` and this moment.

use http::{HeaderMap, HeaderValue};

use super::*;
use crate::carrier::PushAnswer;
use crate::domain::inbound::InboundItem;
use crate::domain::receipt::{ReceiptItem, ReceiptStatus};

const TIMESTAMP: &str = "1782864000000";
const HEX: &str = "fef03b2eac105fb84188a14a023d807f20392584b7a5bdfefa8edb050c9ff927";
const BASE64: &str = "/vA7LqwQX7hBiKFKAj2AfyA5JYS3pb3++o7bBQyf+Sc=";

/// What the driver makes of a call signed so.
fn called(
    timestamp: &str,
    signature: &str,
    now: UnixMs,
    body: &[u8],
) -> std::result::Result<Pushed, PushRefused> {
    let mut headers = HeaderMap::new();
    headers.insert("x-ib-timestamp", HeaderValue::from_str(timestamp).unwrap());
    headers.insert("x-ib-signature", HeaderValue::from_str(signature).unwrap());
    let url = Url::parse("https://gw.example.kr/push/bizgo").unwrap();
    let body = Bytes::from(body.to_vec());
    let call =
        PushCall { method: &Method::POST, url: &url, headers: &headers, body: &body, signed: None, now };
    driver(vec![]).0.push(&call)
}

pub(super) fn pushed(body: &[u8]) -> std::result::Result<Pushed, PushRefused> {
    called(TIMESTAMP, HEX, NOW, body)
}

fn text() -> Value {
    json!({ "msgKey": "M1", "serviceType": "MO", "msgType": "SM", "to": "062120", "from": "01099999999", "carrier": "SKT",
            "originator": "01012345678", "content": "안녕하세요", "occurredTime": "2026-07-01T09:00:00+09:00" })
}

fn report() -> Value {
    json!({ "msgKey": "M1", "serviceType": "SMS", "reportTime": "2026-07-01T09:00:00.000+09:00", "reportType": "x",
            "reportCode": "10000", "ref": KEY })
}

#[tokio::test]
async fn a_text_is_the_same_whether_told_or_asked_for() {
    let taken = pushed(text().to_string().as_bytes()).unwrap();
    assert_eq!(taken.answer, PushAnswer { body: r#"{"msgKey":"M1"}"#.to_owned(), ..PushAnswer::default() });
    assert!(taken.receipts.is_empty());
    let page = ok(json!({ "lastSeq": 1, "hasNext": false, "messages": [text()] }));
    let polled = driver(vec![page]).0.poll_inbound(&Cursor::starting_at(NOW)).await.unwrap();
    assert_eq!(taken.texts, polled.items);
    let InboundItem::Text(text) = &taken.texts[0] else { panic!() };
    assert_eq!(text.citizen, PhoneNumber::parse("01012345678"));
}

#[test]
fn a_report() {
    let taken = pushed(report().to_string().as_bytes()).unwrap();
    let ReceiptItem::Receipt(receipt) = &taken.receipts[0] else { panic!() };
    assert_eq!((receipt.client_key.as_deref(), receipt.status), (Some(KEY), ReceiptStatus::Delivered));
    assert_eq!((receipt.carrier_message_id.as_str(), receipt.reported_at), ("M1", Some(NOW)));
    assert!(taken.texts.is_empty() && taken.answer.body == r#"{"msgKey":"M1"}"#);
}

#[test]
fn what_is_signed_but_odd_is_kept_as_it_came() {
    let mut odd = text();
    odd["content"] = json!(null);
    let taken = pushed(odd.to_string().as_bytes()).unwrap();
    assert!(matches!(&taken.texts[0], InboundItem::Unreadable { raw, .. } if raw.contains("01012345678")));
    assert_eq!(taken.answer.body, r#"{"msgKey":"M1"}"#);
    let mut nameless = report();
    nameless.as_object_mut().unwrap().remove("msgKey");
    let taken = pushed(nameless.to_string().as_bytes()).unwrap();
    assert!(matches!(&taken.receipts[0], ReceiptItem::Unreadable { .. }));
    assert_eq!(taken.answer.body, "{}");
    // Half an emoji does not cost the text.
    let half = text().to_string().replace("안녕하세요", r"안녕\ud83d");
    let taken = pushed(half.as_bytes()).unwrap();
    assert!(matches!(&taken.texts[0], InboundItem::Text(text) if text.text.reveal() == "안녕\u{fffd}"));
    for body in ["", "[]", "7", "{}", r#"{"msgKey":"M1"}"#, "{", r#"[{"serviceType":"MO"}]"#] {
        assert_eq!(pushed(body.as_bytes()).unwrap_err(), PushRefused::Unreadable, "{body}");
    }
}

#[test]
fn hex_and_base64_in_any_case() {
    let body = report().to_string().into_bytes();
    let upper = HEX.to_uppercase();
    for signature in [HEX, upper.as_str(), BASE64] {
        assert!(called(TIMESTAMP, signature, NOW, &body).is_ok(), "{signature}");
    }
    let other = format!("0{}", &HEX[1..]);
    for signature in ["", "x", &HEX[..63], other.as_str(), &BASE64[..43], "AAAA"] {
        assert_eq!(
            called(TIMESTAMP, signature, NOW, &body).unwrap_err(),
            PushRefused::NotSigned,
            "{signature}"
        );
    }
    for timestamp in ["", "1782864000001", "-1782864000000", "1782864000000x", "11111111111111111"] {
        assert_eq!(called(timestamp, HEX, NOW, &body).unwrap_err(), PushRefused::NotSigned, "{timestamp}");
    }
}

#[test]
fn five_minutes_and_no_longer() {
    let body = report().to_string().into_bytes();
    for (shift, fresh) in
        [(300_000, true), (-300_000, true), (300_001, false), (-300_001, false), (i64::MAX - NOW, false)]
    {
        let judged = called(TIMESTAMP, HEX, NOW + shift, &body).map(|_| ());
        assert_eq!(judged, if fresh { Ok(()) } else { Err(PushRefused::TooOld) }, "{shift}");
    }
    // A time in seconds, signed as such.
    let seconds = "4cabf3a3634ed02a7a2f80a0d9de6ecee4d103be116c145aec762947de85b845";
    assert!(called("1782864000", seconds, NOW, &body).is_ok());
}

#[test]
fn without_a_secret_there_are_no_webhooks() {
    let (mut bizgo, _) = driver(vec![]);
    assert!(bizgo.caps().push);
    for secret in [None, Some(SecretString::from(""))] {
        bizgo.config.webhook_secret = secret.clone();
        let mut headers = HeaderMap::new();
        headers.insert("x-ib-timestamp", HeaderValue::from_static(TIMESTAMP));
        // What an empty secret would make of it.
        headers.insert(
            "x-ib-signature",
            HeaderValue::from_static("99aba084dc9de0f68f9bca49cb36693f9d95765bac6f41418a24c8c6b9408ff2"),
        );
        let url = Url::parse("https://gw.example.kr/").unwrap();
        let call = PushCall {
            method: &Method::POST,
            url: &url,
            headers: &headers,
            body: &Bytes::new(),
            signed: None,
            now: NOW,
        };
        let expected = if secret.is_none() { PushRefused::NotOffered } else { PushRefused::NotSigned };
        assert_eq!(bizgo.push(&call).unwrap_err(), expected);
    }
    bizgo.config.webhook_secret = None;
    assert!(!bizgo.caps().push);
}

#[test]
fn only_a_post_is_a_call() {
    let mut headers = HeaderMap::new();
    let url = Url::parse("https://gw.example.kr/").unwrap();
    let body = Bytes::from(report().to_string());
    let judged = |headers: &HeaderMap| {
        let call = PushCall { method: &Method::GET, url: &url, headers, body: &body, signed: None, now: NOW };
        driver(vec![]).0.push(&call).unwrap_err()
    };
    assert_eq!(judged(&headers), PushRefused::NotSigned);
    headers.insert("x-ib-timestamp", HeaderValue::from_static(TIMESTAMP));
    assert_eq!(judged(&headers), PushRefused::NotSigned);
    headers.insert("x-ib-signature", HeaderValue::from_static(HEX));
    assert_eq!(judged(&headers), PushRefused::Unreadable);
}

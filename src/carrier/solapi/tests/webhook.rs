//! The carrier's calls to us.

use http::{HeaderMap, HeaderValue};

use super::*;
use crate::carrier::PushAnswer;
use crate::domain::receipt::{ReceiptItem, ReceiptStatus};

/// SHA-1 of `whsecret`, as `sha1sum` makes it.
const SHA1: &str = "4b91d07147e213513c0f9dca4e64f499dbe31070";

fn called(word: &str, method: Method, body: &[u8]) -> std::result::Result<Pushed, PushRefused> {
    let mut headers = HeaderMap::new();
    headers.insert("x-solapi-secret", HeaderValue::from_str(word).unwrap());
    let url = Url::parse("https://gw.example.kr/push/solapi").unwrap();
    let body = Bytes::from(body.to_vec());
    driver(vec![]).0.push(&PushCall {
        method: &method,
        url: &url,
        headers: &headers,
        body: &body,
        signed: None,
        now: NOW,
    })
}

pub(super) fn pushed(body: &[u8]) -> std::result::Result<Pushed, PushRefused> {
    called(SHA1, Method::POST, body)
}

fn report(code: &str) -> Value {
    let data = json!({ "messageId": "M4V1", "groupId": "G4V1", "type": "SMS", "to": "01012345678", "from": "062120",
        "statusCode": code, "dateReceived": "2026-07-01T00:00:02.000Z", "customFields": { "ref": KEY } });
    json!({ "eventDataId": "E1", "data": data, "retryCount": 0 })
}

#[test]
fn reports() {
    let group = json!({ "eventDataId": "E2", "data": { "groupId": "G4V1", "count": { "total": 1 } } });
    let events = json!([report("4000"), report("3043"), report("3000"), group, { "data": {} }, 7]);
    let taken = pushed(events.to_string().as_bytes()).unwrap();
    let ReceiptItem::Receipt(first) = &taken.receipts[0] else { panic!() };
    assert_eq!((first.carrier_message_id.as_str(), first.client_key.as_deref()), ("M4V1", Some(KEY)));
    assert_eq!((first.status, first.reported_at), (ReceiptStatus::Delivered, Some(NOW + 2_000)));
    let ReceiptItem::Receipt(second) = &taken.receipts[1] else { panic!() };
    assert_eq!((second.status, second.code.as_str()), (ReceiptStatus::Undelivered, "3043"));
    assert!(taken.receipts[2..].iter().all(|item| matches!(item, ReceiptItem::Unreadable { .. })));
    assert_eq!((taken.texts.len(), taken.receipts.len(), taken.answer), (0, 4, PushAnswer::default()));
    for body in ["", "{", "{}", "7", r#"{"data":[]}"#] {
        assert_eq!(pushed(body.as_bytes()).unwrap_err(), PushRefused::Unreadable, "{body}");
    }
}

#[test]
fn only_the_secret_opens() {
    let good = json!([report("4000")]).to_string().into_bytes();
    assert!(called(&SHA1.to_uppercase(), Method::POST, &good).is_ok());
    assert_eq!(called(SHA1, Method::GET, &good).unwrap_err(), PushRefused::Unreadable);
    for word in ["", "whsecret", &SHA1[1..], "da39a3ee5e6b4b0d3255bfef95601890afd80709"] {
        assert_eq!(called(word, Method::POST, &good).unwrap_err(), PushRefused::NotSigned, "{word}");
    }
    let (mut solapi, _) = driver(vec![]);
    assert!(solapi.caps().push);
    let url = Url::parse("https://gw.example.kr/").unwrap();
    let mut headers = HeaderMap::new();
    // What an empty secret would make.
    headers.insert("x-solapi-secret", HeaderValue::from_static("da39a3ee5e6b4b0d3255bfef95601890afd80709"));
    for (secret, expected) in [(None, PushRefused::NotOffered), (Some(""), PushRefused::NotSigned)] {
        solapi.config.webhook_secret = secret.map(SecretString::from);
        let call = PushCall {
            method: &Method::POST,
            url: &url,
            headers: &headers,
            body: &Bytes::new(),
            signed: None,
            now: NOW,
        };
        assert_eq!(solapi.push(&call).unwrap_err(), expected);
    }
}

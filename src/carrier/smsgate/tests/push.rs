//! Webhooks: judged by signature and age, and equal to what the walk brings.

use bytes::Bytes;
use http::HeaderMap;
use url::Url;

use super::*;
use crate::domain::inbound::{InboundItem, is_twin};
use crate::domain::receipt::{ReceiptItem, ReceiptStatus};

/// The vector: key `KEY`, this body, this second (OpenSSL's HMAC-SHA256 over body and second).
const BODY: &str = r#"{"event":"sms:received"}"#;
pub(super) const SECOND: &str = "1782864000";
const SIGNATURE: &str = "ac98856bf5ea645df2434f177a5e4246c388a73662ef0c4e29d99b9d9575575a";

pub(super) fn signed(body: &str) -> String {
    signed_at(body, SECOND)
}

fn signed_at(body: &str, second: &str) -> String {
    use hmac::{Hmac, KeyInit, Mac};
    let mut mac = Hmac::<sha2::Sha256>::new_from_slice(b"KEY").unwrap();
    mac.update(format!("{body}{second}").as_bytes());
    mac.finalize().into_bytes().iter().map(|b| format!("{b:02x}")).collect()
}

pub(super) fn called(body: &str, signature: &str, second: &str) -> std::result::Result<Pushed, PushRefused> {
    pushed(&driver(vec![]).0, &Method::POST, body, signature, second)
}

pub(super) fn pushed(
    smsgate: &SmsGate,
    method: &Method,
    body: &str,
    signature: &str,
    second: &str,
) -> std::result::Result<Pushed, PushRefused> {
    let mut headers = HeaderMap::new();
    headers.insert("X-Signature", signature.parse().unwrap());
    headers.insert("X-Timestamp", second.parse().unwrap());
    let (url, body) = (Url::parse("https://munja.example.kr/push/smsgate").unwrap(), body.to_owned().into());
    smsgate.push(&PushCall { method, url: &url, headers: &headers, body: &body, signed: None, now: NOW })
}

fn told(event: &str, payload: Value) -> Pushed {
    let body = json!({ "id": "e", "webhookId": "w", "deviceId": "d", "event": event, "payload": payload });
    let body = body.to_string();
    called(&body, &signed(&body), SECOND).unwrap()
}

#[test]
fn the_signature_is_the_documented_one() {
    assert_eq!(signed(BODY), SIGNATURE);
    assert_eq!(called(BODY, SIGNATURE, SECOND).unwrap().texts.len(), 1);
    assert!(called(BODY, &SIGNATURE.to_uppercase(), SECOND).is_ok());
}

#[test]
fn what_is_not_signed_now_by_the_phone_is_refused() {
    use PushRefused::*;
    let old = |second: &str| called(BODY, &signed_at(BODY, second), second).unwrap_err();
    assert_eq!((old("1782863699"), old("1782864301")), (TooOld, TooOld));
    assert!(called(BODY, &signed_at(BODY, "1782863701"), "1782863701").is_ok());
    for second in ["", "now", "-1782864000", "1782864000000", "99999999999999999999"] {
        assert_eq!(old(second), NotSigned, "{second}");
    }
    for signature in ["", "ac", &SIGNATURE[1..], &SIGNATURE.replace('a', "b"), &format!("{SIGNATURE}00")] {
        assert_eq!(called(BODY, signature, SECOND).unwrap_err(), NotSigned, "{signature}");
    }
    // A digit moved from the second into the body is signed alike, and no JSON.
    assert_eq!(called(&format!("{BODY}1"), SIGNATURE, "782864000").unwrap_err(), TooOld);
    for body in ["", "1", "[]", "{\"event\":7}", "<html>"] {
        assert_eq!(called(body, &signed(body), SECOND).unwrap_err(), Unreadable, "{body}");
    }
    let smsgate = driver(vec![]).0;
    assert_eq!(pushed(&smsgate, &Method::GET, BODY, SIGNATURE, SECOND).unwrap_err(), NotSigned);
    let (url, headers, body) = (Url::parse("https://x/").unwrap(), HeaderMap::new(), Bytes::new());
    let bare =
        PushCall { method: &Method::POST, url: &url, headers: &headers, body: &body, signed: None, now: NOW };
    assert_eq!(smsgate.push(&bare).unwrap_err(), NotSigned);
    let deaf = driver_with(SmsGateConfig { signing_key: None, ..config() }, vec![]).0;
    assert_eq!(deaf.push(&bare).unwrap_err(), NotOffered);
    assert!(smsgate.caps().push && !deaf.caps().push);
}

#[tokio::test]
async fn a_pushed_text_is_the_one_the_walk_brings() {
    let hash = -123_i32;
    let payload = json!({
        "messageId": format!("{:x}", hash.cast_unsigned()), "message": "도와주세요", "sender": "01012345678",
        "phoneNumber": "01012345678", "recipient": null, "simNumber": 1,
        "receivedAt": "2026-07-01T08:59:00.000+09:00",
    });
    let listed = json!([{
        "id": format!("text:{hash}"), "type": "SMS", "sender": "+82 10-1234-5678", "contentPreview": "도와주세요",
        "createdAt": "2026-06-30T23:59:00Z",
    }]);
    let walked = driver(vec![ok(listed)]).0.poll_inbound(&Cursor::starting_at(NOW)).await.unwrap().items;
    assert_eq!(told("sms:received", payload.clone()).texts, walked);
    // Apps before mid-2026: the same text, some seconds apart.
    let mut apart = payload.clone();
    apart["receivedAt"] = json!("2026-07-01T08:59:07.000+09:00");
    let pushed = told("sms:received", apart).texts;
    let [InboundItem::Text(pushed), InboundItem::Text(walked_text)] = [&pushed[0], &walked[0]] else {
        panic!("{pushed:?} {walked:?}")
    };
    assert_ne!(pushed.key, walked_text.key);
    assert!(is_twin(&pushed.key, &walked_text.key));
    let mut older = payload;
    older.as_object_mut().unwrap().remove("sender");
    assert_eq!(told("sms:received", older).texts, walked);
}

#[test]
fn fates_are_told_and_the_rest_is_left_to_the_walk() {
    let payload = json!({
        "messageId": KEY, "reason": "Delivery result from SC +821099998888: 99",
        "deliveredAt": "2026-07-01T09:00:00+09:00", "failedAt": "2026-07-01T09:00:00+09:00",
    });
    for (event, status, code) in [
        ("sms:delivered", ReceiptStatus::Delivered, "Delivered"),
        ("sms:failed", ReceiptStatus::Undelivered, "STATUS-99"),
    ] {
        let pushed = told(event, payload.clone());
        let [ReceiptItem::Receipt(receipt)] = pushed.receipts.as_slice() else { panic!("{pushed:?}") };
        assert_eq!((receipt.status, receipt.code.as_str()), (status, code));
        assert_eq!((receipt.client_key.as_deref(), receipt.reported_at), (Some(KEY), Some(NOW)));
    }
    for event in ["sms:sent", "mms:received", "mms:downloaded", "sms:data-received", "system:ping", "later"] {
        let pushed = told(event, payload.clone());
        assert!(pushed.texts.is_empty() && pushed.receipts.is_empty(), "{event}");
    }
    let broken = told("sms:received", json!({ "messageId": "7", "message": "네" }));
    assert!(matches!(broken.texts.as_slice(), [InboundItem::Unreadable { .. }]));
}

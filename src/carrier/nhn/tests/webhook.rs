//! The carrier's calls to us. The bodies are the examples of its document.

use http::{HeaderMap, HeaderValue};

use super::*;
use crate::carrier::PushAnswer;
use crate::domain::receipt::{ReceiptItem, ReceiptStatus};

fn called(word: &str, method: Method, body: &[u8]) -> std::result::Result<Pushed, PushRefused> {
    let mut headers = HeaderMap::new();
    headers.insert("x-toast-webhook-signature", HeaderValue::from_str(word).unwrap());
    let url = Url::parse("https://gw.example.kr/push/nhn").unwrap();
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
    called("whsecret", Method::POST, body)
}

fn event(name: &str, hooks: Value) -> Vec<u8> {
    let body = json!({ "hooksId": "202007271010101010sadasdavas", "webhookConfigId": "String", "productName": "SMS",
                       "appKey": "APP123", "event": name, "hooks": hooks });
    body.to_string().into_bytes()
}

fn hook() -> Value {
    json!({ "hookId": "20240429205809GcSUXthVA00", "senderType": "NORMAL_SMS", "requestId": REQUEST, "recipientSeq": 1,
            "requestDate": "2026-07-01T08:59:00", "receiveDate": "2026-07-01T09:00:00", "sendNo": "062120",
            "recipientNo": "01012345678", "messageStatus": "COMPLETED", "recipientGropuingKey": KEY, "resultCode": "1000" })
}

#[test]
fn results() {
    let mut failed = hook();
    failed["messageStatus"] = json!("DUPLICATED");
    failed["resultCode"] = json!("");
    let mut open = hook();
    open["resultCode"] = json!(null);
    let taken = pushed(&event("MESSAGE_RESULT_UPDATE", json!([hook(), failed, open, {}, 7]))).unwrap();
    let ReceiptItem::Receipt(first) = &taken.receipts[0] else { panic!() };
    assert_eq!((first.client_key.as_deref(), first.status), (Some(KEY), ReceiptStatus::Delivered));
    assert_eq!((first.carrier_message_id.clone(), first.reported_at), (format!("{REQUEST}:1"), Some(NOW)));
    let ReceiptItem::Receipt(second) = &taken.receipts[1] else { panic!() };
    assert_eq!((second.code.as_str(), second.status), ("DUPLICATED", ReceiptStatus::Undelivered));
    let ReceiptItem::Receipt(third) = &taken.receipts[2] else { panic!() };
    assert_eq!((third.code.as_str(), third.status), ("COMPLETED", ReceiptStatus::Unknown));
    assert!(taken.receipts[3..].iter().all(|item| matches!(item, ReceiptItem::Unreadable { .. })));
    assert_eq!((taken.texts.len(), taken.receipts.len(), taken.answer), (0, 5, PushAnswer::default()));
}

#[test]
fn receipts_from_abroad() {
    use ReceiptStatus::*;
    for (word, status) in [
        ("DELIVERED", Delivered),
        ("EXPIRED", Undelivered),
        ("FAILED", Undelivered),
        ("REJECTED", Undelivered),
        ("ACCEPTED", Unknown),
        ("BUFFERED", Unknown),
        ("UNKNOWN", Unknown),
        ("SOMETHING", Unknown),
    ] {
        let hook = json!({ "hookId": "x", "requestId": REQUEST, "recipientSeq": 1, "dlrStatus": word, "errorCode": "0" });
        let taken = pushed(&event("INTERNATIONAL_DELIVERY_RECEIPT", json!([hook]))).unwrap();
        let ReceiptItem::Receipt(receipt) = &taken.receipts[0] else { panic!() };
        assert_eq!((receipt.status, receipt.code.as_str()), (status, word));
    }
}

#[test]
fn what_is_none_of_ours_and_what_cannot_be_read() {
    for name in ["UNSUBSCRIBE", "CONVERSION_BLOCK"] {
        let taken = pushed(&event(name, json!([{ "recipientNo": "01012341234" }]))).unwrap();
        assert!(taken.texts.is_empty() && taken.receipts.is_empty());
    }
    for body in
        [event("SOMETHING", json!([])), event("MESSAGE_RESULT_UPDATE", json!({})), b"{".to_vec(), vec![]]
    {
        assert_eq!(pushed(&body).unwrap_err(), PushRefused::Unreadable);
    }
    let good = event("MESSAGE_RESULT_UPDATE", json!([hook()]));
    assert_eq!(called("whsecret", Method::GET, &good).unwrap_err(), PushRefused::Unreadable);
}

#[test]
fn only_the_word_of_the_console_opens() {
    let good = event("MESSAGE_RESULT_UPDATE", json!([hook()]));
    for word in ["", "x", "whsecre", "whsecrets", "WHSECRET"] {
        assert_eq!(called(word, Method::POST, &good).unwrap_err(), PushRefused::NotSigned, "{word}");
    }
    let (mut nhn, _) = driver(vec![]);
    assert!(nhn.caps().push);
    let url = Url::parse("https://gw.example.kr/").unwrap();
    let (headers, body) = (HeaderMap::new(), Bytes::from(good));
    for (word, expected) in [(None, PushRefused::NotOffered), (Some(""), PushRefused::NotSigned)] {
        nhn.config.webhook_signature = word.map(SecretString::from);
        let call = PushCall {
            method: &Method::POST,
            url: &url,
            headers: &headers,
            body: &body,
            signed: None,
            now: NOW,
        };
        assert_eq!(nhn.push(&call).unwrap_err(), expected);
    }
}

//! Notifications: told from somebody else's by the token in their address.

use http::HeaderMap;

use super::*;
use crate::domain::receipt::{ReceiptItem, ReceiptStatus};

const OURS: &str = "https://munja.example.kr/push/oneapi?token=TOKEN77";

pub(super) fn called(method: &Method, url: &str, body: &str) -> std::result::Result<Pushed, PushRefused> {
    let (url, headers, body) = (Url::parse(url).unwrap(), HeaderMap::new(), body.to_owned().into());
    driver(vec![]).0.push(&PushCall {
        method,
        url: &url,
        headers: &headers,
        body: &body,
        signed: None,
        now: NOW,
    })
}

fn told(body: Value) -> std::result::Result<Pushed, PushRefused> {
    called(&Method::POST, OURS, &body.to_string())
}

/// As Orange writes it.
fn text() -> Value {
    json!({ "senderAddress": "tel:+821012345678", "destinationAddress": "+82621200000", "message": "도와주세요",
        "dateTime": "2026-07-01T00:00:00Z" })
}

#[test]
fn only_who_knows_the_token_is_heard() {
    let body = json!({ "inboundSMSMessageNotification": { "inboundSMSMessage": text() } }).to_string();
    assert_eq!(called(&Method::POST, OURS, &body).unwrap().texts.len(), 1);
    assert_eq!(called(&Method::GET, OURS, &body).unwrap_err(), PushRefused::NotSigned);
    for query in
        ["", "?token=", "?token=TOKEN78", "?token=TOKEN777", "?token=TOKEN77&token=TOKEN77", "?Token=TOKEN77"]
    {
        let url = format!("https://munja.example.kr/push/oneapi{query}");
        assert_eq!(called(&Method::POST, &url, &body).unwrap_err(), PushRefused::NotSigned, "{query}");
    }
    let (url, headers, body) = (Url::parse(OURS).unwrap(), HeaderMap::new(), body.into());
    let call =
        PushCall { method: &Method::POST, url: &url, headers: &headers, body: &body, signed: None, now: NOW };
    let deaf = driver_with(OneApiConfig { push_token: None, ..config() }, vec![]).0;
    assert_eq!(deaf.push(&call).unwrap_err(), PushRefused::NotOffered);
    let empty = OneApiConfig { push_token: Some(SecretString::from("")), ..config() };
    let url = Url::parse("https://x/?token=").unwrap();
    let call = PushCall { url: &url, ..call };
    assert_eq!(driver_with(empty, vec![]).0.push(&call).unwrap_err(), PushRefused::NotSigned);
}

#[test]
fn texts_come_alone_or_in_lists_and_twice_are_the_same() {
    let shapes = [
        json!({ "inboundSMSMessageNotification": { "callbackData": "x", "inboundSMSMessage": text() } }),
        json!({ "inboundSMSMessageList": { "inboundSMSMessage": [text()], "numberOfMessagesInThisBatch": "1" } }),
        json!({ "inboundSMSMessageNotification": { "inboundSMSMessage": [text()] } }),
    ];
    let all: Vec<Pushed> = shapes.into_iter().map(|shape| told(shape).unwrap()).collect();
    let [InboundItem::Text(first)] = all[0].texts.as_slice() else { panic!() };
    assert_eq!((first.citizen.reveal(), first.sent_at), ("01012345678", NOW));
    assert!(all.iter().all(|pushed| pushed.texts == all[0].texts));
    let mut broken = text();
    broken["message"] = json!(null);
    let kept = told(json!({ "inboundSMSMessageNotification": { "inboundSMSMessage": broken } })).unwrap();
    assert!(matches!(kept.texts.as_slice(), [InboundItem::Unreadable { .. }]));
}

#[test]
fn fates_are_known_by_our_key() {
    let of = |word: &str, callback: &str| {
        let info = json!({ "address": "tel:+821012345678", "deliveryStatus": word });
        told(json!({ "deliveryInfoNotification": { "callbackData": callback, "deliveryInfo": info } }))
    };
    let pushed = of("DeliveredToTerminal", KEY).unwrap();
    let [ReceiptItem::Receipt(receipt)] = pushed.receipts.as_slice() else { panic!("{pushed:?}") };
    assert_eq!((receipt.status, receipt.client_key.as_deref()), (ReceiptStatus::Delivered, Some(KEY)));
    assert_eq!(of("DeliveryUncertain", KEY).unwrap().receipts.len(), 1);
    assert!(of("MessageWaiting", KEY).unwrap().receipts.is_empty());
    assert_eq!(of("DeliveredToTerminal", "somebody else's").unwrap_err(), PushRefused::Unreadable);
    for body in ["", "{}", "[]", "<html>", "{\"deliveryInfoNotification\":7}"] {
        assert_eq!(called(&Method::POST, OURS, body).unwrap_err(), PushRefused::Unreadable, "{body}");
    }
}

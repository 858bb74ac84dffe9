//! Their calls to us.

use base64::Engine as _;
use bytes::Bytes;
use hmac::{Hmac, KeyInit, Mac};
use http::{HeaderMap, HeaderValue};

use super::*;
use crate::domain::inbound::InboundItem;
use crate::domain::receipt::ReceiptItem;

const DOOR: &str = "https://gw.example.kr/push/twilio";

/// Signs as they do, with this token.
fn signed(token: &str, fields: &[(&str, &str)]) -> (Bytes, HeaderMap) {
    let mut sorted = fields.to_vec();
    sorted.sort_unstable();
    let mut mac = Hmac::<sha1::Sha1>::new_from_slice(token.as_bytes()).unwrap();
    mac.update(DOOR.as_bytes());
    sorted.iter().for_each(|(name, value)| mac.update(format!("{name}{value}").as_bytes()));
    let signature = base64::engine::general_purpose::STANDARD.encode(mac.finalize().into_bytes());
    let mut headers = HeaderMap::new();
    headers.insert("x-twilio-signature", HeaderValue::from_str(&signature).unwrap());
    let body = url::form_urlencoded::Serializer::new(String::new()).extend_pairs(fields).finish();
    (Bytes::from(body), headers)
}

fn called(url: &str, body: &Bytes, headers: &HeaderMap) -> std::result::Result<Pushed, PushRefused> {
    let url = Url::parse(url).unwrap();
    driver(vec![]).0.push(&PushCall {
        method: &Method::POST,
        url: &url,
        headers,
        body,
        signed: None,
        now: NOW,
    })
}

fn pushed(fields: &[(&str, &str)]) -> std::result::Result<Pushed, PushRefused> {
    let (body, headers) = signed("12345", fields);
    called(DOOR, &body, &headers)
}

const TEXT: &[(&str, &str)] = &[
    ("MessageSid", "SM1"),
    ("SmsStatus", "received"),
    ("AccountSid", "AC1"),
    ("From", "+821012345678"),
    ("To", "+15551234567"),
    ("Body", "안녕하세요"),
    ("NumMedia", "1"),
    ("MediaContentType0", "video/3gpp"),
];

#[test]
fn a_text_has_the_name_that_polling_gives_it() {
    let taken = pushed(TEXT).unwrap();
    let InboundItem::Text(text) = &taken.texts[0] else { panic!() };
    assert_eq!((text.key.as_str(), text.citizen.reveal()), ("SM1", "01012345678"));
    assert_eq!((text.text.reveal(), text.media[0].handle.as_str()), ("안녕하세요", "SM1/0"));
    assert_eq!(text.media[0].content_type.as_deref(), Some("video/3gpp"));
    assert_eq!(taken.answer.content_type, "text/xml");
    assert!(taken.answer.body.contains("<Response>"));
}

#[test]
fn the_fate_of_a_text() {
    let fate = |status, error| {
        let fields =
            [("MessageSid", "SM1"), ("MessageStatus", status), ("ErrorCode", error), ("To", "+821012345678")];
        pushed(&fields).unwrap().receipts
    };
    let ReceiptItem::Receipt(receipt) = &fate("undelivered", "30003")[0] else { panic!() };
    assert_eq!((receipt.status, receipt.code.as_str()), (ReceiptStatus::Undelivered, "30003"));
    let ReceiptItem::Receipt(receipt) = &fate("undelivered", "21610")[0] else { panic!() };
    assert_eq!((receipt.status, receipt.code.as_str()), (ReceiptStatus::Blocked, "21610"));
    let ReceiptItem::Receipt(receipt) = &fate("delivered", "")[0] else { panic!() };
    assert_eq!((receipt.status, receipt.code.as_str()), (ReceiptStatus::Delivered, "delivered"));
    assert!(fate("sent", "").is_empty(), "nothing to keep yet");
}

#[test]
fn nobody_else_may_call() {
    let (body, headers) = signed("another", TEXT);
    assert_eq!(called(DOOR, &body, &headers).unwrap_err(), PushRefused::NotSigned);
    let (body, headers) = signed("12345", TEXT);
    assert_eq!(
        called("https://gw.example.kr/push/twilio?x=1", &body, &headers).unwrap_err(),
        PushRefused::NotSigned
    );
    let other = Bytes::from(String::from_utf8_lossy(&body).replace("SM1", "SM2"));
    assert_eq!(called(DOOR, &other, &headers).unwrap_err(), PushRefused::NotSigned);
    assert_eq!(called(DOOR, &body, &HeaderMap::new()).unwrap_err(), PushRefused::NotSigned);
    let elsewhere = [("MessageSid", "SM1"), ("AccountSid", "AC2"), ("Body", "x"), ("From", "1"), ("To", "2")];
    assert_eq!(pushed(&elsewhere).unwrap_err(), PushRefused::Unreadable);
    assert_eq!(pushed(&[("Body", "x")]).unwrap_err(), PushRefused::Unreadable);
    assert_eq!(pushed(&[("MessageSid", "../x"), ("Body", "x")]).unwrap_err(), PushRefused::Unreadable);
    let without = TwilioConfig { auth_token: None, ..config() };
    let url = Url::parse(DOOR).unwrap();
    let call =
        PushCall { method: &Method::POST, url: &url, headers: &headers, body: &body, signed: None, now: NOW };
    assert_eq!(driver_with(without, vec![]).0.push(&call).unwrap_err(), PushRefused::NotOffered);
}

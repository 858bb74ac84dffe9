//! A server without a list of texts (501 to `GET /inbox`): what is asked instead, and what its calls bring.

use super::push::{SECOND, called, signed};
use super::*;
use crate::domain::inbound::InboundItem;

fn no_list() -> Answered {
    said(501, error("Not implemented"))
}

#[tokio::test]
async fn no_list_is_no_failure_but_another_way() {
    let (smsgate, seen) = driver(vec![no_list(), no_list(), ok(json!([])), ok(json!([]))]);
    assert!(smsgate.lists_texts());
    let refused = smsgate.poll_inbound(&Cursor::starting_at(NOW)).await.unwrap_err();
    assert_eq!((refused.kind, refused.code.as_deref()), (ErrorKind::NotOffered, Some("HTTP501")));
    assert!(refused.to_string().contains("webhook") && !smsgate.lists_texts());
    // The check asks for what such a server has.
    assert_eq!(smsgate.check().await.unwrap(), Some(5_000));
    assert!(asked(&seen)[1].starts_with("GET /inbox?") && asked(&seen)[2] == "GET /messages?limit=1");
    // A newer server has a list.
    smsgate.poll_inbound(&Cursor::starting_at(NOW)).await.unwrap();
    assert!(smsgate.lists_texts());
}

#[tokio::test]
async fn told_to_be_push_only_it_never_asks_for_a_list() {
    let config = SmsGateConfig { is_push_only: true, ..config() };
    let (smsgate, seen) = driver_with(config, vec![ok(json!([])), said(401, error("no"))]);
    assert_eq!(smsgate.caps().inbound, InboundClass::PushOnly);
    assert_eq!(smsgate.check().await.unwrap(), Some(5_000));
    assert_eq!(smsgate.check().await.unwrap_err().kind, ErrorKind::Auth);
    assert_eq!(asked(&seen), ["GET /messages?limit=1"; 2]);
}

#[tokio::test]
async fn asked_to_call_again_it_gets_the_official_request() {
    let config = SmsGateConfig { device: Some("DEV".to_owned()), ..config() };
    let (smsgate, seen) = driver_with(config, vec![Ok((202, Vec::new())), said(403, error("scope"))]);
    smsgate.call_again(NOW - 3_600_000, NOW).await.unwrap();
    assert_eq!(asked(&seen), ["POST /inbox/refresh"]);
    let body = crate::carrier::canned::body(&seen, 0);
    // `InboxRefreshRequest` of the OpenAPI document.
    for key in ["since", "until"] {
        assert!(body[key].as_str().unwrap().parse::<jiff::Timestamp>().is_ok(), "{body}");
    }
    assert_eq!((&body["deviceId"], &body["triggerWebhooks"]), (&json!("DEV"), &json!(true)));
    assert_eq!(smsgate.call_again(NOW, NOW).await.unwrap_err().kind, ErrorKind::Config);
}

/// `MmsDownloadedPayload` of the OpenAPI document.
fn photo_message() -> String {
    let payload = json!({
        "messageId": "77", "sender": "+821012345678", "simNumber": 1, "subject": "여기", "body": "도와주세요",
        "receivedAt": "2026-07-01T08:59:00.000+09:00",
        "attachments": [{ "partId": 3, "contentType": "image/jpeg", "name": "a.jpg", "size": 9, "data": null }],
    });
    json!({ "id": "e", "webhookId": "w", "deviceId": "d", "event": "mms:downloaded", "payload": payload })
        .to_string()
}

#[test]
fn photo_messages_come_by_calls_only_where_no_walk_brings_them() {
    let body = photo_message();
    // A phone that lists its texts: the walk brings it, once.
    assert!(called(&body, &signed(&body), SECOND).unwrap().texts.is_empty());
    let alone = driver_with(SmsGateConfig { is_push_only: true, ..config() }, vec![]).0;
    let pushed = super::push::pushed(&alone, &Method::POST, &body, &signed(&body), SECOND).unwrap();
    let [InboundItem::Text(text)] = pushed.texts.as_slice() else { panic!("{pushed:?}") };
    assert_eq!(text.text.reveal(), "여기\n도와주세요");
    assert_eq!((text.media.len(), text.media[0].handle.as_str()), (1, "3 77"));
}

#[tokio::test]
async fn a_photo_that_a_server_without_a_list_does_not_hand_over_is_lost_and_not_asked_for_for_ever() {
    let media = MediaRef { handle: "3 77".to_owned(), name: None, content_type: None, n_bytes: None };
    let refused = driver(vec![no_list()]).0.fetch_media(&media, 1_000).await.err().unwrap();
    assert_eq!(refused.kind, ErrorKind::Permanent);
}

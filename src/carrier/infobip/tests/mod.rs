//! The driver against canned answers. What a send asks is what the official client (PyPI infobip-api-python-client 6.0.0,
//! `send_sms_messages`) sends.

use crate::domain::inbound::InboundItem;
use proptest::prelude::*;
use secrecy::SecretString;
use serde_json::json;
use std::sync::Arc;
use std::time::Duration;

use super::*;
use crate::carrier::canned::{self, Answered, KEY, NOW, Seen, asked, body, client, ok, outbound, said};
use crate::carrier::http::Broken;
use crate::domain::phone::PhoneNumber;
use crate::domain::receipt::ReceiptStatus;

fn config() -> InfobipConfig {
    InfobipConfig {
        api_key: SecretString::from("KEY12345"),
        page_limit: 50,
        max_segments: 6,
        sends_per_sec: 5,
        others_per_sec: 5,
        min_poll: Duration::from_secs(1),
    }
}

fn driver(answers: Vec<Answered>) -> (Infobip, Seen) {
    let (http, seen) = client(answers, &[("date", "Wed, 01 Jul 2026 00:00:05 GMT"), ("retry-after", "7")]);
    (Infobip::new(config(), http, Arc::new(|| NOW)), seen)
}

fn text() -> OutboundText {
    OutboundText { from: PhoneNumber::parse("0212345678"), ..outbound("안녕") }
}

fn status(group: u64, name: &str) -> Value {
    json!({ "groupId": group, "groupName": "x", "id": 7, "name": name, "description": "x" })
}

fn sent(group: u64, name: &str) -> Value {
    json!({ "bulkId": "b1", "messages": [{ "messageId": KEY, "status": status(group, name), "destination": "821012345678" }] })
}

fn theirs(id: &str) -> Value {
    json!({ "messageId": id, "from": "821012345678", "to": "82212345678", "text": "안녕하세요", "cleanText": "x", "keyword": "x",
            "receivedAt": "2026-07-01T09:00:01.000+0900", "smsCount": 1 })
}

fn entry(group: u64, name: &str, error: &str) -> Value {
    json!({ "messageId": KEY, "to": "821012345678", "sentAt": "2026-07-01T00:00:01.000+0000",
            "doneAt": "2026-07-01T00:00:02.000+0000", "status": status(group, name),
            "error": { "groupId": 0, "name": error, "permanent": false } })
}

fn results(items: Value) -> Answered {
    ok(json!({ "results": items }))
}

#[tokio::test]
async fn a_send_asks_as_the_official_client_does() {
    let (infobip, seen) = driver(vec![ok(sent(1, "PENDING_ACCEPTED"))]);
    let accepted = infobip.send(&text()).await.unwrap();
    assert_eq!(accepted, Accepted { carrier_message_id: Some(KEY.to_owned()), repeated: false });
    assert_eq!(asked(&seen), ["POST /sms/3/messages"]);
    let expected = json!({ "messages": [{ "sender": "82212345678",
        "destinations": [{ "to": "821012345678", "messageId": KEY }], "content": { "text": "안녕" },
        "webhooks": { "callbackData": KEY } }] });
    assert_eq!(body(&seen, 0), expected);
    let header = seen.lock().unwrap()[0].headers()["authorization"].clone();
    assert!(header.is_sensitive());
    assert_eq!(header, "App KEY12345");
}

#[tokio::test]
async fn what_each_answer_to_a_send_means() {
    use ErrorKind::*;
    let new = |code: &str| json!({ "errorCode": code, "description": "x", "action": "x" });
    let old = json!({ "requestError": { "serviceException": { "messageId": "UNAUTHORIZED", "text": "x" } } });
    let mut other = sent(1, "PENDING_ACCEPTED");
    other["messages"][0]["messageId"] = json!("another");
    let mut nameless = sent(5, codes::DUPLICATE);
    nameless["messages"][0]["messageId"] = json!("");
    let cut = sent(1, "PENDING_ACCEPTED").to_string().into_bytes();
    let cases: Vec<(Answered, ErrorKind)> = vec![
        (ok(sent(5, "REJECTED_DESTINATION")), Permanent),
        (ok(sent(5, "REJECTED_NOT_ENOUGH_CREDITS")), Config),
        (ok(sent(5, "REJECTED_FLOODING_FILTER")), RateLimited),
        (ok(sent(5, "REJECTED_SYSTEM_ERROR")), Ambiguous),
        (ok(sent(9, "LEVITATING")), Ambiguous),
        (ok(other), Ambiguous),
        (ok(nameless), Ambiguous),
        (ok(json!({ "messages": [] })), Ambiguous),
        (ok(json!({})), Ambiguous),
        (said(400, new("E400")), Permanent),
        (said(400, json!({})), Ambiguous),
        (said(401, old), Auth),
        (said(403, new("E403")), Config),
        (said(429, new("E429")), RateLimited),
        (said(500, new("E500")), Ambiguous),
        (Ok((200, cut[..cut.len() - 9].to_vec())), Ambiguous),
        (Err(Broken::Reset), Ambiguous),
        (Err(Broken::NotSent), NotSent),
    ];
    for (answer, kind) in cases {
        let error = driver(vec![answer.clone()]).0.send(&text()).await.unwrap_err();
        assert_eq!(error.kind, kind, "{answer:?}");
    }
    let repeated = driver(vec![ok(sent(5, codes::DUPLICATE))]).0.send(&text()).await.unwrap();
    assert!(repeated.repeated, "the first one was taken");
    let (infobip, seen) = driver(vec![]);
    assert_eq!(
        infobip.send(&OutboundText { expires_at: NOW - 1, ..text() }).await.unwrap_err().kind,
        NotSent
    );
    assert!(asked(&seen).is_empty());
}

#[tokio::test]
async fn a_send_without_an_answer_is_looked_for_by_its_name() {
    let mut other = entry(1, "PENDING_ENROUTE", "NO_ERROR");
    other["messageId"] = json!("another");
    let old = OutboundText { first_attempt_at: NOW - 48 * 3_600_000, ..text() };
    let found = Reconciled::Found { carrier_message_id: KEY.to_owned() };
    let cases = [
        (results(json!([entry(1, "PENDING_ENROUTE", "NO_ERROR")])), text(), found),
        (results(json!([])), text(), Reconciled::Absent),
        (results(json!([])), old, Reconciled::CannotTell),
        (results(json!([other])), text(), Reconciled::CannotTell),
    ];
    for (answer, text, expected) in cases {
        let (infobip, seen) = driver(vec![answer]);
        assert_eq!(infobip.reconcile(&text).await.unwrap(), expected);
        assert_eq!(asked(&seen), [format!("GET /sms/3/logs?messageId={KEY}")]);
    }
    for answer in [said(500, json!({})), Err(Broken::Reset), ok(json!({ "results": 7 }))] {
        assert!(driver(vec![answer]).0.reconcile(&text()).await.is_err());
    }
}

#[tokio::test]
async fn texts_are_read_once_and_nothing_of_them_is_lost() {
    let mut nameless = theirs("M3");
    nameless["messageId"] = json!(null);
    let whole = json!({ "results": [theirs("M2"), nameless], "messageCount": 2, "pendingMessageCount": 3 });
    let (infobip, seen) = driver(vec![ok(whole)]);
    let page = infobip.poll_inbound(&Cursor::starting_at(NOW)).await.unwrap();
    assert_eq!(asked(&seen), ["GET /sms/1/inbox/reports?limit=50"]);
    assert_eq!((page.items.len(), page.more(), page.clock_ahead_ms), (2, true, Some(5_000)));
    let InboundItem::Text(text) = &page.items[1] else { panic!("{:?}", page.items) };
    assert_eq!(
        (text.key.as_str(), text.citizen.reveal(), text.to.reveal()),
        ("M2", "01012345678", "0212345678")
    );
    assert_eq!((text.text.reveal(), text.sent_at), ("안녕하세요", NOW + 1_000));

    let cut = json!({ "results": [theirs("M4")] }).to_string().into_bytes();
    for answer in [
        Ok((200, cut[..60].to_vec())),
        Err(Broken::Truncated(Bytes::copy_from_slice(&cut[..60]))),
        ok(json!({ "results": 7 })),
    ] {
        let page = driver(vec![answer]).0.poll_inbound(&Cursor::starting_at(NOW)).await.unwrap();
        let [InboundItem::Unreadable { raw, .. }] = page.items.as_slice() else { panic!("{:?}", page.items) };
        assert!(!raw.is_empty() && !page.more());
    }
    for (answer, kind) in [
        (said(500, json!({})), ErrorKind::Ambiguous),
        (said(503, json!({})), ErrorKind::Transient),
        (said(401, json!({})), ErrorKind::Auth),
        (Err(Broken::Reset), ErrorKind::Ambiguous),
        (Err(Broken::NotSent), ErrorKind::NotSent),
    ] {
        assert_eq!(
            driver(vec![answer]).0.poll_inbound(&Cursor::starting_at(NOW)).await.unwrap_err().kind,
            kind
        );
    }
    // An error that brings texts along brings texts.
    let odd = said(500, json!({ "results": [theirs("M5")] }));
    assert_eq!(driver(vec![odd]).0.poll_inbound(&Cursor::starting_at(NOW)).await.unwrap().items.len(), 1);
}

#[tokio::test]
async fn reports_and_logs_say_the_same() {
    let cases = [
        (
            entry(3, "DELIVERED_TO_HANDSET", "NO_ERROR"),
            Some((ReceiptStatus::Delivered, "DELIVERED_TO_HANDSET")),
        ),
        (entry(3, "DELIVERED_TO_OPERATOR", "NO_ERROR"), None),
        (
            entry(2, "UNDELIVERABLE_NOT_DELIVERED", "EC_ABSENT_SUBSCRIBER"),
            Some((ReceiptStatus::Undelivered, "EC_ABSENT_SUBSCRIBER")),
        ),
        (entry(9, "LEVITATING", "NO_ERROR"), Some((ReceiptStatus::Unknown, "LEVITATING"))),
        (entry(2, "01012345678", "NO_ERROR"), Some((ReceiptStatus::Undelivered, "unknown"))),
        (entry(1, "PENDING_ENROUTE", "NO_ERROR"), None),
    ];
    for (entry, expected) in cases {
        let (infobip, seen) = driver(vec![results(json!([entry])), results(json!([entry]))]);
        let receipt = infobip.status(KEY).await.unwrap();
        assert_eq!(receipt.as_ref().map(|r| (r.status, r.code.as_str())), expected, "{entry}");
        let page = infobip.poll_reports().await.unwrap();
        assert_eq!(page.items, receipt.into_iter().map(ReceiptItem::Receipt).collect::<Vec<_>>());
        assert_eq!(asked(&seen)[1], "GET /sms/3/reports?limit=50");
    }
    let page = driver(vec![results(json!([{ "odd": 1 }]))]).0.poll_reports().await.unwrap();
    assert!(matches!(page.items.as_slice(), [ReceiptItem::Unreadable { .. }]));
    let cut = driver(vec![Ok((200, b"{\"results\":[".to_vec()))]).0.poll_reports().await.unwrap();
    assert!(matches!(cut.items.as_slice(), [ReceiptItem::Unreadable { .. }]));
}

#[tokio::test]
async fn the_log_is_read_page_by_page() {
    let first = ok(
        json!({ "results": [entry(3, "DELIVERED_TO_HANDSET", "NO_ERROR"), entry(5, "REJECTED_NETWORK", "NO_ERROR")],
                           "cursor": { "limit": 1000, "nextCursor": "C2" } }),
    );
    let (infobip, seen) = driver(vec![first, results(json!([]))]);
    let page = infobip.sent_since(NOW, None).await.unwrap();
    assert_eq!((page.items.len(), page.next.as_deref()), (1, Some("C2")));
    assert_eq!(infobip.sent_since(NOW, Some("C2")).await.unwrap().next, None);
    let since = "sentSince=2026-07-01T00%3A00%3A00.000%2B0000";
    assert_eq!(asked(&seen)[1], format!("GET /sms/3/logs?{since}&limit=1000&useCursor=true&cursor=C2"));
}

#[tokio::test]
async fn a_check_removes_nothing() {
    let (infobip, seen) = driver(vec![results(json!([]))]);
    assert_eq!(infobip.check().await.unwrap(), Some(5_000));
    assert_eq!(asked(&seen), ["GET /sms/3/logs?messageId=munja-check"]);
    assert_eq!(driver(vec![said(401, json!({}))]).0.check().await.unwrap_err().kind, ErrorKind::Auth);
}

#[tokio::test]
async fn errors_hold_no_key_no_number_and_no_text() {
    for secret in ["01012345678", "821012345678", "KEY12345", "살려"] {
        for code in [200, 400, 401, 403, 429, 500] {
            let said = || {
                said(
                    code,
                    json!({ "errorCode": secret, "description": secret, "messages": [{ "status": status(5, secret) }] }),
                )
            };
            let (infobip, _) = driver(vec![said(), said()]);
            let shown = format!("{:?} {:?}", infobip.send(&text()).await, infobip.check().await);
            assert!(!shown.contains(secret), "{code}: {shown}");
        }
    }
    assert!(!format!("{:?} {:?}", driver(vec![]).0, config()).contains("KEY12345"));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]
    /// Whatever comes back, nothing falls over; and of what was read once nothing is dropped.
    #[test]
    fn any_answer_is_survived(answer in canned::json(&["results", "messageId", "status", "groupId", "name", "from", "to", "text", "receivedAt", "messages", "cursor"])) {
        let answered = || Ok((200, answer.to_string().into_bytes()));
        canned::run(async {
            let _ = driver(vec![answered()]).0.send(&text()).await;
            let _ = driver(vec![answered()]).0.status(KEY).await;
            let _ = driver(vec![answered()]).0.sent_since(NOW, None).await;
            let _ = driver(vec![answered()]).0.reconcile(&text()).await;
            let _ = driver(vec![answered()]).0.poll_reports().await;
            let page = driver(vec![answered()]).0.poll_inbound(&Cursor::starting_at(NOW)).await.unwrap();
            if let Some(all) = answer["results"].as_array() {
                assert_eq!(page.items.len(), all.len());
            }
        });
    }
}

//! Whatever the phone answers, nothing falls over, no item is lost, and only its own word counts as taken.

use proptest::prelude::*;

use super::*;
use crate::carrier::canned;
use crate::domain::inbound::InboundItem;

const WORDS: &[&str] = &[
    "id",
    "type",
    "sender",
    "contentPreview",
    "createdAt",
    "attachments",
    "partId",
    "recipients",
    "state",
    "states",
    "error",
    "SMS",
    "MMS",
    "MMS_DOWNLOADED",
    "Delivered",
    "Failed",
    "text:-5",
    KEY,
    "2026-07-01T00:00:00Z",
    "message",
    "TTL expired",
    "2026-06-01T00:00:00Z",
];

async fn try_everything(status: u16, body: Vec<u8>) {
    let smsgate = || driver(vec![Ok((status, body.clone()))]).0;
    let sent = smsgate().send(&outbound("네")).await;
    let said = serde_json::from_slice::<Value>(&body).unwrap_or_default();
    let taken = (status == 409 && said.get("message").is_some())
        || ((200..300).contains(&status) && said["id"] == KEY);
    assert_eq!(sent.is_ok(), taken, "{status} {}", String::from_utf8_lossy(&body));
    drop(smsgate().reconcile(&outbound("네")).await);
    drop(smsgate().status(KEY).await);
    drop(smsgate().check().await);
    drop(smsgate().sent_since(0, Some("7")).await);
    if let Ok(page) = smsgate().poll_inbound(&Cursor::starting_at(NOW)).await {
        assert!(page.next.since >= NOW, "a walk never goes back");
        let of_notices = |item: &&Value| item["type"] == "MMS";
        let list = said.as_array().map_or(0, |all| all.len() - all.iter().filter(of_notices).count());
        assert!(page.items.len() >= list, "{} of {list}", page.items.len());
    }
}

proptest! {
    #[test]
    fn any_answer_is_survived(
        status in prop_oneof![4 => Just(200), 1 => 200u16..600],
        body in prop_oneof![
            4 => canned::json(WORDS).prop_map(|body| body.to_string().into_bytes()),
            4 => prop::collection::vec(canned::json(WORDS), 0..4)
                .prop_map(|items| Value::from(items).to_string().into_bytes()),
            1 => any::<Vec<u8>>(),
        ],
    ) {
        run(try_everything(status, body));
    }

    #[test]
    fn any_time_can_be_asked_from(since in any::<i64>()) {
        let smsgate = driver(vec![]).0;
        drop(run(smsgate.poll_inbound(&Cursor::starting_at(since))));
        drop(run(smsgate.sent_since(since, None)));
        let text = OutboundText { first_attempt_at: since, expires_at: since, ..outbound("네") };
        drop(run(smsgate.reconcile(&text)));
        drop(run(smsgate.send(&text)));
    }

    #[test]
    fn any_signed_body_is_survived(payload in canned::json(WORDS), body in any::<String>()) {
        for event in ["sms:received", "sms:delivered", "sms:failed"] {
            let words = json!({ "event": event, "payload": payload }).to_string();
            for body in [&words, &body] {
                let judged = super::push::called(body, &super::push::signed(body), super::push::SECOND);
                prop_assert!(!matches!(judged, Err(PushRefused::NotSigned)));
            }
        }
    }

    #[test]
    fn any_item_becomes_an_item(item in canned::json(WORDS)) {
        let items = wire::inbound_page(std::slice::from_ref(&item), "1", NOW);
        let notice = item["type"] == "MMS";
        prop_assert!(items.len() == 1 || notice);
        if let [InboundItem::Unreadable { raw, .. }] = items.as_slice() {
            prop_assert_eq!(raw, &item.to_string());
        }
    }
}

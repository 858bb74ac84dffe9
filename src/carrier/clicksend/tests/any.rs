//! Whatever ClickSend answers, nothing falls over, no item is lost, and only its own `SUCCESS` counts as taken.

use proptest::prelude::*;

use super::*;
use crate::carrier::canned;

const WORDS: &[&str] = &[
    "data",
    "messages",
    "response_code",
    "SUCCESS",
    "status",
    "status_code",
    "error_code",
    "custom_string",
    "message_id",
    "timestamp",
    "from",
    "to",
    "body",
    "current_page",
    "last_page",
    "201",
    "1782864000",
    KEY,
];

async fn try_everything(status: u16, body: Vec<u8>) {
    let clicksend = || driver((0..3).map(|_| Ok((status, body.clone()))).collect()).0;
    let said = serde_json::from_slice::<Value>(&body).unwrap_or_default();
    let whole = (200..300).contains(&status) && said["response_code"] == "SUCCESS";
    let taken = whole && said["data"]["messages"][0]["status"] == "SUCCESS";
    assert!(clicksend().send(&outbound("네")).await.is_err() || taken, "{status} {said}");
    drop(clicksend().reconcile(&outbound("네")).await);
    drop(clicksend().status("M-1").await);
    drop(clicksend().check().await);
    drop(clicksend().sent_since(0, None).await);
    let n = said["data"]["data"].as_array().map_or(0, Vec::len);
    if let Ok(page) = clicksend().poll_inbound(&Cursor::starting_at(NOW)).await {
        assert!(page.next.since >= NOW, "a walk never goes back");
        assert!(page.items.len() == n || said.is_null());
    }
    if let Ok(page) = clicksend().poll_reports().await {
        assert!(page.items.len() >= n);
    }
}

fn list() -> impl Strategy<Value = Value> {
    let items = prop::collection::vec(canned::json(WORDS), 0..4);
    (items, canned::json(WORDS)).prop_map(|(items, last)| {
        envelope(json!({ "data": items, "messages": items, "current_page": 1, "last_page": last }))
    })
}

proptest! {
    #[test]
    fn any_answer_is_survived(
        status in prop_oneof![4 => Just(200), 1 => 200u16..600],
        body in prop_oneof![
            4 => list().prop_map(|body| body.to_string().into_bytes()),
            2 => canned::json(WORDS).prop_map(|data| envelope(data).to_string().into_bytes()),
            2 => canned::json(WORDS).prop_map(|body| body.to_string().into_bytes()),
            1 => any::<Vec<u8>>(),
        ],
    ) {
        run(try_everything(status, body));
    }

    #[test]
    fn any_time_can_be_asked_from(since in any::<i64>()) {
        let clicksend = driver(vec![]).0;
        drop(run(clicksend.poll_inbound(&Cursor::starting_at(since))));
        drop(run(clicksend.sent_since(since, None)));
        let text = OutboundText { first_attempt_at: since, expires_at: since, ..outbound("네") };
        drop(run(clicksend.reconcile(&text)));
        drop(run(clicksend.send(&text)));
    }
}

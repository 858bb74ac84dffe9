//! The fate of a text, asked for one by one, and the list of all.

use super::*;
use crate::domain::receipt::ReceiptStatus;

#[tokio::test]
async fn a_fate_is_told_when_it_is_final() {
    use ReceiptStatus::*;
    let failed = |reason: &str| {
        let mut body = state("Failed");
        body["recipients"][0]["error"] = json!(reason);
        body
    };
    let cases = [
        (state("Pending"), None),
        (state("Processed"), None),
        (state("Sent"), None),
        (state("Delivered"), Some((Delivered, "Delivered"))),
        (failed("TTL expired"), Some((Undelivered, "TTL"))),
        (failed("Delivery result from SC +821099998888: 99"), Some((Undelivered, "STATUS-99"))),
        (state("Cancelled"), Some((Undelivered, "Cancelled"))),
        (state("Teleported"), Some((Unknown, "Teleported"))),
        (state("010 1234 5678"), Some((Unknown, "unknown"))),
    ];
    for (body, expected) in cases {
        let (smsgate, seen) = driver(vec![ok(body.clone())]);
        let receipt = smsgate.status(KEY).await.unwrap();
        assert_eq!(asked(&seen), [format!("GET /messages/{KEY}")]);
        assert_eq!(receipt.as_ref().map(|r| (r.status, r.code.as_str())), expected, "{body}");
        if let Some(receipt) = receipt {
            assert_eq!(
                (receipt.carrier_message_id.as_str(), receipt.client_key.as_deref()),
                (KEY, Some(KEY))
            );
            assert_eq!(receipt.reported_at, Some(NOW));
        }
    }
    assert_eq!(driver(vec![Ok((404, vec![]))]).0.status(KEY).await.unwrap(), None);
    let another = driver(vec![ok(state("Delivered"))]).0.status("another").await.unwrap_err();
    assert_eq!(another.kind, ErrorKind::Protocol);
}

#[tokio::test]
async fn a_name_cannot_lead_elsewhere() {
    let (smsgate, seen) = driver(vec![Ok((404, vec![]))]);
    assert_eq!(smsgate.status("../settings?x=1#").await.unwrap(), None);
    assert_eq!(asked(&seen), ["GET /messages/..%2Fsettings%3Fx%3D1%23"]);
    assert_eq!(smsgate.status("..").await.unwrap_err().kind, ErrorKind::Protocol);
}

#[tokio::test]
async fn what_was_sent_is_listed_page_by_page() {
    let mut foreign = state("Sent");
    foreign["id"] = json!("somebody else's");
    let full: Vec<Value> = (0..100).map(|_| foreign.clone()).collect();
    let last = json!([state("Delivered"), { "state": "Sent" }, 7]);
    let (smsgate, seen) = driver(vec![ok(json!(full)), ok(last)]);
    let first = smsgate.sent_since(NOW - 60_000, None).await.unwrap();
    assert_eq!((first.items.len(), first.next.as_deref()), (100, Some("100")));
    assert_eq!(first.items[0].key, None);
    let page = smsgate.sent_since(NOW - 60_000, Some("100")).await.unwrap();
    let [one] = page.items.as_slice() else { panic!("{page:?}") };
    assert_eq!((one.key.as_deref(), one.at, page.next), (Some(KEY), NOW - 60_000, None));
    assert_eq!(one.receipt.as_ref().map(|r| r.status), Some(ReceiptStatus::Delivered));
    let window = "from=2026-06-30T23%3A59%3A00.000Z&to=2036-06-28T00%3A00%3A00.000Z&limit=100";
    assert_eq!(asked(&seen), [0, 100].map(|offset| format!("GET /messages?{window}&offset={offset}")));
}

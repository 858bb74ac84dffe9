//! Receipts: all that are unread, marked read up to a minute ago, and asked for one by one.

use super::*;
use crate::carrier::canned;
use crate::domain::receipt::{ReceiptItem, ReceiptStatus};

fn receipt(id: &str, status: Value, second: i64) -> Value {
    json!({ "timestamp_send": second, "timestamp": second, "message_id": id, "status_code": status, "status_text": "x",
        "error_code": null, "error_text": null, "custom_string": KEY, "message_type": "sms" })
}

/// Our clock says 1782864000, the carrier's five seconds more; receipts until this second are settled.
const SETTLED: i64 = 1_782_863_945;

#[tokio::test]
async fn all_pages_are_read_and_only_what_is_settled_is_marked_read() {
    let (old, young) = (receipt("A", json!("201"), SETTLED - 1), receipt("B", json!(301), SETTLED));
    let done = ok(envelope(json!(null)));
    let (clicksend, seen) = driver(vec![page_of(1, 2, json!([old])), page_of(2, 2, json!([young])), done]);
    let page = clicksend.poll_reports().await.unwrap();
    let [ReceiptItem::Receipt(first), ReceiptItem::Receipt(second)] = page.items.as_slice() else { panic!() };
    assert_eq!((first.status, first.code.as_str()), (ReceiptStatus::Delivered, "201"));
    assert_eq!((first.client_key.as_deref(), first.reported_at), (Some(KEY), Some((SETTLED - 1) * 1_000)));
    assert_eq!((second.status, second.code.as_str()), (ReceiptStatus::Undelivered, "301"));
    clicksend.ack_reports(&page.ack.unwrap()).await.unwrap();
    let expected = [
        "GET /v3/sms/receipts?page=1&limit=100",
        "GET /v3/sms/receipts?page=2&limit=100",
        "PUT /v3/sms/receipts-read",
    ];
    assert_eq!(asked(&seen), expected);
    // As the official Python client writes it (clicksend-client 6.0.2).
    assert_eq!(canned::body(&seen, 2), json!({ "date_before": SETTLED }));
}

#[tokio::test]
async fn what_may_get_company_of_the_same_second_stays_unread() {
    let cases = [
        (json!([receipt("A", json!("201"), SETTLED)]), false),
        (json!([]), false),
        (json!([receipt("A", json!("201"), SETTLED - 1)]), true),
        (json!([{ "message_id": "A" }]), true),
        (json!([{ "message_id": "A", "status_code": 201 }]), true),
    ];
    for (list, is_acked) in cases {
        let page = driver(vec![page_of(1, 1, list.clone())]).0.poll_reports().await.unwrap();
        assert_eq!(page.ack.is_some(), is_acked, "{list}");
    }
}

#[tokio::test(start_paused = true)]
async fn nothing_is_marked_read_unseen() {
    let full = || page_of(1, 999, json!([receipt("A", json!(201), 1)]));
    let endless = driver((0..60).map(|_| full()).collect()).0.poll_reports().await.unwrap();
    assert_eq!((endless.items.len(), endless.ack), (50, None), "told, and behind them may stand older ones");
    // From the oldest to the newest: those before the last one are settled whatever follows.
    let ordered = (0..60).map(|n| page_of(1, 999, json!([receipt("A", json!(201), 1_000 + n)]))).collect();
    let ordered = driver(ordered).0.poll_reports().await.unwrap();
    assert_eq!((ordered.items.len(), ordered.ack.as_deref()), (50, Some("1049")));
    let broken = driver(vec![full(), Err(Broken::Reset)]).0;
    assert_eq!(broken.poll_reports().await.unwrap_err().kind, ErrorKind::Transient);
    assert_eq!(driver(vec![]).0.ack_reports("now").await.unwrap_err().kind, ErrorKind::Protocol);
}

#[tokio::test]
async fn one_broken_receipt_costs_no_other() {
    let list = json!([receipt("A", json!(299), 1), { "status_code": 201 }, "x", receipt("", json!(201), 1)]);
    let page = driver(vec![page_of(1, 1, list)]).0.poll_reports().await.unwrap();
    let ReceiptItem::Receipt(unknown) = &page.items[0] else { panic!() };
    assert_eq!((unknown.status, unknown.code.as_str()), (ReceiptStatus::Unknown, "299"));
    assert!(page.items[1..].iter().all(|item| matches!(item, ReceiptItem::Unreadable { .. })));
    assert_eq!(page.items.len(), 4);
}

#[tokio::test]
async fn the_receipt_of_one_text() {
    use ReceiptStatus::*;
    let cases = [
        (receipt("M-1", json!("201"), 1), Some(Delivered)),
        (json!([receipt("M-0", json!(201), 1), receipt("M-1", json!(301), 1)]), Some(Undelivered)),
        (receipt("M-1", json!(200), 1), None),
        (receipt("M-1", json!("300"), 1), None),
        (receipt("M-1", json!("299"), 1), Some(Unknown)),
        (receipt("M-0", json!("201"), 1), None),
        (json!(null), None),
    ];
    for (data, status) in cases {
        let (clicksend, seen) = driver(vec![ok(envelope(data))]);
        assert_eq!(clicksend.status("M-1").await.unwrap().map(|r| r.status), status);
        assert_eq!(asked(&seen), ["GET /v3/sms/receipts/M-1"]);
    }
    assert_eq!(driver(vec![said(404, error("NOT_FOUND"))]).0.status("M-1").await.unwrap(), None);
    let refused = driver(vec![said(401, error("UNAUTHORIZED"))]).0.status("M-1").await.unwrap_err();
    assert_eq!(refused.kind, ErrorKind::Auth);
}

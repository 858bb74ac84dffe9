//! Receipts: in batches, and asked for one by one.

use super::*;
use crate::domain::receipt::{ReceiptItem, ReceiptStatus};

#[tokio::test]
async fn reports_are_matched_by_our_key_and_acked_once() {
    let batch = json!({ "reportId": "R1", "report": [
        { "msgKey": "M1", "reportCode": "10000", "reportTime": "2026-07-01T09:00:00+09:00", "ref": KEY },
        { "msgKey": "M2", "reportCode": "22003", "ref": "somebody else's" },
        { "msgKey": "M3", "reportCode": "55555x" },
        { "reportCode": "10000" },
        { "msgKey": "M5" },
        "M6",
    ] });
    let acked = Ok((403, envelope("A000", "A802", json!(null))));
    let (bizgo, seen) = driver(vec![ok(batch), acked, ok(json!(null))]);
    let page = bizgo.poll_reports().await.unwrap();
    let ReceiptItem::Receipt(first) = &page.items[0] else { panic!() };
    assert_eq!((first.client_key.as_deref(), first.status), (Some(KEY), ReceiptStatus::Delivered));
    assert_eq!((first.carrier_message_id.as_str(), first.reported_at), ("M1", Some(NOW)));
    let ReceiptItem::Receipt(second) = &page.items[1] else { panic!() };
    assert_eq!((second.client_key.as_deref(), second.status), (None, ReceiptStatus::Undelivered));
    let ReceiptItem::Receipt(third) = &page.items[2] else { panic!() };
    assert_eq!((third.code.as_str(), third.status), ("55555x", ReceiptStatus::Unknown));
    assert!(page.items[3..].iter().all(|item| matches!(item, ReceiptItem::Unreadable { .. })));
    let ReceiptItem::Unreadable { raw, .. } = &page.items[4] else { panic!() };
    assert_eq!(raw, r#"{"msgKey":"M5"}"#);
    let ack = page.ack.unwrap();
    bizgo.ack_reports(&ack).await.unwrap();
    bizgo.ack_reports(&ack).await.unwrap();
    let ack = "DELETE /api/comm/v1/report/polling/R1";
    assert_eq!(asked(&seen), ["GET /api/comm/v1/report/polling", ack, ack]);
}

#[tokio::test]
async fn nothing_to_report() {
    for data in
        [json!({ "reportId": "", "report": null }), json!({ "reportId": null, "report": [] }), json!(null)]
    {
        let page = driver(vec![ok(data)]).0.poll_reports().await.unwrap();
        assert!(page.items.is_empty() && page.ack.is_none());
    }
}

#[tokio::test]
async fn a_batch_that_cannot_be_read_is_not_acked() {
    for report in [json!({ "0": { "msgKey": "M1" } }), json!("M1"), json!(7)] {
        let data = json!({ "reportId": "R1", "report": report });
        let error = driver(vec![ok(data)]).0.poll_reports().await.unwrap_err();
        assert_eq!(error.kind, ErrorKind::Protocol);
    }
}

#[tokio::test]
async fn a_name_of_a_batch_cannot_lead_elsewhere() {
    let (bizgo, seen) = driver(vec![ok(json!(null))]);
    bizgo.ack_reports("../../send/omni?x=1#").await.unwrap();
    assert_eq!(asked(&seen), ["DELETE /api/comm/v1/report/polling/..%2F..%2Fsend%2Fomni%3Fx%3D1%23"]);
    assert_eq!(bizgo.ack_reports("..").await.unwrap_err().kind, ErrorKind::Protocol);
}

#[tokio::test]
async fn a_failed_ack_is_told() {
    let refused = Ok((400, envelope("A000", "A801", json!(null))));
    let (bizgo, _) = driver(vec![refused, Err(Broken::Reset)]);
    assert_eq!(bizgo.ack_reports("R1").await.unwrap_err().kind, ErrorKind::Config);
    assert_eq!(bizgo.ack_reports("R1").await.unwrap_err().kind, ErrorKind::Transient);
}

#[tokio::test]
async fn the_receipt_of_one_text() {
    let report = json!({ "msgKey": "M1", "responseCode": "A000", "reportCode": "23001", "ref": KEY });
    let other = json!({ "msgKey": "M2", "reportCode": "10000" });
    let cases = [
        (json!({ "messages": [other, report] }), Some(ReceiptStatus::Undelivered)),
        (json!({ "messages": [other] }), None),
        (json!({ "messages": [{ "msgKey": "M1", "responseCode": "A000" }] }), None),
        (json!({ "messages": [] }), None),
        (json!({ "messages": null }), None),
        (json!(null), None),
    ];
    for (data, status) in cases {
        let (bizgo, seen) = driver(vec![ok(data)]);
        let receipt = bizgo.status("M1").await.unwrap();
        assert_eq!(receipt.map(|r| r.status), status);
        assert_eq!(asked(&seen), ["GET /api/comm/v1/message/inquiry/msgKey/M1"]);
    }
    let unknown = Ok((400, envelope("A000", "A820", json!(null))));
    assert_eq!(driver(vec![unknown]).0.status("M1").await.unwrap(), None);
}

//! The list of what the carrier took, as a whole.

use super::*;
use crate::domain::receipt::ReceiptStatus;

fn entry(name: &str) -> Value {
    json!({ "msgKey": name, "ref": KEY, "responseCode": "A000", "requestTime": "2026-07-01T09:00:01+09:00" })
}

#[tokio::test]
async fn what_was_taken_page_by_page() {
    let mut told = entry("M2");
    told["reportCode"] = json!("22003");
    let mut refused = entry("M3");
    refused["responseCode"] = json!("A327");
    let mut repeated = entry("M4");
    repeated["responseCode"] = json!("A301");
    let timeless = json!({ "msgKey": "M5", "ref": "somebody else's" });
    let items = json!([entry("M1"), told, refused, repeated, { "ref": KEY }, "M6", timeless]);
    let first = ok(json!({ "lastSeq": 8, "hasNext": true, "messages": items }));
    let last = ok(json!({ "lastSeq": 8, "hasNext": false, "messages": [] }));
    let (bizgo, seen) = driver(vec![first, last]);
    let page = bizgo.sent_since(NOW, None).await.unwrap();
    let names: Vec<&str> = page.items.iter().map(|i| i.carrier_message_id.as_str()).collect();
    assert_eq!(names, ["M1", "M2", "M5"]);
    assert_eq!((page.items[0].key.as_deref(), page.items[0].at), (Some(KEY), NOW + 1_000));
    assert_eq!(page.items[0].receipt, None);
    assert_eq!(page.items[1].receipt.as_ref().unwrap().status, ReceiptStatus::Undelivered);
    assert_eq!((page.items[2].key.as_deref(), page.items[2].at), (None, NOW));
    let rest = bizgo.sent_since(NOW, page.next.as_deref()).await.unwrap();
    assert!(rest.items.is_empty() && rest.next.is_none());
    let path = "GET /api/comm/v1/message/history?requestTime=2026-07-01T09%3A00%3A00&serviceType=SMS%2CMMS&limit=1000";
    assert_eq!(asked(&seen), [path.to_owned(), format!("{path}&lastSeq=8")]);
}

#[tokio::test]
async fn a_list_that_cannot_be_followed_is_told() {
    for data in [
        json!({ "hasNext": true, "messages": [] }),
        json!({ "hasNext": true, "lastSeq": 8, "messages": [] }),
        json!({ "messages": { "0": entry("M1") } }),
        json!("M1"),
    ] {
        let error = driver(vec![ok(data)]).0.sent_since(NOW, Some("8")).await.unwrap_err();
        assert_eq!(error.kind, ErrorKind::Protocol);
    }
    let reset = driver(vec![Err(Broken::Reset)]).0.sent_since(NOW, None).await;
    assert_eq!(reset.unwrap_err().kind, ErrorKind::Transient);
}

//! The list of texts: for one in doubt, for results, for one receipt, as a whole.

use super::*;
use crate::domain::receipt::{ReceiptItem, ReceiptStatus};

fn named(name: &str, key: &str, code: &str) -> Value {
    let mut entry = entry(code);
    entry["messageId"] = json!(name);
    entry["customFields"]["ref"] = json!(key);
    entry
}

#[tokio::test]
async fn a_text_in_doubt_is_looked_for_among_those_to_its_citizen() {
    let others = list(json!("M2"), json!({ "M1": named("M1", "other", "4000") }));
    let ours = list(json!(null), json!({ "M2": entry("2000") }));
    let (solapi, seen) = driver(vec![others, ours]);
    let found = Reconciled::Found { carrier_message_id: "M4V1".to_owned() };
    assert_eq!(solapi.reconcile(&outbound(OutboundKind::Sms, "네")).await.unwrap(), found);
    let query =
        "dateType=CREATED&startDate=2026-06-30T23%3A14%3A00Z&endDate=2026-07-01T00%3A46%3A00Z&limit=500";
    let who = "to=01012345678&from=062120";
    assert_eq!(asked(&seen), [format!("{LIST}?{query}&{who}"), format!("{LIST}?{query}&startKey=M2&{who}")]);
}

#[tokio::test]
async fn only_a_list_read_to_its_end_that_tells_keys_proves_absence() {
    let other = || json!({ "M1": named("M1", "other", "4000") });
    let keyless = |fields: Value| {
        let mut entry = entry("4000");
        entry["customFields"] = fields;
        json!({ "M1": entry })
    };
    let mut endless: Vec<Answered> = (0..30).map(|n| list(json!(format!("M{n}")), other())).collect();
    endless.truncate(25);
    let cases = [
        (vec![list(json!(null), json!({}))], Reconciled::Absent),
        (vec![list(json!(null), other())], Reconciled::Absent),
        (vec![list(json!(null), keyless(json!({})))], Reconciled::Absent),
        (vec![list(json!(null), keyless(json!(null)))], Reconciled::CannotTell),
        (vec![list(json!(null), json!({ "M1": "x" }))], Reconciled::CannotTell),
        (vec![list(json!(null), json!(null))], Reconciled::CannotTell),
        // An array tells no names but its entries' own.
        (vec![list(json!(null), json!([{ "customFields": { "ref": KEY } }]))], Reconciled::CannotTell),
        (vec![list(json!("M1"), other()), list(json!("M1"), other())], Reconciled::CannotTell),
        (endless, Reconciled::CannotTell),
    ];
    for (answers, expected) in cases {
        let (solapi, _) = driver(answers);
        assert_eq!(solapi.reconcile(&outbound(OutboundKind::Sms, "네")).await.unwrap(), expected);
    }
    for answer in
        [Err(Broken::Reset), refused(500, "x"), Ok((200, b"{".to_vec())), list(json!(null), json!("x"))]
    {
        assert!(driver(vec![answer]).0.reconcile(&outbound(OutboundKind::Sms, "네")).await.is_err());
    }
}

#[tokio::test]
async fn each_change_is_a_receipt() {
    let mut nameless = entry("4000");
    nameless["messageId"] = json!(null);
    let mut codeless = named("M8", KEY, "4000");
    codeless["statusCode"] = json!(null);
    let items = json!({
        "M1": named("M1", KEY, "4000"), "M2": named("M2", "other", "3043"), "M3": named("M3", KEY, "3014"),
        "M4": named("M4", KEY, "2000"), "M5": named("M5", KEY, "3000"), "M6": nameless, "M7": "x", "M8": codeless,
    });
    let (solapi, seen) = driver(vec![list(json!(null), items)]);
    let page = solapi.poll_reports().await.unwrap();
    let told: Vec<_> = page
        .items
        .iter()
        .map(|item| match item {
            ReceiptItem::Receipt(r) => (r.carrier_message_id.as_str(), r.client_key.is_some(), r.status),
            ReceiptItem::Unreadable { .. } => ("?", false, ReceiptStatus::Unknown),
        })
        .collect();
    use ReceiptStatus::*;
    let expected = [
        ("M1", true, Delivered),
        ("M2", false, Undelivered),
        ("M3", true, Unknown),
        ("M6", true, Delivered),
        ("?", false, Unknown),
        ("?", false, Unknown),
    ];
    assert_eq!(told, expected);
    let ReceiptItem::Receipt(first) = &page.items[0] else { panic!() };
    assert_eq!(first.reported_at, Some(NOW + 2_000));
    let query =
        "dateType=UPDATED&startDate=2026-06-30T22%3A50%3A00Z&endDate=2026-07-01T00%3A00%3A00Z&limit=500";
    assert_eq!(asked(&seen), [format!("{LIST}?{query}")]);
}

#[tokio::test]
async fn a_window_moves_on_once_it_is_acked_and_tells_nothing_twice() {
    let now = Arc::new(StdMutex::new(NOW));
    let first = || list(json!("M2"), json!({ "M1": named("M1", KEY, "4000") }));
    let second = || list(json!(null), json!({ "M2": named("M2", KEY, "4000") }));
    let answers =
        vec![first(), first(), second(), first(), second(), Err(Broken::Reset), list(json!("M9"), json!({}))];
    let (solapi, seen) = driver_at(Arc::clone(&now), answers);
    let lost = solapi.poll_reports().await.unwrap();
    assert_eq!(lost.items.len(), 1);
    for expected in [1, 1, 0] {
        let page = solapi.poll_reports().await.unwrap();
        assert_eq!(page.items.len(), expected);
        solapi.ack_reports(page.ack.as_deref().unwrap()).await.unwrap();
        solapi.ack_reports(lost.ack.as_deref().unwrap()).await.unwrap();
        *now.lock().unwrap() += 60_000;
    }
    assert_eq!(solapi.poll_reports().await.unwrap_err().kind, ErrorKind::Transient);
    assert!(solapi.poll_reports().await.unwrap().items.is_empty());
    let pages: Vec<String> = asked(&seen)
        .iter()
        .map(|line| {
            let part =
                |name: &str| line.split(name).nth(1).map_or("-", |rest| rest.split('&').next().unwrap());
            format!("{} {}", &part("startDate=")[11..], part("startKey="))
        })
        .map(|line| line.replace("%3A00Z", "").replace("%3A", ":"))
        .collect();
    let expected = ["22:50 -", "22:50 -", "22:50 M2", "23:50 -", "23:50 M2", "23:52 -", "23:52 -"];
    assert_eq!(pages, expected);
}

#[tokio::test]
async fn a_list_that_goes_in_a_circle_or_has_no_shape_is_told() {
    let circle = || list(json!("M1"), json!({ "M1": entry("2000") }));
    let (solapi, _) = driver(vec![circle(), circle()]);
    assert_eq!(solapi.poll_reports().await.unwrap_err().kind, ErrorKind::Protocol);
    assert_eq!(
        driver(vec![circle()]).0.sent_since(NOW, Some("M1")).await.unwrap_err().kind,
        ErrorKind::Protocol
    );
    for odd in [json!("x"), json!(7), json!(true)] {
        let (solapi, _) = driver(vec![list(json!(null), odd.clone()), list(json!(null), odd.clone())]);
        assert_eq!(solapi.poll_reports().await.unwrap_err().kind, ErrorKind::Protocol);
        assert_eq!(solapi.status("M4V1").await.unwrap_err().kind, ErrorKind::Protocol);
    }
}

#[tokio::test]
async fn the_receipt_of_one_text() {
    use ReceiptStatus::*;
    let cases = [
        (json!({ "M4V1": entry("4000") }), Some(Delivered)),
        (json!([entry("3043")]), Some(Undelivered)),
        (json!({ "M4V1": entry("3048") }), Some(Unknown)),
        (json!({ "M4V1": entry("3000") }), None),
        (json!({ "M1": named("M1", KEY, "4000") }), None),
        (json!({}), None),
        (json!(null), None),
    ];
    for (items, expected) in cases {
        let (solapi, seen) = driver(vec![list(json!(null), items)]);
        assert_eq!(solapi.status("M4V1").await.unwrap().map(|r| r.status), expected);
        assert_eq!(asked(&seen), [format!("{LIST}?messageId=M4V1&limit=1")]);
    }
    let (solapi, seen) = driver(vec![]);
    drop(solapi.status("x&to=1").await);
    assert_eq!(asked(&seen), [format!("{LIST}?messageId=x%26to%3D1&limit=1")]);
}

#[tokio::test]
async fn the_list_as_a_whole() {
    let mut timeless = named("M3", "other", "4000");
    timeless["dateCreated"] = json!(null);
    let items =
        json!({ "M1": named("M1", KEY, "2000"), "M2": named("M2", KEY, "1062"), "M3": timeless, "M4": 7 });
    let (solapi, seen) = driver(vec![list(json!("M5"), items), list(json!("M6"), json!({}))]);
    let page = solapi.sent_since(NOW, None).await.unwrap();
    let names: Vec<&str> = page.items.iter().map(|i| i.carrier_message_id.as_str()).collect();
    assert_eq!(names, ["M1", "M3", "M4"]);
    assert_eq!((page.items[0].key.as_deref(), page.items[0].at), (Some(KEY), NOW + 1_000));
    assert_eq!(page.items[0].receipt, None);
    assert_eq!((page.items[1].key.as_deref(), page.items[1].at), (None, NOW));
    assert_eq!(page.items[1].receipt.as_ref().unwrap().status, ReceiptStatus::Delivered);
    let last = solapi.sent_since(NOW, page.next.as_deref()).await.unwrap();
    assert!(last.items.is_empty() && last.next.is_none());
    let query =
        "dateType=CREATED&startDate=2026-07-01T00%3A00%3A00Z&endDate=2026-07-01T00%3A01%3A00Z&limit=500";
    assert_eq!(asked(&seen), [format!("{LIST}?{query}"), format!("{LIST}?{query}&startKey=M5")]);
}

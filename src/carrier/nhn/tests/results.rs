//! Results, window by window.

use super::*;
use crate::domain::receipt::{ReceiptItem, ReceiptStatus};

fn result(n: u32, code: Value) -> Value {
    json!({ "messageType": "SMS", "requestId": format!("R{n}"), "recipientSeq": 1, "resultCode": code,
            "requestDate": "2026-07-01 08:59:00.0", "resultDate": "2026-07-01 09:00:00.0",
            "updateDate": "2026-07-01 09:00:00.0", "senderGroupingKey": null, "recipientGroupingKey": KEY })
}

fn page(total: u64, items: Vec<Value>) -> Answered {
    ok(json!({ "pageNum": 1, "pageSize": 500, "totalCount": total, "data": items }))
}

fn windows(seen: &Seen) -> Vec<String> {
    let time = |line: &str, name: &str| {
        let from = line.find(name).unwrap() + name.len() + 1;
        line[from..from + 23].replace("%3A", ":").replace('+', " ")[11..].to_owned()
    };
    asked(seen)
        .iter()
        .map(|l| {
            let page = l.split("pageNum=").nth(1).unwrap().split('&').next().unwrap();
            format!("{} {} {page}", time(l, "startUpdateDate"), time(l, "endUpdateDate"))
        })
        .collect()
}

#[tokio::test]
async fn each_result_is_a_receipt() {
    let mut keyless = result(3, json!("9999"));
    keyless["recipientGroupingKey"] = json!("somebody else's");
    let mut nameless = result(4, json!("1000"));
    nameless["requestId"] = json!(null);
    let open = result(5, json!(null));
    let items = vec![result(1, json!("1000")), result(2, json!("2003")), keyless, nameless, open, json!("x")];
    let (nhn, seen) = driver(vec![page(6, items)]);
    let page = nhn.poll_reports().await.unwrap();
    assert_eq!(page.items.len(), 5, "one has no result yet");
    let ReceiptItem::Receipt(first) = &page.items[0] else { panic!() };
    assert_eq!((first.carrier_message_id.as_str(), first.client_key.as_deref()), ("R1:1", Some(KEY)));
    assert_eq!((first.status, first.reported_at), (ReceiptStatus::Delivered, Some(NOW)));
    let ReceiptItem::Receipt(second) = &page.items[1] else { panic!() };
    assert_eq!((second.status, second.code.as_str()), (ReceiptStatus::Undelivered, "2003"));
    let ReceiptItem::Receipt(third) = &page.items[2] else { panic!() };
    assert_eq!((third.status, third.client_key.as_deref()), (ReceiptStatus::Unknown, None));
    assert!(page.items[3..].iter().all(|item| matches!(item, ReceiptItem::Unreadable { .. })));
    let query = "startUpdateDate=2026-07-01+07%3A50%3A00&endUpdateDate=2026-07-01+09%3A00%3A00&pageNum=1&pageSize=500";
    assert_eq!(asked(&seen), [format!("GET {BASE}/message-results?{query}")]);
}

#[tokio::test]
async fn a_window_moves_on_once_it_is_acked_and_tells_nothing_twice() {
    let now = Arc::new(StdMutex::new(NOW));
    let one = || page(1, vec![result(1, json!("1000"))]);
    let two = || page(2, vec![result(1, json!("1000")), result(2, json!("1000"))]);
    let (nhn, seen) = driver_at(Arc::clone(&now), vec![one(), one(), one(), two()]);
    let lost = nhn.poll_reports().await.unwrap();
    let again = nhn.poll_reports().await.unwrap();
    assert_eq!((lost.items.len(), again.items.len()), (1, 1), "not committed, so told again");
    nhn.ack_reports(lost.ack.as_deref().unwrap()).await.unwrap();
    nhn.ack_reports(again.ack.as_deref().unwrap()).await.unwrap();
    *now.lock().unwrap() += 60_000;
    let quiet = nhn.poll_reports().await.unwrap();
    assert!(quiet.items.is_empty(), "known");
    nhn.ack_reports(quiet.ack.as_deref().unwrap()).await.unwrap();
    *now.lock().unwrap() += 60_000;
    let news = nhn.poll_reports().await.unwrap();
    let ReceiptItem::Receipt(receipt) = &news.items[0] else { panic!() };
    assert_eq!((news.items.len(), receipt.carrier_message_id.as_str()), (1, "R2:1"));
    let windows = windows(&seen);
    let first = "07:50:00 09:00:00 1";
    assert_eq!(windows, [first, first, "08:50:00 09:01:00 1", "08:51:00 09:02:00 1"]);
}

#[tokio::test]
async fn another_word_about_a_text_is_news() {
    let first = page(1, vec![result(1, json!("3014"))]);
    let second = page(1, vec![result(1, json!("1000"))]);
    let (nhn, _) = driver(vec![first, second]);
    for expected in ["3014", "1000"] {
        let page = nhn.poll_reports().await.unwrap();
        nhn.ack_reports(page.ack.as_deref().unwrap()).await.unwrap();
        let ReceiptItem::Receipt(receipt) = &page.items[0] else { panic!() };
        assert_eq!(receipt.code, expected);
    }
}

#[tokio::test(start_paused = true)]
async fn a_window_is_read_page_by_page_and_known_pages_at_once() {
    let full = |from: u32| page(1_001, (from..from + 500).map(|n| result(n, json!("1000"))).collect());
    let last = page(1_001, vec![result(1_000, json!("1000"))]);
    let known = vec![full(0), full(500), page(1_001, vec![result(1_000, json!("1000"))])];
    let answers = [vec![full(0), full(500), last], known].concat();
    let (nhn, seen) = driver(answers);
    let mut n_items = Vec::new();
    for _ in 0..4 {
        let page = nhn.poll_reports().await.unwrap();
        nhn.ack_reports(page.ack.as_deref().unwrap()).await.unwrap();
        n_items.push(page.items.len());
    }
    assert_eq!(n_items, [500, 500, 1, 0]);
    let pages: Vec<String> = windows(&seen).iter().map(|w| w[18..].to_owned()).collect();
    assert_eq!(pages, ["1", "2", "3", "1", "2", "3"]);
}

#[tokio::test]
async fn a_window_is_never_longer_than_the_carrier_takes() {
    let now = Arc::new(StdMutex::new(NOW));
    let empty = || page(0, vec![]);
    let (nhn, seen) = driver_at(Arc::clone(&now), vec![empty(), empty(), empty(), empty()]);
    for step_ms in [2 * 86_400_000, 0, 0, -86_400_000 * 3] {
        let page = nhn.poll_reports().await.unwrap();
        nhn.ack_reports(page.ack.as_deref().unwrap()).await.unwrap();
        *now.lock().unwrap() += step_ms;
    }
    let asked = asked(&seen);
    let expected = [
        "startUpdateDate=2026-07-01+07%3A50%3A00&endUpdateDate=2026-07-01+09%3A00%3A00",
        "startUpdateDate=2026-07-01+08%3A50%3A00&endUpdateDate=2026-07-02+08%3A00%3A00",
        "startUpdateDate=2026-07-02+07%3A50%3A00&endUpdateDate=2026-07-03+07%3A00%3A00",
        "startUpdateDate=2026-07-03+06%3A50%3A00&endUpdateDate=2026-07-03+09%3A00%3A00",
    ];
    assert!(asked.iter().zip(expected).all(|(line, part)| line.contains(part)), "{asked:#?}");
    // The clock went back: what lies in the future was not read, and it begins as after a start.
    drop(nhn.poll_reports().await);
    let last = self::asked(&seen).pop().unwrap();
    assert!(
        last.contains("startUpdateDate=2026-06-30+07%3A50%3A00&endUpdateDate=2026-06-30+09%3A00%3A00"),
        "{last}"
    );
}

#[tokio::test]
async fn a_failed_poll_moves_nothing() {
    let answers = vec![Err(Broken::Reset), refused(-9999), Ok((200, b"{".to_vec())), page(0, vec![])];
    let (nhn, seen) = driver(answers);
    for _ in 0..3 {
        assert_eq!(nhn.poll_reports().await.unwrap_err().kind, ErrorKind::Transient);
    }
    nhn.poll_reports().await.unwrap();
    assert_eq!(windows(&seen), ["07:50:00 09:00:00 1"; 4]);
    for odd in [json!({ "data": "x" }), json!({ "data": { "resultUpdateList": 7 } }), json!([])] {
        assert_eq!(driver(vec![ok(odd)]).0.poll_reports().await.unwrap_err().kind, ErrorKind::Protocol);
    }
    // As the guide's table has it, other than its example.
    let lower = ok(json!({ "data": { "resultUpdateList": [result(1, json!("1000"))] } }));
    assert_eq!(driver(vec![lower]).0.poll_reports().await.unwrap().items.len(), 1);
}

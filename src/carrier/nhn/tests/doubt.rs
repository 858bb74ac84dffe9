//! Texts that got no answer, asked for by our key; and the list as a whole.

use super::*;
use crate::domain::receipt::ReceiptStatus;

fn entry(key: &str) -> Value {
    json!({ "requestId": REQUEST, "recipientSeq": 1, "recipientGroupingKey": key, "msgStatus": "2", "resultCode": null,
            "requestDate": "2026-07-01 09:00:01.0", "recipientNo": "01012345678" })
}

fn list(items: Value) -> Answered {
    let n = items.as_array().map_or(0, Vec::len);
    ok(json!({ "pageNum": 1, "pageSize": 500, "totalCount": n, "data": items }))
}

#[tokio::test]
async fn a_text_is_asked_for_by_our_key_where_its_sort_is_kept() {
    let query = format!(
        "startCreateDate=2026-07-01+08%3A14%3A00&endCreateDate=2026-07-01+09%3A46%3A00&recipientGroupingKey={KEY}&pageNum=1&pageSize=500"
    );
    for (kind, sort) in [(OutboundKind::Sms, "sms"), (OutboundKind::Lms, "mms"), (OutboundKind::Mms, "mms")] {
        let (nhn, seen) = driver(vec![list(json!([entry(KEY)]))]);
        let found = Reconciled::Found { carrier_message_id: format!("{REQUEST}:1") };
        assert_eq!(nhn.reconcile(&outbound(kind, "네")).await.unwrap(), found);
        assert_eq!(asked(&seen), [format!("GET {BASE}/sender/{sort}?{query}")]);
    }
    // Long ago: a month at most, which is not all the time in which it can have left.
    let (nhn, seen) = driver(vec![list(json!([]))]);
    let old = OutboundText { first_attempt_at: NOW - 40 * 86_400_000, ..outbound(OutboundKind::Sms, "네") };
    assert_eq!(nhn.reconcile(&old).await.unwrap(), Reconciled::CannotTell);
    assert!(
        asked(&seen)[0]
            .contains("startCreateDate=2026-05-22+08%3A14%3A00&endCreateDate=2026-06-18+08%3A14%3A00")
    );
}

#[tokio::test]
async fn only_an_empty_answer_proves_absence() {
    let mut nameless = entry(KEY);
    nameless["requestId"] = json!(null);
    let cases = [
        (list(json!([])), Reconciled::Absent),
        (ok(json!({ "totalCount": 0, "data": null })), Reconciled::Absent),
        // The question was not heard: these are others.
        (list(json!([entry("other")])), Reconciled::CannotTell),
        (ok(json!({ "totalCount": 3, "data": [] })), Reconciled::CannotTell),
        (list(json!([nameless])), Reconciled::CannotTell),
        (list(json!(["x"])), Reconciled::CannotTell),
    ];
    for (answer, expected) in cases {
        let (nhn, _) = driver(vec![answer]);
        assert_eq!(nhn.reconcile(&outbound(OutboundKind::Sms, "네")).await.unwrap(), expected);
    }
    for answer in [
        Err(Broken::Reset),
        Err(Broken::NotSent),
        Ok((500, vec![])),
        Ok((200, b"{".to_vec())),
        refused(-4000),
        ok(json!({ "data": "x" })),
    ] {
        assert!(driver(vec![answer]).0.reconcile(&outbound(OutboundKind::Sms, "네")).await.is_err());
    }
}

#[tokio::test]
async fn the_receipt_of_one_text() {
    let told = |status: &str, code: Value| {
        let mut entry = entry(KEY);
        entry["msgStatus"] = json!(status);
        entry["resultCode"] = code;
        entry["resultDate"] = json!("2026-07-01 09:00:00.0");
        ok(json!({ "data": entry }))
    };
    use ReceiptStatus::*;
    let cases = [
        (told("3", json!("1000")), Some((Delivered, "1000"))),
        (told("0", json!("2003")), Some((Undelivered, "2003"))),
        (told("3", json!("2003")), Some((Undelivered, "2003"))),
        (told("3", json!("9999")), Some((Unknown, "9999"))),
        (told("0", json!(null)), Some((Undelivered, "FAILED"))),
        (told("4", json!(null)), Some((Undelivered, "CANCEL"))),
        (told("5", json!(null)), Some((Undelivered, "DUPLICATED"))),
        (told("6", json!(null)), Some((Undelivered, "FAILED_AD"))),
        // Handed over, and no word yet.
        (told("3", json!(null)), None),
        (told("1", json!("1000")), None),
        (told("2", json!("1000")), None),
        (told("7", json!("2003")), None),
        (told("99", json!("1000")), None),
    ];
    let name = format!("{REQUEST}:1");
    for (answer, expected) in cases {
        let (nhn, seen) = driver(vec![answer, refused(-2012)]);
        let receipt = nhn.status(&name).await.unwrap();
        assert_eq!(receipt.as_ref().map(|r| (r.status, r.code.as_str())), expected);
        assert_eq!(asked(&seen)[0], format!("GET {BASE}/sender/sms/{REQUEST}?recipientSeq=1"));
        if let Some(receipt) = receipt {
            assert_eq!((receipt.client_key.as_deref(), receipt.reported_at), (Some(KEY), Some(NOW)));
        }
    }
}

#[tokio::test]
async fn a_long_text_is_found_in_the_other_place() {
    let mut arrived = entry(KEY);
    arrived["msgStatus"] = json!("3");
    arrived["resultCode"] = json!("1000");
    let name = format!("{REQUEST}:1");
    for nothing in [refused(-2012), refused(-2008), ok(json!({ "data": null })), ok(json!({ "data": [] }))] {
        let (nhn, seen) = driver(vec![nothing, ok(json!({ "data": [arrived] }))]);
        assert_eq!(nhn.status(&name).await.unwrap().unwrap().status, ReceiptStatus::Delivered);
        assert_eq!(asked(&seen)[1], format!("GET {BASE}/sender/mms/{REQUEST}?recipientSeq=1"));
    }
    // Somebody else's text is not ours.
    arrived["recipientSeq"] = json!(2);
    let (nhn, _) = driver(vec![ok(json!({ "data": arrived })), ok(json!({ "data": arrived }))]);
    assert_eq!(nhn.status(&name).await.unwrap(), None);
    let (nhn, seen) = driver(vec![]);
    for odd in ["", "x", ":1", "x:", "..:1"] {
        assert_eq!(nhn.status(odd).await.unwrap_err().kind, ErrorKind::Protocol, "{odd}");
    }
    assert!(asked(&seen).is_empty());
    assert!(nhn.status("../../x:1&a=b").await.is_err());
    assert_eq!(asked(&seen), [format!("GET {BASE}/sender/sms/..%2F..%2Fx?recipientSeq=1%26a%3Db")]);
}

#[tokio::test]
async fn the_list_as_a_whole_short_and_long_month_by_month() {
    let since = NOW - 30 * 86_400_000;
    let page = |n: usize, total: usize| {
        let items: Vec<Value> = (0..n).map(|_| entry(KEY)).collect();
        ok(json!({ "totalCount": total, "data": items }))
    };
    let odd = list(json!([entry("other"), { "requestId": REQUEST }, 7]));
    let answers = vec![page(500, 501), page(1, 501), odd, list(json!([])), list(json!([]))];
    let (nhn, seen) = driver(answers);
    let (mut next, mut n_items) = (None, Vec::new());
    for _ in 0..5 {
        let page = nhn.sent_since(since, next.as_deref()).await.unwrap();
        n_items.push(page.items.len());
        if let Some(first) = page.items.first() {
            assert_eq!(
                (first.carrier_message_id.as_str(), first.at),
                ("20260701090000ReZQ6KZzAH0:1", NOW + 1_000)
            );
            assert_eq!(first.receipt, None);
        }
        next = page.next;
    }
    assert_eq!((n_items, next), (vec![500, 1, 1, 0, 0], None));
    let asked: Vec<String> = asked(&seen).into_iter().map(|line| line.replace("+09%3A00%3A00", "")).collect();
    let expected = [
        "sms?startCreateDate=2026-06-01&endCreateDate=2026-06-28&pageNum=1",
        "sms?startCreateDate=2026-06-01&endCreateDate=2026-06-28&pageNum=2",
        "mms?startCreateDate=2026-06-01&endCreateDate=2026-06-28&pageNum=1",
        "sms?startCreateDate=2026-06-28&endCreateDate=2026-07-01+09%3A01%3A00&pageNum=1",
        "mms?startCreateDate=2026-06-28&endCreateDate=2026-07-01+09%3A01%3A00&pageNum=1",
    ];
    assert_eq!(asked, expected.map(|line| format!("GET {BASE}/sender/{line}&pageSize=500")));
    for word in ["", "sms", "sms 1", "fax 1 1", "sms x 1", "sms 1 1 1", "sms 1 -1"] {
        assert_eq!(nhn.sent_since(since, Some(word)).await.unwrap_err().kind, ErrorKind::Protocol, "{word}");
    }
}

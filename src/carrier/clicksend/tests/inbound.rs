//! Texts on their way in.

use bytes::Bytes;

use super::*;
use crate::domain::inbound::{InboundItem, InboundText};

fn text(id: &str, second: i64) -> Value {
    json!({
        "timestamp": second.to_string(), "from": "+821012345678", "to": "+82621200000", "body": "도와주세요",
        "original_body": "답입니다", "original_message_id": "M-0", "custom_string": KEY, "message_id": id,
    })
}

fn read(item: &InboundItem) -> &InboundText {
    let InboundItem::Text(text) = item else { panic!("{item:?}") };
    text
}

fn start() -> Cursor {
    Cursor::starting_at(NOW - 1_000_000)
}

#[tokio::test]
async fn texts_are_read_and_then_marked_read_one_by_one() {
    let done = || ok(envelope(json!(1)));
    let list = json!([text("B-2", 1_782_863_990), text("A-1", 1_782_863_980)]);
    let (clicksend, seen) = driver(vec![page_of(1, 1, list), done(), said(404, error("NOT_FOUND"))]);
    let page = clicksend.poll_inbound(&start()).await.unwrap();
    let (first, second) = (read(&page.items[0]), read(&page.items[1]));
    assert_eq!((first.key.as_str(), second.key.as_str()), ("A-1", "B-2"));
    assert_eq!((first.citizen.reveal(), first.to.reveal()), ("01012345678", "0621200000"));
    assert_eq!((first.text.reveal(), first.sent_at), ("도와주세요", NOW - 20_000));
    assert_eq!((page.next, page.clock_ahead_ms), (Cursor::starting_at(NOW - 10_000), Some(5_000)));
    for id in &page.ack {
        clicksend.ack_inbound(id).await.unwrap();
    }
    let expected = [
        "GET /v3/sms/inbound?page=1&limit=100",
        "PUT /v3/sms/inbound-read/B-2",
        // It was marked before.
        "PUT /v3/sms/inbound-read/A-1",
    ];
    assert_eq!(asked(&seen), expected);
}

#[tokio::test]
async fn every_page_is_read_whatever_is_marked_read_meanwhile() {
    let nameless = json!({ "body": "네" });
    let cases = [
        (1, 3, json!([text("A-1", 1), nameless]), Some("100"), vec!["A-1"]),
        (1, 1, json!([text("A-1", 1)]), None, vec!["A-1"]),
        (1, 2, json!([nameless]), Some("100"), vec![]),
        (2, 3, json!([text("A-1", 1)]), Some("200"), vec!["A-1"]),
        (2, 2, json!([nameless]), None, vec![]),
        // Marked read, the others have moved up.
        (1, 3, json!([]), None, vec![]),
        (1, 1, json!(null), None, vec![]),
    ];
    for (page, last, items, next, ack) in cases {
        let cursor = Cursor { page: (page > 1).then(|| (100 * (page - 1)).to_string()), ..start() };
        let (clicksend, seen) = driver(vec![page_of(page, last, items.clone())]);
        let read = clicksend.poll_inbound(&cursor).await.unwrap();
        assert_eq!(read.next.page.as_deref(), next, "{items}");
        assert_eq!(read.ack, ack, "{items}");
        assert_eq!(asked(&seen), [format!("GET /v3/sms/inbound?page={page}&limit=100")]);
    }
}

#[tokio::test]
async fn a_page_that_is_too_large_is_asked_for_in_parts_and_skipped_in_the_end() {
    let large = || {
        let mut text = text("A-1", 1);
        text["body"] = json!("a".repeat(3_000));
        page_of(1, 3, json!([text]))
    };
    let small = || page_of(1, 3, json!([text("A-1", 1)]));
    let answers = vec![large(), large(), small(), small(), large(), large(), large(), large()];
    let (http, seen) = client(answers, &[]);
    let clicksend = ClickSend::new(config(), http.with_max_body(2_000), Arc::new(|| NOW));
    for _ in 0..2 {
        assert_eq!(clicksend.poll_inbound(&start()).await.unwrap().items.len(), 1);
    }
    let skipped = clicksend.poll_inbound(&start()).await.unwrap();
    assert!(matches!(skipped.items.as_slice(), [InboundItem::Unreadable { .. }]));
    assert_eq!((skipped.next.page.as_deref(), skipped.ack), (Some("15"), vec![]));
    let sizes: Vec<String> =
        asked(&seen).iter().map(|line| line.split("limit=").nth(1).unwrap().to_owned()).collect();
    assert_eq!(sizes, ["100", "50", "25", "50", "100", "50", "25", "15"]);
}

#[tokio::test]
async fn oldest_first_whichever_way_they_come() {
    let up = json!([text("A", 7), text("B", 7), text("C", 8)]);
    let down = json!([text("C", 8), text("B", 7), text("A", 7)]);
    for list in [up, down] {
        let page = driver(vec![page_of(1, 1, list)]).0.poll_inbound(&start()).await.unwrap();
        let keys: Vec<&str> = page.items.iter().map(|item| read(item).key.as_str()).collect();
        assert_eq!(keys, ["A", "B", "C"]);
    }
}

#[tokio::test]
async fn one_broken_item_costs_no_other_and_is_marked_read() {
    let broken = [
        ("from", json!(null), true),
        ("to", json!({}), true),
        ("body", json!(7), true),
        ("timestamp", json!("yesterday"), true),
        ("timestamp", json!(i64::MAX), true),
        ("message_id", json!(""), false),
        ("message_id", json!("a b"), false),
        ("message_id", json!(".."), false),
    ];
    for (field, value, has_name) in broken {
        let mut item = text("X-1", 5);
        item[field] = value;
        let list = json!([text("A-1", 5), item, "foreign"]);
        let page = driver(vec![page_of(1, 1, list)]).0.poll_inbound(&start()).await.unwrap();
        let n_texts = page.items.iter().filter(|item| matches!(item, InboundItem::Text(_))).count();
        assert_eq!((page.items.len(), n_texts), (3, 1), "{field}");
        let expected = if has_name { vec!["A-1", "X-1"] } else { vec!["A-1"] };
        assert_eq!(page.ack, expected);
    }
}

#[tokio::test]
async fn a_text_that_is_not_quite_json_holds_up_no_other() {
    for (bytes, expected) in
        [(&b"half \\ud83d"[..], "half \u{fffd}"), (b"\xc7\xd1 a\x01b", "\u{fffd}\u{fffd} a b")]
    {
        let mut broken = text("B-2", 6);
        broken["body"] = json!("@@");
        let list = envelope(json!({ "current_page": 1, "last_page": 1, "data": [text("A-1", 5), broken] }));
        let body = list.to_string().into_bytes();
        let at = body.windows(2).position(|w| w == b"@@").unwrap();
        let body = [&body[..at], bytes, &body[at + 2..]].concat();
        let page = driver(vec![Ok((200, body.clone()))]).0.poll_inbound(&start()).await.unwrap();
        assert_eq!(page.raw, body, "kept as it came");
        let words: Vec<&str> = page.items.iter().map(|item| read(item).text.reveal()).collect();
        assert_eq!(words, ["도와주세요", expected]);
    }
}

#[tokio::test]
async fn a_poll_that_fails_may_be_repeated() {
    use ErrorKind::*;
    let cases: Vec<(Answered, ErrorKind)> = vec![
        (Ok((200, b"{\"http_code\":200,".to_vec())), Transient),
        (ok(envelope(json!([]))), Protocol),
        (ok(envelope(json!({ "data": "none" }))), Protocol),
        (ok(envelope(json!(null))), Protocol),
        (said(401, error("UNAUTHORIZED")), Auth),
        (said(500, error("x")), Transient),
        (Err(Broken::Truncated(Bytes::from_static(b"{"))), Transient),
        (Err(Broken::NotSent), NotSent),
    ];
    for (answer, kind) in cases {
        let error = driver(vec![answer]).0.poll_inbound(&start()).await.unwrap_err();
        assert_eq!(error.kind, kind, "{error}");
    }
}

#[tokio::test]
async fn a_name_cannot_lead_elsewhere_and_a_failed_ack_is_told() {
    let (clicksend, seen) = driver(vec![ok(envelope(json!(1))), said(500, error("x"))]);
    clicksend.ack_inbound("../send?x=1#").await.unwrap();
    assert_eq!(asked(&seen), ["PUT /v3/sms/inbound-read/..%2Fsend%3Fx%3D1%23"]);
    assert_eq!(clicksend.ack_inbound("A-1").await.unwrap_err().kind, ErrorKind::Transient);
    assert_eq!(clicksend.ack_inbound("..").await.unwrap_err().kind, ErrorKind::Protocol);
}

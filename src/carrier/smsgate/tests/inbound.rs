//! Texts on their way in.

use bytes::Bytes;

use super::*;
use crate::domain::inbound::{InboundItem, InboundText};

fn text() -> Value {
    json!({
        "id": "text:-123", "type": "SMS", "sender": "+821012345678", "recipient": null, "simNumber": 1,
        "contentPreview": "도와주세요", "createdAt": "2026-07-01T08:59:00.000+09:00", "attachments": [],
    })
}

fn with(field: &str, value: impl Into<Value>) -> Value {
    let mut item = text();
    item[field] = value.into();
    item
}

fn mms(kind: &str, at: &str) -> Value {
    json!({
        "id": "mms:7", "type": kind, "sender": "01012345678", "contentPreview": "MMS content", "createdAt": at,
        "attachments": [
            { "partId": 3, "name": "a.jpg", "size": 9, "contentType": "image/jpeg" },
            { "partId": 4, "name": null, "size": 0, "contentType": "image/png" },
        ],
    })
}

async fn page(list: Value) -> InboundPage {
    driver(vec![ok(list)]).0.poll_inbound(&Cursor::starting_at(NOW)).await.unwrap()
}

fn read(item: &InboundItem) -> &InboundText {
    let InboundItem::Text(text) = item else { panic!("{item:?}") };
    text
}

#[tokio::test]
async fn a_walk_asks_for_the_window_page_by_page() {
    let full: Vec<Value> = (0..50).map(|n| with("id", format!("text:{n}"))).collect();
    let (smsgate, seen) = driver(vec![ok(json!(full)), ok(json!([text()]))]);
    let first = smsgate.poll_inbound(&Cursor::starting_at(NOW)).await.unwrap();
    assert_eq!((first.items.len(), first.next.page.as_deref()), (50, Some("50")));
    assert_eq!(first.clock_ahead_ms, Some(5_000));
    let second = smsgate.poll_inbound(&first.next).await.unwrap();
    assert_eq!((second.items.len(), second.next), (1, Cursor::starting_at(NOW)));
    let window = "from=2026-06-28T00%3A00%3A00.000Z&to=2036-06-28T00%3A00%3A00.000Z&limit=50";
    let ask = |offset| format!("GET /inbox?{window}&offset={offset}&includeAttachments=true");
    assert_eq!(asked(&seen), [ask(0), ask(50)]);
}

#[test]
fn where_a_walk_goes_on() {
    let cases = [
        ((0, 50, 50, None), Some(50)),
        ((0, 49, 50, None), None),
        ((0, 0, 50, None), None),
        ((50, 50, 50, Some(101)), Some(100)),
        ((50, 50, 50, Some(100)), None),
        // A server that gives less than asked for, but says that there is more.
        ((0, 10, 50, Some(11)), Some(10)),
        ((0, 0, 50, Some(11)), None),
        ((usize::MAX, 50, 50, None), None),
    ];
    for ((offset, n, limit, total), next) in cases {
        assert_eq!(wire::next_offset(offset, n, limit, total), next, "{offset} {n} {limit} {total:?}");
    }
}

#[tokio::test]
async fn oldest_first_and_whom_they_are_from() {
    let older = with("createdAt", "2026-06-30T23:58:00Z");
    let page = page(json!([with("recipient", "01055556666"), older])).await;
    let (first, second) = (read(&page.items[0]), read(&page.items[1]));
    assert_eq!((first.sent_at, second.sent_at), (NOW - 120_000, NOW - 60_000));
    assert_eq!((first.to.reveal(), second.to.reveal()), ("01099990000", "01055556666"));
    assert_eq!((first.citizen.reveal(), first.text.reveal()), ("01012345678", "도와주세요"));
    assert!(!format!("{} {}", first.key, second.key).contains("1234"));
}

#[tokio::test]
async fn equal_names_are_not_equal_texts() {
    let same = page(json!([text(), text()])).await;
    assert_eq!(read(&same.items[0]).key, read(&same.items[1]).key);
    let others = [
        ("id", "text:124"),
        ("sender", "01099998888"),
        ("contentPreview", "네"),
        ("createdAt", "2026-06-30T23:59:00.001Z"),
    ];
    for (field, value) in others {
        let page = page(json!([text(), with(field, value)])).await;
        assert_ne!(read(&page.items[0]).key, read(&page.items[1]).key, "{field}");
    }
}

#[tokio::test]
async fn one_broken_item_costs_no_other() {
    let no_part = with("attachments", json!([{ "name": "a.jpg" }]));
    let broken = [
        with("id", ""),
        with("id", 7),
        with("sender", json!(null)),
        with("contentPreview", json!({})),
        with("createdAt", "yesterday"),
        with("type", "DATA_SMS"),
        no_part,
        json!("text"),
        json!(null),
    ];
    for item in broken {
        let page = page(json!([text(), item.clone(), text()])).await;
        let InboundItem::Unreadable { raw, .. } = &page.items[1] else { panic!("{item}") };
        assert_eq!(raw, &item.to_string());
        assert!(matches!((&page.items[0], &page.items[2]), (InboundItem::Text(_), InboundItem::Text(_))));
    }
    // A type of tomorrow's.
    assert!(matches!(page(json!([with("type", "RCS")])).await.items[0], InboundItem::Text(_)));
}

#[tokio::test]
async fn photos_are_named_and_fetched() {
    let body = json!([mms("MMS_DOWNLOADED", "2026-06-30T23:59:00Z")]);
    let photo = || Ok((200, vec![0xff, 0xd8]));
    let gone = Ok((404, Vec::new()));
    let (smsgate, seen) = driver(vec![ok(body), photo(), photo(), gone]);
    let page = smsgate.poll_inbound(&Cursor::starting_at(NOW)).await.unwrap();
    let text = read(&page.items[0]);
    assert_eq!((text.text.reveal(), text.media.len()), ("", 2));
    let [first, second] = text.media.as_slice() else { panic!() };
    assert_eq!((first.name.as_deref(), first.n_bytes), (Some("a.jpg"), Some(9)));
    assert_eq!((second.content_type.as_deref(), second.n_bytes), (Some("image/png"), None));
    assert_eq!(smsgate.fetch_media(first, 2).await.unwrap().bytes.as_ref(), [0xff, 0xd8]);
    assert_eq!(smsgate.fetch_media(second, 1).await.err().unwrap().kind, ErrorKind::Permanent);
    assert_eq!(smsgate.fetch_media(second, 9).await.err().unwrap().kind, ErrorKind::Permanent);
    let path = "GET /inbox/mms%3A7/attachments";
    assert_eq!(asked(&seen)[1..], [format!("{path}/3"), format!("{path}/4"), format!("{path}/4")]);
    for handle in ["", "3", "3 ", "x mms:7", "3 .."] {
        let hostile = MediaRef { handle: handle.to_owned(), ..first.clone() };
        assert_eq!(smsgate.fetch_media(&hostile, 9).await.err().unwrap().kind, ErrorKind::Protocol);
    }
}

#[tokio::test]
async fn a_photo_message_the_phone_never_fetched_meets_a_person() {
    let (now, old) = ("2026-07-01T08:50:00+09:00", "2026-07-01T08:44:59+09:00");
    let fetched = mms("MMS_DOWNLOADED", "2026-07-01T08:46:00+09:00");
    assert!(page(json!([mms("MMS", now)])).await.items.is_empty(), "it may still come");
    assert_eq!(page(json!([fetched, mms("MMS", old)])).await.items.len(), 1, "it came");
    let without_photos = |kind: &str, words: &str, at: &str| {
        let mut item = mms(kind, at);
        (item["contentPreview"], item["attachments"]) = (json!(words), json!([]));
        item
    };
    // What the app writes in place of words is nobody's words, and the photo is missing.
    for (item, words) in [
        (without_photos("MMS", "MMS notification", old), ""),
        (without_photos("MMS", "사진이요", old), "사진이요"),
        (without_photos("MMS_DOWNLOADED", "MMS content", now), ""),
    ] {
        let page = page(json!([item.clone()])).await;
        let [InboundItem::Text(text)] = page.items.as_slice() else { panic!("{page:?}") };
        assert_eq!(text.text.reveal(), words, "{item}");
        assert!(matches!(text.media.as_slice(), [photo] if photo.is_missing()), "{item}");
    }
    let page =
        page(json!([without_photos("MMS_DOWNLOADED", "네", now), with("contentPreview", "MMS content")]))
            .await;
    let [sms, long] = page.items.as_slice() else { panic!("{page:?}") };
    assert_eq!(
        (read(sms).text.reveal(), read(sms).media.len()),
        ("MMS content", 0),
        "a citizen may write so"
    );
    assert_eq!((read(long).text.reveal(), read(long).media.len()), ("네", 0), "a long text without photos");
}

#[tokio::test]
async fn a_notice_without_a_time_meets_an_operator() {
    let page = page(json!([text(), mms("MMS", "?")])).await;
    assert!(
        matches!(page.items.as_slice(), [InboundItem::Unreadable { .. }, InboundItem::Text(_)]),
        "{page:?}"
    );
}

#[tokio::test]
async fn a_text_that_is_not_quite_json_holds_up_no_other() {
    let cases: [(&[u8], &str); 3] = [
        (b"half \\ud83d", "half \u{fffd}"),
        (b"\xc7\xd1 \xea\xb0\x80", "\u{fffd}\u{fffd} \u{ac00}"),
        (b"a\x01b\nc", "a b c"),
    ];
    for (bytes, expected) in cases {
        let body = json!([text(), with("contentPreview", "@@")]).to_string().into_bytes();
        let at = body.windows(2).position(|w| w == b"@@").unwrap();
        let broken = [b"\xef\xbb\xbf", &body[..at], bytes, &body[at + 2..]].concat();
        let (smsgate, _) = driver(vec![Ok((200, broken.clone()))]);
        let page = smsgate.poll_inbound(&Cursor::starting_at(NOW)).await.unwrap();
        assert_eq!(page.raw, broken, "kept as it came");
        let words: Vec<&str> = page.items.iter().map(|item| read(item).text.reveal()).collect();
        assert_eq!(words, [expected, "도와주세요"]);
    }
}

#[tokio::test]
async fn a_poll_that_fails_may_be_repeated() {
    use ErrorKind::*;
    let cases: Vec<(Answered, ErrorKind)> = vec![
        (Ok((200, b"[{\"id\":".to_vec())), Transient),
        (Ok((200, b"<html>".to_vec())), Transient),
        (ok(json!({ "messages": [] })), Protocol),
        (said(401, error("x")), Auth),
        (said(500, error("x")), Transient),
        (said(503, error("x")), RateLimited),
        (Ok((503, vec![])), Transient),
        (Err(Broken::Reset), Transient),
        (Err(Broken::Truncated(Bytes::from_static(b"[{"))), Transient),
        (Err(Broken::NotSent), NotSent),
    ];
    for (answer, kind) in cases {
        let error = driver(vec![answer]).0.poll_inbound(&Cursor::starting_at(NOW)).await.unwrap_err();
        assert_eq!(error.kind, kind, "{error}");
    }
    let lost = Cursor { page: Some("x".to_owned()), ..Cursor::starting_at(NOW) };
    assert_eq!(driver(vec![]).0.poll_inbound(&lost).await.unwrap_err().kind, Protocol);
}

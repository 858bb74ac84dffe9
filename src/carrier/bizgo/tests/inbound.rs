//! Pages of texts.

use super::*;
use crate::domain::inbound::InboundItem;

fn text() -> Value {
    json!({ "msgKey": "K", "serviceType": "MO", "msgType": "SM", "to": "062120", "from": "119",
        "originator": "01012345678", "content": "도와주세요", "carrier": "SKT",
        "occurredTime": "2026-07-01T08:59:00+09:00" })
}

fn with(field: &str, value: Value) -> Value {
    let mut text = text();
    text[field] = value;
    text
}

fn list(messages: Value) -> Answered {
    ok(json!({ "lastSeq": 7, "hasNext": false, "messages": messages }))
}

async fn items(messages: Value) -> Vec<InboundItem> {
    driver(vec![list(messages)]).0.poll_inbound(&Cursor::starting_at(NOW)).await.unwrap().items
}

#[tokio::test]
async fn a_poll_asks_as_the_specification_says() {
    let (bizgo, seen) = driver(vec![list(json!([])), list(json!([]))]);
    let page = bizgo.poll_inbound(&Cursor::starting_at(NOW)).await.unwrap();
    assert_eq!((page.clock_ahead_ms, page.ack), (Some(5_000), Vec::new()));
    let further = Cursor { page: Some("42".to_owned()), ..Cursor::starting_at(NOW) };
    bizgo.poll_inbound(&further).await.unwrap();
    let start = "GET /api/comm/v1/message/history/mo?occurredTime=2026-07-01T08%3A50%3A00%2B09%3A00&limit=100&to=062120";
    assert_eq!(asked(&seen), [start.to_owned(), format!("{start}&lastSeq=42")]);
    let seen = seen.lock().unwrap();
    assert_eq!(seen[0].headers()["authorization"], "KEY123");
    assert!(seen[0].body().is_empty());
}

#[tokio::test]
async fn without_a_number_all_texts_are_asked_for_and_never_more_than_a_thousand() {
    let (mut bizgo, seen) = driver(vec![list(json!([]))]);
    bizgo.config = BizgoConfig { mo_number: None, page_limit: 5_000, ..config() };
    bizgo.poll_inbound(&Cursor::starting_at(NOW)).await.unwrap();
    assert!(asked(&seen)[0].ends_with("%2B09%3A00&limit=1000"), "{:?}", asked(&seen));
}

#[tokio::test]
async fn a_page_is_read_item_by_item() {
    let broken = json!({ "msgKey": "K2", "content": "no time" });
    let messages = json!([text(), broken, with("occurredTime", json!("2026-07-01T08:58:00+09:00"))]);
    let (bizgo, _) = driver(vec![ok(json!({ "lastSeq": 7, "hasNext": true, "messages": messages }))]);
    let page = bizgo.poll_inbound(&Cursor::starting_at(NOW - 60_000_000)).await.unwrap();
    let [InboundItem::Text(first), InboundItem::Unreadable { reason, raw }, InboundItem::Text(last)] =
        &page.items[..]
    else {
        panic!("{:?}", page.items.len());
    };
    assert!(first.sent_at < last.sent_at && first.key != last.key);
    assert_eq!((last.citizen.reveal(), last.to.reveal()), ("01012345678", "062120"));
    assert_eq!((last.text.reveal(), last.sent_at), ("도와주세요", NOW - 60_000));
    assert!(reason.contains("originator") && raw.contains("K2"));
    assert_eq!((page.next.page.as_deref(), page.next.newest), (Some("7"), NOW - 60_000));
}

#[tokio::test]
async fn the_handset_is_the_citizen_and_its_typed_number_a_last_resort() {
    for (originator, citizen) in
        [(json!("01098765432"), "01098765432"), (json!(""), "119"), (json!(null), "119")]
    {
        let items = items(json!([with("originator", originator)])).await;
        let [InboundItem::Text(text)] = &items[..] else { panic!() };
        assert_eq!(text.citizen.reveal(), citizen);
    }
}

#[tokio::test]
async fn what_lacks_a_field_is_kept_as_it_came() {
    for field in ["msgKey", "to", "content", "occurredTime"] {
        for value in [json!(null), json!({}), json!([1])] {
            let items = items(json!([with(field, value), text()])).await;
            let [InboundItem::Text(_), InboundItem::Unreadable { raw, reason }] = &items[..] else {
                panic!("{field}");
            };
            assert!(reason.contains(field) && raw.contains("originator"), "{field}: {reason}");
        }
    }
    for odd in [json!(null), json!(7), json!("text"), json!([]), with("occurredTime", json!("yesterday"))] {
        assert!(matches!(&items(json!([odd])).await[..], [InboundItem::Unreadable { .. }]));
    }
}

#[tokio::test]
async fn texts_of_one_name_are_told_apart_and_the_same_text_is_not() {
    let others = [
        with("content", json!("네")),
        with("occurredTime", json!("2026-07-01T08:59:01+09:00")),
        with("msgKey", json!("K2")),
        text(),
        with("occurredTime", json!("2026-06-30T23:59:00Z")),
    ];
    let items = items(json!(others)).await;
    let keys: std::collections::BTreeSet<&str> = items
        .iter()
        .map(|item| match item {
            InboundItem::Text(text) => text.key.as_str(),
            InboundItem::Unreadable { reason, .. } => panic!("{reason}"),
        })
        .collect();
    assert_eq!(keys.len(), 4);
}

#[tokio::test]
async fn where_a_walk_goes_on() {
    let full: Vec<Value> = (0..100).map(|_| text()).collect();
    let cases = [
        (json!({ "hasNext": true, "lastSeq": 8, "messages": [] }), Some("8")),
        (json!({ "hasNext": true, "lastSeq": "8", "messages": [] }), Some("8")),
        (json!({ "hasNext": false, "lastSeq": 8, "messages": [text()] }), None),
        (json!({ "hasNext": false, "messages": null }), None),
        (json!({ "messages": [text()] }), None),
        (json!(null), None),
        // Not told, and the page is full: better one page too many.
        (json!({ "lastSeq": 8, "messages": full }), Some("8")),
    ];
    for (data, next) in cases {
        let page = driver(vec![ok(data.clone())]).0.poll_inbound(&Cursor::starting_at(NOW)).await.unwrap();
        assert_eq!(page.next.page.as_deref(), next, "{data}");
    }
}

#[tokio::test]
async fn a_list_that_may_never_end_or_not_be_at_its_end_is_not_followed() {
    let full: Vec<Value> = (0..100).map(|_| text()).collect();
    for data in [
        json!({ "hasNext": true, "messages": [] }),
        json!({ "hasNext": true, "lastSeq": null, "messages": [] }),
        json!({ "hasNext": true, "lastSeq": 7, "messages": [] }),
        json!({ "hasNext": "true", "lastSeq": 8, "messages": [] }),
        json!({ "hasNext": 1, "lastSeq": 8, "messages": [] }),
        json!({ "messages": full }),
        json!({ "hasNext": false, "messages": "none" }),
        json!({ "hasNext": false, "messages": { "0": text() } }),
        json!("none"),
        json!([text()]),
    ] {
        let cursor = Cursor { page: Some("7".to_owned()), ..Cursor::starting_at(NOW) };
        let error = driver(vec![ok(data.clone())]).0.poll_inbound(&cursor).await.unwrap_err();
        assert_eq!(error.kind, ErrorKind::Protocol, "{data}");
    }
}

#[tokio::test]
async fn a_poll_that_fails_may_be_repeated() {
    use ErrorKind::*;
    let whole = envelope("A000", "A000", json!({ "hasNext": false, "messages": [text()] }));
    let cut = whole[..whole.len() - 9].to_vec();
    let cases: Vec<(Answered, ErrorKind)> = vec![
        (Ok((200, cut)), Transient),
        (Ok((200, b"<html>".to_vec())), Transient),
        (Ok((200, vec![])), Transient),
        (Ok((502, whole.clone())), Transient),
        (Ok((429, whole)), RateLimited),
        (Ok((400, envelope("A000", "A301", json!(null)))), Protocol),
        (Err(Broken::Reset), Transient),
        (Err(Broken::Truncated(Bytes::new())), Transient),
        (Err(Broken::NotSent), NotSent),
    ];
    for (answer, kind) in cases {
        let error = driver(vec![answer]).0.poll_inbound(&Cursor::starting_at(NOW)).await.unwrap_err();
        assert_eq!(error.kind, kind, "{error}");
    }
}

/// A page with a sound text and one whose content is `bytes`, as a carrier that doesn't look would write it.
async fn contents_with(bytes: &[u8]) -> Vec<String> {
    let body = envelope("A000", "A000", json!({ "messages": [text(), with("content", json!("@@"))] }));
    let at = body.windows(2).position(|w| w == b"@@").unwrap();
    let broken = [b"\xef\xbb\xbf", &body[..at], bytes, &body[at + 2..]].concat();
    let page = driver(vec![Ok((200, broken.clone()))]).0.poll_inbound(&Cursor::starting_at(NOW)).await;
    let page = page.unwrap();
    assert_eq!(page.raw, broken, "kept as it came");
    let content = |item| match item {
        InboundItem::Text(text) => text.text.reveal().to_owned(),
        InboundItem::Unreadable { reason, .. } => reason,
    };
    page.items.into_iter().map(content).collect()
}

#[tokio::test]
async fn a_text_that_is_not_quite_json_holds_up_no_other() {
    let cases: [(&[u8], &str); 7] = [
        (b"half \\ud83d", "half \u{fffd}"),
        (b"\\ude00 half", "\u{fffd} half"),
        (b"\\ud83d\\ud83d\\ude00 \\\\ud83d", "\u{fffd}\u{1f600} \\ud83d"),
        (b"\\ud83d\\u00e9", "\u{fffd}\u{e9}"),
        (b"\xc7\xd1 \xea\xb0\x80", "\u{fffd}\u{fffd} \u{ac00}"),
        (b"a\x01b\nc", "a b c"),
        (b"\xff \\\" \\n", "\u{fffd} \" \n"),
    ];
    for (bytes, expected) in cases {
        assert_eq!(contents_with(bytes).await, [expected, "도와주세요"]);
    }
}

#[tokio::test]
async fn a_walk_that_expects_little_asks_for_little_at_first() {
    let (bizgo, seen) = driver(vec![
        ok(json!({ "lastSeq": 9, "hasNext": true, "messages": [] })),
        ok(json!({ "hasNext": false })),
    ]);
    let brief = Cursor { brief: true, ..Cursor::starting_at(NOW) };
    let page = bizgo.poll_inbound(&brief).await.unwrap();
    bizgo.poll_inbound(&page.next).await.unwrap();
    let limits: Vec<bool> = asked(&seen).iter().map(|line| line.contains("limit=20")).collect();
    assert_eq!(limits, [true, false], "and goes on in full pages");
}

/// The page of a text that is too large even alone says at its beginning where the next one is.
#[tokio::test]
async fn a_text_that_is_too_large_alone_is_stepped_over() {
    let large = || {
        let content = Value::String("a".repeat(20_000));
        ok(json!({ "lastSeq": 41, "hasNext": true, "messages": [with("content", content)] }))
    };
    let answers = vec![large(), large(), large(), large(), list(json!([text()]))];
    let (mut bizgo, seen) = driver(answers);
    bizgo.config.page_limit = 4;
    bizgo.link.http = bizgo.link.http.with_max_body(10_000);
    let start = Cursor { page: Some("42".to_owned()), ..Cursor::starting_at(NOW) };
    let page = bizgo.poll_inbound(&start).await.unwrap();
    assert!(
        matches!(&page.items[..], [InboundItem::Unreadable { reason, .. }] if reason.contains("too large"))
    );
    assert_eq!((page.next.page.as_deref(), page.is_broken()), (Some("41"), false));
    let limits: Vec<String> = asked(&seen)
        .iter()
        .map(|line| line.split("limit=").nth(1).unwrap().split('&').next().unwrap().to_owned())
        .collect();
    assert_eq!(limits, ["4", "2", "1", "1"]);
    let behind = bizgo.poll_inbound(&page.next).await.unwrap();
    assert!(matches!(&behind.items[..], [InboundItem::Text(_)]));
    assert!(asked(&seen)[4].ends_with("&lastSeq=41"));
}

/// Where the answer says it behind the texts, or says the place we are at, the error stays.
#[tokio::test]
async fn without_a_place_behind_it_a_text_that_is_too_large_is_an_error() {
    let filler = "a".repeat(20_000);
    let late = format!(
        "{{\"common\":{{\"authCode\":\"A000\"}},\"data\":{{\"code\":\"A000\",\"data\":{{\"messages\":[{{\"content\":\"{filler}\"}}],\"lastSeq\":41}}}}}}"
    );
    for body in [late.clone(), late.replace("{\"messages\"", "{\"lastSeq\":42,\"messages\"")] {
        let answer = || Ok((200, body.clone().into_bytes()));
        let (mut bizgo, _) = driver(vec![answer(), answer()]);
        bizgo.config.page_limit = 1;
        bizgo.link.http = bizgo.link.http.with_max_body(10_000);
        let start = Cursor { page: Some("42".to_owned()), ..Cursor::starting_at(NOW) };
        assert!(bizgo.poll_inbound(&start).await.unwrap_err().is_too_large());
    }
}

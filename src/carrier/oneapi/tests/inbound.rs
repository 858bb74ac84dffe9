//! Texts on their way in, where reading removes them, and where it does not.

use bytes::Bytes;

use super::*;
use crate::domain::inbound::InboundText;

const LIST: &str = "/smsmessaging/inbound/registrations/INBOUND/messages";

/// The GSMA's example, with the counts as strings.
fn example() -> Value {
    json!({ "inboundSMSMessageList": {
        "inboundSMSMessage": [
            { "dateTime": "2009-11-19T12:00:00", "destinationAddress": "3456", "messageId": "msg1",
              "message": "Come on Barca!", "resourceURL": "http://example.com/1/…/messages/msg1",
              "senderAddress": "+447825123456" },
            { "dateTime": "2009-11-19T12:00:00", "destinationAddress": "3456", "messageId": "msg2",
              "message": "Great goal by Messi", "resourceURL": "http://example.com/1/…/messages/msg2",
              "senderAddress": "+447825789123" },
        ],
        "numberOfMessagesInThisBatch": "2", "resourceURL": "http://example.com/1/…/messages",
        "totalNumberOfPendingMessages": "20",
    } })
}

fn text(field: &str, value: Value) -> Value {
    let mut text = json!({ "dateTime": "2026-07-01T09:00:00", "destinationAddress": "tel:+82621200000",
        "messageId": "m1", "message": "도와주세요", "senderAddress": "tel:+821012345678" });
    text[field] = value;
    text
}

fn list(messages: Value) -> Value {
    json!({ "inboundSMSMessageList": { "inboundSMSMessage": messages } })
}

fn reading(reading: Reading) -> OneApiConfig {
    OneApiConfig { reading, page_limit: 9, ..config() }
}

async fn page_with(config: OneApiConfig, answer: Answered) -> Result<InboundPage> {
    driver_with(config, vec![answer]).0.poll_inbound(&Cursor::starting_at(0)).await
}

async fn page(answer: Answered) -> InboundPage {
    page_with(config(), answer).await.unwrap()
}

fn read(item: &InboundItem) -> &InboundText {
    let InboundItem::Text(text) = item else { panic!("{item:?}") };
    text
}

#[tokio::test]
async fn a_batch_is_asked_for_as_the_gsma_says() {
    let (oneapi, seen) = driver(vec![ok(example())]);
    let page = oneapi.poll_inbound(&Cursor::starting_at(0)).await.unwrap();
    assert_eq!(asked(&seen), [format!("GET {LIST}?maxBatchSize=2")]);
    let (first, second) = (read(&page.items[0]), read(&page.items[1]));
    assert_eq!((first.key.as_str(), second.key.as_str()), ("msg1", "msg2"));
    assert_eq!((first.citizen.reveal(), first.to.reveal()), ("+447825123456", "3456"));
    assert_eq!((first.text.reveal(), first.sent_at), ("Come on Barca!", 1_258_599_600_000));
    assert!(page.more() && page.ack.is_empty());
    assert_eq!(page.clock_ahead_ms, Some(5_000));
    // However many are asked for: what is lost with a broken answer is bounded.
    let (oneapi, seen) = driver_with(OneApiConfig { page_limit: 900, ..config() }, vec![ok(example())]);
    oneapi.poll_inbound(&Cursor::starting_at(0)).await.unwrap();
    assert_eq!(asked(&seen), [format!("GET {LIST}?maxBatchSize=50")]);
}

#[tokio::test]
async fn servers_write_it_each_in_their_own_way() {
    let one = text("messageId", json!("m1"));
    let capitals = json!({ "InboundSmsMessageList": { "InboundSmsMessage": [{
        "MessageId": "m1", "Message": "도와주세요", "SenderAddress": "tel:+821012345678",
        "DestinationAddress": "0621200000", "DateTime": "2026-07-01T00:00:00Z",
    }], "NumberOfMessagesInThisBatch": 1, "TotalNumberOfPendingMessages": 0 } });
    let unwrapped = json!({ "inboundSMSMessage": [one], "numberOfMessagesInThisBatch": 1 });
    let bare = text("senderAddress", json!("82 10-1234-5678"));
    let number = text("senderAddress", json!(821_012_345_678_u64));
    let shapes = [
        list(json!([one])),
        list(one.clone()),
        capitals,
        unwrapped,
        list(json!([bare])),
        list(json!([number])),
    ];
    for shape in shapes {
        let page = page(ok(shape.clone())).await;
        let [item] = page.items.as_slice() else { panic!("{shape}") };
        let text = read(item);
        assert_eq!((text.key.as_str(), text.sent_at), ("m1", NOW), "{shape}");
        assert_eq!((text.citizen.reveal(), text.to.reveal()), ("01012345678", "0621200000"), "{shape}");
    }
    let none = [
        json!({ "inboundSMSMessageList": {} }),
        json!({ "inboundSMSMessageList": { "inboundSMSMessage": null, "numberOfMessagesInThisBatch": "0" } }),
        json!({ "numberOfMessagesInThisBatch": 0 }),
        list(json!([])),
    ];
    for shape in none {
        let page = page(ok(shape.clone())).await;
        assert!(page.items.is_empty() && !page.more(), "{shape}");
    }
    assert!(page(Ok((204, vec![]))).await.items.is_empty());
    assert!(page(Ok((200, vec![]))).await.items.is_empty());
}

#[tokio::test]
async fn where_reading_removes_every_byte_is_kept() {
    let whole = example().to_string().into_bytes();
    let cut = Bytes::from(whole[..whole.len() - 30].to_vec());
    let broken: Vec<(Answered, Vec<u8>)> = vec![
        (Err(Broken::Truncated(cut.clone())), cut.to_vec()),
        (Ok((200, cut.to_vec())), cut.to_vec()),
        (Ok((200, b"<html>".to_vec())), b"<html>".to_vec()),
        (ok(json!([1])), b"[1]".to_vec()),
        (ok(list(json!("texts"))), list(json!("texts")).to_string().into_bytes()),
        (
            ok(json!({ "inboundSMSMessageList": { "numberOfMessagesInThisBatch": "2" } })),
            b"{\"inboundSMSMessageList\":{\"numberOfMessagesInThisBatch\":\"2\"}}".to_vec(),
        ),
        (Ok((200, b"\xff\xfe".to_vec())), b"\xff\xfe".to_vec()),
    ];
    for (answer, bytes) in broken {
        let page = page(answer.clone()).await;
        let [whole @ .., InboundItem::Unreadable { raw, .. }] = page.items.as_slice() else {
            panic!("{answer:?}")
        };
        let n_whole = if bytes.len() > 100 { 2 } else { 0 };
        assert_eq!(whole.len(), n_whole, "what is whole is read");
        assert_eq!((raw.as_str(), page.raw.as_ref()), (&*String::from_utf8_lossy(&bytes), bytes.as_slice()));
        assert!(!page.more() && page.is_broken(), "others may be lost");
    }
    // Texts in an answer that calls itself an error are texts.
    assert_eq!(page(said(500, example())).await.items.len(), 2);
}

#[tokio::test]
async fn what_is_no_page_is_an_error_that_says_whether_texts_may_be_lost() {
    use ErrorKind::*;
    let cases: Vec<(Answered, ErrorKind)> = vec![
        (said(401, service("SVC0001")), Auth),
        (said(403, error("policyException", "POL0904")), RateLimited),
        (said(500, service("SVC0001")), Ambiguous),
        (Ok((502, b"<html>".to_vec())), Ambiguous),
        (said(503, service("SVC0001")), Transient),
        (said(404, json!({})), Config),
        (Err(Broken::Reset), Ambiguous),
        (Err(Broken::Truncated(Bytes::new())), Ambiguous),
        (Err(Broken::NotSent), NotSent),
    ];
    for (answer, kind) in cases {
        let error = page_with(config(), answer.clone()).await.unwrap_err();
        assert_eq!(error.kind, kind, "{answer:?}");
    }
    for kept in [Reading::Keeps, Reading::UntilDeleted] {
        for (answer, kind) in [
            (Err(Broken::Truncated(Bytes::from_static(b"{"))), Transient),
            (Ok((200, b"{\"inbound".to_vec())), Transient),
            (ok(json!({ "messages": [] })), Protocol),
            (said(500, service("SVC0001")), Transient),
        ] {
            assert_eq!(page_with(reading(kept), answer).await.unwrap_err().kind, kind);
        }
    }
}

#[tokio::test]
async fn texts_are_deleted_one_by_one_where_they_stay_until_then() {
    let nameless = text("messageId", json!(null));
    let messages = json!([text("messageId", json!("m1")), nameless, text("messageId", json!("m/2"))]);
    let answers = vec![ok(list(messages)), Ok((204, vec![])), said(404, json!({}))];
    let (oneapi, seen) =
        driver_with(OneApiConfig { page_limit: 3, ..reading(Reading::UntilDeleted) }, answers);
    assert_eq!(oneapi.caps().inbound, InboundClass::AckQueue);
    let page = oneapi.poll_inbound(&Cursor::starting_at(0)).await.unwrap();
    assert_eq!((page.items.len(), page.more()), (3, true));
    for name in &page.ack {
        oneapi.ack_inbound(name).await.unwrap();
    }
    let lines =
        [format!("GET {LIST}?maxBatchSize=3"), format!("DELETE {LIST}/m1"), format!("DELETE {LIST}/m%2F2")];
    assert_eq!(asked(&seen), lines);
    // What can't be deleted would be listed for ever: it does not call for another page.
    let stuck = OneApiConfig { page_limit: 1, ..reading(Reading::UntilDeleted) };
    let page = page_with(stuck, ok(list(json!([nameless])))).await.unwrap();
    assert!(page.ack.is_empty() && !page.more());
    let refused = driver(vec![said(403, json!({}))]).0.ack_inbound("m1").await.unwrap_err();
    assert_eq!(refused.kind, ErrorKind::Config);
}

#[tokio::test]
async fn a_list_that_is_kept_is_read_whole_or_somebody_is_told() {
    let messages = json!([text("messageId", json!("m1")), text("messageId", json!("m2"))]);
    let fits = page_with(reading(Reading::Keeps), ok(list(messages.clone()))).await.unwrap();
    assert!(fits.items.len() == 2 && fits.ack.is_empty() && !fits.more());
    let full = OneApiConfig { page_limit: 2, ..reading(Reading::Keeps) };
    let page = page_with(full, ok(list(messages))).await.unwrap();
    assert!(
        matches!(&page.items[2], InboundItem::Unreadable { reason, .. } if reason.contains("page_limit"))
    );
    assert!(!page.more());
}

#[tokio::test]
async fn a_text_without_a_name_is_known_by_what_it_says_and_when() {
    let nameless = text("messageId", json!(null));
    let undated = {
        let mut text = nameless.clone();
        text["dateTime"] = json!(null);
        text
    };
    let kept = || page_with(reading(Reading::Keeps), ok(list(json!([nameless, nameless, undated]))));
    let (first, again) = (kept().await.unwrap(), kept().await.unwrap());
    assert_eq!(first.items, again.items, "read again they are the same");
    let texts: Vec<_> = first.items.iter().filter(|item| matches!(item, InboundItem::Text(_))).collect();
    assert_ne!(read(texts[0]).key, read(texts[1]).key, "two equal texts are two texts");
    assert_eq!((texts.len(), first.items.len()), (2, 3));
    // Told once, it is taken whether it is dated or not.
    let once = page(ok(list(json!([nameless, undated])))).await;
    assert_eq!(read(&once.items[0]).sent_at, NOW);
    assert_ne!(read(&once.items[0]).key, read(&once.items[1]).key);
    assert!(!read(&once.items[0]).key.contains("1012345678"));
}

#[tokio::test]
async fn one_broken_item_costs_no_other() {
    let broken = [
        text("senderAddress", json!(null)),
        text("senderAddress", json!({})),
        text("message", json!(7)),
        text("message", json!(null)),
        json!("text"),
        json!(null),
        json!([]),
    ];
    for item in broken {
        let page =
            page(ok(list(json!([text("messageId", json!("a")), item, text("messageId", json!("b"))])))).await;
        let unreadable = |item: &&InboundItem| matches!(item, InboundItem::Unreadable { .. });
        assert_eq!((page.items.len(), page.items.iter().filter(unreadable).count()), (3, 1), "{item}");
    }
    let odd_date = page(ok(list(json!([text("dateTime", json!("yesterday"))])))).await;
    assert_eq!(read(&odd_date.items[0]).sent_at, NOW);
}

#[tokio::test]
async fn a_text_that_is_not_quite_json_holds_up_no_other() {
    for (bytes, expected) in
        [(&b"half \\ud83d"[..], "half \u{fffd}"), (b"\xc7\xd1 a\x01b", "\u{fffd}\u{fffd} a b")]
    {
        let body = list(json!([text("messageId", json!("a")), text("message", json!("@@"))]))
            .to_string()
            .into_bytes();
        let at = body.windows(2).position(|w| w == b"@@").unwrap();
        let body = [&body[..at], bytes, &body[at + 2..]].concat();
        let page = page(Ok((200, body.clone()))).await;
        assert_eq!(page.raw, body, "kept as it came");
        let words: Vec<&str> = page.items.iter().map(|item| read(item).text.reveal()).collect();
        assert_eq!(words, ["도와주세요", expected]);
    }
}

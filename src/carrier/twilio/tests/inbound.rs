//! Texts and photos on their way in.

use super::*;
use crate::domain::inbound::InboundItem;

fn texts(page: &InboundPage) -> Vec<String> {
    let key = |item: &InboundItem| match item {
        InboundItem::Text(text) => text.key.clone(),
        InboundItem::Unreadable { .. } => "unreadable".to_owned(),
    };
    page.items.iter().map(key).collect()
}

#[tokio::test]
async fn a_walk_asks_by_days_and_follows_the_pages() {
    let next = format!(
        "{LIST}?To=%2B15551234567&DateSent%3E=2026-06-30T00%3A00%3A00Z&PageSize=100&Page=1&PageToken=PASM1"
    );
    let mut later = message("SM3", "inbound", "received");
    later["date_sent"] = json!("Wed, 01 Jul 2026 00:00:09 +0000");
    let first = json!([later, message("SM9", "outbound-api", "sent"), message("SM2", "inbound", "received")]);
    let (twilio, seen) = driver(vec![
        page(first, json!(next)),
        page(json!([message("SM1", "inbound", "received")]), json!(null)),
    ]);
    let one = twilio.poll_inbound(&Cursor::starting_at(NOW)).await.unwrap();
    assert_eq!((texts(&one), one.more()), (vec!["SM2".to_owned(), "SM3".to_owned()], true));
    let two = twilio.poll_inbound(&one.next).await.unwrap();
    assert_eq!((texts(&two), two.more()), (vec!["SM1".to_owned()], false));
    assert_eq!(two.next, Cursor::starting_at(NOW + 9_000));
    let asked = asked(&seen);
    assert_eq!(
        asked[0],
        format!("GET {LIST}?PageSize=100&DateSent%3E=2026-06-30T00%3A00%3A00Z&To=%2B15551234567")
    );
    assert_eq!(asked[1], format!("GET {next}"), "as the carrier wrote it");
    let InboundItem::Text(text) = &one.items[0] else { panic!() };
    assert_eq!((text.citizen.reveal(), text.text.reveal()), ("01012345678", "안녕하세요"));
    assert_eq!((text.sent_at, one.clock_ahead_ms), (NOW + 1_000, Some(5_000)));
}

#[tokio::test]
async fn a_page_cannot_lead_elsewhere() {
    for page in [
        "https://evil.example/2010-04-01/Accounts/AC1/Messages.json?Page=1",
        "/2010-04-01/Accounts/AC2/Messages.json?Page=1",
        "/2010-04-01/Accounts/AC1/Messages.json?Page=1&Callback=x",
        "/2010-04-01/Accounts/AC1/Messages.json",
    ] {
        let (twilio, seen) = driver(vec![]);
        let cursor = Cursor { page: Some(page.to_owned()), ..Cursor::starting_at(NOW) };
        assert_eq!(twilio.poll_inbound(&cursor).await.unwrap_err().kind, ErrorKind::Protocol);
        assert!(asked(&seen).is_empty());
    }
}

#[tokio::test]
async fn one_broken_item_costs_no_other() {
    let mut nameless = message("SM1", "inbound", "received");
    nameless["sid"] = json!(null);
    let mut timeless = message("SM2", "inbound", "received");
    (timeless["date_sent"], timeless["date_created"]) = (json!("soon"), json!(null));
    let wayless = json!({ "sid": "SM3" });
    let list = json!([nameless, timeless, wayless, message("SM4", "inbound", "received")]);
    let read = driver(vec![page(list, json!(null))]).0.poll_inbound(&Cursor::starting_at(NOW)).await.unwrap();
    assert_eq!(texts(&read), ["unreadable", "unreadable", "unreadable", "SM4"]);
    let mut bytes =
        json!({ "messages": [message("SM5", "inbound", "received")], "next_page_uri": null }).to_string();
    bytes = bytes.replace("안녕하세요", "네 \\ud83d");
    let read = driver(vec![Ok((200, bytes.into_bytes()))]).0.poll_inbound(&Cursor::starting_at(NOW)).await;
    let InboundItem::Text(text) = &read.unwrap().items[0] else { panic!() };
    assert_eq!(text.text.reveal(), "네 \u{fffd}");
}

#[tokio::test]
async fn what_cannot_be_read_is_asked_for_again() {
    for answer in [
        Ok((200, b"{\"messages\":[{\"sid\":".to_vec())),
        Err(Broken::Truncated(bytes::Bytes::from_static(b"{\"messages\":["))),
        Err(Broken::Reset),
        said(500, json!({})),
    ] {
        let error = driver(vec![answer]).0.poll_inbound(&Cursor::starting_at(NOW)).await.unwrap_err();
        assert_eq!(error.kind, ErrorKind::Transient);
    }
    let odd = driver(vec![ok(json!({ "messages": 7 }))]).0.poll_inbound(&Cursor::starting_at(NOW)).await;
    assert_eq!(odd.unwrap_err().kind, ErrorKind::Protocol);
}

#[tokio::test]
async fn photos_are_found_by_their_place_in_the_text() {
    let mut with_photos = message("MM1", "inbound", "received");
    with_photos["num_media"] = json!("2");
    let read =
        driver(vec![page(json!([with_photos]), json!(null))]).0.poll_inbound(&Cursor::starting_at(NOW)).await;
    let read = read.unwrap();
    let InboundItem::Text(text) = &read.items[0] else { panic!() };
    let handles: Vec<&str> = text.media.iter().map(|media| media.handle.as_str()).collect();
    assert_eq!(handles, ["MM1/0", "MM1/1"]);

    let names = || ok(json!({ "media_list": [{ "sid": "ME1" }, { "sid": "ME2" }] }));
    let (twilio, seen) = driver(vec![names(), Ok((200, b"jpeg".to_vec()))]);
    let photo = twilio.fetch_media(&text.media[1], 100).await.unwrap();
    assert_eq!(&photo.bytes[..], b"jpeg");
    let place = "/2010-04-01/Accounts/AC1/Messages/MM1/Media";
    assert_eq!(asked(&seen), [format!("GET {place}.json"), format!("GET {place}/ME2")]);
    for (answers, kind) in [
        (vec![ok(json!({ "media_list": [] }))], ErrorKind::Permanent),
        (vec![names(), said(404, json!({}))], ErrorKind::Permanent),
        (vec![names(), Ok((200, vec![b'x'; 200]))], ErrorKind::Permanent),
        (vec![names(), said(500, json!({}))], ErrorKind::Transient),
        (vec![Err(Broken::Reset)], ErrorKind::Transient),
    ] {
        assert_eq!(driver(answers).0.fetch_media(&text.media[1], 100).await.err().unwrap().kind, kind);
    }
}

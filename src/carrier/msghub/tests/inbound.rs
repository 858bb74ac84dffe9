//! Texts and photos on their way in, asked for and told.

use http::HeaderMap;

use super::*;

fn theirs(key: &str) -> Value {
    json!({ "moKey": key, "moNumber": "062120", "moType": "SMSMO", "moCallback": "01012345678", "productCode": "SMSMO",
            "moTitle": null, "moMsg": "안녕하세요", "telco": "LGU", "contentCnt": 0, "contentInfoLst": null, "moRecvDt": "2026-07-01 09:00:01" })
}

fn page(list: Value) -> Answered {
    fine(json!({ "moCnt": 1, "moLst": list }))
}

async fn read(answer: Answered) -> InboundPage {
    driver(vec![answer]).0.poll_inbound(&Cursor::starting_at(NOW)).await.unwrap()
}

#[tokio::test]
async fn a_text_is_read_whatever_form_its_time_has() {
    for time in ["2026-07-01 09:00:01", "2026-07-01T09:00:01", "20260701090001"] {
        let mut text = theirs("A");
        text["moRecvDt"] = json!(time);
        let page = read(page(json!([text]))).await;
        let InboundItem::Text(text) = &page.items[0] else { panic!("{time}") };
        assert_eq!((text.sent_at, text.key.as_str()), (NOW + 1_000, "A"), "{time}");
        assert_eq!((text.citizen.reveal(), text.to.reveal()), ("01012345678", "062120"), "ours is moNumber");
        assert!(page.more(), "there may be another page at once");
    }
}

#[tokio::test]
async fn texts_without_names_are_named_by_their_page() {
    let mut nameless = theirs("");
    nameless["moKey"] = json!(null);
    let list = || page(json!([nameless, nameless]));
    let keys = |page: &InboundPage| -> Vec<String> {
        let key = |item: &InboundItem| match item {
            InboundItem::Text(text) => text.key.clone(),
            InboundItem::Unreadable { .. } => panic!(),
        };
        page.items.iter().map(key).collect()
    };
    let (first, again) = (keys(&read(list()).await), keys(&read(list()).await));
    assert_ne!(first[0], first[1], "two alike in one second are two");
    assert_eq!(first, again, "the same page told twice is one");
    let other = keys(&read(page(json!([nameless, theirs("B")]))).await);
    assert!(!first.contains(&other[0]));
}

#[tokio::test]
async fn nothing_that_came_is_lost() {
    let mut timeless = theirs("A");
    timeless["moRecvDt"] = json!("soon");
    let page_of_two = read(page(json!([timeless, theirs("B")]))).await;
    assert!(matches!(page_of_two.items.as_slice(), [InboundItem::Unreadable { .. }, InboundItem::Text(_)]));
    let cut = json!({ "code": "10000", "data": { "moLst": [theirs("C")] } }).to_string().into_bytes();
    for answer in [
        Ok((200, cut[..80].to_vec())),
        Err(Broken::Truncated(Bytes::copy_from_slice(&cut[..80]))),
        fine(json!({ "moLst": 7 })),
    ] {
        let page = read(answer).await;
        assert!(matches!(page.items.as_slice(), [InboundItem::Unreadable { .. }]), "{:?}", page.items);
    }
    // An error that brings texts along brings texts.
    let odd = said(500, json!({ "code": "29999", "data": { "moLst": [theirs("D")] } }));
    assert_eq!(read(odd).await.items.len(), 1);
    for (answer, kind) in [
        (refused(400, "29002"), ErrorKind::RateLimited),
        (said(500, json!({})), ErrorKind::Ambiguous),
        (said(503, json!({})), ErrorKind::Transient),
        (refused(401, "29025"), ErrorKind::Config),
        (Err(Broken::Reset), ErrorKind::Ambiguous),
    ] {
        let error = driver(vec![answer]).0.poll_inbound(&Cursor::starting_at(NOW)).await.unwrap_err();
        assert_eq!(error.kind, kind);
    }
}

#[tokio::test]
async fn an_empty_answer_is_followed_by_ten_seconds_of_silence() {
    let (msghub, seen, now) = driver_at(vec![logged_in("T1"), page(json!([])), fine(json!(null))]);
    for _ in 0..3 {
        assert!(msghub.poll_inbound(&Cursor::starting_at(NOW)).await.unwrap().items.is_empty());
    }
    assert_eq!(then(&seen), ["GET /mo/v1/msg"]);
    *now.lock().unwrap() += QUIET_MS;
    msghub.poll_inbound(&Cursor::starting_at(NOW)).await.unwrap();
    assert_eq!(then(&seen).len(), 2);
}

#[tokio::test]
async fn photos_come_with_their_addresses() {
    let mut mms = theirs("A");
    mms["moMsg"] = json!(null);
    mms["moTitle"] = json!("제목없음");
    mms["contentInfoLst"] = json!([{ "contentName": "F_0.jpg", "contentSize": "94254", "contentExt": "jpg",
                                     "contentUrl": "https://files.example.kr/one-shot" }]);
    let page_of_one = read(page(json!([mms]))).await;
    let InboundItem::Text(text) = &page_of_one.items[0] else { panic!() };
    assert_eq!(text.text.reveal(), "");
    assert_eq!(
        (text.media[0].handle.as_str(), text.media[0].n_bytes),
        ("https://files.example.kr/one-shot", Some(94_254))
    );
    let mut titled = theirs("B");
    titled["moTitle"] = json!("도와주세요");
    let InboundItem::Text(text) = &read(page(json!([titled]))).await.items[0] else { panic!() };
    assert_eq!(text.text.reveal(), "도와주세요\n안녕하세요", "a title is part of what they wrote");

    let (http, seen) =
        client(vec![Ok((200, b"jpeg".to_vec())), said(404, json!({}))], &[("content-type", "image/jpeg")]);
    let msghub = Msghub::new(config(), http.clone(), http, Arc::new(|| NOW));
    let media = page_of_one.items.iter().find_map(|i| match i {
        InboundItem::Text(text) => text.media.first(),
        InboundItem::Unreadable { .. } => None,
    });
    let photo = msghub.fetch_media(media.unwrap(), 100).await.unwrap();
    assert_eq!((&photo.bytes[..], photo.content_type.as_deref()), (&b"jpeg"[..], Some("image/jpeg")));
    assert!(
        seen.lock().unwrap()[0].headers().get("authorization").is_none(),
        "our token stays with the carrier"
    );
    assert_eq!(msghub.fetch_media(media.unwrap(), 100).await.err().unwrap().kind, ErrorKind::Permanent);
}

fn called(url: &str, body: &Value) -> std::result::Result<Pushed, PushRefused> {
    let url = Url::parse(url).unwrap();
    let (headers, body) = (HeaderMap::new(), Bytes::from(body.to_string()));
    driver(vec![]).0.push(&PushCall {
        method: &Method::POST,
        url: &url,
        headers: &headers,
        body: &body,
        signed: None,
        now: NOW,
    })
}

#[tokio::test]
async fn a_text_is_the_same_whether_told_or_asked_for() {
    let door = "https://gw.example.kr/push/msghub?token=TOKEN77";
    let told = called(door, &json!({ "moCnt": 1, "moLst": [theirs("A")] })).unwrap();
    assert_eq!(told.texts, read(page(json!([theirs("A")]))).await.items);
    assert_eq!(told.answer.body, r#"{"code":"10000","message":"success"}"#);
    let reports = called(
        door,
        &json!({ "rptCnt": 1, "rptLst": [{ "cliKey": KEY, "msgKey": "M", "resultCode": "10000" }] }),
    );
    assert_eq!(reports.unwrap().receipts.len(), 1);
    assert_eq!(called(door, &json!({ "x": 1 })).unwrap_err(), PushRefused::Unreadable);
    for door in [
        "https://gw.example.kr/push/msghub",
        "https://gw.example.kr/push/msghub?token=",
        "https://gw.example.kr/push/msghub?token=TOKEN78",
        "https://gw.example.kr/push/msghub?token=TOKEN77&token=TOKEN77",
    ] {
        assert_eq!(
            called(door, &json!({ "moLst": [theirs("A")] })).unwrap_err(),
            PushRefused::NotSigned,
            "{door}"
        );
    }
}

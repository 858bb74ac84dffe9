//! Reading: citizens' texts, what was sent, reports.

use super::*;

#[tokio::test(start_paused = true)]
async fn texts_are_listed_newest_first_as_often_as_asked() {
    let sim = sim();
    let key = sim.text(CITIZEN, "안녕하세요");
    pass(1_000).await;
    sim.text("01099998888", "둘");
    for _ in 0..2 {
        let page = listed(&sim).await;
        assert_eq!(page.contents(), ["둘", "안녕하세요"]);
        let first = &page.messages()[1];
        assert_eq!((&first["msgKey"], &first["originator"]), (&json!(key), &json!(CITIZEN)));
        assert_eq!(
            (&first["occurredTime"], &first["to"]),
            (&json!("2026-04-23T14:11:01+09:00"), &json!(OURS))
        );
        assert_eq!(page.data()["hasNext"], false);
    }
    assert_eq!(sim.ledger().texts[0].n_served, 2);
}

#[tokio::test(start_paused = true)]
async fn pages_reach_every_text_once_while_new_ones_come() {
    let sim = sim();
    sim.texts((0..25).map(|n| (CITIZEN, n.to_string())));
    let (mut seen, mut seq) = (Vec::new(), String::new());
    loop {
        let path = format!("message/history/mo?occurredTime=2026-04-23T14:11:01%2B09:00&limit=10{seq}");
        let page = get(&sim, &path).await;
        seen.extend(page.contents().into_iter().map(str::to_owned));
        sim.text(CITIZEN, "new");
        if page.data()["hasNext"] == false {
            break;
        }
        seq = format!("&lastSeq={}", page.data()["lastSeq"]);
    }
    let expected: Vec<String> = (0..25).rev().map(|n| n.to_string()).collect();
    assert_eq!(seen, expected);
}

#[tokio::test(start_paused = true)]
async fn occurred_time_is_the_lower_bound_in_whole_seconds() {
    let sim = sim();
    for n in 0..4 {
        sim.text(CITIZEN, &n.to_string());
        pass(400).await;
    }
    let since = |time: &str| format!("message/history/mo?occurredTime={time}");
    assert_eq!(get(&sim, &since("2026-04-23T14:11:02%2B09:00")).await.contents(), ["3"]);
    assert_eq!(get(&sim, &since("2026-04-23T05:11:01Z")).await.contents(), ["3", "2", "1", "0"]);
}

#[tokio::test(start_paused = true)]
async fn filters() {
    let sim = sim();
    sim.text(CITIZEN, "하나");
    sim.text("01099998888", "둘");
    let list = |more: &str| format!("message/history/mo?occurredTime=2026-04-23T14:11:01%2B09:00{more}");
    assert_eq!(get(&sim, &list("&to=062120")).await.contents().len(), 2);
    assert!(get(&sim, &list("&to=15441234")).await.contents().is_empty());
    assert_eq!(get(&sim, &list("&from=01012345678")).await.contents(), ["하나"]);
}

#[tokio::test(start_paused = true)]
async fn queries_that_are_not_in_order() {
    let sim = sim();
    let fine = "occurredTime=2026-04-23T14:11:01%2B09:00";
    for query in [
        String::new(),
        "occurredTime=".into(),
        "occurredTime=2026-04-23T14:11:01".into(),
        // A `+` that was not escaped is a space.
        "occurredTime=2026-04-23T14:11:01+09:00".into(),
        format!("{fine}&limit=0"),
        format!("{fine}&limit=1001"),
        format!("{fine}&limit=x"),
        format!("{fine}&lastSeq=-1"),
    ] {
        let said = get(&sim, &format!("message/history/mo?{query}")).await;
        assert_eq!(said.codes(), (400, "A400", ""), "{query}");
    }
    for query in ["", "requestTime=2026-04-23", "requestTime=2026-04-23T14:11:01%2B09:00"] {
        assert_eq!(get(&sim, &format!("message/history?{query}")).await.status, 400, "{query}");
    }
}

#[tokio::test(start_paused = true)]
async fn one_text_by_its_key() {
    let sim = sim();
    let key = sim.text(CITIZEN, "하나");
    sim.text(CITIZEN, "둘 #sim-key");
    let found = get(&sim, &format!("message/inquiry/mo/msgKey/{key}")).await;
    assert_eq!(found.contents(), ["하나", "둘 #sim-key"]);
    assert_eq!(get(&sim, "message/inquiry/mo/msgKey/NONE").await.codes(), (400, "A000", "A820"));
}

#[tokio::test(start_paused = true)]
async fn what_was_sent_is_listed_with_its_reference() {
    let sim = sim();
    send(&sim, &order(CITIZEN, "k1")).await;
    pass(1_000).await;
    send(&sim, &order(CITIZEN, "k2")).await;
    let list = |more: &str| format!("message/history?requestTime=2026-04-23T14:11:01{more}");
    let page = get(&sim, &list("&serviceType=SMS,MMS&limit=1")).await;
    assert_eq!((&page.messages()[0]["ref"], &page.data()["hasNext"]), (&json!("k2"), &json!(true)));
    assert!(page.messages()[0].get("reportCode").is_none(), "no report yet");
    let next = get(&sim, &list(&format!("&lastSeq={}", page.data()["lastSeq"]))).await;
    assert_eq!(
        (&next.messages()[0]["ref"], &next.messages()[0]["reportCode"]),
        (&json!("k1"), &json!("10000"))
    );
    assert_eq!(get(&sim, &list("&serviceType=MMS")).await.messages().len(), 0);
    let later = get(&sim, "message/history?requestTime=2026-04-23T14:11:02").await;
    assert_eq!(later.messages().len(), 1);
}

#[tokio::test(start_paused = true)]
async fn one_message_and_its_report() {
    let sim = sim();
    let said = send(&sim, &order(CITIZEN, "k1")).await;
    let key = said.data()["destinations"][0]["msgKey"].as_str().unwrap().to_owned();
    let message = get(&sim, &format!("message/inquiry/msgKey/{key}")).await;
    assert!(message.messages()[0].get("reportCode").is_none());
    let report = format!("report/inquiry/{key}");
    assert_eq!(get(&sim, &report).await.codes(), (400, "A000", "A820"), "not yet");
    pass(100).await;
    assert_eq!(codes_of(&get(&sim, &report).await), ["10000"]);
    let message = get(&sim, &format!("message/inquiry/msgKey/{key}")).await;
    assert_eq!(message.messages()[0]["reportCode"], "10000");
    pass(31 * 24 * 3_600_000).await;
    assert_eq!(get(&sim, &report).await.codes().2, "A820", "kept for 30 days");
}

#[tokio::test(start_paused = true)]
async fn a_batch_of_reports_comes_again_until_it_is_acked() {
    let sim = sim();
    let empty = poll(&sim).await;
    assert_eq!((&empty.data()["reportId"], &empty.data()["report"]), (&json!(""), &Value::Null));
    send(&sim, &order(CITIZEN, "k1")).await;
    assert_eq!(poll(&sim).await.data()["reportId"], "", "not yet");
    pass(100).await;
    let first = poll(&sim).await;
    send(&sim, &order(CITIZEN, "k2")).await;
    pass(100).await;
    let again = poll(&sim).await;
    assert_eq!(first.data(), again.data(), "the same, although more are ready");
    let id = first.data()["reportId"].as_str().unwrap();
    assert_eq!(ack(&sim, "R0").await.codes(), (403, "A000", "A802"));
    assert_eq!(ack(&sim, id).await.codes(), (200, "A000", "A000"));
    assert_eq!(ack(&sim, id).await.codes(), (403, "A000", "A802"), "acked already");
    let next = poll(&sim).await;
    assert_eq!(next.data()["report"][0]["ref"], "k2");
    let ledger = sim.ledger();
    assert_eq!((ledger.messages[0].acked_at, ledger.messages[1].acked_at), (Some(START_MS + 200), None));
}

#[tokio::test(start_paused = true)]
async fn a_batch_holds_a_thousand() {
    let sim = sim();
    for n in 0..1_001 {
        send(&sim, &order(CITIZEN, &format!("k{n}"))).await;
    }
    pass(200).await;
    let first = poll(&sim).await;
    assert_eq!(codes_of(&first).len(), 1_000);
    ack(&sim, first.data()["reportId"].as_str().unwrap()).await;
    assert_eq!(codes_of(&poll(&sim).await).len(), 1);
}

//! Lists, claims, closing, status.

use super::*;

#[tokio::test(start_paused = true)]
async fn lists() {
    let desk = Desk::open();
    let token = desk.token("minsu").await;
    for n in 0..5 {
        desk.text_in(&format!("0101234567{n}"), &format!("{n}번\n질문")).await;
        desk.pass(1_000).await;
    }
    let next = desk.post("/v1/conversations/next", &token, json!({})).await.expect(200);
    assert_eq!((&next["id"], &next["state"]), (&json!(1), &json!("active")));
    assert_eq!(next["claimed_by"]["login"], "minsu");
    assert_eq!(next["messages"][0]["text"], "0번\n질문");

    let table = [
        ("", vec![2, 3, 4, 5], 4),
        ("?state=waiting&limit=2", vec![2, 3], 4),
        ("?state=active", vec![1], 1),
        ("?state=answered", vec![], 0),
        ("?state=closed", vec![], 0),
        ("?state=open&limit=200", vec![1, 2, 3, 4, 5], 5),
        ("?state=mine", vec![1], 1),
    ];
    for (query, ids, n_total) in table {
        let list = desk.get(&format!("/v1/conversations{query}"), &token).await.expect(200);
        let found = list["conversations"].as_array().expect("a list").iter();
        assert_eq!(found.map(|c| c["id"].as_i64().expect("id")).collect::<Vec<_>>(), ids, "{query}");
        assert_eq!(list["n_total"], n_total, "{query}");
    }
    let list = desk.get("/v1/conversations?limit=1", &token).await.expect(200);
    assert_eq!(list["conversations"][0]["preview"], "1번 질문");
    assert_eq!(list["conversations"][0]["citizen"], "010-****-5671");
    let mut seen = Vec::new();
    let mut after = String::new();
    loop {
        let page =
            desk.get(&format!("/v1/conversations?state=open&limit=2{after}"), &token).await.expect(200);
        seen.extend(page["conversations"].as_array().expect("a list").iter().map(|c| c["id"].clone()));
        assert_eq!(page["n_total"], 5);
        let Some(next) = page["next"].as_str() else { break };
        after = format!("&after={next}");
    }
    assert_eq!(seen, [1, 2, 3, 4, 5].map(|id| json!(id)));
    let name = list["conversations"][0]["citizen_name"].as_str().expect("a name");
    assert!(name.len() == 4 && name.bytes().all(|b| b.is_ascii_alphanumeric()), "{name}");
    for query in [
        "state=deleted",
        "limit=0",
        "limit=201",
        "limit=x",
        "limit=",
        "state=",
        "after=x",
        "state=open&after=waiting.0.1.2",
    ] {
        desk.get(&format!("/v1/conversations?{query}"), &token).await.refused("bad_request");
    }
}

#[tokio::test(start_paused = true)]
async fn claiming_is_won_by_one() {
    let desk = Desk::open();
    let (minsu, jia) = (desk.token("minsu").await, desk.token("jia").await);
    desk.text_in(CITIZEN, "도와주세요").await;
    desk.post("/v1/conversations/1/claim", &minsu, json!({})).await.expect(200);
    desk.post("/v1/conversations/1/claim", &minsu, json!({})).await.expect(200);
    let lost = desk.post("/v1/conversations/1/claim", &jia, json!({})).await.refused("claimed_by_other");
    assert_eq!(lost["claimed_by"]["name"], "상담사 minsu");
    desk.post("/v1/conversations/1/release", &jia, json!({})).await.refused("claimed_by_other");
    desk.post("/v1/conversations/1/close", &jia, json!({"last_seen": 1})).await.refused("claimed_by_other");
    desk.post("/v1/conversations/next", &jia, json!({})).await.refused("nobody_waits");

    desk.post("/v1/conversations/1/release", &minsu, json!({})).await.expect(204);
    desk.post("/v1/conversations/1/release", &minsu, json!({})).await.refused("not_claimed");
    let next = desk.post("/v1/conversations/next", &jia, json!({})).await.expect(200);
    assert_eq!(next["claimed_by"]["login"], "jia");
}

#[tokio::test(start_paused = true)]
async fn closing() {
    let desk = Desk::open();
    let token = desk.one_active().await;
    desk.text_in(CITIZEN, "아직이요").await;
    let close = "/v1/conversations/1/close";
    let refused = desk.post(close, &token, json!({"last_seen": 1})).await.refused("newer_texts");
    assert_eq!(refused["newer"][0]["text"], "아직이요");
    assert_eq!(refused["newer"].as_array().map(Vec::len), Some(1));
    let long = json!({"last_seen": 2, "reason": "가".repeat(201)});
    assert!(
        desk.post(close, &token, long).await.refused("bad_request")["detail"].to_string().contains("reason")
    );

    let body = json!({"last_seen": 2, "reason": " 해결\u{7}됨 ", "unanswered": true});
    desk.post(close, &token, body).await.expect(204);
    let closed = desk.get("/v1/conversations/1", &token).await.expect(200);
    assert_eq!((&closed["state"], &closed["close_reason"]), (&json!("closed"), &json!("해결됨")));
    for (path, body) in [("claim", json!({})), ("release", json!({})), ("close", json!({"last_seen": 2}))] {
        desk.post(&format!("/v1/conversations/1/{path}"), &token, body).await.refused("closed");
    }
}

/// A close without what was seen was once taken as "close anyway".
#[tokio::test(start_paused = true)]
async fn closing_must_say_what_was_seen() {
    let desk = Desk::open();
    let token = desk.one_active().await;
    let close = "/v1/conversations/1/close";
    let bare = request("POST", close, &token).body(Body::empty()).expect("a request");
    let refused = desk.send(bare).await.refused("bad_request");
    assert!(refused["detail"].to_string().contains("last_seen"), "{refused}");
    for body in [json!({"force": true}), json!({"last_seen": null})] {
        desk.post(close, &token, body).await.refused("bad_request");
    }
    desk.text_in(CITIZEN, "아직이요").await;
    desk.post(close, &token, json!({"last_seen": 1})).await.refused("newer_texts");
    desk.post(close, &token, json!({"last_seen": 1, "force": true, "unanswered": true})).await.expect(204);
}

#[tokio::test(start_paused = true)]
async fn what_is_not_there() {
    let desk = Desk::open();
    let token = desk.token("minsu").await;
    desk.get("/v1/conversations/77", &token).await.refused("not_found");
    for (verb, body) in [("claim", json!({})), ("release", json!({})), ("close", json!({"last_seen": 1}))] {
        desk.post(&format!("/v1/conversations/77/{verb}"), &token, body).await.refused("not_found");
    }
    for id in ["x", "1.0", "9223372036854775808"] {
        desk.get(&format!("/v1/conversations/{id}"), &token).await.refused("bad_request");
    }
}

#[tokio::test(start_paused = true)]
async fn status_counts() {
    let desk = Desk::open();
    let token = desk.one_active().await;
    desk.text_in("010-9999-0000", "저도요").await;
    let status = desk.get("/v1/status", &token).await.expect(200);
    assert_eq!(status["version"], "1.2.3");
    assert_eq!((&status["counts"]["n_waiting"], &status["counts"]["n_active"]), (&json!(1), &json!(1)));
    assert_eq!(status["counts"]["oldest_waiting_since_at"], desk.now());
    assert_eq!(status["now_at"], desk.now());
}

/// A page cannot read keys of another keyboard by itself.
#[tokio::test]
async fn a_text_says_how_it_was_read_where_it_was_typed_on_another_keyboard() {
    let desk = Desk::open();
    let token = desk.token("minsu").await;
    for (n, (typed, meant)) in
        [("qjtm djswp dhkdy", json!("버스 언제 와요")), ("버스 언제 와요", Value::Null)]
            .into_iter()
            .enumerate()
    {
        let id = desk.text_in(&format!("0101234567{n}"), typed).await;
        let shown = desk.get(&format!("/v1/conversations/{id}"), &token).await.expect(200);
        let text = &shown["messages"][0];
        assert_eq!((&text["text"], &text["typed_as"]), (&json!(typed), &meant));
    }
}

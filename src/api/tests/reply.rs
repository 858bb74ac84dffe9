//! The send guard, keys, and texts that cannot be sent.

use super::*;

fn text(words: &str) -> Value {
    json!({"text": words, "last_seen": 1})
}

#[tokio::test(start_paused = true)]
async fn an_answer_is_written_once_however_often_it_is_asked_for() {
    let desk = Desk::open();
    let token = desk.one_active().await;
    let body = text("곧 갑니다\r\n");
    let asked = (0..16).map(|_| desk.reply(1, &token, "key-1", body.clone()));
    let answers = futures_util::future::join_all(asked).await;
    let n_new = answers.iter().filter(|a| a.status == 201).count();
    assert_eq!((n_new, answers.iter().filter(|a| a.status == 200).count()), (1, 15));
    for answer in answers {
        let json = answer.json();
        assert_eq!(json["repeated"], answer.status == 200);
        assert_eq!((&json["reply_id"], &json["n_bytes"]), (&json!(1), &json!(9)));
        assert_eq!(json["messages"][0]["text"], "곧 갑니다");
        assert_eq!(json["messages"][0]["author"]["login"], "minsu");
        assert_eq!(json["messages"][0]["kind"], "sms");
    }
    let detail = desk.get("/v1/conversations/1", &token).await.expect(200);
    assert_eq!((&detail["state"], &detail["n_messages"]), (&json!("answered"), &json!(2)));

    // After everything else has changed, too.
    desk.text_in(CITIZEN, "고마워요").await;
    desk.post("/v1/conversations/1/close", &token, json!({"last_seen": 2, "unanswered": true}))
        .await
        .expect(204);
    assert_eq!(desk.reply(1, &token, "key-1", body).await.expect(200)["repeated"], true);
    desk.reply(1, &token, "key-1", text("다른 말")).await.refused("key_reused");
}

/// Keys are made by each program for itself: two programs of one person share none.
#[tokio::test(start_paused = true)]
async fn the_same_words_under_another_key_are_no_second_answer() {
    let desk = Desk::open();
    let token = desk.one_active().await;
    desk.pass(1_000).await;
    let first = desk.reply(1, &token, "a", text("네")).await.expect(201);
    assert_eq!(first["same_words"], Value::Null);
    let mut more = text("네\r\n");
    more["category"] = json!("버스");
    let same = desk.reply(1, &token, "b", more).await.expect(200);
    assert_eq!((&same["reply_id"], &same["repeated"]), (&first["reply_id"], &json!(true)));
    assert_eq!((&same["same_words"], &same["messages"]), (&json!(true), &first["messages"]));
    assert_eq!((&first["earlier"], &same["earlier"]), (&Value::Null, &json!("waiting")));
    let detail = desk.get("/v1/conversations/1", &token).await.expect(200);
    assert_eq!((&detail["category"], &detail["n_messages"]), (&Value::Null, &json!(2)));

    let mut again = text("네");
    again["again"] = json!(true);
    desk.reply(1, &token, "a", again.clone()).await.refused("key_reused");
    let second = desk.reply(1, &token, "c", again.clone()).await.expect(201);
    assert_ne!(second["reply_id"], first["reply_id"]);
    assert_eq!(desk.reply(1, &token, "c", again).await.expect(200)["same_words"], Value::Null);

    desk.pass(1_000).await;
    desk.text_in(CITIZEN, "정말요?").await;
    desk.pass(1_000).await;
    desk.reply(1, &token, "d", json!({"text": "네", "last_seen": 2})).await.expect(201);
}

#[tokio::test(start_paused = true)]
async fn each_guard_refuses_in_its_own_words() {
    let desk = Desk::open();
    let minsu = desk.one_active().await;
    let jia = desk.token("jia").await;
    let other = desk.reply(1, &jia, "a", text("네")).await.refused("claimed_by_other");
    assert_eq!(other["claimed_by"]["login"], "minsu");

    desk.text_in(CITIZEN, "급해요").await;
    desk.text_in(CITIZEN, "빨리요").await;
    let newer = desk.reply(1, &minsu, "b", text("네")).await.refused("newer_texts");
    assert_eq!(newer["newer"][0]["text"], "급해요");
    assert_eq!(newer["newer"][1]["id"], 3);
    let forced = json!({"text": "네", "last_seen": 1, "force": true});
    desk.reply(1, &minsu, "b", forced).await.expect(201);

    desk.post("/v1/conversations/1/release", &minsu, json!({})).await.expect(204);
    desk.reply(1, &minsu, "c", text("네")).await.refused("not_claimed");
    desk.post("/v1/conversations/1/claim", &minsu, json!({})).await.expect(200);
    desk.post("/v1/conversations/1/close", &minsu, json!({"last_seen": 3})).await.expect(204);
    desk.reply(1, &minsu, "d", text("네")).await.refused("closed");
    desk.reply(5, &minsu, "e", text("네")).await.refused("not_found");
    assert_eq!(desk.store.balance().await.expect("a balance").n_replies, 1);
}

#[tokio::test(start_paused = true)]
async fn texts_that_cannot_be_sent() {
    let desk = Desk::open();
    let token = desk.one_active().await;
    desk.reply(1, &token, "a", text(" \r\n\t")).await.refused("empty_text");
    let strange = desk.reply(1, &token, "b", text("커피 ☕ 😀☕")).await.refused("unencodable");
    assert_eq!(strange["characters"], json!(["☕", "😀"]));
    assert_eq!(strange["offer"]["text"], "커피 (차) (웃음)(차)");
    assert_eq!(strange["offer"]["replaced"][0], json!({ "character": "☕", "word": "(차)" }));
    desk.reply(1, &token, "c", text(&"가나다 ".repeat(4_000))).await.refused("too_long");
    desk.reply(1, &token, "d", text(&"가".repeat(100_000))).await.refused("body_too_large");
    assert_eq!(desk.store.balance().await.expect("a balance").n_replies, 0);

    let long = desk.reply(1, &token, "e", text(&"가나다라 ".repeat(300))).await.expect(201);
    assert_eq!(long["messages"].as_array().map(Vec::len), Some(2));
    assert_eq!(long["messages"][1]["kind"], "lms");
}

#[tokio::test(start_paused = true)]
async fn the_carriers_limits_are_read_each_time() {
    let desk = Desk::open();
    let token = desk.one_active().await;
    let limits = Limits { lms: 120, ..Limits::KOREAN };
    desk.settings.send_replace(Arc::new(ApiSettings { limits, ..settings(0) }));
    desk.reply(1, &token, "a", text(&"가나다 ".repeat(400))).await.refused("too_long");
}

#[tokio::test(start_paused = true)]
async fn a_reply_is_measured_as_its_carrier_counts() {
    let desk = Desk::open();
    let token = desk.one_active().await;
    let korean = desk.reply(1, &token, "a", text(&"가".repeat(46))).await.expect(201);
    assert_eq!(
        korean["size"],
        json!({ "kind": "lms", "n": 92, "most": 2_000, "unit": "bytes", "n_parts": 1 })
    );
    assert_eq!(desk.reply(1, &token, "a", text(&"가".repeat(46))).await.expect(200)["size"], Value::Null);
    let limits = Limits { charset: Charset::Gsm7Ucs2, sms: 1, lms: 3 };
    desk.settings.send_replace(Arc::new(ApiSettings { limits, ..settings(0) }));
    for (key, words, size) in [
        (
            "b",
            "☕ 한 잔".to_owned(),
            json!({ "kind": "sms", "n": 1, "most": 1, "unit": "segments", "n_parts": 1 }),
        ),
        ("c", "가".repeat(71), json!({ "kind": "lms", "n": 2, "most": 3, "unit": "segments", "n_parts": 1 })),
        (
            "d",
            "가나다 ".repeat(60),
            json!({ "kind": "lms", "n": 4, "most": 3, "unit": "segments", "n_parts": 2 }),
        ),
    ] {
        let said = desk.reply(1, &token, key, text(&words)).await.expect(201);
        assert_eq!(said["size"], size, "{words}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_key_is_needed_and_must_be_plain() {
    let desk = Desk::open();
    let token = desk.one_active().await;
    for key in ["", "two words", "키", &"k".repeat(129)] {
        let refused = desk.reply(1, &token, key, text("네")).await.refused("bad_request");
        assert!(refused["detail"].to_string().contains("Idempotency-Key"), "{refused}");
    }
    desk.reply(1, &token, &"k".repeat(128), text("네")).await.expect(201);
}

#[tokio::test(start_paused = true)]
async fn a_key_belongs_to_its_counselor() {
    let desk = Desk::open();
    let minsu = desk.one_active().await;
    desk.reply(1, &minsu, "same", text("네")).await.expect(201);
    desk.post("/v1/conversations/1/release", &minsu, json!({})).await.expect(204);
    let jia = desk.token("jia").await;
    desk.post("/v1/conversations/1/claim", &jia, json!({})).await.expect(200);
    assert_eq!(desk.reply(1, &jia, "same", text("네")).await.expect(201)["repeated"], false);
}

/// A reload once refused a retry of an answer that had been written.
#[tokio::test(start_paused = true)]
async fn an_answer_written_before_is_given_although_it_could_not_be_written_today() {
    let desk = Desk::open();
    let token = desk.one_active().await;
    let due_at = desk.now() + 60_000;
    let mut body = text(&"가나다 ".repeat(60));
    body["promise_due_at"] = json!(due_at);
    body["category"] = json!("버스");
    let first = desk.reply(1, &token, "a", body.clone()).await.expect(201);
    let limits = Limits { lms: 120, sms: 90, ..Limits::KOREAN };
    let categories = crate::domain::catalogue::Categories { version: "2".into(), groups: Vec::new() };
    desk.settings.send_replace(Arc::new(ApiSettings { limits, categories, ..settings(0) }));
    desk.pass(120_000).await;
    let again = desk.reply(1, &token, "a", body.clone()).await.expect(200);
    assert_eq!((&again["repeated"], &again["reply_id"]), (&json!(true), &first["reply_id"]));
    assert_eq!(again["n_bytes"], first["n_bytes"]);
    desk.reply(1, &token, "b", body).await.refused("bad_request");
    assert_eq!(desk.store.balance().await.expect("a balance").n_replies, 1);
}

#[tokio::test(start_paused = true)]
async fn promise_and_category_belong_to_the_request() {
    let desk = Desk::open();
    let token = desk.one_active().await;
    let with = |field: &str, value: Value| {
        let mut body = text("네");
        body[field] = value;
        body
    };
    let month = 30 * 24 * 3_600_000;
    for due_at in [desk.now(), desk.now() - 1, desk.now() + month + 1] {
        let refused = desk.reply(1, &token, "a", with("promise_due_at", json!(due_at))).await;
        assert!(refused.refused("bad_request")["detail"].to_string().contains("promise_due_at"));
    }
    desk.reply(1, &token, "a", with("category", json!("달나라"))).await.refused("no_such_category");
    assert_eq!(desk.store.balance().await.expect("a balance").n_replies, 0);

    let due_at = json!(desk.now() + month);
    desk.reply(1, &token, "a", with("promise_due_at", due_at.clone())).await.expect(201);
    desk.reply(1, &token, "a", with("promise_due_at", due_at.clone())).await.expect(200);
    assert_eq!(desk.get("/v1/conversations/1", &token).await.expect(200)["promise_due_at"], due_at);
    desk.reply(1, &token, "a", text("네")).await.refused("key_reused");
    desk.reply(1, &token, "b", with("category", json!("버스"))).await.expect(201);
    desk.reply(1, &token, "b", text("네")).await.refused("key_reused");
    let after = desk.get("/v1/conversations/1", &token).await.expect(200);
    assert!(after["category"].as_str().is_some_and(|category| category.contains("버스")), "{after}");
    assert_eq!(after["promise_due_at"], Value::Null, "an answer keeps the promise");
}

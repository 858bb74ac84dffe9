//! Drafts, the hold before an answer leaves, and what a close asks for.

use super::*;

const DRAFT: &str = "/v1/conversations/1/draft";

impl Desk {
    async fn delete(&self, path: &str, token: &str) -> Reply {
        self.send(request("DELETE", path, token).body(Body::empty()).expect("a request")).await
    }

    async fn keyed(&self, path: &str, token: &str, key: &str, body: Value) -> Reply {
        let request = request("POST", path, token).header("idempotency-key", key);
        self.send(request.body(Body::from(body.to_string())).expect("a request")).await
    }

    /// Answers are held back for ten seconds.
    fn hold(&self) {
        self.settings.send_replace(Arc::new(settings(10_000)));
    }
}

fn draft(text: &str) -> Value {
    json!({"text": text, "based_on": 1})
}

#[tokio::test(start_paused = true)]
async fn a_draft_is_its_writers_alone_and_others_see_that_somebody_writes() {
    let desk = Desk::open();
    let minsu = desk.one_active().await;
    let jia = desk.token("jia").await;
    desk.get(DRAFT, &minsu).await.refused("not_found");
    desk.put(DRAFT, &minsu, draft("62번이")).await.expect(204);
    desk.pass(1_000).await;
    desk.put(DRAFT, &minsu, draft("62번이 5분 뒤에")).await.expect(204);
    let kept = desk.get(DRAFT, &minsu).await.expect(200);
    assert_eq!(
        (&kept["text"], &kept["has_newer"], &kept["origin"]),
        (&json!("62번이 5분 뒤에"), &json!(false), &json!(null))
    );
    assert_eq!(desk.get("/v1/drafts", &minsu).await.expect(200)["drafts"].as_array().map(Vec::len), Some(1));
    desk.get(DRAFT, &jia).await.refused("not_found");
    let seen = desk.get("/v1/conversations/1", &jia).await;
    assert!(!seen.body.contains("62번"), "{}", seen.body);
    let seen = seen.expect(200);
    assert_eq!(
        (&seen["writing"][0]["login"], &seen["writing"][0]["since"]),
        (&json!("minsu"), &kept["begun_at"])
    );
    assert_eq!(desk.get("/v1/conversations/1", &minsu).await.expect(200)["writing"], json!([]));
    desk.text_in(CITIZEN, "아직이요").await;
    assert_eq!(desk.get(DRAFT, &minsu).await.expect(200)["has_newer"], true);
    desk.pass(120_000).await;
    assert_eq!(desk.get("/v1/conversations/1", &jia).await.expect(200)["writing"], json!([]), "not any more");
    desk.delete(DRAFT, &minsu).await.expect(204);
    desk.get(DRAFT, &minsu).await.refused("not_found");
}

/// Two programs of one person keep the same draft.
#[tokio::test(start_paused = true)]
async fn a_draft_that_was_not_seen_is_not_overwritten() {
    let desk = Desk::open();
    let minsu = desk.one_active().await;
    let over = |seen: &str, text: &str| json!({"text": text, "based_on": 1, "replaces": seen});
    desk.put(DRAFT, &minsu, over("", "하나")).await.expect(204);
    desk.put(DRAFT, &minsu, over("하나", "하나 둘")).await.expect(204);
    for late in ["하나 셋", ""] {
        let refused = desk.put(DRAFT, &minsu, over("하나", late)).await.refused("draft_changed");
        assert_eq!(refused["draft"], "하나 둘", "{late}");
    }
    desk.put(DRAFT, &minsu, over("하나", "하나 둘\n")).await.expect(204);
    desk.put(DRAFT, &minsu, over("하나 둘", "")).await.expect(204);
    // Thrown away: it does not come back by a program that has not seen that.
    let gone = desk.put(DRAFT, &minsu, over("하나 둘", "하나 둘")).await.refused("draft_changed");
    assert_eq!(gone["draft"], Value::Null);
    desk.put(DRAFT, &minsu, over("하나 둘", "")).await.expect(204);
    desk.get(DRAFT, &minsu).await.refused("not_found");
    // Who names nothing replaces whatever is there.
    desk.put(DRAFT, &minsu, draft("셋")).await.expect(204);
    desk.put(DRAFT, &minsu, draft("넷")).await.expect(204);
}

#[tokio::test(start_paused = true)]
async fn a_draft_goes_with_its_answer_and_with_the_close() {
    let desk = Desk::open();
    let minsu = desk.one_active().await;
    let jia = desk.token("jia").await;
    desk.put(DRAFT, &minsu, draft("하나")).await.expect(204);
    let other = json!({"text": "잠시만요", "last_seen": 1, "keep_draft": true});
    desk.reply(1, &minsu, "a", other).await.expect(201);
    assert_eq!(desk.get(DRAFT, &minsu).await.expect(200)["text"], "하나", "other words");
    desk.reply(1, &minsu, "b", json!({"text": "하나", "last_seen": 1, "keep_draft": true})).await.expect(201);
    desk.get(DRAFT, &minsu).await.refused("not_found");
    desk.put(DRAFT, &minsu, draft("둘")).await.expect(204);
    desk.reply(1, &minsu, "c", json!({"text": "셋", "last_seen": 1})).await.expect(201);
    desk.get(DRAFT, &minsu).await.refused("not_found");
    desk.put(DRAFT, &jia, draft("넷")).await.expect(204);
    desk.post("/v1/conversations/1/close", &minsu, json!({"last_seen": 1})).await.expect(204);
    desk.get(DRAFT, &jia).await.refused("not_found");
    desk.put(DRAFT, &jia, draft("다섯")).await.refused("closed");
}

#[tokio::test(start_paused = true)]
async fn a_new_text_stops_an_answer_that_is_held_back() {
    let desk = Desk::open();
    let minsu = desk.one_active().await;
    desk.hold();
    let sent = desk.reply(1, &minsu, "a", json!({"text": "62번이 옵니다", "last_seen": 1})).await.expect(201);
    assert_eq!(sent["messages"][0]["state"], "held");
    assert_eq!(sent["messages"][0]["leaves_at"], desk.now() + 10_000);
    let held = desk.get("/v1/messages?state=held", &minsu).await.expect(200);
    assert_eq!(held["messages"][0]["id"], 1);
    desk.text_in(CITIZEN, "벌써 탔어요").await;
    let seen = desk.get("/v1/conversations/1", &minsu).await.expect(200);
    let answer = seen["messages"].as_array().expect("texts").iter().find(|m| m["direction"] == "out");
    let answer = answer.expect("the answer");
    assert_eq!((&answer["state"], &answer["code"]), (&json!("cancelled"), &json!("newer_text")));
    assert_eq!(seen["state"], "active");
    let draft = desk.get(DRAFT, &minsu).await.expect(200);
    assert_eq!(
        (&draft["text"], &draft["origin"], &draft["has_newer"]),
        (&json!("62번이 옵니다"), &json!("stopped"), &json!(true))
    );
    // Who did not know of it is told what came back, and that nobody else wrote it.
    let blind = json!({"text": "벌써", "based_on": 1, "replaces": ""});
    let refused = desk.put(DRAFT, &minsu, blind).await.refused("draft_changed");
    assert_eq!((&refused["draft"], &refused["draft_origin"]), (&draft["text"], &json!("stopped")));
    let events = desk.store.events_after(0, 100).await.expect("events");
    assert!(
        events.iter().any(|e| e.kind.as_str() == "answer_stopped" && e.counselor.as_deref() == Some("minsu"))
    );
    assert_eq!(desk.get("/v1/messages?state=held", &minsu).await.expect(200)["messages"], json!([]));
}

#[tokio::test(start_paused = true)]
async fn a_recall_takes_the_whole_answer_back_into_the_draft() {
    let desk = Desk::open();
    let minsu = desk.one_active().await;
    desk.hold();
    let long = "여권 재발급에는 사진과 신분증이 필요합니다. ".repeat(90);
    let refused = desk.reply(1, &minsu, "a", json!({"text": long, "last_seen": 1, "most_texts": 1})).await;
    assert_eq!(refused.refused("several_texts")["size"]["n_parts"], 2);
    desk.reply(1, &minsu, "a", json!({"text": long, "last_seen": 1})).await.expect(201);
    let back = desk.post("/v1/messages/2/recall", &minsu, json!({})).await.expect(200);
    let seen = desk.get("/v1/conversations/1", &minsu).await.expect(200);
    let out = seen["messages"].as_array().expect("texts").iter().filter(|m| m["direction"] == "out");
    assert!(out.clone().count() == 2 && out.clone().all(|m| m["state"] == "cancelled"), "{seen}");
    let draft = desk.get(DRAFT, &minsu).await.expect(200);
    assert_eq!(draft["origin"], "recalled");
    assert_eq!(back["draft"], draft);
    assert_eq!(draft["text"].as_str().map(|text| text.replace('\n', " ")), Some(long.trim().to_owned()));
    // A desk that keeps what came back says nothing new of it, whatever it saw.
    let same = json!({"text": draft["text"], "based_on": 0});
    desk.put(DRAFT, &minsu, same).await.expect(204);
    let kept = desk.get(DRAFT, &minsu).await.expect(200);
    assert_eq!(
        (&kept["origin"], &kept["based_on"], &kept["has_newer"]),
        (&draft["origin"], &draft["based_on"], &json!(false))
    );
    desk.put(DRAFT, &minsu, json!({"text": "다른 말", "based_on": 1})).await.expect(204);
    assert_eq!(desk.get(DRAFT, &minsu).await.expect(200)["origin"], Value::Null);
}

#[tokio::test(start_paused = true)]
async fn an_answer_to_danger_is_not_held_back_and_an_alarm_lets_go() {
    let desk = Desk::open();
    let minsu = desk.token("minsu").await;
    desk.hold();
    desk.text_in(CITIZEN, "살려주세요").await;
    desk.post("/v1/conversations/1/claim", &minsu, json!({})).await.expect(200);
    let sent = desk.reply(1, &minsu, "a", json!({"text": "어디세요?", "last_seen": 1})).await.expect(201);
    assert_eq!(sent["messages"][0]["state"], "queued");
    desk.text_in("010-9999-0000", "버스가 안 와요").await;
    desk.post("/v1/conversations/2/claim", &minsu, json!({})).await.expect(200);
    desk.reply(2, &minsu, "b", json!({"text": "어디 계세요?", "last_seen": 2})).await.expect(201);
    desk.post("/v1/conversations/2/actions", &minsu, json!({"action": "urgent"})).await.expect(200);
    assert_eq!(desk.get("/v1/messages?state=held", &minsu).await.expect(200)["messages"], json!([]));
}

#[tokio::test(start_paused = true)]
async fn a_last_text_without_an_answer_is_asked_for_and_a_category_anew() {
    let desk = Desk::open();
    let minsu = desk.one_active().await;
    let mut with_category = settings(0);
    let strict = ServicePolicy { category_required: true, ..(*with_category.policy).clone() };
    with_category.policy = Arc::new(strict);
    desk.settings.send_replace(Arc::new(with_category));
    let close = "/v1/conversations/1/close";
    desk.post(close, &minsu, json!({"last_seen": 1, "category": "버스"})).await.refused("unanswered");
    let knowingly = json!({"last_seen": 1, "category": "버스", "unanswered": true});
    desk.post(close, &minsu, knowingly).await.expect(204);
    desk.text_in(CITIZEN, "택시는요?").await;
    desk.post("/v1/conversations/1/claim", &minsu, json!({})).await.expect(200);
    desk.reply(1, &minsu, "a", json!({"text": "네", "last_seen": 2})).await.expect(201);
    desk.post(close, &minsu, json!({"last_seen": 2})).await.refused("category_needed");
    assert_eq!(desk.get("/v1/conversations/1", &minsu).await.expect(200)["category"], "교통/버스노선·도착");
    desk.post(close, &minsu, json!({"last_seen": 2, "category": "택시"})).await.expect(204);
}

#[tokio::test(start_paused = true)]
async fn we_write_first_with_a_reason_and_only_to_who_may_be_written_to() {
    let desk = Desk::open();
    let minsu = desk.one_active().await;
    let write = "/v1/conversations/1/write";
    let body = json!({"text": "가로등을 고쳤습니다.", "reason": "도로과 회신"});
    let open = desk.keyed(write, &minsu, "a", body.clone()).await.refused("still_open");
    assert!(open["detail"].to_string().contains('1'), "{open}");
    desk.post("/v1/conversations/1/close", &minsu, json!({"last_seen": 1, "unanswered": true}))
        .await
        .expect(204);
    desk.keyed(write, &minsu, "a", json!({"text": "네", "reason": " "})).await.refused("bad_request");
    let written = desk.keyed(write, &minsu, "a", body.clone()).await.expect(201);
    assert_eq!(
        (&written["conversation_id"], &written["messages"][0]["state"]),
        (&json!(2), &json!("queued"))
    );
    let again = desk.keyed(write, &minsu, "a", body.clone()).await.expect(200);
    assert_eq!((&again["conversation_id"], &again["repeated"]), (&json!(2), &json!(true)));
    let begun = desk.get("/v1/conversations/2", &minsu).await.expect(200);
    assert_eq!((&begun["state"], &begun["previous_id"]), (&json!("answered"), &json!(1)));
    assert_eq!(
        (&begun["claimed_by"]["login"], &begun["notes"][0]["kind"]),
        (&json!("minsu"), &json!("wrote_first"))
    );
    let rows = desk.rows().await;
    assert!(rows.iter().any(|row| row.record.detail == "write_first" && row.record.reason == "도로과 회신"));
    desk.post("/v1/conversations/2/actions", &minsu, json!({"action": "opt_out"})).await.expect(200);
    desk.post("/v1/conversations/2/close", &minsu, json!({"last_seen": 0})).await.expect(204);
    desk.keyed("/v1/conversations/2/write", &minsu, "b", body.clone()).await.refused("opted_out");

    let mut to_number = body;
    to_number["number"] = json!("010-9999-0000");
    let written = desk.keyed("/v1/conversations", &minsu, "c", to_number.clone()).await.expect(201);
    let id = written["conversation_id"].as_i64().expect("an id");
    desk.text_in("010-9999-0000", "고맙습니다만 아직 어두워요").await;
    let joined = desk.get(&format!("/v1/conversations/{id}"), &minsu).await.expect(200);
    assert_eq!(
        (&joined["state"], &joined["n_messages"]),
        (&json!("active"), &json!(2)),
        "their text joins it"
    );
    to_number["number"] = json!("119");
    desk.keyed("/v1/conversations", &minsu, "d", to_number).await.refused("not_reachable");
}

#[tokio::test(start_paused = true)]
async fn a_case_with_an_outside_department_is_listed_until_it_has_answered() {
    let desk = Desk::open();
    let minsu = desk.one_active().await;
    let (act, now) = ("/v1/conversations/1/actions", desk.now());
    desk.reply(1, &minsu, "a", json!({"text": "도로과에 물었습니다.", "last_seen": 1})).await.expect(201);
    desk.post("/v1/conversations/1/close", &minsu, json!({"last_seen": 1})).await.expect(204);
    let refer = json!({"action": "refer", "department": "도로과", "due_at": now + 86_400_000});
    desk.post(act, &minsu, refer).await.expect(200);
    let listed = desk.get("/v1/conversations?state=referred", &minsu).await.expect(200);
    let one = &listed["conversations"][0];
    assert_eq!((&one["id"], &one["state"]), (&json!(1), &json!("closed")));
    assert_eq!(
        (&one["referral"]["department"], &one["referral"]["due_at"]),
        (&json!("도로과"), &json!(now + 86_400_000))
    );
    desk.post(act, &minsu, json!({"action": "end_referral", "note": "고침"})).await.expect(200);
    desk.post(act, &minsu, json!({"action": "end_referral"})).await.refused("not_referred");
    assert_eq!(desk.get("/v1/conversations?state=referred", &minsu).await.expect(200)["n_total"], 0);
}

#[tokio::test(start_paused = true)]
async fn every_list_says_how_many_dangers_ring() {
    let desk = Desk::open();
    let token = desk.one_active().await;
    let ringing = async |state: &str| {
        let list = desk.get(&format!("/v1/conversations?state={state}"), &token).await.expect(200);
        list["n_ringing"].clone()
    };
    assert_eq!(ringing("mine").await, 0);
    desk.text_in("010-2222-3333", "살려주세요 불이 났어요").await;
    for state in ["waiting", "mine", "open", "closed"] {
        assert_eq!(ringing(state).await, 1, "{state}");
    }
    desk.post("/v1/conversations/2/claim", &token, json!({})).await.expect(200);
    assert_eq!(ringing("mine").await, 0, "who takes it looks after it");
    let list = desk.get("/v1/conversations", &token).await.expect(200);
    let counts = ["n_dangers", "n_mine", "n_my_dangers"].map(|name| list[name].as_i64());
    assert_eq!(counts, [Some(1), Some(2), Some(1)], "and has to answer it");
}

//! What supervisors do in a rush: bulletins in receipts, and one answer for many.

use super::*;
use crate::domain::actor::Role;

impl Desk {
    /// A supervisor's token, at a desk that sends receipts.
    async fn boss(&self) -> String {
        let quiet = settings(0);
        let policy = ServicePolicy { receipt_texts: true, ..(*quiet.policy).clone() };
        self.settings.send_replace(Arc::new(ApiSettings { policy: Arc::new(policy), ..quiet }));
        let token = self.token("boss").await;
        self.store.set_duties("boss".into(), Some(Role::Supervisor), None).await.expect("promoted");
        token
    }

    async fn answer_all(&self, token: &str, key: &str, body: Value) -> Reply {
        let asked = request("POST", "/v1/answers", token).header("idempotency-key", key);
        self.send(asked.body(Body::from(body.to_string())).expect("a request")).await
    }
}

#[tokio::test(start_paused = true)]
async fn a_bulletin_is_shown_as_it_will_arrive_begun_and_ended() {
    let desk = Desk::open();
    let boss = desk.boss().await;
    let until = desk.now() + 3_600_000;
    let (all, preview) = ("/v1/bulletins", "/v1/bulletins/preview");
    let snow = json!({"text": " 눈 때문에\n버스가 늦습니다. ", "until_at": until});
    let shown = desk.post(preview, &boss, snow.clone()).await.expect(200);
    assert_eq!(shown["text"], "눈 때문에 버스가 늦습니다.");
    let receipt = &shown["receipts"][0];
    let text = receipt["text"].as_str().expect("a text");
    assert!(text.starts_with("[120]") && text.ends_with("알림: 눈 때문에 버스가 늦습니다."), "{text}");
    assert_eq!((&receipt["size"]["kind"], &receipt["size"]["n_parts"]), (&json!("lms"), &json!(1)));
    assert_eq!(desk.get(all, &boss).await.expect(200)["bulletins"], json!([]), "nothing was begun");
    let begun = desk.post(all, &boss, snow.clone()).await.expect(201);
    assert_eq!(desk.post(all, &boss, snow).await.expect(200)["repeated"], true);
    let status = desk.get("/v1/status", &boss).await.expect(200);
    assert_eq!(status["bulletins"][0]["id"], begun["id"]);
    let one = format!("{all}/{}", begun["id"]);
    let end = || desk.send(request("DELETE", &one, &boss).body(Body::empty()).expect("a request"));
    assert_eq!(end().await.expect(200)["ended_by"], "상담사 boss");
    end().await.expect(200);
    assert_eq!(desk.get("/v1/status", &boss).await.expect(200)["bulletins"], json!([]));
    let wrong = [
        (json!({"text": " ", "until_at": until}), "bulletin_empty"),
        (json!({"text": "앞에 {ahead}명", "until_at": until}), "bulletin_braces"),
        (json!({"text": "가".repeat(201), "until_at": until}), "bulletin_too_long"),
        (json!({"text": "900101-1234568 번 민원", "until_at": until}), "identity_number_to_many"),
        (json!({"text": "눈 😀", "until_at": until}), "unencodable"),
        (json!({"text": "눈", "until_at": desk.now()}), "bulletin_until"),
        (json!({"text": "눈", "until_at": until + 15 * 86_400_000}), "bulletin_until"),
        (json!({"text": "눈", "until_at": until, "desk": "nowhere"}), "no_such_desk"),
    ];
    for (body, code) in wrong {
        desk.post(all, &boss, body.clone()).await.refused(code);
        desk.post(preview, &boss, body).await.refused(code);
    }
    // So many that the longest receipt would not stay one text.
    for n in 0..9 {
        let text = format!("{n}{}", "가".repeat(150));
        let begun = desk.post(all, &boss, json!({"text": text, "until_at": until})).await;
        if n == 8 {
            let refusal = begun.refused("bulletin_crowded");
            let detail = refusal["detail"].as_str().expect("a sentence");
            assert!(detail.contains("bulletins that hold already"), "it names the rule: {detail}");
        }
    }
    desk.settings.send_replace(Arc::new(settings(0)));
    desk.post(all, &boss, json!({"text": "눈", "until_at": until})).await.refused("no_receipts");
}

#[tokio::test(start_paused = true)]
async fn many_are_answered_each_once_and_who_must_not_be_is_named() {
    let desk = Desk::open();
    let boss = desk.boss().await;
    for (n, words) in ["버스 언제 와요?", "버스가 안 와요", "여권 어디서 만들어요?"].iter().enumerate()
    {
        desk.text_in(&format!("010-1000-000{n}"), words).await;
    }
    desk.text_in("010-1000-0009", "버스에서 쓰러졌어요 살려주세요").await;
    let mark = json!({"text": "모두 늦습니다.", "containing": "버스"});
    let preview = desk.post("/v1/answers/preview", &boss, mark).await.expect(200);
    let marked = json!([{"id": 1, "last_seen": 1}, {"id": 2, "last_seen": 2}]);
    assert_eq!(preview["marked"], marked);
    assert_eq!(preview["conversations"][0]["preview"], "버스 언제 와요?");
    assert_eq!(preview["left_out"], json!([{"id": 4, "code": "in_danger"}]));
    assert_eq!(preview["size"]["kind"], "sms");
    let row = desk.rows().await.pop().expect("a row");
    assert_eq!(crate::domain::access::Subject::unpack(&row.record.subjects).len(), 2, "whom it showed");

    desk.text_in("010-1000-0001", "아직이요?").await;
    let body = json!({
        "text": "모두 늦습니다.", "category": "버스", "close": true,
        "conversations": [{"id": 1, "last_seen": 1}, {"id": 2, "last_seen": 2}, {"id": 4, "last_seen": 4}, {"id": 77, "last_seen": 1}],
    });
    let done = desk.answer_all(&boss, "k", body.clone()).await.expect(200);
    let outcomes = |of: &Value| {
        let all = of["results"].as_array().expect("results").iter();
        all.map(|one| one["outcome"].as_str().expect("a word").to_owned()).collect::<Vec<_>>()
    };
    assert_eq!(outcomes(&done), ["answered", "newer_texts", "in_danger", "not_found"]);
    assert_eq!(done["n_answered"], 1);
    let again = desk.answer_all(&boss, "k", body.clone()).await.expect(200);
    assert_eq!(outcomes(&again), ["repeated", "newer_texts", "in_danger", "not_found"]);
    let other = desk.answer_all(&boss, "k2", body.clone()).await.expect(200);
    assert_eq!(outcomes(&other), ["closed", "newer_texts", "in_danger", "not_found"]);
    let shown = desk.get("/v1/conversations/1", &boss).await.expect(200);
    assert_eq!(
        (&shown["state"], &shown["category"]),
        (&json!("closed"), &json!(shown["category"].as_str().filter(|c| c.contains("버스"))))
    );
    let events = desk.store.events_after(0, 1_000).await.expect("events");
    let n = |kind: &str| events.iter().filter(|e| e.kind.as_str() == kind).count();
    assert_eq!((n("replied"), n("closed")), (1, 1));

    let mut uncategorised = body.clone();
    uncategorised["category"] = Value::Null;
    let needs = desk.answer_all(&boss, "k3", uncategorised).await;
    if settings(0).policy.category_required {
        needs.refused("category_needed");
    } else {
        needs.expect(200);
    }
    for (field, value, code) in [
        ("text", json!(""), "empty_text"),
        ("conversations", json!([]), "bad_request"),
        ("conversations", json!([{"id": 2, "last_seen": 2}, {"id": 2, "last_seen": 1}]), "bad_request"),
        ("category", json!("없는 것"), "no_such_category"),
    ] {
        let mut wrong = body.clone();
        wrong[field] = value;
        desk.answer_all(&boss, "k4", wrong).await.refused(code);
    }
    desk.send(request("POST", "/v1/answers", &boss).body(Body::from("{}")).expect("a request"))
        .await
        .refused("bad_request");
}

#[tokio::test(start_paused = true)]
async fn what_a_colleague_holds_is_named_before_anything_is_sent() {
    let desk = Desk::open();
    let (boss, jia) = (desk.boss().await, desk.token("jia").await);
    desk.text_in("010-1000-0001", "버스 언제 와요?").await;
    desk.text_in("010-1000-0002", "버스가 안 와요").await;
    desk.post("/v1/conversations/1/claim", &jia, json!({})).await.expect(200);
    let preview = async |mark: Value| desk.post("/v1/answers/preview", &boss, mark).await.expect(200);
    let held = json!([{"id": 1, "code": "claimed_by_other", "held_by": "상담사 jia"}]);
    for mark in [json!({"text": "늦습니다."}), json!({"text": "늦습니다.", "containing": "버스"})] {
        let shown = preview(mark).await;
        assert_eq!(shown["left_out"], held);
        assert_eq!(shown["marked"], json!([{"id": 2, "last_seen": 2}]));
    }
    let numbered = json!({"text": "900101-1234568 번 민원은 끝났습니다."});
    let refused = desk.post("/v1/answers/preview", &boss, numbered.clone()).await.expect(422);
    assert_eq!(refused["code"], "identity_number_to_many");
    let to_one = json!({"text": numbered["text"], "conversations": [{"id": 2, "last_seen": 2}]});
    assert_eq!(desk.answer_all(&boss, "n", to_one).await.expect(422)["code"], "identity_number_to_many");
    let others = preview(json!({"text": "늦습니다.", "containing": "여권"})).await;
    assert_eq!((&others["left_out"], &others["marked"]), (&json!([]), &json!([])), "it is not meant");
    // Whom the colleague has answered is not waiting.
    desk.reply(1, &jia, "k", json!({"text": "곧 옵니다.", "last_seen": 1})).await.expect(201);
    assert_eq!(preview(json!({"text": "늦습니다."})).await["left_out"], json!([]));
}

/// The preview, the lists and the sending say the same of who sent STOP.
#[tokio::test(start_paused = true)]
async fn who_wants_no_texts_is_left_out_before_anything_is_sent() {
    let desk = Desk::open();
    let boss = desk.boss().await;
    desk.text_in("010-1000-0001", "버스 언제 와요?").await;
    desk.text_in("010-1000-0002", "버스가 안 와요").await;
    desk.pass(1_000).await;
    desk.text_in("010-1000-0001", "수신거부").await;
    let preview =
        async || desk.post("/v1/answers/preview", &boss, json!({"text": "늦습니다."})).await.expect(200);
    let shown = preview().await;
    assert_eq!(shown["left_out"], json!([{"id": 1, "code": "opted_out"}]));
    assert_eq!(shown["marked"], json!([{"id": 2, "last_seen": 2}]));
    let body = json!({"text": "늦습니다.", "conversations": [{"id": 1, "last_seen": 1}]});
    let done = desk.answer_all(&boss, "k", body).await.expect(200);
    assert_eq!(done["results"][0]["outcome"], "opted_out");
    let refuses = async || {
        let list = desk.get("/v1/conversations?state=waiting", &boss).await.expect(200);
        let all = list["conversations"].as_array().expect("a list").iter();
        all.map(|row| (row["id"].as_i64(), row["refuses_texts"].as_bool())).collect::<Vec<_>>()
    };
    assert_eq!(refuses().await, [(Some(1), Some(true)), (Some(2), Some(false))]);
    assert_eq!(desk.get("/v1/conversations/1", &boss).await.expect(200)["refuses_texts"], true);
    // Whoever writes again is answered again.
    desk.pass(1_000).await;
    desk.text_in("010-1000-0001", "버스 아직 안 와요?").await;
    assert_eq!(preview().await["left_out"], json!([]));
    assert_eq!(refuses().await, [(Some(1), Some(false)), (Some(2), Some(false))]);
}

#[tokio::test(start_paused = true)]
async fn an_answer_for_many_is_taken_back_as_far_as_it_has_not_left() {
    let desk = Desk::open();
    let (boss, other) = (desk.boss().await, desk.token("other").await);
    desk.store.set_duties("other".into(), Some(Role::Supervisor), None).await.expect("promoted");
    desk.settings.send_replace(Arc::new(settings(10_000)));
    for n in 1..=4 {
        desk.text_in(&format!("010-1000-000{n}"), "버스 언제 와요?").await;
    }
    let to = |ids: &[i64]| {
        let all: Vec<Value> = ids.iter().map(|id| json!({"id": id, "last_seen": id})).collect();
        json!({"text": "모두 늦습니다.", "category": "버스", "close": true, "conversations": all})
    };
    let first = desk.answer_all(&boss, "k", to(&[3])).await.expect(200);
    assert_eq!(first["recall_until_at"], json!(desk.now() + 10_000));
    let third_leaves = first["recall_until_at"].clone();
    desk.pass(6_000).await;
    let all = desk.answer_all(&boss, "k", to(&[1, 2, 3, 4])).await.expect(200);
    assert_eq!((&all["n_answered"], &all["answer_id"]), (&json!(4), &first["answer_id"]));
    assert_eq!(all["recall_until_at"], third_leaves, "the one that leaves first");
    // One was taken back by itself, to one the citizen wrote, one has left.
    let held = desk.get("/v1/messages?state=held", &boss).await.expect(200);
    let mut texts = held["messages"].as_array().expect("texts").iter();
    let one = texts.find(|text| text["conversation_id"] == 1).expect("held");
    desk.post(&format!("/v1/messages/{}/recall", one["id"]), &boss, json!({})).await.expect(200);
    desk.text_in("010-1000-0002", "아직이요?").await;
    desk.pass(5_000).await;
    desk.leave(Outcome::Accepted { carrier_message_id: Some("m3".into()) }).await;

    let recall = "/v1/answers/recall";
    let id = json!({"answer_id": all["answer_id"]});
    desk.post(recall, &other, id.clone()).await.refused("not_found");
    desk.post(recall, &other, json!({})).await.refused("not_found");
    desk.post(recall, &boss, json!({"answer_id": "k"})).await.refused("bad_request");
    let outcomes = |of: &Value| {
        let all = of["results"].as_array().expect("results").iter();
        let mut all: Vec<_> =
            all.map(|one| (one["id"].as_i64(), one["outcome"].as_str().map(str::to_owned))).collect();
        all.sort();
        all.into_iter().filter_map(|(id, word)| Some(format!("{} {}", id?, word?))).collect::<Vec<_>>()
    };
    let done = desk.post(recall, &boss, json!({})).await.expect(200);
    assert_eq!(outcomes(&done), ["1 cancelled", "2 cancelled", "3 already_left", "4 recalled"]);
    assert_eq!((&done["n_recalled"], &done["n_already_left"]), (&json!(1), &json!(1)));
    assert_eq!(done["answer_id"], all["answer_id"]);
    let state = async |id: i64| {
        desk.get(&format!("/v1/conversations/{id}"), &boss).await.expect(200)["state"].clone()
    };
    assert_eq!((state(3).await, state(4).await), (json!("closed"), json!("waiting")));
    let rows = desk.rows().await;
    assert_eq!(rows.iter().filter(|row| row.record.detail == "recall_all").count(), 1);
    let drafts = desk.get("/v1/drafts", &boss).await.expect(200);
    let of_four = |one: &Value| one["conversation_id"] == 4;
    assert!(!drafts["drafts"].as_array().expect("drafts").iter().any(of_four), "no heap of drafts");
    // Again: by its name nothing more happens, and there is none of which anything is here.
    let again = desk.post(recall, &boss, id).await.expect(200);
    assert_eq!(outcomes(&again), ["1 cancelled", "2 cancelled", "3 already_left", "4 cancelled"]);
    desk.post(recall, &boss, json!({})).await.refused("not_found");
}

//! Taking back, and deciding about texts in doubt.

use super::*;

#[tokio::test(start_paused = true)]
async fn taking_back() {
    let desk = Desk::open();
    desk.settings.send_replace(Arc::new(settings(5_000)));
    let (minsu, jia) = (desk.one_active().await, desk.token("jia").await);
    let say = json!({"text": "잘못 쓴 답", "last_seen": 1});
    let held = desk.reply(1, &minsu, "a", say.clone()).await.expect(201);
    assert_eq!(held["messages"][0]["state"], "held");
    desk.post("/v1/messages/1/recall", &jia, json!({})).await.refused("not_found");
    desk.post("/v1/messages/1/recall", &minsu, json!({})).await.expect(200);
    desk.post("/v1/messages/1/recall", &minsu, json!({})).await.refused("did_not_leave");

    desk.reply(1, &minsu, "b", say).await.expect(201);
    desk.pass(5_000).await;
    desk.leave(Outcome::Accepted { carrier_message_id: None }).await;
    desk.post("/v1/messages/2/recall", &minsu, json!({})).await.refused("already_left");
    desk.post("/v1/messages/3/recall", &minsu, json!({})).await.refused("not_found");
}

/// Whoever takes back an answer that stayed here is not told that it left, whatever kept it here; one that was given up may have left.
#[tokio::test(start_paused = true)]
async fn what_did_not_leave_is_not_called_too_late() {
    let desk = Desk::open();
    let token = desk.one_active().await;
    let say = |words: &str| json!({"text": words, "last_seen": 1});
    desk.reply(1, &token, "a", say("첫째")).await.expect(201);
    desk.leave(Outcome::Rejected { code: None }).await;
    desk.post("/v1/messages/1/recall", &token, json!({})).await.refused("did_not_leave");
    desk.reply(1, &token, "b", say("둘째")).await.expect(201);
    let n = desk.doubt().await;
    desk.post(&format!("/v1/messages/{n}/decision"), &token, json!({"decision": "give_up"}))
        .await
        .expect(204);
    desk.post(&format!("/v1/messages/{n}/recall"), &token, json!({})).await.refused("already_left");
}

#[tokio::test(start_paused = true)]
async fn deciding_about_texts_in_doubt() {
    let desk = Desk::open();
    let token = desk.one_active().await;
    let say = |words: &str| json!({"text": words, "last_seen": 1});
    let decide = |id: i64, what: &str| {
        let (path, body) = (format!("/v1/messages/{id}/decision"), json!({"decision": what}));
        let (desk, token) = (&desk, &token);
        async move { desk.post(&path, token, body).await }
    };
    desk.reply(1, &token, "a", say("첫째")).await.expect(201);
    decide(1, "give_up").await.refused("not_in_doubt");
    assert_eq!(desk.doubt().await, 1);
    desk.reply(1, &token, "b", say("둘째")).await.expect(201);
    assert_eq!(desk.doubt().await, 2);

    let list = desk.get("/v1/messages?state=in_doubt", &token).await.expect(200);
    let first = &list["messages"][0];
    assert_eq!((&first["text"], &first["needs_decision"]), (&json!("첫째"), &json!(true)));
    assert_eq!((&first["conversation_id"], &first["citizen"]), (&json!(1), &json!("010-****-5678")));
    assert_eq!(list["messages"].as_array().map(Vec::len), Some(2));
    desk.get("/v1/messages", &token).await.refused("bad_request");
    desk.get("/v1/messages?state=queued", &token).await.refused("bad_request");

    decide(1, "give_up").await.expect(204);
    decide(1, "give_up").await.refused("not_in_doubt");
    decide(2, "send_again").await.expect(204);
    decide(2, "maybe").await.refused("bad_request");
    decide(9, "give_up").await.refused("not_found");
    let messages = &desk.get("/v1/conversations/1", &token).await.expect(200)["messages"];
    let outbound: Vec<_> = messages.as_array().expect("texts").iter().skip(1).collect();
    let states: Vec<_> = outbound.iter().map(|m| (m["text"].as_str(), m["state"].as_str())).collect();
    let expected = [("첫째", "failed"), ("둘째", "failed"), ("둘째", "queued")];
    assert_eq!(states, expected.map(|(t, s)| (Some(t), Some(s))));
}

#[tokio::test(start_paused = true)]
async fn a_code_comes_with_its_meaning() {
    let desk = Desk::open();
    let token = desk.one_active().await;
    for (key, code) in [("a", Some("7")), ("b", Some("8")), ("c", None)] {
        desk.reply(1, &token, key, json!({"text": key, "last_seen": 1})).await.expect(201);
        desk.leave(Outcome::Rejected { code: code.map(str::to_owned) }).await;
    }
    let messages = &desk.get("/v1/conversations/1", &token).await.expect(200)["messages"];
    let told = |n: usize| (messages[n]["code"].as_str(), messages[n]["meaning"].as_str());
    assert_eq!(told(0), (None, None), "an inbound text");
    assert_eq!(told(1), (Some("7"), Some("phone_off")));
    assert_eq!(told(2), (Some("8"), None), "an unknown code has none");
    assert_eq!(told(3), (None, None));
    assert!(messages[1].get("carrier").is_none(), "which carrier it was is nobody's business here");
}

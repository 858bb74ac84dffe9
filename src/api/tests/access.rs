//! Who may ask what: the column of the route table, desks, and the alarm that a person ends.

use super::*;
use crate::domain::actor::{DeskScope, Role};

/// Every route of the document, with an id where one is needed.
fn routes() -> Vec<(String, String, bool)> {
    let document: Value = serde_json::from_str(&crate::api::document()).expect("JSON");
    let mut routes = Vec::new();
    for (path, item) in document["paths"].as_object().expect("paths") {
        for (method, operation) in item.as_object().expect("methods") {
            let needs_token = !operation["security"].is_null();
            routes.push((method.to_uppercase(), path.replace("{id}", "1"), needs_token));
        }
    }
    routes
}

#[tokio::test(start_paused = true)]
async fn every_route_but_two_needs_a_token() {
    let desk = Desk::open();
    let mut open = Vec::new();
    for (method, path, needs_token) in routes() {
        let asked = request(&method, &path, "").body(Body::from("{}")).expect("a request");
        let answer = desk.send(asked).await;
        if needs_token {
            assert_eq!(answer.status, StatusCode::UNAUTHORIZED, "{method} {path}");
        } else {
            assert_ne!(answer.status, StatusCode::UNAUTHORIZED, "{method} {path}");
            open.push(path);
        }
    }
    assert_eq!(open, ["/healthz", "/v1/login"]);
}

#[tokio::test(start_paused = true)]
async fn what_only_supervisors_may_ask_is_refused_by_the_route() {
    let desk = Desk::open();
    let token = desk.one_active().await;
    let evidence = "/v1/conversations/1/evidence";
    let reason = json!({"reason": "경찰 요청"});
    desk.post(evidence, &token, reason.clone()).await.refused("supervisors_only");
    desk.store.set_duties("minsu".into(), Some(Role::Supervisor), None).await.expect("promoted");
    desk.post(evidence, &token, reason).await.expect(200);
}

/// Every route that shows or changes a citizen's data refuses who does not serve the desk.
#[tokio::test(start_paused = true)]
async fn another_desks_conversation_is_closed_to_every_route() {
    let desk = Desk::open();
    let minsu = desk.one_active().await;
    desk.reply(1, &minsu, "k", json!({"text": "답", "last_seen": 1})).await.expect(201);
    let doubt = desk.doubt().await;
    let other = desk.token("buk").await;
    let north = Some(DeskScope::Only(vec!["north".into()]));
    desk.store.set_duties("buk".into(), None, north).await.expect("moved");
    desk.get("/v1/conversations/1", &other).await.refused("not_your_desk");
    let list = desk.get("/v1/conversations?state=open", &other).await.expect(200);
    assert_eq!((&list["n_total"], &list["conversations"]), (&json!(0), &json!([])));
    for (path, body) in [
        ("claim", json!({})),
        ("release", json!({})),
        ("close", json!({"last_seen": 1})),
        ("actions", json!({"action": "note", "text": "메모"})),
        ("actions", json!({"action": "category", "category": "버스"})),
        ("actions", json!({"action": "prefer", "text": "쉬운 말"})),
        ("actions", json!({"action": "urgent"})),
    ] {
        desk.post(&format!("/v1/conversations/1/{path}"), &other, body).await.refused("not_your_desk");
    }
    desk.reply(1, &other, "k2", json!({"text": "답", "last_seen": 1})).await.refused("not_your_desk");
    let doubts = desk.get("/v1/messages?state=in_doubt", &other).await.expect(200);
    assert_eq!(doubts["messages"], json!([]));
    let decision = json!({"decision": "give_up"});
    desk.post(&format!("/v1/messages/{doubt}/decision"), &other, decision).await.refused("not_your_desk");
    desk.post(&format!("/v1/messages/{doubt}/recall"), &other, json!({})).await.refused("not_found");
    // Danger is everybody's.
    desk.text_in(CITIZEN, "살려주세요").await;
    desk.get("/v1/conversations/1", &other).await.expect(200);
}

/// What was done is not reported as refused, although whoever did it may not see it any more.
#[tokio::test(start_paused = true)]
async fn whoever_passes_it_on_hears_that_it_was_done() {
    let desk = Desk::open();
    let token = desk.token("minsu").await;
    let main = Some(DeskScope::Only(vec!["north".into()]));
    desk.store.set_duties("minsu".into(), None, main).await.expect("moved");
    desk.text_in(CITIZEN, "살려주세요").await;
    desk.post("/v1/conversations/1/claim", &token, json!({})).await.expect(200);
    let act = "/v1/conversations/1/actions";
    desk.post("/v1/conversations/1/release", &token, json!({})).await.expect(204);
    desk.post(act, &token, json!({"action": "false_alarm", "reason": "드라마", "last_seen": 1}))
        .await
        .expect(200);
    desk.get("/v1/conversations/1", &token).await.refused("not_your_desk");
}

#[tokio::test(start_paused = true)]
async fn an_alarm_ends_by_an_answer_or_a_name() {
    let desk = Desk::open();
    let token = desk.token("minsu").await;
    desk.text_in(CITIZEN, "살려주세요").await;
    let next = desk.post("/v1/conversations/next", &token, json!({})).await.expect(200);
    assert_eq!((&next["tier"], &next["is_ringing"]), (&json!(1), &json!(false)));
    let close = json!({"last_seen": 1});
    desk.post("/v1/conversations/1/close", &token, close.clone()).await.refused("danger_unanswered");
    let act = "/v1/conversations/1/actions";
    desk.post(act, &token, json!({"action": "false_alarm", "reason": " ", "last_seen": 1}))
        .await
        .refused("bad_request");
    desk.post(act, &token, json!({"action": "false_alarm", "reason": "드라마"})).await.refused("bad_request");
    for unseen in [0, 2] {
        let blind = json!({"action": "false_alarm", "reason": "드라마", "last_seen": unseen});
        desk.post(act, &token, blind).await.refused("newer_texts");
    }
    desk.post(act, &token, json!({"action": "false_alarm", "reason": "드라마", "last_seen": 1}))
        .await
        .expect(200);
    desk.post(act, &token, json!({"action": "false_alarm", "reason": "드라마", "last_seen": 1}))
        .await
        .refused("no_danger");
    desk.post("/v1/conversations/1/close", &token, close).await.expect(204);
}

//! Who may ask what: the column of the route table, desks, and the alarm that a person ends.

use std::collections::BTreeMap;

use super::*;
use crate::domain::account::Purpose;
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
async fn every_route_but_four_needs_a_token() {
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
    assert_eq!(open, ["/healthz", "/livez", "/readyz", "/v1/login"]);
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
        ("printed", json!({})),
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
    let close = json!({"last_seen": 1, "unanswered": true});
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

/// Everybody who is logged in: a counselor of the desk `main` and one of `north`, a supervisor of neither, an administrator with
/// the desk `main` and one without desks, an auditor, the board; and programs with tokens for metrics, boards and figures.
const CALLERS: [(&str, char); 10] = [
    ("counselor main", 'c'),
    ("counselor north", 'n'),
    ("supervisor north", 's'),
    ("administrator main", 'd'),
    ("administrator", 'a'),
    ("auditor *", 'u'),
    ("board *", 'b'),
    ("metrics", 'M'),
    ("board-token", 'B'),
    ("figures", 'F'),
];

/// Every route, a request that is good there, and who is let in: the contract. Conversation 1 is of the desk `main`. Whoever
/// adds a route says here whom it is for.
const CONTRACT: &[(&str, &str, &str)] = &[
    ("POST /v1/login", "{}", "cnsdaubMBF"),
    ("GET /healthz", "", "cnsdaubMBF"),
    ("GET /livez", "", "cnsdaubMBF"),
    ("GET /readyz", "", "cnsdaubMBF"),
    ("GET /metrics", "", "M"),
    ("POST /v1/logout", "", "cnsdaub"),
    ("GET /v1/me", "", "cnsdaub"),
    ("POST /v1/password", "{}", "cnsdaub"),
    ("POST /v1/totp", "{}", "cnsdaub"),
    ("POST /v1/totp/confirm", "{}", "cnsdaub"),
    ("POST /v1/totp/disable", "{}", "cnsdaub"),
    ("GET /v1/sessions", "", "cnsdaub"),
    ("DELETE /v1/sessions/{id}", "", "cnsdaub"),
    ("POST /v1/sessions/end_others", "", "cnsdaub"),
    ("GET /v1/accounts", "", "dau"),
    ("POST /v1/accounts", "{}", "da"),
    ("GET /v1/accounts/{login}/history", "", "dau"),
    ("POST /v1/accounts/{login}/actions", r#"{"action":"unlock"}"#, "da"),
    ("GET /v1/audit", "", "u"),
    ("POST /v1/audit/who_saw", r#"{"number":"01012345678","reason":"민원"}"#, "u"),
    ("GET /v1/status", "", "cnsdaubMBF"),
    ("GET /v1/board", "", "cnsdaubMBF"),
    ("GET /v1/board/live", "", "cnsdaubMBF"),
    ("POST /v1/length", r#"{"text":"답"}"#, "cnsd"),
    ("GET /v1/conversations", "", "cnsd"),
    ("POST /v1/conversations/next", "", "cnsd"),
    ("GET /v1/conversations/{id}", "", "csd"),
    ("GET /v1/conversations/{id}/similar", "", "csd"),
    ("POST /v1/conversations/{id}/printed", "", "csd"),
    ("GET /v1/search", "", "cnsd"),
    ("POST /v1/advice", r#"{"text":"답"}"#, "cnsd"),
    ("POST /v1/conversations/{id}/claim", "", "csd"),
    ("POST /v1/conversations/{id}/release", "", "csd"),
    ("POST /v1/conversations/{id}/close", r#"{"last_seen":1,"category":"버스"}"#, "csd"),
    ("POST /v1/conversations/{id}/actions", r#"{"action":"note","text":"메모"}"#, "csd"),
    ("POST /v1/conversations/{id}/reveal", r#"{"reason":"119"}"#, "csd"),
    ("POST /v1/conversations/{id}/evidence", r#"{"reason":"경찰 요청"}"#, "s"),
    ("POST /v1/conversations/{id}/replies", r#"{"text":"답","last_seen":1}"#, "csd"),
    ("PUT /v1/me/presence", r#"{"presence":"on"}"#, "cnsd"),
    ("GET /v1/colleagues", "", "cnsd"),
    ("PUT /v1/conversations/{id}/draft", r#"{"text":"초안","based_on":1}"#, "csd"),
    ("GET /v1/conversations/{id}/draft", "", "cnsd"),
    ("DELETE /v1/conversations/{id}/draft", "", "cnsd"),
    ("GET /v1/drafts", "", "cnsd"),
    ("POST /v1/conversations/{id}/write", r#"{"text":"답","reason":"회신"}"#, "csd"),
    ("POST /v1/conversations", r#"{"number":"01099990000","text":"답","reason":"요청"}"#, "csd"),
    ("GET /v1/duty", "", "cnsd"),
    ("GET /v1/desks", "", "cnsdaub"),
    ("GET /v1/categories", "", "cnsd"),
    ("GET /v1/canned", "", "cnsd"),
    ("GET /v1/surveys", "", "cnsd"),
    ("GET /v1/reports", "", "cnsdaubMBF"),
    ("GET /v1/reports/counselors", "", "cnsd"),
    ("GET /v1/reports/words", "", "s"),
    ("GET /v1/reports/coaching", "", "s"),
    ("GET /v1/reports/incentive", "", "s"),
    ("GET /v1/reports/staffing", "", "cnsdaubMBF"),
    ("GET /v1/reviews/sheet", "", "cnsd"),
    ("GET /v1/reviews/sample", "", "s"),
    ("POST /v1/conversations/{id}/reviews", r#"{"marks":[]}"#, "s"),
    ("GET /v1/reviews", "", "cnsd"),
    ("POST /v1/reviews/{id}/answer", r#"{"text":"답"}"#, "cnsd"),
    ("POST /v1/announcements", r#"{"text":"눈"}"#, "s"),
    ("GET /v1/announcements", "", "cnsd"),
    ("GET /v1/citizens", "", "s"),
    ("GET /v1/messages", "", "cnsd"),
    ("POST /v1/messages/{id}/recall", "", "cnsd"),
    ("POST /v1/messages/{id}/decision", r#"{"decision":"give_up"}"#, "csd"),
    ("GET /v1/photos/{id}", "", "cnsd"),
    ("POST /v1/photos", "", "cnsd"),
    ("GET /v1/events", "", "cnsd"),
    ("GET /v1/bulletins", "", "cnsd"),
    ("POST /v1/bulletins", r#"{"text":"눈","until_at":1800000100000}"#, "s"),
    ("POST /v1/bulletins/preview", r#"{"text":"눈","until_at":1800000100000}"#, "s"),
    ("DELETE /v1/bulletins/{id}", "", "s"),
    ("GET /v1/lists", "", "s"),
    ("GET /v1/lists/{list}", "", "s"),
    ("PUT /v1/lists/{list}", r#"{"content":"","based_on":0,"reason":"r"}"#, "s"),
    ("GET /v1/lists/{list}/history", "", "s"),
    ("GET /v1/lists/{list}/history/{version}", "", "s"),
    ("POST /v1/answers/preview", r#"{"text":"답"}"#, "s"),
    ("POST /v1/answers", r#"{"text":"답","conversations":[{"id":1,"last_seen":1}]}"#, "s"),
    ("POST /v1/answers/recall", "{}", "s"),
];

/// The routes of the table itself.
fn all_routes() -> Vec<String> {
    let table = crate::api::table().into_iter();
    let paths = table.flat_map(|(_, _, route)| route.1.paths);
    paths
        .flat_map(|(path, item)| {
            let methods = [
                ("GET", item.get.is_some()),
                ("POST", item.post.is_some()),
                ("PUT", item.put.is_some()),
                ("PATCH", item.patch.is_some()),
                ("DELETE", item.delete.is_some()),
            ];
            methods.into_iter().filter(|(_, is_there)| *is_there).map(move |(m, _)| format!("{m} {path}"))
        })
        .collect()
}

/// A new token of a caller.
async fn token_of(desk: &Desk, who: &str) -> String {
    let (now, until) = (desk.now(), desk.now() + 3_600_000);
    let purpose = match who {
        "metrics" => Some(Purpose::Metrics),
        "board-token" => Some(Purpose::Board),
        "figures" => Some(Purpose::Figures),
        _ => None,
    };
    if let Some(purpose) = purpose {
        return desk.store.add_service_token(purpose, who.into(), until, now).await.expect("a token").1;
    }
    let login = who.replace(' ', "-").replace('*', "all");
    let all = desk.store.counselors().await.expect("counselors");
    let id = all.iter().find(|c| c.login == login).expect("hired").id;
    desk.store.issue_token(id, until, now).await.expect("a token")
}

impl Desk {
    /// Sets up a second factor, without which some roles may do nothing.
    pub(super) async fn with_second_factor(&self, id: i64) {
        let secret = self.store.begin_totp(id).await.expect("begun");
        let all = self.store.counselors().await.expect("all");
        let person = all.into_iter().find(|counselor| counselor.id == id).expect("them");
        let actor =
            crate::domain::actor::Actor::person(person, Role::Counselor, DeskScope::All, "test".into());
        let code = secret.code_at(self.now());
        self.store.confirm_totp(&actor, code, self.now()).await.expect("kept").expect("right");
    }
}

async fn hire_all(desk: &Desk) {
    for (who, _) in CALLERS.iter().filter(|(_, letter)| letter.is_lowercase()) {
        let login = who.replace(' ', "-").replace('*', "all");
        let id = desk.hire(&login).await;
        desk.with_second_factor(id).await;
        let (role, desks) = who.split_once(' ').unwrap_or((who, ""));
        let desks = Some(DeskScope::from_word(desks));
        desk.store.set_duties(login, Role::from_word(role), desks).await.expect("given");
    }
}

/// Whether the request passes role, scope and desk; what it meets behind that does not matter.
async fn is_let_in(desk: &Desk, route: &str, body: &str, token: &str) -> bool {
    let (method, path) = route.split_once(' ').expect("method and path");
    let path = path.replace("{id}", "1").replace("{login}", "counselor-main");
    let path = path.replace("{list}", "replies").replace("{version}", "1");
    let asked = request(method, &path, token).header("idempotency-key", token);
    let asked = asked.body(Body::from(body.to_owned())).expect("a request");
    let response = desk.router.clone().oneshot(asked).await.expect("the router never fails");
    if response.status().is_success() {
        return true;
    }
    let body = body::to_bytes(response.into_body(), 1 << 20).await.expect("a body");
    let problem: Value = serde_json::from_slice(&body).unwrap_or_default();
    let code = problem["code"].as_str().unwrap_or("no code");
    assert_ne!(code, "internal", "{route}");
    !["unauthorized", "role_refuses", "supervisors_only", "not_your_desk"].contains(&code)
}

#[tokio::test(start_paused = true)]
async fn every_route_lets_in_whom_the_contract_names_and_nobody_else() {
    let desk = Desk::open();
    hire_all(&desk).await;
    desk.text_in(CITIZEN, "버스가 안 와요").await;
    let mut found = BTreeMap::new();
    for route in all_routes() {
        let body = CONTRACT.iter().find(|(known, ..)| *known == route).map_or("{}", |(_, body, _)| *body);
        let mut let_in = String::new();
        for (who, letter) in CALLERS {
            let token = token_of(&desk, who).await;
            if is_let_in(&desk, &route, body, &token).await {
                let_in.push(letter);
            }
        }
        found.insert(route, let_in);
    }
    let expected: BTreeMap<String, String> =
        CONTRACT.iter().map(|(route, _, who)| ((*route).to_owned(), (*who).to_owned())).collect();
    assert_eq!(found, expected);
}

//! No reason keeps a number by which somebody is known, whichever request it came with.

use std::collections::BTreeSet;

use super::*;
use crate::domain::actor::Role;

/// Somebody else than who writes.
const TYPED: &str = "010-7777-8888 과 ０１０ 7777 8888, 900101-1234567 확인";
const KEPT: &str = "***-****-**** 과 *** **** ****, ******-******* 확인";

/// Every request with a reason: `METHOD path`, and of a union the word of its form.
fn of_the_document() -> BTreeSet<String> {
    let document: Value = serde_json::from_str(&crate::api::document()).expect("JSON");
    let schema = |of: &Value| -> Value {
        let name = of["$ref"].as_str().and_then(|path| path.rsplit('/').next());
        name.map_or_else(|| of.clone(), |name| document["components"]["schemas"][name].clone())
    };
    let has_reason = |of: &Value| {
        let parts = of["allOf"].as_array().into_iter().flatten().map(&schema);
        parts.chain([of.clone()]).any(|part| part["properties"]["reason"].is_object())
    };
    let mut found = BTreeSet::new();
    for (path, item) in document["paths"].as_object().expect("paths") {
        for (method, operation) in item.as_object().expect("methods") {
            let name = format!("{} {path}", method.to_uppercase());
            let mut parameters = operation["parameters"].as_array().into_iter().flatten();
            let body = schema(&operation["requestBody"]["content"]["application/json"]["schema"]);
            if has_reason(&body) || parameters.any(|one| one["name"] == "reason") {
                found.insert(name.clone());
            }
            for (word, form) in body["discriminator"]["mapping"].as_object().into_iter().flatten() {
                if has_reason(&schema(&json!({ "$ref": form }))) {
                    found.insert(format!("{name} {word}"));
                }
            }
        }
    }
    found
}

impl Desk {
    async fn keyed_reason(&self, path: &str, token: &str, body: Value) -> Reply {
        let asked = request("POST", path, token).header("idempotency-key", path.replace('/', "-"));
        self.send(asked.body(Body::from(body.to_string())).expect("a request")).await
    }

    async fn auditor(&self) -> String {
        let id = self.hire("auditor").await;
        self.store.set_duties("auditor".into(), Some(Role::Auditor), None).await.expect("given");
        self.with_second_factor(id).await;
        self.store.issue_token(id, self.now() + 3_600_000, self.now()).await.expect("a token")
    }

    /// What the file holds, with what has not been moved out of its log yet.
    fn bytes_of_database(&self) -> String {
        let files =
            ["munja.db", "munja.db-wal"].map(|name| std::fs::read(self.path(name)).unwrap_or_default());
        String::from_utf8_lossy(&files.concat()).into_owned()
    }
}

/// Does each once and returns which.
async fn all_with_a_reason(desk: &Desk) -> BTreeSet<String> {
    let (boss, auditor) = (desk.one_active().await, desk.auditor().await);
    desk.store.set_duties("minsu".into(), Some(Role::Supervisor), None).await.expect("promoted");
    let one = "/v1/conversations/1";
    let why = || json!({ "reason": TYPED });
    desk.post(&format!("{one}/reveal"), &boss, why()).await.expect(200);
    let evidence = desk.post(&format!("{one}/evidence"), &boss, why()).await.expect(200);
    assert_eq!(evidence["reason"], json!(KEPT));
    let close = json!({"reason": TYPED, "last_seen": 1, "unanswered": true});
    desk.post(&format!("{one}/close"), &boss, close).await.expect(204);
    let mut write = json!({"reason": TYPED, "text": "답"});
    let begun = desk.keyed_reason(&format!("{one}/write"), &boss, write.clone()).await.expect(201);
    let act = format!("/v1/conversations/{}/actions", begun["conversation_id"]);
    write["number"] = json!("01099990000");
    desk.keyed_reason("/v1/conversations", &boss, write).await.expect(201);
    let n = desk.text_in("010-2222-3333", "살려주세요").await;
    let danger = desk.post("/v1/conversations/next", &boss, json!({})).await.expect(200)["id"].clone();
    let alarm = json!({"action": "false_alarm", "reason": TYPED, "last_seen": n});
    desk.post(&format!("/v1/conversations/{danger}/actions"), &boss, alarm).await.expect(200);
    desk.post(&act, &boss, json!({"action": "warn"})).await.expect(200);
    desk.pass(60_000).await;
    desk.text_in(CITIZEN, "또 왔다").await;
    let restrict = json!({"action": "restrict", "reason": TYPED, "until_at": desk.now() + 86_400_000});
    desk.post(&act, &boss, restrict).await.expect(200);
    let list = json!({"content": "a", "based_on": 0, "reason": TYPED});
    let asked = request("PUT", "/v1/lists/replies", &boss).body(Body::from(list.to_string())).expect("one");
    desk.send(asked).await.expect(200);
    let saw = json!({"number": CITIZEN, "reason": TYPED});
    desk.post("/v1/audit/who_saw", &auditor, saw).await.expect(200);
    let encoded: String = TYPED.bytes().map(|byte| format!("%{byte:02X}")).collect();
    desk.get(&format!("/v1/search?number=01012345678&reason={encoded}"), &boss).await.expect(200);
    [
        "GET /v1/search",
        "POST /v1/audit/who_saw",
        "POST /v1/conversations",
        "POST /v1/conversations/{id}/actions false_alarm",
        "POST /v1/conversations/{id}/actions restrict",
        "POST /v1/conversations/{id}/close",
        "POST /v1/conversations/{id}/evidence",
        "POST /v1/conversations/{id}/reveal",
        "POST /v1/conversations/{id}/write",
        "PUT /v1/lists/{list}",
    ]
    .map(str::to_owned)
    .into()
}

#[tokio::test(start_paused = true)]
async fn no_request_leaves_a_number_in_a_reason() {
    let desk = Desk::open();
    let done = all_with_a_reason(&desk).await;
    assert_eq!(done, of_the_document(), "a request with a reason is tried here");
    let kept = desk.bytes_of_database();
    for part in ["7777-8888", "7777 8888", "77778888", "900101", "234567 확인"] {
        assert!(!kept.contains(part), "{part}");
    }
    // Each that is logged with its reason: the others are notes, or ends of conversations.
    assert!(kept.matches(KEPT).count() >= done.len(), "{}", kept.matches(KEPT).count());
}

#[tokio::test(start_paused = true)]
async fn a_reason_of_an_older_version_is_masked_for_the_auditor() {
    let desk = Desk::open();
    let minsu = desk.one_active().await;
    desk.post("/v1/conversations/1/reveal", &minsu, json!({"reason": "자리"}))
        .await
        .refused("number_not_shown");
    let file = rusqlite::Connection::open(desk.path("munja.db")).expect("the file");
    let n = file.execute("UPDATE access SET reason = ?1 WHERE reason = '자리'", [TYPED]).expect("changed");
    let auditor = desk.auditor().await;
    let page = desk.get("/v1/audit?action=reveal", &auditor).await;
    assert!(n == 1 && page.body.contains(KEPT) && !page.body.contains("7777"), "{}", page.body);
}

#[tokio::test(start_paused = true)]
async fn a_part_of_a_number_is_no_number() {
    let desk = Desk::open();
    let (minsu, auditor) = (desk.one_active().await, desk.auditor().await);
    for typed in ["123", "5678", "010-1234-567", "01012345", "14155550123"] {
        let body = json!({"number": typed, "reason": "민원"});
        let refused = desk.post("/v1/audit/who_saw", &auditor, body).await.refused("bad_request");
        assert_eq!(refused["field"], json!("number"), "{typed}");
        let path = format!("/v1/search?number={typed}&reason=a");
        desk.get(&path, &minsu).await.refused("bad_request");
    }
}

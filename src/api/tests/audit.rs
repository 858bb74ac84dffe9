//! The access log: every route that shows or changes a citizen's data has its row before its answer leaves.

use super::*;
use crate::api::audit::Logged;
use crate::domain::access::chain::Row;
use crate::domain::access::{Action, Subject};
use crate::store::AccessFilter;
use crate::store::HeadFiles;

impl Desk {
    pub(super) async fn rows(&self) -> Vec<Row> {
        let found = Arc::new(std::sync::Mutex::new(Vec::new()));
        let into = Arc::clone(&found);
        let take = move |row| {
            into.lock().expect("no panic").push(row);
            true
        };
        self.store.walk_access(AccessFilter::default(), take).await.expect("rows");
        std::mem::take(&mut *found.lock().expect("no panic"))
    }

    /// What was logged since the last time, as action and detail; each row names `n` citizens.
    async fn logged(&self, seen: &mut usize, n: usize) -> Vec<String> {
        let rows = self.rows().await.split_off(*seen);
        *seen += rows.len();
        let words = |row: &Row| {
            assert_eq!(Subject::unpack(&row.record.subjects).len(), n, "{row:?}");
            assert_eq!(row.record.who.role, "supervisor");
            format!("{} {}", row.record.action, row.record.detail).trim_end().to_owned()
        };
        rows.iter().map(words).collect()
    }
}

#[tokio::test(start_paused = true)]
async fn every_answer_with_a_citizens_data_has_its_row() {
    let desk = Desk::open();
    let token = desk.one_active().await;
    let duties = desk.store.set_duties("minsu".into(), Some(crate::domain::actor::Role::Supervisor), None);
    duties.await.expect("promoted");
    let mut seen = 1;
    let one = "/v1/conversations/1";
    desk.get("/v1/conversations?state=mine", &token).await.expect(200);
    assert_eq!(desk.logged(&mut seen, 1).await, ["list conversations mine"]);
    desk.get("/v1/conversations?state=waiting", &token).await.expect(200);
    assert_eq!(desk.logged(&mut seen, 0).await, ["list conversations waiting"]);
    desk.get(one, &token).await.expect(200);
    assert_eq!(desk.logged(&mut seen, 1).await, ["view"]);
    desk.post(&format!("{one}/claim"), &token, json!({})).await.expect(200);
    assert_eq!(desk.logged(&mut seen, 1).await, ["change claim"]);
    let note = json!({"action": "note", "text": "메모"});
    desk.post(&format!("{one}/actions"), &token, note).await.expect(200);
    assert_eq!(desk.logged(&mut seen, 1).await, ["change note"]);
    desk.post(&format!("{one}/reveal"), &token, json!({"reason": "119"})).await.expect(200);
    assert_eq!(desk.logged(&mut seen, 1).await, ["reveal number"]);
    desk.post(&format!("{one}/evidence"), &token, json!({"reason": "경찰 요청"})).await.expect(200);
    assert_eq!(desk.logged(&mut seen, 1).await, ["change note", "export evidence"]);
    let rows = desk.rows().await;
    assert_eq!(rows.last().expect("a row").record.reason, "경찰 요청");
    desk.text_in(CITIZEN, "또 왔어요").await;
    desk.reply(1, &token, "k", json!({"text": "답", "last_seen": 1})).await.refused("newer_texts");
    assert_eq!(desk.logged(&mut seen, 1).await, ["view newer texts"], "a refusal that shows texts");
    desk.reply(1, &token, "k", json!({"text": "답", "last_seen": 2})).await.expect(201);
    assert_eq!(desk.logged(&mut seen, 1).await, ["change reply"]);
    let doubt = desk.doubt().await;
    desk.get("/v1/messages?state=in_doubt", &token).await.expect(200);
    assert_eq!(desk.logged(&mut seen, 1).await, ["list texts in doubt"]);
    desk.post(&format!("/v1/messages/{doubt}/decision"), &token, json!({"decision": "give_up"}))
        .await
        .expect(204);
    assert_eq!(desk.logged(&mut seen, 1).await, ["change give_up"]);
    desk.get("/v1/surveys", &token).await.expect(200);
    assert_eq!(desk.logged(&mut seen, 0).await, ["list survey answers"]);
    desk.get("/v1/reports/words?from=2027-01-01&to=2027-01-31", &token).await.expect(200);
    assert_eq!(desk.logged(&mut seen, 0).await, ["list survey words"]);
    desk.get("/v1/reports/coaching?from=2027-01-01&to=2027-01-15&words=true", &token).await.expect(200);
    assert_eq!(desk.logged(&mut seen, 0).await, ["list coaching list with words"]);
    desk.get("/v1/reviews/sample", &token).await.expect(200);
    assert_eq!(desk.logged(&mut seen, 0).await, ["list review sample"]);
    desk.get("/v1/reviews", &token).await.expect(200);
    assert_eq!(desk.logged(&mut seen, 0).await, ["list reviews"]);
    desk.get("/v1/citizens", &token).await.expect(200);
    assert_eq!(desk.logged(&mut seen, 0).await, ["list restricted and opted-out citizens"]);
    desk.get(&format!("{one}?for=review"), &token).await.expect(200);
    assert_eq!(desk.logged(&mut seen, 1).await, ["view review"]);
    desk.get("/v1/search?q=%EB%B2%84%EC%8A%A4", &token).await.expect(200);
    assert_eq!(desk.logged(&mut seen, 1).await, ["search q"]);
    desk.post(&format!("{one}/release"), &token, json!({})).await.expect(204);
    assert_eq!(desk.logged(&mut seen, 1).await, ["change release"]);
    assert!(desk.store.verify_access(HeadFiles::default(), |_| {}).await.expect("read").is_sound());
}

/// What a page prints has its row when it hears 204; nobody is named by a conversation that the caller may not see.
#[tokio::test(start_paused = true)]
async fn what_is_printed_is_logged() {
    let desk = Desk::open();
    let token = desk.one_active().await;
    desk.post("/v1/conversations/1/printed", &token, json!({})).await.expect(204);
    desk.post("/v1/conversations/99/printed", &token, json!({})).await.refused("not_found");
    let rows = desk.rows().await;
    let told: Vec<_> = rows[1..]
        .iter()
        .map(|Row { record, .. }| {
            let n = Subject::unpack(&record.subjects).len();
            (&*record.action, &*record.detail, record.conversation_id, n)
        })
        .collect();
    assert_eq!(told, [("print", "", Some(1), 1), ("print", "not found", Some(99), 0)]);
}

/// Who may not see what is masked has tried all the same: a counselor without a danger, and a role that sees no texts.
#[tokio::test(start_paused = true)]
async fn a_refused_reveal_is_logged() {
    let desk = Desk::open();
    let token = desk.one_active().await;
    let (path, body) = ("/v1/conversations/1/reveal", json!({"reason": "궁금해서"}));
    desk.post(path, &token, body.clone()).await.refused("number_not_shown");
    let shown = desk.post(path, &token, json!({"reason": "확인", "what": "texts"})).await.expect(200);
    assert!(shown["texts"].is_null(), "nothing is masked: {shown}");
    desk.post("/v1/conversations/99/reveal", &token, body.clone()).await.refused("not_found");
    desk.store
        .set_duties("minsu".into(), Some(crate::domain::actor::Role::Auditor), None)
        .await
        .expect("given");
    desk.post(path, &token, body).await.refused("must_set_up_totp");
    desk.store
        .set_duties("minsu".into(), Some(crate::domain::actor::Role::Board), None)
        .await
        .expect("given");
    desk.post(path, &token, json!({"reason": "x"})).await.refused("role_refuses");
    let rows = desk.rows().await;
    let told: Vec<_> =
        rows[1..].iter().map(|row| (&*row.record.detail, row.record.conversation_id)).collect();
    let expected = [
        ("number: refused", Some(1)),
        ("texts: nothing masked", Some(1)),
        ("number: not found", Some(99)),
        ("refused", Some(1)),
    ];
    assert_eq!(told, expected);
    assert!(rows[1..4].iter().all(|row| !row.record.reason.is_empty()));
    assert!(rows[1..].iter().all(|row| row.record.action == "reveal" && row.record.subjects.is_empty()));
}

#[tokio::test(start_paused = true)]
async fn what_shows_nothing_and_what_nobody_asked_has_no_row() {
    let desk = Desk::open();
    let token = desk.one_active().await;
    for path in ["/v1/me", "/v1/status", "/v1/desks", "/v1/categories", "/v1/canned", "/v1/duty", "/healthz"]
    {
        desk.get(path, &token).await.expect(200);
    }
    desk.get("/v1/conversations/1", "").await.refused("unauthorized");
    desk.post("/v1/conversations/1/reveal", &token, json!({"reason": " "})).await.refused("bad_request");
    assert_eq!(desk.rows().await.len(), 1, "the claim before");
}

/// Each try to read what one may not read, or what is not there, names it.
#[tokio::test(start_paused = true)]
async fn who_is_refused_what_they_asked_to_read_has_a_row_that_names_it() {
    let desk = Desk::open();
    let token = desk.one_active().await;
    desk.get("/v1/conversations/99", &token).await.refused("not_found");
    desk.get("/v1/photos/77", &token).await.refused("not_found");
    desk.get("/v1/audit", &token).await.refused("role_refuses");
    let reason = json!({"reason": "경찰 요청"});
    desk.post("/v1/conversations/1/evidence", &token, reason).await.refused("supervisors_only");
    let north = Some(crate::domain::actor::DeskScope::Only(vec!["north".into()]));
    let other = desk.token("buk").await;
    desk.store.set_duties("buk".into(), None, north).await.expect("moved");
    desk.get("/v1/conversations/1", &other).await.refused("not_your_desk");
    // What changes nothing and shows nothing needs no row of its own.
    desk.post("/v1/conversations/1/claim", &other, json!({})).await.refused("not_your_desk");
    let rows = desk.rows().await;
    let told: Vec<_> = rows[1..]
        .iter()
        .map(|row| &row.record)
        .filter(|record| record.action != "change")
        .map(|of| (&*of.action, &*of.detail, of.conversation_id, of.item_id, &*of.who.login))
        .collect();
    let expected = [
        ("view", "not found", Some(99), None, "minsu"),
        ("photo", "not found", None, Some(77), "minsu"),
        ("audit", "refused", None, None, "minsu"),
        ("export", "refused", Some(1), None, "minsu"),
        ("view", "refused", Some(1), None, "buk"),
    ];
    assert_eq!(told, expected);
    assert!(
        rows[1..]
            .iter()
            .filter(|row| row.record.action != "change")
            .all(|row| row.record.subjects.is_empty())
    );
}

/// Who may not see a text sees who did; that they looked is logged like everything else.
#[tokio::test(start_paused = true)]
async fn an_auditor_reads_the_log_and_stands_in_it() {
    let desk = Desk::open();
    let minsu = desk.one_active().await;
    desk.get("/v1/conversations/1", &minsu).await.expect(200);
    desk.get("/v1/audit", &minsu).await.refused("role_refuses");
    desk.hire("auditor").await;
    let duties = desk.store.set_duties("auditor".into(), Some(crate::domain::actor::Role::Auditor), None);
    duties.await.expect("given");
    let id =
        desk.store.counselors().await.expect("all").iter().find(|c| c.login == "auditor").expect("them").id;
    desk.with_second_factor(id).await;
    let token = desk.store.issue_token(id, desk.now() + 3_600_000, desk.now()).await.expect("a token");
    let page = desk.get("/v1/audit?conversation=1&limit=1", &token).await.expect(200);
    assert_eq!((&page["rows"][0]["action"], &page["rows"][0]["login"]), (&json!("view"), &json!("minsu")));
    let next = page["next"].as_i64().expect("more rows");
    let rest = desk.get(&format!("/v1/audit?conversation=1&limit=1&after={next}"), &token).await.expect(200);
    assert_eq!((&rest["rows"][0]["detail"], &rest["next"]), (&json!("claim"), &Value::Null));
    let views = desk.get("/v1/audit?action=view&login=minsu&conversation=1", &token).await.expect(200);
    assert_eq!(views["rows"].as_array().map(Vec::len), Some(1));
    let refused = desk.get("/v1/audit?action=dance", &token).await.refused("bad_request");
    assert!(refused["detail"].as_str().is_some_and(|words| words.contains("reveal")), "{refused}");
    let who_saw = "/v1/audit/who_saw";
    desk.post(who_saw, &token, json!({"number": CITIZEN, "reason": " "})).await.refused("bad_request");
    let saw = desk.post(who_saw, &token, json!({"number": CITIZEN, "reason": "민원"})).await;
    assert!(!saw.body.contains("버스") && !saw.body.contains(&CITIZEN[3..]), "{}", saw.body);
    assert_eq!(saw.expect(200)["rows"].as_array().map(Vec::len), Some(2));
    let last = desk.rows().await.pop().expect("a row").record;
    assert_eq!(
        (last.action.as_str(), last.detail.as_str(), last.reason.as_str()),
        ("audit", "who-saw", "민원")
    );
    assert_eq!((last.who.role.as_str(), Subject::unpack(&last.subjects).len()), ("auditor", 1));
    assert_eq!(desk.rows().await.iter().filter(|row| row.record.detail == "show").count(), 3);
}

/// An answer waits for its row; without it, nothing leaves.
#[tokio::test(start_paused = true)]
async fn what_cannot_be_logged_is_not_shown() {
    let desk = Desk::open();
    let token = desk.one_active().await;
    let file = rusqlite::Connection::open(desk.path("munja.db")).expect("the file");
    file.execute_batch("DROP TABLE access").expect("dropped");
    let refused = desk.get("/v1/conversations/1", &token).await;
    assert!(refused.status.is_server_error() && !refused.body.contains("버스"), "{}", refused.body);
    let refused = desk.get("/v1/conversations?state=open", &token).await;
    assert!(refused.status.is_server_error() && !refused.body.contains("버스"), "{}", refused.body);
}

/// The column of the route table against the methods: whatever is read by GET and shows a citizen's data waits for its row.
#[test]
fn every_route_has_its_word() {
    let table = crate::api::table();
    let (mut before, mut with, mut nothing) = (0, 0, Vec::new());
    for (_, logged, route) in &table {
        match logged {
            Logged::BeforeAnswer(action) => {
                assert!(!matches!(action, Action::Change | Action::Admin | Action::Expire));
                before += 1;
            }
            Logged::WithChange | Logged::WithAttempt(_) => with += 1,
            Logged::Nothing => nothing.extend(route.1.paths.keys().cloned()),
        }
    }
    nothing.sort();
    let expected = [
        "/healthz",
        "/livez",
        "/metrics",
        "/readyz",
        // Accounts of our own people; their history is kept with them.
        "/v1/accounts",
        "/v1/accounts",
        "/v1/accounts/{login}/actions",
        "/v1/accounts/{login}/history",
        "/v1/advice",
        // What our own people tell each other.
        "/v1/announcements",
        "/v1/announcements",
        // Figures, and numbers of conversations.
        "/v1/board",
        "/v1/board/live",
        // Our own sentences to everybody.
        "/v1/bulletins",
        "/v1/bulletins",
        "/v1/bulletins/preview",
        "/v1/bulletins/{id}",
        "/v1/canned",
        "/v1/categories",
        "/v1/colleagues",
        "/v1/conversations/{id}/draft",
        "/v1/conversations/{id}/draft",
        "/v1/conversations/{id}/draft",
        "/v1/desks",
        "/v1/drafts",
        "/v1/duty",
        "/v1/events",
        // A text that is being written; nothing of it is kept.
        "/v1/length",
        // The service's own words.
        "/v1/lists",
        "/v1/lists/{list}",
        "/v1/lists/{list}/history",
        "/v1/lists/{list}/history/{version}",
        "/v1/login",
        "/v1/logout",
        "/v1/me",
        "/v1/me/presence",
        "/v1/password",
        "/v1/photos",
        // Figures: they hold nothing of a citizen.
        "/v1/reports",
        "/v1/reports/counselors",
        // Points with numbers of events and conversations, and hours.
        "/v1/reports/incentive",
        "/v1/reports/staffing",
        "/v1/reviews/sheet",
        "/v1/sessions",
        "/v1/sessions/end_others",
        "/v1/sessions/{id}",
        "/v1/status",
        "/v1/totp",
        "/v1/totp/confirm",
        "/v1/totp/disable",
    ];
    assert_eq!(nothing, expected, "a route that logs nothing shows no citizen's data: say why here");
    assert_eq!(before + with + nothing.len(), table.len());
}

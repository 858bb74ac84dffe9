//! First log-ins, passwords, second factors, sessions, and accounts of others.

use super::*;
use crate::domain::actor::{Actor, Role};
use crate::domain::totp::TotpSecret;
use crate::store::Grant;

const NEW: &str = "돌고래가 춤춘 바다";

impl Desk {
    /// An account as an operator adds one.
    async fn add(&self, login: &str, role: Role) {
        let new =
            NewCounselor {
                login: login.into(), name: format!("상담사 {login}"), password: PASSWORD.into()
            };
        let grant = Grant { role: Some(role), desks: None };
        self.store.add_account(new, grant, &Actor::operator("test"), self.now()).await.expect("added");
    }

    async fn log_in(&self, login: &str, password: &str, code: Option<&str>) -> Reply {
        self.post("/v1/login", "", json!({"login": login, "password": password, "code": code})).await
    }

    /// Sets up the second factor with this token; returns its secret.
    async fn totp(&self, token: &str, password: &str) -> TotpSecret {
        let setup = self.post("/v1/totp", token, json!({"password": password})).await.expect(200);
        let secret = TotpSecret::from_base32(setup["secret"].as_str().expect("a secret")).expect("base32");
        let code = json!({"code": secret.code_at(self.now())});
        let given = self.post("/v1/totp/confirm", token, code).await.expect(200);
        assert_eq!(given["codes"].as_array().map(Vec::len), Some(10));
        secret
    }
}

fn token(login: &Value) -> String {
    login["token"].as_str().expect("a token").to_owned()
}

#[tokio::test(start_paused = true)]
async fn the_first_log_in_changes_the_operators_password_before_anything_else() {
    let desk = Desk::open();
    desk.add("minsu", Role::Counselor).await;
    let login = desk.log_in("minsu", PASSWORD, None).await.expect(200);
    assert_eq!(login["first_step"], "password");
    let token = token(&login);
    desk.get("/v1/conversations?state=open", &token).await.refused("must_change_password");
    desk.get("/v1/sessions", &token).await.refused("must_change_password");
    let change =
        async |old: &str, new: &str| desk.post("/v1/password", &token, json!({"old": old, "new": new})).await;
    change("wrong", NEW).await.refused("wrong_password");
    change(PASSWORD, "짧다").await.refused("password_length");
    change(PASSWORD, "password2026!").await.refused("password_common");
    change(PASSWORD, "minsu1234567").await.refused("password_personal");
    change(PASSWORD, NEW).await.expect(204);
    change(NEW, NEW).await.refused("password_unchanged");
    desk.get("/v1/conversations?state=open", &token).await.expect(200);
    assert_eq!(desk.log_in("minsu", NEW, None).await.expect(200)["first_step"], Value::Null);
}

#[tokio::test(start_paused = true)]
async fn an_auditor_sets_up_a_second_factor_first_and_needs_its_codes_then() {
    let desk = Desk::open();
    desk.add("audit", Role::Auditor).await;
    let first = token(&desk.log_in("audit", PASSWORD, None).await.expect(200));
    desk.post("/v1/password", &first, json!({"old": PASSWORD, "new": NEW})).await.expect(204);
    desk.get("/v1/accounts", &first).await.refused("must_set_up_totp");
    let secret = desk.totp(&first, NEW).await;
    desk.get("/v1/accounts", &first).await.expect(200);
    desk.post("/v1/totp", &first, json!({"password": NEW})).await.refused("totp_in_use");
    desk.log_in("audit", NEW, None).await.refused("code_needed");
    desk.log_in("audit", NEW, Some(&secret.code_at(desk.now()))).await.refused("wrong_code");
    desk.pass(60_000).await;
    desk.log_in("audit", NEW, Some(&secret.code_at(desk.now()))).await.expect(200);
    // Given up, it has to be set up anew.
    desk.post("/v1/totp/disable", &first, json!({"password": NEW})).await.expect(204);
    desk.get("/v1/accounts", &first).await.refused("must_set_up_totp");
}

#[tokio::test(start_paused = true)]
async fn sessions_are_ones_own_to_see_and_end() {
    let desk = Desk::open();
    let (one, other) = (desk.token("minsu").await, desk.token("jiyeong").await);
    let two = token(&desk.log_in("minsu", PASSWORD, None).await.expect(200));
    let list = desk.get("/v1/sessions", &two).await.expect(200);
    let sessions = list["sessions"].as_array().expect("a list");
    assert_eq!(sessions.iter().map(|s| s["is_this"] == true).collect::<Vec<_>>(), [true, false]);
    let id = sessions[1]["id"].as_i64().expect("a number");
    let end = async |token: &str| {
        let path = format!("/v1/sessions/{id}");
        desk.send(request("DELETE", &path, token).body(Body::empty()).expect("a request")).await
    };
    end(&other).await.refused("not_found");
    desk.get("/v1/me", &one).await.expect(200);
    end(&two).await.expect(204);
    desk.get("/v1/me", &one).await.refused("unauthorized");
    let three = token(&desk.log_in("minsu", PASSWORD, None).await.expect(200));
    assert_eq!(desk.post("/v1/sessions/end_others", &two, json!({})).await.expect(200)["n"], 1);
    desk.get("/v1/me", &three).await.refused("unauthorized");
}

#[tokio::test(start_paused = true)]
async fn an_administrator_manages_accounts_but_not_their_own() {
    let desk = Desk::open();
    let admin = desk.token("admin").await;
    let me = desk.store.actor_of_token(&admin, "test".into(), desk.now()).await.expect("read").expect("them");
    let secret = desk.store.begin_totp(me.id().expect("a person")).await.expect("begun");
    let code = secret.code_at(desk.now());
    desk.store.confirm_totp(&me, code, desk.now()).await.expect("kept").expect("right");
    let none = Some(crate::domain::actor::DeskScope::Only(Vec::new()));
    desk.store.set_duties("admin".into(), Some(Role::Administrator), none).await.expect("given");

    let first = "처음 정해 준 말 하나";
    let new = json!({"login": "minsu", "name": "김민수", "password": first, "role": "counselor"});
    let weak = json!({"login": "minsu", "name": "김민수", "password": "김민수1234567"});
    desk.post("/v1/accounts", &admin, weak).await.refused("password_personal");
    desk.post("/v1/accounts", &admin, new.clone()).await.expect(204);
    desk.post("/v1/accounts", &admin, new).await.refused("login_taken");
    let act = async |login: &str, action: Value| {
        desk.post(&format!("/v1/accounts/{login}/actions"), &admin, action).await
    };
    let grant = |role: &str, desks: Value| json!({"action": "grant", "role": role, "desks": desks});
    act("minsu", grant("supervisor", json!(["nowhere"]))).await.refused("no_such_desk");
    act("minsu", grant("king", json!(["*"]))).await.refused("bad_request");
    act("minsu", grant("supervisor", json!(["*"]))).await.expect(204);
    act("admin", grant("supervisor", json!(["*"]))).await.refused("not_yourself");
    act("nobody", json!({"action": "disable"})).await.refused("not_found");
    let theirs = token(&desk.log_in("minsu", first, None).await.expect(200));
    act("minsu", json!({"action": "disable"})).await.expect(204);
    desk.get("/v1/me", &theirs).await.refused("unauthorized");
    act("minsu", json!({"action": "enable"})).await.expect(204);
    act("minsu", json!({"action": "password", "password": NEW})).await.expect(204);
    assert_eq!(desk.log_in("minsu", NEW, None).await.expect(200)["first_step"], "password");
    let history = desk.get("/v1/accounts/minsu/history", &admin).await.expect(200);
    let what: Vec<_> =
        history["changes"].as_array().expect("a list").iter().map(|c| c["what"].clone()).collect();
    let done = ["added", "role", "logged_in", "disabled", "enabled", "password_reset", "logged_in"];
    assert_eq!(what, done);
    let mut changes = history["changes"].as_array().expect("a list").iter();
    assert!(changes.all(|c| c["by"] == if c["what"] == "logged_in" { "minsu" } else { "admin" }));
    desk.get("/v1/conversations?state=open", &admin).await.refused("role_refuses");
}

/// Passwords are checked beside the requests of others, which go on.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_flood_of_log_ins_leaves_other_requests_alone() {
    let desk = Desk::open();
    let minsu = desk.token("minsu").await;
    let flood = futures_util::future::join_all((0..200).map(|_| desk.log_in("jiyeong", "wrong", None)));
    let work = async {
        for _ in 0..20 {
            desk.get("/v1/me", &minsu).await.expect(200);
        }
    };
    let (answers, ()) = tokio::join!(flood, work);
    let known = ["wrong_login", "locked_out", "log_ins_crowded"];
    assert!(answers.iter().all(|answer| known.contains(&answer.code().as_str())));
}

//! Logging in and out, and that nothing goes without.

use super::*;

#[tokio::test(start_paused = true)]
async fn in_and_out() {
    let desk = Desk::open();
    let id = desk.hire("minsu").await;
    let body = json!({"login": "minsu", "password": PASSWORD});
    let login = desk.post("/v1/login", "", body).await.expect(200);
    let token = login["token"].as_str().expect("a token");
    let who = json!({"id": id, "login": "minsu", "name": "상담사 minsu"});
    assert_eq!(login["counselor"], who);
    assert_eq!(login["expires_at"], desk.now() + 12 * 3_600_000);
    let me = desk.get("/v1/me", token).await.expect(200);
    assert_eq!(
        (&me["login"], &me["role"], &me["desks"]),
        (&json!("minsu"), &json!("counselor"), &json!("*"))
    );

    desk.post("/v1/logout", token, json!({})).await.expect(204);
    desk.get("/v1/me", token).await.refused("unauthorized");
}

#[tokio::test(start_paused = true)]
async fn a_token_ends_by_itself_and_with_its_counselor() {
    let desk = Desk::open();
    let (early, late) = (desk.token("early").await, desk.token("late").await);
    desk.store.disable_counselor("early".into(), desk.now()).await.expect("disabled");
    desk.get("/v1/me", &early).await.refused("unauthorized");
    desk.get("/v1/me", &late).await.expect(200);
    desk.pass(3_600_000).await;
    desk.get("/v1/me", &late).await.refused("unauthorized");
}

#[tokio::test(start_paused = true)]
async fn nothing_without_a_token() {
    let desk = Desk::open();
    let document: Value = serde_json::from_str(&crate::api::document()).expect("JSON");
    let mut n = 0;
    for (path, item) in document["paths"].as_object().expect("paths") {
        for method in item.as_object().expect("methods").keys() {
            if ["/v1/login", "/healthz", "/livez", "/readyz"].contains(&path.as_str()) {
                continue;
            }
            n += 1;
            let path = path.replace("{id}", "1");
            for sent in ["", "Bearer", "Bearer ", "Bearer 00", "Basic bWluc3U6eA==", "bearer\tx"] {
                let mut builder = request(&method.to_uppercase(), &path, "");
                if !sent.is_empty() {
                    builder = builder.header("authorization", sent);
                }
                let answer = desk.send(builder.body(Body::empty()).expect("a request")).await;
                assert_eq!(answer.headers["www-authenticate"], "Bearer", "{path}");
                answer.refused("unauthorized");
            }
        }
    }
    assert!(n >= 14, "{n} operations");
    assert_eq!(desk.get("/healthz", "").await.body, "ok");
    assert_eq!(desk.get("/v1/openapi.json", "").await.status, 200);
}

#[tokio::test(start_paused = true)]
async fn guessing_locks_the_account_also_in_parallel() {
    let desk = Desk::open();
    desk.hire("minsu").await;
    let guess = |n: i32| desk.post("/v1/login", "", json!({"login": "minsu", "password": format!("no {n}")}));
    let answers = futures_util::future::join_all((0..12).map(guess)).await;
    let n = |code: &str| answers.iter().filter(|answer| answer.code() == code).count();
    assert_eq!((n("wrong_login"), n("locked_out")), (4, 8));

    let right = json!({"login": "minsu", "password": PASSWORD});
    let locked = desk.post("/v1/login", "", right.clone()).await;
    assert_eq!(locked.headers["retry-after"], "901");
    assert_eq!(locked.refused("locked_out")["retry_after_secs"], 901);
    desk.pass(15 * 60_000).await;
    desk.post("/v1/login", "", right).await.expect(200);
}

#[tokio::test(start_paused = true)]
async fn unknown_and_disabled_get_the_same_answer_as_a_wrong_password() {
    let desk = Desk::open();
    desk.hire("gone").await;
    desk.hire("minsu").await;
    desk.store.disable_counselor("gone".into(), desk.now()).await.expect("disabled");
    for (login, password) in [("nobody", PASSWORD), ("gone", PASSWORD), ("minsu", "wrong"), ("", "")] {
        let body = json!({"login": login, "password": password});
        desk.post("/v1/login", "", body).await.refused("wrong_login");
    }
}

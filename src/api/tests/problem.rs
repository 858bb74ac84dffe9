//! Every refusal is a problem.

use super::super::problem::{Problem, describe};
use super::*;
use crate::store::StoreError;
use axum::middleware;
use axum::routing::get;

#[tokio::test(start_paused = true)]
async fn every_refusal_is_a_problem_in_the_persons_language() {
    let desk = Desk::open();
    let token = desk.token("minsu").await;
    let english = desk.post("/v1/conversations/next", &token, json!({})).await;
    assert_eq!(english.headers["content-type"], "application/problem+json");
    assert_eq!(english.headers["content-language"], "en");
    assert_eq!(english.headers["cache-control"], "no-store");
    let id = english.headers["x-request-id"].to_str().expect("an id").to_owned();
    let problem = english.refused("nobody_waits");
    assert_eq!((&problem["request_id"], &problem["status"]), (&json!(id), &json!(404)));
    assert_eq!(problem["type"], "urn:munja:problem:nobody_waits");
    assert_eq!(problem["title"], "Nobody is waiting");
    assert!(id.len() == 12 && id.bytes().all(|b| b.is_ascii_alphanumeric()), "{id}");

    let wish = request("POST", "/v1/conversations/next", &token).header("accept-language", "ko-KR,en;q=0.5");
    let korean = desk.send(wish.body(Body::empty()).expect("a request")).await;
    assert_eq!(korean.headers["content-language"], "ko");
    assert_eq!(korean.refused("nobody_waits")["title"], "대기 중인 상담 없음");
}

#[tokio::test(start_paused = true)]
async fn a_good_answer_has_an_id_too() {
    let desk = Desk::open();
    let answer = desk.get("/healthz", "").await;
    assert_eq!(answer.headers["x-request-id"].len(), 12);
    assert_eq!(answer.headers["cache-control"], "no-store");
}

#[tokio::test(start_paused = true)]
async fn no_such_route_or_method() {
    let desk = Desk::open();
    for path in ["/v1", "/v1/towns", "/v1/conversations/1/2/3", "/v1/me/"] {
        desk.get(path, "").await.refused("not_found");
    }
    let wrong = desk.get("/v1/login", "").await;
    assert_eq!(wrong.headers["allow"], "POST");
    wrong.refused("method_not_allowed");
    desk.post("/v1/openapi.json", "", json!({})).await.refused("method_not_allowed");
    desk.get("/v1/conversations/next", "").await.refused("method_not_allowed");
}

#[tokio::test(start_paused = true)]
async fn bodies_that_are_no_json_or_too_long() {
    let desk = Desk::open();
    let send = |body: Vec<u8>| {
        let request = request("POST", "/v1/login", "").body(Body::from(body)).expect("a request");
        desk.send(request)
    };
    let missing = send(br#"{"login": "minsu"}"#.to_vec()).await.refused("bad_request");
    assert_eq!(missing["detail"], "This field is missing or wrong: password. It is needed.");
    for body in [&b"{"[..], b"[]", b"\xff\xfe", b"null", b"{\"login\": 1}"] {
        send(body.to_vec()).await.refused("bad_request");
    }
    send(vec![b' '; 256 * 1024 + 1]).await.refused("body_too_large");
}

#[tokio::test(start_paused = true)]
async fn a_body_that_never_ends_is_given_up() {
    let desk = Desk::open();
    let endless = Body::from_stream(futures_util::stream::pending::<Result<Vec<u8>, std::io::Error>>());
    let request = request("POST", "/v1/login", "").body(endless).expect("a request");
    desk.send(request).await.refused("too_slow");
}

#[tokio::test(start_paused = true)]
async fn store_errors_and_panics() {
    let table = [
        (StoreError::NotFound, "not_found"),
        (StoreError::Busy, "database_busy"),
        (StoreError::Full, "database_full"),
        (StoreError::ReadOnly, "database_broken"),
        (StoreError::Corrupt("page 7".into()), "database_broken"),
        (StoreError::Unusable("no".into()), "database_broken"),
        (StoreError::DiskFailed, "database_broken"),
        (StoreError::Crashed, "internal"),
        (StoreError::Conflict("who knows".into()), "internal"),
    ];
    for (error, code) in table {
        let fail = async move || Err::<(), _>(Problem::from(error.clone()));
        let router = Router::new().route("/", get(fail)).layer(middleware::from_fn(describe));
        let answer = send(&router, request("GET", "/", "").body(Body::empty()).expect("a request")).await;
        assert!(!answer.body.contains("page 7"), "causes are for the log");
        answer.refused(code);
    }
    let fall = async || -> &'static str { panic!("on purpose") };
    let router = Router::new().route("/", get(fall)).layer(middleware::from_fn(describe));
    let answer = send(&router, request("GET", "/", "").body(Body::empty()).expect("a request")).await;
    answer.refused("internal");
}

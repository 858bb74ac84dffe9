//! The typed client: retries, errors, addresses, the live stream.

use serde_json::{Value, json};

use crate::client::fake::{Fake, Reply};
use std::time::Duration;

use crate::api::wire::{EventView, ListRequest, ProblemCode, ReplyRequest};
use crate::client::*;
use crate::domain::outbound::ClientKey;

fn client(url: &str) -> Client {
    let _ = rustls::crypto::aws_lc_rs::default_provider().install_default();
    let address: Address = url.parse().expect("an address");
    Client::new(&address)
        .expect("a client")
        .with_token("secret-token".into())
        .pausing([Duration::from_millis(1); 3])
}

fn key() -> ClientKey {
    ClientKey::from_random([7; ClientKey::LEN])
}

fn words() -> ReplyRequest {
    ReplyRequest { text: "네".to_owned(), last_seen: 5, ..ReplyRequest::default() }
}

fn accepted() -> Reply {
    Reply::Json(json!({ "reply_id": 3, "n_bytes": 2, "messages": [], "repeated": true }))
}

const REPLIES: &str = "POST /v1/conversations/12/replies";

#[tokio::test]
async fn a_reply_is_asked_for_again_under_the_same_key() {
    let server = Fake::start().await;
    let busy = Reply::Problem(503, "database_busy", json!({}));
    server.on(
        REPLIES,
        [Reply::Lost, busy, Reply::Raw(502, "text/html", "<h1>Bad Gateway</h1>".into()), accepted()],
    );
    let answer = client(&server.url).reply(12, &words(), &key()).await.expect("accepted at last");
    assert!(answer.repeated);
    let asked = server.asked();
    assert_eq!(asked.len(), 4);
    for request in &asked {
        assert_eq!(request.header(IDEMPOTENCY_KEY), Some(key().as_str()));
        assert_eq!(request.header("authorization"), Some("Bearer secret-token"));
        assert_eq!(request.body, json!({ "text": "네", "last_seen": 5, "force": false }));
    }
}

#[tokio::test]
async fn a_reply_is_given_up_after_four_tries_and_leaves_doubt() {
    let server = Fake::start().await;
    server.on(REPLIES, [Reply::Lost]);
    let error = client(&server.url).reply(12, &words(), &key()).await.expect_err("never answered");
    assert!(matches!(error, ClientError::NoAnswer { .. }) && error.leaves_doubt());
    assert_eq!(server.asked().len(), 4);
}

#[tokio::test]
async fn a_change_without_an_answer_leaves_doubt_and_a_question_does_not() {
    let server = Fake::start().await;
    for route in ["GET /v1/me", "PUT /v1/lists/words", "POST /v1/messages/3/recall"] {
        server.on(route, [Reply::Lost]);
    }
    let client = client(&server.url);
    let is_doubt = |error: ClientError| matches!(error, ClientError::NoAnswer { .. });
    let list = |dry_run| ListRequest { content: None, based_on: 0, reason: "x".to_owned(), dry_run };
    assert!(!is_doubt(client.me().await.expect_err("lost")));
    assert!(!is_doubt(client.edit_list("words", &list(true)).await.expect_err("lost")));
    assert!(is_doubt(client.edit_list("words", &list(false)).await.expect_err("lost")));
    server.on("PUT /v1/lists/words", [Reply::Raw(502, "text/html", "<h1>Bad Gateway</h1>".into())]);
    assert!(is_doubt(client.edit_list("words", &list(false)).await.expect_err("lost")));
}

#[tokio::test]
async fn a_refusal_is_not_asked_for_again() {
    let server = Fake::start().await;
    let newer = json!({ "newer": [{ "id": 9, "direction": "in", "at": 1, "text": "아니요" }] });
    server.on(REPLIES, [Reply::Problem(409, "newer_texts", newer)]);
    let error = client(&server.url).reply(12, &words(), &key()).await.expect_err("refused");
    assert_eq!(error.code(), Some(ProblemCode::NewerTexts));
    assert!(!error.leaves_doubt() && !error.may_pass());
    let ClientError::Problem(problem) = error else { panic!("a problem") };
    assert_eq!((problem.status, problem.newer[0].id()), (409, 9));
    assert_eq!(server.asked().len(), 1);
}

#[tokio::test]
async fn what_does_not_speak_as_munja_does_is_told_apart() {
    let server = Fake::start().await;
    let table = [
        Reply::Raw(200, "text/html", "<html>".into()),
        Reply::Raw(404, "text/html", "<html>".into()),
        Reply::Raw(302, "text/html", String::new()),
        Reply::Json(json!({ "id": "영희의 비밀" })),
    ];
    for reply in table {
        server.on("GET /v1/me", [reply]);
        let error = client(&server.url).me().await.expect_err("nonsense");
        assert!(matches!(error, ClientError::BadAnswer { .. }), "{error:?}");
        assert!(!error.to_string().contains("비밀"), "{error}");
    }
}

#[tokio::test]
async fn nobody_there() {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").expect("a port");
    let url = format!("http://{}", listener.local_addr().expect("bound"));
    drop(listener);
    let error = client(&url).me().await.expect_err("nobody");
    let ClientError::Unreachable { server, why } = error else { panic!("unreachable") };
    assert_eq!(server, url);
    assert!(why.contains("refused"), "{why}");
}

#[tokio::test]
async fn through_a_unix_socket() {
    let dir = tempfile::tempdir().expect("a directory");
    let path = dir.path().join("api.sock");
    let listener = tokio::net::UnixListener::bind(&path).expect("a socket");
    let me = axum::routing::get(|| async { r#"{"id":1,"login":"minsu","name":"김민수"}"# });
    tokio::spawn(async move { axum::serve(listener, axum::Router::new().route("/v1/me", me)).await });
    let me = client(&format!("unix:{}", path.display())).me().await.expect("an answer");
    assert_eq!(me.counselor.name, "김민수");
}

#[tokio::test]
async fn the_sentences_are_asked_for_in_the_persons_language() {
    let server = Fake::start().await;
    let _ = client(&server.url).with_language("ko").conversations(Listed::Mine, 7).await;
    let asked = server.asked();
    assert_eq!(asked[0].header("accept-language"), Some("ko"));
    assert_eq!(asked[0].line, "GET /v1/conversations?state=mine&limit=7");
}

fn event(seq: i64) -> String {
    let data: Value = json!({ "seq": seq, "at": 0, "kind": "text_in", "conversation_id": 12 });
    format!("id: {seq}\nevent: text_in\ndata: {data}\n\n")
}

/// The numbers of the next `n` events, whatever comes between them.
async fn numbers(events: &mut Events, n: usize) -> Vec<i64> {
    let mut found = Vec::new();
    while found.len() < n {
        if let Feed::Event(EventView { seq, .. }) = events.next().await.expect("no refusal") {
            found.push(seq);
        }
    }
    found
}

#[tokio::test]
async fn the_stream_comes_back_after_the_last_event() {
    let server = Fake::start().await;
    let first = format!(": hi\n\nid: 40\nevent: hello\ndata: {{}}\n\n{}{}", event(41), event(42));
    let again = format!("{}{}{}", event(42), event(43), event(44));
    server.on("GET /v1/events", [Reply::Events(first), Reply::Lost, Reply::Events(again)]);
    let mut events = client(&server.url).events(None);
    assert_eq!(numbers(&mut events, 4).await, [41, 42, 43, 44]);
    let asked = server.asked();
    assert_eq!((asked[0].line.as_str(), asked[0].header("last-event-id")), ("GET /v1/events?from=now", None));
    for request in &asked[1..] {
        assert_eq!((request.line.as_str(), request.header("last-event-id")), ("GET /v1/events", Some("42")));
    }
}

#[tokio::test]
async fn the_greeting_tells_where_now_is() {
    let server = Fake::start().await;
    let hello = Reply::Events("id: 40\nevent: hello\ndata: {}\n\n".into());
    server.on("GET /v1/events", [hello, Reply::Events(event(41))]);
    let mut events = client(&server.url).events(None);
    assert!(matches!(events.next().await, Ok(Feed::Lost { .. })));
    assert_eq!(events.next().await.expect("back"), Feed::Back);
    assert_eq!(numbers(&mut events, 1).await, [41]);
    assert_eq!(server.asked()[1].header("last-event-id"), Some("40"));
}

#[tokio::test]
async fn the_stream_ends_when_the_server_turns_us_away() {
    let server = Fake::start().await;
    server.on("GET /v1/events", [Reply::Events(event(1)), Reply::Problem(401, "unauthorized", json!({}))]);
    let mut events = client(&server.url).events(Some(0));
    assert_eq!(numbers(&mut events, 1).await, [1]);
    assert!(matches!(events.next().await, Ok(Feed::Lost { .. })));
    assert_eq!(events.next().await.expect_err("turned away").code(), Some(ProblemCode::Unauthorized));
}

#[tokio::test]
async fn a_first_connection_that_fails_is_an_error() {
    let server = Fake::start().await;
    server.on("GET /v1/events", [Reply::Problem(503, "database_busy", json!({}))]);
    let error = client(&server.url).events(None).next().await.expect_err("no stream");
    assert_eq!(error.code(), Some(ProblemCode::DatabaseBusy));
}

#[tokio::test]
async fn a_stream_whose_first_connection_fails_is_tried_again_if_its_reader_is_patient() {
    let server = Fake::start().await;
    let refused = || Reply::Problem(503, "database_busy", json!({}));
    server.on("GET /v1/events", [refused()]);
    assert!(client(&server.url).events(None).next().await.is_err());
    let event = json!({ "seq": 7, "at": 1, "kind": "opened", "conversation_id": 1 });
    let line = format!("id: 7\nevent: opened\ndata: {event}\n\n");
    server.on("GET /v1/events", [refused(), Reply::Events(line)]);
    let mut events = client(&server.url).events(None).patient();
    assert!(matches!(events.next().await, Ok(Feed::Lost { .. })));
    assert!(matches!(events.next().await, Ok(Feed::Back)));
    assert!(matches!(events.next().await, Ok(Feed::Event(event)) if event.seq == 7));
    server.on("GET /v1/events", [Reply::Problem(401, "unauthorized", json!({}))]);
    assert!(client(&server.url).events(None).patient().next().await.is_err(), "a refusal stays one");
}

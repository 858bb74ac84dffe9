//! What must never leave: whole numbers in answers; texts, numbers, tokens, passwords and query strings in the log.

use super::*;
use std::io::Write;
use std::sync::{Mutex, PoisonError};
use tracing_subscriber::fmt::MakeWriter;

#[derive(Clone, Default)]
struct Log(Arc<Mutex<Vec<u8>>>);

impl Write for Log {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

impl MakeWriter<'_> for Log {
    type Writer = Log;

    fn make_writer(&self) -> Log {
        self.clone()
    }
}

/// A day at the desk, with its mishaps. Returns every answer.
async fn a_day(desk: &Desk, token: &str) -> Vec<Reply> {
    let say = |words: &str| json!({"text": words, "last_seen": 1});
    desk.text_in("010-7777-8888", "동료는 볼 수 없는 말").await;
    let mut all = vec![
        desk.reply(1, token, "k1", say("은밀한 답장")).await,
        desk.reply(1, token, "k1", say("은밀한 다른 답장")).await,
        desk.reply(1, token, "k2", say("은밀한 ☕")).await,
        desk.reply(1, token, "k3", json!({"text": 5, "last_seen": "010-1234-5678"})).await,
    ];
    desk.doubt().await;
    for path in [
        "/v1/me",
        "/v1/status",
        "/v1/conversations?state=open",
        "/v1/conversations?state=%EC%9D%80%EB%B0%80&q=01012345678",
        "/v1/conversations/1",
        "/v1/conversations/01012345678x",
        "/v1/messages?state=in_doubt",
        "/v1/nowhere/01012345678?token=%EC%9D%80%EB%B0%80",
    ] {
        all.push(desk.get(path, token).await);
    }
    for (path, body) in [
        ("/v1/messages/1/decision", json!({"decision": "give_up"})),
        ("/v1/messages/1/recall", json!({})),
        ("/v1/conversations/2/claim", json!({})),
        ("/v1/conversations/2/close", json!({"reason": "은밀한 까닭", "last_seen": 0, "force": true})),
        ("/v1/login", json!({"login": "minsu", "password": "은밀한 암호"})),
        ("/v1/login", json!({"login": "minsu", "password": PASSWORD})),
    ] {
        all.push(desk.post(path, token, body).await);
    }
    all.push(desk.get("/v1/me", "not-a-token").await);
    all.push(desk.post("/v1/logout", token, json!({})).await);
    all
}

#[tokio::test]
async fn answers_hold_masked_numbers_and_the_log_holds_nothing() {
    let log = Log::default();
    let listener = || {
        let lines = tracing_subscriber::fmt().with_ansi(false).without_time();
        tracing::Dispatch::new(lines.with_max_level(tracing::Level::TRACE).with_writer(log.clone()).finish())
    };
    // While there is only one, tests on other threads, which have none, decide that nobody listens.
    let _second = listener();
    let guard = tracing::dispatcher::set_default(&listener());
    let desk = Desk::open();
    let token = desk.one_active().await;
    let answers = a_day(&desk, &token).await;
    drop(guard);

    assert!(answers.iter().any(|a| a.body.contains("010-****-5678")));
    for answer in &answers {
        let digits: String = answer.body.chars().filter(char::is_ascii_digit).collect();
        for number in ["01012345678", "01077778888"] {
            assert!(!digits.contains(number) && !answer.body.contains("12345678"), "{}", answer.body);
        }
    }
    let log = String::from_utf8(log.0.lock().unwrap_or_else(PoisonError::into_inner).clone()).expect("text");
    for answer in answers.iter().filter(|a| a.status.is_client_error()) {
        let id = answer.headers["x-request-id"].to_str().expect("an id");
        let line = log.lines().find(|line| line.contains(id)).expect("a line under the id");
        assert!(line.contains(&answer.code()), "{line}");
    }
    let new_token = answers.iter().find_map(|a| a.json()["token"].as_str().map(str::to_owned));
    let words = ["은밀한", "%EC", "동료는", "버스가", PASSWORD, "not-a-token", "state=", &token];
    let numbers = ["12345678", "010-1234", "77778888", "010-7777"];
    for secret in words.into_iter().chain(numbers).chain(new_token.as_deref()) {
        assert_eq!(log.lines().find(|line| line.contains(secret)), None, "{secret}");
    }
}

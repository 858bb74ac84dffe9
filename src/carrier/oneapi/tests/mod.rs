//! The driver against canned answers: what it asks, and what it makes of every answer a server can give.

mod any;
mod inbound;
mod push;
mod send;
mod status;

use crate::domain::inbound::InboundItem;
use crate::domain::text::Limits;
use secrecy::SecretString;
use serde_json::json;
use std::sync::Arc;
use std::time::Duration;
use url::Url;

use super::*;
use crate::carrier::canned::{Answered, KEY, NOW, Seen, asked, client, ok, outbound, run, said};
use crate::carrier::http::Broken;
use crate::domain::text::Charset;

fn config() -> OneApiConfig {
    OneApiConfig {
        login: Login::Basic { user: "user".to_owned(), password: SecretString::from("pass1234") },
        registration: "INBOUND".to_owned(),
        reading: Reading::Removes,
        number: "062-120-0000".to_owned(),
        page_limit: 2,
        utc_offset_minutes: 540,
        is_wrapped: true,
        has_tel: true,
        address_is_list: true,
        sender_name: None,
        notify_url: None,
        push_token: Some(SecretString::from("TOKEN77")),
        correlator_memory: Duration::from_secs(86_400),
        limits: Limits { charset: Charset::Gsm7Ucs2, sms: 1, lms: 3 },
        sends_per_sec: 5,
        others_per_sec: 5,
        min_poll: Duration::from_secs(1),
    }
}

fn driver(answers: Vec<Answered>) -> (OneApi, Seen) {
    driver_with(config(), answers)
}

fn driver_with(config: OneApiConfig, answers: Vec<Answered>) -> (OneApi, Seen) {
    let (http, seen) = client(answers, &[("date", "Wed, 01 Jul 2026 00:00:05 GMT"), ("retry-after", "7")]);
    (OneApi::new(config, http, Arc::new(|| NOW)), seen)
}

fn error(sort: &str, code: &str) -> Value {
    let exception =
        json!({ "messageId": code, "text": "Invalid input value for message part %1", "variables": ["x"] });
    json!({ "requestError": { sort: exception } })
}

fn service(code: &str) -> Value {
    error("serviceException", code)
}

#[tokio::test]
async fn a_check_reads_no_texts() {
    let (oneapi, seen) = driver(vec![said(404, service("SVC0002"))]);
    assert_eq!(oneapi.check().await.unwrap(), Some(5_000));
    let path = "/smsmessaging/outbound/tel%3A%2B82621200000/requests/munja-check/deliveryInfos";
    assert_eq!(asked(&seen), [format!("GET {path}")]);
    let fine = [said(400, service("SVC0004")), ok(json!({ "deliveryInfoList": {} }))];
    for answer in fine {
        assert!(driver(vec![answer]).0.check().await.is_ok());
    }
    let cases = [
        (said(401, service("SVC0002")), ErrorKind::Auth),
        (said(403, error("policyException", "POL0001")), ErrorKind::Config),
        (said(403, error("policyException", "POL0904")), ErrorKind::RateLimited),
        // Not OneAPI's own words: there is something else at this address.
        (Ok((404, b"<html>".to_vec())), ErrorKind::Config),
        (Ok((200, b"<html>".to_vec())), ErrorKind::Transient),
        (said(500, service("SVC0001")), ErrorKind::Transient),
        (Err(Broken::NotSent), ErrorKind::NotSent),
    ];
    for (answer, kind) in cases {
        let error = driver(vec![answer.clone()]).0.check().await.unwrap_err();
        assert_eq!(error.kind, kind, "{answer:?}");
    }
}

#[tokio::test]
async fn who_we_are_is_said_in_two_ways() {
    let bearer = Login::Bearer { token: SecretString::from("T0KEN") };
    for (login, expected) in [(config().login, "Basic dXNlcjpwYXNzMTIzNA=="), (bearer, "Bearer T0KEN")] {
        let (oneapi, seen) =
            driver_with(OneApiConfig { login, ..config() }, vec![said(404, service("SVC0002"))]);
        oneapi.check().await.unwrap();
        let header = seen.lock().unwrap()[0].headers()["authorization"].clone();
        assert!(header.is_sensitive());
        assert_eq!(header, expected);
    }
}

#[tokio::test]
async fn errors_hold_no_password_no_number_and_no_text() {
    for secret in ["01012345678", "+821012345678", "pass1234", "살려", "TOKEN77", "dXNlcjpwYXNzMTIzNA=="] {
        for status in [200, 201, 400, 401, 403, 404, 409, 429, 500] {
            let body =
                json!({ "requestError": { "serviceException": { "messageId": secret, "text": secret } } });
            let (oneapi, _) = driver(vec![said(status, body.clone()), said(status, body)]);
            let sent = oneapi.send(&outbound("살려 주세요")).await;
            let checked = oneapi.check().await;
            let shown = format!("{sent:?} {checked:?}");
            assert!(!shown.contains(secret), "{status}: {shown}");
        }
    }
    let shown = format!("{:?} {:?}", driver(vec![]).0, config());
    assert!(!shown.contains("pass1234") && !shown.contains("TOKEN77"), "{shown}");
}

#[test]
fn both_limits_are_kept() {
    run(async {
        let (oneapi, _) = driver((0..11).map(|_| said(204, json!(null))).collect());
        let began = tokio::time::Instant::now();
        for _ in 0..11 {
            oneapi.poll_inbound(&Cursor::starting_at(NOW)).await.unwrap();
        }
        assert!((2_001..2_100).contains(&began.elapsed().as_millis()), "{:?}", began.elapsed());
        let (oneapi, _) = driver(vec![]);
        let began = tokio::time::Instant::now();
        for _ in 0..11 {
            oneapi.send(&outbound("네")).await.unwrap_err();
        }
        assert!((2_001..2_100).contains(&began.elapsed().as_millis()), "{:?}", began.elapsed());
    });
}

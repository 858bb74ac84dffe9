//! The driver against canned answers: what it asks smsbox, and what it makes of every answer and call.

mod push;
mod send;

use std::sync::Arc;
use std::time::Duration;

use secrecy::SecretString;
use url::Url;

use super::*;
use crate::carrier::canned::{Answered, KEY, NOW, Seen, client, outbound};
use crate::carrier::http::Broken;
use crate::carrier::{CarrierError, ErrorKind};

const TOKEN: &str = "TOKEN77";

fn config() -> KannelConfig {
    KannelConfig {
        user: "munja".to_owned(),
        password: SecretString::from("pass1234"),
        smsc: None,
        callback_url: Url::parse("http://127.0.0.1:6121/push/kannel").unwrap(),
        push_token: SecretString::from(TOKEN),
        max_segments: 6,
        sends_per_sec: 5,
        others_per_sec: 5,
        min_poll: Duration::from_secs(1),
    }
}

fn driver(answers: Vec<Answered>) -> (Kannel, Seen) {
    driver_with(config(), answers)
}

fn driver_with(config: KannelConfig, answers: Vec<Answered>) -> (Kannel, Seen) {
    let (http, seen) = client(answers, &[("date", "Wed, 01 Jul 2026 00:00:05 GMT")]);
    (Kannel::new(config, http, Arc::new(|| NOW)), seen)
}

fn said(status: u16, body: &str) -> Answered {
    Ok((status, body.as_bytes().to_vec()))
}

/// The fields of the n-th request.
fn asked(seen: &Seen, n: usize) -> Vec<(String, String)> {
    let seen = seen.lock().unwrap();
    let (method, uri) = (seen[n].method(), seen[n].uri());
    assert_eq!((method, uri.path()), (&Method::GET, "/cgi-bin/sendsms"));
    url::form_urlencoded::parse(uri.query().unwrap().as_bytes()).into_owned().collect()
}

#[tokio::test]
async fn a_check_sends_nothing() {
    let (kannel, seen) = driver(vec![said(400, "Missing receiver number, rejected")]);
    assert_eq!(kannel.check().await.unwrap(), Some(5_000));
    let login = [("username", "munja"), ("password", "pass1234")];
    assert_eq!(asked(&seen, 0), login.map(|(name, value)| (name.to_owned(), value.to_owned())));
    let cases = [
        (said(403, "Authorization failed for sendsms"), ErrorKind::Auth),
        (said(404, "Unknown request."), ErrorKind::Config),
        (said(400, "<html>somebody else's</html>"), ErrorKind::Transient),
        (said(200, "<html>a router's start page</html>"), ErrorKind::Protocol),
        (said(500, ""), ErrorKind::Transient),
        (Err(Broken::Reset), ErrorKind::Transient),
        (Err(Broken::NotSent), ErrorKind::NotSent),
    ];
    for (answer, kind) in cases {
        let error = driver(vec![answer.clone()]).0.check().await.unwrap_err();
        assert_eq!(error.kind, kind, "{answer:?}");
    }
}

#[tokio::test]
async fn errors_hold_no_password_no_number_and_no_text() {
    for secret in ["01012345678", "pass1234", "살려", TOKEN] {
        for status in [200, 202, 400, 403, 404, 500, 503] {
            let body = format!("Not routable {secret}");
            let (kannel, _) = driver(vec![said(status, &body), said(status, &body)]);
            let shown =
                format!("{:?} {:?}", kannel.send(&outbound("살려 주세요")).await, kannel.check().await);
            assert!(!shown.contains(secret), "{status}: {shown}");
        }
    }
    let shown = format!("{:?} {:?}", driver(vec![]).0, config());
    assert!(!shown.contains("pass1234") && !shown.contains(TOKEN), "{shown}");
}

/// As it was tried against Debian's package (`tests/kannel-check.sh` writes the same lines).
#[test]
fn the_lines_for_kannel_hold_every_code_the_driver_reads_and_no_secret() {
    let lines = driver(vec![]).0.lines_for_the_other_side().unwrap();
    let url = "get-url = \"http://127.0.0.1:6121/push/kannel?token=TOKEN&id=%I&from=%p&to=%P&at=%T&charset=%C&text=%b\"";
    let expected =
        [url, "http-request-retry = 8640", "max-messages = 6", "max-messages = 0", "omit-empty = true"];
    for line in expected {
        assert!(lines.lines().any(|l| l == line), "{line}:\n{lines}");
    }
    assert!(!lines.contains("pass1234") && !lines.contains(TOKEN), "{lines}");
}

//! The driver against canned answers: what it asks, and what it makes of every answer that Jasmin gives.

mod any;
mod push;
mod send;

use std::sync::Arc;
use std::time::Duration;

use url::Url;

use super::*;
use crate::carrier::canned::{Answered, KEY, NOW, Seen, asked, client, outbound, run};
use crate::carrier::http::Broken;

fn config() -> JasminConfig {
    JasminConfig {
        user: "munja".to_owned(),
        password: "secret16".into(),
        callback_url: Url::parse("http://127.0.0.1:6121/push/jasmin").unwrap(),
        push_token: "TOKEN77".into(),
        number_form: NumberForm::International,
        default_alphabet: DefaultAlphabet::Gsm,
        probe_number: "821000000000".to_owned(),
        max_segments: 5,
        sends_per_sec: 5,
        others_per_sec: 5,
        min_poll: Duration::from_secs(1),
    }
}

fn driver_with(config: JasminConfig, answers: Vec<Answered>) -> (Jasmin, Seen) {
    let (http, seen) = client(answers, &[("date", "Wed, 01 Jul 2026 00:00:05 GMT")]);
    (Jasmin::new(config, http, Arc::new(|| NOW)), seen)
}

fn driver(answers: Vec<Answered>) -> (Jasmin, Seen) {
    driver_with(config(), answers)
}

fn says(status: u16, words: &str) -> Answered {
    Ok((status, words.as_bytes().to_vec()))
}

/// The answer to a question for a price, as on the wire of 0.11.1.
const RATE: &str = "{\"unit_rate\": 0.0, \"submit_sm_count\": 1}";

#[tokio::test]
async fn a_check_asks_for_a_price_and_sends_nothing() {
    let (jasmin, seen) = driver(vec![says(200, RATE)]);
    assert_eq!(jasmin.check().await.unwrap(), Some(5_000));
    assert_eq!(asked(&seen), ["GET /rate?username=munja&password=secret16&to=821000000000"]);
    let cases = [
        (says(403, "\"Authentication failure for username:munja\""), ErrorKind::Auth, "LOGIN"),
        (says(412, "\"No route found\""), ErrorKind::Config, "NO_ROUTE"),
        (
            says(400, "\"Authorization failed for user [munja] (Cannot check rate).\""),
            ErrorKind::Config,
            "PERMISSION",
        ),
        (says(404, "<html>No Such Resource</html>"), ErrorKind::Config, "HTTP404"),
        (says(500, "\"Unknown error: x\""), ErrorKind::Transient, "HTTP500"),
        (Err(Broken::NotSent), ErrorKind::NotSent, ""),
        (Err(Broken::Reset), ErrorKind::Transient, ""),
    ];
    for (answer, kind, code) in cases {
        let error = driver(vec![answer.clone()]).0.check().await.unwrap_err();
        assert_eq!((error.kind, error.code.as_deref().unwrap_or_default()), (kind, code), "{answer:?}");
    }
    let other = driver(vec![says(200, "<html>")]).0.check().await.unwrap_err();
    assert_eq!(other.kind, ErrorKind::Protocol);
}

#[test]
fn the_lines_for_jasmin_hold_no_secret() {
    let lines = driver(vec![]).0.lines_for_the_other_side().unwrap();
    for line in
        ["max_retries = 2880", "username munja", "url http://127.0.0.1:6121/push/jasmin?token=TOKEN\n"]
    {
        assert!(lines.contains(line), "{line}");
    }
    assert!(!lines.contains("TOKEN77") && !lines.contains("secret16"));
}

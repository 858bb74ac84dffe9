//! For tests of drivers: a carrier in the same process that gives canned answers in turn and keeps what it was asked.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use bytes::Bytes;
use futures_util::future::BoxFuture;
use proptest::prelude::*;
use serde_json::Value;
use url::Url;

use super::http::{Broken, Http};
use crate::domain::outbound::{ClientKey, OutboundKind, OutboundText};
use crate::domain::phone::PhoneNumber;
use crate::domain::text::MessageText;

pub(super) const NOW: i64 = 1_782_864_000_000; // 2026-07-01T09:00:00+09:00
pub(super) const KEY: &str = "01ABCDEFGHJKMNPQRSTVWXYZ23";

pub(super) type Answered = Result<(u16, Vec<u8>), Broken>;
pub(super) type Seen = Arc<Mutex<Vec<http::Request<Bytes>>>>;

/// A client whose carrier gives these answers in turn (then refuses connections), each with `headers` and a date, and what it
/// was asked.
pub(super) fn client(answers: Vec<Answered>, headers: &[(&'static str, &'static str)]) -> (Http, Seen) {
    let seen: Seen = Arc::default();
    let answers = Mutex::new(answers.into_iter());
    let (kept, headers) = (Arc::clone(&seen), headers.to_vec());
    let carrier = move |request: http::Request<Bytes>| {
        kept.lock().unwrap().push(request);
        let answer = answers.lock().unwrap().next().unwrap_or(Err(Broken::NotSent));
        let answer = answer.map(|(status, body)| {
            let mut response = http::Response::builder().status(status);
            for (name, value) in &headers {
                response = response.header(*name, *value);
            }
            if headers.iter().all(|(name, _)| *name != "date") {
                response = response.header("date", "Wed, 01 Jul 2026 00:00:00 GMT");
            }
            response.body(Bytes::from(body)).unwrap()
        });
        Box::pin(async move { answer }) as BoxFuture<'static, _>
    };
    let base = Url::parse("http://127.0.0.1:1").unwrap();
    (Http::in_process(base, Duration::from_secs(5), Arc::new(carrier)), seen)
}

/// What the carrier was asked: `GET /path?query`.
pub(super) fn asked(seen: &Seen) -> Vec<String> {
    let line = |r: &http::Request<Bytes>| format!("{} {}", r.method(), r.uri().path_and_query().unwrap());
    seen.lock().unwrap().iter().map(line).collect()
}

/// The body of the n-th request.
pub(super) fn body(seen: &Seen, n: usize) -> Value {
    serde_json::from_slice(seen.lock().unwrap()[n].body()).unwrap()
}

pub(super) fn ok(body: impl Into<Value>) -> Answered {
    said(200, body)
}

pub(super) fn said(status: u16, body: impl Into<Value>) -> Answered {
    Ok((status, body.into().to_string().into_bytes()))
}

/// A text from 062-120 to 010-1234-5678.
pub(super) fn outbound(text: &str) -> OutboundText {
    OutboundText {
        id: 1,
        key: ClientKey::parse(KEY).unwrap(),
        citizen: PhoneNumber::parse("01012345678"),
        from: PhoneNumber::parse("062120"),
        kind: OutboundKind::Sms,
        text: MessageText::new(text),
        photos: Vec::new(),
        attempt: 1,
        first_attempt_at: NOW,
        expires_at: NOW + 3_600_000,
    }
}

/// Any JSON, in which chance meets these `words`.
pub(super) fn json(words: &'static [&'static str]) -> impl Strategy<Value = Value> {
    let word =
        move || prop_oneof![4 => prop::sample::select(words).prop_map(str::to_owned), 1 => any::<String>()];
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        word().prop_map(Value::from),
    ];
    leaf.prop_recursive(5, 40, 6, move |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..5).prop_map(Value::from),
            prop::collection::vec((word(), inner), 0..6)
                .prop_map(|pairs| Value::Object(pairs.into_iter().collect())),
        ]
    })
}

/// Runs to the end under a paused clock.
pub(super) fn run<T>(future: impl Future<Output = T>) -> T {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_time().start_paused(true).build();
    runtime.unwrap().block_on(future)
}

//! What SENS's documents refuse is refused, whatever the driver does.

use serde_json::{Value, json};

use super::*;
use crate::ops::clock::Clock;
use crate::sim::{DialectKind, Sim};

const START_MS: i64 = 1_782_864_000_000;
const MESSAGES: &str = "/sms/v2/services/SIM-ACCOUNT/messages";

fn sim() -> Sim {
    let clock = Clock::following_tokio(START_MS);
    let dialect = DialectKind::named("sens").unwrap();
    Sim::new(SimOptions { dialect, clock, others_per_sec: 200, ..SimOptions::default() })
}

/// A call signed at this moment.
async fn signed_at(sim: &Sim, at: i64, method: Method, address: &str, body: Value) -> (u16, Value) {
    let signature = auth::signed("SIM-SECRET", "SIM-KEY", method.as_str(), address, &at.to_string());
    let request = Request::builder().method(method).uri(format!("http://sim.invalid{address}"));
    let request = request
        .header("content-type", "application/json")
        .header("x-ncp-apigw-timestamp", at)
        .header("x-ncp-iam-access-key", "SIM-KEY")
        .header("x-ncp-apigw-signature-v2", signature);
    let body = if body.is_null() { Bytes::new() } else { Bytes::from(body.to_string()) };
    let answer = sim.call(request.body(body).unwrap()).await.unwrap();
    (answer.status().as_u16(), serde_json::from_slice(answer.body()).unwrap_or_default())
}

fn text() -> Value {
    json!({ "type": "SMS", "from": "062120", "content": "네", "messages": [{ "to": "01012345678" }] })
}

#[tokio::test(start_paused = true)]
async fn a_signature_holds_for_five_minutes_and_for_its_own_address() {
    let sim = sim();
    let asked = |at, address| signed_at(&sim, at, Method::GET, address, Value::Null);
    let one = format!("{MESSAGES}?requestId=x");
    for (at, status) in [(0, 200), (299_000, 200), (-299_000, 200), (301_000, 401), (-301_000, 401)] {
        assert_eq!(asked(START_MS + at, &one).await.0, status, "{at}");
    }
    assert_eq!(asked(START_MS, "/sms/v2/services/another/messages?requestId=x").await.0, 403);
    let stolen = auth::signed("SIM-SECRET", "SIM-KEY", "GET", &one, &START_MS.to_string());
    let request = Request::builder().uri(format!("http://sim.invalid{MESSAGES}?requestId=y"));
    let request = request
        .header("x-ncp-apigw-timestamp", START_MS)
        .header("x-ncp-iam-access-key", "SIM-KEY")
        .header("x-ncp-apigw-signature-v2", stolen);
    assert_eq!(sim.call(request.body(Bytes::new()).unwrap()).await.unwrap().status(), 401);
}

#[tokio::test(start_paused = true)]
async fn what_is_refused() {
    let sim = sim();
    let send = |body| signed_at(&sim, START_MS, Method::POST, MESSAGES, body);
    assert_eq!(send(text()).await.0, 202);
    let cases = [
        ("/type", json!("RCS")),
        ("/from", json!("021234567")),
        ("/content", json!("가".repeat(46))),
        ("/content", json!("😀")),
        ("/messages", json!([])),
        ("/messages/0/to", json!("010-1234-5678")),
        ("/messages/0", json!({ "to": "01012345678", "ref": "x" })),
        // Photos make an MMS, and only they.
        ("/type", json!("MMS")),
    ];
    for (place, value) in cases {
        let mut body = text();
        *body.pointer_mut(place).unwrap() = value.clone();
        assert_eq!(send(body).await.0, 400, "{place} {value}");
    }
    assert_eq!(sim.ledger().messages.len(), 1);
}

#[tokio::test(start_paused = true)]
async fn a_list_spans_thirty_days_and_goes_on_by_page() {
    let sim = sim();
    for _ in 0..3 {
        signed_at(&sim, START_MS, Method::POST, MESSAGES, text()).await;
    }
    let list = |query: &'static str| {
        let (sim, address) = (sim.clone(), format!("{MESSAGES}?{query}"));
        async move { signed_at(&sim, START_MS, Method::GET, &address, Value::Null).await }
    };
    let range = "requestStartTime=2026-06-30+09%3A00%3A00&requestEndTime=2026-07-01+09%3A00%3A00";
    let page = |n: usize| {
        let address = format!("{MESSAGES}?{range}&pageSize=2&pageIndex={n}");
        let sim = sim.clone();
        async move { signed_at(&sim, START_MS, Method::GET, &address, Value::Null).await.1 }
    };
    let (first, last) = (page(0).await, page(1).await);
    let n = |page: &Value| page["messages"].as_array().map(Vec::len);
    assert_eq!((n(&first), &first["hasMore"], &first["itemCount"]), (Some(2), &json!(true), &json!(3)));
    assert_eq!((n(&last), &last["hasMore"]), (Some(1), &json!(false)));
    for bad in [
        "",
        "requestStartTime=2026-06-30+09%3A00%3A00",
        "requestStartTime=2026-05-30+09%3A00%3A00&requestEndTime=2026-07-01+09%3A00%3A00",
        "requestStartTime=2026-07-02+09%3A00%3A00&requestEndTime=2026-07-01+09%3A00%3A00",
        "requestId=x&strange=1",
    ] {
        assert_eq!(list(bad).await.0, 400, "{bad}");
    }
}

//! What Message Hub's documents refuse is refused, whatever the driver does.

use std::time::Duration;

use serde_json::{Value, json};

use super::*;
use crate::ops::clock::Clock;
use crate::sim::{DialectKind, Sim};

const START_MS: i64 = 1_782_864_000_000;

fn sim() -> Sim {
    let clock = Clock::following_tokio(START_MS);
    let report_delay_ms = (100, 100);
    let dialect = DialectKind::named("msghub").unwrap();
    Sim::new(SimOptions { dialect, clock, others_per_sec: 100, report_delay_ms, ..SimOptions::default() })
}

async fn asked(sim: &Sim, method: Method, path: &str, token: &str, body: Value) -> (u16, Value) {
    let request = Request::builder().method(method).uri(format!("http://sim.invalid{path}"));
    let request = request.header("authorization", format!("Bearer {token}"));
    let request = request.header("content-type", "application/json");
    let body = if body.is_null() { Bytes::new() } else { Bytes::from(body.to_string()) };
    let answer = sim.call(request.body(body).unwrap()).await.unwrap();
    (answer.status().as_u16(), serde_json::from_slice(answer.body()).unwrap_or_default())
}

/// Token and refresh token.
async fn logged_in(sim: &Sim) -> (String, String) {
    let password = login::hashed("SIM-SECRET", "salt-1");
    let body = json!({ "apiKey": "SIM-KEY", "apiPwd": password });
    let said = asked(sim, Method::POST, "/auth/v1/salt-1", "", body).await.1;
    let word = |name: &str| said["data"][name].as_str().unwrap().to_owned();
    (word("token"), word("refreshToken"))
}

fn text(key: &str) -> Value {
    json!({ "callback": "062120", "msg": "네", "recvInfoLst": [{ "cliKey": key, "phone": "01012345678" }] })
}

async fn hours(n: u64) {
    tokio::time::sleep(Duration::from_secs(n * 3_600)).await;
}

#[tokio::test(start_paused = true)]
async fn tokens() {
    let sim = sim();
    for (key, password, code) in [("X", "x", "20000"), ("SIM-KEY", "SIM-SECRET", "20002")] {
        let body = json!({ "apiKey": key, "apiPwd": password });
        let (status, said) = asked(&sim, Method::POST, "/auth/v1/salt", "", body).await;
        assert_eq!((status, &said["code"]), (401, &json!(code)));
    }
    let long = format!("/auth/v1/{}", "x".repeat(21));
    assert_eq!(asked(&sim, Method::POST, &long, "", json!({})).await.1["code"], "29001");
    let (token, refresh) = logged_in(&sim).await;
    let read = |token: String| {
        let sim = sim.clone();
        async move { asked(&sim, Method::GET, "/mo/v1/msg", &token, Value::Null).await }
    };
    assert_eq!(read(token.clone()).await.0, 200);
    assert_eq!(read(refresh.clone()).await.1["code"], "29011", "it only renews");
    hours(1).await;
    assert_eq!((read(token.clone()).await.0, &read(token).await.1["code"]), (401, &json!("29011")));
    let renewed = asked(&sim, Method::PUT, "/auth/v1/refresh", &refresh, Value::Null).await.1;
    assert!(renewed["data"]["refreshToken"].is_null());
    assert_eq!(read(renewed["data"]["token"].as_str().unwrap().to_owned()).await.0, 200);
    hours(24).await;
    assert_eq!(asked(&sim, Method::PUT, "/auth/v1/refresh", &refresh, Value::Null).await.0, 401);
}

#[tokio::test(start_paused = true)]
async fn a_key_is_remembered_for_ten_minutes() {
    let sim = sim();
    let (token, _) = logged_in(&sim).await;
    let send = |key| asked(&sim, Method::POST, "/msg/v1/sms", &token, text(key));
    assert_eq!(send("K1").await.1["data"][0]["code"], "10000");
    let (status, said) = send("K1").await;
    assert_eq!((status, &said["code"]), (400, &json!("29005")));
    tokio::time::sleep(Duration::from_secs(600)).await;
    assert_eq!(send("K1").await.0, 200);
    assert_eq!((sim.ledger().messages.len(), sim.ledger().taken_twice().len()), (2, 1), "the ledger tells");
}

#[tokio::test(start_paused = true)]
async fn a_text_is_found_by_key_and_day_only() {
    let sim = sim();
    let (token, _) = logged_in(&sim).await;
    asked(&sim, Method::POST, "/msg/v1/sms", &token, text("K1")).await;
    let find = |key: &'static str, day: &'static str| {
        let question = json!({ "cliKeyLst": [{ "cliKey": key, "reqDt": day }] });
        asked(&sim, Method::POST, "/msg/v1/sent", &token, question)
    };
    let status =
        |said: (u16, Value)| said.1["data"]["cliKeyLst"][0]["status"].as_str().unwrap_or("").to_owned();
    assert_eq!(status(find("K1", "2026-07-01").await), "ING");
    tokio::time::sleep(Duration::from_secs(1)).await;
    assert_eq!(status(find("K1", "2026-07-01").await), "DONE");
    assert_eq!(status(find("K1", "2026-06-30").await), "INVALID_KEY");
    assert_eq!(status(find("K2", "2026-07-01").await), "INVALID_KEY");
    assert_eq!(status(find("K1", "2026-01-01").await), "OVER_DATE");
    assert_eq!(find("K1", "20260701").await.1["code"], "29001");
    let eleven = json!({ "cliKeyLst": vec![json!({ "cliKey": "K", "reqDt": "2026-07-01" }); 11] });
    assert_eq!(asked(&sim, Method::POST, "/msg/v1/sent", &token, eleven).await.1["code"], "21012");
}

#[tokio::test(start_paused = true)]
async fn reports_come_again_until_acked_and_want_silence_after_none() {
    let sim = sim();
    let (token, _) = logged_in(&sim).await;
    asked(&sim, Method::POST, "/msg/v1/sms", &token, text("K1")).await;
    let read = || asked(&sim, Method::GET, "/msg/v1.2/report", &token, Value::Null);
    tokio::time::sleep(Duration::from_secs(1)).await;
    let first = read().await.1;
    assert_eq!((&first["data"]["rptCnt"], &first["data"]["rptLst"][0]["cliKey"]), (&json!(1), &json!("K1")));
    assert_eq!(read().await.1["data"]["rptCnt"], 0, "it is out");
    let (status, said) = read().await;
    assert_eq!((status, &said["code"]), (400, &json!("29002")), "too soon");
    tokio::time::sleep(Duration::from_secs(120)).await;
    assert_eq!(read().await.1["data"]["rptKey"], first["data"]["rptKey"], "nobody acked it");
    let keys = json!({ "rptKeyLst": [first["data"]["rptKey"]] });
    assert_eq!(asked(&sim, Method::POST, "/msg/v1.2/report/result", &token, keys).await.0, 200);
    tokio::time::sleep(Duration::from_secs(120)).await;
    assert_eq!(read().await.1["data"]["rptCnt"], 0);
}

#[tokio::test(start_paused = true)]
async fn a_photo_is_handed_out_once() {
    let sim = sim();
    let (token, _) = logged_in(&sim).await;
    let jpeg = Bytes::from_static(&[0xff, 0xd8, 0xff, 0xe0]);
    sim.text_with_photo("01012345678", "", jpeg.clone());
    let page = asked(&sim, Method::GET, "/mo/v1/msg", &token, Value::Null).await.1;
    let item = &page["data"]["moLst"][0];
    assert_eq!((&item["moType"], &item["moMsg"]), (&json!("MMSMO"), &Value::Null));
    let url = item["contentInfoLst"][0]["contentUrl"].as_str().unwrap();
    let fetch = || sim.call(Request::builder().uri(url).body(Bytes::new()).unwrap());
    assert_eq!(*fetch().await.unwrap().body(), jpeg);
    assert_eq!(fetch().await.unwrap().status(), 404);
    let again = asked(&sim, Method::GET, "/mo/v1/msg", &token, Value::Null).await.1;
    assert_eq!(again["data"]["moCnt"], 0, "handed out once");
}

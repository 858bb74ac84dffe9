//! The driver against canned answers. What it asks is what the official sample (restapi_sample 8e54d179) and the pages on
//! reports and look-ups show; no official SDK exists.

mod inbound;
mod send;

use crate::domain::inbound::InboundItem;
use secrecy::SecretString;
use std::sync::Arc;
use std::sync::Mutex;

use proptest::prelude::*;
use serde_json::json;

use super::*;
use crate::carrier::canned::{self, Answered, KEY, NOW, Seen, asked, body, client, ok, outbound, said};
use crate::carrier::http::Broken;
use crate::domain::receipt::{ReceiptItem, ReceiptStatus};

fn config() -> MsghubConfig {
    MsghubConfig {
        api_key: SecretString::from("APIKEY99"),
        password: SecretString::from("password1!"),
        webhook_secret: Some(SecretString::from("TOKEN77")),
        sends_per_sec: 5,
        others_per_sec: 5,
    }
}

/// Logged in already: the first answer is the log-in's. Sends and all others go to the same carrier here.
fn driver(answers: Vec<Answered>) -> (Msghub, Seen) {
    let (msghub, seen, _) = driver_at([vec![logged_in("T1")], answers].concat());
    (msghub, seen)
}

fn driver_at(answers: Vec<Answered>) -> (Msghub, Seen, Arc<Mutex<i64>>) {
    let (http, seen) = client(answers, &[("date", "Wed, 01 Jul 2026 00:00:05 GMT")]);
    let now = Arc::new(Mutex::new(NOW));
    let clock = Arc::clone(&now);
    (Msghub::new(config(), http.clone(), http, Arc::new(move || *clock.lock().unwrap())), seen, now)
}

fn logged_in(token: &str) -> Answered {
    ok(json!({ "code": "10000", "message": "성공", "data": { "token": token, "refreshToken": "R1" } }))
}

fn fine(data: Value) -> Answered {
    ok(json!({ "code": "10000", "message": "성공", "data": data }))
}

fn refused(status: u16, code: &str) -> Answered {
    said(status, json!({ "code": code, "message": "x" }))
}

/// What was asked after the log-in.
fn then(seen: &Seen) -> Vec<String> {
    asked(seen).into_iter().filter(|line| !line.contains("/auth/")).collect()
}

#[tokio::test]
async fn one_log_in_serves_all_and_is_renewed_in_time() {
    let (msghub, seen, now) = driver_at(vec![
        logged_in("T1"),
        fine(json!({ "rptCnt": 1, "rptLst": [{}], "rptKey": "A" })),
        fine(json!({ "rptCnt": 1, "rptLst": [{}], "rptKey": "B" })),
        logged_in("T2"),
        fine(json!({ "rptCnt": 1, "rptLst": [{}], "rptKey": "C" })),
        logged_in("T3"),
        fine(json!({ "rptCnt": 1, "rptLst": [{}], "rptKey": "D" })),
    ]);
    for wait_ms in [0, 0, 51 * 60_000, 25 * 3_600_000] {
        *now.lock().unwrap() += wait_ms;
        msghub.poll_reports().await.unwrap();
    }
    let lines = asked(&seen);
    assert!(
        lines[0].starts_with("POST /auth/v1/") && lines[0].len() == "POST /auth/v1/".len() + 16,
        "{lines:?}"
    );
    assert_eq!(lines[3], "PUT /auth/v1/refresh");
    assert!(lines[5].starts_with("POST /auth/v1/"), "the refresh token holds a day");
    let seen = seen.lock().unwrap();
    let bearer = |n: usize| seen[n].headers()["authorization"].to_str().unwrap().to_owned();
    assert_eq!(
        [1, 2, 3, 4, 6].map(bearer),
        ["Bearer T1", "Bearer T1", "Bearer R1", "Bearer T2", "Bearer T3"]
    );
    assert!(seen[1].headers()["authorization"].is_sensitive());
    let login: Value = serde_json::from_slice(seen[0].body()).unwrap();
    assert_eq!(login["apiKey"], "APIKEY99");
    assert!(!seen[0].body().windows(10).any(|w| w == b"password1!"));
}

#[tokio::test]
async fn a_token_that_is_refused_is_replaced_once() {
    let report = || fine(json!({ "rptCnt": 0, "rptLst": null }));
    let (msghub, seen, _) =
        driver_at(vec![logged_in("T1"), refused(401, "20003"), logged_in("T2"), report()]);
    assert!(msghub.poll_reports().await.unwrap().items.is_empty());
    assert_eq!(then(&seen), ["GET /msg/v1.2/report"; 2]);
    let again = vec![logged_in("T1"), refused(401, "20003"), logged_in("T2"), refused(401, "29011")];
    assert_eq!(driver_at(again).0.poll_reports().await.unwrap_err().kind, ErrorKind::Auth);
    // The address list is no matter of tokens.
    let (msghub, seen) = driver(vec![refused(401, "29025")]);
    assert_eq!(msghub.poll_reports().await.unwrap_err().kind, ErrorKind::Config);
    assert_eq!(asked(&seen).len(), 2);
}

#[tokio::test]
async fn without_a_log_in_nothing_leaves() {
    use ErrorKind::*;
    let cases: Vec<(Answered, ErrorKind)> = vec![
        (refused(401, "20000"), Auth),
        (refused(401, "20001"), Config),
        (refused(400, "29001"), Auth),
        (said(500, json!({})), NotSent),
        (fine(json!({})), NotSent),
        (Ok((200, b"<html>".to_vec())), NotSent),
        (Err(Broken::Reset), NotSent),
        (Err(Broken::NotSent), NotSent),
    ];
    for (answer, kind) in cases {
        let (msghub, seen, _) = driver_at(vec![answer.clone()]);
        assert_eq!(msghub.send(&outbound("네")).await.unwrap_err().kind, kind, "{answer:?}");
        assert!(then(&seen).is_empty());
    }
}

#[tokio::test]
async fn receipts_are_acked_and_silence_is_kept() {
    let item = |code: &str| json!({ "msgKey": "lXX.6c", "cliKey": KEY, "ch": "SMS", "resultCode": code, "telco": "KT", "rptDt": "2026-07-01T09:00:07" });
    let page = fine(
        json!({ "rptKey": "RP1", "rptCnt": 4, "rptLst": [item("10000"), item("30126"), item("77777"), { "odd": 1 }] }),
    );
    let (msghub, seen, now) = driver_at(vec![
        logged_in("T1"),
        page,
        fine(json!({})),
        fine(json!({ "rptCnt": 0, "rptLst": null })),
        fine(json!({ "rptCnt": 0, "rptLst": [] })),
    ]);
    let read = msghub.poll_reports().await.unwrap();
    let status = |item: &ReceiptItem| match item {
        ReceiptItem::Receipt(receipt) => Some((receipt.status, receipt.client_key.clone().unwrap())),
        ReceiptItem::Unreadable { .. } => None,
    };
    let statuses: Vec<_> = read.items.iter().map(status).collect();
    let key = KEY.to_owned();
    assert_eq!(
        statuses,
        [
            Some((ReceiptStatus::Delivered, key.clone())),
            Some((ReceiptStatus::Undelivered, key.clone())),
            Some((ReceiptStatus::Unknown, key)),
            None
        ]
    );
    msghub.ack_reports(&read.ack.unwrap()).await.unwrap();
    assert_eq!(body(&seen, 2), json!({ "rptKeyLst": ["RP1"] }));
    assert!(msghub.poll_reports().await.unwrap().items.is_empty());
    assert!(
        msghub.poll_reports().await.unwrap().items.is_empty(),
        "within ten seconds it is not asked again"
    );
    assert_eq!(asked(&seen).len(), 4);
    *now.lock().unwrap() += QUIET_MS;
    msghub.poll_reports().await.unwrap();
    assert_eq!(asked(&seen).len(), 5);
}

#[tokio::test]
async fn a_fate_is_asked_for_by_key_and_day() {
    let entry = |status: &str, code: &str| {
        fine(json!({ "cliKeyLst": [{ "cliKey": KEY, "msgKey": "M", "status": status, "resultCode": code }] }))
    };
    let cases = [
        (entry("DONE", "10000"), Some(ReceiptStatus::Delivered)),
        (entry("DONE", "30125"), Some(ReceiptStatus::Undelivered)),
        (entry("DONE", "77777"), Some(ReceiptStatus::Unknown)),
        (entry("ING", "10000"), None),
        (entry("INVALID_KEY", ""), None),
        (fine(json!({ "cliKeyLst": [] })), None),
    ];
    for (answer, expected) in cases {
        let (msghub, seen) = driver(vec![answer, entry("INVALID_KEY", "")]);
        let receipt = msghub.status(&format!("{KEY}@2026-07-01")).await.unwrap();
        assert_eq!(receipt.map(|r| r.status), expected);
        assert_eq!(then(&seen)[0], "POST /msg/v1/sent");
        assert_eq!(body(&seen, 1), json!({ "cliKeyLst": [{ "cliKey": KEY, "reqDt": "2026-07-01" }] }));
    }
    let (msghub, seen) = driver(vec![]);
    assert_eq!(msghub.status("M").await.unwrap_err().kind, ErrorKind::Protocol);
    assert!(asked(&seen).is_empty());
}

#[tokio::test]
async fn a_check_logs_in_and_removes_nothing() {
    let (msghub, seen) =
        driver(vec![fine(json!({ "cliKeyLst": [{ "cliKey": "munja-check", "status": "INVALID_KEY" }] }))]);
    assert_eq!(msghub.check().await.unwrap(), Some(5_000));
    assert_eq!(then(&seen), ["POST /msg/v1/sent"]);
}

#[tokio::test]
async fn errors_hold_no_password_no_number_and_no_text() {
    for secret in ["01012345678", "APIKEY99", "password1!", "살려", "TOKEN77", "T1X9Y"] {
        for status in [200, 400, 401, 403, 500] {
            let said = || {
                said(
                    status,
                    json!({ "code": secret, "message": secret, "data": [{ "cliKey": KEY, "code": secret }] }),
                )
            };
            let (msghub, _) = driver(vec![said(), said(), said(), said()]);
            let shown =
                format!("{:?} {:?}", msghub.send(&outbound("살려 주세요")).await, msghub.check().await);
            assert!(!shown.contains(secret), "{status}: {shown}");
        }
    }
    let shown = format!("{:?} {:?}", driver(vec![]).0, config());
    assert!(
        !shown.contains("password1!") && !shown.contains("APIKEY99") && !shown.contains("TOKEN77"),
        "{shown}"
    );
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]
    /// Whatever comes back, nothing falls over; and of what was read once nothing is dropped.
    #[test]
    fn any_answer_is_survived(data in canned::json(&["moLst", "moKey", "moMsg", "moNumber", "moCallback", "rptLst", "rptKey", "cliKeyLst", "status", "DONE", "contentInfoLst"])) {
        let answered = || fine(data.clone());
        canned::run(async {
            let _ = driver(vec![answered()]).0.send(&outbound("네")).await;
            let _ = driver(vec![answered()]).0.status(&format!("{KEY}@2026-07-01")).await;
            let _ = driver(vec![answered()]).0.reconcile(&outbound("네")).await;
            let _ = driver(vec![answered()]).0.poll_reports().await;
            let page = driver(vec![answered()]).0.poll_inbound(&Cursor::starting_at(NOW)).await;
            if let Some(all) = data["moLst"].as_array() {
                assert_eq!(page.unwrap().items.len(), all.len());
            }
        });
    }
}

//! The driver against canned answers. No official SDK of this service exists; the requests are those of its documents.

use secrecy::SecretString;
use serde_json::{Value, json};
use std::sync::Arc;
use std::time::Duration;

use super::*;
use crate::carrier::canned::{self, Answered, NOW, Seen, asked, body, client, ok, outbound, said};
use crate::carrier::http::Broken;
use crate::domain::media::Photo;
use crate::domain::phone::PhoneNumber;
use crate::domain::receipt::ReceiptStatus;
use proptest::prelude::*;

const MESSAGES: &str = "/sms/v2/services/ncp:sms:kr:123:sens/messages";

fn config() -> SensConfig {
    SensConfig {
        access_key: SecretString::from("ACCESSKEY"),
        secret_key: SecretString::from("SECRETKEY"),
        service_id: "ncp:sms:kr:123:sens".to_owned(),
        sends_per_sec: 100,
        others_per_sec: 50,
        min_poll: Duration::from_secs(1),
    }
}

fn driver(answers: Vec<Answered>) -> (Sens, Seen) {
    let (http, seen) = client(answers, &[("date", "Wed, 01 Jul 2026 00:00:05 GMT"), ("retry-after", "7")]);
    (Sens::new(config(), http, Arc::new(|| NOW)), seen)
}

fn taken() -> Answered {
    said(
        202,
        json!({ "requestId": "R1", "requestTime": "2026-07-01T09:00:00.123", "statusCode": "202", "statusName": "success" }),
    )
}

fn item(request: &str, status: &str, name: &str, code: &str) -> Value {
    json!({ "requestId": request, "messageId": format!("{request}-0"), "requestTime": "2026-07-01 09:00:01", "contentType": "COMM",
            "type": "SMS", "countryCode": "82", "from": "062120", "to": "01012345678", "content": "안녕하세요", "status": status,
            "statusCode": code, "statusName": name, "statusMessage": "x", "completeTime": "2026-07-01 09:00:05", "telcoCode": "SKT" })
}

fn list(items: Value) -> Answered {
    let n = items.as_array().map_or(0, Vec::len);
    ok(json!({ "statusCode": "200", "messages": items, "itemCount": n, "hasMore": false }))
}

#[tokio::test]
async fn a_send_asks_as_the_documents_say() {
    let (sens, seen) = driver(vec![taken()]);
    let accepted = sens.send(&outbound("안녕하세요")).await.unwrap();
    assert_eq!(accepted, Accepted { carrier_message_id: Some("R1".to_owned()), repeated: false });
    assert_eq!(asked(&seen), [format!("POST {MESSAGES}")]);
    let expected = json!({ "type": "SMS", "contentType": "COMM", "countryCode": "82", "from": "062120", "content": "안녕하세요",
                           "messages": [{ "to": "01012345678" }] });
    assert_eq!(body(&seen, 0), expected);
    let seen = seen.lock().unwrap();
    let header = |name: &str| seen[0].headers()[name].clone();
    assert_eq!(header("x-ncp-apigw-timestamp"), "1782864000000");
    assert_eq!(header("x-ncp-iam-access-key"), "ACCESSKEY");
    assert_eq!(header("x-ncp-apigw-signature-v2"), "bIeZJJ3AG5/tSoDLco1m10HokwSPkqL/t3WZyY6MrpI=");
}

#[tokio::test]
async fn photos_go_before_their_text() {
    let photo = Photo { name: "munja-1.jpg".to_owned(), jpeg: Arc::from(&b"\xff\xd8\xff\xe0jpeg"[..]) };
    let mms = OutboundText { kind: OutboundKind::Mms, photos: vec![photo; 2], ..outbound("안내") };
    let file = |id: &str| ok(json!({ "fileId": id, "createTime": "x", "expireTime": "y" }));
    let (sens, seen) = driver(vec![file("F1"), file("F2"), taken()]);
    sens.send(&mms).await.unwrap();
    assert_eq!(asked(&seen)[0], "POST /sms/v2/services/ncp:sms:kr:123:sens/files");
    assert_eq!(body(&seen, 0), json!({ "fileName": "munja-1.jpg", "fileBody": "/9j/4GpwZWc=" }));
    let sent = body(&seen, 2);
    assert_eq!((&sent["type"], &sent["subject"]), (&json!("MMS"), &json!("안내")));
    assert_eq!(sent["files"], json!([{ "fileId": "F1" }, { "fileId": "F2" }]));
    for answer in [said(500, json!({})), ok(json!({})), Err(Broken::Reset)] {
        let (sens, seen) = driver(vec![answer, taken()]);
        assert_eq!(sens.send(&mms).await.unwrap_err().kind, ErrorKind::NotSent);
        assert_eq!(asked(&seen).len(), 1, "the text itself did not leave");
    }
}

#[tokio::test]
async fn what_each_answer_to_a_send_means() {
    use ErrorKind::*;
    let gate = |code: &str| json!({ "error": { "errorCode": code, "message": "x", "details": "x" } });
    let cases: Vec<(Answered, ErrorKind)> = vec![
        (said(401, gate("200")), Auth),
        (said(403, gate("210")), Config),
        (said(404, gate("300")), Config),
        (said(429, gate("400")), RateLimited),
        (said(413, json!({})), Permanent),
        (said(400, json!({ "status": 400, "errorMessage": "bad request", "errors": ["x"] })), Permanent),
        (said(500, gate("900")), Ambiguous),
        (said(503, json!({})), Ambiguous),
        (said(202, json!({ "requestId": "R1" })), Ambiguous),
        (said(202, json!({ "requestId": "R1", "statusCode": "500" })), Ambiguous),
        (ok(json!({})), Ambiguous),
        (Ok((202, b"{\"requestId\":".to_vec())), Ambiguous),
        (Ok((400, b"<html>".to_vec())), Ambiguous),
        (Err(Broken::Reset), Ambiguous),
        (Err(Broken::NotSent), NotSent),
    ];
    for (answer, kind) in cases {
        let error = driver(vec![answer.clone()]).0.send(&outbound("네")).await.unwrap_err();
        assert_eq!(error.kind, kind, "{answer:?}");
    }
    let (sens, seen) = driver(vec![]);
    let late = OutboundText { expires_at: NOW - 1, ..outbound("네") };
    assert_eq!(sens.send(&late).await.unwrap_err().kind, NotSent);
    let abroad = OutboundText { citizen: PhoneNumber::parse("+1 202 555 0123"), ..outbound("yes") };
    assert_eq!(sens.send(&abroad).await.unwrap_err().kind, Permanent);
    assert!(asked(&seen).is_empty());
}

#[tokio::test]
async fn a_send_without_an_answer_is_looked_for_by_number_and_words() {
    let mut other = item("R2", "READY", "", "");
    other["content"] = json!("다른 답");
    let several = |more: Value| ok(json!({ "messages": [other.clone()], "hasMore": more }));
    let ours = item("R1", "PROCESSING", "", "");
    let cases = [
        (list(json!([other, ours])), Reconciled::OneOf { carrier_message_ids: vec!["R1".to_owned()] }),
        (list(json!([other])), Reconciled::Absent),
        (list(json!([])), Reconciled::Absent),
        // The same page again: which pages there are is not known.
        (several(json!(true)), Reconciled::CannotTell),
        (several(json!(null)), Reconciled::CannotTell),
        // It says that there are two, and shows one.
        (ok(json!({ "messages": [other], "hasMore": false, "itemCount": 2 })), Reconciled::CannotTell),
        (list(json!([other, "x"])), Reconciled::CannotTell),
    ];
    for (answer, expected) in cases {
        let (sens, seen) = driver(vec![answer.clone(), answer]);
        assert_eq!(sens.reconcile(&outbound("안녕하세요 ")).await.unwrap(), expected);
        let window = "requestStartTime=2026-07-01+08%3A14%3A00&requestEndTime=2026-07-01+09%3A46%3A00";
        assert_eq!(asked(&seen)[0], format!("GET {MESSAGES}?{window}"));
    }
    // On the second page; and another one of ours that is older than the try.
    let first = ok(json!({ "messages": [other], "hasMore": true, "itemCount": 2 }));
    let second = ok(json!({ "messages": [item("R1", "READY", "", "")], "hasMore": false, "itemCount": 2 }));
    let (sens, seen) = driver(vec![first, second, list(json!([]))]);
    let found = Reconciled::OneOf { carrier_message_ids: vec!["R1".to_owned()] };
    assert_eq!(sens.reconcile(&outbound("안녕하세요")).await.unwrap(), found);
    assert!(asked(&seen)[1].ends_with("&pageIndex=1"));
    let mut before = item("R0", "COMPLETED", "success", "0");
    before["requestTime"] = json!("2026-07-01 08:52:00");
    let (sens, _) = driver(vec![list(json!([])), list(json!([before]))]);
    assert_eq!(sens.reconcile(&outbound("안녕하세요")).await.unwrap(), Reconciled::Absent);
    assert_eq!(sens.reconcile(&outbound("안녕하세요")).await.unwrap(), Reconciled::CannotTell, "perhaps");
    for answer in [said(500, json!({})), Err(Broken::Reset), ok(json!([]))] {
        assert_eq!(
            driver(vec![answer]).0.reconcile(&outbound("네")).await.unwrap_err().kind,
            ErrorKind::Transient
        );
    }
}

#[tokio::test]
async fn a_fate_is_final_only_when_it_says_so() {
    let cases = [
        (item("R1", "COMPLETED", "success", "0"), Some(ReceiptStatus::Delivered)),
        (item("R1", "COMPLETED", "fail", "3018"), Some(ReceiptStatus::Undelivered)),
        (item("R1", "COMPLETED", "maybe", "77"), Some(ReceiptStatus::Unknown)),
        (item("R1", "READY", "", ""), None),
        (item("R1", "PROCESSING", "success", "0"), None),
        (item("R9", "COMPLETED", "success", "0"), None),
    ];
    for (entry, expected) in cases {
        let (sens, seen) = driver(vec![list(json!([entry]))]);
        let receipt = sens.status("R1").await.unwrap();
        assert_eq!(receipt.as_ref().map(|r| r.status), expected, "{entry}");
        assert_eq!(asked(&seen), [format!("GET {MESSAGES}?requestId=R1")]);
        if let Some(receipt) = receipt {
            assert_eq!(receipt.reported_at, Some(NOW + 5_000));
        }
    }
}

#[tokio::test]
async fn the_list_is_read_page_by_page() {
    let more = ok(json!({ "messages": [item("R1", "COMPLETED", "success", "0")], "hasMore": true }));
    let (sens, seen) = driver(vec![more, list(json!([item("R2", "READY", "", "")]))]);
    let first = sens.sent_since(NOW - 1_000, None).await.unwrap();
    assert_eq!((first.items.len(), first.next.as_deref()), (1, Some("1")));
    let second = sens.sent_since(NOW - 1_000, first.next.as_deref()).await.unwrap();
    assert_eq!((second.items[0].carrier_message_id.as_str(), second.next), ("R2", None));
    assert!(asked(&seen)[1].ends_with("&pageIndex=1"));
}

#[tokio::test]
async fn a_check_reads_and_compares_clocks() {
    assert_eq!(driver(vec![list(json!([]))]).0.check().await.unwrap(), Some(5_000));
    assert_eq!(driver(vec![said(401, json!({}))]).0.check().await.unwrap_err().kind, ErrorKind::Auth);
    let (mut sens, seen) = driver(vec![]);
    sens.config.service_id = "../x".to_owned();
    assert_eq!(sens.check().await.unwrap_err().kind, ErrorKind::Config);
    assert!(asked(&seen).is_empty());
}

#[tokio::test]
async fn errors_hold_no_key_no_number_and_no_text() {
    for secret in ["01012345678", "ACCESSKEY", "SECRETKEY", "살려", "12345678"] {
        for status in [200, 202, 400, 401, 403, 429, 500] {
            let said = said(
                status,
                json!({ "error": { "errorCode": format!("x{secret}"), "message": secret }, "requestId": secret }),
            );
            let error = driver(vec![said]).0.send(&outbound("살려 주세요")).await;
            let shown = format!("{error:?}");
            assert!(error.is_ok() || !shown.contains(secret), "{status}: {shown}");
        }
    }
    let shown = format!("{:?} {:?}", driver(vec![]).0, config());
    assert!(!shown.contains("SECRETKEY") && !shown.contains("ACCESSKEY"), "{shown}");
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]
    /// Whatever comes back, nothing falls over, and only a whole list without a like text says that none is there.
    #[test]
    fn any_answer_is_survived(answer in canned::json(&["messages", "requestId", "status", "COMPLETED", "content", "to", "hasMore", "itemCount"])) {
        let answered = || Ok((200, answer.to_string().into_bytes()));
        canned::run(async {
            let _ = driver(vec![answered()]).0.send(&outbound("네")).await;
            let _ = driver(vec![answered()]).0.status("R1").await;
            let _ = driver(vec![answered()]).0.sent_since(NOW, None).await;
            let _ = driver(vec![answered()]).0.reconcile(&outbound("네")).await;
        });
    }
}

//! One text on its way out, and looked for when nobody answered.

use bytes::Bytes;

use super::*;
use crate::carrier::canned;
use crate::domain::phone::PhoneNumber;

/// Recorded once from the official Python client (PyPI clicksend-client 6.0.2), `SmsApi.send_sms`.
const BY_THE_OFFICIAL_CLIENT: &str = r#"{"messages": [{"body": "\uc548\ub155\ud558\uc138\uc694", "to": "+821012345678", "from": "+82621200000", "source": "munja", "custom_string": "01ABCDEFGHJKMNPQRSTVWXYZ23"}]}"#;

fn sent(status: &str) -> Value {
    json!({ "total_price": 0.07, "total_count": 1, "queued_count": 1, "messages": [
        { "direction": "out", "to": "+821012345678", "message_id": "M-1", "custom_string": KEY, "status": status },
    ] })
}

#[tokio::test]
async fn a_send_asks_as_the_official_client_does() {
    let (clicksend, seen) = driver(vec![ok(envelope(sent("SUCCESS")))]);
    let text = OutboundText { from: PhoneNumber::parse("062-120-0000"), ..outbound("안녕하세요") };
    let accepted = clicksend.send(&text).await.unwrap();
    assert_eq!(accepted, Accepted { carrier_message_id: Some("M-1".to_owned()), repeated: false });
    assert_eq!(asked(&seen), ["POST /v3/sms/send"]);
    let official: Value = serde_json::from_str(BY_THE_OFFICIAL_CLIENT).unwrap();
    assert_eq!(canned::body(&seen, 0), official);
    let seen = seen.lock().unwrap();
    assert_eq!(seen[0].headers()["authorization"], "Basic dXNlcjpBUElLRVkx");
    assert!(seen[0].headers()["authorization"].is_sensitive());
    assert_eq!(seen[0].headers()["content-type"], "application/json");
}

#[tokio::test]
async fn what_each_answer_to_a_send_means() {
    use ErrorKind::*;
    let cut = envelope(sent("SUCCESS")).to_string().into_bytes();
    let mut other = sent("SUCCESS");
    other["messages"][0]["custom_string"] = json!("another");
    let mut nameless = sent("SUCCESS");
    nameless["messages"][0]["message_id"] = json!("");
    let two = json!({ "messages": [sent("SUCCESS")["messages"][0], sent("SUCCESS")["messages"][0]] });
    let mut not_as_a_whole = envelope(sent("SUCCESS"));
    not_as_a_whole["response_code"] = json!("BAD_REQUEST");
    let cases: Vec<(Answered, ErrorKind)> = vec![
        (ok(envelope(sent("INVALID_RECIPIENT"))), Permanent),
        (ok(envelope(sent("INSUFFICIENT_CREDIT"))), Config),
        (ok(envelope(sent("INVALID_SENDER_ID"))), Config),
        (ok(envelope(sent("INVALID_CREDENTIALS"))), Auth),
        (ok(envelope(sent("THROTTLED"))), RateLimited),
        (ok(envelope(sent("success"))), Ambiguous),
        (ok(envelope(sent("NEVER_HEARD_OF"))), Ambiguous),
        (ok(envelope(other)), Ambiguous),
        (ok(envelope(nameless)), Ambiguous),
        (ok(envelope(two)), Ambiguous),
        (ok(envelope(json!({ "messages": [] , "blocked_count": 1 }))), Ambiguous),
        (ok(envelope(json!(null))), Ambiguous),
        (ok(not_as_a_whole), Ambiguous),
        (Ok((200, cut[..cut.len() - 9].to_vec())), Ambiguous),
        (Ok((200, b"<html>".to_vec())), Ambiguous),
        (said(400, error("BAD_REQUEST")), Permanent),
        (said(401, error("UNAUTHORIZED")), Auth),
        (said(402, error("x")), Config),
        (said(403, error("FORBIDDEN")), Config),
        (said(404, error("NOT_FOUND")), Config),
        (said(429, error("TOO_MANY_REQUESTS")), RateLimited),
        (said(500, error("BAD_REQUEST")), Ambiguous),
        (said(503, envelope(sent("SUCCESS"))), Ambiguous),
        // Not ClickSend's own words.
        (Ok((400, b"<html>".to_vec())), Ambiguous),
        (Err(Broken::Reset), Ambiguous),
        (Err(Broken::Truncated(Bytes::from_static(b"{"))), Ambiguous),
        (Err(Broken::NotSent), NotSent),
    ];
    for (answer, kind) in cases {
        let error = driver(vec![answer.clone()]).0.send(&outbound("네")).await.unwrap_err();
        assert_eq!(error.kind, kind, "{answer:?}");
    }
}

#[tokio::test]
async fn a_text_that_grew_too_old_does_not_leave() {
    let (clicksend, seen) = driver(vec![]);
    let late = OutboundText { expires_at: NOW - 1, ..outbound("네") };
    assert_eq!(clicksend.send(&late).await.unwrap_err().kind, ErrorKind::NotSent);
    assert!(asked(&seen).is_empty());
}

fn line(key: &str) -> Value {
    json!({ "direction": "out", "date": 1_782_864_000, "message_id": "M-9", "custom_string": key, "status_code": "301",
        "error_code": "8" })
}

#[tokio::test(start_paused = true)]
async fn a_text_without_an_answer_is_looked_for_in_the_history() {
    let mut received = line(KEY);
    received["direction"] = json!("in");
    received["message_id"] = json!("M-8");
    let mut nameless = line(KEY);
    nameless["message_id"] = json!(null);
    let found = Reconciled::Found { carrier_message_id: "M-9".to_owned() };
    let cases = [
        (vec![page_of(1, 1, json!([line("other"), line(KEY)]))], found.clone()),
        (vec![page_of(1, 2, json!([line("other")])), page_of(2, 2, json!([line(KEY)]))], found),
        (vec![page_of(1, 1, json!([line("other"), received]))], Reconciled::Absent),
        (vec![page_of(1, 1, json!([nameless]))], Reconciled::CannotTell),
        (vec![page_of(1, 1, json!(null))], Reconciled::Absent),
        ((0..60).map(|_| page_of(1, 99, json!([line("other")]))).collect(), Reconciled::CannotTell),
    ];
    for (answers, expected) in cases {
        let n = answers.len().min(50);
        let (clicksend, seen) = driver(answers);
        assert_eq!(clicksend.reconcile(&outbound("네")).await.unwrap(), expected);
        let ask = |page| {
            format!("GET /v3/sms/history?page={page}&limit=100&order_by=date%3Aasc&date_from=1782861240")
        };
        assert_eq!(asked(&seen), (1..=n).map(ask).collect::<Vec<_>>());
    }
    let broken = driver(vec![page_of(1, 2, json!([])), Err(Broken::Reset)]).0;
    assert_eq!(broken.reconcile(&outbound("네")).await.unwrap_err().kind, ErrorKind::Transient);
}

#[tokio::test]
async fn what_was_sent_is_listed_page_by_page() {
    let mut received = line(KEY);
    received["direction"] = json!("in");
    let (clicksend, _) =
        driver(vec![page_of(1, 2, json!([line(KEY), received, 7])), page_of(2, 2, json!([]))]);
    let page = clicksend.sent_since(NOW, None).await.unwrap();
    let [one] = page.items.as_slice() else { panic!("{page:?}") };
    assert_eq!((one.key.as_deref(), one.at, page.next.as_deref()), (Some(KEY), NOW, Some("100")));
    assert_eq!(one.receipt.as_ref().map(|r| r.code.as_str()), Some("301-8"));
    assert_eq!(clicksend.sent_since(NOW, Some("100")).await.unwrap().next, None);
    assert_eq!(clicksend.sent_since(NOW, Some("x")).await.unwrap_err().kind, ErrorKind::Protocol);
}

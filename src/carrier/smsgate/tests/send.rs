//! One text on its way out, and what became of it.

use bytes::Bytes;

use super::*;
use crate::carrier::canned;
use crate::domain::media::Photo;
use crate::domain::phone::PhoneNumber;

/// Recorded once from the official Python client (PyPI android-sms-gateway 4.3.3), `APIClient.send` of a text with an id,
/// a SIM and a time to live.
const BY_THE_OFFICIAL_CLIENT: &str = r#"{"phoneNumbers": ["+821012345678"], "textMessage": {"text": "\uc548\ub155\ud558\uc138\uc694"}, "simNumber": 1, "withDeliveryReport": true, "isEncrypted": false, "ttl": 3600, "id": "01ABCDEFGHJKMNPQRSTVWXYZ23", "priority": 0}"#;

#[tokio::test]
async fn a_send_asks_as_the_official_client_does() {
    let (smsgate, seen) = driver(vec![said(202, state("Pending"))]);
    let accepted = smsgate.send(&outbound("안녕하세요")).await.unwrap();
    assert_eq!(accepted, Accepted { carrier_message_id: Some(KEY.to_owned()), repeated: false });
    assert_eq!(asked(&seen), ["POST /messages"]);
    let official: Value = serde_json::from_str(BY_THE_OFFICIAL_CLIENT).unwrap();
    assert_eq!(canned::body(&seen, 0), official);
    let seen = seen.lock().unwrap();
    assert_eq!(seen[0].headers()["authorization"], "Basic dXNlcjpwYXNzMTIzNA==");
    assert!(seen[0].headers()["authorization"].is_sensitive());
    assert_eq!(seen[0].headers()["content-type"], "application/json");
}

#[tokio::test]
async fn what_the_configuration_and_the_number_change() {
    let chosen = SmsGateConfig { sim: None, device: Some("D1".to_owned()), ..config() };
    let (smsgate, seen) = driver_with(chosen, vec![said(202, state("Pending"))]);
    let nameless = OutboundText { citizen: PhoneNumber::parse("119"), ..outbound(&"긴 글".repeat(90)) };
    let short = OutboundText { expires_at: NOW + 1, ..nameless };
    smsgate.send(&short).await.unwrap();
    assert_eq!(asked(&seen), ["POST /messages?skipPhoneValidation=true"]);
    let body = canned::body(&seen, 0);
    assert_eq!((&body["phoneNumbers"], &body["ttl"]), (&json!(["119"]), &json!(5)));
    assert_eq!((&body["deviceId"], &body["simNumber"]), (&json!("D1"), &Value::Null));
}

#[tokio::test]
async fn what_each_answer_to_a_send_means() {
    use ErrorKind::*;
    let mut other = state("Pending");
    other["id"] = json!("another");
    let cases: Vec<(Answered, ErrorKind)> = vec![
        (said(202, other), Ambiguous),
        (said(202, json!({})), Ambiguous),
        (Ok((202, b"{\"id\":\"01ABCDEFGHJKMNPQRS".to_vec())), Ambiguous),
        (Ok((200, b"<html>".to_vec())), Ambiguous),
        (said(400, error("phoneNumbers is empty")), Permanent),
        (said(400, error("no devices registered")), Config),
        (said(401, error("x")), Auth),
        (said(403, error("Forbidden")), Config),
        (said(404, json!(null)), Config),
        (said(413, json!(null)), Permanent),
        (said(429, error("x")), RateLimited),
        (said(500, error("failed to handle request")), Ambiguous),
        (said(501, error("x")), Config),
        (said(503, error("queue limits exceeded")), RateLimited),
        // Not the phone's own words: nobody knows who says it, and what it had passed on.
        (Ok((503, b"<html>busy</html>".to_vec())), Ambiguous),
        (said(502, json!(null)), Ambiguous),
        (said(302, json!(null)), Config),
        (said(418, json!(null)), Ambiguous),
        (said(409, json!(null)), Ambiguous),
        (Ok((409, b"<html>conflict</html>".to_vec())), Ambiguous),
        (Err(Broken::Reset), Ambiguous),
        (Err(Broken::Truncated(Bytes::from_static(b"{"))), Ambiguous),
        (Err(Broken::NotSent), NotSent),
    ];
    for (answer, kind) in cases {
        let error = driver(vec![answer.clone()]).0.send(&outbound("네")).await.unwrap_err();
        assert_eq!(error.kind, kind, "{answer:?}");
        let wait = (kind == RateLimited).then_some(Duration::from_secs(7));
        assert!(wait.is_none() || error.retry_after == wait, "{error:?}");
    }
}

#[tokio::test]
async fn asked_twice_the_first_one_counts() {
    let (smsgate, _) = driver(vec![said(409, error("duplicate id"))]);
    let accepted = smsgate.send(&outbound("네")).await.unwrap();
    assert_eq!(accepted, Accepted { carrier_message_id: Some(KEY.to_owned()), repeated: true });
}

#[tokio::test]
async fn what_must_not_leave_is_not_asked_for() {
    let (smsgate, seen) = driver(vec![]);
    let late = OutboundText { expires_at: NOW - 1, ..outbound("네") };
    assert_eq!(smsgate.send(&late).await.unwrap_err().kind, ErrorKind::NotSent);
    let photo = Photo { name: "a.jpg".to_owned(), jpeg: Arc::from(&[0xff_u8][..]) };
    let with_photo = OutboundText { photos: vec![photo], ..outbound("네") };
    assert_eq!(smsgate.send(&with_photo).await.unwrap_err().kind, ErrorKind::Permanent);
    assert!(asked(&seen).is_empty());
}

#[tokio::test]
async fn a_text_without_an_answer_is_asked_for_by_our_key() {
    let found = Reconciled::Found { carrier_message_id: KEY.to_owned() };
    let gone = || Ok((404, Vec::new()));
    let old = OutboundText { first_attempt_at: NOW - 86_400_000, ..outbound("네") };
    let cases = [
        (ok(state("Failed")), outbound("네"), found.clone()),
        (ok(state("Pending")), old.clone(), found),
        (gone(), outbound("네"), Reconciled::SafeToRepeat),
        // The phone may have had it and forgotten.
        (gone(), old, Reconciled::CannotTell),
    ];
    for (answer, text, expected) in cases {
        let (smsgate, seen) = driver(vec![answer]);
        assert_eq!(smsgate.reconcile(&text).await.unwrap(), expected);
        assert_eq!(asked(&seen), [format!("GET /messages/{KEY}")]);
    }
    for answer in [said(500, error("x")), Err(Broken::Reset), Ok((200, b"{".to_vec()))] {
        let error = driver(vec![answer]).0.reconcile(&outbound("네")).await.unwrap_err();
        assert_eq!(error.kind, ErrorKind::Transient);
    }
}

//! One text on its way out, with and without a photo.

use super::*;
use crate::domain::media::Photo;

/// As the SDK wrote them.
const SMS: &str = r#"{"messages":[{"from":"062120","to":"01012345678","text":"안녕하세요","country":"82","type":"SMS","autoTypeDetect":false,"customFields":{"ref":"01ABCDEFGHJKMNPQRSTVWXYZ23"}}],"showMessageList":true,"allowDuplicates":false}"#;
const MMS: &str = r#"{"messages":[{"from":"062120","to":"01012345678","text":"안내","imageId":"F1","country":"82","type":"MMS","autoTypeDetect":false,"subject":"안내","customFields":{"ref":"01ABCDEFGHJKMNPQRSTVWXYZ23"}}],"showMessageList":true,"allowDuplicates":false}"#;
const FILE: &str = r#"{"type":"MMS","file":"/9j/4GpwZWc="}"#;

fn mms(n: usize) -> OutboundText {
    let photo = Photo { name: "munja-1.jpg".to_owned(), jpeg: Arc::from(&b"\xff\xd8\xff\xe0jpeg"[..]) };
    OutboundText { photos: vec![photo; n], ..outbound(OutboundKind::Mms, "안내") }
}

fn parsed(text: &str) -> Value {
    serde_json::from_str(text).unwrap()
}

#[tokio::test]
async fn a_send_asks_as_the_sdk_does() {
    let (solapi, seen) =
        driver(vec![ok(sent("2000")), ok(json!({ "fileId": "F1" })), ok(sent("2000")), ok(sent("2000"))]);
    solapi.send(&outbound(OutboundKind::Sms, "안녕하세요")).await.unwrap();
    solapi.send(&mms(1)).await.unwrap();
    solapi.send(&outbound(OutboundKind::Lms, "안내\n둘째 줄")).await.unwrap();
    let send = "POST /messages/v4/send-many/detail";
    assert_eq!(asked(&seen), [send, "POST /storage/v1/files", send, send]);
    assert_eq!(sent_body(&seen, 0), parsed(SMS));
    assert_eq!(sent_body(&seen, 1), parsed(FILE));
    assert_eq!(sent_body(&seen, 2), parsed(MMS));
    let lms = &sent_body(&seen, 3)["messages"][0];
    assert_eq!((&lms["type"], &lms["subject"], lms.get("imageId")), (&json!("LMS"), &json!("안내"), None));
    assert_eq!(seen.lock().unwrap()[0].headers()["content-type"], "application/json");
}

#[tokio::test]
async fn what_it_cannot_carry_is_refused_before_it_leaves() {
    let (solapi, seen) = driver(vec![]);
    assert_eq!(solapi.send(&mms(2)).await.unwrap_err().kind, ErrorKind::Permanent);
    let abroad = PhoneNumber::parse("+1 202 555 0123");
    let text = OutboundText { citizen: abroad, ..outbound(OutboundKind::Sms, "yes") };
    assert_eq!(solapi.send(&text).await.unwrap_err().kind, ErrorKind::Permanent);
    let old = OutboundText { expires_at: NOW - 1, ..outbound(OutboundKind::Sms, "네") };
    assert_eq!(solapi.send(&old).await.unwrap_err().kind, ErrorKind::NotSent);
    assert!(asked(&seen).is_empty());
    assert_eq!(solapi.caps().photos_out.map(|photos| photos.n), Some(1));
}

#[tokio::test]
async fn without_its_photo_a_text_was_surely_not_taken() {
    use ErrorKind::*;
    let cases: Vec<(Answered, ErrorKind)> = vec![
        (ok(json!({})), NotSent),
        (refused(500, "InternalError"), NotSent),
        (Ok((200, b"{".to_vec())), NotSent),
        (Err(Broken::Reset), NotSent),
        (Err(Broken::NotSent), NotSent),
        (refused(403, "DuplicatedSignature"), NotSent),
        (refused(400, "ValidationError"), Permanent),
        (refused(403, "InvalidAPIKey"), Auth),
        (refused(403, "RequestTimeTooSkewed"), Config),
        (Ok((429, vec![])), RateLimited),
    ];
    for (answer, kind) in cases {
        let (solapi, seen) = driver(vec![answer, ok(sent("2000"))]);
        assert_eq!(solapi.send(&mms(1)).await.unwrap_err().kind, kind);
        assert_eq!(asked(&seen).len(), 1);
    }
}

#[tokio::test]
async fn what_a_code_means() {
    use ErrorKind::*;
    let cases = [
        ("1062", Config),
        ("1030", Config),
        ("1020", Auth),
        ("1031", Permanent),
        ("1029", Permanent),
        ("2062", Config),
        ("2254", Permanent),
        ("1024", Ambiguous),
        ("2024", Ambiguous),
        ("1999", Ambiguous),
    ];
    for (code, kind) in cases {
        let failed =
            json!({ "messageId": "M4V1", "to": "01012345678", "statusCode": code, "statusMessage": "x" });
        let failed = json!({ "failedMessageList": [failed], "groupInfo": {}, "messageList": [] });
        for answer in [failed, sent(code)] {
            let error = send(ok(answer)).await.unwrap_err();
            assert_eq!((error.kind, error.code.as_deref()), (kind, Some(code)));
        }
    }
}

#[tokio::test]
async fn what_any_other_answer_means() {
    use ErrorKind::*;
    let mut two = sent("2000");
    let one = two["messageList"][0].clone();
    two["messageList"].as_array_mut().unwrap().push(one.clone());
    let both = json!({ "failedMessageList": [one], "messageList": [one] });
    let mut nameless = sent("2000");
    nameless["messageList"][0]["messageId"] = json!(null);
    let odd = json!({ "failedMessageList": [{ "statusCode": "2000" }], "messageList": [] });
    let counted = |total: u64, failed: u64| json!({ "groupInfo": { "count": { "total": total, "registeredSuccess": 1, "registeredFailed": failed } } });
    let cases: Vec<(Answered, ErrorKind)> = vec![
        (ok(json!({})), Ambiguous),
        (ok(two), Ambiguous),
        (ok(both), Ambiguous),
        (ok(nameless), Ambiguous),
        (ok(odd), Ambiguous),
        (ok(counted(2, 0)), Ambiguous),
        (ok(counted(1, 1)), Ambiguous),
        (ok(json!([])), Ambiguous),
        (Ok((200, b"{\"messageList\":[".to_vec())), Ambiguous),
        (Ok((200, vec![])), Ambiguous),
        (Ok((400, b"no".to_vec())), Ambiguous),
        (refused(400, "ValidationError"), Permanent),
        (refused(401, "Unauthorized"), Auth),
        (refused(402, "NotEnoughBalance"), Config),
        (refused(403, "InvalidAPIKey"), Auth),
        (refused(403, "SignatureDoesNotMatch"), Auth),
        (refused(403, "RequestTimeTooSkewed"), Config),
        (refused(403, "DuplicatedSignature"), NotSent),
        (refused(403, "Forbidden"), Config),
        (refused(404, "ResourceNotFound"), Config),
        (Ok((302, vec![])), Config),
        (refused(409, "Conflict"), Ambiguous),
        (refused(429, "TooManyRequests"), RateLimited),
        // Something broke, whatever it says.
        (Ok((500, sent("2000").to_string().into_bytes())), Ambiguous),
        (refused(500, "InvalidAPIKey"), Ambiguous),
        (refused(503, "x"), Ambiguous),
        (Err(Broken::NotSent), NotSent),
        (Err(Broken::Reset), Ambiguous),
        (Err(Broken::Truncated(Bytes::new())), Ambiguous),
    ];
    for (answer, kind) in cases {
        let shown =
            format!("{:?}", answer.as_ref().map(|(s, b)| (s, String::from_utf8_lossy(b).into_owned())));
        assert_eq!(send(answer).await.unwrap_err().kind, kind, "{shown}");
    }
    let error = send(Ok((429, vec![]))).await.unwrap_err();
    assert_eq!(error.retry_after, Some(Duration::from_secs(7)));
}

#[tokio::test]
async fn taken() {
    for code in ["2000", "3000", "3043", "4000"] {
        let expected = Accepted { carrier_message_id: Some("M4V1".to_owned()), repeated: false };
        assert_eq!(send(ok(sent(code))).await.unwrap(), expected);
    }
    let count = json!({ "total": 1, "registeredSuccess": 1, "registeredFailed": 0 });
    let counted = ok(json!({ "groupInfo": { "groupId": "G4V1", "count": count } }));
    assert_eq!(send(counted).await.unwrap(), Accepted { carrier_message_id: None, repeated: false });
}

//! One text on its way out, with and without photos.

use super::*;
use crate::domain::media::Photo;

fn mms() -> OutboundText {
    let photo = Photo { name: "munja-1.jpg".to_owned(), jpeg: Arc::from(&b"\xff\xd8\xff\xe0jpeg"[..]) };
    OutboundText { photos: vec![photo.clone(), photo], ..outbound(OutboundKind::Mms, "안내\n둘째 줄") }
}

#[tokio::test]
async fn a_send_asks_as_the_guide_says() {
    let (nhn, seen) = driver(vec![ok(sent(0)), ok(sent(0)), ok(sent(0))]);
    nhn.send(&outbound(OutboundKind::Sms, "안녕하세요")).await.unwrap();
    nhn.send(&outbound(OutboundKind::Lms, "안내\n둘째 줄")).await.unwrap();
    let abroad = PhoneNumber::parse("+1 202 555 0123");
    nhn.send(&OutboundText { citizen: abroad, ..outbound(OutboundKind::Sms, "yes") }).await.unwrap();
    let [sms, mms] = ["sms", "mms"].map(|sort| format!("POST {BASE}/sender/{sort}"));
    assert_eq!(asked(&seen), [sms.clone(), mms, sms]);
    let recipient = json!({ "recipientNo": "01012345678", "countryCode": "82", "recipientGroupingKey": KEY });
    let body = json!({ "body": "안녕하세요", "sendNo": "062120", "recipientList": [recipient] });
    assert_eq!(sent_body(&seen, 0), body);
    let body =
        json!({ "title": "안내", "body": "안내\n둘째 줄", "sendNo": "062120", "recipientList": [recipient] });
    assert_eq!(sent_body(&seen, 1), body);
    let recipient = json!({ "internationalRecipientNo": "12025550123", "recipientGroupingKey": KEY });
    assert_eq!(sent_body(&seen, 2)["recipientList"], json!([recipient]));
    let seen = seen.lock().unwrap();
    assert_eq!(seen[0].headers()["x-secret-key"], "KEY123");
    assert_eq!(seen[0].headers()["content-type"], "application/json");
}

#[tokio::test]
async fn photos_are_handed_over_first() {
    let file = |n: i64| ok(json!({ "data": { "fileId": n, "fileName": "munja-1.jpg", "filePath": "x" } }));
    let (nhn, seen) = driver(vec![file(7), file(8), ok(sent(0))]);
    nhn.send(&mms()).await.unwrap();
    let upload = format!("POST {BASE}/attachfile/binaryUpload");
    assert_eq!(asked(&seen), [upload.clone(), upload, format!("POST {BASE}/sender/mms")]);
    let body = json!({ "fileName": "munja-1.jpg", "createUser": "munja", "fileBody": "/9j/4GpwZWc=" });
    assert_eq!(sent_body(&seen, 0), body);
    assert_eq!(sent_body(&seen, 2)["attachFileIdList"], json!([7, 8]));
}

#[tokio::test]
async fn without_its_photos_a_text_was_surely_not_taken() {
    use ErrorKind::*;
    let cases: Vec<(Answered, ErrorKind)> = vec![
        (ok(json!({ "data": {} })), NotSent),
        (ok(json!(null)), NotSent),
        (refused(-2009), NotSent),
        (refused(-9999), NotSent),
        (Ok((502, b"<html>".to_vec())), NotSent),
        (Ok((200, b"{".to_vec())), NotSent),
        (Err(Broken::Reset), NotSent),
        (Err(Broken::NotSent), NotSent),
        (refused(-2005), Permanent),
        (refused(-1000), Auth),
        (refused(-1004), Config),
        (Ok((429, vec![])), RateLimited),
    ];
    for (answer, kind) in cases {
        let (nhn, seen) = driver(vec![answer, ok(sent(0))]);
        assert_eq!(nhn.send(&mms()).await.unwrap_err().kind, kind);
        assert_eq!(asked(&seen).len(), 1);
    }
}

#[tokio::test]
async fn a_text_that_is_too_old_does_not_leave() {
    let (nhn, seen) = driver(vec![ok(sent(0))]);
    let old = OutboundText { expires_at: NOW - 1, ..outbound(OutboundKind::Sms, "네") };
    assert_eq!(nhn.send(&old).await.unwrap_err().kind, ErrorKind::NotSent);
    assert!(asked(&seen).is_empty());
}

#[tokio::test]
async fn what_a_code_means() {
    use ErrorKind::*;
    let cases = [
        (-2312, Config),
        (-2313, Config),
        (-2052, Config),
        (-1004, Config),
        (-1001, Auth),
        (-2015, Permanent),
        (-2019, Permanent),
        (-2023, Permanent),
        (4, Permanent),
        (-9999, Ambiguous),
        (-2021, Ambiguous),
        (-7777, Ambiguous),
    ];
    for (code, kind) in cases {
        let by_text = send(ok(sent(code))).await.unwrap_err();
        for error in [by_text, send(refused(code)).await.unwrap_err()] {
            assert_eq!((error.kind, error.code.as_deref()), (kind, Some(code.to_string().as_str())));
        }
    }
}

#[tokio::test]
async fn what_any_other_answer_means() {
    use ErrorKind::*;
    let mut two = sent(0);
    let one = two["data"]["sendResultList"][0].clone();
    two["data"]["sendResultList"].as_array_mut().unwrap().push(one);
    let with = |field: &str, value: Value| {
        let mut body = sent(0);
        body["data"][field] = value;
        ok(body)
    };
    let contradicting = |success: bool, code: i64| {
        let header = json!({ "isSuccessful": success, "resultCode": code });
        Ok((200, json!({ "header": header, "body": sent(0) }).to_string().into_bytes()))
    };
    let cases: Vec<(Answered, ErrorKind)> = vec![
        (ok(json!(null)), Ambiguous),
        (ok(json!({ "data": null })), Ambiguous),
        (ok(two), Ambiguous),
        (with("sendResultList", json!([])), Ambiguous),
        (with("requestId", json!(null)), Ambiguous),
        (with("statusCode", json!("3")), Ambiguous),
        (contradicting(true, -2312), Ambiguous),
        (contradicting(false, 0), Ambiguous),
        (Ok((200, b"[]".to_vec())), Ambiguous),
        (Ok((200, b"{\"header\":{\"isSuccessful\":true".to_vec())), Ambiguous),
        (Ok((200, b"".to_vec())), Ambiguous),
        (Ok((400, b"".to_vec())), Ambiguous),
        (Ok((400, envelope(4, json!(null)))), Permanent),
        (Ok((401, b"no".to_vec())), Auth),
        (Ok((403, b"no".to_vec())), Config),
        (Ok((404, b"no".to_vec())), Config),
        (Ok((302, b"no".to_vec())), Config),
        (Ok((429, envelope(-2312, json!(null)))), RateLimited),
        // Something broke, whatever it says.
        (Ok((500, envelope(0, sent(0)))), Ambiguous),
        (Ok((500, envelope(-2312, json!(null)))), Ambiguous),
        (Ok((503, b"<html>".to_vec())), Ambiguous),
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
    let name = Some(format!("{REQUEST}:1"));
    assert_eq!(send(ok(sent(0))).await.unwrap(), Accepted { carrier_message_id: name, repeated: false });
}

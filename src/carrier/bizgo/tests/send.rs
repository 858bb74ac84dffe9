//! One text on its way out.

use super::*;

#[tokio::test]
async fn a_send_asks_as_the_specification_says() {
    let (bizgo, seen) = driver(vec![ok(sent("A000")), ok(sent("A000"))]);
    bizgo.send(&outbound(OutboundKind::Sms, "안녕하세요")).await.unwrap();
    bizgo.send(&outbound(OutboundKind::Lms, "안내\n둘째 줄")).await.unwrap();
    assert_eq!(asked(&seen), ["POST /api/comm/v1/send/omni"; 2]);
    let seen = seen.lock().unwrap();
    assert_eq!(seen[0].headers()["authorization"], "KEY123");
    assert_eq!(seen[0].headers()["content-type"], "application/json");
    let bodies: Vec<Value> = seen.iter().map(|r| serde_json::from_slice(r.body()).unwrap()).collect();
    assert_eq!(
        bodies[0],
        json!({
            "destinations": [{ "to": "01012345678", "ref": KEY }],
            "messageFlow": [{ "sms": { "from": "062120", "text": "안녕하세요", "ttl": "3600" } }],
            "idempotencyKey": KEY, "idempotencyTtl": 86400, "ref": KEY,
        })
    );
    let mms = json!({ "from": "062120", "title": "안내", "text": "안내\n둘째 줄", "ttl": "3600" });
    assert_eq!(bodies[1]["messageFlow"], json!([{ "mms": mms }]));
}

#[tokio::test]
async fn a_title_is_what_fits_of_the_first_line() {
    let long = "가".repeat(30);
    let cases = [
        (long.as_str(), json!("가".repeat(20))),
        ("\n  둘째 줄  \n", json!("둘째 줄")),
        ("한 줄", json!("한 줄")),
        ("\n \n", json!(null)),
    ];
    for (text, title) in cases {
        let (bizgo, seen) = driver(vec![ok(sent("A000"))]);
        bizgo.send(&outbound(OutboundKind::Lms, text)).await.unwrap();
        let body: Value = serde_json::from_slice(seen.lock().unwrap()[0].body()).unwrap();
        assert_eq!(body["messageFlow"][0]["mms"]["title"], title, "{text:?}");
    }
}

#[tokio::test]
async fn a_text_that_is_too_old_does_not_leave() {
    let (bizgo, seen) = driver(vec![ok(sent("A000"))]);
    let old = OutboundText { expires_at: NOW - 1, ..outbound(OutboundKind::Sms, "네") };
    assert_eq!(bizgo.send(&old).await.unwrap_err().kind, ErrorKind::NotSent);
    assert!(asked(&seen).is_empty());
    let last = OutboundText { expires_at: NOW, ..old };
    bizgo.send(&last).await.unwrap();
    let body: Value = serde_json::from_slice(seen.lock().unwrap()[0].body()).unwrap();
    assert_eq!(body["messageFlow"][0]["sms"]["ttl"], "1");
}

#[tokio::test]
async fn what_a_code_about_the_text_means() {
    use ErrorKind::*;
    let cases = [
        ("A327", Config),
        ("A302", Config),
        ("A320", Config),
        ("A325", Config),
        ("A303", Permanent),
        ("A306", Permanent),
        ("A322", Permanent),
        ("A328", Permanent),
        ("A401", Permanent),
        ("A020", RateLimited),
        ("A920", Ambiguous),
        ("A999", Ambiguous),
        ("B777", Ambiguous),
    ];
    for (code, kind) in cases {
        let by_text = send(ok(sent(code))).await.unwrap_err();
        let by_request = send(Ok((400, envelope("A000", code, json!(null))))).await.unwrap_err();
        for error in [by_text, by_request] {
            assert_eq!((error.kind, error.code.as_deref()), (kind, Some(code)));
        }
    }
}

#[tokio::test]
async fn what_any_other_answer_means() {
    use ErrorKind::*;
    let none = json!(null);
    let two =
        json!({ "destinations": [{ "code": "A000", "msgKey": "M1" }, { "code": "A000", "msgKey": "M2" }] });
    let refused: Vec<(Answered, ErrorKind)> = vec![
        (ok(json!({ "destinations": [] })), Ambiguous),
        (ok(json!({ "destinations": null })), Ambiguous),
        (ok(two), Ambiguous),
        (ok(json!({})), Ambiguous),
        (ok(none.clone()), Ambiguous),
        (Ok((401, envelope("A401", "", none.clone()))), Auth),
        (Ok((401, b"{\"common\":{\"authCode\":\"A401\",\"authResult\":\"x\"}}".to_vec())), Auth),
        (Ok((401, b"no".to_vec())), Auth),
        (Ok((401, envelope("A000", "A001", none.clone()))), Auth),
        (Ok((403, envelope("A000", "A002", none.clone()))), Auth),
        (Ok((403, envelope("A403", "", none.clone()))), Config),
        (Ok((403, envelope("A000", "A110", none.clone()))), Config),
        // The gateway's A301 is no repetition, even where the service's would be.
        (Ok((301, envelope("A301", "", none.clone()))), Config),
        (Ok((200, envelope("A301", "A000", sent("A000")))), Config),
        (Ok((200, envelope("A301", "A301", none.clone()))), Config),
        // An empty word of the gateway's is no witness, whatever the service says.
        (Ok((200, envelope("", "A301", none.clone()))), Ambiguous),
        (Ok((400, envelope("", "A301", none.clone()))), Ambiguous),
        (Ok((200, envelope("", "A000", sent("A000")))), Ambiguous),
        (Ok((200, envelope("", "A301", sent("A301")))), Ambiguous),
        (Ok((302, b"<html>".to_vec())), Config),
        (Ok((404, b"<html>".to_vec())), Config),
        (Ok((429, envelope("A000", "A020", none.clone()))), RateLimited),
        (Ok((429, b"slow down".to_vec())), RateLimited),
        (Ok((500, envelope("A500", "", none.clone()))), Ambiguous),
        (Ok((503, envelope("A000", "A920", none.clone()))), Ambiguous),
        // Something broke, whatever it says.
        (Ok((500, envelope("A000", "A327", none.clone()))), Ambiguous),
        (Ok((500, envelope("A000", "A000", sent("A000")))), Ambiguous),
        (Ok((502, b"<html>".to_vec())), Ambiguous),
        (Ok((200, envelope("", "A000", sent("A000")))), Ambiguous),
        (Ok((200, b"{\"common\":{\"authCode\":\"A000\"".to_vec())), Ambiguous),
        (Ok((200, b"[]".to_vec())), Ambiguous),
        (Ok((418, b"".to_vec())), Ambiguous),
        (Err(Broken::NotSent), NotSent),
        (Err(Broken::Reset), Ambiguous),
        (Err(Broken::Truncated(Bytes::new())), Ambiguous),
    ];
    for (answer, kind) in refused {
        let shown =
            format!("{:?}", answer.as_ref().map(|(s, b)| (s, String::from_utf8_lossy(b).into_owned())));
        assert_eq!(send(answer).await.unwrap_err().kind, kind, "{shown}");
    }
}

#[tokio::test]
async fn taken_and_taken_before() {
    let accepted = Accepted { carrier_message_id: Some("M1".to_owned()), repeated: false };
    assert_eq!(send(ok(sent("A000"))).await.unwrap(), accepted);
    let nameless = json!({ "destinations": [{ "to": "01012345678", "code": "A301", "result": "x" }] });
    let repetition = Accepted { carrier_message_id: None, repeated: true };
    assert_eq!(send(ok(nameless)).await.unwrap(), repetition);
    assert_eq!(send(ok(sent("A301"))).await.unwrap(), Accepted { repeated: true, ..accepted });
    assert_eq!(send(Ok((400, envelope("A000", "A301", json!(null))))).await.unwrap(), repetition);
}

#[tokio::test]
async fn a_limit_tells_how_long_to_wait() {
    for answer in [Ok((429, envelope("A000", "A020", json!(null)))), ok(sent("A020"))] {
        assert_eq!(send(answer).await.unwrap_err().retry_after, Some(Duration::from_secs(7)));
    }
}

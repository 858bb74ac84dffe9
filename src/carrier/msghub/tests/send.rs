//! One text on its way out, and looked for when nobody answered.

use super::*;
use crate::domain::media::Photo;
use crate::domain::outbound::OutboundKind;
use crate::domain::phone::PhoneNumber;

fn sent(code: &str) -> Value {
    json!([{ "cliKey": KEY, "msgKey": "tw9.6b", "phone": "01012345678", "code": code, "message": "x" }])
}

#[tokio::test]
async fn a_send_asks_as_the_documents_say() {
    let (msghub, seen) = driver(vec![fine(sent("10000")), fine(sent("10000"))]);
    let accepted = msghub.send(&outbound("안녕하세요")).await.unwrap();
    let name = format!("{KEY}@2026-07-01");
    assert_eq!(accepted, Accepted { carrier_message_id: Some(name), repeated: false });
    let recipient = json!([{ "cliKey": KEY, "phone": "01012345678" }]);
    assert_eq!(
        body(&seen, 1),
        json!({ "callback": "062120", "msg": "안녕하세요", "recvInfoLst": recipient })
    );
    msghub.send(&OutboundText { kind: OutboundKind::Lms, ..outbound("안내\n둘째 줄") }).await.unwrap();
    assert_eq!(then(&seen), ["POST /msg/v1/sms", "POST /msg/v1/mms"]);
    assert_eq!(body(&seen, 2)["title"], "안내");
}

#[tokio::test]
async fn photos_leave_as_parts_of_a_form() {
    let photo = Photo { name: "munja-1.jpg".to_owned(), jpeg: Arc::from(&b"\xff\xd8\xff\xe0jpeg"[..]) };
    let mms = OutboundText { kind: OutboundKind::Mms, photos: vec![photo.clone()], ..outbound("안내") };
    let (msghub, seen) = driver(vec![fine(sent("10000"))]);
    msghub.send(&mms).await.unwrap();
    let request = seen.lock().unwrap()[1].clone();
    let content_type = request.headers()["content-type"].to_str().unwrap();
    assert_eq!(content_type, format!("multipart/form-data; boundary=munja-{KEY}"));
    let form = String::from_utf8_lossy(request.body()).into_owned();
    for part in ["name=\"reqMsg\"", "\"cliKey\"", "name=\"parts\"; filename=\"munja-1.jpg\"", "image/jpeg"] {
        assert!(form.contains(part), "{form}");
    }
    assert!(form.ends_with(&format!("--munja-{KEY}--\r\n")));
    let (msghub, seen) = driver(vec![]);
    let four = OutboundText { photos: vec![photo; 4], ..mms };
    assert_eq!(msghub.send(&four).await.unwrap_err().kind, ErrorKind::Permanent);
    assert!(asked(&seen).is_empty());
}

#[tokio::test]
async fn what_each_answer_to_a_send_means() {
    use ErrorKind::*;
    let mut other = sent("10000");
    other[0]["cliKey"] = json!("another");
    let two = json!([sent("10000")[0], sent("10000")[0]]);
    let cut = json!({ "code": "10000", "data": sent("10000") }).to_string().into_bytes();
    let cases: Vec<(Answered, ErrorKind)> = vec![
        (refused(400, "29002"), RateLimited),
        (fine(sent("29002")), RateLimited),
        (refused(200, "29019"), Ambiguous),
        (refused(400, "29006"), Ambiguous),
        (refused(400, "29001"), Permanent),
        (fine(sent("22002")), Config),
        (fine(sent("30110")), Permanent),
        (fine(sent("21001")), Permanent),
        (fine(sent("99999")), Ambiguous),
        (refused(403, "99999"), Ambiguous),
        (said(403, json!({})), Config),
        (said(429, json!({})), RateLimited),
        (refused(500, "29001"), Ambiguous),
        (refused(500, "29005"), Ambiguous),
        (fine(json!([])), Ambiguous),
        (fine(json!(null)), Ambiguous),
        (fine(other), Ambiguous),
        (fine(two), Ambiguous),
        (Ok((200, cut[..cut.len() - 9].to_vec())), Ambiguous),
        (Ok((200, b"<html>".to_vec())), Ambiguous),
        (Err(Broken::Reset), Ambiguous),
        (Err(Broken::NotSent), NotSent),
    ];
    for (answer, kind) in cases {
        let error = driver(vec![answer.clone()]).0.send(&outbound("네")).await.unwrap_err();
        assert_eq!(error.kind, kind, "{answer:?}");
    }
    for answer in [refused(400, "29005"), fine(sent("29005"))] {
        let accepted = driver(vec![answer]).0.send(&outbound("네")).await.unwrap();
        assert!(accepted.repeated, "the first one was taken");
    }
    let (msghub, seen) = driver(vec![]);
    let late = OutboundText { expires_at: NOW - 1, ..outbound("네") };
    assert_eq!(msghub.send(&late).await.unwrap_err().kind, NotSent);
    let abroad = OutboundText { citizen: PhoneNumber::parse("+1 202 555 0123"), ..outbound("yes") };
    assert_eq!(msghub.send(&abroad).await.unwrap_err().kind, Permanent);
    assert!(asked(&seen).is_empty());
}

#[tokio::test]
async fn a_send_without_an_answer_is_looked_for_under_its_day_and_its_neighbour() {
    let entry = |status: &str| json!({ "cliKey": KEY, "status": status });
    let found = |day: &str| Reconciled::Found { carrier_message_id: format!("{KEY}@{day}") };
    let cases = [
        (json!([entry("REG")]), NOW, found("2026-07-01")),
        (json!([entry("ING")]), NOW, found("2026-07-01")),
        (json!([entry("DONE")]), NOW, found("2026-07-01")),
        (json!([entry("INVALID_KEY")]), NOW, Reconciled::Absent),
        (json!([entry("OVER_DATE")]), NOW, Reconciled::CannotTell),
        (json!([entry("WHAT")]), NOW, Reconciled::CannotTell),
        (json!([]), NOW, Reconciled::CannotTell),
        (json!([{ "cliKey": "another", "status": "INVALID_KEY" }]), NOW, Reconciled::CannotTell),
    ];
    for (entries, first_attempt_at, expected) in cases {
        let (msghub, seen) = driver(vec![fine(json!({ "cliKeyLst": entries }))]);
        let text = OutboundText { first_attempt_at, ..outbound("네") };
        assert_eq!(msghub.reconcile(&text).await.unwrap(), expected, "{entries}");
        assert_eq!(body(&seen, 1)["cliKeyLst"].as_array().unwrap().len(), 1);
    }
    // Two minutes to midnight in Korea: both days have to deny it.
    let midnight = NOW - 9 * 3_600_000 - 120_000;
    let text = OutboundText { first_attempt_at: midnight, ..outbound("네") };
    let (msghub, seen) = driver(vec![fine(json!({ "cliKeyLst": [entry("INVALID_KEY")] }))]);
    assert_eq!(msghub.reconcile(&text).await.unwrap(), Reconciled::CannotTell, "one day alone");
    let days: Vec<_> =
        body(&seen, 1)["cliKeyLst"].as_array().unwrap().iter().map(|e| e["reqDt"].clone()).collect();
    assert_eq!(days, ["2026-06-30", "2026-07-01"]);
    let both = json!([entry("INVALID_KEY"), { "cliKey": KEY, "status": "DONE", "reqDt": "2026-06-30" }]);
    let (msghub, _) = driver(vec![fine(json!({ "cliKeyLst": both }))]);
    assert_eq!(msghub.reconcile(&text).await.unwrap(), found("2026-06-30"));
}

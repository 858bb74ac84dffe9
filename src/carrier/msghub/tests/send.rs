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
        // The whole and the part of it that is ours say different things.
        (said(200, json!({ "code": "29001", "data": sent("29005") })), Ambiguous),
        (said(200, json!({ "code": "29005", "data": sent("10000") })), Ambiguous),
        (said(200, json!({ "code": "29005", "data": sent("22002") })), Ambiguous),
        (said(200, json!({ "code": "29006", "data": sent("10000") })), Ambiguous),
        (said(200, json!({ "code": "", "data": sent("10000") })), Ambiguous),
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
async fn a_send_without_an_answer_is_looked_for_under_its_day() {
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
}

/// Each day is a question of its own: an answer does not say which one it is about.
#[tokio::test]
async fn it_is_absent_only_if_every_day_since_the_first_try_denies_it() {
    let entry = |status: &str| fine(json!({ "cliKeyLst": [{ "cliKey": KEY, "status": status }] }));
    let days = |seen: &Seen| -> Vec<String> {
        let n = then(seen).len();
        (1..=n).map(|n| body(seen, n)["cliKeyLst"][0]["reqDt"].as_str().unwrap().to_owned()).collect()
    };
    // Five minutes before midnight; it is nine in the morning now.
    let text = OutboundText { first_attempt_at: NOW - 9 * 3_600_000 - 300_000, ..outbound("네") };
    let both = ["2026-06-30", "2026-07-01"];
    for (last, expected) in [
        ("INVALID_KEY", Reconciled::Absent),
        ("WHAT", Reconciled::CannotTell),
        ("ING", Reconciled::Found { carrier_message_id: format!("{KEY}@2026-07-01") }),
    ] {
        let (msghub, seen) = driver(vec![entry("INVALID_KEY"), entry(last)]);
        assert_eq!(msghub.reconcile(&text).await.unwrap(), expected);
        assert_eq!(days(&seen), both);
    }
    let (msghub, seen) = driver(vec![entry("DONE")]);
    let found = Reconciled::Found { carrier_message_id: format!("{KEY}@2026-06-30") };
    assert_eq!((msghub.reconcile(&text).await.unwrap(), days(&seen)), (found, vec![both[0].to_owned()]));
    let (msghub, _) = driver(vec![entry("INVALID_KEY")]);
    assert!(msghub.reconcile(&text).await.is_err(), "a day that could not be asked about denies nothing");
    // So long ago that it is not looked for everywhere.
    for first_attempt_at in [NOW - 40 * 24 * 3_600_000, 0, i64::MIN] {
        let (msghub, _) = driver((0..20).map(|_| entry("INVALID_KEY")).collect());
        let old = OutboundText { first_attempt_at, ..outbound("네") };
        assert_eq!(msghub.reconcile(&old).await.unwrap(), Reconciled::CannotTell);
    }
}

/// A text that left at midnight may stand under the next day, and under the one before if our clock is ahead.
#[tokio::test]
async fn a_fate_is_asked_for_under_the_neighbouring_days_too() {
    let entry = |status: &str| {
        fine(
            json!({ "cliKeyLst": [{ "cliKey": KEY, "msgKey": "M", "status": status, "resultCode": "10000" }] }),
        )
    };
    let (msghub, seen) = driver(vec![entry("INVALID_KEY"), entry("INVALID_KEY"), entry("DONE")]);
    let receipt = msghub.status(&format!("{KEY}@2026-06-30")).await.unwrap().unwrap();
    assert_eq!(receipt.status, crate::domain::receipt::ReceiptStatus::Delivered);
    let day = |n: usize| body(&seen, n)["cliKeyLst"][0]["reqDt"].clone();
    assert_eq!([day(1), day(2), day(3)], ["2026-06-30", "2026-06-29", "2026-07-01"]);
    // Tomorrow is not asked about.
    let (msghub, seen) = driver(vec![entry("INVALID_KEY"), entry("INVALID_KEY")]);
    assert_eq!(msghub.status(&format!("{KEY}@2026-07-01")).await.unwrap(), None);
    assert_eq!(then(&seen).len(), 2);
}

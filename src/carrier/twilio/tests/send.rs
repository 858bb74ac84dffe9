//! One text on its way out, and looked for when nobody answered.

use super::*;

fn form(seen: &Seen) -> Vec<(String, String)> {
    let seen = seen.lock().unwrap();
    url::form_urlencoded::parse(seen[0].body()).map(|(k, v)| (k.into_owned(), v.into_owned())).collect()
}

#[tokio::test]
async fn a_send_asks_as_the_official_sdk_does() {
    let status_url = Some(Url::parse("https://munja.example.kr/push/twilio").unwrap());
    let told = TwilioConfig { status_url, ..config() };
    let (twilio, seen) = driver_with(told, vec![said(201, message("SM1", "outbound-api", "queued"))]);
    let accepted = twilio.send(&text()).await.unwrap();
    assert_eq!(accepted, Accepted { carrier_message_id: Some("SM1".to_owned()), repeated: false });
    assert_eq!(asked(&seen), [format!("POST {LIST}")]);
    let expected = [
        ("To", "+821012345678"),
        ("From", "+15551234567"),
        ("Body", "안녕하세요"),
        ("ValidityPeriod", "3600"),
        ("StatusCallback", "https://munja.example.kr/push/twilio"),
    ];
    let expected = expected.map(|(k, v)| (k.to_owned(), v.to_owned()));
    assert_eq!(form(&seen), expected);
    let seen = seen.lock().unwrap();
    assert_eq!(seen[0].headers()["content-type"], "application/x-www-form-urlencoded");
    let body = std::str::from_utf8(seen[0].body()).unwrap();
    assert!(body.starts_with("To=%2B821012345678&From=%2B15551234567&Body=%EC%95%88%EB%85%95"), "{body}");
}

#[tokio::test]
async fn what_each_answer_to_a_send_means() {
    use ErrorKind::*;
    let cut = message("SM1", "outbound-api", "queued").to_string().into_bytes();
    let cases: Vec<(Answered, ErrorKind)> = vec![
        (error(21211, 400), Permanent),
        (error(21408, 400), Permanent),
        (error(21610, 400), Permanent),
        (error(21635, 400), Permanent),
        (error(21606, 400), Config),
        (error(20003, 401), Auth),
        (error(20429, 429), RateLimited),
        (error(21611, 429), RateLimited),
        (error(99999, 400), Ambiguous),
        (error(20404, 404), Config),
        (error(20500, 500), Ambiguous),
        (error(21211, 500), Ambiguous),
        (said(503, json!({})), Ambiguous),
        (said(201, json!({})), Ambiguous),
        (said(201, json!({ "sid": "../x" })), Ambiguous),
        (Ok((201, cut[..cut.len() - 300].to_vec())), Ambiguous),
        (Ok((400, b"<html>".to_vec())), Ambiguous),
        (Err(Broken::Reset), Ambiguous),
        (Err(Broken::Truncated(bytes::Bytes::from_static(b"{"))), Ambiguous),
        (Err(Broken::NotSent), NotSent),
    ];
    for (answer, kind) in cases {
        let error = driver(vec![answer.clone()]).0.send(&text()).await.unwrap_err();
        assert_eq!(error.kind, kind, "{answer:?}");
    }
    let (twilio, seen) = driver(vec![]);
    let late = OutboundText { expires_at: NOW - 1, ..text() };
    assert_eq!(twilio.send(&late).await.unwrap_err().kind, NotSent);
    assert!(asked(&seen).is_empty());
}

#[tokio::test]
async fn a_send_without_an_answer_is_looked_for_by_number_words_and_time() {
    let ours = |sid: &str| message(sid, "outbound-api", "queued");
    let mut older = ours("SM2");
    older["date_created"] = json!("Tue, 30 Jun 2026 23:00:00 +0000");
    let mut other = ours("SM3");
    other["body"] = json!("다른 답");
    let mut undated = ours("SM4");
    undated["date_created"] = json!(null);
    let found = |all: &[&str]| Reconciled::OneOf {
        carrier_message_ids: all.iter().map(|sid| (*sid).to_owned()).collect(),
    };
    let cases = [
        (json!([ours("SM1")]), found(&["SM1"])),
        (json!([ours("SM9"), ours("SM1")]), found(&["SM1", "SM9"])),
        (json!([undated]), found(&["SM4"])),
        (json!([older, other, message("SM5", "inbound", "received")]), Reconciled::Absent),
        (json!([]), Reconciled::Absent),
    ];
    for (messages, expected) in cases {
        let (twilio, seen) = driver(vec![page(messages, json!(null))]);
        assert_eq!(twilio.reconcile(&text()).await.unwrap(), expected);
        let query = "PageSize=100&To=%2B821012345678&From=%2B15551234567";
        assert_eq!(asked(&seen), [format!("GET {LIST}?{query}")]);
    }
}

#[tokio::test]
async fn a_list_without_an_end_proves_nothing() {
    let next = |n: usize| json!(format!("{LIST}?Page={n}&PageToken=PA{n}"));
    let (twilio, seen) = driver((1..=10).map(|n| page(json!([]), next(n))).collect());
    assert_eq!(twilio.reconcile(&text()).await.unwrap(), Reconciled::CannotTell);
    assert_eq!(asked(&seen).len(), 10);
    for answer in [said(500, json!({})), Err(Broken::Reset), ok(json!({ "messages": 7 }))] {
        assert!(driver(vec![answer]).0.reconcile(&text()).await.is_err());
    }
    let circle = page(json!([]), next(1));
    let (twilio, _) = driver(vec![circle.clone(), circle]);
    assert_eq!(twilio.reconcile(&text()).await.unwrap_err().kind, ErrorKind::Protocol);
}

//! One text on its way out.

use bytes::Bytes;

use super::*;
use crate::carrier::canned;

/// The GSMA's example of a request, and of its answer, with our words in it.
fn reference() -> Value {
    let url = "http://example.com/1/smsmessaging/outbound/tel%3A%2B82621200000/requests/abc123";
    json!({ "resourceReference": { "resourceURL": url } })
}

fn text() -> OutboundText {
    OutboundText { from: PhoneNumber::parse("0621200000"), ..outbound("안녕하세요") }
}

#[tokio::test]
async fn a_send_asks_as_the_gsma_says() {
    let url = Url::parse("https://munja.example.kr/push/oneapi").unwrap();
    let told = OneApiConfig { notify_url: Some(url), sender_name: Some("120".to_owned()), ..config() };
    let (oneapi, seen) = driver_with(told, vec![said(201, reference())]);
    let accepted = oneapi.send(&text()).await.unwrap();
    let name = "tel%3A%2B82621200000/abc123";
    assert_eq!(accepted, Accepted { carrier_message_id: Some(name.to_owned()), repeated: false });
    assert_eq!(asked(&seen), ["POST /smsmessaging/outbound/tel%3A%2B82621200000/requests"]);
    let expected = json!({ "outboundSMSMessageRequest": {
        "address": ["tel:+821012345678"],
        "senderAddress": "tel:+82621200000",
        "outboundSMSTextMessage": { "message": "안녕하세요" },
        "clientCorrelator": KEY,
        "receiptRequest": {
            "notifyURL": "https://munja.example.kr/push/oneapi?token=TOKEN77", "callbackData": KEY,
        },
        "senderName": "120",
    } });
    assert_eq!(canned::body(&seen, 0), expected);
    let seen = seen.lock().unwrap();
    assert_eq!(seen[0].headers()["accept"], "application/json");
    assert_eq!(seen[0].headers()["content-type"], "application/json");
}

#[tokio::test]
async fn servers_that_want_it_otherwise() {
    let url = Url::parse("https://munja.example.kr/push/oneapi").unwrap();
    let infobip = OneApiConfig { is_wrapped: false, has_tel: false, notify_url: Some(url), ..config() };
    let orange = OneApiConfig { address_is_list: false, ..config() };
    let (first, seen_first) = driver_with(infobip, vec![said(200, reference())]);
    let (second, seen_second) = driver_with(orange, vec![said(201, reference())]);
    first.send(&text()).await.unwrap();
    second.send(&text()).await.unwrap();
    let expected = json!({
        "senderAddress": "+82621200000", "address": ["+821012345678"], "message": "안녕하세요",
        "clientCorrelator": KEY, "callbackData": KEY,
        "notifyURL": "https://munja.example.kr/push/oneapi?token=TOKEN77",
    });
    assert_eq!(canned::body(&seen_first, 0), expected);
    assert_eq!(asked(&seen_first), ["POST /smsmessaging/outbound/%2B82621200000/requests"]);
    let wrapped = canned::body(&seen_second, 0);
    assert_eq!(wrapped["outboundSMSMessageRequest"]["address"], "tel:+821012345678");
}

#[tokio::test]
async fn the_name_of_a_text_is_found_wherever_it_stands() {
    let url = "https://x/1/smsmessaging/outbound/12345/requests/abc123";
    let cases = [
        (200, json!({ "resourceReference": { "resourceURL": url } }), Some("12345/abc123")),
        (
            200,
            json!({ "ResourceReference": { "ResourceURL": format!("{url}/deliveryInfos?x=1") } }),
            Some("12345/abc123"),
        ),
        (201, json!({ "outboundSMSMessageRequest": { "resourceURL": url } }), Some("12345/abc123")),
        (201, json!({}), None),
        (201, json!({ "resourceReference": { "resourceURL": "https://x/requests/" } }), None),
        (201, json!({ "resourceReference": { "resourceURL": 7 } }), None),
    ];
    for (status, body, name) in cases {
        let accepted = driver(vec![said(status, body.clone())]).0.send(&text()).await.unwrap();
        assert_eq!(accepted.carrier_message_id.as_deref(), name, "{body}");
    }
}

#[tokio::test]
async fn asked_twice_the_first_one_counts() {
    let answers =
        [said(400, service("SVC0005")), said(403, error("policyException", "SVC0005")), said(409, json!({}))];
    for answer in answers {
        let accepted = driver(vec![answer]).0.send(&text()).await.unwrap();
        assert_eq!(accepted, Accepted { carrier_message_id: None, repeated: true });
    }
}

#[tokio::test]
async fn what_each_answer_to_a_send_means() {
    use ErrorKind::*;
    let cut = reference().to_string().into_bytes();
    let cases: Vec<(Answered, ErrorKind)> = vec![
        (said(400, service("SVC0002")), Permanent),
        (said(400, service("SVC0004")), Permanent),
        (said(400, service("SVC0001")), Ambiguous),
        (said(400, service("SVC9999")), Ambiguous),
        (said(403, error("policyException", "POL0001")), Config),
        (said(403, error("policyException", "POL0904")), RateLimited),
        (said(403, error("policyException", "POL0908")), Permanent),
        (said(403, json!({})), Config),
        (said(400, json!({ "RequestError": { "ServiceException": { "MessageId": "SVC0004" } } })), Permanent),
        (said(401, service("SVC0002")), Auth),
        (said(404, service("SVC0002")), Config),
        (said(409, service("SVC0001")), Ambiguous),
        (Ok((409, b"<html>".to_vec())), Ambiguous),
        (said(429, json!({})), RateLimited),
        (said(500, service("SVC0002")), Ambiguous),
        (said(503, json!({})), Ambiguous),
        (said(500, service("SVC0005")), Ambiguous),
        // An error inside a success is described nowhere.
        (said(201, service("SVC0002")), Ambiguous),
        (said(200, json!({})), Ambiguous),
        (Ok((201, cut[..cut.len() - 9].to_vec())), Ambiguous),
        (Ok((201, b"<html>".to_vec())), Ambiguous),
        (Ok((400, b"<html>".to_vec())), Ambiguous),
        (Err(Broken::Reset), Ambiguous),
        (Err(Broken::Truncated(Bytes::from_static(b"{"))), Ambiguous),
        (Err(Broken::NotSent), NotSent),
    ];
    for (answer, kind) in cases {
        let error = driver(vec![answer.clone()]).0.send(&text()).await.unwrap_err();
        assert_eq!(error.kind, kind, "{answer:?}");
    }
    let (oneapi, seen) = driver(vec![]);
    let late = OutboundText { expires_at: NOW - 1, ..text() };
    assert_eq!(oneapi.send(&late).await.unwrap_err().kind, NotSent);
    assert!(asked(&seen).is_empty());
}

#[tokio::test]
async fn a_text_without_an_answer_may_be_repeated_while_somebody_remembers() {
    let at = |first_attempt_at| OutboundText { first_attempt_at, ..text() };
    let forgetful = OneApiConfig { correlator_memory: Duration::ZERO, ..config() };
    let cases = [
        (config(), at(NOW), Reconciled::SafeToRepeat),
        (config(), at(NOW - 86_400_000), Reconciled::CannotTell),
        (forgetful.clone(), at(NOW), Reconciled::CannotTell),
    ];
    for (config, text, expected) in cases {
        assert_eq!(driver_with(config, vec![]).0.reconcile(&text).await.unwrap(), expected);
    }
    assert_eq!(driver_with(forgetful, vec![]).0.caps().idempotent_send, None);
}

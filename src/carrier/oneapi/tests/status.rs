//! The fate of a text, asked for by the name its server gave it.

use super::*;
use crate::domain::receipt::ReceiptStatus;

const NAME: &str = "tel%3A%2B82621200000/abc123";
const PATH: &str = "GET /smsmessaging/outbound/tel%3A%2B82621200000/requests/abc123/deliveryInfos";

fn info(word: &str) -> Value {
    json!({ "address": "tel:+821012345678", "deliveryStatus": word })
}

#[tokio::test]
async fn a_fate_is_told_in_many_shapes() {
    use ReceiptStatus::*;
    let list = |infos: Value| json!({ "deliveryInfoList": { "deliveryInfo": infos, "resourceURL": "…/requests/abc123/deliveryInfos" } });
    let cases = [
        (list(json!([info("DeliveredToTerminal")])), Some(Delivered)),
        (list(info("DeliveryImpossible")), Some(Undelivered)),
        (json!({ "deliveryInfo": [info("DeliveredToTerminal")] }), Some(Delivered)),
        (
            json!({ "DeliveryInfoList": { "DeliveryInfo": [{ "DeliveryStatus": "DeliveredToTerminal" }] } }),
            Some(Delivered),
        ),
        (list(json!([info("MessageWaiting"), info("DeliveryImpossible")])), Some(Undelivered)),
        (list(json!([info("DeliveryUncertain")])), Some(Unknown)),
        (list(json!([info("Teleported")])), Some(Unknown)),
        (list(json!([info("MessageWaiting")])), None),
        (list(json!([info("DeliveredToNetwork"), 7, {}])), None),
        (list(json!(null)), None),
        (list(json!("none")), None),
    ];
    for (body, status) in cases {
        let (oneapi, seen) = driver(vec![ok(body.clone())]);
        let receipt = oneapi.status(NAME).await.unwrap();
        assert_eq!(receipt.as_ref().map(|r| r.status), status, "{body}");
        assert!(receipt.is_none_or(|r| r.carrier_message_id == NAME));
        assert_eq!(asked(&seen), [PATH]);
    }
    for answer in [said(404, json!({})), said(410, json!({})), said(400, service("SVC0002"))] {
        assert_eq!(driver(vec![answer]).0.status(NAME).await.unwrap(), None);
    }
    let unreadable = driver(vec![ok(json!(null))]).0.status(NAME).await.unwrap_err();
    assert_eq!(unreadable.kind, ErrorKind::Protocol, "no answer is no word about the text");
    assert_eq!(
        driver(vec![said(500, json!({}))]).0.status(NAME).await.unwrap_err().kind,
        ErrorKind::Transient
    );
}

#[tokio::test]
async fn a_name_cannot_lead_elsewhere() {
    let (oneapi, seen) = driver(vec![ok(json!({})), ok(json!({}))]);
    oneapi.status("12345/..%2F..%2Finbound?x=1#").await.unwrap();
    oneapi.status("한/%zz%4").await.unwrap();
    let expected = [
        "GET /smsmessaging/outbound/12345/requests/..%2F..%2Finbound%3Fx%3D1%23/deliveryInfos",
        "GET /smsmessaging/outbound/%ED%95%9C/requests/%25zz%254/deliveryInfos",
    ];
    assert_eq!(asked(&seen), expected);
    for name in ["", "abc123", "/abc123", "12345/", "%2E%2E/abc", "12345/..", "12345/%ff"] {
        assert_eq!(driver(vec![]).0.status(name).await.unwrap_err().kind, ErrorKind::Protocol, "{name}");
    }
}

//! NHN's calls to the gateway, with results; the signature is a fixed word. Repetitions are not documented.

use bytes::Bytes;
use http::Method;
use serde_json::json;

use super::answer::parts;
use crate::sim::answer::korean;
use crate::sim::core::Core;
use crate::sim::dialect::Push;

pub(super) fn call(core: &Core<'_>, index: usize) -> Push {
    let message = core.message(index);
    let (request, n) = parts(&message.msg_key);
    let time = |at: i64| korean(message.dated(at), "%Y-%m-%dT%H:%M:%S");
    let hook = json!({
        "hookId": format!("{request}H{n}"), "senderType": format!("NORMAL_{}", message.kind), "requestId": request,
        "recipientSeq": n, "requestDate": time(message.accepted_at), "receiveDate": time(message.handset_at),
        "sendNo": message.from, "recipientNo": message.to, "resultCode": message.code,
        "messageStatus": if message.code == "1000" { "COMPLETED" } else { "FAILED" },
        // As in the document's example.
        "recipientGropuingKey": message.reference,
    });
    let body = json!({
        "hooksId": format!("{request}S{n}"), "webhookConfigId": "sim", "productName": "SMS",
        "appKey": core.options.account, "event": "MESSAGE_RESULT_UPDATE", "hooks": [hook],
    });
    Push {
        method: Method::POST,
        query: Vec::new(),
        headers: vec![
            ("content-type", "application/json".to_owned()),
            ("x-toast-webhook-signature", core.options.webhook_secret.clone()),
        ],
        body: Bytes::from(body.to_string()),
    }
}

//! SMSGate's calls to the gateway: `X-Signature` is the hex of HMAC-SHA256(key, body + `X-Timestamp`), signed again for
//! each try. A text is identified there by the number at the end of its inbox id, in hexadecimal
//! (`ReceiverService.process`).

use bytes::Bytes;
use hmac::{Hmac, KeyInit, Mac};
use http::Method;
use serde_json::{Value, json};
use sha2::Sha256;

use crate::sim::answer::{Answer, korean};
use crate::sim::core::Core;
use crate::sim::core::record::Pushed;
use crate::sim::dialect::Push;
use crate::sim::dialects::fields::object;
use crate::sim::dialects::numbers::e164;
use crate::sim::dialects::query::Unexpected;

/// `None` for photo messages, which have other events, and for reports that are not final.
pub(super) fn call(core: &Core<'_>, pushed: Pushed) -> Option<Push> {
    let (event, payload) = match pushed {
        Pushed::Text(index) => ("sms:received", received(core, index)?),
        Pushed::Report(index) => fate(core, index)?,
    };
    let body = json!({
        "deviceId": "SIM-DEVICE", "event": event, "id": format!("{pushed:?}"), "webhookId": "sim", "payload": payload,
    });
    let (body, timestamp) = (body.to_string(), (core.dated_now() / 1_000).to_string());
    let signature = signature(&core.options.webhook_secret, &format!("{body}{timestamp}"));
    Some(Push {
        method: Method::POST,
        query: Vec::new(),
        headers: vec![
            ("content-type", "application/json".to_owned()),
            ("x-timestamp", timestamp),
            ("x-signature", signature),
        ],
        body: Bytes::from(body),
    })
}

/// `POST inbox/refresh` (`InboxRefreshRequest`): the phone calls again, if the request says so.
pub(super) fn refresh(core: &mut Core<'_>, body: &Bytes) -> Result<Answer, Unexpected> {
    let body: Value = serde_json::from_slice(body).map_err(|_| Unexpected)?;
    let root = object(&body, &["since", "until", "deviceId", "messageTypes", "triggerWebhooks"])?;
    let at = |key: &str| {
        let word = root.get(key).and_then(Value::as_str).ok_or(Unexpected)?;
        word.parse::<jiff::Timestamp>().map(jiff::Timestamp::as_millisecond).map_err(|_| Unexpected)
    };
    let (since, until) = (at("since")?, at("until")?);
    if root.get("triggerWebhooks") == Some(&Value::Bool(true)) {
        core.state.call_again(core.now, since, until);
    }
    Ok(Answer::raw(202, "application/json", ""))
}

fn time(at_ms: i64) -> String {
    korean(at_ms, "%Y-%m-%dT%H:%M:%S.%3f+09:00")
}

fn received(core: &Core<'_>, index: usize) -> Option<Value> {
    let text = core.text(index);
    if !text.photos.is_empty() {
        return None;
    }
    let hash: i32 = text.key.strip_prefix("text:")?.parse().ok()?;
    let sender = if text.is_broken() { Value::Null } else { json!(e164(&text.from)) };
    Some(json!({
        "messageId": format!("{:x}", hash.cast_unsigned()), "message": text.body, "sender": sender,
        "phoneNumber": sender, "recipient": e164(&core.options.mo_number), "simNumber": 1, "receivedAt": time(text.at),
    }))
}

fn fate(core: &Core<'_>, index: usize) -> Option<(&'static str, Value)> {
    let message = core.message(index);
    let at = time(message.dated(message.handset_at));
    let to = e164(&message.to);
    match message.code.as_str() {
        "Delivered" => Some((
            "sms:delivered",
            json!({ "messageId": message.msg_key, "phoneNumber": to, "simNumber": 1, "deliveredAt": at }),
        )),
        "Teleported" => None,
        reason => Some((
            "sms:failed",
            json!({ "messageId": message.msg_key, "phoneNumber": to, "simNumber": 1, "failedAt": at, "reason": reason }),
        )),
    }
}

fn signature(key: &str, signed: &str) -> String {
    let Ok(mut mac) = Hmac::<Sha256>::new_from_slice(key.as_bytes()) else {
        return String::new();
    };
    mac.update(signed.as_bytes());
    mac.finalize().into_bytes().iter().map(|b| format!("{b:02x}")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// OpenSSL's HMAC-SHA256 of body and second.
    #[test]
    fn signed_as_openssl_signs() {
        let expected = "ac98856bf5ea645df2434f177a5e4246c388a73662ef0c4e29d99b9d9575575a";
        assert_eq!(signature("KEY", r#"{"event":"sms:received"}1782864000"#), expected);
    }
}

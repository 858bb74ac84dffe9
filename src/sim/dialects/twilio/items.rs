//! Messages in Twilio's schema `api.v2010.account.message`, in both directions.

use serde_json::{Value, json};

use super::number;
use crate::sim::answer::utc;
use crate::sim::core::Core;
use crate::sim::core::record::Message;
use crate::sim::core::record::Text;
use crate::sim::dialects::numbers::e164;
use crate::sim::dialects::segments::n_segments;

/// `message_enum_status` without the values for inbound texts, and one unknown value.
const STATUSES: [&str; 11] = [
    "queued",
    "sending",
    "sent",
    "failed",
    "delivered",
    "undelivered",
    "accepted",
    "scheduled",
    "read",
    "partially_delivered",
    "canceled",
];

pub(super) fn time(at_ms: i64) -> String {
    utc(at_ms, "%a, %d %b %Y %H:%M:%S +0000")
}

/// When it left Twilio, by the carrier's clock; none while it waits there.
pub(super) fn sent_at(message: &Message, now: i64) -> Option<i64> {
    (message.handset_at <= now).then(|| message.dated(message.handset_at))
}

/// Status and error code.
pub(super) fn fate(message: &Message, now: i64) -> (&str, Value) {
    match message.report(now) {
        None if sent_at(message, now).is_none() => ("queued", Value::Null),
        None => ("sent", Value::Null),
        Some(code) => reported_status(code),
    }
}

/// Status and error code for a report's code.
pub(super) fn reported_status(code: &str) -> (&str, Value) {
    let is_code = code.len() == 5 && code.bytes().all(|b| b.is_ascii_digit());
    if STATUSES.contains(&code) || !is_code { (code, Value::Null) } else { ("undelivered", number(code)) }
}

/// The message in the answer to a send.
pub(super) fn taken(message: &Message, account: &str) -> Value {
    let at = message.dated(message.accepted_at);
    sent(message, account, ("queued", Value::Null), (None, at))
}

/// A text to a citizen.
pub(super) fn outbound(core: &Core<'_>, message: &Message) -> Value {
    let sent_at = sent_at(message, core.now);
    let updated = sent_at.unwrap_or_else(|| message.dated(message.accepted_at));
    sent(message, &core.options.account, fate(message, core.now), (sent_at, updated))
}

fn sent(
    message: &Message,
    account: &str,
    (status, error): (&str, Value),
    (sent_at, updated): (Option<i64>, i64),
) -> Value {
    let error_message = if error.is_null() { Value::Null } else { json!("simulated") };
    let own = json!({
        "sid": message.msg_key, "body": message.body, "direction": "outbound-api", "status": status,
        "from": e164(&message.from), "to": e164(&message.to), "num_media": "0",
        "date_created": time(message.dated(message.accepted_at)), "date_sent": sent_at.map(time),
        "date_updated": time(updated), "error_code": error, "error_message": error_message,
    });
    with_common_fields(own, account)
}

/// A text from a citizen.
pub(super) fn inbound(core: &Core<'_>, text: &Text) -> Value {
    let account = &core.options.account;
    if text.is_broken() {
        return with_common_fields(
            json!({ "sid": text.key, "direction": "inbound", "from": null, "body": 7 }),
            account,
        );
    }
    let at = time(text.at);
    let own = json!({
        "sid": text.key, "body": text.body, "direction": "inbound", "status": "received",
        "from": e164(&text.from), "to": e164(&core.options.mo_number), "num_media": text.photos.len().to_string(),
        "date_created": at, "date_sent": at, "date_updated": at, "error_code": null, "error_message": null,
    });
    with_common_fields(own, account)
}

/// Adds the fields common to both directions.
fn with_common_fields(mut item: Value, account: &str) -> Value {
    let uri = format!("/2010-04-01/Accounts/{account}/Messages/{}", item["sid"].as_str().unwrap_or_default());
    item["account_sid"] = json!(account);
    item["api_version"] = json!("2010-04-01");
    item["num_segments"] = json!(n_segments(item["body"].as_str().unwrap_or_default()).to_string());
    item["messaging_service_sid"] = Value::Null;
    item["price"] = Value::Null;
    item["price_unit"] = Value::Null;
    item["uri"] = json!(format!("{uri}.json"));
    item["subresource_uris"] = json!({ "media": format!("{uri}/Media.json") });
    item
}

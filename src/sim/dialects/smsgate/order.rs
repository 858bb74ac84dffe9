//! Sends, checked as strictly as the OpenAPI document says.

use bytes::Bytes;
use http::Request;
use serde_json::{Map, Value};

use crate::sim::core::Core;
use crate::sim::core::order::{Key, Order, Recipient, Remember};
use crate::sim::dialects::fields::{object, only_item, optional, word};
use crate::sim::dialects::numbers::{domestic, is_digits};
use crate::sim::dialects::query::{Query, Unexpected};

const FIELDS: [&str; 10] = [
    "id",
    "phoneNumbers",
    "textMessage",
    "withDeliveryReport",
    "isEncrypted",
    "priority",
    "ttl",
    "validUntil",
    "simNumber",
    "deviceId",
];

pub(super) fn read_order(core: &Core<'_>, request: &Request<Bytes>) -> Result<Order, Unexpected> {
    let query = Query::parse(request.uri().query());
    query.only(&["skipPhoneValidation", "deviceActiveWithin"])?;
    let body: Value = serde_json::from_slice(request.body()).map_err(|_| Unexpected)?;
    let root = object(&body, &FIELDS)?;
    let number = only_item(root, "phoneNumbers")?.as_str().ok_or(Unexpected)?;
    if query.get("skipPhoneValidation") != Some("true") && !is_e164(number) {
        return Err(Unexpected);
    }
    let text = word(object(root.get("textMessage").ok_or(Unexpected)?, &["text"])?, "text")?;
    switches(root)?;
    if optional(root, "deviceId")?.is_some_and(|id| id.is_empty() || id.len() > 21) {
        return Err(Unexpected);
    }
    let key = match optional(root, "id")? {
        Some(id) if id.is_empty() || id.len() > 36 => return Err(Unexpected),
        id => id.map(|id| Key { word: id.to_owned(), remember: Remember::Always }),
    };
    Ok(Order {
        recipients: vec![Recipient { to: domestic(number), reference: None, key: None }],
        reference: key.as_ref().map(|key| key.word.clone()),
        from: core.options.mo_number.clone(),
        text: text.to_owned(),
        kind: "SMS",
        ttl_ms: ttl_ms(root, core.dated_now())?,
        key,
        ..Order::default()
    })
}

fn is_e164(number: &str) -> bool {
    number.strip_prefix('+').is_some_and(|digits| is_digits(digits) && (8..=15).contains(&digits.len()))
}

fn switches(root: &Map<String, Value>) -> Result<(), Unexpected> {
    let is_bool = |name: &str| root.get(name).is_none_or(Value::is_boolean);
    let is_within = |name: &str, least: i64, most: i64| {
        root.get(name).is_none_or(|n| n.as_i64().is_some_and(|n| (least..=most).contains(&n)))
    };
    // Encrypted texts cannot be read here.
    let is_plain = root.get("isEncrypted") != Some(&Value::Bool(true));
    let is_fine = is_bool("withDeliveryReport")
        && is_bool("isEncrypted")
        && is_plain
        && is_within("priority", -128, 127)
        && is_within("simNumber", 1, 3);
    if is_fine { Ok(()) } else { Err(Unexpected) }
}

/// `ttl` in seconds, at least five, or `validUntil`, but not both (`PostMessageRequest.validUntil`). Gson reads any ISO 8601
/// date there.
fn ttl_ms(root: &Map<String, Value>, now: i64) -> Result<Option<i64>, Unexpected> {
    match (root.get("ttl"), optional(root, "validUntil")?) {
        (None | Some(Value::Null), None) => Ok(None),
        (None | Some(Value::Null), Some(word)) => {
            let until: jiff::Timestamp = word.parse().map_err(|_| Unexpected)?;
            Some(until.as_millisecond() - now).filter(|left| *left >= 0).map(Some).ok_or(Unexpected)
        }
        (Some(_), Some(_)) => Err(Unexpected),
        (Some(ttl), None) => {
            let secs = ttl.as_i64().filter(|secs| *secs >= 5).ok_or(Unexpected)?;
            Ok(Some(secs.saturating_mul(1_000)))
        }
    }
}

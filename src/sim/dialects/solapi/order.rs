//! Sends and uploads. A malformed body is refused as a whole; a text that cannot be sent fails alone.

use bytes::Bytes;
use http::Request;
use serde_json::{Map, Value, json};

use super::group_of;
use crate::sim::answer::{Answer, utc};
use crate::sim::core::Core;
use crate::sim::core::order::{Order, Recipient};
use crate::sim::core::sends::{Became, Outcome};
use crate::sim::dialects::fields::{file, object, only_item, optional, word};
use crate::sim::dialects::korea::n_bytes;
use crate::sim::dialects::numbers::is_digits;
use crate::sim::dialects::query::Unexpected;
use crate::sim::options::SimOptions;

const MAX_FILE: usize = 200 * 1_000;
const SMS_BYTES: usize = 90;
const FIELDS: [&str; 9] =
    ["from", "to", "text", "country", "type", "autoTypeDetect", "subject", "imageId", "customFields"];

pub(super) fn read_order(core: &Core<'_>, body: &[u8]) -> Result<Order, Unexpected> {
    let body: Value = serde_json::from_slice(body).map_err(|_| Unexpected)?;
    let root = object(&body, &["messages", "allowDuplicates", "showMessageList", "agent"])?;
    if ["allowDuplicates", "showMessageList"]
        .iter()
        .any(|name| root.get(*name).is_some_and(|v| !v.is_boolean()))
    {
        return Err(Unexpected);
    }
    let message = object(only_item(root, "messages")?, &FIELDS)?;
    let photo = match optional(message, "imageId")? {
        Some(key) => vec![core.file(key).cloned().ok_or(Unexpected)?],
        None => Vec::new(),
    };
    let title = optional(message, "subject")?.map(str::to_owned);
    let text = word(message, "text")?;
    let kind = kind_of(message, text, !photo.is_empty(), title.is_some())?;
    if optional(message, "country")?.is_some_and(|country| country != "82") {
        return Err(Unexpected);
    }
    let reference = match message.get("customFields") {
        Some(fields) => optional(object(fields, &["ref"])?, "ref")?.map(str::to_owned),
        None => None,
    };
    let to = word(message, "to")?.to_owned();
    Ok(Order {
        recipients: vec![Recipient { to, reference, key: None }],
        from: word(message, "from")?.to_owned(),
        text: text.to_owned(),
        title,
        kind,
        photos: photo,
        ..Order::default()
    })
}

/// The requested kind, or the detected one if detection is requested. An SMS has no photo and no title.
fn kind_of(
    message: &Map<String, Value>,
    text: &str,
    has_photo: bool,
    has_title: bool,
) -> Result<&'static str, Unexpected> {
    let is_long = has_title || n_bytes(text).is_none_or(|n| n > SMS_BYTES);
    let detects = match message.get("autoTypeDetect") {
        None => true,
        Some(detects) => detects.as_bool().ok_or(Unexpected)?,
    };
    let kind = match optional(message, "type")? {
        Some("SMS") => "SMS",
        Some("LMS") => "LMS",
        Some("MMS") => "MMS",
        None if detects && has_photo => "MMS",
        None if detects && is_long => "LMS",
        None if detects => "SMS",
        _ => return Err(Unexpected),
    };
    let is_odd = (kind == "MMS") != has_photo || (kind == "SMS" && has_title);
    if is_odd { Err(Unexpected) } else { Ok(kind) }
}

/// Sender, number, custom field, charset, length.
pub(super) fn objection(order: &Order, recipient: &Recipient, options: &SimOptions) -> Option<&'static str> {
    let most = if order.kind == "SMS" { SMS_BYTES } else { 2_000 };
    let is_number = is_digits(&recipient.to) && (8..=11).contains(&recipient.to.len());
    let title = order.title.as_deref().unwrap_or_default();
    match (n_bytes(&order.text), n_bytes(title)) {
        _ if !options.sender_numbers.contains(&order.from) => Some("1062"),
        _ if !is_number => Some("1011"),
        _ if recipient.reference.as_ref().is_some_and(|field| field.chars().count() > 100) => Some("1032"),
        (None, _) | (_, None) => Some("1029"),
        (Some(n), title) if n > most || title > Some(40) => Some("1031"),
        _ => None,
    }
}

pub(super) fn sent(core: &Core<'_>, request: &Request<Bytes>, order: &Order, outcomes: &[Outcome]) -> Answer {
    let (mut taken, mut failed, mut group) = (Vec::new(), Vec::new(), "G4VFAILED".to_owned());
    for (recipient, outcome) in order.recipients.iter().zip(outcomes) {
        let entry = |name: &str, code: &str| {
            json!({
                "messageId": name, "statusCode": code, "statusMessage": "simulated", "from": order.from,
                "to": recipient.to, "type": order.kind, "country": "82", "accountId": core.options.account,
                "customFields": fields(recipient.reference.as_deref()),
            })
        };
        match &outcome.became {
            Became::Taken(index) => {
                let name = &core.message(*index).msg_key;
                group = group_of(name);
                taken.push(entry(name, "2000"));
            }
            Became::Refused(code) => failed.push(entry("M4VFAILED", code)),
            Became::Repeated(_) => {}
        }
    }
    let group = group_info(core, &group, (outcomes.len(), taken.len(), failed.len()));
    let mut said = json!({ "failedMessageList": failed, "groupInfo": group });
    // Only if it was requested.
    let asked: Value = serde_json::from_slice(request.body()).unwrap_or_default();
    if asked["showMessageList"] == true {
        said["messageList"] = json!(taken);
    }
    Answer::json(200, &said)
}

/// Custom fields as lists show them.
pub(super) fn fields(reference: Option<&str>) -> Value {
    reference.map_or_else(|| json!({}), |reference| json!({ "ref": reference }))
}

fn group_info(core: &Core<'_>, id: &str, (total, taken, failed): (usize, usize, usize)) -> Value {
    let at = utc(core.dated_now(), "%Y-%m-%dT%H:%M:%S.%3fZ");
    let money = json!({ "requested": 0, "replacement": 0, "refund": 0, "sum": 0 });
    json!({
        "groupId": id, "status": "SENDING", "accountId": core.options.account, "masterAccountId": null,
        "apiVersion": "4", "allowDuplicates": false, "isRefunded": false, "dateCreated": at, "dateUpdated": at,
        "count": {
            "total": total, "registeredSuccess": taken, "registeredFailed": failed, "sentTotal": 0,
            "sentSuccess": 0, "sentFailed": 0, "sentPending": 0, "sentReplacement": 0, "refund": 0,
        },
        "countForCharge": {}, "balance": money, "point": money, "log": [], "price": {},
        "app": { "profit": {}, "appId": null },
    })
}

/// `POST storage/v1/files`: a JPEG in Base64.
pub(super) fn upload(core: &mut Core<'_>, body: &[u8]) -> Result<Answer, Unexpected> {
    let body: Value = serde_json::from_slice(body).map_err(|_| Unexpected)?;
    let root = object(&body, &["type", "file", "name"])?;
    let bytes: Bytes = file(root, "file")?;
    let is_jpeg = bytes.starts_with(&[0xff, 0xd8, 0xff]);
    if word(root, "type")? != "MMS" || !is_jpeg || bytes.len() > MAX_FILE {
        return Err(Unexpected);
    }
    let name = optional(root, "name")?.unwrap_or("sim.jpg").to_owned();
    let key = core.keep_file(bytes);
    let said = json!({
        "fileId": key, "type": "MMS", "name": name, "originalName": name, "link": null, "references": [],
        "url": format!("https://sim.invalid/{key}"), "accountId": core.options.account,
    });
    Ok(Answer::json(200, &said))
}

//! What the gateway sends and uploads. A body in bad shape is refused as a whole; a text that cannot be sent fails by itself.

use bytes::Bytes;
use serde_json::{Value, json};

use super::super::SimOptions;
use super::super::answer::Answer;
use super::super::core::Core;
use super::super::fields::{file, object, only_item, optional, word};
use super::super::korea::n_bytes;
use super::super::numbers::is_digits;
use super::super::order::{Order, Recipient};
use super::super::query::Odd;
use super::super::sends::{Became, Outcome};
use super::group_of;

const MAX_FILE: usize = 200 * 1_000;
const FIELDS: [&str; 9] =
    ["from", "to", "text", "country", "type", "autoTypeDetect", "subject", "imageId", "customFields"];

pub(super) fn read_order(core: &Core<'_>, body: &[u8]) -> Result<Order, Odd> {
    let body: Value = serde_json::from_slice(body).map_err(|_| Odd)?;
    let root = object(&body, &["messages", "allowDuplicates", "showMessageList", "agent", "strict"])?;
    if ["allowDuplicates", "showMessageList"]
        .iter()
        .any(|name| root.get(*name).is_some_and(|v| !v.is_boolean()))
    {
        return Err(Odd);
    }
    let message = object(only_item(root, "messages")?, &FIELDS)?;
    let kind = match word(message, "type")? {
        "SMS" => "SMS",
        "LMS" => "LMS",
        "MMS" => "MMS",
        _ => return Err(Odd),
    };
    let photo = match optional(message, "imageId")? {
        Some(key) => vec![core.file(key).cloned().ok_or(Odd)?],
        None => Vec::new(),
    };
    let title = optional(message, "subject")?.map(str::to_owned);
    let has_more = !photo.is_empty() || title.is_some();
    if (kind == "MMS") == photo.is_empty() || (kind == "SMS" && has_more) {
        return Err(Odd);
    }
    if optional(message, "country")?.is_some_and(|country| country != "82") {
        return Err(Odd);
    }
    let reference = match message.get("customFields") {
        Some(fields) => optional(object(fields, &["ref"])?, "ref")?.map(str::to_owned),
        None => None,
    };
    let to = word(message, "to")?.to_owned();
    Ok(Order {
        recipients: vec![Recipient { to, reference, key: None }],
        from: word(message, "from")?.to_owned(),
        text: word(message, "text")?.to_owned(),
        title,
        kind,
        photos: photo,
        ..Order::default()
    })
}

/// Sender, number, custom field, charset, length.
pub(super) fn objection(order: &Order, recipient: &Recipient, options: &SimOptions) -> Option<&'static str> {
    let most = if order.kind == "SMS" { 90 } else { 2_000 };
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

pub(super) fn sent(core: &Core<'_>, order: &Order, outcomes: &[Outcome]) -> Answer {
    let (mut taken, mut failed, mut group) = (Vec::new(), Vec::new(), "G4VFAILED".to_owned());
    for (recipient, outcome) in order.recipients.iter().zip(outcomes) {
        let entry = |name: &str, code: &str| {
            json!({
                "messageId": name, "statusCode": code, "statusMessage": "simulated", "from": order.from,
                "to": recipient.to, "type": order.kind, "country": "82",
                "customFields": { "ref": recipient.reference },
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
    let count = json!({
        "total": outcomes.len(), "registeredSuccess": taken.len(), "registeredFailed": failed.len(),
        "sentTotal": 0, "sentSuccess": 0, "sentFailed": 0, "sentPending": 0, "sentReplacement": 0, "refund": 0,
    });
    Answer::json(
        200,
        &json!({
            "failedMessageList": failed, "messageList": taken,
            "groupInfo": { "groupId": group, "count": count, "status": "SENDING" },
        }),
    )
}

/// `POST storage/v1/files`: a JPEG in Base64.
pub(super) fn upload(core: &mut Core<'_>, body: &[u8]) -> Result<Answer, Odd> {
    let body: Value = serde_json::from_slice(body).map_err(|_| Odd)?;
    let root = object(&body, &["type", "file", "name"])?;
    let bytes: Bytes = file(root, "file")?;
    let is_jpeg = bytes.starts_with(&[0xff, 0xd8, 0xff]);
    if word(root, "type")? != "MMS" || !is_jpeg || bytes.len() > MAX_FILE {
        return Err(Odd);
    }
    let key = core.keep_file(bytes);
    Ok(Answer::json(200, &json!({ "fileId": key, "type": "MMS", "name": null })))
}

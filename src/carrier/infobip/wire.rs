//! Infobip's JSON, read liberally: whatever is missing or odd in one item must not cost the others.

use serde_json::{Value, json};

use super::codes::{self, Status};
use crate::carrier::SentText;
use crate::carrier::error::loggable_code;
use crate::carrier::lenient_json::text_or_number;
use crate::domain::UnixMs;
use crate::domain::inbound::{InboundItem, InboundText};
use crate::domain::outbound::{ClientKey, OutboundText};
use crate::domain::phone::PhoneNumber;
use crate::domain::receipt::{Receipt, ReceiptItem};
use crate::domain::text::MessageText;

/// `2016-10-06T09:28:39.220+0000`, with or without a colon in its offset.
fn time_ms(value: &Value) -> Option<UnixMs> {
    let word = value.as_str()?;
    let parsed = word.parse().or_else(|_| jiff::Timestamp::strptime("%Y-%m-%dT%H:%M:%S%.f%z", word));
    parsed.ok().map(jiff::Timestamp::as_millisecond)
}

/// `2026-07-01T00:00:00.000+0000`, as the official clients write it: no colon in the offset.
pub(super) fn time(at: UnixMs) -> String {
    let at = jiff::Timestamp::from_millisecond(at).unwrap_or(jiff::Timestamp::UNIX_EPOCH);
    at.strftime("%Y-%m-%dT%H:%M:%S.%3f+0000").to_string()
}

/// International, without `+`.
fn number(number: &PhoneNumber) -> String {
    number.e164().map_or_else(|| number.reveal().to_owned(), |e164| e164.trim_start_matches('+').to_owned())
}

/// A number as it came; a `+` is added if it can only be international.
fn parsed(word: &str) -> PhoneNumber {
    let is_international =
        word.len() >= 10 && !word.starts_with('0') && word.bytes().all(|b| b.is_ascii_digit());
    if is_international { PhoneNumber::parse(&format!("+{word}")) } else { PhoneNumber::parse(word) }
}

/// The entries of a list; `None` if it has an unknown shape.
pub(super) fn results(body: &Value) -> Option<&[Value]> {
    match &body["results"] {
        Value::Array(results) => Some(results),
        Value::Null => Some(&[]),
        _ => None,
    }
}

/// The texts of a page, oldest first.
pub(super) fn inbound_page(body: &Value) -> Vec<InboundItem> {
    let mut items: Vec<InboundItem> = results(body).unwrap_or_default().iter().map(inbound).collect();
    items.sort_by_key(|item| sent_at(item).unwrap_or(UnixMs::MIN));
    items
}

/// `text`, not `cleanText`, which lacks a keyword.
fn inbound(item: &Value) -> InboundItem {
    let read = || -> Result<InboundText, &'static str> {
        Ok(InboundText {
            key: text_or_number(&item["messageId"]).ok_or("messageId is missing")?,
            citizen: parsed(&text_or_number(&item["from"]).ok_or("from is missing")?),
            to: parsed(&text_or_number(&item["to"]).ok_or("to is missing")?),
            text: MessageText::new(item["text"].as_str().ok_or("text is missing")?),
            media: Vec::new(),
            sent_at: time_ms(&item["receivedAt"]).ok_or("receivedAt is not a time")?,
        })
    };
    match read() {
        Ok(text) => InboundItem::Text(text),
        Err(reason) => InboundItem::Unreadable { raw: item.to_string(), reason: reason.to_owned() },
    }
}

fn sent_at(item: &InboundItem) -> Option<UnixMs> {
    match item {
        InboundItem::Text(text) => Some(text.sent_at),
        InboundItem::Unreadable { .. } => None,
    }
}

pub(super) fn newest(items: &[InboundItem]) -> Option<UnixMs> {
    items.iter().filter_map(sent_at).max()
}

/// The body of a send: one text a request, under our key.
pub(super) fn send_body(text: &OutboundText) -> Value {
    let key = text.key.as_str();
    json!({ "messages": [{
        "sender": number(&text.from),
        "destinations": [{ "to": number(&text.citizen), "messageId": key }],
        "content": { "text": text.text.reveal() },
        "webhooks": { "callbackData": key },
    }] })
}

/// Status of the text with this key in the answer to its send.
pub(super) fn taken(body: &Value, key: &str) -> Option<Status> {
    let [one] = body["messages"].as_array()?.as_slice() else {
        return None;
    };
    let is_ours = name_of(one).is_none_or(|name| name == key);
    status(one).filter(|_| is_ours)
}

/// Whether the answer to a send names this key.
pub(super) fn is_named(body: &Value, key: &str) -> bool {
    name_of(&body["messages"][0]).as_deref() == Some(key)
}

pub(super) fn status(item: &Value) -> Option<Status> {
    let status = &item["status"];
    let group = status["groupId"].as_u64().or_else(|| text_or_number(&status["groupId"])?.parse().ok())?;
    Some(Status { group, name: text_or_number(&status["name"]).unwrap_or_default() })
}

pub(super) fn name_of(item: &Value) -> Option<String> {
    text_or_number(&item["messageId"])
}

/// A report as a receipt; `None` while the text is on its way.
pub(super) fn report(item: &Value) -> Option<ReceiptItem> {
    match (name_of(item), status(item)) {
        (Some(_), Some(_)) => receipt(item).map(ReceiptItem::Receipt),
        _ => Some(ReceiptItem::Unreadable {
            raw: item.to_string(),
            reason: "messageId or status is missing".to_owned(),
        }),
    }
}

/// The fate of an entry's text; `None` while it is on its way. The error, if there is one, says more than the status.
pub(super) fn receipt(item: &Value) -> Option<Receipt> {
    let (name, status) = (name_of(item)?, status(item)?);
    let error = text_or_number(&item["error"]["name"]).filter(|name| name != codes::NO_ERROR);
    Some(Receipt {
        client_key: ClientKey::parse(&name).map(|key| key.as_str().to_owned()),
        status: codes::receipt(&status)?,
        code: codes::loggable(&error.unwrap_or(status.name)),
        reported_at: time_ms(&item["doneAt"]),
        carrier_message_id: name,
    })
}

/// An entry of the log as a sent text; `None` if it was refused at once.
pub(super) fn listed(item: &Value, since: UnixMs) -> Option<SentText> {
    let name = name_of(item)?;
    if status(item).is_some_and(|status| status.group == codes::REJECTED) {
        return None;
    }
    let listed = SentText {
        key: ClientKey::parse(&name).map(|key| key.as_str().to_owned()),
        carrier_message_id: name,
        at: time_ms(&item["sentAt"]).unwrap_or(since),
        receipt: receipt(item),
        to: None,
        words: None,
    };
    Some(listed.with_recipient(&item["destination"], &item["content"]["text"]))
}

pub(super) fn next_cursor(body: &Value) -> Option<String> {
    text_or_number(&body["cursor"]["nextCursor"])
}

/// The code of an error in its own words, new (`errorCode`) or old (`requestError`).
pub(super) fn error_code(body: &Value) -> Option<String> {
    let old = &body["requestError"]["serviceException"]["messageId"];
    let code = text_or_number(&body["errorCode"]).or_else(|| text_or_number(old))?;
    // A code has letters: digits alone could be a phone number.
    let is_code =
        code.bytes().any(|b| b.is_ascii_uppercase()) && code.bytes().filter(u8::is_ascii_digit).count() <= 4;
    Some(if is_code { loggable_code(&code, 32) } else { "unknown".to_owned() })
}

//! Bizgo's JSON, read liberally: whatever is missing or odd in one item must not cost the others.

use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use super::reports;
use crate::carrier::error::protocol_error;
use crate::carrier::korea::{time_ms, title};
use crate::carrier::lenient_json::text_or_number;
use crate::carrier::{Result, korea, lenient_json};
use crate::domain::UnixMs;
use crate::domain::inbound::{InboundItem, InboundText};
use crate::domain::outbound::{ClientKey, OutboundKind, OutboundText};
use crate::domain::phone::PhoneNumber;
use crate::domain::receipt::{Receipt, ReceiptItem};
use crate::domain::text::MessageText;

/// A page of inbound texts.
pub(super) struct Page {
    /// Oldest first.
    pub items: Vec<InboundItem>,
    pub newest: Option<UnixMs>,
    /// `lastSeq`, if there is another page.
    pub next: Option<String>,
}

/// Reads the answer to page `asked` of at most `limit` texts. Fails only if the list as a whole has an unknown shape; one
/// unreadable item never costs the others.
pub(super) fn page(data: &Value, limit: u32, asked: Option<&str>) -> Result<Page> {
    let messages = messages(data)?;
    let next = next_page(data, messages.len() >= limit as usize, asked)?;
    // Newest first on the wire.
    let items: Vec<InboundItem> = messages.iter().rev().map(inbound).collect();
    let sent_at = |item: &InboundItem| match item {
        InboundItem::Text(text) => Some(text.sent_at),
        InboundItem::Unreadable { .. } => None,
    };
    let newest = items.iter().filter_map(sent_at).max();
    Ok(Page { items, newest, next })
}

/// The texts of a page as they came.
pub(super) fn messages(data: &Value) -> Result<&[Value]> {
    match (data, &data["messages"]) {
        (_, Value::Array(messages)) => Ok(messages),
        (Value::Null | Value::Object(_), Value::Null) => Ok(&[]),
        _ => Err(protocol_error("a page of texts has a shape we do not know")),
    }
}

/// `lastSeq` of a list, if another page follows the one `asked` for. It is an error if there is more but no position, or the
/// position we are at already: such a list would end early or never.
pub(super) fn next_page(data: &Value, is_full: bool, asked: Option<&str>) -> Result<Option<String>> {
    match &data["hasNext"] {
        Value::Bool(false) => return Ok(None),
        // Not given: a page that is not full is the last.
        Value::Null if !is_full => return Ok(None),
        Value::Bool(true) | Value::Null => {}
        _ => return Err(protocol_error("a list does not say whether it goes on")),
    }
    match text_or_number(&data["lastSeq"]) {
        None => Err(protocol_error("a list goes on but does not say where")),
        Some(next) if Some(next.as_str()) == asked => {
            Err(protocol_error("the carrier's list goes in a circle"))
        }
        next => Ok(next),
    }
}

/// The place of the next page (`None`: there is none) by the beginning of an answer that is too large, if it says so before the
/// texts.
pub(super) fn place_behind(head: &[u8], asked: Option<&str>) -> Option<Option<String>> {
    let body = lenient_json::read_rest(head);
    next_page(&body["data"]["data"], true, asked).ok()
}

/// One text; an unreadable one is kept as it came.
pub(super) fn inbound(item: &Value) -> InboundItem {
    let read = || -> std::result::Result<InboundText, &'static str> {
        let msg_key = text_or_number(&item["msgKey"]).ok_or("msgKey is missing")?;
        // `from` is what its writer typed; the handset is `originator`.
        let citizen = text_or_number(&item["originator"])
            .or_else(|| text_or_number(&item["from"]))
            .ok_or("originator is missing")?;
        let to = text_or_number(&item["to"]).ok_or("to is missing")?;
        let content = item["content"].as_str().ok_or("content is missing")?;
        let occurred = item["occurredTime"].as_str().ok_or("occurredTime is missing")?;
        let sent_at = time_ms(occurred).ok_or("occurredTime is not a time")?;
        // The carrier gives one msgKey to several texts.
        let digest = Sha256::digest(content.as_bytes());
        let content_hash: String = digest.iter().take(8).map(|b| format!("{b:02x}")).collect();
        Ok(InboundText {
            key: format!("{msg_key}|{sent_at}|{content_hash}"),
            citizen: PhoneNumber::parse(&citizen),
            to: PhoneNumber::parse(&to),
            text: MessageText::new(content),
            media: Vec::new(),
            sent_at,
        })
    };
    match read() {
        Ok(text) => InboundItem::Text(text),
        Err(reason) => InboundItem::Unreadable { raw: item.to_string(), reason: reason.to_owned() },
    }
}

/// `2026-04-23T14:11:01+09:00`
pub(super) fn offset_time(at: UnixMs) -> String {
    format!("{}+09:00", korea::local_time(at))
}

/// The body of a send; one recipient per request, because the key covers the request. `files` are the carrier's ids of the
/// photos.
pub(super) fn send_body(text: &OutboundText, files: &[String], key_memory_secs: u64, now: UnixMs) -> Value {
    let key = text.key.as_str();
    let ttl = (text.expires_at.saturating_sub(now) / 1000).clamp(1, 86_400).to_string();
    let mut message = json!({ "from": text.from.reveal(), "text": text.text.reveal(), "ttl": ttl });
    let channel = match text.kind {
        OutboundKind::Sms => "sms",
        OutboundKind::Lms | OutboundKind::Mms => {
            if let Some(title) = title(text.text.reveal()) {
                message["title"] = Value::String(title);
            }
            if !files.is_empty() {
                message["fileKey"] = json!(files);
            }
            "mms"
        }
    };
    json!({
        "destinations": [{ "to": text.citizen.reveal(), "ref": key }],
        "messageFlow": [{ channel: message }],
        "idempotencyKey": key,
        "idempotencyTtl": key_memory_secs,
        "ref": key,
    })
}

/// The only destination in the answer to a send: its code and the carrier's id of the text.
pub(super) fn destination(data: &Value) -> Option<(String, Option<String>)> {
    let [one] = data["destinations"].as_array()?.as_slice() else {
        return None;
    };
    Some((text_or_number(&one["code"])?, text_or_number(&one["msgKey"])))
}

/// Receipts of a polled batch; an empty one has `null`. Anything else must not be acked: it would be lost.
pub(super) fn receipts(report: &Value) -> Result<Vec<ReceiptItem>> {
    match report {
        Value::Array(items) => Ok(items.iter().map(receipt_item).collect()),
        Value::Null => Ok(Vec::new()),
        _ => Err(protocol_error("a batch of receipts has a shape we do not know")),
    }
}

/// The receipt of one text out of the answer to an inquiry, if there is one yet.
pub(super) fn receipt_of(data: &Value, carrier_message_id: &str) -> Option<Receipt> {
    let mut all = data["messages"].as_array()?.iter().filter_map(receipt);
    all.find(|receipt| receipt.carrier_message_id == carrier_message_id)
}

/// One receipt; an unreadable one is kept as it came.
pub(super) fn receipt_item(item: &Value) -> ReceiptItem {
    match receipt(item) {
        Some(receipt) => ReceiptItem::Receipt(receipt),
        None => ReceiptItem::Unreadable {
            raw: item.to_string(),
            reason: "msgKey or reportCode is missing".to_owned(),
        },
    }
}

/// One receipt; `None` without the id of a text or a code.
pub(super) fn receipt(item: &Value) -> Option<Receipt> {
    let code = text_or_number(&item["reportCode"])?;
    Some(Receipt {
        carrier_message_id: text_or_number(&item["msgKey"])?,
        client_key: item["ref"].as_str().and_then(ClientKey::parse).map(|key| key.as_str().to_owned()),
        status: reports::status(&code),
        code,
        reported_at: item["reportTime"].as_str().and_then(time_ms),
    })
}

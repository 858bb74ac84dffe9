//! ClickSend's JSON, read liberally (numbers come as numbers and as strings): whatever is missing or odd in one item
//! must not cost the others.

use serde_json::{Value, json};

use super::codes;
use crate::carrier::SentText;
use crate::carrier::lenient_json::text_or_number;
use crate::domain::UnixMs;
use crate::domain::inbound::{InboundItem, InboundText};
use crate::domain::outbound::{ClientKey, OutboundText};
use crate::domain::phone::PhoneNumber;
use crate::domain::receipt::{Receipt, ReceiptItem, ReceiptStatus};
use crate::domain::text::MessageText;

/// One page of any list.
pub(super) struct List {
    pub items: Vec<Value>,
    pub has_more: bool,
    /// How long the list is as a whole, if the page says so.
    pub total: Option<u64>,
}

/// `data` of a list's answer; `None` if there is no list in it.
pub(super) fn list(data: Value) -> Option<List> {
    let number = |name: &str| text_or_number(&data[name]).and_then(|word| word.parse::<u64>().ok());
    let has_more = match (number("current_page"), number("last_page")) {
        (Some(page), Some(last)) => page < last,
        _ => data["next_page_url"].is_string(),
    };
    let total = number("total");
    let Value::Object(mut data) = data else { return None };
    match data.remove("data") {
        Some(Value::Array(items)) => Some(List { items, has_more, total }),
        Some(Value::Null) | None => Some(List { items: Vec::new(), has_more: false, total }),
        Some(_) => None,
    }
}

/// A UNIX time in seconds.
fn time_ms(value: &Value) -> Option<UnixMs> {
    text_or_number(value)?.parse::<i64>().ok()?.checked_mul(1_000)
}

/// The carrier's id of a text. It must hold no space, because ack tokens join ids by spaces.
pub(super) fn message_id(item: &Value) -> Option<String> {
    text_or_number(&item["message_id"])
        .filter(|id| !id.contains(char::is_whitespace) && id != "." && id != "..")
}

/// What tells an entry from every other.
pub(super) fn identity(item: &Value) -> String {
    message_id(item).unwrap_or_else(|| item.to_string())
}

/// Reads a page and sorts it oldest first: the documents name no order.
pub(super) fn inbound_page(list: &[Value]) -> Vec<InboundItem> {
    let mut items: Vec<InboundItem> = list.iter().map(inbound).collect();
    let times: Vec<UnixMs> = items.iter().filter_map(sent_at).collect();
    if times.first() > times.last() {
        items.reverse();
    }
    items.sort_by_key(|item| sent_at(item).unwrap_or(UnixMs::MIN));
    items
}

fn inbound(item: &Value) -> InboundItem {
    let read = || -> Result<InboundText, &'static str> {
        Ok(InboundText {
            key: message_id(item).ok_or("message_id is missing")?,
            citizen: PhoneNumber::parse(&text_or_number(&item["from"]).ok_or("from is missing")?),
            to: PhoneNumber::parse(&text_or_number(&item["to"]).ok_or("to is missing")?),
            text: MessageText::new(item["body"].as_str().ok_or("body is missing")?),
            media: Vec::new(),
            sent_at: time_ms(&item["timestamp"]).ok_or("timestamp is not a time")?,
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

/// The body of a send: one text a request, so that the answer is about it.
pub(super) fn send_body(text: &OutboundText) -> Value {
    let number = |number: &PhoneNumber| number.e164().unwrap_or_else(|| number.reveal().to_owned());
    json!({ "messages": [{
        "to": number(&text.citizen),
        "from": number(&text.from),
        "body": text.text.reveal(),
        "custom_string": text.key.as_str(),
        "source": "munja",
    }] })
}

/// Status and carrier id of the text with this key in a successful answer. `None` if the answer is not about this text alone.
pub(super) fn result<'a>(body: &'a Value, key: &str) -> Option<(&'a str, Option<String>)> {
    let [one] = body["data"]["messages"].as_array()?.as_slice() else {
        return None;
    };
    let is_ours = one["custom_string"].as_str().is_none_or(|said| said.is_empty() || said == key);
    let status = one["status"].as_str().filter(|status| is_ours && !status.is_empty())?;
    // A refused text is reported inside a success. An error as a whole that also lists a text is neither.
    (body["response_code"] == "SUCCESS").then(|| (status, message_id(one)))
}

/// Our key, if the item is about a text of ours.
pub(super) fn key(item: &Value) -> Option<&str> {
    item["custom_string"].as_str().filter(|_| item["direction"] != "in")
}

fn receipt(item: &Value) -> Option<Receipt> {
    let status = text_or_number(&item["status_code"])?;
    let error = text_or_number(&item["error_code"]);
    Some(Receipt {
        carrier_message_id: message_id(item)?,
        client_key: key(item).and_then(ClientKey::parse).map(|key| key.as_str().to_owned()),
        status: codes::receipt(&status),
        code: codes::kept(&status, error.as_deref()),
        reported_at: time_ms(&item["timestamp"]),
    })
}

pub(super) fn receipt_item(item: &Value) -> ReceiptItem {
    match receipt(item) {
        Some(receipt) => ReceiptItem::Receipt(receipt),
        None => ReceiptItem::Unreadable {
            raw: item.to_string(),
            reason: "message_id or status_code is missing".to_owned(),
        },
    }
}

/// The final receipt of one text; `None` while it is on its way. Some answers wrap it in a list.
pub(super) fn final_receipt(data: &Value, carrier_message_id: &str) -> Option<Receipt> {
    let all = data.as_array().map_or(std::slice::from_ref(data), Vec::as_slice);
    let receipts = all.iter().filter_map(receipt);
    let mut ours = receipts.filter(|receipt| receipt.carrier_message_id == carrier_message_id);
    ours.find(|receipt| receipt.status != ReceiptStatus::Unknown || !codes::is_pending(&receipt.code))
}

/// One line of the history, if it is about a text that left.
pub(super) fn sent(item: &Value, since: UnixMs) -> Option<SentText> {
    if item["direction"] == "in" {
        return None;
    }
    let listed = SentText {
        carrier_message_id: message_id(item)?,
        key: key(item).and_then(ClientKey::parse).map(|key| key.as_str().to_owned()),
        at: time_ms(&item["date"]).unwrap_or(since),
        receipt: receipt(item).map(|receipt| Receipt { reported_at: None, ..receipt }),
        to: None,
        words: None,
    };
    Some(listed.with_recipient(&item["to"], &item["body"]))
}

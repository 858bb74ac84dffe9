//! SENS's JSON, read liberally: whatever is missing or odd in one item must not cost the others.

use serde_json::{Value, json};

use crate::carrier::error::{loggable_code, protocol_error};
use crate::carrier::korea::{time_ms, title};
use crate::carrier::lenient_json::text_or_number;
use crate::carrier::{Result, SentText};
use crate::domain::UnixMs;
use crate::domain::delivery_reason::DeliveryReason;
use crate::domain::outbound::{OutboundKind, OutboundText};
use crate::domain::receipt::{Receipt, ReceiptStatus};
use crate::domain::text::normalise;

/// The code of a text that arrived.
const DELIVERED: &str = "0";

/// The meaning of a text's last code. No table of the other codes is published where we could read it.
pub fn meaning(code: &str) -> Option<DeliveryReason> {
    (code == DELIVERED).then_some(DeliveryReason::Delivered)
}

/// The body of a send: one text per request.
pub(super) fn send_body(text: &OutboundText, photos: &[String]) -> Value {
    let kind = match (text.kind, photos) {
        (OutboundKind::Sms, _) => "SMS",
        (_, []) => "LMS",
        _ => "MMS",
    };
    let words = text.text.reveal();
    let mut body = json!({
        "type": kind,
        "contentType": "COMM",
        "countryCode": "82",
        "from": text.from.reveal(),
        "content": words,
        "messages": [{ "to": text.citizen.reveal() }],
    });
    if let Some(title) = title(words).filter(|_| kind != "SMS") {
        body["subject"] = json!(title);
    }
    if !photos.is_empty() {
        body["files"] = photos.iter().map(|id| json!({ "fileId": id })).collect();
    }
    body
}

pub(super) fn items(body: &Value) -> Result<Vec<&Value>> {
    match &body["messages"] {
        Value::Array(items) => Ok(items.iter().collect()),
        Value::Null => Ok(Vec::new()),
        _ => Err(protocol_error("a list has a shape we do not know")),
    }
}

/// How long the list is as a whole, if the page says so.
pub(super) fn total(body: &Value) -> Option<u64> {
    body["itemCount"].as_u64().or(body["totalCount"].as_u64())
}

/// Whether these `n` entries, those of earlier pages among them, are surely everything. The documents differ on how pages are requested and counted, so a page that does
/// not say so counts as one of several.
pub(super) fn is_whole(body: &Value, n: usize) -> bool {
    match (&body["hasMore"], total(body)) {
        (Value::Bool(more), _) => !more,
        (_, Some(total)) => usize::try_from(total).is_ok_and(|total| total <= n),
        _ => false,
    }
}

pub(super) fn name_of(item: &Value) -> Option<String> {
    text_or_number(&item["requestId"])
}

/// What tells an entry from every other: a request may have had several recipients.
pub(super) fn identity(item: &Value) -> String {
    text_or_number(&item["messageId"]).unwrap_or_else(|| item.to_string())
}

/// Whether an entry is dated before that time.
pub(super) fn is_before(item: &Value, at: UnixMs) -> bool {
    item["requestTime"].as_str().and_then(time_ms).is_some_and(|requested| requested < at)
}

/// Whether an entry says to whom and in which words.
pub(super) fn is_comparable(item: &Value) -> bool {
    text_or_number(&item["to"]).is_some() && item["content"].is_string()
}

/// The same number, sender and words.
pub(super) fn is_alike(item: &Value, text: &OutboundText) -> bool {
    let digits = |value: &Value| text_or_number(value).map(|word| word.replace('-', ""));
    let is_to = digits(&item["to"]).as_deref() == Some(text.citizen.reveal());
    let is_from = digits(&item["from"]).is_none_or(|from| from == text.from.reveal());
    let words = item["content"].as_str().map(normalise);
    is_to && is_from && words.is_some_and(|words| words.trim() == normalise(text.text.reveal()).trim())
}

/// An entry as a receipt; `None` while the text is on its way. Only `COMPLETED` is an end.
pub(super) fn ended(item: &Value) -> Option<Receipt> {
    let name = name_of(item)?;
    if text_or_number(&item["status"]).as_deref() != Some("COMPLETED") {
        return None;
    }
    let code = text_or_number(&item["statusCode"])
        .map_or_else(|| "unknown".to_owned(), |code| loggable_code(&code, 8));
    let status = match text_or_number(&item["statusName"]).as_deref() {
        Some("success") => ReceiptStatus::Delivered,
        Some("fail") => ReceiptStatus::Undelivered,
        _ => ReceiptStatus::Unknown,
    };
    let reported_at = item["completeTime"].as_str().and_then(time_ms);
    Some(Receipt { carrier_message_id: name, client_key: None, status, code, reported_at })
}

/// An entry of the list as a whole; one without a time gets the start time of the list.
pub(super) fn listed(item: &Value, since: UnixMs) -> Option<SentText> {
    let listed = SentText {
        carrier_message_id: name_of(item)?,
        key: None,
        at: item["requestTime"].as_str().and_then(time_ms).unwrap_or(since),
        receipt: ended(item),
        to: None,
        words: None,
    };
    Some(listed.with_recipient(&item["to"], &item["content"]))
}

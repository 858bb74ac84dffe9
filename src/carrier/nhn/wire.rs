//! NHN's JSON, read liberally: whatever is missing or odd in one item must not cost the others.

use serde_json::{Value, json};

use super::codes;
use crate::carrier::SentText;
use crate::carrier::korea::{time_ms, title};
use crate::carrier::lenient_json::text_or_number;
use crate::domain::UnixMs;
use crate::domain::outbound::{ClientKey, OutboundKind, OutboundText};
use crate::domain::phone::{PhoneKind, PhoneNumber};
use crate::domain::receipt::{Receipt, ReceiptItem};

/// NHN's kind of a text: `sms`, or `mms` for everything longer.
pub(super) fn sort(kind: OutboundKind) -> &'static str {
    match kind {
        OutboundKind::Sms => "sms",
        OutboundKind::Lms | OutboundKind::Mms => "mms",
    }
}

/// The body of a send: one recipient per request. `files` are the carrier's numbers of the photos.
pub(super) fn send_body(text: &OutboundText, files: &[i64]) -> Value {
    let mut recipient = recipient(&text.citizen);
    recipient["recipientGroupingKey"] = json!(text.key.as_str());
    let mut body = json!({
        "body": text.text.reveal(),
        "sendNo": text.from.reveal(),
        "recipientList": [recipient],
    });
    if text.kind != OutboundKind::Sms {
        if let Some(title) = title(text.text.reveal()) {
            body["title"] = json!(title);
        }
        if !files.is_empty() {
            body["attachFileIdList"] = json!(files);
        }
    }
    body
}

fn recipient(number: &PhoneNumber) -> Value {
    match number.kind() {
        PhoneKind::Foreign => json!({ "internationalRecipientNo": number.reveal().trim_start_matches('+') }),
        _ => json!({ "recipientNo": number.reveal(), "countryCode": "82" }),
    }
}

/// Code and carrier id of the only recipient in the answer to a send.
pub(super) fn taken(body: &Value) -> Option<(String, Option<String>)> {
    let data = &body["data"];
    let [one] = data["sendResultList"].as_array()?.as_slice() else {
        return None;
    };
    let code = text_or_number(&one["resultCode"])?;
    // The request as a whole failed, whatever is said about the recipient.
    if data["statusCode"] == "3" && code == codes::OK {
        return None;
    }
    Some((code, name(&data["requestId"], &one["recipientSeq"])))
}

/// The carrier's id of a text: its request and its number within the request.
fn name(request_id: &Value, seq: &Value) -> Option<String> {
    Some(format!("{}:{}", text_or_number(request_id)?, text_or_number(seq)?))
}

/// Request and number out of [`name`].
pub(super) fn parts(name: &str) -> Option<(&str, &str)> {
    let (request_id, seq) = name.rsplit_once(':')?;
    (!request_id.is_empty() && !seq.is_empty()).then_some((request_id, seq))
}

pub(super) fn name_of(item: &Value) -> Option<String> {
    name(&item["requestId"], &item["recipientSeq"])
}

/// Our key; the document's example of a webhook misspells it.
pub(super) fn key_of(item: &Value) -> Option<String> {
    let word = item["recipientGroupingKey"].as_str().or_else(|| item["recipientGropuingKey"].as_str())?;
    ClientKey::parse(word).map(|key| key.as_str().to_owned())
}

fn first_time(item: &Value, names: &[&str]) -> Option<UnixMs> {
    names.iter().find_map(|name| item[name].as_str().and_then(time_ms))
}

/// An item of the list of results; `None` if it has no result yet.
pub(super) fn result(item: &Value) -> Option<ReceiptItem> {
    if item["resultCode"].is_null() && name_of(item).is_some() {
        return None;
    }
    Some(receipt_item(item, text_or_number(&item["resultCode"])))
}

/// An item of a webhook. Without a result code its status counts.
pub(super) fn hook(item: &Value, status: &str) -> ReceiptItem {
    receipt_item(item, text_or_number(&item["resultCode"]).or_else(|| text_or_number(&item[status])))
}

fn receipt_item(item: &Value, code: Option<String>) -> ReceiptItem {
    match name_of(item).zip(code) {
        Some((name, code)) => ReceiptItem::Receipt(receipt(item, name, code)),
        None => ReceiptItem::Unreadable {
            raw: item.to_string(),
            reason: "requestId, recipientSeq or a result is missing".to_owned(),
        },
    }
}

fn receipt(item: &Value, carrier_message_id: String, code: String) -> Receipt {
    Receipt {
        carrier_message_id,
        client_key: key_of(item),
        status: codes::status(&code),
        code,
        reported_at: first_time(item, &["resultDate", "receiveDate"]),
    }
}

/// The receipt in an entry of the list of texts, if the text has come to an end. `msgStatus`: 0 failed, 1 and 2 on the
/// way, 3 handed over, 4 cancelled, 5 a duplicate, 6 stopped at night, 7 waits for the morning.
pub(super) fn ended(item: &Value) -> Option<Receipt> {
    let status = match text_or_number(&item["msgStatus"]).as_deref() {
        Some("0") => Some("FAILED"),
        Some("4") => Some("CANCEL"),
        Some("5") => Some("DUPLICATED"),
        Some("6") => Some("FAILED_AD"),
        // Handed over: only the code says whether it arrived.
        Some("3") | None => None,
        Some(_) => return None,
    };
    let code = text_or_number(&item["resultCode"]).or_else(|| status.map(str::to_owned))?;
    Some(receipt(item, name_of(item)?, code))
}

/// An entry of the list of texts. One without a time gets the start time of the list.
pub(super) fn listed(item: &Value, since: UnixMs) -> Option<SentText> {
    let listed = SentText {
        carrier_message_id: name_of(item)?,
        key: key_of(item),
        at: first_time(item, &["requestDate", "createDate"]).unwrap_or(since),
        receipt: ended(item),
        to: None,
        words: None,
    };
    Some(listed.with_recipient(&item["recipientNo"], &item["body"]))
}

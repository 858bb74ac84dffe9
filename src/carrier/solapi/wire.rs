//! SOLAPI's JSON, read liberally: whatever is missing or odd in one item must not cost the others.

use serde_json::{Value, json};

use super::codes;
use crate::carrier::error::protocol_error;
use crate::carrier::korea::{time_ms, title};
use crate::carrier::lenient_json::text_or_number;
use crate::carrier::{Result, SentText};
use crate::domain::UnixMs;
use crate::domain::outbound::{ClientKey, OutboundKind, OutboundText};
use crate::domain::receipt::{Receipt, ReceiptItem};

/// The body of a send: one text per request. `photo` is its name at the carrier.
pub(super) fn send_body(text: &OutboundText, photo: Option<&str>) -> Value {
    let mut message = json!({
        "from": text.from.reveal(),
        "to": text.citizen.reveal(),
        "text": text.text.reveal(),
        "country": "82",
        "type": match (text.kind, photo) {
            (OutboundKind::Sms, _) => "SMS",
            (_, None) => "LMS",
            (_, Some(_)) => "MMS",
        },
        "autoTypeDetect": false,
        "customFields": { "ref": text.key.as_str() },
    });
    if text.kind != OutboundKind::Sms {
        if let Some(title) = title(text.text.reveal()) {
            message["subject"] = json!(title);
        }
        if let Some(photo) = photo {
            message["imageId"] = json!(photo);
        }
    }
    json!({ "messages": [message], "showMessageList": true, "allowDuplicates": false })
}

/// Result of a send.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Taken {
    /// With the carrier's id, if given.
    Yes(Option<String>),
    /// With the code of the refusal.
    No(String),
    Unclear,
}

pub(super) fn taken(body: &Value) -> Taken {
    let list = |name: &str| body[name].as_array().map_or(&[][..], Vec::as_slice);
    let count = |name: &str| body["groupInfo"]["count"][name].as_u64();
    match (list("failedMessageList"), list("messageList")) {
        ([failed], []) => match text_or_number(&failed["statusCode"]) {
            Some(code) if !codes::is_taken(&code) => Taken::No(code),
            _ => Taken::Unclear,
        },
        ([], [one]) => match (text_or_number(&one["statusCode"]), text_or_number(&one["messageId"])) {
            (Some(code), Some(name)) if codes::is_taken(&code) => Taken::Yes(Some(name)),
            (Some(code), _) if !codes::is_taken(&code) => Taken::No(code),
            _ => Taken::Unclear,
        },
        // Not listed, but counted as accepted.
        ([], [])
            if (count("total"), count("registeredSuccess"), count("registeredFailed"))
                == (Some(1), Some(1), Some(0)) =>
        {
            Taken::Yes(None)
        }
        _ => Taken::Unclear,
    }
}

/// The entries of a list with their ids; the carrier sends a map or a plain list.
pub(super) fn items(body: &Value) -> Result<Vec<(Option<String>, &Value)>> {
    let own_name = |item: &Value| text_or_number(&item["messageId"]);
    match &body["messageList"] {
        Value::Object(map) => {
            Ok(map.iter().map(|(name, item)| (own_name(item).or_else(|| Some(name.clone())), item)).collect())
        }
        Value::Array(items) => Ok(items.iter().map(|item| (own_name(item), item)).collect()),
        Value::Null => Ok(Vec::new()),
        _ => Err(protocol_error("a list has a shape we do not know")),
    }
}

/// The token of the page after the one `asked` for.
pub(super) fn next_page(body: &Value, asked: Option<&str>) -> Result<Option<String>> {
    match text_or_number(&body["nextKey"]) {
        Some(next) if Some(next.as_str()) == asked => {
            Err(protocol_error("the carrier's list goes in a circle"))
        }
        next => Ok(next),
    }
}

/// Our key, and whether the entry has any key field at all.
pub(super) fn key_of(item: &Value) -> (Option<String>, bool) {
    let fields = &item["customFields"];
    let key = fields["ref"].as_str().and_then(ClientKey::parse).map(|key| key.as_str().to_owned());
    (key, fields.is_object())
}

fn first_time(item: &Value, names: &[&str]) -> Option<UnixMs> {
    names.iter().find_map(|name| item[name].as_str().and_then(time_ms))
}

/// An entry of a list as a receipt; `None` while the text is on its way.
pub(super) fn result(name: Option<&str>, item: &Value) -> Option<ReceiptItem> {
    let code = text_or_number(&item["statusCode"]);
    if code.as_deref().is_some_and(codes::is_pending) && name.is_some() {
        return None;
    }
    Some(match name.zip(code) {
        Some((name, code)) => ReceiptItem::Receipt(receipt(name, code, item)),
        None => ReceiptItem::Unreadable {
            raw: item.to_string(),
            reason: "messageId or statusCode is missing".to_owned(),
        },
    })
}

/// The receipt in an entry, if it is one.
pub(super) fn ended(name: Option<&str>, item: &Value) -> Option<Receipt> {
    match result(name, item)? {
        ReceiptItem::Receipt(receipt) => Some(receipt),
        ReceiptItem::Unreadable { .. } => None,
    }
}

fn receipt(name: &str, code: String, item: &Value) -> Receipt {
    Receipt {
        carrier_message_id: name.to_owned(),
        client_key: key_of(item).0,
        status: codes::status(&code),
        code,
        reported_at: first_time(item, &["dateReceived", "dateReported", "dateUpdated"]),
    }
}

/// An entry of the list as a whole; `None` if it was refused when it came or has no name. One without a time gets the
/// start time of the list.
pub(super) fn listed(name: Option<&str>, item: &Value, since: UnixMs) -> Option<SentText> {
    let is_refused = text_or_number(&item["statusCode"]).is_some_and(|code| code.starts_with('1'));
    let listed = SentText {
        carrier_message_id: name.filter(|_| !is_refused)?.to_owned(),
        key: key_of(item).0,
        at: first_time(item, &["dateCreated", "dateProcessed"]).unwrap_or(since),
        receipt: ended(name, item),
        to: None,
        words: None,
    };
    Some(listed.with_recipient(&item["to"], &item["text"]))
}

//! OneAPI's notifications: receipts and texts, posted to an address we gave. Nothing in them is signed or dated for that:
//! the token in the address is all that tells them from somebody else's, and repetitions are harmless by their keys.

use std::collections::HashMap;
use subtle::ConstantTimeEq;

use http::Method;
use serde_json::Value;

use super::wire::{self, field};
use super::{OneApiConfig, Reading, codes};
use crate::carrier::lenient_json;
use crate::carrier::push::{PushCall, PushRefused, Pushed};
use crate::domain::inbound::InboundItem;
use crate::domain::outbound::ClientKey;
use crate::domain::receipt::{Receipt, ReceiptItem, ReceiptStatus};

/// Judges and reads a call.
pub(super) fn read(call: &PushCall<'_>, token: &str, config: &OneApiConfig) -> Result<Pushed, PushRefused> {
    let given: Vec<_> = call.url.query_pairs().filter(|(name, _)| name == "token").collect();
    let is_ours = match given.as_slice() {
        [(_, given)] => !token.is_empty() && bool::from(given.as_bytes().ct_eq(token.as_bytes())),
        _ => false,
    };
    if !is_ours || call.method != Method::POST {
        return Err(PushRefused::NotSigned);
    }
    let body = lenient_json::read(call.body);
    let receipts = field(&body, "deliveryInfoNotification");
    if !receipts.is_null() {
        return fates(receipts);
    }
    let texts = match field(&body, "inboundSMSMessageNotification") {
        Value::Null => &body,
        notification => notification,
    };
    let list = wire::inbound_list(texts).ok_or(PushRefused::Unreadable)?;
    // A notification may be repeated, even where a list is told only once: known by what it says, if it has no name.
    let config = OneApiConfig { reading: Reading::Keeps, ..config.clone() };
    let mut seen = HashMap::new();
    let texts: Vec<InboundItem> =
        list.messages.iter().map(|text| wire::inbound(text, &config, call.now, &mut seen)).collect();
    Ok(Pushed { texts, ..Pushed::default() })
}

/// What is told of one of our texts; words that are not final are heard and not kept.
fn fates(notification: &Value) -> Result<Pushed, PushRefused> {
    let infos = match field(notification, "deliveryInfo") {
        Value::Array(all) => all.as_slice(),
        one @ Value::Object(_) => std::slice::from_ref(one),
        _ => return Err(PushRefused::Unreadable),
    };
    let callback = field(notification, "callbackData").as_str();
    let key = callback.and_then(ClientKey::parse).ok_or(PushRefused::Unreadable)?;
    let receipt = |info: &Value| {
        let word = field(info, "deliveryStatus").as_str()?;
        let status = codes::delivery(word)?;
        Some(ReceiptItem::Receipt(receipt_of(&key, status, word)))
    };
    Ok(Pushed { receipts: infos.iter().filter_map(receipt).collect(), ..Pushed::default() })
}

/// It names the text by our key alone.
fn receipt_of(key: &ClientKey, status: ReceiptStatus, word: &str) -> Receipt {
    Receipt {
        carrier_message_id: key.as_str().to_owned(),
        client_key: Some(key.as_str().to_owned()),
        status,
        code: codes::kept(word),
        reported_at: None,
    }
}

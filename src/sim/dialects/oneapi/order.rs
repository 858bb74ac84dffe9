//! Parsing of sends.

use bytes::Bytes;
use http::{Request, header};
use serde_json::{Value, json};

use super::{REMEMBERED_MS, error, refused};
use crate::sim::answer::Answer;
use crate::sim::core::Core;
use crate::sim::core::order::{Key, Order, Recipient, Remember};
use crate::sim::core::sends::{Became, Outcome};
use crate::sim::dialects::fields::{object, only_item, optional, word};
use crate::sim::dialects::numbers::{domestic, e164, is_digits};
use crate::sim::dialects::query::Unexpected;
use crate::sim::options::SimOptions;

const KNOWN: [&str; 6] = [
    "address",
    "senderAddress",
    "senderName",
    "clientCorrelator",
    "outboundSMSTextMessage",
    "receiptRequest",
];

/// `tel:+821012345678` in domestic form; anything else keeps a mark, by which it is refused.
fn number(address: &str) -> String {
    let bare = address.strip_prefix("tel:").unwrap_or(address);
    let is_e164 = bare.strip_prefix('+').is_some_and(is_digits);
    if is_e164 { domestic(bare) } else { format!("?{address}") }
}

/// Parses a send. The sender in the address and the one in the body must be equal.
pub(super) fn read_order(body: &[u8], sender: &str) -> Result<Order, Unexpected> {
    let body: Value = serde_json::from_slice(body).map_err(|_| Unexpected)?;
    let root = object(&body, &["outboundSMSMessageRequest"])?;
    let request = object(root.get("outboundSMSMessageRequest").ok_or(Unexpected)?, &KNOWN)?;
    let said = object(request.get("outboundSMSTextMessage").ok_or(Unexpected)?, &["message"])?;
    if let Some(receipt) = request.get("receiptRequest") {
        word(object(receipt, &["notifyURL", "callbackData"])?, "notifyURL")?;
    }
    optional(request, "senderName")?;
    if word(request, "senderAddress")? != sender {
        return Err(Unexpected);
    }
    let to = only_item(request, "address")?.as_str().ok_or(Unexpected)?;
    let correlator = optional(request, "clientCorrelator")?;
    let key = |word: &str| Key { word: word.to_owned(), remember: Remember::For(REMEMBERED_MS) };
    Ok(Order {
        recipients: vec![Recipient { to: number(to), reference: None, key: None }],
        reference: correlator.map(str::to_owned),
        from: number(sender),
        text: word(said, "message")?.to_owned(),
        kind: "SMS",
        key: correlator.map(key),
        ..Order::default()
    })
}

pub(super) fn objection(order: &Order, recipient: &Recipient, options: &SimOptions) -> Option<&'static str> {
    let digits = recipient.to.strip_prefix('+').unwrap_or(&recipient.to);
    if !is_digits(digits) || !(8..=15).contains(&digits.len()) {
        Some("SVC0004")
    } else if !options.sender_numbers.contains(&order.from) {
        Some("POL0001")
    } else {
        None
    }
}

/// The path segment of the sender; it is a part of a text's address.
pub(super) fn sender_segment(from: &str) -> String {
    format!("tel%3A%2B{}", e164(from).trim_start_matches('+'))
}

pub(super) fn sent(core: &Core<'_>, request: &Request<Bytes>, order: &Order, outcomes: &[Outcome]) -> Answer {
    let Some((recipient, outcome)) = order.recipients.iter().zip(outcomes).next() else {
        return refused(400, "SVC0002");
    };
    match &outcome.became {
        Became::Refused(code) if outcome.is_fault => error(400, code),
        Became::Refused(code) => refused(400, code),
        Became::Repeated(_) => error(409, "SVC0005"),
        Became::Taken(index) => {
            let name = core.message(*index).msg_key.replacen('/', "/requests/", 1);
            let url = format!("{}/smsmessaging/outbound/{name}", core.base_url(Some(request)));
            let said = json!({ "outboundSMSMessageRequest": {
                "address": [format!("tel:{}", e164(&recipient.to))], "senderAddress": format!("tel:{}", e164(&order.from)),
                "clientCorrelator": recipient.reference.as_ref().or(order.reference.as_ref()),
                "outboundSMSTextMessage": { "message": order.text },
                "deliveryInfoList": { "resourceURL": format!("{url}/deliveryInfos"), "deliveryInfo": [] },
                "resourceURL": url,
            } });
            Answer::json(201, &said).header(header::LOCATION, url)
        }
    }
}

//! Sends. A malformed body is refused as a whole; a text that cannot be sent has a failure status inside a
//! success.

use serde_json::{Value, json};

use crate::sim::answer::Answer;
use crate::sim::core::Core;
use crate::sim::core::order::{Key, Order, Recipient, Remember};
use crate::sim::core::sends::{Became, Outcome};
use crate::sim::dialects::fields::{object, only_item, optional, word};
use crate::sim::dialects::numbers::{domestic, international, is_digits};
use crate::sim::dialects::query::Unexpected;
use crate::sim::dialects::segments::n_segments;
use crate::sim::options::SimOptions;

const MOST_KEY: usize = 200;

pub(super) fn read_order(body: &[u8]) -> Result<Order, Unexpected> {
    let body: Value = serde_json::from_slice(body).map_err(|_| Unexpected)?;
    let root = object(&body, &["messages", "options"])?;
    let message =
        object(only_item(root, "messages")?, &["sender", "destinations", "content", "options", "webhooks"])?;
    let destination = object(only_item(message, "destinations")?, &["to", "messageId"])?;
    let content =
        object(message.get("content").ok_or(Unexpected)?, &["text", "transliteration", "language"])?;
    if let Some(webhooks) = message.get("webhooks") {
        optional(object(webhooks, &["delivery", "contentType", "callbackData"])?, "callbackData")?;
    }
    let to = word(destination, "to")?;
    let key = optional(destination, "messageId")?.filter(|key| !key.is_empty());
    if key.is_some_and(|key| key.len() > MOST_KEY) {
        return Err(Unexpected);
    }
    Ok(Order {
        recipients: vec![Recipient {
            to: if is_digits(to) { domestic(to) } else { format!("?{to}") },
            reference: key.map(str::to_owned),
            key: key.map(|key| Key { word: key.to_owned(), remember: Remember::Never }),
        }],
        from: domestic(optional(message, "sender")?.unwrap_or_default()),
        text: word(content, "text")?.to_owned(),
        kind: "SMS",
        ..Order::default()
    })
}

pub(super) fn objection(order: &Order, recipient: &Recipient, options: &SimOptions) -> Option<&'static str> {
    let digits = recipient.to.strip_prefix('+').unwrap_or(&recipient.to);
    if !is_digits(digits) || !(8..=15).contains(&digits.len()) {
        Some("REJECTED_DESTINATION")
    } else if !options.sender_numbers.contains(&order.from) {
        Some("REJECTED_SENDER")
    } else {
        None
    }
}

pub(super) fn sent(core: &Core<'_>, order: &Order, outcomes: &[Outcome]) -> Answer {
    let each = order.recipients.iter().zip(outcomes).map(|(recipient, outcome)| {
        let named = recipient.reference.as_deref();
        let (name, status) = match &outcome.became {
            Became::Taken(index) => {
                (Some(core.message(*index).msg_key.as_str()), status(1, "PENDING_ACCEPTED"))
            }
            Became::Refused(code) => (named, status(5, code)),
            Became::Repeated(_) => (named, status(5, "REJECTED_DUPLICATE_MESSAGE_ID")),
        };
        json!({ "messageId": name, "status": status, "destination": international(&recipient.to),
                "details": { "messageCount": n_segments(&order.text) } })
    });
    let each: Vec<Value> = each.collect();
    Answer::json(200, &json!({ "bulkId": "simulated", "messages": each }))
}

pub(super) fn status(group: u64, name: &str) -> Value {
    let group_name = match group {
        0 => "ACCEPTED",
        1 => "PENDING",
        2 => "UNDELIVERABLE",
        3 => "DELIVERED",
        4 => "EXPIRED",
        5 => "REJECTED",
        _ => "SIMULATED",
    };
    json!({ "groupId": group, "groupName": group_name, "id": 1, "name": name, "description": "simulated" })
}

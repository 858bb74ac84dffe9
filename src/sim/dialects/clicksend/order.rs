//! Sends. A malformed body is refused as a whole; a text that cannot be sent has a failure status inside a
//! success.

use serde_json::{Value, json};

use super::answer::ok;
use crate::sim::answer::Answer;
use crate::sim::core::Core;
use crate::sim::core::order::{Order, Recipient};
use crate::sim::core::sends::{Became, Outcome};
use crate::sim::dialects::fields::{object, only_item, optional, word};
use crate::sim::dialects::numbers::{domestic, e164, is_digits};
use crate::sim::dialects::query::Unexpected;
use crate::sim::dialects::segments::n_segments;
use crate::sim::options::SimOptions;

pub(super) fn read_order(body: &[u8]) -> Result<Order, Unexpected> {
    let body: Value = serde_json::from_slice(body).map_err(|_| Unexpected)?;
    let root = object(&body, &["messages"])?;
    let message = object(only_item(root, "messages")?, &["to", "from", "body", "custom_string", "source"])?;
    let to = word(message, "to")?;
    let is_e164 = to.strip_prefix('+').is_some_and(is_digits);
    optional(message, "source")?;
    Ok(Order {
        recipients: vec![Recipient {
            // An invalid E.164 number keeps a mark, by which it is refused.
            to: if is_e164 { domestic(to) } else { format!("?{to}") },
            reference: optional(message, "custom_string")?.map(str::to_owned),
            key: None,
        }],
        from: domestic(optional(message, "from")?.unwrap_or_default()),
        text: optional(message, "body")?.unwrap_or_default().to_owned(),
        kind: "SMS",
        ..Order::default()
    })
}

pub(super) fn objection(order: &Order, recipient: &Recipient, options: &SimOptions) -> Option<&'static str> {
    let digits = recipient.to.strip_prefix('+').unwrap_or(&recipient.to);
    if order.text.is_empty() {
        Some("EMPTY_MESSAGE")
    } else if !is_digits(digits) || !(8..=15).contains(&digits.len()) {
        Some("INVALID_RECIPIENT")
    } else if !options.sender_numbers.contains(&order.from) {
        Some("INVALID_SENDER_ID")
    } else {
        None
    }
}

pub(super) fn sent(core: &Core<'_>, order: &Order, outcomes: &[Outcome]) -> Answer {
    let each = order.recipients.iter().zip(outcomes).map(|(recipient, outcome)| {
        let (name, status) = match &outcome.became {
            Became::Taken(index) => (Some(core.message(*index).msg_key.as_str()), "SUCCESS"),
            Became::Refused(code) => (None, code.as_str()),
            Became::Repeated(_) => (None, "ALREADY_EXISTS"),
        };
        json!({
            "direction": "out", "date": core.dated_now() / 1_000, "to": e164(&recipient.to), "body": order.text,
            "from": e164(&order.from), "schedule": 0, "message_id": name, "message_parts": n_segments(&order.text),
            "message_price": "0.0000", "custom_string": recipient.reference.as_deref().unwrap_or(""),
            "user_id": 1, "subaccount_id": 1, "country": "KR", "carrier": "SKT", "status": status,
        })
    });
    let each: Vec<Value> = each.collect();
    let n_queued = each.iter().filter(|one| one["status"] == "SUCCESS").count();
    ok(&json!({ "total_price": 0, "total_count": each.len(), "queued_count": n_queued, "messages": each }))
}

//! The list of sent messages, by request or by time, and one message of it.

use serde_json::{Value, json};

use super::gate;
use crate::sim::answer::{Answer, korean};
use crate::sim::core::Core;
use crate::sim::core::record::Message;
use crate::sim::core::timeline::Span;
use crate::sim::dialects::korea::time_ms;
use crate::sim::dialects::query::{Query, Unexpected};

const DAY_MS: i64 = 24 * 3_600_000;
const KEPT_MS: i64 = 90 * DAY_MS;
/// A time in a query stands for its whole second.
const SECOND_MS: i64 = 999;
/// Pages count from 0 and hold 100 at most, as its other lists.
const PAGE_SIZE: usize = 100;
const KNOWN: [&str; 12] = [
    "requestId",
    "messageId",
    "requestStartTime",
    "requestEndTime",
    "type",
    "contentType",
    "countryCode",
    "from",
    "to",
    "status",
    "pageIndex",
    "pageSize",
];

/// `GET messages`: a month at most, and newest first.
pub(super) fn list(core: &Core<'_>, query: &Query) -> Result<Answer, Unexpected> {
    query.only(&KNOWN)?;
    let time = |name: &str| query.get(name).map(|word| time_ms(word).ok_or(Unexpected)).transpose();
    let span = match (query.get("requestId"), time("requestStartTime")?, time("requestEndTime")?) {
        (_, Some(since), Some(until)) if since <= until && until - since <= 30 * DAY_MS => {
            Span::all(usize::MAX).since(since).until(until + SECOND_MS)
        }
        (Some(_), None, None) => Span::all(usize::MAX),
        _ => return Err(Unexpected),
    };
    let oldest = core.dated_now() - KEPT_MS;
    let span = Span { since: span.since.max(oldest), ..span };
    let number = query.within("pageIndex", (0, 1_000_000), 0)?;
    let size = query.within("pageSize", (1, PAGE_SIZE), PAGE_SIZE)?;
    let fits = |message: &Message| {
        let is = |name: &str, value: &str| query.get(name).is_none_or(|wanted| wanted == value);
        is("requestId", &message.msg_key)
            && is("messageId", &message_id(message))
            && is("type", message.kind)
            && is("from", &message.from)
            && is("to", &message.to)
            && is("status", state_of(message, core.now))
    };
    let total = core.count_sent(&span, fits);
    let page = core.list_sent(&Span { limit: size, ..span.skip(number.saturating_mul(size)) }, fits);
    let items: Vec<Value> = page.items.iter().map(|index| item(core.message(*index), core.now)).collect();
    Ok(Answer::json(
        200,
        &json!({
            "statusCode": "202", "statusName": "success", "messages": items, "pageIndex": number, "pageSize": size,
            "itemCount": total, "hasMore": page.has_next,
        }),
    ))
}

/// `GET messages/{messageId}`
pub(super) fn single_message(core: &Core<'_>, id: &str) -> Answer {
    let index = id.strip_suffix("-0").and_then(|request| core.message_by_key(request));
    match index.map(|index| core.message(index)) {
        Some(message) => {
            let item = item(message, core.now);
            Answer::json(200, &json!({ "statusCode": "200", "statusName": "success", "messages": [item] }))
        }
        None => gate(404, "300"),
    }
}

fn message_id(message: &Message) -> String {
    format!("{}-0", message.msg_key)
}

fn state_of(message: &Message, now: i64) -> &'static str {
    if message.report(now).is_some() { "COMPLETED" } else { "PROCESSING" }
}

/// `statusCode` is 0 for a delivered text, else the reason of the failure.
fn item(message: &Message, now: i64) -> Value {
    let time = |at: i64| korean(message.dated(at), "%Y-%m-%d %H:%M:%S");
    let mut item = json!({
        "requestId": message.msg_key, "messageId": message_id(message), "requestTime": time(message.accepted_at),
        "contentType": "COMM", "type": message.kind, "subject": message.title.as_deref().unwrap_or(""),
        "content": message.body, "countryCode": "82", "from": message.from, "to": message.to,
        "status": state_of(message, now),
    });
    if let Some(code) = message.report(now) {
        item["statusCode"] = json!(code);
        // An unknown code has an unknown state.
        item["statusName"] = json!(match code {
            "0" => "success",
            "7X7X" => "unsettled",
            _ => "fail",
        });
        item["statusMessage"] = json!("simulated");
        item["telcoCode"] = json!("SKT");
        item["completeTime"] = json!(time(message.handset_at));
    }
    item
}

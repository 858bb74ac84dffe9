//! The list of messages: by id, by time of acceptance, or by time of result.

use serde_json::{Map, Value, json};

use super::group_of;
use super::order::fields;
use crate::sim::answer::{Answer, utc};
use crate::sim::core::Core;
use crate::sim::core::record::Message;
use crate::sim::core::timeline::Span;
use crate::sim::dialects::query::{Query, Unexpected};
use crate::sim::dialects::shapes::time_ms;

/// What the official clients write (npm solapi 6.0.1, PyPI solapi 5.0.3): whole seconds.
pub(super) const TIMES: [&str; 2] = ["0000-00-00T00:00:00Z", "0000-00-00T00:00:00~00:00"];
const KNOWN: [&str; 10] =
    ["startKey", "limit", "messageId", "groupId", "to", "from", "type", "dateType", "startDate", "endDate"];

/// `GET messages/v4/list`: newest first; a page begins after the text that its key names.
pub(super) fn list(core: &mut Core<'_>, query: &Query) -> Result<Answer, Unexpected> {
    query.only(&KNOWN)?;
    let time = |name: &str, otherwise: i64| match query.get(name) {
        Some(word) => time_ms(word, &TIMES).ok_or(Unexpected),
        None => Ok(otherwise),
    };
    let (since, until) = (time("startDate", i64::MIN)?, time("endDate", i64::MAX)?);
    let limit = query.within("limit", (1, 500), 20)?;
    let by_result = match query.get("dateType") {
        None | Some("CREATED") => false,
        Some("UPDATED") => true,
        Some(_) => return Err(Unexpected),
    };
    let place = |core: &Core<'_>, index: usize| match by_result {
        true => core.report_place(index),
        false => core.message_place(index),
    };
    let after = match query.get("startKey") {
        None => None,
        Some(key) => place(core, core.message_by_key(key).ok_or(Unexpected)?),
    };
    let fits = |message: &Message| {
        let is = |name: &str, value: &str| query.get(name).is_none_or(|wanted| wanted == value);
        is("messageId", &message.msg_key)
            && is("to", &message.to)
            && is("from", &message.from)
            && is("type", message.kind)
            && is("groupId", &group_of(&message.msg_key))
    };
    let span = Span::all(limit).since(since).until(until).after(after);
    let page = if by_result { core.list_reported(&span, fits) } else { core.list_sent(&span, fits) };
    // The oldest, also if a fault has shuffled the page.
    let last = page.items.iter().copied().min_by_key(|index| place(core, *index)).filter(|_| page.has_next);
    let all: Map<String, Value> = page
        .items
        .iter()
        .map(|index| core.message(*index))
        .map(|message| (message.msg_key.clone(), item(message, core.now)))
        .collect();
    let next = last.map(|index| core.message(index).msg_key.as_str());
    let start = query.get("startKey");
    let said = json!({ "startKey": start, "nextKey": next, "limit": limit, "messageList": all });
    Ok(Answer::json(200, &said))
}

/// A text in a list, and in a webhook.
pub(super) fn item(message: &Message, now: i64) -> Value {
    let report = message.report(now);
    let time = |at: i64| utc(message.dated(at), "%Y-%m-%dT%H:%M:%S.%3fZ");
    json!({
        "messageId": message.msg_key, "groupId": group_of(&message.msg_key), "type": message.kind, "country": "82",
        "from": message.from, "to": message.to, "text": message.body, "subject": message.title,
        "statusCode": report.unwrap_or("2000"), "status": if report.is_some() { "COMPLETE" } else { "PENDING" },
        "networkName": "SKT", "log": [], "customFields": fields(message.reference.as_deref()),
        "dateCreated": time(message.accepted_at), "dateUpdated": time(message.ready_at.unwrap_or(message.accepted_at)),
        "dateReceived": report.map(|_| time(message.handset_at)),
    })
}

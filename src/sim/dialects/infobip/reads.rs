//! Reads of the gateway: texts and reports once, the log repeatedly.

use serde_json::{Value, json};

use super::order::status;
use crate::sim::answer::{Answer, utc};
use crate::sim::core::Core;
use crate::sim::core::record::Message;
use crate::sim::core::record::Text;
use crate::sim::core::timeline::Span;
use crate::sim::dialects::numbers::international;
use crate::sim::dialects::query::{Query, Unexpected};
use crate::sim::dialects::segments::n_segments;
use crate::sim::dialects::shapes::time_ms;

/// What the official clients write: PyPI infobip-api-python-client 6.0.0 (`%Y-%m-%dT%H:%M:%S.%f%z`), the Java client
/// (`yyyy-MM-dd'T'HH:mm:ss.SSSZ`). No document names another spelling.
const TIMES: [&str; 2] = ["0000-00-00T00:00:00.000~0000", "0000-00-00T00:00:00.000000~0000"];
const KEPT_MS: i64 = 48 * 3_600_000;

fn time(at: i64) -> String {
    utc(at, "%Y-%m-%dT%H:%M:%S.%3f+0000")
}

/// `GET sms/1/inbox/reports`
pub(super) fn inbound(core: &mut Core<'_>, query: &Query) -> Result<Answer, Unexpected> {
    query.only(&["limit", "applicationId", "entityId", "campaignReferenceId"])?;
    let limit = query.within("limit", (1, 1_000), 50)?;
    let page = core.hand_out_texts(limit, |_| true);
    let to = international(&core.options.mo_number);
    let mut items: Vec<Value> = page.items.iter().map(|index| text(core.text(*index), &to)).collect();
    if page.has_broken {
        items.push(json!({ "messageId": null, "text": 7 }));
    }
    let pending = core.n_open_texts();
    Ok(Answer::json(
        200,
        &json!({ "results": items, "messageCount": items.len(), "pendingMessageCount": pending }),
    ))
}

fn text(text: &Text, to: &str) -> Value {
    if text.is_broken() {
        return json!({ "messageId": text.key, "text": 7 });
    }
    json!({
        "messageId": text.key, "from": international(&text.from), "to": to, "text": text.body,
        "cleanText": text.body, "keyword": "", "receivedAt": time(text.at),
        "smsCount": n_segments(&text.body), "price": { "pricePerMessage": 0, "currency": "EUR" }, "callbackData": "",
    })
}

/// `GET sms/3/reports`
pub(super) fn reports(core: &mut Core<'_>, query: &Query) -> Result<Answer, Unexpected> {
    query.only(&["limit", "bulkId", "messageId", "applicationId", "entityId", "campaignReferenceId"])?;
    let limit = query.within("limit", (1, 1_000), 50)?;
    let handed = core.hand_out_reports(limit, |_| true);
    let items: Vec<Value> = handed.iter().map(|index| entry(core.message(*index), core.now)).collect();
    Ok(Answer::json(200, &json!({ "results": items })))
}

/// `GET sms/3/logs?messageId=`
pub(super) fn log_of(core: &Core<'_>, query: &Query) -> Result<Answer, Unexpected> {
    query.only(&["messageId", "limit"])?;
    let name = query.get("messageId").unwrap_or_default();
    let oldest = core.now - KEPT_MS;
    let ours = core.messages_by_reference(name).iter().map(|index| core.message(*index));
    let items: Vec<Value> = ours
        .filter(|message| message.accepted_at >= oldest)
        .map(|message| entry(message, core.now))
        .collect();
    Ok(Answer::json(200, &json!({ "results": items, "cursor": { "limit": 50, "nextCursor": null } })))
}

/// `GET sms/3/logs`: oldest first, with a cursor on request.
pub(super) fn log(core: &Core<'_>, query: &Query) -> Result<Answer, Unexpected> {
    query.only(&["sentSince", "sentUntil", "limit", "useCursor", "cursor", "from", "to"])?;
    let at = |name: &str| match query.get(name) {
        None => Ok(None),
        Some(word) => time_ms(word, &TIMES).map(Some).ok_or(Unexpected),
    };
    let since = at("sentSince")?.unwrap_or(i64::MIN).max(core.dated_now() - KEPT_MS);
    let skip = query.number("cursor")?.unwrap_or(0);
    let limit = query.within("limit", (1, 1_000), 50)?;
    let span = Span::all(limit).since(since).until(at("sentUntil")?.unwrap_or(i64::MAX)).oldest_first();
    let skip = usize::try_from(skip).map_err(|_| Unexpected)?;
    let page = core.list_sent(&span.skip(skip), |_| true);
    let next = (page.has_next && query.get("useCursor") == Some("true")).then(|| (skip + limit).to_string());
    let items: Vec<Value> = page.items.iter().map(|index| entry(core.message(*index), core.now)).collect();
    Ok(Answer::json(200, &json!({ "results": items, "cursor": { "limit": limit, "nextCursor": next } })))
}

/// An entry of the log or a report; both have the same fields.
fn entry(message: &Message, now: i64) -> Value {
    let mut entry = json!({
        "bulkId": "simulated", "messageId": message.msg_key, "sender": international(&message.from),
        "destination": international(&message.to), "sentAt": time(message.dated(message.accepted_at)),
        "status": status(1, "PENDING_ENROUTE"), "error": error("NO_ERROR"), "messageCount": n_segments(&message.body), "mccMnc": "45005",
        "content": { "text": message.body },
    });
    if let Some(code) = message.report(now) {
        let mut parts = code.splitn(3, ' ');
        let group = parts.next().and_then(|group| group.parse().ok()).unwrap_or(9);
        entry["status"] = status(group, parts.next().unwrap_or_default());
        entry["error"] = error(parts.next().unwrap_or("NO_ERROR"));
        entry["doneAt"] = json!(time(message.dated(message.handset_at)));
    }
    entry
}

fn error(name: &str) -> Value {
    json!({ "groupId": 0, "groupName": "OK", "id": 0, "name": name, "description": "simulated", "permanent": false })
}

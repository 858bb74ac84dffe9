//! What the gateway reads and marks read. Times are UNIX seconds.

use serde_json::{Value, json};

use super::answer::{Page, not_found, ok};
use crate::sim::answer::Answer;
use crate::sim::core::Core;
use crate::sim::core::record::Message;
use crate::sim::core::record::Text;
use crate::sim::core::timeline::Span;
use crate::sim::dialects::fields::object;
use crate::sim::dialects::numbers::e164;
use crate::sim::dialects::query::{Query, Unexpected};
use crate::sim::dialects::segments::n_segments;

/// `GET sms/inbound`: the oldest unread ones.
pub(super) fn inbound(core: &mut Core<'_>, query: &Query) -> Result<Answer, Unexpected> {
    query.only(&["page", "limit"])?;
    let page = Page::parse(query)?;
    let total = core.n_open_texts();
    let texts = core.open_texts(page.size, page.skip(), |_| true);
    let to = e164(&core.options.mo_number);
    let mut items: Vec<Value> = texts.items.iter().map(|index| text(core.text(*index), &to)).collect();
    if texts.has_broken {
        items.push(json!({ "message_id": null, "body": 7 }));
    }
    Ok(page.answer(total, &items))
}

fn text(text: &Text, to: &str) -> Value {
    if text.is_broken() {
        return json!({ "message_id": text.key, "body": 7 });
    }
    json!({
        "timestamp": text.at / 1_000, "from": e164(&text.from), "to": to, "body": text.body,
        "original_body": "", "original_message_id": "", "custom_string": "", "message_id": text.key,
        "_keyword": "",
    })
}

/// `PUT sms/inbound-read/{message_id}`
pub(super) fn mark_text(core: &mut Core<'_>, id: &str) -> Answer {
    if core.ack_text(id) > 0 { ok(&Value::Null) } else { not_found() }
}

/// `GET sms/receipts`: the oldest unread ones.
pub(super) fn receipts(core: &mut Core<'_>, query: &Query) -> Result<Answer, Unexpected> {
    query.only(&["page", "limit"])?;
    let page = Page::parse(query)?;
    let total = core.n_ready_reports();
    let open = core.open_reports(page.size, page.skip(), |_| true);
    let items: Vec<Value> = open.iter().map(|index| receipt(core.message(*index))).collect();
    Ok(page.answer(total, &items))
}

/// `PUT sms/receipts-read`: those from before `date_before`.
pub(super) fn mark_receipts(core: &mut Core<'_>, body: &[u8]) -> Result<Answer, Unexpected> {
    let body: Value = serde_json::from_slice(body).map_err(|_| Unexpected)?;
    let before =
        object(&body, &["date_before"])?.get("date_before").and_then(Value::as_i64).ok_or(Unexpected)?;
    core.ack_reports(|message| told_at(message) < before);
    Ok(ok(&Value::Null))
}

/// `GET sms/receipts/{message_id}`
pub(super) fn receipt_of(core: &Core<'_>, id: &str) -> Answer {
    let message = core.message_by_key(id).map(|index| core.message(index));
    match message.filter(|message| message.report(core.now).is_some()) {
        Some(message) => ok(&receipt(message)),
        None => not_found(),
    }
}

/// When the receipt came, in seconds.
fn told_at(message: &Message) -> i64 {
    message.dated(message.ready_at.unwrap_or(message.handset_at)) / 1_000
}

/// Status and error of a report's code.
fn parts(code: &str) -> (&str, Option<&str>) {
    code.split_once('-').map_or((code, None), |(status, error)| (status, Some(error)))
}

/// Receipts have numbers where the history has strings; anything else stays a string.
fn number(word: &str) -> Value {
    word.parse::<i64>().map_or_else(|_| json!(word), |number| json!(number))
}

fn receipt(message: &Message) -> Value {
    let (status, error) = parts(&message.code);
    json!({
        "timestamp_send": message.dated(message.accepted_at) / 1_000, "timestamp": told_at(message), "message_id": message.msg_key,
        "status": if status == "201" { "Delivered" } else { "Undelivered" }, "status_code": number(status),
        "status_text": "simulated", "error_code": error.map(number), "error_text": error.map(|_| "simulated"),
        "custom_string": message.reference.as_deref().unwrap_or(""), "user_id": 1, "subaccount_id": 1,
        "message_type": "sms",
    })
}

/// `GET sms/history`: what was sent, oldest first on request.
pub(super) fn history(core: &Core<'_>, query: &Query) -> Result<Answer, Unexpected> {
    query.only(&["q", "date_from", "date_to", "page", "limit", "order_by"])?;
    let page = Page::parse(query)?;
    let at = |name: &str| Ok::<_, Unexpected>(query.number(name)?.map(|secs| secs.saturating_mul(1_000)));
    let (since, until) = (at("date_from")?.unwrap_or(i64::MIN), at("date_to")?.unwrap_or(i64::MAX));
    let span = Span::all(page.size).since(since).until(until).skip(page.skip());
    let span = match query.get("order_by") {
        Some("date:asc") => span.oldest_first(),
        None | Some("date:desc") => span,
        Some(_) => return Err(Unexpected),
    };
    let total = core.count_sent(&span, |_| true);
    let items = core.list_sent(&span, |_| true).items;
    let items: Vec<Value> = items.into_iter().map(|index| sent(core.message(index), core.now)).collect();
    Ok(page.answer(total, &items))
}

fn sent(message: &Message, now: i64) -> Value {
    let (status, error) = message.report(now).map_or(("200", None), parts);
    json!({
        "direction": "out", "date": message.dated(message.accepted_at) / 1_000,
        "to": e164(&message.to), "from": e164(&message.from), "body": message.body, "message_id": message.msg_key,
        "message_parts": n_segments(&message.body), "custom_string": message.reference.as_deref().unwrap_or(""), "status": "Sent",
        "status_code": status, "status_text": "simulated", "error_code": error,
        "error_text": error.map(|_| "simulated"), "user_id": 1, "subaccount_id": 1, "country": "KR",
    })
}

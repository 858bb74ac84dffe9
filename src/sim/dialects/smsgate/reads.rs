//! Reads of the gateway: the inbox, photos, states of sent texts.

use http::HeaderName;
use serde_json::{Value, json};

use super::{error, refused};
use crate::domain::media::What;
use crate::domain::photo::examine;
use crate::sim::answer::{Answer, utc};
use crate::sim::core::Core;
use crate::sim::core::record::Message;
use crate::sim::core::record::Text;
use crate::sim::core::timeline::Span;
use crate::sim::dialects::numbers::e164;
use crate::sim::dialects::query::{Query, Unexpected};
use crate::sim::dialects::shapes::time_ms;

const TOTAL: HeaderName = HeaderName::from_static("x-total-count");
const STATES: [&str; 7] =
    ["Pending", "Processed", "Sent", "Delivered", "Cancelling", "Cancelled", "Teleported"];

/// What the app's own parser takes: `yyyy-MM-dd'T'HH:mm:ss[.SSS]XXX` (`DateTimeParser.parseIsoDateTime`).
pub(super) const TIMES: [&str; 4] = [
    "0000-00-00T00:00:00Z",
    "0000-00-00T00:00:00~00:00",
    "0000-00-00T00:00:00.000Z",
    "0000-00-00T00:00:00.000~00:00",
];

/// A page of a list by offset and limit, newest first.
fn span(query: &Query, known: &[&str]) -> Result<Span, Unexpected> {
    query.only(known)?;
    // `toBooleanStrictOrNull`
    if query.get("includeAttachments").is_some_and(|word| !matches!(word, "true" | "false")) {
        return Err(Unexpected);
    }
    let time = |name: &str, otherwise: i64| match query.get(name) {
        Some(word) => time_ms(word, &TIMES).ok_or(Unexpected),
        None => Ok(otherwise),
    };
    let (since, until) = (time("from", i64::MIN)?, time("to", i64::MAX)?);
    if until < since {
        return Err(Unexpected);
    }
    let limit = query.within("limit", (1, 500), 50)?;
    Ok(Span::all(limit).since(since).until(until).skip(query.within("offset", (0, usize::MAX), 0)?))
}

fn time(at_ms: i64) -> String {
    utc(at_ms, "%Y-%m-%dT%H:%M:%S.%3fZ")
}

/// `GET inbox`
pub(super) fn inbox(core: &mut Core<'_>, query: &Query) -> Result<Answer, Unexpected> {
    let known = ["type", "limit", "offset", "from", "to", "deviceId", "includeAttachments"];
    let span = span(query, &known)?;
    let kind = query.get("type").map(str::to_owned);
    let with_photos = query.get("includeAttachments") == Some("true");
    let total = core.count_texts(&span);
    let page = core.list_texts(&span, |text| kind.as_deref().is_none_or(|kind| kind == kind_of(text)));
    let number = e164(&core.options.mo_number);
    let mut items: Vec<Value> =
        page.items.iter().map(|index| item(core.text(*index), &number, with_photos)).collect();
    if page.has_broken {
        items.push(json!({ "id": 7, "contentPreview": null }));
    }
    Ok(Answer::json(200, &items).header(TOTAL, total.to_string()))
}

/// An empty text is a photo message whose photos the phone could not keep.
fn kind_of(text: &Text) -> &'static str {
    if text.photos.is_empty() && !text.body.is_empty() { "SMS" } else { "MMS_DOWNLOADED" }
}

fn item(text: &Text, number: &str, with_photos: bool) -> Value {
    if text.is_broken() {
        return json!({ "id": text.key, "type": "SMS", "contentPreview": 7 });
    }
    let preview = if text.body.is_empty() { "MMS content" } else { &text.body };
    let mut item = json!({
        "id": text.key, "type": kind_of(text), "sender": e164(&text.from), "recipient": number, "simNumber": 1,
        "contentPreview": preview, "createdAt": time(text.at),
    });
    if with_photos && !text.photos.is_empty() {
        let part = |(n, file): (usize, &bytes::Bytes)| {
            let (ending, content_type) = claim(file);
            json!({ "partId": n + 1, "name": format!("{n}.{ending}"), "size": file.len(), "contentType": content_type })
        };
        item["attachments"] = text.photos.iter().enumerate().map(part).collect();
    }
    item
}

/// What the phone says of a file: the ending of its name, and its type. A photo, if it knows no better.
fn claim(file: &[u8]) -> (&'static str, &'static str) {
    match examine(file, What::Photo) {
        Ok(kept) => (kept.kind.as_str(), kept.kind.content_type()),
        Err(lost) => match lost.what {
            What::Contact => ("vcf", "text/x-vCard"),
            What::Pdf => ("pdf", "application/pdf"),
            What::Film => ("mp4", "video/mp4"),
            _ => ("jpg", "image/jpeg"),
        },
    }
}

/// `GET inbox/{id}/attachments/{partId}`; the name may come with a percent sign for its colon.
pub(super) fn attachment(core: &Core<'_>, id: &str, part: &str) -> Answer {
    let part = part.parse::<usize>().ok().and_then(|part| part.checked_sub(1));
    let id = id.replace("%3A", ":");
    match part.and_then(|n| core.photo(&id, n)) {
        Some(photo) => Answer::raw(200, "application/octet-stream", photo),
        None => refused(404, "Attachment not found"),
    }
}

/// `GET messages/{id}`; a missing one is not counted as a mistake of the gateway.
pub(super) fn single_message(core: &Core<'_>, id: &str) -> Answer {
    match core.message_by_key(id) {
        Some(index) => Answer::json(200, &state(core.message(index), core.now)),
        None => error(404, "Message not found"),
    }
}

/// `GET messages`
pub(super) fn sent(core: &Core<'_>, query: &Query) -> Result<Answer, Unexpected> {
    let known = ["from", "to", "state", "deviceId", "limit", "offset", "includeContent"];
    let span = span(query, &known)?;
    let wanted = query.get("state");
    let fits = |message: &Message| wanted.is_none_or(|state| state == state_of(message, core.now).0);
    let total = core.count_sent(&span, fits);
    let page = core.list_sent(&span, fits);
    let items: Vec<Value> = page.items.iter().map(|index| state(core.message(*index), core.now)).collect();
    Ok(Answer::json(200, &items).header(TOTAL, total.to_string()))
}

/// State, and the reason of a failure. Without a report of the phone the state is that the network has it.
fn state_of(message: &Message, now: i64) -> (&str, Option<&str>) {
    match message.report(now) {
        None => ("Sent", None),
        Some(code) if STATES.contains(&code) => (code, None),
        Some(reason) => ("Failed", Some(reason)),
    }
}

/// Just accepted: the phone has not processed it yet.
pub(super) fn pending(message: &Message) -> Value {
    let at = time(message.dated(message.accepted_at));
    json!({
        "id": message.msg_key, "deviceId": "SIM-DEVICE", "state": "Pending", "isHashed": false,
        "isEncrypted": false, "states": { "Pending": at },
        "recipients": [{ "phoneNumber": e164(&message.to), "state": "Pending" }],
    })
}

pub(super) fn state(message: &Message, now: i64) -> Value {
    let (state, error) = state_of(message, now);
    let accepted = time(message.dated(message.accepted_at));
    let mut states = json!({ "Pending": accepted, "Processed": accepted, "Sent": accepted });
    if state != "Sent" {
        states[state] = json!(time(message.dated(message.handset_at)));
    }
    let mut recipient = json!({ "phoneNumber": e164(&message.to), "state": state });
    if let Some(error) = error {
        recipient["error"] = json!(error);
    }
    json!({
        "id": message.msg_key, "deviceId": "SIM-DEVICE", "state": state, "isHashed": false, "isEncrypted": false,
        "recipients": [recipient], "states": states,
    })
}

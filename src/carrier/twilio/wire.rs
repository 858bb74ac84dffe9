//! Twilio's JSON, read liberally: whatever is missing or odd in one item must not cost the others.

use jiff::fmt::rfc2822;
use serde_json::Value;
use url::form_urlencoded;

use super::codes;
use crate::carrier::error::protocol_error;
use crate::carrier::lenient_json::text_or_number;
use crate::carrier::{Result, SentText};
use crate::domain::UnixMs;
use crate::domain::inbound::{InboundItem, InboundText};
use crate::domain::media::MediaRef;
use crate::domain::phone::PhoneNumber;
use crate::domain::receipt::Receipt;
use crate::domain::text::{MessageText, normalise};

/// The most photos of one text.
const MAX_MEDIA: u64 = 10;
/// The query keys of a page token; any other key is refused.
const PAGE_WORDS: [&str; 8] =
    ["To", "From", "DateSent", "DateSent>", "DateSent<", "PageSize", "Page", "PageToken"];

/// An error code: five digits.
pub(super) fn code(value: &Value) -> Option<String> {
    text_or_number(value).filter(|code| code.len() == 5 && code.bytes().all(|b| b.is_ascii_digit()))
}

/// An id: `SM` or `MM` and 32 letters and digits.
pub(super) fn is_sid(sid: &str) -> bool {
    (2..=40).contains(&sid.len()) && sid.bytes().all(|b| b.is_ascii_alphanumeric())
}

pub(super) fn sid(item: &Value) -> Option<String> {
    text_or_number(&item["sid"]).filter(|sid| is_sid(sid))
}

/// `Fri, 24 May 2019 17:44:50 +0000`
fn time_ms(value: &Value) -> Option<UnixMs> {
    let zoned = rfc2822::parse(value.as_str()?).ok()?;
    Some(zoned.timestamp().as_millisecond())
}

/// The beginning of a day in UTC, as the official clients write it: `2026-07-01T00:00:00Z`.
pub(super) fn day(at: UnixMs) -> String {
    let at = jiff::Timestamp::from_millisecond(at).unwrap_or(jiff::Timestamp::UNIX_EPOCH);
    at.strftime("%Y-%m-%dT00:00:00Z").to_string()
}

pub(super) fn list(body: &Value) -> Option<&[Value]> {
    body["messages"].as_array().map(Vec::as_slice)
}

/// The token of the page after the one `asked` for.
pub(super) fn next_page(body: &Value, asked: Option<&str>) -> Result<Option<String>> {
    match text_or_number(&body["next_page_uri"]) {
        Some(next) if Some(next.as_str()) == asked => {
            Err(protocol_error("the carrier's list goes in a circle"))
        }
        next => Ok(next),
    }
}

/// The query of a page from the carrier's link (`/2010-04-01/...?PageToken=...`), which must lead to the same list.
pub(super) fn page_query(uri: &str, path: &str) -> Option<Vec<(&'static str, String)>> {
    let (place, query) = uri.split_once('?')?;
    if place != path {
        return None;
    }
    let pairs = form_urlencoded::parse(query.as_bytes());
    let known = |name: &str| PAGE_WORDS.into_iter().find(|word| *word == name);
    pairs.map(|(name, value)| Some((known(&name)?, value.into_owned()))).collect()
}

/// The inbound texts of a page, oldest first. A message without a direction is kept as it came.
pub(super) fn inbound_page(list: &[Value]) -> Vec<InboundItem> {
    let is_theirs = |item: &&Value| match item["direction"].as_str() {
        Some(direction) => direction == "inbound",
        None => true,
    };
    let mut items: Vec<InboundItem> = list.iter().filter(is_theirs).rev().map(inbound).collect();
    items.sort_by_key(|item| sent_at(item).unwrap_or(UnixMs::MIN));
    items
}

fn inbound(item: &Value) -> InboundItem {
    let read = || -> std::result::Result<InboundText, &'static str> {
        let sid = sid(item).ok_or("sid is missing")?;
        item["direction"].as_str().ok_or("direction is missing")?;
        let n_media = text_or_number(&item["num_media"]).and_then(|n| n.parse().ok()).unwrap_or(0);
        Ok(InboundText {
            media: media(&sid, n_media, |_| None),
            key: sid,
            citizen: PhoneNumber::parse(&text_or_number(&item["from"]).ok_or("from is missing")?),
            to: PhoneNumber::parse(&text_or_number(&item["to"]).ok_or("to is missing")?),
            text: MessageText::new(match &item["body"] {
                Value::String(body) => body,
                Value::Null if n_media > 0 => "",
                _ => return Err("body is missing"),
            }),
            sent_at: time_ms(&item["date_sent"])
                .or_else(|| time_ms(&item["date_created"]))
                .ok_or("date_sent is not a time")?,
        })
    };
    match read() {
        Ok(text) => InboundItem::Text(text),
        Err(reason) => InboundItem::Unreadable { raw: item.to_string(), reason: reason.to_owned() },
    }
}

/// The photos of a text by their position; `type_of` is the type that a webhook names.
pub(super) fn media(sid: &str, n: u64, type_of: impl Fn(u64) -> Option<String>) -> Vec<MediaRef> {
    let photo =
        |n| MediaRef { handle: format!("{sid}/{n}"), name: None, content_type: type_of(n), n_bytes: None };
    (0..n.min(MAX_MEDIA)).map(photo).collect()
}

/// The id of the n-th photo of a list.
pub(super) fn media_name(body: &Value, n: usize) -> Option<String> {
    sid(body["media_list"].as_array()?.get(n)?)
}

fn sent_at(item: &InboundItem) -> Option<UnixMs> {
    match item {
        InboundItem::Text(text) => Some(text.sent_at),
        InboundItem::Unreadable { .. } => None,
    }
}

pub(super) fn newest(items: &[InboundItem]) -> Option<UnixMs> {
    items.iter().filter_map(sent_at).max()
}

fn is_ours(item: &Value) -> bool {
    item["direction"].as_str().is_some_and(|direction| direction.starts_with("outbound"))
}

/// Whether the whole page is older than that time and the rest is older still. The documents name no order: a list that is not
/// sorted from newest to oldest is read to its end.
pub(super) fn is_past(list: &[Value], since: UnixMs) -> bool {
    let made: Option<Vec<UnixMs>> = list.iter().map(|item| time_ms(&item["date_created"])).collect();
    // A single time shows no order.
    made.is_some_and(|made| {
        made.first() > made.last() && made.is_sorted_by(|a, b| a >= b) && made.iter().all(|at| *at < since)
    })
}

/// Whether this is an outbound text with these words since that time.
pub(super) fn is_alike(item: &Value, words: &str, since: UnixMs) -> bool {
    let is_since = time_ms(&item["date_created"]).is_none_or(|at| at >= since);
    let says = item["body"].as_str().map(normalise);
    is_ours(item) && is_since && says.is_some_and(|says| says.trim() == normalise(words).trim())
}

/// The receipt of a message; `None` while it is on its way.
pub(super) fn receipt(item: &Value) -> Option<Receipt> {
    let status = text_or_number(&item["status"])?;
    let error = code(&item["error_code"]);
    Some(Receipt {
        carrier_message_id: sid(item)?,
        client_key: None,
        status: codes::receipt(&status, error.as_deref())?,
        code: error.unwrap_or_else(|| codes::loggable(&status)),
        reported_at: time_ms(&item["date_updated"]),
    })
}

/// A message of the list as a whole; one without a time gets the start time of the list.
pub(super) fn listed(item: &Value, since: UnixMs) -> Option<SentText> {
    if !is_ours(item) {
        return None;
    }
    let at = time_ms(&item["date_created"]).or_else(|| time_ms(&item["date_sent"])).unwrap_or(since);
    let (to, words) = (None, None);
    let listed =
        SentText { carrier_message_id: sid(item)?, key: None, at, to, words, receipt: receipt(item) };
    Some(listed.with_recipient(&item["to"], &item["body"]))
}

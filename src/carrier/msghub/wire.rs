//! Message Hub's JSON, read liberally (numbers may be strings, times have several forms): whatever is missing or odd in one
//! item must not cost the others.

use bytes::Bytes;
use http::Method;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use super::codes;
use crate::carrier::http::Request;
use crate::carrier::korea::{local_time, time_ms, title};
use crate::carrier::lenient_json::text_or_number;
use crate::domain::UnixMs;
use crate::domain::inbound::{InboundItem, InboundText};
use crate::domain::media::MediaRef;
use crate::domain::outbound::{ClientKey, OutboundKind, OutboundText};
use crate::domain::phone::PhoneNumber;
use crate::domain::receipt::{Receipt, ReceiptItem, ReceiptStatus};
use crate::domain::text::MessageText;

const DAY_MS: i64 = 24 * 60 * 60 * 1000;
/// The most days searched for one text.
const MOST_DAYS: i64 = 9;
/// The most photos of one text.
const MAX_PHOTOS: usize = 10;

/// A code: five digits.
fn code_of(value: &Value) -> Option<String> {
    text_or_number(value).filter(|code| code.len() == 5 && code.bytes().all(|b| b.is_ascii_digit()))
}

/// The code of an answer as a whole.
pub(super) fn code(body: &Value) -> Option<String> {
    code_of(&body["code"])
}

pub(super) fn is_success(body: &Value) -> bool {
    code(body).as_deref() == Some(codes::OK)
}

/// `2026-07-01T09:00:00`, `2026-07-01 09:00:00` or `20260701090000`, Korea's time.
fn time(value: &Value) -> Option<UnixMs> {
    let word = text_or_number(value)?;
    let is_plain = word.len() == 14 && word.bytes().all(|b| b.is_ascii_digit());
    if !is_plain {
        return time_ms(&word);
    }
    let part = |from, to| word.get(from..to).unwrap_or_default();
    let (date, clock) = ([part(0, 4), part(4, 6), part(6, 8)], [part(8, 10), part(10, 12), part(12, 14)]);
    time_ms(&format!("{}T{}", date.join("-"), clock.join(":")))
}

/// `2026-07-01`, Korea's day.
pub(super) fn day(at: UnixMs) -> String {
    local_time(at).get(..10).unwrap_or_default().to_owned()
}

/// Days, the first one first.
pub(super) struct Days {
    pub all: Vec<String>,
    /// False if there were too many days and the first ones are left out.
    pub is_whole: bool,
}

/// The days from one moment to another.
pub(super) fn days(since: UnixMs, until: UnixMs) -> Days {
    let first = since.max(until.saturating_sub(MOST_DAYS * DAY_MS));
    let mut all: Vec<String> = (0..=MOST_DAYS)
        .map(|n| first.saturating_add(n * DAY_MS))
        .take_while(|at| *at < until)
        .chain([until])
        .map(day)
        .collect();
    all.dedup();
    Days { all, is_whole: first == since }
}

/// The day before and the day after.
pub(super) fn neighbours(day: &str) -> Vec<String> {
    let day: Option<jiff::civil::Date> = day.parse().ok();
    let both = day.map(|day| [day.yesterday().ok(), day.tomorrow().ok()]);
    both.into_iter().flatten().flatten().map(|day| day.to_string()).collect()
}

/// The carrier id of a text: our key and the day it left.
pub(super) fn name(key: &str, day: &str) -> String {
    format!("{key}@{day}")
}

pub(super) fn parse_name(name: &str) -> Option<(ClientKey, String)> {
    let (key, day) = name.split_once('@')?;
    let is_day = day.len() == 10 && day.bytes().all(|b| b.is_ascii_digit() || b == b'-');
    Some((ClientKey::parse(key)?, is_day.then(|| day.to_owned())?))
}

/// The list under that name; empty if missing or null, `None` if it has an unknown shape.
fn list<'a>(data: &'a Value, name: &str) -> Option<&'a [Value]> {
    match &data[name] {
        Value::Array(items) => Some(items),
        Value::Null => Some(&[]),
        _ => None,
    }
}

/// The texts of a page.
pub(super) fn inbound_list(body: &Value) -> Option<&[Value]> {
    match &body["data"] {
        Value::Null => is_success(body).then_some(&[]),
        data if data.is_object() => list(data, "moLst"),
        _ => None,
    }
}

pub(super) fn pushed_texts(body: &Value) -> Option<&[Value]> {
    [body, &body["data"]].into_iter().find_map(|at| at["moLst"].as_array()).map(Vec::as_slice)
}

pub(super) fn pushed_reports(body: &Value) -> Option<&[Value]> {
    [body, &body["data"]].into_iter().find_map(|at| at["rptLst"].as_array()).map(Vec::as_slice)
}

/// Texts, oldest first. One without an id gets an id from its page and position, so that two equal texts in one second stay
/// two and a repeated page counts once.
pub(super) fn inbound_page(list: &[Value], raw: &Bytes) -> Vec<InboundItem> {
    let page = || Sha256::digest(raw).iter().take(12).map(|b| format!("{b:02x}")).collect::<String>();
    let read = |(n, item): (usize, &Value)| inbound(item, || format!("page:{}:{n}", page()));
    let mut items: Vec<InboundItem> = list.iter().enumerate().map(read).collect();
    items.sort_by_key(|item| sent_at(item).unwrap_or(UnixMs::MIN));
    items
}

/// `moNumber` is ours, `moCallback` the citizen's.
fn inbound(item: &Value, unnamed: impl Fn() -> String) -> InboundItem {
    let read = || -> Result<InboundText, &'static str> {
        let mut media = photos(item);
        let is_photo_text = item["moType"] == "MMSMO";
        let words = match item["moMsg"].as_str() {
            Some(words) => words,
            None if (is_photo_text || !media.is_empty()) && item["moMsg"].is_null() => "",
            None => return Err("moMsg is missing"),
        };
        // A photo text of which neither words nor photos came.
        if is_photo_text && media.is_empty() && words.trim().is_empty() {
            media.push(MediaRef::missing());
        }
        Ok(InboundText {
            key: text_or_number(&item["moKey"]).unwrap_or_else(&unnamed),
            citizen: PhoneNumber::parse(&text_or_number(&item["moCallback"]).ok_or("moCallback is missing")?),
            to: PhoneNumber::parse(&text_or_number(&item["moNumber"]).ok_or("moNumber is missing")?),
            text: MessageText::new(titled(item["moTitle"].as_str(), words)),
            media,
            sent_at: time(&item["moRecvDt"]).ok_or("moRecvDt is not a time")?,
        })
    };
    match read() {
        Ok(text) => InboundItem::Text(text),
        Err(reason) => InboundItem::Unreadable { raw: item.to_string(), reason: reason.to_owned() },
    }
}

/// A title typed by the citizen is part of the text; `제목없음` ("no title") is added by the phone.
fn titled(title: Option<&str>, words: &str) -> String {
    match title.map(str::trim) {
        Some(title) if !title.is_empty() && title != "제목없음" && !words.trim_start().starts_with(title) => {
            format!("{title}\n{words}").trim_end().to_owned()
        }
        _ => words.to_owned(),
    }
}

fn photos(item: &Value) -> Vec<MediaRef> {
    let photo = |info: &Value| {
        Some(MediaRef {
            handle: text_or_number(&info["contentUrl"])?,
            name: text_or_number(&info["contentName"]),
            content_type: text_or_number(&info["contentExt"]),
            n_bytes: text_or_number(&info["contentSize"]).and_then(|n| n.parse().ok()),
        })
    };
    let all = item["contentInfoLst"].as_array();
    all.into_iter().flatten().filter_map(photo).take(MAX_PHOTOS).collect()
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

/// A send: one text per request, as a multipart form if it has photos.
pub(super) fn send_request(text: &OutboundText) -> Request {
    let words = text.text.reveal();
    let mut body = json!({
        "callback": text.from.reveal(),
        "msg": words,
        "recvInfoLst": [{ "cliKey": text.key.as_str(), "phone": text.citizen.reveal() }],
    });
    if text.kind == OutboundKind::Sms {
        return Request::new(Method::POST, "/msg/v1/sms").json(body);
    }
    if let Some(title) = title(words) {
        body["title"] = json!(title);
    }
    let request = Request::new(Method::POST, "/msg/v1/mms");
    if text.photos.is_empty() {
        return request.json(body);
    }
    let boundary = format!("munja-{}", text.key.as_str());
    let mut form = Vec::new();
    let mut part = |head: &str, bytes: &[u8]| {
        form.extend_from_slice(
            format!("--{boundary}\r\nContent-Disposition: form-data; {head}\r\n\r\n").as_bytes(),
        );
        form.extend_from_slice(bytes);
        form.extend_from_slice(b"\r\n");
    };
    part("name=\"reqMsg\"\r\nContent-Type: application/json", body.to_string().as_bytes());
    for photo in &text.photos {
        let head = format!("name=\"parts\"; filename=\"{}\"\r\nContent-Type: image/jpeg", photo.name);
        part(&head, &photo.jpeg);
    }
    form.extend_from_slice(format!("--{boundary}--\r\n").as_bytes());
    request.raw(format!("multipart/form-data; boundary={boundary}"), form.into())
}

/// The code of the one text of this key in the answer to its send.
pub(super) fn taken(body: &Value, key: &str) -> Option<String> {
    let [one] = body["data"].as_array()?.as_slice() else {
        return None;
    };
    let is_ours = text_or_number(&one["cliKey"]).is_none_or(|said| said == key);
    code_of(&one["code"]).filter(|_| is_ours)
}

/// The request for the fate of a key on this day.
pub(super) fn sent_question(key: &str, day: &str) -> Value {
    json!({ "cliKeyLst": [{ "cliKey": key, "reqDt": day }] })
}

/// Result of a look-up of a key on one day.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Found {
    Here,
    /// It was never accepted.
    Nowhere,
    Unclear,
}

pub(super) fn found(body: &Value, key: &str) -> Found {
    let entries = entries(body, key);
    let status = |entry: &&Value| text_or_number(&entry["status"]).unwrap_or_default();
    if entries.iter().any(|entry| matches!(status(entry).as_str(), "REG" | "ING" | "DONE")) {
        return Found::Here;
    }
    match entries.iter().all(|entry| status(entry) == "INVALID_KEY") && !entries.is_empty() {
        true => Found::Nowhere,
        false => Found::Unclear,
    }
}

fn entries<'a>(body: &'a Value, key: &str) -> Vec<&'a Value> {
    let all = body["data"]["cliKeyLst"].as_array();
    all.into_iter().flatten().filter(|entry| entry["cliKey"] == key).collect()
}

/// The receipt of a key, once it is done.
pub(super) fn fate(body: &Value, key: &str) -> Option<Receipt> {
    let done = entries(body, key).into_iter().find(|entry| entry["status"] == "DONE")?;
    receipt(done)
}

pub(super) fn report_list(body: &Value) -> Option<&[Value]> {
    match &body["data"] {
        Value::Null => Some(&[]),
        data if data.is_object() => list(data, "rptLst"),
        _ => None,
    }
}

pub(super) fn report_key(body: &Value) -> Option<String> {
    text_or_number(&body["data"]["rptKey"])
}

pub(super) fn report(item: &Value) -> ReceiptItem {
    match receipt(item) {
        Some(receipt) => ReceiptItem::Receipt(receipt),
        None => ReceiptItem::Unreadable {
            raw: item.to_string(),
            reason: "cliKey and msgKey, or resultCode, are missing".to_owned(),
        },
    }
}

/// Only reports have the carrier's own id of a text, so ours is used.
fn receipt(item: &Value) -> Option<Receipt> {
    let key = text_or_number(&item["cliKey"])
        .and_then(|key| ClientKey::parse(&key))
        .map(|key| key.as_str().to_owned());
    let code = text_or_number(&item["resultCode"])?;
    let shown = code_of(&item["resultCode"]).unwrap_or_else(|| "unknown".to_owned());
    let status = if shown == code { codes::receipt(&code) } else { ReceiptStatus::Unknown };
    Some(Receipt {
        carrier_message_id: text_or_number(&item["msgKey"]).or_else(|| key.clone())?,
        client_key: key,
        status,
        code: shown,
        reported_at: time(&item["rptDt"]),
    })
}

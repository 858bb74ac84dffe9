//! SMSGate's JSON, read liberally: whatever is missing or odd in one item must not cost the others.

use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use super::{SmsGateConfig, codes};
use crate::carrier::SentText;
use crate::carrier::http::{Response, segment};
use crate::domain::UnixMs;
use crate::domain::inbound::{InboundItem, InboundText, dated_key};
use crate::domain::media::MediaRef;
use crate::domain::outbound::{ClientKey, OutboundText};
use crate::domain::phone::PhoneNumber;
use crate::domain::receipt::Receipt;
use crate::domain::text::MessageText;

/// The phone downloads a photo message within minutes. One still missing after this long is shown to an operator.
pub(super) const DOWNLOAD_MS: i64 = 15 * 60 * 1_000;
/// Tolerance between the notice of a photo message and the message: they are dated by different clocks.
const NOTICE_APART_MS: i64 = 60 * 60 * 1_000;
/// What the app writes where a photo message, or the notice of one, has neither words nor subject
/// (`IncomingMessagesService.toPreview`). Nobody wrote these words.
const NO_WORDS: [&str; 2] = ["MMS content", "MMS notification"];

/// A time as the phone reads and writes it: always three decimals. The app takes `yyyy-MM-dd'T'HH:mm:ss[.SSS]XXX` and
/// answers 400 to any other spelling (`DateTimeParser.parseIsoDateTime`).
pub(super) fn time(at: UnixMs) -> String {
    let at = jiff::Timestamp::from_millisecond(at).unwrap_or(jiff::Timestamp::UNIX_EPOCH);
    at.strftime("%Y-%m-%dT%H:%M:%S.%3fZ").to_string()
}

fn time_ms(value: &Value) -> Option<UnixMs> {
    value.as_str()?.parse::<jiff::Timestamp>().ok().map(jiff::Timestamp::as_millisecond)
}

/// Whether an answer has the form of the phone's errors.
pub(super) fn has_message(body: &Value) -> bool {
    body.get("message").is_some()
}

/// Total number of items, if the phone gives it.
pub(super) fn total(response: &Response) -> Option<usize> {
    response.headers.get("x-total-count")?.to_str().ok()?.trim().parse().ok()
}

/// The offset of the next page. New texts push known ones down, so a page may repeat some items but skips none.
pub(super) fn next_offset(offset: usize, n: usize, limit: usize, total: Option<usize>) -> Option<usize> {
    let next = offset.checked_add(n)?;
    let more = match total {
        Some(total) => next < total,
        None => n >= limit,
    };
    (n > 0 && more).then_some(next)
}

/// Reads a page, newest first on the wire; `number` is ours. A notice of a photo message is left out while the phone may
/// still fetch it, which it did not if the notice is from before `fetched_by`.
pub(super) fn inbound_page(list: &[Value], number: &str, fetched_by: UnixMs) -> Vec<InboundItem> {
    list.iter().rev().filter_map(|item| inbound(item, list, number, fetched_by)).collect()
}

pub(super) fn newest(items: &[InboundItem]) -> Option<UnixMs> {
    let sent_at = |item: &InboundItem| match item {
        InboundItem::Text(text) => Some(text.sent_at),
        InboundItem::Unreadable { .. } => None,
    };
    items.iter().filter_map(sent_at).max()
}

fn inbound(item: &Value, page: &[Value], number: &str, fetched_by: UnixMs) -> Option<InboundItem> {
    let reason = match item["type"].as_str() {
        Some("MMS") if is_fetched_or_coming(item, page, fetched_by) => return None,
        Some("DATA_SMS") => "a message between programs, not a text",
        _ => match inbound_text(item, number) {
            Ok(text) => return Some(InboundItem::Text(text)),
            Err(reason) => reason,
        },
    };
    Some(InboundItem::Unreadable { raw: item.to_string(), reason: reason.to_owned() })
}

/// Whether the notice of a photo message can be ignored.
fn is_fetched_or_coming(notice: &Value, page: &[Value], fetched_by: UnixMs) -> bool {
    let Some(at) = time_ms(&notice["createdAt"]) else { return false };
    let is_its_message = |item: &Value| {
        item["type"] == "MMS_DOWNLOADED"
            && item["sender"] == notice["sender"]
            && time_ms(&item["createdAt"]).is_some_and(|it| it.abs_diff(at) < NOTICE_APART_MS.unsigned_abs())
    };
    at > fetched_by || page.iter().any(is_its_message)
}

fn inbound_text(item: &Value, number: &str) -> Result<InboundText, &'static str> {
    let id = item["id"].as_str().filter(|id| !id.is_empty()).ok_or("id is missing")?;
    let sender = item["sender"].as_str().filter(|s| !s.is_empty()).ok_or("sender is missing")?;
    let words = item["contentPreview"].as_str().ok_or("contentPreview is missing")?;
    let sent_at = time_ms(&item["createdAt"]).ok_or("createdAt is not a time")?;
    let attachments = item["attachments"].as_array().map_or(&[][..], Vec::as_slice);
    let mut media: Vec<MediaRef> = attachments.iter().filter_map(|part| attachment(id, part)).collect();
    if media.len() < attachments.len() {
        return Err("an attachment has no partId");
    }
    let is_photo_text = matches!(item["type"].as_str(), Some("MMS" | "MMS_DOWNLOADED"));
    let words = if is_photo_text && NO_WORDS.contains(&words) { "" } else { words };
    // The phone has not fetched its content, or could not keep it.
    if is_photo_text && media.is_empty() && (words.is_empty() || item["type"] == "MMS") {
        media.push(MediaRef::missing());
    }
    let to = item["recipient"].as_str().filter(|to| !to.is_empty()).unwrap_or(number);
    Ok(text_of(Told { id: identity(id), sender, to, words, media, sent_at }))
}

/// One text from the inbox or a webhook.
pub(super) struct Told<'a> {
    pub id: String,
    pub sender: &'a str,
    pub to: &'a str,
    pub words: &'a str,
    pub media: Vec<MediaRef>,
    pub sent_at: UnixMs,
}

/// The phone's ids are 32-bit hashes that can collide, so the key also holds what else is known of a text. Before mid-2026 the
/// app dated one text by two clocks, in its inbox and in its webhook: the store takes keys that differ by that for one.
pub(super) fn text_of(told: Told<'_>) -> InboundText {
    let citizen = PhoneNumber::parse(told.sender);
    let mut hash = Sha256::new();
    hash.update(citizen.reveal());
    hash.update([0]);
    hash.update(told.words);
    let hash: String = hash.finalize().iter().take(8).map(|b| format!("{b:02x}")).collect();
    InboundText {
        key: dated_key(&told.id, told.sent_at, &hash),
        citizen,
        to: PhoneNumber::parse(told.to),
        text: MessageText::new(told.words),
        media: told.media,
        sent_at: told.sent_at,
    }
}

/// The inbox calls a text `text:` and a signed number, a webhook calls the same text that number in hexadecimal
/// (`IncomingMessagesService.buildId`, `ReceiverService.process`): one name for both.
fn identity(id: &str) -> String {
    match id.strip_prefix("text:").and_then(|number| number.parse::<i32>().ok()) {
        Some(number) => format!("{:x}", number.cast_unsigned()),
        None => id.to_owned(),
    }
}

pub(super) fn attachment(id: &str, part: &Value) -> Option<MediaRef> {
    Some(MediaRef {
        handle: format!("{} {id}", part["partId"].as_u64()?),
        name: part["name"].as_str().map(str::to_owned),
        content_type: part["contentType"].as_str().map(str::to_owned),
        n_bytes: part["size"].as_u64().filter(|n| *n > 0),
    })
}

/// The path of the photo with this handle.
pub(super) fn media_path(handle: &str) -> Option<String> {
    let (part, id) = handle.split_once(' ')?;
    let part: u64 = part.parse().ok()?;
    Some(format!("/inbox/{}/attachments/{part}", segment(id)?))
}

/// The body of a send: the fields of the official client.
pub(super) fn send_body(text: &OutboundText, config: &SmsGateConfig, now: UnixMs) -> Value {
    let to = text.citizen.e164().unwrap_or_else(|| text.citizen.reveal().to_owned());
    let ttl = (text.expires_at.saturating_sub(now) / 1_000).clamp(5, 604_800);
    let mut body = json!({
        "id": text.key.as_str(),
        "phoneNumbers": [to],
        "textMessage": { "text": text.text.reveal() },
        "withDeliveryReport": true,
        "isEncrypted": false,
        "priority": 0,
        "ttl": ttl,
    });
    if let Some(sim) = config.sim {
        body["simNumber"] = sim.into();
    }
    if let Some(device) = &config.device {
        body["deviceId"] = device.as_str().into();
    }
    body
}

/// The receipt in a text's state; `None` while there is none.
pub(super) fn receipt(body: &Value) -> Option<Receipt> {
    let id = body["id"].as_str().filter(|id| !id.is_empty())?;
    // One recipient per text: if both are given, its own state has the reason.
    let recipient = body["recipients"].as_array().and_then(|all| all.first());
    let state = body["state"].as_str().or_else(|| recipient?["state"].as_str())?;
    let reason = recipient.and_then(|recipient| recipient["error"].as_str());
    let status = codes::state(state)?;
    Some(Receipt {
        carrier_message_id: id.to_owned(),
        client_key: ClientKey::parse(id).map(|key| key.as_str().to_owned()),
        status,
        code: codes::code(state, reason),
        reported_at: time_ms(&body["states"][state]),
    })
}

/// One entry of the list of accepted texts.
pub(super) fn sent(item: &Value, since: UnixMs) -> Option<SentText> {
    let id = item["id"].as_str().filter(|id| !id.is_empty())?;
    let states = item["states"].as_object();
    let first = states.and_then(|states| states.values().filter_map(time_ms).min());
    let listed = SentText {
        carrier_message_id: id.to_owned(),
        key: ClientKey::parse(id).map(|key| key.as_str().to_owned()),
        at: time_ms(&item["createdAt"]).or(first).unwrap_or(since),
        receipt: receipt(item),
        to: None,
        words: None,
    };
    Some(listed.with_recipient(&item["recipients"][0]["phoneNumber"], &item["textMessage"]["text"]))
}

//! OneAPI's JSON as its many servers write it: names in any case, counts as numbers or strings, one object instead of a
//! list or nothing at all, numbers with or without `tel:`, bodies wrapped or not. Whatever is missing or odd in one item
//! must not cost the others.

use sha2::{Digest, Sha256};
use std::collections::HashMap;

use http::header;
use secrecy::ExposeSecret;
use serde_json::{Value, json};

use super::{OneApiConfig, Reading, codes};
use crate::carrier::http::{Response, segment};
use crate::carrier::lenient_json::text_or_number;
use crate::domain::UnixMs;
use crate::domain::inbound::{InboundItem, InboundText};
use crate::domain::outbound::OutboundText;
use crate::domain::phone::PhoneNumber;
use crate::domain::receipt::{Receipt, ReceiptStatus};
use crate::domain::text::MessageText;

static NOTHING: Value = Value::Null;

/// A field by its name in any case: AT&T capitalises names.
pub(super) fn field<'a>(value: &'a Value, name: &str) -> &'a Value {
    let Some(object) = value.as_object() else { return &NOTHING };
    object.get(name).unwrap_or_else(|| {
        let found = object.iter().find(|(key, _)| key.eq_ignore_ascii_case(name));
        found.map_or(&NOTHING, |(_, value)| value)
    })
}

/// The content of a wrapper, or the value itself without one.
fn inside<'a>(value: &'a Value, wrapper: &str) -> &'a Value {
    match field(value, wrapper) {
        Value::Null => value,
        inner => inner,
    }
}

/// A list, a single object or nothing; `None` for anything else.
fn listed(value: &Value) -> Option<Vec<Value>> {
    match value {
        Value::Array(all) => Some(all.clone()),
        Value::Object(_) => Some(vec![value.clone()]),
        Value::Null => Some(Vec::new()),
        _ => None,
    }
}

/// A batch of texts.
#[derive(Default)]
pub(super) struct List {
    pub messages: Vec<Value>,
    /// How many are pending, if given (with or without these).
    pub n_pending: Option<u64>,
}

/// Reads a batch; `None` if it has an unknown shape.
pub(super) fn inbound_list(body: &Value) -> Option<List> {
    let list = inside(body, "inboundSMSMessageList");
    let messages = field(list, "inboundSMSMessage");
    let count = |name: &str| text_or_number(field(list, name)).and_then(|word| word.parse().ok());
    let (n_here, n_pending) = (count("numberOfMessagesInThisBatch"), count("totalNumberOfPendingMessages"));
    let is_list = !messages.is_null()
        || !field(body, "inboundSMSMessageList").is_null()
        || n_here.is_some_and(|n: u64| n == 0);
    let messages = listed(messages).filter(|_| is_list && list.is_object())?;
    // It counts texts but lists none.
    if messages.is_empty() && n_here.is_some_and(|n| n > 0) {
        return None;
    }
    Some(List { messages, n_pending })
}

/// The ids by which texts can be deleted. Ack tokens join them by spaces.
pub(super) fn message_ids(messages: &[Value]) -> Vec<String> {
    let named = |message: &Value| text_or_number(field(message, "messageId"));
    let may_be_joined = |id: &String| !id.contains(char::is_whitespace) && segment(id).is_some();
    messages.iter().filter_map(named).filter(may_be_joined).collect()
}

/// Reads a batch, oldest first as far as it is dated.
pub(super) fn inbound_page(messages: &[Value], config: &OneApiConfig, now: UnixMs) -> Vec<InboundItem> {
    let mut seen = HashMap::new();
    let mut items: Vec<InboundItem> =
        messages.iter().map(|message| inbound(message, config, now, &mut seen)).collect();
    items.sort_by_key(|item| sent_at(item).unwrap_or(UnixMs::MIN));
    items
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

/// A notice for the operator that the list is longer than a request can read.
pub(super) fn too_many() -> InboundItem {
    let reason = "the server keeps more texts than page_limit: what stands behind them cannot be read";
    InboundItem::Unreadable { raw: "the list is full".to_owned(), reason: reason.to_owned() }
}

/// One text. `seen` counts equal texts of its batch.
pub(super) fn inbound(
    message: &Value,
    config: &OneApiConfig,
    now: UnixMs,
    seen: &mut HashMap<String, usize>,
) -> InboundItem {
    let read = || -> Result<(Option<String>, Option<UnixMs>, InboundText), &'static str> {
        let sender = text_or_number(field(message, "senderAddress")).ok_or("senderAddress is missing")?;
        let to =
            text_or_number(field(message, "destinationAddress")).unwrap_or_else(|| config.number.clone());
        let text = field(message, "message").as_str().ok_or("message is missing")?;
        let (citizen, to) = (number(&sender), number(&to));
        let dated = field(message, "dateTime").as_str().and_then(|at| time_ms(at, config.utc_offset_minutes));
        let text = MessageText::new(text);
        let sent_at = dated.unwrap_or(now);
        let text = InboundText { key: String::new(), citizen, to, text, media: Vec::new(), sent_at };
        Ok((text_or_number(field(message, "messageId")), dated, text))
    };
    let result = read().and_then(|(id, dated, text)| {
        let key = key(id, dated, &text, config.reading == Reading::Removes, now, seen)?;
        Ok(InboundText { key, ..text })
    });
    match result {
        Ok(text) => InboundItem::Text(text),
        Err(reason) => InboundItem::Unreadable { raw: message.to_string(), reason: reason.to_owned() },
    }
}

/// The server's id of a text. Without one (Orange) the key is made of content, time and the number among equal texts; where
/// reading removes, also of the time of reading.
fn key(
    id: Option<String>,
    dated: Option<UnixMs>,
    text: &InboundText,
    told_once: bool,
    now: UnixMs,
    seen: &mut HashMap<String, usize>,
) -> Result<String, &'static str> {
    if let Some(id) = id {
        return Ok(id);
    }
    let at = match (told_once, dated) {
        (true, _) => now,
        (false, Some(dated)) => dated,
        (false, None) => return Err("neither messageId nor dateTime is there to know it by"),
    };
    let mut hash = Sha256::new();
    for part in [text.citizen.reveal(), text.to.reveal(), text.text.reveal()] {
        hash.update(part);
        hash.update([0]);
    }
    hash.update(text.sent_at.to_be_bytes());
    let hash: String = hash.finalize().iter().take(12).map(|b| format!("{b:02x}")).collect();
    let nth = seen.entry(hash.clone()).or_insert(0);
    *nth += 1;
    Ok(format!("-|{at}|{hash}|{nth}"))
}

/// A time; without an offset it is the server's local time.
fn time_ms(word: &str, utc_offset_minutes: i32) -> Option<UnixMs> {
    if let Ok(timestamp) = word.parse::<jiff::Timestamp>() {
        return Some(timestamp.as_millisecond());
    }
    let as_if_utc: jiff::Timestamp = format!("{word}Z").parse().ok()?;
    Some(as_if_utc.as_millisecond() - i64::from(utc_offset_minutes) * 60_000)
}

/// `tel:+8210…` or `+8210…` as a number.
fn number(address: &str) -> PhoneNumber {
    let is_tel = address.get(..4).is_some_and(|scheme| scheme.eq_ignore_ascii_case("tel:"));
    PhoneNumber::parse(if is_tel { address.get(4..).unwrap_or_default() } else { address })
}

/// A number in this server's notation.
pub(super) fn address(number: &PhoneNumber, has_tel: bool) -> String {
    let number = number.e164().unwrap_or_else(|| number.reveal().to_owned());
    if has_tel { format!("tel:{number}") } else { number }
}

/// The body of a send: one recipient per request, because the correlator covers the request.
pub(super) fn send_body(text: &OutboundText, config: &OneApiConfig) -> Value {
    let to = json!(address(&text.citizen, config.has_tel));
    let key = text.key.as_str();
    let mut request = json!({
        "address": if config.address_is_list { json!([to]) } else { to },
        "senderAddress": address(&text.from, config.has_tel),
        "clientCorrelator": key,
    });
    let notify = config.notify_url.clone().map(|mut url| {
        if let Some(token) = &config.push_token {
            url.query_pairs_mut().append_pair("token", token.expose_secret());
        }
        url.to_string()
    });
    if let Some(name) = &config.sender_name {
        request["senderName"] = name.as_str().into();
    }
    if !config.is_wrapped {
        request["message"] = text.text.reveal().into();
        if let Some(notify) = notify {
            request["notifyURL"] = notify.into();
            request["callbackData"] = key.into();
        }
        return request;
    }
    request["outboundSMSTextMessage"] = json!({ "message": text.text.reveal() });
    if let Some(notify) = notify {
        request["receiptRequest"] = json!({ "notifyURL": notify, "callbackData": key });
    }
    json!({ "outboundSMSMessageRequest": request })
}

/// The code of an error of either kind.
pub(super) fn error_code(body: &Value) -> Option<String> {
    let error = field(body, "requestError");
    let of = |sort: &str| text_or_number(field(field(error, sort), "messageId"));
    of("serviceException").or_else(|| of("policyException"))
}

/// The server's id of an accepted text: sender and request from the address of its resource.
pub(super) fn resource(body: &Value, response: &Response) -> Option<String> {
    let reference = field(field(body, "resourceReference"), "resourceURL");
    let echoed = field(field(body, "outboundSMSMessageRequest"), "resourceURL");
    let location = response.headers.get(header::LOCATION).and_then(|location| location.to_str().ok());
    let url = reference.as_str().or(echoed.as_str()).or(location)?;
    let path = url.split(['?', '#']).next()?.trim_end_matches('/').trim_end_matches("/deliveryInfos");
    let (before, request) = path.rsplit_once("/requests/")?;
    let sender = before.rsplit('/').next().filter(|sender| !sender.is_empty())?;
    let is_name = |word: &str| !word.is_empty() && !word.contains('/');
    is_name(request).then(|| format!("{sender}/{request}"))
}

/// The path of the fate of a text. Its parts are decoded and encoded again so that they cannot lead elsewhere.
pub(super) fn deliveries_path(carrier_message_id: &str) -> Option<String> {
    let (sender, request) = carrier_message_id.split_once('/')?;
    let (sender, request) = (segment(&decoded(sender)?)?, segment(&decoded(request)?)?);
    Some(format!("/smsmessaging/outbound/{sender}/requests/{request}/deliveryInfos"))
}

/// Decodes percent escapes such as `%3A`.
fn decoded(segment: &str) -> Option<String> {
    let mut bytes = Vec::with_capacity(segment.len());
    let mut rest = segment.as_bytes();
    while let [first, tail @ ..] = rest {
        let hex = tail.get(..2).and_then(|two| std::str::from_utf8(two).ok());
        match (first, hex.and_then(|two| u8::from_str_radix(two, 16).ok())) {
            (b'%', Some(byte)) => {
                bytes.push(byte);
                rest = tail.get(2..)?;
            }
            _ => {
                bytes.push(*first);
                rest = tail;
            }
        }
    }
    String::from_utf8(bytes).ok()
}

/// The fate of the one recipient; `None` while nothing is final.
pub(super) fn receipt(body: &Value, carrier_message_id: &str) -> Option<Receipt> {
    let infos = listed(field(inside(body, "deliveryInfoList"), "deliveryInfo"))?;
    let fates: Vec<(ReceiptStatus, String)> = infos.iter().filter_map(fate).collect();
    let is_final = |fate: &&(ReceiptStatus, String)| fate.0 != ReceiptStatus::Unknown;
    let (status, code) = fates.iter().find(is_final).or_else(|| fates.first())?;
    Some(Receipt {
        carrier_message_id: carrier_message_id.to_owned(),
        client_key: None,
        status: *status,
        code: code.clone(),
        reported_at: None,
    })
}

/// The final state in one `deliveryInfo`; `None` if it is not final.
pub(super) fn fate(info: &Value) -> Option<(ReceiptStatus, String)> {
    let word = field(info, "deliveryStatus").as_str()?;
    codes::delivery(word).map(|status| (status, codes::kept(word)))
}

//! SMSGate's webhooks: `X-Signature` is the hex of HMAC-SHA256(key, body + `X-Timestamp`), signed anew for each try
//! (`PayloadSigningPlugin`). Texts and the fates of our texts are taken from them; photo messages are left to the walk,
//! where they have names to fetch their photos by. Where there is no walk, they are taken too, with what can be had of them.

use hmac::{KeyInit, Mac};
use http::Method;
use serde_json::Value;
use subtle::ConstantTimeEq;

use super::{codes, wire};
use crate::carrier::push::{PushCall, PushRefused, Pushed};
use crate::carrier::{BodyMac, lenient_json};
use crate::domain::UnixMs;
use crate::domain::inbound::InboundItem;
use crate::domain::media::MediaRef;
use crate::domain::outbound::ClientKey;
use crate::domain::receipt::{Receipt, ReceiptItem, ReceiptStatus};

/// A call signed this long ago, or ahead, is taken for somebody's repetition; the phone signs its own tries anew.
const WINDOW_MS: i64 = 300_000;

/// Judges and reads a call; `number` is ours. `is_all_we_get`: there is no list that brings photo messages.
pub(super) fn read(
    call: &PushCall<'_>,
    key: &str,
    number: &str,
    is_all_we_get: bool,
) -> Result<Pushed, PushRefused> {
    let header = |name: &str| call.headers.get(name).and_then(|value| value.to_str().ok());
    let signature = header("x-signature").ok_or(PushRefused::NotSigned)?;
    let timestamp = header("x-timestamp").ok_or(PushRefused::NotSigned)?;
    let signed = signed(key, call, timestamp).ok_or(PushRefused::NotSigned)?;
    let given = signature.to_ascii_lowercase();
    if call.method != Method::POST || !bool::from(signed.as_bytes().ct_eq(given.as_bytes())) {
        return Err(PushRefused::NotSigned);
    }
    let is_seconds = timestamp.bytes().all(|b| b.is_ascii_digit()) && timestamp.len() <= 12;
    let at = timestamp.parse::<i64>().ok().filter(|_| is_seconds).ok_or(PushRefused::NotSigned)?;
    if call.now.saturating_sub(at.saturating_mul(1_000)).saturating_abs() > WINDOW_MS {
        return Err(PushRefused::TooOld);
    }
    let body = lenient_json::read(call.body);
    let payload = &body["payload"];
    match body["event"].as_str().ok_or(PushRefused::Unreadable)? {
        "sms:received" => Ok(Pushed { texts: vec![text(payload, number)], ..Pushed::default() }),
        "mms:downloaded" if is_all_we_get => {
            Ok(Pushed { texts: vec![photo_message(payload, number)], ..Pushed::default() })
        }
        "sms:delivered" => fate(payload, ReceiptStatus::Delivered, "deliveredAt"),
        "sms:failed" => fate(payload, ReceiptStatus::Undelivered, "failedAt"),
        // `sms:sent` says nothing final; the rest is in the inbox, or is no text.
        _ => Ok(Pushed::default()),
    }
}

/// The signature over the body, before anything of it is read.
pub(super) fn mac(key: &str) -> Option<BodyMac> {
    BodyMac::new_from_slice(key.as_bytes()).ok()
}

fn signed(key: &str, call: &PushCall<'_>, timestamp: &str) -> Option<String> {
    let mut mac = match call.signed {
        Some(signed) => signed.clone(),
        None => mac(key)?.chain_update(call.body),
    };
    mac.update(timestamp.as_bytes());
    Some(mac.finalize().into_bytes().iter().map(|b| format!("{b:02x}")).collect())
}

fn time_ms(value: &Value) -> Option<UnixMs> {
    value.as_str()?.parse::<jiff::Timestamp>().ok().map(jiff::Timestamp::as_millisecond)
}

fn filled(value: &Value) -> Option<&str> {
    value.as_str().filter(|word| !word.is_empty())
}

fn text(payload: &Value, number: &str) -> InboundItem {
    item(payload, number, payload["message"].as_str().ok_or("message is missing"), Vec::new())
}

/// A photo message with its words (`MmsDownloadedPayload`). Its photos are asked for by the names the inbox would give them; a
/// server that does not hand them over makes them lost ones, of which the citizen is told.
fn photo_message(payload: &Value, number: &str) -> InboundItem {
    let words = [&payload["subject"], &payload["body"]].into_iter().filter_map(filled).collect::<Vec<_>>();
    let id = payload["messageId"].as_str().unwrap_or_default();
    let parts = payload["attachments"].as_array().map_or(&[][..], Vec::as_slice);
    let media = parts.iter().filter_map(|part| wire::attachment(id, part)).collect();
    item(payload, number, Ok(&words.join("\n")), media)
}

fn item(
    payload: &Value,
    number: &str,
    words: Result<&str, &'static str>,
    media: Vec<MediaRef>,
) -> InboundItem {
    let read = || {
        Ok::<_, &'static str>(wire::text_of(wire::Told {
            id: filled(&payload["messageId"]).ok_or("messageId is missing")?.to_owned(),
            // Older apps write `phoneNumber` only (`SmsEventPayload`, 10828c78).
            sender: filled(&payload["sender"])
                .or_else(|| filled(&payload["phoneNumber"]))
                .ok_or("sender is missing")?,
            to: filled(&payload["recipient"]).unwrap_or(number),
            words: words?,
            media,
            sent_at: time_ms(&payload["receivedAt"]).ok_or("receivedAt is not a time")?,
        }))
    };
    match read() {
        Ok(text) => InboundItem::Text(text),
        Err(reason) => InboundItem::Unreadable { raw: payload.to_string(), reason: reason.to_owned() },
    }
}

fn fate(payload: &Value, status: ReceiptStatus, at: &str) -> Result<Pushed, PushRefused> {
    let id = filled(&payload["messageId"]).ok_or(PushRefused::Unreadable)?;
    let state = if status == ReceiptStatus::Delivered { "Delivered" } else { "Failed" };
    let receipt = Receipt {
        carrier_message_id: id.to_owned(),
        client_key: ClientKey::parse(id).map(|key| key.as_str().to_owned()),
        status,
        code: codes::code(state, payload["reason"].as_str()),
        reported_at: time_ms(&payload[at]),
    };
    Ok(Pushed { receipts: vec![ReceiptItem::Receipt(receipt)], ..Pushed::default() })
}

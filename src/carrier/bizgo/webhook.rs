//! Bizgo's calls to us: one text or one report each. `X-IB-Signature` is HMAC-SHA256 of `X-IB-Timestamp` under the webhook
//! secret; the body is not signed, so that within five minutes whoever has seen a call could send another under its
//! signature: TLS and the list of the carrier's addresses keep that door. Hex or base64, as the official SDK takes both.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use hmac::{Hmac, KeyInit, Mac};
use http::{HeaderMap, Method};
use secrecy::{ExposeSecret, SecretString};
use serde_json::{Value, json};
use sha2::Sha256;
use subtle::ConstantTimeEq;

use super::wire;
use crate::carrier::lenient_json::text_or_number;
use crate::carrier::{PushAnswer, PushCall, PushRefused, Pushed, lenient_json};
use crate::domain::UnixMs;

/// A call signed longer ago, or further in the future, counts as a replay. Source: the official SDK's default.
const TOLERANCE_MS: i64 = 300_000;

/// Checks and reads one call.
pub(super) fn read(secret: Option<&SecretString>, call: &PushCall<'_>) -> Result<Pushed, PushRefused> {
    let secret = secret.ok_or(PushRefused::NotOffered)?;
    let (timestamp, signed_at) = timestamp(call.headers).ok_or(PushRefused::NotSigned)?;
    if !is_signed(secret, timestamp, call.headers) {
        return Err(PushRefused::NotSigned);
    }
    if call.now.abs_diff(signed_at) > TOLERANCE_MS.unsigned_abs() {
        return Err(PushRefused::TooOld);
    }
    let body = lenient_json::read(call.body);
    if call.method != Method::POST || !body.is_object() {
        return Err(PushRefused::Unreadable);
    }
    let mut pushed = Pushed::default();
    if body["serviceType"] == "MO" {
        pushed.texts.push(wire::inbound(&body));
    } else if text_or_number(&body["reportCode"]).is_some() {
        pushed.receipts.push(wire::receipt_item(&body));
    } else {
        return Err(PushRefused::Unreadable);
    }
    // Without its own msgKey back the carrier calls again, three times at most.
    let answer = match &body["msgKey"] {
        Value::Null => json!({}),
        key => json!({ "msgKey": key }),
    };
    pushed.answer = PushAnswer { body: answer.to_string(), ..PushAnswer::default() };
    Ok(pushed)
}

/// The word that is signed, and the moment it stands for: milliseconds, or seconds where it is shorter.
fn timestamp(headers: &HeaderMap) -> Option<(&str, UnixMs)> {
    let word = headers.get("x-ib-timestamp")?.to_str().ok()?;
    let is_time = (1..=16).contains(&word.len()) && word.bytes().all(|b| b.is_ascii_digit());
    let number: i64 = word.parse().ok().filter(|_| is_time)?;
    Some((word, if word.len() >= 13 { number } else { number.saturating_mul(1_000) }))
}

fn is_signed(secret: &SecretString, timestamp: &str, headers: &HeaderMap) -> bool {
    let given =
        headers.get("x-ib-signature").and_then(|value| value.to_str().ok()).unwrap_or_default().trim();
    let secret = secret.expose_secret().as_bytes();
    // A key of any length is one; an empty one is none.
    let Ok(mut mac) = Hmac::<Sha256>::new_from_slice(secret) else {
        return false;
    };
    mac.update(timestamp.as_bytes());
    let digest = mac.finalize().into_bytes();
    let hex: String = digest.iter().map(|b| format!("{b:02x}")).collect();
    let as_hex = given.to_ascii_lowercase().as_bytes().ct_eq(hex.as_bytes());
    let as_base64 = STANDARD.decode(given).unwrap_or_default().ct_eq(&digest[..]);
    bool::from(as_hex | as_base64) && !secret.is_empty()
}

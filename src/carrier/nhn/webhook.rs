//! NHN's calls to us, with results. `X-Toast-Webhook-Signature` is a fixed word from its console, so that whoever has seen
//! one call could send others: TLS keeps that door, and receipts only ever move a text forward. Source: NHN's document of
//! webhooks (2026-06).

use http::Method;
use secrecy::{ExposeSecret, SecretString};
use subtle::ConstantTimeEq;

use super::wire;
use crate::carrier::{PushCall, PushRefused, Pushed, lenient_json};

/// Judges and reads one call.
pub(super) fn read(word: Option<&SecretString>, call: &PushCall<'_>) -> Result<Pushed, PushRefused> {
    let word = word.ok_or(PushRefused::NotOffered)?.expose_secret();
    let given =
        call.headers.get("x-toast-webhook-signature").map(|value| value.as_bytes()).unwrap_or_default();
    if word.is_empty() || !bool::from(given.ct_eq(word.as_bytes())) {
        return Err(PushRefused::NotSigned);
    }
    let body = lenient_json::read(call.body);
    let hooks = body["hooks"].as_array().filter(|_| call.method == Method::POST);
    let hooks = hooks.ok_or(PushRefused::Unreadable)?;
    let status = match body["event"].as_str() {
        Some("MESSAGE_RESULT_UPDATE") => "messageStatus",
        Some("INTERNATIONAL_DELIVERY_RECEIPT") => "dlrStatus",
        // About numbers that want no advertising, and about countries: nothing of ours.
        Some("UNSUBSCRIBE" | "CONVERSION_BLOCK") => return Ok(Pushed::default()),
        _ => return Err(PushRefused::Unreadable),
    };
    Ok(Pushed { receipts: hooks.iter().map(|hook| wire::hook(hook, status)).collect(), ..Pushed::default() })
}

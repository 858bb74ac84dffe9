//! SOLAPI's calls to us, with reports of texts. `X-Solapi-Secret` is the SHA-1 of the webhook's secret, the same each time,
//! so that whoever has seen one call could send others: TLS keeps that door, and receipts only ever move a text forward.
//! The header is not in the documents at hand but in programs that run with it; the shape of the body is the SDK's
//! (PyPI 5.0.3, `SingleReportPayload`).

use http::Method;
use secrecy::{ExposeSecret, SecretString};
use sha1::{Digest, Sha1};
use subtle::ConstantTimeEq;

use super::{auth, wire};
use crate::carrier::lenient_json::text_or_number;
use crate::carrier::{PushCall, PushRefused, Pushed, lenient_json};

/// Judges and reads one call.
pub(super) fn read(secret: Option<&SecretString>, call: &PushCall<'_>) -> Result<Pushed, PushRefused> {
    let secret = secret.ok_or(PushRefused::NotOffered)?.expose_secret();
    let given = call.headers.get("x-solapi-secret").and_then(|value| value.to_str().ok()).unwrap_or_default();
    let expected = auth::hex(&Sha1::digest(secret.as_bytes()));
    let is_right = given.trim().to_ascii_lowercase().as_bytes().ct_eq(expected.as_bytes());
    if secret.is_empty() || !bool::from(is_right) {
        return Err(PushRefused::NotSigned);
    }
    let body = lenient_json::read(call.body);
    let events = body.as_array().filter(|_| call.method == Method::POST).ok_or(PushRefused::Unreadable)?;
    let mut pushed = Pushed::default();
    for event in events {
        let data = &event["data"];
        // A report of a group counts texts and names none.
        if data["count"].is_object() && data["messageId"].is_null() {
            continue;
        }
        let name = text_or_number(&data["messageId"]);
        let item = if data.is_object() { data } else { event };
        pushed.receipts.extend(wire::result(name.as_deref(), item));
    }
    Ok(pushed)
}

//! The signature of every request: HMAC-SHA256 of the time and a salt under the API secret. SOLAPI takes each once, within
//! a quarter of an hour: a request that leaves again is signed again.

use hmac::{Hmac, KeyInit, Mac};
use http::HeaderValue;
use secrecy::ExposeSecret;
use sha2::Sha256;

use super::SolapiConfig;
use crate::carrier::credentials::secret_header;
use crate::carrier::{CarrierError, ErrorKind, Result};
use crate::domain::UnixMs;

/// The `Authorization` of a request that leaves now.
pub(super) fn header(config: &SolapiConfig, now: UnixMs, salt: &[u8; 16]) -> Result<HeaderValue> {
    let (key, secret) = (config.api_key.expose_secret(), config.api_secret.expose_secret());
    let (date, salt) = (iso(now), hex(salt));
    let signature = signature(secret, &date, &salt)
        .ok_or_else(|| CarrierError::new(ErrorKind::Config, "the API secret is none"))?;
    secret_header(&format!("HMAC-SHA256 apiKey={key}, date={date}, salt={salt}, signature={signature}"))
}

/// Hex; `None` for a secret that can't sign.
fn signature(secret: &str, date: &str, salt: &str) -> Option<String> {
    let mut mac = Hmac::<Sha256>::new_from_slice(secret.as_bytes()).ok().filter(|_| !secret.is_empty())?;
    mac.update(date.as_bytes());
    mac.update(salt.as_bytes());
    Some(hex(&mac.finalize().into_bytes()))
}

/// `2026-07-01T00:00:00Z`, as the official clients write it: whole seconds, rounded down.
pub(super) fn iso(at: UnixMs) -> String {
    let at = jiff::Timestamp::from_millisecond(at).unwrap_or(jiff::Timestamp::UNIX_EPOCH);
    at.strftime("%Y-%m-%dT%H:%M:%SZ").to_string()
}

pub(super) fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|b| format!("{b:02x}")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Made by the official SDK's own function (PyPI solapi 5.0.3, `Authenticator.get_signature`).
    #[test]
    fn the_signature_is_the_sdks() {
        let made = signature(
            "secretsecretsecretsecretsecretse",
            "2026-07-01T09:00:00.000+09:00",
            "0123456789abcdef0123456789abcdef",
        );
        let expected = "278a5658c665ad0bda37e0498a4ed3754a96e9264c0c12be3aca1f6e89d967fc";
        assert_eq!(made.as_deref(), Some(expected));
        assert_eq!(signature("", "x", "y"), None);
    }

    #[test]
    fn times_are_iso_8601() {
        assert_eq!(iso(1_782_864_000_123), "2026-07-01T00:00:00Z");
    }
}

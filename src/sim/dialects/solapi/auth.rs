//! `Authorization: HMAC-SHA256 apiKey=…, date=…, salt=…, signature=…`. Source: SOLAPI's document of authentication.

use bytes::Bytes;
use hmac::{Hmac, KeyInit, Mac};
use http::{Request, header};
use sha2::Sha256;

use super::reads::TIMES;
use crate::sim::core::Core;
use crate::sim::dialects::shapes::time_ms;

/// The Python client signs with microseconds, and nothing else of it has them.
const PYTHON: &str = "0000-00-00T00:00:00.000000~00:00";
const WINDOW_MS: i64 = 15 * 60_000;

/// Checks a request; the error is the code of the refusal. Each accepted signature is valid once.
pub(super) fn check(core: &mut Core<'_>, request: &Request<Bytes>) -> Result<(), &'static str> {
    let said = request.headers().get(header::AUTHORIZATION).and_then(|value| value.to_str().ok());
    let said = said.and_then(|said| said.strip_prefix("HMAC-SHA256 ")).ok_or("InvalidAPIKey")?;
    let part = |name: &str| {
        let mut parts = said.split(',').filter_map(|part| part.trim().split_once('='));
        parts.find(|(n, _)| n.eq_ignore_ascii_case(name)).map_or("", |(_, value)| value)
    };
    let (date, salt, signature) = (part("date"), part("salt"), part("signature"));
    if part("apiKey") != core.options.api_key {
        return Err("InvalidAPIKey");
    }
    if !(12..=64).contains(&salt.len()) || signature != signed(&core.options.api_secret, date, salt) {
        return Err("SignatureDoesNotMatch");
    }
    let at = time_ms(date, &TIMES).or_else(|| time_ms(date, &[PYTHON])).ok_or("RequestTimeTooSkewed")?;
    if (core.dated_now() - at).abs() > WINDOW_MS {
        return Err("RequestTimeTooSkewed");
    }
    if core.first_use(signature) { Ok(()) } else { Err("DuplicatedSignature") }
}

fn signed(secret: &str, date: &str, salt: &str) -> String {
    let Ok(mut mac) = Hmac::<Sha256>::new_from_slice(secret.as_bytes()) else {
        return String::new();
    };
    mac.update(date.as_bytes());
    mac.update(salt.as_bytes());
    mac.finalize().into_bytes().iter().map(|b| format!("{b:02x}")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn signed_as_the_official_sdk_signs() {
        let salt = "0123456789abcdef0123456789abcdef";
        let made = signed("secretsecretsecretsecretsecretse", "2026-07-01T09:00:00.000+09:00", salt);
        assert_eq!(made, "278a5658c665ad0bda37e0498a4ed3754a96e9264c0c12be3aca1f6e89d967fc");
    }
}

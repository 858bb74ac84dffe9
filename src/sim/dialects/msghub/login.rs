//! Tokens: `apiPwd = b64(SHA512(b64(SHA512(password)) + "." + word))`, where `word` is the end of the path. A token is
//! valid for an hour, its refresh token for twenty-five.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use http::{Request, header};
use serde_json::{Value, json};
use sha2::{Digest, Sha512};

use super::answer::{BAD_SHAPE, BAD_VALUE, MISSING, ok};
use crate::sim::answer::Answer;
use crate::sim::core::Core;
use crate::sim::dialects::fields::{object, word};

pub(super) const TOKEN: &str = "token";
const REFRESH: &str = "refresh";
const HOUR_MS: i64 = 3_600_000;
/// Codes for a wrong key, a wrong password and a missing header.
const NO_KEY: &str = "20000";
const NO_PASSWORD: &str = "20002";
const NO_HEADER: &str = "20004";

/// `Authorization: Bearer`, once.
pub(super) fn bearer(request: &Request<Bytes>) -> Option<&str> {
    let mut said = request.headers().get_all(header::AUTHORIZATION).iter();
    let token = said.next()?.to_str().ok()?.strip_prefix("Bearer ")?;
    said.next().is_none().then_some(token)
}

/// `POST /auth/v1/{word}`
pub(super) fn log_in(core: &mut Core<'_>, salt: &str, body: &[u8]) -> Result<Answer, &'static str> {
    let is_word = salt.len() <= 20 && salt.bytes().all(|b| b.is_ascii_alphanumeric() || b"-_".contains(&b));
    if !is_word {
        return Err(BAD_VALUE);
    }
    let body: Value = serde_json::from_slice(body).map_err(|_| BAD_SHAPE)?;
    let root = object(&body, &["apiKey", "apiPwd"]).map_err(|_| BAD_VALUE)?;
    let (key, password) =
        (word(root, "apiKey").map_err(|_| MISSING)?, word(root, "apiPwd").map_err(|_| MISSING)?);
    if key != core.options.api_key {
        return Err(NO_KEY);
    }
    if password != hashed(&core.options.api_secret, salt) {
        return Err(NO_PASSWORD);
    }
    let token = core.issue_token(TOKEN, HOUR_MS);
    let refresh = core.issue_token(REFRESH, 25 * HOUR_MS);
    Ok(ok(&json!({ "token": token, "refreshToken": refresh })))
}

/// `PUT /auth/v1/refresh`: no new refresh token comes with it.
pub(super) fn renew(core: &mut Core<'_>, request: &Request<Bytes>) -> Result<Answer, &'static str> {
    let holds = bearer(request).is_some_and(|refresh| core.has_token(REFRESH, refresh));
    if !holds {
        return Err(NO_HEADER);
    }
    Ok(ok(&json!({ "token": core.issue_token(TOKEN, HOUR_MS) })))
}

pub(super) fn hashed(password: &str, salt: &str) -> String {
    let hash = |word: &str| STANDARD.encode(Sha512::digest(word.as_bytes()));
    hash(&format!("{}.{salt}", hash(password)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hashed_by_the_rule_of_the_official_sample() {
        let expected =
            "p3VaycYZhSC6kkULPNJAeLb0QKn0JzDc1Y52cPamZUYz8ehqscAtNJpwJkvMruWPE3VJN/ervcbC5QfsV79K8g==";
        assert_eq!(hashed("password1!", "abc123"), expected);
    }
}

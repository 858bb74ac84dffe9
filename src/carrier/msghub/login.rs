//! The token every request needs: good for an hour and renewed ten minutes before, by the refresh token (a day) while that
//! holds, else by a new log-in. The password never travels: what does is its hash, hashed with a word of our choice.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use http::{Method, header};
use secrecy::ExposeSecret;
use serde_json::{Value, json};
use sha2::{Digest, Sha512};
use tokio::sync::Mutex;

use super::{MsghubConfig, codes, refusal, wire};
use crate::carrier::credentials::secret_header;
use crate::carrier::error::no_answer;
use crate::carrier::http::{Http, Request};
use crate::carrier::{CarrierError, ErrorKind, Result, lenient_json};
use crate::domain::UnixMs;

const TOKEN_MS: i64 = 50 * 60 * 1000;
const REFRESH_MS: i64 = 24 * 60 * 60 * 1000;

#[derive(Default)]
pub(super) struct Login(Mutex<Option<Tokens>>);

struct Tokens {
    token: String,
    until: UnixMs,
    refresh: Option<(String, UnixMs)>,
}

impl Login {
    /// A valid token. Concurrent callers wait for the same one. An error means that nothing was sent.
    pub(super) async fn token(&self, http: &Http, config: &MsghubConfig, now: UnixMs) -> Result<String> {
        let mut kept = self.0.lock().await;
        // After the clock is set back, a new one is made.
        let holds = |until: UnixMs, ms: i64| until > now && until - now <= ms;
        if let Some(tokens) = kept.as_ref().filter(|tokens| holds(tokens.until, TOKEN_MS)) {
            return Ok(tokens.token.clone());
        }
        let refresh =
            kept.take().and_then(|tokens| tokens.refresh).filter(|(_, until)| holds(*until, REFRESH_MS));
        let renewed = match refresh {
            Some((word, until)) => {
                renew(http, &word, now).await.ok().map(|t| Tokens { refresh: Some((word, until)), ..t })
            }
            None => None,
        };
        let tokens = match renewed {
            Some(tokens) => tokens,
            None => log_in(http, config, now).await.map_err(not_sent)?,
        };
        let token = tokens.token.clone();
        *kept = Some(tokens);
        Ok(token)
    }

    /// Forgets a token that the carrier refused.
    pub(super) async fn forget(&self, token: &str) {
        self.0.lock().await.take_if(|tokens| tokens.token == token);
    }
}

/// Nothing else leaves before the login, so its errors mean that nothing was sent.
fn not_sent(error: CarrierError) -> CarrierError {
    match error.kind {
        ErrorKind::Ambiguous | ErrorKind::Transient | ErrorKind::Protocol => {
            CarrierError { kind: ErrorKind::NotSent, ..error }
        }
        // The request holds only key, password and address.
        ErrorKind::Permanent => CarrierError { kind: ErrorKind::Auth, ..error },
        _ => error,
    }
}

async fn log_in(http: &Http, config: &MsghubConfig, now: UnixMs) -> Result<Tokens> {
    let salt: String = rand::random::<[u8; 8]>().iter().map(|b| format!("{b:02x}")).collect();
    let body = json!({
        "apiKey": config.api_key.expose_secret(),
        "apiPwd": hashed(config.password.expose_secret(), &salt),
    });
    ask(http, Request::new(Method::POST, format!("/auth/v1/{salt}")).json(body), now).await
}

async fn renew(http: &Http, refresh: &str, now: UnixMs) -> Result<Tokens> {
    let bearer = secret_header(&format!("Bearer {refresh}"))?;
    let request = Request::new(Method::PUT, "/auth/v1/refresh").header(header::AUTHORIZATION, bearer);
    ask(http, request, now).await
}

async fn ask(http: &Http, request: Request, now: UnixMs) -> Result<Tokens> {
    let response = http.call(request).await.map_err(|f| no_answer(&f, ErrorKind::Transient))?;
    let body = lenient_json::read(&response.body);
    let word = |value: &Value| value.as_str().filter(|word| !word.is_empty()).map(str::to_owned);
    let is_good = response.status.is_success() && wire::code(&body).as_deref() == Some(codes::OK);
    match word(&body["data"]["token"]).filter(|_| is_good) {
        Some(token) => Ok(Tokens {
            token,
            until: now + TOKEN_MS,
            refresh: word(&body["data"]["refreshToken"]).map(|refresh| (refresh, now + REFRESH_MS)),
        }),
        None => Err(refusal(&response, &body)),
    }
}

/// `b64(SHA512(b64(SHA512(password)) + "." + salt))`
fn hashed(password: &str, salt: &str) -> String {
    let hash = |word: &str| STANDARD.encode(Sha512::digest(word.as_bytes()));
    hash(&format!("{}.{salt}", hash(password)))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// By the rule of the official sample.
    #[test]
    fn the_password_does_not_travel() {
        let expected =
            "p3VaycYZhSC6kkULPNJAeLb0QKn0JzDc1Y52cPamZUYz8ehqscAtNJpwJkvMruWPE3VJN/ervcbC5QfsV79K8g==";
        assert_eq!(hashed("password1!", "abc123"), expected);
    }
}

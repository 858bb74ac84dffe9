//! The operator's webhook: each call is signed with its time.

use std::time::Duration;

use hmac::{Hmac, KeyInit, Mac};
use secrecy::ExposeSecret;
use sha2::Sha256;

use super::AlarmWays;
use crate::ops::causes::innermost;

/// How long a webhook may take.
const PATIENCE: Duration = Duration::from_secs(10);

pub(super) async fn post(ways: &AlarmWays, id: i64, body: &str) -> Result<(), String> {
    let Some((url, secret)) = &ways.webhook else {
        return Ok(());
    };
    let seconds = jiff::Timestamp::now().as_second().to_string();
    let signature = signature(secret.expose_secret(), &seconds, body).ok_or("the secret is none")?;
    let client = reqwest::Client::builder()
        .timeout(PATIENCE)
        .redirect(reqwest::redirect::Policy::none())
        .build()
        .map_err(|error| why(&error))?;
    let request = client
        .post(url.clone())
        .header("content-type", "application/json")
        .header("munja-alarm-id", id.to_string())
        .header("munja-time", &seconds)
        .header("munja-signature", format!("sha256={signature}"))
        .body(body.to_owned());
    let answer = request.send().await.map_err(|error| why(&error))?;
    let status = answer.status();
    if status.is_success() { Ok(()) } else { Err(format!("the webhook answered {status}")) }
}

/// Why no answer came. The address is left out: it may hold a secret.
fn why(error: &reqwest::Error) -> String {
    match error.is_timeout() {
        true => format!("no answer within {} s", PATIENCE.as_secs()),
        false => innermost(error),
    }
}

/// HMAC-SHA256 of the time, a dot and the body, in hexadecimal digits; `None` for a secret that cannot sign.
fn signature(secret: &str, seconds: &str, body: &str) -> Option<String> {
    let mut mac = Hmac::<Sha256>::new_from_slice(secret.as_bytes()).ok().filter(|_| !secret.is_empty())?;
    mac.update(seconds.as_bytes());
    mac.update(b".");
    mac.update(body.as_bytes());
    Some(mac.finalize().into_bytes().iter().map(|byte| format!("{byte:02x}")).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Made with: printf '1782864000.{"alarm":"test"}' | openssl dgst -sha256 -hmac secretsecretsecret
    #[test]
    fn the_signature_is_that_of_openssl() {
        let made = signature("secretsecretsecret", "1782864000", r#"{"alarm":"test"}"#);
        assert_eq!(made.as_deref(), Some("a86607ac1135e4c9fad8004b9afd7f1af00344daefb7a0b932d3b5a5e582586c"));
        assert_eq!(signature("", "1", "{}"), None);
    }

    /// An address on this machine where nothing listens, and a name that nobody has: both say what is wrong, and not the address.
    #[tokio::test]
    async fn what_fails_names_its_cause_and_not_the_secret_in_the_address() {
        drop(rustls::crypto::aws_lc_rs::default_provider().install_default());
        let taken = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        let port = taken.local_addr().unwrap().port();
        drop(taken);
        let url = format!("http://127.0.0.1:{port}/hook?key=SECRET-KEY").parse().unwrap();
        let ways = AlarmWays { webhook: Some((url, "s".to_owned().into())), ..AlarmWays::default() };
        let said = post(&ways, 1, "{}").await.unwrap_err();
        assert!(said.contains("refused") && !said.contains("SECRET-KEY"), "{said}");
    }
}

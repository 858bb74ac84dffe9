//! Twilio's signature of a call: HMAC of the address they were told and of every field with its value, sorted, in
//! `X-Twilio-Signature`. With `X-Twilio-Webhooks-Signature-Settings: key=..,algorithm=HMAC_SHA256` a shared key signs;
//! without it the auth token does, with SHA-1. The rules are those of the official validator (PyPI twilio 9.13.0,
//! `RequestValidator`), which takes the address with its port and without, because Twilio signs either.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use hmac::{Hmac, KeyInit, Mac};
use http::HeaderMap;
use secrecy::{ExposeSecret, SecretString};
use sha1::Sha1;
use sha2::Sha256;
use subtle::{Choice, ConstantTimeEq};
use url::Url;

/// The fields of a call.
pub(super) type Fields = Vec<(String, String)>;

/// Secrets that sign Twilio's calls.
#[derive(Debug, Clone, Copy)]
pub(super) struct Secrets<'a> {
    pub auth_token: Option<&'a SecretString>,
    /// Signs calls that name a shared key.
    pub shared_key: Option<&'a SecretString>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Algorithm {
    Sha1,
    Sha256,
}

/// Whether Twilio signed a call with these fields to this address; the fields are sorted, each pair once.
pub(super) fn is_signed(secrets: Secrets<'_>, headers: &HeaderMap, url: &Url, fields: &Fields) -> bool {
    let header = |name: &str| headers.get(name).and_then(|value| value.to_str().ok());
    let settings = header("x-twilio-webhooks-signature-settings");
    let secret = match settings {
        Some(_) => secrets.shared_key,
        None => secrets.auth_token,
    };
    let (Some(given), Some(secret), Some(algorithm)) =
        (header("x-twilio-signature"), secret, algorithm(settings))
    else {
        return false;
    };
    let matches = |url: &str| match signature(secret.expose_secret(), algorithm, url, fields) {
        Some(signed) => signed.as_bytes().ct_eq(given.trim().as_bytes()),
        None => Choice::from(0),
    };
    let [bare, with_port] = both_forms(url);
    bool::from(matches(&bare) | matches(&with_port))
}

/// The algorithm that the header names; SHA-1 if it names none, `None` for one we do not know.
fn algorithm(settings: Option<&str>) -> Option<Algorithm> {
    let named = settings.unwrap_or_default().split(',').find_map(|part| {
        let (name, value) = part.split_once('=')?;
        Some(value.trim()).filter(|value| name.trim() == "algorithm" && !value.is_empty())
    });
    match named.map(str::to_ascii_uppercase).as_deref() {
        None | Some("HMAC_SHA1") => Some(Algorithm::Sha1),
        Some("HMAC_SHA256") => Some(Algorithm::Sha256),
        Some(_) => None,
    }
}

/// The address without its port, and with it (443 or 80 if it has none).
fn both_forms(url: &Url) -> [String; 2] {
    let host = url.host_str().unwrap_or_default();
    let form = |place: String| {
        let query = url.query().map_or_else(String::new, |query| format!("?{query}"));
        format!("{}://{place}{}{query}", url.scheme(), url.path())
    };
    let port = url.port_or_known_default().map_or_else(String::new, |port| format!(":{port}"));
    [form(host.to_owned()), form(format!("{host}{port}"))]
}

/// Base64; `None` without a secret.
fn signature(secret: &str, algorithm: Algorithm, url: &str, fields: &Fields) -> Option<String> {
    match algorithm {
        Algorithm::Sha1 => signed::<Hmac<Sha1>>(secret, url, fields),
        Algorithm::Sha256 => signed::<Hmac<Sha256>>(secret, url, fields),
    }
}

fn signed<M: Mac + KeyInit>(secret: &str, url: &str, fields: &Fields) -> Option<String> {
    let mut mac = <M as KeyInit>::new_from_slice(secret.as_bytes()).ok().filter(|_| !secret.is_empty())?;
    mac.update(url.as_bytes());
    for (name, value) in fields {
        mac.update(name.as_bytes());
        mac.update(value.as_bytes());
    }
    Some(STANDARD.encode(mac.finalize().into_bytes()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fields(pairs: &[(&str, &str)]) -> Fields {
        let mut fields: Fields = pairs.iter().map(|(k, v)| ((*k).to_owned(), (*v).to_owned())).collect();
        fields.sort();
        fields
    }

    fn text() -> Fields {
        let sid = format!("SM{}", "0".repeat(32));
        fields(&[
            ("MessageSid", &sid),
            ("From", "+821012345678"),
            ("To", "+15551234567"),
            ("Body", "안녕하세요"),
            ("NumMedia", "0"),
        ])
    }

    /// From the official SDK's tests, and made with it (PyPI twilio 9.13.0, `RequestValidator.compute_signature`).
    #[test]
    fn signed_as_the_official_sdk_signs() {
        let voice = fields(&[
            ("CallSid", "CA1234567890ABCDE"),
            ("Caller", "+14158675309"),
            ("Digits", "1234"),
            ("From", "+14158675309"),
            ("To", "+18005551212"),
        ]);
        let made = signature("12345", Algorithm::Sha1, "https://mycompany.com/myapp.php?foo=1&bar=2", &voice);
        assert_eq!(made.as_deref(), Some("RSOYDt4T1cUTdK1PDd93/VVr8B8="));
        let made = signature("12345", Algorithm::Sha1, "https://gw.example.kr/twilio/mo", &text());
        assert_eq!(made.as_deref(), Some("ECUbkJOl0SkBQuxUU+zFa5GKKpc="));
        assert_eq!(signature("", Algorithm::Sha1, "https://x", &text()), None);
    }

    /// Signature, address that was signed, settings; then what `RequestValidator.validate` says at our address without a
    /// port and at the one with port 8443.
    const VECTORS: [(&str, &str, (bool, bool)); 8] = [
        ("iV5/hqS3mlV6K5jk8ZeZgMD26PQ=", "", (true, true)),
        ("gHqwioIynJpQ3bJ5oy8J6j+I54k=", "", (true, false)),
        ("DWnIkd67FzZlYjeFwsQYusjLoi8=", "", (false, true)),
        ("4hQcVjS09Hl2nDZsnkCrwNPqJAk=", "", (false, false)),
        ("hkFWNO7w2/NuRApEI0LplzjPx5WAX5PDgP0xTXqf5j8=", SHARED, (true, true)),
        ("HhUq7gt14IgXIeBW9qsjXgt7raNmJk1fsnzlg9pC5ac=", SHARED, (true, false)),
        ("91H6HWVHxrjIngAJHkOoiltEN5mgu0ccwLpCYINOf7w=", SHARED, (false, true)),
        ("PNMRCVQReUWXI1FEfZF3y6um1PbPVYk8pN3VFU3r5/g=", SHARED, (false, false)),
    ];
    const SHARED: &str = "key=webhooks_sharedkey_1,algorithm=HMAC_SHA256";

    fn called(signature: &str, settings: &str, url: &str) -> bool {
        let (token, key) = (SecretString::from("12345"), SecretString::from("shared-secret"));
        let secrets = Secrets { auth_token: Some(&token), shared_key: Some(&key) };
        let mut headers = HeaderMap::new();
        headers.insert("x-twilio-signature", signature.parse().unwrap());
        if !settings.is_empty() {
            headers.insert("x-twilio-webhooks-signature-settings", settings.parse().unwrap());
        }
        is_signed(secrets, &headers, &Url::parse(url).unwrap(), &text())
    }

    /// All of them made by the official validator.
    #[test]
    fn taken_as_the_official_validator_takes_them() {
        for (signature, settings, (bare, with_port)) in VECTORS {
            let urls = ["https://gw.example.kr/push/twilio", "https://gw.example.kr:8443/push/twilio"];
            let said = urls.map(|url| called(signature, settings, url));
            assert_eq!(said, [bare, with_port], "{signature}");
        }
    }

    #[test]
    fn a_key_signs_only_its_own_calls() {
        let url = "https://gw.example.kr/push/twilio";
        for (signature, settings) in [
            (VECTORS[0].0, SHARED),
            (VECTORS[4].0, ""),
            (VECTORS[4].0, "key=webhooks_sharedkey_1"),
            (VECTORS[4].0, "key=webhooks_sharedkey_1,algorithm=HMAC_MD5"),
            ("", ""),
        ] {
            assert!(!called(signature, settings, url), "{signature} {settings}");
        }
        assert!(called(VECTORS[4].0, "algorithm = hmac_sha256 , key=x", url), "in any order and case");
    }
}

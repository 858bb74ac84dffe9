//! Twilio's calls to us: a text or the fate of one, as a form. `X-Twilio-Signature` is HMAC-SHA1 under the auth token of
//! the address they were told and every field with its value, sorted. It holds no time: a call that somebody repeats
//! changes nothing, because each text and each fate is kept once.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use hmac::{Hmac, KeyInit, Mac};
use http::Method;
use secrecy::{ExposeSecret, SecretString};
use sha1::Sha1;
use subtle::ConstantTimeEq;
use url::form_urlencoded;

use super::{codes, wire};
use crate::carrier::{PushAnswer, PushCall, PushRefused, Pushed};
use crate::domain::UnixMs;
use crate::domain::inbound::{InboundItem, InboundText};
use crate::domain::phone::PhoneNumber;
use crate::domain::receipt::{Receipt, ReceiptItem};
use crate::domain::text::MessageText;

/// Nothing to be said back by text: answers leave by themselves.
const SILENCE: &str = r#"<?xml version="1.0" encoding="UTF-8"?><Response></Response>"#;

type Fields = Vec<(String, String)>;

/// Judges and reads one call.
pub(super) fn read(
    token: Option<&SecretString>,
    account: &str,
    call: &PushCall<'_>,
) -> Result<Pushed, PushRefused> {
    let token = token.ok_or(PushRefused::NotOffered)?;
    let mut fields: Fields = form_urlencoded::parse(call.body)
        .map(|(name, value)| (name.into_owned(), value.into_owned()))
        .collect();
    fields.sort();
    fields.dedup();
    let given = call.headers.get("x-twilio-signature").and_then(|value| value.to_str().ok());
    let given = given.ok_or(PushRefused::NotSigned)?;
    let signed = signature(token, call.url.as_str(), &fields).ok_or(PushRefused::NotSigned)?;
    if call.method != Method::POST || !bool::from(signed.as_bytes().ct_eq(given.trim().as_bytes())) {
        return Err(PushRefused::NotSigned);
    }
    let field = |name: &str| fields.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str());
    let sid = field("MessageSid").filter(|sid| wire::is_sid(sid)).ok_or(PushRefused::Unreadable)?;
    if field("AccountSid").is_some_and(|said| said != account) {
        return Err(PushRefused::Unreadable);
    }
    match field("MessageStatus").or(field("SmsStatus")) {
        // A text carries words, the fate of one does not.
        Some("received" | "receiving") | None if field("Body").is_some() => {
            let text = text(sid, field, call.now);
            let answer =
                PushAnswer { content_type: "text/xml", body: SILENCE.to_owned(), ..PushAnswer::default() };
            Ok(Pushed { texts: vec![text], answer, ..Pushed::default() })
        }
        Some(status) => {
            let receipts = fate(sid, status, field("ErrorCode")).into_iter().collect();
            Ok(Pushed { receipts, ..Pushed::default() })
        }
        None => Err(PushRefused::Unreadable),
    }
}

/// Base64; `None` for a token that can't sign.
fn signature(token: &SecretString, url: &str, fields: &Fields) -> Option<String> {
    let token = token.expose_secret();
    let mut mac = Hmac::<Sha1>::new_from_slice(token.as_bytes()).ok().filter(|_| !token.is_empty())?;
    mac.update(url.as_bytes());
    for (name, value) in fields {
        mac.update(name.as_bytes());
        mac.update(value.as_bytes());
    }
    Some(STANDARD.encode(mac.finalize().into_bytes()))
}

/// The call does not say when the text was sent: it comes within seconds.
fn text<'f>(sid: &str, field: impl Fn(&str) -> Option<&'f str>, now: UnixMs) -> InboundItem {
    let n_media = field("NumMedia").and_then(|n| n.parse().ok()).unwrap_or(0);
    match (field("From"), field("To")) {
        (Some(from), Some(to)) => InboundItem::Text(InboundText {
            key: sid.to_owned(),
            citizen: PhoneNumber::parse(from),
            to: PhoneNumber::parse(to),
            text: MessageText::new(field("Body").unwrap_or_default()),
            media: wire::media(sid, n_media),
            sent_at: now,
        }),
        _ => InboundItem::Unreadable {
            raw: format!("MessageSid={sid}"),
            reason: "From or To is missing".to_owned(),
        },
    }
}

/// `None` while the text is on its way.
fn fate(sid: &str, status: &str, error: Option<&str>) -> Option<ReceiptItem> {
    let error = error.and_then(|code| wire::code(&code.into()));
    Some(ReceiptItem::Receipt(Receipt {
        carrier_message_id: sid.to_owned(),
        client_key: None,
        status: codes::receipt(status)?,
        code: error.unwrap_or_else(|| codes::loggable(status)),
        reported_at: None,
    }))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// From the official SDK's tests, and made with it (PyPI twilio 9.13.0, `RequestValidator.compute_signature`).
    #[test]
    fn signed_as_the_official_sdk_signs() {
        let token = SecretString::from("12345");
        let fields = |pairs: &[(&str, &str)]| {
            let mut fields: Fields = pairs.iter().map(|(k, v)| ((*k).to_owned(), (*v).to_owned())).collect();
            fields.sort();
            fields
        };
        let voice = fields(&[
            ("CallSid", "CA1234567890ABCDE"),
            ("Caller", "+14158675309"),
            ("Digits", "1234"),
            ("From", "+14158675309"),
            ("To", "+18005551212"),
        ]);
        let made = signature(&token, "https://mycompany.com/myapp.php?foo=1&bar=2", &voice);
        assert_eq!(made.as_deref(), Some("RSOYDt4T1cUTdK1PDd93/VVr8B8="));
        let sid = format!("SM{}", "0".repeat(32));
        let text = fields(&[
            ("MessageSid", &sid),
            ("From", "+821012345678"),
            ("To", "+15551234567"),
            ("Body", "안녕하세요"),
            ("NumMedia", "0"),
        ]);
        let made = signature(&token, "https://gw.example.kr/twilio/mo", &text);
        assert_eq!(made.as_deref(), Some("ECUbkJOl0SkBQuxUU+zFa5GKKpc="));
        assert_eq!(signature(&SecretString::from(""), "https://x", &text), None);
    }
}

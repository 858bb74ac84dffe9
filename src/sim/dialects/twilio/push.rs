//! Twilio's calls to the gateway: a form, and in `X-Twilio-Signature` the HMAC-SHA1, under the auth token, of the
//! address and each field with its value, sorted by name. One address stands for the number's webhook and for
//! `StatusCallback`. A call that is not accepted is not repeated.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use hmac::{Hmac, KeyInit, Mac};
use http::Method;
use sha1::Sha1;
use url::form_urlencoded;

use super::{items, reads};
use crate::sim::core::Core;
use crate::sim::core::record::Pushed;
use crate::sim::dialect::Push;
use crate::sim::dialects::numbers::e164;
use crate::sim::dialects::segments::n_segments;

type Fields = Vec<(String, String)>;

/// `None` if no webhook is set.
pub(super) fn call(core: &Core<'_>, pushed: Pushed) -> Option<Push> {
    let address = core.state.webhook.as_ref()?;
    let mut fields = match pushed {
        Pushed::Text(index) => received(core, index),
        Pushed::Report(index) => fate(core, index),
    };
    fields.push(("AccountSid".to_owned(), core.options.account.clone()));
    fields.push(("ApiVersion".to_owned(), "2010-04-01".to_owned()));
    let signature = signature(&core.options.webhook_secret, address.as_str(), &fields);
    let body = form_urlencoded::Serializer::new(String::new()).extend_pairs(&fields).finish();
    Some(Push {
        method: Method::POST,
        query: Vec::new(),
        headers: vec![
            ("content-type", "application/x-www-form-urlencoded; charset=utf-8".to_owned()),
            ("x-twilio-signature", signature),
        ],
        body: Bytes::from(body),
    })
}

/// A broken text lacks its sender.
fn received(core: &Core<'_>, index: usize) -> Fields {
    let text = core.text(index);
    let mut fields = fields(&[
        ("MessageSid", &text.key),
        ("SmsSid", &text.key),
        ("SmsMessageSid", &text.key),
        ("SmsStatus", "received"),
        ("To", &e164(&core.options.mo_number)),
        ("Body", &text.body),
        ("NumMedia", &text.photos.len().to_string()),
        ("NumSegments", &n_segments(&text.body).to_string()),
    ]);
    if !text.is_broken() {
        fields.push(("From".to_owned(), e164(&text.from)));
    }
    for n in 0..text.photos.len() {
        let (account, name) = (&core.options.account, reads::media_sid(&text.key, n));
        let path = format!("/2010-04-01/Accounts/{account}/Messages/{}/Media/{name}", text.key);
        fields.push((format!("MediaUrl{n}"), format!("{}{path}", core.base_url(None))));
        fields.push((format!("MediaContentType{n}"), "image/jpeg".to_owned()));
    }
    fields
}

fn fate(core: &Core<'_>, index: usize) -> Fields {
    let message = core.message(index);
    let (status, error) = items::reported_status(&message.code);
    let mut fields = fields(&[
        ("MessageSid", &message.msg_key),
        ("SmsSid", &message.msg_key),
        ("MessageStatus", status),
        ("SmsStatus", status),
        ("To", &e164(&message.to)),
        ("From", &e164(&message.from)),
    ]);
    if !error.is_null() {
        fields.push(("ErrorCode".to_owned(), error.to_string()));
    }
    fields
}

fn fields(pairs: &[(&str, &str)]) -> Fields {
    pairs.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()
}

fn signature(token: &str, address: &str, fields: &Fields) -> String {
    let Ok(mut mac) = Hmac::<Sha1>::new_from_slice(token.as_bytes()) else {
        return String::new();
    };
    let mut sorted: Vec<_> = fields.iter().collect();
    sorted.sort();
    mac.update(address.as_bytes());
    for (name, value) in sorted {
        mac.update(format!("{name}{value}").as_bytes());
    }
    STANDARD.encode(mac.finalize().into_bytes())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A vector of the official SDK's tests (`RequestValidator`, PyPI twilio 9.13.0).
    #[test]
    fn signed_as_the_official_sdk_expects() {
        let call = fields(&[
            ("To", "+18005551212"),
            ("From", "+14158675309"),
            ("Digits", "1234"),
            ("Caller", "+14158675309"),
            ("CallSid", "CA1234567890ABCDE"),
        ]);
        let made = signature("12345", "https://mycompany.com/myapp.php?foo=1&bar=2", &call);
        assert_eq!(made, "RSOYDt4T1cUTdK1PDd93/VVr8B8=");
    }
}

//! Twilio's calls to us: a text or the fate of one, as a form, signed (`signature.rs`). The signature holds no time: a call
//! that somebody repeats changes nothing, because each text and each fate is kept once.

use http::Method;
use url::form_urlencoded;

use super::signature::{Fields, Secrets, is_signed};
use super::{codes, wire};
use crate::carrier::{PushAnswer, PushCall, PushRefused, Pushed};
use crate::domain::UnixMs;
use crate::domain::inbound::{InboundItem, InboundText};
use crate::domain::phone::PhoneNumber;
use crate::domain::receipt::{Receipt, ReceiptItem};
use crate::domain::text::MessageText;

/// Nothing to be said back by text: answers leave by themselves.
const SILENCE: &str = r#"<?xml version="1.0" encoding="UTF-8"?><Response></Response>"#;

/// Judges and reads one call.
pub(super) fn read(secrets: Secrets<'_>, account: &str, call: &PushCall<'_>) -> Result<Pushed, PushRefused> {
    if secrets.auth_token.is_none() && secrets.shared_key.is_none() {
        return Err(PushRefused::NotOffered);
    }
    let mut fields: Fields = form_urlencoded::parse(call.body)
        .map(|(name, value)| (name.into_owned(), value.into_owned()))
        .collect();
    fields.sort();
    fields.dedup();
    if call.method != Method::POST || !is_signed(secrets, call.headers, call.url, &fields) {
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

/// The call does not say when the text was sent: it comes within seconds.
fn text<'f>(sid: &str, field: impl Fn(&str) -> Option<&'f str>, now: UnixMs) -> InboundItem {
    let n_media = field("NumMedia").and_then(|n| n.parse().ok()).unwrap_or(0);
    match (field("From"), field("To")) {
        (Some(from), Some(to)) => InboundItem::Text(InboundText {
            key: sid.to_owned(),
            citizen: PhoneNumber::parse(from),
            to: PhoneNumber::parse(to),
            text: MessageText::new(field("Body").unwrap_or_default()),
            media: wire::media(sid, n_media, |n| field(&format!("MediaContentType{n}")).map(str::to_owned)),
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
        status: codes::receipt(status, error.as_deref())?,
        code: error.unwrap_or_else(|| codes::loggable(status)),
        reported_at: None,
    }))
}

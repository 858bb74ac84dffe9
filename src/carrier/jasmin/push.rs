//! Jasmin's calls (`routing/throwers.py`): a text of a citizen, to the address of its HTTP connector; or what became of a text
//! of ours, to the `dlr-url` of that text. A call is done only with `ACK/Jasmin`; else it is repeated a few times, and what it
//! brings is lost. Nothing is signed: the token in the address is all that tells them from somebody else's.
//!
//! Values are octets, not text: `coding` is a single octet (`coding=%08`), and `content` the same as `binary`. Of a text only
//! `binary` is read.

use http::{Method, StatusCode};
use secrecy::ExposeSecret;
use subtle::ConstantTimeEq;

use super::settings::{JasminConfig, KEY, TOKEN};
use super::{alphabet, answer, codes};
use crate::carrier::push::{PushAnswer, PushCall, PushRefused, Pushed};
use crate::domain::UnixMs;
use crate::domain::inbound::{InboundItem, InboundText};
use crate::domain::outbound::ClientKey;
use crate::domain::phone::PhoneNumber;
use crate::domain::receipt::{Receipt, ReceiptItem};
use crate::domain::text::MessageText;

/// Without it a call is repeated, and then lost.
const ACK: &str = "ACK/Jasmin";

struct Fields(Vec<(String, Vec<u8>)>);

/// Judges and reads a call. What cannot be read is kept and confirmed, because it would not come again.
pub(super) fn read(call: &PushCall<'_>, config: &JasminConfig) -> Result<Pushed, PushRefused> {
    let mut fields = Fields::parse(call.url.query().unwrap_or_default().as_bytes());
    if !is_ours(&fields, config) || !matches!(*call.method, Method::GET | Method::POST) {
        return Err(PushRefused::NotSigned);
    }
    fields.0.retain(|(name, _)| name != TOKEN);
    if call.method == Method::POST {
        fields.0.extend(Fields::parse(call.body).0);
    }
    let pushed = if fields.get("message_status").is_some() {
        fate(&fields)
    } else {
        Pushed { texts: vec![text(&fields, config, call.now)], ..Pushed::default() }
    };
    let answer = PushAnswer { status: StatusCode::OK, content_type: "text/plain", body: ACK.to_owned() };
    Ok(Pushed { answer, ..pushed })
}

fn is_ours(fields: &Fields, config: &JasminConfig) -> bool {
    let token = config.push_token.expose_secret();
    match fields.0.iter().filter(|(name, _)| name == TOKEN).collect::<Vec<_>>().as_slice() {
        [(_, given)] => !token.is_empty() && bool::from(given.ct_eq(token.as_bytes())),
        _ => false,
    }
}

/// A citizen's text. Jasmin does not say when it was sent: it comes within seconds, or minutes after we were away.
fn text(fields: &Fields, config: &JasminConfig, now: UnixMs) -> InboundItem {
    let read = || -> Result<InboundText, &'static str> {
        let binary = fields.octets("binary").ok_or("binary is missing")?;
        let octets = alphabet::from_hex(binary).ok_or("binary is not hexadecimal")?;
        let coding = fields.octets("coding").map_or(Some(0), coding).ok_or("coding is not a number")?;
        let words = alphabet::decode(coding, &octets, config.default_alphabet);
        Ok(InboundText {
            key: fields.id().ok_or("id is missing")?.to_owned(),
            citizen: PhoneNumber::parse(fields.get("from").ok_or("from is missing")?),
            to: PhoneNumber::parse(fields.get("to").ok_or("to is missing")?),
            text: MessageText::new(words.ok_or("it holds data, not words")?),
            media: Vec::new(),
            sent_at: now,
        })
    };
    match read() {
        Ok(text) => InboundItem::Text(text),
        Err(reason) => InboundItem::Unreadable { raw: fields.raw(), reason: reason.to_owned() },
    }
}

/// `data_coding` as an octet, or in decimal as Jasmin's documents show it.
fn coding(value: &[u8]) -> Option<u8> {
    match value {
        [octet] if !octet.is_ascii_digit() => Some(*octet),
        digits if digits.iter().all(u8::is_ascii_digit) => std::str::from_utf8(digits).ok()?.parse().ok(),
        _ => None,
    }
}

/// What became of a text of ours. It is known by our key, and by Jasmin's id where Jasmin's answer had come.
fn fate(fields: &Fields) -> Pushed {
    let key = fields.get(KEY).and_then(ClientKey::parse);
    let status = fields.get("message_status").unwrap_or_default();
    let Some(id) = fields.id() else {
        let item = ReceiptItem::Unreadable { raw: fields.raw(), reason: "id is missing".to_owned() };
        return Pushed { receipts: vec![item], ..Pushed::default() };
    };
    match (codes::fate(status), key) {
        (codes::Fate::Taken, Some(key)) => Pushed { taken: vec![key], ..Pushed::default() },
        // Without our key it says nothing that is not known.
        (codes::Fate::Taken, None) => Pushed::default(),
        (codes::Fate::Known(status_now), key) => {
            let receipt = Receipt {
                carrier_message_id: id.to_owned(),
                client_key: key.map(|key| key.as_str().to_owned()),
                status: status_now,
                code: codes::kept(status, fields.get("err")),
                reported_at: None,
            };
            Pushed { receipts: vec![ReceiptItem::Receipt(receipt)], ..Pushed::default() }
        }
    }
}

impl Fields {
    fn parse(raw: &[u8]) -> Fields {
        let pair = |pair: &[u8]| {
            let at = pair.iter().position(|b| *b == b'=').unwrap_or(pair.len());
            let value = pair.get(at + 1..).unwrap_or_default();
            (String::from_utf8_lossy(&decoded(&pair[..at])).into_owned(), decoded(value))
        };
        Fields(raw.split(|b| *b == b'&').filter(|pair| !pair.is_empty()).map(pair).collect())
    }

    /// A field that may be empty.
    fn octets(&self, name: &str) -> Option<&[u8]> {
        self.0.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_slice())
    }

    /// A field with something in it.
    fn get(&self, name: &str) -> Option<&str> {
        self.octets(name).and_then(|value| std::str::from_utf8(value).ok()).filter(|word| !word.is_empty())
    }

    fn id(&self) -> Option<&str> {
        self.get("id").filter(|id| answer::is_id(id))
    }

    /// Everything but the token, to be kept for an operator.
    fn raw(&self) -> String {
        let pairs = self.0.iter().map(|(name, value)| format!("{name}={}", String::from_utf8_lossy(value)));
        pairs.collect::<Vec<_>>().join("&")
    }
}

/// One part of a form, as octets.
fn decoded(word: &[u8]) -> Vec<u8> {
    let mut octets = Vec::with_capacity(word.len());
    let mut rest = word;
    while let [first, tail @ ..] = rest {
        let escaped = tail.get(..2).filter(|_| *first == b'%').and_then(alphabet::from_hex);
        rest = if escaped.is_some() { &tail[2..] } else { tail };
        match escaped {
            Some(octet) => octets.extend(octet),
            None => octets.push(if *first == b'+' { b' ' } else { *first }),
        }
    }
    octets
}

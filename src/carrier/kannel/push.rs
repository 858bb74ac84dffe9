//! Kannel's calls, all of them GET: a text (`id=`) or a report of one of ours (`key=`). Nothing in them is signed: the token
//! in the address proves where they come from, and repetitions are harmless by their ids. smsbox counts 200 as done, tries
//! anything else again if it was told to (`http-request-retry`), and would text our words to the citizen: there are none.

use std::borrow::Cow;

use encoding_rs::{EUC_KR, Encoding};
use http::Method;
use subtle::ConstantTimeEq;

use super::codes::{self, Report};
use crate::carrier::push::{PushAnswer, PushCall, PushRefused, Pushed};
use crate::domain::UnixMs;
use crate::domain::inbound::{InboundItem, InboundText};
use crate::domain::outbound::ClientKey;
use crate::domain::phone::PhoneNumber;
use crate::domain::receipt::{Receipt, ReceiptItem};
use crate::domain::text::MessageText;

/// Judges and reads a call.
pub(super) fn read(call: &PushCall<'_>, token: &str) -> Result<Pushed, PushRefused> {
    let fields = Fields::parse(call.url.query().unwrap_or_default());
    let is_ours = match fields.all("token").as_slice() {
        [given] => !token.is_empty() && bool::from(given.ct_eq(token.as_bytes())),
        _ => false,
    };
    if !is_ours || call.method != Method::GET {
        return Err(PushRefused::NotSigned);
    }
    let answer = PushAnswer { content_type: "text/plain", body: String::new(), ..PushAnswer::default() };
    let read = match fields.word("key") {
        Some(key) => report(&key, &fields)?,
        None => Pushed { texts: vec![text(&fields, call.now)], ..Pushed::default() },
    };
    Ok(Pushed { answer, ..read })
}

fn report(key: &str, fields: &Fields) -> Result<Pushed, PushRefused> {
    let key = ClientKey::parse(key).ok_or(PushRefused::Unreadable)?;
    let state = fields.word("dlr").ok_or(PushRefused::Unreadable)?;
    Ok(match codes::report(&state, &fields.word("reply").unwrap_or_default()) {
        Report::Taken => Pushed { taken: vec![key], ..Pushed::default() },
        Report::Fate(status, code) => {
            let receipt = Receipt {
                carrier_message_id: key.as_str().to_owned(),
                client_key: Some(key.as_str().to_owned()),
                status,
                code,
                reported_at: fields.time_ms("at"),
            };
            Pushed { receipts: vec![ReceiptItem::Receipt(receipt)], ..Pushed::default() }
        }
    })
}

/// A text by Kannel's id of it. What lacks a part, or is no text, is kept as it came.
fn text(fields: &Fields, now: UnixMs) -> InboundItem {
    let read = || {
        let filled = |name| fields.word(name).filter(|word| !word.trim().is_empty());
        let bytes = fields.all("text").first().copied().ok_or("the text is missing: see get-url")?;
        Ok::<_, &'static str>(InboundText {
            key: filled("id").ok_or("the id is missing: see get-url")?,
            citizen: PhoneNumber::parse(&filled("from").ok_or("the sender is missing: see get-url")?),
            to: PhoneNumber::parse(&filled("to").ok_or("our number is missing: see get-url")?),
            text: MessageText::new(words(bytes, &fields.word("charset").unwrap_or_default())?),
            media: Vec::new(),
            sent_at: fields.time_ms("at").unwrap_or(now),
        })
    };
    match read() {
        Ok(text) => InboundItem::Text(text),
        Err(reason) => InboundItem::Unreadable { raw: fields.without_token(), reason: reason.to_owned() },
    }
}

/// The words in Kannel's charset (`%C`): UTF-8 for 7 bits and under `mo-recode`, else UTF-16BE for UCS-2.
fn words(bytes: &[u8], charset: &str) -> Result<String, &'static str> {
    match charset.to_ascii_uppercase().as_str() {
        "UTF-16BE" => {
            let (pairs, rest) = bytes.as_chunks::<2>();
            let units: Vec<u16> = pairs.iter().map(|pair| u16::from_be_bytes(*pair)).collect();
            // A text that was cut, even within a character, is still a text: it may call for help.
            let cut = if rest.is_empty() { "" } else { "\u{fffd}" };
            Ok(String::from_utf16_lossy(&units) + cut)
        }
        "8-BIT" => Err("binary data, not a text"),
        named => Ok(in_charset(bytes, named)),
    }
}

/// The words in UTF-8, in the charset that was named, or in Korea's; what is no character becomes `U+FFFD`. A text that was
/// cut within its last character is in UTF-8 all the same.
fn in_charset(bytes: &[u8], named: &str) -> String {
    let lossy = || String::from_utf8_lossy(bytes).into_owned();
    let Err(error) = std::str::from_utf8(bytes) else {
        return lossy();
    };
    let whole =
        |charset: &'static Encoding| charset.decode_without_bom_handling_and_without_replacement(bytes);
    let is_cut = error.error_len().is_none();
    match Encoding::for_label(named.as_bytes()).and_then(whole) {
        Some(words) => words.into_owned(),
        None if is_cut => lossy(),
        None => whole(EUC_KR).map_or_else(lossy, Cow::into_owned),
    }
}

/// The fields of a query as bytes: a text in UTF-16 is none in UTF-8.
struct Fields<'a>(&'a str, Vec<(&'a str, Vec<u8>)>);

impl<'a> Fields<'a> {
    fn parse(query: &'a str) -> Self {
        let pairs = query.split('&').map(|pair| pair.split_once('=').unwrap_or((pair, "")));
        Fields(query, pairs.map(|(name, value)| (name, decoded(value))).collect())
    }

    fn all(&self, name: &str) -> Vec<&[u8]> {
        self.1.iter().filter(|(known, _)| *known == name).map(|(_, value)| value.as_slice()).collect()
    }

    fn word(&self, name: &str) -> Option<String> {
        self.all(name).first().map(|value| String::from_utf8_lossy(value).into_owned())
    }

    /// Seconds, as milliseconds.
    fn time_ms(&self, name: &str) -> Option<UnixMs> {
        let secs: i64 = self.word(name)?.parse().ok()?;
        secs.checked_mul(1_000).filter(|ms| *ms > 0)
    }

    fn without_token(&self) -> String {
        self.0.split('&').filter(|pair| !pair.starts_with("token=")).collect::<Vec<_>>().join("&")
    }
}

/// `%XX` and `+`, as `octstr_url_encode` writes them.
fn decoded(value: &str) -> Vec<u8> {
    let (bytes, mut at, mut read) = (value.as_bytes(), 0, Vec::with_capacity(value.len()));
    while let Some(byte) = bytes.get(at) {
        let hex = |n: usize| bytes.get(at + n).and_then(|b| char::from(*b).to_digit(16));
        match (byte, hex(1), hex(2)) {
            (b'%', Some(high), Some(low)) => {
                read.extend(u8::try_from(high * 16 + low));
                at += 2;
            }
            (b'+', ..) => read.push(b' '),
            (other, ..) => read.push(*other),
        }
        at += 1;
    }
    read
}

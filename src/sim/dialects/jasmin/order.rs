//! The arguments of `/send` and `/rate`, judged as `UrlArgsValidator` judges them, and the text in them.

use bytes::Bytes;
use encoding_rs::UTF_16BE;
use http::{Request, header};
use url::Url;

use crate::sim::core::order::{Order, Recipient};
use crate::sim::dialects::numbers::{domestic, is_digits};
use crate::sim::faults::Endpoint;

const SEND: [&str; 16] = [
    "to",
    "from",
    "coding",
    "username",
    "password",
    "priority",
    "sdt",
    "validity-period",
    "dlr",
    "dlr-url",
    "dlr-level",
    "dlr-method",
    "tags",
    "content",
    "hex-content",
    "custom_tlvs",
];
const RATE: [&str; 10] = [
    "to",
    "from",
    "coding",
    "username",
    "password",
    "priority",
    "validity-period",
    "tags",
    "content",
    "hex-content",
];
/// `long_content_max_parts`
const MAX_PARTS: usize = 5;
/// 3GPP TS 23.038, with a mark where the escape stands.
const GSM: &str = "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞ\u{1b}ÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?\
                   ¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà";
const GSM_EXTENSION: [(u8, char); 10] = [
    (0x0a, '\u{c}'),
    (0x14, '^'),
    (0x28, '{'),
    (0x29, '}'),
    (0x2f, '\\'),
    (0x3c, '['),
    (0x3d, '~'),
    (0x3e, ']'),
    (0x40, '|'),
    (0x65, '€'),
];

/// Named arguments of a request; of several equal names the first counts, as in Jasmin.
pub(super) struct Arguments(Vec<(String, String)>);

impl Arguments {
    pub(super) fn get(&self, name: &str) -> Option<&str> {
        self.0.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str())
    }
}

pub(super) fn arguments(endpoint: Endpoint, request: &Request<Bytes>) -> Arguments {
    let said = request.headers().get(header::CONTENT_TYPE).map(|value| value.as_bytes());
    let is_form = said == Some(b"application/x-www-form-urlencoded");
    let form: &[u8] = match endpoint {
        Endpoint::Send if is_form => request.body(),
        Endpoint::Send => b"",
        _ => request.uri().query().unwrap_or_default().as_bytes(),
    };
    Arguments(url::form_urlencoded::parse(form).into_owned().collect())
}

/// What is wrong with the arguments, in Jasmin's words.
pub(super) fn judged(endpoint: Endpoint, arguments: &Arguments) -> Result<(), String> {
    if arguments.0.is_empty() {
        return Err("Mandatory arguments not found, please refer to the HTTPAPI specifications.".to_owned());
    }
    let known: &[&str] = if endpoint == Endpoint::Send { &SEND } else { &RATE };
    for (name, value) in &arguments.0 {
        if !known.contains(&name.as_str()) {
            return Err(format!("Argument [{name}] is unknown."));
        }
        if !is_valid(name, value) {
            return Err(format!("Argument [{name}] has an invalid value: [{value}]."));
        }
    }
    let missing = ["to", "username", "password"].into_iter().find(|name| arguments.get(name).is_none());
    match missing {
        Some(name) => Err(format!("Mandatory argument [{name}] is not found.")),
        None => Ok(()),
    }
}

fn is_valid(name: &str, value: &str) -> bool {
    match name {
        "to" => is_digits(value.strip_prefix('+').unwrap_or(value)),
        "coding" => ["0", "1", "2", "3", "4", "5", "6", "7", "8", "9", "10", "13", "14"].contains(&value),
        "username" | "password" => (1..=16).contains(&value.len()),
        "priority" => ["0", "1", "2", "3"].contains(&value),
        "validity-period" => is_digits(value),
        "dlr" => ["yes", "no"].contains(&value),
        "dlr-url" => Url::parse(value).is_ok_and(|url| matches!(url.scheme(), "http" | "https")),
        "dlr-level" => ["1", "2", "3"].contains(&value),
        "dlr-method" => value.eq_ignore_ascii_case("get") || value.eq_ignore_ascii_case("post"),
        _ => true,
    }
}

/// The query of `dlr-url` becomes the reference: receipts are sent there.
pub(super) fn read_order(arguments: &Arguments) -> Result<Order, String> {
    let hex = match (arguments.get("content"), arguments.get("hex-content")) {
        (None, Some(hex)) => hex,
        (Some(_), Some(_)) => {
            return Err("content and hex-content cannot be used both in same request.".to_owned());
        }
        _ => return Err("content or hex-content not present.".to_owned()),
    };
    let octets = unhexlified(hex).ok_or_else(|| format!("Invalid hex-content data: 'b'{hex}''"))?;
    // An address alone asks for receipts (`dlr=no` or not), at level 1 unless it is said.
    let wants_fate = arguments.get("dlr-level").is_some_and(|level| level != "1");
    let url = arguments.get("dlr-url").filter(|_| wants_fate).and_then(|url| Url::parse(url).ok());
    Ok(Order {
        recipients: vec![Recipient {
            to: domestic(arguments.get("to").unwrap_or_default()),
            reference: None,
            key: None,
        }],
        reference: url.map(|url| url.query().unwrap_or_default().to_owned()),
        from: arguments.get("from").unwrap_or_default().to_owned(),
        text: said(arguments.get("coding").unwrap_or("0"), &octets),
        kind: "SMS",
        ..Order::default()
    })
}

fn unhexlified(hex: &str) -> Option<Vec<u8>> {
    let digits: Option<Vec<u32>> = hex.chars().map(|c| c.to_digit(16)).collect();
    let digits = digits.filter(|digits| digits.len().is_multiple_of(2))?;
    digits.chunks(2).map(|pair| u8::try_from(pair[0] * 16 + pair[1]).ok()).collect()
}

/// What arrives at the phone: five parts at most.
fn said(coding: &str, octets: &[u8]) -> String {
    let (alone, joined) = if coding == "8" { (140, 134) } else { (160, 153) };
    let most = if octets.len() <= alone { octets.len() } else { octets.len().min(joined * MAX_PARTS) };
    let octets = &octets[..most];
    if coding == "8" {
        UTF_16BE.decode_without_bom_handling(octets).0.into_owned()
    } else {
        gsm(octets, joined)
    }
}

/// Part by part: each phone reads an escape at the end of a part for itself.
fn gsm(octets: &[u8], joined: usize) -> String {
    let alphabet: Vec<char> = GSM.chars().collect();
    let mut words = String::new();
    for part in octets.chunks(if octets.len() <= 160 { 160 } else { joined }) {
        let mut part = part.iter();
        while let Some(octet) = part.next() {
            let c = match octet {
                0x1b => part
                    .next()
                    .and_then(|code| GSM_EXTENSION.iter().find(|(known, _)| known == code))
                    .map(|(_, c)| *c),
                octet => alphabet.get(usize::from(*octet)).copied(),
            };
            words.push(c.unwrap_or('?'));
        }
    }
    words
}

/// The pairs of a receipt's address.
pub(super) fn pairs(reference: &str) -> Vec<(String, String)> {
    url::form_urlencoded::parse(reference.as_bytes()).into_owned().collect()
}

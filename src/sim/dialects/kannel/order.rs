//! Reading of a send, in the order in which smsbox looks at its fields. What does not fit is changed as Kannel changes it:
//! `?` for characters that 7 bits do not have, and an end where `max-messages` is reached.

use super::{refused, said};
use crate::sim::answer::Answer;
use crate::sim::core::order::{Key, Order, Recipient, Remember};
use crate::sim::dialects::query::Query;

const KNOWN: [&str; 11] = [
    "username", "password", "to", "from", "text", "charset", "coding", "dlr-mask", "dlr-url", "smsc",
    "validity",
];
/// The default alphabet (3GPP TS 23.038) and its extension, of two septets each.
const GSM: &str = "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?\
                   ¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà";
const GSM_EXTENSION: &str = "\u{c}^{}\\[~]|€";
/// `max-messages` of the `sendsms-user`.
const MAX_MESSAGES: usize = 10;

pub(super) fn read_order(query: &Query) -> Result<Order, Answer> {
    // Not counted as a mistake: `check` asks like this.
    let to = query.get("to").ok_or_else(|| said(400, "Missing receiver number, rejected"))?;
    if to.is_empty() {
        return Err(refused(400, "Empty receiver number not allowed, rejected"));
    }
    if query.only(&KNOWN).is_err() {
        return Err(refused(400, "a field that the gateway never uses, rejected"));
    }
    // A space would separate several.
    if !to.bytes().all(|b| b.is_ascii_digit() || b"+-".contains(&b)) {
        return Err(refused(400, "Number(s) has/have been denied by white- and/or black-lists."));
    }
    let from = query.get("from").filter(|from| !from.is_empty());
    let from = from.ok_or_else(|| refused(400, "Sender missing and no global set, rejected"))?;
    let dlr_url = query.get("dlr-url").unwrap_or_default();
    let is_url = dlr_url.starts_with("http://") || dlr_url.starts_with("https://");
    if !dlr_url.is_empty() && !is_url {
        return Err(refused(400, "DLR-URL field misformed, rejected"));
    }
    query.within("dlr-mask", (0, 66), 0).map_err(|_| refused(400, "DLR-Mask field misformed, rejected"))?;
    let coding =
        query.within("coding", (0, 2), 0).map_err(|_| refused(400, "Coding field misformed, rejected"))?;
    let validity =
        query.number("validity").map_err(|_| refused(400, "Validity field misformed, rejected"))?;
    if query.get("charset") != Some("UTF-8") || coding == 1 {
        return Err(refused(400, "Charset or body misformed, rejected"));
    }
    let key = key_in(dlr_url).map(|word| Key { word, remember: Remember::Never });
    let reference = (!dlr_url.is_empty()).then(|| dlr_url.to_owned());
    Ok(Order {
        recipients: vec![Recipient { to: to.to_owned(), reference, key }],
        from: from.to_owned(),
        text: on_the_air(query.get("text").unwrap_or_default(), coding),
        kind: "SMS",
        ttl_ms: validity.map(|minutes| minutes.saturating_mul(60_000)),
        ..Order::default()
    })
}

/// The gateway's key. Kannel does not know that it is one: for the ledger only.
fn key_in(dlr_url: &str) -> Option<String> {
    let query = dlr_url.split_once('?')?.1;
    Query::parse(Some(query)).get("key").map(str::to_owned)
}

/// What arrives of a text.
fn on_the_air(text: &str, coding: usize) -> String {
    let width = |c: char| match coding {
        0 => 1 + usize::from(GSM_EXTENSION.contains(c)),
        _ => c.len_utf16(),
    };
    let is_lost = |c: char| coding == 0 && !GSM.contains(c) && !GSM_EXTENSION.contains(c);
    let text: String = text.chars().map(|c| if is_lost(c) { '?' } else { c }).collect();
    let (alone, joined) = if coding == 0 { (160, 153) } else { (70, 67) };
    let n_units: usize = text.chars().map(width).sum();
    let most = if n_units <= alone { alone } else { MAX_MESSAGES * joined };
    let mut used = 0;
    text.chars()
        .take_while(|c| {
            used += width(*c);
            used <= most
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_does_not_fit_is_changed_in_silence() {
        assert_eq!(on_the_air("a 가 €", 0), "a ? €");
        assert_eq!(on_the_air("a 가 😀", 2), "a 가 😀");
        assert_eq!(on_the_air(&"가".repeat(1_000), 2).chars().count(), 670);
        assert_eq!(on_the_air(&"가".repeat(70), 2).chars().count(), 70);
        assert_eq!(on_the_air(&"[".repeat(1_000), 0).chars().count(), 765);
    }
}

//! Reads answers that are not quite JSON. One text with half an emoji, or with bytes of another charset, would otherwise make
//! its whole page unreadable, and with it the texts of all other citizens, for as long as the carrier lists it.

use serde_json::Value;

/// Reads an answer. Unreadable parts of strings become U+FFFD. `Null` if it is not JSON even so.
pub(super) fn read(body: &[u8]) -> Value {
    serde_json::from_slice(body).or_else(|_| serde_json::from_str(&mended(body))).unwrap_or_default()
}

/// A string that is not empty, or a number as it is written: carriers write the same thing now this way, now that way.
pub(super) fn text_or_number(value: &Value) -> Option<String> {
    match value {
        Value::String(text) if !text.is_empty() => Some(text.clone()),
        Value::Number(number) => Some(number.to_string()),
        _ => None,
    }
}

/// The text with everything replaced that breaks JSON strings: bytes that are no UTF-8, halves of surrogate pairs, bare control characters.
fn mended(body: &[u8]) -> String {
    let text = String::from_utf8_lossy(body);
    let mut rest = text.trim_start_matches('\u{feff}');
    let mut mended = String::with_capacity(rest.len());
    while let Some(c) = rest.chars().next() {
        let whole = |n: usize| (n, rest.get(..n).unwrap_or(rest));
        let (n_read, written) = match (c, surrogate(rest)) {
            ('\\', Some(0xd800..0xdc00)) if rest.get(6..).and_then(surrogate) >= Some(0xdc00) => whole(12),
            ('\\', Some(_)) => (6, "\u{fffd}"),
            // What follows is part of it: `\\ud83d` is a backslash and five letters.
            ('\\', None) => whole(1 + rest.chars().nth(1).map_or(0, char::len_utf8)),
            (..' ', _) => (1, " "),
            _ => whole(c.len_utf8()),
        };
        mended.push_str(written);
        rest = rest.get(n_read..).unwrap_or_default();
    }
    mended
}

/// The half of a surrogate pair that an escape at the beginning of `text` stands for.
fn surrogate(text: &str) -> Option<u16> {
    let digits = text.strip_prefix("\\u")?.get(..4)?;
    u16::from_str_radix(digits, 16).ok().filter(|unit| (0xd800..0xe000).contains(unit))
}

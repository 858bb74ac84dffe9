//! JSON that is safe to print on a terminal.

use serde_json::Value;

use crate::domain::text::safe_for_terminal;

/// JSON in which every character that could control a terminal is written as `\uXXXX`.
pub fn terminal_safe_json(json: &Value, pretty: bool) -> String {
    let raw = if pretty { format!("{json:#}") } else { json.to_string() };
    let mut text = String::with_capacity(raw.len());
    for c in raw.chars() {
        let steers = c != '\n'
            && !matches!(c, ' '..='~' | '가'..='힣')
            && safe_for_terminal(c.encode_utf8(&mut [0; 4])).len() > c.len_utf8();
        if steers {
            // Such a character can only stand inside a string, where this means the same.
            text.extend(c.encode_utf16(&mut [0; 2]).iter().map(|unit| format!("\\u{unit:04x}")));
        } else {
            text.push(c);
        }
    }
    text
}

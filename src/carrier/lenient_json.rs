//! Reads answers that are not quite JSON. One text with half an emoji, or with bytes of another charset, would otherwise make
//! its whole page unreadable, and with it the texts of all other citizens, for as long as the carrier lists it.

use serde_json::{Map, Value};

/// Deeper than this is nothing that a carrier sends.
const MAX_DEPTH: usize = 64;
/// The most bytes that are read again to find where broken items end.
const MAX_WORK: usize = 64 << 20;

/// Reads an answer. Unreadable parts of strings become U+FFFD; an item of a list that cannot be read becomes a string with its
/// bytes, which no driver takes for an item. `Null` if it is not JSON even so, or is cut off.
pub(super) fn read(body: &[u8]) -> Value {
    serde_json::from_slice(body).unwrap_or_else(|_| {
        let text = mended(body);
        serde_json::from_str(&text).ok().or_else(|| Salvage::new(&text, false).whole()).unwrap_or_default()
    })
}

/// The same of an answer that broke off: what was whole before the end is read, the rest of an item is its bytes. Only where
/// reading removes, for what is missing looks like the end of the list.
pub(super) fn read_rest(body: &[u8]) -> Value {
    Salvage::new(&mended(body), true).whole().unwrap_or_default()
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

/// A parser that loses no more than one item of a list.
struct Salvage<'a> {
    text: &'a str,
    at: usize,
    /// What closes the objects and lists that are open here.
    open: Vec<char>,
    n_read_again: usize,
    /// The text may end anywhere.
    is_cut: bool,
    /// What was read last is not whole.
    is_partial: bool,
}

impl<'a> Salvage<'a> {
    fn new(text: &'a str, is_cut: bool) -> Self {
        Salvage { text, at: 0, open: Vec::new(), n_read_again: 0, is_cut, is_partial: false }
    }

    fn whole(mut self) -> Option<Value> {
        let value = self.value()?;
        (self.peek().is_none()).then_some(value)
    }

    fn rest(&self) -> &'a str {
        self.text.get(self.at..).unwrap_or_default()
    }

    /// The next character that is no white space.
    fn peek(&mut self) -> Option<char> {
        let rest = self.rest();
        self.at += rest.len() - rest.trim_start().len();
        self.rest().chars().next()
    }

    fn takes(&mut self, c: char) -> bool {
        let is_there = self.peek() == Some(c);
        self.at += if is_there { c.len_utf8() } else { 0 };
        is_there
    }

    fn is_at_cut(&mut self) -> bool {
        self.is_cut && self.peek().is_none()
    }

    fn value(&mut self) -> Option<Value> {
        match self.peek()? {
            '{' | '[' if self.open.len() >= MAX_DEPTH => None,
            '{' => self.object(),
            '[' => self.array(),
            '"' => self.string().map(Value::String),
            _ => self.word(),
        }
    }

    fn object(&mut self) -> Option<Value> {
        self.at += 1;
        self.open.push('}');
        let mut fields = Map::new();
        while !self.takes('}') {
            let start = self.at;
            let key = self.string().filter(|_| self.takes(':'));
            let field = key.and_then(|key| Some((key, self.item(start, false)?)));
            match field {
                Some((key, value)) => fields.insert(key, value),
                None if self.is_cut => {
                    self.is_partial = true;
                    self.at = self.text.len();
                    break;
                }
                None => return None,
            };
            self.takes(',');
        }
        self.open.pop();
        Some(Value::Object(fields))
    }

    fn array(&mut self) -> Option<Value> {
        self.at += 1;
        self.open.push(']');
        let mut items = Vec::new();
        while !self.takes(']') {
            if self.is_at_cut() {
                self.is_partial = true;
                break;
            }
            let start = self.at;
            items.push(self.item(start, true)?);
            self.takes(',');
        }
        self.open.pop();
        Some(Value::Array(items))
    }

    /// The value of one item, followed by a comma or an end. If it cannot be read: its bytes from `start` on.
    fn item(&mut self, start: usize, is_in_list: bool) -> Option<Value> {
        let (from, n_open, was_partial) = (self.at, self.open.len(), self.is_partial);
        let closer = self.open.last().copied();
        self.is_partial = false;
        let value = self.value();
        self.open.truncate(n_open);
        let is_whole = !(is_in_list && self.is_partial);
        self.is_partial = was_partial || (self.is_partial && !is_in_list);
        let is_followed = self.peek().map_or(self.is_cut, |c| c == ',' || Some(c) == closer);
        if let Some(value) = value.filter(|_| is_whole && is_followed) {
            return Some(value);
        }
        self.at = from;
        let is_object = self.peek() == Some('{');
        let end = if is_object { self.end_of_broken(is_in_list) } else { None };
        let end = end.or((self.is_cut && is_in_list).then_some(self.text.len()))?;
        self.at = end;
        Some(Value::String(self.text.get(start..end).unwrap_or_default().to_owned()))
    }

    /// Where a broken item ends: behind a brace after which the list is over or another item can be read, and from which on all
    /// that is open is closed. If there is no such place, other items are broken too: the next one that can be read.
    fn end_of_broken(&mut self, is_in_list: bool) -> Option<usize> {
        let (from, closer) = (self.at, self.open.last().copied());
        let mut next_item = None;
        for (brace, _) in self.rest().match_indices('}') {
            let end = from + brace + 1;
            self.at = end;
            let follows = self.peek();
            if follows == Some(',') {
                self.at += 1;
                if self.is_readable(is_in_list) {
                    next_item = next_item.or(Some(end));
                    if self.is_balanced(end) {
                        return Some(end);
                    }
                }
            } else if follows.is_some() && follows == closer && self.is_balanced(end) {
                return Some(end);
            }
            if self.n_read_again > MAX_WORK {
                break;
            }
        }
        next_item
    }

    /// Whether another item begins here: an object, in a map with its name.
    fn is_readable(&mut self, is_in_list: bool) -> bool {
        let is_named = is_in_list || (self.string().is_some() && self.takes(':'));
        if !is_named || self.peek() != Some('{') {
            return false;
        }
        let mut values = serde_json::Deserializer::from_str(self.rest()).into_iter::<serde::de::IgnoredAny>();
        let is_fine = matches!(values.next(), Some(Ok(_)));
        self.n_read_again += values.byte_offset();
        is_fine
    }

    /// Whether the text from there on closes what is open, and nothing else.
    fn is_balanced(&mut self, from: usize) -> bool {
        let rest = self.text.get(from..).unwrap_or_default();
        self.n_read_again += rest.len();
        let (mut open, mut is_in_string, mut is_escaped) = (self.open.clone(), false, false);
        for c in rest.chars() {
            match c {
                _ if is_escaped => is_escaped = false,
                '\\' if is_in_string => is_escaped = true,
                '"' => is_in_string = !is_in_string,
                _ if is_in_string => {}
                '{' => open.push('}'),
                '[' => open.push(']'),
                '}' | ']' if open.pop() != Some(c) => return false,
                _ => {}
            }
        }
        self.is_cut || (open.is_empty() && !is_in_string)
    }

    fn string(&mut self) -> Option<String> {
        if self.peek() != Some('"') {
            return None;
        }
        let rest = self.rest();
        let mut is_escaped = false;
        let end = rest.char_indices().skip(1).find(|(_, c)| {
            let is_end = *c == '"' && !is_escaped;
            is_escaped = *c == '\\' && !is_escaped;
            is_end
        });
        let word = rest.get(..=end?.0)?;
        self.at += word.len();
        serde_json::from_str(word).ok()
    }

    /// A number or a word. Numbers that JSON does not have are none.
    fn word(&mut self) -> Option<Value> {
        let rest = self.rest();
        let end = rest.find(|c: char| c.is_whitespace() || ",]}:\"".contains(c)).unwrap_or(rest.len());
        let word = rest.get(..end)?;
        self.at += end;
        if self.is_cut && end == rest.len() {
            return None;
        }
        match word.trim_start_matches(['-', '+']) {
            "NaN" | "nan" | "Infinity" | "inf" | "undefined" | "None" => Some(Value::Null),
            _ => serde_json::from_str(word).ok(),
        }
    }
}

#[cfg(test)]
#[path = "tests/lenient_json.rs"]
mod tests;

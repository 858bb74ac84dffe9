//! Strict reading of JSON: required fields are present, types are right, and unknown fields are refused.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use http::{HeaderMap, header};
use serde_json::{Map, Value};

use crate::sim::dialects::query::Unexpected;

/// An object without unknown names.
pub(in crate::sim) fn object<'a>(
    value: &'a Value,
    known: &[&str],
) -> Result<&'a Map<String, Value>, Unexpected> {
    value
        .as_object()
        .filter(|object| object.keys().all(|key| known.contains(&key.as_str())))
        .ok_or(Unexpected)
}

/// A required string, not empty.
pub(in crate::sim) fn word<'a>(object: &'a Map<String, Value>, name: &str) -> Result<&'a str, Unexpected> {
    object.get(name).and_then(Value::as_str).filter(|word| !word.is_empty()).ok_or(Unexpected)
}

/// An optional string; null counts as missing.
pub(in crate::sim) fn optional<'a>(
    object: &'a Map<String, Value>,
    name: &str,
) -> Result<Option<&'a str>, Unexpected> {
    match object.get(name) {
        None | Some(Value::Null) => Ok(None),
        Some(value) => value.as_str().map(Some).ok_or(Unexpected),
    }
}

/// The one item of a list.
pub(in crate::sim) fn only_item<'a>(
    object: &'a Map<String, Value>,
    name: &str,
) -> Result<&'a Value, Unexpected> {
    match object.get(name).and_then(Value::as_array).map(Vec::as_slice) {
        Some([item]) => Ok(item),
        _ => Err(Unexpected),
    }
}

/// A file in Base64.
pub(in crate::sim) fn file(object: &Map<String, Value>, name: &str) -> Result<Bytes, Unexpected> {
    STANDARD.decode(word(object, name)?).map(Bytes::from).map_err(|_| Unexpected)
}

/// Whether the content type is JSON.
pub(in crate::sim) fn is_json(headers: &HeaderMap) -> bool {
    let said = headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok());
    let media = said.and_then(|said| said.split(';').next()).map(str::trim);
    media.is_some_and(|media| media.eq_ignore_ascii_case("application/json"))
}

/// `Authorization: Basic` of exactly this user and password, once.
pub(in crate::sim) fn is_basic(headers: &HeaderMap, user: &str, password: &str) -> bool {
    let mut said = headers.get_all(header::AUTHORIZATION).iter();
    let login = format!("Basic {}", STANDARD.encode(format!("{user}:{password}")));
    said.next().is_some_and(|said| said.as_bytes() == login.as_bytes()) && said.next().is_none()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn strictly() {
        let value = json!({ "a": "x", "b": "", "c": null, "d": [1], "e": "/9j/" });
        let known = ["a", "b", "c", "d", "e"];
        assert_eq!(object(&value, &known[1..]), Err(Unexpected));
        let object = object(&value, &known).unwrap();
        assert_eq!(
            (word(object, "a"), word(object, "b"), word(object, "z")),
            (Ok("x"), Err(Unexpected), Err(Unexpected))
        );
        assert_eq!((optional(object, "c"), optional(object, "d")), (Ok(None), Err(Unexpected)));
        assert_eq!(only_item(object, "d"), Ok(&json!(1)));
        assert_eq!(file(object, "e").unwrap(), Bytes::from_static(&[0xff, 0xd8, 0xff]));
        assert_eq!(file(object, "a"), Err(Unexpected));
    }

    #[test]
    fn logins() {
        let mut headers = HeaderMap::new();
        headers.insert("authorization", "Basic dTpw".parse().unwrap());
        assert!(is_basic(&headers, "u", "p") && !is_basic(&headers, "u", "q"));
        headers.append("authorization", "Basic dTpw".parse().unwrap());
        assert!(!is_basic(&headers, "u", "p"));
    }
}

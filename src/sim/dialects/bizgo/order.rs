//! A request to send, checked at least as strictly as the specification: options that this gateway never uses are
//! refused too. Lengths come from an encoder, not from the gateway's own code, whose mistakes it would share. Codes are
//! the service's, from the official error table.

use bytes::Bytes;
use encoding_rs::EUC_KR;
use serde_json::{Map, Value};

use crate::sim::core::order::{Key, Order, Recipient, Remember};
use crate::sim::dialects::numbers::is_digits;

const MAX_RECIPIENTS: usize = 200;

/// Parses a body; the error is the code of the refusal; `file` gives what was uploaded under a key.
pub(super) fn read_order(body: &[u8], file: &dyn Fn(&str) -> Option<Bytes>) -> Result<Order, &'static str> {
    let body: Value = serde_json::from_slice(body).map_err(|_| "A010")?;
    let root = body.as_object().ok_or("A011")?;
    let known =
        ["destinations", "messageFlow", "paymentCode", "groupKey", "idempotencyKey", "idempotencyTtl", "ref"];
    only(root, &known)?;
    for name in ["paymentCode", "groupKey"] {
        optional(root, name, "A011")?;
    }
    let destinations = root.get("destinations").ok_or("A306")?.as_array().ok_or("A011")?;
    match destinations.len() {
        0 => return Err("A306"),
        n if n > MAX_RECIPIENTS => return Err("A318"),
        _ => {}
    }
    let recipients = destinations.iter().map(recipient).collect::<Result<_, _>>()?;
    let (kind, message) = the_message(root)?;
    let (from, text, ttl_ms) = check_message(kind, message)?;
    Ok(Order {
        recipients,
        reference: optional(root, "ref", "A305")?,
        from,
        text,
        title: optional(message, "title", "A011")?,
        kind,
        ttl_ms,
        photos: photos(message, file)?,
        key: idempotency(root)?,
    })
}

fn only(object: &Map<String, Value>, known: &[&str]) -> Result<(), &'static str> {
    if object.keys().all(|key| known.contains(&key.as_str())) { Ok(()) } else { Err("A011") }
}

/// A required string.
fn word(object: &Map<String, Value>, name: &str, code: &'static str) -> Result<String, &'static str> {
    let word = object.get(name).and_then(Value::as_str).filter(|w| !w.is_empty());
    word.map(str::to_owned).ok_or(code)
}

/// An optional string.
fn optional(
    object: &Map<String, Value>,
    name: &str,
    code: &'static str,
) -> Result<Option<String>, &'static str> {
    object.get(name).map(|value| value.as_str().map(str::to_owned).ok_or(code)).transpose()
}

fn recipient(value: &Value) -> Result<Recipient, &'static str> {
    let object = value.as_object().ok_or("A011")?;
    only(object, &["to", "ref"])?;
    let (to, reference) = (word(object, "to", "A306")?, optional(object, "ref", "A305")?);
    Ok(Recipient { to, reference, key: None })
}

/// The only message; fallback messages are refused.
fn the_message(root: &Map<String, Value>) -> Result<(&'static str, &Map<String, Value>), &'static str> {
    let flow = root.get("messageFlow").ok_or("A300")?.as_array().ok_or("A011")?;
    let [step] = flow.as_slice() else {
        return Err("A300");
    };
    let step = step.as_object().filter(|step| step.len() == 1).ok_or("A300")?;
    let (channel, message) = step.iter().next().ok_or("A300")?;
    let kind = match channel.as_str() {
        "sms" => "SMS",
        "mms" => "MMS",
        "international" | "rcs" | "alimtalk" | "brandmessage" | "navertalk" => return Err("A325"),
        _ => return Err("A011"),
    };
    Ok((kind, message.as_object().ok_or("A011")?))
}

/// Sender, text, time to live.
fn check_message(
    kind: &str,
    message: &Map<String, Value>,
) -> Result<(String, String, Option<i64>), &'static str> {
    let (known, most): (&[&str], usize) = match kind {
        "SMS" => (&["from", "text", "ttl", "originCID"], 90),
        _ => (&["from", "text", "title", "fileKey", "ttl", "originCID"], 2_000),
    };
    only(message, known)?;
    for name in ["title", "originCID"] {
        optional(message, name, "A011")?;
    }
    let from = word(message, "from", "A302")?;
    let text = word(message, "text", "A303")?;
    let ttl = message.get("ttl").map(ttl_ms).transpose()?;
    match EUC_KR.encode(&text) {
        (_, _, true) => Err("A303"),
        (bytes, _, _) if bytes.len() > most => Err("A328"),
        _ => Ok((from, text, ttl)),
    }
}

/// Three at most, each uploaded before.
fn photos(
    message: &Map<String, Value>,
    file: &dyn Fn(&str) -> Option<Bytes>,
) -> Result<Vec<Bytes>, &'static str> {
    let Some(keys) = message.get("fileKey") else {
        return Ok(Vec::new());
    };
    let keys = keys.as_array().ok_or("A217")?;
    if keys.len() > 3 {
        return Err("A319");
    }
    keys.iter().map(|key| key.as_str().and_then(file).ok_or("A217")).collect()
}

/// Seconds, as a string of digits.
fn ttl_ms(value: &Value) -> Result<i64, &'static str> {
    let digits = value.as_str().filter(|word| is_digits(word)).ok_or("A304")?;
    let secs: i64 = digits.parse().map_err(|_| "A304")?;
    Ok(secs.saturating_mul(1_000))
}

fn idempotency(root: &Map<String, Value>) -> Result<Option<Key>, &'static str> {
    let ttl = match root.get("idempotencyTtl") {
        None => None,
        Some(ttl) => Some(ttl.as_i64().filter(|t| (0..=86_400).contains(t)).ok_or("A309")?),
    };
    let Some(key) = root.get("idempotencyKey") else {
        return Ok(None);
    };
    let key = key.as_str().filter(|k| !k.is_empty() && k.chars().count() <= 200).ok_or("A308")?;
    let remember = Remember::For(ttl.ok_or("A309")? * 1_000);
    Ok(Some(Key { word: key.to_owned(), remember }))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn read_order(body: &[u8]) -> Result<Order, &'static str> {
        super::read_order(body, &|key| (key == "KEPT").then(Bytes::new))
    }

    fn fine() -> Value {
        json!({
            "destinations": [{ "to": "01012345678", "ref": "r1" }],
            "messageFlow": [{ "sms": { "from": "062120", "text": "안녕하세요", "ttl": "3600" } }],
            "idempotencyKey": "k1", "idempotencyTtl": 86_400, "ref": "r",
        })
    }

    /// The code for a body that is fine but for the value at one place.
    fn with(pointer: &str, value: Value) -> Option<&'static str> {
        let mut body = fine();
        *body.pointer_mut(pointer).unwrap() = value;
        read_order(body.to_string().as_bytes()).err()
    }

    /// The code for a body that lacks one thing.
    fn without(pointer: &str, name: &str) -> Option<&'static str> {
        let mut body = fine();
        body.pointer_mut(pointer).unwrap().as_object_mut().unwrap().remove(name);
        read_order(body.to_string().as_bytes()).err()
    }

    #[test]
    fn what_is_fine() {
        let order = read_order(fine().to_string().as_bytes()).unwrap();
        let key = Key { word: "k1".to_owned(), remember: Remember::For(86_400_000) };
        assert_eq!((order.kind, order.ttl_ms, order.key), ("SMS", Some(3_600_000), Some(key)));
        assert_eq!(without("", "ref"), None);
        assert_eq!(without("/messageFlow/0/sms", "ttl"), None);
        assert_eq!(without("", "idempotencyKey"), None);
        let lms = json!({ "mms": { "from": "062120", "text": "가".repeat(1_000), "title": "안내" } });
        assert_eq!(with("/messageFlow/0", lms), None);
    }

    #[test]
    fn bodies_that_are_not_one() {
        for (body, code) in [("", "A010"), ("{", "A010"), ("[]", "A011"), ("7", "A011"), ("{}", "A306")] {
            assert_eq!(read_order(body.as_bytes()).unwrap_err(), code, "{body}");
        }
        assert_eq!(read_order(&[0xff]).unwrap_err(), "A010");
        let mut body = fine();
        body["idempotency_key"] = json!("x");
        assert_eq!(read_order(body.to_string().as_bytes()).unwrap_err(), "A011");
    }

    #[test]
    fn recipients() {
        assert_eq!(without("", "destinations"), Some("A306"));
        assert_eq!(with("/destinations", json!([])), Some("A306"));
        assert_eq!(with("/destinations", json!("01012345678")), Some("A011"));
        assert_eq!(without("/destinations/0", "to"), Some("A306"));
        assert_eq!(with("/destinations/0/to", json!("")), Some("A306"));
        assert_eq!(with("/destinations/0/to", json!(1_012_345_678)), Some("A306"));
        assert_eq!(with("/destinations/0/ref", json!(7)), Some("A305"));
        assert_eq!(with("/destinations/0", json!({ "to": "01012345678", "name": "x" })), Some("A011"));
        let many = |n: usize| Value::Array(vec![json!({ "to": "01012345678" }); n]);
        assert_eq!(with("/destinations", many(200)), None);
        assert_eq!(with("/destinations", many(201)), Some("A318"));
    }

    #[test]
    fn messages() {
        assert_eq!(without("", "messageFlow"), Some("A300"));
        assert_eq!(with("/messageFlow", json!([])), Some("A300"));
        assert_eq!(with("/messageFlow", json!({})), Some("A011"));
        assert_eq!(with("/messageFlow/0", json!({ "fax": {} })), Some("A011"));
        assert_eq!(with("/messageFlow/0", json!({ "rcs": {} })), Some("A325"));
        assert_eq!(with("/messageFlow/0", json!({ "sms": {}, "mms": {} })), Some("A300"));
        assert_eq!(without("/messageFlow/0/sms", "from"), Some("A302"));
        assert_eq!(without("/messageFlow/0/sms", "text"), Some("A303"));
        assert_eq!(with("/messageFlow/0/sms/text", json!("")), Some("A303"));
        for ttl in [json!(3_600), json!(""), json!("1h"), json!("-1"), json!("9".repeat(30))] {
            assert_eq!(with("/messageFlow/0/sms/ttl", ttl.clone()), Some("A304"), "{ttl}");
        }
        let title = json!({ "from": "062120", "text": "x", "title": "t" });
        assert_eq!(with("/messageFlow/0/sms", title), Some("A011"), "an SMS has no title");
        let file = |n: usize| json!({ "mms": { "from": "062120", "text": "x", "fileKey": vec!["F"; n] } });
        assert_eq!(
            (with("/messageFlow/0", file(1)), with("/messageFlow/0", file(4))),
            (Some("A217"), Some("A319"))
        );
    }

    #[test]
    fn lengths_and_characters() {
        let sms = |text: String| with("/messageFlow/0/sms/text", json!(text));
        assert_eq!((sms("가".repeat(45)), sms("가".repeat(45) + "a")), (None, Some("A328")));
        assert_eq!((sms("a".repeat(90)), sms("a".repeat(91))), (None, Some("A328")));
        let lms = |text: String| with("/messageFlow/0", json!({ "mms": { "from": "062120", "text": text } }));
        assert_eq!((lms("가".repeat(1_000)), lms("가".repeat(1_000) + "a")), (None, Some("A328")));
        // NFC forms that CP949 only has under another code point are no exception here.
        for text in ["좋아요 👍", "\u{1112}\u{1161}\u{11ab}", "김太郎"] {
            assert_eq!(sms(text.to_owned()), Some("A303"), "{text}");
        }
        assert_eq!(sms("김太\u{f92c}".to_owned()), None);
    }

    #[test]
    fn keys() {
        assert_eq!(with("/idempotencyKey", json!("가".repeat(200))), None);
        for key in [json!("x".repeat(201)), json!(""), json!(7)] {
            assert_eq!(with("/idempotencyKey", key.clone()), Some("A308"), "{key}");
        }
        assert_eq!(without("", "idempotencyTtl"), Some("A309"));
        for ttl in [json!("86400"), json!(-1), json!(86_401), json!(1.5), json!(null)] {
            assert_eq!(with("/idempotencyTtl", ttl.clone()), Some("A309"), "{ttl}");
        }
    }
}

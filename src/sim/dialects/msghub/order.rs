//! Sends, checked as strictly as the sample and the table of codes allow.

use bytes::Bytes;
use http::Request;
use serde_json::{Map, Value};

use super::answer::{BAD_SHAPE, BAD_VALUE, MISSING};
use super::form::{self, Part};
use crate::sim::core::Core;
use crate::sim::core::order::{Key, Order, Recipient, Remember};
use crate::sim::dialects::fields::{object, optional, word};
use crate::sim::dialects::korea::n_bytes;

/// How long a used key is refused (milliseconds).
pub(super) const KEY_MEMORY_MS: i64 = 600_000;
const MAX_RECIPIENTS: usize = 10;
const MAX_PHOTOS: usize = 3;
const MAX_PHOTO: usize = 300 * 1_000;
const TOO_MANY: &str = "21012";
const TOO_MANY_PHOTOS: &str = "21004";
const NO_SUCH_FILE: &str = "21003";
const TOO_LONG: &str = "23009";

type Read<T> = Result<T, &'static str>;

/// `POST /msg/v1/sms`
pub(super) fn sms(request: &Request<Bytes>) -> Read<Order> {
    let body = json(request.body())?;
    let root = object(&body, &["callback", "msg", "recvInfoLst"]).map_err(|_| BAD_VALUE)?;
    order(root, 90, "SMS", Vec::new())
}

/// `POST /msg/v1/mms`: JSON that names files, or a form that contains them.
pub(super) fn mms(core: &Core<'_>, request: &Request<Bytes>) -> Read<Order> {
    let (body, brought) = match form::boundary(request) {
        None => (json(request.body())?, Vec::new()),
        Some(boundary) => {
            let mut parts = form::parts(request.body(), boundary).ok_or(BAD_SHAPE)?.into_iter();
            let first = parts.next().filter(|part| part.name == "reqMsg").ok_or(BAD_SHAPE)?;
            (json(&first.content)?, parts.map(photo).collect::<Read<_>>()?)
        }
    };
    let known = ["callback", "title", "msg", "fileIdLst", "recvInfoLst"];
    let root = object(&body, &known).map_err(|_| BAD_VALUE)?;
    let photos = [brought, named(core, root)?].concat();
    if photos.len() > MAX_PHOTOS {
        return Err(TOO_MANY_PHOTOS);
    }
    let title = optional(root, "title").map_err(|_| BAD_VALUE)?;
    match title.map(n_bytes) {
        Some(None) => return Err(BAD_VALUE),
        Some(Some(n)) if n > 60 => return Err(TOO_LONG),
        _ => {}
    }
    let kind = if photos.is_empty() { "LMS" } else { "MMS" };
    let title = title.map(str::to_owned);
    Ok(Order { title, ..order(root, 2_000, kind, photos)? })
}

fn json(body: &[u8]) -> Read<Value> {
    serde_json::from_slice(body).map_err(|_| BAD_SHAPE)
}

fn photo(part: Part) -> Read<Bytes> {
    let name = part.file.unwrap_or_default().to_ascii_lowercase();
    match part.content {
        _ if part.name != "parts" => Err(BAD_SHAPE),
        _ if !name.ends_with(".jpg") && !name.ends_with(".jpeg") => Err("21006"),
        content if content.len() > MAX_PHOTO => Err("21002"),
        content if !content.starts_with(&[0xff, 0xd8, 0xff]) => Err("29029"),
        content => Ok(content),
    }
}

fn named(core: &Core<'_>, root: &Map<String, Value>) -> Read<Vec<Bytes>> {
    let Some(names) = root.get("fileIdLst") else {
        return Ok(Vec::new());
    };
    let names = names.as_array().ok_or(BAD_VALUE)?;
    let file = |name: &Value| core.file(name.as_str()?).cloned();
    names.iter().map(|name| file(name).ok_or(NO_SUCH_FILE)).collect()
}

fn order(root: &Map<String, Value>, most: usize, kind: &'static str, photos: Vec<Bytes>) -> Read<Order> {
    let text = word(root, "msg").map_err(|_| MISSING)?;
    match n_bytes(text) {
        None => return Err(BAD_VALUE),
        Some(n) if n > most => return Err(TOO_LONG),
        Some(_) => {}
    }
    Ok(Order {
        recipients: recipients(root)?,
        from: word(root, "callback").map_err(|_| MISSING)?.to_owned(),
        text: text.to_owned(),
        kind,
        photos,
        ..Order::default()
    })
}

fn recipients(root: &Map<String, Value>) -> Read<Vec<Recipient>> {
    let all = root.get("recvInfoLst").and_then(Value::as_array).filter(|all| !all.is_empty());
    let all = all.ok_or(MISSING)?;
    if all.len() > MAX_RECIPIENTS {
        return Err(TOO_MANY);
    }
    all.iter().map(recipient).collect()
}

fn recipient(value: &Value) -> Read<Recipient> {
    let root = object(value, &["cliKey", "phone", "userCustomFields"]).map_err(|_| BAD_VALUE)?;
    let key = word(root, "cliKey").map_err(|_| MISSING)?;
    let is_key = key.len() <= 30 && key.bytes().all(|b| b.is_ascii_alphanumeric() || b"-_.@".contains(&b));
    let has_fields = root.get("userCustomFields").is_none_or(Value::is_object);
    if !is_key || !has_fields {
        return Err(BAD_VALUE);
    }
    Ok(Recipient {
        to: word(root, "phone").map_err(|_| MISSING)?.to_owned(),
        reference: Some(key.to_owned()),
        key: Some(Key { word: key.to_owned(), remember: Remember::For(KEY_MEMORY_MS) }),
    })
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn read(body: Value) -> Read<Order> {
        sms(&Request::new(Bytes::from(body.to_string())))
    }

    fn body() -> Value {
        json!({ "callback": "062120", "msg": "네", "recvInfoLst": [{ "cliKey": "K-1", "phone": "01012345678" }] })
    }

    #[test]
    fn what_is_in_order() {
        let order = read(body()).unwrap();
        assert_eq!((order.kind, order.text.as_str(), order.recipients.len()), ("SMS", "네", 1));
    }

    #[test]
    fn what_is_not() {
        let cases = [
            ("/msg", json!("가".repeat(46)), "23009"),
            ("/msg", json!("😀"), "29001"),
            ("/msg", json!(""), "29000"),
            ("/callback", json!(62120), "29000"),
            ("/recvInfoLst", json!([]), "29000"),
            ("/recvInfoLst", json!(vec![json!({}); 11]), "21012"),
            ("/recvInfoLst/0/cliKey", json!("x".repeat(31)), "29001"),
            ("/recvInfoLst/0/cliKey", json!("ㄱ"), "29001"),
            ("/recvInfoLst/0/phone", json!(null), "29000"),
        ];
        for (place, value, code) in cases {
            let mut body = body();
            *body.pointer_mut(place).unwrap() = value.clone();
            assert_eq!(read(body).unwrap_err(), code, "{place} {value}");
        }
        let mut strange = body();
        strange["ttl"] = json!(60);
        assert_eq!(read(strange).unwrap_err(), "29001");
        assert_eq!(sms(&Request::new(Bytes::from_static(b"{"))).unwrap_err(), "29008");
    }
}

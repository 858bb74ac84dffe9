//! Sends and uploads, checked as strictly as NHN's guide says. `4` is a failed validation.

use bytes::Bytes;
use serde_json::{Map, Value, json};

use super::Shelf;
use super::answer::ok;
use crate::sim::answer::Answer;
use crate::sim::core::Core;
use crate::sim::core::order::{Order, Recipient};
use crate::sim::dialects::fields::{file, object, optional, word};
use crate::sim::dialects::korea::n_bytes;
use crate::sim::dialects::numbers::domestic;
use crate::sim::dialects::query::Unexpected;

const INVALID: &str = "4";
const MAX_RECIPIENTS: usize = 1_000;
const MAX_FILE: usize = 300 * 1_000;

/// Parses a body; the error is the code of the refusal.
pub(super) fn read_order(core: &Core<'_>, shelf: Shelf, body: &[u8]) -> Result<Order, &'static str> {
    let body: Value = serde_json::from_slice(body).map_err(|_| "-9997")?;
    let known: &[&str] = match shelf {
        Shelf::Sms => &["body", "sendNo", "senderGroupingKey", "recipientList", "userId", "statsId"],
        Shelf::Mms => &[
            "title",
            "body",
            "sendNo",
            "attachFileIdList",
            "senderGroupingKey",
            "recipientList",
            "userId",
            "statsId",
        ],
    };
    let root = object(&body, known).map_err(invalid)?;
    let text = word(root, "body").map_err(invalid)?;
    let title = title(root, shelf)?;
    match (n_bytes(text), shelf) {
        (None, _) => return Err("-2023"),
        (Some(n), Shelf::Sms) if n > 90 => return Err("-2015"),
        (Some(n), Shelf::Mms) if n > 2_000 => return Err("-2015"),
        _ => {}
    }
    let photos = photos(core, root)?;
    Ok(Order {
        recipients: recipients(root)?,
        reference: grouping_key(root, "senderGroupingKey")?,
        from: word(root, "sendNo").map_err(invalid)?.to_owned(),
        text: text.to_owned(),
        title,
        kind: match (shelf, photos.is_empty()) {
            (Shelf::Sms, _) => "SMS",
            (Shelf::Mms, true) => "LMS",
            (Shelf::Mms, false) => "MMS",
        },
        ttl_ms: None,
        photos,
        key: None,
    })
}

fn invalid(_: Unexpected) -> &'static str {
    INVALID
}

/// At most 40 bytes; a long text must have one.
fn title(root: &Map<String, Value>, shelf: Shelf) -> Result<Option<String>, &'static str> {
    if shelf == Shelf::Sms {
        return Ok(None);
    }
    let title = word(root, "title").map_err(invalid)?;
    match n_bytes(title) {
        None => Err("-2023"),
        Some(n) if n > 40 => Err("-2015"),
        Some(_) => Ok(Some(title.to_owned())),
    }
}

fn photos(core: &Core<'_>, root: &Map<String, Value>) -> Result<Vec<Bytes>, &'static str> {
    let Some(keys) = root.get("attachFileIdList") else {
        return Ok(Vec::new());
    };
    let keys = keys.as_array().filter(|keys| keys.len() <= 3).ok_or(INVALID)?;
    let kept = |key: &Value| core.file(&key.as_i64()?.to_string()).cloned();
    keys.iter().map(|key| kept(key).ok_or(INVALID)).collect()
}

fn recipients(root: &Map<String, Value>) -> Result<Vec<Recipient>, &'static str> {
    let list =
        root.get("recipientList").and_then(Value::as_array).filter(|l| !l.is_empty()).ok_or(INVALID)?;
    if list.len() > MAX_RECIPIENTS {
        return Err("-2016");
    }
    list.iter().map(recipient).collect()
}

/// A number with its country, or an international one.
fn recipient(value: &Value) -> Result<Recipient, &'static str> {
    let known = ["recipientNo", "countryCode", "internationalRecipientNo", "recipientGroupingKey"];
    let object = object(value, &known).map_err(invalid)?;
    let to = match optional(object, "internationalRecipientNo").map_err(invalid)? {
        Some(abroad) => domestic(abroad),
        None => word(object, "recipientNo").map_err(invalid)?.to_owned(),
    };
    let country = optional(object, "countryCode").map_err(invalid)?;
    if country.is_some_and(|code| code != "82") {
        return Err(INVALID);
    }
    Ok(Recipient { to, reference: grouping_key(object, "recipientGroupingKey")?, key: None })
}

/// At most 100 characters.
fn grouping_key(object: &Map<String, Value>, name: &str) -> Result<Option<String>, &'static str> {
    let key = optional(object, name).map_err(invalid)?;
    if key.is_some_and(|key| key.chars().count() > 100) { Err(INVALID) } else { Ok(key.map(str::to_owned)) }
}

/// `POST attachfile/binaryUpload`: a JPEG in Base64.
pub(super) fn upload(core: &mut Core<'_>, body: &[u8]) -> Result<Answer, &'static str> {
    let body: Value = serde_json::from_slice(body).map_err(|_| "-9997")?;
    let root = object(&body, &["fileName", "createUser", "fileBody"]).map_err(invalid)?;
    let name = word(root, "fileName").map_err(invalid)?.to_owned();
    word(root, "createUser").map_err(invalid)?;
    let bytes = file(root, "fileBody").map_err(invalid)?;
    let lower = name.to_ascii_lowercase();
    let is_jpeg =
        bytes.starts_with(&[0xff, 0xd8, 0xff]) && (lower.ends_with(".jpg") || lower.ends_with(".jpeg"));
    if !is_jpeg || bytes.len() > MAX_FILE || name.chars().count() > 45 {
        return Err(INVALID);
    }
    let key = core.keep_file(bytes);
    let id: i64 = key.parse().unwrap_or(0);
    Ok(ok(json!({ "data": { "fileId": id, "fileName": name, "filePath": format!("/sim/{key}") } })))
}

//! Sends and uploads. A malformed text, one that is too long, or one with characters outside EUC-KR is a bad request as
//! a whole.

use bytes::Bytes;
use serde_json::{Map, Value, json};

use super::{bad_request, gate};
use crate::sim::answer::{Answer, korean};
use crate::sim::core::Core;
use crate::sim::core::order::{Order, Recipient};
use crate::sim::core::sends::{Became, Outcome};
use crate::sim::dialects::fields::{file, object, only_item, optional, word};
use crate::sim::dialects::korea::n_bytes;
use crate::sim::dialects::numbers::is_digits;
use crate::sim::dialects::query::Unexpected;

const MAX_FILE: usize = 300 * 1_000;
const FILE_KEPT_MS: i64 = 6 * 24 * 3_600_000;
const FIELDS: [&str; 8] =
    ["type", "contentType", "countryCode", "from", "subject", "content", "messages", "files"];

pub(super) fn read_order(core: &Core<'_>, body: &[u8]) -> Result<Order, Unexpected> {
    let body: Value = serde_json::from_slice(body).map_err(|_| Unexpected)?;
    let root = object(&body, &FIELDS)?;
    let (kind, most) = match word(root, "type")? {
        "SMS" => ("SMS", 90),
        "LMS" => ("LMS", 2_000),
        "MMS" => ("MMS", 2_000),
        _ => return Err(Unexpected),
    };
    let is = |name: &str, known: &[&str]| {
        Ok::<_, Unexpected>(optional(root, name)?.is_none_or(|word| known.contains(&word)))
    };
    if !is("contentType", &["COMM", "AD"])? || !is("countryCode", &["82"])? {
        return Err(Unexpected);
    }
    let message = object(only_item(root, "messages")?, &["to", "subject", "content"])?;
    let own = |name: &str| Ok::<_, Unexpected>(optional(message, name)?.or(optional(root, name)?));
    let (text, title) = (word(root, "content")?, own("subject")?);
    let text = own("content")?.unwrap_or(text);
    let fits = |words: &str, most: usize| n_bytes(words).is_some_and(|n| n <= most);
    let photos = photos(core, root)?;
    let has_more = title.is_some() || !photos.is_empty();
    let from = word(root, "from")?;
    let is_fine = fits(text, most)
        && title.is_none_or(|title| fits(title, 40))
        && !(kind == "SMS" && has_more)
        && (kind == "MMS") != photos.is_empty()
        && core.options.sender_numbers.iter().any(|number| number == from);
    if !is_fine {
        return Err(Unexpected);
    }
    Ok(Order {
        recipients: vec![Recipient { to: word(message, "to")?.to_owned(), ..Recipient::default() }],
        from: from.to_owned(),
        text: text.to_owned(),
        title: title.map(str::to_owned),
        kind,
        photos,
        ..Order::default()
    })
}

/// Digits only: no hyphens.
pub(super) fn is_number(to: &str) -> bool {
    is_digits(to) && (8..=12).contains(&to.len())
}

fn photos(core: &Core<'_>, root: &Map<String, Value>) -> Result<Vec<Bytes>, Unexpected> {
    let Some(files) = root.get("files") else {
        return Ok(Vec::new());
    };
    let files = files.as_array().filter(|files| files.len() <= 3).ok_or(Unexpected)?;
    let kept =
        |value: &Value| core.file(word(object(value, &["fileId"])?, "fileId")?).cloned().ok_or(Unexpected);
    files.iter().map(kept).collect()
}

/// 202 for any later result.
pub(super) fn sent(core: &Core<'_>, outcomes: &[Outcome]) -> Answer {
    match outcomes.first().map(|outcome| &outcome.became) {
        Some(Became::Taken(index)) => {
            let message = core.message(*index);
            let time = korean(message.dated(message.accepted_at), "%Y-%m-%dT%H:%M:%S.%3f");
            let said = json!({
                "requestId": message.msg_key, "requestTime": time, "statusCode": "202", "statusName": "success",
            });
            Answer::json(202, &said)
        }
        Some(Became::Refused(code)) if code == "400" => bad_request(),
        Some(Became::Refused(code)) => gate(400, code),
        _ => gate(500, "900"),
    }
}

/// `POST files`: a JPEG in Base64.
pub(super) fn upload(core: &mut Core<'_>, body: &[u8]) -> Result<Answer, Unexpected> {
    let body: Value = serde_json::from_slice(body).map_err(|_| Unexpected)?;
    let root = object(&body, &["fileName", "fileBody"])?;
    let name = word(root, "fileName")?;
    let bytes = file(root, "fileBody")?;
    let lower = name.to_ascii_lowercase();
    let is_named = (lower.ends_with(".jpg") || lower.ends_with(".jpeg")) && name.chars().count() <= 40;
    if !is_named || !bytes.starts_with(&[0xff, 0xd8, 0xff]) || bytes.len() > MAX_FILE {
        return Err(Unexpected);
    }
    let time = |at: i64| korean(at, "%Y-%m-%dT%H:%M:%S.%3f");
    let now = core.dated_now();
    let key = core.keep_file(bytes);
    Ok(Answer::json(
        200,
        &json!({ "fileId": key, "createTime": time(now), "expireTime": time(now + FILE_KEPT_MS) }),
    ))
}

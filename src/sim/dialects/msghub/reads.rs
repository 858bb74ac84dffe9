//! Reads of the gateway: citizens' texts and their photos, the status of its own texts, reports.

use bytes::Bytes;
use http::Request;
use serde_json::{Value, json};

use super::answer::{BAD_SHAPE, BAD_VALUE, MISSING, bare, ok, own_key};
use crate::sim::answer::{Answer, korean};
use crate::sim::core::Core;
use crate::sim::core::record::Message;
use crate::sim::dialects::fields::{object, word};

/// The size of a page is not documented.
const MAX_TEXTS: usize = 20;
const MAX_REPORTS: usize = 100;
/// A batch that is not acked within this time comes again (milliseconds).
const AGAIN_MS: i64 = 120_000;
/// After an empty answer, reports must not be requested for this time (milliseconds).
const QUIET_MS: i64 = 10_000;
const NO_REPORTS: &str = "no reports";
const PHOTOS_KEPT_MS: i64 = 24 * 3_600_000;
const SENT_KEPT_MS: i64 = 90 * 24 * 3_600_000;
const MAX_KEYS: usize = 10;
const TOO_MANY: &str = "21012";
const TOO_SOON: &str = "29002";

/// `GET /mo/v1/msg`: handed out once.
pub(super) fn texts(core: &mut Core<'_>, request: &Request<Bytes>) -> Answer {
    let page = core.hand_out_texts(MAX_TEXTS, |_| true);
    let base = core.base_url(Some(request));
    let mut items: Vec<Value> = page.items.iter().map(|index| text(core, *index, &base)).collect();
    if page.has_broken {
        items.push(json!({ "moKey": null, "moMsg": 7 }));
    }
    ok(&json!({ "moCnt": items.len(), "moLst": items }))
}

/// A text without photos as in the vendor's document, one with photos as seen in production.
pub(super) fn text(core: &Core<'_>, index: usize, base: &str) -> Value {
    let text = core.text(index);
    if text.is_broken() {
        return json!({ "moKey": text.key, "moMsg": 7 });
    }
    let photo = |(n, photo): (usize, &Bytes)| {
        json!({
            "contentName": format!("{}_{n}.jpg", text.key), "contentSize": photo.len().to_string(),
            "contentExt": "jpg", "contentUrl": format!("{base}/mo/content/{}/{n}", text.key),
        })
    };
    let photos: Vec<Value> = text.photos.iter().enumerate().map(photo).collect();
    let is_text = photos.is_empty() && !text.body.is_empty();
    let (kind, title, form) = match is_text {
        true => ("SMSMO", Value::Null, "%Y-%m-%d %H:%M:%S"),
        false => ("MMSMO", json!("제목없음"), "%Y-%m-%dT%H:%M:%S"),
    };
    let words = Some(text.body.as_str()).filter(|words| !words.is_empty());
    json!({
        "moKey": text.key, "moNumber": core.options.mo_number, "moType": kind, "moCallback": text.from,
        "productCode": kind, "moTitle": title, "moMsg": words, "telco": "KT", "contentCnt": photos.len(),
        "contentInfoLst": if photos.is_empty() { Value::Null } else { json!(photos) },
        "moRecvDt": korean(text.at, form),
    })
}

/// A photo by its address, which is valid once and for a day.
pub(super) fn photo(core: &mut Core<'_>, key: &str, n: &str) -> Answer {
    let is_fresh = core.texts_by_key(key).first().is_some_and(|t| core.now - t.visible_at <= PHOTOS_KEPT_MS);
    let photo = n.parse().ok().and_then(|n| core.photo(key, n)).filter(|_| is_fresh);
    match photo {
        Some(photo) if core.first_use(&format!("photo {key} {n}")) => Answer::raw(200, "image/jpeg", photo),
        _ => bare(404),
    }
}

/// `POST /msg/v1/sent`: by the gateway's key and the day.
pub(super) fn sent(core: &Core<'_>, body: &[u8]) -> Result<Answer, &'static str> {
    let asked = list(body, "cliKeyLst")?;
    if asked.len() > MAX_KEYS {
        return Err(TOO_MANY);
    }
    let entries = asked.iter().map(|one| entry(core, one)).collect::<Result<Vec<_>, _>>()?;
    Ok(ok(&json!({ "cliKeyLst": entries })))
}

fn list(body: &[u8], name: &str) -> Result<Vec<Value>, &'static str> {
    let body: Value = serde_json::from_slice(body).map_err(|_| BAD_SHAPE)?;
    let root = object(&body, &[name]).map_err(|_| BAD_VALUE)?;
    let all = root.get(name).and_then(Value::as_array).filter(|all| !all.is_empty());
    all.cloned().ok_or(MISSING)
}

fn entry(core: &Core<'_>, asked: &Value) -> Result<Value, &'static str> {
    let asked = object(asked, &["cliKey", "reqDt"]).map_err(|_| BAD_VALUE)?;
    let key = word(asked, "cliKey").map_err(|_| MISSING)?;
    let day = word(asked, "reqDt").map_err(|_| MISSING)?;
    let date: jiff::civil::Date = day.parse().ok().filter(|_| day.len() == 10).ok_or(BAD_VALUE)?;
    let bare = |status: &str| Ok(json!({ "cliKey": key, "status": status }));
    if date.to_string() < korean(core.dated_now() - SENT_KEPT_MS, "%Y-%m-%d") {
        return bare("OVER_DATE");
    }
    let is_that_day = |message: &Message| korean(message.dated(message.accepted_at), "%Y-%m-%d") == day;
    let all = core.messages_by_client_key(key).iter().copied();
    let Some(index) = all.rev().find(|index| is_that_day(core.message(*index))) else {
        return bare("INVALID_KEY");
    };
    let message = core.message(index);
    let report = message.report(core.now);
    Ok(json!({
        "msgKey": own_key(index), "cliKey": key, "status": if report.is_some() { "DONE" } else { "ING" },
        "ch": message.kind, "resultCode": report, "resultCodeDesc": report.map(|_| "simulated"),
        "productCode": message.kind, "telco": report.map(|_| "KT"), "rptDt": report.map(|_| told_at(message)),
        "fbReasonLst": null,
    }))
}

fn told_at(message: &Message) -> String {
    korean(message.dated(message.handset_at), "%Y-%m-%dT%H:%M:%S")
}

/// `GET /msg/v1.2/report`: the same batch until it is acked, but not within two minutes. The carrier drops
/// reports after 81 hours; not simulated, because the ledger would count them as acked.
pub(super) fn reports(core: &mut Core<'_>) -> Result<Answer, &'static str> {
    if core.marked(NO_REPORTS).is_some_and(|at| (0..QUIET_MS).contains(&(core.now - at))) {
        return Err(TOO_SOON);
    }
    let Some((key, messages)) = core.report_batch(MAX_REPORTS, AGAIN_MS) else {
        core.mark(NO_REPORTS);
        return Ok(ok(&json!({ "rptKey": null, "rptCnt": 0, "rptLst": null })));
    };
    let items: Vec<Value> = messages.iter().map(|index| report(core.message(*index), *index)).collect();
    Ok(ok(&json!({ "rptKey": key, "rptCnt": items.len(), "rptLst": items })))
}

fn report(message: &Message, index: usize) -> Value {
    json!({
        "msgKey": own_key(index), "cliKey": message.key, "ch": message.kind, "resultCode": message.code,
        "resultCodeDesc": "simulated", "productCode": message.kind, "fbReasonLst": null, "telco": "KT",
        "rptDt": told_at(message), "phone": message.to, "userCustomFields": {},
    })
}

/// `POST /msg/v1.2/report/result`. The answer for a key that is not open is not documented.
pub(super) fn reports_taken(core: &mut Core<'_>, body: &[u8]) -> Result<Answer, &'static str> {
    let keys = list(body, "rptKeyLst")?;
    let keys: Vec<&str> = keys.iter().map(|key| key.as_str().ok_or(BAD_VALUE)).collect::<Result<_, _>>()?;
    for key in keys {
        core.ack_batch(key);
    }
    Ok(ok(&Value::Null))
}

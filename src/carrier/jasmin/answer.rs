//! Jasmin's answers: `Success "<id>"` or `Error "<words>"` to a send, JSON to a question. Its errors have no codes, and one
//! status stands for several things, so that its words decide. All words of this table are said before a text is queued
//! (`protocols/http/endpoints/send.py`, `protocols/http/validation.py`); anything else leaves it open.

use http::StatusCode;
use serde_json::Value;

use super::codes;
use crate::carrier::error::{self, by_status, protocol_error};
use crate::carrier::http::Response;
use crate::carrier::{CarrierError, ErrorKind, Result, lenient_json};

/// A name that Jasmin gave a text: a UUID, unless a plug-in makes others.
const MAX_ID: usize = 100;

/// Jasmin's words, what follows, our code, and a sentence for the operator. The first that is contained counts.
const REFUSALS: &[(&str, ErrorKind, &str, &str)] = &[
    ("Authentication failure", ErrorKind::Auth, "LOGIN", "Jasmin refuses our user or password"),
    (
        "User throughput exceeded",
        ErrorKind::RateLimited,
        "THROUGHPUT",
        "http_throughput of Jasmin's user is used up",
    ),
    (
        "Cannot charge submit_sm",
        ErrorKind::Config,
        codes::QUOTA,
        "balance or sms_count of Jasmin's user is used up",
    ),
    ("No route found", ErrorKind::Config, codes::NO_ROUTE, "Jasmin has no route for this text: see mtrouter"),
    (
        "has no bound connectors",
        ErrorKind::NotSent,
        "UNBOUND",
        "no connector of Jasmin's failover route is bound",
    ),
    // The text was not queued: no broker, or no connector of that name.
    (
        "Cannot send submit_sm",
        ErrorKind::NotSent,
        "QUEUE",
        "Jasmin could not queue the text: see its smppclient-manager.log",
    ),
    ("InterceptorPB not", ErrorKind::NotSent, "INTERCEPTOR", "Jasmin's interceptor is not running"),
    (
        "Failed running interception script",
        ErrorKind::NotSent,
        "INTERCEPTOR",
        "Jasmin's interception script failed",
    ),
    (
        "Interception specific error",
        ErrorKind::Permanent,
        codes::INTERCEPTED,
        "Jasmin's interception script refuses the text",
    ),
    ("Argument [to]", ErrorKind::Permanent, codes::NUMBER, "Jasmin takes this for no number"),
    (
        "destination_address filter",
        ErrorKind::Permanent,
        codes::FILTER,
        "Jasmin's user may not write to this number",
    ),
    (
        "source_address filter",
        ErrorKind::Config,
        codes::SENDER,
        "Jasmin's user may not write from this number",
    ),
    (
        "Authorization failed",
        ErrorKind::Config,
        codes::PERMISSION,
        "Jasmin's user lacks a permission (mt_messaging_cred)",
    ),
    (
        "Value filter failed",
        ErrorKind::Config,
        codes::PERMISSION,
        "a value filter of Jasmin's user refuses the request",
    ),
    (
        "Argument [",
        ErrorKind::Config,
        "ARGUMENT",
        "Jasmin refuses a setting of ours: user, password or callback_url",
    ),
    ("Mandatory argument", ErrorKind::Config, "ARGUMENT", "this version of Jasmin wants an argument more"),
];

/// Jasmin's id of a text that it took.
pub(super) fn sent(response: &Response) -> Result<String> {
    let said = String::from_utf8_lossy(&response.body);
    if let Some(words) = quoted(&said, "Error") {
        return Err(refusal(words, response.status));
    }
    if response.status != StatusCode::OK {
        return Err(by_status(response.status).with_retry_after(response.retry_after()));
    }
    // An exception inside Jasmin is answered as a success, with a trace where the id belongs.
    let id = quoted(&said, "Success").filter(|id| is_id(id));
    id.map(str::to_owned).ok_or_else(error::unclear_send)
}

/// Whether a question for the price was answered.
pub(super) fn rate(response: &Response) -> Result<()> {
    match (lenient_json::read(&response.body), response.status) {
        (Value::Object(rate), StatusCode::OK) if rate.contains_key("submit_sm_count") => Ok(()),
        (Value::String(words), status) if !status.is_success() => Err(refusal(&words, status).for_read()),
        (_, StatusCode::OK) => Err(protocol_error("this is not how Jasmin answers: see base_url")),
        (_, status) => Err(by_status(status).for_read()),
    }
}

fn quoted<'a>(said: &'a str, word: &str) -> Option<&'a str> {
    said.trim().strip_prefix(word)?.trim_start().strip_prefix('"')?.strip_suffix('"')
}

pub(super) fn is_id(word: &str) -> bool {
    let is_plain = |b: u8| b.is_ascii_alphanumeric() || b"-_.:".contains(&b);
    (1..=MAX_ID).contains(&word.len()) && word.bytes().all(is_plain)
}

fn refusal(words: &str, status: StatusCode) -> CarrierError {
    match REFUSALS.iter().find(|(known, ..)| words.contains(known)) {
        Some((_, kind, code, message)) => CarrierError::new(*kind, *message).with_code(*code),
        None => by_status(status),
    }
}

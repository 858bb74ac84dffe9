//! What an answer of NHN's says as a whole: `header.isSuccessful` and `header.resultCode`, under HTTP 200 whatever they
//! say; and the HTTP status where they can't be read. Says nothing of what else is in the answer.

use http::StatusCode;
use serde_json::Value;

use super::codes;
use crate::carrier::error::{self, by_status};
use crate::carrier::http::Response;
use crate::carrier::lenient_json::text_or_number;
use crate::carrier::{CarrierError, ErrorKind, Result, lenient_json};

/// The answer's `body` if it is a success, else what its code means for a send; a reading request may be repeated
/// whatever it says.
pub(super) fn read(response: &Response) -> Result<Value> {
    let mut body = lenient_json::read(&response.body);
    let status = response.status;
    let code = text_or_number(&body["header"]["resultCode"]);
    let error = match (&body["header"]["isSuccessful"], code.as_deref()) {
        _ if status == StatusCode::TOO_MANY_REQUESTS => by_status(status),
        // A 5xx leaves open how far the request came, whatever code stands in it.
        (_, code) if status.is_server_error() => {
            let error = by_status(status);
            code.filter(|code| *code != codes::OK).map_or(error.clone(), |code| error.with_code(plain(code)))
        }
        (Value::Bool(true), Some(codes::OK)) if status.is_success() => return Ok(body["body"].take()),
        (Value::Bool(false), Some(code)) if code != codes::OK => refused(code),
        (Value::Bool(_), Some(_)) => {
            CarrierError::new(ErrorKind::Ambiguous, "the carrier's answer contradicts itself")
        }
        _ => by_status(status),
    };
    Err(error.with_retry_after(response.retry_after()))
}

/// What a code in an answer means for a send.
pub(super) fn refused(code: &str) -> CarrierError {
    error::call_refused(codes::kind(code)).with_code(plain(code))
}

/// NHN's codes are a sign and four digits at most.
fn plain(code: &str) -> String {
    error::loggable_code(code, 5)
}

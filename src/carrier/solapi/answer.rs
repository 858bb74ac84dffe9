//! What an answer of SOLAPI's says as a whole: HTTP 200 and an object is a success, `errorCode` beside another status says
//! why not. Says nothing of what else is in the answer.

use http::StatusCode;
use serde_json::Value;

use super::codes;
use crate::carrier::error::{self, by_status};
use crate::carrier::http::Response;
use crate::carrier::lenient_json::text_or_number;
use crate::carrier::{CarrierError, ErrorKind, Result, lenient_json};

/// The answer's body if it is a success, else what its status means for a send; a reading request may be repeated
/// whatever it says.
pub(super) fn read(response: &Response) -> Result<Value> {
    let body = lenient_json::read(&response.body);
    let status = response.status;
    if status.is_success() && body.is_object() {
        return Ok(body);
    }
    let code = text_or_number(&body["errorCode"]);
    let error = match (status, code) {
        (StatusCode::TOO_MANY_REQUESTS, _) => by_status(status),
        // A 5xx leaves open how far the request came, whatever code stands in it.
        (status, _) if status.is_server_error() => by_status(status),
        (StatusCode::FORBIDDEN, Some(code)) => by_door(&code).with_code(plain(&code)),
        (StatusCode::UNAUTHORIZED | StatusCode::NOT_FOUND, Some(code)) => {
            by_status(status).with_code(plain(&code))
        }
        (StatusCode::PAYMENT_REQUIRED, Some(code)) => {
            CarrierError::new(ErrorKind::Config, "the account's money is used up").with_code(plain(&code))
        }
        (StatusCode::BAD_REQUEST, Some(code)) => {
            error::call_refused(ErrorKind::Permanent).with_code(plain(&code))
        }
        _ => by_status(status),
    };
    Err(error.with_retry_after(response.retry_after()))
}

/// What the door says of a signature. Source: SOLAPI's document of authentication.
fn by_door(code: &str) -> CarrierError {
    let (kind, message) = match code {
        "InvalidAPIKey" | "SignatureDoesNotMatch" => (ErrorKind::Auth, "the carrier refuses our key"),
        "RequestTimeTooSkewed" => {
            (ErrorKind::Config, "this machine's clock and the carrier's differ by a quarter of an hour")
        }
        // The next try is signed anew.
        "DuplicatedSignature" => (ErrorKind::NotSent, "the carrier has seen this signature before"),
        _ => (ErrorKind::Config, "the carrier refuses this account or address"),
    };
    CarrierError::new(kind, message)
}

/// What a status code of a text in the answer to its send means.
pub(super) fn refused(code: &str) -> CarrierError {
    error::not_taken(codes::kind(code), plain(code))
}

/// SOLAPI's longest word has 21 letters.
fn plain(code: &str) -> String {
    let letters = error::loggable_code(code, 24);
    // A number of more than four digits is no code of its.
    if letters.len() > 4 && letters.bytes().any(|b| b.is_ascii_digit()) {
        "unknown".to_owned()
    } else {
        letters
    }
}

//! What an answer of Bizgo's says as a whole, before anybody looks at its data: two layers of codes, and the HTTP status
//! where neither can be read. Says nothing of what else is in the answer.

use http::StatusCode;
use serde_json::Value;

use super::{codes, mend, wire};
use crate::carrier::http::{HttpFailure, Response, Stage};
use crate::carrier::{CarrierError, ErrorKind};

/// An answer by what it means for a send; a reading request may be repeated whatever it says.
pub(super) enum Answer {
    /// Success in both layers; this is `data.data`.
    Data(Value),
    /// The service processed a request of this key before.
    Repetition,
    Refused(CarrierError),
}

/// Reads an answer. Both layers must say `A000` for a success, and the gateway's word comes first: `A301` is a
/// repetition only where the service says it.
pub(super) fn read(response: &Response) -> Answer {
    let mut body = mend::read(&response.body);
    let gateway = wire::word(&body["common"]["authCode"]);
    let service = wire::word(&body["data"]["code"]);
    let status = response.status;
    let error = match (gateway.as_deref(), service.as_deref()) {
        _ if status == StatusCode::TOO_MANY_REQUESTS => too_fast(),
        (_, Some(codes::TOO_FAST)) => too_fast(),
        // Whatever else it says: something broke, and nobody knows how far it had come.
        (gateway, service) if status.is_server_error() => {
            let code = service.or(gateway).filter(|code| *code != codes::OK);
            let error = by_status(status);
            code.map(|code| error.clone().with_code(plain(code))).unwrap_or(error)
        }
        (Some(code), _) if code != codes::OK => {
            CarrierError::new(codes::gateway(code), "the carrier's gateway refused the call")
                .with_code(plain(code))
        }
        (_, Some(codes::DUPLICATE)) => return Answer::Repetition,
        (_, Some(code)) if code != codes::OK => {
            CarrierError::new(codes::service(code), "the carrier refused the call").with_code(plain(code))
        }
        (Some(_), Some(_)) if status.is_success() => return Answer::Data(body["data"]["data"].take()),
        _ => by_status(status),
    };
    Answer::Refused(error.with_retry_after(response.retry_after()))
}

fn too_fast() -> CarrierError {
    CarrierError::new(ErrorKind::RateLimited, "the carrier's limit is used up").with_code(codes::TOO_FAST)
}

/// An answer without a code we can read: only its status speaks.
fn by_status(status: StatusCode) -> CarrierError {
    let (kind, message) = match status.as_u16() {
        401 => (ErrorKind::Auth, "the carrier refuses our key"),
        403 => (ErrorKind::Config, "the carrier refuses this account or address"),
        300..=399 => (ErrorKind::Config, "the carrier has moved: see base_url"),
        404 | 405 | 407 => (ErrorKind::Config, "there is no such carrier at this address: see base_url"),
        500..=599 => (ErrorKind::Ambiguous, "the carrier has trouble of its own"),
        _ => (ErrorKind::Ambiguous, "the carrier's answer cannot be read"),
    };
    CarrierError::new(kind, message).with_code(format!("HTTP{}", status.as_u16()))
}

/// No answer at all; `open` is what that means once the request may have left.
pub(super) fn unanswered(failure: &HttpFailure, open: ErrorKind) -> CarrierError {
    let kind = if failure.stage == Stage::BeforeRequest { ErrorKind::NotSent } else { open };
    CarrierError::new(kind, failure.what)
}

/// The answer has a shape we do not know.
pub(super) fn odd(what: &str) -> CarrierError {
    CarrierError::new(ErrorKind::Protocol, what)
}

/// A code for logs and rows. What is longer than codes are may be anything, a citizen's number among it.
pub(super) fn plain(code: &str) -> String {
    let is_code = code.len() <= 5 && code.bytes().all(|b| b.is_ascii_alphanumeric());
    if is_code { code.to_owned() } else { "unknown".to_owned() }
}

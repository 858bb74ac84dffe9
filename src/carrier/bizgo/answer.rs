//! What an answer of Bizgo's says as a whole, before its data are read: two layers of codes, and the HTTP status
//! where neither can be read. Says nothing of what else is in the answer.

use http::StatusCode;
use serde_json::Value;

use super::codes;
use crate::carrier::error::{self, by_status};
use crate::carrier::http::Response;
use crate::carrier::lenient_json::text_or_number;
use crate::carrier::{CarrierError, ErrorKind, lenient_json};

/// An answer by what it means for a send; a reading request may be repeated whatever it says.
pub(super) enum Answer {
    /// Success in both layers; this is `data.data`.
    Data(Value),
    /// The service processed a request of this key before.
    Repetition,
    Refused(CarrierError),
}

/// Reads an answer. Both layers must say `A000` for a success, and the gateway's word comes first: `A301` is a
/// repetition only where the service says it and the gateway let the call in. Without the gateway's word nothing in the
/// answer counts.
pub(super) fn read(response: &Response) -> Answer {
    let mut body = lenient_json::read(&response.body);
    let gateway = text_or_number(&body["common"]["authCode"]);
    let service = text_or_number(&body["data"]["code"]);
    let status = response.status;
    let error = match (gateway.as_deref(), service.as_deref()) {
        _ if status == StatusCode::TOO_MANY_REQUESTS => too_fast(),
        (_, Some(codes::TOO_FAST)) => too_fast(),
        // A 5xx leaves open how far the request came, whatever code stands in it.
        (gateway, service) if status.is_server_error() => {
            let code = service.or(gateway).filter(|code| *code != codes::OK);
            let error = by_status(status);
            code.map(|code| error.clone().with_code(plain(code))).unwrap_or(error)
        }
        (Some(code), _) if code != codes::OK => {
            CarrierError::new(codes::gateway(code), "the carrier's gateway refused the call")
                .with_code(plain(code))
        }
        (Some(_), Some(codes::DUPLICATE)) => return Answer::Repetition,
        (Some(_), Some(code)) if code != codes::OK => {
            error::call_refused(codes::service(code)).with_code(plain(code))
        }
        (Some(_), Some(_)) if status.is_success() => return Answer::Data(body["data"]["data"].take()),
        _ => by_status(status),
    };
    Answer::Refused(error.with_retry_after(response.retry_after()))
}

fn too_fast() -> CarrierError {
    CarrierError::new(ErrorKind::RateLimited, "the carrier's limit is used up").with_code(codes::TOO_FAST)
}

/// Bizgo's codes are five letters and digits at most.
pub(super) fn plain(code: &str) -> String {
    error::loggable_code(code, 5)
}

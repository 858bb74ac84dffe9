//! Message Hub's envelope: a code, a message, and data if all is well. Its codes have HTTP statuses of their own. Source:
//! the vendor's table of codes (2026-02-20).

use serde_json::{Value, json};

use crate::sim::answer::{Answer, reason};
use crate::sim::core::order::Order;
use crate::sim::core::sends::{Became, Outcome};

const OK: &str = "10000";
/// The body cannot be read.
pub(super) const BAD_SHAPE: &str = "29008";
/// A required field is missing.
pub(super) const MISSING: &str = "29000";
/// A field is invalid.
pub(super) const BAD_VALUE: &str = "29001";
/// The key was used within the last ten minutes.
const REPEATED: &str = "29005";

pub(super) fn ok(data: &Value) -> Answer {
    Answer::json(200, &json!({ "code": OK, "message": "성공", "data": data }))
}

/// Refusal of the whole call.
pub(super) fn refused(code: &str) -> Answer {
    Answer::json(status_of(code), &json!({ "code": code, "message": "simulated" })).refusing(code)
}

/// An answer of the API gateway, without the envelope.
pub(super) fn bare(status: u16) -> Answer {
    Answer::raw(status, "text/plain", reason(status)).refusing(format!("HTTP{status}"))
}

fn status_of(code: &str) -> u16 {
    match code {
        "29018" | "29019" | "29039" => 200,
        "20000" | "20001" | "20002" | "20003" | "20004" | "29011" | "29025" => 401,
        _ => 400,
    }
}

/// The carrier's id of a message.
pub(super) fn own_key(index: usize) -> String {
    format!("SimMt{index:06}.6bTb0O")
}

/// The answer to a send.
pub(super) fn sent(order: &Order, outcomes: &[Outcome]) -> Answer {
    if outcomes.iter().all(|outcome| matches!(outcome.became, Became::Repeated(_))) {
        // The core has counted it as a repetition.
        return Answer::json(400, &json!({ "code": REPEATED, "message": "중복발송 오류" }));
    }
    let each = order.recipients.iter().zip(outcomes).map(|(recipient, outcome)| {
        let (code, index) = match &outcome.became {
            Became::Taken(index) => (OK, Some(*index)),
            Became::Repeated(_) => (REPEATED, None),
            Became::Refused(code) => (code.as_str(), None),
        };
        json!({
            "cliKey": recipient.reference, "msgKey": index.map(own_key), "phone": recipient.to, "code": code,
            "message": if code == OK { "성공" } else { "simulated" },
        })
    });
    ok(&each.collect())
}

//! NHN's envelope: a header with a code and, if all is well, a body; HTTP 200 in any case.

use serde_json::{Value, json};

use crate::sim::answer::{Answer, reason};
use crate::sim::core::Core;
use crate::sim::core::order::Order;
use crate::sim::core::sends::{Became, Outcome};

pub(super) fn ok(body: Value) -> Answer {
    Answer::json(200, &json!({ "header": header("0", "SUCCESS"), "body": body }))
}

/// Refusal of the whole call.
pub(super) fn refused(code: &str) -> Answer {
    Answer::json(200, &json!({ "header": header(code, "simulated") })).refusing(code)
}

/// An answer of the API gateway, without the envelope.
pub(super) fn bare(status: u16) -> Answer {
    Answer::raw(status, "text/plain", reason(status)).refusing(format!("HTTP{status}"))
}

fn header(code: &str, message: &str) -> Value {
    json!({ "isSuccessful": code == "0", "resultCode": number(code), "resultMessage": message })
}

/// Codes of answers are numbers.
fn number(code: &str) -> Value {
    code.parse::<i64>().map_or_else(|_| json!(code), |code| json!(code))
}

/// The request and the recipient number in a message's id.
pub(super) fn parts(msg_key: &str) -> (&str, i64) {
    let (request, n) = msg_key.rsplit_once(':').unwrap_or((msg_key, "0"));
    (request, n.parse().unwrap_or(0))
}

/// The answer to a send.
pub(super) fn sent(core: &Core<'_>, order: &Order, outcomes: &[Outcome]) -> Answer {
    let taken = |outcome: &Outcome| match outcome.became {
        Became::Taken(index) => Some(core.message(index).msg_key.as_str()),
        _ => None,
    };
    let each = order.recipients.iter().zip(outcomes).enumerate().map(|(n, (recipient, outcome))| {
        let code = match &outcome.became {
            Became::Refused(code) => code.as_str(),
            _ => "0",
        };
        json!({
            "recipientNo": recipient.to, "resultCode": number(code),
            "resultMessage": if code == "0" { "SUCCESS" } else { "simulated" },
            "recipientSeq": taken(outcome).map_or(n as i64 + 1, |name| parts(name).1),
            "recipientGroupingKey": recipient.reference,
        })
    });
    let each: Vec<Value> = each.collect();
    let request = outcomes.iter().find_map(taken).map_or("00000000000000Sim000000000", |name| parts(name).0);
    ok(json!({ "data": {
        "requestId": request, "statusCode": "2", "senderGroupingKey": order.reference, "sendResultList": each,
    } }))
}

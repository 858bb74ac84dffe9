//! Jasmin's HTTP API and its calls. Sources: PyPI jasmin 0.11.1 (`protocols/http`, `routing/throwers.py`) and its words on the
//! wire. Errors are words; a refusal's code is those words.
//!
//! As the original: arguments are judged before the login, every unknown one is refused, and the end of a text of more than
//! five parts is dropped without a word. Stricter: only what this gateway sends (a form, `hex-content`, one `to`).
//! It knows no key and lists nothing; each send is a text of its own. Receipts are reported once, at level 2.

mod order;
mod push;

use bytes::Bytes;
use http::{Method, Request, Response};
use serde_json::json;

use crate::sim::answer::Answer;
use crate::sim::core::Core;
use crate::sim::core::order::{Order, Recipient};
use crate::sim::core::particulars::{Codes, Particulars, Serial};
use crate::sim::core::record::Pushed;
use crate::sim::core::sends::{Became, Outcome};
use crate::sim::dialect::{Accepts, Dialect, Push, Trouble};
use crate::sim::dialects::query::Query;
use crate::sim::faults::Endpoint;
use crate::sim::options::SimOptions;

pub(super) struct Jasmin;

const WRONG_LOGIN: &str = "Authentication failure for username";

/// The status that goes with Jasmin's words (`protocols/http/errors.py`).
fn status_of(words: &str) -> u16 {
    let starts = |with: &[&str]| with.iter().any(|start| words.starts_with(start));
    match () {
        () if starts(&[WRONG_LOGIN, "User throughput", "Cannot charge"]) => 403,
        () if starts(&["No route found", "Failover route"]) => 412,
        () if starts(&["InterceptorPB"]) => 503,
        () if starts(&["Cannot send", "Unknown error"]) => 500,
        () => 400,
    }
}

/// An error as this endpoint words it.
fn error(endpoint: Option<Endpoint>, status: u16, words: &str) -> Answer {
    match endpoint {
        Some(Endpoint::Send) => Answer::raw(status, "text/plain", format!("Error \"{words}\"")),
        _ => Answer::json(status, &json!(words)),
    }
}

fn refused(endpoint: Endpoint, words: &str) -> Answer {
    error(Some(endpoint), status_of(words), words).refusing(words)
}

impl Particulars for Jasmin {
    /// As a value filter of Jasmin's user: a sender that is not ours. Numbers themselves are not judged.
    fn objection(&self, order: &Order, _: &Recipient, options: &SimOptions) -> Option<String> {
        let is_ours = options.sender_numbers.contains(&order.from);
        let words = || {
            format!("Value filter failed for user [{}] (source_address filter mismatch).", options.api_key)
        };
        (!is_ours).then(words)
    }

    fn codes(&self) -> Codes {
        Codes {
            delivered: "DELIVRD",
            timed_out: "EXPIRED",
            phone_off: "UNDELIV",
            unknown: "UNKNOWN",
            bad_number: "Value filter failed for user [SIM-KEY] (destination_address filter mismatch).",
        }
    }

    /// A UUID.
    fn message_key(&self, serial: &Serial<'_>) -> String {
        format!("00000000-0000-4000-8000-{:09x}{:03x}", serial.request, serial.n)
    }

    fn text_key(&self, n: usize) -> String {
        format!("11111111-0000-4000-8000-{n:012x}")
    }
}

impl Dialect for Jasmin {
    fn section(&self) -> &'static [(&'static str, Accepts)] {
        &[
            ("base_url", Accepts::Address),
            ("user", Accepts::Key),
            ("password_file", Accepts::Secret),
            ("callback_url", Accepts::Called("http://127.0.0.1:6123/push/jasmin")),
            ("push_token_file", Accepts::WebhookSecret),
        ]
    }

    fn route(&self, request: &Request<Bytes>) -> Result<Endpoint, Answer> {
        match (request.method(), request.uri().path()) {
            (&Method::POST, "/send") => Ok(Endpoint::Send),
            (&Method::GET, "/rate") => Ok(Endpoint::Inquiry),
            (_, "/rate" | "/send") => {
                Err(Answer::raw(405, "text/html", "<html>Method Not Allowed</html>").refusing("405"))
            }
            _ => Err(Answer::raw(404, "text/html", "<html>No Such Resource</html>").refusing("404")),
        }
    }

    fn authorize(
        &self,
        core: &mut Core<'_>,
        endpoint: Option<Endpoint>,
        request: &Request<Bytes>,
    ) -> Result<(), Answer> {
        // An unknown path is refused as such.
        let Some(endpoint) = endpoint else {
            return Ok(());
        };
        let arguments = order::arguments(endpoint, request);
        order::judged(endpoint, &arguments).map_err(|words| refused(endpoint, &words))?;
        let (user, password) = (arguments.get("username"), arguments.get("password"));
        let options = core.options;
        if (user, password) == (Some(&*options.api_key), Some(&*options.api_secret)) {
            return Ok(());
        }
        Err(refused(endpoint, &format!("{WRONG_LOGIN}:{}", user.unwrap_or_default())))
    }

    fn order(&self, _: &Core<'_>, request: &Request<Bytes>) -> Result<Order, Answer> {
        let arguments = order::arguments(Endpoint::Send, request);
        order::read_order(&arguments).map_err(|words| refused(Endpoint::Send, &words))
    }

    fn sent(&self, core: &Core<'_>, _: &Request<Bytes>, _: &Order, outcomes: &[Outcome]) -> Answer {
        match outcomes.first().map(|outcome| (&outcome.became, outcome.is_fault)) {
            Some((Became::Taken(index), _)) => {
                let id = &core.message(*index).msg_key;
                Answer::raw(200, "text/plain", format!("Success \"{id}\""))
            }
            Some((Became::Refused(words), true)) => error(Some(Endpoint::Send), status_of(words), words),
            Some((Became::Refused(words), false)) => refused(Endpoint::Send, words),
            // Sends have no key, so there are no repetitions.
            Some((Became::Repeated(_), _)) | None => error(Some(Endpoint::Send), 500, "Unknown error"),
        }
    }

    /// `/rate`
    fn answer(&self, _: &mut Core<'_>, _: Endpoint, _: &Request<Bytes>) -> Answer {
        Answer::json(200, &json!({ "unit_rate": 0.0, "submit_sm_count": 1 }))
    }

    fn trouble(&self, endpoint: Option<Endpoint>, trouble: Trouble<'_>) -> Answer {
        let words = match trouble {
            Trouble::RateLimit { .. } => "User throughput exceeded",
            Trouble::ExpiredKey => WRONG_LOGIN,
            Trouble::Refused { code } => code,
            Trouble::Status(status) => {
                return error(endpoint, status, "Unknown error: simulated").refusing(status.to_string());
            }
        };
        error(endpoint, status_of(words), words).refusing(words)
    }

    fn message_asked_about(&self, _: Endpoint, request: &Request<Bytes>) -> Option<String> {
        Query::parse(request.uri().query()).get("to").map(super::numbers::domestic)
    }

    fn push(&self, core: &Core<'_>, pushed: Pushed) -> Option<Push> {
        push::call(core, pushed)
    }

    fn push_taken(&self, _: &Core<'_>, _: Pushed, answer: &Response<Bytes>) -> bool {
        answer.status().as_u16() < 400 && answer.body().trim_ascii() == b"ACK/Jasmin"
    }

    /// `retry_delay` and `max_retries` as they are by default.
    fn push_waits_ms(&self) -> &'static [u64] {
        &[30_000; 3]
    }
}

#[cfg(test)]
mod tests;

//! Infobip: reading removes both texts and reports; the gateway's key is the id of a text, by which the log is read for
//! two days. Sources: the official clients (PyPI infobip-api-python-client 6.0.0, the Java client's tests). Stricter
//! than it: one text a request. Whether a used id is refused is not documented: here it is not.
//!
//! The code of a report is its status' group and name, and an error behind a space: `3 DELIVERED_TO_HANDSET`.

mod order;
mod reads;

use bytes::Bytes;
use http::{Method, Request, header};
use serde_json::json;

use crate::sim::answer::Answer;
use crate::sim::core::Core;
use crate::sim::core::order::{Order, Recipient};
use crate::sim::core::particulars::{Codes, Particulars, Serial};
use crate::sim::core::sends::Outcome;
use crate::sim::dialect::{Accepts, Dialect, Trouble};
use crate::sim::dialects::fields::is_json;
use crate::sim::dialects::query::Query;
use crate::sim::faults::Endpoint;
use crate::sim::options::SimOptions;

pub(super) struct Infobip;

const BAD_REQUEST: &str = "E400";

/// Its newer errors: a code of one letter and three digits.
fn refused(status: u16, code: &str) -> Answer {
    let said = json!({
        "errorCode": code, "description": "simulated", "action": "simulated", "violations": [], "resources": [],
    });
    Answer::json(status, &said).refusing(code)
}

impl Particulars for Infobip {
    fn objection(&self, order: &Order, recipient: &Recipient, options: &SimOptions) -> Option<String> {
        order::objection(order, recipient, options).map(str::to_owned)
    }

    fn codes(&self) -> Codes {
        Codes {
            delivered: "3 DELIVERED_TO_HANDSET",
            timed_out: "4 EXPIRED_EXPIRED",
            phone_off: "2 UNDELIVERABLE_NOT_DELIVERED EC_ABSENT_SUBSCRIBER",
            unknown: "9 STATUS_NOBODY_KNOWS",
            bad_number: "REJECTED_DESTINATION",
        }
    }

    /// The gateway's own id, if it gives one.
    fn message_key(&self, serial: &Serial<'_>) -> String {
        serial.key.map_or_else(|| format!("{}{:06}{:03}", serial.at, serial.request, serial.n), str::to_owned)
    }

    fn text_key(&self, n: usize) -> String {
        format!("{:016}", 606_001_000_000_000 + n)
    }
}

impl Dialect for Infobip {
    fn section(&self) -> &'static [(&'static str, Accepts)] {
        &[("base_url", Accepts::Address), ("api_key_file", Accepts::Key)]
    }

    fn route(&self, request: &Request<Bytes>) -> Result<Endpoint, Answer> {
        let is_named = Query::parse(request.uri().query()).get("messageId").is_some();
        match (request.method(), request.uri().path()) {
            (&Method::POST, "/sms/3/messages") => Ok(Endpoint::Send),
            (&Method::GET, "/sms/1/inbox/reports") => Ok(Endpoint::Mo),
            (&Method::GET, "/sms/3/reports") => Ok(Endpoint::Report),
            (&Method::GET, "/sms/3/logs") if is_named => Ok(Endpoint::Inquiry),
            (&Method::GET, "/sms/3/logs") => Ok(Endpoint::History),
            _ => Err(refused(404, "E404")),
        }
    }

    fn authorize(
        &self,
        core: &mut Core<'_>,
        _: Option<Endpoint>,
        request: &Request<Bytes>,
    ) -> Result<(), Answer> {
        let mut said = request.headers().get_all(header::AUTHORIZATION).iter();
        let expected = format!("App {}", core.options.api_key);
        let is_known = said.next().is_some_and(|said| said.as_bytes() == expected.as_bytes());
        if is_known && said.next().is_none() { Ok(()) } else { Err(refused(401, "E401")) }
    }

    fn check(&self, _: Endpoint, request: &Request<Bytes>) -> Result<(), Answer> {
        let is_fine = request.body().is_empty() || is_json(request.headers());
        if is_fine { Ok(()) } else { Err(refused(415, "E415")) }
    }

    fn order(&self, _: &Core<'_>, request: &Request<Bytes>) -> Result<Order, Answer> {
        order::read_order(request.body()).map_err(|_| refused(400, BAD_REQUEST))
    }

    fn sent(&self, core: &Core<'_>, _: &Request<Bytes>, order: &Order, outcomes: &[Outcome]) -> Answer {
        order::sent(core, order, outcomes)
    }

    fn answer(&self, core: &mut Core<'_>, endpoint: Endpoint, request: &Request<Bytes>) -> Answer {
        let query = Query::parse(request.uri().query());
        let answered = match endpoint {
            Endpoint::Mo => reads::inbound(core, &query),
            Endpoint::Report => reads::reports(core, &query),
            Endpoint::Inquiry => reads::log_of(core, &query),
            Endpoint::History => reads::log(core, &query),
            _ => return refused(404, "E404"),
        };
        answered.unwrap_or_else(|_| refused(400, BAD_REQUEST))
    }

    fn trouble(&self, _: Option<Endpoint>, trouble: Trouble<'_>) -> Answer {
        match trouble {
            Trouble::RateLimit { retry_after_secs } => refused(429, "E429").retry_after(retry_after_secs),
            Trouble::Status(status) => refused(status, &format!("E{status}")),
            Trouble::ExpiredKey => refused(401, "E401"),
            Trouble::Refused { code } => refused(400, code),
        }
    }

    fn message_asked_about(&self, _: Endpoint, request: &Request<Bytes>) -> Option<String> {
        Query::parse(request.uri().query()).get("messageId").map(str::to_owned)
    }
}

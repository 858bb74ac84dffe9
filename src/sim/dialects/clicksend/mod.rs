//! ClickSend: unread texts and unread receipts, both until they are marked read. Sources: the official Python client
//! 6.0.2, the help pages on error codes. Stricter than the original: one text per request. It has no idempotency key.
//! Its webhooks are not documented, so there are none here.
//!
//! The code of a report is a status code, and an error code behind a hyphen: `201`, `301-12`.

mod answer;
mod order;
mod reads;

use bytes::Bytes;
use http::{Method, Request};

use crate::sim::answer::Answer;
use crate::sim::core::Core;
use crate::sim::core::order::{Order, Recipient};
use crate::sim::core::particulars::{Codes, Particulars, Serial};
use crate::sim::core::sends::Outcome;
use crate::sim::dialect::{Accepts, Dialect, Trouble};
use crate::sim::dialects::fields::{is_basic, is_json};
use crate::sim::dialects::query::Query;
use crate::sim::faults::Endpoint;
use crate::sim::options::SimOptions;
use answer::{BAD_REQUEST, refused};

pub(super) struct ClickSend;

/// The route of a request.
enum Route<'a> {
    Send,
    Inbound,
    InboundRead(&'a str),
    History,
    Receipts,
    ReceiptsRead,
    Receipt(&'a str),
}

fn route_of(request: &Request<Bytes>) -> Result<Route<'_>, Answer> {
    let rest = request.uri().path().strip_prefix("/v3/sms/").unwrap_or_default();
    let parts: Vec<&str> = rest.split('/').collect();
    match (request.method(), parts.as_slice()) {
        (&Method::POST, ["send"]) => Ok(Route::Send),
        (&Method::GET, ["inbound"]) => Ok(Route::Inbound),
        (&Method::PUT, ["inbound-read", id]) if !id.is_empty() => Ok(Route::InboundRead(id)),
        (&Method::GET, ["history"]) => Ok(Route::History),
        (&Method::GET, ["receipts"]) => Ok(Route::Receipts),
        (&Method::PUT, ["receipts-read"]) => Ok(Route::ReceiptsRead),
        (&Method::GET, ["receipts", id]) if !id.is_empty() => Ok(Route::Receipt(id)),
        _ => Err(refused(404, "NOT_FOUND")),
    }
}

impl Particulars for ClickSend {
    fn objection(&self, order: &Order, recipient: &Recipient, options: &SimOptions) -> Option<String> {
        order::objection(order, recipient, options).map(str::to_owned)
    }

    fn codes(&self) -> Codes {
        Codes {
            delivered: "201",
            timed_out: "301-20",
            phone_off: "301-12",
            unknown: "599-77",
            bad_number: "INVALID_RECIPIENT",
        }
    }

    fn message_key(&self, serial: &Serial<'_>) -> String {
        format!("5134AC7D-0000-4000-8000-{:09}{:03}", serial.request, serial.n)
    }

    fn text_key(&self, n: usize) -> String {
        format!("1E9A6F77-0000-4000-8000-{n:012}")
    }
}

impl Dialect for ClickSend {
    fn section(&self) -> &'static [(&'static str, Accepts)] {
        &[("base_url", Accepts::Address), ("user", Accepts::Key), ("api_key_file", Accepts::Secret)]
    }

    fn route(&self, request: &Request<Bytes>) -> Result<Endpoint, Answer> {
        Ok(match route_of(request)? {
            Route::Send => Endpoint::Send,
            Route::Inbound => Endpoint::Mo,
            Route::InboundRead(_) => Endpoint::MoAck,
            Route::History => Endpoint::History,
            Route::Receipts => Endpoint::Report,
            Route::ReceiptsRead => Endpoint::ReportAck,
            Route::Receipt(_) => Endpoint::Inquiry,
        })
    }

    fn authorize(
        &self,
        core: &mut Core<'_>,
        _: Option<Endpoint>,
        request: &Request<Bytes>,
    ) -> Result<(), Answer> {
        let is_known = is_basic(request.headers(), &core.options.api_key, &core.options.api_secret);
        if is_known { Ok(()) } else { Err(refused(401, "UNAUTHORIZED")) }
    }

    fn check(&self, _: Endpoint, request: &Request<Bytes>) -> Result<(), Answer> {
        let is_fine = request.body().is_empty() || is_json(request.headers());
        if is_fine { Ok(()) } else { Err(refused(400, BAD_REQUEST)) }
    }

    fn order(&self, _: &Core<'_>, request: &Request<Bytes>) -> Result<Order, Answer> {
        order::read_order(request.body()).map_err(|_| refused(400, BAD_REQUEST))
    }

    fn sent(&self, core: &Core<'_>, _: &Request<Bytes>, order: &Order, outcomes: &[Outcome]) -> Answer {
        order::sent(core, order, outcomes)
    }

    fn answer(&self, core: &mut Core<'_>, _: Endpoint, request: &Request<Bytes>) -> Answer {
        let query = Query::parse(request.uri().query());
        let answered = match route_of(request) {
            Ok(Route::Inbound) => reads::inbound(core, &query),
            Ok(Route::History) => reads::history(core, &query),
            Ok(Route::Receipts) => reads::receipts(core, &query),
            Ok(Route::ReceiptsRead) => reads::mark_receipts(core, request.body()),
            Ok(Route::InboundRead(id)) => return reads::mark_text(core, id),
            Ok(Route::Receipt(id)) => return reads::receipt_of(core, id),
            // The core answers sends.
            Ok(Route::Send) => return refused(500, "INTERNAL_ERROR"),
            Err(refused) => return refused,
        };
        answered.unwrap_or_else(|_| refused(400, BAD_REQUEST))
    }

    fn trouble(&self, _: Option<Endpoint>, trouble: Trouble<'_>) -> Answer {
        match trouble {
            Trouble::RateLimit { retry_after_secs } => {
                refused(429, "TOO_MANY_REQUESTS").retry_after(retry_after_secs)
            }
            Trouble::Status(404) => refused(404, "NOT_FOUND"),
            Trouble::Status(status) if status < 500 => refused(status, BAD_REQUEST),
            Trouble::Status(status) => refused(status, "INTERNAL_ERROR"),
            Trouble::ExpiredKey => refused(401, "UNAUTHORIZED"),
            Trouble::Refused { code } => refused(400, code),
        }
    }

    fn message_asked_about(&self, _: Endpoint, request: &Request<Bytes>) -> Option<String> {
        match route_of(request) {
            Ok(Route::Receipt(id)) => Some(id.to_owned()),
            _ => None,
        }
    }
}

//! Naver Cloud SENS, SMS v2: sends only. Sources: its documents of sends, lists and files (2026-07, and 2026-10 for
//! public bodies), and of 2023 for the words of a message's state. Stricter than they: one text per request. The
//! service of the path is [`SimOptions::account`], the access key [`SimOptions::api_key`], the secret key
//! [`SimOptions::api_secret`].
//!
//! It has no idempotency key and no reference of the gateway. The id of a message is that of its request, because a
//! request carries one message. Its table of failures is not public: the codes here are stand-ins. The documents differ
//! on how a list shows that it continues; here it shows it in each way.

mod auth;
mod order;
mod reads;

use bytes::Bytes;
use http::{Method, Request};
use serde_json::json;

use crate::sim::answer::{Answer, korean};
use crate::sim::core::Core;
use crate::sim::core::order::{Order, Recipient};
use crate::sim::core::particulars::{Codes, Particulars, Serial};
use crate::sim::core::sends::Outcome;
use crate::sim::dialect::{Accepts, Dialect, Trouble};
use crate::sim::dialects::fields::is_json;
use crate::sim::dialects::query::Query;
use crate::sim::faults::Endpoint;
use crate::sim::options::SimOptions;

pub(super) struct Sens;

/// The route of a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Route<'a> {
    Send,
    List,
    One(&'a str),
    Upload,
}

/// The service and the route of a request.
fn route_of(request: &Request<Bytes>) -> Result<(&str, Route<'_>), Answer> {
    let rest = request.uri().path().strip_prefix("/sms/v2/services/").unwrap_or_default();
    let parts: Vec<&str> = rest.split('/').collect();
    match (request.method(), parts.as_slice()) {
        (&Method::POST, [service, "messages"]) => Ok((service, Route::Send)),
        (&Method::GET, [service, "messages"]) => Ok((service, Route::List)),
        (&Method::GET, [service, "messages", id]) if !id.is_empty() => Ok((service, Route::One(id))),
        (&Method::POST, [service, "files"]) => Ok((service, Route::Upload)),
        _ => Err(gate(404, "300")),
    }
}

impl Particulars for Sens {
    /// It has no code for one recipient: the call as a whole is a bad request.
    fn objection(&self, _: &Order, recipient: &Recipient, _: &SimOptions) -> Option<String> {
        (!order::is_number(&recipient.to)).then(|| "400".to_owned())
    }

    fn codes(&self) -> Codes {
        Codes {
            delivered: "0",
            timed_out: "SIM-TTL",
            phone_off: "SIM-OFF",
            unknown: "7X7X",
            bad_number: "400",
        }
    }

    fn message_key(&self, serial: &Serial<'_>) -> String {
        format!("RSSA-{}-{:06}-{:03}", korean(serial.at, "%Y%m%d%H%M%S"), serial.request, serial.n)
    }

    fn file_key(&self, n: u64) -> String {
        format!("00000000-0000-4000-8000-{n:012}")
    }
}

impl Dialect for Sens {
    fn section(&self) -> &'static [(&'static str, Accepts)] {
        &[
            ("base_url", Accepts::Address),
            ("access_key_file", Accepts::Key),
            ("secret_key_file", Accepts::Secret),
            ("service_id", Accepts::Account),
        ]
    }

    /// One list serves several endpoints.
    fn route(&self, request: &Request<Bytes>) -> Result<Endpoint, Answer> {
        let query = Query::parse(request.uri().query());
        Ok(match route_of(request)?.1 {
            Route::Send => Endpoint::Send,
            Route::List if query.get("requestId").is_some() => Endpoint::Inquiry,
            Route::List => Endpoint::History,
            Route::One(_) => Endpoint::Inquiry,
            Route::Upload => Endpoint::Upload,
        })
    }

    fn authorize(
        &self,
        core: &mut Core<'_>,
        _: Option<Endpoint>,
        request: &Request<Bytes>,
    ) -> Result<(), Answer> {
        auth::check(core, request).map_err(|code| gate(401, code))?;
        match route_of(request) {
            Ok((service, _)) if service != core.options.account => Err(gate(403, "210")),
            _ => Ok(()),
        }
    }

    fn check(&self, _: Endpoint, request: &Request<Bytes>) -> Result<(), Answer> {
        let is_fine = request.method() != Method::POST || is_json(request.headers());
        if is_fine { Ok(()) } else { Err(bad_request()) }
    }

    fn order(&self, core: &Core<'_>, request: &Request<Bytes>) -> Result<Order, Answer> {
        order::read_order(core, request.body()).map_err(|_| bad_request())
    }

    fn sent(&self, core: &Core<'_>, _: &Request<Bytes>, _: &Order, outcomes: &[Outcome]) -> Answer {
        order::sent(core, outcomes)
    }

    fn answer(&self, core: &mut Core<'_>, _: Endpoint, request: &Request<Bytes>) -> Answer {
        let answered = match route_of(request) {
            Ok((_, Route::List)) => reads::list(core, &Query::parse(request.uri().query())),
            Ok((_, Route::One(id))) => return reads::single_message(core, id),
            Ok((_, Route::Upload)) => order::upload(core, request.body()),
            // The core answers sends.
            Ok((_, Route::Send)) => return gate(500, "900"),
            Err(refused) => return refused,
        };
        answered.unwrap_or_else(|_| bad_request())
    }

    fn trouble(&self, _: Option<Endpoint>, trouble: Trouble<'_>) -> Answer {
        match trouble {
            Trouble::RateLimit { retry_after_secs } => gate(429, "420").retry_after(retry_after_secs),
            Trouble::Status(400) => bad_request(),
            Trouble::Status(status) => gate(status, "900"),
            Trouble::ExpiredKey => gate(401, "200"),
            Trouble::Refused { code } => gate(400, code),
        }
    }

    fn message_asked_about(&self, _: Endpoint, request: &Request<Bytes>) -> Option<String> {
        Query::parse(request.uri().query()).get("requestId").map(str::to_owned)
    }
}

/// A refusal by the API gateway.
fn gate(status: u16, code: &str) -> Answer {
    Answer::json(status, &json!({ "error": { "errorCode": code, "message": "simulated", "details": "" } }))
        .refusing(code)
}

/// A refusal by the service.
fn bad_request() -> Answer {
    Answer::json(400, &json!({ "status": 400, "errors": ["simulated"], "errorMessage": "bad request" }))
        .refusing("400")
}

#[cfg(test)]
mod tests;

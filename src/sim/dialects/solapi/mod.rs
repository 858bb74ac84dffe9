//! SOLAPI (CoolSMS): sends only. Sources: the official SDKs (npm 6.0.1, PyPI 5.0.3) and its documents (2022-09). Stricter
//! than they: one text per request, and of a text's custom fields only `ref`.
//!
//! It has no idempotency key. Every request is signed; each signature is valid once, for a quarter of an hour.

mod auth;
mod order;
mod push;
mod reads;

use bytes::Bytes;
use http::{Method, Request};
use serde_json::json;

use crate::sim::answer::{Answer, korean};
use crate::sim::core::Core;
use crate::sim::core::order::{Order, Recipient};
use crate::sim::core::particulars::{Codes, Particulars, Serial};
use crate::sim::core::record::Pushed;
use crate::sim::core::sends::Outcome;
use crate::sim::dialect::{Accepts, Dialect, Push, Trouble};
use crate::sim::dialects::fields::is_json;
use crate::sim::dialects::query::Query;
use crate::sim::faults::Endpoint;
use crate::sim::options::SimOptions;

pub(super) struct Solapi;

impl Particulars for Solapi {
    fn objection(&self, order: &Order, recipient: &Recipient, options: &SimOptions) -> Option<String> {
        order::objection(order, recipient, options).map(str::to_owned)
    }

    fn codes(&self) -> Codes {
        Codes { delivered: "4000", timed_out: "3040", phone_off: "3043", unknown: "3X9X", bad_number: "1011" }
    }

    fn message_key(&self, serial: &Serial<'_>) -> String {
        format!("M4V{}{:09}{:03}", korean(serial.at, "%Y%m%d%H%M%S"), serial.request, serial.n)
    }

    fn file_key(&self, n: u64) -> String {
        format!("ST01FZ{n:012}")
    }
}

impl Dialect for Solapi {
    fn section(&self) -> &'static [(&'static str, Accepts)] {
        &[
            ("base_url", Accepts::Address),
            ("api_key_file", Accepts::Key),
            ("api_secret_file", Accepts::Secret),
            ("webhook_secret_file", Accepts::WebhookSecret),
        ]
    }

    /// One list serves several endpoints.
    fn route(&self, request: &Request<Bytes>) -> Result<Endpoint, Answer> {
        let query = Query::parse(request.uri().query());
        match (request.method(), request.uri().path()) {
            (&Method::POST, "/messages/v4/send-many/detail") => Ok(Endpoint::Send),
            (&Method::POST, "/storage/v1/files") => Ok(Endpoint::Upload),
            // The second is the query of the older SDK (PyPI).
            (&Method::GET, "/messages/v4/list" | "/messages/v4/list-old") => {
                Ok(match query.get("dateType") {
                    _ if query.get("messageId").is_some() => Endpoint::Inquiry,
                    Some("UPDATED") => Endpoint::Report,
                    _ => Endpoint::History,
                })
            }
            _ => Err(refused(404, "NotFound")),
        }
    }

    fn authorize(
        &self,
        core: &mut Core<'_>,
        _: Option<Endpoint>,
        request: &Request<Bytes>,
    ) -> Result<(), Answer> {
        auth::check(core, request).map_err(|code| refused(403, code))
    }

    fn check(&self, _: Endpoint, request: &Request<Bytes>) -> Result<(), Answer> {
        let is_fine = request.method() != Method::POST || is_json(request.headers());
        if is_fine { Ok(()) } else { Err(refused(400, "ValidationError")) }
    }

    fn order(&self, core: &Core<'_>, request: &Request<Bytes>) -> Result<Order, Answer> {
        order::read_order(core, request.body()).map_err(|_| refused(400, "ValidationError"))
    }

    fn sent(&self, core: &Core<'_>, request: &Request<Bytes>, order: &Order, outcomes: &[Outcome]) -> Answer {
        order::sent(core, request, order, outcomes)
    }

    fn answer(&self, core: &mut Core<'_>, endpoint: Endpoint, request: &Request<Bytes>) -> Answer {
        let query = Query::parse(request.uri().query());
        let answered = match endpoint {
            Endpoint::Upload => order::upload(core, request.body()),
            _ => reads::list(core, &query),
        };
        answered.unwrap_or_else(|_| refused(400, "ValidationError"))
    }

    fn trouble(&self, _: Option<Endpoint>, trouble: Trouble<'_>) -> Answer {
        match trouble {
            // The documents name no rate limit; this is the usual answer of a gateway.
            Trouble::RateLimit { retry_after_secs } => {
                refused(429, "TooManyRequests").retry_after(retry_after_secs)
            }
            Trouble::Status(status) => refused(status, "InternalError"),
            Trouble::ExpiredKey => refused(403, "InvalidAPIKey"),
            Trouble::Refused { code } => refused(400, code),
        }
    }

    fn message_asked_about(&self, _: Endpoint, request: &Request<Bytes>) -> Option<String> {
        Query::parse(request.uri().query()).get("messageId").map(str::to_owned)
    }

    fn push(&self, core: &Core<'_>, pushed: Pushed) -> Option<Push> {
        match pushed {
            Pushed::Text(_) => None,
            Pushed::Report(index) => Some(push::call(core, index)),
        }
    }
}

fn refused(status: u16, code: &str) -> Answer {
    Answer::json(status, &json!({ "errorCode": code, "errorMessage": "simulated" })).refusing(code)
}

/// The group a message belongs to.
fn group_of(msg_key: &str) -> String {
    let all_but_last = msg_key.len().saturating_sub(3);
    format!("G{}", msg_key.get(1..all_but_last).unwrap_or_default())
}

//! NHN Cloud SMS v3.0: sends only. Source: its API guide v3.0, tables of result codes and document of webhooks (2026-06).
//! The app key of the path is [`SimOptions::account`], the secret key [`SimOptions::api_key`].
//!
//! It has no idempotency key: a repeated request is sent again. Every answer has HTTP 200. The id of a message is its
//! request and its number within it, joined by a colon.

mod answer;
mod order;
mod push;
mod reads;

use bytes::Bytes;
use http::{Method, Request};

use crate::sim::answer::{Answer, korean};
use crate::sim::core::Core;
use crate::sim::core::order::{Order, Recipient};
use crate::sim::core::particulars::{Codes, Particulars, Serial};
use crate::sim::core::record::Pushed;
use crate::sim::core::sends::Outcome;
use crate::sim::dialect::{Accepts, Dialect, Push, Trouble};
use crate::sim::dialects::fields::is_json;
use crate::sim::dialects::numbers::is_digits;
use crate::sim::dialects::query::Query;
use crate::sim::faults::Endpoint;
use crate::sim::options::SimOptions;
use answer::refused;

pub(super) struct Nhn;

/// The route of a request. Short texts and all others have separate lists ([`Shelf`]).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Route<'a> {
    Send(Shelf),
    List(Shelf),
    One(Shelf, &'a str),
    Results,
    Upload,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Shelf {
    Sms,
    Mms,
}

impl Shelf {
    fn holds(self, kind: &str) -> bool {
        (kind == "SMS") == (self == Shelf::Sms)
    }
}

impl Particulars for Nhn {
    fn objection(&self, _: &Order, recipient: &Recipient, _: &SimOptions) -> Option<String> {
        let is_number = is_digits(&recipient.to) && (8..=15).contains(&recipient.to.len());
        (!is_number).then(|| "-2019".to_owned())
    }

    fn codes(&self) -> Codes {
        Codes {
            delivered: "1000",
            timed_out: "2000",
            phone_off: "2003",
            unknown: "7X7X",
            bad_number: "-2019",
        }
    }

    fn message_key(&self, serial: &Serial<'_>) -> String {
        format!("{}Sim{:09}:{}", korean(serial.at, "%Y%m%d%H%M%S"), serial.request, serial.n + 1)
    }

    fn file_key(&self, n: u64) -> String {
        n.to_string()
    }
}

impl Dialect for Nhn {
    fn section(&self) -> &'static [(&'static str, Accepts)] {
        &[
            ("base_url", Accepts::Address),
            ("app_key_file", Accepts::Account),
            ("secret_key_file", Accepts::Key),
            ("webhook_signature_file", Accepts::WebhookSecret),
        ]
    }

    fn route(&self, request: &Request<Bytes>) -> Result<Endpoint, Answer> {
        Ok(match route_of(request)? {
            Route::Send(_) => Endpoint::Send,
            Route::List(_) => Endpoint::History,
            Route::One(..) => Endpoint::Inquiry,
            Route::Results => Endpoint::Report,
            Route::Upload => Endpoint::Upload,
        })
    }

    fn authorize(
        &self,
        core: &mut Core<'_>,
        _: Option<Endpoint>,
        request: &Request<Bytes>,
    ) -> Result<(), Answer> {
        let mut keys = request.headers().get_all("x-secret-key").iter();
        let key = keys.next().map(|value| value.as_bytes());
        let is_known = key == Some(core.options.api_key.as_bytes()) && keys.next().is_none();
        let app_key = request.uri().path().split('/').nth(4);
        if is_known && app_key == Some(core.options.account.as_str()) {
            Ok(())
        } else {
            Err(refused("-1000"))
        }
    }

    fn check(&self, _: Endpoint, request: &Request<Bytes>) -> Result<(), Answer> {
        let is_fine = request.method() != Method::POST || is_json(request.headers());
        if is_fine { Ok(()) } else { Err(refused("-9996")) }
    }

    fn order(&self, core: &Core<'_>, request: &Request<Bytes>) -> Result<Order, Answer> {
        let shelf = match route_of(request)? {
            Route::Send(shelf) => shelf,
            _ => return Err(refused("-9998")),
        };
        let order = order::read_order(core, shelf, request.body()).map_err(refused)?;
        if core.options.sender_numbers.contains(&order.from) { Ok(order) } else { Err(refused("-2312")) }
    }

    fn sent(&self, core: &Core<'_>, _: &Request<Bytes>, order: &Order, outcomes: &[Outcome]) -> Answer {
        answer::sent(core, order, outcomes)
    }

    fn answer(&self, core: &mut Core<'_>, _: Endpoint, request: &Request<Bytes>) -> Answer {
        let query = Query::parse(request.uri().query());
        let answered = match route_of(request) {
            Ok(Route::List(shelf)) => reads::list(core, shelf, &query),
            Ok(Route::One(shelf, id)) => reads::single_message(core, shelf, id, &query),
            Ok(Route::Results) => reads::results(core, &query),
            Ok(Route::Upload) => order::upload(core, request.body()),
            // The core answers sends.
            Ok(Route::Send(_)) => Err("-9999"),
            Err(refused) => return refused,
        };
        answered.unwrap_or_else(refused)
    }

    fn trouble(&self, _: Option<Endpoint>, trouble: Trouble<'_>) -> Answer {
        match trouble {
            // The documents name no rate limit; this is the usual answer of a gateway.
            Trouble::RateLimit { retry_after_secs } => answer::bare(429).retry_after(retry_after_secs),
            Trouble::Status(status) => answer::bare(status),
            Trouble::ExpiredKey => refused("-1000"),
            Trouble::Refused { code } => refused(code),
        }
    }

    fn message_asked_about(&self, _: Endpoint, request: &Request<Bytes>) -> Option<String> {
        match route_of(request) {
            Ok(Route::One(_, id)) => {
                let query = Query::parse(request.uri().query());
                Some(format!("{id}:{}", query.get("recipientSeq")?))
            }
            _ => None,
        }
    }

    fn push(&self, core: &Core<'_>, pushed: Pushed) -> Option<Push> {
        match pushed {
            Pushed::Text(_) => None,
            Pushed::Report(index) => Some(push::call(core, index)),
        }
    }
}

fn route_of(request: &Request<Bytes>) -> Result<Route<'_>, Answer> {
    let not_found = || refused("-9998");
    let rest = request.uri().path().strip_prefix("/sms/v3.0/appKeys/").ok_or_else(not_found)?;
    let (_, rest) = rest.split_once('/').ok_or_else(not_found)?;
    let parts: Vec<&str> = rest.split('/').collect();
    let shelf = match parts.get(1) {
        Some(&"mms") => Shelf::Mms,
        _ => Shelf::Sms,
    };
    match (request.method(), parts.as_slice()) {
        (&Method::POST, ["sender", "sms" | "mms"]) => Ok(Route::Send(shelf)),
        (&Method::GET, ["sender", "sms" | "mms"]) => Ok(Route::List(shelf)),
        (&Method::GET, ["sender", "sms" | "mms", id]) if !id.is_empty() => Ok(Route::One(shelf, id)),
        (&Method::GET, ["message-results"]) => Ok(Route::Results),
        (&Method::POST, ["attachfile", "binaryUpload"]) => Ok(Route::Upload),
        _ => Err(not_found()),
    }
}

//! OneAPI as on the GSMA's page: wrapped requests with a `clientCorrelator`; reading texts removes them; the status of
//! a text is requested by its address. Sources: the GSMA's SMS page v2, Infobip's OneAPI clients. A used correlator is
//! refused for an hour (`SVC0005`).
//!
//! Stricter than the original: one recipient per request.

mod order;
mod reads;

use bytes::Bytes;
use http::{Method, Request};
use serde_json::json;

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

pub(super) struct OneApi;

/// How long a correlator is remembered (milliseconds).
pub(super) const REMEMBERED_MS: i64 = 3_600_000;

/// The route of a request.
enum Route {
    /// The sender of the address.
    Send(String),
    Inbound,
    /// Sender and request.
    Deliveries(String, String),
}

fn route_of(request: &Request<Bytes>) -> Result<Route, Answer> {
    let path = request.uri().path().strip_prefix("/smsmessaging/").unwrap_or_default();
    let parts: Vec<String> = path.split('/').map(decoded).collect();
    let parts: Vec<&str> = parts.iter().map(String::as_str).collect();
    match (request.method(), parts.as_slice()) {
        (&Method::POST, ["outbound", sender, "requests"]) => Ok(Route::Send((*sender).to_owned())),
        (&Method::GET, ["outbound", sender, "requests", id, "deliveryInfos"]) => {
            Ok(Route::Deliveries((*sender).to_owned(), (*id).to_owned()))
        }
        (&Method::GET, ["inbound", "registrations", _, "messages"]) => Ok(Route::Inbound),
        _ => Err(refused(404, "SVC0002")),
    }
}

fn decoded(segment: &str) -> String {
    let whole = format!("x={}", segment.replace('+', "%2B"));
    url::form_urlencoded::parse(whole.as_bytes())
        .next()
        .map_or_else(String::new, |(_, word)| word.into_owned())
}

fn refused(status: u16, code: &str) -> Answer {
    error(status, code).refusing(code)
}

/// An error that is not a mistake of the gateway.
fn error(status: u16, code: &str) -> Answer {
    let kind = if code.starts_with("POL") { "policyException" } else { "serviceException" };
    let said =
        json!({ "requestError": { kind: { "messageId": code, "text": "simulated", "variables": [] } } });
    Answer::json(status, &said)
}

impl Particulars for OneApi {
    fn objection(&self, order: &Order, recipient: &Recipient, options: &SimOptions) -> Option<String> {
        order::objection(order, recipient, options).map(str::to_owned)
    }

    fn codes(&self) -> Codes {
        Codes {
            delivered: "DeliveredToTerminal",
            timed_out: "DeliveryImpossible",
            phone_off: "DeliveryImpossible",
            unknown: "NobodyKnows",
            bad_number: "SVC0004",
        }
    }

    /// As in its address: the sender and the request.
    fn message_key(&self, serial: &Serial<'_>) -> String {
        let request = format!("{}{:06}{:03}", serial.at, serial.request, serial.n);
        format!("{}/{request}", order::sender_segment(serial.from))
    }
}

impl Dialect for OneApi {
    fn section(&self) -> &'static [(&'static str, Accepts)] {
        &[
            ("base_url", Accepts::Address),
            ("user", Accepts::Key),
            ("password_file", Accepts::Secret),
            ("registration", Accepts::Any("munja")),
        ]
    }

    fn route(&self, request: &Request<Bytes>) -> Result<Endpoint, Answer> {
        Ok(match route_of(request)? {
            Route::Send(_) => Endpoint::Send,
            Route::Inbound => Endpoint::Mo,
            Route::Deliveries(..) => Endpoint::Inquiry,
        })
    }

    fn authorize(
        &self,
        core: &mut Core<'_>,
        _: Option<Endpoint>,
        request: &Request<Bytes>,
    ) -> Result<(), Answer> {
        let is_known = is_basic(request.headers(), &core.options.api_key, &core.options.api_secret);
        if is_known { Ok(()) } else { Err(Answer::empty(401).refusing("401")) }
    }

    fn check(&self, _: Endpoint, request: &Request<Bytes>) -> Result<(), Answer> {
        let is_fine = request.body().is_empty() || is_json(request.headers());
        if is_fine { Ok(()) } else { Err(refused(400, "SVC0002")) }
    }

    fn order(&self, _: &Core<'_>, request: &Request<Bytes>) -> Result<Order, Answer> {
        let Ok(Route::Send(sender)) = route_of(request) else {
            return Err(refused(404, "SVC0002"));
        };
        order::read_order(request.body(), &sender).map_err(|_| refused(400, "SVC0002"))
    }

    fn sent(&self, core: &Core<'_>, request: &Request<Bytes>, order: &Order, outcomes: &[Outcome]) -> Answer {
        order::sent(core, request, order, outcomes)
    }

    fn answer(&self, core: &mut Core<'_>, _: Endpoint, request: &Request<Bytes>) -> Answer {
        let query = Query::parse(request.uri().query());
        match route_of(request) {
            Ok(Route::Inbound) => reads::inbound(core, &query).unwrap_or_else(|_| refused(400, "SVC0002")),
            Ok(Route::Deliveries(sender, id)) => reads::deliveries(core, &sender, &id),
            // The core answers sends.
            Ok(Route::Send(_)) => refused(500, "SVC0001"),
            Err(refused) => refused,
        }
    }

    fn trouble(&self, _: Option<Endpoint>, trouble: Trouble<'_>) -> Answer {
        match trouble {
            Trouble::RateLimit { retry_after_secs } => refused(429, "POL0904").retry_after(retry_after_secs),
            Trouble::Status(status) if status < 500 => refused(status, "SVC0002"),
            Trouble::Status(status) => refused(status, "SVC0001"),
            Trouble::ExpiredKey => Answer::empty(401).refusing("401"),
            Trouble::Refused { code } => refused(400, code),
        }
    }

    fn message_asked_about(&self, _: Endpoint, request: &Request<Bytes>) -> Option<String> {
        match route_of(request) {
            Ok(Route::Deliveries(sender, id)) => {
                let from = super::numbers::domestic(sender.strip_prefix("tel:").unwrap_or(&sender));
                Some(format!("{}/{id}", order::sender_segment(&from)))
            }
            _ => None,
        }
    }
}

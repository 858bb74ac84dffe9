//! Bizgo (Infobank). Source: official OpenAPI document 1.2.0 and error table.

mod answer;
mod files;
mod items;
mod order;
mod push;
mod reads;
mod routes;

use bytes::Bytes;
use http::{Request, Response, header};
use serde::Serialize;

use crate::sim::answer::{Answer, korean};
use crate::sim::core::Core;
use crate::sim::core::order::{Order, Recipient};
use crate::sim::core::particulars::{Codes, Particulars, Serial};
use crate::sim::core::record::Pushed;
use crate::sim::core::sends::{Became, Outcome};
use crate::sim::dialect::{Accepts, Dialect, Push, Trouble};
use crate::sim::dialects::numbers::is_digits;
use crate::sim::dialects::query::Query;
use crate::sim::faults::Endpoint;
use crate::sim::options::SimOptions;
use answer::{gateway, result_of, service, with_reference};
use order::read_order;
use routes::Route;

pub(super) struct Bizgo;

impl Particulars for Bizgo {
    fn objection(&self, order: &Order, recipient: &Recipient, options: &SimOptions) -> Option<String> {
        if !options.sender_numbers.contains(&order.from) {
            return Some("A327".to_owned());
        }
        let is_number = is_digits(&recipient.to) && (8..=11).contains(&recipient.to.len());
        (!is_number).then(|| "A306".to_owned())
    }

    fn codes(&self) -> Codes {
        Codes {
            delivered: "10000",
            timed_out: "22000",
            phone_off: "22003",
            unknown: "1X0X1",
            bad_number: "A306",
        }
    }

    /// The last three characters count within the request.
    fn message_key(&self, serial: &Serial<'_>) -> String {
        let stamp = korean(serial.at, "%Y%m%d%H%M%S");
        format!("{stamp}{:03}POM{:09}{:03}", serial.at.rem_euclid(1_000), serial.request, serial.n)
    }
}

impl Dialect for Bizgo {
    fn section(&self) -> &'static [(&'static str, Accepts)] {
        &[
            ("base_url", Accepts::Address),
            ("api_key_file", Accepts::Key),
            ("webhook_secret_file", Accepts::WebhookSecret),
        ]
    }

    fn route(&self, request: &Request<Bytes>) -> Result<Endpoint, Answer> {
        Ok(route_of(request)?.endpoint())
    }

    /// The bare key in one `Authorization` header.
    fn authorize(
        &self,
        core: &mut Core<'_>,
        _: Option<Endpoint>,
        request: &Request<Bytes>,
    ) -> Result<(), Answer> {
        let mut keys = request.headers().get_all(header::AUTHORIZATION).iter();
        let key = keys.next().map(|value| value.as_bytes());
        let is_known = key == Some(core.options.api_key.as_bytes()) && keys.next().is_none();
        if is_known { Ok(()) } else { Err(gateway(401)) }
    }

    fn check(&self, endpoint: Endpoint, request: &Request<Bytes>) -> Result<(), Answer> {
        if endpoint == Endpoint::Send && !is_json(request) { Err(gateway(415)) } else { Ok(()) }
    }

    fn order(&self, core: &Core<'_>, request: &Request<Bytes>) -> Result<Order, Answer> {
        read_order(request.body(), &|key| core.file(key).cloned()).map_err(service)
    }

    /// HTTP 200 for any result of the recipients.
    fn sent(&self, core: &Core<'_>, _: &Request<Bytes>, order: &Order, outcomes: &[Outcome]) -> Answer {
        let each = order.recipients.iter().zip(outcomes);
        let destinations =
            each.map(|(recipient, outcome)| Destination::new(core, recipient, outcome)).collect();
        with_reference(Some(Destinations { destinations }), order.reference.as_deref())
    }

    fn answer(&self, core: &mut Core<'_>, _: Endpoint, request: &Request<Bytes>) -> Answer {
        let query = Query::parse(request.uri().query());
        let refused = |refused| refused;
        match route_of(request) {
            Ok(Route::Mo) => reads::list_texts(core, &query).unwrap_or_else(refused),
            Ok(Route::Report) => reads::poll_reports(core),
            Ok(Route::ReportAck(id)) => reads::ack(core, id),
            Ok(Route::History) => reads::list_messages(core, &query).unwrap_or_else(refused),
            Ok(Route::MoInquiry(key)) => reads::inquire_text(core, key),
            Ok(Route::Inquiry(key)) => reads::inquire(core, key),
            Ok(Route::RequestInquiry(id)) => reads::inquire_request(core, id),
            Ok(Route::ReportInquiry(key)) => reads::inquire_report(core, key),
            Ok(Route::Upload) => files::upload(core, request),
            // The core answers sends.
            Ok(Route::Send) => gateway(500),
            Err(refused) => refused,
        }
    }

    fn trouble(&self, _: Option<Endpoint>, trouble: Trouble<'_>) -> Answer {
        match trouble {
            Trouble::RateLimit { retry_after_secs } => service("A020").retry_after(retry_after_secs),
            Trouble::Status(status) => gateway(status),
            Trouble::ExpiredKey => gateway(401),
            Trouble::Refused { code } => service(code),
        }
    }

    fn push(&self, core: &Core<'_>, pushed: Pushed) -> Option<Push> {
        Some(push::call(core, pushed))
    }

    fn push_taken(&self, core: &Core<'_>, pushed: Pushed, answer: &Response<Bytes>) -> bool {
        push::is_taken(core, pushed, answer)
    }

    fn push_waits_ms(&self) -> &'static [u64] {
        push::WAITS_MS
    }

    fn message_asked_about(&self, _: Endpoint, request: &Request<Bytes>) -> Option<String> {
        match route_of(request) {
            Ok(Route::Inquiry(key) | Route::ReportInquiry(key)) => Some(key.to_owned()),
            _ => None,
        }
    }
}

fn route_of(request: &Request<Bytes>) -> Result<Route<'_>, Answer> {
    Route::parse(request.method(), request.uri().path())
}

fn is_json(request: &Request<Bytes>) -> bool {
    let said = request.headers().get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok());
    let media = said.and_then(|said| said.split(';').next()).map(str::trim);
    media.is_some_and(|media| media.eq_ignore_ascii_case("application/json"))
}

#[derive(Serialize)]
struct Destinations<'a> {
    destinations: Vec<Destination<'a>>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Destination<'a> {
    to: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    msg_key: Option<&'a str>,
    code: &'a str,
    result: &'static str,
}

impl<'a> Destination<'a> {
    fn new(core: &'a Core<'_>, recipient: &'a Recipient, outcome: &'a Outcome) -> Self {
        let (msg_key, code) = match &outcome.became {
            Became::Taken(index) => (Some(core.message(*index).msg_key.as_str()), "A000"),
            Became::Repeated(_) => (None, "A301"),
            Became::Refused(code) => (None, code.as_str()),
        };
        Destination { to: &recipient.to, msg_key, code, result: result_of(code) }
    }
}

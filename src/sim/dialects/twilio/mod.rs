//! Twilio Programmable Messaging. Sources: twilio-oai `twilio_api_v2010` (d50069b4), the official SDK (PyPI twilio 9.13.0).
//! Stricter than the original: features that this gateway never uses are refused.
//!
//! It has no idempotency key: a repeated request is sent again. Texts of both directions are in one list; with `From`
//! it is [`Endpoint::History`], otherwise [`Endpoint::Mo`]. A text that is still with Twilio has no `date_sent`, so
//! that a list by `DateSent` does not hold it.

mod items;
mod order;
mod push;
mod reads;

use bytes::Bytes;
use http::{Method, Request};
use serde_json::{Value, json};

use crate::sim::answer::{Answer, reason};
use crate::sim::core::Core;
use crate::sim::core::order::{Order, Recipient};
use crate::sim::core::particulars::{Codes, Particulars, Serial};
use crate::sim::core::record::Pushed;
use crate::sim::core::sends::{Became, Outcome};
use crate::sim::dialect::{Accepts, Dialect, Push, Trouble};
use crate::sim::dialects::fields::is_basic;
use crate::sim::dialects::numbers::domestic;
use crate::sim::dialects::query::Query;
use crate::sim::faults::Endpoint;
use crate::sim::options::SimOptions;

pub(super) struct Twilio;

/// The route of a request.
enum Route<'a> {
    List,
    Send,
    One(&'a str),
    MediaList(&'a str),
    Media(&'a str, &'a str),
}

/// The account in the path and the route of a request.
fn route_of(request: &Request<Bytes>) -> Result<(&str, Route<'_>), Answer> {
    let parts: Vec<&str> = request.uri().path().split('/').skip(1).collect();
    let ["2010-04-01", "Accounts", account, rest @ ..] = parts.as_slice() else {
        return Err(refused("20404"));
    };
    let route = match (request.method(), rest) {
        (&Method::GET, ["Messages.json"]) => Route::List,
        (&Method::POST, ["Messages.json"]) => Route::Send,
        (_, ["Messages.json"]) => return Err(refused("20004")),
        (&Method::GET, ["Messages", file]) => {
            Route::One(file.strip_suffix(".json").ok_or_else(|| refused("20404"))?)
        }
        (&Method::GET, ["Messages", sid, "Media.json"]) => Route::MediaList(sid),
        (&Method::GET, ["Messages", sid, "Media", name]) => Route::Media(sid, name),
        _ => return Err(refused("20404")),
    };
    Ok((account, route))
}

impl Particulars for Twilio {
    fn objection(&self, order: &Order, recipient: &Recipient, options: &SimOptions) -> Option<String> {
        if recipient.to == order.from {
            return Some("21266".to_owned());
        }
        (!options.sender_numbers.contains(&order.from)).then(|| "21606".to_owned())
    }

    /// Final statuses, or the error code of an undelivered text.
    fn codes(&self) -> Codes {
        Codes {
            delivered: "delivered",
            timed_out: "30036",
            phone_off: "30003",
            unknown: "levitating",
            bad_number: "21211",
        }
    }

    fn message_key(&self, serial: &Serial<'_>) -> String {
        format!("SM0{:023x}{:08x}", serial.request, serial.n)
    }

    fn text_key(&self, n: usize) -> String {
        format!("SM1{n:031x}")
    }
}

impl Dialect for Twilio {
    fn section(&self) -> &'static [(&'static str, Accepts)] {
        &[
            ("base_url", Accepts::Address),
            ("account_sid", Accepts::Account),
            ("auth_token_file", Accepts::WebhookSecret),
        ]
    }

    /// The official npm client refuses an account that does not begin with `AC`.
    fn usual_account(&self) -> &'static str {
        "AC00000000000000000000000000000000"
    }

    fn route(&self, request: &Request<Bytes>) -> Result<Endpoint, Answer> {
        Ok(match route_of(request)?.1 {
            Route::List if Query::parse(request.uri().query()).get("From").is_some() => Endpoint::History,
            Route::List => Endpoint::Mo,
            Route::Send => Endpoint::Send,
            Route::One(_) => Endpoint::Inquiry,
            Route::MediaList(_) | Route::Media(..) => Endpoint::Media,
        })
    }

    /// The account with its auth token, which also signs its calls; or an API key with its secret.
    fn authorize(
        &self,
        core: &mut Core<'_>,
        _: Option<Endpoint>,
        request: &Request<Bytes>,
    ) -> Result<(), Answer> {
        let options = core.options;
        let by_token = is_basic(request.headers(), &options.account, &options.webhook_secret);
        if !by_token && !is_basic(request.headers(), &options.api_key, &options.api_secret) {
            return Err(refused("20003"));
        }
        match route_of(request) {
            Ok((account, _)) if account != options.account => Err(refused("20404")),
            _ => Ok(()),
        }
    }

    fn order(&self, _: &Core<'_>, request: &Request<Bytes>) -> Result<Order, Answer> {
        order::read_order(request).map_err(refused)
    }

    fn sent(&self, core: &Core<'_>, _: &Request<Bytes>, _: &Order, outcomes: &[Outcome]) -> Answer {
        match outcomes.first().map(|outcome| &outcome.became) {
            Some(Became::Taken(index)) => {
                Answer::json(201, &items::taken(core.message(*index), &core.options.account))
            }
            Some(Became::Refused(code)) => error(status_of(code), code),
            // Sends have no key, so there are no repetitions.
            Some(Became::Repeated(_)) | None => error(500, "20500"),
        }
    }

    fn answer(&self, core: &mut Core<'_>, _: Endpoint, request: &Request<Bytes>) -> Answer {
        match route_of(request) {
            Ok((_, Route::List)) => {
                let list = reads::list(core, request.uri().path(), request.uri().query());
                list.unwrap_or_else(|_| refused("20001"))
            }
            Ok((_, Route::One(sid))) => reads::single_message(core, sid),
            Ok((_, Route::MediaList(sid))) => reads::media_list(core, sid),
            Ok((_, Route::Media(sid, name))) => reads::media(core, sid, name),
            // The core answers sends.
            Ok((_, Route::Send)) => error(500, "20500"),
            Err(refused) => refused,
        }
    }

    /// Twilio sends no `Retry-After`.
    fn trouble(&self, _: Option<Endpoint>, trouble: Trouble<'_>) -> Answer {
        match trouble {
            Trouble::RateLimit { .. } => refused("20429"),
            Trouble::Status(status) => error(status, &format!("20{status}")).refusing(format!("20{status}")),
            Trouble::ExpiredKey => refused("20003"),
            Trouble::Refused { code } => refused(code),
        }
    }

    fn message_asked_about(&self, _: Endpoint, request: &Request<Bytes>) -> Option<String> {
        match route_of(request) {
            Ok((_, Route::One(sid))) => Some(sid.to_owned()),
            Ok((_, Route::List)) => {
                let query = Query::parse(request.uri().query());
                query.get("From").and_then(|_| query.get("To")).map(domestic)
            }
            _ => None,
        }
    }

    fn push(&self, core: &Core<'_>, pushed: Pushed) -> Option<Push> {
        push::call(core, pushed)
    }
}

/// The HTTP status that goes with a code.
fn status_of(code: &str) -> u16 {
    match code {
        "20003" => 401,
        "20004" => 405,
        "20404" => 404,
        "20429" => 429,
        "20500" => 500,
        _ => 400,
    }
}

fn error(status: u16, code: &str) -> Answer {
    Answer::json(
        status,
        &json!({
            "code": number(code), "message": reason(status), "status": status,
            "more_info": format!("https://www.twilio.com/docs/errors/{code}"),
        }),
    )
}

fn refused(code: &str) -> Answer {
    error(status_of(code), code).refusing(code)
}

/// A code as a number, where it is one.
fn number(code: &str) -> Value {
    match code.parse::<u64>() {
        Ok(n) if n.to_string() == code => json!(n),
        _ => json!(code),
    }
}

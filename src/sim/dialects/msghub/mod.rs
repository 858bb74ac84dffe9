//! LG U+ Message Hub: texts and photos of citizens, sends under the gateway's key, reports that are acked, look-up by key.
//! Sources: the official sample (total-msg-hub/restapi_sample 8e54d179), the vendor's page on reports (v1.2) and its table
//! of codes (2026-02-20). All its hosts are one here; the paths are those of the sample.
//!
//! Not documented, so decided here: citizens' texts are handed out once; a repetition is reported for the whole call if
//! all recipients are repeated, else per recipient; a request that comes too soon is refused with `29002`. A message is
//! looked up by the gateway's key and the day it was accepted; the carrier's own `msgKey` only appears in answers.

mod answer;
mod form;
mod login;
mod order;
mod push;
mod reads;

use bytes::Bytes;
use http::{Method, Request, Response};

use crate::sim::answer::{Answer, korean};
use crate::sim::core::Core;
use crate::sim::core::order::{Order, Recipient};
use crate::sim::core::particulars::{Codes, Particulars, Serial};
use crate::sim::core::record::Pushed;
use crate::sim::core::sends::Outcome;
use crate::sim::dialect::{Accepts, Dialect, Push, Trouble};
use crate::sim::dialects::fields::is_json;
use crate::sim::dialects::numbers::is_digits;
use crate::sim::faults::Endpoint;
use crate::sim::options::SimOptions;
use answer::{bare, refused};

/// The token is not valid: log in again.
const NO_TOKEN: &str = "29011";

pub(super) struct Msghub;

/// The route of a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Route<'a> {
    /// With the salt of the password hash.
    LogIn(&'a str),
    Renew,
    Texts,
    /// Name and number of a photo.
    Photo(&'a str, &'a str),
    SendSms,
    SendMms,
    Sent,
    Reports,
    ReportsTaken,
}

fn route_of(request: &Request<Bytes>) -> Result<Route<'_>, Answer> {
    let parts: Vec<&str> = request.uri().path().split('/').skip(1).collect();
    match (request.method(), parts.as_slice()) {
        (&Method::POST, ["auth", "v1", word]) => Ok(Route::LogIn(word)),
        (&Method::PUT, ["auth", "v1", "refresh"]) => Ok(Route::Renew),
        (&Method::GET, ["mo", "v1", "msg"]) => Ok(Route::Texts),
        (&Method::GET, ["mo", "content", key, n]) => Ok(Route::Photo(key, n)),
        (&Method::POST, ["msg", "v1", "sms"]) => Ok(Route::SendSms),
        (&Method::POST, ["msg", "v1", "mms"]) => Ok(Route::SendMms),
        (&Method::POST, ["msg", "v1", "sent"]) => Ok(Route::Sent),
        (&Method::GET, ["msg", "v1.2", "report"]) => Ok(Route::Reports),
        (&Method::POST, ["msg", "v1.2", "report", "result"]) => Ok(Route::ReportsTaken),
        _ => Err(bare(404)),
    }
}

impl Particulars for Msghub {
    fn objection(&self, _: &Order, recipient: &Recipient, _: &SimOptions) -> Option<String> {
        let is_number = is_digits(&recipient.to) && (8..=12).contains(&recipient.to.len());
        (!is_number).then(|| "30109".to_owned())
    }

    fn codes(&self) -> Codes {
        Codes {
            delivered: "10000",
            timed_out: "30102",
            phone_off: "30126",
            unknown: "77777",
            bad_number: "30110",
        }
    }

    fn message_key(&self, serial: &Serial<'_>) -> String {
        format!("{}@{}", serial.key.unwrap_or_default(), korean(serial.at, "%Y-%m-%d"))
    }

    fn text_key(&self, n: usize) -> String {
        format!("SimMo{n:06}.6cDbSU")
    }

    fn batch_key(&self, _: i64, n: u64) -> String {
        format!("RP{n:08}")
    }
}

impl Dialect for Msghub {
    fn section(&self) -> &'static [(&'static str, Accepts)] {
        &[
            ("base_url", Accepts::Address),
            ("send_url", Accepts::Address),
            ("api_key_file", Accepts::Key),
            ("password_file", Accepts::Secret),
            ("webhook_secret_file", Accepts::WebhookSecret),
        ]
    }

    fn route(&self, request: &Request<Bytes>) -> Result<Endpoint, Answer> {
        Ok(match route_of(request)? {
            Route::LogIn(_) | Route::Renew => Endpoint::Login,
            Route::Texts => Endpoint::Mo,
            Route::Photo(..) => Endpoint::Media,
            Route::SendSms | Route::SendMms => Endpoint::Send,
            Route::Sent => Endpoint::Inquiry,
            Route::Reports => Endpoint::Report,
            Route::ReportsTaken => Endpoint::ReportAck,
        })
    }

    /// The address of a photo is secret and needs no key.
    fn authorize(
        &self,
        core: &mut Core<'_>,
        endpoint: Option<Endpoint>,
        request: &Request<Bytes>,
    ) -> Result<(), Answer> {
        if matches!(endpoint, Some(Endpoint::Login | Endpoint::Media)) {
            return Ok(());
        }
        match login::bearer(request).is_some_and(|token| core.has_token(login::TOKEN, token)) {
            true => Ok(()),
            false => Err(refused(NO_TOKEN)),
        }
    }

    fn check(&self, endpoint: Endpoint, request: &Request<Bytes>) -> Result<(), Answer> {
        let is_form = endpoint == Endpoint::Send && form::boundary(request).is_some();
        let is_fine = request.method() != Method::POST || is_json(request.headers()) || is_form;
        if is_fine { Ok(()) } else { Err(refused(answer::BAD_SHAPE)) }
    }

    fn order(&self, core: &Core<'_>, request: &Request<Bytes>) -> Result<Order, Answer> {
        let read = match route_of(request)? {
            Route::SendSms => order::sms(request),
            _ => order::mms(core, request),
        };
        let order = read.map_err(refused)?;
        if core.options.sender_numbers.contains(&order.from) { Ok(order) } else { Err(refused("22002")) }
    }

    fn sent(&self, _: &Core<'_>, _: &Request<Bytes>, order: &Order, outcomes: &[Outcome]) -> Answer {
        answer::sent(order, outcomes)
    }

    fn answer(&self, core: &mut Core<'_>, _: Endpoint, request: &Request<Bytes>) -> Answer {
        let answered = match route_of(request) {
            Ok(Route::LogIn(word)) => login::log_in(core, word, request.body()),
            Ok(Route::Renew) => login::renew(core, request),
            Ok(Route::Texts) => Ok(reads::texts(core, request)),
            Ok(Route::Photo(key, n)) => Ok(reads::photo(core, key, n)),
            Ok(Route::Sent) => reads::sent(core, request.body()),
            Ok(Route::Reports) => reads::reports(core),
            Ok(Route::ReportsTaken) => reads::reports_taken(core, request.body()),
            // The core answers sends.
            Ok(Route::SendSms | Route::SendMms) => Err("29012"),
            Err(refused) => return refused,
        };
        answered.unwrap_or_else(refused)
    }

    fn trouble(&self, _: Option<Endpoint>, trouble: Trouble<'_>) -> Answer {
        match trouble {
            Trouble::RateLimit { retry_after_secs } => refused("29002").retry_after(retry_after_secs),
            Trouble::Status(status) => bare(status),
            Trouble::ExpiredKey => refused(NO_TOKEN),
            Trouble::Refused { code } => refused(code),
        }
    }

    fn message_asked_about(&self, _: Endpoint, request: &Request<Bytes>) -> Option<String> {
        let body = serde_json::from_slice::<serde_json::Value>(request.body()).ok()?;
        let first = body["cliKeyLst"].get(0)?;
        Some(format!("{}@{}", first["cliKey"].as_str()?, first["reqDt"].as_str()?))
    }

    fn push(&self, core: &Core<'_>, pushed: Pushed) -> Option<Push> {
        match pushed {
            Pushed::Text(index) => Some(push::call(core, index)),
            // Webhooks with reports are not documented.
            Pushed::Report(_) => None,
        }
    }

    fn push_taken(&self, _: &Core<'_>, _: Pushed, answer: &Response<Bytes>) -> bool {
        push::is_taken(answer)
    }

    fn push_waits_ms(&self) -> &'static [u64] {
        push::WAITS_MS
    }
}

#[cfg(test)]
mod tests;

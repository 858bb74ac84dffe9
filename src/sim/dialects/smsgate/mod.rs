//! SMSGate (capcom6/android-sms-gateway): a phone with a SIM. Sources: its OpenAPI document and Kotlin routes (0cdc5d86).
//! Stricter than the original: one number per request, and no features that this gateway never uses.
//!
//! The gateway's own `id` identifies a text; a repeated one gets 409. A phone has one number, so a send names no sender.

mod order;
mod push;
mod reads;

use bytes::Bytes;
use http::{Method, Request, header};
use serde_json::json;

use crate::sim::answer::{Answer, reason};
use crate::sim::core::Core;
use crate::sim::core::order::{Order, Recipient};
use crate::sim::core::particulars::{Codes, Particulars, Serial};
use crate::sim::core::record::Pushed;
use crate::sim::core::sends::{Became, Outcome};
use crate::sim::dialect::{Accepts, Dialect, Push, Trouble};
use crate::sim::dialects::fields::{is_basic, is_json};
use crate::sim::dialects::numbers::is_digits;
use crate::sim::dialects::query::Query;
use crate::sim::faults::Endpoint;
use crate::sim::options::SimOptions;

pub(super) struct SmsGate;

/// The route of a request.
enum Route<'a> {
    Inbox,
    Attachment(&'a str, &'a str),
    Send,
    Sent,
    State(&'a str),
    Refresh,
}

fn route_of(request: &Request<Bytes>) -> Result<Route<'_>, Answer> {
    let parts: Vec<&str> = request.uri().path().split('/').skip(1).collect();
    match (request.method(), parts.as_slice()) {
        (&Method::GET, ["inbox"]) => Ok(Route::Inbox),
        (&Method::GET, ["inbox", id, "attachments", part]) => Ok(Route::Attachment(id, part)),
        (&Method::POST, ["inbox", "refresh"]) => Ok(Route::Refresh),
        (&Method::POST, ["messages"]) => Ok(Route::Send),
        (&Method::GET, ["messages"]) => Ok(Route::Sent),
        (&Method::GET, ["messages", id]) if !id.is_empty() => Ok(Route::State(id)),
        _ => Err(refused(404, "Not Found")),
    }
}

impl Particulars for SmsGate {
    /// An invalid E.164 number passed because the gateway had asked to skip the check.
    fn objection(&self, _: &Order, recipient: &Recipient, _: &SimOptions) -> Option<String> {
        let digits = recipient.to.strip_prefix('+').unwrap_or(&recipient.to);
        let is_number = is_digits(digits) && (3..=15).contains(&digits.len());
        (!is_number).then(|| self.codes().bad_number.to_owned())
    }

    /// States, and reasons as the app writes them.
    fn codes(&self) -> Codes {
        Codes {
            delivered: "Delivered",
            timed_out: "TTL expired",
            phone_off: "Delivery result from SC null: 65",
            unknown: "Teleported",
            bad_number: "sendSMS: Invalid phone number",
        }
    }

    fn message_key(&self, serial: &Serial<'_>) -> String {
        serial.key.map_or_else(|| format!("SIM{:09}", serial.request), str::to_owned)
    }

    /// A signed 32-bit hash, as the app computes it.
    fn text_key(&self, n: usize) -> String {
        let hash = u32::try_from(n).unwrap_or(u32::MAX).wrapping_mul(0x9e37_79b1);
        format!("text:{}", hash.cast_signed())
    }
}

impl Dialect for SmsGate {
    fn section(&self) -> &'static [(&'static str, Accepts)] {
        &[
            ("base_url", Accepts::Address),
            ("user", Accepts::Key),
            ("password_file", Accepts::Secret),
            ("signing_key_file", Accepts::WebhookSecret),
        ]
    }

    fn route(&self, request: &Request<Bytes>) -> Result<Endpoint, Answer> {
        Ok(match route_of(request)? {
            Route::Inbox => Endpoint::Mo,
            Route::Attachment(..) => Endpoint::Media,
            Route::Send => Endpoint::Send,
            Route::Sent => Endpoint::History,
            Route::State(_) => Endpoint::Inquiry,
            Route::Refresh => Endpoint::CallAgain,
        })
    }

    fn authorize(
        &self,
        core: &mut Core<'_>,
        _: Option<Endpoint>,
        request: &Request<Bytes>,
    ) -> Result<(), Answer> {
        let is_known = is_basic(request.headers(), &core.options.api_key, &core.options.api_secret);
        if is_known { Ok(()) } else { Err(refused(401, "Unauthorized")) }
    }

    fn check(&self, endpoint: Endpoint, request: &Request<Bytes>) -> Result<(), Answer> {
        let has_body = matches!(endpoint, Endpoint::Send | Endpoint::CallAgain);
        let is_fine = !has_body || is_json(request.headers());
        if is_fine { Ok(()) } else { Err(refused(415, "Unsupported Media Type")) }
    }

    fn order(&self, core: &Core<'_>, request: &Request<Bytes>) -> Result<Order, Answer> {
        order::read_order(core, request).map_err(|_| refused(400, "Validation error"))
    }

    fn sent(&self, core: &Core<'_>, _: &Request<Bytes>, _: &Order, outcomes: &[Outcome]) -> Answer {
        match outcomes.first().map(|outcome| &outcome.became) {
            Some(Became::Taken(index)) => {
                let message = core.message(*index);
                let said = Answer::json(202, &reads::pending(message));
                said.header(header::LOCATION, format!("/messages/{}", message.msg_key))
            }
            // Not counted as a refusal: 409 confirms that the phone has the text.
            Some(Became::Repeated(_)) => error(409, "Message with such ID already exists"),
            Some(Became::Refused(code)) => error(400, code),
            None => error(500, "no recipient"),
        }
    }

    fn answer(&self, core: &mut Core<'_>, _: Endpoint, request: &Request<Bytes>) -> Answer {
        let query = Query::parse(request.uri().query());
        let answered = match route_of(request) {
            Ok(Route::Inbox) => reads::inbox(core, &query),
            Ok(Route::Sent) => reads::sent(core, &query),
            Ok(Route::Attachment(id, part)) => return reads::attachment(core, id, part),
            Ok(Route::State(id)) => return reads::single_message(core, id),
            Ok(Route::Refresh) => push::refresh(core, request.body()),
            // The core answers sends.
            Ok(Route::Send) => return error(500, "not here"),
            Err(refused) => return refused,
        };
        answered.unwrap_or_else(|_| refused(400, "Validation error"))
    }

    fn trouble(&self, _: Option<Endpoint>, trouble: Trouble<'_>) -> Answer {
        match trouble {
            Trouble::RateLimit { retry_after_secs } => {
                refused(503, "Queue limit exceeded").retry_after(retry_after_secs)
            }
            // As from a proxy in between: the phone's own 503 means that its queue is full.
            Trouble::Status(503) => Answer::raw(503, "text/plain", reason(503)).refusing("503"),
            Trouble::Status(status) => refused(status, reason(status)),
            Trouble::ExpiredKey => refused(401, "Unauthorized"),
            Trouble::Refused { code } => refused(400, code),
        }
    }

    fn message_asked_about(&self, _: Endpoint, request: &Request<Bytes>) -> Option<String> {
        match route_of(request) {
            Ok(Route::State(id)) => Some(id.to_owned()),
            _ => None,
        }
    }

    fn push(&self, core: &Core<'_>, pushed: Pushed) -> Option<Push> {
        push::call(core, pushed)
    }

    /// The app repeats as often as configured; these are its first waits.
    fn push_waits_ms(&self) -> &'static [u64] {
        &[10_000, 20_000, 40_000]
    }
}

fn error(status: u16, message: &str) -> Answer {
    Answer::json(status, &json!({ "message": message, "code": status, "data": {} }))
}

fn refused(status: u16, message: &str) -> Answer {
    error(status, message).refusing(format!("{status} {message}"))
}

//! Kannel: bearerbox and smsbox as one. Sources: Kannel 1.4.5 (`gw/smsbox.c`, `gw/urltrans.c`, `gw/sms.c`), and Debian's
//! package 1.4.5-12 as it answered. It remembers no key and lists nothing: texts and reports are only pushed, as often as
//! `http-request-retry` says.
//!
//! Stricter than the original: `sendsms` by GET only, one receiver, no fields that the gateway never uses.

mod order;
mod push;
#[cfg(test)]
mod tests;

use bytes::Bytes;
use http::{Method, Request, Response, StatusCode};

use crate::sim::answer::Answer;
use crate::sim::core::Core;
use crate::sim::core::order::{Order, Recipient};
use crate::sim::core::particulars::{Codes, Particulars, Serial};
use crate::sim::core::record::Pushed;
use crate::sim::core::sends::{Became, Outcome};
use crate::sim::dialect::{Accepts, Dialect, Push, Trouble};
use crate::sim::dialects::query::Query;
use crate::sim::faults::Endpoint;
use crate::sim::options::SimOptions;

pub(super) struct Kannel;

const NOT_ROUTABLE: &str = "Not routable. Do not try again.";
/// `http-queue-delay` and `http-request-retry`.
const PUSH_WAITS_MS: [u64; 360] = [10_000; 360];

fn said(status: u16, words: impl Into<Bytes>) -> Answer {
    Answer::raw(status, "text/html", words)
}

fn refused(status: u16, words: &str) -> Answer {
    said(status, words.to_owned()).refusing(words)
}

impl Particulars for Kannel {
    /// Senders and numbers are the SMSC's business.
    fn objection(&self, _: &Order, _: &Recipient, _: &SimOptions) -> Option<String> {
        None
    }

    /// States of reports (`dlr.h`).
    fn codes(&self) -> Codes {
        Codes { delivered: "1", timed_out: "34", phone_off: "2", unknown: "99", bad_number: NOT_ROUTABLE }
    }

    /// Kannel never tells its own; the gateway's, from the address for reports.
    fn message_key(&self, serial: &Serial<'_>) -> String {
        serial.key.map_or_else(|| format!("{}{:06}{:03}", serial.at, serial.request, serial.n), str::to_owned)
    }

    /// A UUID.
    fn text_key(&self, n: usize) -> String {
        format!("3f3dd085-60bb-489b-9479-{n:012x}")
    }
}

impl Dialect for Kannel {
    fn section(&self) -> &'static [(&'static str, Accepts)] {
        &[
            ("base_url", Accepts::Address),
            ("user", Accepts::Key),
            ("password_file", Accepts::Secret),
            ("push_token_file", Accepts::WebhookSecret),
            ("callback_url", Accepts::Called("http://127.0.0.1:6123/push/kannel")),
        ]
    }

    fn route(&self, request: &Request<Bytes>) -> Result<Endpoint, Answer> {
        match (request.method(), request.uri().path()) {
            (&Method::GET, "/cgi-bin/sendsms") => Ok(Endpoint::Send),
            _ => Err(refused(404, "Unknown request.")),
        }
    }

    fn authorize(
        &self,
        core: &mut Core<'_>,
        endpoint: Option<Endpoint>,
        request: &Request<Bytes>,
    ) -> Result<(), Answer> {
        let (query, options) = (Query::parse(request.uri().query()), &core.options);
        let is_known = query.get("username") == Some(options.api_key.as_str())
            && query.get("password") == Some(options.api_secret.as_str());
        match endpoint {
            Some(_) if !is_known => Err(refused(403, "Authorization failed for sendsms")),
            _ => Ok(()),
        }
    }

    fn order(&self, _: &Core<'_>, request: &Request<Bytes>) -> Result<Order, Answer> {
        order::read_order(&Query::parse(request.uri().query()))
    }

    fn sent(&self, _: &Core<'_>, _: &Request<Bytes>, _: &Order, outcomes: &[Outcome]) -> Answer {
        match outcomes.first().map(|outcome| &outcome.became) {
            Some(Became::Taken(_)) => said(202, "0: Accepted for delivery"),
            Some(Became::Refused(words)) => said(403, words.clone()),
            // Sends have no key, so there are no repetitions.
            Some(Became::Repeated(_)) | None => said(500, "Sending failed."),
        }
    }

    fn answer(&self, _: &mut Core<'_>, _: Endpoint, _: &Request<Bytes>) -> Answer {
        // The core answers sends, and there is nothing else.
        refused(404, "Unknown request.")
    }

    fn trouble(&self, _: Option<Endpoint>, trouble: Trouble<'_>) -> Answer {
        match trouble {
            Trouble::RateLimit { .. } => refused(503, "Temporal failure, try again later."),
            Trouble::Status(status) => refused(status, "<html>not from smsbox</html>"),
            Trouble::ExpiredKey => refused(403, "Authorization failed for sendsms"),
            Trouble::Refused { code } => refused(400, code),
        }
    }

    fn push(&self, core: &Core<'_>, pushed: Pushed) -> Option<Push> {
        match pushed {
            Pushed::Text(index) => Some(push::received(core, index)),
            Pushed::Report(index) => push::report(core, index),
        }
    }

    fn push_taken(&self, _: &Core<'_>, _: Pushed, answer: &Response<Bytes>) -> bool {
        matches!(answer.status(), StatusCode::OK | StatusCode::ACCEPTED)
    }

    fn push_waits_ms(&self) -> &'static [u64] {
        &PUSH_WAITS_MS
    }
}

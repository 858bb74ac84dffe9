//! [`Dialect`], a carrier's wire format. The core does what every carrier does (accept texts, deliver, keep reports, count,
//! fail on demand); a dialect reads requests and words answers.
//!
//! # How to add a carrier
//!
//! A folder `sim/dialects/<carrier>/`, its `mod` line and its line in the table of `sim/dialects/mod.rs`. Nothing else knows
//! it. `bizgo` is the model; its tests are `sim/tests/`. A new dialect brings its own tests, and drives the real driver in
//! `carrier/<carrier>` against it.
//!
//! # One call, in order
//!
//! 1. [`Dialect::route`] names the [`Endpoint`] by method and path, or refuses (404, 405). It is the word in rules and counts;
//!    several paths may be one endpoint, and the dialect looks at the path again where it matters.
//! 2. [`Dialect::authorize`]: key, signature, token. A login needs none: `Some(Endpoint::Login)` is let in.
//! 3. [`Dialect::check`]: what the gate refuses before it counts, such as a wrong content type.
//! 4. A send is read by [`Dialect::order`]. Then the core counts it against the limit (as many as it has recipients; anything
//!    else as one) and, if it is too many, asks for [`Trouble::RateLimit`]; only then a send that could not be read is refused.
//! 5. Rules and magic numbers strike. What they need said is [`Dialect::trouble`].
//! 6. A send is taken by the core, each recipient after [`objection`](super::core::particulars::Particulars::objection), and [`Dialect::sent`] words the [`Outcome`]s.
//!    Every other endpoint is [`Dialect::answer`], which reads and changes the carrier through [`Core`].
//! 7. The answer may still be cut, lost or replaced ([`Dialect::garbled`]).
//!
//! # What [`Core`] does
//!
//! * Texts of citizens: [`Core::list_texts`] (a window, newest or oldest first, by place or by page), [`Core::hand_out_texts`]
//!   (read once), [`Core::open_texts`] and [`Core::ack_text`] (until acked), [`Core::texts_by_key`], [`Core::photo`].
//! * Reports: [`Core::report_batch`] and [`Core::ack_batch`] (a queue of batches), [`Core::hand_out_reports`] (read once),
//!   [`Core::open_reports`] and [`Core::ack_reports`] (until acked), [`Core::list_reported`] (a window by update time),
//!   or one message's own [`Message::report`](super::core::record::Message::report).
//! * What was sent: [`Core::list_sent`], [`Core::message_by_key`], [`Core::messages_by_client_key`],
//!   [`Core::messages_by_reference`], [`Core::same_request`].
//! * Logins ([`Core::issue_token`], [`Core::has_token`]), things that may be used once ([`Core::first_use`]), times to remember
//!   ([`Core::mark`]), files ([`Core::keep_file`], [`Core::file`]).
//!
//! Lists give indices; [`Core::text`] and [`Core::message`] show what is there. An item that [`Text::is_broken`](super::core::record::Text::is_broken) is listed so
//! that it cannot be read, with its key if it can have one; a page that [`has_broken`](super::core::texts::TextPage::has_broken) gets
//! one unreadable item more. The citizen's number is [`Text::from`](super::core::record::Text::from), what stands as sender is
//! [`Text::shown_from`](super::core::record::Text::shown_from): a carrier that tells only one of them tells the first.
//!
//! # Conventions
//!
//! * Numbers in the core are as a phone in Korea shows them (`01012345678`); `dialects/numbers.rs` converts.
//! * `core.now` is the true clock, for windows and expiry of the simulator's own; what is written or compared with what the
//!   gateway wrote is by the carrier's clock: [`Core::dated_now`], `text.at`, `message.dated(..)`.
//! * Codes in rules are the dialect's own: `Reject { code }`, `RejectAll { code }` and `ReportCode { code }` go to the wire as
//!   they are. The few codes the core must choose itself are [`codes`](super::core::particulars::Particulars::codes).
//! * A code in [`Answer::refusal`] is counted in the ledger as refused because of the gateway: no fault sets it off.
//! * A dialect has no state of its own: what it must remember, the core remembers. It is strict: what its carrier's documents
//!   refuse, it refuses, and what they do not say, it does not invent.
//! * Webhooks: [`Dialect::push`] words one text or report as a call to [`SimOptions::webhook`](super::options::SimOptions::webhook), signed with
//!   [`SimOptions::webhook_secret`](super::options::SimOptions::webhook_secret); [`Dialect::push_taken`] and [`Dialect::push_waits_ms`] say what the carrier takes for an
//!   answer and how it tries again.

use bytes::Bytes;
use http::{Method, Request, Response};

use super::answer::Answer;
use super::core::Core;
use super::core::order::Order;
use super::core::particulars::Particulars;
use super::core::record::Pushed;
use super::core::sends::Outcome;
use super::faults::Endpoint;

/// What a key of a gateway's section must hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Accepts {
    /// Where the simulated carrier listens.
    Address,
    /// [`SimOptions::api_key`](super::options::SimOptions::api_key)
    Key,
    /// [`SimOptions::api_secret`](super::options::SimOptions::api_secret)
    Secret,
    /// [`SimOptions::account`](super::options::SimOptions::account)
    Account,
    /// [`SimOptions::webhook_secret`](super::options::SimOptions::webhook_secret)
    WebhookSecret,
    /// The address that the carrier calls, [`SimOptions::webhook`](super::options::SimOptions::webhook); such as this.
    Called(&'static str),
    /// Anything; such as this.
    Any(&'static str),
}

/// A failure before the endpoint is reached.
#[derive(Debug, Clone, Copy)]
pub(super) enum Trouble<'a> {
    /// Too many requests in this second.
    RateLimit { retry_after_secs: Option<u64> },
    /// A plain HTTP error, such as 413 or 503.
    Status(u16),
    /// The key or token has expired.
    ExpiredKey,
    /// The whole request is refused with this code.
    Refused { code: &'a str },
}

/// A carrier's wire format. Stateless.
pub(super) trait Dialect: Particulars {
    /// The keys of a gateway's section for this carrier, beside its number, and what the carrier accepts there.
    fn section(&self) -> &'static [(&'static str, Accepts)] {
        &[("base_url", Accepts::Address)]
    }

    /// The account in its paths, unless another is chosen.
    fn usual_account(&self) -> &'static str {
        "SIM-ACCOUNT"
    }

    /// The endpoint of a request, or the refusal of an unknown one.
    fn route(&self, request: &Request<Bytes>) -> Result<Endpoint, Answer>;

    /// Checks key, signature or token. The endpoint is `None` for an unknown path.
    fn authorize(
        &self,
        core: &mut Core<'_>,
        endpoint: Option<Endpoint>,
        request: &Request<Bytes>,
    ) -> Result<(), Answer>;

    /// Refuses a request before it is counted.
    fn check(&self, endpoint: Endpoint, request: &Request<Bytes>) -> Result<(), Answer> {
        let _ = (endpoint, request);
        Ok(())
    }

    /// Reads a send.
    fn order(&self, core: &Core<'_>, request: &Request<Bytes>) -> Result<Order, Answer>;

    /// Words the answer to a send: one outcome per recipient, in order.
    fn sent(&self, core: &Core<'_>, request: &Request<Bytes>, order: &Order, outcomes: &[Outcome]) -> Answer;

    /// Answers every endpoint but `Send`.
    fn answer(&self, core: &mut Core<'_>, endpoint: Endpoint, request: &Request<Bytes>) -> Answer;

    /// Words a failure. The endpoint is `None` for an unknown path.
    fn trouble(&self, endpoint: Option<Endpoint>, trouble: Trouble<'_>) -> Answer;

    /// The body of a malformed answer.
    fn garbled(&self) -> &'static [u8] {
        b"<html>not what you asked for</html>"
    }

    /// The carrier's id of the message a request asks about, so that rules for a number apply to it.
    fn message_asked_about(&self, endpoint: Endpoint, request: &Request<Bytes>) -> Option<String> {
        let _ = (endpoint, request);
        None
    }

    /// The webhook call for it; `None` if this carrier has no such webhook.
    fn push(&self, core: &Core<'_>, pushed: Pushed) -> Option<Push> {
        let _ = (core, pushed);
        None
    }

    /// Whether the carrier counts this answer as accepted.
    fn push_taken(&self, core: &Core<'_>, pushed: Pushed, answer: &Response<Bytes>) -> bool {
        let _ = (core, pushed);
        answer.status().is_success()
    }

    /// The waits before each retry of a call that was not accepted (milliseconds); then it is given up.
    fn push_waits_ms(&self) -> &'static [u64] {
        &[]
    }
}

/// A call to the gateway, to be sent to [`SimOptions::webhook`](super::options::SimOptions::webhook).
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Push {
    pub method: Method,
    /// Added to the query of the address.
    pub query: Vec<(String, String)>,
    pub headers: Vec<(&'static str, String)>,
    pub body: Bytes,
}

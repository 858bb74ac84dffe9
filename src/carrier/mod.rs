//! [`Carrier`], the one trait of the house: a company or API that texts are exchanged with. One folder per carrier, all of
//! them in the table [`DRIVERS`]. A driver reports what happened; what follows from it is decided in `worker`. Carriers know
//! `domain` and nothing else. `README.md` beside this file explains how to write a driver.

mod absence;
pub mod bizgo;
#[cfg(test)]
#[path = "tests/canned.rs"]
mod canned;
pub mod clicksend;
mod clock_skew;
#[cfg(all(test, feature = "sim"))]
#[path = "tests/conformance/mod.rs"]
pub(crate) mod conformance;
mod credentials;
mod driver;
mod drivers;
mod emma;
mod error;
pub mod http;
pub mod infobip;
pub mod jasmin;
pub mod kannel;
mod korea;
mod lenient_json;
mod link;
pub mod msghub;
pub mod nhn;
pub mod oneapi;
mod page_size;
mod proxy;
mod push;
mod push_body;
mod rate_limiter;
mod report_cursor;
mod section;
pub mod sens;
mod setup;
pub mod smsgate;
pub mod solapi;
pub mod twilio;

use std::time::Duration;

use async_trait::async_trait;
use bytes::Bytes;

pub use driver::Driver;
pub use drivers::{DRIVERS, is_known_from_documents_only, meaning, opt_out_words};
pub use error::{CarrierError, ErrorKind, PROXY, Result};
pub use proxy::Proxy;
pub use push::{PushAnswer, PushCall, PushRefused, Pushed};
pub use push_body::{BodyMac, PushBody, TooLong};
pub use rate_limiter::first;
pub use section::{Is, OpenSecret, PollIntervals, Section};
pub use setup::{CarrierSetup, Make, NowFn, SettingError};

use crate::domain::UnixMs;
use crate::domain::inbound::{Cursor, InboundItem};
use crate::domain::media::{MediaRef, PhotoLimits};
use crate::domain::outbound::OutboundText;
use crate::domain::phone::PhoneNumber;
use crate::domain::receipt::{Receipt, ReceiptItem};
use crate::domain::text::{Charset, Limits, MessageText};

/// How a carrier hands over inbound texts. It decides whether a crash can lose one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum InboundClass {
    /// A list over a time range that may be read again; each read repeats the last `overlap`.
    Window { overlap: Duration },
    /// Texts stay until acked.
    AckQueue,
    /// The carrier forgets a text when it answers.
    ReadOnce,
    /// Webhooks only.
    PushOnly,
    /// It only sends.
    None,
}

/// How a carrier hands over receipts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ReportClass {
    AckQueue,
    Window,
    ReadOnce,
    /// Each text has to be asked for ([`Carrier::status`]).
    PerMessage,
    /// Webhooks only.
    PushOnly,
    None,
}

/// Whether a text can be found at the carrier by our key.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Lookup {
    Exact,
    /// By reading through a list.
    Scan,
    None,
}

/// What a carrier can do, and its limits.
#[derive(Debug, Clone)]
pub struct Caps {
    pub inbound: InboundClass,
    /// How long the carrier remembers a client key and refuses to send it twice.
    pub idempotent_send: Option<Duration>,
    pub lookup: Lookup,
    pub reports: ReportClass,
    /// The shortest time between two polls.
    pub min_poll: Duration,
    /// Charset and lengths of its texts.
    pub limits: Limits,
    /// The most texts in any one second.
    pub sends_per_sec: u32,
    /// Inbound texts may have photos ([`Carrier::fetch_media`]).
    pub photos_in: bool,
    /// Limits of photos on outbound texts; `None` if it takes none.
    pub photos_out: Option<PhotoLimits>,
    /// It sends webhooks ([`Carrier::push`]).
    pub push: bool,
    /// It can list the texts it accepted ([`Carrier::sent_since`]).
    pub lists_sent: bool,
}

impl Caps {
    /// Of a gateway of the site's own that calls us and cannot be asked about anything: it sends `n_per_sec` texts of up to
    /// `segments` segments, without photos.
    fn of_own_gateway(min_poll: Duration, n_per_sec: u32, segments: usize) -> Caps {
        Caps {
            inbound: InboundClass::PushOnly,
            idempotent_send: None,
            lookup: Lookup::None,
            reports: ReportClass::PushOnly,
            min_poll,
            limits: Limits { charset: Charset::Gsm7Ucs2, sms: 1, lms: segments.max(1) },
            sends_per_sec: n_per_sec,
            photos_in: false,
            photos_out: None,
            push: true,
            lists_sent: false,
        }
    }
}

/// One page of inbound texts.
#[derive(Debug, Clone)]
pub struct InboundPage {
    /// The body as it came, stored beside the items.
    pub raw: Bytes,
    /// Oldest first.
    pub items: Vec<InboundItem>,
    /// Committed together with the items.
    pub next: Cursor,
    /// Tokens for [`Carrier::ack_inbound`], one call each, after the commit.
    pub ack: Vec<String>,
    /// How far the carrier's clock is ahead of ours, where its answer says (milliseconds).
    pub clock_ahead_ms: Option<i64>,
}

impl InboundPage {
    /// The carrier has another page right now.
    pub fn more(&self) -> bool {
        self.next.page.is_some()
    }

    /// A page without texts, for when the carrier was not asked.
    fn empty(cursor: &Cursor) -> Self {
        let next = cursor.finished();
        InboundPage { raw: Bytes::new(), items: Vec::new(), next, ack: Vec::new(), clock_ahead_ms: None }
    }

    /// Bytes that are no page of texts. Where reading removes, they may be all that is left of some.
    fn unreadable(raw: Bytes, reason: &str, cursor: &Cursor) -> Self {
        let text = String::from_utf8_lossy(&raw).into_owned();
        let items = vec![InboundItem::Unreadable { raw: text, reason: reason.to_owned() }];
        InboundPage { raw, items, next: cursor.finished(), ack: Vec::new(), clock_ahead_ms: None }
    }

    /// Whether it could not be read as a page, though single texts of it may have been: an answer that broke off, or has an
    /// unknown shape.
    pub fn is_broken(&self) -> bool {
        let whole = String::from_utf8_lossy(&self.raw);
        self.items.iter().any(|item| matches!(item, InboundItem::Unreadable { raw, .. } if *raw == whole))
    }
}

impl InboundPage {
    /// The same page with the texts that could be read all the same before it; its bytes as a whole stay an item, because others
    /// may be missing.
    fn with_rescued(mut self, texts: Vec<InboundItem>) -> Self {
        let rescued = texts.into_iter().filter(|item| matches!(item, InboundItem::Text(_)));
        self.items.splice(..0, rescued);
        self
    }
}

/// One page of receipts.
#[derive(Debug, Clone)]
pub struct ReportPage {
    pub raw: Bytes,
    pub items: Vec<ReceiptItem>,
    pub ack: Option<String>,
}

/// Result of a send: the carrier has the text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Accepted {
    /// The carrier's id of it. `None` if the carrier only says that it had the text already.
    pub carrier_message_id: Option<String>,
    /// The carrier had accepted an earlier attempt.
    pub repeated: bool,
}

/// Result of [`Carrier::reconcile`]: what the carrier knows of a text in doubt.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Reconciled {
    Found {
        carrier_message_id: String,
    },
    /// The carrier knows no key of ours, only number, words and time: the text is one of these, if it was accepted at all.
    /// The one that belongs to no other text is ours.
    OneOf {
        carrier_message_ids: Vec<String>,
    },
    /// The carrier's list does not hold it now.
    Absent,
    /// Sending again with the same key cannot deliver it twice: the carrier still remembers the key.
    SafeToRepeat,
    CannotTell,
}

/// One text in a carrier's list of accepted texts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SentText {
    pub carrier_message_id: String,
    /// Our key, where the carrier lists it.
    pub key: Option<String>,
    pub at: UnixMs,
    /// To whom, and in which words, where the carrier lists them: for a recovery.
    pub to: Option<PhoneNumber>,
    pub words: Option<MessageText>,
    /// Its receipt, if the list has one.
    pub receipt: Option<Receipt>,
}

impl SentText {
    /// With the number and the words out of the carrier's list, as far as it has them.
    fn with_recipient(self, to: &serde_json::Value, words: &serde_json::Value) -> SentText {
        let to = lenient_json::text_or_number(to).map(|number| PhoneNumber::parse(&number));
        SentText { to, words: words.as_str().map(MessageText::new), ..self }
    }
}

/// One page of a carrier's list of accepted texts.
#[derive(Debug, Clone, Default)]
pub struct SentPage {
    pub items: Vec<SentText>,
    /// Token of the next page.
    pub next: Option<String>,
}

/// A photo as the carrier gave it, unchecked.
#[derive(Clone)]
pub struct Media {
    pub content_type: Option<String>,
    pub bytes: Bytes,
}

impl Media {
    /// The photo in a successful answer; `Permanent` if it is larger than `most` bytes.
    fn read(response: http::Response, most: usize) -> Result<Media> {
        if response.body.len() > most {
            return Err(error::too_large());
        }
        let content_type = response.headers.get(::http::header::CONTENT_TYPE);
        let content_type = content_type.and_then(|value| value.to_str().ok()).map(str::to_owned);
        Ok(Media { content_type, bytes: response.body })
    }
}

/// A carrier. Every call may be repeated except `send`, whose repetition is the caller's decision.
#[async_trait]
pub trait Carrier: Send + Sync {
    /// As in [`Driver::name`].
    fn name(&self) -> &'static str;

    fn caps(&self) -> Caps;

    /// Whether it dates one text by two clocks, in a webhook and in its list: keys that differ by that alone are one text
    /// ([`crate::domain::inbound::is_twin`]).
    fn dates_by_two_clocks(&self) -> bool {
        false
    }

    /// Reads the page at `cursor`. Must not be called again before that page is committed. A carrier that forgets what it
    /// has handed over (`ReadOnce`) returns every byte as an item, readable or not; an error means that nothing was lost, unless
    /// it is `Ambiguous`: the request left, no answer came, and texts may have been in it.
    async fn poll_inbound(&self, cursor: &Cursor) -> Result<InboundPage> {
        let _ = cursor;
        Err(error::unsupported("receive texts"))
    }

    /// Confirms a text, or a page, after its commit. Polls go on meanwhile and may list it again.
    async fn ack_inbound(&self, token: &str) -> Result<()> {
        let _ = token;
        Ok(())
    }

    /// Submits one text. `NotSent`, `RateLimited`, `Auth`, `Config` and `Permanent` mean that it was surely not accepted;
    /// after any other error it is in doubt.
    async fn send(&self, text: &OutboundText) -> Result<Accepted>;

    /// Finds out what became of a text in doubt.
    async fn reconcile(&self, text: &OutboundText) -> Result<Reconciled>;

    /// Finds out what became of several texts in doubt, in their order, by one reading of a list that can only be read through.
    /// The rules of [`Carrier::reconcile`] hold for each; what this reading does not settle is `CannotTell`. `None`: the carrier
    /// can be asked for one text.
    async fn reconcile_all(&self, texts: &[&OutboundText]) -> Result<Option<Vec<Reconciled>>> {
        let _ = texts;
        Ok(None)
    }

    /// Reads the next page of receipts.
    async fn poll_reports(&self) -> Result<ReportPage> {
        Err(error::unsupported("list receipts"))
    }

    /// Confirms a page of receipts, after its commit.
    async fn ack_reports(&self, token: &str) -> Result<()> {
        let _ = token;
        Ok(())
    }

    /// The receipt of one text; `None` if there is none yet.
    async fn status(&self, carrier_message_id: &str) -> Result<Option<Receipt>>;

    /// Logs in and reads, sends nothing: for `munjad check`. Returns how far the carrier's clock is ahead (milliseconds), if
    /// its answer has a date.
    async fn check(&self) -> Result<Option<i64>>;

    /// Whether it lists the texts that came, as far as is known: one that should (by [`Caps::inbound`]) may turn out not to.
    fn lists_texts(&self) -> bool {
        !matches!(self.caps().inbound, InboundClass::PushOnly | InboundClass::None)
    }

    /// Asks it to call us again with the texts that came between the two times: for `munjad carrier refresh`. They arrive by
    /// webhook afterwards; known ones change nothing.
    async fn call_again(&self, since: UnixMs, until: UnixMs) -> Result<()> {
        let _ = (since, until);
        Err(error::unsupported("call again with texts"))
    }

    /// Reads the carrier's list of texts accepted since then: for `munjad carrier reconcile`.
    async fn sent_since(&self, since: UnixMs, page: Option<&str>) -> Result<SentPage> {
        let _ = (since, page);
        Err(error::unsupported("list what it took"))
    }

    /// Fetches a photo of at most `most` bytes. `Permanent` means that it is gone or larger; after any other error the fetch
    /// is retried.
    async fn fetch_media(&self, media: &MediaRef, most: usize) -> Result<Media> {
        let _ = (media, most);
        Err(error::unsupported("hand over photos"))
    }

    /// Lines for the carrier's own configuration, where an operator runs the carrier, too: for `munjad check`. Without secrets.
    fn lines_for_the_other_side(&self) -> Option<String> {
        None
    }

    /// Where calls may hold photos: the beginning of the signature over a body. Such a call may be larger, and is read without its
    /// longest strings ([`PushBody`]).
    fn push_mac(&self) -> Option<BodyMac> {
        None
    }

    /// The address of ours that the driver itself tells the carrier, with the key of the section it stands in: for
    /// `munjad check`.
    fn told_address(&self) -> Option<(&'static str, url::Url)> {
        None
    }

    /// Checks and reads a webhook call of the carrier. Has no effect.
    fn push(&self, call: &PushCall<'_>) -> std::result::Result<Pushed, PushRefused> {
        let _ = call;
        Err(PushRefused::NotOffered)
    }
}

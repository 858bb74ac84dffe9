//! The one trait of the house: a company or API we exchange texts with. One file per carrier; each *names* what
//! happened and leaves what follows to `worker`. Carriers know `domain` and nothing else. `README.md` beside this file says
//! how to write one.

pub mod bizgo;
#[cfg(test)]
#[path = "tests/canned.rs"]
mod canned;
pub mod clicksend;
#[cfg(all(test, feature = "sim"))]
#[path = "tests/conformance/mod.rs"]
mod conformance;
mod credentials;
mod driver;
mod drivers;
mod emma;
mod error;
pub mod http;
pub mod infobip;
mod korea;
mod lenient_json;
mod link;
pub mod msghub;
pub mod nhn;
pub mod oneapi;
mod push;
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
pub use drivers::{DRIVERS, meaning};
pub use error::{CarrierError, ErrorKind, Result};
pub use push::{PushAnswer, PushCall, PushRefused, Pushed};
pub use section::{OpenSecret, PollIntervals, Section};
pub use setup::{CarrierSetup, Make, NowFn, SettingError};

use crate::domain::UnixMs;
use crate::domain::inbound::{Cursor, InboundItem};
use crate::domain::media::{MediaRef, PhotoLimits};
use crate::domain::outbound::OutboundText;
use crate::domain::receipt::{Receipt, ReceiptItem};
use crate::domain::text::Limits;

/// How a carrier hands over inbound texts; decides whether a crash can lose one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum InboundClass {
    /// A list over a time range that may be read again; each walk re-reads `overlap`.
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

/// What a carrier can do and what it allows.
#[derive(Debug, Clone)]
pub struct Caps {
    pub inbound: InboundClass,
    /// How long the carrier remembers a client key and refuses to send it twice.
    pub idempotent_send: Option<Duration>,
    pub lookup: Lookup,
    pub reports: ReportClass,
    /// Never poll faster than this.
    pub min_poll: Duration,
    /// Charset and lengths of its texts.
    pub limits: Limits,
    /// Texts it takes in any one second.
    pub sends_per_sec: u32,
    /// Texts may come with photos ([`Carrier::fetch_media`]).
    pub photos_in: bool,
    /// Photos it takes with a text, if any.
    pub photos_out: Option<PhotoLimits>,
    /// It can call us ([`Carrier::push`]).
    pub push: bool,
    /// It can list what it took ([`Carrier::sent_since`]).
    pub lists_sent: bool,
}

/// One page of inbound texts.
#[derive(Debug, Clone)]
pub struct InboundPage {
    /// The body as it came, kept beside what we made of it.
    pub raw: Bytes,
    /// Oldest first.
    pub items: Vec<InboundItem>,
    /// To be committed with the items.
    pub next: Cursor,
    /// Something to confirm after the commit.
    pub ack: Option<String>,
    /// How far the carrier's clock is ahead of ours, where its answer says (milliseconds).
    pub clock_ahead_ms: Option<i64>,
}

impl InboundPage {
    /// The carrier has another page right now.
    pub fn more(&self) -> bool {
        self.next.page.is_some()
    }

    /// Nothing new, and nothing that was asked.
    fn empty(cursor: &Cursor) -> Self {
        let next = cursor.finished();
        InboundPage { raw: Bytes::new(), items: Vec::new(), next, ack: None, clock_ahead_ms: None }
    }

    /// Bytes that are no page of texts. Where reading removes, they may be all that is left of some.
    fn unreadable(raw: Bytes, reason: &str, cursor: &Cursor) -> Self {
        let text = String::from_utf8_lossy(&raw).into_owned();
        let items = vec![InboundItem::Unreadable { raw: text, reason: reason.to_owned() }];
        InboundPage { raw, items, next: cursor.finished(), ack: None, clock_ahead_ms: None }
    }
}

/// One page of receipts.
#[derive(Debug, Clone)]
pub struct ReportPage {
    pub raw: Bytes,
    pub items: Vec<ReceiptItem>,
    pub ack: Option<String>,
}

/// The carrier has the text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Accepted {
    /// The carrier's name of it; a carrier that says only "I had that already" may not tell.
    pub carrier_message_id: Option<String>,
    /// It was an earlier try that the carrier accepted.
    pub repeated: bool,
}

/// What the carrier knows of a text that got no answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Reconciled {
    Found {
        carrier_message_id: String,
    },
    /// It is one of these, if it is there at all: the carrier knows no key of ours, only number, words and time. The one
    /// that is no other text's is ours.
    OneOf {
        carrier_message_ids: Vec<String>,
    },
    /// The carrier's list does not hold it (now).
    Absent,
    /// Asking again with the same key cannot double it: the carrier still remembers the key.
    SafeToRepeat,
    CannotTell,
}

/// One text in a carrier's list of what it took.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SentText {
    pub carrier_message_id: String,
    /// Our key, where the carrier lists it.
    pub key: Option<String>,
    pub at: UnixMs,
    /// What the list says of its fate.
    pub receipt: Option<Receipt>,
}

/// One page of the carrier's list of what it took.
#[derive(Debug, Clone, Default)]
pub struct SentPage {
    pub items: Vec<SentText>,
    /// The carrier's word for the next page.
    pub next: Option<String>,
}

/// A photo as the carrier gave it; not looked at yet.
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

/// A carrier. All calls may be repeated, except `send`, whose repetition is the caller's decision.
#[async_trait]
pub trait Carrier: Send + Sync {
    /// The word in the config and in the store.
    fn name(&self) -> &'static str;

    fn caps(&self) -> Caps;

    /// Reads the next page of the walk. Must not be called again before the page is committed. A carrier that forgets
    /// what it has told (`ReadOnce`) gives every byte it got as an item, readable or not: an error is what lost nothing.
    async fn poll_inbound(&self, cursor: &Cursor) -> Result<InboundPage> {
        let _ = cursor;
        Err(error::cannot("receive texts"))
    }

    /// Confirms a page, after its commit.
    async fn ack_inbound(&self, token: &str) -> Result<()> {
        let _ = token;
        Ok(())
    }

    /// Submits one text. `NotSent`, `RateLimited`, `Auth`, `Config` and `Permanent` mean that it was surely not taken;
    /// every other error means that nobody knows.
    async fn send(&self, text: &OutboundText) -> Result<Accepted>;

    /// Finds out what became of a text that got no answer.
    async fn reconcile(&self, text: &OutboundText) -> Result<Reconciled>;

    /// Reads the next page of receipts.
    async fn poll_reports(&self) -> Result<ReportPage> {
        Err(error::cannot("list receipts"))
    }

    /// Confirms a page of receipts, after its commit.
    async fn ack_reports(&self, token: &str) -> Result<()> {
        let _ = token;
        Ok(())
    }

    /// Asks for the receipt of one text; `None` if there is none yet.
    async fn status(&self, carrier_message_id: &str) -> Result<Option<Receipt>>;

    /// Logs in and reads, sends nothing: for `munjad check`. Says how far the carrier's clock is ahead, if it tells.
    async fn check(&self) -> Result<Option<i64>>;

    /// Reads the carrier's list of what it took since then: for `munjad carrier reconcile`.
    async fn sent_since(&self, since: UnixMs, page: Option<&str>) -> Result<SentPage> {
        let _ = (since, page);
        Err(error::cannot("list what it took"))
    }

    /// Fetches a photo of at most `most` bytes. `Permanent` means that it will not come: it is gone, or larger.
    /// After any other error it is asked for again.
    async fn fetch_media(&self, media: &MediaRef, most: usize) -> Result<Media> {
        let _ = (media, most);
        Err(error::cannot("hand over photos"))
    }

    /// Judges and reads a call of the carrier's. Touches nothing but the call.
    fn push(&self, call: &PushCall<'_>) -> std::result::Result<Pushed, PushRefused> {
        let _ = call;
        Err(PushRefused::NotOffered)
    }
}

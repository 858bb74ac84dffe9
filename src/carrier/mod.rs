//! The one trait of the house: a company or API we exchange texts with. One file per carrier; each *names* what
//! happened and leaves what follows to `worker`. Carriers know `domain` and nothing else.

pub mod bizgo;
pub mod http;
mod turns;

use std::fmt;
use std::time::Duration;

use async_trait::async_trait;
use bytes::Bytes;

use crate::domain::inbound::{Cursor, InboundItem};
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
}

/// How a carrier hands over receipts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ReportClass {
    AckQueue,
    Window,
    ReadOnce,
    /// Each text has to be asked for.
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
    /// The carrier's list does not hold it (now).
    Absent,
    /// Asking again with the same key cannot double it: the carrier still remembers the key.
    SafeToRepeat,
    CannotTell,
}

/// What went wrong, by what may follow from it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ErrorKind {
    /// Key or password refused.
    Auth,
    /// The account is not set up for this: sender number, address list, quota, permission.
    Config,
    /// Too fast; not processed.
    RateLimited,
    /// A reading request failed; read again later.
    Transient,
    /// Not a byte of the request left.
    NotSent,
    /// It may or may not have been taken.
    Ambiguous,
    /// Refused for good.
    Permanent,
    /// The answer has a shape we do not know.
    Protocol,
}

/// Why a carrier call failed. Holds no secret, no number and no text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CarrierError {
    pub kind: ErrorKind,
    /// The carrier's own code, as it came.
    pub code: Option<String>,
    /// One sentence for an operator.
    pub message: String,
    /// How long the carrier asks us to wait.
    pub retry_after: Option<Duration>,
}

impl CarrierError {
    pub fn new(kind: ErrorKind, message: impl Into<String>) -> Self {
        CarrierError { kind, code: None, message: message.into(), retry_after: None }
    }

    pub fn with_code(mut self, code: impl Into<String>) -> Self {
        self.code = Some(code.into());
        self
    }

    pub fn with_retry_after(mut self, wait: Option<Duration>) -> Self {
        self.retry_after = wait;
        self
    }
}

impl fmt::Display for CarrierError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.code {
            Some(code) => write!(f, "{} ({code})", self.message),
            None => f.write_str(&self.message),
        }
    }
}

impl std::error::Error for CarrierError {}

/// A carrier's answer.
pub type Result<T> = std::result::Result<T, CarrierError>;

/// A carrier. All calls may be repeated, except `send`, whose repetition is the caller's decision.
#[async_trait]
pub trait Carrier: Send + Sync {
    /// The word in the config and in the store.
    fn name(&self) -> &'static str;

    fn caps(&self) -> Caps;

    /// Reads the next page of the walk. Must not be called again before the page is committed.
    async fn poll_inbound(&self, cursor: &Cursor) -> Result<InboundPage>;

    /// Confirms a page, after its commit.
    async fn ack_inbound(&self, token: &str) -> Result<()>;

    /// Submits one text. `NotSent`, `RateLimited`, `Auth`, `Config` and `Permanent` mean that it was surely not taken;
    /// every other error means that nobody knows.
    async fn send(&self, text: &OutboundText) -> Result<Accepted>;

    /// Finds out what became of a text that got no answer.
    async fn reconcile(&self, text: &OutboundText) -> Result<Reconciled>;

    /// Reads the next page of receipts.
    async fn poll_reports(&self) -> Result<ReportPage>;

    /// Confirms a page of receipts, after its commit.
    async fn ack_reports(&self, token: &str) -> Result<()>;

    /// Asks for the receipt of one text; `None` if there is none yet.
    async fn status(&self, carrier_message_id: &str) -> Result<Option<Receipt>>;

    /// Logs in and reads, sends nothing: for `munjad check`. Says how far the carrier's clock is ahead, if it tells.
    async fn check(&self) -> Result<Option<i64>>;
}

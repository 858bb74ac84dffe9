//! Records of texts, messages, report batches and keys.

use bytes::Bytes;

use crate::sim::faults::Fault;

/// A citizen's text.
pub(in crate::sim) struct Text {
    pub key: String,
    pub from: String,
    pub body: String,
    /// JPEG, as a rule.
    pub photos: Vec<Bytes>,
    /// As the carrier dates it.
    pub at: i64,
    /// Listed from this time on (true clock).
    pub visible_at: i64,
    pub n_served: u64,
    /// How often the gateway accepted it by webhook.
    pub n_pushed: u64,
    /// When the gateway acked it, or received it from a read-once list.
    pub acked_at: Option<i64>,
    /// A fault in how it is listed.
    pub quirk: Option<Fault>,
}

impl Text {
    /// The sender as shown in lists.
    pub(in crate::sim) fn shown_from(&self) -> &str {
        match &self.quirk {
            Some(Fault::AliasMo { from }) => from,
            _ => &self.from,
        }
    }

    /// Whether its item is unreadable.
    pub(in crate::sim) fn is_broken(&self) -> bool {
        self.quirk == Some(Fault::BrokenMo)
    }
}

/// A text accepted from the gateway.
pub(in crate::sim) struct Message {
    pub msg_key: String,
    pub reference: Option<String>,
    /// The gateway's key.
    pub key: Option<String>,
    /// Number of its request; equal for messages of one request.
    pub request: u64,
    pub to: String,
    pub from: String,
    pub body: String,
    pub title: Option<String>,
    pub photos: Vec<Bytes>,
    pub kind: &'static str,
    /// By the true clock, as all times here.
    pub accepted_at: i64,
    /// The carrier dates times this much later.
    pub skew_ms: i64,
    pub n_repeats: u64,
    /// The code of its fate, settled when it was accepted.
    pub code: String,
    /// When its fate happens.
    pub handset_at: i64,
    /// When the report becomes available; `None`: never.
    pub ready_at: Option<i64>,
    pub acked_at: Option<i64>,
    /// How often the gateway accepted its report by webhook.
    pub n_pushed: u64,
}

impl Message {
    /// A time of this message as the carrier dates it.
    pub(in crate::sim) fn dated(&self, at: i64) -> i64 {
        at + self.skew_ms
    }

    /// The report's code, if the report is available.
    pub(in crate::sim) fn report(&self, now: i64) -> Option<&str> {
        self.ready_at.filter(|at| *at <= now).map(|_| self.code.as_str())
    }
}

/// Reports handed out together.
pub(in crate::sim) struct Batch {
    pub id: String,
    pub messages: Vec<usize>,
    /// When it is handed out again.
    pub again_at: i64,
}

/// What was accepted under a key.
#[derive(Default)]
pub(in crate::sim) struct Remembered {
    pub until: i64,
    pub messages: Vec<usize>,
    pub n_requests: u64,
}

/// The subject of a webhook call: an index of a text or a message.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(in crate::sim) enum Pushed {
    Text(usize),
    Report(usize),
}

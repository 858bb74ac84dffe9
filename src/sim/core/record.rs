//! What the carrier keeps of each text, message, report batch and key.

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
    /// Not listed before, by the true clock.
    pub visible_at: i64,
    pub n_served: u64,
    /// How often the gateway took it from a webhook.
    pub n_pushed: u64,
    /// When the gateway acked it, or was handed it for good.
    pub acked_at: Option<i64>,
    /// What is wrong with how it is listed.
    pub quirk: Option<Fault>,
}

impl Text {
    /// What the citizen typed as sender.
    pub(in crate::sim) fn shown_from(&self) -> &str {
        match &self.quirk {
            Some(Fault::AliasMo { from }) => from,
            _ => &self.from,
        }
    }

    /// It is listed so that it cannot be read.
    pub(in crate::sim) fn is_broken(&self) -> bool {
        self.quirk == Some(Fault::BrokenMo)
    }
}

/// A text taken from the gateway.
pub(in crate::sim) struct Message {
    pub msg_key: String,
    pub reference: Option<String>,
    /// The gateway's own key.
    pub key: Option<String>,
    /// Counts the requests something was taken of: equal for messages of one request.
    pub request: u64,
    pub to: String,
    pub from: String,
    pub body: String,
    pub title: Option<String>,
    pub photos: Vec<Bytes>,
    pub kind: &'static str,
    /// This and all other times are by the true clock ...
    pub accepted_at: i64,
    /// ... and the carrier dates them so much later.
    pub skew_ms: i64,
    pub n_repeats: u64,
    /// What becomes of it, settled when it was taken ...
    pub code: String,
    /// ... and when.
    pub handset_at: i64,
    /// From when the report can be fetched; `None`: never.
    pub ready_at: Option<i64>,
    pub acked_at: Option<i64>,
    /// How often the gateway took its report from a webhook.
    pub n_pushed: u64,
}

impl Message {
    /// A time of this message as the carrier dates it.
    pub(in crate::sim) fn dated(&self, at: i64) -> i64 {
        at + self.skew_ms
    }

    /// The report's code, if there is a report by now.
    pub(in crate::sim) fn report(&self, now: i64) -> Option<&str> {
        self.ready_at.filter(|at| *at <= now).map(|_| self.code.as_str())
    }
}

/// Reports handed out together.
pub(in crate::sim) struct Batch {
    pub id: String,
    pub messages: Vec<usize>,
    /// From when it comes again.
    pub again_at: i64,
}

/// What came under a key.
#[derive(Default)]
pub(in crate::sim) struct Remembered {
    pub until: i64,
    pub messages: Vec<usize>,
    pub n_requests: u64,
}

/// What is told by a webhook.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(in crate::sim) enum Pushed {
    Text(usize),
    Report(usize),
}

//! Webhooks: a carrier that calls us. The call is judged by the driver (signature or secret, age, shape) and kept by
//! `worker` under the same unique keys as what polling brings, so that both may run together.

use bytes::Bytes;
use http::{HeaderMap, Method, StatusCode};
use url::Url;

use crate::domain::UnixMs;
use crate::domain::inbound::InboundItem;
use crate::domain::receipt::ReceiptItem;

/// A call that came in, unchecked.
pub struct PushCall<'a> {
    pub method: &'a Method,
    /// The address the carrier was told to call, with the query it came with: some signatures cover it.
    pub url: &'a Url,
    pub headers: &'a HeaderMap,
    pub body: &'a Bytes,
    /// Milliseconds UTC.
    pub now: UnixMs,
}

/// What it brought. Kept before it is answered.
#[derive(Debug, Clone, Default)]
pub struct Pushed {
    pub texts: Vec<InboundItem>,
    pub receipts: Vec<ReceiptItem>,
    /// What the carrier wants to hear once all of it is kept.
    pub answer: PushAnswer,
}

/// What the carrier hears.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PushAnswer {
    pub status: StatusCode,
    pub content_type: &'static str,
    pub body: String,
}

impl Default for PushAnswer {
    fn default() -> Self {
        PushAnswer { status: StatusCode::OK, content_type: "application/json", body: "{}".to_owned() }
    }
}

/// Why a call is not taken; nothing of it is kept but a count.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum PushRefused {
    /// This carrier has no webhooks, or none are configured.
    NotOffered,
    /// Secret or signature missing or wrong.
    NotSigned,
    /// Signed too long ago, or in the future: it may be a repetition by somebody else.
    TooOld,
    /// Signed by the carrier, but not to be read.
    Unreadable,
}

impl PushRefused {
    pub fn status(self) -> StatusCode {
        match self {
            PushRefused::NotOffered => StatusCode::NOT_FOUND,
            PushRefused::NotSigned | PushRefused::TooOld => StatusCode::UNAUTHORIZED,
            PushRefused::Unreadable => StatusCode::BAD_REQUEST,
        }
    }

    /// For logs and counts.
    pub fn word(self) -> &'static str {
        match self {
            PushRefused::NotOffered => "not offered",
            PushRefused::NotSigned => "not signed",
            PushRefused::TooOld => "too old",
            PushRefused::Unreadable => "unreadable",
        }
    }
}

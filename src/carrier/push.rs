//! Webhooks: calls from a carrier. The driver checks a call (signature or secret, age, shape); `worker` stores its content
//! under the same unique keys as polling, so that both may run together.

use bytes::Bytes;
use http::{HeaderMap, Method, StatusCode};
use url::Url;

use super::push_body::BodyMac;
use crate::domain::UnixMs;
use crate::domain::inbound::InboundItem;
use crate::domain::outbound::ClientKey;
use crate::domain::receipt::ReceiptItem;

/// An incoming call, unchecked.
pub struct PushCall<'a> {
    pub method: &'a Method,
    /// The address given to the carrier, with the query of this call: some signatures cover it.
    pub url: &'a Url,
    pub headers: &'a HeaderMap,
    /// Without photos, where its calls may hold them ([`super::Carrier::push_mac`]).
    pub body: &'a Bytes,
    /// The signature over the whole body, begun by [`super::Carrier::push_mac`].
    pub signed: Option<&'a BodyMac>,
    /// Milliseconds UTC.
    pub now: UnixMs,
}

/// Content of a call. Stored before the call is answered.
#[derive(Debug, Clone, Default)]
pub struct Pushed {
    pub texts: Vec<InboundItem>,
    pub receipts: Vec<ReceiptItem>,
    /// Keys of texts of ours that the carrier says it has, without saying yet what became of them. It settles a doubt.
    pub taken: Vec<ClientKey>,
    /// The answer the carrier expects once everything is stored.
    pub answer: PushAnswer,
}

/// Answer to a webhook call.
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

/// Why a call is refused. Only a count of refusals is kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum PushRefused {
    /// The carrier has no webhooks, or none are configured.
    NotOffered,
    /// Secret or signature missing or wrong.
    NotSigned,
    /// Signed too long ago or in the future: it may be a replay.
    TooOld,
    /// Signed by the carrier, but unreadable.
    Unreadable,
}

impl PushRefused {
    pub const ALL: [PushRefused; 4] =
        [PushRefused::NotOffered, PushRefused::NotSigned, PushRefused::TooOld, PushRefused::Unreadable];

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

//! A request to send, independent of any carrier: what a dialect reads from a well-formed call.

use bytes::Bytes;

#[derive(Debug, Default, PartialEq, Eq)]
pub(in crate::sim) struct Order {
    pub recipients: Vec<Recipient>,
    /// The gateway's reference for all recipients.
    pub reference: Option<String>,
    pub from: String,
    pub text: String,
    pub title: Option<String>,
    /// `SMS`, `LMS` or `MMS`, as the carrier calls it.
    pub kind: &'static str,
    pub ttl_ms: Option<i64>,
    pub photos: Vec<Bytes>,
    /// A key of the whole request.
    pub key: Option<Key>,
}

#[derive(Debug, Default, PartialEq, Eq)]
pub(in crate::sim) struct Recipient {
    /// As a phone in Korea shows it (`01012345678`), whatever the wire says: the ledger and the rules compare it.
    pub to: String,
    pub reference: Option<String>,
    /// A key of this recipient alone.
    pub key: Option<Key>,
}

/// The gateway's idempotency key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::sim) struct Key {
    pub word: String,
    pub remember: Remember,
}

/// How long a used key is refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::sim) enum Remember {
    /// The key is never refused; it only serves look-ups.
    Never,
    /// Milliseconds.
    For(i64),
    Always,
}

impl Order {
    /// The key that prevents a second send to this recipient.
    pub(in crate::sim) fn key_of<'a>(&'a self, recipient: &'a Recipient) -> Option<&'a Key> {
        recipient.key.as_ref().or(self.key.as_ref())
    }
}

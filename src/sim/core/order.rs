//! A request to send, in no carrier's words: what a dialect reads out of a call whose shape is in order.

use bytes::Bytes;

#[derive(Debug, Default, PartialEq, Eq)]
pub(in crate::sim) struct Order {
    pub recipients: Vec<Recipient>,
    /// The gateway's reference of all of them.
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

/// The gateway's own key: what it is good for against sending twice.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::sim) struct Key {
    pub word: String,
    pub remember: Remember,
}

/// For how long a key that was taken is not taken again.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::sim) enum Remember {
    /// The same key is taken again and again; it can only be looked up.
    Never,
    /// So many milliseconds.
    For(i64),
    Always,
}

impl Order {
    /// The key that keeps this recipient from being sent to twice.
    pub(in crate::sim) fn key_of<'a>(&'a self, recipient: &'a Recipient) -> Option<&'a Key> {
        recipient.key.as_ref().or(self.key.as_ref())
    }
}

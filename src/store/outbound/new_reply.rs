//! A counselor's reply, before and after it is stored.

use crate::domain::conversation::Reply;
use crate::domain::media::PhotoLimits;
use crate::domain::outbound::OutboundKind;
use crate::store::conversation::messages::Message;

/// A reply to be written.
#[derive(Debug, Clone)]
pub struct NewReply {
    pub conversation_id: i64,
    pub idempotency_key: String,
    /// SHA-256 of the request: the same key with another digest is refused.
    pub request_digest: Vec<u8>,
    /// The same words are meant to leave once more.
    pub again: bool,
    /// What the author had seen, the promise and the category.
    pub reply: Reply,
    /// One piece per carrier submission. Empty if the text cannot be sent: then only a reply that was written before
    /// under the same key is returned.
    pub pieces: Vec<(OutboundKind, String)>,
    pub photos: Option<ReplyPhotos>,
}

/// Photos of a reply. They are sent with its first piece.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReplyPhotos {
    /// Uploaded by the same counselor ([`crate::store::Store::hand_in_photo`]).
    pub ids: Vec<i64>,
    /// The carrier's limits; `None` if it takes no photos.
    pub limits: Option<PhotoLimits>,
}

/// A reply that is stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WrittenReply {
    pub reply_id: i64,
    /// It was stored before, under the same key or in the same words.
    pub repeated: bool,
    /// Under another key, in the same words.
    pub same_words: bool,
    pub messages: Vec<Message>,
}

impl WrittenReply {
    /// Whether something of it left, or still may.
    pub(super) fn has_left(&self) -> bool {
        let has_stayed = |text: &Message| matches!(text, Message::Out { state, .. } if state.has_stayed());
        !self.messages.iter().all(has_stayed)
    }
}

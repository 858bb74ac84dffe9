//! Receipts (DLR): the carrier's later word on a text. Receipts only move a text forward; late, repeated and unmatched
//! ones are recorded and change nothing.

use super::UnixMs;
use super::outbound::OutboundEvent;

/// What a receipt says of the text.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ReceiptStatus {
    /// The phone has it.
    Delivered,
    /// The phone will not get it.
    Undelivered,
    /// A word we do not know, or one that is not final: kept, shown, counted, moves nothing.
    Unknown,
}

impl ReceiptStatus {
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Delivered => "delivered",
            Self::Undelivered => "undelivered",
            Self::Unknown => "unknown",
        }
    }

    /// Reads the word back; `None` for a word of no status.
    pub fn from_word(word: &str) -> Option<Self> {
        [Self::Delivered, Self::Undelivered, Self::Unknown].into_iter().find(|s| s.as_str() == word)
    }

    /// What it does to the text, if anything.
    pub fn event(self) -> Option<OutboundEvent> {
        match self {
            Self::Delivered => Some(OutboundEvent::Delivered),
            Self::Undelivered => Some(OutboundEvent::Undelivered),
            Self::Unknown => None,
        }
    }
}

/// One receipt as the carrier told it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Receipt {
    /// The carrier's name of the text.
    pub carrier_message_id: String,
    /// Our key, where the carrier echoes it.
    pub client_key: Option<String>,
    pub status: ReceiptStatus,
    /// The carrier's raw code, kept as it came.
    pub code: String,
    /// When the carrier says it happened, if it says so.
    pub reported_at: Option<UnixMs>,
}

/// An item of a page of receipts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ReceiptItem {
    Receipt(Receipt),
    Unreadable { raw: String, reason: String },
}

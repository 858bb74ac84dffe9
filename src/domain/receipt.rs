//! Receipts (DLR): the carrier's later report on a text. They only move a text forward; late, repeated and unmatched
//! receipts are recorded and change nothing.

use super::UnixMs;
use super::outbound::OutboundEvent;

/// Status in a receipt.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ReceiptStatus {
    /// The phone has it.
    Delivered,
    /// The phone will not get it.
    Undelivered,
    /// The same, because the citizen has stopped our texts at the carrier: they have opted out.
    Blocked,
    /// Unknown or not final: stored, shown and counted, but changes no state.
    Unknown,
}

impl ReceiptStatus {
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Delivered => "delivered",
            Self::Undelivered => "undelivered",
            Self::Blocked => "blocked",
            Self::Unknown => "unknown",
        }
    }

    /// Reads the word back; `None` for a word of no status.
    pub fn from_word(word: &str) -> Option<Self> {
        let all = [Self::Delivered, Self::Undelivered, Self::Blocked, Self::Unknown];
        all.into_iter().find(|s| s.as_str() == word)
    }

    /// The event for the text; `None` if it changes nothing.
    pub fn event(self) -> Option<OutboundEvent> {
        match self {
            Self::Delivered => Some(OutboundEvent::Delivered),
            Self::Undelivered | Self::Blocked => Some(OutboundEvent::Undelivered),
            Self::Unknown => None,
        }
    }
}

/// One receipt as the carrier delivered it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Receipt {
    /// The carrier's id of the text.
    pub carrier_message_id: String,
    /// Our key, if the carrier echoes it.
    pub client_key: Option<String>,
    pub status: ReceiptStatus,
    /// The carrier's raw code, kept as it came.
    pub code: String,
    /// When it happened, by the carrier's clock; `None` if it does not say.
    pub reported_at: Option<UnixMs>,
}

/// An item of a page of receipts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ReceiptItem {
    Receipt(Receipt),
    Unreadable { raw: String, reason: String },
}

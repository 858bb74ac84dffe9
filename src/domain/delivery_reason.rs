//! Why a text was or was not delivered, in the few categories a counselor can act on. Each driver maps its carrier's
//! codes to these; the sentences are in the language files.

/// What a carrier's code means for a counselor.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum DeliveryReason {
    Delivered,
    /// Switched off, or in flight mode.
    PhoneOff,
    /// In a shadow area, or radio trouble.
    NoCoverage,
    /// Its memory is full.
    PhoneFull,
    NoSuchNumber,
    /// The phone did not answer; the carrier gives no reason.
    NotReachable,
    /// The recipient blocks us, or all such texts.
    Refused,
    /// The recipient has stopped our texts at the carrier, which delivers again after they text START.
    OptedOut,
    /// The carrier took it for spam.
    Spam,
    Landline,
    /// Characters or a format that the carrier does not take.
    BadText,
    TooLong,
    /// Our number is not registered as a sender, or is blocked.
    SenderNotAllowed,
    /// Money, quota or permission is used up.
    Quota,
    /// The carrier does not deliver at this hour.
    NightBlock,
    /// The carrier takes it for a repetition.
    Duplicate,
    /// It did not arrive within its time to live.
    Expired,
    /// A fault inside the carrier's network.
    CarrierTrouble,
    /// An unknown code; it is shown as it came.
    Unknown,
}

impl DeliveryReason {
    pub const ALL: [DeliveryReason; 19] = [
        Self::Delivered,
        Self::PhoneOff,
        Self::NoCoverage,
        Self::PhoneFull,
        Self::NoSuchNumber,
        Self::NotReachable,
        Self::Refused,
        Self::OptedOut,
        Self::Spam,
        Self::Landline,
        Self::BadText,
        Self::TooLong,
        Self::SenderNotAllowed,
        Self::Quota,
        Self::NightBlock,
        Self::Duplicate,
        Self::Expired,
        Self::CarrierTrouble,
        Self::Unknown,
    ];

    /// The word on the wire and in the language files.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Delivered => "delivered",
            Self::PhoneOff => "phone_off",
            Self::NoCoverage => "no_coverage",
            Self::PhoneFull => "phone_full",
            Self::NoSuchNumber => "no_such_number",
            Self::NotReachable => "not_reachable",
            Self::Refused => "refused",
            Self::OptedOut => "opted_out",
            Self::Spam => "spam",
            Self::Landline => "landline",
            Self::BadText => "bad_text",
            Self::TooLong => "too_long",
            Self::SenderNotAllowed => "sender_not_allowed",
            Self::Quota => "quota",
            Self::NightBlock => "night_block",
            Self::Duplicate => "duplicate",
            Self::Expired => "expired",
            Self::CarrierTrouble => "carrier_trouble",
            Self::Unknown => "unknown",
        }
    }

    pub fn from_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|m| m.as_str() == word)
    }
}

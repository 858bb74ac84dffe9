//! One conversation as it happened: the steps of the journal in their order, our texts, the surveys.

use crate::domain::UnixMs;
use crate::domain::delivery_reason::DeliveryReason;

/// A conversation, as far as figures need it. Holds no text and no number.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct History {
    /// A keyed hash of the citizen's number; the same before and after they were erased.
    pub citizen: u64,
    /// Had a conversation with us before this one.
    pub is_known: bool,
    /// Desk and category ([`Names`](super::Names)) for steps of old databases, which do not say theirs.
    pub desk: u16,
    pub category: Option<u16>,
    pub steps: Vec<Step>,
    pub texts_out: Vec<TextOut>,
    pub surveys: Vec<SurveyFact>,
}

/// Something that happened to it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Step {
    pub at: UnixMs,
    pub what: What,
    /// The counselor who did it.
    pub by: Option<i64>,
    /// How the conversation stood afterwards; `None`: not recorded.
    pub desk: Option<u16>,
    pub category: Option<u16>,
}

/// What happened.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum What {
    /// A text of the citizen's came. `asks`: a person has to read it.
    Text {
        received_at: UnixMs,
        asks: bool,
        is_abusive: bool,
    },
    Opened,
    Reopened,
    Claimed,
    /// Taken, answered and let go or closed together with others, by one text for many: nobody's work on this consultation.
    TakenWithOthers,
    Released,
    /// A person answered. `has_left`: something of it left or still may; else it was taken back, became too old or was refused
    /// as a whole, and is no answer.
    Replied {
        has_left: bool,
    },
    /// An answer was found whose time is not known.
    FoundAnswered,
    /// The last answer did not arrive. `had_left`: of that answer, as above.
    AnswerLost {
        had_left: bool,
    },
    Closed,
    /// The alarm of a danger.
    Urgent,
    Acked,
    AlarmEnded {
        is_handed_over: bool,
    },
    Transferred,
    /// Given back, or taken by another desk because its own is no more.
    Returned,
    Categorised,
}

/// A text to the citizen.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TextOut {
    pub at: UnixMs,
    /// Its author; `None`: automatic.
    pub by: Option<i64>,
    /// A receipt, or the first word in a danger.
    pub is_receipt: bool,
    pub class: Class,
    /// When the carrier had taken it.
    pub accepted_at: Option<UnixMs>,
    pub outcome: Outcome,
}

/// What a carrier charges a text as.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Class {
    Sms,
    Lms,
    Mms,
}

impl Class {
    pub const ALL: [Class; 3] = [Class::Sms, Class::Lms, Class::Mms];

    pub fn as_str(self) -> &'static str {
        match self {
            Class::Sms => "sms",
            Class::Lms => "lms",
            Class::Mms => "mms",
        }
    }
}

/// What became of a text to a citizen.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Outcome {
    /// It has not left, or no receipt has come yet.
    UnderWay,
    Delivered,
    /// It did not arrive.
    Lost(DeliveryReason),
    /// The carrier never said what became of it.
    Unconfirmed,
    /// It was taken back before it left, and counts nowhere.
    Cancelled,
}

/// A survey that was sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SurveyFact {
    pub asked_at: UnixMs,
    /// The counselor it is credited to.
    pub by: Option<i64>,
    pub answered_at: Option<UnixMs>,
    pub score: Option<u8>,
}

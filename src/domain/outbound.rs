//! Outbound texts (MT): one row per carrier submission, and its states.
//!
//! ```text
//! held --window over--> queued --lease--> sending --accepted--> accepted --receipt--> delivered
//!  |                     ^ | |               |  \                  |  `----receipt--> undelivered
//!  `-recall-> cancelled  | | `too old-> expired  `-no answer-> in_doubt  `-no receipt-> unconfirmed
//!                        | `recall-> cancelled   `-rejected-> failed
//!                        `---- temporary: later ----'
//! ```
//!
//! | state         | entered when                                   | moved on by         | a crash leaves          |
//! |---------------|------------------------------------------------|---------------------|-------------------------|
//! | `held`        | written, recall window open                    | sender, counselor   | the row                 |
//! | `queued`      | may leave from `next_attempt_at`               | sender, counselor   | the row                 |
//! | `sending`     | committed before the first byte leaves         | sender              | becomes `in_doubt`      |
//! | `in_doubt`    | asked the carrier, got no answer; or not sent yet when a restored copy was made | rescuer, a person   | the row                 |
//! | `accepted`    | the carrier has it                             | receipts            | the row                 |
//! | `delivered`   | the phone has it                               | nobody: final       | the row                 |
//! | `undelivered` | the carrier gave up on the phone               | nobody: final       | the row                 |
//! | `failed`      | the carrier refused it, or a person gave it up | nobody: final       | the row                 |
//! | `expired`     | its time to live passed before it left         | nobody: final       | the row                 |
//! | `cancelled`   | recalled before it left                        | nobody: final       | the row                 |
//! | `unconfirmed` | no receipt in time                             | a late receipt      | the row                 |

use super::UnixMs;
use super::media::Photo;
use super::phone::PhoneNumber;
use super::text::MessageText;

/// State of an outbound text; see the table of this module.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum OutboundState {
    Held,
    Queued,
    Sending,
    InDoubt,
    Accepted,
    Delivered,
    Undelivered,
    Failed,
    Expired,
    Cancelled,
    Unconfirmed,
}

/// What can happen to an outbound text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum OutboundEvent {
    /// The recall window is over.
    WindowOver,
    /// Taken back before it left.
    Recalled,
    /// The sender is about to submit it.
    Leased,
    /// The carrier has it.
    Accepted,
    /// The carrier surely has not taken it; it is tried again later.
    NotTaken,
    /// The carrier surely refused it for good.
    Rejected,
    /// The carrier was asked and gave no usable answer, or the process died asking.
    NoAnswer,
    /// The carrier does not list it, and sending it again with the same key cannot double it.
    SurelyAbsent,
    /// It was queued again after a doubt, and the carrier may have forgotten our key.
    KeyForgotten,
    /// A person gave it up.
    GivenUp,
    /// Its time to live passed.
    TooOld,
    /// The carrier reports that the phone has it.
    Delivered,
    /// The carrier reports that the phone will not get it.
    Undelivered,
    /// No receipt came in time.
    NoReceipt,
    /// A copy of the database was put back: it may have left since the copy was made.
    CopyRestored,
}

/// Why an event changes nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Refused {
    /// A late or repeated event for a text whose result is known: recorded, nothing changes.
    Stale,
    /// The event cannot happen in this state.
    Impossible,
}

impl OutboundState {
    pub const ALL: [OutboundState; 11] = [
        Self::Held,
        Self::Queued,
        Self::Sending,
        Self::InDoubt,
        Self::Accepted,
        Self::Delivered,
        Self::Undelivered,
        Self::Failed,
        Self::Expired,
        Self::Cancelled,
        Self::Unconfirmed,
    ];

    /// The word in the database and on the wire.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Held => "held",
            Self::Queued => "queued",
            Self::Sending => "sending",
            Self::InDoubt => "in_doubt",
            Self::Accepted => "accepted",
            Self::Delivered => "delivered",
            Self::Undelivered => "undelivered",
            Self::Failed => "failed",
            Self::Expired => "expired",
            Self::Cancelled => "cancelled",
            Self::Unconfirmed => "unconfirmed",
        }
    }

    /// Reads the word back; `None` for a word of no state.
    pub fn from_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|s| s.as_str() == word)
    }

    /// Whether the text never left and never will: it was taken back, became too old, or was refused or given up.
    pub fn has_stayed(self) -> bool {
        matches!(self, Self::Failed | Self::Expired | Self::Cancelled)
    }

    /// Whether the state never changes again.
    pub fn is_final(self) -> bool {
        matches!(self, Self::Delivered | Self::Undelivered | Self::Failed | Self::Expired | Self::Cancelled)
    }
}

/// Where an answer stands that somebody is about to write once more.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Departure {
    /// At least one of its texts has not been handed to the carrier yet.
    Waiting,
    /// The carrier was asked for at least one of them and has not said whether it took it.
    InDoubt,
    /// The carrier has had all of them.
    Left,
}

impl Departure {
    /// Of an answer in these texts: what nobody knows goes before what is only to come.
    pub fn of(states: impl Iterator<Item = OutboundState>) -> Self {
        states.fold(Self::Left, |so_far, state| match (so_far, state) {
            (Self::InDoubt, _) | (_, OutboundState::Sending | OutboundState::InDoubt) => Self::InDoubt,
            (_, OutboundState::Held | OutboundState::Queued) => Self::Waiting,
            _ => so_far,
        })
    }

    /// The word on the wire.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Waiting => "waiting",
            Self::InDoubt => "in_doubt",
            Self::Left => "left",
        }
    }
}

/// The next state, or why there is none.
pub fn next(state: OutboundState, event: OutboundEvent) -> Result<OutboundState, Refused> {
    use OutboundEvent as E;
    use OutboundState as S;
    match (state, event) {
        (S::Held, E::WindowOver) => Ok(S::Queued),
        (S::Held | S::Queued, E::Recalled) => Ok(S::Cancelled),
        (S::Held | S::Queued, E::TooOld) => Ok(S::Expired),
        (S::Queued, E::Leased) => Ok(S::Sending),
        (S::Queued, E::KeyForgotten) => Ok(S::InDoubt),
        // `Queued` too: a text queued again after a doubt may turn out to be accepted, and must not leave twice.
        (S::Queued | S::Sending | S::InDoubt, E::Accepted) => Ok(S::Accepted),
        (S::Sending, E::NotTaken) => Ok(S::Queued),
        (S::Sending, E::Rejected) => Ok(S::Failed),
        (S::Sending, E::NoAnswer) => Ok(S::InDoubt),
        (S::InDoubt, E::SurelyAbsent) => Ok(S::Queued),
        (S::InDoubt, E::GivenUp) => Ok(S::Failed),
        (S::Accepted, E::NoReceipt) => Ok(S::Unconfirmed),
        (S::Held | S::Queued | S::Sending, E::CopyRestored) => Ok(S::InDoubt),
        // A receipt proves acceptance, also if it overtook the carrier's answer or belongs to an earlier try.
        (S::Queued | S::Sending | S::InDoubt | S::Accepted | S::Unconfirmed, E::Delivered) => {
            Ok(S::Delivered)
        }
        (S::Queued | S::Sending | S::InDoubt | S::Accepted | S::Unconfirmed, E::Undelivered) => {
            Ok(S::Undelivered)
        }
        (from, E::Accepted | E::Delivered | E::Undelivered | E::NoReceipt)
            if from.is_final() || from == S::Unconfirmed || from == S::Accepted =>
        {
            Err(Refused::Stale)
        }
        _ => Err(Refused::Impossible),
    }
}

/// Priority of a text; lower leaves first. A citizen's texts never overtake an earlier one of the same or a lower lane.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Lane {
    Urgent,
    Reply,
    Notice,
}

impl Lane {
    /// The most urgent first.
    pub const ALL: [Lane; 3] = [Self::Urgent, Self::Reply, Self::Notice];

    pub fn as_i64(self) -> i64 {
        self as i64
    }
}

/// The product under which the carrier bills it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum OutboundKind {
    Sms,
    Lms,
    /// With photos.
    Mms,
}

impl OutboundKind {
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Sms => "sms",
            Self::Lms => "lms",
            Self::Mms => "mms",
        }
    }

    pub fn from_word(word: &str) -> Option<Self> {
        [Self::Sms, Self::Lms, Self::Mms].into_iter().find(|k| k.as_str() == word)
    }
}

/// The code of a text of which the carrier says that it had it before, although no earlier try of it was ever in doubt.
pub const UNEXPLAINED_REPEAT: &str = "REPEATED";

/// Whether the carrier can have had a text before: only a try that was in doubt, and was asked about (`n_questions`), may have
/// reached it. Of every other try it said, or we know, that it did not take it.
pub fn may_be_repeated(n_questions: u32) -> bool {
    n_questions > 0
}

/// Our key of a submission, committed before the first byte leaves. 26 letters and digits, so that it fits the reference
/// field of every carrier.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct ClientKey(String);

impl ClientKey {
    pub const LEN: usize = 26;
    const ALPHABET: &'static [u8; 32] = b"0123456789ABCDEFGHJKMNPQRSTVWXYZ";

    /// Makes a key out of 130 of the given random bits.
    pub fn from_random(bits: [u8; Self::LEN]) -> Self {
        let chars = bits.iter().map(|b| char::from(Self::ALPHABET[usize::from(b & 31)]));
        ClientKey(chars.collect())
    }

    /// Reads a key; `None` if it is not one of ours.
    pub fn parse(word: &str) -> Option<Self> {
        let ours = word.len() == Self::LEN && word.bytes().all(|b| b.is_ascii_alphanumeric());
        ours.then(|| ClientKey(word.to_owned()))
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// A text to be submitted to a carrier.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OutboundText {
    pub id: i64,
    pub key: ClientKey,
    pub citizen: PhoneNumber,
    /// One of the registered sender numbers of the config.
    pub from: PhoneNumber,
    pub kind: OutboundKind,
    pub text: MessageText,
    /// Empty unless `kind` is [`OutboundKind::Mms`].
    pub photos: Vec<Photo>,
    /// The number of this try, from 1.
    pub attempt: u32,
    /// When the first try began. The time for which the carrier remembers the key counts from then.
    pub first_attempt_at: UnixMs,
    /// It must not leave after this time.
    pub expires_at: UnixMs,
}

#[cfg(test)]
mod tests {
    use super::OutboundEvent as E;
    use super::OutboundState::*;
    use super::*;

    /// Every pair that does something; all others must refuse.
    const TABLE: &[(OutboundState, E, OutboundState)] = &[
        (Held, E::WindowOver, Queued),
        (Held, E::Recalled, Cancelled),
        (Held, E::TooOld, Expired),
        (Queued, E::Recalled, Cancelled),
        (Queued, E::TooOld, Expired),
        (Queued, E::Leased, Sending),
        (Queued, E::KeyForgotten, InDoubt),
        (Queued, E::Accepted, Accepted),
        (Queued, E::Delivered, Delivered),
        (Queued, E::Undelivered, Undelivered),
        (Sending, E::Accepted, Accepted),
        (Sending, E::NotTaken, Queued),
        (Sending, E::Rejected, Failed),
        (Sending, E::NoAnswer, InDoubt),
        (Sending, E::Delivered, Delivered),
        (Sending, E::Undelivered, Undelivered),
        (InDoubt, E::Accepted, Accepted),
        (InDoubt, E::SurelyAbsent, Queued),
        (InDoubt, E::GivenUp, Failed),
        (InDoubt, E::Delivered, Delivered),
        (InDoubt, E::Undelivered, Undelivered),
        (Accepted, E::NoReceipt, Unconfirmed),
        (Held, E::CopyRestored, InDoubt),
        (Queued, E::CopyRestored, InDoubt),
        (Sending, E::CopyRestored, InDoubt),
        (Accepted, E::Delivered, Delivered),
        (Accepted, E::Undelivered, Undelivered),
        (Unconfirmed, E::Delivered, Delivered),
        (Unconfirmed, E::Undelivered, Undelivered),
    ];

    const EVENTS: [E; 15] = [
        E::WindowOver,
        E::Recalled,
        E::Leased,
        E::Accepted,
        E::NotTaken,
        E::Rejected,
        E::NoAnswer,
        E::SurelyAbsent,
        E::KeyForgotten,
        E::GivenUp,
        E::TooOld,
        E::Delivered,
        E::Undelivered,
        E::NoReceipt,
        E::CopyRestored,
    ];

    #[test]
    fn every_state_and_event() {
        for from in OutboundState::ALL {
            for event in EVENTS {
                let row = TABLE.iter().find(|(f, e, _)| *f == from && *e == event);
                assert_eq!(next(from, event).ok(), row.map(|r| r.2), "{from:?} {event:?}");
            }
        }
    }

    #[test]
    fn an_answer_has_left_when_all_its_texts_have() {
        for (states, expected) in [
            (&[Delivered][..], Departure::Left),
            (&[Accepted, Unconfirmed], Departure::Left),
            (&[Held], Departure::Waiting),
            (&[Delivered, Queued], Departure::Waiting),
            (&[Queued, Accepted], Departure::Waiting),
            (&[Sending], Departure::InDoubt),
            (&[Queued, InDoubt], Departure::InDoubt),
            (&[InDoubt, Queued, Delivered], Departure::InDoubt),
        ] {
            assert_eq!(Departure::of(states.iter().copied()), expected, "{states:?}");
        }
    }

    #[test]
    fn final_states_never_move() {
        for from in OutboundState::ALL.into_iter().filter(|s| s.is_final()) {
            assert!(EVENTS.iter().all(|e| next(from, *e).is_err()), "{from:?}");
        }
    }

    #[test]
    fn a_text_asked_for_once_is_queued_again_only_when_surely_not_taken() {
        let back: Vec<E> = EVENTS
            .into_iter()
            .filter(|e| [Sending, InDoubt].iter().any(|s| next(*s, *e) == Ok(Queued)))
            .collect();
        assert_eq!(back, [E::NotTaken, E::SurelyAbsent]);
    }

    #[test]
    fn words_read_back() {
        for state in OutboundState::ALL {
            assert_eq!(OutboundState::from_word(state.as_str()), Some(state));
        }
        assert_eq!(OutboundState::from_word("sent"), None);
    }

    #[test]
    fn client_keys_are_26_plain_characters() {
        let key = ClientKey::from_random([255; 26]);
        assert_eq!(key.as_str(), "ZZZZZZZZZZZZZZZZZZZZZZZZZZ");
        assert_eq!(ClientKey::parse(key.as_str()), Some(key));
        assert_eq!(ClientKey::parse("too-short"), None);
    }
}

//! Inbound texts (MO): what a carrier page becomes, and the life of one text.
//!
//! | state         | entered when                     | moved on by            | a crash leaves                    |
//! |---------------|----------------------------------|------------------------|-----------------------------------|
//! | `received`    | its page was committed           | the router             | the row; the router starts again  |
//! | `routed`      | it stands in a conversation      | nobody: final          | the row                           |
//! | `quarantined` | routing failed three times       | an operator            | the row                           |

use super::UnixMs;
use super::media::MediaRef;
use super::phone::PhoneNumber;
use super::text::MessageText;

/// How often routing one text may fail before a person has to look at it.
pub const MAX_ROUTE_FAILURES: u32 = 3;

/// One text as the carrier told it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct InboundText {
    /// The carrier's own identity of this text; never a hash of what it says, for "네" "네" is two texts.
    pub key: String,
    /// Who wrote it: the handset, not what its owner typed as sender.
    pub citizen: PhoneNumber,
    /// Which of our numbers it was sent to.
    pub to: PhoneNumber,
    /// Empty where there are only photos.
    pub text: MessageText,
    pub media: Vec<MediaRef>,
    /// When the carrier says it was sent.
    pub sent_at: UnixMs,
}

/// An item of a page, in the order it was sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum InboundItem {
    Text(InboundText),
    /// Could not be read; kept as it came, shown to an operator, never blocks its page.
    Unreadable {
        raw: String,
        reason: String,
    },
}

/// How far a carrier's list of inbound texts has been read.
///
/// A *walk* reads the list page by page, newest first, down to `since` less the overlap. Only a finished walk moves
/// `since`, so whatever a crash or an error leaves unread is read by the next walk.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cursor {
    /// Everything the carrier dated up to here was read by a finished walk.
    pub since: UnixMs,
    /// The carrier's word for the next page of the walk under way; `None` where a walk begins.
    pub page: Option<String>,
    /// The newest text this walk has seen.
    pub newest: UnixMs,
    /// What is new is expected to be little: a carrier that is asked for a number of texts is asked for few. Not kept.
    pub brief: bool,
}

impl Cursor {
    /// The beginning of a walk from `since`.
    pub fn starting_at(since: UnixMs) -> Self {
        Cursor { since, page: None, newest: since, brief: false }
    }

    /// The same walk, begun again.
    pub fn restarted(&self) -> Self {
        Cursor { page: None, brief: false, ..self.clone() }
    }

    /// After a page: further on in the walk if the carrier has another page, else the walk is finished.
    pub fn after_page(&self, newest_on_page: Option<UnixMs>, next_page: Option<String>) -> Self {
        let newest = newest_on_page.map_or(self.newest, |at| at.max(self.newest));
        match next_page {
            Some(page) => Cursor { since: self.since, page: Some(page), newest, brief: false },
            None => Cursor::starting_at(newest),
        }
    }

    /// The walk ends here although the carrier has more: all of the rest is known.
    pub fn finished(&self) -> Self {
        Cursor::starting_at(self.newest)
    }
}

/// Where an inbound text stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum InboundState {
    Received,
    Routed,
    Quarantined,
}

/// What can happen to an inbound text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum InboundEvent {
    Routed,
    /// Routing failed; counts how often it has, this time included.
    RouteFailed {
        times: u32,
    },
    /// An operator puts a quarantined text back in line.
    Released,
}

/// An event that does not fit the state; nothing changes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Refused;

impl InboundState {
    pub const ALL: [InboundState; 3] = [Self::Received, Self::Routed, Self::Quarantined];

    /// The word in the database and on the wire.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Received => "received",
            Self::Routed => "routed",
            Self::Quarantined => "quarantined",
        }
    }
}

/// The next state, or a refusal.
pub fn next(state: InboundState, event: InboundEvent) -> Result<InboundState, Refused> {
    use InboundEvent as E;
    use InboundState as S;
    match (state, event) {
        (S::Received, E::Routed) => Ok(S::Routed),
        (S::Received, E::RouteFailed { times }) if times >= MAX_ROUTE_FAILURES => Ok(S::Quarantined),
        (S::Received, E::RouteFailed { .. }) => Ok(S::Received),
        (S::Quarantined, E::Released) => Ok(S::Received),
        _ => Err(Refused),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_state_and_event() {
        use InboundState::*;
        let events = [
            InboundEvent::Routed,
            InboundEvent::RouteFailed { times: 1 },
            InboundEvent::RouteFailed { times: 3 },
            InboundEvent::Released,
        ];
        let table = [
            (Received, [Some(Routed), Some(Received), Some(Quarantined), None]),
            (Routed, [None, None, None, None]),
            (Quarantined, [None, None, None, Some(Received)]),
        ];
        for (from, row) in table {
            for (event, expected) in events.into_iter().zip(row) {
                assert_eq!(next(from, event).ok(), expected, "{from:?} {event:?}");
            }
        }
    }
}

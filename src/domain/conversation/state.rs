//! The states of a conversation and how one leads to another.
//!
//! | state      | means                                   | held by a counselor | left by                          |
//! |------------|-----------------------------------------|---------------------|----------------------------------|
//! | `waiting`  | the citizen waits, nobody has taken it  | never               | claim                            |
//! | `active`   | the citizen waits for who holds it      | always              | reply, release, close            |
//! | `answered` | we wait for the citizen                 | unless released     | their text, close, a lost answer |
//! | `closed`   | done                                    | never               | a text within [`REOPEN_MS`], a lost answer |
//!
//! A claim is a compare-and-set; losing it is an ordinary answer, not an error. A crash leaves the row as it was: claims
//! are held until a person lets go.

use crate::domain::UnixMs;

/// A text within this time of closing reopens the same conversation; later it opens a new one.
pub const REOPEN_MS: i64 = 72 * 60 * 60 * 1000;
/// A conversation counts as live for this long after a text of either side; polling is fast meanwhile.
pub const LIVE_MS: i64 = 5 * 60 * 1000;

/// Where a conversation stands; the module's table says what each one means.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ConversationState {
    Waiting,
    Active,
    Answered,
    Closed,
}

/// What can happen to a conversation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ConversationEvent {
    /// The citizen wrote; `held` says whether a counselor holds it.
    TextIn {
        held: bool,
    },
    Claimed,
    Released,
    Replied,
    /// An answer was found that left after the copy of the database was made which is in use now.
    FoundAnswered,
    /// The last answer will not arrive; `held` says whether a counselor holds the conversation.
    AnswerLost {
        held: bool,
    },
    /// We owe an answer now: a promise is due, or danger was raised. `held` as above.
    Owed {
        held: bool,
    },
    /// A transfer: somebody else is to answer.
    PassedOn,
    Closed,
}

/// An event that does not fit the state; nothing changes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Refused;

impl ConversationState {
    pub const ALL: [ConversationState; 4] = [Self::Waiting, Self::Active, Self::Answered, Self::Closed];

    /// The word in the database and on the wire.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Waiting => "waiting",
            Self::Active => "active",
            Self::Answered => "answered",
            Self::Closed => "closed",
        }
    }

    /// Reads the word back; `None` for a word of no state.
    pub fn from_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|s| s.as_str() == word)
    }
}

/// The next state, or a refusal.
pub fn next(state: ConversationState, event: ConversationEvent) -> Result<ConversationState, Refused> {
    use ConversationEvent as E;
    use ConversationState as S;
    match (state, event) {
        (S::Waiting | S::Active, E::TextIn { .. }) => Ok(state),
        (S::Answered, E::TextIn { held: true }) => Ok(S::Active),
        (S::Answered, E::TextIn { held: false }) | (S::Closed, E::TextIn { .. }) => Ok(S::Waiting),
        (S::Waiting, E::Claimed) => Ok(S::Active),
        (S::Answered, E::Claimed) => Ok(S::Answered),
        (S::Active, E::Released) => Ok(S::Waiting),
        (S::Answered, E::Released) => Ok(S::Answered),
        (S::Active | S::Answered, E::Replied) => Ok(S::Answered),
        (S::Waiting | S::Active | S::Answered, E::FoundAnswered) => Ok(S::Answered),
        // Whoever got no answer waits for one, even if we thought we were done.
        (S::Answered, E::AnswerLost { held: true }) => Ok(S::Active),
        (S::Answered | S::Closed, E::AnswerLost { .. }) => Ok(S::Waiting),
        (S::Waiting | S::Active, E::Owed { .. }) => Ok(state),
        (S::Answered, E::Owed { held: true }) => Ok(S::Active),
        (S::Answered, E::Owed { held: false }) => Ok(S::Waiting),
        (S::Waiting | S::Active | S::Answered, E::PassedOn) => Ok(S::Waiting),
        (S::Active | S::Answered, E::Closed) => Ok(S::Closed),
        _ => Err(Refused),
    }
}

/// What a new text finds of its citizen's latest conversation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Latest {
    pub id: i64,
    pub state: ConversationState,
    pub held: bool,
    pub closed_at: Option<UnixMs>,
}

/// Where a new text goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Route {
    /// Into the open conversation, whose state becomes this.
    Join { id: i64, state: ConversationState },
    /// Into the one closed a short while ago, which waits again.
    Reopen { id: i64 },
    /// Into a new one, linked to the one before.
    Open { previous_id: Option<i64> },
}

/// Decides where a text goes that came in at `now`.
pub fn route(latest: Option<Latest>, now: UnixMs) -> Route {
    let Some(latest) = latest else {
        return Route::Open { previous_id: None };
    };
    match latest.closed_at {
        Some(closed_at) if now - closed_at <= REOPEN_MS => Route::Reopen { id: latest.id },
        Some(_) => Route::Open { previous_id: Some(latest.id) },
        None => {
            let event = ConversationEvent::TextIn { held: latest.held };
            // An open conversation takes every text: the table above refuses none.
            let state = next(latest.state, event).unwrap_or(latest.state);
            Route::Join { id: latest.id, state }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::ConversationEvent as E;
    use super::ConversationState::*;
    use super::*;

    #[test]
    fn every_state_and_event() {
        let events = [
            E::TextIn { held: true },
            E::TextIn { held: false },
            E::Claimed,
            E::Released,
            E::Replied,
            E::Closed,
            E::AnswerLost { held: true },
            E::AnswerLost { held: false },
            E::Owed { held: true },
            E::Owed { held: false },
            E::PassedOn,
            E::FoundAnswered,
        ];
        let (w, a, s) = (Some(Waiting), Some(Active), Some(Answered));
        let table = [
            (Waiting, [w, w, a, None, None, None, None, None, w, w, w, s]),
            (Active, [a, a, None, w, s, Some(Closed), None, None, a, a, w, s]),
            (Answered, [a, w, s, s, s, Some(Closed), a, w, a, w, w, s]),
            (Closed, [w, w, None, None, None, None, w, w, None, None, None, None]),
        ];
        for (from, row) in table {
            for (event, expected) in events.into_iter().zip(row) {
                assert_eq!(next(from, event).ok(), expected, "{from:?} {event:?}");
            }
        }
    }

    fn latest(state: ConversationState, held: bool, closed_at: Option<i64>) -> Option<Latest> {
        Some(Latest { id: 7, state, held, closed_at })
    }

    #[test]
    fn where_a_text_goes() {
        let cases = [
            (None, Route::Open { previous_id: None }),
            (latest(Waiting, false, None), Route::Join { id: 7, state: Waiting }),
            (latest(Answered, true, None), Route::Join { id: 7, state: Active }),
            (latest(Answered, false, None), Route::Join { id: 7, state: Waiting }),
            (latest(Closed, false, Some(1_000)), Route::Reopen { id: 7 }),
            (latest(Closed, false, Some(-1)), Route::Open { previous_id: Some(7) }),
        ];
        for (found, expected) in cases {
            assert_eq!(route(found, REOPEN_MS), expected, "{found:?}");
        }
    }
}

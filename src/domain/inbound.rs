//! Inbound texts (MO): items of a carrier's page, the polling cursor, and the states of one text.
//!
//! | state         | entered when                     | moved on by            | a crash leaves                    |
//! |---------------|----------------------------------|------------------------|-----------------------------------|
//! | (in a page)   | the carrier handed it over       | the poller, committing | nothing: a list is read again; a carrier that forgets was being asked, which the next start says (`worker/ask_marks.rs`) |
//! | `received`    | its page was committed           | the router             | the row; the router starts again  |
//! | `routed`      | it stands in a conversation      | nobody: final          | the row                           |
//! | `quarantined` | routing failed three times       | an operator            | the row                           |

use super::UnixMs;
use super::media::MediaRef;
use super::phone::PhoneNumber;
use super::text::MessageText;

/// Failed routing tries before a text is quarantined.
pub const MAX_ROUTE_FAILURES: u32 = 3;

/// One text as the carrier delivered it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct InboundText {
    /// The carrier's identity of this text. Never a hash of its content: "네" twice is two texts.
    pub key: String,
    /// The number of the handset, not a sender name its owner typed.
    pub citizen: PhoneNumber,
    /// Which of our numbers it was sent to.
    pub to: PhoneNumber,
    /// Empty if the text has only photos.
    pub text: MessageText,
    pub media: Vec<MediaRef>,
    /// When the carrier says it was sent.
    pub sent_at: UnixMs,
}

/// Where a carrier dates one text by two clocks, in a webhook and in its list, two texts with the same id, sender and words are
/// one if their dates differ by no more than this (milliseconds).
pub const TWIN_MS: i64 = 2 * 60 * 1_000;

/// The key of a text where ids alone can collide: its id, its date, and a hash of sender and words. See [`is_twin`].
pub fn dated_key(id: &str, sent_at: UnixMs, hash: &str) -> String {
    format!("{id}|{sent_at}|{hash}")
}

/// The parts of a [`dated_key`].
fn parts(key: &str) -> Option<(&str, UnixMs, &str)> {
    let (rest, hash) = key.rsplit_once('|')?;
    let (id, date) = rest.rsplit_once('|')?;
    Some((id, date.parse().ok()?, hash))
}

/// What a dated key begins with, whatever its date; `None` for any other key.
pub fn undated(key: &str) -> Option<&str> {
    parts(key).map(|(id, ..)| key.get(..=id.len()).unwrap_or(key))
}

/// Whether both keys are of one text, dated by two clocks. Only for a carrier that does that: another may give one id to several
/// texts, of which "네" and "네" a minute later are two.
pub fn is_twin(key: &str, other: &str) -> bool {
    match (parts(key), parts(other)) {
        (Some((id, at, hash)), Some((other_id, other_at, other_hash))) => {
            id == other_id && hash == other_hash && at.abs_diff(other_at) <= TWIN_MS.unsigned_abs()
        }
        _ => key == other,
    }
}

/// The key without its date: the same for a text that two clocks have dated.
pub fn identity(key: &str) -> String {
    parts(key).map_or_else(|| key.to_owned(), |(id, _, hash)| format!("{id}|{hash}"))
}

/// What stands for a key once its text was erased: the same way from every spelling of it, and of no use to anybody who does not
/// have the key that `hash` hashes with. A [`dated_key`] keeps its date, so that twins are still found; the hash of its words goes.
pub fn erased(key: &str, hash: impl Fn(&str) -> String) -> String {
    match parts(key) {
        Some((id, at, words)) => dated_key(&format!("{ERASED}{}", hash(&format!("{id}|{words}"))), at, ""),
        None => format!("{ERASED}{}", hash(key)),
    }
}

/// Whether a key is one of an erased text.
pub fn is_erased(key: &str) -> bool {
    key.starts_with(ERASED)
}

/// What the key of an erased text begins with.
const ERASED: &str = "erased:";

/// An item of a page, in the order it was sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum InboundItem {
    Text(InboundText),
    /// An item that could not be read. Kept as it came and shown to an operator; never blocks its page.
    Unreadable {
        raw: String,
        reason: String,
    },
}

/// How far a carrier's list of inbound texts has been read.
///
/// A *pass* reads the list page by page, newest first, down to `since` less the overlap. Only a finished pass moves
/// `since`, so the next pass reads whatever a crash or an error left unread.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cursor {
    /// Everything that the carrier dated up to here was read by a finished pass.
    pub since: UnixMs,
    /// The carrier's token for the next page of this pass; `None` at the beginning of a pass.
    pub page: Option<String>,
    /// The date of the newest text in this pass.
    pub newest: UnixMs,
    /// Few new texts are expected: a carrier that takes a page size is asked for a small page. Not stored.
    pub brief: bool,
}

impl Cursor {
    /// The beginning of a pass from `since`.
    pub fn starting_at(since: UnixMs) -> Self {
        Cursor { since, page: None, newest: since, brief: false }
    }

    /// The same pass, from its first page.
    pub fn restarted(&self) -> Self {
        Cursor { page: None, brief: false, ..self.clone() }
    }

    /// The cursor after a page: the next page of the pass, or a new pass if this was the last page.
    pub fn after_page(&self, newest_on_page: Option<UnixMs>, next_page: Option<String>) -> Self {
        let newest = newest_on_page.map_or(self.newest, |at| at.max(self.newest));
        match next_page {
            Some(page) => Cursor { since: self.since, page: Some(page), newest, brief: false },
            None => Cursor::starting_at(newest),
        }
    }

    /// Ends the pass although the carrier has more pages: the rest is known.
    pub fn finished(&self) -> Self {
        Cursor::starting_at(self.newest)
    }
}

/// State of an inbound text.
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
    /// Routing failed for the `times`th time.
    RouteFailed {
        times: u32,
    },
    /// An operator gives a quarantined text back to the router.
    Released,
}

/// The event does not fit the state; nothing changes.
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
    fn one_text_dated_by_two_clocks() {
        let key = |id: &str, at: i64, hash: &str| dated_key(id, at, hash);
        let one = key("text:7", 1_000_000, "ff");
        let cases = [
            (key("text:7", 1_000_000, "ff"), true),
            (key("text:7", 1_000_000 + TWIN_MS, "ff"), true),
            (key("text:7", 1_000_000 - TWIN_MS, "ff"), true),
            (key("text:7", 1_000_001 + TWIN_MS, "ff"), false),
            (key("text:8", 1_000_000, "ff"), false),
            (key("text:7", 1_000_000, "fe"), false),
            ("text:7".to_owned(), false),
        ];
        for (other, expected) in cases {
            assert_eq!(is_twin(&one, &other), expected, "{other}");
        }
        assert!(is_twin("a", "a") && !is_twin("a", "b"));
        assert_eq!((undated(&one), undated("SM1"), undated("a|b|c")), (Some("text:7|"), None, None));
        assert_eq!((identity(&one), identity("SM1")), ("text:7|ff".to_owned(), "SM1".to_owned()));
    }

    #[test]
    fn an_erased_text_is_known_by_its_key_alone() {
        let hash = |word: &str| format!("<{}>", word.len());
        assert_eq!(erased("SM1", hash), "erased:<3>");
        let one = erased(&dated_key("text:7", 1_000_000, "ff"), hash);
        let twin = erased(&dated_key("text:7", 1_000_000 + TWIN_MS, "ff"), hash);
        let other = erased(&dated_key("text:70", 1_000_000, "ff"), hash);
        assert!(is_erased(&one) && !is_erased("text:7"));
        assert!(is_twin(&one, &twin) && !is_twin(&one, &other), "{one} {twin} {other}");
        assert_eq!(undated(&one), undated(&twin));
        assert!(!one.contains("ff"), "{one}");
    }

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

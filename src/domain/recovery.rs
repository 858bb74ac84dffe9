//! Recovery: what a gateway may do after a copy of its database was put back. The copy knows nothing of what happened after it
//! was made: texts came, and answers left. So nothing is sent to citizens until the carriers' lists have been read back and a
//! person has confirmed what is left.
//!
//! | state     | means                                         | calls to duty phones | texts of danger        | all else |
//! |-----------|-----------------------------------------------|----------------------|------------------------|----------|
//! | `reading` | the carriers' lists are being read            | leave                | held                   | held     |
//! | `waiting` | they are read; a person confirms the rest     | leave                | leave                  | held     |
//! | `over`    | a person has confirmed                        | leave                | leave                  | leave    |
//!
//! Danger is never silent: duty phones, command and webhook are called from the first second, and a call that is made twice
//! harms nobody. The text of danger and a person's answer in a danger wait only for the lists, which takes minutes: then it is
//! known whether they were said already. Whatever was written before the copy was put back waits in any case; a text that had
//! not left when the copy was made may have left since, and is in doubt.

use std::fmt;

use super::UnixMs;
use super::bulletin;
use super::key_mark::{KeyMark, mark_of};
use super::list_comparison::MARGIN_MS;
use super::notice::Texts;
use super::outbound::ClientKey;
use super::phone::PhoneNumber;
use super::text::MessageText;

/// Stands in the database for the words of a text that a recovery found and whose carrier does not list them; faces say it in the
/// reader's language.
pub const UNKNOWN_WORDS: &str = "(통신사가 문구를 알려 주지 않음 / the carrier does not tell the words)";

/// Where a recovery stands; the module's table says what each one means.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RecoveryState {
    Reading,
    Waiting,
    Over,
}

/// How a database that lies where another one was is not that one. Only `munjad restore` puts one back so that it knows it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PutByHand {
    /// It is an older copy: this place had come to `reached_at`, and the copy's last event is of `last_at`.
    Older { reached_at: UnixMs, last_at: UnixMs },
    /// It went on elsewhere, or belongs to another gateway.
    Another,
    /// The mark beside it was put there by hand: a whole folder was put back, or moved here. Nothing says how old it is.
    WithItsMark,
}

impl fmt::Display for PutByHand {
    /// What happened to the database, as the end of a sentence about it.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            PutByHand::Older { reached_at, last_at } => {
                let mins = reached_at.saturating_sub(*last_at) / 60_000;
                write!(f, "is {mins} min older than the one that was here")
            }
            PutByHand::Another => f.write_str("is another one than was here"),
            PutByHand::WithItsMark => {
                f.write_str("came with a copied mark (.reached), so nobody knows how old it is")
            }
        }
    }
}

/// Which texts may leave, of those written since the copy was put back.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Leaving {
    pub duty: bool,
    pub danger: bool,
    pub rest: bool,
}

impl RecoveryState {
    pub const ALL: [RecoveryState; 3] = [Self::Reading, Self::Waiting, Self::Over];

    /// The word in the database and on the wire.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Reading => "reading",
            Self::Waiting => "waiting",
            Self::Over => "over",
        }
    }

    pub fn from_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|state| state.as_str() == word)
    }

    pub fn leaving(self) -> Leaving {
        Leaving { duty: true, danger: self != Self::Reading, rest: self == Self::Over }
    }
}

/// A text of a carrier's list of what it took from us.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Listed {
    pub carrier_message_id: String,
    /// Our key, where the carrier lists it.
    pub key: Option<ClientKey>,
    pub at: UnixMs,
    /// To whom, and in which words, where the carrier lists them.
    pub to: Option<PhoneNumber>,
    pub words: Option<MessageText>,
}

/// What a text was that left after the copy was made.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Found {
    /// A person's answer.
    Answer,
    /// An automatic text of this group.
    Notice(&'static str),
    /// It cannot be told which of the two.
    Unclear,
    /// To one of our own phones, or to try the carrier: in no citizen's conversation.
    OfStaff,
    /// Another program's: it has no key where ours have one.
    Foreign,
}

impl Found {
    /// The word in the database and on the wire.
    pub fn as_str(self) -> &'static str {
        match self {
            Found::Answer => "answer",
            Found::Notice(_) => "notice",
            Found::Unclear => "unclear",
            Found::OfStaff => "staff",
            Found::Foreign => "foreign",
        }
    }
}

/// What a listed text was: by its key, else by its words. `lists_keys`: this carrier lists our keys; `is_staff`: the number is
/// one of our own phones.
pub fn what_was(text: &Listed, lists_keys: bool, is_staff: bool, texts: &Texts) -> Found {
    let by_words = |otherwise| match &text.words {
        Some(words) => {
            let said = words.reveal();
            let group = texts.group_of(said).or_else(|| texts.group_of(bulletin::without(said)));
            group.map_or(otherwise, Found::Notice)
        }
        None => Found::Unclear,
    };
    match text.key.as_ref() {
        Some(key) => match mark_of(key) {
            Some(KeyMark::Answer) => Found::Answer,
            Some(KeyMark::Notice(group)) => Found::Notice(group),
            Some(KeyMark::Duty | KeyMark::Test) => Found::OfStaff,
            None if is_staff => Found::OfStaff,
            None => by_words(Found::Answer),
        },
        None if lists_keys => Found::Foreign,
        None if is_staff => Found::OfStaff,
        None => by_words(Found::Answer),
    }
}

/// Whether a listed text can have left before the copy was put back. What is younger is the new gateway's own.
pub fn is_of_before(listed_at: UnixMs, restored_at: UnixMs) -> bool {
    listed_at <= restored_at.saturating_add(MARGIN_MS)
}

/// Whether an automatic text that waits was said already: the same left at `said_at`, after the citizen's last text, or so
/// short a time before that no second one would have been written.
pub fn was_said(said_at: UnixMs, last_text_at: UnixMs, window_ms: i64) -> bool {
    said_at.saturating_add(window_ms) > last_text_at
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::arrival::tests::policy;
    use crate::domain::key_mark::marked;
    use crate::domain::notice::{Language, Notice, Slot};

    fn listed(key: Option<KeyMark>, words: Option<&str>) -> Listed {
        Listed {
            carrier_message_id: "m".to_owned(),
            key: key.map(|mark| marked([9; ClientKey::LEN], mark)),
            at: 0,
            to: Some(PhoneNumber::parse("01012345678")),
            words: words.map(MessageText::new),
        }
    }

    #[test]
    fn words_are_read_back_and_calls_always_leave() {
        for state in RecoveryState::ALL {
            assert_eq!(RecoveryState::from_word(state.as_str()), Some(state));
            assert!(state.leaving().duty, "{state:?}");
        }
        let held = Leaving { duty: true, danger: false, rest: false };
        assert_eq!(RecoveryState::Reading.leaving(), held);
        assert_eq!(RecoveryState::Waiting.leaving(), Leaving { danger: true, ..held });
        assert_eq!(RecoveryState::Over.leaving(), Leaving { duty: true, danger: true, rest: true });
    }

    #[test]
    fn what_a_listed_text_was() {
        let texts = policy().texts;
        let ahead = texts.say(Notice::ReceiptAhead, Language::Ko, &[(Slot::Ahead, "7".to_owned())]).unwrap();
        let ahead = Some(ahead.text.as_str());
        let unmarked =
            Listed { key: Some(ClientKey::from_random([7; ClientKey::LEN])), ..listed(None, None) };
        let cases = [
            ("its key says: answer", listed(Some(KeyMark::Answer), None), true, false, Found::Answer),
            (
                "a receipt",
                listed(Some(KeyMark::Notice("receipt")), None),
                true,
                false,
                Found::Notice("receipt"),
            ),
            ("a call", listed(Some(KeyMark::Duty), None), true, false, Found::OfStaff),
            ("a test", listed(Some(KeyMark::Test), None), true, false, Found::OfStaff),
            ("no key where ours have one", listed(None, Some("안녕")), true, false, Found::Foreign),
            ("its words are ours", listed(None, ahead), false, false, Found::Notice("receipt")),
            (
                "its words are a person's",
                listed(None, Some("막차는 23:40입니다")),
                false,
                false,
                Found::Answer,
            ),
            ("neither key nor words", listed(None, None), false, false, Found::Unclear),
            ("to our own phone", listed(None, Some("37")), false, true, Found::OfStaff),
            ("a key of an older version", unmarked, true, false, Found::Unclear),
        ];
        for (name, text, lists_keys, is_staff, expected) in cases {
            assert_eq!(what_was(&text, lists_keys, is_staff, &texts), expected, "{name}");
        }
    }

    #[test]
    fn what_was_said_is_not_said_again() {
        let minute = 60_000;
        let cases = [
            ("after their text", 10 * minute, 9 * minute, 0, true),
            ("just before their last text", 10 * minute, 15 * minute, 30 * minute, true),
            ("long before it", 10 * minute, 50 * minute, 30 * minute, false),
            ("before it, and each says something new", 10 * minute, 11 * minute, 0, false),
        ];
        for (name, said_at, last_text_at, window_ms, expected) in cases {
            assert_eq!(was_said(said_at, last_text_at, window_ms), expected, "{name}");
        }
    }
}

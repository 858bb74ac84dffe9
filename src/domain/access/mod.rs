//! The access log: who saw or changed which citizen's data, when, from where and why. Citizens are named by their pseudonym
//! ([`crate::domain::pseudonym`]), never by number, and no text stands in it. One request is one row, which names everybody
//! whom it showed. Rows are chained ([`chain`]); [`suspicion`] says which reading is reported.

pub mod chain;
pub mod day;
pub mod hash;
pub mod head;
pub mod suspicion;

use super::UnixMs;
use super::actor::{Actor, Role};
use super::event::words;
use super::pseudonym::{PSEUDONYM_BYTES, Pseudonym};

words! {
    /// What somebody did.
    Action {
        /// Several conversations at once, with the beginning of a text.
        List => "list",
        Search => "search",
        /// One conversation with its texts.
        View => "view",
        Photo => "photo",
        /// What is masked was asked for: the detail is `number` (the citizen's whole number) or `texts` (identity numbers in
        /// them), and says where it was refused or nothing was masked; such a row names no citizen.
        Reveal => "reveal",
        /// The detail is what was done: reply, claim, close ...
        Change => "change",
        Delete => "delete",
        Print => "print",
        Export => "export",
        /// A command of `munjad`; the detail names it.
        Admin => "admin",
        /// An auditor read this log through the API; the detail says how. The operator does it by a command of `munjad`.
        Audit => "audit",
        /// What became of a command of `munjad` that has its row, whose number is the item: the detail names it and ends in
        /// [`Outcome::as_str`].
        Outcome => "outcome",
        /// The oldest rows were removed after their time; the detail is the anchor that stands for them.
        Expire => "expire",
        /// A copy of the database was put back, and the chain goes on from its last row; the detail is [`head::ChainBreak::detail`].
        Restore => "restore",
    }
}

words! {
    /// How a command ended. One without such a row was cut off.
    Outcome {
        Done => "done",
        /// The rules did not let it, and nothing was changed.
        Refused => "refused",
        /// It could not be done, as with a disk that is full; a part of it may have been.
        Failed => "failed",
    }
}

/// Who did it, and from where.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Who {
    /// [`Role::as_str`] as it was then.
    pub role: String,
    /// The login; the operator's name on the machine; empty for the service itself.
    pub login: String,
    /// The address, or the command.
    pub origin: String,
}

impl Who {
    pub fn of(actor: &Actor) -> Who {
        let login = actor.counselor.as_ref().map(|counselor| counselor.login.clone());
        let (role, origin) = (actor.role.as_str().to_owned(), actor.from.clone());
        Who { role, login: login.unwrap_or_default(), origin }
    }

    /// Whoever runs `munjad` on the machine.
    pub fn operator(name: String) -> Who {
        Who { role: Role::Operator.as_str().to_owned(), login: name, origin: "munjad".to_owned() }
    }
}

/// A citizen whose data was shown or changed, and the conversation; 0 where there is none.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Subject {
    pub citizen: Pseudonym,
    pub conversation_id: i64,
}

/// Bytes of one subject in a row.
pub const SUBJECT_BYTES: usize = PSEUDONYM_BYTES + 8;

impl Subject {
    /// Each subject as 16 bytes of pseudonym and 8 of the conversation's id, most significant first.
    pub fn pack(subjects: &[Subject]) -> Vec<u8> {
        let mut packed = Vec::with_capacity(subjects.len() * SUBJECT_BYTES);
        for subject in subjects {
            packed.extend_from_slice(&subject.citizen.0);
            packed.extend_from_slice(&subject.conversation_id.to_be_bytes());
        }
        packed
    }

    /// What [`Subject::pack`] wrote; bytes that are too few for another subject are left out.
    pub fn unpack(packed: &[u8]) -> Vec<Subject> {
        let one = |bytes: &[u8]| {
            let (citizen, id) = bytes.split_at(PSEUDONYM_BYTES);
            let conversation_id = i64::from_be_bytes(id.try_into().ok()?);
            Some(Subject { citizen: Pseudonym::from_bytes(citizen)?, conversation_id })
        };
        packed.chunks_exact(SUBJECT_BYTES).filter_map(one).collect()
    }
}

/// What a row says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Record {
    pub at: UnixMs,
    pub who: Who,
    /// [`Action::as_str`]; a word of a newer version is kept as it is.
    pub action: String,
    /// Where it was about one conversation.
    pub conversation_id: Option<i64>,
    /// The text, photo or other thing that it was about.
    pub item_id: Option<i64>,
    /// Why, where that is asked.
    pub reason: String,
    /// What exactly, without personal data.
    pub detail: String,
    /// [`Subject::pack`].
    pub subjects: Vec<u8>,
}

/// Rows are kept at least this long (days), whatever the configuration says.
pub const LEAST_KEPT_DAYS: u32 = 365;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_and_subjects_are_read_back() {
        for action in Action::ALL {
            assert_eq!(Action::from_word(action.as_str()), Some(*action));
        }
        let subjects: Vec<Subject> = [(1, 7), (2, i64::MAX), (3, 0)]
            .map(|(byte, conversation_id)| Subject { citizen: Pseudonym([byte; 16]), conversation_id })
            .into();
        let packed = Subject::pack(&subjects);
        assert_eq!(packed.len(), 3 * SUBJECT_BYTES);
        assert_eq!(Subject::unpack(&packed), subjects);
        assert_eq!(Subject::unpack(&packed[1..]).len(), 2);
    }
}

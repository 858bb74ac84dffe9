//! Desks (부서): teams such as city hall and the district offices, each with its own hours, and the choice of the desk
//! for a new text.

use super::UnixMs;
use super::calendar::{Calendar, OpenState};
use super::phone::PhoneNumber;
use super::triage::Words;

/// A team with its own hours and queue.
#[derive(Debug, Clone)]
pub struct Desk {
    /// Identifier in the database and in commands.
    pub key: String,
    /// Name shown to citizens.
    pub name: String,
    pub calendar: Calendar,
    /// Texts to these numbers go to this desk.
    pub numbers: Vec<PhoneNumber>,
}

/// All desks, and the keywords of each. The first desk is the default.
#[derive(Debug, Clone)]
pub struct Desks {
    all: Vec<Desk>,
    /// Keywords of each desk, in the order of `all`; `None` if no desk has any.
    words: Option<Words>,
}

impl Desks {
    /// `None` if `all` is empty.
    pub fn new(all: Vec<Desk>, words: Option<Words>) -> Option<Desks> {
        (!all.is_empty()).then_some(Desks { all, words })
    }

    pub fn all(&self) -> &[Desk] {
        &self.all
    }

    pub fn first(&self) -> &Desk {
        // `new` refuses an empty list.
        &self.all[0]
    }

    /// The desk with this key; the first desk if the configuration no longer has it.
    pub fn get_or_first(&self, key: &str) -> &Desk {
        self.find(key).unwrap_or_else(|| self.first())
    }

    pub fn find(&self, key: &str) -> Option<&Desk> {
        self.all.iter().find(|desk| desk.key == key)
    }

    /// The desk of a new text: by the number that was texted, then by keywords, else the first.
    pub fn route(&self, our_number: &PhoneNumber, text: &str) -> &Desk {
        let by_number = self.all.iter().find(|desk| desk.numbers.contains(our_number));
        let by_words = || self.words.as_ref().and_then(|words| self.all.get(words.find(text)?));
        by_number.or_else(by_words).unwrap_or_else(|| self.first())
    }
}

impl Desk {
    pub fn is_open(&self, now: UnixMs) -> bool {
        matches!(self.calendar.at(now), OpenState::Open { .. })
    }

    /// When it opens next; `None` if it is open or never opens.
    pub fn opens_at(&self, now: UnixMs) -> Option<UnixMs> {
        match self.calendar.at(now) {
            OpenState::Open { .. } => None,
            OpenState::Closed { opens_at, .. } => opens_at,
        }
    }
}

//! Desks (부서): city hall and the district offices, each with its own hours, and which of them a text goes to first.

use super::UnixMs;
use super::calendar::{Calendar, Standing};
use super::phone::PhoneNumber;
use super::triage::Words;

/// A team with its own hours and queue.
#[derive(Debug, Clone)]
pub struct Desk {
    /// Its word in the database and in commands.
    pub key: String,
    /// As citizens read it.
    pub name: String,
    pub calendar: Calendar,
    /// Texts to these numbers go to it.
    pub numbers: Vec<PhoneNumber>,
}

/// All desks, and the words that lead to them. The first one gets what leads nowhere.
#[derive(Debug, Clone)]
pub struct Desks {
    all: Vec<Desk>,
    /// Words of each desk, in their order; `None` if no desk has any.
    words: Option<Words>,
}

impl Desks {
    /// `None` without a desk.
    pub fn new(all: Vec<Desk>, words: Option<Words>) -> Option<Desks> {
        (!all.is_empty()).then_some(Desks { all, words })
    }

    pub fn all(&self) -> &[Desk] {
        &self.all
    }

    pub fn first(&self) -> &Desk {
        // Not empty: `new` sees to that.
        &self.all[0]
    }

    /// A desk that the configuration no longer has is served by the first.
    pub fn of(&self, key: &str) -> &Desk {
        self.find(key).unwrap_or_else(|| self.first())
    }

    pub fn find(&self, key: &str) -> Option<&Desk> {
        self.all.iter().find(|desk| desk.key == key)
    }

    /// Where a new text goes: by the number that was texted, then by its words.
    pub fn route(&self, our_number: &PhoneNumber, text: &str) -> &Desk {
        let by_number = self.all.iter().find(|desk| desk.numbers.contains(our_number));
        let by_words = || self.words.as_ref().and_then(|words| self.all.get(words.find(text)?));
        by_number.or_else(by_words).unwrap_or_else(|| self.first())
    }
}

impl Desk {
    pub fn is_open(&self, now: UnixMs) -> bool {
        matches!(self.calendar.at(now), Standing::Open { .. })
    }

    /// When it opens next, if it is closed and ever opens.
    pub fn opens_at(&self, now: UnixMs) -> Option<UnixMs> {
        match self.calendar.at(now) {
            Standing::Open { .. } => None,
            Standing::Closed { opens_at, .. } => opens_at,
        }
    }
}

//! How urgent a text is, and what a rule is about.

/// Urgency of a text.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Tier {
    /// Danger now.
    Danger = 1,
    /// Somebody should look soon.
    Look = 2,
    /// Worth knowing.
    Info = 3,
}

impl Tier {
    pub const ALL: [Tier; 3] = [Tier::Danger, Tier::Look, Tier::Info];

    pub fn number(self) -> u8 {
        self as u8
    }

    pub fn is_danger(self) -> bool {
        self == Tier::Danger
    }

    pub fn from_number(n: i64) -> Option<Tier> {
        Self::ALL.into_iter().find(|tier| i64::from(tier.number()) == n)
    }
}

/// Subject of a rule: decides which notice answers a danger, and how abuse is handled.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Kind {
    Danger,
    SelfHarm,
    Youth,
    /// Insults and threats against counselors. Only a hint: no text is refused for a word.
    Abuse,
}

impl Kind {
    pub const ALL: [Kind; 4] = [Kind::Danger, Kind::SelfHarm, Kind::Youth, Kind::Abuse];

    pub fn as_str(self) -> &'static str {
        match self {
            Kind::Danger => "danger",
            Kind::SelfHarm => "self_harm",
            Kind::Youth => "youth",
            Kind::Abuse => "abuse",
        }
    }

    pub fn from_word(word: &str) -> Option<Kind> {
        Self::ALL.into_iter().find(|kind| kind.as_str() == word)
    }
}

//! Quality of the triage lists: recall and false alarms over labelled texts.

use super::{Tier, Triage};

/// Label that a person gave to a text.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Label {
    /// Must be tier 1.
    Danger,
    /// Must be tier 1 or 2.
    Look,
    /// Looks like danger but is not: tier 1 is a false alarm.
    Lookalike,
    /// An ordinary text: tier 1 is a false alarm.
    Ordinary,
}

impl Label {
    pub const ALL: [Label; 4] = [Label::Danger, Label::Look, Label::Lookalike, Label::Ordinary];

    pub fn as_str(self) -> &'static str {
        match self {
            Label::Danger => "danger",
            Label::Look => "look",
            Label::Lookalike => "lookalike",
            Label::Ordinary => "ordinary",
        }
    }

    pub fn from_word(word: &str) -> Option<Label> {
        Self::ALL.into_iter().find(|label| label.as_str() == word)
    }

    /// Whether `tier` is right for a text with this label.
    pub fn is_right(self, tier: Option<Tier>) -> bool {
        match self {
            Label::Danger => tier == Some(Tier::Danger),
            Label::Look => tier.is_some_and(|tier| tier <= Tier::Look),
            Label::Lookalike | Label::Ordinary => tier != Some(Tier::Danger),
        }
    }
}

/// Number of texts with a label, and how many were judged right.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Tally {
    pub n: usize,
    pub n_right: usize,
}

impl Tally {
    /// Percentage judged right; 100 if there are no texts.
    pub fn percent(self) -> f64 {
        if self.n == 0 { 100.0 } else { 100.0 * self.n_right as f64 / self.n as f64 }
    }
}

/// The tally of each label, in the order of [`Label::ALL`].
pub fn score<'a>(triage: &Triage, texts: impl IntoIterator<Item = (Label, &'a str)>) -> [Tally; 4] {
    let mut tallies = [Tally::default(); 4];
    for (label, text) in texts {
        let tally = &mut tallies[label as usize];
        tally.n += 1;
        tally.n_right += usize::from(label.is_right(triage.judge(text).tier()));
    }
    tallies
}

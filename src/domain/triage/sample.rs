//! Labelled texts: what people said a text is, to train and to measure with.

use super::hangul::to_keys;
use super::tier::Tier;

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

/// Between the parts of a text that came in several.
pub const PART_MARK: &str = " || ";

/// A labelled text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sample {
    pub label: Label,
    /// Who wrote it: texts of one hand are tried on what the others taught.
    pub hand: usize,
    /// How it is written (`deaf`, `teen` ...).
    pub register: String,
    /// What it is about.
    pub kind: String,
    pub text: String,
}

impl Sample {
    /// Reads a line `label<TAB>kind<TAB>register<TAB>text`. Texts of the register `keyboard` are written in Hangul and read
    /// as a keyboard types them that was not switched.
    pub fn from_line(line: &str, hand: usize) -> Result<Sample, String> {
        let fields: Vec<&str> = line.split('\t').collect();
        let [label, kind, register, text] = fields[..] else {
            return Err("needs label, kind, register and text, separated by tabs".to_owned());
        };
        let label = Label::from_word(label)
            .ok_or_else(|| "label must be danger, look, lookalike or ordinary".to_owned())?;
        let text = if register == "keyboard" { to_keys(text) } else { text.to_owned() };
        Ok(Sample { label, hand, register: register.to_owned(), kind: kind.to_owned(), text })
    }

    /// The parts in which the text came.
    pub fn parts(&self) -> impl Iterator<Item = &str> {
        self.text.split(PART_MARK)
    }
}

/// The samples of a file: one a line; empty lines and lines that begin with `#` are left out. An error has its line number.
pub fn samples(file: &str, hand: usize) -> Result<Vec<Sample>, (usize, String)> {
    let lines = file.lines().zip(1..).filter(|(line, _)| !line.trim().is_empty() && !line.starts_with('#'));
    lines.map(|(line, n)| Sample::from_line(line, hand).map_err(|why| (n, why))).collect()
}

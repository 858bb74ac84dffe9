//! The script of a practice run: which citizens write, and how each reacts to what the counselor does. It is data
//! (`scripts/*.toml`).

use std::time::Duration;

use anyhow::Context;
use serde::Deserialize;

use crate::ops::lang::Lang;

/// One citizen. Times are seconds of a run at its usual pace.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Part {
    /// What is practised: `question`, `transfer`, `abuse`, `danger`, `false_alarm`, `thanks`.
    pub lesson: String,
    pub number: String,
    /// When they write first, counted from the beginning.
    pub after_secs: u64,
    /// What they write by themselves, one after the other.
    pub says: Vec<String>,
    /// What they write to the first answer, the second ...
    #[serde(default)]
    pub reactions: Vec<String>,
    /// What they write when they are asked where they are.
    pub located: Option<String>,
    /// What they write when they are warned.
    pub warned: Option<String>,
    /// What they write to the survey.
    pub survey: Option<String>,
    /// What they write, once, when nobody has answered for `patience_secs`.
    pub asks_again: String,
    pub patience_secs: u64,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Script {
    citizen: Vec<Part>,
}

/// How fast citizens write.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Pace {
    /// As people do: one after the other, with time to read.
    Usual,
    /// All of them at once, and at once again. Nobody gets impatient.
    AtOnce,
}

impl Pace {
    /// How long they take for what takes so many seconds.
    pub(super) fn wait(self, secs: u64) -> Duration {
        match self {
            Pace::Usual => Duration::from_secs(secs),
            Pace::AtOnce => Duration::ZERO,
        }
    }
}

/// The citizens in this language.
pub(super) fn parts(lang: Lang) -> anyhow::Result<Vec<Part>> {
    let text = match lang {
        Lang::Ko => include_str!("scripts/ko.toml"),
        Lang::En => include_str!("scripts/en.toml"),
    };
    let script: Script = toml::from_str(text).context("the script of the practice")?;
    Ok(script.citizen)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_scripts_teach_the_same() {
        let (ko, en) = (parts(Lang::Ko).expect("Korean"), parts(Lang::En).expect("English"));
        let lessons = |all: &[Part]| {
            all.iter().map(|part| (part.lesson.clone(), part.number.clone())).collect::<Vec<_>>()
        };
        assert_eq!(lessons(&ko), lessons(&en));
        for lesson in ["question", "transfer", "abuse", "danger", "false_alarm", "thanks"] {
            assert_eq!(ko.iter().filter(|part| part.lesson == lesson).count(), 1, "{lesson}");
        }
        for part in ko.iter().chain(&en) {
            assert!(!part.says.is_empty() && part.patience_secs > 0, "{part:?}");
        }
    }
}

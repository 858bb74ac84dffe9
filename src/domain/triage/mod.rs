//! Triage: finds texts about danger, by lists of words and by a second opinion.
//!
//! The lists are data (`config/words/triage.toml`, `concepts.toml` and the operator's own): words, dictionary forms and
//! combinations of groups. The second opinion is a table of weights, trained from labelled texts; it can only raise a tier.
//! Texts are compared in the form of [`normal()`]. An exception cancels only the hits of its own rule that it overlaps; a
//! guard lowers the hits of its sentence and of those beside it by one tier, never to none. Source of tiers and traps:
//! service.md, "Urgent texts".

mod features;
mod hangul;
mod initials;
mod judge;
mod learn;
mod normal;
mod opinion;
mod rule;
pub mod sample;
pub mod score;
mod search;
mod stems;
mod tier;
pub mod train;
mod words;

pub(super) use hangul::{initial_of, is_syllable, to_keys};
pub use judge::{Hit, Triage, Verdict};
pub use normal::{Normal, as_typed, is_hangul_keys, normal};
pub use opinion::{Opinion, Table, Thresholds};
pub use rule::{BadRule, Group, Guard, ListPlace, Lists, Rule};
pub use tier::{Kind, Tier};
pub use words::Words;

#[cfg(test)]
mod tests;

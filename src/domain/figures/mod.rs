//! The figures that a city publishes, as pure functions over what the journal and the texts' rows hold.
//!
//! [`History`] is one conversation as it happened. [`contributions`](reading::contributions) turns it into single facts, each
//! with its moment, desk and category; [`Tally`] adds up those of a [`Period`]; [`Report`] is what is printed. Every figure has
//! a [`FigureId`] with a title and one sentence that defines it, in both languages ([`words`]).
//!
//! Invariants:
//! * A figure depends on what happened, and on nothing that may change later: desk and category are those of the moment, and a
//!   citizen is a keyed hash that survives their erasure.
//! * Each fact counts in one period alone: responses and waits where the citizen's text came, everything else where it happened.
//! * Closed hours never count as waiting, but in a danger. Automatic texts never count as replies,
//!   and neither does an answer of which nothing left.

pub mod coaching;
pub mod history;
mod measures;
pub mod names;
pub mod period;
pub mod reading;
pub mod report;
mod spread;
pub mod staffing;
pub mod tally;
pub mod words;

#[cfg(test)]
mod tests;

pub use history::{Class, History, Outcome, Step, SurveyFact, TextOut, What};
pub use measures::Measures;
pub use names::Names;
pub use period::{BadPeriod, Period};
pub use report::{Figure, Report, Row, Table, TableId};
pub use spread::Spread;
pub use tally::{By, Scope, Tally};
pub use words::{FigureId, Unit};

//! People who are called: duty phones, who is called at each step, and what their answers mean.
//!
//! * this file: phones, their hours, rotation
//! * [`answer`]: what a text from a duty phone says
//! * [`code`]: the short code of an alarm, and how often somebody may guess
//! * [`words`]: what duty phones are told
//! * [`operator`]: alarms about the gateway itself

pub mod answer;
pub mod code;
pub mod operator;
#[cfg(test)]
pub(crate) mod tests;
pub mod words;

use jiff::civil::Date;

pub use answer::{DutyAnswer, DutyWord, read_answer};
pub use operator::{OperatorAlarm, Trouble};

use super::UnixMs;
use super::calendar::{Calendar, OpenState};
use super::phone::PhoneNumber;

/// What a phone is called for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum DutyKind {
    /// A danger that nobody has answered.
    Danger,
    /// The gateway itself is in trouble.
    Operator,
}

impl DutyKind {
    pub const ALL: [DutyKind; 2] = [DutyKind::Danger, DutyKind::Operator];

    /// The word in the configuration and on the wire.
    pub fn as_str(self) -> &'static str {
        match self {
            DutyKind::Danger => "danger",
            DutyKind::Operator => "operator",
        }
    }

    pub fn from_word(word: &str) -> Option<DutyKind> {
        DutyKind::ALL.into_iter().find(|kind| kind.as_str() == word)
    }
}

/// The weeks (ISO 8601) in which a phone is on duty.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Weeks {
    #[default]
    Every,
    Odd,
    Even,
}

impl Weeks {
    pub fn from_word(word: &str) -> Option<Weeks> {
        match word {
            "every" => Some(Weeks::Every),
            "odd" => Some(Weeks::Odd),
            "even" => Some(Weeks::Even),
            _ => None,
        }
    }

    fn hold(self, date: Date) -> bool {
        let is_even = date.iso_week_date().week() % 2 == 0;
        match self {
            Weeks::Every => true,
            Weeks::Odd => !is_even,
            Weeks::Even => is_even,
        }
    }
}

/// A phone of our own staff.
#[derive(Debug, Clone)]
pub struct DutyPhone {
    pub kind: DutyKind,
    /// Who answers it.
    pub name: String,
    pub number: PhoneNumber,
    /// Their account at the desk, if they have one: what they do by phone stands under it.
    pub login: Option<String>,
    /// Its hours, with the public holidays of all desks.
    pub hours: Calendar,
    pub weeks: Weeks,
    /// First and last days; empty: every day.
    pub dates: Vec<(Date, Date)>,
}

impl DutyPhone {
    /// Weeks or dates decide, beside the hours.
    pub fn has_days(&self) -> bool {
        self.weeks != Weeks::Every || !self.dates.is_empty()
    }

    /// Whether it is on duty at this time. Weeks and dates go by the day on which the time falls.
    pub fn is_on_duty(&self, at: UnixMs) -> bool {
        let Some(date) = self.hours.date_at(at) else {
            return false;
        };
        let is_dated =
            self.dates.is_empty() || self.dates.iter().any(|(first, last)| (*first..=*last).contains(&date));
        is_dated && self.weeks.hold(date) && matches!(self.hours.at(at), OpenState::Open { .. })
    }
}

/// A way by which alarms leave beside texts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum PushWay {
    Command,
    Webhook,
}

impl PushWay {
    pub const ALL: [PushWay; 2] = [PushWay::Command, PushWay::Webhook];

    /// The word in the database.
    pub fn as_str(self) -> &'static str {
        match self {
            PushWay::Command => "command",
            PushWay::Webhook => "webhook",
        }
    }

    pub fn from_word(word: &str) -> Option<PushWay> {
        PushWay::ALL.into_iter().find(|way| way.as_str() == word)
    }
}

/// An alarm as a command or a webhook hears of it. Holds no citizen's data.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct AlarmNews {
    /// `danger`, `test`, or the word of a [`Trouble`].
    pub what: String,
    /// Of a trouble: `began`, `lasts` or `over`.
    pub state: Option<&'static str>,
    pub conversation_id: Option<i64>,
    /// The step of a danger, counted from 1.
    pub step: Option<u32>,
    pub minutes: i64,
    /// Names of those who were texted.
    pub called: Vec<String>,
}

/// Whom the gateway calls, and how.
#[derive(Debug, Clone)]
pub struct AlarmPolicy {
    /// In the order in which they are called.
    pub phones: Vec<DutyPhone>,
    /// How long an answer by phone stops the calls (milliseconds).
    pub ack_ms: i64,
    pub pushes: Vec<PushWay>,
}

impl Default for AlarmPolicy {
    fn default() -> Self {
        AlarmPolicy { phones: Vec::new(), ack_ms: 180_000, pushes: Vec::new() }
    }
}

impl AlarmPolicy {
    /// The phones of a kind that are on duty, in the order of the configuration. Where none is, all of the kind: a danger
    /// at an hour that nobody was given wakes somebody rather than nobody.
    pub fn called(&self, kind: DutyKind, at: UnixMs) -> Vec<&DutyPhone> {
        let on_duty = self.on_duty(kind, at);
        if on_duty.is_empty() { self.of_kind(kind).collect() } else { on_duty }
    }

    /// Whether anybody hears of trouble of the gateway.
    pub fn has_operator(&self) -> bool {
        self.of_kind(DutyKind::Operator).next().is_some() || !self.pushes.is_empty()
    }

    /// The phones of a kind whose hours hold.
    pub fn on_duty(&self, kind: DutyKind, at: UnixMs) -> Vec<&DutyPhone> {
        self.of_kind(kind).filter(|phone| phone.is_on_duty(at)).collect()
    }

    /// The phone that is called at a step, counted from 0: each step the next one, and the first again after the last.
    pub fn at_step(&self, kind: DutyKind, step: u32, at: UnixMs) -> Option<&DutyPhone> {
        let called = self.called(kind, at);
        let n = u32::try_from(called.len()).ok().filter(|n| *n > 0)?;
        called.get((step % n) as usize).copied()
    }

    /// The phone that is called after the one that was called last: however many steps were missed, the next one.
    pub fn next_after(&self, kind: DutyKind, last: Option<&PhoneNumber>, at: UnixMs) -> Option<&DutyPhone> {
        let called = self.called(kind, at);
        let place = last.and_then(|last| called.iter().position(|phone| phone.number == *last));
        let next = place.map_or(0, |place| (place + 1) % called.len());
        called.get(next).copied()
    }

    /// The staff phone with this number.
    pub fn staff(&self, number: &PhoneNumber) -> Option<&DutyPhone> {
        self.phones.iter().find(|phone| phone.number == *number)
    }

    /// The spans within the hours after `from` in which nobody of the kind is on duty, to five minutes.
    pub fn gaps(&self, kind: DutyKind, from: UnixMs, n_hours: u32) -> Vec<(UnixMs, UnixMs)> {
        const STEP_MS: i64 = 5 * 60 * 1_000;
        let from = from - from.rem_euclid(STEP_MS);
        let times = (0..i64::from(n_hours) * 12).map(|n| from + n * STEP_MS);
        let mut gaps: Vec<(UnixMs, UnixMs)> = Vec::new();
        for at in times.filter(|at| self.on_duty(kind, *at).is_empty()) {
            match gaps.last_mut() {
                Some((_, end)) if *end == at => *end = at + STEP_MS,
                _ => gaps.push((at, at + STEP_MS)),
            }
        }
        gaps
    }

    fn of_kind(&self, kind: DutyKind) -> impl Iterator<Item = &DutyPhone> {
        self.phones.iter().filter(move |phone| phone.kind == kind)
    }
}

//! What the live board says of times: how long people waited, against the targets of the service. Closed hours never count as
//! waiting, automatic texts never as replies.

use jiff::civil::Date;
use jiff::{Span, Timestamp};

use super::UnixMs;
use super::calendar::Calendar;

/// A share of people who should not wait longer than a time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Target {
    pub within_ms: i64,
    /// How many of a hundred.
    pub percent: i64,
}

/// The receipt: everybody within ten seconds.
pub const RECEIPT: &[Target] = &[Target { within_ms: 10_000, percent: 100 }];
/// The first reply of a person, in opening hours.
pub const FIRST_REPLY: &[Target] =
    &[Target { within_ms: 5 * 60_000, percent: 80 }, Target { within_ms: 15 * 60_000, percent: 95 }];

/// A danger: somebody takes it by name within a minute, and the citizen is answered within three, by day and night.
pub const DANGER_ACKED: &[Target] = &[Target { within_ms: 60_000, percent: 100 }];
pub const DANGER_ANSWERED: &[Target] = &[Target { within_ms: 3 * 60_000, percent: 100 }];

/// How long somebody waited, in opening hours; in a danger, by day and night.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Wait {
    Over(i64),
    /// They are still waiting.
    Lasting(i64),
}

/// Times of a day.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Times {
    /// How many waits are over.
    pub n: i64,
    pub median_ms: Option<i64>,
    /// For each target, how many of a hundred kept it; `None` if nobody can be counted yet.
    pub percent: Vec<Option<i64>>,
}

/// A wait that lasts counts against a target once it is longer than that, and not before.
pub fn times(waits: &[Wait], targets: &[Target]) -> Times {
    let mut over: Vec<i64> =
        waits.iter().filter_map(|w| if let Wait::Over(ms) = w { Some(*ms) } else { None }).collect();
    over.sort_unstable();
    let late = |within: i64| waits.iter().filter(|w| matches!(w, Wait::Lasting(ms) if *ms > within)).count();
    let percent = |target: &Target| {
        let kept = over.iter().filter(|ms| **ms <= target.within_ms).count();
        let all = over.len() + late(target.within_ms);
        // Rounded down: a target that was missed is never shown as kept.
        (all > 0).then(|| i64::try_from(kept * 100 / all).unwrap_or(0))
    };
    Times {
        n: i64::try_from(over.len()).unwrap_or(i64::MAX),
        median_ms: over.get(over.len().saturating_sub(1) / 2).copied(),
        percent: targets.iter().map(percent).collect(),
    }
}

/// A step in a danger, as the journal has it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DangerStep {
    /// The alarm begins, or begins anew because the answer was lost.
    Rings,
    Acked,
    Answered,
    /// The answer did not arrive.
    AnswerLost,
    /// A person ended the alarm.
    Ended,
}

/// How long a danger waited to be taken by name and to be answered; `None`: it was ended without that.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct DangerWaits {
    pub since: UnixMs,
    pub acked: Option<Wait>,
    pub answered: Option<Wait>,
}

/// The dangers of one conversation, from its steps in their order. The same rules as of the figures
/// ([`figures::reading`](super::figures::reading)), with what is not over yet.
pub fn danger_waits(steps: &[(UnixMs, DangerStep)], now: UnixMs) -> Vec<DangerWaits> {
    let mut all: Vec<DangerWaits> = Vec::new();
    for (at, step) in steps {
        let is_open = all.last().is_some_and(|danger| matches!(danger.answered, Some(Wait::Lasting(_))));
        if *step == DangerStep::Rings && !is_open {
            let lasting = Some(Wait::Lasting((now - at).max(0)));
            all.push(DangerWaits { since: *at, acked: lasting, answered: lasting });
        } else if let Some(danger) = all.last_mut() {
            danger.step((*at, *step), (is_open, now));
        }
    }
    all
}

impl DangerWaits {
    fn step(&mut self, (at, step): (UnixMs, DangerStep), (is_open, now): (bool, UnixMs)) {
        let took = Some(Wait::Over((at - self.since).max(0)));
        match step {
            DangerStep::AnswerLost if matches!(self.answered, Some(Wait::Over(_))) => {
                self.answered = Some(Wait::Lasting((now - self.since).max(0)));
            }
            DangerStep::Acked | DangerStep::Answered | DangerStep::Ended if is_open => {
                if matches!(self.acked, Some(Wait::Lasting(_))) {
                    self.acked = took;
                }
                match step {
                    DangerStep::Answered => self.answered = took,
                    DangerStep::Ended => self.answered = None,
                    _ => {}
                }
            }
            _ => {}
        }
    }
}

/// Begin of a day and of the day after it, in the desk's time zone; `None` for a time that no calendar has.
pub fn day_of(calendar: &Calendar, at: UnixMs, days_before: i32) -> Option<(UnixMs, UnixMs)> {
    let date = calendar.date_at(at)?.checked_sub(Span::new().try_days(days_before).ok()?).ok()?;
    let begin = |date: Date| {
        let midnight = calendar.time_zone().to_timestamp(date.at(0, 0, 0, 0)).ok()?;
        Some(Timestamp::as_millisecond(midnight))
    };
    Some((begin(date)?, begin(date.tomorrow().ok()?)?))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::arrival::tests::policy;

    #[test]
    fn a_target_counts_who_is_done_and_who_waits_too_long() {
        use Wait::{Lasting, Over};
        let targets = &[Target { within_ms: 5, percent: 80 }, Target { within_ms: 15, percent: 95 }];
        type Row<'a> = (&'a [Wait], i64, Option<i64>, [Option<i64>; 2]);
        let table: [Row; 6] = [
            (&[], 0, None, [None, None]),
            (&[Lasting(3)], 0, None, [None, None]),
            (&[Lasting(6)], 0, None, [Some(0), None]),
            (&[Over(5), Over(6), Lasting(16)], 2, Some(5), [Some(33), Some(66)]),
            (&[Over(9), Over(1), Over(4)], 3, Some(4), [Some(66), Some(100)]),
            (&[Over(1), Over(2), Over(3), Over(4)], 4, Some(2), [Some(100), Some(100)]),
        ];
        for (waits, n, median, percent) in table {
            let expected = Times { n, median_ms: median, percent: percent.to_vec() };
            assert_eq!(times(waits, targets), expected, "{waits:?}");
        }
    }

    #[test]
    fn a_danger_waits_until_somebody_takes_it_and_until_it_is_answered() {
        use DangerStep as S;
        use Wait::{Lasting, Over};
        let waits = |steps: &[(i64, S)]| -> Vec<_> {
            danger_waits(steps, 100).into_iter().map(|d| (d.since, d.acked, d.answered)).collect()
        };
        assert_eq!(waits(&[]), []);
        assert_eq!(waits(&[(5, S::Acked), (6, S::Answered)]), [], "no alarm");
        assert_eq!(waits(&[(10, S::Rings)]), [(10, Some(Lasting(90)), Some(Lasting(90)))]);
        assert_eq!(
            waits(&[(10, S::Rings), (15, S::Acked), (16, S::Acked)]),
            [(10, Some(Over(5)), Some(Lasting(90)))]
        );
        assert_eq!(waits(&[(10, S::Rings), (30, S::Answered)]), [(10, Some(Over(20)), Some(Over(20)))]);
        assert_eq!(
            waits(&[(10, S::Rings), (30, S::Ended)]),
            [(10, Some(Over(20)), None)],
            "nobody was in danger"
        );
        let lost = [(10, S::Rings), (12, S::Acked), (30, S::Answered), (40, S::AnswerLost), (41, S::Rings)];
        assert_eq!(waits(&lost), [(10, Some(Over(2)), Some(Lasting(90)))], "the same danger");
        let twice = [(10, S::Rings), (30, S::Answered), (50, S::Rings), (60, S::Acked)];
        assert_eq!(
            waits(&twice),
            [(10, Some(Over(20)), Some(Over(20))), (50, Some(Over(10)), Some(Lasting(50)))]
        );
    }

    #[test]
    fn days_begin_at_midnight_of_the_desk() {
        let policy = policy();
        let calendar = &policy.desks.first().calendar;
        // 2027-01-15 17:00 in Korea.
        let now = 1_800_000_000_000;
        let (from, to) = day_of(calendar, now, 0).expect("a day");
        assert_eq!(calendar.minute_at(from), "2027-01-15 00:00");
        assert_eq!(to - from, 24 * 3_600_000);
        let (before, _) = day_of(calendar, now, 7).expect("a day");
        assert_eq!(calendar.minute_at(before), "2027-01-08 00:00");
    }
}

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

/// How long somebody waited, in opening hours.
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

//! Days of the access log. A day begins at three in the morning in Korea, when fewest people work; its head is written then.

use crate::domain::UnixMs;

const DAY_MS: i64 = 24 * 60 * 60 * 1_000;
/// Korea has one time zone, nine hours ahead of UTC, and no summer time; three hours of the night belong to the day before.
const BEGINS_MS: i64 = (9 - 3) * 60 * 60 * 1_000;

/// A day of the access log.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Day(i64);

impl Day {
    /// The day of a moment.
    pub fn of(at: UnixMs) -> Day {
        Day((at.saturating_add(BEGINS_MS)).div_euclid(DAY_MS))
    }

    /// Its first moment.
    pub fn begins_at(self) -> UnixMs {
        self.0.saturating_mul(DAY_MS).saturating_sub(BEGINS_MS)
    }

    pub fn before(self) -> Day {
        Day(self.0 - 1)
    }

    pub fn after(self) -> Day {
        Day(self.0 + 1)
    }

    /// Its date, as 2026-11-30.
    pub fn date(self) -> String {
        let unix = jiff::civil::date(1970, 1, 1);
        let span = jiff::Span::new().try_days(self.0);
        span.and_then(|days| unix.checked_add(days)).map_or_else(|_| String::new(), |date| date.to_string())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_day_begins_at_three_in_korea() {
        // 2026-11-30 02:59:59.999 and 03:00 in Korea.
        let three = 1_795_975_200_000;
        let (night, morning) = (Day::of(three - 1), Day::of(three));
        assert_eq!((night.date(), morning.date()), ("2026-11-29".to_owned(), "2026-11-30".to_owned()));
        assert_eq!((morning.begins_at(), morning.before(), night.after()), (three, night, morning));
        assert_eq!(Day::of(0).date(), "1970-01-01");
        assert_eq!(Day::of(i64::MAX).date(), "", "no such date");
    }
}

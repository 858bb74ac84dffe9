//! A moment as somebody types it: from now on (`30m`, `2h`, `1d`), a time of day (`14:30`), a day (`12-05`, `2026-12-05`), or both
//! (`"12-05 14:30"`). A day alone means its evening, 18:00; times are the desk's.

use std::str::FromStr;

use jiff::Timestamp;
use jiff::civil::{Date, Time};
use jiff::tz::TimeZone;

/// When an office day ends.
const EVENING: Time = Time::constant(18, 0, 0, 0);

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum When {
    /// From now on (milliseconds).
    In(i64),
    /// The next time that the clock shows this.
    Clock(Time),
    /// On this day; without a year, the next one.
    Day { year: Option<i16>, month: i8, day: i8, time: Time },
}

impl FromStr for When {
    type Err = String;

    fn from_str(word: &str) -> Result<When, String> {
        if let Ok(ms) = span_ms(word) {
            return Ok(When::In(ms));
        }
        let usage = || "30m, 2h, 1d, 14:30, 12-05, 2026-12-05, \"12-05 14:30\"".to_owned();
        let (day, clock) = match word.trim().split_once([' ', 'T']) {
            Some((day, clock)) => (Some(day), Some(clock)),
            None if word.contains(':') => (None, Some(word)),
            None => (Some(word), None),
        };
        let time = match clock {
            None => EVENING,
            Some(clock) => time_of(clock.trim()).ok_or_else(usage)?,
        };
        let Some(day) = day else {
            return Ok(When::Clock(time));
        };
        let numbers: Vec<i16> = day
            .split(['-', '/', '.'])
            .map(str::parse::<i16>)
            .collect::<Result<_, _>>()
            .map_err(|_| usage())?;
        let (year, month, day) = match numbers[..] {
            [month, day] => (None, month, day),
            [year, month, day] => (Some(year), month, day),
            _ => return Err(usage()),
        };
        let small = |n: i16| i8::try_from(n).map_err(|_| usage());
        let (month, day) = (small(month)?, small(day)?);
        // 2028 has a 29 February.
        Date::new(year.unwrap_or(2028), month, day).map_err(|_| usage())?;
        Ok(When::Day { year, month, day, time })
    }
}

fn time_of(word: &str) -> Option<Time> {
    let (hour, minute) = word.split_once(':')?;
    Time::new(hour.parse().ok()?, minute.parse().ok()?, 0, 0).ok()
}

impl When {
    /// The moment (milliseconds UTC), as seen from `now` in this zone; `None` if there is none.
    pub fn at(&self, now: i64, zone: &TimeZone) -> Option<i64> {
        let here = Timestamp::from_millisecond(now).ok()?.to_zoned_datetime(zone.clone());
        let of = |date: Date, time: Time| {
            Some(date.to_datetime(time).to_zoned_datetime(zone.clone()).ok()?.timestamp().as_millisecond())
        };
        match *self {
            When::In(ms) => Some(now + ms),
            When::Clock(time) => match of(here.date(), time)? {
                at if at > now => Some(at),
                _ => of(here.date().tomorrow().ok()?, time),
            },
            When::Day { year, month, day, time } => {
                let on = |year| of(Date::new(year, month, day).ok()?, time);
                match year {
                    Some(year) => on(year),
                    None => on(here.year()).filter(|at| *at > now).or_else(|| on(here.year() + 1)),
                }
            }
        }
    }
}

/// `30m`, `2h`, `1d`, or minutes without a unit; up to 30 days.
pub fn span_ms(word: &str) -> Result<i64, String> {
    let (digits, unit) = match word.char_indices().last() {
        Some((at, unit)) if unit.is_alphabetic() => (&word[..at], unit),
        _ => (word, 'm'),
    };
    let unit_ms: i64 = match unit {
        'm' | '분' => 60_000,
        'h' => 3_600_000,
        'd' | '일' => 86_400_000,
        _ => return Err("30m, 2h, 1d".to_owned()),
    };
    let n: i64 = digits.parse().map_err(|_| "30m, 2h, 1d".to_owned())?;
    let ms = n.saturating_mul(unit_ms);
    if (1..=30 * 86_400_000).contains(&ms) { Ok(ms) } else { Err("1m - 30d".to_owned()) }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// 2026-07-03 12:00 UTC
    const NOON: i64 = 1_783_080_000_000;
    const HOUR: i64 = 3_600_000;

    #[test]
    fn moments() {
        let cases = [
            ("30m", Some(NOON + HOUR / 2)),
            ("14:30", Some(NOON + 2 * HOUR + HOUR / 2)),
            ("09:00", Some(NOON + 21 * HOUR)),
            ("07-03", Some(NOON + 6 * HOUR)),
            ("07-04", Some(NOON + 30 * HOUR)),
            ("2026-07-04", Some(NOON + 30 * HOUR)),
            ("2026-07-04 09:00", Some(NOON + 21 * HOUR)),
            ("7/4", Some(NOON + 30 * HOUR)),
            ("07-02", Some(NOON + 364 * 24 * HOUR + 6 * HOUR)),
        ];
        for (word, expected) in cases {
            let when: When = word.parse().expect(word);
            assert_eq!(when.at(NOON, &TimeZone::UTC), expected, "{word}");
        }
        for word in ["", "25:00", "13-01", "02-30", "yesterday", "1-2-3-4", "-5m"] {
            assert!(word.parse::<When>().is_err(), "{word}");
        }
    }

    #[test]
    fn spans() {
        let cases = [
            ("30m", Some(1_800_000)),
            ("30", Some(1_800_000)),
            ("30분", Some(1_800_000)),
            ("2h", Some(7_200_000)),
            ("1d", Some(86_400_000)),
            ("31d", None),
            ("0", None),
            ("-5m", None),
            ("m", None),
            ("", None),
            ("5x", None),
            ("99999999999999999999d", None),
        ];
        for (word, expected) in cases {
            assert_eq!(span_ms(word).ok(), expected, "{word}");
        }
    }
}

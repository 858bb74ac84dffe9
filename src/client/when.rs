//! A moment as somebody types it: a span from now (`30m`, `2시간`, `30분 뒤`), a time of day, which is the next one (`14:30`, `오후 2시 반`,
//! `2pm`), a day (`내일`, `12-05`, `2026-12-05`: its evening, 18:00), or both (`내일 10시`, `12-05 14:30`). Times are the desk's.

use std::str::FromStr;

use jiff::civil::{Date, Time};
use jiff::tz::TimeZone;
use jiff::{Timestamp, ToSpan};

use crate::domain::UnixMs;
use crate::domain::conversation::MOST_DAYS_AHEAD;

/// When an office day ends.
const EVENING: Time = Time::constant(18, 0, 0, 0);
const DAY_MS: i64 = 86_400_000;
/// The farthest moment that a promise or a reminder can have (days).
pub const MOST_DAYS: i64 = MOST_DAYS_AHEAD;
const MOST_MS: i64 = MOST_DAYS * DAY_MS;
const USAGE: &str = "30m, 2h, 1d, 14:30, 12-05, 2026-12-05, \"12-05 14:30\"";

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum When {
    /// From now on (milliseconds).
    In(i64),
    /// The next time that the clock shows this.
    Clock(Time),
    /// So many days after today.
    After { days: i8, time: Time },
    /// On this day; without a year, the next one.
    Day { year: Option<i16>, month: i8, day: i8, time: Time },
}

/// Why a moment is none.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NotDue {
    Unclear,
    /// It lies behind us.
    Past,
    /// Further ahead than it may be.
    TooFar,
}

/// The moment that `words` name, seen from `now` in `zone`, for something that is due within 30 days.
pub fn due_at(words: &str, now: UnixMs, zone: &TimeZone) -> Result<UnixMs, NotDue> {
    When::read(words).ok_or(NotDue::Unclear)?.due_at(now, zone, MOST_DAYS).map_err(|(why, _)| why)
}

/// `30m`, `2h`, `1d`, or minutes without a unit; up to 30 days.
pub fn span_ms(word: &str) -> Result<i64, String> {
    match span(&word.trim().to_lowercase()) {
        Some(ms) if (1..=MOST_MS).contains(&ms) => Ok(ms),
        Some(_) => Err("1m - 30d".to_owned()),
        None => Err("30m, 2h, 1d".to_owned()),
    }
}

impl FromStr for When {
    type Err = String;

    fn from_str(words: &str) -> Result<When, String> {
        let when = When::read(words).filter(|when| !matches!(when, When::In(..=0)));
        when.ok_or_else(|| USAGE.to_owned())
    }
}

impl When {
    fn read(words: &str) -> Option<When> {
        let words = words.trim().to_lowercase();
        if let Some(ms) = span(&words) {
            return Some(When::In(ms));
        }
        if let Some((days, rest)) = named_day(&words) {
            return Some(When::After { days, time: time_or_evening(rest)? });
        }
        let (first, rest) = words.split_once([' ', 't']).unwrap_or((&words, ""));
        if let Some((year, month, day)) = date(first) {
            return Some(When::Day { year, month, day, time: time_or_evening(rest)? });
        }
        time_of_day(&words).map(When::Clock)
    }

    /// The moment, for something that is due within so many days; why it is none, and what moment it names, if any.
    pub fn due_at(
        &self,
        now: UnixMs,
        zone: &TimeZone,
        most_days: i64,
    ) -> Result<UnixMs, (NotDue, Option<UnixMs>)> {
        let at = self.at(now, zone).ok_or((NotDue::Unclear, None))?;
        match at - now {
            ..=0 => Err((NotDue::Past, Some(at))),
            ms if ms <= most_days * DAY_MS => Ok(at),
            _ => Err((NotDue::TooFar, Some(at))),
        }
    }

    /// The moment (milliseconds UTC), as seen from `now` in this zone; `None` if there is none.
    pub fn at(&self, now: UnixMs, zone: &TimeZone) -> Option<UnixMs> {
        let here = Timestamp::from_millisecond(now).ok()?.to_zoned_datetime(zone.clone());
        let of = |date: Date, time: Time| {
            Some(date.to_datetime(time).to_zoned_datetime(zone.clone()).ok()?.timestamp().as_millisecond())
        };
        match *self {
            When::In(ms) => Some(now.saturating_add(ms)),
            When::Clock(time) => match of(here.date(), time)? {
                at if at > now => Some(at),
                _ => of(here.date().tomorrow().ok()?, time),
            },
            When::After { days, time } => of(here.date().checked_add(i64::from(days).days()).ok()?, time),
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

/// `30m`, `90`, `2h`, `1d`, `30분`, `2시간`, `1일`, and `… 뒤`, `… 안에`.
fn span(words: &str) -> Option<i64> {
    let words = words.trim_end_matches("뒤").trim_end_matches("후").trim_end_matches("안에").trim();
    let (digits, unit) = words.split_at(words.find(|c: char| !c.is_ascii_digit()).unwrap_or(words.len()));
    let unit_ms: i64 = match unit.trim() {
        "" | "m" | "min" | "분" => 60_000,
        "h" | "시간" => 3_600_000,
        "d" | "일" => DAY_MS,
        _ => return None,
    };
    digits.parse::<i64>().ok().map(|n| n.saturating_mul(unit_ms))
}

/// A day by its name, and the words behind it.
fn named_day(words: &str) -> Option<(i8, &str)> {
    let names = [("오늘", 0), ("내일", 1), ("모레", 2), ("today", 0), ("tomorrow", 1)];
    names.into_iter().find_map(|(name, days)| Some((days, words.strip_prefix(name)?)))
}

/// `12-05`, `7/4`, `2026-12-05`.
fn date(word: &str) -> Option<(Option<i16>, i8, i8)> {
    let numbers: Vec<i16> = word.split(['-', '/', '.']).map(|n| n.parse().ok()).collect::<Option<_>>()?;
    let (year, month, day) = match numbers[..] {
        [month, day] => (None, month, day),
        [year, month, day] => (Some(year), month, day),
        _ => return None,
    };
    let (month, day) = (i8::try_from(month).ok()?, i8::try_from(day).ok()?);
    // 2028 has a 29 February.
    Date::new(year.unwrap_or(2028), month, day).ok()?;
    Some((year, month, day))
}

fn time_or_evening(words: &str) -> Option<Time> {
    let words = words.trim();
    if words.is_empty() { Some(EVENING) } else { time_of_day(words) }
}

/// `14:30`, `14시`, `오후 2시 30분`, `2pm`.
fn time_of_day(words: &str) -> Option<Time> {
    let halves = [("오전", 0), ("오후", 12)];
    let half = halves.iter().find_map(|(word, h)| words.strip_prefix(word).map(|rest| (*h, rest)));
    let ends = [("am", 0), ("pm", 12)];
    let end = ends.iter().find_map(|(word, h)| words.strip_suffix(word).map(|rest| (*h, rest)));
    let (half, rest) = half.or(end).map_or((None, words), |(half, rest)| (Some(half), rest));
    let rest = rest.trim();
    let (hour, minute) = if let Some((hour, minute)) = rest.split_once(':') {
        (hour, minute)
    } else if let Some((hour, minute)) = rest.split_once('시') {
        (hour, minute.trim().trim_end_matches('분'))
    } else if half.is_some() {
        (rest, "")
    } else {
        return None;
    };
    let minute: i8 = match minute.trim() {
        "" => 0,
        "반" => 30,
        minute => minute.parse().ok()?,
    };
    let hour: i8 = hour.trim().parse().ok()?;
    let hour = match half {
        Some(_) if !(1..=12).contains(&hour) => return None,
        Some(half) => hour % 12 + half,
        None => hour,
    };
    Time::new(hour, minute, 0, 0).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// 2026-07-03 12:00 in Seoul.
    const NOON: i64 = 1_783_047_600_000;
    const MINUTE: i64 = 60_000;

    fn seoul() -> TimeZone {
        TimeZone::get("Asia/Seoul").expect("known")
    }

    #[test]
    fn moments() {
        let day = 1_440;
        let table = [
            ("30m", Ok(30)),
            ("30", Ok(30)),
            (" 30분 ", Ok(30)),
            ("30분 뒤", Ok(30)),
            ("2h", Ok(120)),
            ("2시간 안에", Ok(120)),
            ("1d", Ok(day)),
            ("14:30", Ok(150)),
            ("14시", Ok(120)),
            ("14시 30분", Ok(150)),
            ("오후 2시 반", Ok(150)),
            ("오후 2시", Ok(120)),
            ("2pm", Ok(120)),
            ("내일 10시", Ok(day - 120)),
            ("tomorrow 9:00", Ok(day - 180)),
            ("모레 오전 9시", Ok(2 * day - 180)),
            ("내일", Ok(day + 360)),
            // The next ten o'clock is tomorrow's.
            ("10시", Ok(day - 120)),
            ("09:00", Ok(day - 180)),
            ("07-03", Ok(360)),
            ("07-04", Ok(day + 360)),
            ("7/4", Ok(day + 360)),
            ("2026-07-04", Ok(day + 360)),
            ("2026-07-04 09:00", Ok(day - 180)),
            ("2026-07-04T09:00", Ok(day - 180)),
            ("12-05 14:30", Err(NotDue::TooFar)),
            ("오늘 10시", Err(NotDue::Past)),
            ("0", Err(NotDue::Past)),
            ("31d", Err(NotDue::TooFar)),
            ("99999999999999999", Err(NotDue::TooFar)),
            ("곧", Err(NotDue::Unclear)),
            ("25:00", Err(NotDue::Unclear)),
            ("오후 14시", Err(NotDue::Unclear)),
            ("13-01", Err(NotDue::Unclear)),
            ("02-30", Err(NotDue::Unclear)),
            ("yesterday", Err(NotDue::Unclear)),
            ("1-2-3-4", Err(NotDue::Unclear)),
            ("-5m", Err(NotDue::Unclear)),
            ("", Err(NotDue::Unclear)),
        ];
        for (words, expected) in table {
            let expected = expected.map(|minutes: i64| NOON + minutes * MINUTE);
            assert_eq!(due_at(words, NOON, &seoul()), expected, "{words}");
        }
    }

    #[test]
    fn a_day_that_has_passed_is_the_next_years() {
        let at = |words: &str| words.parse::<When>().expect(words).at(NOON, &seoul());
        assert_eq!(at("07-02"), Some(NOON + 364 * DAY_MS + 360 * MINUTE));
        assert_eq!(at("12-05 14:30"), at("2026-12-05 14:30"));
        for words in ["", "0", "곧", "25:00", "-5m"] {
            assert!(words.parse::<When>().is_err(), "{words}");
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

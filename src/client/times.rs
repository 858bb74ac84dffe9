//! Moments and spans in words.

use jiff::Timestamp;
use jiff::tz::TimeZone;

use super::say::Say;
use crate::domain::UnixMs;

/// Moments and spans in words, as seen from one moment and place.
pub struct Times<'a> {
    pub say: &'a Say,
    pub now: UnixMs,
    pub zone: &'a TimeZone,
}

impl Times<'_> {
    /// `3분 전`, `3 min ago`.
    pub fn ago(&self, at: UnixMs) -> String {
        match spread(self.now - at) {
            (_, 0) => self.say.t("ago-now"),
            (unit, n) => self.say.with(&format!("ago-{unit}"), [("n", n.into())]),
        }
    }

    /// `3분`, `3 min`: how long since.
    pub fn since(&self, at: UnixMs) -> String {
        match spread(self.now - at) {
            (_, 0) => self.say.t("span-now"),
            (unit, n) => self.say.with(&format!("span-{unit}"), [("n", n.into())]),
        }
    }

    /// Less than a minute ago, or ahead.
    pub fn is_now(&self, at: UnixMs) -> bool {
        spread(self.now - at).1 == 0
    }

    /// `14:05`, with the day if it is another one.
    pub fn clock(&self, at: UnixMs) -> String {
        let Some((at, now)) = self.zoned(at).zip(self.zoned(self.now)) else {
            return "?".to_owned();
        };
        let time = at.strftime("%H:%M").to_string();
        if at.date() == now.date() {
            return time;
        }
        let year = if at.year() == now.year() { String::new() } else { at.year().to_string() };
        let id = if year.is_empty() { "day-time" } else { "year-day-time" };
        let (month, day) = (i64::from(at.month()), i64::from(at.day()));
        let values =
            [("year", year.into()), ("month", month.into()), ("day", day.into()), ("time", time.into())];
        self.say.with(id, values)
    }

    /// `2026-11-30 16:40`: for what is read later.
    pub fn dated(&self, at: UnixMs) -> String {
        self.zoned(at).map_or_else(|| "?".to_owned(), |at| at.strftime("%Y-%m-%d %H:%M").to_string())
    }

    /// `2026-11-30T16:40:05+09:00` (ISO 8601): for programs and spreadsheets.
    pub fn iso(&self, at: UnixMs) -> String {
        self.zoned(at).map_or_else(|| "?".to_owned(), |at| at.strftime("%Y-%m-%dT%H:%M:%S%:z").to_string())
    }

    fn zoned(&self, at: UnixMs) -> Option<jiff::ZonedDateTime> {
        Some(Timestamp::from_millisecond(at).ok()?.to_zoned_datetime(self.zone.clone()))
    }
}

/// A time within which something is due, in the largest unit that says it exactly: `90분 안에`, `2시간 안에`.
pub fn within(say: &Say, ms: i64) -> String {
    let minutes = ms / 60_000;
    let (unit, n) = match minutes {
        n if n % 1_440 == 0 => ("days", n / 1_440),
        n if n % 60 == 0 => ("hours", n / 60),
        n => ("minutes", n),
    };
    let span = say.with(&format!("span-{unit}"), [("n", n.into())]);
    say.with("within", [("span", span.into())])
}

/// A span as its largest whole unit; less than a minute, and what lies ahead, is no time at all.
fn spread(ms: i64) -> (&'static str, i64) {
    let minutes = ms.max(0) / 60_000;
    match minutes {
        0..60 => ("minutes", minutes),
        60..1_440 => ("hours", minutes / 60),
        _ => ("days", minutes / 1_440),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ops::lang::Lang;

    const NOON: UnixMs = 1_783_080_000_000; // 2026-07-03 12:00 UTC
    const MINUTE: i64 = 60_000;

    static ZONE: TimeZone = TimeZone::UTC;

    fn times(say: &Say) -> Times<'_> {
        Times { say, now: NOON, zone: &ZONE }
    }

    #[test]
    fn how_long_ago() {
        let table = [
            (-5, "방금", "just now"),
            (0, "방금", "just now"),
            (3, "3분 전", "3 min ago"),
            (125, "2시간 전", "2 h ago"),
            (3_000, "2일 전", "2 d ago"),
        ];
        for (minutes, ko, en) in table {
            for (lang, expected) in [(Lang::Ko, ko), (Lang::En, en)] {
                assert_eq!(times(&Say::new(lang)).ago(NOON - minutes * MINUTE), expected);
            }
        }
    }

    #[test]
    fn times_of_day() {
        let (ko, en) = (Say::new(Lang::Ko), Say::new(Lang::En));
        assert_eq!(times(&ko).clock(NOON - 5 * MINUTE), "11:55");
        assert_eq!(times(&ko).clock(NOON - 1_440 * MINUTE), "7월 2일 12:00");
        assert_eq!(times(&en).clock(NOON - 1_440 * MINUTE), "2 Jul 12:00");
        assert_eq!(times(&ko).clock(0), "1970년 1월 1일 00:00");
        assert_eq!(times(&ko).clock(i64::MAX), "?");
    }

    #[test]
    fn moments_for_files_have_their_year_and_zone() {
        let seoul = TimeZone::get("Asia/Seoul").expect("a zone");
        let say = Say::new(Lang::Ko);
        let there = Times { say: &say, now: NOON, zone: &seoul };
        assert_eq!(there.iso(NOON + 5_000), "2026-07-03T21:00:05+09:00");
        assert_eq!(there.dated(NOON + 5_000), "2026-07-03 21:00");
        assert_eq!(
            (times(&say).iso(NOON), there.iso(i64::MAX)),
            ("2026-07-03T12:00:00+00:00".into(), "?".into())
        );
    }
}

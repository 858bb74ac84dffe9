//! The days that a report is about, and how people name them.

use std::fmt;

use jiff::civil::{Date, Weekday};
use jiff::{Timestamp, ToSpan, tz::TimeZone};

use crate::domain::UnixMs;

/// The longest period: ten years and a leap day (days).
const MOST_DAYS: i32 = 3_653;

/// Figures are final, and a month is published, this long after the last day (milliseconds): what it left open is done by then.
pub const SETTLED_AFTER_MS: i64 = 7 * 24 * 60 * 60 * 1_000;

/// Whole days, the first and the last inclusive.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Period {
    pub first: Date,
    pub last: Date,
}

/// Why words name no period.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum BadPeriod {
    /// Not a period at all.
    Unknown,
    /// No day of the calendar, such as 31 April.
    NoSuchDay,
    /// No month, such as the 13th.
    NoSuchMonth,
    /// No week of that year, such as the 54th.
    NoSuchWeek,
    /// It ends before it begins.
    Backwards,
    /// It begins after today.
    Future,
    TooLong,
}

impl BadPeriod {
    /// The word of its sentence.
    pub fn as_str(self) -> &'static str {
        match self {
            BadPeriod::Unknown => "bad_period",
            BadPeriod::NoSuchDay => "no_such_day",
            BadPeriod::NoSuchMonth => "no_such_month",
            BadPeriod::NoSuchWeek => "no_such_week",
            BadPeriod::Backwards => "period_backwards",
            BadPeriod::Future => "period_future",
            BadPeriod::TooLong => "period_too_long",
        }
    }
}

impl Period {
    /// From one day to another, checked. It may end after today, but not begin there.
    pub fn new(first: Date, last: Date, today: Date) -> Result<Period, BadPeriod> {
        if last < first {
            return Err(BadPeriod::Backwards);
        }
        if first > today {
            return Err(BadPeriod::Future);
        }
        let period = Period { first, last };
        if period.n_days() > MOST_DAYS { Err(BadPeriod::TooLong) } else { Ok(period) }
    }

    /// Reads what people write: `day`, `yesterday`, `week`, `last-week`, `month`, `last-month`, `year`, `last-year`;
    /// `2026-11-30`, `2026-11`, `2026`, `2026-W48`; and two of those with `..` between.
    pub fn parse(words: &str, today: Date) -> Result<Period, BadPeriod> {
        let words = words.trim();
        match words.split_once("..") {
            Some((from, to)) => {
                let (from, to) = (named(from.trim(), today)?, named(to.trim(), today)?);
                Period::new(from.first, to.last, today)
            }
            None => {
                let one = named(words, today)?;
                Period::new(one.first, one.last, today)
            }
        }
    }

    pub fn n_days(&self) -> i32 {
        self.first.until(self.last).map_or(0, |span| span.get_days()) + 1
    }

    pub fn days(&self) -> impl Iterator<Item = Date> {
        let last = self.last;
        self.first.series(1.day()).take_while(move |day| *day <= last)
    }

    /// From the first midnight to the one after the last day (milliseconds UTC).
    pub fn bounds(&self, zone: &TimeZone) -> (UnixMs, UnixMs) {
        let midnight = |day: Date| {
            zone.to_ambiguous_zoned_datetime(day.to_datetime(jiff::civil::Time::midnight()))
                .compatible()
                .map_or(UnixMs::MAX, |at| at.timestamp().as_millisecond())
        };
        (midnight(self.first), midnight(self.last.saturating_add(1.day())))
    }

    /// The calendar month it is, as `2026-11`; `None` for anything else.
    pub fn as_month(&self) -> Option<String> {
        let is_month = self.first == self.first.first_of_month() && self.last == self.first.last_of_month();
        is_month.then(|| self.first.strftime("%Y-%m").to_string())
    }

    /// The whole months in it, in their order.
    pub fn months(&self) -> Vec<Period> {
        let firsts = self.first.first_of_month().series(1.month()).take_while(|first| *first <= self.last);
        let months = firsts.map(|first| Period { first, last: first.last_of_month() });
        months.filter(|month| month.first >= self.first && month.last <= self.last).collect()
    }

    /// How many months it is, if it is whole months.
    fn n_months(&self) -> Option<i32> {
        let is_whole = self.first == self.first.first_of_month() && self.last == self.last.last_of_month();
        is_whole.then(|| i32::try_from(self.months().len()).unwrap_or(i32::MAX))
    }

    /// The period that it is compared with. One that goes on beyond today is compared with as many days as have begun.
    pub fn comparable(&self, other: Period, today: Date) -> Period {
        if self.last <= today {
            return other;
        }
        let n_begun = Period { first: self.first, last: today }.n_days();
        let last = other.first.saturating_add((n_begun - 1).max(0).days());
        Period { first: other.first, last: last.min(other.last) }
    }

    /// The period before it: as many months for whole months, as many days for anything else.
    pub fn previous(&self) -> Period {
        let before = self.first.saturating_sub(1.day());
        if let Some(n) = self.n_months() {
            return Period { first: self.first.saturating_sub(n.months()), last: before };
        }
        Period { first: self.first.saturating_sub(self.n_days().days()), last: before }
    }

    /// The same days a year earlier; 29 February becomes the 28th, and a week from Monday to Sunday the week of the same number
    /// (the 53rd becomes the 52nd).
    pub fn year_before(&self) -> Period {
        if self.n_days() == 7 && self.first.weekday() == Weekday::Monday {
            let week = self.first.iso_week_date();
            let same = |number| jiff::civil::ISOWeekDate::new(week.year() - 1, number, Weekday::Monday);
            if let Ok(monday) = same(week.week()).or_else(|_| same(52)) {
                return whole_week(monday.date());
            }
        }
        let earlier = |day: Date| day.saturating_sub(1.year());
        let last =
            if self.n_months().is_some() { earlier(self.last).last_of_month() } else { earlier(self.last) };
        Period { first: earlier(self.first), last }
    }
}

impl fmt::Display for Period {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.first == self.last {
            return write!(f, "{}", self.first);
        }
        match self.as_month() {
            Some(month) => f.write_str(&month),
            None if is_year(self) => write!(f, "{}", self.first.year()),
            None => write!(f, "{}..{}", self.first, self.last),
        }
    }
}

fn is_year(period: &Period) -> bool {
    period.first == period.first.first_of_year() && period.last == period.first.last_of_year()
}

/// The date at this time in this zone.
pub fn date_at(at: UnixMs, zone: &TimeZone) -> Option<Date> {
    Some(zone.to_datetime(Timestamp::from_millisecond(at).ok()?).date())
}

/// From Monday to Sunday.
fn whole_week(day: Date) -> Period {
    let first = day.saturating_sub(i64::from(day.weekday().to_monday_zero_offset()).days());
    Period { first, last: first.saturating_add(6.days()) }
}

fn named(word: &str, today: Date) -> Result<Period, BadPeriod> {
    let month = |day: Date| Period { first: day.first_of_month(), last: day.last_of_month() };
    let year = |day: Date| Period { first: day.first_of_year(), last: day.last_of_year() };
    let one = |day: Date| Period { first: day, last: day };
    Ok(match word {
        "day" | "today" => one(today),
        "yesterday" => one(today.saturating_sub(1.day())),
        "week" => whole_week(today),
        "last-week" => whole_week(today.saturating_sub(7.days())),
        "month" => month(today),
        "last-month" => month(today.first_of_month().saturating_sub(1.day())),
        "year" => year(today),
        "last-year" => year(today.first_of_year().saturating_sub(1.day())),
        _ => return dated(word),
    })
}

/// `2026`, `2026-11`, `2026-11-30`, `2026-W48`.
fn dated(word: &str) -> Result<Period, BadPeriod> {
    let parts: Vec<&str> = word.split('-').collect();
    let number = |part: &str, digits: usize| -> Result<i16, BadPeriod> {
        let is_number = part.len() == digits && part.bytes().all(|byte| byte.is_ascii_digit());
        is_number.then(|| part.parse().ok()).flatten().ok_or(BadPeriod::Unknown)
    };
    let date = |year: i16, month: i16, day: i16| {
        let (month, day) = (i8::try_from(month).unwrap_or(0), i8::try_from(day).unwrap_or(0));
        Date::new(year, month, day).map_err(|_| BadPeriod::NoSuchDay)
    };
    match parts.as_slice() {
        [year] => {
            let first = date(number(year, 4)?, 1, 1)?;
            Ok(Period { first, last: first.last_of_year() })
        }
        [year, week] if week.starts_with('W') => {
            let week = i8::try_from(number(&week[1..], 2)?).unwrap_or(0);
            let monday = jiff::civil::ISOWeekDate::new(number(year, 4)?, week, Weekday::Monday);
            Ok(whole_week(monday.map_err(|_| BadPeriod::NoSuchWeek)?.date()))
        }
        [year, month] => {
            let month = date(number(year, 4)?, number(month, 2)?, 1);
            let first = month
                .map_err(|bad| if bad == BadPeriod::NoSuchDay { BadPeriod::NoSuchMonth } else { bad })?;
            Ok(Period { first, last: first.last_of_month() })
        }
        [year, month, day] => {
            let day = date(number(year, 4)?, number(month, 2)?, number(day, 2)?)?;
            Ok(Period { first: day, last: day })
        }
        _ => Err(BadPeriod::Unknown),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const TODAY: Date = Date::constant(2026, 11, 30);

    #[test]
    fn what_people_write() {
        let table = [
            ("day", "2026-11-30"),
            ("yesterday", "2026-11-29"),
            ("week", "2026-11-30..2026-12-06"),
            ("last-week", "2026-11-23..2026-11-29"),
            ("month", "2026-11"),
            ("last-month", "2026-10"),
            ("year", "2026"),
            ("last-year", "2025"),
            ("2026-11-01", "2026-11-01"),
            ("2024-02", "2024-02"),
            ("2026-W01", "2025-12-29..2026-01-04"),
            ("2026-01..2026-03", "2026-01-01..2026-03-31"),
            (" 2026-11-01 .. 2026-11-15 ", "2026-11-01..2026-11-15"),
            ("2026-11-28..day", "2026-11-28..2026-11-30"),
        ];
        for (words, expected) in table {
            let found = Period::parse(words, TODAY);
            assert_eq!(found.map(|period| period.to_string()), Ok(expected.to_owned()), "{words}");
        }
    }

    #[test]
    fn what_is_no_period() {
        let table = [
            ("", BadPeriod::Unknown),
            ("soon", BadPeriod::Unknown),
            ("26-11-01", BadPeriod::Unknown),
            ("2026-1", BadPeriod::Unknown),
            ("2026-04-31", BadPeriod::NoSuchDay),
            ("2026-13", BadPeriod::NoSuchMonth),
            ("2026-W54", BadPeriod::NoSuchWeek),
            ("2026-11-15..2026-11-01", BadPeriod::Backwards),
            ("2026-12-01", BadPeriod::Future),
            ("2027", BadPeriod::Future),
            ("1990..2026", BadPeriod::TooLong),
            ("..", BadPeriod::Unknown),
        ];
        for (words, expected) in table {
            assert_eq!(Period::parse(words, TODAY), Err(expected), "{words}");
        }
    }

    #[test]
    fn before_and_a_year_before() {
        let table = [
            ("2026-03", "2026-02", "2025-03"),
            ("2024-02", "2024-01", "2023-02"),
            ("2025-02", "2025-01", "2024-02"),
            ("2026", "2025", "2025"),
            ("2024-02-29", "2024-02-28", "2023-02-28"),
            ("2026-11-10..2026-11-16", "2026-11-03..2026-11-09", "2025-11-10..2025-11-16"),
            ("2026-W46", "2026-11-02..2026-11-08", "2025-11-10..2025-11-16"),
            ("2020-W53", "2020-12-21..2020-12-27", "2019-12-23..2019-12-29"),
            ("2026-08..2026-10", "2026-05-01..2026-07-31", "2025-08-01..2025-10-31"),
            ("2024-01..2024-02", "2023-11-01..2023-12-31", "2023-01-01..2023-02-28"),
        ];
        for (words, before, year_before) in table {
            let period = Period::parse(words, TODAY).unwrap();
            assert_eq!(period.previous().to_string(), before, "{words}");
            assert_eq!(period.year_before().to_string(), year_before, "{words}");
        }
    }

    #[test]
    fn a_period_that_goes_on_is_compared_with_as_many_days() {
        let today = Date::constant(2026, 3, 30);
        let table = [
            ("month", "2026-02"),
            ("2026-03-01..2026-03-30", "2026-01-30..2026-02-28"),
            ("year", "2025-01-01..2025-03-30"),
            ("week", "2026-03-23"),
            ("2026-02", "2026-01"),
        ];
        for (words, expected) in table {
            let period = Period::parse(words, today).unwrap();
            assert_eq!(period.comparable(period.previous(), today).to_string(), expected, "{words}");
        }
        let december = Period::parse("2026-12", Date::constant(2026, 12, 1)).unwrap();
        let other = december.comparable(december.previous(), Date::constant(2026, 12, 1));
        assert_eq!(other.to_string(), "2026-11-01");
    }

    #[test]
    fn whole_months_of_a_period() {
        for (words, n) in
            [("2026", 12), ("2026-08..2026-10", 3), ("2026-10-02..2026-11-29", 0), ("2026-10-31..2026-11", 1)]
        {
            assert_eq!(Period::parse(words, TODAY).unwrap().months().len(), n, "{words}");
        }
    }

    #[test]
    fn days_begin_and_end_at_midnight_there() {
        let seoul = TimeZone::get("Asia/Seoul").unwrap();
        let (from, to) = Period::parse("2026-11-30", TODAY).unwrap().bounds(&seoul);
        assert_eq!((from, to - from), (1_795_964_400_000, 86_400_000));
        // A day on which summer time begins has 23 hours.
        let berlin = TimeZone::get("Europe/Berlin").unwrap();
        let (from, to) = Period::parse("2026-03-29", TODAY).unwrap().bounds(&berlin);
        assert_eq!(to - from, 23 * 3_600_000);
        assert_eq!(Period::parse("2024", TODAY).unwrap().days().count(), 366);
    }
}

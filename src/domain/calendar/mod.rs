//! When a desk is open: its weekly hours, Korea's public holidays, and what the operator put over both.
//!
//! A day's hours come from, the later winning: the weekly hours with the public holidays by rule, days added or removed,
//! exceptions. Each year is worked out once, when it is first asked about; after that an answer is a search among a few
//! hundred spans. Moments are milliseconds UTC; days and hours are those of the desk's time zone.

mod day;
pub mod holidays;
mod hours;
pub mod ics;
mod said;

use std::fmt;
use std::sync::{Arc, OnceLock};

use jiff::civil::{Date, DateTime};
use jiff::tz::{TimeZone, TimeZoneDatabase};
use jiff::{Timestamp, ToSpan};

pub use day::{Day, Why};
pub use hours::Span;
pub use said::{said, weekday};

use self::day::Year;
use self::hours::Hours;
use super::UnixMs;
use super::notice::Language;

/// The years that can be asked about; before and after, every desk is closed.
pub const YEARS: std::ops::RangeInclusive<i16> = 1970..=2199;

/// So many years after the one asked about are searched for an opening or a closing.
const LOOK_AHEAD_YEARS: i16 = 2;

/// What an operator decides about a desk's time.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rules {
    /// Opening hours in OpenStreetMap's syntax; `PH` are the public holidays.
    pub hours: String,
    /// `Asia/Seoul`
    pub time_zone: String,
    /// Days that count as public holidays, with their names.
    pub added: Vec<(Date, String)>,
    /// Days that don't, although they are ones by rule or were added. A substitute is a day of its own.
    pub removed: Vec<Date>,
    pub exceptions: Vec<Exception>,
    /// The last day somebody has looked at.
    pub confirmed_until: Option<Date>,
}

/// Other hours than usual on some days.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Exception {
    pub first: Date,
    pub last: Date,
    /// `09:00-12:00`, several with commas, or `closed`. `None`: the usual ones, and only the text is said.
    pub hours: Option<String>,
    /// What citizens are told about it.
    pub text: Option<Planned>,
}

/// The operator's words about a day, by language.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Planned {
    pub ko: Option<String>,
    pub en: Option<String>,
}

impl Planned {
    /// The words in this language, if there are any.
    pub fn words(&self, language: Language) -> Option<&str> {
        match language {
            Language::Ko => self.ko.as_deref(),
            Language::En => self.en.as_deref(),
        }
    }
}

/// Which of the rules is wrong.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Part {
    Hours,
    TimeZone,
    /// That one of the removed days.
    Removed(usize),
    /// That one of the exceptions.
    Exception(usize),
}

/// Why rules cannot be used.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Wrong {
    pub what: Part,
    /// Follows the name of what is wrong.
    pub why: String,
}

/// Open or not.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Standing {
    Open {
        /// The moment it closes; at most some years away.
        until: UnixMs,
    },
    Closed {
        /// `None`: not within two years.
        opens_at: Option<UnixMs>,
        /// What citizens are told about today, if it is an exception.
        planned: Option<Planned>,
        /// Today is a public holiday, by rule or added.
        is_holiday: bool,
    },
}

/// A desk's calendar. Cheap to clone; clones share what they worked out.
#[derive(Clone)]
pub struct Calendar(Arc<Inner>);

struct Inner {
    rules: Rules,
    zone: TimeZone,
    hours: Hours,
    /// Beside the rules' exceptions: their hours, understood.
    exceptional: Vec<Option<Vec<Span>>>,
    /// One for each of [`YEARS`].
    years: Vec<OnceLock<Year>>,
}

impl fmt::Debug for Calendar {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Calendar").field(&self.0.rules).finish()
    }
}

impl Calendar {
    /// Refuses hours that have no one meaning or never come, unknown time zones, exceptions that contradict each other,
    /// and the removal of a day that is no holiday.
    pub fn new(rules: Rules) -> Result<Calendar, Wrong> {
        let wrong = |what, why: &str| Wrong { what, why: why.to_owned() };
        let zone = TimeZoneDatabase::bundled()
            .get(&rules.time_zone)
            .map_err(|_| wrong(Part::TimeZone, "must be a time zone's name, such as Asia/Seoul"))?;
        let hours = Hours::parse(&rules.hours).map_err(|why| Wrong { what: Part::Hours, why })?;
        let leap_year = Date::constant(2028, 1, 1).series(1.day()).take(366);
        if leap_year.into_iter().all(|date| hours.on(date).is_empty()) {
            return Err(wrong(Part::Hours, "opens on no day of a whole year"));
        }
        let exceptional = understood(&rules.exceptions)?;
        let is_known = |date: &Date| {
            let by_rule = holidays::public_holidays(date.year());
            by_rule.iter().any(|h| h.date == *date) || rules.added.iter().any(|(day, _)| day == date)
        };
        if let Some(n) = rules.removed.iter().position(|date| !is_known(date)) {
            return Err(wrong(Part::Removed(n), "is no public holiday"));
        }
        let years = YEARS.map(|_| OnceLock::new()).collect();
        Ok(Calendar(Arc::new(Inner { rules, zone, hours, exceptional, years })))
    }

    pub fn rules(&self) -> &Rules {
        &self.0.rules
    }

    pub fn time_zone(&self) -> &TimeZone {
        &self.0.zone
    }

    /// The date at that moment, where the desk is.
    pub fn date_at(&self, now_ms: UnixMs) -> Option<Date> {
        Some(self.local(now_ms)?.date())
    }

    /// Open, and until when; or closed, and until when.
    pub fn at(&self, now_ms: UnixMs) -> Standing {
        let date = self.date_at(now_ms);
        if let Some(until) = date.and_then(|date| self.open_until(date.year(), now_ms)) {
            return Standing::Open { until };
        }
        let today = date.and_then(|date| self.find(date));
        Standing::Closed {
            opens_at: self.opens_after(now_ms),
            planned: today.and_then(|day| day.planned().cloned()),
            is_holiday: today.is_some_and(Day::is_holiday),
        }
    }

    /// The first moment after `now_ms` at which the desk opens, whether or not it is open now.
    pub fn opens_after(&self, now_ms: UnixMs) -> Option<UnixMs> {
        let this_year = self.date_at(now_ms)?.year();
        let last_closing = |year: i16| Some(self.year(year)?.open.last()?.1);
        (this_year..=this_year + LOOK_AHEAD_YEARS).find_map(|year| {
            let mut openings = self.year(year)?.openings_after(now_ms);
            // A span that goes on where the year before ended opens nothing.
            let goes_on = |opens: &UnixMs| last_closing(year - 1) == Some(*opens);
            openings.find(|opens| !goes_on(opens))
        })
    }

    /// How long the desk was open between two moments: closed hours never count as waiting.
    pub fn open_ms_between(&self, from_ms: UnixMs, to_ms: UnixMs) -> i64 {
        let (Some(first), Some(last)) = (self.date_at(from_ms), self.date_at(to_ms)) else {
            return 0;
        };
        let years = (first.year()..=last.year()).filter_map(|year| self.year(year));
        years.map(|year| year.open_ms_between(from_ms, to_ms)).sum()
    }

    /// A day's hours, and why they are what they are. Outside of [`YEARS`] there are none.
    pub fn day(&self, date: Date) -> Day {
        self.find(date).cloned().unwrap_or_else(|| Day::without_hours(date))
    }

    /// The first of `n_days` days from `from` on that nobody has confirmed.
    pub fn unconfirmed(&self, from: Date, n_days: i32) -> Option<Date> {
        let first = match self.0.rules.confirmed_until {
            Some(until) => until.tomorrow().ok()?.max(from),
            None => from,
        };
        (first < from.saturating_add(n_days.days())).then_some(first)
    }

    /// A moment in words for citizens: `내일 08:00`, `tomorrow 08:00`.
    pub fn said(&self, at_ms: UnixMs, now_ms: UnixMs, language: Language) -> String {
        said(at_ms, now_ms, &self.0.zone, language)
    }

    fn local(&self, at_ms: UnixMs) -> Option<DateTime> {
        Some(self.0.zone.to_datetime(Timestamp::from_millisecond(at_ms).ok()?))
    }

    fn open_until(&self, year: i16, now_ms: UnixMs) -> Option<UnixMs> {
        let mut until = self.year(year)?.open_until(now_ms)?;
        for later in (year + 1..=year + LOOK_AHEAD_YEARS).filter_map(|year| self.year(year)) {
            match later.open.first() {
                Some((opens, closes)) if *opens == until => until = *closes,
                _ => break,
            }
        }
        Some(until)
    }

    fn find(&self, date: Date) -> Option<&Day> {
        self.year(date.year())?.days.get(usize::try_from(date.day_of_year() - 1).ok()?)
    }

    fn year(&self, year: i16) -> Option<&Year> {
        let cell = self.0.years.get(usize::try_from(year.checked_sub(*YEARS.start())?).ok()?)?;
        Some(cell.get_or_init(|| Year::of(&self.0, year)))
    }
}

/// The exceptions' hours; no two exceptions may speak of one day.
fn understood(exceptions: &[Exception]) -> Result<Vec<Option<Vec<Span>>>, Wrong> {
    let mut all = Vec::with_capacity(exceptions.len());
    for (n, one) in exceptions.iter().enumerate() {
        let wrong = |why: String| Wrong { what: Part::Exception(n), why };
        if one.last < one.first {
            return Err(wrong(format!("ends on {}, before it begins", one.last)));
        }
        let is_double = |other: &&Exception| other.first <= one.last && one.first <= other.last;
        if let Some(other) = exceptions.iter().take(n).find(is_double) {
            return Err(wrong(format!("and the one from {} speak of the same day", other.first)));
        }
        let hours = one.hours.as_deref().map(hours::exceptional).transpose();
        all.push(hours.map_err(|why| wrong(format!("hours {why}")))?);
    }
    Ok(all)
}

#[cfg(test)]
mod tests;

//! When a desk is open: its weekly hours, Korea's public holidays, and the operator's changes to both.
//!
//! A day's hours come from these, the later winning: weekly hours with the public holidays by rule, added and removed
//! days, exceptions. Each year is computed once, on first use; after that a query searches a few hundred spans. Times
//! are milliseconds UTC; days and hours are in the desk's time zone.

mod day;
pub mod holidays;
mod hours;
pub mod ics;
mod wording;

use std::fmt;
use std::sync::{Arc, OnceLock};

use jiff::civil::{Date, DateTime};
use jiff::tz::{TimeZone, TimeZoneDatabase};
use jiff::{Timestamp, ToSpan};

pub use day::{Day, Why};
pub use hours::Span;
pub use wording::{describe_time, weekday};

use self::day::Year;
use self::hours::Hours;
use super::UnixMs;
use super::notice::Language;

/// The years covered; before and after them every desk is closed.
pub const YEARS: std::ops::RangeInclusive<i16> = 1970..=2199;

/// How many more years are searched for an opening or a closing.
const LOOK_AHEAD_YEARS: i16 = 2;

/// An operator's rules for a desk's hours.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rules {
    /// Opening hours in OpenStreetMap's syntax; `PH` are the public holidays.
    pub hours: String,
    /// `Asia/Seoul`
    pub time_zone: String,
    /// Days that count as public holidays, with their names.
    pub added: Vec<(Date, String)>,
    /// Days that do not count as holidays, although they are holidays by rule or were added. Removing a holiday does
    /// not remove its substitute.
    pub removed: Vec<Date>,
    pub exceptions: Vec<Exception>,
    /// The last day that an operator has confirmed.
    pub confirmed_until: Option<Date>,
}

/// Exceptional hours on some days.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Exception {
    pub first: Date,
    pub last: Date,
    /// `09:00-12:00`, several with commas, or `closed`. `None` keeps the usual hours and only adds the text.
    pub hours: Option<String>,
    /// The text for citizens.
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

/// The rule that is invalid.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RulePart {
    Hours,
    TimeZone,
    /// The removed day with this index.
    Removed(usize),
    /// The exception with this index.
    Exception(usize),
}

/// Why rules cannot be used.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct InvalidRules {
    pub what: RulePart,
    /// The reason, to be printed after the name of the rule.
    pub why: String,
}

/// Whether a desk is open.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum OpenState {
    Open {
        /// When it closes; at most three years ahead.
        until: UnixMs,
    },
    Closed {
        /// `None` if it does not open within two years.
        opens_at: Option<UnixMs>,
        /// The text for citizens, if today is an exception.
        planned: Option<Planned>,
        /// Today is a public holiday, by rule or added.
        is_holiday: bool,
    },
}

/// Hours that end later than this have no end (milliseconds).
const ALWAYS_MS: i64 = 365 * 24 * 60 * 60 * 1_000;

impl OpenState {
    pub fn is_open(&self) -> bool {
        matches!(self, OpenState::Open { .. })
    }

    /// Open, with no end that is worth saying.
    pub fn is_always_open(&self, now_ms: UnixMs) -> bool {
        matches!(self, OpenState::Open { until } if until - now_ms > ALWAYS_MS)
    }

    /// When it changes, as people are told: `None` where it does not.
    pub fn changes_at(&self, now_ms: UnixMs) -> Option<UnixMs> {
        match self {
            _ if self.is_always_open(now_ms) => None,
            OpenState::Open { until } => Some(*until),
            OpenState::Closed { opens_at, .. } => *opens_at,
        }
    }
}

/// A desk's calendar. Cheap to clone; clones share the computed years.
#[derive(Clone)]
pub struct Calendar(Arc<Inner>);

struct Inner {
    rules: Rules,
    zone: TimeZone,
    hours: Hours,
    /// The parsed hours of each exception, in the order of `rules.exceptions`.
    exceptional: Vec<Option<Vec<Span>>>,
    /// One cell for each of [`YEARS`].
    years: Vec<OnceLock<Year>>,
}

impl fmt::Debug for Calendar {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Calendar").field(&self.0.rules).finish()
    }
}

impl Calendar {
    /// Refuses ambiguous hours, hours without any open day, unknown time zones, overlapping exceptions, and the removal
    /// of a day that is not a holiday.
    pub fn new(rules: Rules) -> Result<Calendar, InvalidRules> {
        let wrong = |what, why: &str| InvalidRules { what, why: why.to_owned() };
        let zone = TimeZoneDatabase::bundled()
            .get(&rules.time_zone)
            .map_err(|_| wrong(RulePart::TimeZone, "must be a time zone's name, such as Asia/Seoul"))?;
        let hours = Hours::parse(&rules.hours).map_err(|why| InvalidRules { what: RulePart::Hours, why })?;
        let leap_year = Date::constant(2028, 1, 1).series(1.day()).take(366);
        if leap_year.into_iter().all(|date| hours.on(date).is_empty()) {
            return Err(wrong(RulePart::Hours, "opens on no day of a whole year"));
        }
        let exceptional = understood(&rules.exceptions)?;
        let is_known = |date: &Date| {
            let by_rule = holidays::public_holidays(date.year());
            by_rule.iter().any(|h| h.date == *date) || rules.added.iter().any(|(day, _)| day == date)
        };
        if let Some(n) = rules.removed.iter().position(|date| !is_known(date)) {
            return Err(wrong(RulePart::Removed(n), "is no public holiday"));
        }
        let years = YEARS.map(|_| OnceLock::new()).collect();
        Ok(Calendar(Arc::new(Inner { rules, zone, hours, exceptional, years })))
    }

    /// The first of `n_days` days from `from` on (at most a year) behind which a later rule of the hours takes back those after
    /// midnight, and the minute of the next day until which they would have gone on.
    pub fn cut_after_midnight(&self, from: Date, n_days: usize) -> Option<(Date, u16)> {
        day::cut_after_midnight(&self.0, from, n_days)
    }

    pub fn rules(&self) -> &Rules {
        &self.0.rules
    }

    pub fn time_zone(&self) -> &TimeZone {
        &self.0.zone
    }

    /// The date at this time in the desk's time zone.
    pub fn date_at(&self, now_ms: UnixMs) -> Option<Date> {
        Some(self.local(now_ms)?.date())
    }

    /// Whether the desk is open at this time, and until when.
    pub fn at(&self, now_ms: UnixMs) -> OpenState {
        let date = self.date_at(now_ms);
        if let Some(until) = date.and_then(|date| self.open_until(date.year(), now_ms)) {
            return OpenState::Open { until };
        }
        let today = date.and_then(|date| self.find(date));
        OpenState::Closed {
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
            // A span that continues from the year before is not an opening.
            let goes_on = |opens: &UnixMs| last_closing(year - 1) == Some(*opens);
            openings.find(|opens| !goes_on(opens))
        })
    }

    /// How long the desk was open between two times (milliseconds). Closed hours do not count as waiting.
    pub fn open_ms_between(&self, from_ms: UnixMs, to_ms: UnixMs) -> i64 {
        let (Some(first), Some(last)) = (self.date_at(from_ms), self.date_at(to_ms)) else {
            return 0;
        };
        let years = (first.year()..=last.year()).filter_map(|year| self.year(year));
        years.map(|year| year.open_ms_between(from_ms, to_ms)).sum()
    }

    /// A day's hours and their reason. No hours outside of [`YEARS`].
    pub fn day(&self, date: Date) -> Day {
        self.find(date).cloned().unwrap_or_else(|| Day::without_hours(date))
    }

    /// The first unconfirmed day within `n_days` days from `from`.
    pub fn unconfirmed(&self, from: Date, n_days: i32) -> Option<Date> {
        let first = match self.0.rules.confirmed_until {
            Some(until) => until.tomorrow().ok()?.max(from),
            None => from,
        };
        (first < from.saturating_add(n_days.days())).then_some(first)
    }

    /// A time in words for citizens: `내일 08:00`, `tomorrow 08:00`.
    pub fn describe(&self, at_ms: UnixMs, now_ms: UnixMs, language: Language) -> String {
        describe_time(at_ms, now_ms, &self.0.zone, language)
    }

    /// The time of day in the desk's time zone: `08:00`.
    pub fn clock_at(&self, at_ms: UnixMs) -> String {
        self.local(at_ms).map_or_else(String::new, |at| at.strftime("%H:%M").to_string())
    }

    /// The hour of the day in the desk's time zone; 0 for a time that no calendar has.
    pub fn hour_at(&self, at_ms: UnixMs) -> i64 {
        self.local(at_ms).map_or(0, |at| i64::from(at.hour()))
    }

    /// The time in the desk's time zone: `2026-10-06 18:00`.
    pub fn minute_at(&self, at_ms: UnixMs) -> String {
        self.local(at_ms).map_or_else(String::new, |at| at.strftime("%Y-%m-%d %H:%M").to_string())
    }

    /// The same to the second with its offset (RFC 3339): `2026-10-06T18:00:00+09:00`.
    pub fn rfc3339_at(&self, at_ms: UnixMs) -> Option<String> {
        let at = Timestamp::from_millisecond(at_ms).ok()?.to_zoned_datetime(self.0.zone.clone());
        Some(at.strftime("%Y-%m-%dT%H:%M:%S%:z").to_string())
    }

    /// The same to the second, for records.
    pub fn second_at(&self, at_ms: UnixMs) -> String {
        self.local(at_ms).map_or_else(String::new, |at| at.strftime("%Y-%m-%d %H:%M:%S").to_string())
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
        Some(cell.get_or_init(|| Year::compute(&self.0, year)))
    }
}

/// Parses the exceptions' hours; refuses two exceptions for the same day.
fn understood(exceptions: &[Exception]) -> Result<Vec<Option<Vec<Span>>>, InvalidRules> {
    let mut all = Vec::with_capacity(exceptions.len());
    for (n, one) in exceptions.iter().enumerate() {
        let wrong = |why: String| InvalidRules { what: RulePart::Exception(n), why };
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

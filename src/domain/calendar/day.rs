//! Days and years of a desk's calendar, computed once from the rules.

use std::collections::BTreeMap;

use jiff::ToSpan;
use jiff::civil::Date;

use super::holidays::{Kind, is_weekend, public_holidays};
use super::hours::{DAY_MINUTES, Hours, Span};
use super::{Exception, Inner, Planned, UnixMs};

/// Why a day has the hours it has.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Why {
    Weekday,
    /// Saturday or Sunday, not a holiday.
    Weekend,
    /// A public holiday by rule; two on one day are joined with `·`.
    Holiday(String),
    /// Substitute for the named holiday.
    Substitute(String),
    /// A holiday the operator added.
    Added(String),
    /// A holiday, by rule or added, that the operator removed.
    Removed(String),
    /// Exceptional hours, with the text for citizens.
    Exception(Option<Planned>),
}

/// A day of a desk.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Day {
    pub date: Date,
    /// In order, with gaps between them.
    pub spans: Vec<Span>,
    pub why: Why,
    /// Whether the day is a holiday apart from an exception.
    is_holiday: bool,
}

impl Day {
    pub(super) fn without_hours(date: Date) -> Day {
        Day { date, spans: Vec::new(), why: usual(date), is_holiday: false }
    }

    /// Whether it is a public holiday, by rule or added; an exception does not change that.
    pub fn is_holiday(&self) -> bool {
        self.is_holiday
    }

    /// The text for citizens, if there is an exception with one.
    pub fn planned(&self) -> Option<&Planned> {
        match &self.why {
            Why::Exception(text) => text.as_ref(),
            _ => None,
        }
    }
}

/// A computed year.
pub(super) struct Year {
    /// Indexed from 1 January.
    pub(super) days: Vec<Day>,
    /// Opening and closing times, in order, with gaps between them. A span over the last midnight ends there.
    pub(super) open: Vec<(UnixMs, UnixMs)>,
}

impl Year {
    pub(super) fn compute(inner: &Inner, year: i16) -> Year {
        let marks = marks(inner, year);
        let hours = weekly(inner, &marks);
        let day = |date: Date| {
            let why = marks.get(&date).cloned().unwrap_or_else(|| usual(date));
            let day = Day { date, spans: hours.on(date), is_holiday: is_holiday(&why), why };
            excepted(inner, day)
        };
        let dates = Date::new(year, 1, 1).into_iter().flat_map(|first| first.series(1.day()));
        let days: Vec<Day> = dates.take_while(|date| date.year() == year).map(day).collect();
        let mut open: Vec<(UnixMs, UnixMs)> = Vec::with_capacity(days.len());
        for (opens, closes) in days.iter().flat_map(|day| moments(inner, day)) {
            match open.last_mut() {
                Some((_, last)) if *last >= opens => *last = closes.max(*last),
                _ => open.push((opens, closes)),
            }
        }
        Year { days, open }
    }

    /// The end of the span that contains `now_ms`.
    pub(super) fn open_until(&self, now_ms: UnixMs) -> Option<UnixMs> {
        let (opens, closes) = self.open.get(self.first_after(now_ms))?;
        (*opens <= now_ms).then_some(*closes)
    }

    pub(super) fn openings_after(&self, now_ms: UnixMs) -> impl Iterator<Item = UnixMs> {
        let n = self.open.partition_point(|(opens, _)| *opens <= now_ms);
        self.open.iter().skip(n).map(|(opens, _)| *opens)
    }

    pub(super) fn open_ms_between(&self, from_ms: UnixMs, to_ms: UnixMs) -> i64 {
        let spans = self.open.iter().skip(self.first_after(from_ms));
        let spans = spans.take_while(|(opens, _)| *opens < to_ms);
        spans.map(|(opens, closes)| (*closes.min(&to_ms) - *opens.max(&from_ms)).max(0)).sum()
    }

    /// The first span that ends after `now_ms`.
    fn first_after(&self, now_ms: UnixMs) -> usize {
        self.open.partition_point(|(_, closes)| *closes <= now_ms)
    }
}

fn usual(date: Date) -> Why {
    if is_weekend(date) { Why::Weekend } else { Why::Weekday }
}

fn is_holiday(why: &Why) -> bool {
    matches!(why, Why::Holiday(_) | Why::Substitute(_) | Why::Added(_))
}

/// The marked days of `year` and of those around it: hours may begin on the last evening of the year before, or depend on a
/// holiday on the next day.
fn marks(inner: &Inner, year: i16) -> BTreeMap<Date, Why> {
    (year - 1..=year + 1).flat_map(|year| holidays_of(inner, year)).collect()
}

/// The weekly hours with the holidays among these days.
fn weekly(inner: &Inner, marks: &BTreeMap<Date, Why>) -> Hours {
    let holidays = marks.iter().filter(|(_, why)| is_holiday(why)).map(|(date, _)| *date);
    inner.hours.among(holidays)
}

/// The first of `n_days` days from `from` on behind which a later rule takes back hours after midnight, and the minute until
/// which they would have gone on.
pub(super) fn cut_after_midnight(inner: &Inner, from: Date, n_days: usize) -> Option<(Date, u16)> {
    let hours = weekly(inner, &marks(inner, from.year()));
    from.series(1.day()).take(n_days).find_map(|date| Some((date, hours.cut_behind(date)?)))
}

/// The holidays of `year`, including removed ones.
fn holidays_of(inner: &Inner, year: i16) -> BTreeMap<Date, Why> {
    let mut marks: BTreeMap<Date, Why> = BTreeMap::new();
    for holiday in public_holidays(year) {
        let name = holiday.name.to_owned();
        let why = match (holiday.kind, marks.remove(&holiday.date)) {
            (Kind::Substitute, _) => Why::Substitute(name),
            (_, Some(Why::Holiday(other))) => Why::Holiday(format!("{other}·{name}")),
            _ => Why::Holiday(name),
        };
        marks.insert(holiday.date, why);
    }
    for (date, name) in inner.rules.added.iter().filter(|(date, _)| date.year() == year) {
        marks.entry(*date).or_insert_with(|| Why::Added(name.clone()));
    }
    for date in inner.rules.removed.iter().filter(|date| date.year() == year) {
        if let Some(Why::Holiday(name) | Why::Substitute(name) | Why::Added(name)) = marks.remove(date) {
            marks.insert(*date, Why::Removed(name));
        }
    }
    marks
}

/// Applies the exception for this day, if there is one.
fn excepted(inner: &Inner, day: Day) -> Day {
    let speaks = |one: &Exception| (one.first..=one.last).contains(&day.date);
    let mut exceptions = inner.rules.exceptions.iter().zip(&inner.exceptional);
    let Some((exception, hours)) = exceptions.find(|(one, _)| speaks(one)) else {
        return day;
    };
    let spans = hours.clone().unwrap_or(day.spans);
    Day { spans, why: Why::Exception(exception.text.clone()), ..day }
}

/// A day's spans in milliseconds. A time that the clock change skips moves later; a repeated one counts from its first
/// occurrence.
fn moments(inner: &Inner, day: &Day) -> Vec<(UnixMs, UnixMs)> {
    let at = |minute: u16| {
        let (date, minute) = match minute {
            DAY_MINUTES => (day.date.tomorrow().ok()?, 0),
            minute => (day.date, minute),
        };
        let (hour, minute) = (i8::try_from(minute / 60).ok()?, i8::try_from(minute % 60).ok()?);
        Some(inner.zone.to_timestamp(date.at(hour, minute, 0, 0)).ok()?.as_millisecond())
    };
    let spans = day.spans.iter().filter_map(|span| Some((at(span.opens)?, at(span.closes)?)));
    spans.filter(|(opens, closes)| opens < closes).collect()
}

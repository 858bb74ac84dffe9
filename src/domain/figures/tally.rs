//! Adds up the facts of a period: the whole, and rows by day, hour, desk and so on.

use std::collections::BTreeMap;

use jiff::civil::Date;

use super::history::History;
use super::measures::Measures;
use super::names::Names;
use super::period::{Period, date_at};
use super::reading::{Contribution, contributions};
use crate::domain::UnixMs;
use crate::domain::calendar::Calendar;

/// What the rows are.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum By {
    Hour,
    Day,
    Weekday,
    Month,
    Desk,
    Category,
    Counselor,
}

impl By {
    pub const ALL: [By; 7] =
        [By::Hour, By::Day, By::Weekday, By::Month, By::Desk, By::Category, By::Counselor];

    /// The word on the command line and on the wire.
    pub fn as_str(self) -> &'static str {
        match self {
            By::Hour => "hour",
            By::Day => "day",
            By::Weekday => "weekday",
            By::Month => "month",
            By::Desk => "desk",
            By::Category => "category",
            By::Counselor => "counselor",
        }
    }

    pub fn from_word(word: &str) -> Option<By> {
        By::ALL.into_iter().find(|by| by.as_str() == word)
    }
}

/// What a report is about.
#[derive(Debug, Clone)]
pub struct Scope {
    pub period: Period,
    /// Only this desk ([`Names`]).
    pub desk: Option<u16>,
    /// The kinds of rows.
    pub by: Vec<By>,
    /// Whose days, hours and holidays.
    pub calendar: Calendar,
    /// Only what is credited to this counselor.
    pub counselor: Option<i64>,
}

/// A row.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Key {
    Hour(i8),
    Day(Date),
    /// 0 is Monday; [`HOLIDAY`] holds the public holidays.
    Weekday(i8),
    /// Its first day.
    Month(Date),
    Desk(u16),
    /// `None`: without a category.
    Category(Option<u16>),
    Counselor(i64),
}

impl Key {
    /// The kind of row.
    pub fn by(self) -> By {
        match self {
            Key::Hour(_) => By::Hour,
            Key::Day(_) => By::Day,
            Key::Weekday(_) => By::Weekday,
            Key::Month(_) => By::Month,
            Key::Desk(_) => By::Desk,
            Key::Category(_) => By::Category,
            Key::Counselor(_) => By::Counselor,
        }
    }
}

/// The row of public holidays among the weekdays.
pub const HOLIDAY: i8 = 7;

/// What is added up so far.
#[derive(Debug, Clone)]
pub struct Tally {
    pub scope: Scope,
    bounds: (UnixMs, UnixMs),
    pub whole: Measures,
    pub rows: BTreeMap<Key, Measures>,
}

impl Tally {
    /// Has a row for every hour, day and month of the period, also where nothing happened.
    pub fn new(scope: Scope) -> Tally {
        let bounds = scope.period.bounds(scope.calendar.time_zone());
        let keys = |by: &By| -> Vec<Key> {
            match by {
                By::Hour => (0..24).map(Key::Hour).collect(),
                By::Day => scope.period.days().map(Key::Day).collect(),
                By::Weekday => (0..=HOLIDAY).map(Key::Weekday).collect(),
                By::Month => scope.period.days().map(|day| Key::Month(day.first_of_month())).collect(),
                By::Desk | By::Category | By::Counselor => Vec::new(),
            }
        };
        let rows = scope.by.iter().flat_map(keys).map(|key| (key, Measures::default())).collect();
        Tally { scope, bounds, whole: Measures::default(), rows }
    }

    /// The first moment of the period, and the first after it.
    pub fn bounds(&self) -> (UnixMs, UnixMs) {
        self.bounds
    }

    /// Adds what a conversation contributes.
    pub fn add(&mut self, history: &History, names: &Names) {
        for contribution in contributions(history, names) {
            self.add_one(&contribution);
        }
    }

    /// Whether a fact counts here: its moment, desk and counselor are those that the report is about.
    pub fn counts(&self, one: &Contribution) -> bool {
        let (from, to) = self.bounds;
        let is_elsewhere = self.scope.desk.is_some_and(|desk| desk != one.desk);
        let is_of_another = self.scope.counselor.is_some_and(|id| one.by != Some(id));
        (from..to).contains(&one.at) && !is_elsewhere && !is_of_another
    }

    fn add_one(&mut self, one: &Contribution) {
        if !self.counts(one) {
            return;
        }
        self.whole.add(one.fact, one.category);
        for place in 0..self.scope.by.len() {
            if let Some(key) = self.key(self.scope.by[place], one) {
                self.rows.entry(key).or_default().add(one.fact, one.category);
            }
        }
    }

    fn key(&self, by: By, one: &Contribution) -> Option<Key> {
        let calendar = &self.scope.calendar;
        let date = || date_at(one.at, calendar.time_zone());
        Some(match by {
            By::Hour => Key::Hour(i8::try_from(calendar.hour_at(one.at)).ok()?),
            By::Day => Key::Day(date()?),
            By::Weekday => match date()? {
                day if calendar.day(day).is_holiday() => Key::Weekday(HOLIDAY),
                day => Key::Weekday(day.weekday().to_monday_zero_offset()),
            },
            By::Month => Key::Month(date()?.first_of_month()),
            By::Desk => Key::Desk(one.desk),
            By::Category => Key::Category(one.category),
            By::Counselor => Key::Counselor(one.by?),
        })
    }
}

//! Which hours are short of people: consultations that begin by hour, against what a counselor answers in an hour.
//!
//! Somebody counts as there in an hour in which they answered at least once. The pace is the upper quartile of answers in such an
//! hour: what is done when there is enough to do, and neither the best hour nor an idle one. All numbers are hundredths.

use std::collections::{BTreeMap, BTreeSet};

use jiff::civil::{Date, Weekday};

use super::period::{Period, date_at};
use super::reading::{Contribution, Fact};
use crate::domain::calendar::Calendar;

const HOUR_MS: usize = 60 * 60 * 1_000;

/// Days that are alike.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Days {
    /// Monday to Friday, without public holidays.
    Working,
    /// Saturdays, Sundays and public holidays.
    Free,
}

impl Days {
    pub const ALL: [Days; 2] = [Days::Working, Days::Free];

    fn of(calendar: &Calendar, day: Date) -> Days {
        let is_free =
            calendar.day(day).is_holiday() || matches!(day.weekday(), Weekday::Saturday | Weekday::Sunday);
        if is_free { Days::Free } else { Days::Working }
    }
}

/// One hour of the day, as it is on average; hundredths.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct HourNeed {
    pub days: Days,
    pub hour: i64,
    /// Consultations that begin.
    pub began: i64,
    /// Counselors who answer.
    pub there: i64,
    /// Counselors that it takes at the pace.
    pub needed: i64,
    /// Whether the desk was open in it on any such day.
    pub is_open: bool,
}

impl HourNeed {
    /// How many are missing; 0 where enough are there, and in closed hours, whose texts wait for the opening.
    pub fn short(&self) -> i64 {
        if self.is_open { (self.needed - self.there).max(0) } else { 0 }
    }
}

/// What is counted so far.
#[derive(Debug, Clone)]
pub struct Staffing {
    calendar: Calendar,
    n_days: BTreeMap<Days, i64>,
    open: BTreeSet<(Days, i64)>,
    began: BTreeMap<(Days, i64), i64>,
    n_began: i64,
    n_answers: i64,
    /// Answers by day, hour and counselor.
    answers: BTreeMap<(Date, i64, i64), i64>,
}

impl Staffing {
    /// Of these days, as far as they have passed by `today`.
    pub fn new(period: Period, calendar: Calendar, today: Date) -> Staffing {
        let mut n_days = BTreeMap::new();
        let mut open = BTreeSet::new();
        for day in period.days().filter(|day| *day <= today) {
            let days = Days::of(&calendar, day);
            *n_days.entry(days).or_insert(0) += 1;
            let (midnight, next) = Period { first: day, last: day }.bounds(calendar.time_zone());
            let hours = (midnight..next).step_by(HOUR_MS);
            let is_open = |at: &i64| calendar.open_ms_between(*at, at + HOUR_MS as i64) > 0;
            open.extend(hours.filter(is_open).map(|at| (days, calendar.hour_at(at))));
        }
        let (began, answers) = (BTreeMap::new(), BTreeMap::new());
        Staffing { calendar, n_days, open, began, n_began: 0, n_answers: 0, answers }
    }

    /// Adds a fact of the period.
    pub fn add(&mut self, one: &Contribution) {
        let Some(day) = date_at(one.at, self.calendar.time_zone()) else { return };
        let hour = self.calendar.hour_at(one.at);
        match (one.fact, one.by) {
            (Fact::Began { .. }, _) => {
                *self.began.entry((Days::of(&self.calendar, day), hour)).or_insert(0) += 1;
                self.n_began += 1;
            }
            (Fact::Replied, Some(by)) => {
                *self.answers.entry((day, hour, by)).or_insert(0) += 1;
                self.n_answers += 1;
            }
            _ => {}
        }
    }

    /// Answers that a counselor writes in an hour with enough to do (upper quartile, nearest rank); `None` without any.
    pub fn pace(&self) -> Option<i64> {
        let mut all: Vec<i64> = self.answers.values().copied().collect();
        all.sort_unstable();
        let rank = (all.len() * 3).div_ceil(4).max(1);
        all.get(rank - 1).map(|answers| answers * 100)
    }

    /// Answers to a consultation; `None` without any.
    pub fn answers_each(&self) -> Option<i64> {
        (self.n_began > 0).then(|| rounded(self.n_answers * 100, self.n_began))
    }

    /// The hours in which a consultation began or somebody answered.
    pub fn hours(&self) -> Vec<HourNeed> {
        let mut there: BTreeMap<(Days, i64), i64> = BTreeMap::new();
        for (day, hour, _) in self.answers.keys() {
            *there.entry((Days::of(&self.calendar, *day), *hour)).or_insert(0) += 1;
        }
        let hours: BTreeSet<(Days, i64)> = self.began.keys().chain(there.keys()).copied().collect();
        let pace = self.pace().unwrap_or(0);
        let need = |key: (Days, i64)| {
            let n_days = self.n_days.get(&key.0).copied().unwrap_or(0).max(1);
            let n_began = self.began.get(&key).copied().unwrap_or(0);
            // began / days × answers / all began ÷ pace, in one division.
            let divisor = n_days * self.n_began * pace;
            let needed = if divisor > 0 { rounded(n_began * self.n_answers * 10_000, divisor) } else { 0 };
            HourNeed {
                days: key.0,
                hour: key.1,
                began: rounded(n_began * 100, n_days),
                there: rounded(there.get(&key).copied().unwrap_or(0) * 100, n_days),
                needed,
                is_open: self.open.contains(&key),
            }
        };
        hours.into_iter().map(need).collect()
    }
}

/// Half up; both are positive.
fn rounded(part: i64, whole: i64) -> i64 {
    (part * 2 + whole) / (2 * whole)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::arrival::tests::policy;

    const HOUR: i64 = 3_600_000;
    /// 2026-07-01 00:00 in Korea, a Wednesday.
    const WEDNESDAY: i64 = 1_782_831_600_000;

    fn of(at: i64, by: Option<i64>, fact: Fact) -> Contribution {
        Contribution { at, desk: 0, category: None, by, fact }
    }

    /// Counted by hand: two working days; at nine 8 consultations and one counselor with 4 answers each day, at ten 2 consultations,
    /// two counselors with one answer each on one day.
    #[test]
    fn an_hour_is_short_where_more_begin_than_is_answered() {
        let calendar = policy().desks.first().calendar.clone();
        let today = jiff::civil::Date::constant(2026, 7, 10);
        let period = Period::parse("2026-07-01..2026-07-02", today).expect("days");
        let mut staffing = Staffing::new(period, calendar, today);
        let began = Fact::Began { citizen: 1, is_new: true, is_return: false };
        for day in [0, 24 * HOUR] {
            let nine = WEDNESDAY + day + 9 * HOUR;
            (0..8).for_each(|n| staffing.add(&of(nine + n, None, began)));
            (0..4).for_each(|n| staffing.add(&of(nine + n, Some(1), Fact::Replied)));
        }
        let ten = WEDNESDAY + 10 * HOUR;
        (0..2).for_each(|n| staffing.add(&of(ten + n, None, began)));
        (1..=2).for_each(|by| staffing.add(&of(ten, Some(by), Fact::Replied)));
        // Counselor-hours: 4, 4, 1, 1; the third of them in order is 4. 10 answers to 18 consultations.
        assert_eq!((staffing.pace(), staffing.answers_each()), (Some(400), Some(56)));
        let hours = staffing.hours();
        let expected = [
            // 8 a day × 10/18 ÷ 4 = 1.11 needed, one there.
            HourNeed { days: Days::Working, hour: 9, began: 800, there: 100, needed: 111, is_open: true },
            // 1 a day × 10/18 ÷ 4 = 0.14 needed, two on one of two days.
            HourNeed { days: Days::Working, hour: 10, began: 100, there: 100, needed: 14, is_open: true },
        ];
        assert_eq!(hours, expected);
        assert_eq!((hours[0].short(), hours[1].short()), (11, 0));
    }

    #[test]
    fn nothing_is_counted_of_nothing() {
        let calendar = policy().desks.first().calendar.clone();
        let today = jiff::civil::Date::constant(2026, 7, 10);
        let period = Period::parse("2026-07-04", today).expect("a day");
        let mut staffing = Staffing::new(period, calendar, today);
        assert_eq!((staffing.pace(), staffing.answers_each(), staffing.hours()), (None, None, Vec::new()));
        let began = Fact::Began { citizen: 1, is_new: true, is_return: false };
        staffing.add(&of(WEDNESDAY + 3 * 24 * HOUR + 12 * HOUR, None, began));
        let hours = staffing.hours();
        let is_open = hours[0].is_open;
        let need = HourNeed { days: Days::Free, hour: 12, began: 100, there: 0, needed: 0, is_open };
        assert_eq!(hours, [need], "a Saturday");
    }

    #[test]
    fn no_hour_is_short_in_which_the_desk_is_closed() {
        let need =
            |is_open| HourNeed { days: Days::Working, hour: 3, began: 100, there: 0, needed: 50, is_open };
        assert_eq!((need(true).short(), need(false).short()), (50, 0));
    }
}

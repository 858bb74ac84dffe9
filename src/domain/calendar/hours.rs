//! Opening hours: the syntax of OpenStreetMap (`Mo-Fr 08:00-22:00; Sa-Su,PH 09:00-18:00`) turned into the spans of a day.
//!
//! Rules that depend on something unknown here (the sun, school holidays, "unknown", an open end) are refused when
//! parsed, so that accepted hours have one meaning.

use std::fmt;
use std::str::FromStr;
use std::sync::Arc;

use chrono::NaiveDate;
use compact_calendar::CompactCalendar;
use jiff::civil::Date;
use opening_hours::{Context, ContextHolidays, OpeningHours, RuleKind};
use opening_hours_syntax::rules::RuleSequence;
use opening_hours_syntax::rules::day::{HolidayKind, WeekDayRange};
use opening_hours_syntax::rules::time::Time;

/// Minutes of a whole day.
pub const DAY_MINUTES: u16 = 24 * 60;

/// A span of open time, in minutes since midnight; `closes` may be 24:00. Displays as `08:00-22:00`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Span {
    pub opens: u16,
    pub closes: u16,
}

impl fmt::Display for Span {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Span { opens, closes } = self;
        write!(f, "{:02}:{:02}-{:02}:{:02}", opens / 60, opens % 60, closes / 60, closes % 60)
    }
}

/// Weekly hours.
#[derive(Clone)]
pub(super) struct Hours(OpeningHours);

impl Hours {
    /// Parses hours; the error says in words why they cannot be used.
    pub(super) fn parse(word: &str) -> Result<Self, String> {
        let hours = OpeningHours::from_str(word).map_err(|error| unreadable(&error.to_string()))?;
        match hours.get_expression().rules.iter().find_map(unknowable) {
            Some(why) => Err(why.to_owned()),
            None => Ok(Hours(hours)),
        }
    }

    /// The same hours, with these public holidays.
    pub(super) fn among(&self, holidays: impl Iterator<Item = Date>) -> Hours {
        let public: CompactCalendar = holidays.filter_map(naive).collect();
        let context =
            Context::default().with_holidays(ContextHolidays::new(Arc::new(public), Arc::default()));
        Hours(self.0.clone().with_context(context))
    }

    /// The hours after midnight that a rule promises behind `date`, and that a later rule, of the next day, takes back: the
    /// minute until which the first would have gone on. `None` if nothing is cut.
    ///
    /// In this syntax a later rule of a day replaces all hours of that day, those too that began the evening before.
    pub(super) fn cut_behind(&self, date: Date) -> Option<u16> {
        let next = date.tomorrow().ok()?;
        let until_midnight = |hours: &Hours| hours.on(date).last().is_some_and(|s| s.closes == DAY_MINUTES);
        let goes_on = |hours: &Hours| hours.on(next).first().filter(|s| s.opens == 0).map(|s| s.closes);
        if !until_midnight(self) || goes_on(self).is_some() {
            return None;
        }
        // The last rule that is open then is the one that holds.
        let expression = self.0.get_expression();
        let holds = expression.rules.iter().rev().filter_map(|rule| self.alone(rule)).find(until_midnight)?;
        goes_on(&holds).filter(|_| spills(&holds))
    }

    /// The hours of one rule, with the same holidays.
    fn alone(&self, rule: &RuleSequence) -> Option<Hours> {
        let alone = OpeningHours::from_str(&rule.to_string()).ok()?;
        Some(Hours(alone.with_context(self.0.get_context().clone())))
    }

    /// The spans of one day, in order, with gaps between them. A span from the evening before counts from midnight.
    pub(super) fn on(&self, date: Date) -> Vec<Span> {
        let mut spans: Vec<Span> = Vec::new();
        let Some(day) = naive(date) else {
            return spans;
        };
        for range in self.0.schedule_at(day).into_iter().filter(|range| range.kind == RuleKind::Open) {
            let opens = range.range.start.mins_from_midnight();
            let closes = range.range.end.mins_from_midnight().min(DAY_MINUTES);
            match spans.last_mut() {
                Some(last) if last.closes >= opens => last.closes = last.closes.max(closes),
                _ if opens < closes => spans.push(Span { opens, closes }),
                _ => (),
            }
        }
        spans
    }
}

/// The hours of one exceptional day: `09:00-12:00`, several with commas, or `closed`.
pub(super) fn exceptional(word: &str) -> Result<Vec<Span>, String> {
    let hours = Hours::parse(word)?;
    let is_plain = matches!(&hours.0.get_expression().rules[..], [rule] if rule.day_selector.is_empty());
    if !is_plain || spills(&hours) {
        return Err("must be times of one day that end by 24:00, such as 09:00-12:00, or closed".to_owned());
    }
    // The rule names no day, so any day gives its times.
    Ok(hours.on(Date::constant(2027, 3, 3)))
}

/// Whether a span crosses midnight.
fn spills(hours: &Hours) -> bool {
    let minutes = |time: &Time| match time {
        Time::Fixed(at) => Some(at.mins_from_midnight()),
        Time::Variable(_) => None,
    };
    let rules = &hours.0.get_expression().rules;
    rules.iter().flat_map(|rule| &rule.time_selector.spans).any(|span| {
        let (start, end) = (minutes(&span.range.start), minutes(&span.range.end));
        end <= start || end > Some(DAY_MINUTES)
    })
}

/// Why a rule depends on something unknown; `None` if it does not.
fn unknowable(rule: &RuleSequence) -> Option<&'static str> {
    let is_school =
        |day: &WeekDayRange| matches!(day, WeekDayRange::Holiday { kind: HolidayKind::School, .. });
    let by_sun = |time: &Time| matches!(time, Time::Variable(_));
    if rule.kind == RuleKind::Unknown {
        return Some("must say open or closed, not unknown");
    }
    if rule.day_selector.weekday.iter().any(is_school) {
        return Some("names school holidays (SH), which are not known here");
    }
    let spans = &rule.time_selector.spans;
    if spans.iter().any(|span| by_sun(&span.range.start) || by_sun(&span.range.end)) {
        return Some("depends on the sun; write times of the clock");
    }
    spans.iter().any(|span| span.open_end).then_some("has an open end (+); write when it closes")
}

/// The parser's message, which has several lines, as one line.
fn unreadable(message: &str) -> String {
    let column =
        message.lines().next().and_then(|line| line.rsplit_once(':')?.1.trim().parse::<usize>().ok());
    let place = column.map_or_else(|| message.to_owned(), |n| format!("error at character {n}"));
    format!("must be opening hours such as Mo-Fr 08:00-22:00; Sa-Su,PH 09:00-18:00: {place}")
}

fn naive(date: Date) -> Option<NaiveDate> {
    let (month, day) = (u32::try_from(date.month()).ok()?, u32::try_from(date.day()).ok()?);
    NaiveDate::from_ymd_opt(i32::from(date.year()), month, day)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn told(spans: &[Span]) -> String {
        spans.iter().map(Span::to_string).collect::<Vec<_>>().join(" ")
    }

    #[test]
    fn hours_of_days() {
        let holiday = Date::constant(2026, 5, 1);
        let table = [
            ("Mo-Fr 08:00-22:00; Sa-Su,PH 09:00-18:00", "2026-04-30", "08:00-22:00"),
            ("Mo-Fr 08:00-22:00; Sa-Su,PH 09:00-18:00", "2026-05-01", "09:00-18:00"),
            ("Mo-Fr 08:00-22:00; Sa-Su,PH 09:00-18:00", "2026-05-02", "09:00-18:00"),
            ("Mo-Fr 09:00-12:00,13:00-18:00; PH off", "2026-04-30", "09:00-12:00 13:00-18:00"),
            ("Mo-Fr 09:00-12:00,13:00-18:00; PH off", "2026-05-01", ""),
            ("Mo-Fr 09:00-18:00", "2026-05-03", ""),
            ("24/7", "2026-05-01", "00:00-24:00"),
            ("Mo-Su 22:00-06:00", "2026-05-01", "00:00-06:00 22:00-24:00"),
            ("Th 22:00-06:00", "2026-05-01", "00:00-06:00"),
        ];
        for (word, date, expected) in table {
            let hours = Hours::parse(word).expect(word).among([holiday].into_iter());
            assert_eq!(told(&hours.on(date.parse().expect(date))), expected, "{word} on {date}");
        }
    }

    #[test]
    fn hours_after_midnight_that_a_later_rule_takes_back_are_found() {
        let holiday = Date::constant(2026, 5, 1);
        let table = [
            // Thursday evening goes on into the holiday, Friday into Saturday.
            ("Mo-Fr 18:00-02:00; Sa 09:00-18:00", "2026-05-08", Some(120)),
            ("Mo-Fr 18:00-02:00; PH off", "2026-04-30", Some(120)),
            ("Mo-Fr 18:00-02:00; PH off", "2026-05-08", None),
            ("Mo-Fr 18:00-02:00; Sa 00:00-02:00,09:00-18:00", "2026-05-08", None),
            ("Mo-Fr 18:00-02:00, Sa 09:00-18:00", "2026-05-08", None),
            ("Mo-Su 20:00-02:00; Fr 20:00-24:00", "2026-05-08", None),
            ("24/7; Sa off", "2026-05-08", None),
            ("Mo-Fr 08:00-22:00; Sa-Su,PH 09:00-18:00", "2026-05-08", None),
            ("Mo-Su 22:00-06:00", "2026-05-08", None),
        ];
        for (word, date, expected) in table {
            let hours = Hours::parse(word).expect(word).among([holiday].into_iter());
            assert_eq!(hours.cut_behind(date.parse().expect(date)), expected, "{word} on {date}");
        }
    }

    #[test]
    fn what_cannot_be_known_is_refused_in_one_line() {
        let table = [
            ("", "must be opening hours"),
            ("weekdays", "character"),
            ("Mo-Fr 08:00-2x:00", "character"),
            ("Mo-Fr 08:00-77:00", "character"),
            ("Mo-Fr sunrise-sunset", "the sun"),
            ("Mo-Fr 08:00+", "open end"),
            ("Mo-Fr 08:00-22:00; SH off", "school"),
            ("Mo-Fr unknown", "unknown"),
        ];
        for (word, expected) in table {
            let said = Hours::parse(word).err().unwrap_or_default();
            assert!(said.contains(expected) && !said.contains('\n'), "{word}: {said}");
        }
    }

    #[test]
    fn an_exception_is_times_of_one_day() {
        for (word, expected) in [
            ("09:00-12:00", "09:00-12:00"),
            ("09:00-12:00,13:00-24:00", "09:00-12:00 13:00-24:00"),
            ("closed", ""),
        ] {
            assert_eq!(exceptional(word).as_deref().map(told), Ok(expected.to_owned()), "{word}");
        }
        for word in ["Mo 09:00-12:00", "22:00-02:00", "PH off", "09:00-12:00; Sa off", "noon"] {
            assert!(exceptional(word).is_err(), "{word}");
        }
    }

    /// Words of the syntax, in an order that sometimes makes sense.
    fn expression() -> impl Strategy<Value = String> {
        let words = [
            "Mo",
            "-",
            "Fr",
            ",",
            "Sa-Su",
            ";",
            " ",
            "||",
            "PH",
            "off",
            "closed",
            "open",
            "24/7",
            "08:00-22:00",
            "22:00-06:00",
            "00:00-24:00",
            "09:00-09:00",
            "20:00-48:00",
            "26:00",
            "10:00-16:00/01:00",
            "Jan",
            "Feb 29",
            "2026",
            "2026-2030/2",
            "week 1-53/2",
            "easter",
            "+1 day",
            "-1 day",
            "[1]",
            "[-1]",
            "PH +1 day",
            "Dec 25-Jan 02",
            "\"x\"",
            "12:00",
            ":",
            "/",
            "Mo-Fr 08:00-22:00",
            "-2 days",
            "unknown",
        ];
        prop::collection::vec(prop::sample::select(words.to_vec()), 1..9).prop_map(|words| words.join(" "))
    }

    proptest! {
        /// Whatever is accepted has a meaning on every day: spans of that day, in order, with gaps.
        #[test]
        fn what_is_accepted_can_be_asked_about_any_day(word in expression()) {
            let Ok(hours) = Hours::parse(&word) else { return Ok(()) };
            let holidays = [Date::constant(2027, 12, 31), Date::constant(2028, 1, 1), Date::constant(2028, 2, 29)];
            let hours = hours.among(holidays.into_iter());
            for date in Date::constant(2027, 12, 25).series(jiff::ToSpan::days(1)).take(75) {
                let spans = hours.on(date);
                prop_assert!(spans.iter().all(|span| span.opens < span.closes && span.closes <= DAY_MINUTES));
                prop_assert!(spans.windows(2).all(|pair| pair[0].closes < pair[1].opens), "{spans:?}");
            }
        }
    }
}

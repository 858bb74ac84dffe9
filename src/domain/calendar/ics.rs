//! Days from an iCalendar file (RFC 5545): each all-day event is a holiday of that name.
//!
//! Some programs (Outlook among them) write an all-day event from midnight to midnight, in their own time zone or in UTC; those
//! are all-day events too. Other events with a time of day are left out and counted. Recurring events are refused, because
//! their days would have to be guessed.

use icalendar::parser::{Component, Property, read_calendar, unfold};
use jiff::ToSpan;
use jiff::civil::{Date, DateTime, Time};
use jiff::tz::{Offset, TimeZone};

/// The longest event (days).
const LONGEST_DAYS: usize = 31;
/// The deepest nesting: a calendar, an event, its alarm, and some to spare.
const DEEPEST: usize = 8;

/// Korea's time, for events that are written in UTC.
const KOREA: TimeZone = TimeZone::fixed(Offset::constant(9));

/// What a calendar file holds.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Events {
    /// The all-day events, day by day.
    pub days: Vec<(Date, String)>,
    /// How many events have a time of day and were left out.
    pub n_left_out: usize,
}

/// Reads a file; or says why it cannot be used.
pub fn events(text: &str) -> Result<Events, String> {
    let unfolded = unfold(text.trim_start_matches('\u{feff}'));
    if depth(&unfolded) > DEEPEST {
        return Err("is no iCalendar file: too much in each other".to_owned());
    }
    let calendar = read_calendar(&unfolded).map_err(|_| "is no iCalendar file".to_owned())?;
    // The parser reads one component; events after it must not be lost silently.
    let n_events = unfolded.lines().filter(|line| line.trim().eq_ignore_ascii_case("BEGIN:VEVENT")).count();
    let events: Vec<_> = calendar.components.iter().filter(|c| is_named(c.name.as_str(), "VEVENT")).collect();
    if n_events != events.len() || !is_whole(&unfolded) {
        return Err("is no iCalendar file, or only a part of one".to_owned());
    }
    let (mut days, mut n_left_out) = (Vec::new(), 0);
    for event in events {
        match days_of(event)? {
            Some(found) => days.extend(found),
            None => n_left_out += 1,
        }
    }
    days.sort();
    days.dedup();
    Ok(Events { days, n_left_out })
}

/// The nesting depth of components; the parser recurses as deep as the file does.
fn depth(unfolded: &str) -> usize {
    let (mut depth, mut deepest) = (0_usize, 0);
    for line in unfolded.lines().map(str::to_ascii_uppercase) {
        // Rather too deep than too flat: only an exact END closes a component.
        if line.trim_start().starts_with("BEGIN") {
            depth += 1;
        } else if line.starts_with("END:") {
            depth = depth.saturating_sub(1);
        }
        deepest = deepest.max(depth);
    }
    deepest
}

fn is_whole(unfolded: &str) -> bool {
    let lines: Vec<&str> = unfolded.lines().map(str::trim).filter(|line| !line.is_empty()).collect();
    matches!((lines.first(), lines.last()), (Some(first), Some(last))
        if is_named(first, "BEGIN:VCALENDAR") && is_named(last, "END:VCALENDAR"))
}

fn is_named(word: &str, name: &str) -> bool {
    word.eq_ignore_ascii_case(name)
}

fn value<'a>(event: &'a Component<'_>, name: &str) -> Option<&'a str> {
    let is_it = |property: &&Property<'_>| is_named(property.name.as_str(), name);
    event.properties.iter().find(is_it).map(|property| property.val.as_str().trim())
}

/// The days of an event, none if it is cancelled; `None` if it has a time of day.
fn days_of(event: &Component<'_>) -> Result<Option<Vec<(Date, String)>>, String> {
    let name = name_of(event);
    let start = value(event, "DTSTART").ok_or_else(|| format!("has an event without a day: {name}"))?;
    if value(event, "STATUS").is_some_and(|word| is_named(word, "CANCELLED")) {
        return Ok(Some(Vec::new()));
    }
    let has_time = start.contains(['T', 't']);
    let first = if has_time { midnight(start) } else { day(start) };
    let end = match (value(event, "DTEND"), value(event, "DURATION")) {
        (Some(end), _) if has_time => midnight(end),
        (Some(end), _) => day(end),
        (None, Some(length)) => first.and_then(|first| after(first, length)),
        // A time of day without an end is a moment.
        (None, None) if has_time => None,
        (None, None) => first.and_then(|first| first.tomorrow().ok()),
    };
    if has_time && first.zip(end).is_none_or(|(first, end)| first >= end) {
        return Ok(None);
    }
    let first = first.ok_or_else(|| format!("has an event on a day that is none: {name}"))?;
    if value(event, "RRULE").is_some() || value(event, "RDATE").is_some() {
        return Err(format!("has an event that repeats, on {first}: {name}; write each day down"));
    }
    let end = end.ok_or_else(|| format!("has an event whose end is no day: {name}"))?;
    // DTEND is the day after the last; some programs write the last day itself.
    let days: Vec<Date> =
        first.series(1.day()).take_while(|d| *d < end || *d == first).take(LONGEST_DAYS + 1).collect();
    if days.len() > LONGEST_DAYS {
        return Err(format!("has an event of more than {LONGEST_DAYS} days, from {first}: {name}"));
    }
    Ok(Some(days.into_iter().map(|date| (date, name.clone())).collect()))
}

/// The day that an event of this length from midnight (`P2D`, `PT24H`) ends before; `None` if that is no whole number of days.
fn after(first: Date, length: &str) -> Option<Date> {
    let end = first.to_datetime(Time::midnight()).checked_add(length.parse::<jiff::Span>().ok()?).ok()?;
    (end.time() == Time::midnight()).then(|| end.date())
}

/// The day that begins at this moment, such as `20260603T000000`, or `20260602T150000Z` in Korea; `None` at any other time.
fn midnight(word: &str) -> Option<Date> {
    let at = match word.strip_suffix(['Z', 'z']) {
        Some(utc) => KOREA.to_datetime(TimeZone::UTC.to_timestamp(moment(utc)?).ok()?),
        None => moment(word)?,
    };
    (at.time() == Time::midnight()).then(|| at.date())
}

/// `20260603T000000`
fn moment(word: &str) -> Option<DateTime> {
    let (date, time) = word.split_once(['T', 't'])?;
    let is_time = time.len() == 6 && time.bytes().all(|b| b.is_ascii_digit());
    let number = |at: std::ops::Range<usize>| time.get(at)?.parse::<i8>().ok();
    let time = is_time.then(|| Time::new(number(0..2)?, number(2..4)?, number(4..6)?, 0).ok())??;
    Some(day(date)?.to_datetime(time))
}

/// The event's name without control characters, at most 60 characters.
fn name_of(event: &Component<'_>) -> String {
    let property = event.properties.iter().find(|p| is_named(p.name.as_str(), "SUMMARY"));
    let text = property.map(|p| p.val.clone().unescape_text().as_str().to_owned()).unwrap_or_default();
    let text: String = text.chars().map(|c| if c.is_control() { ' ' } else { c }).take(60).collect();
    let text = text.trim();
    if text.is_empty() { "ICS".to_owned() } else { text.to_owned() }
}

/// `20260603`
fn day(word: &str) -> Option<Date> {
    let is_day = word.len() == 8 && word.bytes().all(|b| b.is_ascii_digit());
    if !is_day {
        return None;
    }
    Date::new(word[..4].parse().ok()?, word[4..6].parse().ok()?, word[6..].parse().ok()?).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn file(events: &str) -> String {
        format!("BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//x//y//KO\r\n{events}END:VCALENDAR\r\n")
    }

    fn event(lines: &str) -> String {
        format!("BEGIN:VEVENT\r\nUID:1@example.kr\r\nDTSTAMP:20260101T000000Z\r\n{lines}\r\nEND:VEVENT\r\n")
    }

    fn told(text: &str) -> String {
        let found = events(text).expect(text);
        found.days.iter().map(|(date, name)| format!("{date} {name}")).collect::<Vec<_>>().join(", ")
    }

    #[test]
    fn all_day_events_are_days() {
        let table = [
            ("DTSTART;VALUE=DATE:20260603\r\nSUMMARY:지방선거", "2026-06-03 지방선거"),
            ("DTSTART;VALUE=DATE:20260603\r\nDTEND;VALUE=DATE:20260604\r\nSUMMARY:x", "2026-06-03 x"),
            ("DTSTART;VALUE=DATE:20260603\r\nDTEND;VALUE=DATE:20260603\r\nSUMMARY:x", "2026-06-03 x"),
            (
                "DTSTART;VALUE=DATE:20261230\r\nDTEND;VALUE=DATE:20270102\r\nSUMMARY:x",
                "2026-12-30 x, 2026-12-31 x, 2027-01-01 x",
            ),
            ("DTSTART;VALUE=DATE:20260603\r\nDURATION:P2D\r\nSUMMARY:x", "2026-06-03 x, 2026-06-04 x"),
            (
                "DTSTART;VALUE=DATE:20260603\r\nSUMMARY:시민의 날\\, 긴 이\r\n 름",
                "2026-06-03 시민의 날, 긴 이름",
            ),
            ("DTSTART:20260603T090000Z\r\nSUMMARY:회의", ""),
            // As Outlook writes them.
            (
                "DTSTART;TZID=Korea Standard Time:20260603T000000\r\nDTEND;TZID=Korea Standard Time:20260605T000000\r\n\
                 X-MICROSOFT-CDO-ALLDAYEVENT:TRUE\r\nSUMMARY:개청",
                "2026-06-03 개청, 2026-06-04 개청",
            ),
            ("DTSTART:20260602T150000Z\r\nDTEND:20260603T150000Z\r\nSUMMARY:x", "2026-06-03 x"),
            ("DTSTART:20260603T000000\r\nDURATION:PT24H\r\nSUMMARY:x", "2026-06-03 x"),
            ("DTSTART:20260603T000000\r\nDURATION:PT2H\r\nSUMMARY:x", ""),
            ("DTSTART:20260603T000000\r\nDTEND:20260603T120000\r\nSUMMARY:x", ""),
            ("DTSTART:20260603T000000\r\nSUMMARY:x", ""),
            ("DTSTART;VALUE=DATE:20260603\r\nSTATUS:CANCELLED\r\nSUMMARY:x", ""),
            ("DTSTART;VALUE=DATE:20260603", "2026-06-03 ICS"),
            ("DTSTART;VALUE=DATE:20260603\r\nSUMMARY:a\u{1b}[31m", "2026-06-03 a [31m"),
        ];
        for (lines, expected) in table {
            assert_eq!(told(&file(&event(lines))), expected, "{lines}");
        }
        let (two, alarm) = (
            event("DTSTART;VALUE=DATE:20260102\r\nSUMMARY:b"),
            "BEGIN:VALARM\r\nACTION:DISPLAY\r\nEND:VALARM",
        );
        let one = event(&format!("DTSTART;VALUE=DATE:20260101\r\nSUMMARY:a\r\n{alarm}"));
        assert_eq!(told(&file(&format!("{two}{one}"))), "2026-01-01 a, 2026-01-02 b");
        assert_eq!(told(&file("")), "");
        assert_eq!(told(&format!("\u{feff}{}", file("").replace("\r\n", "\n"))), "");
    }

    #[test]
    fn what_is_left_out_is_counted() {
        let timed = event("DTSTART:20260603T090000\r\nDTEND:20260603T180000\r\nSUMMARY:회의");
        let whole = event("DTSTART;VALUE=DATE:20260603\r\nSUMMARY:x");
        let cancelled = event("DTSTART;VALUE=DATE:20260604\r\nSTATUS:CANCELLED\r\nSUMMARY:x");
        let found = events(&file(&format!("{timed}{whole}{timed}{cancelled}"))).unwrap();
        assert_eq!((found.days.len(), found.n_left_out), (1, 2));
    }

    #[test]
    fn what_would_be_guessed_is_refused() {
        let whole = file(&event("DTSTART;VALUE=DATE:20260603\r\nSUMMARY:x"));
        let mut table = vec![String::new(), "<html>".to_owned(), "BEGIN:".to_owned(), format!("{whole}rest")];
        table.extend((1..whole.len() - 2).map(|n| whole[..n].to_owned()));
        table.push(file(&event("DTSTART;VALUE=DATE:20260603\r\nRRULE:FREQ=YEARLY\r\nSUMMARY:x")));
        table.push(file(&event("DTSTART;VALUE=DATE:20260230\r\nSUMMARY:x")));
        table.push(file(&event("DTSTART;VALUE=DATE:20260101\r\nDTEND;VALUE=DATE:20270101\r\nSUMMARY:x")));
        table.push(file(&event("SUMMARY:x")));
        table.push(file(&event(
            "DTSTART:20260603T000000\r\nDTEND:20260604T000000\r\nRRULE:FREQ=YEARLY\r\nSUMMARY:x",
        )));
        table.push(format!("{}{}", "BEGIN:VEVENT\r\n".repeat(70_000), "END:VEVENT\r\n".repeat(70_000)));
        for text in table {
            assert!(events(&text).is_err(), "{text}");
        }
    }
}

//! A time in words for a citizen.

use jiff::Timestamp;
use jiff::civil::{DateTime, Weekday};
use jiff::tz::TimeZone;

use super::super::notice::Language;
use super::UnixMs;

/// `오늘 14:00`, `내일 08:00`, `11월 30일(월) 08:00`; `today 14:00`, `tomorrow 08:00`, `Mon 30 Nov 08:00`. With the year if
/// it is another one (`내년` for the next). Empty for a time outside the calendar.
pub fn describe_time(at_ms: UnixMs, now_ms: UnixMs, zone: &TimeZone, language: Language) -> String {
    let local = |ms| Timestamp::from_millisecond(ms).ok().map(|moment| zone.to_datetime(moment));
    let (Some(at), Some(now)) = (local(at_ms), local(now_ms)) else {
        return String::new();
    };
    let time = format!("{:02}:{:02}", at.hour(), at.minute());
    format!("{} {time}", describe_day(at, now, language))
}

fn describe_day(at: DateTime, now: DateTime, language: Language) -> String {
    let pick = |ko: &str, en: &str| match language {
        Language::Ko => ko.to_owned(),
        Language::En => en.to_owned(),
    };
    if at.date() == now.date() {
        return pick("오늘", "today");
    }
    if now.date().tomorrow().is_ok_and(|tomorrow| tomorrow == at.date()) {
        return pick("내일", "tomorrow");
    }
    let (ko, en) = weekday(at.weekday());
    let (day, month) = (at.day(), at.month());
    match language {
        Language::Ko => {
            let year = match at.year() - now.year() {
                0 => String::new(),
                1 => "내년 ".to_owned(),
                _ => format!("{}년 ", at.year()),
            };
            format!("{year}{month}월 {day}일({ko})")
        }
        Language::En => {
            let year = if at.year() == now.year() { String::new() } else { format!(" {}", at.year()) };
            format!("{en} {day} {}{year}", month_name(month))
        }
    }
}

/// The weekday in Korean and in English.
pub fn weekday(day: Weekday) -> (&'static str, &'static str) {
    match day {
        Weekday::Monday => ("월", "Mon"),
        Weekday::Tuesday => ("화", "Tue"),
        Weekday::Wednesday => ("수", "Wed"),
        Weekday::Thursday => ("목", "Thu"),
        Weekday::Friday => ("금", "Fri"),
        Weekday::Saturday => ("토", "Sat"),
        Weekday::Sunday => ("일", "Sun"),
    }
}

fn month_name(month: i8) -> &'static str {
    const NAMES: [&str; 12] =
        ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];
    // Months are 1 to 12.
    usize::try_from(month - 1).ok().and_then(|n| NAMES.get(n)).copied().unwrap_or_default()
}

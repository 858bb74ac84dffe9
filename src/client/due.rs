//! When something is due, as people write it: `30m`, `2시간`, `14:30`, `내일 10시`, `tomorrow 9:00`.

use jiff::civil::Date;
use jiff::tz::TimeZone;
use jiff::{Timestamp, ToSpan};

use crate::domain::UnixMs;

/// The farthest moment that can be named.
const MOST_MS: i64 = 30 * 86_400_000;

/// Why a moment is none.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NotDue {
    Unclear,
    /// It lies behind us.
    Past,
    /// More than 30 days ahead.
    TooFar,
}

/// The moment that `words` name, seen from `now` in `zone`.
pub fn due_at(words: &str, now: UnixMs, zone: &TimeZone) -> Result<UnixMs, NotDue> {
    let words = words.trim().to_lowercase();
    let at = match span_ms(&words) {
        Some(ms) => now.saturating_add(ms),
        None => moment(&words, now, zone).ok_or(NotDue::Unclear)?,
    };
    match at - now {
        ..=0 => Err(NotDue::Past),
        1..=MOST_MS => Ok(at),
        _ => Err(NotDue::TooFar),
    }
}

/// `30m`, `90`, `2h`, `1d`, `30분`, `2시간`, `1일`, and `… 뒤`, `… 안에`.
fn span_ms(words: &str) -> Option<i64> {
    let words = words.trim_end_matches("뒤").trim_end_matches("후").trim_end_matches("안에").trim();
    let digits = words.trim_end_matches(|c: char| !c.is_ascii_digit());
    let unit_ms: i64 = match words[digits.len()..].trim() {
        "" | "m" | "min" | "분" => 60_000,
        "h" | "시간" => 3_600_000,
        "d" | "일" => 86_400_000,
        _ => return None,
    };
    digits.parse::<i64>().ok().map(|n| n.saturating_mul(unit_ms))
}

fn moment(words: &str, now: UnixMs, zone: &TimeZone) -> Option<UnixMs> {
    let today = Timestamp::from_millisecond(now).ok()?.to_zoned_datetime(zone.clone()).date();
    let (date, time) = day(words, today)?;
    let (hour, minute) = time_of_day(time.trim())?;
    Some(zone.to_timestamp(date.at(hour, minute, 0, 0)).ok()?.as_millisecond())
}

/// The day, and the words behind it.
fn day(words: &str, today: Date) -> Option<(Date, &str)> {
    for (word, days) in [("오늘", 0), ("내일", 1), ("모레", 2), ("today", 0), ("tomorrow", 1)] {
        if let Some(rest) = words.strip_prefix(word) {
            return Some((today.checked_add(days.days()).ok()?, rest));
        }
    }
    Some((today, words))
}

/// `14:30`, `14시`, `오후 2시 30분`, `2pm`.
fn time_of_day(words: &str) -> Option<(i8, i8)> {
    let halves = [("오전", 0), ("오후", 12)];
    let half = halves.iter().find_map(|(word, h)| words.strip_prefix(word).map(|rest| (*h, rest)));
    let ends = [("am", 0), ("pm", 12)];
    let end = ends.iter().find_map(|(word, h)| words.strip_suffix(word).map(|rest| (*h, rest)));
    let (half, rest) = half.or(end).map_or((None, words), |(half, rest)| (Some(half), rest));
    let rest = rest.trim();
    let (hour, minute) = if let Some((hour, minute)) = rest.split_once(':') {
        (hour, minute)
    } else if let Some((hour, minute)) = rest.split_once('시') {
        (hour, minute.trim().trim_end_matches('분'))
    } else if half.is_some() {
        (rest, "")
    } else {
        return None;
    };
    let minute = match minute.trim() {
        "" => 0,
        "반" => 30,
        minute => minute.parse().ok()?,
    };
    let hour: i8 = hour.trim().parse().ok()?;
    let hour = match half {
        Some(_) if !(1..=12).contains(&hour) => return None,
        Some(half) => hour % 12 + half,
        None => hour,
    };
    ((0..24).contains(&hour) && (0..60).contains(&minute)).then_some((hour, minute))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// 2026-07-03 12:00 in Seoul.
    const NOON: i64 = 1_783_047_600_000;
    const MINUTE: i64 = 60_000;

    #[test]
    fn moments() {
        let seoul = TimeZone::get("Asia/Seoul").expect("known");
        let day = 1_440;
        let table = [
            ("30m", Ok(30)),
            ("30", Ok(30)),
            (" 30분 ", Ok(30)),
            ("30분 뒤", Ok(30)),
            ("2h", Ok(120)),
            ("2시간 안에", Ok(120)),
            ("1d", Ok(day)),
            ("14:30", Ok(150)),
            ("14시", Ok(120)),
            ("14시 30분", Ok(150)),
            ("오후 2시 반", Ok(150)),
            ("오후 2시", Ok(120)),
            ("2pm", Ok(120)),
            ("내일 10시", Ok(day - 120)),
            ("tomorrow 9:00", Ok(day - 180)),
            ("모레 오전 9시", Ok(2 * day - 180)),
            ("10시", Err(NotDue::Past)),
            ("0", Err(NotDue::Past)),
            ("31d", Err(NotDue::TooFar)),
            ("99999999999999999", Err(NotDue::TooFar)),
            ("곧", Err(NotDue::Unclear)),
            ("25:00", Err(NotDue::Unclear)),
            ("오후 14시", Err(NotDue::Unclear)),
            ("", Err(NotDue::Unclear)),
        ];
        for (words, expected) in table {
            let expected = expected.map(|minutes: i64| NOON + minutes * MINUTE);
            assert_eq!(due_at(words, NOON, &seoul), expected, "{words}");
        }
    }
}

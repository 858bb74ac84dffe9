//! How things look: colours, times, numbers, tables. What a citizen or a colleague wrote goes through `one_word`,
//! `one_line` or `safe_for_terminal` before it gets here or in here; nothing reaches the screen around them.

use comfy_table::{ContentArrangement, LineStyle, Table, presets};
use jiff::Timestamp;
use jiff::tz::TimeZone;
use owo_colors::{OwoColorize, Style};

use super::say::Say;
use crate::domain::UnixMs;
use crate::domain::text::one_line;

/// Colours, or none.
#[derive(Debug, Clone, Copy)]
pub struct Paint {
    pub on: bool,
}

impl Paint {
    pub fn strong(self, text: &str) -> String {
        self.with(text, Style::new().bold())
    }

    /// Something to look at.
    pub fn alert(self, text: &str) -> String {
        self.with(text, Style::new().red().bold())
    }

    pub fn good(self, text: &str) -> String {
        self.with(text, Style::new().green())
    }

    /// Less important than the rest.
    pub fn faint(self, text: &str) -> String {
        self.with(text, Style::new().dimmed())
    }

    fn with(self, text: &str, style: Style) -> String {
        if self.on { text.style(style).to_string() } else { text.to_owned() }
    }
}

/// A name, a code or another short thing that somebody else chose.
pub fn one_word(text: &str) -> String {
    one_line(text, 40)
}

/// `1234567` as `1,234,567`.
pub fn thousands(n: usize) -> String {
    let digits = n.to_string();
    let head = digits.len() % 3;
    let mut groups: Vec<&str> = Vec::new();
    groups.extend(digits.get(..head).filter(|g| !g.is_empty()));
    groups.extend((head..digits.len()).step_by(3).filter_map(|at| digits.get(at..at + 3)));
    groups.join(",")
}

/// Moments and spans in words, as seen from one moment and place.
pub struct Times<'a> {
    pub say: &'a Say,
    pub now: UnixMs,
    pub zone: &'a TimeZone,
}

impl Times<'_> {
    /// `3분 전`, `3 min ago`.
    pub fn ago(&self, at: UnixMs) -> String {
        match spread(self.now - at) {
            (_, 0) => self.say.t("ago-now"),
            (unit, n) => self.say.with(&format!("ago-{unit}"), [("n", n.into())]),
        }
    }

    /// `3분`, `3 min`: how long since.
    pub fn since(&self, at: UnixMs) -> String {
        match spread(self.now - at) {
            (_, 0) => self.say.t("span-now"),
            (unit, n) => self.say.with(&format!("span-{unit}"), [("n", n.into())]),
        }
    }

    /// `14:05`, with the day if it is another one.
    pub fn clock(&self, at: UnixMs) -> String {
        let Some((at, now)) = self.zoned(at).zip(self.zoned(self.now)) else {
            return "?".to_owned();
        };
        let time = at.strftime("%H:%M").to_string();
        if at.date() == now.date() {
            return time;
        }
        let year = if at.year() == now.year() { String::new() } else { at.year().to_string() };
        let id = if year.is_empty() { "day-time" } else { "year-day-time" };
        let (month, day) = (i64::from(at.month()), i64::from(at.day()));
        let values =
            [("year", year.into()), ("month", month.into()), ("day", day.into()), ("time", time.into())];
        self.say.with(id, values)
    }

    fn zoned(&self, at: UnixMs) -> Option<jiff::ZonedDateTime> {
        Some(Timestamp::from_millisecond(at).ok()?.to_zoned_datetime(self.zone.clone()))
    }
}

/// A span as its largest whole unit; less than a minute, and what lies ahead, is no time at all.
fn spread(ms: i64) -> (&'static str, i64) {
    let minutes = ms.max(0) / 60_000;
    match minutes {
        0..60 => ("minutes", minutes),
        60..1_440 => ("hours", minutes / 60),
        _ => ("days", minutes / 1_440),
    }
}

/// Rows as a table with a header.
pub fn table(header: Vec<String>, rows: Vec<Vec<String>>, columns: usize) -> String {
    let mut table = Table::new();
    let style = presets::UTF8_HORIZONTAL_ONLY.row_separator(LineStyle::none());
    table.load_style(style).set_content_arrangement(ContentArrangement::Dynamic);
    table.set_width(u16::try_from(columns).unwrap_or(u16::MAX)).set_header(header).add_rows(rows);
    table.trim_fmt()
}

/// Rows as plain lines, for a pipe: no header, no padding, no tab.
pub fn lines(rows: &[Vec<String>]) -> String {
    let line =
        |row: &Vec<String>| row.iter().filter(|c| !c.is_empty()).cloned().collect::<Vec<_>>().join("  ");
    rows.iter().map(line).collect::<Vec<_>>().join("\n")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ops::lang::Lang;

    const NOON: UnixMs = 1_783_080_000_000; // 2026-07-03 12:00 UTC
    const MINUTE: i64 = 60_000;

    static ZONE: TimeZone = TimeZone::UTC;

    fn times(say: &Say) -> Times<'_> {
        Times { say, now: NOON, zone: &ZONE }
    }

    #[test]
    fn how_long_ago() {
        let table = [
            (-5, "방금", "just now"),
            (0, "방금", "just now"),
            (3, "3분 전", "3 min ago"),
            (125, "2시간 전", "2 h ago"),
            (3_000, "2일 전", "2 d ago"),
        ];
        for (minutes, ko, en) in table {
            for (lang, expected) in [(Lang::Ko, ko), (Lang::En, en)] {
                assert_eq!(times(&Say::new(lang)).ago(NOON - minutes * MINUTE), expected);
            }
        }
    }

    #[test]
    fn times_of_day() {
        let (ko, en) = (Say::new(Lang::Ko), Say::new(Lang::En));
        assert_eq!(times(&ko).clock(NOON - 5 * MINUTE), "11:55");
        assert_eq!(times(&ko).clock(NOON - 1_440 * MINUTE), "7월 2일 12:00");
        assert_eq!(times(&en).clock(NOON - 1_440 * MINUTE), "2 Jul 12:00");
        assert_eq!(times(&ko).clock(0), "1970년 1월 1일 00:00");
        assert_eq!(times(&ko).clock(i64::MAX), "?");
    }

    #[test]
    fn numbers() {
        for (n, text) in [(0, "0"), (90, "90"), (312, "312"), (2_000, "2,000"), (1_234_567, "1,234,567")] {
            assert_eq!(thousands(n), text);
        }
    }

    #[test]
    fn a_table_keeps_korean_columns_straight() {
        let rows = vec![vec!["12".into(), "버스 언제 와요?".into()], vec!["7".into(), "bus?".into()]];
        let text = table(vec!["번호".into(), "문자".into()], rows.clone(), 60);
        let widths: Vec<usize> = text.lines().map(unicode_width::UnicodeWidthStr::width).collect();
        assert!(widths.iter().all(|w| *w <= 60), "{text}");
        let at = |word: &str| {
            let line = text.lines().find(|l| l.contains(word)).expect("there");
            unicode_width::UnicodeWidthStr::width(&line[..line.find(word).expect("there")])
        };
        assert_eq!(at("버스"), at("bus"));
        assert_eq!(lines(&rows), "12  버스 언제 와요?\n7  bus?");
    }

    #[test]
    fn colours_can_be_off() {
        assert_eq!(Paint { on: false }.alert("x"), "x");
        assert!(Paint { on: true }.alert("x").starts_with('\u{1b}'));
    }
}

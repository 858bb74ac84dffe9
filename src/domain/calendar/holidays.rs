//! Korea's public holidays by rule, from 공휴일에 관한 법률 and 관공서의 공휴일에 관한 규정 (§2 the days, §3 their
//! substitutes) as amended up to 2026. Lunar dates are those of the Korean almanac until 2050, and computed after that.
//!
//! Elections and one-off holidays follow no rule: an operator adds them.

use icu_calendar::types::Month;
use icu_calendar::{Date as Lunar, Iso};
use jiff::ToSpan;
use jiff::civil::{Date, Weekday};

/// Why a day is a public holiday.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Kind {
    /// The same date each year.
    Fixed,
    /// The same date each lunar year.
    Lunar,
    /// Substitute for a holiday on a weekend or on another holiday.
    Substitute,
}

/// A public holiday. Two may fall on one date.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Holiday {
    pub date: Date,
    pub kind: Kind,
    /// In Korean; for a substitute, the name of the original holiday.
    pub name: &'static str,
}

/// When a holiday gets a substitute.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Substitute {
    Never,
    /// For Saturday and Sunday, from that year on.
    Weekend(i16),
    /// 설날 and 추석: for Sunday only.
    Sunday,
}

/// Name, month, day, first year as a public holiday (0: before the years covered), substitute.
const FIXED: [(&str, i8, i8, i16, Substitute); 10] = [
    ("신정", 1, 1, 0, Substitute::Never),
    ("삼일절", 3, 1, 0, Substitute::Weekend(2022)),
    ("노동절", 5, 1, 2026, Substitute::Weekend(2026)),
    ("어린이날", 5, 5, 0, Substitute::Weekend(0)),
    ("현충일", 6, 6, 0, Substitute::Never),
    ("제헌절", 7, 17, 2026, Substitute::Weekend(2026)),
    ("광복절", 8, 15, 0, Substitute::Weekend(2021)),
    ("개천절", 10, 3, 0, Substitute::Weekend(2021)),
    ("한글날", 10, 9, 0, Substitute::Weekend(2021)),
    ("성탄절", 12, 25, 0, Substitute::Weekend(2023)),
];

/// Name, lunar month, lunar day, days after that, substitute.
const LUNAR: [(&str, u8, u8, i64, Substitute); 7] = [
    ("설날 전날", 1, 1, -1, Substitute::Sunday),
    ("설날", 1, 1, 0, Substitute::Sunday),
    ("설날 다음 날", 1, 1, 1, Substitute::Sunday),
    ("부처님오신날", 4, 8, 0, Substitute::Weekend(2023)),
    ("추석 전날", 8, 15, -1, Substitute::Sunday),
    ("추석", 8, 15, 0, Substitute::Sunday),
    ("추석 다음 날", 8, 15, 1, Substitute::Sunday),
];

/// The public holidays of `year`, by date. Covers the law of 2020 and its amendments; earlier years are computed as if
/// the law of 2020 had held.
pub fn public_holidays(year: i16) -> Vec<Holiday> {
    let mut found = by_date(year);
    found.sort_by_key(|(holiday, _)| *holiday);
    let mut holidays: Vec<Holiday> = found.iter().map(|(holiday, _)| *holiday).collect();
    let mut dates: Vec<Date> = found.iter().map(|(holiday, _)| holiday.date).collect();
    dates.dedup();
    for date in dates {
        let here: Vec<_> = found.iter().filter(|(holiday, _)| holiday.date == date).collect();
        let Some((named, _)) = here.iter().find(|(_, rule)| is_due(date, *rule, here.len() > 1)) else {
            continue;
        };
        if let Some(free) = next_workday(date, &holidays) {
            holidays.push(Holiday { date: free, kind: Kind::Substitute, name: named.name });
        }
    }
    holidays.sort_unstable();
    holidays
}

/// The English name of a holiday of these rules; `None` for a name of somebody's own.
pub fn english_name(korean: &str) -> Option<&'static str> {
    Some(match korean {
        "신정" => "New Year's Day",
        "삼일절" => "Independence Movement Day",
        "노동절" => "Labour Day",
        "어린이날" => "Children's Day",
        "현충일" => "Memorial Day",
        "제헌절" => "Constitution Day",
        "광복절" => "Liberation Day",
        "개천절" => "National Foundation Day",
        "한글날" => "Hangeul Day",
        "성탄절" => "Christmas Day",
        "설날 전날" => "day before Lunar New Year",
        "설날" => "Lunar New Year",
        "설날 다음 날" => "day after Lunar New Year",
        "부처님오신날" => "Buddha's Birthday",
        "추석 전날" => "day before Chuseok",
        "추석" => "Chuseok",
        "추석 다음 날" => "day after Chuseok",
        _ => return None,
    })
}

fn by_date(year: i16) -> Vec<(Holiday, Substitute)> {
    let fixed = FIXED.into_iter().filter(|(_, _, _, since, _)| year >= *since);
    let fixed = fixed.filter_map(|(name, month, day, _, rule)| {
        let date = Date::new(year, month, day).ok()?;
        Some((Holiday { date, kind: Kind::Fixed, name }, effective(rule, year)))
    });
    let lunar = LUNAR.into_iter().filter_map(|(name, month, day, later, rule)| {
        let date = lunar_date(year, month, day)?.checked_add(later.days()).ok()?;
        Some((Holiday { date, kind: Kind::Lunar, name }, effective(rule, year)))
    });
    fixed.chain(lunar).collect()
}

fn effective(rule: Substitute, year: i16) -> Substitute {
    match rule {
        Substitute::Weekend(since) if year < since => Substitute::Never,
        rule => rule,
    }
}

/// Whether a holiday with this rule on `date` gets a substitute; two holidays on the same weekday give one (§3 1, 3).
fn is_due(date: Date, rule: Substitute, is_shared: bool) -> bool {
    match (rule, date.weekday()) {
        (Substitute::Never, _) => false,
        (_, Weekday::Sunday) | (Substitute::Weekend(_), Weekday::Saturday) => true,
        _ => is_shared,
    }
}

/// The first day after `date` that is neither weekend nor holiday.
fn next_workday(date: Date, holidays: &[Holiday]) -> Option<Date> {
    let is_free = |day: &Date| !is_weekend(*day) && !holidays.iter().any(|holiday| holiday.date == *day);
    date.tomorrow().ok()?.series(1.day()).take(30).find(is_free)
}

/// Saturday or Sunday.
pub fn is_weekend(date: Date) -> bool {
    matches!(date.weekday(), Weekday::Saturday | Weekday::Sunday)
}

/// The solar date of a day of the Korean lunar year that begins in solar `year`.
fn lunar_date(year: i16, month: u8, day: u8) -> Option<Date> {
    let lunar = Lunar::try_new_korean_traditional(i32::from(year), Month::new(month), day).ok()?;
    let iso = lunar.to_calendar(Iso);
    let solar_year = i16::try_from(iso.year().extended_year()).ok()?;
    let solar_month = i8::try_from(iso.month().ordinal).ok()?;
    Date::new(solar_year, solar_month, i8::try_from(iso.day_of_month().0).ok()?).ok()
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn every_holiday_has_an_english_name() {
        let names = FIXED.iter().map(|day| day.0).chain(LUNAR.iter().map(|day| day.0));
        let nameless: Vec<_> = names.filter(|name| english_name(name).is_none()).collect();
        assert!(nameless.is_empty(), "{nameless:?}");
    }

    /// `MM-DD`, an `s` after substitutes; each date once.
    fn told(year: i16) -> String {
        let mut words: Vec<String> = public_holidays(year)
            .iter()
            .map(|h| {
                let s = if h.kind == Kind::Substitute { "s" } else { "" };
                format!("{:02}-{:02}{s}", h.date.month(), h.date.day())
            })
            .collect();
        words.dedup();
        words.join(" ")
    }

    /// Without elections and days added for once. Sources: 우주항공청 월력요항 of each year; 인사혁신처.
    #[test]
    fn the_years_as_they_were_and_will_be() {
        let table = [
            (
                2020,
                "01-01 01-24 01-25 01-26 01-27s 03-01 04-30 05-05 06-06 08-15 09-30 10-01 10-02 10-03 10-09 12-25",
            ),
            (
                2021,
                "01-01 02-11 02-12 02-13 03-01 05-05 05-19 06-06 08-15 08-16s 09-20 09-21 09-22 10-03 10-04s 10-09 10-11s 12-25",
            ),
            (
                2022,
                "01-01 01-31 02-01 02-02 03-01 05-05 05-08 06-06 08-15 09-09 09-10 09-11 09-12s 10-03 10-09 10-10s 12-25",
            ),
            (
                2023,
                "01-01 01-21 01-22 01-23 01-24s 03-01 05-05 05-27 05-29s 06-06 08-15 09-28 09-29 09-30 10-03 10-09 12-25",
            ),
            (
                2025,
                "01-01 01-28 01-29 01-30 03-01 03-03s 05-05 05-06s 06-06 08-15 10-03 10-05 10-06 10-07 10-08s 10-09 12-25",
            ),
            (
                2026,
                "01-01 02-16 02-17 02-18 03-01 03-02s 05-01 05-05 05-24 05-25s 06-06 07-17 08-15 08-17s 09-24 09-25 09-26 10-03 10-05s 10-09 12-25",
            ),
            (
                2027,
                "01-01 02-06 02-07 02-08 02-09s 03-01 05-01 05-03s 05-05 05-13 06-06 07-17 07-19s 08-15 08-16s 09-14 09-15 09-16 10-03 10-04s 10-09 10-11s 12-25 12-27s",
            ),
            (
                2028,
                "01-01 01-26 01-27 01-28 03-01 05-01 05-02 05-05 06-06 07-17 08-15 10-02 10-03 10-04 10-05s 10-09 12-25",
            ),
        ];
        for (year, expected) in table {
            assert_eq!(told(year), expected, "{year}");
        }
    }

    #[test]
    fn a_substitute_is_a_workday_of_its_own_right_after_its_holiday() {
        for year in 2020..=2100 {
            let all = public_holidays(year);
            assert!(all.is_sorted(), "{year}");
            let (substitutes, holidays): (Vec<Holiday>, Vec<Holiday>) =
                all.iter().copied().partition(|h| h.kind == Kind::Substitute);
            let taken: BTreeSet<Date> = holidays.iter().map(|h| h.date).collect();
            let own: BTreeSet<Date> = substitutes.iter().map(|h| h.date).collect();
            assert_eq!(own.len(), substitutes.len(), "{year}: two substitutes on one day");
            for one in &substitutes {
                assert!(!is_weekend(one.date) && !taken.contains(&one.date), "{one:?}");
                let cause = holidays.iter().find(|h| h.name == one.name).expect("its holiday");
                let between = cause.date.tomorrow().unwrap().series(1.day()).take_while(|d| *d < one.date);
                let is_taken = |d: Date| is_weekend(d) || taken.contains(&d) || own.contains(&d);
                assert!(cause.date < one.date && between.into_iter().all(is_taken), "{one:?}");
                assert!(!["신정", "현충일"].contains(&one.name), "{one:?}");
            }
            let n = if year < 2026 { 15 } else { 17 };
            assert_eq!(holidays.len(), n, "{year}");
            assert!(holidays.iter().all(|h| h.date.year() == year), "{year}");
        }
    }
}

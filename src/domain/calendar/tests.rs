//! A desk's calendar as the rest of the house asks it.

use std::sync::LazyLock;

use proptest::prelude::*;

use super::*;

const WEEK: &str = "Mo-Fr 08:00-22:00; Sa-Su,PH 09:00-18:00";

fn rules() -> Rules {
    Rules {
        hours: WEEK.to_owned(),
        time_zone: "Asia/Seoul".to_owned(),
        added: Vec::new(),
        removed: Vec::new(),
        exceptions: Vec::new(),
        confirmed_until: None,
    }
}

fn date(word: &str) -> Date {
    word.parse().expect(word)
}

/// `2026-11-24 14:00` in that zone.
fn ms_in(zone: &str, word: &str) -> UnixMs {
    let zone = TimeZoneDatabase::bundled().get(zone).expect(zone);
    let local: DateTime = word.replace(' ', "T").parse().expect(word);
    zone.to_timestamp(local).expect(word).as_millisecond()
}

fn ms(word: &str) -> UnixMs {
    ms_in("Asia/Seoul", word)
}

fn planned(ko: &str) -> Planned {
    Planned { ko: Some(ko.to_owned()), en: None }
}

fn exception(first: &str, last: &str, hours: Option<&str>, text: Option<&str>) -> Exception {
    let (hours, text) = (hours.map(str::to_owned), text.map(planned));
    Exception { first: date(first), last: date(last), hours, text }
}

fn festive() -> Calendar {
    Calendar::new(Rules {
        added: vec![(date("2026-06-03"), "지방선거".to_owned()), (date("2026-12-25"), "again".to_owned())],
        removed: vec![date("2026-05-01"), date("2026-10-05")],
        exceptions: vec![
            exception("2026-12-22", "2026-12-22", Some("09:00-12:00"), Some("점검")),
            exception("2026-12-24", "2026-12-25", Some("closed"), None),
            exception("2026-12-28", "2026-12-28", None, Some("붐빕니다")),
        ],
        confirmed_until: Some(date("2026-12-31")),
        ..rules()
    })
    .expect("rules")
}

#[test]
fn each_day_says_its_hours_and_why() {
    let holiday = |name: &str| Why::Holiday(name.to_owned());
    let table = [
        ("2026-11-24", "08:00-22:00", Why::Weekday, false),
        ("2026-11-28", "09:00-18:00", Why::Weekend, false),
        ("2026-09-25", "09:00-18:00", holiday("추석"), true),
        ("2025-05-05", "09:00-18:00", holiday("어린이날·부처님오신날"), true),
        ("2026-08-17", "09:00-18:00", Why::Substitute("광복절".to_owned()), true),
        ("2026-06-03", "09:00-18:00", Why::Added("지방선거".to_owned()), true),
        ("2026-05-01", "08:00-22:00", Why::Removed("노동절".to_owned()), false),
        ("2026-10-05", "08:00-22:00", Why::Removed("개천절".to_owned()), false),
        ("2026-12-22", "09:00-12:00", Why::Exception(Some(planned("점검"))), false),
        ("2026-12-24", "", Why::Exception(None), false),
        ("2026-12-25", "", Why::Exception(None), true),
        ("2026-12-28", "08:00-22:00", Why::Exception(Some(planned("붐빕니다"))), false),
        ("1969-12-31", "", Why::Weekday, false),
        ("2200-01-01", "", Why::Weekday, false),
    ];
    let calendar = festive();
    for (word, spans, why, is_holiday) in table {
        let day = calendar.day(date(word));
        let told: Vec<String> = day.spans.iter().map(Span::to_string).collect();
        assert_eq!(
            (told.join(" ").as_str(), &day.why, day.is_holiday()),
            (spans, &why, is_holiday),
            "{word}"
        );
    }
}

#[test]
fn open_until_and_closed_until() {
    let calendar = festive();
    let table = [
        ("2026-11-24 08:00", Some("2026-11-24 22:00"), None),
        ("2026-11-24 21:59:59.999", Some("2026-11-24 22:00"), None),
        ("2026-11-24 22:00", None, Some("2026-11-25 08:00")),
        ("2026-11-24 07:59:59.999", None, Some("2026-11-24 08:00")),
        ("2026-11-27 23:00", None, Some("2026-11-28 09:00")),
        ("2026-12-22 12:00", None, Some("2026-12-23 08:00")),
        ("2026-12-23 22:00", None, Some("2026-12-26 09:00")),
        ("2026-12-31 22:30", None, Some("2027-01-01 09:00")),
    ];
    for (now, until, opens_at) in table {
        match calendar.at(ms(now)) {
            OpenState::Open { until: at } => assert_eq!((Some(at), None), (until.map(ms), opens_at), "{now}"),
            OpenState::Closed { opens_at: at, .. } => {
                assert_eq!((at, None), (opens_at.map(ms), until), "{now}")
            }
        }
    }
    let closed = |now| match calendar.at(ms(now)) {
        OpenState::Closed { planned, is_holiday, .. } => (planned.and_then(|p| p.ko), is_holiday),
        OpenState::Open { .. } => panic!("open at {now}"),
    };
    assert_eq!(closed("2026-12-22 13:00"), (Some("점검".to_owned()), false));
    assert_eq!(closed("2026-12-25 13:00"), (None, true));
    assert_eq!(closed("2026-09-25 19:00"), (None, true));
    assert_eq!(calendar.opens_after(ms("2026-11-24 08:00")), Some(ms("2026-11-25 08:00")));
}

#[test]
fn a_desk_that_is_open_over_midnight_and_new_year() {
    let always = Calendar::new(Rules { hours: "24/7".to_owned(), ..rules() }).expect("24/7");
    let now = ms("2026-12-31 23:59");
    assert_eq!(always.at(now), OpenState::Open { until: ms("2029-01-01 00:00") });
    assert!(always.at(now).is_always_open(now) && always.at(now).changes_at(now).is_none());
    assert_eq!(always.opens_after(now), None);
    assert_eq!(always.open_ms_between(now, now + 120_000), 120_000);
    let night = Calendar::new(Rules { hours: "Mo-Su 22:00-06:00".to_owned(), ..rules() }).expect("night");
    assert_eq!(night.at(now), OpenState::Open { until: ms("2027-01-01 06:00") });
    assert_eq!(night.at(now).changes_at(now), Some(ms("2027-01-01 06:00")));
    assert_eq!(night.opens_after(now), Some(ms("2027-01-01 22:00")));
    assert_eq!(night.at(ms("2027-01-01 05:59")), OpenState::Open { until: ms("2027-01-01 06:00") });
}

#[test]
fn another_time_zone_and_its_summer_time() {
    let zone = "Europe/Berlin";
    let desk = Rules { hours: "Mo-Su 02:30-04:00".to_owned(), time_zone: zone.to_owned(), ..rules() };
    let desk = Calendar::new(desk).expect("rules");
    // The clocks go from 02:00 to 03:00, so half an hour is all there is; in autumn 02:30 comes twice.
    let open = |day: &str| {
        let start = ms_in(zone, &format!("{day} 00:00"));
        desk.open_ms_between(start, start + 12 * 3_600_000)
    };
    assert_eq!(open("2026-03-29"), 30 * 60_000);
    assert_eq!(open("2026-10-25"), 150 * 60_000);
    assert_eq!(open("2026-11-24"), 90 * 60_000);
}

#[test]
fn what_is_wrong_is_named() {
    let added = vec![(date("2026-06-03"), "x".to_owned())];
    let double = vec![
        exception("2026-12-22", "2026-12-24", None, None),
        exception("2026-12-24", "2026-12-24", Some("closed"), None),
    ];
    let table = [
        (Rules { hours: "whenever".to_owned(), ..rules() }, RulePart::Hours),
        (Rules { hours: "closed".to_owned(), ..rules() }, RulePart::Hours),
        (Rules { time_zone: "Asia/Gwangju".to_owned(), ..rules() }, RulePart::TimeZone),
        (Rules { removed: vec![date("2026-05-01"), date("2026-06-03")], ..rules() }, RulePart::Removed(1)),
        (Rules { exceptions: double, ..rules() }, RulePart::Exception(1)),
        (
            Rules { exceptions: vec![exception("2026-12-22", "2026-12-21", None, None)], ..rules() },
            RulePart::Exception(0),
        ),
        (
            Rules { exceptions: vec![exception("2026-12-22", "2026-12-22", Some("9-12"), None)], ..rules() },
            RulePart::Exception(0),
        ),
    ];
    for (rules, what) in table {
        assert_eq!(Calendar::new(rules).expect_err("wrong").what, what);
    }
    assert!(Calendar::new(Rules { removed: vec![date("2026-06-03")], added, ..rules() }).is_ok());
}

#[test]
fn days_nobody_has_looked_at() {
    let calendar = festive();
    let table = [
        ("2026-11-01", 60, None),
        ("2026-11-01", 61, None),
        ("2026-11-01", 62, Some("2027-01-01")),
        ("2027-03-01", 60, Some("2027-03-01")),
    ];
    for (from, n_days, expected) in table {
        assert_eq!(calendar.unconfirmed(date(from), n_days), expected.map(date), "{from} {n_days}");
    }
    let never = Calendar::new(rules()).expect("rules");
    assert_eq!(never.unconfirmed(date("2026-11-01"), 60), Some(date("2026-11-01")));
}

#[test]
fn moments_in_words() {
    let calendar = Calendar::new(rules()).expect("rules");
    let table = [
        ("2026-11-24 14:00", "오늘 14:00", "today 14:00"),
        ("2026-11-25 08:00", "내일 08:00", "tomorrow 08:00"),
        ("2026-11-30 08:00", "11월 30일(월) 08:00", "Mon 30 Nov 08:00"),
        ("2027-01-02 09:00", "내년 1월 2일(토) 09:00", "Sat 2 Jan 2027 09:00"),
        ("2028-12-31 09:00", "2028년 12월 31일(일) 09:00", "Sun 31 Dec 2028 09:00"),
    ];
    // After midnight UTC's date is still the day before.
    for now in ["2026-11-24 01:00", "2026-11-24 23:59"] {
        for (at, ko, en) in table {
            assert_eq!(calendar.describe(ms(at), ms(now), Language::Ko), ko);
            assert_eq!(calendar.describe(ms(at), ms(now), Language::En), en);
        }
    }
    assert_eq!(calendar.describe(i64::MAX, 0, Language::Ko), "");
}

#[test]
fn a_clock_that_is_far_off_meets_a_closed_desk_and_nothing_worse() {
    let calendar = festive();
    let closed = OpenState::Closed { opens_at: None, planned: None, is_holiday: false };
    for now in [i64::MIN, i64::MAX, ms("2300-01-01 00:00"), ms("1960-01-01 12:00")] {
        assert_eq!(calendar.at(now), closed, "{now}");
        assert_eq!(calendar.open_ms_between(now, now), 0);
    }
    assert_eq!(calendar.open_ms_between(ms("2026-11-25 00:00"), ms("2026-11-24 00:00")), 0);
}

/// Called for each text that arrives. The bound is generous: an unoptimised build on a busy machine keeps it.
#[test]
fn an_answer_is_cheap_once_the_year_is_known() {
    let calendar = festive();
    let now = ms("2026-12-23 23:00");
    calendar.at(now);
    let begun = std::time::Instant::now();
    for n in 0..1_000 {
        std::hint::black_box(calendar.clone().at(now + n));
    }
    let each = begun.elapsed() / 1_000;
    assert!(each < std::time::Duration::from_micros(500), "{each:?}");
}

/// Ordinary, over midnight, and where clocks change.
static DESKS: LazyLock<Vec<Calendar>> = LazyLock::new(|| {
    let desk = |hours: &str, zone: &str| {
        Calendar::new(Rules { hours: hours.to_owned(), time_zone: zone.to_owned(), ..rules() }).expect(hours)
    };
    vec![
        festive(),
        desk("Mo-Su 22:00-06:00; PH off", "Asia/Seoul"),
        desk("Mo-Su 01:30-02:30,02:45-23:00", "Europe/Berlin"),
        desk("Sa,Su 00:00-24:00", "America/New_York"),
    ]
});

proptest! {
    #![proptest_config(ProptestConfig::with_cases(256))]

    /// What `at` says holds until the moment it names, and `open_ms_between` counts exactly that.
    #[test]
    fn answers_agree_with_each_other(desk in 0..DESKS.len(), now in 1_760_000_000_000_i64..1_830_000_000_000, length in 0_i64..400_000_000) {
        let calendar = &DESKS[desk];
        match calendar.at(now) {
            OpenState::Open { until } => {
                prop_assert!(until > now);
                let is_open = matches!(calendar.at(until - 1), OpenState::Open { .. });
                prop_assert!(is_open);
                let is_closed = matches!(calendar.at(until), OpenState::Closed { .. });
                prop_assert!(is_closed);
                prop_assert_eq!(calendar.open_ms_between(now, until), until - now);
            }
            OpenState::Closed { opens_at, .. } => {
                let at = opens_at.expect("it opens");
                prop_assert_eq!(calendar.open_ms_between(now, at), 0);
                let is_open = matches!(calendar.at(at), OpenState::Open { .. });
                prop_assert!(is_open);
            }
        }
        let (middle, end) = (now + length / 2, now + length);
        let parts = calendar.open_ms_between(now, middle) + calendar.open_ms_between(middle, end);
        prop_assert_eq!(parts, calendar.open_ms_between(now, end));
        prop_assert!(parts <= length);
    }
}

//! Rotation by hours over a week, and what answers mean, as tables.

use jiff::civil::Date;
use proptest::prelude::*;

use super::code::{free_code, is_recent};
use super::operator::{AGAIN_MS, Saying, saying};
use super::*;
use crate::domain::calendar::Rules;
use crate::domain::text::{Limits, plan};

pub(crate) fn phone(name: &str, number: &str, hours: &str) -> DutyPhone {
    let rules = Rules {
        hours: hours.to_owned(),
        time_zone: "Asia/Seoul".to_owned(),
        added: Vec::new(),
        removed: Vec::new(),
        exceptions: Vec::new(),
        confirmed_until: None,
    };
    DutyPhone {
        kind: DutyKind::Danger,
        name: name.to_owned(),
        number: PhoneNumber::parse(number),
        login: None,
        hours: Calendar::new(rules).unwrap(),
        weeks: Weeks::Every,
        dates: Vec::new(),
    }
}

fn seoul(moment: &str) -> UnixMs {
    let moment: jiff::Timestamp = format!("{moment}:00+09:00").parse().unwrap();
    moment.as_millisecond()
}

fn names(phones: &[&DutyPhone]) -> String {
    phones.iter().map(|phone| phone.name.as_str()).collect::<Vec<_>>().join(" ")
}

/// Day shift, night shift over midnight, and who has weekends and holidays.
fn rota() -> AlarmPolicy {
    let phones = vec![
        phone("day", "01011110001", "Mo-Fr 08:00-22:00; PH off"),
        phone("second", "01011110002", "Mo-Fr 08:00-22:00; PH off"),
        phone("night", "01011110003", "Mo-Su,PH 22:00-08:00"),
        phone("holiday", "01011110004", "Sa-Su,PH 08:00-22:00"),
    ];
    AlarmPolicy { phones, ..AlarmPolicy::default() }
}

#[test]
fn who_is_on_duty_over_a_week() {
    // 2026-10-05 is a Monday and the substitute of 3 October; 2026-10-09 a Friday and a holiday.
    let cases = [
        ("2026-10-04T21:59", "holiday"),
        ("2026-10-04T22:00", "night"),
        ("2026-10-05T00:00", "night"),
        ("2026-10-05T07:59", "night"),
        ("2026-10-05T08:00", "holiday"),
        ("2026-10-05T21:59", "holiday"),
        ("2026-10-06T07:59", "night"),
        ("2026-10-06T08:00", "day second"),
        ("2026-10-06T12:00", "day second"),
        ("2026-10-06T21:59", "day second"),
        ("2026-10-06T23:59", "night"),
        ("2026-10-09T12:00", "holiday"),
        ("2026-10-10T12:00", "holiday"),
        ("2026-10-10T23:00", "night"),
    ];
    for (at, expected) in cases {
        assert_eq!(names(&rota().on_duty(DutyKind::Danger, seoul(at))), expected, "{at}");
    }
    assert_eq!(rota().gaps(DutyKind::Danger, seoul("2026-10-04T00:00"), 7 * 24), []);
}

#[test]
fn each_step_calls_the_next_and_the_first_after_the_last() {
    let (rota, noon) = (rota(), seoul("2026-10-06T12:00"));
    let called: Vec<_> =
        (0..5).map(|step| rota.at_step(DutyKind::Danger, step, noon).unwrap().name.as_str()).collect();
    assert_eq!(called, ["day", "second", "day", "second", "day"]);
    let next = |last: Option<&str>| {
        let last = last.map(PhoneNumber::parse);
        rota.next_after(DutyKind::Danger, last.as_ref(), noon).unwrap().name.clone()
    };
    let after = [None, Some("01011110001"), Some("01011110002"), Some("01011110003")].map(next);
    assert_eq!(after, ["day", "second", "day", "day"], "who is not on duty any more is passed over");
    let night = seoul("2026-10-06T23:00");
    assert_eq!(rota.at_step(DutyKind::Danger, 7, night).unwrap().name, "night");
    assert!(rota.at_step(DutyKind::Operator, 0, noon).is_none(), "an operator's phone is another list");
    assert!(AlarmPolicy::default().at_step(DutyKind::Danger, 0, noon).is_none());
}

#[test]
fn an_hour_that_nobody_has_calls_everybody_in_turn() {
    let phones =
        vec![phone("a", "01011110001", "Mo-Fr 09:00-18:00"), phone("b", "01011110002", "Mo-Fr 09:00-12:00")];
    let rota = AlarmPolicy { phones, ..AlarmPolicy::default() };
    let night = seoul("2026-10-06T03:00");
    assert!(rota.on_duty(DutyKind::Danger, night).is_empty());
    assert_eq!(names(&rota.called(DutyKind::Danger, night)), "a b");
    assert_eq!(
        rota.gaps(DutyKind::Danger, seoul("2026-10-06T09:37"), 48),
        [
            (seoul("2026-10-06T18:00"), seoul("2026-10-07T09:00")),
            (seoul("2026-10-07T18:00"), seoul("2026-10-08T09:00")),
        ]
    );
}

#[test]
fn weeks_and_dates() {
    let christmas: (Date, Date) = ("2026-12-24".parse().unwrap(), "2026-12-26".parse().unwrap());
    let odd = DutyPhone { weeks: Weeks::Odd, ..phone("odd", "01011110001", "24/7") };
    let even = DutyPhone { weeks: Weeks::Even, ..phone("even", "01011110002", "24/7") };
    let dated = DutyPhone { dates: vec![christmas], ..phone("dated", "01011110003", "24/7") };
    let rota = AlarmPolicy { phones: vec![odd, even, dated], ..AlarmPolicy::default() };
    // 2026-12-21 begins week 52, 2026-12-28 week 53, and 2027-01-04 week 1.
    let cases = [
        ("2026-12-20T23:59", "odd"),
        ("2026-12-21T00:00", "even"),
        ("2026-12-24T00:00", "even dated"),
        ("2026-12-26T23:59", "even dated"),
        ("2026-12-27T00:00", "even"),
        ("2026-12-28T00:00", "odd"),
        ("2027-01-04T00:00", "odd"),
    ];
    for (at, expected) in cases {
        assert_eq!(names(&rota.on_duty(DutyKind::Danger, seoul(at))), expected, "{at}");
    }
}

#[test]
fn answers() {
    use DutyWord::{Ack, HandedOver};
    let codes = |all: &[(DutyWord, &str)]| {
        DutyAnswer::Codes(all.iter().map(|(word, code)| (*word, (*code).to_owned())).collect())
    };
    let code = |word, code| codes(&[(word, code)]);
    let cases = [
        ("37 확인", code(Ack, "37")),
        ("확인 37", code(Ack, "37")),
        ("37확인", code(Ack, "37")),
        ("  37\n확인 ㅋㅋㅋ", code(Ack, "37")),
        ("３７　확인", code(Ack, "37")),
        ("37 확인했습니다.", code(Ack, "37")),
        ("\"37 확인\"", code(Ack, "37")),
        ("07 확인!!", code(Ack, "07")),
        ("37 확 인", code(Ack, "37")),
        ("37 신고", code(HandedOver, "37")),
        ("신고했습니다 37", code(HandedOver, "37")),
        ("37 확인 신고", code(Ack, "37")),
        ("확인", DutyAnswer::Incomplete),
        ("신고", DutyAnswer::Incomplete),
        ("37", DutyAnswer::Incomplete),
        ("3 확인", DutyAnswer::Incomplete),
        ("137 확인", DutyAnswer::Incomplete),
        ("3 7 확인", DutyAnswer::Incomplete),
        ("10:30 확인", DutyAnswer::Incomplete),
        ("네 확인했습니다", DutyAnswer::Incomplete),
        ("네, 37 확인했습니다.", code(Ack, "37")),
        ("37 네 확인", code(Ack, "37")),
        ("72 확인 64 확인", codes(&[(Ack, "72"), (Ack, "64")])),
        ("확인 72\n신고 64", codes(&[(Ack, "72"), (HandedOver, "64")])),
        ("37, 38 확인", codes(&[(Ack, "37"), (Ack, "38")])),
        ("37 확인 37 확인", code(Ack, "37")),
        ("37 확인 38 39 신고", DutyAnswer::Incomplete),
        ("47 hwakin", DutyAnswer::Incomplete),
        ("help 12", DutyAnswer::Other),
        ("12 gun", DutyAnswer::Other),
        ("12 sikal", DutyAnswer::Other),
        ("47 ok", DutyAnswer::Incomplete),
        ("47 획인", DutyAnswer::Incomplete),
        ("47번", DutyAnswer::Incomplete),
        ("37 119 신고했습니다", code(HandedOver, "37")),
        ("119에 신고함 37", code(HandedOver, "37")),
        ("119 신고", DutyAnswer::Other),
        ("신고 112", DutyAnswer::Other),
        ("112 신고해주세요", DutyAnswer::Other),
        ("109 확인", DutyAnswer::Other),
        ("37 119 신고", DutyAnswer::Other),
        ("37 119 신고해주세요", DutyAnswer::Other),
        ("119 112 신고했어요", DutyAnswer::Other),
        ("37 못함", DutyAnswer::Other),
        ("37 신고할게요", DutyAnswer::Unclear),
        ("37 신고 못함", DutyAnswer::Unclear),
        ("37 신고?", DutyAnswer::Unclear),
        ("37 확인 못 합니다", DutyAnswer::Unclear),
        ("지금 못 갑니다. 이 팀장에게 연락하세요", DutyAnswer::Other),
        ("불이 났어요 살려주세요", DutyAnswer::Other),
        ("119", DutyAnswer::Other),
        ("01012345678", DutyAnswer::Other),
        ("ㅋㅋㅋ", DutyAnswer::Other),
        ("", DutyAnswer::Other),
    ];
    for (text, expected) in cases {
        assert_eq!(read_answer(text), expected, "{text:?}");
    }
}

#[test]
fn every_text_fits_in_one_sms() {
    let carrier = Trouble::Deaf("m".repeat(40));
    let texts = [
        words::danger(9_999, 999, "99"),
        words::waiting(9_999_999, 999),
        words::Confirmation::Taken { conversation_id: 9_999_999 }.words(),
        words::Confirmation::TakenBefore { conversation_id: 9_999_999, by: "가".repeat(40) }.words(),
        words::Confirmation::HandedOver { conversation_id: 9_999_999 }.words(),
        words::Confirmation::Newer { conversation_id: 9_999_999 }.words(),
        words::Confirmation::Over { conversation_id: 9_999_999 }.words(),
        words::Confirmation::Nothing.words(),
        words::Confirmation::Ignored { until: "23:59".to_owned() }.words(),
        words::test(&"가".repeat(40)),
        words::trouble(&carrier, Saying::Began, 99_999),
        words::trouble(&carrier, Saying::Over, 99_999),
        words::trouble(&Trouble::DiskFull, Saying::Lasts, 99_999),
        words::trouble(&Trouble::DiskFull, Saying::Over, 1),
        words::trouble(&Trouble::Restarts, Saying::Lasts, 99_999),
        words::trouble(&Trouble::Restarts, Saying::Over, 1),
        words::trouble(&Trouble::Clock, Saying::Lasts, 99_999),
        words::trouble(&Trouble::Clock, Saying::Over, 1),
    ];
    for text in texts {
        let pieces = plan(&text, &Limits::KOREAN).unwrap();
        assert_eq!((pieces.len(), pieces[0].kind.as_str()), (1, "sms"), "{text} ({})", pieces[0].n_units);
    }
}

#[test]
fn an_operator_hears_once_and_again_after_an_hour_and_at_the_end() {
    let since = |told_at| Some(OperatorAlarm { since: 0, told_at });
    let cases = [
        (None, false, 5, None),
        (None, true, 5, Some(Saying::Began)),
        (since(5), true, 6, None),
        (since(5), true, 5 + AGAIN_MS - 1, None),
        (since(5), true, 5 + AGAIN_MS, Some(Saying::Lasts)),
        (since(9_000_000), true, 5, Some(Saying::Lasts)),
        (since(5), false, 6, Some(Saying::Over)),
    ];
    for (alarm, is_in_trouble, now, expected) in cases {
        assert_eq!(saying(alarm, is_in_trouble, now), expected, "{alarm:?} {is_in_trouble} {now}");
    }
    for trouble in [Trouble::Deaf("bizgo".into()), Trouble::DiskFull, Trouble::Restarts, Trouble::Clock] {
        assert_eq!(Trouble::from_word(&trouble.to_word()), Some(trouble.clone()));
        // The log speaks to people, not in words of the database.
        let said = trouble.in_words();
        assert!(said.contains(' ') && !said.contains('_'), "{said}");
    }
}

proptest! {
    #[test]
    fn a_code_is_free_while_there_is_one(used in prop::collection::btree_set(0..100_u8, 0..100), random in any::<u64>()) {
        let used: Vec<String> = used.iter().map(|n| format!("{n:02}")).collect();
        let code = free_code(&used, random);
        prop_assert_eq!(code.is_some(), used.len() < 100);
        if let Some(code) = code {
            prop_assert!(code.len() == 2 && !used.contains(&code));
        }
    }

    /// Whatever a text says, a code in an answer stood in it.
    #[test]
    fn no_answer_is_made_up(text in ".{0,30}") {
        if let DutyAnswer::Codes(codes) = read_answer(&text) {
            prop_assert!(!codes.is_empty());
            prop_assert!(codes.iter().all(|(_, code)| code.len() == 2 && code.bytes().all(|b| b.is_ascii_digit())));
        }
    }

    #[test]
    fn what_lies_ahead_is_not_recent(at in 0..1_000_000_i64, now in 0..1_000_000_i64) {
        prop_assert_eq!(is_recent(at, 1_000, now), at <= now && now - at < 1_000);
    }
}

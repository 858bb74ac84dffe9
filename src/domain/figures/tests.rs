//! Histories counted by hand.

use super::reading::{Contribution, Fact, contributions};
use super::*;
use crate::domain::UnixMs;
use crate::domain::arrival::tests::{NOON as TEN, desk};
use crate::domain::delivery_reason::DeliveryReason;
use crate::domain::desk::Desks;

const MINUTE: i64 = 60_000;
const HOUR: i64 = 60 * MINUTE;
const DAY: i64 = 24 * HOUR;
const MINSU: i64 = 1;
const JIYEONG: i64 = 2;
const REPLIED: What = What::Replied { has_left: true };
const LOST: What = What::AnswerLost { had_left: true };
const MAIN: u16 = 0;
const BUK: u16 = 1;

/// Weekdays 08:00-22:00, weekends and holidays 09:00-18:00; `buk` weekdays 09:00-18:00.
fn names() -> Names {
    let all = vec![
        desk("main", "Mo-Fr 08:00-22:00; Sa-Su,PH 09:00-18:00"),
        desk("buk", "Mo-Fr 09:00-18:00; PH off"),
    ];
    let mut names = Names::new(&Desks::new(all, None).unwrap());
    assert_eq!((names.desk("main"), names.desk("buk")), (MAIN, BUK));
    assert_eq!((names.category("교통/버스"), names.category("복지/노인")), (0, 1));
    names
}

fn step(at: UnixMs, what: What) -> Step {
    Step { at, what, by: None, desk: None, category: None }
}

fn by(at: UnixMs, who: i64, what: What) -> Step {
    Step { by: Some(who), ..step(at, what) }
}

fn text(at: UnixMs) -> Step {
    step(at, What::Text { received_at: at, asks: true, is_abusive: false })
}

fn aside(at: UnixMs) -> Step {
    step(at, What::Text { received_at: at, asks: false, is_abusive: false })
}

fn closed(at: UnixMs, who: i64, category: u16) -> Step {
    Step { category: Some(category), ..by(at, who, What::Closed) }
}

/// Asked at `at`, taken after 1 minute, answered after 3, closed after 10.
fn plain(at: UnixMs) -> Vec<Step> {
    vec![
        step(at, What::Opened),
        text(at),
        by(at + MINUTE, MINSU, What::Claimed),
        by(at + 3 * MINUTE, MINSU, REPLIED),
        closed(at + 10 * MINUTE, MINSU, 0),
    ]
}

fn history(steps: Vec<Step>) -> History {
    History { citizen: 7, steps, ..History::default() }
}

fn facts(steps: Vec<Step>) -> Vec<Fact> {
    contributions(&history(steps), &names()).into_iter().map(|one| one.fact).collect()
}

fn tally(period: &str, by: By, histories: &[History]) -> Tally {
    let today = jiff::civil::Date::constant(2027, 1, 1);
    let names = names();
    let calendar = names.calendar(MAIN).clone();
    let period = Period::parse(period, today).unwrap();
    let mut tally = Tally::new(Scope { period, desk: None, by: vec![by], calendar, counselor: None });
    histories.iter().for_each(|history| tally.add(history, &names));
    tally
}

fn value(tally: &Tally, figure: FigureId) -> Option<i64> {
    tally.whole.value(figure)
}

#[test]
fn a_plain_consultation() {
    let tally = tally("2026-07-01", By::Hour, &[history(plain(TEN))]);
    for (figure, expected) in [
        (FigureId::Texts, 1),
        (FigureId::Consultations, 1),
        (FigureId::Returns, 0),
        (FigureId::Citizens, 1),
        (FigureId::NewCitizens, 1),
        (FigureId::KnownCitizens, 0),
        (FigureId::Replies, 1),
        (FigureId::Finished, 1),
        (FigureId::Unanswered, 0),
        (FigureId::StillOpen, 0),
        (FigureId::FirstMedian, 3 * MINUTE),
        (FigureId::FirstWithin5, 1_000),
        (FigureId::WaitMedian, MINUTE),
        (FigureId::HandlingP95, 2 * MINUTE),
        (FigureId::ResolvedFirst, 1_000),
    ] {
        assert_eq!(value(&tally, figure), Some(expected), "{figure:?}");
    }
    assert_eq!(value(&tally, FigureId::NextMedian), None, "nothing to measure");
    assert_eq!(tally.rows[&super::tally::Key::Hour(10)].texts, 1);
    assert_eq!(tally.rows.len(), 24);
}

/// Minsu answers many at 10:05 with one text; this citizen writes again at 10:20, Jiyeong takes it at 10:21 and answers at 10:24.
#[test]
fn an_answer_to_many_is_volume_and_nobodys_own_work() {
    let at = |minutes: i64| TEN + minutes * MINUTE;
    let steps = vec![
        step(at(0), What::Opened),
        text(at(0)),
        by(at(5), MINSU, What::TakenWithOthers),
        by(at(5), MINSU, REPLIED),
        by(at(5), MINSU, What::Released),
        text(at(20)),
        by(at(21), JIYEONG, What::Claimed),
        by(at(24), JIYEONG, REPLIED),
        closed(at(30), JIYEONG, 0),
    ];
    let found = contributions(&history(steps.clone()), &names());
    let credited = |who: i64| found.iter().filter(|one| one.by == Some(who)).count();
    assert_eq!(credited(MINSU), 0, "{found:?}");
    assert_eq!(credited(JIYEONG), 5, "her reply, response, own response, handling and finish: {found:?}");
    let tally = tally("2026-07-01", By::Hour, &[history(steps)]);
    for (figure, expected) in [
        (FigureId::Replies, 2),
        (FigureId::FirstMedian, 5 * MINUTE),
        (FigureId::NextMedian, 4 * MINUTE),
        (FigureId::WaitMedian, 5 * MINUTE),
        // From when Jiyeong took it.
        (FigureId::HandlingMedian, 3 * MINUTE),
        (FigureId::OwnMedian, 4 * MINUTE),
        (FigureId::Finished, 1),
        (FigureId::ResolvedFirst, 1_000),
    ] {
        assert_eq!(value(&tally, figure), Some(expected), "{figure:?}");
    }
}

/// Answered and closed with others: answered, finished, and no handling; taken back, it was never answered.
#[test]
fn an_answer_to_many_alone_has_no_handling_time() {
    let steps = vec![
        step(TEN, What::Opened),
        text(TEN),
        by(TEN + MINUTE, MINSU, What::TakenWithOthers),
        by(TEN + MINUTE, MINSU, REPLIED),
        closed(TEN + MINUTE, MINSU, 0),
    ];
    let found = contributions(&history(steps.clone()), &names());
    assert!(found.iter().all(|one| one.by.is_none()), "{found:?}");
    let whole = tally("2026-07-01", By::Hour, &[history(steps.clone())]);
    for (figure, expected) in [
        (FigureId::FirstMedian, Some(MINUTE)),
        (FigureId::HandlingMedian, None),
        (FigureId::OwnMedian, None),
        (FigureId::Finished, Some(1)),
        (FigureId::Unanswered, Some(0)),
    ] {
        assert_eq!(value(&whole, figure), expected, "{figure:?}");
    }
    let lost = [steps, vec![step(TEN + MINUTE + 1, LOST)]].concat();
    let whole = tally("2026-07-01", By::Hour, &[history(lost)]);
    assert_eq!(value(&whole, FigureId::FirstMedian), None, "nobody got it");
    assert_eq!(value(&whole, FigureId::StillOpen), Some(1));
}

#[test]
fn closed_hours_never_count_as_waiting() {
    // Wednesday 21:58, answered on Thursday at 08:01: three open minutes.
    let at = TEN + 12 * HOUR - 2 * MINUTE;
    let answered = at + 2 * MINUTE + 10 * HOUR + MINUTE;
    let steps = vec![step(at, What::Opened), text(at), by(answered, MINSU, REPLIED)];
    assert!(facts(steps).contains(&Fact::FirstResponse(3 * MINUTE)));
    // Friday 17 July is a public holiday: open 09:00-18:00, and buk not at all until Monday.
    let thursday = TEN + 15 * DAY + 7 * HOUR + 50 * MINUTE;
    let steps = |desk| {
        let at_desk = |one: Step| Step { desk: Some(desk), ..one };
        let all =
            [step(thursday, What::Opened), text(thursday), by(thursday + 4 * DAY - 8 * HOUR, MINSU, REPLIED)];
        all.map(at_desk).to_vec()
    };
    // Main: 4 h 10 on Thursday, 9 h on each of three days, 1 h 50 on Monday.
    assert!(facts(steps(MAIN)).contains(&Fact::FirstResponse(33 * HOUR)));
    assert!(facts(steps(BUK)).contains(&Fact::FirstResponse(10 * MINUTE + 50 * MINUTE)));
}

#[test]
fn a_day_begins_at_midnight_there_and_a_response_counts_where_its_text_came() {
    // 23:59 on 30 June, answered at 08:01 on 1 July, closed at 08:10.
    let at = TEN - 10 * HOUR - MINUTE;
    let morning = TEN - 2 * HOUR;
    let steps = vec![
        step(at, What::Opened),
        text(at),
        by(morning, MINSU, What::Claimed),
        by(morning + MINUTE, MINSU, REPLIED),
        closed(morning + 10 * MINUTE, MINSU, 0),
    ];
    let histories = [history(steps)];
    let (june, july) = (tally("2026-06", By::Day, &histories), tally("2026-07", By::Day, &histories));
    assert_eq!((value(&june, FigureId::Texts), value(&july, FigureId::Texts)), (Some(1), Some(0)));
    assert_eq!(value(&june, FigureId::FirstMedian), Some(MINUTE));
    assert_eq!(value(&july, FigureId::FirstMedian), None);
    assert_eq!((value(&june, FigureId::Finished), value(&july, FigureId::Finished)), (Some(0), Some(1)));
    assert_eq!((value(&june, FigureId::Replies), value(&july, FigureId::Replies)), (Some(0), Some(1)));
}

#[test]
fn what_returns_within_three_days_was_not_resolved() {
    let back = TEN + 2 * DAY;
    let mut steps = plain(TEN);
    steps.extend([
        step(back, What::Reopened),
        text(back),
        by(back + 4 * MINUTE, MINSU, REPLIED),
        closed(back + 5 * MINUTE, MINSU, 1),
    ]);
    let tally = tally("2026-07", By::Category, &[history(steps)]);
    for (figure, expected) in [
        (FigureId::Consultations, 2),
        (FigureId::Returns, 1),
        (FigureId::Citizens, 1),
        (FigureId::NewCitizens, 1),
        (FigureId::Finished, 2),
        (FigureId::ResolvedFirst, 0),
        (FigureId::FirstP95, 4 * MINUTE),
    ] {
        assert_eq!(value(&tally, figure), Some(expected), "{figure:?}");
    }
    let key = |n| super::tally::Key::Category(Some(n));
    assert_eq!((tally.rows[&key(0)].n_finished, tally.rows[&key(1)].n_finished), (1, 1), "each by its own");
}

#[test]
fn thanks_that_stayed_closed_are_a_text_and_no_return() {
    let mut steps = plain(TEN);
    steps.push(aside(TEN + 12 * MINUTE));
    let tally = tally("2026-07-01", By::Day, &[history(steps)]);
    assert_eq!(value(&tally, FigureId::Texts), Some(2));
    assert_eq!(
        (value(&tally, FigureId::Consultations), value(&tally, FigureId::Returns)),
        (Some(1), Some(0))
    );
    assert_eq!(value(&tally, FigureId::ResolvedFirst), Some(1_000));
    // An advertisement: a conversation that is closed from the start is no consultation.
    let advert = vec![step(TEN, What::Opened), step(TEN, What::Closed), aside(TEN)];
    assert_eq!(facts(advert), [Fact::Text { is_abusive: false }]);
}

#[test]
fn after_a_transfer_each_is_measured_by_what_was_up_to_them() {
    let at = |minutes: i64| TEN + minutes * MINUTE;
    let steps = vec![
        step(at(0), What::Opened),
        text(at(0)),
        by(at(1), MINSU, What::Claimed),
        Step { desk: Some(BUK), ..by(at(30), MINSU, What::Transferred) },
        by(at(32), JIYEONG, What::Claimed),
        by(at(33), JIYEONG, REPLIED),
        closed(at(40), JIYEONG, 1),
    ];
    let all = contributions(&history(steps), &names());
    let of = |fact: Fact| all.iter().find(|one| one.fact == fact).copied().unwrap();
    let first = of(Fact::FirstResponse(33 * MINUTE));
    assert_eq!(
        (first.desk, first.by, first.category),
        (MAIN, Some(JIYEONG), Some(1)),
        "the citizen waited that long"
    );
    assert_eq!(of(Fact::OwnResponse(3 * MINUTE)).by, Some(JIYEONG));
    assert_eq!((of(Fact::Transferred).desk, of(Fact::Transferred).by), (MAIN, Some(MINSU)));
    assert_eq!(of(Fact::Wait(MINUTE)).by, Some(MINSU), "taken once");
    let finished = of(Fact::Finished { is_resolved: Some(true) });
    assert_eq!((finished.desk, finished.by), (BUK, Some(JIYEONG)));
}

#[test]
fn several_texts_wait_from_the_first_and_the_next_response_is_its_own() {
    let at = |minutes: i64| TEN + minutes * MINUTE;
    let steps = vec![
        step(at(0), What::Opened),
        text(at(0)),
        text(at(2)),
        by(at(6), MINSU, REPLIED),
        by(at(7), MINSU, REPLIED),
        text(at(10)),
        text(at(11)),
        by(at(14), JIYEONG, REPLIED),
    ];
    let found = facts(steps);
    let responses: Vec<&Fact> =
        found.iter().filter(|fact| matches!(fact, Fact::FirstResponse(_) | Fact::NextResponse(_))).collect();
    assert_eq!(responses, [&Fact::FirstResponse(6 * MINUTE), &Fact::NextResponse(4 * MINUTE)]);
    assert_eq!(found.iter().filter(|fact| **fact == Fact::Replied).count(), 3);
    assert!(found.contains(&Fact::StillOpen));
}

#[test]
fn an_answer_that_was_lost_is_none() {
    let at = |minutes: i64| TEN + minutes * MINUTE;
    let lost = vec![
        step(at(0), What::Opened),
        text(at(0)),
        by(at(3), MINSU, REPLIED),
        closed(at(4), MINSU, 0),
        step(at(5), LOST),
    ];
    let found = facts(lost.clone());
    assert!(found.contains(&Fact::StillOpen), "{found:?}");
    assert!(!found.iter().any(|fact| matches!(fact, Fact::FirstResponse(_) | Fact::Finished { .. })));
    let mut again = lost;
    again.extend([by(at(20), MINSU, REPLIED), closed(at(21), MINSU, 0)]);
    let found = facts(again);
    assert!(found.contains(&Fact::FirstResponse(20 * MINUTE)), "{found:?}");
    assert!(found.contains(&Fact::Finished { is_resolved: Some(true) }));
}

/// Asked at 10:00; Minsu's first answer (10:03) is taken back, Jiyeong answers at 10:08, and what she writes at 10:09 is taken back.
/// One reply, after 8 minutes, by her alone.
#[test]
fn an_answer_that_was_taken_back_is_no_reply_and_leaves_the_others_alone() {
    let at = |minutes: i64| TEN + minutes * MINUTE;
    let (stayed, back) = (What::Replied { has_left: false }, What::AnswerLost { had_left: false });
    let steps = vec![
        step(at(0), What::Opened),
        text(at(0)),
        by(at(1), MINSU, What::Claimed),
        by(at(3), MINSU, stayed),
        closed(at(3), MINSU, 0),
        step(at(4), back),
        by(at(5), JIYEONG, What::Claimed),
        by(at(8), JIYEONG, REPLIED),
        by(at(9), JIYEONG, stayed),
        step(at(10), back),
        closed(at(11), JIYEONG, 0),
    ];
    let histories = [history(steps)];
    let whole = tally("2026-07-01", By::Counselor, &histories);
    for (figure, expected) in [
        (FigureId::Replies, Some(1)),
        (FigureId::FirstMedian, Some(8 * MINUTE)),
        (FigureId::OwnMedian, Some(8 * MINUTE)),
        (FigureId::NextMedian, None),
        (FigureId::HandlingMedian, Some(7 * MINUTE)),
        (FigureId::Finished, Some(1)),
        (FigureId::Unanswered, Some(0)),
    ] {
        assert_eq!(value(&whole, figure), expected, "{figure:?}");
    }
    let replies = |who| whole.rows.get(&super::tally::Key::Counselor(who)).map_or(0, |of| of.n_replies);
    assert_eq!((replies(MINSU), replies(JIYEONG)), (0, 1));
}

/// All that was written was taken back: never answered, and the alarm is not answered either.
#[test]
fn only_what_left_answers_a_citizen_or_a_danger() {
    let at = |seconds: i64| TEN + seconds * 1_000;
    let stayed = What::Replied { has_left: false };
    let begun = vec![
        step(at(0), What::Opened),
        step(at(0), What::Urgent),
        text(at(0)),
        by(at(50), MINSU, stayed),
        step(at(60), What::AnswerLost { had_left: false }),
        step(at(60), What::Urgent),
    ];
    let closed_so = [begun.clone(), vec![closed(at(90), MINSU, 0)]].concat();
    let found = facts(closed_so);
    assert!(found.contains(&Fact::NeverAnswered) && found.contains(&Fact::DangerAcked(50_000)), "{found:?}");
    assert!(!found.iter().any(|fact| matches!(fact, Fact::Replied | Fact::DangerAnswered(_))), "{found:?}");
    let answered = [begun, vec![by(at(200), JIYEONG, REPLIED)]].concat();
    let found = facts(answered);
    assert!(found.contains(&Fact::DangerAnswered(200_000)), "{found:?}");
    assert_eq!(found.iter().filter(|fact| **fact == Fact::DangerSeen).count(), 1, "one alarm");
}

/// Taken back, an answer to many ends nobody's wait.
#[test]
fn an_answer_to_many_that_never_left_ends_no_wait() {
    let of = |has_left| {
        let begun = vec![step(TEN, What::Opened), text(TEN), by(TEN + MINUTE, MINSU, What::TakenWithOthers)];
        let replied = by(TEN + MINUTE, MINSU, What::Replied { has_left });
        facts([begun, vec![replied], vec![by(TEN + 5 * MINUTE, JIYEONG, What::Claimed)]].concat())
    };
    assert!(of(true).contains(&Fact::Wait(MINUTE)) && !of(true).contains(&Fact::Wait(5 * MINUTE)));
    assert!(of(false).contains(&Fact::Wait(5 * MINUTE)) && !of(false).contains(&Fact::Wait(MINUTE)));
}

#[test]
fn who_is_never_answered_counts_where_they_began() {
    let steps = vec![
        step(TEN, What::Opened),
        text(TEN),
        by(TEN + MINUTE, MINSU, What::Claimed),
        closed(TEN + DAY, MINSU, 0),
    ];
    let histories = [history(steps)];
    let (first, second) =
        (tally("2026-07-01", By::Day, &histories), tally("2026-07-02", By::Day, &histories));
    assert_eq!(
        (value(&first, FigureId::Unanswered), value(&second, FigureId::Unanswered)),
        (Some(1), Some(0))
    );
    assert_eq!(
        (value(&second, FigureId::Finished), value(&second, FigureId::ResolvedFirst)),
        (Some(1), None)
    );
}

#[test]
fn a_danger_is_measured_by_day_and_night() {
    // 03:00, closed.
    let at = |seconds: i64| TEN - 7 * HOUR + seconds * 1_000;
    let steps = vec![
        step(at(0), What::Opened),
        step(at(0), What::Urgent),
        text(at(0)),
        by(at(40), MINSU, What::Acked),
        by(at(100), JIYEONG, What::Claimed),
        by(at(150), JIYEONG, REPLIED),
        // A second one, which nobody took before it was answered.
        step(at(600), What::Urgent),
        text(at(600)),
        by(at(900), JIYEONG, REPLIED),
        // And one that was none.
        by(at(2_000), MINSU, What::Urgent),
        by(at(2_030), MINSU, What::AlarmEnded { is_handed_over: false }),
    ];
    let tally = tally("2026-07-01", By::Day, &[history(steps)]);
    for (figure, expected) in [
        (FigureId::DangerSeen, 3),
        (FigureId::DangerFalse, 1),
        (FigureId::DangerAckMedian, 40_000),
        (FigureId::DangerAckWithin, 667),
        (FigureId::DangerAnswerMedian, 150_000),
        (FigureId::DangerAnswerWithin, 500),
        (FigureId::Dangers, 2),
    ] {
        assert_eq!(value(&tally, figure), Some(expected), "{figure:?}");
    }
}

#[test]
fn an_alarm_whose_answer_was_lost_goes_on() {
    let at = |seconds: i64| TEN + seconds * 1_000;
    let steps = vec![
        step(at(0), What::Opened),
        step(at(0), What::Urgent),
        text(at(0)),
        by(at(50), MINSU, REPLIED),
        step(at(90), LOST),
        step(at(90), What::Urgent),
        by(at(200), MINSU, REPLIED),
    ];
    let found = facts(steps);
    assert_eq!(found.iter().filter(|fact| **fact == Fact::DangerSeen).count(), 1);
    assert!(found.contains(&Fact::DangerAnswered(200_000)), "{found:?}");
    assert!(found.contains(&Fact::DangerAcked(50_000)));
}

#[test]
fn automatic_texts_are_paid_for_and_are_no_replies() {
    let out = |at, by, is_receipt, outcome| TextOut {
        at,
        by,
        is_receipt,
        class: if by.is_some() { Class::Lms } else { Class::Sms },
        accepted_at: (outcome != Outcome::Cancelled).then_some(at + 4_000),
        outcome,
    };
    let mut history = history(plain(TEN));
    history.texts_out = vec![
        out(TEN, None, true, Outcome::Delivered),
        out(TEN + 1, None, false, Outcome::Cancelled),
        out(TEN + 3 * MINUTE, Some(MINSU), false, Outcome::Lost(DeliveryReason::PhoneOff)),
    ];
    history.surveys = vec![
        SurveyFact { asked_at: TEN + HOUR, by: Some(MINSU), answered_at: Some(TEN + DAY), score: Some(5) },
        SurveyFact { asked_at: TEN + HOUR, by: Some(MINSU), answered_at: Some(TEN + HOUR), score: Some(2) },
        SurveyFact { asked_at: TEN + HOUR, by: None, answered_at: None, score: None },
    ];
    let histories = [history];
    let day = tally("2026-07-01", By::Day, &histories);
    for (figure, expected) in [
        (FigureId::TextsOut, 2),
        (FigureId::Automatic, 1),
        (FigureId::DeliveredShare, 500),
        (FigureId::Replies, 1),
        (FigureId::ReceiptMedian, 4_000),
        (FigureId::ReceiptWithin10, 1_000),
        (FigureId::SurveysSent, 3),
        (FigureId::SurveysAnswered, 1),
        (FigureId::SurveyMean, 200),
    ] {
        assert_eq!(value(&day, figure), Some(expected), "{figure:?}");
    }
    let both = tally("2026-07", By::Counselor, &histories);
    assert_eq!(
        (value(&both, FigureId::SurveyMean), value(&both, FigureId::SurveySatisfied)),
        (Some(350), Some(500))
    );
    let report = Report::of(&both, &names());
    let counselors = report.tables.iter().find(|table| table.id == TableId::By(By::Counselor)).unwrap();
    assert_eq!(counselors.rows.len(), 1, "what is nobody's has no row: {counselors:?}");
    assert_eq!(counselors.rows[0].cells[0], Some(1));
    let values = report.values();
    assert_eq!(values["delivery/phone_off/count"], 1);
    assert_eq!(values["//survey_mean"], 350);
    assert_eq!(values["classes/lms/texts_out"], 1);
}

#[test]
fn weekdays_weekends_and_holidays_are_apart() {
    // Wednesday 1 July, Saturday 4 July, Friday 17 July (Constitution Day).
    let days = [TEN, TEN + 3 * DAY, TEN + 16 * DAY];
    let tally = tally("2026-07", By::Weekday, &days.map(|at| history(plain(at))));
    let n = |day| tally.rows[&super::tally::Key::Weekday(day)].texts;
    assert_eq!([0, 1, 2, 3, 4, 5, 6, 7].map(n), [0, 0, 1, 0, 0, 1, 0, 1]);
    assert_eq!(value(&tally, FigureId::Citizens), Some(1), "one person, three times");
}

#[test]
fn one_desk_alone() {
    let names = names();
    let mut steps = plain(TEN);
    steps[0].desk = Some(BUK);
    let period = Period::parse("2026-07-01", jiff::civil::Date::constant(2026, 7, 2)).unwrap();
    let scope = |desk| Scope {
        period,
        desk: Some(desk),
        by: vec![By::Desk],
        calendar: names.calendar(MAIN).clone(),
        counselor: None,
    };
    let count = |desk| {
        let mut tally = Tally::new(scope(desk));
        tally.add(&history(steps.clone()), &names);
        tally.whole.texts
    };
    assert_eq!((count(MAIN), count(BUK)), (0, 1));
}

#[test]
fn an_old_database_without_desks_in_its_journal() {
    let mut history = history(plain(TEN));
    history.desk = BUK;
    history.category = Some(1);
    history.steps.iter_mut().for_each(|step| step.category = None);
    let all: Vec<Contribution> = contributions(&history, &names());
    assert!(all.iter().all(|one| one.desk == BUK && one.category == Some(1)), "{all:?}");
}

proptest::proptest! {
    /// Each fact counts in one day alone: the days of a month add up to the month.
    #[test]
    fn days_add_up_to_the_month(offsets in proptest::collection::vec(0..40 * DAY, 1..20)) {
        let histories: Vec<History> = offsets.iter().map(|at| history(plain(TEN - 5 * DAY + at))).collect();
        let month = tally("2026-07", By::Day, &histories);
        let sum = |of: fn(&Measures) -> u64| month.rows.values().map(of).sum::<u64>();
        proptest::prop_assert_eq!(sum(|m| m.texts), month.whole.texts);
        proptest::prop_assert_eq!(sum(|m| m.n_finished), month.whole.n_finished);
        proptest::prop_assert_eq!(sum(|m| m.first.len() as u64), month.whole.first.len() as u64);
        proptest::prop_assert_eq!(sum(|m| m.n_replies), month.whole.n_replies);
    }
}

/// What a longer period knows of a month is what the month's own report says.
#[test]
fn a_month_of_a_longer_period_is_that_month() {
    let days = [0, 2, 30, 31, 45, 100];
    let histories: Vec<History> = days.iter().map(|day| history(plain(TEN + day * DAY))).collect();
    let year = tally("2026", By::Month, &histories);
    for month in year.scope.period.months() {
        let own = Report::of(&tally(&month.to_string(), By::Month, &histories), &names());
        let of_year = Report::of_month(&year, &names(), month).expect("a row");
        assert_eq!(of_year.figures, own.figures, "{month}");
        assert_eq!(of_year.tables, own.tables[1..], "{month}");
    }
}

#[test]
fn names_of_published_values_have_words() {
    use crate::domain::notice::Language::{En, Ko};
    let words = |name, language| Report::words(name, language).map(|(title, _)| title);
    assert_eq!(words("//first_response_median", Ko).as_deref(), Some("첫 답변 시간(중앙값)"));
    assert_eq!(words("//first_response_median", En).as_deref(), Some("First response, median"));
    let row = words("delivery/phone_off/count", En).expect("known");
    assert_eq!(row, "What became of the texts out, phone switched off: Number");
    let category = words("categories/교통/버스노선·도착/count", Ko).expect("known");
    assert_eq!(category, "상담 분류(소분류), 교통/버스노선·도착: 건수");
    assert_eq!(words("gone/x/y", En), None);
}

//! Duty phones on a real file: who is texted at each step, and what answers do.

use super::service::DAY;
use super::*;
use crate::domain::alarm::operator::{AGAIN_MS, Saying};
use crate::domain::alarm::tests::phone;
use crate::domain::alarm::{AlarmPolicy, DutyKind, DutyPhone, PushWay, Trouble};

const DANGER: &str = "살려주세요 한빛아파트 3동";
/// Duty phones, called in this order.
const KIM: &str = "01090000001";
const LEE: &str = "01090000002";
const ADMIN: &str = "01090000009";

fn rota() -> AlarmPolicy {
    let admin = DutyPhone { kind: DutyKind::Operator, ..phone("관리자", ADMIN, "24/7") };
    let phones = vec![phone("김당직", KIM, "24/7"), phone("이당직", LEE, "24/7"), admin];
    AlarmPolicy { phones, pushes: PushWay::ALL.to_vec(), ..AlarmPolicy::default() }
}

fn called() -> Arc<ServicePolicy> {
    Arc::new(ServicePolicy { alarm: rota(), ..(*talkative()).clone() })
}

impl Bench {
    async fn danger_of(&self, citizen: &str, now: i64) -> i64 {
        self.writes_under(citizen, DANGER, now, called()).await
    }

    async fn tick(&self, now: i64) {
        self.store.run_timers(&called(), Round::All, now).await.unwrap();
    }

    /// A text from a duty phone comes in.
    async fn answers(&self, number: &str, words: &str, now: i64) {
        let key = format!("{number}-{now}-{words}");
        assert_eq!(self.accept(vec![text(&key, number, words)], now).await.unwrap().n_new, 1);
        assert_eq!(self.store.route_received(10, now, &called()).await.unwrap().n_routed, 1);
    }

    /// The texts to a phone that were not taken back, in their order.
    fn texts_to(&self, number: &str) -> Vec<String> {
        let sql = "SELECT text FROM outbox WHERE citizen = ?1 AND state <> 'cancelled' ORDER BY id";
        let other = self.other();
        let mut select = other.prepare(sql).unwrap();
        select.query_map([number], |r| r.get(0)).unwrap().map(|r| r.unwrap()).collect()
    }

    /// The code that was last texted to a phone.
    fn code(&self, number: &str) -> String {
        self.value(&format!(
            "SELECT code FROM duty_code WHERE number = '{number}' ORDER BY called_at DESC, id DESC LIMIT 1"
        ))
    }

    fn other_code(&self, number: &str) -> String {
        let right = self.code(number);
        (0..100).map(|n| format!("{n:02}")).find(|code| *code != right).unwrap()
    }

    /// The states of what a number wrote for a person.
    fn conversations_of(&self, number: &str) -> Vec<String> {
        let sql = "SELECT state FROM conversation WHERE citizen = ?1 AND id NOT IN (SELECT conversation_id FROM duty_line)";
        let other = self.other();
        let mut select = other.prepare(sql).unwrap();
        select.query_map([number], |r| r.get(0)).unwrap().map(|r| r.unwrap()).collect()
    }

    fn danger_state(&self, id: i64) -> String {
        self.value(&format!("SELECT danger FROM conversation WHERE id = {id}"))
    }
}

#[tokio::test]
async fn each_step_texts_the_next_phone_and_never_says_what_the_citizen_wrote() {
    let bench = Bench::new();
    let id = bench.danger_of(MINSU, DAY).await;
    bench.tick(DAY + MINUTE - 1).await;
    assert!(bench.texts_to(KIM).is_empty());
    bench.tick(DAY + MINUTE).await;
    bench.tick(DAY + MINUTE + 1).await;
    let first = format!(
        "긴급 문자 {id}번이 1분째 답이 없습니다. 살피려면 답장: {0} 확인 · 신고했으면 {0} 신고",
        bench.code(KIM)
    );
    assert_eq!(bench.texts_to(KIM), [first], "once for each step");
    bench.tick(DAY + 3 * MINUTE).await;
    assert_eq!(
        (bench.texts_to(KIM).len(), bench.texts_to(LEE).len()),
        (1, 1),
        "the next step, the next phone"
    );
    bench.all_leave(DAY + 3 * MINUTE).await;
    bench.tick(DAY + 6 * MINUTE).await;
    bench.tick(DAY + 9 * MINUTE).await;
    assert_eq!((bench.texts_to(KIM).len(), bench.texts_to(LEE).len()), (2, 2), "the last step repeats");
    assert!(bench.texts_to(LEE)[1].contains("9분째"));
    assert_eq!(bench.n_events("kind = 'duty_called'"), bench.n_events("kind = 'escalated'"));
    for number in [KIM, LEE] {
        for text in bench.texts_to(number) {
            assert!(!text.contains("한빛") && !text.contains("0101111") && !text.contains("살려"), "{text}");
        }
    }
    let urgent: i64 = bench.value("SELECT count(*) FROM outbox WHERE citizen LIKE '0109%' AND lane <> 0");
    assert_eq!(urgent, 0, "in the first lane");
    let about: i64 = bench
        .value(&format!("SELECT count(*) FROM alarm_push WHERE conversation_id = {id} AND what = 'danger'"));
    assert_eq!(about, 8);
    let names: String = bench.value("SELECT called FROM alarm_push ORDER BY id LIMIT 1");
    assert_eq!(names, "김당직");
    assert_eq!(bench.count("alarm_push"), 8, "by both ways at each step");
}

/// The carrier is down: what was not sent is replaced by what is true now, and taken back when the alarm is over.
#[tokio::test]
async fn a_call_that_waits_is_replaced_and_taken_back() {
    let bench = Bench::new();
    let minsu = bench.counselor("minsu").await;
    let id = bench.danger_of(MINSU, DAY).await;
    for minutes in [1, 3, 6, 9, 12] {
        bench.tick(DAY + minutes * MINUTE).await;
    }
    assert_eq!((bench.texts_to(KIM).len(), bench.texts_to(LEE).len()), (1, 1));
    assert!(bench.texts_to(KIM)[0].contains("12분째"));
    bench.store.claim(id, minsu, MANY, DAY + 13 * MINUTE).await.unwrap().unwrap();
    bench.answer_at(id, minsu, "119가 갑니다", DAY + 14 * MINUTE).await;
    assert!(bench.texts_to(KIM).is_empty() && bench.texts_to(LEE).is_empty(), "nobody is woken for nothing");
}

#[tokio::test]
async fn an_answer_with_the_code_looks_after_it_for_a_while() {
    let bench = Bench::new();
    let id = bench.danger_of(MINSU, DAY).await;
    bench.tick(DAY + MINUTE).await;
    bench.answers(KIM, &format!("{}확인 ㅋㅋ", bench.code(KIM)), DAY + 2 * MINUTE).await;
    assert_eq!(bench.danger_state(id), "looked_after");
    let who: String = bench.value("SELECT name FROM counselor c JOIN conversation v ON v.acked_by = c.id");
    assert_eq!(who, "김당직");
    assert_eq!(bench.n_events("kind = 'acked' AND detail = 'phone' AND counselor_id IS NOT NULL"), 1);
    assert!(
        bench.texts_to(KIM)[1].starts_with(&format!("{id}번을 확인했습니다.")),
        "{:?}",
        bench.texts_to(KIM)
    );
    bench.tick(DAY + 5 * MINUTE - 1).await;
    assert!(bench.texts_to(LEE).is_empty(), "nobody is called while somebody looks after it");
    bench.tick(DAY + 5 * MINUTE).await;
    assert_eq!(bench.danger_state(id), "ringing", "nothing reached the citizen: the alarm returns");
    assert_eq!(bench.texts_to(LEE).len(), 1, "and calls the next phone at once");
}

#[tokio::test]
async fn who_answers_second_hears_who_was_first() {
    let bench = Bench::new();
    let id = bench.danger_of(MINSU, DAY).await;
    bench.tick(DAY + MINUTE).await;
    bench.tick(DAY + 3 * MINUTE).await;
    let (kim, lee) = (bench.code(KIM), bench.code(LEE));
    bench.answers(LEE, &format!("{lee} 확인"), DAY + 4 * MINUTE).await;
    bench.answers(KIM, &format!("{kim} 확인"), DAY + 4 * MINUTE).await;
    assert_eq!(bench.n_events("kind = 'acked'"), 1);
    assert!(bench.texts_to(KIM).last().unwrap().contains("이당직 님이 이미"), "{:?}", bench.texts_to(KIM));
    bench.answers(KIM, &format!("{kim} 신고"), DAY + 5 * MINUTE).await;
    assert_eq!(bench.danger_state(id), "ended", "who has told 119 may say so all the same");
    let note: String = bench.value("SELECT text FROM note WHERE kind = 'handover'");
    assert_eq!(note, "119·112: 김당직 (당직 전화)");
    assert_eq!(bench.n_events("kind = 'alarm_ended' AND detail = 'handed_over'"), 1);
    bench.tick(DAY + HOUR).await;
    assert_eq!(bench.texts_to(LEE).len(), 1, "the confirmation; the call that had not left is taken back");
    assert_eq!(bench.conversation_state(id), "waiting", "the citizen still gets an answer");
}

#[tokio::test]
async fn a_wrong_or_missing_code_acknowledges_nothing() {
    let bench = Bench::new();
    let id = bench.danger_of(MINSU, DAY).await;
    bench.tick(DAY + MINUTE).await;
    let right = bench.code(KIM);
    bench.answers(KIM, "확인", DAY + 2 * MINUTE).await;
    bench.answers(KIM, &format!("{} 확인", bench.other_code(KIM)), DAY + 2 * MINUTE + 1).await;
    // Right, but of another phone.
    bench.answers(LEE, &format!("{right} 확인"), DAY + 2 * MINUTE + 2).await;
    assert_eq!((bench.danger_state(id).as_str(), bench.n_events("kind = 'acked'")), ("ringing", 0));
    let refused = |number: &str| {
        bench.texts_to(number).iter().filter(|text| text.starts_with("번호가 없거나 틀립니다.")).count()
    };
    assert_eq!((refused(KIM), refused(LEE)), (1, 1), "at most once a minute");
    // A stranger with the right code is a citizen.
    bench.answers(JIYEONG, &format!("{right} 확인"), DAY + 2 * MINUTE + 3).await;
    assert_eq!(bench.danger_state(id), "ringing");
    let purpose: String = bench.value(&format!("SELECT purpose FROM inbox WHERE citizen = '{JIYEONG}'"));
    assert_eq!(purpose, "question");
    // The code of an alarm that is over is none any more.
    let minsu = bench.counselor("minsu").await;
    bench.store.claim(id, minsu, MANY, DAY + 3 * MINUTE).await.unwrap().unwrap();
    bench.answer_at(id, minsu, "갑니다", DAY + 3 * MINUTE).await;
    bench.answers(KIM, &format!("{right} 신고"), DAY + 4 * MINUTE).await;
    assert_eq!(bench.danger_state(id), "answered");
    assert!(bench.texts_to(KIM).last().unwrap().contains("이미 끝난 알림"), "{:?}", bench.texts_to(KIM));
    assert_eq!(bench.count(&format!("duty_wrong_code WHERE number = '{KIM}'")), 1, "no guess");
}

/// Who texts two answers within a minute hears of both; two codes may stand in one text.
#[tokio::test]
async fn every_right_answer_is_confirmed() {
    let bench = Bench::new();
    let only_kim = AlarmPolicy { phones: vec![phone("김당직", KIM, "24/7")], ..rota() };
    let policy = Arc::new(ServicePolicy { alarm: only_kim, ..(*called()).clone() });
    for n in 0..3 {
        bench.writes_under(&format!("0101111000{n}"), DANGER, DAY, Arc::clone(&policy)).await;
    }
    bench.store.run_timers(&policy, Round::All, DAY + MINUTE).await.unwrap();
    let code = |id: i64| -> String {
        bench.value(&format!("SELECT code FROM duty_code WHERE conversation_id = {id}"))
    };
    bench.answers(KIM, &format!("네 {}확인했습니다", code(1)), DAY + 2 * MINUTE).await;
    bench.answers(KIM, &format!("{} 확인 {} 신고", code(2), code(3)), DAY + 2 * MINUTE + 1).await;
    let states = [1, 2, 3].map(|id| bench.danger_state(id));
    assert_eq!(states, ["looked_after", "looked_after", "ended"]);
    bench.answers(KIM, &format!("{} 확인", code(1)), DAY + 2 * MINUTE + 2).await;
    let told = bench.texts_to(KIM);
    let told: Vec<&str> = told.iter().filter(|text| !text.starts_with("긴급")).map(String::as_str).collect();
    assert_eq!(told.len(), 4, "{told:?}");
    for (text, word) in told.iter().zip(["1번을 확인했", "2번을 확인했", "3번은 신고한", "1번을 확인했"])
    {
        assert!(text.starts_with(word), "{text}");
    }
}

#[tokio::test]
async fn an_answer_that_does_nothing_is_told_what_to_send() {
    for words in ["네 확인했습니다", "47 hwakin", "47", "47 획인", "10:30 확인"] {
        let bench = Bench::new();
        let id = bench.danger_of(MINSU, DAY).await;
        bench.tick(DAY + MINUTE).await;
        bench.answers(KIM, words, DAY + 2 * MINUTE).await;
        assert_eq!(bench.danger_state(id), "ringing", "{words}");
        assert!(bench.texts_to(KIM)[1].starts_with("번호가 없거나 틀립니다."), "{words}");
        assert_eq!(bench.count("duty_wrong_code"), 0, "{words}");
    }
    // A person reads what else it may say.
    let bench = Bench::new();
    bench.danger_of(MINSU, DAY).await;
    bench.tick(DAY + MINUTE).await;
    bench.answers(KIM, &format!("{} 확인 못 합니다", bench.code(KIM)), DAY + 2 * MINUTE).await;
    assert!(bench.texts_to(KIM)[1].starts_with("번호가 없거나 틀립니다."));
    assert_eq!(bench.conversations_of(KIM), ["waiting"]);
}

/// A call for help from a duty phone is one, also if it has the words of an answer.
#[tokio::test]
async fn a_call_for_help_from_a_duty_phone_is_no_answer() {
    for words in ["119 신고", "신고 112", "112 신고해주세요", "119", "살려주세요 신고"] {
        let bench = Bench::new();
        bench.answers(KIM, words, DAY).await;
        assert_eq!(bench.conversations_of(KIM), ["waiting"], "{words}");
        assert!(bench.texts_to(KIM).is_empty(), "{words}");
    }
    let bench = Bench::new();
    bench.answers(KIM, "살려주세요 119 신고", DAY).await;
    assert_eq!(bench.danger_state(1), "ringing");
}

#[tokio::test]
async fn codes_are_ignored_after_three_wrong_ones_for_a_while() {
    let bench = Bench::new();
    let id = bench.danger_of(MINSU, DAY).await;
    bench.tick(DAY + MINUTE).await;
    for n in 0..3 {
        bench.answers(KIM, &format!("{} 확인", bench.other_code(KIM)), DAY + (2 + n) * MINUTE).await;
    }
    assert_eq!(bench.n_events("kind = 'duty_codes_ignored' AND detail = '김당직'"), 1);
    let n_texts = bench.texts_to(KIM).len();
    bench.answers(KIM, &format!("{} 확인", bench.code(KIM)), DAY + 5 * MINUTE).await;
    bench.answers(KIM, &format!("{} 확인", bench.code(KIM)), DAY + 6 * MINUTE).await;
    assert_eq!(bench.danger_state(id), "ringing", "also the right one");
    let until = called().desks.first().calendar.clock_at(DAY + 12 * MINUTE);
    let told = bench.texts_to(KIM);
    assert!(told.last().unwrap().contains(&format!("{until}까지")), "{told:?}");
    assert_eq!(told.len(), n_texts + 1, "and that is said once");
    let locked = bench.store.ignored_duty_phones(&rota().phones, DAY + 6 * MINUTE).await.unwrap();
    assert_eq!(locked, [(PhoneNumber::parse(KIM), DAY + 12 * MINUTE)]);
    bench.answers(KIM, &format!("{} 확인", bench.code(KIM)), DAY + 12 * MINUTE).await;
    assert_eq!(bench.danger_state(id), "looked_after", "ten minutes later it counts again");
}

/// A duty phone's owner texts as anybody does: a person reads it, and nothing is said by itself. Danger in it rings.
/// Whoever sends all codes in a few texts hits nothing: a text with many is no answer, and old codes count as wrong.
#[tokio::test]
async fn codes_cannot_be_tried_all() {
    let bench = Bench::new();
    let minsu = bench.counselor("minsu").await;
    for n in 0..4 {
        let id = bench.danger_of(&format!("0101111100{n}"), DAY).await;
        bench.tick(DAY + MINUTE).await;
        bench.all_leave(DAY + MINUTE).await;
        bench
            .act(id, minsu, Command::EndAlarm { reason: "훈련".into(), last_seen: None }, DAY + MINUTE)
            .await
            .unwrap();
    }
    let other = bench.other();
    let mut select = other.prepare("SELECT code FROM duty_code WHERE number = ?1").unwrap();
    let old: Vec<String> = select.query_map([KIM], |r| r.get(0)).unwrap().map(|r| r.unwrap()).collect();
    let now = DAY + HOUR;
    let id = bench.danger_of(MINSU, now).await;
    bench.tick(now + MINUTE).await;
    bench.all_leave(now + MINUTE).await;
    let right = bench.code(KIM);
    let many: Vec<String> = (0..8).map(|n| format!("{n:02}")).chain([right.clone()]).collect();
    bench.answers(KIM, &format!("{} 신고", many.join(" ")), now + MINUTE).await;
    assert_eq!(bench.danger_state(id), "ringing");
    for code in old.iter().take(2) {
        bench.answers(KIM, &format!("{code} 신고"), now + 2 * MINUTE).await;
    }
    bench.answers(KIM, &format!("{right} 신고"), now + 2 * MINUTE + 1).await;
    assert_eq!(bench.danger_state(id), "ringing", "three wrong ones: codes are ignored for a while");
    bench.answers(KIM, &format!("{right} 신고"), now + 13 * MINUTE).await;
    assert_eq!(bench.danger_state(id), "ended");
}

/// What was told to 119 can only be what was known when the phone was called.
#[tokio::test]
async fn a_code_does_not_end_a_danger_that_came_after_the_call() {
    let bench = Bench::new();
    let id = bench.danger_of(MINSU, DAY).await;
    bench.tick(DAY + MINUTE).await;
    bench.all_leave(DAY + MINUTE).await;
    let code = bench.code(KIM);
    bench.danger_of(MINSU, DAY + MINUTE + 1).await;
    bench.answers(KIM, &format!("{code} 신고"), DAY + MINUTE + 2).await;
    assert_eq!(bench.danger_state(id), "ringing");
    assert!(bench.texts_to(KIM).last().unwrap().contains("긴급 문자가 또 왔습니다"));
    bench.tick(DAY + 3 * MINUTE).await;
    bench.tick(DAY + 6 * MINUTE).await;
    bench.all_leave(DAY + 6 * MINUTE).await;
    bench.answers(KIM, &format!("{} 신고", bench.code(KIM)), DAY + 6 * MINUTE + 1).await;
    assert_eq!(bench.danger_state(id), "ended", "called again, it knows of both");
}

#[tokio::test]
async fn other_texts_of_staff_go_to_the_desk_as_such() {
    let bench = Bench::new();
    // Before they were on duty they texted us as a citizen.
    let old = bench.writes(KIM, "막차 몇 시예요?", DAY - HOUR).await;
    let id = bench.danger_of(MINSU, DAY).await;
    bench.tick(DAY + MINUTE).await;
    bench.answers(KIM, "지금 못 갑니다. 이 팀장에게 연락하세요", DAY + 2 * MINUTE).await;
    let (conversation, purpose): (i64, String) = bench
        .eye
        .query_row("SELECT conversation_id, purpose FROM inbox ORDER BY id DESC LIMIT 1", [], |r| {
            Ok((r.get(0)?, r.get(1)?))
        })
        .unwrap();
    assert_eq!(
        (conversation, purpose.as_str()),
        (old, "staff"),
        "into their own talk, where a person reads it"
    );
    bench.tick(DAY + 2 * MINUTE).await;
    let by_itself = bench.texts_to(KIM).iter().filter(|text| !text.starts_with("긴급 문자")).count();
    assert_eq!(by_itself, 1, "the receipt of the day before they were on duty, and no more");
    assert_eq!(bench.danger_state(id), "ringing");
    bench.answers(LEE, "불이 났어요 살려주세요", DAY + 2 * MINUTE).await;
    let rings: String = bench
        .value(&format!("SELECT danger FROM conversation WHERE citizen = '{LEE}' AND state <> 'closed'"));
    assert_eq!(rings, "ringing");
    assert!(bench.texts_to(LEE).is_empty());
    // What staff are told never stands in a citizen's conversation, and no citizen's text in theirs.
    let leaked: i64 = bench.value(
        "SELECT count(*) FROM outbox o LEFT JOIN duty_line d ON d.conversation_id = o.conversation_id
         WHERE (o.text LIKE '긴급 문자%') <> (d.number IS NOT NULL)",
    );
    assert_eq!(leaked, 0);
    bench.answers(LEE, "수신거부", DAY + 3 * MINUTE).await;
    assert_eq!(bench.count("citizen WHERE opted_out_at IS NOT NULL"), 0, "a duty phone does not opt out");
}

#[tokio::test]
async fn the_operator_hears_once_again_after_an_hour_and_at_the_end() {
    let bench = Bench::new();
    let note = async |is_in_trouble, now| {
        bench.store.note_trouble(Trouble::Deaf("bizgo".into()), is_in_trouble, &called(), now).await.unwrap()
    };
    assert_eq!(note(false, DAY).await, None);
    assert_eq!(note(true, DAY).await, Some(Saying::Began));
    assert_eq!(note(true, DAY + 1).await, None);
    assert_eq!(note(true, DAY + AGAIN_MS).await, Some(Saying::Lasts));
    assert_eq!(note(false, DAY + AGAIN_MS + MINUTE).await, Some(Saying::Over));
    assert_eq!(note(false, DAY + 2 * AGAIN_MS).await, None);
    let texts = bench.texts_to(ADMIN);
    assert_eq!(texts.len(), 3, "{texts:?}");
    assert!(texts[1].contains("60분째") && texts[2].contains("문제가 끝났습니다"), "{texts:?}");
    assert!(bench.texts_to(KIM).is_empty(), "another list");
    assert_eq!(bench.count("alarm_push"), 6);
    for n in 0..3 {
        bench.store.record_start(DAY + n).await.unwrap();
    }
    assert_eq!(bench.store.n_starts(DAY + 3).await.unwrap(), 3);
    assert_eq!(bench.store.n_starts(DAY + HOUR).await.unwrap(), 0);
    // A stop that was asked for.
    bench.store.forget_start().await.unwrap();
    assert_eq!(bench.store.n_starts(DAY + 3).await.unwrap(), 2);
}

/// Each step of a call is in the transaction of the escalation: what fails in between leaves neither.
#[tokio::test]
async fn a_call_and_its_escalation_stand_or_fall_together() {
    let bench = Bench::new();
    bench.danger_of(MINSU, DAY).await;
    bench.outside("CREATE TRIGGER broken BEFORE INSERT ON duty_code BEGIN SELECT RAISE(ABORT, 'crash'); END");
    assert!(bench.store.run_timers(&called(), Round::All, DAY + MINUTE).await.is_err());
    assert_eq!((bench.n_events("kind = 'escalated'"), bench.count("alarm_push")), (0, 0));
    bench.outside("DROP TRIGGER broken");
    bench.tick(DAY + MINUTE + 1).await;
    bench.tick(DAY + MINUTE + 2).await;
    assert_eq!((bench.n_events("kind = 'escalated'"), bench.texts_to(KIM).len()), (1, 1));
}

/// New alarms go before those that failed, and each way has its own.
#[tokio::test]
async fn new_alarms_leave_before_what_is_tried_again() {
    let bench = Bench::new();
    bench.danger_of(MINSU, DAY).await;
    bench.tick(DAY + MINUTE).await;
    let due = async |now| {
        let due = bench.store.alarm_pushes_due(PushWay::Webhook, 10, now).await.unwrap();
        assert!(due.iter().all(|push| push.way == PushWay::Webhook));
        due
    };
    let first = due(DAY + MINUTE).await.remove(0);
    bench.store.alarm_push_ended(&first, Some("no answer".into()), DAY + MINUTE).await.unwrap();
    bench.tick(DAY + 3 * MINUTE).await;
    let order: Vec<u32> = due(DAY + 3 * MINUTE).await.iter().map(|push| push.n_attempts).collect();
    assert_eq!(order, [0, 1]);
}

/// Forty dangers within 50 s: the first call leaves at once, the others go together, and every code counts.
#[tokio::test]
async fn a_burst_of_dangers_calls_a_phone_a_few_times_and_every_code_counts() {
    let bench = Bench::new();
    let mut ids = Vec::new();
    for n in 0..40_i64 {
        ids.push(bench.danger_of(&format!("0107777{n:04}"), DAY + n * 1_250).await);
    }
    let mut left = Vec::new();
    for second in 0..=80 {
        let now = DAY + MINUTE + second * 1_000;
        bench.tick(now).await;
        bench.all_leave(now).await;
        let sql = "SELECT count(*) FROM outbox WHERE citizen = '01090000001' AND state = 'accepted'";
        let n_left: i64 = bench.value(sql);
        left.resize(usize::try_from(n_left).unwrap(), second);
    }
    assert_eq!(left, [0, 20, 40, 60], "the second in which each call left");
    let texts = bench.texts_to(KIM);
    assert!(texts[0].starts_with(&format!("긴급 문자 {}번이 1분째", ids[0])), "{}", texts[0]);
    assert!(texts[1].starts_with(&format!("긴급 문자 {}번 외 15건이 1분째", ids[1])), "{}", texts[1]);
    let now = DAY + MINUTE + 90_000;
    for id in ids {
        let code: String = bench
            .value(&format!("SELECT code FROM duty_code WHERE conversation_id = {id} AND number = '{KIM}'"));
        assert!(
            texts
                .iter()
                .any(|text| text.contains(&format!("{code} 확인"))
                    || text.contains(&format!("{id}번: {code}")))
        );
        bench.answers(KIM, &format!("{code} 확인"), now).await;
        assert_eq!(bench.danger_state(id), "looked_after");
    }
}

/// What waits to be told leaves out an alarm that has ended, and does not hold up the answer to an answer.
#[tokio::test]
async fn a_joint_call_says_what_is_true_when_it_leaves() {
    let bench = Bench::new();
    let minsu = bench.counselor("minsu").await;
    let mut ids = Vec::new();
    for n in 0..4_i64 {
        ids.push(bench.danger_of(&format!("0107777{n:04}"), DAY + n).await);
    }
    bench.tick(DAY + MINUTE).await;
    bench.all_leave(DAY + MINUTE).await;
    bench.tick(DAY + MINUTE + 3).await;
    assert_eq!(bench.texts_to(KIM).len(), 2);
    bench.store.claim(ids[2], minsu, MANY, DAY + MINUTE + 4).await.unwrap().unwrap();
    bench.answer_at(ids[2], minsu, "119가 갑니다", DAY + MINUTE + 5).await;
    let first: String =
        bench.value(&format!("SELECT code FROM duty_code WHERE conversation_id = {}", ids[0]));
    bench.answers(KIM, &format!("{first} 확인"), DAY + MINUTE + 6).await;
    bench.all_leave(DAY + MINUTE + 7).await;
    let texts = bench.texts_to(KIM);
    assert!(texts[1].starts_with(&format!("{}번을 확인했습니다", ids[0])), "{texts:?}");
    let joint = format!("긴급 문자 {}번 외 1건이", ids[1]);
    assert!(texts[2].starts_with(&joint) && !texts[2].contains(&format!("{}번:", ids[2])), "{texts:?}");
    let waits: String =
        bench.value("SELECT state FROM outbox WHERE citizen = '01090000001' ORDER BY id DESC LIMIT 1");
    assert_eq!(waits, "queued");
    bench.all_leave(DAY + MINUTE + 20_000).await;
    let left: String =
        bench.value("SELECT state FROM outbox WHERE citizen = '01090000001' ORDER BY id DESC LIMIT 1");
    assert_eq!(left, "accepted");
}

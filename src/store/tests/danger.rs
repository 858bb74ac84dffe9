//! Danger is never silent: every danger rings, and an alarm ends only by a person's answer or by name with a reason.

use super::service::DAY;
use super::*;

const DANGER: &str = "살려주세요";

impl Bench {
    fn n_urgent(&self) -> i64 {
        self.n_events("kind = 'urgent'")
    }

    fn n_escalated(&self) -> i64 {
        self.n_events("kind = 'escalated'")
    }

    fn danger(&self, id: i64) -> String {
        self.value(&format!("SELECT coalesce(danger, '-') FROM conversation WHERE id = {id}"))
    }
}

/// B1: danger that comes after a reopening rings, whatever was spent before.
#[tokio::test]
async fn danger_after_a_reopening_rings_again() {
    let bench = Bench::new();
    let minsu = bench.counselor("minsu").await;
    let id = bench.writes(MINSU, DANGER, DAY).await;
    for minutes in [1, 3, 6] {
        bench.pass(DAY + minutes * MINUTE).await;
    }
    bench.store.claim(id, minsu, MANY, DAY + 7 * MINUTE).await.unwrap().unwrap();
    bench.answer_at(id, minsu, "119를 불렀습니다", DAY + 8 * MINUTE).await;
    assert_eq!(bench.closes(id, minsu, DAY + HOUR).await, Ok(()));
    let (n_urgent, n_escalated) = (bench.n_urgent(), bench.n_escalated());
    assert_eq!(bench.writes(MINSU, "막차 몇 시예요?", DAY + 2 * HOUR).await, id);
    assert_eq!(bench.n_urgent(), n_urgent, "an ordinary question rings no bell");
    assert_eq!(bench.writes(MINSU, DANGER, DAY + 3 * HOUR).await, id);
    assert_eq!(bench.n_urgent(), n_urgent + 1);
    bench.pass(DAY + 3 * HOUR + MINUTE).await;
    bench.pass(DAY + 3 * HOUR + 3 * MINUTE).await;
    assert_eq!(bench.n_escalated(), n_escalated + 2, "from the first step on");
}

/// B1: nobody closes or restricts what rings, or what nobody has answered.
#[tokio::test]
async fn what_rings_is_neither_closed_nor_restricted() {
    let bench = Bench::new();
    let (minsu, boss) = (bench.counselor("minsu").await, bench.supervisor("boss").await);
    let id = bench.writes(MINSU, DANGER, DAY).await;
    let restrict = || Command::Restrict { until: DAY + HOUR, reason: "욕설".into() };
    assert_eq!(bench.act(id, boss, restrict(), DAY).await, Err(Refusal::DangerUnanswered));
    bench.store.claim(id, minsu, MANY, DAY).await.unwrap().unwrap();
    assert_eq!(
        bench.closes(id, minsu, DAY).await,
        Err(Refusal::DangerUnanswered),
        "looked after, not answered"
    );
    assert_eq!(bench.act(id, boss, restrict(), DAY).await, Err(Refusal::DangerUnanswered));
    bench.answer_at(id, minsu, "경찰이 갑니다", DAY).await;
    assert_eq!(bench.danger(id), "answered");
    assert_eq!(bench.closes(id, minsu, DAY).await, Ok(()));
}

/// B2: whoever looked after it does not any more: it rings, and the steps go on.
#[tokio::test]
async fn danger_that_is_let_go_rings_again() {
    for way in ["release", "desk", "person", "disabled", "return"] {
        let bench = Bench::new();
        let (minsu, _) = (bench.counselor("minsu").await, bench.counselor("jiyeong").await);
        let desks = crate::domain::arrival::tests::with_desks(
            ["main", "north"].map(|key| crate::domain::arrival::tests::desk(key, "24/7")).into(),
            None,
        );
        let policy = Arc::new(desks);
        let id = bench.writes_under(MINSU, DANGER, DAY, Arc::clone(&policy)).await;
        let act =
            async |command| bench.store.by(id, minsu, command, &policy, DAY + MINUTE / 2).await.unwrap();
        act(Command::Claim).await.unwrap();
        assert_eq!((bench.danger(id).as_str(), bench.n_urgent()), ("looked_after", 1), "{way}");
        let note = || "바쁩니다".to_owned();
        match way {
            "release" => act(Command::Release).await.unwrap(),
            "desk" => act(Command::ToDesk { desk: "north".into(), note: note() }).await.unwrap(),
            "person" => act(Command::ToPerson { login: "jiyeong".into(), note: note() }).await.unwrap(),
            "return" => {
                act(Command::ToDesk { desk: "north".into(), note: note() }).await.unwrap();
                act(Command::Claim).await.unwrap();
                act(Command::Return { note: note() }).await.unwrap();
            }
            _ => {
                bench.store.disable_counselor("minsu".into(), DAY + MINUTE / 2).await.unwrap();
            }
        }
        assert_eq!(bench.danger(id), "ringing", "{way}");
        assert!(bench.n_urgent() >= 2, "{way}");
        assert_eq!(bench.conversation_state(id), "waiting", "{way}");
        bench.store.run_timers(&policy, Round::All, DAY + MINUTE - 1).await.unwrap();
        assert_eq!(bench.n_escalated(), 0, "{way}");
        bench.store.run_timers(&policy, Round::All, DAY + MINUTE).await.unwrap();
        assert_eq!(bench.n_escalated(), 1, "{way}: nobody puts the steps off by letting go");
    }
}

/// B2: new danger in a talk that somebody looks after rings for everybody.
#[tokio::test]
async fn new_danger_rings_whatever_was_acked() {
    let bench = Bench::new();
    let minsu = bench.counselor("minsu").await;
    let id = bench.writes(MINSU, DANGER, DAY).await;
    assert_eq!(bench.act(id, minsu, Command::Ack, DAY + 1).await, Ok(()));
    bench.writes(MINSU, "불이 났어요", DAY + 2).await;
    assert_eq!((bench.danger(id).as_str(), bench.n_urgent()), ("ringing", 2));
    bench.store.claim(id, minsu, MANY, DAY + 3).await.unwrap().unwrap();
    bench.answer_at(id, minsu, "주소가 어디예요?", DAY + 4).await;
    bench.writes(MINSU, "빨리요 불이 났어요", DAY + HOUR).await;
    assert_eq!((bench.danger(id).as_str(), bench.n_urgent()), ("ringing", 3));
    assert_eq!(bench.conversation_state(id), "active", "its holder has it still");
}

/// B2b: three dangers taken by one `next` each are not answered by that.
#[tokio::test]
async fn danger_that_is_held_and_not_answered_alarms_at_each_step() {
    let bench = Bench::new();
    let minsu = bench.counselor("minsu").await;
    for n in 0..3 {
        bench.writes(&format!("0101111000{n}"), DANGER, DAY).await;
        claimed(bench.store.next_for(minsu, MANY, DAY + 1).await.unwrap());
    }
    for (minutes, expected) in [(1, 3), (3, 6), (6, 9)] {
        bench.pass(DAY + minutes * MINUTE).await;
        assert_eq!(bench.n_escalated(), expected, "after {minutes} min");
    }
    bench.answer_at(1, minsu, "119를 불렀습니다", DAY + 7 * MINUTE).await;
    bench.all_leave(DAY + 7 * MINUTE).await;
    bench.pass(DAY + 9 * MINUTE).await;
    assert_eq!(bench.n_escalated(), 11, "what is answered is quiet");
    // However many steps were missed: one call.
    bench.pass(DAY + 99 * MINUTE).await;
    bench.pass(DAY + 99 * MINUTE).await;
    assert_eq!(bench.n_escalated(), 13);
}

/// B3: STOP takes back what is said by itself, but never where help is.
#[tokio::test]
async fn stop_takes_no_urgent_text_back() {
    let bench = Bench::new();
    let id = bench.writes(MINSU, DANGER, DAY).await;
    bench.writes(MINSU, "수신거부", DAY + 1).await;
    let sql = "SELECT state FROM outbox WHERE notice = 'urgent'";
    assert_eq!(bench.value::<String>(sql), "queued");
    let left = bench.lease(10, DAY + 2).await;
    assert!(left.iter().any(|text| text.text.reveal().contains("119")), "{left:?}");
    // And what a person answers to danger leaves, too.
    let minsu = bench.counselor("minsu").await;
    bench.store.claim(id, minsu, MANY, DAY + 2).await.unwrap().unwrap();
    bench.answer_at(id, minsu, "어디세요?", DAY + 3).await;
    bench.writes(MINSU, "STOP", DAY + 4).await;
    for text in left {
        bench.outcome(&text, accepted(&format!("c{}", text.id)), DAY + 4).await;
    }
    let mut left = bench.lease(10, DAY + 5).await;
    for text in &left {
        bench.outcome(text, accepted(&format!("d{}", text.id)), DAY + 5).await;
    }
    left.extend(bench.lease(10, DAY + 6).await);
    assert!(left.iter().any(|text| text.text.reveal() == "어디세요?"), "{left:?}");
}

/// B19: danger in pieces: whoever is told where help is is not told how many wait before them.
#[tokio::test]
async fn danger_in_pieces_takes_the_receipt_back() {
    let bench = Bench::new();
    for n in 0..18 {
        bench.writes(&format!("010222200{n:02}"), "막차?", DAY).await;
    }
    let pieces = [("p1", "불이"), ("p2", "났어요")].map(|(key, words)| text(key, MINSU, words));
    bench.accept(pieces.into(), DAY + 1).await.unwrap();
    assert_eq!(bench.store.route_received(10, DAY + 1, &talkative()).await.unwrap().n_routed, 2);
    let sql = "SELECT group_concat(notice || ' ' || state, ', ') FROM
               (SELECT notice, state FROM outbox WHERE citizen = '01011110000' ORDER BY id)";
    assert_eq!(bench.value::<String>(sql), "receipt cancelled, urgent queued");
}

/// B19: danger that was raised in an answered talk nobody holds stands in the queue, first.
#[tokio::test]
async fn danger_that_nobody_holds_is_given_by_next() {
    let bench = Bench::new();
    let (minsu, jiyeong) = (bench.counselor("minsu").await, bench.counselor("jiyeong").await);
    let id = bench.writes(MINSU, "막차?", DAY).await;
    bench.store.claim(id, minsu, MANY, DAY).await.unwrap().unwrap();
    bench.answer_at(id, minsu, "23:10입니다", DAY).await;
    bench.store.release(id, minsu, DAY).await.unwrap().unwrap();
    bench.writes(JIYEONG, "여권?", DAY - HOUR).await;
    assert_eq!(bench.act(id, minsu, Command::Urgent, DAY + 1).await, Ok(()));
    assert_eq!(bench.conversation_state(id), "waiting");
    let waiting = ConversationFilter::State(crate::domain::conversation::ConversationState::Waiting);
    let (listed, _) = bench.store.conversations(waiting, 10, &everybody()).await.unwrap();
    assert_eq!(listed[0].id, id);
    assert_eq!(claimed(bench.store.next_for(jiyeong, MANY, DAY + 2).await.unwrap()).summary.id, id);
}

/// B19: nobody holds more unanswered dangers than the setting says; `next` gives what else may be given.
#[tokio::test]
async fn nobody_holds_too_many_dangers() {
    let bench = Bench::new();
    let minsu = bench.counselor("minsu").await;
    let two = Arc::new(ServicePolicy { max_dangers: 2, ..(*talkative()).clone() });
    let me = bench.store.person(minsu).await;
    for n in 0..3 {
        bench.writes(&format!("0101111000{n}"), DANGER, DAY).await;
    }
    let next = async || bench.store.claim_next(&me, &two, DAY).await.unwrap().map(|found| found.summary.id);
    assert_eq!((next().await, next().await), (Ok(1), Ok(2)));
    assert_eq!(next().await, Err(Refusal::TooManyDangers));
    assert_eq!(
        bench.store.by(3, minsu, Command::Claim, &two, DAY).await.unwrap(),
        Err(Refusal::TooManyDangers)
    );
    let ordinary = bench.writes(JIYEONG, "여권?", DAY).await;
    assert_eq!(next().await, Ok(ordinary));
    bench.answer_at(1, minsu, "119를 불렀습니다", DAY).await;
    assert_eq!(next().await, Ok(3), "an answered one does not count");
}

/// Who neither holds a danger nor supervises cannot end it with 119.
#[tokio::test]
async fn only_who_holds_a_danger_hands_it_over() {
    let bench = Bench::new();
    let (minsu, jiyeong) = (bench.counselor("minsu").await, bench.counselor("jiyeong").await);
    let told = || Command::HandOver { service: "119".into(), told: "박소방".into(), last_seen: None };
    let id = bench.writes(MINSU, DANGER, DAY).await;
    assert_eq!(bench.act(id, jiyeong, told(), DAY + 1).await, Err(Refusal::NotHeld), "claim it first");
    bench.store.claim(id, minsu, MANY, DAY + 1).await.unwrap().unwrap();
    assert!(matches!(bench.act(id, jiyeong, told(), DAY + 2).await, Err(Refusal::HeldBy(_))));
    assert_eq!(bench.danger(id), "looked_after");
    assert_eq!(bench.act(id, minsu, told(), DAY + 2).await, Ok(()));
    assert_eq!(bench.danger(id), "ended");
    bench.store.close(id, minsu, Closing::default(), DAY + 3).await.unwrap().unwrap();
    assert_eq!(bench.act(id, jiyeong, told(), DAY + 4).await, Err(Refusal::NotHeld), "never held it");
    assert_eq!(bench.act(id, minsu, told(), DAY + 4).await, Ok(()), "a second call to 119");
}

/// A false alarm is ended by name with a reason, by who holds it or by anybody while nobody does.
#[tokio::test]
async fn an_alarm_is_ended_by_name_with_a_reason() {
    let bench = Bench::new();
    let (minsu, jiyeong) = (bench.counselor("minsu").await, bench.counselor("jiyeong").await);
    let end = || Command::EndAlarm { reason: "드라마 이야기".into(), last_seen: None };
    let ordinary = bench.writes(JIYEONG, "여권?", DAY).await;
    assert_eq!(bench.act(ordinary, minsu, end(), DAY).await, Err(Refusal::NoAlarm));
    let id = bench.writes(MINSU, DANGER, DAY + 1).await;
    bench.store.claim(id, minsu, MANY, DAY + 1).await.unwrap().unwrap();
    assert!(matches!(bench.act(id, jiyeong, end(), DAY + 2).await, Err(Refusal::HeldBy(_))));
    assert_eq!(bench.act(id, minsu, end(), DAY + 2).await, Ok(()));
    assert_eq!(bench.act(id, minsu, end(), DAY + 2).await, Err(Refusal::NoAlarm));
    bench.pass(DAY + 20 * MINUTE).await;
    assert_eq!(bench.n_escalated(), 0);
    let notes = bench.store.shown(id).await.notes;
    assert_eq!((notes[0].kind, notes[0].text.as_str()), (NoteKind::FalseAlarm, "드라마 이야기"));
    assert_eq!(notes[0].author.as_deref(), Some("minsu"));
    bench.writes(MINSU, "진짜예요 살려주세요", DAY + 21 * MINUTE).await;
    assert_eq!(bench.danger(id), "ringing");
}

/// The alarm stands also for what the citizen wrote since: who has not read that ends nothing.
#[tokio::test]
async fn an_alarm_is_not_ended_over_a_text_that_nobody_has_read() {
    let bench = Bench::new();
    let minsu = bench.counselor("minsu").await;
    let id = bench.writes(MINSU, "불이야 불이야", DAY).await;
    let seen = bench.store.shown(id).await.summary.last_inbound_seq;
    bench.store.claim(id, minsu, MANY, DAY).await.unwrap().unwrap();
    bench.writes(MINSU, "진짜예요 칼에 찔렸어요 피를 많이 흘려요 살려주세요", DAY + 1).await;
    let newest = bench.store.shown(id).await.summary.last_inbound_seq;
    let end = |last_seen| Command::EndAlarm { reason: "노래 가사".into(), last_seen: Some(last_seen) };
    let told = |last_seen| Command::HandOver {
        service: "119".into(),
        told: "박소방".into(),
        last_seen: Some(last_seen),
    };
    for unseen in [0, seen, newest + 1, i64::MAX] {
        assert_eq!(bench.act(id, minsu, end(unseen), DAY + 2).await, Err(Refusal::NewerTexts), "{unseen}");
        assert_eq!(bench.act(id, minsu, told(unseen), DAY + 2).await, Err(Refusal::NewerTexts), "{unseen}");
    }
    assert_eq!(bench.danger(id), "ringing");
    assert_eq!(bench.act(id, minsu, told(newest), DAY + 3).await, Ok(()));
    assert_eq!(bench.danger(id), "ended");
}

/// 119 was told, and the citizen is still in danger: the next text may say where they are.
#[tokio::test]
async fn who_was_handed_over_is_heard_and_answered() {
    let bench = Bench::new();
    let (minsu, boss) = (bench.counselor("minsu").await, bench.supervisor("boss").await);
    let id = bench.writes(MINSU, DANGER, DAY).await;
    let told = Command::HandOver { service: "119".into(), told: "박소방".into(), last_seen: None };
    bench.act(id, boss, told, DAY + 1).await.unwrap();
    let purpose =
        |text: &str| bench.value::<String>(&format!("SELECT purpose FROM inbox WHERE text = '{text}'"));
    bench.writes(MINSU, "문자 그만 보내세요", DAY + 2).await;
    assert_eq!(purpose("문자 그만 보내세요"), "question", "it may be said of somebody else");
    bench.writes(MINSU, "수신거부", DAY + 3).await;
    assert_eq!(purpose("수신거부"), "opt_out");
    bench.writes(MINSU, "광산구 첨단로 12 3층 302호예요", DAY + 4).await;
    bench.store.claim(id, minsu, MANY, DAY + 5).await.unwrap().unwrap();
    bench.answer_at(id, minsu, "소방차가 갑니다. 문을 열어 두세요.", DAY + 5).await;
    assert_eq!(bench.conversation_state(id), "answered");
    bench.all_leave(DAY + 6).await;
    let state: String = bench.value("SELECT state FROM outbox WHERE text LIKE '소방차%'");
    assert_eq!(state, "accepted", "it leaves in spite of the opt-out");
}

/// A restriction that follows a danger does not swallow the address.
#[tokio::test]
async fn who_was_in_danger_is_heard_for_a_day_also_while_restricted() {
    let bench = Bench::new();
    let minsu = bench.counselor("minsu").await;
    let id = bench.writes(MINSU, DANGER, DAY).await;
    bench.store.claim(id, minsu, MANY, DAY).await.unwrap().unwrap();
    bench.answer_at(id, minsu, "어디예요?", DAY + 1).await;
    assert_eq!(bench.closes(id, minsu, DAY + 2).await, Ok(()));
    let until = DAY + 30 * 24 * HOUR;
    let sql = "INSERT INTO citizen (number, restricted_until_at, restriction_reason) VALUES (?1, ?2, '장난')";
    bench.other().execute(sql, rusqlite::params![MINSU, until]).unwrap();
    let purpose = || bench.value::<String>("SELECT purpose FROM inbox ORDER BY id DESC LIMIT 1");
    bench.writes(MINSU, "행복아파트 101동 202호", DAY + HOUR).await;
    assert_eq!(purpose(), "question");
    bench.writes(MINSU, "옆집 아저씨가 자꾸 따라와요", DAY + 49 * HOUR).await;
    assert_eq!(purpose(), "question", "perhaps danger is read at any time");
}

/// An answer to danger that will not arrive is no answer.
#[tokio::test]
async fn danger_rings_again_when_its_answer_is_lost() {
    let bench = Bench::new();
    let minsu = bench.counselor("minsu").await;
    let id = bench.writes(MINSU, DANGER, DAY).await;
    bench.store.claim(id, minsu, MANY, DAY).await.unwrap().unwrap();
    bench.answer_at(id, minsu, "어디세요?", DAY + 1).await;
    assert_eq!(bench.closes(id, minsu, DAY + 2).await, Ok(()));
    let mut leased = bench.lease(10, DAY + 3).await;
    bench.outcome(&leased.remove(0), accepted("c1"), DAY + 3).await;
    let answer = bench.lease(10, DAY + 4).await.remove(0);
    assert_eq!(answer.text.reveal(), "어디세요?");
    bench.outcome(&answer, Outcome::Rejected { code: None }, DAY + 5).await;
    assert_eq!((bench.danger(id).as_str(), bench.conversation_state(id).as_str()), ("ringing", "waiting"));
}

/// An answer that stays in the outbox tells a citizen in danger nothing: the carrier is paused, or does not answer.
#[tokio::test]
async fn danger_rings_again_while_its_answer_does_not_leave() {
    for closes in [false, true] {
        let bench = Bench::new();
        let minsu = bench.counselor("minsu").await;
        let id = bench.writes(MINSU, DANGER, DAY).await;
        bench.store.claim(id, minsu, MANY, DAY).await.unwrap().unwrap();
        bench.answer_at(id, minsu, "어디세요?", DAY).await;
        if closes {
            assert_eq!(bench.closes(id, minsu, DAY).await, Ok(()));
        }
        bench.pass(DAY + MINUTE - 1).await;
        assert_eq!(bench.danger(id), "answered", "{closes}");
        bench.pass(DAY + MINUTE).await;
        let waits = if closes { "waiting" } else { "active" };
        assert_eq!((bench.danger(id).as_str(), bench.conversation_state(id).as_str()), ("ringing", waits));
        assert_eq!(bench.n_events("kind = 'answer_lost' AND detail = 'not_sent'"), 1);
        bench.pass(DAY + 2 * MINUTE).await;
        assert_eq!(bench.n_escalated(), 1, "and calls supervisors");
        bench.store.claim(id, minsu, MANY, DAY + 2 * MINUTE).await.unwrap().unwrap();
        bench.answer_at(id, minsu, "119에 알렸습니다", DAY + 2 * MINUTE).await;
        bench.pass(DAY + 3 * MINUTE - 1).await;
        assert_eq!(bench.danger(id), "answered", "the second answer has its own minute");
        bench.pass(DAY + 3 * MINUTE).await;
        assert_eq!(bench.danger(id), "ringing");
    }
}

/// Who said that they look after a danger, and holds nothing, has no access any more: the bell is on again.
#[tokio::test]
async fn danger_rings_anew_when_who_acked_it_is_disabled() {
    let bench = Bench::new();
    let minsu = bench.counselor("minsu").await;
    let id = bench.writes(MINSU, DANGER, DAY).await;
    assert_eq!(bench.act(id, minsu, Command::Ack, DAY + 1).await, Ok(()));
    assert_eq!(bench.danger(id), "looked_after");
    let n_held = bench.store.disable_counselor("minsu".into(), DAY + 2).await.unwrap();
    assert_eq!((n_held, bench.danger(id).as_str(), bench.n_urgent()), (0, "ringing", 2));
}

#[tokio::test]
async fn one_answer_that_left_is_enough() {
    let bench = Bench::new();
    let minsu = bench.counselor("minsu").await;
    let id = bench.writes(MINSU, DANGER, DAY).await;
    bench.store.claim(id, minsu, MANY, DAY).await.unwrap().unwrap();
    bench.answer_at(id, minsu, "어디세요?", DAY).await;
    for code in ["c1", "c2"] {
        let leaving = bench.lease(1, DAY + 1).await.remove(0);
        bench.outcome(&leaving, accepted(code), DAY + 1).await;
    }
    bench.answer_at(id, minsu, "층도 알려 주세요", DAY + 2).await;
    bench.pass(DAY + 30 * MINUTE).await;
    assert_eq!(bench.danger(id), "answered");
}

/// B9: a conversation that a lost answer reopens is asked for no survey until it is closed again.
#[tokio::test]
async fn a_lost_answer_puts_the_survey_off() {
    let bench = Bench::new();
    let minsu = bench.counselor("minsu").await;
    let id = bench.writes(MINSU, "막차?", DAY).await;
    bench.served(id, minsu, DAY).await;
    let answer = bench.lease(10, DAY + 1).await.remove(0);
    assert_eq!(answer.text.reveal(), "답");
    bench.outcome(&answer, Outcome::Rejected { code: None }, DAY + 3).await;
    assert_eq!(bench.conversation_state(id), "waiting");
    assert_eq!(bench.value::<Option<i64>>("SELECT survey_due_at FROM conversation"), None);
    assert_eq!(bench.pass(DAY + 4).await, 0);
    assert_eq!(bench.count("survey"), 0);
}

/// An answer to danger that is lost after the citizen wrote again is no answer either.
#[tokio::test]
async fn danger_rings_again_when_its_answer_is_lost_behind_a_new_text() {
    for lets_go in [false, true] {
        let bench = Bench::new();
        let minsu = bench.counselor("minsu").await;
        let id = bench.writes(MINSU, DANGER, DAY).await;
        bench.store.claim(id, minsu, MANY, DAY).await.unwrap().unwrap();
        bench.answer_at(id, minsu, "어디세요?", DAY + 1).await;
        bench.writes(MINSU, "여보세요", DAY + 2).await;
        if lets_go {
            bench.store.release(id, minsu, DAY + 3).await.unwrap().unwrap();
        }
        let mut leased = bench.lease(10, DAY + 3).await;
        bench.outcome(&leased.remove(0), accepted("c1"), DAY + 3).await;
        let answer = bench.lease(10, DAY + 4).await.remove(0);
        assert_eq!(answer.text.reveal(), "어디세요?");
        bench.outcome(&answer, Outcome::Rejected { code: None }, DAY + 5).await;
        assert_eq!(bench.danger(id), "ringing", "{lets_go}");
        assert_eq!(bench.n_urgent(), 2);
    }
}

/// Whoever is in danger is heard to the end, whatever was decided about them before.
#[tokio::test]
async fn a_restricted_citizen_in_danger_is_heard() {
    let bench = Bench::new();
    let (minsu, boss) = (bench.counselor("minsu").await, bench.supervisor("boss").await);
    let id = bench.writes(MINSU, "야 이 개새끼야", DAY - 3).await;
    bench.store.claim(id, boss, MANY, DAY - 3).await.unwrap().unwrap();
    assert_eq!(bench.act(id, boss, Command::Warn, DAY - 2).await, Ok(()));
    bench.writes(MINSU, "뭐 어쩌라고", DAY - 1).await;
    let restrict = Command::Restrict { until: DAY + 9 * HOUR, reason: "욕설".into() };
    assert_eq!(bench.act(id, boss, restrict.clone(), DAY).await, Ok(()));
    bench.writes(MINSU, DANGER, DAY + 1).await;
    bench.store.claim(id, minsu, MANY, DAY + 1).await.unwrap().unwrap();
    bench.answer_at(id, minsu, "어디에 계세요?", DAY + 2).await;
    let seen = bench.store.shown(id).await.summary.last_inbound_seq;
    bench.writes(MINSU, "상무대로 12번지 3층이에요", DAY + 3).await;
    assert_eq!(bench.conversation_state(id), "active");
    let closed = bench.store.close(id, minsu, seen_up_to(seen), DAY + 4).await.unwrap();
    assert_eq!(closed, Err(Refusal::NewerTexts));
    // Nor is somebody restricted through another conversation while this one rings.
    bench.writes(MINSU, DANGER, DAY + 5).await;
    bench.outside(
        "INSERT INTO conversation (citizen, our_number, state, opened_at, closed_at, last_inbound_at)
                   VALUES ('01011110000', '062000', 'closed', 0, 1, 0)",
    );
    let other: i64 = bench.value("SELECT max(id) FROM conversation");
    assert_eq!(bench.act(other, boss, restrict, DAY + 6).await, Err(Refusal::DangerUnanswered));
}

/// An alarm that was written by a clock that was ahead goes on by the right one.
#[tokio::test]
async fn a_clock_set_back_silences_no_alarm() {
    for wrong in ["alarm_from_at = alarm_from_at + 172800000", "n_escalations = 500"] {
        let bench = Bench::new();
        let id = bench.writes(MINSU, DANGER, DAY).await;
        bench.outside(&format!("UPDATE conversation SET {wrong}"));
        bench.pass(DAY + 2_000).await;
        assert_eq!(bench.n_escalated(), 1, "{wrong}: told of at once");
        bench.pass(DAY + 2_000 + MINUTE).await;
        assert_eq!(bench.n_escalated(), 2, "{wrong}: and the steps begin anew");
        assert_eq!(bench.danger(id), "ringing");
    }
}

/// The citizen of an answered danger who writes again and is held by nobody is told of, too.
#[tokio::test]
async fn an_answered_danger_that_waits_alone_is_told_of() {
    let bench = Bench::new();
    let minsu = bench.counselor("minsu").await;
    let id = bench.writes(MINSU, DANGER, DAY).await;
    bench.store.claim(id, minsu, MANY, DAY).await.unwrap().unwrap();
    bench.answer_at(id, minsu, "119를 불렀습니다", DAY).await;
    bench.store.release(id, minsu, DAY + 1).await.unwrap().unwrap();
    bench.writes(MINSU, "아직 아무도 안 와요", DAY + HOUR).await;
    for (minutes, expected) in [(2, 0), (3, 1), (4, 1), (6, 2)] {
        bench.pass(DAY + HOUR + minutes * MINUTE).await;
        assert_eq!(bench.n_escalated(), expected, "after {minutes} min");
    }
}

/// A supervisor who takes over holds no more unanswered dangers than anybody else.
#[tokio::test]
async fn taking_over_has_the_same_limit() {
    let bench = Bench::new();
    let boss = bench.supervisor("boss").await;
    let one = Arc::new(ServicePolicy { max_dangers: 1, ..(*talkative()).clone() });
    for n in 0..2 {
        bench.writes(&format!("0101111000{n}"), DANGER, DAY).await;
    }
    let take = async |id| {
        let take = Command::TakeOver { note: "제가 합니다".into() };
        bench.store.by(id, boss, take, &one, DAY).await.unwrap()
    };
    assert_eq!(take(1).await, Ok(()));
    assert_eq!(take(2).await, Err(Refusal::TooManyDangers));
    assert_eq!(take(1).await, Ok(()), "what is theirs");
}

/// Somebody who goes on in English reads English where help is.
#[tokio::test]
async fn danger_is_answered_in_the_language_it_is_written_in() {
    let bench = Bench::new();
    let id = bench.writes(MINSU, "Hello", DAY).await;
    bench.writes(MINSU, "please help, there is a fire in my house", DAY + HOUR).await;
    let sql = format!("SELECT text FROM outbox WHERE conversation_id = {id} AND notice = 'urgent'");
    assert!(bench.value::<String>(&sql).contains("In danger?"), "{}", bench.value::<String>(&sql));
}

/// What was no danger shows nobody a number; who handed over is still on the phone.
#[tokio::test]
async fn a_number_is_not_shown_for_a_false_alarm() {
    let bench = Bench::new();
    let minsu = bench.counselor("minsu").await;
    let reveal = || Command::Reveal { reason: "119".into() };
    let id = bench.writes(MINSU, "살려주세요", DAY).await;
    bench.store.claim(id, minsu, MANY, DAY).await.unwrap().unwrap();
    assert_eq!(bench.act(id, minsu, reveal(), DAY).await, Ok(()));
    bench
        .act(id, minsu, Command::EndAlarm { reason: "드라마 이야기".into(), last_seen: None }, DAY + 1)
        .await
        .unwrap();
    assert_eq!(bench.act(id, minsu, reveal(), DAY + 2).await, Err(Refusal::NumberNotShown));
    let boss = bench.supervisor("boss").await;
    assert_eq!(bench.act(id, boss, reveal(), DAY + 2).await, Ok(()), "supervisors see every number");
    bench.act(id, minsu, Command::Urgent, DAY + 3).await.unwrap();
    assert_eq!(bench.act(id, minsu, reveal(), DAY + 4).await, Ok(()), "danger after all");
    let told = Command::HandOver { service: "119".into(), told: "상황실".into(), last_seen: None };
    bench.act(id, minsu, told, DAY + 5).await.unwrap();
    assert_eq!(bench.act(id, minsu, reveal(), DAY + 6).await, Ok(()));
}

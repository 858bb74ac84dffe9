//! The service by itself, on a real file: danger, wishes, surveys, desks, claims that heal, promises, protection.

use std::collections::BTreeMap;

use super::*;
use crate::domain::arrival::tests::{desk, with_desks};

const LOGIN: &str = "minsu";

/// 2026-07-01T10:00:00+09:00, in the middle of a day: nobody is asked at night.
pub(super) const DAY: i64 = 1_782_867_600_000;

impl Bench {
    /// A text with these words comes in and is routed; its conversation.
    pub(super) async fn writes(&self, citizen: &str, words: &str, now: i64) -> i64 {
        self.writes_under(citizen, words, now, talkative()).await
    }

    pub(super) async fn writes_under(
        &self,
        citizen: &str,
        words: &str,
        now: i64,
        policy: Arc<ServicePolicy>,
    ) -> i64 {
        let key = format!("{citizen}-{now}-{}", words.len());
        assert_eq!(self.accept(vec![text(&key, citizen, words)], now).await.unwrap().n_new, 1);
        assert_eq!(self.store.route_received(10, now, &policy).await.unwrap().n_routed, 1);
        self.value("SELECT conversation_id FROM event WHERE kind = 'text_in' ORDER BY seq DESC LIMIT 1")
    }

    pub(super) async fn act(&self, id: i64, by: i64, command: Command, now: i64) -> Decided<()> {
        self.store.by(id, by, command, &talkative(), now).await.unwrap()
    }

    pub(super) async fn pass(&self, now: i64) -> usize {
        self.store.run_timers(&talkative(), Round::All, now).await.unwrap().n_done
    }

    /// The groups of automatic texts of a conversation, in their order.
    fn said(&self, id: i64) -> Vec<String> {
        let sql = "SELECT notice FROM outbox WHERE conversation_id = ?1 AND notice IS NOT NULL ORDER BY id";
        let other = self.other();
        let mut select = other.prepare(sql).unwrap();
        select.query_map([id], |r| r.get(0)).unwrap().map(|r| r.unwrap()).collect()
    }

    pub(super) async fn answer_at(&self, id: i64, by: i64, words: &str, now: i64) {
        let new = super::replies::new_reply(id, &format!("{id}-{now}-{words}"), &[words]);
        let outcome = self.store.answer_as(by, new, now).await.unwrap();
        assert!(matches!(outcome, Ok(WrittenReply { repeated: false, .. })), "{outcome:?}");
    }

    async fn tries_to_answer(&self, id: i64, by: i64, key: &str, words: &str) -> Decided<WrittenReply> {
        let new = super::replies::new_reply(id, key, &[words]);
        self.store.answer_as(by, new, DAY + 10).await.unwrap()
    }

    pub(super) async fn supervisor(&self, login: &'static str) -> i64 {
        let id = self.counselor(login).await;
        self.store.set_duties(login.to_owned(), Some(Role::Supervisor), None).await.unwrap();
        id
    }

    /// Answers and closes a conversation that waits; the survey is due at once.
    pub(super) async fn served(&self, id: i64, by: i64, now: i64) {
        self.store.claim(id, by, MANY, now).await.unwrap().unwrap();
        self.answer_at(id, by, "답", now).await;
        assert_eq!(self.closes(id, by, now).await, Ok(()));
    }

    /// Closes; the survey is due at once.
    pub(super) async fn closes(&self, id: i64, by: i64, now: i64) -> Decided<()> {
        let policy = ServicePolicy { survey_after_ms: Some(0), ..(*talkative()).clone() };
        let closing = Command::Close(Closing { unanswered: true, ..Closing::default() });
        self.store.by(id, by, closing, &Arc::new(policy), now).await.unwrap()
    }
}

/// Runs what the plans test looks at.
pub(super) async fn a_day(bench: &Bench, minsu: i64) {
    let boss = bench.supervisor("boss").await;
    let now = DAY;
    let danger = bench.writes(JIYEONG, "살려주세요", now).await;
    bench.pass(now + MINUTE).await;
    bench.act(danger, minsu, Command::Ack, now + MINUTE).await.unwrap();
    let id = bench.writes(MINSU, "여권은요?", now).await;
    bench.store.claim(id, minsu, MANY, now).await.unwrap().unwrap();
    let words = || "메모".to_owned();
    for action in [
        Command::Note { text: words() },
        Command::Draft { text: words() },
        Command::Promise { due_at: now + 1 },
        Command::Remind { due_at: now + 1, text: words() },
        Command::Warn,
        Command::Categorise(Category { key: words(), version: words() }),
        Command::ToPerson { login: "boss".to_owned(), note: words() },
    ] {
        assert_eq!(bench.act(id, minsu, action.clone(), now).await, Ok(()), "{action:?}");
    }
    bench.act(id, boss, Command::Return { note: words() }, now).await.unwrap();
    bench.pass(now + HOUR).await;
    bench.store.shown(id).await;
    bench.store.surveys(0, None, (10, None), &everybody()).await.unwrap();
}

#[tokio::test]
async fn danger_rings_until_somebody_looks_after_it() {
    let bench = Bench::new();
    let minsu = bench.counselor(LOGIN).await;
    let others = bench.writes(JIYEONG, "막차 몇 시예요?", DAY - HOUR).await;
    let id = bench.writes(MINSU, "살려주세요", DAY).await;
    assert_eq!(bench.said(id), ["urgent"]);
    assert_eq!(bench.value::<i64>("SELECT lane FROM outbox WHERE notice = 'urgent'"), 0, "before everything");
    assert_eq!(bench.n_events("kind = 'urgent'"), 1);
    bench.pass(DAY + 59_999).await;
    assert_eq!(bench.n_events("kind = 'escalated'"), 0);
    bench.pass(DAY + MINUTE).await;
    bench.pass(DAY + 2 * MINUTE).await;
    assert_eq!(bench.n_events("kind = 'escalated'"), 1);
    bench.pass(DAY + 3 * MINUTE).await;
    for minutes in [6, 9, 12] {
        bench.pass(DAY + minutes * MINUTE).await;
    }
    assert_eq!(bench.n_events("kind = 'escalated'"), 5, "at 60 s, at 180 s, and each 180 s from then on");
    // More danger in the same talk: one text of ours in ten minutes, and a bell each time.
    bench.writes(MINSU, "불이 났어요", DAY + 99 * MINUTE).await;
    bench.writes(MINSU, "빨리요 살려주세요", DAY + 100 * MINUTE).await;
    assert_eq!(bench.said(id), ["urgent", "urgent"]);
    assert_eq!(bench.n_events("kind = 'urgent'"), 3);
    let first = claimed(bench.store.next_for(minsu, 0, DAY + 100 * MINUTE).await.unwrap());
    assert_eq!(first.summary.id, id, "before who waits longer, and however many they hold");
    assert_eq!(first.summary.acked_by.as_deref(), Some(LOGIN), "who takes it looks after it");
    assert_eq!(bench.act(id, minsu, Command::Ack, DAY).await, Err(Refusal::NothingToAck));
    assert_ne!(others, id);
}

#[tokio::test]
async fn danger_is_never_let_go_closed_or_surveyed_by_itself() {
    let bench = Bench::new();
    let minsu = bench.counselor(LOGIN).await;
    let id = bench.writes(MINSU, "살려주세요", DAY).await;
    bench.store.claim(id, minsu, MANY, DAY).await.unwrap().unwrap();
    bench.pass(DAY + 99 * HOUR).await;
    assert_eq!(bench.conversation_state(id), "active");
    bench.answer_at(id, minsu, "119에 알렸습니다", DAY).await;
    bench.all_leave(DAY).await;
    for hours in [3, 30, 99] {
        bench.pass(DAY + hours * HOUR).await;
    }
    assert_eq!(bench.conversation_state(id), "answered");
    assert_eq!(bench.closes(id, minsu, DAY + 100 * HOUR).await, Ok(()));
    bench.pass(DAY + 124 * HOUR).await;
    assert_eq!(bench.count("survey"), 0);
}

#[tokio::test]
async fn who_waits_hears_of_it_twice_and_only_while_we_are_open() {
    let bench = Bench::new();
    let id = bench.writes(MINSU, "막차 몇 시예요?", DAY).await;
    for minutes in [4, 5, 6, 14, 15, 16, 60] {
        bench.pass(DAY + minutes * MINUTE).await;
    }
    assert_eq!(bench.said(id), ["receipt", "wait", "wait"]);

    let bench = Bench::new();
    let office = desk("main", "Mo-Fr 08:00-18:00");
    let policy = Arc::new(with_desks(vec![office], None));
    let evening = DAY + 9 * HOUR;
    let id = bench.writes_under(MINSU, "막차 몇 시예요?", evening, policy.clone()).await;
    bench.store.run_timers(&policy, Round::All, evening + 3 * HOUR).await.unwrap();
    assert_eq!(bench.said(id), ["receipt"], "closed hours never count as waiting");
    assert!(bench.value::<String>("SELECT text FROM outbox").contains("내일 08:00"));
    let morning = DAY + 22 * HOUR;
    bench.store.run_timers(&policy, Round::All, morning + 5 * MINUTE).await.unwrap();
    assert_eq!(bench.said(id), ["receipt", "wait"]);
}

#[tokio::test]
async fn stop_is_honoured_where_the_text_leaves() {
    let bench = Bench::new();
    let minsu = bench.counselor(LOGIN).await;
    let id = bench.writes(MINSU, "막차 몇 시예요?", DAY).await;
    bench.store.claim(id, minsu, MANY, DAY).await.unwrap().unwrap();
    bench.answer_at(id, minsu, "답", DAY).await;
    bench.writes(MINSU, "수신거부", DAY + 1).await;
    let mut leased = bench.lease(10, DAY + 2).await;
    leased.extend(bench.lease(10, DAY + 2).await);
    let left: Vec<_> = leased.iter().map(|text| text.text.reveal().to_owned()).collect();
    assert!(left.len() == 1 && left[0].contains("자동 문자를 보내지 않"), "{left:?}");
    let refused = bench.tries_to_answer(id, minsu, "k2", "더").await;
    assert_eq!(refused, Err(Refusal::OptedOut));
    // A new question of theirs may be answered, and nothing else is said by itself.
    bench.writes(MINSU, "그런데 여권은요?", DAY + 3).await;
    let answered = bench.tries_to_answer(id, minsu, "k3", "시청 1층입니다").await;
    assert!(matches!(answered, Ok(WrittenReply { .. })), "{answered:?}");
    bench.pass(DAY + 99 * HOUR).await;
    assert_eq!(bench.said(id), ["receipt", "opted_out"]);
    bench.writes(MINSU, "살려주세요", DAY + 100 * HOUR).await;
    assert_eq!(bench.said(id).last().map(String::as_str), Some("urgent"));
}

#[tokio::test]
async fn a_stop_out_of_nowhere_is_kept_and_nobody_waits() {
    let bench = Bench::new();
    let id = bench.writes(MINSU, "STOP", DAY).await;
    assert_eq!(bench.conversation_state(id), "closed");
    assert_eq!(bench.said(id), ["opted_out"]);
    assert_eq!(bench.value::<String>("SELECT purpose FROM inbox"), "opt_out");
}

#[tokio::test]
async fn how_was_it() {
    let bench = Bench::new();
    let minsu = bench.counselor(LOGIN).await;
    let id = bench.writes(MINSU, "막차 몇 시예요?", DAY).await;
    bench.served(id, minsu, DAY).await;
    bench.pass(DAY + 1).await;
    assert_eq!(bench.said(id), ["receipt", "survey"]);
    bench.writes(MINSU, "5 정말 친절했어요", DAY + MINUTE).await;
    assert_eq!(bench.conversation_state(id), "closed", "an answer wakes nobody");
    let row: (i64, String, i64) = bench
        .other()
        .query_row("SELECT score, comment, counselor_id FROM survey", [], |r| {
            Ok((r.get(0)?, r.get(1)?, r.get(2)?))
        })
        .unwrap();
    assert_eq!(row, (5, "정말 친절했어요".to_owned(), minsu));
    assert_eq!(bench.said(id), ["receipt", "survey", "survey_thanks"]);
    let (praise, _) = bench.store.surveys(DAY, Some(minsu), (10, None), &everybody()).await.unwrap();
    assert_eq!((praise.len(), praise[0].score), (1, Some(5)));
    assert!(bench.store.surveys(DAY, Some(minsu + 1), (10, None), &everybody()).await.unwrap().0.is_empty());
    // A question is a question, also right after; and they are not asked again within 30 days.
    bench.writes(MINSU, "5번 버스는 언제 와요?", DAY + 2 * MINUTE).await;
    assert_eq!(bench.conversation_state(id), "waiting");
    bench.served(id, minsu, DAY + HOUR).await;
    bench.pass(DAY + HOUR + 1).await;
    assert_eq!(bench.count("survey"), 1);
    let later = bench.writes(MINSU, "여권은요?", DAY + 31 * 24 * HOUR).await;
    bench.served(later, minsu, DAY + 31 * 24 * HOUR).await;
    bench.pass(DAY + 31 * 24 * HOUR + 1).await;
    assert_eq!(bench.count("survey"), 2);
}

#[tokio::test]
async fn thanks_and_then_a_number_are_one_answer() {
    let bench = Bench::new();
    let minsu = bench.counselor(LOGIN).await;
    let id = bench.writes(MINSU, "막차?", DAY).await;
    bench.served(id, minsu, DAY).await;
    bench.pass(DAY + 1).await;
    for (n, words) in ["고맙습니다", "5", "5"].iter().enumerate() {
        bench.writes(MINSU, words, DAY + MINUTE + n as i64).await;
    }
    let (answers, _) = bench.store.surveys(0, None, (10, None), &everybody()).await.unwrap();
    let comment = answers[0].comment.as_ref().map(|comment| comment.reveal().to_owned());
    assert_eq!((answers.len(), answers[0].score, comment), (1, Some(5), Some("고맙습니다".to_owned())));
    assert_eq!(bench.conversation_state(id), "waiting", "after that, what they write is for a person");
}

#[tokio::test]
async fn nobody_is_asked_at_night_or_after_abuse() {
    let bench = Bench::new();
    let minsu = bench.counselor(LOGIN).await;
    let night = DAY + 12 * HOUR;
    let id = bench.writes(MINSU, "막차 몇 시예요?", night).await;
    bench.served(id, minsu, night).await;
    bench.pass(night + 1).await;
    assert_eq!(bench.count("survey"), 0);
    bench.pass(DAY + 22 * HOUR).await;
    assert_eq!(bench.count("survey"), 1, "at eight");
    let rude = bench.writes(JIYEONG, "이 개새끼들아 버스 언제 와", DAY).await;
    bench.served(rude, minsu, DAY).await;
    bench.pass(DAY + HOUR).await;
    assert_eq!(bench.count("survey"), 1);
}

#[tokio::test]
async fn a_claim_that_nobody_works_on_heals_with_notes_and_draft() {
    let bench = Bench::new();
    let minsu = bench.counselor(LOGIN).await;
    let id = bench.writes(MINSU, "막차 몇 시예요?", DAY).await;
    bench.store.claim(id, minsu, MANY, DAY).await.unwrap().unwrap();
    bench.act(id, minsu, Command::Draft { text: "62번은".into() }, DAY + 10 * MINUTE).await.unwrap();
    bench.pass(DAY + 39 * MINUTE).await;
    assert_eq!(bench.conversation_state(id), "active", "who writes a draft works on it");
    bench.pass(DAY + 40 * MINUTE).await;
    assert_eq!(bench.conversation_state(id), "waiting");
    let detail = bench.store.shown(id).await;
    assert_eq!(detail.notes.iter().filter(|note| note.kind == NoteKind::Draft).count(), 1);
    assert_eq!(detail.summary.waiting_since_at, Some(DAY), "at their old place");
}

#[tokio::test]
async fn nobody_holds_too_many() {
    let bench = Bench::new();
    let minsu = bench.counselor(LOGIN).await;
    for n in 0..3 {
        bench.writes(&format!("0101111000{n}"), "막차?", DAY + n).await;
    }
    assert!(bench.store.next_for(minsu, 2, DAY).await.unwrap().is_ok());
    let second = claimed(bench.store.next_for(minsu, 2, DAY).await.unwrap()).summary.id;
    assert_eq!(bench.store.next_for(minsu, 2, DAY).await.unwrap(), Err(Refusal::Full));
    assert_eq!(bench.store.claim(3, minsu, 2, DAY).await.unwrap(), Err(Refusal::Full));
    bench.answer_at(second, minsu, "답", DAY).await;
    assert!(bench.store.next_for(minsu, 2, DAY).await.unwrap().is_ok(), "answered ones don't count");
}

#[tokio::test]
async fn who_comes_back_is_offered_to_who_answered_them_last() {
    let bench = Bench::new();
    let (minsu, jiyeong) = (bench.counselor(LOGIN).await, bench.counselor("jiyeong").await);
    let sticky = Arc::new(ServicePolicy { sticky_ms: 2 * MINUTE, ..(*talkative()).clone() });
    let id = bench.writes(MINSU, "막차?", DAY).await;
    bench.served(id, minsu, DAY).await;
    bench.writes_under(MINSU, "그럼 첫차는요?", DAY + HOUR, sticky).await;
    assert_eq!(bench.store.next_for(jiyeong, MANY, DAY + HOUR).await.unwrap(), Err(Refusal::NobodyWaits));
    let later = claimed(bench.store.next_for(jiyeong, MANY, DAY + HOUR + 2 * MINUTE).await.unwrap());
    assert_eq!(later.summary.id, id, "nobody waits for somebody who is not there");
}

#[tokio::test]
async fn from_desk_to_desk_and_back() {
    let bench = Bench::new();
    let (minsu, north) = (bench.counselor(LOGIN).await, bench.counselor("buk").await);
    for (login, desks) in [(LOGIN, "main"), ("buk", "north")] {
        bench.store.set_duties(login.to_owned(), None, Some(DeskScope::from_word(desks))).await.unwrap();
    }
    let desks = with_desks(vec![desk("main", "24/7"), desk("north", "24/7")], None);
    let policy = Arc::new(desks);
    let id = bench.writes_under(MINSU, "북구 보건소요?", DAY, policy.clone()).await;
    assert_eq!(
        bench.store.next_for(north, MANY, DAY).await.unwrap(),
        Err(Refusal::NobodyWaits),
        "not their desk"
    );
    claimed(bench.store.next_for(minsu, MANY, DAY).await.unwrap());
    let act = async |by, action| bench.store.by(id, by, action, &policy, DAY).await.unwrap();
    let to = |desk: &str| Command::ToDesk { desk: desk.into(), note: "보건소 문의".into() };
    assert_eq!(act(north, to("north")).await, Err(Refusal::NotYourDesk));
    assert_eq!(act(minsu, to("west")).await, Err(Refusal::NoSuchDesk));
    assert_eq!(act(minsu, to("main")).await, Err(Refusal::NoSuchDesk));
    assert_eq!(act(minsu, to("north")).await, Ok(()));
    assert_eq!(bench.said(id), ["receipt", "moved"], "the citizen is told");
    assert_eq!(bench.store.next_for(minsu, MANY, DAY).await.unwrap(), Err(Refusal::NobodyWaits));
    let theirs = claimed(bench.store.next_for(north, MANY, DAY).await.unwrap());
    assert_eq!(
        (theirs.summary.desk.as_str(), theirs.notes[0].text.as_str()),
        ("north", "→ north 창구: 보건소 문의")
    );
    assert_eq!(act(north, Command::Return { note: "시청 일".into() }).await, Ok(()));
    let back = claimed(bench.store.next_for(minsu, MANY, DAY).await.unwrap());
    assert_eq!((back.summary.desk.as_str(), back.notes.len()), ("main", 2));
    assert_eq!(act(minsu, Command::Return { note: "?".into() }).await, Err(Refusal::NotPassedOn));
}

#[tokio::test]
async fn a_citizen_who_is_passed_on_to_a_closed_desk_is_told_when_it_opens() {
    let bench = Bench::new();
    let minsu = bench.counselor(LOGIN).await;
    let policy = Arc::new(with_desks(vec![desk("main", "24/7"), desk("north", "Th 09:00-18:00")], None));
    let id = bench.writes_under(MINSU, "북구 보건소요?", DAY, policy.clone()).await;
    bench.store.claim(id, minsu, MANY, DAY).await.unwrap().unwrap();
    let to_north = Command::ToDesk { desk: "north".into(), note: "보건소 문의".into() };
    bench.store.by(id, minsu, to_north, &policy, DAY).await.unwrap().unwrap();
    assert_eq!(bench.said(id), ["receipt", "moved"]);
    let told: String = bench.value("SELECT text FROM outbox WHERE notice = 'moved'");
    assert!(told.contains("north 창구에서 답합니다.") && told.contains("내일 09:00부터 차례로"), "{told}");
}

#[tokio::test]
async fn a_desk_that_is_no_more_leaves_nobody_waiting() {
    let bench = Bench::new();
    let minsu = bench.counselor(LOGIN).await;
    bench.store.set_duties(LOGIN.to_owned(), None, Some(DeskScope::from_word("main"))).await.unwrap();
    let west = with_desks(vec![desk("west", "24/7")], None);
    let policy = Arc::new(west);
    let id = bench.writes_under(MINSU, "막차?", DAY, policy).await;
    assert_eq!(bench.store.next_for(minsu, MANY, DAY).await.unwrap(), Err(Refusal::NobodyWaits));
    bench.pass(DAY + 1).await;
    assert_eq!(claimed(bench.store.next_for(minsu, MANY, DAY + 2).await.unwrap()).summary.id, id);
}

#[tokio::test]
async fn from_person_to_person() {
    let bench = Bench::new();
    let (minsu, jiyeong) = (bench.counselor(LOGIN).await, bench.counselor("jiyeong").await);
    let third = bench.counselor("third").await;
    let id = bench.writes(MINSU, "막차?", DAY).await;
    bench.store.claim(id, minsu, MANY, DAY).await.unwrap().unwrap();
    let to = |login: &str| Command::ToPerson { login: login.into(), note: "아는 분".into() };
    assert_eq!(bench.act(id, minsu, to(LOGIN), DAY).await, Err(Refusal::PassedToYourself));
    assert_eq!(bench.act(id, minsu, to("nobody"), DAY).await, Err(Refusal::NoSuchPerson));
    assert_eq!(bench.act(id, minsu, to("jiyeong"), DAY).await, Ok(()));
    assert_eq!(bench.store.next_for(third, MANY, DAY).await.unwrap(), Err(Refusal::NobodyWaits));
    for other in [third, minsu] {
        let refused = bench.store.claim(id, other, MANY, DAY + 10 * MINUTE - 1).await.unwrap();
        let Err(Refusal::OfferedTo(Some(to))) = refused else { panic!("it is theirs: {refused:?}") };
        assert_eq!(to.id, jiyeong);
    }
    let note: String = bench.value("SELECT text FROM note WHERE kind = 'transfer'");
    assert!(note.starts_with("→ ") && note.contains("jiyeong") && note.ends_with(": 아는 분"), "{note}");
    assert_eq!(bench.act(id, jiyeong, Command::Return { note: "자리 비움".into() }, DAY).await, Ok(()));
    assert_eq!(claimed(bench.store.next_for(minsu, MANY, DAY).await.unwrap()).summary.id, id);
    assert_eq!(bench.said(id), ["receipt"], "the desk is the same: the citizen is told nothing");
}

#[tokio::test]
async fn a_promise_that_is_late_is_said_once() {
    let bench = Bench::new();
    let minsu = bench.counselor(LOGIN).await;
    let id = bench.writes(MINSU, "막차?", DAY).await;
    bench.store.claim(id, minsu, MANY, DAY).await.unwrap().unwrap();
    bench.answer_at(id, minsu, "30분 안에 알려 드립니다", DAY).await;
    bench.act(id, minsu, Command::Promise { due_at: DAY + 30 * MINUTE }, DAY).await.unwrap();
    bench.pass(DAY + 30 * MINUTE - 1).await;
    assert_eq!(bench.n_events("kind = 'promise_late'"), 0);
    for minutes in [30, 31, 60 * 30] {
        bench.pass(DAY + minutes * MINUTE).await;
    }
    assert_eq!(bench.n_events("kind = 'promise_late'"), 1);
    assert_eq!(bench.said(id), ["receipt", "delayed"], "and a promise is never closed away");
    assert_eq!(bench.conversation_state(id), "waiting", "we owe an answer: somebody else may give it");
}

#[tokio::test]
async fn a_talk_without_an_end_is_asked_after_and_closed_with_a_word() {
    let bench = Bench::new();
    let minsu = bench.counselor(LOGIN).await;
    let id = bench.writes(MINSU, "막차?", DAY).await;
    bench.store.claim(id, minsu, MANY, DAY).await.unwrap().unwrap();
    bench.answer_at(id, minsu, "23:10입니다", DAY).await;
    bench.pass(DAY + 2 * HOUR).await;
    assert_eq!(bench.said(id), ["receipt", "nudge"]);
    bench.pass(DAY + 23 * HOUR).await;
    assert_eq!(bench.conversation_state(id), "answered");
    bench.pass(DAY + 24 * HOUR).await;
    assert_eq!(bench.conversation_state(id), "closed");
    assert_eq!(bench.said(id), ["receipt", "nudge"]);
}

#[tokio::test]
async fn reminders_come_once_and_for_closed_ones_too() {
    let bench = Bench::new();
    let minsu = bench.counselor(LOGIN).await;
    let id = bench.writes(MINSU, "여권?", DAY).await;
    bench.served(id, minsu, DAY).await;
    bench.act(id, minsu, Command::Remind { due_at: DAY + 5, text: "나왔나".into() }, DAY).await.unwrap();
    for at in [4, 5, 6] {
        bench.pass(DAY + at).await;
    }
    assert_eq!(bench.n_events("kind = 'reminder'"), 1);
}

#[tokio::test]
async fn only_a_supervisor_restricts_and_danger_passes() {
    let bench = Bench::new();
    let (minsu, boss) = (bench.counselor(LOGIN).await, bench.supervisor("boss").await);
    let id = bench.writes(MINSU, "이 개새끼야", DAY).await;
    bench.store.claim(id, minsu, MANY, DAY).await.unwrap().unwrap();
    assert_eq!(bench.act(id, minsu, Command::Warn, DAY).await, Ok(()));
    assert_eq!(bench.act(id, minsu, Command::Warn, DAY + 1).await, Err(Refusal::NotWarned), "once a day");
    let restrict = || Command::Restrict { until: DAY + 24 * HOUR, reason: "협박".into() };
    assert_eq!(bench.act(id, minsu, restrict(), DAY).await, Err(Refusal::SupervisorsOnly));
    bench.writes(MINSU, "뭐 어쩌라고", DAY + 2).await;
    assert_eq!(bench.act(id, boss, restrict(), DAY + 3).await, Ok(()));
    assert_eq!(bench.conversation_state(id), "closed");
    bench.writes(MINSU, "야", DAY + HOUR).await;
    bench.writes(MINSU, "왜 답이 없어", DAY + 2 * HOUR).await;
    assert_eq!(bench.conversation_state(id), "closed");
    assert_eq!(bench.count("inbox"), 4, "nothing is lost");
    assert_eq!(bench.said(id), ["receipt", "warning", "restricted"], "told once");
    bench.writes(MINSU, "살려주세요", DAY + 3 * HOUR).await;
    assert_eq!(bench.conversation_state(id), "waiting");
    assert_eq!(bench.said(id).last().map(String::as_str), Some("urgent"));
    assert_eq!(bench.act(id, boss, Command::Unrestrict, DAY + 4 * HOUR).await, Ok(()));
    bench.writes(MINSU, "고맙습니다", DAY + 25 * HOUR).await;
    assert_eq!(bench.value::<String>("SELECT purpose FROM inbox ORDER BY id DESC LIMIT 1"), "question");
}

#[tokio::test]
async fn a_supervisor_takes_over_and_others_do_not() {
    let bench = Bench::new();
    let (minsu, jiyeong) = (bench.counselor(LOGIN).await, bench.counselor("jiyeong").await);
    let boss = bench.supervisor("boss").await;
    let id = bench.writes(MINSU, "막차?", DAY).await;
    bench.store.claim(id, minsu, MANY, DAY).await.unwrap().unwrap();
    let take = || Command::TakeOver { note: "부탁받음".into() };
    assert_eq!(bench.act(id, jiyeong, take(), DAY).await, Err(Refusal::SupervisorsOnly));
    assert_eq!(bench.act(id, boss, take(), DAY).await, Ok(()));
    let refused = bench.tries_to_answer(id, minsu, "k", "답").await;
    assert!(matches!(refused, Err(Refusal::HeldBy(_))));
}

#[tokio::test]
async fn a_flood_is_kept_whole_and_answered_by_a_person_only() {
    let bench = Bench::new();
    let id = bench.writes(MINSU, "하나", DAY).await;
    for n in 1..40 {
        assert_eq!(bench.writes(MINSU, "또", DAY + n).await, id, "merged");
    }
    assert_eq!(bench.count("inbox"), 40);
    assert_eq!(bench.n_events("kind = 'flood'"), 1);
    assert_eq!(bench.said(id), ["receipt"]);
}

#[tokio::test]
async fn closing_asks_what_it_was_about() {
    let bench = Bench::new();
    let minsu = bench.counselor(LOGIN).await;
    let id = bench.writes(MINSU, "막차?", DAY).await;
    bench.store.claim(id, minsu, MANY, DAY).await.unwrap().unwrap();
    let strict = Arc::new(ServicePolicy { category_required: true, ..(*talkative()).clone() });
    let close = || {
        bench.store.by(
            id,
            minsu,
            Command::Close(Closing { unanswered: true, ..Closing::default() }),
            &strict,
            DAY,
        )
    };
    assert_eq!(close().await.unwrap(), Err(Refusal::CategoryNeeded));
    bench
        .act(id, minsu, Command::Categorise(Category { key: "교통/택시".into(), version: "1".into() }), DAY)
        .await
        .unwrap();
    assert_eq!(close().await.unwrap(), Ok(()));
}

/// A request for an interpreter: its category is a promise as well, unless the citizen was promised something before.
#[tokio::test]
async fn a_category_with_a_due_time_is_a_promise() {
    let bench = Bench::new();
    let minsu = bench.counselor(LOGIN).await;
    let id = bench.writes(MINSU, "수어 통역사 필요", DAY).await;
    bench.store.claim(id, minsu, MANY, DAY).await.unwrap().unwrap();
    let category = |key: &str| Category { key: key.to_owned(), version: "1".to_owned() };
    let due_ms = BTreeMap::from([("복지/수어통역".to_owned(), 2 * HOUR)]);
    let policy = Arc::new(ServicePolicy { category_due_ms: due_ms, ..(*talkative()).clone() });
    let does = async |command, now| bench.store.by(id, minsu, command, &policy, now).await.unwrap().unwrap();
    let due = async || bench.store.shown(id).await.summary.promise_due_at;
    does(Command::Categorise(category("교통/택시")), DAY).await;
    assert_eq!(due().await, None);
    does(Command::Categorise(category("복지/수어통역")), DAY).await;
    assert_eq!((due().await, bench.n_events("kind = 'promised'")), (Some(DAY + 2 * HOUR), 1));
    does(Command::Categorise(category("복지/수어통역")), DAY + HOUR).await;
    assert_eq!(due().await, Some(DAY + 2 * HOUR), "said again, it is due when it was");
    does(Command::Promise { due_at: DAY + 9 * HOUR }, DAY).await;
    does(Command::Categorise(category("복지/수어통역")), DAY).await;
    assert_eq!(due().await, Some(DAY + 9 * HOUR), "a person's word stands");
    does(Command::Close(Closing { drop_promise: true, unanswered: true, ..Closing::default() }), DAY).await;
    does(Command::Categorise(category("복지/수어통역")), DAY).await;
    assert_eq!(due().await, None, "nothing is owed in a talk that has ended");
}

#[tokio::test]
async fn an_answer_with_such_a_category_owes_the_next() {
    let bench = Bench::new();
    let minsu = bench.counselor(LOGIN).await;
    let id = bench.writes(MINSU, "수어 통역사 필요", DAY).await;
    bench.store.claim(id, minsu, MANY, DAY).await.unwrap().unwrap();
    let due_ms = BTreeMap::from([("복지/수어통역".to_owned(), 2 * HOUR)]);
    let policy = Arc::new(ServicePolicy { category_due_ms: due_ms, ..(*talkative()).clone() });
    let category = Some(Category { key: "복지/수어통역".into(), version: "1".into() });
    let mut new = super::replies::new_reply(id, "k", &["언제, 어디서?"]);
    new.reply.category = category;
    bench.store.reply(new, &bench.store.person(minsu).await, &policy, DAY).await.unwrap().unwrap();
    assert_eq!(bench.store.shown(id).await.summary.promise_due_at, Some(DAY + 2 * HOUR));
}

/// An open promise is not closed away unless that is said, and then the journal names it.
#[tokio::test]
async fn a_promise_is_kept_or_knowingly_dropped() {
    let bench = Bench::new();
    let minsu = bench.counselor(LOGIN).await;
    let id = bench.writes(MINSU, "막차?", DAY).await;
    bench.store.claim(id, minsu, MANY, DAY).await.unwrap().unwrap();
    bench.answer_at(id, minsu, "30분 안에 알려 드립니다", DAY).await;
    let promise = || Command::Promise { due_at: DAY + 30 * MINUTE };
    bench.act(id, minsu, promise(), DAY).await.unwrap();
    assert_eq!(bench.closes(id, minsu, DAY + 1).await, Err(Refusal::PromiseOpen));
    assert_ne!(bench.conversation_state(id), "closed");
    bench.answer_at(id, minsu, "23시 40분입니다", DAY + 2).await;
    assert_eq!(bench.closes(id, minsu, DAY + 3).await, Ok(()), "the promise was kept");
    assert_eq!(bench.n_events("kind = 'promise_dropped'"), 0);
    let id = bench.writes(JIYEONG, "여권?", DAY).await;
    bench.store.claim(id, minsu, MANY, DAY).await.unwrap().unwrap();
    bench.act(id, minsu, promise(), DAY).await.unwrap();
    let dropped = Command::Close(Closing { drop_promise: true, unanswered: true, ..Closing::default() });
    assert_eq!(bench.act(id, minsu, dropped, DAY + 1).await, Ok(()));
    assert_eq!(bench.n_events("kind = 'promise_dropped'"), 1);
}

//! Who sees and does what: desk membership, the order of the queue, and what people are told of their place.

use super::service::DAY;
use super::*;
use crate::domain::arrival::tests::{desk, with_desks};
use crate::domain::conversation::ConversationState;

const WAITING: ConversationFilter = ConversationFilter::State(ConversationState::Waiting);

fn two_desks() -> Arc<ServicePolicy> {
    Arc::new(with_desks(vec![desk("main", "24/7"), desk("north", "24/7")], None))
}

impl Bench {
    async fn serving(&self, login: &'static str, desks: &str) -> Actor {
        let id = self.counselor(login).await;
        let desks = DeskScope::from_word(desks);
        self.store.set_duties(login.to_owned(), None, Some(desks)).await.unwrap();
        self.store.person(id).await
    }

    async fn listed(&self, actor: &Actor) -> Vec<i64> {
        let (listed, n) = self.store.conversations(WAITING, 10, actor).await.unwrap();
        assert_eq!(listed.len() as i64, n, "the count says no more than the list");
        listed.iter().map(|one| one.id).collect()
    }
}

/// B12: nobody reads or changes what belongs to another desk; danger and what one was passed are everybody's.
#[tokio::test]
async fn nobody_sees_another_desks_conversations() {
    let bench = Bench::new();
    let policy = two_desks();
    let (main, north) = (bench.serving("minsu", "main").await, bench.serving("buk", "north").await);
    let boss = bench.supervisor("boss").await;
    let id = bench.writes_under(MINSU, "여권?", DAY, Arc::clone(&policy)).await;
    assert_eq!((bench.listed(&main).await, bench.listed(&north).await), (vec![id], vec![]));
    assert_eq!(bench.listed(&bench.store.person(boss).await).await, [id]);
    let seen = async |actor: &Actor| bench.store.conversation(id, actor).await;
    assert_eq!(seen(&north).await.unwrap().unwrap_err(), Refusal::NotYourDesk);
    assert!(seen(&main).await.unwrap().is_ok());
    assert_eq!(bench.store.texts_after(id, 0, &north).await.unwrap(), Err(Refusal::NotYourDesk));
    let category = Category { key: "교통/택시".into(), version: "1".into() };
    for command in [
        Command::Claim,
        Command::Categorise(category),
        Command::Prefer { text: "쉬운 말".into() },
        Command::Note { text: "메모".into() },
        Command::Ack,
    ] {
        let done = bench.store.command(id, command.clone(), &north, &policy, DAY).await.unwrap();
        assert_eq!(done, Err(Refusal::NotYourDesk), "{command:?}");
    }
    assert_eq!(bench.value::<i64>("SELECT count(*) FROM conversation WHERE category IS NULL"), 1);
    let pass = Command::ToPerson { login: "buk".into(), note: "아는 분".into() };
    bench.store.command(id, Command::Claim, &main, &policy, DAY).await.unwrap().unwrap();
    bench.store.command(id, pass, &main, &policy, DAY).await.unwrap().unwrap();
    assert_eq!(bench.listed(&north).await, [id], "what one was passed");
    let danger = bench.writes_under(JIYEONG, "살려주세요", DAY, policy).await;
    assert_eq!(bench.listed(&north).await, [danger, id], "danger is everybody's");
}

/// `VISIBLE` in the lists' SQL says what `Conversation::is_visible_to` says.
#[tokio::test]
async fn lists_show_what_the_rule_lets_see() {
    let bench = Bench::new();
    let policy = two_desks();
    let people = [
        bench.serving("minsu", "main").await,
        bench.serving("buk", "north").await,
        bench.serving("both", "main north").await,
        bench.serving("none", "").await,
        bench.serving("all", "*").await,
        bench.store.person(bench.supervisor("boss").await).await,
    ];
    for n in 0..8 {
        let words = if n == 7 { "살려주세요" } else { "막차?" };
        bench.writes_under(&format!("0103333000{n}"), words, DAY + n, Arc::clone(&policy)).await;
    }
    bench.outside("UPDATE conversation SET desk = 'north' WHERE id % 2 = 0");
    bench.outside("UPDATE conversation SET offered_to = 4, offered_until_at = 1 WHERE id = 3");
    for actor in &people {
        let mut allowed = Vec::new();
        for id in bench.listed(&everybody()).await {
            if bench.store.conversation(id, actor).await.unwrap().is_ok() {
                allowed.push(id);
            }
        }
        assert_eq!(bench.listed(actor).await, allowed, "{actor:?}");
    }
}

/// B10: who settles a doubt serves the conversation, nobody else holds it, and the citizen may be answered.
#[tokio::test]
async fn a_doubt_is_settled_by_who_may_answer() {
    let bench = Bench::new();
    let (minsu, jiyeong) = (bench.counselor("minsu").await, bench.counselor("jiyeong").await);
    let boss = bench.supervisor("boss").await;
    let north = bench.serving("buk", "north").await;
    let id = bench.writes_under(MINSU, "막차?", DAY, quiet()).await;
    bench.store.claim(id, minsu, MANY, DAY).await.unwrap().unwrap();
    bench.answer_at(id, minsu, "23:10입니다", DAY).await;
    let answer = bench.lease(9, DAY).await.remove(0);
    bench.outcome(&answer, Outcome::NoAnswer { ask_at: DAY, code: None }, DAY).await;
    bench.answer(&answer, LookupResult::CannotTell, DAY).await;
    let settle = async |by: i64, again| bench.store.settle_by(answer.id, by, again, DAY + 1).await.unwrap();
    assert_eq!(settle(north.id().unwrap(), false).await, Err(Refusal::NotYourDesk));
    assert!(matches!(settle(jiyeong, false).await, Err(Refusal::HeldBy(_))));
    bench.writes_under(MINSU, "수신거부", DAY + 1, quiet()).await;
    assert_eq!(settle(minsu, true).await, Err(Refusal::OptedOut));
    bench.outside("DELETE FROM citizen");
    bench.outside("INSERT INTO citizen (number, restricted_until_at, restriction_reason) VALUES ('01011110000', 9e15, 'x')");
    assert_eq!(settle(boss, true).await, Err(Refusal::Restricted));
    bench.outside("DELETE FROM citizen");
    let again = settle(boss, true).await.unwrap().unwrap();
    assert_eq!(bench.value::<i64>(&format!("SELECT author_id FROM outbox WHERE id = {again}")), boss);
}

/// B10: a notice in doubt that is sent again stays a notice.
#[tokio::test]
async fn a_notice_sent_again_stays_a_notice() {
    let bench = Bench::new();
    let minsu = bench.counselor("minsu").await;
    bench.writes(MINSU, "막차?", DAY).await;
    let receipt = bench.lease(9, DAY).await.remove(0);
    bench.outcome(&receipt, Outcome::NoAnswer { ask_at: DAY, code: None }, DAY).await;
    bench.answer(&receipt, LookupResult::CannotTell, DAY).await;
    let again = bench.store.settle_by(receipt.id, minsu, true, DAY + 1).await.unwrap().unwrap().unwrap();
    let row: (Option<i64>, String, i64) = bench
        .other()
        .query_row(&format!("SELECT author_id, notice, lane FROM outbox WHERE id = {again}"), [], |r| {
            Ok((r.get(0)?, r.get(1)?, r.get(2)?))
        })
        .unwrap();
    assert_eq!(row, (None, "receipt".to_owned(), 2));
}

/// B16: danger, promise due, dialogue, look soon, new; a reopened talk has no privilege.
#[tokio::test]
async fn the_order_of_the_queue() {
    let bench = Bench::new();
    let minsu = bench.counselor("minsu").await;
    let now = DAY + 2 * HOUR;
    // Talks of yesterday's people: one closed and come back, one still under way, one with a promise.
    let [reopened, dialogue, promised] = [0, 1, 2].map(|n| format!("0104444000{n}"));
    for who in [&reopened, &dialogue, &promised] {
        let id = bench.writes(who, "막차?", DAY).await;
        bench.store.claim(id, minsu, MANY, DAY).await.unwrap().unwrap();
        bench.answer_at(id, minsu, "23:10입니다", DAY).await;
        if *who == reopened {
            assert_eq!(bench.closes(id, minsu, DAY + 1).await, Ok(()));
        }
        if *who == promised {
            bench.act(id, minsu, Command::Promise { due_at: now }, DAY).await.unwrap();
        }
        if *who != reopened {
            bench.store.release(id, minsu, DAY + 1).await.unwrap().unwrap();
        }
    }
    let new = bench.writes(MINSU, "여권?", now - 10 * MINUTE).await;
    let back = bench.writes(&reopened, "첫차는요?", now - 6 * MINUTE).await;
    let talking = bench.writes(&dialogue, "그럼 첫차는요?", now - MINUTE).await;
    let look = bench.writes(JIYEONG, "옆집에서 폭행이 있었어요", now - MINUTE).await;
    let danger = bench.writes("01055550000", "살려주세요", now).await;
    bench.pass(now).await;
    let order = bench.listed(&everybody()).await;
    assert_eq!(order, [danger, 3, talking, look, new, back]);
}

/// As in the queue, whoever holds them: danger that nobody has answered, a promise that is due, who waits; an answered danger, which
/// waits for nothing, is not before a promise.
#[tokio::test]
async fn lists_of_what_is_open_have_the_order_of_the_queue() {
    use crate::store::ConversationFilter::{HeldBy, Open};
    let bench = Bench::new();
    let minsu = bench.counselor("minsu").await;
    // Before an answer that has not left makes a danger ring again.
    let now = DAY + MINUTE / 2;
    let mut all = Vec::new();
    for (n, text) in ["살려주세요", "여권?", "막차?", "살려주세요"].into_iter().enumerate() {
        let id = bench.writes(&format!("0104444000{n}"), text, DAY).await;
        bench.store.claim(id, minsu, MANY, DAY).await.unwrap().unwrap();
        all.push(id);
    }
    let [answered, waits, promised, danger] = all[..] else { panic!("four of them") };
    bench.answer_at(answered, minsu, "119에 알렸습니다.", DAY).await;
    bench.answer_at(promised, minsu, "알아보고 있습니다.", DAY).await;
    bench.act(promised, minsu, Command::Promise { due_at: now }, DAY).await.unwrap();
    bench.pass(now).await;
    for filter in [HeldBy(minsu), Open] {
        let (found, _) = bench.store.conversations(filter, 10, &everybody()).await.unwrap();
        let order: Vec<_> = found.into_iter().map(|row| row.id).collect();
        assert_eq!(order, [danger, promised, waits, answered], "{filter:?}");
    }
}

/// B16: whoever was told a place is never told a larger one.
#[tokio::test]
async fn places_told_never_grow() {
    let bench = Bench::new();
    bench.writes("01066660000", "여권?", DAY).await;
    let id = bench.writes(MINSU, "막차?", DAY + 1).await;
    let texts = || {
        let sql = format!("SELECT group_concat(text, '|') FROM outbox WHERE conversation_id = {id}");
        bench.value::<String>(&sql)
    };
    assert!(texts().contains("앞에 1명"), "{}", texts());
    for n in 0..5 {
        bench.writes(&format!("0107777000{n}"), "살려주세요", DAY + 2).await;
    }
    bench.pass(DAY + 6 * MINUTE).await;
    assert!(!texts().contains("앞에 6명") && texts().contains("아직 답하지 못했습니다"), "{}", texts());
    bench.outside("DELETE FROM event");
    for n in 3..=7 {
        bench
            .store
            .by(
                n,
                bench.counselor(["a", "b", "c", "d", "e"][n as usize - 3]).await,
                Command::Claim,
                &talkative(),
                DAY + 7 * MINUTE,
            )
            .await
            .unwrap()
            .unwrap();
    }
    bench.pass(DAY + 16 * MINUTE).await;
    assert_eq!(texts().matches("앞에 1명").count(), 2, "{}", texts());
}

/// B17: the operator's words about a day stand inside the receipt; who writes English reads English.
#[tokio::test]
async fn a_planned_day_says_all_that_a_receipt_says() {
    use crate::domain::calendar::{Calendar, Exception, Planned, Rules};
    let mut main = desk("main", "24/7");
    let rules = main.calendar.rules().clone();
    let day = jiff::civil::date(2026, 7, 1);
    let text = Some(Planned { ko: Some("오늘은 체육대회입니다.".into()), en: None });
    let exceptions = vec![Exception { first: day, last: day, hours: Some("closed".into()), text }];
    main.calendar = Calendar::new(Rules { exceptions, ..rules }).unwrap();
    let policy = Arc::new(with_desks(vec![main], None));
    let bench = Bench::new();
    let said =
        |id: i64| bench.value::<String>(&format!("SELECT text FROM outbox WHERE conversation_id = {id}"));
    let id = bench.writes_under(MINSU, "막차 몇 시예요?", DAY, Arc::clone(&policy)).await;
    for part in ["[120]", "받았습니다", "체육대회", "내일 00:00", "119"] {
        assert!(said(id).contains(part), "{part}: {}", said(id));
    }
    let id = bench.writes_under(JIYEONG, "When is the last bus?", DAY, policy).await;
    assert!(said(id).contains("closed") && !said(id).contains("체육"), "{}", said(id));
}

/// What was set aside and what was written in the past are for who runs the machine.
#[tokio::test]
async fn only_the_operator_reads_what_was_set_aside() {
    let bench = Bench::new();
    bench.accept(vec![unreadable("{broken")], T0).await.unwrap();
    let boss = bench.store.person(bench.supervisor("boss").await).await;
    let refused =
        |error: Option<StoreError>| assert!(matches!(error, Some(StoreError::Conflict(_))), "{error:?}");
    refused(bench.store.quarantined(&boss).await.err());
    refused(bench.store.quarantined_raw(1, &boss).await.err());
    refused(bench.store.settle_item(1, &boss, T0).await.err());
    refused(bench.store.retry_text(1, &boss).await.err());
    refused(bench.store.past_arrivals(0, &boss).await.err());
    assert_eq!(bench.store.quarantined(&everybody()).await.unwrap().len(), 1);
}

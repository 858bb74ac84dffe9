//! Late texts on a real file: nobody is texted back by themselves, everybody waits for a person, and danger rings.

use super::service::DAY;
use super::*;
use crate::domain::lateness::{HELP_MS, LATE_MS, Seen};

const LATE: i64 = 3 * HOUR;

impl Bench {
    /// A text that was written so long ago comes in and is routed; its conversation.
    async fn writes_late(&self, citizen: &str, words: &str, late_ms: i64, now: i64) -> i64 {
        let key = format!("late-{citizen}-{now}-{}", words.len());
        assert_eq!(self.accept_late(text(&key, citizen, words), late_ms, now).await.n_late, 1);
        assert_eq!(self.store.route_received(10, now, &talkative()).await.unwrap().n_routed, 1);
        self.value("SELECT conversation_id FROM event WHERE kind = 'text_in' ORDER BY seq DESC LIMIT 1")
    }

    fn n_texts_out(&self) -> i64 {
        self.count("outbox")
    }
}

#[tokio::test]
async fn it_waits_from_when_it_was_written_and_brings_no_text() {
    let bench = Bench::new();
    let id = bench.writes_late(MINSU, "막차 몇 시예요?", LATE, DAY).await;
    let since = format!("SELECT waiting_since_at FROM conversation WHERE id = {id}");
    assert_eq!(
        (bench.conversation_state(id), bench.value::<i64>(&since)),
        ("waiting".to_owned(), DAY - LATE)
    );
    // Nor later, while it waits.
    bench.pass(DAY + 6 * HOUR).await;
    assert_eq!(bench.n_texts_out(), 0);
    assert_eq!(bench.n_events("kind = 'text_in' AND detail = 'late'"), 1);
    let shown = bench.store.conversation(id, &everybody()).await.unwrap().unwrap();
    assert!(
        matches!(shown.messages[0], Message::In { at: DAY, late_since: Some(at), .. } if at == DAY - LATE)
    );
}

#[tokio::test]
async fn who_waits_longest_by_their_own_watch_is_taken_first() {
    let bench = Bench::new();
    let minsu = bench.counselor("minsu").await;
    let fresh = bench.writes("01011110001", "막차 몇 시예요?", DAY - MINUTE).await;
    let late = bench.writes_late(MINSU, "첫차 몇 시예요?", LATE, DAY).await;
    let danger = bench.writes("01011110002", "살려주세요", DAY).await;
    let actor = bench.store.person(minsu).await;
    let mut order = Vec::new();
    for n in 0..3 {
        let found = bench.store.claim_next(&actor, &talkative(), DAY + n).await.unwrap().unwrap();
        order.push(found.summary.id);
    }
    assert_eq!(order, [danger, late, fresh]);
}

#[tokio::test]
async fn who_writes_again_meanwhile_hears_that_it_came() {
    let bench = Bench::new();
    let id = bench.writes_late(MINSU, "막차 몇 시예요?", LATE, DAY).await;
    assert_eq!(bench.writes(MINSU, "아직인가요?", DAY + MINUTE).await, id);
    assert_eq!(bench.value::<String>("SELECT notice FROM outbox"), "receipt");
    bench.writes(MINSU, "여보세요?", DAY + 2 * MINUTE).await;
    assert_eq!(bench.n_texts_out(), 1);
    // From then on they hear how long it takes, as everybody: 5 and 15 minutes after the text that came in time.
    let n_told = async |after| {
        bench.pass(DAY + MINUTE + after).await;
        bench.n_texts_out() - 1
    };
    let mut told = Vec::new();
    for minutes in [4, 5, 14, 15, 99] {
        told.push(n_told(minutes * MINUTE).await);
    }
    assert_eq!(told, [0, 1, 1, 2, 2]);
}

#[tokio::test]
async fn danger_rings_whatever_its_age_and_is_answered_for_two_hours() {
    for (age, n_texts) in [(LATE_MS, 1), (HELP_MS, 1), (HELP_MS + 1, 0), (23 * HOUR, 0)] {
        let bench = Bench::new();
        let id = bench.writes_late(MINSU, "살려주세요", age, DAY).await;
        let danger = format!("SELECT danger FROM conversation WHERE id = {id}");
        assert_eq!(bench.value::<String>(&danger), "ringing", "{age}");
        assert_eq!(bench.n_events("kind = 'urgent'"), 1, "{age}");
        assert_eq!(bench.n_texts_out(), n_texts, "{age}");
        let from = format!("SELECT alarm_from_at FROM conversation WHERE id = {id}");
        assert_eq!(bench.value::<i64>(&from), DAY, "the steps count from when somebody could know of it");
    }
}

#[tokio::test]
async fn a_late_answer_to_the_survey_is_read_by_a_person() {
    let bench = Bench::new();
    let minsu = bench.counselor("minsu").await;
    let id = bench.writes(MINSU, "막차 몇 시예요?", DAY).await;
    bench.served(id, minsu, DAY).await;
    bench.pass(DAY + 1).await;
    assert_eq!(bench.value::<i64>("SELECT count(*) FROM survey"), 1);
    let before = bench.n_texts_out();
    assert_eq!(bench.writes_late(MINSU, "1", LATE_MS, DAY + HOUR).await, id);
    assert_eq!(bench.conversation_state(id), "waiting");
    assert_eq!(bench.value::<i64>("SELECT count(*) FROM survey WHERE answered_at IS NOT NULL"), 0);
    assert_eq!(bench.n_texts_out(), before);
}

#[tokio::test]
async fn a_late_stop_is_followed_and_read() {
    let bench = Bench::new();
    let id = bench.writes_late(MINSU, "STOP", LATE, DAY).await;
    assert_eq!(bench.conversation_state(id), "waiting");
    assert_eq!(bench.value::<i64>("SELECT count(*) FROM citizen WHERE opted_out_at IS NOT NULL"), 1);
    assert_eq!(bench.n_texts_out(), 0);
    let seqs = "SELECT (SELECT seq FROM inbox) = (SELECT last_inbound_seq FROM conversation)";
    assert!(bench.value::<bool>(seqs), "the send guard knows it");
}

#[tokio::test]
async fn a_day_of_texts_at_once_is_no_flood() {
    let bench = Bench::new();
    for n in 0..30 {
        let item = text(&format!("k{n}"), MINSU, "막차 몇 시예요?");
        bench.accept_late(item, 24 * HOUR - n * 30 * MINUTE, DAY).await;
    }
    assert_eq!(bench.store.route_received(100, DAY, &talkative()).await.unwrap().n_routed, 30);
    assert_eq!(bench.n_events("kind = 'flood'"), 0);
    assert_eq!(bench.count("conversation"), 1);
}

#[tokio::test]
async fn the_words_of_hours_apart_are_not_read_as_one() {
    let bench = Bench::new();
    bench.accept_late(text("a", MINSU, "불이"), 5 * HOUR, DAY).await;
    bench.accept_late(text("b", MINSU, "났어요 질문이"), HOUR, DAY).await;
    bench.store.route_received(100, DAY, &talkative()).await.unwrap();
    assert_eq!(bench.n_events("kind = 'urgent'"), 0);
    bench.accept_late(text("c", "01011110001", "불이"), HOUR, DAY).await;
    bench.accept_late(text("d", "01011110001", "났어요"), HOUR - 1, DAY).await;
    bench.store.route_received(100, DAY, &talkative()).await.unwrap();
    assert_eq!(bench.n_events("kind = 'urgent'"), 1, "but those of one moment are");
}

/// One text as a carrier's list and its webhook date it.
#[tokio::test]
async fn one_text_dated_by_two_clocks_is_one() {
    let bench = Bench::new();
    let key = |id: &str, at: i64| crate::domain::inbound::dated_key(id, at, "0123456789abcdef");
    let accept = async |keys: &[String], by_two_clocks: bool| {
        let items = keys.iter().map(|key| text(key, MINSU, "네")).collect();
        let seen = Seen { by_two_clocks, ..Seen::from(T0) };
        bench.store.accept_inbound(CARRIER, Vec::new(), items, None, seen).await.unwrap().n_new
    };
    assert_eq!(accept(&[key("a1", T0)], true).await, 1);
    assert_eq!(accept(&[key("a1", T0 + 7_000), key("a1", T0 - 2 * MINUTE)], true).await, 0);
    assert_eq!(accept(&[key("a1", T0 + 3 * MINUTE), key("b2", T0), key("a", T0)], true).await, 3);
    // Where a carrier gives one id to several texts, the same words a moment later are another text.
    assert_eq!(accept(&[key("a1", T0 + 9_000)], false).await, 1);
}

#[tokio::test]
async fn an_answer_that_may_have_held_texts_is_shown_until_somebody_has_looked() {
    let bench = Bench::new();
    let note = async |at| bench.store.note_possible_loss(CARRIER, "no answer".into(), at).await.unwrap();
    note(DAY).await;
    note(DAY + HOUR).await;
    let shown = async |at| bench.store.possible_losses(at).await.unwrap();
    let [loss] = &shown(DAY + 2 * HOUR).await[..] else { panic!("one") };
    assert_eq!((loss.since_at, loss.last_at, loss.n), (DAY, DAY + HOUR, 2));
    assert!(shown(DAY + 26 * HOUR).await.is_empty(), "a day later");
    note(DAY + 50 * HOUR).await;
    assert_eq!(shown(DAY + 50 * HOUR).await[0].n, 1, "counted anew");
    bench.store.acknowledge_loss(CARRIER, DAY + 51 * HOUR).await.unwrap();
    assert!(shown(DAY + 51 * HOUR).await.is_empty());
    let again = bench.store.acknowledge_loss(CARRIER, DAY + 51 * HOUR).await;
    assert!(matches!(again, Err(StoreError::NotFound)));
    assert_eq!(bench.n_events("kind = 'texts_may_be_lost'"), 3);
    assert_eq!(bench.n_events("kind = 'loss_acknowledged'"), 1);
}

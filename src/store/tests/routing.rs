//! Routing: each text into one conversation, in the order they came; none is lost, none holds up the rest.

use super::*;
use crate::domain::conversation::REOPEN_MS;

const RECEIPT_EVERY_MS: i64 = 30 * MINUTE;

async fn close(bench: &Bench, conversation: i64, counselor: i64, now: i64) {
    assert_eq!(bench.store.claim(conversation, counselor, MANY, now).await.unwrap(), Ok(()));
    let closed = bench.store.close(conversation, counselor, Closing::default(), now).await.unwrap();
    assert_eq!(closed, Ok(()));
}

#[tokio::test]
async fn texts_are_routed_in_the_order_they_came() {
    let bench = Bench::new();
    let items = (0..10).map(|n| text(&format!("k{n}"), if n % 2 == 0 { MINSU } else { JIYEONG }, "네"));
    bench.accept(items.collect(), T0).await.unwrap();
    assert_eq!(bench.store.route_received(4, T0, &quiet()).await.unwrap().n_routed, 4);
    assert_eq!(bench.value::<i64>("SELECT max(id) FROM inbox WHERE state = 'routed'"), 4);
    assert_eq!(bench.route(T0).await, Routed { n_routed: 6, n_failed: 0, n_notices: 0 });
    assert_eq!(bench.route(T0).await, Routed::default());
    assert_eq!(bench.count("conversation"), 2);
    let in_order: i64 = bench.value(
        "SELECT count(*) FROM (SELECT message_id - lag(message_id) OVER (ORDER BY seq) AS step
         FROM event WHERE kind = 'text_in') WHERE step <= 0",
    );
    assert_eq!(in_order, 0);
    assert_eq!(bench.value::<i64>("SELECT max(last_inbound_seq) FROM conversation"), 10);
}

#[tokio::test]
async fn a_citizen_has_one_open_conversation_a_number() {
    let bench = Bench::new();
    let first = bench.text_in(MINSU, T0).await;
    assert_eq!(bench.text_in(MINSU, T0 + 1).await, first);
    assert_ne!(bench.text_in(JIYEONG, T0 + 2).await, first);
    let mut other = text("elsewhere", MINSU, "네");
    if let InboundItem::Text(text) = &mut other {
        text.to = PhoneNumber::parse("0299998888");
    }
    bench.accept(vec![other], T0 + 3).await.unwrap();
    bench.route(T0 + 3).await;
    assert_eq!(bench.count("conversation"), 3);
    let waiting_since: i64 =
        bench.value(&format!("SELECT waiting_since_at FROM conversation WHERE id = {first}"));
    assert_eq!(waiting_since, T0, "the oldest unanswered text decides the place");
}

#[tokio::test]
async fn a_text_reopens_within_72_hours_and_opens_anew_after() {
    let bench = Bench::new();
    let minsu = bench.counselor("minsu").await;
    let first = bench.text_in(MINSU, T0).await;
    close(&bench, first, minsu, T0).await;
    assert_eq!(bench.text_in(MINSU, T0 + REOPEN_MS).await, first);
    let row: (String, i64, Option<i64>, i64) = bench
        .other()
        .query_row("SELECT state, n_reopened, closed_at, waiting_since_at FROM conversation", [], |r| {
            Ok((r.get(0)?, r.get(1)?, r.get(2)?, r.get(3)?))
        })
        .unwrap();
    assert_eq!(row, ("waiting".to_owned(), 1, None, T0 + REOPEN_MS));
    close(&bench, first, minsu, T0 + REOPEN_MS).await;
    let second = bench.text_in(MINSU, T0 + 2 * REOPEN_MS + 1).await;
    assert_ne!(second, first);
    let detail = bench.store.shown(second).await;
    assert_eq!(detail.summary.previous_id, Some(first));
}

#[tokio::test]
async fn what_counts_is_when_a_text_came_not_when_it_was_routed() {
    let bench = Bench::new();
    let minsu = bench.counselor("minsu").await;
    let first = bench.text_in(MINSU, T0).await;
    close(&bench, first, minsu, T0).await;
    bench.accept(vec![text("late", MINSU, "네")], T0 + REOPEN_MS).await.unwrap();
    bench.route(T0 + REOPEN_MS + HOUR).await;
    assert_eq!(bench.conversation_state(first), "waiting");
}

#[tokio::test]
async fn one_receipt_text_when_somebody_begins_to_wait() {
    let bench = Bench::new();
    bench
        .accept(vec![text("a", MINSU, "네"), text("b", MINSU, "네"), text("c", JIYEONG, "네")], T0)
        .await
        .unwrap();
    let routed = bench.store.route_received(10, T0, &talkative()).await.unwrap();
    assert_eq!(routed, Routed { n_routed: 3, n_failed: 0, n_notices: 2 });
    let words: Vec<String> = {
        let other = bench.other();
        let mut select = other.prepare("SELECT text FROM outbox WHERE lane = 2 ORDER BY id").unwrap();
        select.query_map([], |r| r.get(0)).unwrap().map(|r| r.unwrap()).collect()
    };
    assert!(
        !words[0].contains("앞에") && words[1].contains("앞에 1명"),
        "how many wait before each: {words:?}"
    );
    let minsu = bench.counselor("minsu").await;
    close(&bench, 1, minsu, T0 + 1).await;
    bench.accept(vec![text("d", MINSU, "네")], T0 + 2).await.unwrap();
    let soon = bench.store.route_received(10, T0 + 2, &talkative()).await.unwrap();
    // What comes after a close is a consultation of its own.
    assert_eq!((soon.n_routed, soon.n_notices), (1, 1));
    close(&bench, 1, minsu, T0 + 3).await;
    bench.accept(vec![text("e", MINSU, "네")], T0 + RECEIPT_EVERY_MS).await.unwrap();
    let later = bench.store.route_received(10, T0 + RECEIPT_EVERY_MS, &talkative()).await.unwrap();
    assert_eq!((later.n_routed, later.n_notices), (1, 1));
}

#[tokio::test]
async fn a_text_that_fails_three_times_is_set_aside_and_can_be_tried_again() {
    let bench = Bench::new();
    bench.outside(&format!(
        "CREATE TRIGGER no BEFORE INSERT ON conversation WHEN NEW.citizen = '{MINSU}'
         BEGIN SELECT RAISE(ABORT, 'no'); END"
    ));
    bench.accept(vec![text("a", MINSU, "네"), text("b", JIYEONG, "네")], T0).await.unwrap();
    assert_eq!(bench.route(T0).await, Routed { n_routed: 1, n_failed: 1, n_notices: 0 });
    assert!(bench.store.quarantined(&everybody()).await.unwrap().is_empty());
    assert_eq!(bench.route(T0).await.n_failed, 1);
    assert_eq!(bench.route(T0).await.n_failed, 1);
    assert_eq!(bench.route(T0).await, Routed::default());
    let aside = bench.store.quarantined(&everybody()).await.unwrap();
    let [Quarantined::Text { id, .. }] = aside[..] else { panic!("{aside:?}") };
    assert_eq!(bench.n_events("kind = 'quarantined'"), 1);

    bench.outside("DROP TRIGGER no");
    bench.store.retry_text(id, &everybody()).await.unwrap();
    assert!(matches!(bench.store.retry_text(id, &everybody()).await, Err(StoreError::NotFound)));
    assert_eq!(bench.route(T0 + 1).await.n_routed, 1);
    assert!(bench.store.quarantined(&everybody()).await.unwrap().is_empty());
}

#[tokio::test]
async fn a_damaged_row_is_set_aside_and_holds_up_nobody() {
    let bench = Bench::new();
    bench.accept(vec![text("a", MINSU, "네"), text("b", JIYEONG, "네")], T0).await.unwrap();
    bench.outside("UPDATE inbox SET citizen = CAST(x'ff30ff' AS TEXT) WHERE id = 1");
    assert_eq!(bench.route(T0).await, Routed { n_routed: 1, n_failed: 1, n_notices: 0 });
    bench.route(T0).await;
    bench.route(T0).await;
    assert_eq!(bench.value::<String>("SELECT state FROM inbox WHERE id = 1"), "quarantined");
}

#[tokio::test]
async fn a_full_disk_is_not_a_fault_of_the_text() {
    let bench = Bench::new();
    let items = (0..300).map(|n| text(&format!("k{n}"), &format!("0101111{n:04}"), "네"));
    bench.accept(items.collect(), T0).await.unwrap();
    // No page may be added: what needs one fails as on a full disk.
    limit_pages(&bench, true).await;
    let policy = talkative();
    for _ in 0..4 {
        let error = bench.store.route_received(300, T0, &policy).await.unwrap_err();
        assert!(matches!(error, StoreError::Full), "{error}");
    }
    assert_eq!(bench.value::<i64>("SELECT max(n_route_failures) FROM inbox"), 0);
    limit_pages(&bench, false).await;
    assert_eq!(bench.store.route_received(300, T0, &policy).await.unwrap().n_routed, 300);
}

/// Forbids the writer to make the file longer, or allows it again.
async fn limit_pages(bench: &Bench, on: bool) {
    let limited = bench.store.write(move |conn| {
        let now: i64 = conn.pragma_query_value(None, "page_count", |r| r.get(0))?;
        let most = if on { now } else { 1 << 30 };
        Ok(conn.pragma_update_and_check(None, "max_page_count", most, |_| Ok(()))?)
    });
    limited.await.unwrap();
}

#[tokio::test]
async fn a_text_overtaken_by_a_newer_one_is_still_news_to_whoever_answers() {
    let bench = Bench::new();
    let minsu = bench.counselor("minsu").await;
    let conversation = bench.text_in(MINSU, T0).await;
    bench.store.claim(conversation, minsu, MANY, T0).await.unwrap().unwrap();
    bench.outside(
        "CREATE TRIGGER no BEFORE UPDATE ON inbox WHEN NEW.state = 'routed' AND NEW.carrier_message_key = 'slow'
         BEGIN SELECT RAISE(ABORT, 'no'); END",
    );
    bench.accept(vec![text("slow", MINSU, "아니요"), text("fast", MINSU, "네")], T0 + 1).await.unwrap();
    assert_eq!(bench.route(T0 + 1).await, Routed { n_routed: 1, n_failed: 1, n_notices: 0 });
    let seen = bench.store.shown(conversation).await.summary.last_inbound_seq;
    bench.outside("DROP TRIGGER no");
    assert_eq!(bench.route(T0 + 2).await.n_routed, 1);

    let closed = bench.store.close(conversation, minsu, seen_up_to(seen), T0 + 3).await.unwrap();
    assert_eq!(closed, Err(Refusal::NewerTexts), "the counselor has not seen it");
    let unseen = bench.store.texts_after(conversation, seen, &everybody()).await.unwrap().unwrap();
    let [Message::In { text, seq, .. }] = &unseen[..] else { panic!("{unseen:?}") };
    assert_eq!(text.reveal(), "아니요");
    let closed = bench.store.close(conversation, minsu, seen_up_to(*seq), T0 + 3).await.unwrap();
    assert_eq!(closed, Ok(()));
}

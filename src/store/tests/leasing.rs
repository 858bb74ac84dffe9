//! Leasing: in order per citizen, the pressing first, nobody waits for another citizen, and no row is handed out twice.

use super::*;

#[tokio::test]
async fn of_each_citizen_the_first_in_line() {
    let bench = Bench::new();
    let first = bench.queue(MINSU, Lane::Reply, T0).await;
    let second = bench.queue(MINSU, Lane::Reply, T0).await;
    let other = bench.queue(JIYEONG, Lane::Reply, T0).await;
    let leased = bench.lease(10, T0).await;
    assert_eq!(ids(&leased), [first, other]);
    assert_eq!((leased[0].attempt, leased[0].first_attempt_at), (1, T0));
    let row: (String, i64, String) = bench
        .other()
        .query_row("SELECT state, lease_until_at, carrier FROM outbox WHERE id = 1", [], |r| {
            Ok((r.get(0)?, r.get(1)?, r.get(2)?))
        })
        .unwrap();
    assert_eq!(row, ("sending".to_owned(), T0 + MINUTE, CARRIER.to_owned()));
    assert!(bench.lease(10, T0).await.is_empty(), "the second waits for the first");
    bench.outcome(&leased[0], accepted("c1"), T0).await;
    assert_eq!(ids(&bench.lease(10, T0).await), [second]);
}

#[tokio::test]
async fn pressing_lanes_leave_first_and_may_overtake_others() {
    let bench = Bench::new();
    let notice = bench.queue(MINSU, Lane::Notice, T0).await;
    let reply = bench.queue(MINSU, Lane::Reply, T0).await;
    let urgent = bench.queue(JIYEONG, Lane::Urgent, T0 + 5).await;
    let late_notice = bench.queue(JIYEONG, Lane::Notice, T0).await;
    assert_eq!(ids(&bench.lease(1, T0 + 5).await), [urgent]);
    assert_eq!(ids(&bench.lease(1, T0 + 5).await), [reply], "past the older notice");
    assert_eq!(ids(&bench.lease(10, T0 + 5).await), [notice]);
    assert_eq!(bench.state(late_notice), "queued", "never past a more pressing one of the same citizen");
}

#[tokio::test]
async fn a_row_that_waits_for_its_retry_holds_back_its_citizen_only() {
    let bench = Bench::new();
    let text = bench.sending(MINSU, T0).await;
    bench.outcome(&text, not_taken(T0 + MINUTE), T0).await;
    bench.queue(MINSU, Lane::Reply, T0).await;
    let other = bench.queue(JIYEONG, Lane::Reply, T0).await;
    assert_eq!(ids(&bench.lease(10, T0 + 1).await), [other]);
    assert_eq!(bench.store.next_send_at().await.unwrap(), Some(T0 + MINUTE));
    let again = bench.lease(10, T0 + MINUTE).await;
    assert_eq!((ids(&again), again[0].attempt, again[0].first_attempt_at), (vec![text.id], 2, T0));
}

#[tokio::test]
async fn the_recall_window_holds_an_answer_back_and_what_stands_behind_it() {
    let bench = Bench::new();
    let window = ServicePolicy { recall_ms: 10_000, ..send() };
    let held = bench.queue_with(MINSU, Lane::Reply, T0, &window).await;
    let behind = bench.queue(MINSU, Lane::Reply, T0).await;
    let notice = bench.queue_with(JIYEONG, Lane::Notice, T0, &window).await;
    assert_eq!((bench.state(held), bench.state(notice)), ("held".to_owned(), "queued".to_owned()));
    assert_eq!(ids(&bench.lease(10, T0 + 9_999).await), [notice], "notices are nobody's to recall");
    assert_eq!(bench.store.next_send_at().await.unwrap(), Some(T0 + 10_000));
    assert_eq!(ids(&bench.lease(10, T0 + 10_000).await), [held]);
    assert_eq!(bench.state(behind), "queued");
}

#[tokio::test]
async fn a_text_expires_that_could_not_leave_in_time() {
    let bench = Bench::new();
    let short = ServicePolicy { time_to_live_ms: MINUTE, ..send() };
    let old = bench.queue_with(MINSU, Lane::Reply, T0, &short).await;
    let next = bench.queue(MINSU, Lane::Reply, T0).await;
    assert!(bench.lease(10, T0 + MINUTE).await.is_empty());
    assert_eq!(bench.state(old), "expired");
    assert_eq!(bench.value::<i64>("SELECT final_at FROM outbox WHERE id = 1"), T0 + MINUTE);
    assert_eq!(bench.n_events("message_id = 1 AND detail = 'expired'"), 1);
    assert_eq!(ids(&bench.lease(10, T0 + MINUTE).await), [next]);
}

#[tokio::test]
async fn texts_expire_although_no_carrier_may_be_used() {
    let bench = Bench::new();
    let old = bench.queue(MINSU, Lane::Reply, T0).await;
    let young = bench.queue(JIYEONG, Lane::Reply, T0 + 1).await;
    let over = T0 + send().time_to_live_ms;
    assert_eq!(bench.store.expire_old(10, over - 1).await.unwrap(), 0);
    assert_eq!(bench.store.expire_old(10, over).await.unwrap(), 1);
    assert_eq!((bench.state(old), bench.state(young)), ("expired".to_owned(), "queued".to_owned()));
}

#[tokio::test]
async fn doubt_blocks_the_line_until_a_person_has_to_decide() {
    let bench = Bench::new();
    let doubt = bench.in_doubt(MINSU, T0).await;
    let behind = bench.queue(MINSU, Lane::Reply, T0).await;
    assert!(bench.lease(10, T0).await.is_empty());
    assert_eq!(bench.store.next_send_at().await.unwrap(), None, "nothing to do before the doubt ends");
    bench.answer(&doubt, LookupResult::CannotTell, T0).await;
    assert_eq!(bench.store.next_send_at().await.unwrap(), Some(T0));
    assert_eq!(ids(&bench.lease(10, T0).await), [behind]);
}

#[tokio::test]
async fn a_sender_with_nothing_to_do_is_not_told_to_look_again_at_once() {
    let bench = Bench::new();
    bench.sending(MINSU, T0).await;
    bench.queue(MINSU, Lane::Reply, T0).await;
    bench.queue(MINSU, Lane::Notice, T0).await;
    assert!(bench.lease(10, T0).await.is_empty());
    assert_eq!(bench.store.next_send_at().await.unwrap(), None);
    bench.queue(JIYEONG, Lane::Notice, T0 + 7).await;
    assert_eq!(bench.store.next_send_at().await.unwrap(), Some(T0 + 7));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn no_row_is_handed_out_twice() {
    let bench = Bench::new();
    for n in 0..200 {
        bench.queue(&format!("010{n:08}"), Lane::Reply, T0).await;
    }
    let mut leasers = tokio::task::JoinSet::new();
    for _ in 0..8 {
        let store = bench.store.clone();
        leasers.spawn(async move {
            let mut mine = Vec::new();
            loop {
                let leased = store.lease_due(order(CARRIER, false), 7, T0).await.unwrap().texts;
                if leased.is_empty() {
                    return mine;
                }
                mine.extend(ids(&leased));
            }
        });
    }
    let mut all: Vec<i64> = leasers.join_all().await.concat();
    all.sort_unstable();
    assert_eq!(all, (1..=200).collect::<Vec<_>>());
}

#[tokio::test]
async fn a_damaged_row_holds_up_its_own_citizen_only() {
    let bench = Bench::new();
    let damaged = bench.queue(MINSU, Lane::Reply, T0).await;
    let other = bench.queue(JIYEONG, Lane::Reply, T0).await;
    bench.outside("UPDATE outbox SET text = CAST(x'ff30ff' AS TEXT) WHERE id = 1");
    assert_eq!(ids(&bench.lease(10, T0).await), [other]);
    assert_eq!(bench.state(damaged), "queued");
    assert!(bench.store.next_send_at().await.unwrap() > Some(T0), "and does not keep the sender busy");
}

#[tokio::test]
async fn a_lease_of_nothing_writes_nothing() {
    let bench = Bench::new();
    bench.sending(MINSU, T0).await;
    let watcher = bench.other();
    let version = || watcher.pragma_query_value(None, "data_version", |r| r.get::<_, i64>(0)).unwrap();
    let before = version();
    for _ in 0..10 {
        assert!(bench.lease(10, T0).await.is_empty());
        assert_eq!(bench.store.rescue(false, T0).await.unwrap(), 0);
    }
    assert_eq!(version(), before);
}

#[tokio::test]
async fn another_carrier_takes_only_what_the_first_surely_has_not() {
    let bench = Bench::new();
    bench.queue(MINSU, Lane::Reply, T0).await;
    bench.queue(JIYEONG, Lane::Reply, T0).await;
    let first = bench.lease(1, T0).await.remove(0);
    bench.outcome(&first, Outcome::NoAnswer { ask_at: T0, code: None }, T0).await;
    bench.answer(&first, LookupResult::Repeatable { before: T0 + HOUR }, T0).await;

    let senders = crate::domain::phone::Senders::single(PhoneNumber::parse("15881234"));
    let standby =
        Lease { carrier: "standby", senders, only_its_own: false, lease_ms: MINUTE, ahead_ms: Some(0) };
    let taken = bench.store.lease_due(Arc::new(standby), 10, T0 + 1).await.unwrap().texts;
    assert_eq!(taken.iter().map(|t| t.citizen.reveal()).collect::<Vec<_>>(), [JIYEONG]);
    assert_eq!(taken[0].from, PhoneNumber::parse("15881234"), "from the number registered there");
    let kept: String = bench.value("SELECT from_number FROM outbox WHERE carrier = 'standby'");
    assert_eq!(kept, "15881234");

    // The first may repeat it, from the number it has seen; as a standby it takes nothing else.
    bench.queue("01012340003", Lane::Reply, T0).await;
    let its_own = bench.store.lease_due(order(CARRIER, true), 10, T0 + 1).await.unwrap().texts;
    assert_eq!((its_own.len(), its_own[0].id, &its_own[0].from), (1, first.id, &first.from));
}

#[tokio::test]
async fn what_no_carrier_may_repeat_any_more_comes_into_doubt_whoever_asks() {
    let bench = Bench::new();
    bench.queue(MINSU, Lane::Reply, T0).await;
    let first = bench.lease(1, T0).await.remove(0);
    bench.outcome(&first, Outcome::NoAnswer { ask_at: T0, code: None }, T0).await;
    bench.answer(&first, LookupResult::Repeatable { before: T0 + HOUR }, T0).await;
    assert!(bench.store.lease_due(order("standby", false), 10, T0 + HOUR).await.unwrap().texts.is_empty());
    assert_eq!(bench.state(first.id), "in_doubt");
    assert_eq!(bench.store.in_doubt_due(10, T0 + HOUR).await.unwrap()[0].carrier, CARRIER);
}

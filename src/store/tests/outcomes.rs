//! What a try ended with, in time and too late, and the rescue of what nobody reported on.

use super::*;

#[tokio::test]
async fn each_outcome_in_time() {
    let cases = [
        (accepted("c"), "accepted"),
        (Outcome::Accepted { carrier_message_id: None }, "accepted"),
        (not_taken(T0 + 5), "queued"),
        (Outcome::Rejected { code: Some("R1".to_owned()) }, "failed"),
        (Outcome::NoAnswer { ask_at: T0 + 5, code: None }, "in_doubt"),
    ];
    for (outcome, state) in cases {
        let bench = Bench::new();
        let text = bench.sending(MINSU, T0).await;
        bench.outcome(&text, outcome.clone(), T0 + 1).await;
        assert_eq!(bench.state(text.id), state, "{outcome:?}");
        assert_eq!(bench.n_events(&format!("kind = 'message' AND detail = '{state}'")), 1);
        // The same word again changes nothing.
        bench.outcome(&text, outcome.clone(), T0 + 2).await;
        assert_eq!(bench.state(text.id), state, "{outcome:?} twice");
        assert_eq!(bench.n_events("kind = 'message'"), 1);
    }
}

/// The citizen has stopped us at the carrier: the text failed, they are marked as if they had told us, and automatic texts
/// that have not left are withdrawn.
#[tokio::test]
async fn a_block_at_the_carrier_is_an_opt_out() {
    let bench = Bench::new();
    let text = bench.sending(MINSU, T0).await;
    let blocked = Outcome::Blocked { code: Some("21610".to_owned()) };
    bench.outcome(&text, blocked.clone(), T0 + 1).await;
    assert_eq!(bench.state(text.id), "failed");
    assert_eq!(bench.value::<i64>("SELECT opted_out_at FROM citizen"), T0 + 1);
    assert_eq!(bench.n_events("kind = 'opted_out'"), 1);
    bench.outcome(&text, blocked, T0 + 2).await;
    assert_eq!(bench.n_events("kind = 'opted_out'"), 1, "told once");
}

#[tokio::test]
async fn what_an_outcome_leaves_in_its_row() {
    let bench = Bench::new();
    let text = bench.sending(MINSU, T0).await;
    bench.outcome(&text, not_taken(T0 + 5), T0 + 1).await;
    let row = "SELECT n_failures || ' ' || n_attempts || ' ' || (next_attempt_at - created_at) || ' ' || code FROM outbox";
    assert_eq!(bench.value::<String>(row), "1 1 5 busy");
    let text = bench.lease(1, T0 + 5).await.remove(0);
    bench.outcome(&text, Outcome::Rejected { code: Some("R1".to_owned()) }, T0 + 6).await;
    let row = "SELECT final_at || ' ' || code FROM outbox WHERE lease_until_at IS NULL";
    assert_eq!(bench.value::<String>(row), format!("{} R1", T0 + 6));
}

/// Outcomes that say that the carrier has not taken the text for sure, or nothing.
fn words_of_no_acceptance() -> [Outcome; 3] {
    [not_taken(T0 + 9), Outcome::Rejected { code: None }, Outcome::NoAnswer { ask_at: T0 + 9, code: None }]
}

#[tokio::test]
async fn late_words_change_nothing_unless_the_carrier_has_it() {
    for late in words_of_no_acceptance() {
        let bench = Bench::new();
        let text = bench.sending(MINSU, T0).await;
        bench.store.rescue(true, T0 + 1).await.unwrap();
        bench.outcome(&text, late.clone(), T0 + 2).await;
        assert_eq!(bench.state(text.id), "in_doubt", "{late:?}");
        bench.outcome(&text, accepted("c"), T0 + 3).await;
        assert_eq!(bench.state(text.id), "accepted");
        bench.outcome(&text, late.clone(), T0 + 4).await;
        assert_eq!(bench.state(text.id), "accepted", "{late:?}");
    }
}

/// A text that was in doubt, surely absent, and is in line again.
async fn queued_again(bench: &Bench) -> OutboundText {
    let text = bench.in_doubt(MINSU, T0).await;
    bench.answer(&text, LookupResult::Absent, T0).await;
    bench.answer(&text, LookupResult::Absent, T0 + MINUTE).await;
    assert_eq!(bench.state(text.id), "queued");
    text
}

#[tokio::test]
async fn a_late_acceptance_keeps_a_text_from_leaving_again() {
    let bench = Bench::new();
    let text = queued_again(&bench).await;
    bench.outcome(&text, accepted("c"), T0 + MINUTE).await;
    assert_eq!(bench.state(text.id), "accepted");
    assert!(bench.lease(10, T0 + HOUR).await.is_empty());
}

#[tokio::test]
async fn a_late_acceptance_holds_while_the_next_try_is_under_way() {
    let bench = Bench::new();
    let first = queued_again(&bench).await;
    let second = bench.lease(1, T0 + MINUTE).await.remove(0);
    assert_eq!((second.id, second.attempt, &second.key), (first.id, 2, &first.key), "the same key");
    bench.outcome(&first, Outcome::Rejected { code: None }, T0 + MINUTE).await;
    assert_eq!(bench.state(first.id), "sending", "another try's failure is not this one's");
    bench.outcome(&first, accepted("c"), T0 + MINUTE).await;
    assert_eq!(bench.state(first.id), "accepted");
    bench.outcome(&second, not_taken(T0 + MINUTE), T0 + MINUTE).await;
    assert_eq!(bench.state(first.id), "accepted");
}

#[tokio::test]
async fn an_acceptance_after_the_end_brings_only_the_carriers_name() {
    let bench = Bench::new();
    let text = bench.sending(MINSU, T0).await;
    let item = receipt("c", Some(text.key.as_str()), ReceiptStatus::Delivered, "1000");
    bench.receipts(vec![item], T0 + 1).await;
    assert_eq!(bench.state(text.id), "delivered");
    bench.outcome(&text, accepted("c"), T0 + 2).await;
    assert_eq!(bench.state(text.id), "delivered");
    assert_eq!(bench.value::<String>("SELECT carrier_message_id FROM outbox"), "c");
}

#[tokio::test]
async fn a_name_that_comes_late_finds_the_receipts_that_waited_for_it() {
    let bench = Bench::new();
    let text = bench.sending(MINSU, T0).await;
    bench.receipts(vec![receipt("c", None, ReceiptStatus::Delivered, "1000")], T0 + 1).await;
    bench.outcome(&text, Outcome::Accepted { carrier_message_id: None }, T0 + 2).await;
    assert_eq!(bench.state(text.id), "accepted");
    bench.outcome(&text, accepted("c"), T0 + 3).await;
    assert_eq!(bench.state(text.id), "delivered");
}

#[tokio::test]
async fn rescue_takes_expired_leases_and_at_the_start_all() {
    let bench = Bench::new();
    let old = bench.sending(MINSU, T0).await;
    let young = bench.sending(JIYEONG, T0 + 30_000).await;
    assert_eq!(bench.store.rescue(false, T0 + MINUTE - 1).await.unwrap(), 0);
    assert_eq!(bench.store.rescue(false, T0 + MINUTE).await.unwrap(), 1);
    assert_eq!((bench.state(old.id), bench.state(young.id)), ("in_doubt".to_owned(), "sending".to_owned()));
    assert_eq!(bench.store.rescue(true, T0 + MINUTE).await.unwrap(), 1);
    assert_eq!(bench.n_events("detail = 'in_doubt'"), 2);
    let due = bench.store.in_doubt_due(10, T0 + MINUTE).await.unwrap();
    assert_eq!(
        due.iter().map(|d| (d.text.id, d.n_questions)).collect::<Vec<_>>(),
        [(old.id, 0), (young.id, 0)]
    );
    assert!(bench.lease(10, T0 + MINUTE).await.is_empty(), "never simply sent again");
}

#[tokio::test]
async fn a_hundred_thousand_orphans() {
    let bench = Bench::new();
    bench.sending(MINSU, T0).await;
    let made = bench.store.write(|conn| {
        conn.execute_batch(
            "WITH RECURSIVE n (i) AS (SELECT 2 UNION ALL SELECT i + 1 FROM n WHERE i < 100000)
             INSERT INTO outbox (client_key, conversation_id, citizen, from_number, kind, text, lane, state, created_at,
                                 next_attempt_at, expires_at, lease_until_at, n_attempts, first_attempt_at, carrier)
             SELECT printf('%026d', i), 1, printf('010%08d', i), '02', 'sms', '네', 1, 'sending', 0, 0, 9e15, 9e14, 1, 0,
                    'bizgo' FROM n",
        )?;
        Ok(())
    });
    made.await.unwrap();
    assert_eq!(bench.store.rescue(true, T0).await.unwrap(), 100_000);
    assert_eq!(bench.value::<i64>("SELECT count(*) FROM outbox WHERE state = 'in_doubt'"), 100_000);
    let events =
        "SELECT count(DISTINCT message_id) FROM event WHERE detail = 'in_doubt' AND conversation_id = 1";
    assert_eq!(bench.value::<i64>(events), 100_000);
    assert_eq!(bench.store.rescue(true, T0).await.unwrap(), 0);
    assert_eq!(bench.store.in_doubt_due(50, T0).await.unwrap().len(), 50);
}

#[tokio::test]
async fn texts_without_a_receipt_are_asked_for_and_at_last_given_up() {
    let bench = Bench::new();
    let text = bench.sending(MINSU, T0).await;
    bench.outcome(&text, accepted("c"), T0).await;
    assert!(bench.store.unreceipted(None, T0 - 1, 10).await.unwrap().is_empty());
    let found = bench.store.unreceipted(None, T0, 10).await.unwrap();
    let expected = Unreceipted {
        id: text.id,
        carrier: CARRIER.to_owned(),
        carrier_message_id: Some("c".to_owned()),
        accepted_at: T0,
    };
    assert_eq!(found, [expected]);
    assert!(bench.store.unreceipted(Some("other"), T0, 10).await.unwrap().is_empty());
    bench.store.no_receipt_yet(text.id, Some(T0 + HOUR), T0 + 1).await.unwrap();
    assert!(bench.store.unreceipted(None, T0 + HOUR - 1, 10).await.unwrap().is_empty());
    bench.store.no_receipt_yet(text.id, None, T0 + HOUR).await.unwrap();
    assert_eq!(bench.state(text.id), "unconfirmed");
    bench.store.no_receipt_yet(text.id, None, T0 + HOUR).await.unwrap();
    bench.receipts(vec![receipt("c", None, ReceiptStatus::Undelivered, "2000")], T0 + 2 * HOUR).await;
    assert_eq!(bench.state(text.id), "undelivered");
    bench.store.no_receipt_yet(text.id, None, T0 + 3 * HOUR).await.unwrap();
    assert_eq!(bench.state(text.id), "undelivered");
}

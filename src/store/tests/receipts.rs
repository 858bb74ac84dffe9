//! Receipts: early, late, repeated, out of order and unknown ones. All are kept; none moves a text back.

use super::*;
use ReceiptStatus::{Blocked, Delivered, Undelivered, Unknown};

async fn accepted_text(bench: &Bench, id: &str) -> OutboundText {
    let text = bench.sending(MINSU, T0).await;
    bench.outcome(&text, accepted(id), T0).await;
    text
}

#[tokio::test]
async fn a_receipt_in_time() {
    for (status, state) in [(Delivered, "delivered"), (Undelivered, "undelivered")] {
        let bench = Bench::new();
        let text = accepted_text(&bench, "c").await;
        let applied = bench.receipts(vec![receipt("c", None, status, "1000")], T0 + 1).await;
        assert_eq!(applied, Applied { n_moved: 1, ..Applied::default() });
        assert_eq!(bench.state(text.id), state);
        let row = format!("{} 1000", T0 + 1);
        assert_eq!(bench.value::<String>("SELECT final_at || ' ' || code FROM outbox"), row);
        assert_eq!(bench.n_events(&format!("message_id = 1 AND detail = '{state}'")), 1);
    }
}

/// The citizen has stopped us at the carrier, and only the receipt says it: before the answer to the send, or after it.
#[tokio::test]
async fn a_receipt_of_a_block_is_an_opt_out() {
    for is_early in [true, false] {
        let bench = Bench::new();
        let text = bench.sending(MINSU, T0).await;
        let blocked = || vec![receipt("c", None, Blocked, "21610")];
        if is_early {
            bench.receipts(blocked(), T0 + 1).await;
            assert_eq!(bench.n_events("kind = 'opted_out'"), 0);
        }
        bench.outcome(&text, accepted("c"), T0 + 1).await;
        bench.receipts(blocked(), T0 + 1).await;
        assert_eq!(bench.state(text.id), "undelivered");
        assert_eq!(bench.value::<i64>("SELECT opted_out_at FROM citizen"), T0 + 1);
        bench.receipts(blocked(), T0 + 2).await;
        assert_eq!(bench.n_events("kind = 'opted_out'"), 1, "told once");
    }
}

/// The text left before the citizen's START, and the receipt of its block comes after it.
#[tokio::test]
async fn a_late_receipt_of_a_block_does_not_undo_a_start() {
    let bench = Bench::new();
    let text = bench.sending(MINSU, T0).await;
    bench.outcome(&text, accepted("c"), T0 + 1).await;
    for (n, word) in ["수신거부", "수신동의"].into_iter().enumerate() {
        bench.accept(vec![super::text(word, MINSU, word)], T0 + 2 + n as i64).await.unwrap();
        bench.store.route_received(10, T0 + 2 + n as i64, &talkative()).await.unwrap();
    }
    bench.receipts(vec![receipt("c", None, Blocked, "21610")], T0 + 9).await;
    assert_eq!(bench.state(text.id), "undelivered");
    assert_eq!(bench.value::<Option<i64>>("SELECT opted_out_at FROM citizen"), None);
    assert_eq!(bench.n_events("kind = 'opted_out'"), 1, "their own");
}

#[tokio::test]
async fn repeated_and_contradicting_receipts_are_kept_and_change_nothing() {
    let bench = Bench::new();
    let text = accepted_text(&bench, "c").await;
    bench.receipts(vec![receipt("c", None, Delivered, "1000")], T0).await;
    let page = vec![
        receipt("c", None, Delivered, "1000"),
        receipt("c", None, Undelivered, "2000"),
        receipt("c", None, Delivered, "1001"),
    ];
    assert_eq!(bench.receipts(page, T0 + 1).await, Applied { n_ignored: 3, ..Applied::default() });
    assert_eq!((bench.state(text.id), bench.count("receipt")), ("delivered".to_owned(), 3));
    assert_eq!(bench.value::<String>("SELECT code FROM outbox"), "1000");
}

#[tokio::test]
async fn the_first_final_word_of_one_page_counts() {
    let bench = Bench::new();
    let text = accepted_text(&bench, "c").await;
    let page = vec![receipt("c", None, Undelivered, "2000"), receipt("c", None, Delivered, "1000")];
    let applied = bench.receipts(page, T0).await;
    assert_eq!(applied, Applied { n_moved: 1, n_ignored: 1, ..Applied::default() });
    assert_eq!(bench.state(text.id), "undelivered");
}

#[tokio::test]
async fn a_receipt_before_its_acceptance_by_the_carriers_name() {
    let bench = Bench::new();
    let text = bench.sending(MINSU, T0).await;
    let page = vec![receipt("c", None, Unknown, "77"), receipt("c", None, Delivered, "1000")];
    let applied = bench.receipts(page, T0).await;
    assert_eq!(applied, Applied { n_unmatched: 2, n_unknown: 1, ..Applied::default() });
    assert_eq!(bench.state(text.id), "sending");
    bench.outcome(&text, accepted("c"), T0 + 1).await;
    assert_eq!(bench.state(text.id), "delivered");
    assert_eq!(bench.value::<i64>("SELECT count(*) FROM receipt WHERE outbox_id = 1"), 2);
}

#[tokio::test]
async fn a_receipt_before_its_acceptance_by_our_key() {
    for again in [false, true] {
        let bench = Bench::new();
        let text = bench.sending(MINSU, T0).await;
        if again {
            bench.store.rescue(true, T0).await.unwrap();
            bench.answer(&text, LookupResult::Repeatable { before: T0 + HOUR }, T0).await;
            assert_eq!(bench.state(text.id), "queued");
        }
        let item = receipt("c", Some(text.key.as_str()), Delivered, "1000");
        assert_eq!(bench.receipts(vec![item], T0).await.n_moved, 1);
        assert_eq!(bench.state(text.id), "delivered");
        assert!(bench.lease(10, T0 + 1).await.is_empty());
    }
}

#[tokio::test]
async fn a_receipt_unblocks_the_line() {
    let bench = Bench::new();
    let text = bench.in_doubt(MINSU, T0).await;
    let behind = bench.queue(MINSU, Lane::Reply, T0).await;
    assert!(bench.lease(10, T0).await.is_empty());
    bench.store.hints().text_out.notified().await;
    let item = receipt("c", Some(text.key.as_str()), Delivered, "1000");
    bench.receipts(vec![item], T0).await;
    bench.store.hints().text_out.notified().await;
    assert_eq!(ids(&bench.lease(10, T0).await), [behind]);
}

#[tokio::test]
async fn our_key_from_another_carrier_or_before_the_first_try_proves_nothing() {
    let bench = Bench::new();
    let id = bench.queue(MINSU, Lane::Reply, T0).await;
    let key: String = bench.value("SELECT client_key FROM outbox");
    let item = || receipt("c", Some(&key), Delivered, "1000");
    assert_eq!(bench.receipts(vec![item()], T0).await.n_unmatched, 1);
    bench.lease(1, T0).await;
    let other = bench.store.apply_receipts("twilio", Vec::new(), vec![item()], T0).await.unwrap();
    assert_eq!((other.n_unmatched, bench.state(id)), (1, "sending".to_owned()));
}

#[tokio::test]
async fn a_receipt_told_again_once_its_text_is_known_is_applied() {
    let bench = Bench::new();
    let id = bench.queue(MINSU, Lane::Reply, T0).await;
    let key: String = bench.value("SELECT client_key FROM outbox");
    let item = || vec![receipt("c", Some(&key), Delivered, "1000")];
    assert_eq!(bench.receipts(item(), T0).await.n_unmatched, 1);
    bench.lease(1, T0).await;
    assert_eq!(bench.receipts(item(), T0 + 1).await, Applied { n_moved: 1, ..Applied::default() });
    assert_eq!(bench.receipts(item(), T0 + 2).await, Applied { n_ignored: 1, ..Applied::default() });
    assert_eq!((bench.state(id), bench.count("receipt")), ("delivered".to_owned(), 1));
}

#[tokio::test]
async fn an_unknown_code_is_kept_with_its_page_and_moves_nothing() {
    let bench = Bench::new();
    let text = accepted_text(&bench, "c").await;
    let applied = bench.receipts(vec![receipt("c", None, Unknown, "77")], T0).await;
    assert_eq!(applied, Applied { n_unknown: 1, n_ignored: 1, ..Applied::default() });
    assert_eq!((bench.state(text.id), bench.count("raw_page")), ("accepted".to_owned(), 1));
    bench.receipts(vec![receipt("c", None, Delivered, "1000")], T0).await;
    assert_eq!(bench.state(text.id), "delivered");
}

#[tokio::test]
async fn an_unreadable_item_does_not_hold_up_its_page() {
    let bench = Bench::new();
    let text = accepted_text(&bench, "c").await;
    let broken = || ReceiptItem::Unreadable { raw: "<x".to_owned(), reason: "no id".to_owned() };
    let applied = bench.receipts(vec![broken(), receipt("c", None, Delivered, "1000")], T0).await;
    assert_eq!(applied, Applied { n_moved: 1, n_quarantined: 1, ..Applied::default() });
    assert_eq!(bench.state(text.id), "delivered");
    assert_eq!(bench.receipts(vec![broken()], T0).await, Applied::default());
}

#[tokio::test]
async fn receipts_nobody_knows_stay_for_ever() {
    let bench = Bench::new();
    let applied = bench.receipts(vec![receipt("stranger", None, Delivered, "1000")], T0).await;
    assert_eq!(applied, Applied { n_unmatched: 1, ..Applied::default() });
    assert_eq!(bench.value::<i64>("SELECT count(*) FROM receipt WHERE outbox_id IS NULL"), 1);
}

#[tokio::test]
async fn states_that_no_receipt_touches() {
    for (prepare, state) in [
        ("state = 'cancelled', final_at = 1", "cancelled"),
        ("state = 'expired', final_at = 1", "expired"),
        ("state = 'failed', final_at = 1", "failed"),
    ] {
        let bench = Bench::new();
        let text = bench.sending(MINSU, T0).await;
        bench.outside(&format!("UPDATE outbox SET lease_until_at = NULL, {prepare}"));
        let item = receipt("c", Some(text.key.as_str()), Delivered, "1000");
        assert_eq!(bench.receipts(vec![item], T0).await.n_ignored, 1);
        assert_eq!(bench.state(text.id), state);
    }
}

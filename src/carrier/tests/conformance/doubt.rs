//! Sends that got no answer: the carrier has the text, or has not, and the driver finds out or says that it cannot.

use super::*;

/// How often the carrier is asked; some have to be asked twice, half a minute apart.
const ASKED: usize = 3;

fn faults() -> Vec<Fault> {
    vec![
        Fault::ErrorBefore { status: 500 },
        Fault::ErrorBefore { status: 502 },
        Fault::ErrorBefore { status: 503 },
        Fault::ErrorAfter { status: 500 },
        Fault::ErrorAfter { status: 502 },
        Fault::ResetBefore,
        Fault::ResetAfter,
        Fault::Truncate { at: 0 },
        Fault::Truncate { at: 30 },
        Fault::Malformed,
        Fault::Blackhole { ms: 30_000 },
        Fault::Latency { ms: 30_000 },
    ]
}

/// What follows from what was found, as the sender does it. Says whether it is known that the carrier has the text.
async fn settled(stand: &Stand, text: &OutboundText, what: &str) -> bool {
    let had = stand.sim.ledger().messages.iter().map(|m| m.msg_key.clone()).collect::<Vec<_>>();
    let mut found = Reconciled::CannotTell;
    for _ in 0..ASKED {
        tokio::time::sleep(Duration::from_secs(31)).await;
        found = stand.driver.reconcile(text).await.unwrap();
        if !matches!(found, Reconciled::CannotTell) {
            break;
        }
    }
    match found {
        Reconciled::Found { carrier_message_id } => assert_eq!(had, [carrier_message_id], "{what}"),
        Reconciled::OneOf { carrier_message_ids } => assert_eq!(had, carrier_message_ids, "{what}"),
        Reconciled::Absent => {
            assert!(had.is_empty(), "{what}: the carrier has it");
            stand.sent(text).await;
        }
        Reconciled::SafeToRepeat => {
            let again = OutboundText { attempt: 2, ..text.clone() };
            let accepted = stand.driver.send(&again).await.unwrap();
            assert_eq!(accepted.repeated, !had.is_empty(), "{what}");
        }
        Reconciled::CannotTell => return false,
    }
    true
}

pub(super) async fn a_send_without_an_answer_is_settled_and_no_citizen_gets_two(row: Row) {
    for fault in faults() {
        let stand = Stand::new(row);
        let what = format!("{fault:?}");
        let text = stand.text(1);
        stand.fault(Endpoint::Send, fault, 1);
        let is_known = match stand.driver.send(&text).await {
            Ok(_) => true,
            Err(error) if is_sure(error.kind) => {
                assert_eq!(stand.n_taken(), 0, "{what}: {error}");
                stand.pause().await;
                stand.sent(&text).await;
                true
            }
            Err(_) => settled(&stand, &text, &what).await,
        };
        assert!(stand.n_taken() <= 1, "{what}: sent twice");
        assert!(!is_known || stand.n_taken() == 1, "{what}: lost");
        let ledger = stand.sim.ledger();
        assert_eq!((ledger.n_keys_reused, ledger.taken_twice().len()), (0, 0), "{what}");
    }
}

/// The first try was yesterday and surely not taken; it is the try of today that got no answer.
pub(super) async fn a_doubt_of_a_later_try_is_settled_like_any(row: Row) {
    for fault in [Fault::ResetAfter, Fault::ResetBefore] {
        let stand = Stand::new(row);
        let what = format!("{fault:?}");
        let text = OutboundText { attempt: 2, first_attempt_at: START_MS - 20 * 3_600_000, ..stand.text(1) };
        stand.fault(Endpoint::Send, fault, 1);
        assert!(stand.driver.send(&text).await.is_err());
        // Longer than some carriers remember a key.
        tokio::time::sleep(Duration::from_secs(900)).await;
        let is_known = settled(&stand, &text, &what).await;
        assert!(stand.n_taken() <= 1, "{what}: sent twice");
        assert!(!is_known || stand.n_taken() == 1, "{what}: lost");
    }
}

/// The carrier has the text; whatever is wrong with its word of it, it is not taken for "absent".
pub(super) async fn a_bad_answer_settles_no_doubt(row: Row) {
    let spoilt = [
        Fault::ErrorBefore { status: 500 },
        Fault::ResetBefore,
        Fault::ResetAfter,
        Fault::Truncate { at: 20 },
        Fault::Malformed,
        Fault::ExpiredKey,
        Fault::RateLimit { retry_after_secs: None },
    ];
    for fault in spoilt {
        let stand = Stand::new(row);
        let text = stand.text(1);
        stand.fault(Endpoint::Send, Fault::ResetAfter, 1);
        assert!(stand.driver.send(&text).await.is_err());
        tokio::time::sleep(Duration::from_secs(31)).await;
        stand.sim.add_fault(FaultRule::anywhere(fault.clone()));
        let found = stand.driver.reconcile(&text).await;
        assert!(!matches!(found, Ok(Reconciled::Absent)), "{fault:?}");
    }
}

pub(super) async fn what_was_not_taken_is_not_found(row: Row) {
    let stand = Stand::new(row);
    // Another citizen's, and another one to the same.
    stand.sent(&OutboundText { text: MessageText::new("네"), ..stand.text_to("01087654321", 2) }).await;
    stand.sent(&OutboundText { text: MessageText::new("아니요"), ..stand.text(3) }).await;
    let text = stand.text(1);
    stand.fault(Endpoint::Send, Fault::ResetBefore, 1);
    assert!(stand.driver.send(&text).await.is_err());
    tokio::time::sleep(Duration::from_secs(31)).await;
    let found = stand.driver.reconcile(&text).await.unwrap();
    assert!(!matches!(found, Reconciled::Found { .. } | Reconciled::OneOf { .. }), "{found:?}");
}

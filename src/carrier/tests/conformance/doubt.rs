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
    let ledger = stand.sim.ledger();
    let ours = ledger.messages.iter().filter(|m| m.text == text.text.reveal());
    let had = ours.map(|m| m.msg_key.clone()).collect::<Vec<_>>();
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
            assert!(!stand.driver.send(text).await.unwrap().repeated);
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

const MINUTE: i64 = 60_000;
/// Shortly before midnight in UTC (09:00 in Korea), and before midnight in Korea.
const MIDNIGHTS: [UnixMs; 2] = [START_MS - 30_000, START_MS - 9 * 60 * MINUTE - 30_000];

/// How often the carrier has a text with these words.
fn n_had(stand: &Stand, text: &OutboundText) -> usize {
    stand.sim.ledger().messages.iter().filter(|message| message.text == text.text.reveal()).count()
}

/// The text whose fate is open, in words of its own.
fn in_doubt(stand: &Stand) -> OutboundText {
    OutboundText { text: MessageText::new("어디로 가면 되나요"), ..stand.text(1) }
}

/// A try without an answer; `None` if the carrier refused it.
async fn tried(stand: &Stand, fault: Fault) -> Option<OutboundText> {
    let text = in_doubt(stand);
    stand.fault(Endpoint::Send, fault, 1);
    let error = stand.driver.send(&text).await.unwrap_err();
    if is_sure(error.kind) {
        // Some refuse whoever does not know the time.
        assert_eq!(n_had(stand, &text), 0, "{error}");
        return None;
    }
    Some(text)
}

async fn settled_once(stand: &Stand, text: &OutboundText, what: &str) {
    let is_known = settled(stand, text, what).await;
    let n = n_had(stand, text);
    assert!(n <= 1, "{what}: sent twice");
    assert!(!is_known || n == 1, "{what}: lost");
}

pub(super) async fn clocks_that_differ_cost_no_text_and_send_none_twice(row: Row) {
    for (start, minutes) in MIDNIGHTS.into_iter().flat_map(|at| [-10, -1, 0, 1, 10].map(|n| (at, n))) {
        for fault in [Fault::ResetAfter, Fault::ResetBefore] {
            let what = format!("{minutes} minutes at {start}, {fault:?}");
            let stand = Stand::at(row, start);
            for n in 2..=4 {
                stand.sent(&stand.text(n)).await;
            }
            let skew = Fault::ClockSkew { ms: minutes * MINUTE + minutes.signum() * 700 };
            stand.sim.add_fault(FaultRule::anywhere(skew));
            if let Some(text) = tried(&stand, fault).await {
                settled_once(&stand, &text, &what).await;
            }
        }
    }
}

/// The carrier's clock was wrong at the try, then set right, or the other way round; and we know nothing of before.
pub(super) async fn a_clock_that_was_set_between_try_and_question_proves_nothing_wrong(row: Row) {
    for (then, now) in [(-10, 0), (10, 0), (0, -10), (0, 10), (-7, 7)] {
        for fault in [Fault::ResetAfter, Fault::ResetBefore] {
            let what = format!("{then} and {now} minutes, {fault:?}");
            let stand = Stand::at(row, MIDNIGHTS[1]);
            stand.sim.add_fault(FaultRule::anywhere(Fault::ClockSkew { ms: then * MINUTE }));
            let Some(text) = tried(&stand, fault).await else { continue };
            stand.sim.clear_faults();
            stand.sim.add_fault(FaultRule::anywhere(Fault::ClockSkew { ms: now * MINUTE }));
            let stand = stand.restarted();
            match stand.driver.reconcile(&text).await {
                // Not for those that refuse whoever does not know the time.
                Err(_) => assert!(now != 0, "{what}"),
                Ok(_) => settled_once(&stand, &text, &what).await,
            }
        }
    }
}

pub(super) async fn without_a_date_or_with_a_broken_clock_nothing_is_absent(row: Row) {
    let clocks =
        [Fault::NoDate, Fault::ClockSkew { ms: 120 * MINUTE }, Fault::ClockSkew { ms: -120 * MINUTE }];
    for clock in clocks {
        for fault in [Fault::ResetAfter, Fault::ResetBefore] {
            let stand = Stand::new(row);
            stand.sim.add_fault(FaultRule::anywhere(clock.clone()));
            let Some(text) = tried(&stand, fault.clone()).await else { continue };
            tokio::time::sleep(Duration::from_secs(31)).await;
            let found = stand.driver.reconcile(&text).await;
            assert!(!matches!(found, Ok(Reconciled::Absent)), "{clock:?}, {fault:?}");
        }
    }
}

/// More than a page, all of one second, before and after it.
pub(super) async fn a_text_behind_a_page_of_the_same_second_is_not_absent(row: Row) {
    let other = |stand: &Stand, n: usize| {
        let (high, low) = ((n / 32) as u8, (n % 32) as u8);
        let mut bits = [high + 8; ClientKey::LEN];
        bits[0] = low;
        OutboundText { key: ClientKey::from_random(bits), ..stand.text(2) }
    };
    for (before, after) in [(130, 0), (0, 130), (70, 70)] {
        let stand = Stand::at(row, START_MS + 100);
        for n in 0..before {
            stand.sent(&other(&stand, n)).await;
        }
        let Some(text) = tried(&stand, Fault::ResetAfter).await else { panic!("refused") };
        for n in before..before + after {
            stand.sent(&other(&stand, n)).await;
        }
        settled_once(&stand, &text, &format!("{before} before and {after} after")).await;
    }
}

/// The entry that cannot be read is ours.
pub(super) async fn a_list_with_an_entry_that_cannot_be_read_proves_nothing(row: Row) {
    for words in ["#sim-nan", "#sim-quote"] {
        let stand = Stand::new(row);
        let text = OutboundText { text: MessageText::new(words), ..stand.text(1) };
        stand.fault(Endpoint::Send, Fault::ResetAfter, 1);
        assert!(stand.driver.send(&text).await.is_err());
        tokio::time::sleep(Duration::from_secs(31)).await;
        let found = stand.driver.reconcile(&text).await.unwrap();
        assert!(!matches!(found, Reconciled::Absent), "{words}");
    }
}

/// Asked about several at once, a carrier says of each what it says of it alone, or that it cannot tell.
pub(super) async fn several_doubts_are_settled_as_each_alone(row: Row) {
    let stand = Stand::new(row);
    let text = |n: u8| OutboundText { text: MessageText::new(format!("{n}번 버스")), ..stand.text(n) };
    let mut texts = Vec::new();
    for n in 1..=6 {
        let fault = if n % 3 == 0 { Fault::ResetBefore } else { Fault::ResetAfter };
        stand.fault(Endpoint::Send, fault, 1);
        texts.push(text(n));
        assert!(stand.driver.send(&texts[texts.len() - 1]).await.is_err());
    }
    tokio::time::sleep(Duration::from_secs(31)).await;
    let asked: Vec<&OutboundText> = texts.iter().collect();
    let Some(found) = stand.driver.reconcile_all(&asked).await.unwrap() else {
        return;
    };
    assert_eq!(found.len(), texts.len());
    for (text, found) in texts.iter().zip(found) {
        let alone = stand.driver.reconcile(text).await.unwrap();
        assert_eq!(found, alone, "{}", text.id);
        let is_found = matches!(found, Reconciled::Found { .. } | Reconciled::OneOf { .. });
        assert_eq!(is_found, text.id % 3 != 0, "{}: {found:?}", text.id);
    }
}

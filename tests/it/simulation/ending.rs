//! How a history ends: the clock is set right, what waited leaves, and store and ledger are compared text by text.

use std::collections::BTreeSet;
use std::sync::atomic::Ordering;
use std::time::Duration;

use munja::sim::{Endpoint, Fault, FaultRule, Ledger, Sim};
use munja::store::Store;
use rand::RngExt;
use rand::rngs::StdRng;

use super::carriers::MayBeLost;
use super::clock::{WallClock, jump};
use super::people::Desk;
use crate::agreement::{assert_sent_as_told, count, missing, open, rows};
use crate::camera;
use crate::classes::Class;
use crate::harness::service_policy;

/// An answer that can leave has left by then.
const LEAVES_WITHIN: Duration = Duration::from_secs(15 * 60);

/// Texts that could leave now and have not: nothing of the same citizen is in doubt before them.
fn waiting(db: &rusqlite::Connection) -> BTreeSet<i64> {
    let could_leave = "state IN ('held', 'queued', 'sending') AND NOT EXISTS (SELECT 1 FROM outbox b
        WHERE b.citizen = outbox.citizen AND b.state = 'in_doubt' AND b.id < outbox.id)";
    rows(db, could_leave).into_iter().map(|(id, _)| id).collect()
}

/// A last jump, under which answers wait and a citizen is in danger; then the clock is right again. Within minutes the
/// answers have left and supervisors were called.
pub async fn set_right(desk: &Desk, wall: &WallClock, db: &rusqlite::Connection, rng: &mut StdRng) {
    wall.set_wrong_by(jump(rng));
    desk.sim.add_fault(FaultRule::at(Endpoint::Send, Fault::Unreachable).times(200));
    tokio::time::sleep(Duration::from_secs(rng.random_range(20..200))).await;
    desk.is_empty.store(true, Ordering::Relaxed);
    // Who had just taken somebody lets go.
    tokio::time::sleep(Duration::from_secs(80)).await;
    desk.sim.clear_faults();
    desk.sim.text("01022229999", "살려주세요");
    tokio::time::sleep(Duration::from_secs(rng.random_range(70..150))).await;
    wall.set_right();
    let waited = waiting(db);
    let first_step = service_policy().escalations_ms[0];
    tokio::time::sleep(Duration::from_millis(2 * first_step as u64 + 120_000)).await;
    let rang = "SELECT count(*) FROM inbox WHERE state = 'routed' AND text = '살려주세요'";
    assert_eq!(count(db, rang), 1, "a danger is not here after minutes");
    let unheard = "SELECT count(*) FROM conversation WHERE danger = 'ringing' AND n_escalations = 0";
    assert_eq!(count(db, unheard), 0, "a danger rings, and no supervisor was called");
    desk.is_empty.store(false, Ordering::Relaxed);
    tokio::time::sleep(LEAVES_WITHIN).await;
    let stuck: Vec<_> = waited.intersection(&waiting(db)).copied().collect();
    assert!(stuck.is_empty(), "{stuck:?} have not left: {:?}", open(db));
}

/// Waits, in simulated time, until nothing is open any more: a day at most.
pub async fn settle(desk: &Desk, db: &rusqlite::Connection, class: Class) {
    for _ in 0..86_400 / 20 {
        tokio::time::sleep(Duration::from_secs(20)).await;
        // What leaves is counted last: a photo that was given up, and an answer to who waits, leave a text.
        let photos = camera::is_settled(&desk.store, db).await;
        let counts = desk.store.counts(0).await.unwrap();
        // Whoever is held may be let go, and waits again; who is to be asked how it was gets a text.
        let to_ask = count(db, "SELECT count(*) FROM conversation WHERE survey_due_at IS NOT NULL");
        let waiting = counts.n_waiting + counts.n_active + to_ask;
        let balance = desk.store.balance().await.unwrap();
        let open: i64 =
            ["held", "queued", "sending", "in_doubt", "accepted"].iter().map(|s| balance.n_outbound(s)).sum();
        let all_here = balance.n_received == balance.n_routed
            && is_all_handed_over(&desk.sim, class, balance.n_received);
        if photos && all_here && open == 0 && waiting == 0 && n_on_their_way(&desk.sim, class) == 0 {
            return;
        }
    }
}

/// Reports that the gateway has not heard.
fn n_on_their_way(sim: &Sim, class: Class) -> usize {
    match class {
        Class::PushOnly => sim.n_open_pushes(),
        _ => sim.n_open_reports(),
    }
}

/// Every text has left the carrier. One that forgets does not hand over again what was lost.
fn is_all_handed_over(sim: &Sim, class: Class, n_received: i64) -> bool {
    let texts = sim.ledger().texts;
    match class {
        Class::ReadOnce => texts.iter().all(|text| text.acked_at.is_some()),
        _ => n_received == texts.len() as i64,
    }
}

/// Compares text by text; returns the numbers of the texts that a carrier which forgets has lost, all of them told.
pub async fn compare(
    store: &Store,
    sim: &Sim,
    db: &rusqlite::Connection,
    class: Class,
    may_be_lost: &MayBeLost,
) -> BTreeSet<String> {
    let (balance, ledger) = (store.balance().await.unwrap(), sim.ledger());
    let lost = told_losses(&ledger, db, may_be_lost);
    assert!(class == Class::ReadOnce || lost.is_empty(), "lost: {lost:?}");
    let n_texts = (ledger.texts.len() - lost.len()) as i64;
    assert_eq!(balance.n_received, n_texts, "every text is stored exactly once: {balance:?}");
    assert_eq!(balance.n_routed, n_texts, "every text is routed: {balance:?}");
    assert_sent_as_told(db, &ledger);
    assert_eq!(rows(db, "state = 'accepted'").len(), 0, "a receipt was never asked for");
    assert!(ledger.busiest_others <= 5 && ledger.busiest_sends <= 200);
    assert_eq!(ledger.n_auth_failures, 0);
    lost.iter().map(|text| text.split(' ').nth(1).unwrap_or_default().to_owned()).collect()
}

/// The texts that are not here. Each was in an answer that broke off, or that came when the gateway died, and each such answer
/// was told.
fn told_losses(ledger: &Ledger, db: &rusqlite::Connection, may_be_lost: &MayBeLost) -> Vec<String> {
    let missing = missing(ledger, db);
    let missing: Vec<_> = ledger.texts.iter().filter(|text| missing.contains(&text.key)).collect();
    let mut answers = BTreeSet::new();
    for text in &missing {
        let answer = text.acked_at.and_then(|at| may_be_lost.answer_at(at));
        answers.insert(answer.unwrap_or_else(|| panic!("{} is lost, and its answer came whole", text.text)));
    }
    let n_told = count(db, "SELECT count(*) FROM event WHERE kind = 'texts_may_be_lost'");
    assert!(
        n_told >= answers.len() as i64,
        "{} answers with texts are lost, {n_told} were told",
        answers.len()
    );
    missing.iter().map(|text| text.text.clone()).collect()
}

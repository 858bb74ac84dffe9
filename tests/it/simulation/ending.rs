//! How a history ends: the clock is set right, what waited leaves, and store and ledger are compared text by text.

use std::collections::BTreeSet;
use std::sync::atomic::Ordering;
use std::time::Duration;

use munja::domain::survey::longest_wait_ms;
use munja::sim::{Endpoint, Fault, FaultRule, Ledger, Sim};
use munja::store::Store;
use rand::RngExt;
use rand::rngs::StdRng;
use tokio::time::Instant;

use super::carriers::MayBeLost;
use super::clock::{WallClock, jump};
use super::people::Desk;
use crate::agreement::{assert_sent_as_told, count, missing, open, rows};
use crate::camera;
use crate::classes::Class;
use crate::harness::service_policy;

/// An answer that can leave has left by then.
const LEAVES_WITHIN: Duration = Duration::from_secs(15 * 60);
/// Nothing is open then.
const SETTLES_WITHIN: Duration = Duration::from_secs(86_400);
const LOOKS_EVERY: Duration = Duration::from_secs(20);
/// A survey that is due by then is waited for.
const SOON_MS: i64 = 15 * 60_000;

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
    let (waited, last_event) = (waiting(db), count(db, "SELECT max(seq) FROM event"));
    let first_step = service_policy().escalations_ms[0];
    tokio::time::sleep(Duration::from_millis(2 * first_step as u64 + 120_000)).await;
    let rang = "SELECT count(*) FROM inbox WHERE state = 'routed' AND text = '살려주세요'";
    assert_eq!(count(db, rang), 1, "a danger is not here after minutes");
    // The count of its steps begins anew where the clock went back: what tells of a call is the event.
    let unheard = format!(
        "SELECT json_object('id', id, 'rang', urgent_at, 'from', alarm_from_at, 'steps', n_escalations) FROM conversation c
         WHERE danger = 'ringing' AND NOT EXISTS (SELECT 1 FROM event
            WHERE conversation_id = c.id AND kind = 'escalated' AND seq > {last_event})"
    );
    let unheard = list(db, &unheard);
    assert!(unheard.is_empty(), "a danger rings, and no supervisor was called: {unheard:#?}");
    desk.is_empty.store(false, Ordering::Relaxed);
    let stuck = || waited.intersection(&waiting(db)).copied().collect::<Vec<_>>();
    let reopened = Instant::now();
    while !stuck().is_empty() {
        let is_over = reopened.elapsed() > LEAVES_WITHIN;
        assert!(!is_over, "{:?} have not left: {:#?}", stuck(), still_open(desk, db));
        tokio::time::sleep(LOOKS_EVERY).await;
    }
}

/// Waits, in simulated time, until nothing is open any more: a day at most. Who is to be asked how it was is waited for where
/// that is soon; what a clock that was ahead has put off leaves by the next morning.
pub async fn settle(desk: &Desk, db: &rusqlite::Connection, class: Class) {
    let began = Instant::now();
    while !is_settled(desk, db, class).await {
        assert!(began.elapsed() < SETTLES_WITHIN, "not settled after a day: {:#?}", still_open(desk, db));
        tokio::time::sleep(LOOKS_EVERY).await;
    }
    let morning = desk.now() + longest_wait_ms(service_policy().survey_after_ms);
    let late = format!("SELECT count(*) FROM conversation WHERE survey_due_at > {morning}");
    assert_eq!(count(db, &late), 0, "a survey waits longer than one can: {:#?}", still_open(desk, db));
}

async fn is_settled(desk: &Desk, db: &rusqlite::Connection, class: Class) -> bool {
    // What leaves is counted last: a photo that was given up, and an answer to who waits, leave a text.
    if !camera::is_settled(&desk.store, db).await {
        return false;
    }
    // Whoever is held may be let go, and waits again; who is to be asked how it was gets a text.
    let soon = desk.now() + SOON_MS;
    let waits = format!(
        "SELECT (SELECT count(*) FROM conversation WHERE state IN ('waiting', 'active') OR survey_due_at <= {soon})
              + (SELECT count(*) FROM outbox WHERE state IN ('held', 'queued', 'sending', 'in_doubt', 'accepted'))
              + (SELECT count(*) FROM inbox WHERE state <> 'routed')"
    );
    count(db, &waits) == 0
        && is_all_handed_over(&desk.sim, class, count(db, "SELECT count(*) FROM inbox"))
        && n_on_their_way(&desk.sim, class) == 0
}

/// What is open, in words for a failed test.
fn still_open(desk: &Desk, db: &rusqlite::Connection) -> Vec<String> {
    let conversations =
        "SELECT json_object('conversation', id, 'state', state, 'danger', danger, 'steps', n_escalations,
        'waits since', waiting_since_at, 'held by', claimed_by, 'survey', survey_due_at)
        FROM conversation WHERE state IN ('waiting', 'active') OR survey_due_at IS NOT NULL";
    let photos = "SELECT json_object('photo', id, 'state', state, 'next', next_attempt_at)
        FROM photo WHERE state = 'wanted' OR (state = 'lost' AND told_at IS NULL)";
    let texts = "SELECT json_object('text', id, 'state', state, 'received', received_at) FROM inbox WHERE state <> 'routed'";
    let (here, carrier) = (count(db, "SELECT count(*) FROM inbox"), desk.sim.ledger().texts.len());
    let reports = desk.sim.n_open_reports() + desk.sim.n_open_pushes();
    let mut found = vec![format!(
        "now {}; {here} texts of the carrier's {carrier}; {reports} reports or calls",
        desk.now()
    )];
    found.extend([conversations, photos, texts].iter().flat_map(|sql| list(db, sql)));
    found.extend(open(db));
    found
}

fn list(db: &rusqlite::Connection, sql: &str) -> Vec<String> {
    let mut select = db.prepare(sql).unwrap();
    select.query_map([], |row| row.get(0)).unwrap().map(|row| row.unwrap()).collect()
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

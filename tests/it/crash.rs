//! Kills the daemon's process (SIGKILL) at each row of the crash table, beside a carrier of each class: the simulated carrier
//! knows the moment. A new start must bring the store to exactly what the carrier's ledger says. Where a carrier forgets
//! what it hands over, what the kill cost must be told. No life writes a citizen's number or words into the log.
//!
//! `MUNJA_KILLS=50` kills more often at each row. `tests/kill-loop.sh` kills at any moment under load, hundreds of times.

use std::collections::BTreeSet;
use std::fs::File;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use munja::domain::actor::Actor;
use munja::domain::conversation::Reply;
use munja::domain::outbound::OutboundKind;
use munja::ops::clock::Clock;
use munja::sim::{Endpoint, Fault, FaultRule, SimOptions};
use munja::store::{NewReply, Store, StoreError, StoreOptions};
use rand::RngExt;

use crate::agreement::{assert_sent_as_told, decide, missing, open};
use crate::classes::Class;
use crate::harness::{
    BOUND, Carrier, add_minsu, config_text, person, service_policy, until_async, write_config,
};

/// The first citizen's number; the others follow, see [`citizen`].
const FIRST_CITIZEN: u32 = 1_084_000_000;
/// So many numbers in a row: the simulated carrier makes texts to those that end in 0901 and on fail.
const IN_A_ROW: u32 = 900;
const QUESTION: &str = "막차 질문입니다";
const ANSWER: &str = "막차 답입니다";
/// After the last life of a kill loop, nothing more is expected of the carrier from this time on.
const LAST_WORD_AFTER: Duration = Duration::from_secs(60);

pub fn spawn(config: &Path) -> Child {
    spawn_with_log(config, Stdio::null())
}

fn spawn_with_log(config: &Path, log: Stdio) -> Child {
    Command::new(env!("CARGO_BIN_EXE_munjad"))
        .args(["run", "--config"])
        .arg(config)
        .env("MUNJA_LOG", "warn,munja=trace")
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(log)
        .spawn()
        .unwrap()
}

/// A carrier, and the folder of a gateway beside it that is started and killed.
struct Place {
    class: Class,
    carrier: Carrier,
    folder: tempfile::TempDir,
    config: PathBuf,
    store: Store,
    counselor: Actor,
    child: Arc<Mutex<Option<Child>>>,
    n_texts: AtomicU32,
    /// Texts of a carrier that forgets, which it had handed over when the gateway was killed.
    handed_over: BTreeSet<String>,
}

impl Place {
    async fn beside(class: Class) -> Place {
        let folder = tempfile::tempdir().unwrap();
        let free = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
        let account = class.dialect().usual_account().to_owned();
        let options = SimOptions {
            dialect: class.dialect(),
            account,
            sends_per_sec: 100_000,
            others_per_sec: 100_000,
            report_delay_ms: (0, 5),
            webhook: class.door(free).map(|url| url.parse().unwrap()),
            ..SimOptions::default()
        };
        let carrier = Carrier::with(options.clone()).await;
        let config = match class {
            Class::Window => write_config(folder.path(), &config_text(carrier.port, "")),
            _ => class.config(folder.path(), &options, (carrier.port, free), ""),
        };
        let store = Store::open(&folder.path().join("munja.db"), &StoreOptions::default()).unwrap();
        let counselor = person(add_minsu(&store).await);
        let (child, n_texts, handed_over) = (Arc::default(), AtomicU32::new(0), BTreeSet::new());
        Place { class, carrier, folder, config, store, counselor, child, n_texts, handed_over }
    }

    fn db(&self) -> rusqlite::Connection {
        rusqlite::Connection::open(self.folder.path().join("munja.db")).unwrap()
    }

    fn log(&self) -> PathBuf {
        self.folder.path().join("log")
    }

    /// So many citizens who have never texted before.
    fn text(&self, n: u32) {
        let first = self.n_texts.fetch_add(n, Ordering::Relaxed);
        let all = (first..first + n).map(|n| (format!("0{}", citizen(n)), QUESTION));
        self.carrier.sim.texts(all);
    }

    fn begin_life(&self) {
        let log = File::options().create(true).append(true).open(self.log()).unwrap();
        *self.child.lock().unwrap() = Some(spawn_with_log(&self.config, log.into()));
    }

    fn kill(&mut self) {
        kill(&mut self.child.lock().unwrap());
        if self.class == Class::ReadOnce {
            let texts = self.carrier.sim.ledger().texts.into_iter();
            self.handed_over.extend(texts.filter(|t| t.acked_at.is_some()).map(|t| t.key));
        }
    }

    fn is_dead(&self) -> bool {
        self.child.lock().unwrap().is_none()
    }

    /// Answers whoever waits, beside the daemon on the same database.
    async fn answer_waiting(&self) {
        let (now, policy) = (Clock::system().now_ms(), service_policy());
        loop {
            let found = match self.store.claim_next(&self.counselor, &policy, now).await {
                Ok(Ok(found)) => found,
                // Nobody waits; or the gateway wrote all the time, as on a slow machine: later.
                Ok(Err(_)) | Err(StoreError::Busy) => return,
                Err(error) => panic!("{error}"),
            };
            let new = || NewReply {
                conversation_id: found.summary.id,
                idempotency_key: format!("k{}", found.summary.id),
                request_digest: vec![1],
                again: false,
                reply: Reply { last_seen: found.summary.last_inbound_seq, force: true, ..Reply::default() },
                pieces: vec![(OutboundKind::Sms, ANSWER.to_owned())],
                photos: None,
            };
            let mut answered = self.store.reply(new(), &self.counselor, &policy, now).await;
            while let Err(StoreError::Busy) = answered {
                answered = self.store.reply(new(), &self.counselor, &policy, now).await;
            }
            answered.unwrap().unwrap();
        }
    }

    /// Everything that came is answered, and nothing to a citizen is open. With `is_last_word`, nothing more is expected of
    /// the carrier.
    async fn is_settled(&self, db: &rusqlite::Connection, is_last_word: bool) -> bool {
        self.answer_waiting().await;
        decide(&self.store, db, &self.carrier.sim, &self.counselor, is_last_word).await;
        let ledger = self.carrier.sim.ledger();
        let missing = missing(&ledger, db);
        if !missing.is_subset(&self.handed_over) {
            return false;
        }
        let balance = self.store.balance().await.unwrap();
        let is_open = |state: &&str| balance.n_outbound(state) > 0;
        let mut open_states = ["held", "queued", "sending", "in_doubt", "accepted"].iter();
        // A receipt that was lost is asked for after minutes.
        let may_stay = |state: &str| state == "accepted" && self.class == Class::ReadOnce && is_last_word;
        let n_here = (ledger.texts.len() - missing.len()) as i64;
        balance.n_routed == n_here
            && !open_states.any(|state| is_open(state) && !may_stay(state))
            && balance.outbound.iter().map(|(_, n)| n).sum::<i64>() >= 2 * n_here
    }

    async fn assert_agrees(&self) {
        let (db, ledger) = (self.db(), self.carrier.sim.ledger());
        assert_sent_as_told(&db, &ledger);
        let lost = missing(&ledger, &db);
        assert!(lost.is_subset(&self.handed_over), "lost: {lost:?}");
        let told = self.store.possible_losses(Clock::system().now_ms()).await.unwrap();
        assert!(lost.is_empty() || !told.is_empty(), "{} texts are lost, and nobody was told", lost.len());
        assert_eq!(ledger.n_auth_failures, 0);
        assert!(self.store.quick_check().await.unwrap().is_empty());
        self.assert_log_is_discreet();
    }

    /// The log of all lives, at its most talkative, holds no number of a citizen and no word of theirs or ours.
    fn assert_log_is_discreet(&self) {
        let log = std::fs::read_to_string(self.log()).unwrap();
        assert!(!log.is_empty(), "there is no log");
        for secret in [QUESTION, ANSWER] {
            assert_eq!(log.lines().find(|line| line.contains(secret)), None, "the log holds {secret}");
        }
        let citizens: BTreeSet<u32> = (0..self.n_texts.load(Ordering::Relaxed)).map(citizen).collect();
        // As 01084000000 or 821084000000, and as 010-8400-0000.
        for begins in ["1084", "10-84"] {
            let number = |at: usize| {
                let rest = log[at..].chars().filter(|c| *c != '-').take(10).collect::<String>();
                rest.parse::<u32>().ok()
            };
            let leak =
                log.match_indices(begins).find_map(|(at, _)| number(at).filter(|n| citizens.contains(n)));
            assert_eq!(leak, None, "the log holds a citizen's number");
        }
    }
}

/// The number of the n-th citizen, counted from 0.
fn citizen(n: u32) -> u32 {
    FIRST_CITIZEN + n / IN_A_ROW * 10_000 + n % IN_A_ROW
}

impl Drop for Place {
    fn drop(&mut self) {
        kill(&mut self.child.lock().unwrap());
    }
}

fn kill(child: &mut Option<Child>) {
    if let Some(mut child) = child.take() {
        child.kill().unwrap();
        child.wait().unwrap();
    }
}

/// A moment in the life of a gateway, as its carrier knows it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum When {
    /// The call has come.
    Asked,
    /// The call has come, and the carrier does not do it any more.
    AskedInVain,
    /// It is done and not yet answered.
    Done,
}

/// One life that ends at the `nth` call of `endpoint`, and a second that has to mend it.
async fn killed_at(class: Class, (endpoint, when): (Endpoint, When), nth: u32) {
    let mut place = Place::beside(class).await;
    place.text(6);
    place.begin_life();
    let (calls, victim, sim) = (AtomicU32::new(0), Arc::clone(&place.child), place.carrier.sim.clone());
    place.carrier.sim.watch(Some(Arc::new(move |at, is_done| {
        let is_the_moment = (at, is_done) == (endpoint, when == When::Done)
            && calls.fetch_add(1, Ordering::SeqCst) + 1 == nth;
        if is_the_moment {
            if when == When::AskedInVain {
                sim.add_fault(FaultRule::at(endpoint, Fault::ResetBefore).times(1));
            }
            kill(&mut victim.lock().unwrap());
        }
    })));
    let db = place.db();
    // A quick life may be over before the carrier was called so often: then it is killed now.
    until_async(&place.store, || async { place.is_settled(&db, false).await || place.is_dead() }).await;
    place.carrier.sim.watch(None);
    place.kill();
    place.begin_life();
    place.text(2);
    let is_settled = async {
        let waited = until_async(&place.store, || place.is_settled(&db, false));
        tokio::time::timeout(2 * BOUND, waited).await
    };
    assert!(is_settled.await.is_ok(), "{:#?}", open(&db));
    place.kill();
    place.assert_agrees().await;
}

macro_rules! killed {
    ($($class:ident $room:ident { $($name:ident: $endpoint:ident $when:ident, $n:literal times;)* })*) => {$(
        mod $room {
            use super::*;
            $(
                #[tokio::test(flavor = "multi_thread")]
                async fn $name() {
                    let n = std::env::var("MUNJA_KILLS").ok().and_then(|v| v.parse().ok()).unwrap_or($n);
                    for nth in 1..=n {
                        killed_at(Class::$class, (Endpoint::$endpoint, When::$when), nth).await;
                    }
                }
            )*
        }
    )*};
}

killed! {
    Window window {
        page_fetched_not_committed: Mo Done, 3 times;
        // The page before is committed, and the router may be half way through it.
        page_committed_and_routed_half_way: Mo Asked, 3 times;
        sending_committed_and_nothing_taken: Send AskedInVain, 3 times;
        taken_by_the_carrier_and_not_recorded: Send Done, 3 times;
        receipts_fetched_not_committed: Report Done, 3 times;
        receipts_committed_not_acked: ReportAck Asked, 3 times;
    }
    AckQueue ack_queue {
        page_fetched_not_committed: Mo Done, 2 times;
        texts_committed_not_acked: MoAck AskedInVain, 2 times;
        texts_acked: MoAck Done, 2 times;
        // The history proves nothing here: a person decides, after half a minute.
        sending_committed_and_nothing_taken: Send AskedInVain, 1 times;
        taken_by_the_carrier_and_not_recorded: Send Done, 2 times;
        receipts_fetched_not_committed: Report Done, 2 times;
    }
    ReadOnce read_once {
        page_handed_over_not_committed: Mo Done, 2 times;
        page_committed_and_routed_half_way: Mo Asked, 2 times;
        sending_committed_and_nothing_taken: Send AskedInVain, 1 times;
        taken_by_the_carrier_and_not_recorded: Send Done, 1 times;
    }
    PushOnly push_only {
        call_made_not_kept: Push Asked, 2 times;
        call_answered: Push Done, 2 times;
        sending_committed_and_nothing_taken: Send AskedInVain, 2 times;
        taken_by_the_carrier_and_not_recorded: Send Done, 2 times;
    }
}

/// A life under load that ends after `lasts`.
async fn one_short_life(place: &mut Place, lasts: Duration) {
    place.begin_life();
    place.text(10);
    let (ends_at, db) = (Instant::now() + lasts, place.db());
    while Instant::now() < ends_at {
        place.text(1);
        place.answer_waiting().await;
        decide(&place.store, &db, &place.carrier.sim, &place.counselor, false).await;
        tokio::time::sleep(Duration::from_millis(10).min(ends_at.duration_since(Instant::now()))).await;
    }
    place.kill();
}

/// `MUNJA_KILLS` lives of one gateway beside the carrier of `MUNJA_CLASS`, each killed at any moment under load; then one that
/// has to settle everything. Prints a line for the record.
#[tokio::test(flavor = "multi_thread")]
#[ignore = "tests/kill-loop.sh runs it"]
async fn kill_loop() {
    let n_kills: u32 = std::env::var("MUNJA_KILLS").ok().and_then(|v| v.parse().ok()).unwrap_or(8);
    let named = std::env::var("MUNJA_CLASS").unwrap_or_else(|_| "bizgo".to_owned());
    let class = Class::ALL.into_iter().find(|class| class.carrier() == named).expect("a carrier of a class");
    let mut place = Place::beside(class).await;
    for _ in 0..n_kills {
        // In its first second a process leaves the carrier alone.
        let lasts = if rand::rng().random_bool(0.9) { 1_000..2_200 } else { 0..1_000 };
        let lasts = Duration::from_millis(rand::rng().random_range(lasts));
        one_short_life(&mut place, lasts).await;
    }
    place.begin_life();
    let (db, began) = (place.db(), Instant::now());
    while !place.is_settled(&db, began.elapsed() > LAST_WORD_AFTER).await {
        assert!(began.elapsed() < 5 * BOUND, "{:#?}", open(&db));
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    place.kill();
    place.assert_agrees().await;
    let ledger = place.carrier.sim.ledger();
    let n_lost = missing(&ledger, &db).len();
    println!(
        "RECORD | {named} | {n_kills} | {} | {} | 0 | 0 | {n_lost} |",
        ledger.texts.len() - n_lost,
        ledger.messages.len(),
    );
}

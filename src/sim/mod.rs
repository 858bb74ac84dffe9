//! A simulated carrier that speaks Bizgo's wire format strictly, with citizens who text, handsets that receive, faults on
//! demand, and a ledger of everything it accepted and delivered. What the official specification rejects, it rejects;
//! what a gateway for texts has no use for (other channels, uploads, reservations) it refuses too.
//!
//! It runs over real sockets ([`Sim::serve`]) or in the same process without any ([`Sim::call`]), where tokio's clock may
//! be paused. There are no background tasks: a report is there once its time has come by the [`Clock`]. A carrier whose clock
//! is wrong dates things wrongly and does them in time. The same seed and
//! the same calls in the same order give the same behaviour. Every call costs O(log n) of what the carrier holds, plus the
//! page it answers with.
//!
//! Its own routes stand under `/_sim/` and need no key: `GET ledger`, `POST text`, `POST texts`,
//! `GET|POST|DELETE faults`.
//!
//! Reading order: [`Sim`], `call` (one call from first to last), `order`, `sends`, `handset`, `reads`, `faults`, `ledger`.

mod admin;
mod answer;
mod call;
mod citizens;
mod events;
mod faults;
mod handset;
mod items;
mod ledger;
mod order;
mod rate;
mod reads;
mod routes;
mod rules;
mod run;
mod sends;
mod serve;
#[cfg(test)]
mod tests;
mod timeline;

use std::collections::{BTreeMap, HashMap};
use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};

use rand::rngs::StdRng;
use rand::{RngExt, SeedableRng};

pub use call::SimBreak;
pub use citizens::{SAMPLE_QUESTIONS, read_column};
pub use events::SimEvent;
pub use faults::{Endpoint, Fault, FaultRule};
pub use ledger::{Ledger, LedgerMessage, LedgerRefusal, LedgerText};
pub use run::{SimRun, run};

use crate::ops::clock::Clock;
use citizens::Text;
use handset::{Batch, Message};
use rules::Armed;
use timeline::Timeline;

/// What a simulated carrier is made of.
#[derive(Debug, Clone)]
pub struct SimOptions {
    pub api_key: String,
    /// Registered senders; any other is refused with A327.
    pub sender_numbers: Vec<String>,
    /// The number citizens text.
    pub mo_number: String,
    pub seed: u64,
    pub clock: Clock,
    /// Recipients a second.
    pub sends_per_sec: u32,
    /// All other requests a second.
    pub others_per_sec: u32,
    /// How long a handset takes, at least and at most (milliseconds).
    pub report_delay_ms: (u64, u64),
    /// How long an answer takes (milliseconds).
    pub latency_ms: (u64, u64),
}

impl Default for SimOptions {
    fn default() -> Self {
        SimOptions {
            api_key: "SIM-KEY".to_owned(),
            sender_numbers: vec!["062120".to_owned()],
            mo_number: "062120".to_owned(),
            seed: 1,
            clock: Clock::system(),
            sends_per_sec: 200,
            others_per_sec: 5,
            report_delay_ms: (20, 400),
            latency_ms: (0, 0),
        }
    }
}

type Observer = Box<dyn Fn(&SimEvent) + Send + Sync>;

/// Sees every call that is let in twice: when it has come (`false`) and when it has been done but not answered (`true`).
pub type Watcher = Arc<dyn Fn(Endpoint, bool) + Send + Sync>;

/// The carrier. Cheap to clone; clones are the same carrier.
#[derive(Clone)]
pub struct Sim {
    options: Arc<SimOptions>,
    state: Arc<Mutex<State>>,
    observer: Arc<OnceLock<Observer>>,
    watcher: Arc<Mutex<Option<Watcher>>>,
}

impl fmt::Debug for Sim {
    /// Nothing of what it holds.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Sim")
    }
}

/// Everything the carrier knows. No map is ever walked in hash order.
struct State {
    rng: StdRng,
    texts: Vec<Text>,
    texts_by_time: Timeline,
    texts_by_key: HashMap<String, Vec<usize>>,
    messages: Vec<Message>,
    messages_by_time: Timeline,
    messages_by_key: HashMap<String, usize>,
    n_requests_taken: u64,
    /// What was taken under an idempotency key.
    remembered: HashMap<String, sends::Remembered>,
    /// Messages by when their report is ready; the count keeps equal times apart.
    reports: BTreeMap<(i64, u64), usize>,
    n_reports: u64,
    n_batches: u64,
    /// Handed out and not acked: comes again until it is.
    batch: Option<Batch>,
    rules: Vec<Armed>,
    sends: rate::Window,
    others: rate::Window,
    tally: ledger::Tally,
}

impl Sim {
    pub fn new(options: SimOptions) -> Sim {
        let state = State {
            rng: StdRng::seed_from_u64(options.seed),
            texts: Vec::new(),
            texts_by_time: Timeline::default(),
            texts_by_key: HashMap::new(),
            messages: Vec::new(),
            messages_by_time: Timeline::default(),
            messages_by_key: HashMap::new(),
            n_requests_taken: 0,
            remembered: HashMap::new(),
            reports: BTreeMap::new(),
            n_reports: 0,
            n_batches: 0,
            batch: None,
            rules: Vec::new(),
            sends: rate::Window::new(options.sends_per_sec),
            others: rate::Window::new(options.others_per_sec),
            tally: ledger::Tally::default(),
        };
        Sim {
            options: Arc::new(options),
            state: Arc::new(Mutex::new(state)),
            observer: Arc::new(OnceLock::new()),
            watcher: Arc::default(),
        }
    }

    pub fn options(&self) -> &SimOptions {
        &self.options
    }

    /// A citizen texts; returns the carrier's key of it.
    pub fn text(&self, from: &str, body: &str) -> String {
        let key = {
            let now = self.options.clock.now_ms();
            self.state().add_text(from, body, now)
        };
        self.tell(|| SimEvent::texted(from, body));
        key
    }

    /// Many citizens text (number, text), all at this moment; returns the keys in order.
    pub fn texts<F: AsRef<str>, T: AsRef<str>>(&self, all: impl IntoIterator<Item = (F, T)>) -> Vec<String> {
        let now = self.options.clock.now_ms();
        let mut state = self.state();
        all.into_iter().map(|(from, body)| state.add_text(from.as_ref(), body.as_ref(), now)).collect()
    }

    /// The rules that stand; `times` and `skip` are what is left of them.
    pub fn faults(&self) -> Vec<FaultRule> {
        self.state().rules.iter().map(|armed| armed.rule.clone()).collect()
    }

    /// From now on, what fits the rule goes wrong.
    pub fn add_fault(&self, rule: FaultRule) {
        self.state().rules.push(Armed::new(rule));
    }

    pub fn clear_faults(&self) {
        self.state().rules.clear();
    }

    /// Everything the carrier took and delivered up to now. Copies all of it: for the end of a test, not its middle.
    pub fn ledger(&self) -> Ledger {
        let now = self.options.clock.now_ms();
        self.state().ledger(now)
    }

    /// Reports that are ready or on their way, those handed out and not acked included.
    pub fn n_open_reports(&self) -> usize {
        let state = self.state();
        state.reports.len() + state.batch.as_ref().map_or(0, |batch| batch.messages.len())
    }

    /// Calls `observer` with everything that happens from now on. Only the first observer is kept.
    pub fn observe(&self, observer: impl Fn(&SimEvent) + Send + Sync + 'static) {
        // A second one is dropped, as promised.
        drop(self.observer.set(Box::new(observer)));
    }

    /// Calls `watcher` at every call from now on; for tests that kill the gateway at a certain moment.
    pub fn watch(&self, watcher: Option<Watcher>) {
        *self.watcher.lock().unwrap_or_else(PoisonError::into_inner) = watcher;
    }

    fn tell_watcher(&self, endpoint: Endpoint, done: bool) {
        // Not called under the lock: a watcher may take its time.
        let watcher = self.watcher.lock().unwrap_or_else(PoisonError::into_inner).clone();
        if let Some(watcher) = watcher {
            watcher(endpoint, done);
        }
    }

    fn tell(&self, event: impl FnOnce() -> SimEvent) {
        if let Some(observer) = self.observer.get() {
            observer(&event());
        }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    fn between(&mut self, (least, most): (u64, u64)) -> u64 {
        if most > least { self.rng.random_range(least..=most) } else { least }
    }
}

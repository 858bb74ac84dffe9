//! A simulated carrier. It speaks a real carrier's wire format strictly, has citizens who text and handsets that receive,
//! fails on demand, and keeps a ledger of everything it accepted and delivered. It rejects what the official specification
//! rejects, and refuses what a gateway for texts does not need (other channels, reservations). Whose format is
//! [`SimOptions::dialect`]; one carrier's is one folder in `dialects`, and the rest knows none of it.
//!
//! It runs over real sockets ([`Sim::serve`]) or in the same process without any ([`Sim::call`]), where tokio's clock may
//! be paused. There are no background tasks: a report exists once its time has come by the clock of
//! [`SimOptions`]. A carrier with a wrong clock dates things wrongly but does them in time. The same seed and
//! the same calls in the same order give the same behaviour. Every call costs O(log n) of what the carrier holds, plus the
//! page it answers with.
//!
//! Its own routes stand under `/_sim/` and need no key: `GET ledger`, `POST text`, `POST texts`,
//! `GET|POST|DELETE faults`.
//!
//! # Reading order
//!
//! - `mod.rs`: [`Sim`], the handle
//! - `options.rs`, `faults.rs`, `events.rs`, `ledger.rs`: what goes in and what comes out, plain data
//! - `dialect.rs`: the trait of a wire format, and how to add one
//! - `core/`: what every carrier does, in nobody's words
//! - `dialects/`: the table of wire formats, a folder each, and what they share in reading
//! - `server/`: one call from first to last, without sockets and over them, and the calls to the gateway
//! - `run.rs`: the carrier alone, for trying a gateway by hand

// The core offers what every carrier's dialect may need, more than any one of them uses.
#![allow(dead_code)]

mod answer;
mod citizens;
mod core;
mod dialect;
mod dialects;
mod events;
mod faults;
mod ledger;
mod options;
mod run;
mod server;
#[cfg(test)]
mod tests;

use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};

use bytes::Bytes;

pub use citizens::{SAMPLE_QUESTIONS, read_column};
pub use events::SimEvent;
pub use faults::{Endpoint, Fault, FaultRule};
pub use ledger::{Ledger, LedgerMessage, LedgerRefusal, LedgerText};
pub use options::{DialectKind, SimOptions};
pub use run::{SimRun, run};
pub use server::{SimBreak, SimPush};

use self::core::State;
use self::core::rules::Armed;
use dialect::Dialect;

type Observer = Box<dyn Fn(&SimEvent) + Send + Sync>;

/// Called twice for each admitted call: when it arrives (`false`), and when it is processed but not yet answered (`true`).
pub type Watcher = Arc<dyn Fn(Endpoint, bool) + Send + Sync>;

/// The carrier. Cheap to clone; clones are the same carrier.
#[derive(Clone)]
pub struct Sim {
    options: Arc<SimOptions>,
    dialect: &'static dyn Dialect,
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

impl Sim {
    pub fn new(options: SimOptions) -> Sim {
        let options = options.with_domestic_numbers();
        let dialect = dialects::find(options.dialect);
        let state = State::new(&options, dialect);
        Sim {
            options: Arc::new(options),
            dialect,
            state: Arc::new(Mutex::new(state)),
            observer: Arc::new(OnceLock::new()),
            watcher: Arc::default(),
        }
    }

    pub fn options(&self) -> &SimOptions {
        &self.options
    }

    fn dialect(&self) -> &'static dyn Dialect {
        self.dialect
    }

    /// A citizen texts; returns the carrier's key of it.
    pub fn text(&self, from: &str, body: &str) -> String {
        self.text_with_photos(from, body, Vec::new())
    }

    /// A citizen texts with a photo; the body may be empty.
    pub fn text_with_photo(&self, from: &str, body: &str, jpeg: impl Into<Bytes>) -> String {
        self.text_with_photos(from, body, vec![jpeg.into()])
    }

    pub fn text_with_photos(&self, from: &str, body: &str, photos: Vec<Bytes>) -> String {
        let key = {
            let now = self.options.clock.now_ms();
            self.state().add_text(from, body, photos, now)
        };
        self.emit(|| SimEvent::texted(from, body));
        key
    }

    /// Many citizens text (number, text), all at this moment; returns the keys in order.
    pub fn texts<F: AsRef<str>, T: AsRef<str>>(&self, all: impl IntoIterator<Item = (F, T)>) -> Vec<String> {
        let now = self.options.clock.now_ms();
        let mut state = self.state();
        let add = |(from, body): (F, T)| state.add_text(from.as_ref(), body.as_ref(), Vec::new(), now);
        all.into_iter().map(add).collect()
    }

    /// The photos of a message taken from the gateway, by the carrier's name of it.
    pub fn photos_of(&self, msg_key: &str) -> Vec<Bytes> {
        let state = self.state();
        let message = state.messages_by_key.get(msg_key).and_then(|index| state.messages.get(*index));
        message.map(|message| message.photos.clone()).unwrap_or_default()
    }

    /// The active rules; `times` and `skip` hold what is left.
    pub fn faults(&self) -> Vec<FaultRule> {
        self.state().rules.0.iter().map(|armed| armed.rule.clone()).collect()
    }

    /// Adds a rule; calls that fit it fail from now on.
    pub fn add_fault(&self, rule: FaultRule) {
        self.state().rules.0.push(Armed::new(rule));
    }

    pub fn clear_faults(&self) {
        self.state().rules.0.clear();
    }

    /// Everything accepted and delivered so far. Copies all of it, so it belongs at the end of a test.
    pub fn ledger(&self) -> Ledger {
        let now = self.options.clock.now_ms();
        self.state().ledger(now)
    }

    /// Reports that are ready or on their way, those handed out and not acked included. All of them, where a carrier does
    /// not keep count.
    pub fn n_open_reports(&self) -> usize {
        let state = self.state();
        state.reports.len() + state.batches.iter().map(|batch| batch.messages.len()).sum::<usize>()
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

    fn notify_watcher(&self, endpoint: Endpoint, done: bool) {
        // Not called under the lock: a watcher may take its time.
        let watcher = self.watcher.lock().unwrap_or_else(PoisonError::into_inner).clone();
        if let Some(watcher) = watcher {
            watcher(endpoint, done);
        }
    }

    fn emit(&self, event: impl FnOnce() -> SimEvent) {
        if let Some(observer) = self.observer.get() {
            observer(&event());
        }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

//! A simulated carrier that speaks a real carrier's wire format strictly, with citizens who text, handsets that receive,
//! faults on demand, and a ledger of everything it accepted and delivered. What the official specification rejects, it
//! rejects; what a gateway for texts has no use for (other channels, reservations) it refuses too. Whose format is
//! [`SimOptions::dialect`]; one carrier's is one file or folder here (how: `dialect`), and the rest knows none of it.
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
//! Reading order: [`Sim`], `call` (one call from first to last), `dialect`, `core`, `order`, `sends`, `handset`, `texts`,
//! `reports`, `sent`, `push`, `faults`, `ledger`; then `bizgo` and the other dialects; what they share in reading is `query`, `fields`, `numbers`, `korea`.

// The core offers what every carrier's dialect may need, more than any one of them uses.
#![allow(dead_code)]

mod admin;
mod answer;
mod bizgo;
mod call;
mod citizens;
mod clicksend;
mod core;
mod dialect;
mod events;
mod faults;
mod fields;
mod handset;
mod infobip;
mod korea;
mod ledger;
mod msghub;
mod nhn;
mod numbers;
mod oneapi;
mod order;
mod push;
mod query;
mod rate;
mod reports;
mod rules;
mod run;
mod sends;
mod sens;
mod sent;
mod serve;
mod smsgate;
mod solapi;
#[cfg(test)]
mod tests;
mod texts;
mod timeline;
mod twilio;

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};
use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};

use bytes::Bytes;
use rand::rngs::StdRng;
use rand::{RngExt, SeedableRng};
use url::Url;

pub use call::SimBreak;
pub use citizens::{SAMPLE_QUESTIONS, read_column};
pub use dialect::DialectKind;
pub use events::SimEvent;
pub use faults::{Endpoint, Fault, FaultRule};
pub use ledger::{Ledger, LedgerMessage, LedgerRefusal, LedgerText};
pub use push::SimPush;
pub use run::{SimRun, run};

use crate::ops::clock::Clock;
use citizens::Text;
use dialect::Dialect;
use handset::Message;
use reports::Batch;
use rules::Armed;
use timeline::Timeline;

/// What a simulated carrier is made of.
#[derive(Debug, Clone)]
pub struct SimOptions {
    /// Whose wire format it speaks.
    pub dialect: DialectKind,
    /// The key, or the user's name where there is a password.
    pub api_key: String,
    /// The password, or what signatures are made with, where there is one.
    pub api_secret: String,
    /// The account, service or application that stands in paths, where there is one.
    pub account: String,
    /// Registered senders; any other is refused.
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
    /// Whom to call with texts and reports, in dialects that do.
    pub webhook: Option<Url>,
    /// What such calls are signed with, or the secret they bring along.
    pub webhook_secret: String,
    /// Where it is reached, for links in what it says; if not given, what a call names as its host.
    pub base_url: Option<Url>,
}

impl Default for SimOptions {
    fn default() -> Self {
        SimOptions {
            dialect: DialectKind::default(),
            api_key: "SIM-KEY".to_owned(),
            api_secret: "SIM-SECRET".to_owned(),
            account: "SIM-ACCOUNT".to_owned(),
            sender_numbers: vec!["062120".to_owned()],
            mo_number: "062120".to_owned(),
            seed: 1,
            clock: Clock::system(),
            sends_per_sec: 200,
            others_per_sec: 5,
            report_delay_ms: (20, 400),
            latency_ms: (0, 0),
            webhook: None,
            webhook_secret: "SIM-WEBHOOK-SECRET".to_owned(),
            base_url: None,
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
    dialect: &'static dyn Dialect,
    rng: StdRng,
    texts: Vec<Text>,
    texts_by_time: Timeline,
    texts_by_key: HashMap<String, Vec<usize>>,
    /// Neither handed out for good nor acked, by when they can be seen.
    texts_open: BTreeSet<(i64, usize)>,
    messages: Vec<Message>,
    messages_by_time: Timeline,
    /// By when their report is ready, as the carrier dates it.
    messages_by_report: Timeline,
    messages_by_key: HashMap<String, usize>,
    messages_by_reference: HashMap<String, Vec<usize>>,
    n_requests_taken: u64,
    /// What was taken under a key of the gateway's.
    remembered: HashMap<String, sends::Remembered>,
    /// Messages by when their report is ready; the count keeps equal times apart.
    reports: BTreeMap<(i64, u64), usize>,
    n_reports: u64,
    n_batches: u64,
    /// Handed out and not acked: come again until they are.
    batches: Vec<Batch>,
    pushes: push::PushQueue,
    /// Somebody is called.
    webhook: Option<Url>,
    files: BTreeMap<String, Bytes>,
    n_files: u64,
    tokens: BTreeMap<(&'static str, String), i64>,
    n_tokens: u64,
    used: HashSet<String>,
    marks: BTreeMap<&'static str, i64>,
    rules: Vec<Armed>,
    sends: rate::Window,
    others: rate::Window,
    tally: ledger::Tally,
}

impl State {
    fn new(options: &SimOptions) -> State {
        State {
            dialect: options.dialect.dialect(),
            rng: StdRng::seed_from_u64(options.seed),
            texts: Vec::new(),
            texts_by_time: Timeline::default(),
            texts_by_key: HashMap::new(),
            texts_open: BTreeSet::new(),
            messages: Vec::new(),
            messages_by_time: Timeline::default(),
            messages_by_report: Timeline::default(),
            messages_by_key: HashMap::new(),
            messages_by_reference: HashMap::new(),
            n_requests_taken: 0,
            remembered: HashMap::new(),
            reports: BTreeMap::new(),
            n_reports: 0,
            n_batches: 0,
            batches: Vec::new(),
            pushes: push::PushQueue::default(),
            webhook: options.webhook.clone(),
            files: BTreeMap::new(),
            n_files: 0,
            tokens: BTreeMap::new(),
            n_tokens: 0,
            used: HashSet::new(),
            marks: BTreeMap::new(),
            rules: Vec::new(),
            sends: rate::Window::new(options.sends_per_sec),
            others: rate::Window::new(options.others_per_sec),
            tally: ledger::Tally::default(),
        }
    }

    fn between(&mut self, (least, most): (u64, u64)) -> u64 {
        if most > least { self.rng.random_range(least..=most) } else { least }
    }

    /// The citizen's number of a message.
    fn number_of(&self, msg_key: &str) -> Option<String> {
        let message = self.messages_by_key.get(msg_key).and_then(|index| self.messages.get(*index));
        message.map(|message| message.to.clone())
    }
}

impl Sim {
    pub fn new(options: SimOptions) -> Sim {
        let state = State::new(&options);
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

    fn dialect(&self) -> &'static dyn Dialect {
        self.options.dialect.dialect()
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
        self.tell(|| SimEvent::texted(from, body));
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

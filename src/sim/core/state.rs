//! The state of a simulated carrier. The files beside this one work on it, one matter each.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

use bytes::Bytes;
use rand::rngs::StdRng;
use rand::{RngExt, SeedableRng};
use url::Url;

use super::particulars::Particulars;
use super::push_queue::{PushQueue, Waiting};
use super::rate::Window;
use super::record::{Batch, Message, Pushed, Remembered, Text};
use super::rules::{Call, Rules};
use super::tally::Tally;
use super::timeline::Timeline;
use crate::sim::faults::{Fault, Sort};
use crate::sim::options::SimOptions;

/// The state of the carrier. No map is iterated in hash order, so that runs repeat.
pub(in crate::sim) struct State {
    pub particulars: &'static dyn Particulars,
    pub rng: StdRng,
    pub texts: Vec<Text>,
    pub texts_by_time: Timeline,
    pub texts_by_key: HashMap<String, Vec<usize>>,
    /// Neither handed out by a read-once list nor acked, by visible time.
    pub texts_open: BTreeSet<(i64, usize)>,
    pub messages: Vec<Message>,
    pub messages_by_time: Timeline,
    /// By the time of their report, as the carrier dates it.
    pub messages_by_report: Timeline,
    pub messages_by_key: HashMap<String, usize>,
    pub messages_by_reference: HashMap<String, Vec<usize>>,
    pub n_requests_taken: u64,
    /// Messages by the gateway's key.
    pub remembered: HashMap<String, Remembered>,
    /// Messages by report time; the count separates equal times.
    pub reports: BTreeMap<(i64, u64), usize>,
    pub n_reports: u64,
    pub n_batches: u64,
    /// Handed out and not acked.
    pub batches: Vec<Batch>,
    pub pushes: PushQueue,
    /// The address for webhook calls, if any.
    pub webhook: Option<Url>,
    pub files: BTreeMap<String, Bytes>,
    pub n_files: u64,
    pub tokens: BTreeMap<(&'static str, String), i64>,
    pub n_tokens: u64,
    pub used: HashSet<String>,
    pub marks: BTreeMap<&'static str, i64>,
    pub rules: Rules,
    pub sends: Window,
    pub others: Window,
    pub tally: Tally,
}

impl State {
    pub(in crate::sim) fn new(options: &SimOptions, particulars: &'static dyn Particulars) -> State {
        State {
            particulars,
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
            pushes: PushQueue::default(),
            webhook: options.webhook.clone(),
            files: BTreeMap::new(),
            n_files: 0,
            tokens: BTreeMap::new(),
            n_tokens: 0,
            used: HashSet::new(),
            marks: BTreeMap::new(),
            rules: Rules::default(),
            sends: Window::new(options.sends_per_sec),
            others: Window::new(options.others_per_sec),
            tally: Tally::default(),
        }
    }

    pub(in crate::sim) fn between(&mut self, (least, most): (u64, u64)) -> u64 {
        if most > least { self.rng.random_range(least..=most) } else { least }
    }

    /// The citizen's number of a message.
    pub(in crate::sim) fn number_of(&self, msg_key: &str) -> Option<String> {
        let message = self.messages_by_key.get(msg_key).and_then(|index| self.messages.get(*index));
        message.map(|message| message.to.clone())
    }

    /// Applies the first rule of this sort that is due.
    pub(in crate::sim) fn strike(&mut self, call: Call<'_>, sort: Sort) -> Option<Fault> {
        let fault = self.rules.strike(call, sort, &mut self.rng)?;
        self.tally.n_faults_struck += 1;
        Some(fault)
    }

    /// How far the carrier's clock is wrong (milliseconds).
    pub(in crate::sim) fn skew_ms(&self) -> i64 {
        self.rules.skew_ms()
    }

    /// Schedules calls with the texts of this time, once more.
    pub(in crate::sim) fn call_again(&mut self, now: i64, since: i64, until: i64) {
        let in_time = |(_, text): &(usize, &Text)| (since..=until).contains(&text.at);
        let again: Vec<usize> =
            self.texts.iter().enumerate().filter(in_time).map(|(index, _)| index).collect();
        again.into_iter().for_each(|index| self.expect_push(now, Pushed::Text(index)));
    }

    /// Schedules a webhook call, if the gateway has an address for them.
    pub(in crate::sim) fn expect_push(&mut self, at: i64, pushed: Pushed) {
        if self.webhook.is_some() {
            self.pushes.add(at, Waiting { pushed, n_tries: 0 });
        }
    }
}

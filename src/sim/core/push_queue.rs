//! Pending webhook calls to the gateway, by due time.

use std::collections::BTreeMap;

use super::record::Pushed;

/// Pending calls by due time.
#[derive(Default)]
pub(in crate::sim) struct PushQueue {
    pub waiting: BTreeMap<(i64, u64), Waiting>,
    n: u64,
}

#[derive(Clone, Copy)]
pub(in crate::sim) struct Waiting {
    pub pushed: Pushed,
    pub n_tries: usize,
}

impl PushQueue {
    pub(in crate::sim) fn add(&mut self, at: i64, waiting: Waiting) {
        self.n += 1;
        self.waiting.insert((at, self.n), waiting);
    }

    /// When the next call is due.
    pub(in crate::sim) fn next_at(&self) -> Option<i64> {
        self.waiting.keys().next().map(|(at, _)| *at)
    }

    pub(in crate::sim) fn take_due(&mut self, now: i64) -> Option<Waiting> {
        let due = self.waiting.first_entry().filter(|entry| entry.key().0 <= now)?;
        Some(due.remove())
    }
}

//! The one rule by which a list proves that the carrier does not have a text. Drivers ask and read; whether the list says
//! enough is decided here.
//!
//! A list by time proves absence only if all of this holds; otherwise nobody can tell, and a person decides:
//!
//! * the answers that made it up had a `Date` header, and the carrier's clock was within [`MOST_SKEW_MS`] of ours lately;
//! * the time asked for holds every moment at which the carrier can have dated the text: from the first try until the question,
//!   by its own clock as all recent answers show it, and [`RESET_MS`] on both sides, in case a clock was set in between;
//! * our own clock has not gone back behind the first try;
//! * it was read to its end ([`PagesRead`] for lists with numbered pages).
//!
//! That a text may be listed later than it was taken is not decided here: it must be absent twice, half a minute apart
//! (`domain::retry`).

use std::collections::BTreeSet;

use super::Reconciled;
use super::clock_skew::{Skew, SkewLog};
use crate::domain::UnixMs;

/// A clock that differs by more than this is broken, and times say nothing.
const MOST_SKEW_MS: i64 = 30 * 60 * 1_000;
/// Either clock may have been set by this much between the try and the question, without an answer that shows it.
const RESET_MS: i64 = 15 * 60 * 1_000;
/// A list is asked for by this much more than it must cover, because its own answers may show a little more skew.
const SPARE_MS: i64 = 60_000;

/// A span of time by the carrier's clock, both ends included.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Window {
    pub since: UnixMs,
    pub until: UnixMs,
}

impl Window {
    /// The same window, at most this long: its end is given up, and with it the proof.
    pub(super) fn at_most(self, most_ms: i64) -> Window {
        Window { until: self.until.min(self.since.saturating_add(most_ms)), ..self }
    }

    /// Whether it surely holds what was sent between two moments of our clock.
    fn covers(&self, (first, last): (UnixMs, UnixMs), skew: Skew) -> bool {
        let earliest = first.saturating_add(skew.least).saturating_sub(RESET_MS);
        let latest = last.saturating_add(skew.most).saturating_add(RESET_MS);
        self.since <= earliest && latest <= self.until
    }
}

/// A question about one text, asked of a list by time.
#[derive(Debug, Clone, Copy)]
pub(super) struct Look {
    /// The time to ask for.
    pub window: Window,
    /// A text dated before this is not ours unless a clock was set; where texts are told apart by their words only.
    pub likely_since: UnixMs,
    first: UnixMs,
    asked_at: UnixMs,
    n_dates: u64,
}

impl Look {
    /// For a text first tried at `first`, asked about at `now` (our clock).
    pub(super) fn new(first: UnixMs, now: UnixMs, log: &SkewLog) -> Look {
        let broken = Skew { least: -MOST_SKEW_MS, most: MOST_SKEW_MS };
        let known = log.lately().filter(|skew| is_sane(*skew));
        let skew = known.unwrap_or(broken);
        let since = first.saturating_add(skew.least).saturating_sub(RESET_MS + SPARE_MS);
        let until = now.saturating_add(skew.most).saturating_add(RESET_MS + SPARE_MS).max(since);
        let likely = known.map(|skew| first.saturating_add(skew.least).saturating_sub(SPARE_MS));
        Look {
            window: Window { since, until },
            likely_since: likely.unwrap_or(since),
            first,
            asked_at: now,
            n_dates: log.n_seen(),
        }
    }

    /// What it means that the text is not in the list of `asked`, which was or was not read to its end.
    pub(super) fn verdict(&self, asked: Window, is_whole: bool, log: &SkewLog) -> Reconciled {
        let is_dated = log.n_seen() > self.n_dates;
        let skew = log.lately().filter(|skew| is_dated && is_sane(*skew));
        let span = (self.first, self.asked_at);
        let is_proof = is_whole && self.first <= self.asked_at;
        match skew {
            Some(skew) if is_proof && asked.covers(span, skew) => Reconciled::Absent,
            _ => Reconciled::CannotTell,
        }
    }
}

fn is_sane(skew: Skew) -> bool {
    skew.least >= -MOST_SKEW_MS && skew.most <= MOST_SKEW_MS
}

/// The pages of a list that were read by their numbers. What leaves the list meanwhile moves others over the border of a page,
/// unread; what joins it only shows some twice.
#[derive(Debug, Default)]
pub(super) struct PagesRead {
    names: BTreeSet<String>,
    total: Option<u64>,
    has_shrunk: bool,
}

impl PagesRead {
    /// Notes the names on a page, and how long the list is as a whole, if the page says so. Returns how many were new.
    pub(super) fn note(&mut self, names: impl IntoIterator<Item = String>, total: Option<u64>) -> usize {
        let before = self.names.len();
        self.names.extend(names);
        self.has_shrunk |= self.total.is_some() && total < self.total;
        self.total = total.or(self.total);
        self.names.len() - before
    }

    /// How many different entries were read.
    pub(super) fn n(&self) -> usize {
        self.names.len()
    }

    /// Whether everything that was listed has been read, as far as the list says how much that is.
    pub(super) fn is_all(&self) -> bool {
        !self.has_shrunk && self.total.is_none_or(|total| self.names.len() as u64 >= total)
    }
}

#[cfg(test)]
#[path = "tests/absence.rs"]
mod tests;

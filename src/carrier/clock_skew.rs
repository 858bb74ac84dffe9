//! How far a carrier's clock is from ours, as the `Date` headers of its answers show. What is seen counts for half an hour to an
//! hour, and all of it counts: after one of the clocks was set, both values are possible for what happened before.

use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use tokio::time::Instant;

use crate::domain::UnixMs;

/// A `Date` header is cut off to the whole second (RFC 9110, 5.6.7).
const DATE_STEP_MS: i64 = 1_000;
/// How long one of the two generations of sightings is filled.
const GENERATION: Duration = Duration::from_secs(30 * 60);

/// The carrier's clock less ours, at least and at most (milliseconds).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Skew {
    pub least: i64,
    pub most: i64,
}

impl Skew {
    /// What one answer shows. The header was written somewhere between `asked_at` and `answered_at` (our clock).
    pub(super) fn shown(date: UnixMs, asked_at: UnixMs, answered_at: UnixMs) -> Skew {
        let least = date.saturating_sub(answered_at);
        Skew { least, most: date.saturating_add(DATE_STEP_MS).saturating_sub(asked_at).max(least) }
    }

    /// Either of the two.
    fn or(self, other: Skew) -> Skew {
        Skew { least: self.least.min(other.least), most: self.most.max(other.most) }
    }
}

/// What has been seen of one carrier's clock.
#[derive(Debug, Default)]
pub(super) struct SkewLog(Mutex<Sightings>);

#[derive(Debug, Default)]
struct Sightings {
    /// The generation that is being filled, since when, and the one before it.
    began: Option<Instant>,
    current: Option<Skew>,
    former: Option<Skew>,
    n: u64,
}

impl Sightings {
    /// Lets a generation that is full become the former one, and forgets both after a long silence.
    fn age(&mut self) {
        let age = self.began.map(|began| began.elapsed());
        if age.is_none_or(|age| age >= GENERATION) {
            let is_recent = age.is_some_and(|age| age < 2 * GENERATION);
            self.former = self.current.take().filter(|_| is_recent);
            self.began = Some(Instant::now());
        }
    }
}

impl SkewLog {
    pub(super) fn record(&self, skew: Skew) {
        let mut seen = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        seen.age();
        seen.current = Some(seen.current.map_or(skew, |known| known.or(skew)));
        seen.n += 1;
    }

    /// Everything seen lately, as one range; `None` if no answer had a date.
    pub(super) fn lately(&self) -> Option<Skew> {
        let mut seen = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        seen.age();
        match (seen.current, seen.former) {
            (Some(one), Some(other)) => Some(one.or(other)),
            (one, other) => one.or(other),
        }
    }

    /// How many answers with a date there were.
    pub(super) fn n_seen(&self) -> u64 {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).n
    }
}

/// Reads the `Date` headers of all answers that one client gets.
#[derive(Clone)]
pub struct DateWatch {
    now: Arc<dyn Fn() -> UnixMs + Send + Sync>,
    log: Arc<SkewLog>,
}

impl DateWatch {
    pub(super) fn new(now: Arc<dyn Fn() -> UnixMs + Send + Sync>, log: Arc<SkewLog>) -> DateWatch {
        DateWatch { now, log }
    }

    pub(super) fn now(&self) -> UnixMs {
        (self.now)()
    }

    /// Records the date of an answer to a call that was made at `asked_at`.
    pub(super) fn answered(&self, asked_at: UnixMs, date: Option<UnixMs>) {
        if let Some(date) = date {
            self.log.record(Skew::shown(date, asked_at, self.now()));
        }
    }
}

impl fmt::Debug for DateWatch {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("DateWatch")
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[tokio::test(start_paused = true)]
    async fn the_largest_lately_counts_and_is_forgotten_within_the_hour() {
        let log = SkewLog::default();
        assert_eq!((log.lately(), log.n_seen()), (None, 0));
        log.record(Skew { least: 600_000, most: 601_000 });
        tokio::time::advance(Duration::from_secs(29 * 60)).await;
        log.record(Skew { least: -500, most: 700 });
        let both = Some(Skew { least: -500, most: 601_000 });
        assert_eq!(log.lately(), both);
        // The next generation still has the one before it.
        tokio::time::advance(Duration::from_secs(20 * 60)).await;
        log.record(Skew { least: 0, most: 900 });
        assert_eq!(log.lately(), both);
        tokio::time::advance(Duration::from_secs(31 * 60)).await;
        assert_eq!(log.lately(), Some(Skew { least: 0, most: 900 }));
        tokio::time::advance(Duration::from_secs(61 * 60)).await;
        assert_eq!((log.lately(), log.n_seen()), (None, 3));
    }

    proptest! {
        /// Whenever the header was written, and however slow the answer was.
        #[test]
        fn what_an_answer_shows_has_the_true_skew_in_it(
            skew in -900_000..900_000_i64,
            asked_at in 1_000_000_000_i64..2_000_000_000,
            (written, slow) in (0..10_000_i64, 0..10_000_i64),
        ) {
            let date = (asked_at + written + skew).div_euclid(1_000) * 1_000;
            let shown = Skew::shown(date, asked_at, asked_at + written + slow);
            prop_assert!((shown.least..=shown.most).contains(&skew), "{shown:?}");
        }
    }
}

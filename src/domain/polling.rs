//! The polling interval of a carrier: short while a conversation is live, long while nothing happens.
//!
//! | the last poll                                  | the next one                                              |
//! |------------------------------------------------|-----------------------------------------------------------|
//! | failed                                         | a random share of `slow`, then of twice as much each time  |
//! | said that there is more                        | at once                                                   |
//! | brought something, or a conversation is live   | `fast`                                                    |
//! | brought nothing                                | half as late again as the last one, from `fast` to `slow` |
//!
//! The caller adds what the carrier itself asks for (a least interval, Retry-After) and takes the longer wait.

use super::UnixMs;

/// The longest wait after failed polls, unless `slow_ms` itself is longer.
pub const FAILED_CAP_MS: i64 = 60_000;
/// The same while somebody may be waiting for us: a call for help must not wait a minute after the carrier is back.
pub const HURRIED_CAP_MS: i64 = 8_000;

/// A poll that failed.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct FailedPoll {
    /// The carrier may be back at any moment (no connection, no answer), or a conversation is going on.
    pub is_hurried: bool,
    /// A random number in 0..1.
    pub jitter: f64,
}

/// Polling speed of one carrier.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Pace {
    /// Between polls while a conversation is live.
    pub fast_ms: i64,
    /// Between polls while nothing happens; never less than `fast_ms` in effect.
    pub slow_ms: i64,
    /// How long after a text in or a reply out a conversation counts as live.
    pub live_for_ms: i64,
}

/// State of a poller between fast and slow. Starts fast.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Rhythm {
    /// The last wait after a poll that went well; 0 before the first.
    wait_ms: i64,
    n_failed: u32,
    /// A conversation counts as live until then, because texts came.
    live_until: UnixMs,
}

impl Rhythm {
    /// Milliseconds until the next poll, after one that went well and ended at `now`.
    ///
    /// `n_new`: new items; `more`: the carrier holds more right now; `live`: a conversation is going on. Returns 0 only if
    /// `more`.
    pub fn after_poll(&mut self, now: UnixMs, n_new: usize, more: bool, live: bool, pace: &Pace) -> i64 {
        self.n_failed = 0;
        let is_live = self.is_live(now, n_new, pace) || live;
        if more {
            return 0;
        }
        self.wait_ms = if is_live { fastest(pace) } else { self.eased(pace) };
        self.wait_ms
    }

    /// Milliseconds until the next poll, after one that failed: a random share of a doubling step ("full jitter"), so that many
    /// gateways do not come back at the same moment, but never less than `fast_ms`.
    pub fn after_failure(&mut self, failed: FailedPoll, pace: &Pace) -> i64 {
        let doubled = slowest(pace).saturating_mul(1 << self.n_failed.min(16));
        self.n_failed = self.n_failed.saturating_add(1);
        let cap = if failed.is_hurried { HURRIED_CAP_MS } else { FAILED_CAP_MS };
        let step = doubled.min(cap.max(slowest(pace)));
        // A cast from float saturates, and NaN becomes 0.
        ((step as f64 * failed.jitter.clamp(0.0, 1.0)) as i64).max(fastest(pace))
    }

    fn is_live(&mut self, now: UnixMs, n_new: usize, pace: &Pace) -> bool {
        let longest = now.saturating_add(pace.live_for_ms);
        // After the clock was set back, fast polling must not last for hours.
        self.live_until = if n_new > 0 { longest } else { self.live_until.min(longest) };
        n_new > 0 || now < self.live_until
    }

    fn eased(&self, pace: &Pace) -> i64 {
        let later = self.wait_ms.saturating_add((self.wait_ms / 2).max(1));
        later.clamp(fastest(pace), slowest(pace))
    }
}

fn fastest(pace: &Pace) -> i64 {
    pace.fast_ms.max(1)
}

fn slowest(pace: &Pace) -> i64 {
    pace.slow_ms.max(fastest(pace))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const PACE: Pace = Pace { fast_ms: 250, slow_ms: 2_000, live_for_ms: 60_000 };

    fn quiet(rhythm: &mut Rhythm, now: UnixMs) -> i64 {
        rhythm.after_poll(now, 0, false, false, &PACE)
    }

    #[test]
    fn nothing_comes_and_the_polls_ease_off() {
        let mut rhythm = Rhythm::default();
        let waits: Vec<i64> = (0..8).map(|_| quiet(&mut rhythm, 0)).collect();
        assert_eq!(waits, [250, 375, 562, 843, 1_264, 1_896, 2_000, 2_000]);
    }

    #[test]
    fn a_text_keeps_it_fast_for_a_while() {
        let mut rhythm = Rhythm { wait_ms: 2_000, ..Rhythm::default() };
        assert_eq!(rhythm.after_poll(1_000, 1, false, false, &PACE), 250);
        assert_eq!(quiet(&mut rhythm, 60_999), 250);
        assert_eq!(quiet(&mut rhythm, 61_000), 375);
    }

    #[test]
    fn a_live_conversation_keeps_it_fast() {
        let mut rhythm = Rhythm { wait_ms: 2_000, ..Rhythm::default() };
        assert_eq!(rhythm.after_poll(0, 0, false, true, &PACE), 250);
        assert_eq!(quiet(&mut rhythm, 1), 375);
    }

    #[test]
    fn more_is_fetched_at_once() {
        let mut rhythm = Rhythm { wait_ms: 2_000, ..Rhythm::default() };
        assert_eq!(rhythm.after_poll(0, 0, true, false, &PACE), 0, "a page of known texts, too");
        assert_eq!(quiet(&mut rhythm, 1), 2_000, "and is no reason to hurry afterwards");
        assert_eq!(rhythm.after_poll(2, 100, true, true, &PACE), 0);
        assert_eq!(quiet(&mut rhythm, 3), 250);
    }

    #[test]
    fn failures_back_off_and_are_forgotten() {
        let waits = |is_hurried, jitter| {
            let mut rhythm = Rhythm::default();
            let failed = FailedPoll { is_hurried, jitter };
            let waits: Vec<i64> = (0..7).map(|_| rhythm.after_failure(failed, &PACE)).collect();
            assert_eq!(quiet(&mut rhythm, 0), 250);
            assert_eq!(rhythm.after_failure(failed, &PACE), waits[0], "forgotten");
            waits
        };
        assert_eq!(waits(false, 1.0), [2_000, 4_000, 8_000, 16_000, 32_000, 60_000, 60_000]);
        assert_eq!(waits(false, 0.5), [1_000, 2_000, 4_000, 8_000, 16_000, 30_000, 30_000]);
        assert_eq!(waits(true, 1.0), [2_000, 4_000, 8_000, 8_000, 8_000, 8_000, 8_000]);
        assert_eq!(waits(true, 0.0), [250; 7]);
    }

    #[test]
    fn a_clock_gone_backwards_does_not_hurry_for_hours() {
        let mut rhythm = Rhythm::default();
        rhythm.after_poll(10_000_000, 1, false, false, &PACE);
        quiet(&mut rhythm, 0);
        assert_eq!(quiet(&mut rhythm, PACE.live_for_ms), 375);
    }

    proptest! {
        #[test]
        fn every_wait_is_within_bounds(
            fast_ms in -1..100_000_i64,
            slow_ms in -1..100_000_i64,
            polls in prop::collection::vec((any::<i64>(), 0..3_usize, any::<[bool; 3]>()), 0..100),
            jitter in any::<f64>(),
        ) {
            let pace = Pace { fast_ms, slow_ms, live_for_ms: 60_000 };
            let mut rhythm = Rhythm::default();
            for (now, n_new, [more, ok, live]) in polls {
                if ok {
                    let wait = rhythm.after_poll(now, n_new, more, live, &pace);
                    let bounds = if more { 0..=0 } else { fastest(&pace)..=slowest(&pace) };
                    prop_assert!(bounds.contains(&wait));
                } else {
                    let wait = rhythm.after_failure(FailedPoll { is_hurried: live, jitter }, &pace);
                    let cap = if live { HURRIED_CAP_MS } else { FAILED_CAP_MS };
                    prop_assert!((fastest(&pace)..=cap.max(slowest(&pace))).contains(&wait));
                }
            }
        }

        #[test]
        fn quiet_polls_never_quicken_and_reach_slow(fast_ms in 1..5_000_i64, extra in 0..60_000_i64) {
            let pace = Pace { fast_ms, slow_ms: fast_ms + extra, live_for_ms: 0 };
            let mut rhythm = Rhythm::default();
            let waits: Vec<i64> = (0..60).map(|_| rhythm.after_poll(0, 0, false, false, &pace)).collect();
            prop_assert!(waits.is_sorted());
            prop_assert_eq!(waits.last().copied(), Some(pace.slow_ms));
        }
    }
}

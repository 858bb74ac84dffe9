//! How fast texts may leave: never more than `limit` in any window, and all of it while there is work.
//!
//! A sliding log: it remembers when each of the last `limit` texts left, so that no window, wherever it begins, holds
//! more. (A counter per calendar second or a full bucket lets twice the limit through around a boundary.)

use std::collections::VecDeque;

use super::UnixMs;

/// Counts what left in the last `window_ms`.
///
/// Times are whole milliseconds, so two texts counted `window_ms` apart may really be almost a millisecond closer; a
/// place is therefore free again one millisecond after the window: 99.9 % of the limit for a window of one second.
///
/// A clock that goes backwards costs at most one window of waiting and never lets more through. A clock that leaps
/// forward can't be told from time that passed: give it a monotonic one where there is one.
#[derive(Debug, Clone)]
pub struct SlidingWindow {
    limit: u32,
    window_ms: i64,
    /// When texts left and how many, oldest first; none later than the clock when last asked.
    log: VecDeque<(UnixMs, u32)>,
    n_taken: u32,
}

impl SlidingWindow {
    /// `limit` texts in any `window_ms`; a limit of 0 lets nothing leave.
    pub fn new(limit: u32, window_ms: i64) -> Self {
        SlidingWindow { limit, window_ms: window_ms.max(1), log: VecDeque::new(), n_taken: 0 }
    }

    /// How many may leave now.
    pub fn available(&mut self, now_ms: UnixMs) -> u32 {
        self.settle(now_ms);
        self.limit - self.n_taken
    }

    /// Takes `n` places, or none if there are not so many.
    pub fn take(&mut self, now_ms: UnixMs, n: u32) -> bool {
        if n > self.available(now_ms) {
            return false;
        }
        match self.log.back_mut() {
            Some((at, count)) if *at == now_ms => *count += n,
            _ if n > 0 => self.log.push_back((now_ms, n)),
            _ => {}
        }
        self.n_taken += n;
        true
    }

    /// Milliseconds until at least one may leave: 0 if it may now. With a limit of 0 the answer is a whole window,
    /// again and again.
    pub fn wait_ms(&mut self, now_ms: UnixMs) -> i64 {
        if self.available(now_ms) > 0 {
            return 0;
        }
        let oldest = self.log.front().map_or(now_ms, |(at, _)| *at);
        self.window_ms + 1 - now_ms.saturating_sub(oldest)
    }

    /// Forgets what left the window, and dates back to now what a clock gone backwards left in the future.
    fn settle(&mut self, now_ms: UnixMs) {
        while let Some((at, n)) = self.log.front().copied() {
            if now_ms.saturating_sub(at) <= self.window_ms {
                break;
            }
            self.log.pop_front();
            self.n_taken -= n;
        }
        for (at, _) in self.log.iter_mut().rev().take_while(|(at, _)| *at > now_ms) {
            *at = now_ms;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_place_is_free_again_after_the_window() {
        let mut window = SlidingWindow::new(3, 1_000);
        assert_eq!((window.available(0), window.wait_ms(0)), (3, 0));
        assert!(window.take(0, 2));
        assert!(!window.take(400, 2), "all or nothing");
        assert!(window.take(400, 1));
        for (now, available, wait) in
            [(400, 0, 601), (1_000, 0, 1), (1_001, 2, 0), (1_400, 2, 0), (1_401, 3, 0)]
        {
            assert_eq!((window.available(now), window.wait_ms(now)), (available, wait), "at {now}");
        }
    }

    #[test]
    fn a_limit_of_nothing() {
        let mut window = SlidingWindow::new(0, 1_000);
        assert!(window.take(5, 0) && !window.take(5, 1));
        assert_eq!(window.wait_ms(5), 1_001);
    }

    #[test]
    fn a_clock_gone_backwards_costs_one_window() {
        let mut window = SlidingWindow::new(5, 1_000);
        assert!(window.take(10_000_000, 5));
        assert!(!window.take(500, 1));
        assert_eq!(window.wait_ms(500), 1_001);
        assert_eq!(window.available(1_501), 5);
    }

    #[test]
    fn a_backlog_uses_at_least_99_percent() {
        for limit in [1, 2, 7, 30, 200, 999] {
            let (mut window, mut now, mut sent) = (SlidingWindow::new(limit, 1_000), 0, 0_u64);
            while now < 60_000 {
                sent += u64::from(window.take(now, 1));
                now += window.wait_ms(now);
            }
            assert!(sent * 100 >= u64::from(limit) * 60 * 99, "{limit}/s: {sent} in a minute");
        }
    }

    /// Drives a limiter by steps of (how far the real clock moves, how far the seen clock is off, how many are wanted).
    fn departures(limit: u32, window_ms: i64, steps: &[(i64, i64, u32)]) -> Vec<(i64, u32)> {
        let (mut window, mut real, mut offset, mut out) =
            (SlidingWindow::new(limit, window_ms), 0, 0, vec![]);
        for (passed, back, wanted) in steps {
            real += passed;
            offset -= back;
            if window.take(real + offset, *wanted) {
                out.push((real, *wanted));
            }
        }
        out
    }

    fn most_in_any_window(departures: &[(i64, u32)], window_ms: i64) -> u32 {
        let count = |from: i64| {
            departures.iter().filter(|(at, _)| (from..=from + window_ms).contains(at)).map(|d| d.1).sum()
        };
        departures.iter().map(|(at, _)| count(*at)).max().unwrap_or(0)
    }

    proptest! {
        #[test]
        fn no_window_holds_more_than_the_limit(
            limit in 0..20_u32,
            window_ms in 1..200_i64,
            steps in prop::collection::vec((0..60_i64, Just(0_i64), 0..6_u32), 0..200),
        ) {
            prop_assert!(most_in_any_window(&departures(limit, window_ms, &steps), window_ms) <= limit);
        }

        #[test]
        fn nor_does_it_while_the_clock_goes_backwards(
            limit in 0..20_u32,
            window_ms in 1..200_i64,
            steps in prop::collection::vec((0..60_i64, prop_oneof![9 => Just(0), 1 => 0..10_000_i64], 0..6_u32), 0..200),
        ) {
            prop_assert!(most_in_any_window(&departures(limit, window_ms, &steps), window_ms) <= limit);
        }

        #[test]
        fn waiting_as_told_frees_a_place(
            limit in 1..20_u32,
            steps in prop::collection::vec((0..2_000_i64, 1..6_u32), 0..50),
        ) {
            let (mut window, mut now) = (SlidingWindow::new(limit, 1_000), 0);
            for (passed, n) in steps {
                now += passed;
                window.take(now, n);
                let wait = window.wait_ms(now);
                prop_assert!((0..=1_001).contains(&wait));
                prop_assert!(wait == 0 || window.clone().available(now + wait - 1) == 0);
                prop_assert!(window.clone().available(now + wait) > 0);
            }
        }
    }
}

//! The simulated carrier's rate limit: a count over any one second.

use std::collections::VecDeque;

const WINDOW_MS: i64 = 1_000;

/// Counts requests in a sliding window of one second.
pub(in crate::sim) struct Window {
    limit: usize,
    /// Time, count and whether they were accepted.
    log: VecDeque<(i64, usize, bool)>,
    taken: usize,
    asked: usize,
    /// The most accepted in one second.
    pub busiest: usize,
    /// The most requested in one second, refused ones included.
    pub busiest_asked: usize,
    pub n_refused: u64,
}

impl Window {
    pub(in crate::sim) fn new(limit: u32) -> Self {
        let limit = usize::try_from(limit).unwrap_or(usize::MAX);
        Window { limit, log: VecDeque::new(), taken: 0, asked: 0, busiest: 0, busiest_asked: 0, n_refused: 0 }
    }

    /// Accepts `n` if the limit allows; returns whether it did.
    pub(in crate::sim) fn take(&mut self, n: usize, now: i64) -> bool {
        self.settle(now);
        let fits = self.taken + n <= self.limit;
        match self.log.back_mut() {
            Some((at, count, taken)) if *at == now && *taken == fits => *count += n,
            _ => self.log.push_back((now, n, fits)),
        }
        self.asked += n;
        self.busiest_asked = self.busiest_asked.max(self.asked);
        if fits {
            self.taken += n;
            self.busiest = self.busiest.max(self.taken);
        } else {
            self.n_refused += 1;
        }
        fits
    }

    fn settle(&mut self, now: i64) {
        while let Some((at, n, taken)) = self.log.front().copied() {
            // A clock gone backwards starts a new count.
            if now - at < WINDOW_MS && at <= now {
                break;
            }
            self.log.pop_front();
            self.asked -= n;
            if taken {
                self.taken -= n;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn any_second_holds_the_limit_at_most() {
        let mut window = Window::new(200);
        assert!(window.take(150, 0));
        assert!(!window.take(51, 999), "all or nothing");
        assert!(window.take(50, 999));
        assert!(!window.take(1, 999));
        assert!(window.take(150, 1_000), "the first 150 are a second old");
        assert_eq!((window.busiest, window.busiest_asked, window.n_refused), (200, 252, 2));
    }

    #[test]
    fn a_clock_gone_backwards_does_not_lock_anybody_out() {
        let mut window = Window::new(1);
        assert!(window.take(1, 1_000_000));
        assert!(window.take(1, 5));
    }
}

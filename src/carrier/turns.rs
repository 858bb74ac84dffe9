//! A carrier's limit on how fast it is asked, kept on our side: whoever calls waits for a turn, in the order they came.

use std::time::Duration;

use tokio::sync::Mutex;
use tokio::time::Instant;

use crate::domain::rate::SlidingWindow;

/// The carrier counts a second by its own clock, and what leaves evenly may arrive bunched: a little longer is safe.
/// Not much longer, because all but a hundredth of the limit shall be used.
const WINDOW_MS: i64 = 1_007;

/// Turns within one limit. Counts by a clock that nobody can set.
pub(super) struct Turns {
    window: Mutex<SlidingWindow>,
    began: Instant,
}

impl Turns {
    /// `per_sec` turns in any one second; at least one, so that no caller waits for ever.
    pub(super) fn new(per_sec: u32) -> Self {
        let window = SlidingWindow::new(per_sec.max(1), WINDOW_MS);
        Turns { window: Mutex::new(window), began: Instant::now() }
    }

    /// Returns when the turn has come. A caller that gives up waiting takes none.
    pub(super) async fn wait(&self) {
        // Held while waiting, so that turns are taken in order.
        let mut window = self.window.lock().await;
        loop {
            let now = i64::try_from(self.began.elapsed().as_millis()).unwrap_or(i64::MAX);
            if window.take(now, 1) {
                return;
            }
            let wait = u64::try_from(window.wait_ms(now)).unwrap_or(1).max(1);
            tokio::time::sleep(Duration::from_millis(wait)).await;
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;

    /// When each of `n` callers, all of them there from the start, got their turn (milliseconds).
    async fn turns_of(n: usize, per_sec: u32) -> Vec<u128> {
        let turns = Arc::new(Turns::new(per_sec));
        let began = Instant::now();
        let callers = (0..n).map(|_| {
            let turns = Arc::clone(&turns);
            async move {
                turns.wait().await;
                began.elapsed().as_millis()
            }
        });
        futures_util::future::join_all(callers).await
    }

    #[tokio::test(start_paused = true)]
    async fn a_backlog_never_exceeds_the_limit_and_uses_99_percent_of_it() {
        for per_sec in [1_u32, 5, 200] {
            let limit = per_sec as usize;
            let at = turns_of(limit * 61, per_sec).await;
            assert!(at.is_sorted(), "in the order they came");
            let closest = at.windows(limit + 1).map(|w| w[limit] - w[0]).min().unwrap();
            assert!(closest > 1_000, "{per_sec}/s: {} within {closest} ms", limit + 1);
            let used = at.iter().filter(|at| **at < 60_000).count();
            assert!(used * 100 >= limit * 60 * 99, "{per_sec}/s: {used} in a minute");
        }
    }

    #[tokio::test(start_paused = true)]
    async fn who_gives_up_waiting_takes_no_turn() {
        let turns = Turns::new(1);
        turns.wait().await;
        let impatient = tokio::time::timeout(Duration::from_millis(10), turns.wait()).await;
        assert!(impatient.is_err());
        let began = Instant::now();
        turns.wait().await;
        assert!(began.elapsed() < Duration::from_millis(1_010));
    }
}

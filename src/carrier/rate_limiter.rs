//! A carrier's limit on how fast it is asked, kept on our side: callers wait in the order they came.

use std::sync::Arc;
use std::time::Duration;

use tokio::runtime::Handle;
use tokio::sync::{Mutex, OwnedSemaphorePermit, Semaphore};
use tokio::time::Instant;

/// The carrier's second, and a little more, for it counts by a clock of its own.
const HELD_AFTER: Duration = Duration::from_millis(1_001);
/// The longest pause between two permits. Requests of one second that all leave at once slow each other down, and as each
/// permit is held until after its answer, the limit would not be used up.
const MOST_GAP: Duration = Duration::from_millis(2);
/// The shortest sleep there is; a shorter gap would delay every request by this much.
const LEAST_GAP: Duration = Duration::from_millis(1);

/// RateLimiter within one limit. A turn is held while its request is under way and for a second after its answer: somewhere in
/// between it arrives, so that the carrier never sees more in any second, however bunched they arrive.
pub(super) struct RateLimiter {
    places: Arc<Semaphore>,
    gap: Duration,
    /// When the next permit may be given. Its lock is the queue of callers.
    next_at: Mutex<Instant>,
}

/// Permission for one request; to be kept until its answer is there.
pub(super) struct Permit(Option<OwnedSemaphorePermit>);

impl RateLimiter {
    /// `per_sec` requests in any one second; at least one, so that no caller waits for ever.
    pub(super) fn new(per_sec: u32) -> Self {
        RateLimiter::from(per_sec, Instant::now())
    }

    /// The same, after a second in which others may have used the limit up: a process that was just started does not know what
    /// the last one asked for.
    pub(super) fn used_up(per_sec: u32) -> Self {
        RateLimiter::from(per_sec, Instant::now() + HELD_AFTER)
    }

    fn from(per_sec: u32, first_at: Instant) -> Self {
        let places = usize::try_from(per_sec.max(1)).unwrap_or(1).min(Semaphore::MAX_PERMITS);
        let gap = (Duration::from_secs(1) / per_sec.max(1) / 4).min(MOST_GAP);
        let gap = if gap < LEAST_GAP { Duration::ZERO } else { gap };
        RateLimiter { places: Arc::new(Semaphore::new(places)), gap, next_at: Mutex::new(first_at) }
    }

    /// Waits for a permit. A caller that gives up waiting takes none.
    pub(super) async fn acquire(&self) -> Permit {
        let mut next_at = self.next_at.lock().await;
        if *next_at > Instant::now() {
            tokio::time::sleep_until(*next_at).await;
        }
        // Never closed, so there is always a place in the end.
        let permit = Permit(Arc::clone(&self.places).acquire_owned().await.ok());
        *next_at = Instant::now() + self.gap;
        permit
    }
}

impl Drop for Permit {
    fn drop(&mut self) {
        if let (Some(place), Ok(runtime)) = (self.0.take(), Handle::try_current()) {
            runtime.spawn(async move {
                tokio::time::sleep(HELD_AFTER).await;
                drop(place);
            });
        }
    }
}

#[cfg(test)]
mod tests {
    use tokio::time::Instant;

    use super::*;

    /// When each of `n` callers, all of them there from the start, got their turn (milliseconds).
    async fn waits_of(n: usize, per_sec: u32) -> Vec<u128> {
        let limiter = Arc::new(RateLimiter::new(per_sec));
        let began = Instant::now();
        let callers = (0..n).map(|_| {
            let limiter = Arc::clone(&limiter);
            async move {
                drop(limiter.acquire().await);
                began.elapsed().as_millis()
            }
        });
        futures_util::future::join_all(callers).await
    }

    #[tokio::test(start_paused = true)]
    async fn a_backlog_never_exceeds_the_limit_and_uses_99_percent_of_it() {
        for per_sec in [1_u32, 5, 200] {
            let limit = per_sec as usize;
            let at = waits_of(limit * 61, per_sec).await;
            assert!(at.is_sorted(), "in the order they came");
            let closest = at.windows(limit + 1).map(|w| w[limit] - w[0]).min().unwrap();
            assert!(closest > 1_000, "{per_sec}/s: {} within {closest} ms", limit + 1);
            let used = at.iter().filter(|at| **at < 60_000).count();
            assert!(used * 100 >= limit * 60 * 99, "{per_sec}/s: {used} in a minute");
        }
    }

    /// Killed again and again, each time after having asked as fast as it may.
    #[tokio::test(start_paused = true)]
    async fn restarts_do_not_exceed_the_limit() {
        let (began, mut at) = (Instant::now(), Vec::new());
        for lived_ms in [40, 400, 1_002, 990, 1_100, 2_500, 3, 1_500].repeat(20) {
            let limiter = RateLimiter::used_up(5);
            let life = async {
                loop {
                    drop(limiter.acquire().await);
                    at.push(began.elapsed().as_millis());
                }
            };
            assert!(tokio::time::timeout(Duration::from_millis(lived_ms), life).await.is_err());
        }
        let closest = at.windows(6).map(|w| w[5] - w[0]).min().unwrap();
        assert!(closest > 1_000, "6 within {closest} ms");
        assert!(at.len() > 300, "only {}", at.len());
    }

    #[tokio::test(start_paused = true)]
    async fn a_high_limit_makes_nobody_wait() {
        let at = waits_of(5_000, 10_000).await;
        assert_eq!(at.last(), Some(&0));
    }

    #[tokio::test(start_paused = true)]
    async fn who_gives_up_waiting_takes_no_turn() {
        let limiter = RateLimiter::new(1);
        drop(limiter.acquire().await);
        let impatient = tokio::time::timeout(Duration::from_millis(10), limiter.acquire()).await;
        assert!(impatient.is_err());
        let began = Instant::now();
        drop(limiter.acquire().await);
        assert!(began.elapsed() < Duration::from_millis(1_010));
    }
}

//! A carrier's limit on how fast it is asked, kept on our side: whoever calls waits for a turn, in the order they came.

use std::sync::Arc;
use std::time::Duration;

use tokio::runtime::Handle;
use tokio::sync::{Mutex, OwnedSemaphorePermit, Semaphore};
use tokio::time::Instant;

/// The carrier's second, and a little more, for it counts by a clock of its own.
const HELD_AFTER: Duration = Duration::from_millis(1_001);
/// At most this long after the turn before: a second's turns that all come at once make each other slow, and as each is
/// held until after its answer, the limit would not be used up.
const MOST_GAP: Duration = Duration::from_millis(2);
/// No sleep is shorter; a gap that is would hold every turn for this long.
const LEAST_GAP: Duration = Duration::from_millis(1);

/// Turns within one limit. A turn is held while its request is under way and for a second after its answer: somewhere in
/// between it arrives, so that the carrier never sees more in any second, however bunched they arrive.
pub(super) struct Turns {
    places: Arc<Semaphore>,
    gap: Duration,
    /// When the next turn may begin; the line of those who wait.
    next_at: Mutex<Instant>,
}

/// Permission for one request; to be kept until its answer is there.
pub(super) struct Turn(Option<OwnedSemaphorePermit>);

impl Turns {
    /// `per_sec` turns in any one second; at least one, so that no caller waits for ever.
    pub(super) fn new(per_sec: u32) -> Self {
        let places = usize::try_from(per_sec.max(1)).unwrap_or(1).min(Semaphore::MAX_PERMITS);
        let gap = (Duration::from_secs(1) / per_sec.max(1) / 4).min(MOST_GAP);
        let gap = if gap < LEAST_GAP { Duration::ZERO } else { gap };
        Turns { places: Arc::new(Semaphore::new(places)), gap, next_at: Mutex::new(Instant::now()) }
    }

    /// Returns when the turn has come. A caller that gives up waiting takes none.
    pub(super) async fn wait(&self) -> Turn {
        let mut next_at = self.next_at.lock().await;
        // Never closed, so there is always a place in the end.
        let turn = Turn(Arc::clone(&self.places).acquire_owned().await.ok());
        if *next_at > Instant::now() {
            tokio::time::sleep_until(*next_at).await;
        }
        *next_at = Instant::now() + self.gap;
        turn
    }
}

impl Drop for Turn {
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
    async fn turns_of(n: usize, per_sec: u32) -> Vec<u128> {
        let turns = Arc::new(Turns::new(per_sec));
        let began = Instant::now();
        let callers = (0..n).map(|_| {
            let turns = Arc::clone(&turns);
            async move {
                drop(turns.wait().await);
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
    async fn a_high_limit_makes_nobody_wait() {
        let at = turns_of(5_000, 10_000).await;
        assert_eq!(at.last(), Some(&0));
    }

    #[tokio::test(start_paused = true)]
    async fn who_gives_up_waiting_takes_no_turn() {
        let turns = Turns::new(1);
        drop(turns.wait().await);
        let impatient = tokio::time::timeout(Duration::from_millis(10), turns.wait()).await;
        assert!(impatient.is_err());
        let began = Instant::now();
        drop(turns.wait().await);
        assert!(began.elapsed() < Duration::from_millis(1_010));
    }
}

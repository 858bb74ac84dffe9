//! A carrier's limit on how fast it is asked, kept on our side: callers wait in the order they came, but the poll for texts
//! waits behind no other.

use std::pin::pin;
use std::sync::{Arc, PoisonError};
use std::time::Duration;

use tokio::runtime::Handle;
use tokio::sync::{Mutex, Notify};
use tokio::time::Instant;

/// The carrier's second, and a little more, for it counts by a clock of its own.
const HELD_AFTER: Duration = Duration::from_millis(1_001);
/// The longest pause between two permits. Requests of one second that all leave at once slow each other down, and as each
/// permit is held until after its answer, the limit would not be used up.
const MOST_GAP: Duration = Duration::from_millis(2);
/// The shortest sleep there is; a shorter gap would delay every request by this much.
const LEAST_GAP: Duration = Duration::from_millis(1);

tokio::task_local! {
    static IS_FIRST: ();
}

/// Makes requests of `asking` go before all others of its carrier that are not sends: the poll for texts, which somebody may
/// write in danger.
pub async fn first<T>(asking: impl Future<Output = T>) -> T {
    IS_FIRST.scope((), asking).await
}

fn is_first() -> bool {
    IS_FIRST.try_with(|()| ()).is_ok()
}

/// Permits within one limit. A permit is held while its request is under way and for a second after its answer: somewhere in
/// between it arrives, so that the carrier never sees more in any second, however bunched they arrive.
///
/// Requests that go [`first`] find a permit: beside them the others leave as many unused as the first ones used in the last
/// second, and one more, but are always given one.
pub(super) struct RateLimiter {
    held: Arc<Held>,
    gap: Duration,
    /// When the next permit may be used.
    next_at: Mutex<Instant>,
    /// The queues of callers, each in the order they came: first ones, others.
    queues: [Mutex<()>; 2],
}

/// How many permits there are, and who holds them.
struct Held {
    most: usize,
    counts: std::sync::Mutex<Counts>,
    freed: Notify,
}

#[derive(Default)]
struct Counts {
    first: usize,
    others: usize,
    /// A request that goes first waits: the next free permit is its.
    is_first_waiting: bool,
}

impl Held {
    fn locked<T>(&self, with: impl FnOnce(&mut Counts) -> T) -> T {
        with(&mut self.counts.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// Takes a permit if there is one for such a caller.
    fn take(&self, is_first: bool) -> bool {
        self.locked(|held| {
            let is_free = held.first + held.others < self.most;
            if is_first {
                held.first += usize::from(is_free);
                return is_free;
            }
            let kept_free = if held.first > 0 { held.first + 1 } else { 0 };
            let may_be_others = self.most.saturating_sub(kept_free).max(1);
            let may = is_free && held.others < may_be_others && !held.is_first_waiting;
            held.others += usize::from(may);
            may
        })
    }

    fn give_back(&self, is_first: bool) {
        self.locked(|held| {
            let of = if is_first { &mut held.first } else { &mut held.others };
            *of -= 1;
        });
        self.freed.notify_waiters();
    }
}

/// A request that goes first and waits, until it has a permit or gives up.
struct FirstWaits<'a>(&'a Held);

impl<'a> FirstWaits<'a> {
    fn new(held: &'a Held) -> Self {
        held.locked(|held| held.is_first_waiting = true);
        FirstWaits(held)
    }
}

impl Drop for FirstWaits<'_> {
    fn drop(&mut self) {
        self.0.locked(|held| held.is_first_waiting = false);
        self.0.freed.notify_waiters();
    }
}

/// Permission for one request; to be kept until its answer is there.
pub(super) struct Permit {
    held: Arc<Held>,
    is_first: bool,
}

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
        let most = usize::try_from(per_sec.max(1)).unwrap_or(usize::MAX);
        let gap = (Duration::from_secs(1) / per_sec.max(1) / 4).min(MOST_GAP);
        let gap = if gap < LEAST_GAP { Duration::ZERO } else { gap };
        let held = Held { most, counts: std::sync::Mutex::default(), freed: Notify::new() };
        RateLimiter { held: Arc::new(held), gap, next_at: Mutex::new(first_at), queues: Default::default() }
    }

    /// Waits for a permit. A caller that gives up waiting takes none.
    pub(super) async fn acquire(&self) -> Permit {
        let is_first = is_first();
        let _turn = self.queues[usize::from(!is_first)].lock().await;
        let permit = self.permit(is_first).await;
        let mut next_at = self.next_at.lock().await;
        if *next_at > Instant::now() {
            tokio::time::sleep_until(*next_at).await;
        }
        *next_at = Instant::now() + self.gap;
        permit
    }

    async fn permit(&self, is_first: bool) -> Permit {
        let _waits = is_first.then(|| FirstWaits::new(&self.held));
        loop {
            let mut freed = pin!(self.held.freed.notified());
            // What is given back from here on is seen.
            freed.as_mut().enable();
            if self.held.take(is_first) {
                return Permit { held: Arc::clone(&self.held), is_first };
            }
            freed.await;
        }
    }
}

impl Drop for Permit {
    fn drop(&mut self) {
        let (held, is_first) = (Arc::clone(&self.held), self.is_first);
        match Handle::try_current() {
            Ok(runtime) => drop(runtime.spawn(async move {
                tokio::time::sleep(HELD_AFTER).await;
                held.give_back(is_first);
            })),
            Err(_) => held.give_back(is_first),
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

    /// The poll of a live conversation beside as many other requests as there may be.
    #[tokio::test(start_paused = true)]
    async fn the_poll_for_texts_waits_behind_no_other() {
        let limiter = Arc::new(RateLimiter::new(5));
        let all = Arc::new(std::sync::Mutex::new(Vec::new()));
        let other = |limiter: Arc<RateLimiter>, all: Arc<std::sync::Mutex<Vec<Instant>>>| async move {
            loop {
                drop(limiter.acquire().await);
                all.lock().unwrap().push(Instant::now());
            }
        };
        let others: Vec<_> =
            (0..3).map(|_| tokio::spawn(other(Arc::clone(&limiter), Arc::clone(&all)))).collect();
        tokio::time::sleep(Duration::from_secs(5)).await;
        let (mut waits, n_before) = (Vec::new(), all.lock().unwrap().len());
        for _ in 0..100 {
            tokio::time::sleep(Duration::from_millis(280)).await;
            let began = Instant::now();
            let permit = first(limiter.acquire()).await;
            waits.push(began.elapsed().as_millis());
            all.lock().unwrap().push(Instant::now());
            drop(permit);
        }
        // The others used up the limit before the first polls came.
        assert!(waits[8..].iter().all(|ms| *ms <= 2), "{waits:?}");
        let n_others = all.lock().unwrap().len() - n_before - 100;
        assert!((20..=40).contains(&n_others), "about one a second, not {n_others}");
        let mut at = all.lock().unwrap().clone();
        at.sort();
        let closest = at.windows(6).map(|w| (w[5] - w[0]).as_millis()).min().unwrap();
        assert!(closest > 1_000, "6 within {closest} ms");
        others.iter().for_each(|other| other.abort());
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

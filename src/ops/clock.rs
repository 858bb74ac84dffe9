//! The one place that reads the clock. Everything else gets the time as an argument, so that a test can run a week in a
//! second and `domain` stays pure.

use std::fmt;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::{SystemTime, UNIX_EPOCH};

use tokio::time::Instant;

/// Source of the time, in milliseconds UTC since 1970. Cheap to clone.
#[derive(Clone)]
pub struct Clock {
    now: Arc<dyn Fn() -> i64 + Send + Sync>,
    steady: Option<Arc<Steady>>,
}

/// A time that goes on evenly, beside the clock that it was taken from.
pub struct Steady {
    began: Instant,
    /// The time at `began`.
    began_at: AtomicI64,
    wall: Clock,
}

impl Clock {
    fn of(now: impl Fn() -> i64 + Send + Sync + 'static) -> Self {
        Clock { now: Arc::new(now), steady: None }
    }

    /// The machine's clock.
    pub fn system() -> Self {
        Clock::of(|| {
            let since = SystemTime::now().duration_since(UNIX_EPOCH);
            since.map_or(0, |d| i64::try_from(d.as_millis()).unwrap_or(i64::MAX))
        })
    }

    /// A clock that starts at `start_ms` and advances with tokio's, also while that is paused.
    pub fn following_tokio(start_ms: i64) -> Self {
        let start = Instant::now();
        Clock::of(move || start_ms.saturating_add(ms_since(start)))
    }

    /// This clock, set wrong by so many milliseconds, which may change: for tests.
    pub fn moved_by(self, ms: Arc<AtomicI64>) -> Self {
        Clock::of(move || self.now_ms() + ms.load(Ordering::Relaxed))
    }

    /// A clock that starts with this one, and then goes on evenly whatever becomes of this one, until it is told to follow
    /// ([`Steady::follow`]).
    pub fn steady(self) -> Self {
        let steady =
            Arc::new(Steady { began: Instant::now(), began_at: AtomicI64::new(self.now_ms()), wall: self });
        let shown = Arc::clone(&steady);
        Clock { now: Arc::new(move || shown.now_ms()), steady: Some(steady) }
    }

    /// How a steady clock is told to follow; `None` for another one.
    pub fn as_steady(&self) -> Option<&Steady> {
        self.steady.as_deref()
    }

    /// How far the machine's clock is ahead of this one (milliseconds).
    pub fn apart_ms(&self) -> i64 {
        self.as_steady().map_or(0, Steady::apart_ms)
    }

    /// Milliseconds UTC.
    pub fn now_ms(&self) -> i64 {
        (self.now)()
    }
}

impl Steady {
    fn now_ms(&self) -> i64 {
        self.began_at.load(Ordering::Relaxed).saturating_add(ms_since(self.began))
    }

    /// How far the clock that it was taken from is ahead of it (milliseconds).
    pub fn apart_ms(&self) -> i64 {
        self.wall.now_ms().saturating_sub(self.now_ms())
    }

    /// Moves it by so many milliseconds.
    pub fn follow(&self, by_ms: i64) {
        self.began_at.fetch_add(by_ms, Ordering::Relaxed);
    }
}

fn ms_since(start: Instant) -> i64 {
    i64::try_from(start.elapsed().as_millis()).unwrap_or(i64::MAX / 2)
}

impl fmt::Debug for Clock {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Clock")
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    #[tokio::test(start_paused = true)]
    async fn a_steady_clock_goes_on_while_the_machines_jumps() {
        let moved = Arc::new(AtomicI64::new(0));
        let clock = Clock::following_tokio(1_000_000).moved_by(Arc::clone(&moved)).steady();
        moved.store(864_000_000, Ordering::Relaxed);
        tokio::time::advance(Duration::from_secs(5)).await;
        assert_eq!((clock.now_ms(), clock.apart_ms()), (1_005_000, 864_000_000));
        let copy = clock.clone();
        copy.as_steady().unwrap().follow(864_000_000);
        assert_eq!((clock.now_ms(), clock.apart_ms()), (865_005_000, 0));
        moved.store(0, Ordering::Relaxed);
        assert_eq!(clock.apart_ms(), -864_000_000);
        assert_eq!(Clock::system().apart_ms(), 0);
    }
}

//! The one place that reads the clock. Everything else gets the time as an argument, so that a test can run a week in a
//! second and `domain` stays pure.

use std::fmt;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::{SystemTime, UNIX_EPOCH};

/// Source of the time, in milliseconds UTC since 1970. Cheap to clone.
#[derive(Clone)]
pub struct Clock(Arc<dyn Fn() -> i64 + Send + Sync>);

impl Clock {
    /// The machine's clock.
    pub fn system() -> Self {
        Clock(Arc::new(|| {
            let since = SystemTime::now().duration_since(UNIX_EPOCH);
            since.map_or(0, |d| i64::try_from(d.as_millis()).unwrap_or(i64::MAX))
        }))
    }

    /// A clock that starts at `start_ms` and advances with tokio's, also while that is paused.
    pub fn following_tokio(start_ms: i64) -> Self {
        let start = tokio::time::Instant::now();
        Clock(Arc::new(move || start_ms + i64::try_from(start.elapsed().as_millis()).unwrap_or(i64::MAX / 2)))
    }

    /// This clock, set wrong by so many milliseconds, which may change: for tests.
    pub fn moved_by(self, ms: Arc<AtomicI64>) -> Self {
        Clock(Arc::new(move || self.now_ms() + ms.load(Ordering::Relaxed)))
    }

    /// Milliseconds UTC.
    pub fn now_ms(&self) -> i64 {
        (self.0)()
    }
}

impl fmt::Debug for Clock {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Clock")
    }
}

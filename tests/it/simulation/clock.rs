//! A wall clock that moves while time goes on evenly: it jumps ahead and back, by a second or by ten days, it runs too fast
//! or too slow, and somebody sets it right again.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;

use munja::ops::clock::Clock;
use rand::rngs::StdRng;
use rand::{RngExt, SeedableRng};
use tokio_util::sync::CancellationToken;

const LONGEST_JUMP_MS: f64 = 10.0 * 86_400_000.0;

/// The clock of the gateway's machine.
#[derive(Clone)]
pub struct WallClock {
    truth: Clock,
    wrong_by: Arc<AtomicI64>,
}

impl WallClock {
    pub fn right(truth: &Clock) -> WallClock {
        WallClock { truth: truth.clone(), wrong_by: Arc::default() }
    }

    /// The clock as a process that starts now reads it.
    pub fn read(&self) -> Clock {
        self.truth.clone().moved_by(Arc::clone(&self.wrong_by))
    }

    pub fn set_wrong_by(&self, ms: i64) {
        self.wrong_by.store(ms, Ordering::Relaxed);
    }

    pub fn set_right(&self) {
        self.set_wrong_by(0);
    }

    /// Moves about until it is told to stop.
    pub async fn move_about(self, seed: u64, stop: CancellationToken) {
        let mut rng = StdRng::seed_from_u64(seed);
        while !stop.is_cancelled() {
            tokio::time::sleep(Duration::from_millis(rng.random_range(3_000..50_000))).await;
            match rng.random_range(0..10) {
                0..4 => self.set_wrong_by(jump(&mut rng)),
                4..7 => self.drift(&mut rng, &stop).await,
                _ => self.set_right(),
            }
        }
    }

    /// Runs too fast or too slow for a while, by a twentieth at most.
    async fn drift(&self, rng: &mut StdRng, stop: &CancellationToken) {
        let by_ms = rng.random_range(-50..=50);
        for _ in 0..rng.random_range(10..120) {
            if stop.is_cancelled() {
                return;
            }
            tokio::time::sleep(Duration::from_secs(1)).await;
            self.wrong_by.fetch_add(by_ms, Ordering::Relaxed);
        }
    }
}

/// From a second to ten days, ahead or back: each size as likely as any other.
pub fn jump(rng: &mut StdRng) -> i64 {
    let ms = (LONGEST_JUMP_MS / 1_000.0).powf(rng.random_range(0.0..=1.0)) * 1_000.0;
    if rng.random_bool(0.5) { ms as i64 } else { -(ms as i64) }
}

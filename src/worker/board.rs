//! What the loops tell about themselves: progress, restarts, how the carrier is. The watchdog, `munja status` and the
//! pace of polling look here. Only memory: nothing here is needed after a crash.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::sync::Notify;
use tokio::time::Instant;

use super::{Carriers, Role};
use crate::carrier::CarrierError;
use crate::domain::UnixMs;
use crate::domain::breaker::{Breaker, Permit, Sign};

/// A loop that has not moved for this long is late. Longer than any wait and any time-out of theirs.
pub const LATE_AFTER: Duration = Duration::from_secs(150);

/// How one loop is.
#[derive(Debug, Clone)]
pub struct WorkerHealth {
    pub role: Role,
    pub n_restarts: i64,
    pub last_progress_at: UnixMs,
    pub is_late: bool,
}

/// How one carrier is.
#[derive(Debug, Clone, Default)]
pub struct CarrierHealth {
    /// It does not answer or refuses us: nothing leaves by it but a probe now and then.
    pub is_open: bool,
    /// It refuses our key or account: an operator has to mend it.
    pub is_refused: bool,
    /// An operator holds it back.
    pub is_paused: bool,
    pub last_poll_ok_at: Option<UnixMs>,
    pub last_error: Option<String>,
    pub clock_ahead_ms: Option<i64>,
}

#[derive(Default)]
struct Standing {
    health: CarrierHealth,
    breaker: Breaker,
}

struct Progress {
    moved: Instant,
    at: UnixMs,
    n_restarts: i64,
}

/// Shared by all loops.
pub struct Board {
    workers: Mutex<Vec<(Role, Progress)>>,
    carriers: Mutex<BTreeMap<&'static str, Standing>>,
    last_text_in_at: AtomicI64,
    last_text_out_at: AtomicI64,
    /// A text has come into doubt: the rescuer should look.
    pub doubt: Notify,
    /// The first poll has ended, well or not.
    pub polled: Notify,
    /// The configuration was read again: a stopped sender may try.
    pub reloaded: Notify,
}

impl Board {
    pub fn new(carriers: &Carriers, now: UnixMs) -> Self {
        let fresh = |role| (role, Progress { moved: Instant::now(), at: now, n_restarts: 0 });
        let names = carriers.all().into_iter().map(|carrier| carrier.name());
        Board {
            workers: Mutex::new(Role::all(carriers).into_iter().map(fresh).collect()),
            carriers: Mutex::new(names.map(|name| (name, Standing::default())).collect()),
            last_text_in_at: AtomicI64::new(i64::MIN / 2),
            last_text_out_at: AtomicI64::new(i64::MIN / 2),
            doubt: Notify::new(),
            polled: Notify::new(),
            reloaded: Notify::new(),
        }
    }

    /// A loop has gone round.
    pub(super) fn progress(&self, role: Role, now: UnixMs) {
        if let Some((_, progress)) = lock(&self.workers).iter_mut().find(|(known, _)| *known == role) {
            progress.moved = Instant::now();
            progress.at = now;
        }
    }

    pub(super) fn restarted(&self, role: Role) {
        if let Some((_, progress)) = lock(&self.workers).iter_mut().find(|(known, _)| *known == role) {
            progress.n_restarts += 1;
        }
    }

    /// How each loop is, in the order they are started.
    pub fn workers(&self) -> Vec<WorkerHealth> {
        let health = |(role, p): &(Role, Progress)| WorkerHealth {
            role: *role,
            n_restarts: p.n_restarts,
            last_progress_at: p.at,
            is_late: p.moved.elapsed() > LATE_AFTER,
        };
        lock(&self.workers).iter().map(health).collect()
    }

    /// Nothing stands still.
    pub fn all_move(&self) -> bool {
        self.workers().iter().all(|w| !w.is_late)
    }

    pub(super) fn poll_ended(
        &self,
        carrier: &'static str,
        result: Result<Option<i64>, &CarrierError>,
        now: UnixMs,
    ) {
        let mut carriers = lock(&self.carriers);
        let health = &mut carriers.entry(carrier).or_default().health;
        match result {
            Ok(clock_ahead_ms) => {
                health.last_poll_ok_at = Some(now);
                health.last_error = None;
                health.clock_ahead_ms = clock_ahead_ms.or(health.clock_ahead_ms);
            }
            Err(error) => health.last_error = Some(error.to_string()),
        }
        drop(carriers);
        self.polled.notify_one();
    }

    /// How each carrier is, by name.
    pub fn carriers(&self) -> BTreeMap<&'static str, CarrierHealth> {
        lock(&self.carriers).iter().map(|(name, standing)| (*name, standing.health.clone())).collect()
    }

    /// How one carrier is.
    pub fn carrier(&self, name: &str) -> CarrierHealth {
        lock(&self.carriers).get(name).map(|standing| standing.health.clone()).unwrap_or_default()
    }

    /// What may leave by a carrier.
    pub(super) fn permit(&self, carrier: &str, now: UnixMs) -> Permit {
        lock(&self.carriers).get(carrier).map_or(Permit::All, |standing| standing.breaker.permit(now))
    }

    /// A try to send has ended; says whether the carrier is out of order now, if that is news.
    pub(super) fn sign(&self, carrier: &'static str, sign: Sign, now: UnixMs) -> Option<bool> {
        let mut carriers = lock(&self.carriers);
        let standing = carriers.entry(carrier).or_default();
        let was_open = standing.breaker.is_open();
        standing.breaker.learn(sign, now);
        standing.health.is_open = standing.breaker.is_open();
        standing.health.is_refused =
            standing.health.is_open && (sign == Sign::Refused || standing.health.is_refused);
        (was_open != standing.health.is_open).then_some(standing.health.is_open)
    }

    /// An operator has changed something: every carrier may be tried at once.
    pub(super) fn reset_breakers(&self) {
        for standing in lock(&self.carriers).values_mut() {
            standing.breaker.reset();
            (standing.health.is_open, standing.health.is_refused) = (false, false);
        }
    }

    /// Which carriers an operator holds back.
    pub fn set_paused(&self, holds: &[(String, UnixMs)]) {
        for (name, standing) in lock(&self.carriers).iter_mut() {
            standing.health.is_paused = holds.iter().any(|(held, _)| held == name);
        }
    }

    pub(super) fn text_came(&self, now: UnixMs) {
        self.last_text_in_at.store(now, Ordering::Relaxed);
    }

    pub(super) fn text_left(&self, now: UnixMs) {
        self.last_text_out_at.store(now, Ordering::Relaxed);
    }

    /// Whether a text came or left within `within_ms`.
    pub(super) fn is_live(&self, within_ms: i64, now: UnixMs) -> bool {
        let last =
            self.last_text_in_at.load(Ordering::Relaxed).max(self.last_text_out_at.load(Ordering::Relaxed));
        now - last <= within_ms
    }

    /// Whether a text left within `within_ms`.
    pub(super) fn has_sent(&self, within_ms: i64, now: UnixMs) -> bool {
        now - self.last_text_out_at.load(Ordering::Relaxed) <= within_ms
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

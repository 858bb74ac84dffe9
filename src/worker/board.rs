//! What the loops tell about themselves: progress, restarts, how the carrier is. The watchdog, `munja status` and the
//! pace of polling look here. Only memory: nothing here is needed after a crash.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicBool, AtomicI64, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::sync::Notify;
use tokio::time::Instant;

use super::ROLES;
use crate::carrier::CarrierError;
use crate::domain::UnixMs;

/// A loop that has not moved for this long is late. Longer than any wait and any time-out of theirs.
pub const LATE_AFTER: Duration = Duration::from_secs(150);

/// How one loop is.
#[derive(Debug, Clone)]
pub struct WorkerHealth {
    pub name: &'static str,
    pub n_restarts: i64,
    pub last_progress_at: UnixMs,
    pub is_late: bool,
}

/// How the carrier is.
#[derive(Debug, Clone, Default)]
pub struct CarrierHealth {
    pub last_poll_ok_at: Option<UnixMs>,
    pub last_error: Option<String>,
    pub clock_ahead_ms: Option<i64>,
}

struct Progress {
    moved: Instant,
    at: UnixMs,
    n_restarts: i64,
}

/// Shared by all loops.
pub struct Board {
    workers: Mutex<BTreeMap<&'static str, Progress>>,
    carrier: Mutex<CarrierHealth>,
    sending_stopped: AtomicBool,
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
    pub fn new(now: UnixMs) -> Self {
        let fresh = || Progress { moved: Instant::now(), at: now, n_restarts: 0 };
        Board {
            workers: Mutex::new(ROLES.iter().map(|role| (*role, fresh())).collect()),
            carrier: Mutex::default(),
            sending_stopped: AtomicBool::new(false),
            last_text_in_at: AtomicI64::new(i64::MIN / 2),
            last_text_out_at: AtomicI64::new(i64::MIN / 2),
            doubt: Notify::new(),
            polled: Notify::new(),
            reloaded: Notify::new(),
        }
    }

    /// A loop has gone round.
    pub(super) fn progress(&self, role: &'static str, now: UnixMs) {
        if let Some(progress) = lock(&self.workers).get_mut(role) {
            progress.moved = Instant::now();
            progress.at = now;
        }
    }

    pub(super) fn restarted(&self, role: &'static str) {
        if let Some(progress) = lock(&self.workers).get_mut(role) {
            progress.n_restarts += 1;
        }
    }

    /// How each loop is, in the order they are started.
    pub fn workers(&self) -> Vec<WorkerHealth> {
        let workers = lock(&self.workers);
        let health = |role: &&'static str| {
            workers.get(role).map(|p| WorkerHealth {
                name: role,
                n_restarts: p.n_restarts,
                last_progress_at: p.at,
                is_late: p.moved.elapsed() > LATE_AFTER,
            })
        };
        ROLES.iter().filter_map(health).collect()
    }

    /// Nothing stands still.
    pub fn all_move(&self) -> bool {
        self.workers().iter().all(|w| !w.is_late)
    }

    pub(super) fn poll_ended(&self, result: Result<Option<i64>, &CarrierError>, now: UnixMs) {
        let mut carrier = lock(&self.carrier);
        match result {
            Ok(clock_ahead_ms) => {
                let clock_ahead_ms = clock_ahead_ms.or(carrier.clock_ahead_ms);
                *carrier = CarrierHealth { last_poll_ok_at: Some(now), last_error: None, clock_ahead_ms };
            }
            Err(error) => carrier.last_error = Some(error.to_string()),
        }
        self.polled.notify_one();
    }

    pub fn carrier(&self) -> CarrierHealth {
        lock(&self.carrier).clone()
    }

    pub(super) fn set_sending_stopped(&self, stopped: bool) {
        self.sending_stopped.store(stopped, Ordering::Relaxed);
    }

    /// The carrier refuses our key or account: nothing leaves until an operator mends it.
    pub fn sending_stopped(&self) -> bool {
        self.sending_stopped.load(Ordering::Relaxed)
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

//! The loops: one role a file. Only this room knows both the store and the carrier, and only it decides what follows
//! from a carrier's answer.
//!
//! Each loop is a future that ends when it is told to stop. [`supervise()`] starts it again if it panics, and says so; a
//! loop that stands still is seen on the [`Board`].

mod board;
mod poller;
mod receipts;
mod rescuer;
mod router;
mod sender;
mod supervise;

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::watch;
use tokio_util::sync::CancellationToken;

pub use board::{Board, CarrierHealth, LATE_AFTER, WorkerHealth};
pub use supervise::supervise;

use crate::carrier::Carrier;
use crate::domain::polling::Pace;
use crate::ops::clock::Clock;
use crate::store::{RoutePolicy, Store, StoreError};

/// What the loops take from the configuration; replaced as a whole by a reload.
#[derive(Clone)]
pub struct Settings {
    pub route: RoutePolicy,
    pub inbound_pace: Pace,
    pub receipt_pace: Pace,
    /// So often the whole overlap of a window is read again.
    pub full_walk_ms: i64,
    /// What a new database fetches.
    pub first_look_back_ms: i64,
    pub max_in_flight: u32,
    /// A sender that has not reported back after this long has died.
    pub lease_ms: i64,
    /// After this long without the carrier's word a text counts as unconfirmed.
    pub receipt_timeout_ms: i64,
}

/// What every loop gets. Cheap to clone.
#[derive(Clone)]
pub struct Context {
    pub store: Store,
    pub clock: Clock,
    pub carrier: watch::Receiver<Arc<dyn Carrier>>,
    pub settings: watch::Receiver<Arc<Settings>>,
    pub board: Arc<Board>,
    pub stop: CancellationToken,
}

impl Context {
    fn now(&self) -> i64 {
        self.clock.now_ms()
    }

    fn carrier(&self) -> Arc<dyn Carrier> {
        self.carrier.borrow().clone()
    }

    fn settings(&self) -> Arc<Settings> {
        self.settings.borrow().clone()
    }

    /// Waits; says whether to go on.
    async fn pause(&self, ms: i64) -> bool {
        let wait = Duration::from_millis(u64::try_from(ms).unwrap_or(0));
        tokio::select! {
            () = self.stop.cancelled() => false,
            () = tokio::time::sleep(wait) => true,
        }
    }
}

/// The loops by name, in the order they are started.
pub const ROLES: [&str; 5] = ["router", "rescuer", "sender", "receipts", "poller"];

/// Starts one of [`ROLES`].
pub async fn run(role: &'static str, context: Context) {
    match role {
        "router" => router::run(context).await,
        "rescuer" => rescuer::run(context).await,
        "sender" => sender::run(context).await,
        "receipts" => receipts::run(context).await,
        _ => poller::run(context).await,
    }
}

/// A store that cannot be written to now is tried again; says what an operator should know.
fn store_trouble(role: &'static str, error: &StoreError) {
    tracing::error!(role, %error, "the database could not do it; it is tried again");
}

/// How long a loop waits before it asks a store in trouble again (milliseconds).
const STORE_RETRY_MS: i64 = 1_000;

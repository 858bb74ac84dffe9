//! The loops: one role a file. Only this room knows both the store and the carrier, and only it decides what follows
//! from a carrier's answer.
//!
//! Each loop is a future that ends when it is told to stop. [`supervise()`] starts it again if it panics, and says so; a
//! loop that stands still is seen on the [`Board`].

mod auditor;
mod board;
mod carriers;
mod mms;
mod photos;
mod poller;
mod push;
mod receipts;
mod rescuer;
mod router;
mod sender;
mod supervise;
mod timers;

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use tokio::sync::watch;
use tokio_util::sync::CancellationToken;

pub use auditor::{CompareError, compare_with};
pub use board::{Board, CarrierHealth, LATE_AFTER, WorkerHealth};
pub use carriers::{Carriers, Used};
pub use push::{PushFailed, take_push};
pub use supervise::supervise;

use crate::carrier::{Carrier, InboundClass, ReportClass};
use crate::domain::polling::Pace;
use crate::domain::timers::Times;
use crate::ops::clock::Clock;
use crate::store::{RoutePolicy, Store, StoreError};

/// What the loops take from the configuration; replaced as a whole by a reload.
#[derive(Clone)]
pub struct Settings {
    pub route: RoutePolicy,
    /// What time alone does to conversations.
    pub times: Times,
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
    pub carriers: watch::Receiver<Arc<Carriers>>,
    pub settings: watch::Receiver<Arc<Settings>>,
    pub board: Arc<Board>,
    pub stop: CancellationToken,
}

impl Context {
    fn now(&self) -> i64 {
        self.clock.now_ms()
    }

    fn carriers(&self) -> Arc<Carriers> {
        self.carriers.borrow().clone()
    }

    /// The carrier of that name, as it is configured now.
    fn carrier(&self, name: &str) -> Option<Arc<dyn Carrier>> {
        self.carriers.borrow().get(name).cloned()
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

/// One loop: what it does, and for which carrier where it has one of its own.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Role {
    Router,
    Rescuer,
    Sender,
    Photos,
    Timers,
    Auditor,
    Receipts(&'static str),
    Poller(&'static str),
}

impl Role {
    /// The loops these carriers need, in the order they are started.
    pub fn all(carriers: &Carriers) -> Vec<Role> {
        let mut roles =
            vec![Role::Router, Role::Rescuer, Role::Sender, Role::Photos, Role::Timers, Role::Auditor];
        let has_reports =
            |c: &&Arc<dyn Carrier>| !matches!(c.caps().reports, ReportClass::None | ReportClass::PerMessage);
        let senders = carriers.senders().map(|used| &used.carrier);
        roles.extend(senders.filter(has_reports).map(|c| Role::Receipts(c.name())));
        let is_polled =
            |c: &&Arc<dyn Carrier>| !matches!(c.caps().inbound, InboundClass::PushOnly | InboundClass::None);
        roles.extend(carriers.inbound.iter().filter(is_polled).map(|c| Role::Poller(c.name())));
        roles
    }
}

impl fmt::Display for Role {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Role::Router => f.write_str("router"),
            Role::Rescuer => f.write_str("rescuer"),
            Role::Sender => f.write_str("sender"),
            Role::Photos => f.write_str("photos"),
            Role::Timers => f.write_str("timers"),
            Role::Auditor => f.write_str("auditor"),
            Role::Receipts(carrier) => write!(f, "receipts of {carrier}"),
            Role::Poller(carrier) => write!(f, "poller of {carrier}"),
        }
    }
}

/// Runs one loop until it is told to stop.
pub async fn run(role: Role, context: Context) {
    match role {
        Role::Router => router::run(context).await,
        Role::Rescuer => rescuer::run(context).await,
        Role::Sender => sender::run(context).await,
        Role::Photos => photos::run(context).await,
        Role::Timers => timers::run(context).await,
        Role::Auditor => auditor::run(context).await,
        Role::Receipts(carrier) => receipts::run(context, carrier).await,
        Role::Poller(carrier) => poller::run(context, carrier).await,
    }
}

/// A store that cannot be written to now is tried again; says what an operator should know.
fn store_trouble(role: impl fmt::Display, error: &StoreError) {
    tracing::error!(%role, %error, "the database could not do it; it is tried again");
}

/// How long a loop waits while its carrier is not configured (milliseconds).
const NO_CARRIER_MS: i64 = 1_000;

/// How long a loop waits before it asks a store in trouble again (milliseconds).
const STORE_RETRY_MS: i64 = 1_000;

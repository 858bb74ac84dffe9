//! The loops of the daemon, one job per file. Only this module uses both store and carriers, and only it decides what
//! follows from a carrier's answer.
//!
//! Each loop is a future that ends when it is told to stop. [`supervise()`] starts it again if it panics, and reports
//! it; the [`HealthRegistry`] finds a loop that hangs. A loop that waits for a carrier has no other job, so that an
//! operator's command never waits behind a carrier that does not answer.

mod access_log;
mod acks;
mod alarm_push;
mod ask_file;
mod ask_marks;
mod asking;
mod auditor;
mod backups;
mod calls;
mod carriers;
mod clock;
mod deep_walk;
mod doubts;
mod erasures;
mod every;
mod health;
mod hearing;
mod indexer;
mod long_pass;
mod missing_receipts;
mod mms;
mod pauses;
mod photos;
mod poller;
mod purger;
mod push;
mod reached;
mod receipts;
mod recovery;
mod rescuer;
mod router;
mod sender;
mod supervise;
#[cfg(test)]
mod tests;
mod timers;
mod troubles;
mod walk;

use std::fmt;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use tokio::sync::watch;
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

pub use access_log::{AuditSettings, add_head_line, note_head_line};
pub use ask_marks::AskMarks;
pub use auditor::{compare_inbound, compare_with};
pub use calls::{Call, CarrierCalls};
pub use carriers::{CarrierInUse, Carriers};
pub use erasures::honour_erasures;
pub use health::{BackupHealth, CarrierHealth, HealthRegistry, LATE_AFTER, WorkerHealth};
pub use purger::purge_all;
pub use push::{PushFailed, take_push};
pub use supervise::supervise;
pub use walk::{CompareError, can_be_walked};

use crate::call::AlarmWays;
use crate::carrier::{Carrier, InboundClass, ReportClass};
use crate::domain::lateness::Seen;
use crate::domain::policy::ServicePolicy;
use crate::domain::polling::Pace;
use crate::domain::privacy::Retention;
use crate::ops::clock::Clock;
use crate::store::{Store, StoreError};

/// What the loops take from the configuration; replaced as a whole by a reload.
#[derive(Clone)]
pub struct Settings {
    /// What the operator has decided about the service.
    pub policy: Arc<ServicePolicy>,
    /// Where alarms leave beside texts.
    pub alarm_ways: AlarmWays,
    pub inbound_pace: Pace,
    pub receipt_pace: Pace,
    /// How often the whole overlap of a window is read again.
    pub full_walk_ms: i64,
    /// How far back a list that forgets nothing is read again from time to time; 0: never.
    pub deep_walk_ms: i64,
    pub deep_walk_every_ms: i64,
    /// How far back a new database fetches texts.
    pub first_look_back_ms: i64,
    /// A carrier that has answered no question for texts for this long is deaf.
    pub deaf_after_ms: i64,
    /// Carriers may call us.
    pub has_webhook: bool,
    pub max_in_flight: u32,
    /// A text whose sender has recorded no outcome after this long comes into doubt.
    pub lease_ms: i64,
    /// A text without a receipt for this long counts as unconfirmed.
    pub receipt_timeout_ms: i64,
    /// The access log.
    pub audit: AuditSettings,
    /// How long what is personal stays.
    pub retention: Arc<Retention>,
    /// Where `munjad backup` puts its copies, if the configuration says so.
    pub backup_folder: Option<PathBuf>,
}

/// Everything a loop works with. Cheap to clone.
#[derive(Clone)]
pub struct Context {
    pub store: Store,
    pub clock: Clock,
    pub carriers: watch::Receiver<Arc<Carriers>>,
    pub settings: watch::Receiver<Arc<Settings>>,
    pub health: Arc<HealthRegistry>,
    /// Questions to carriers that forget what they hand over.
    pub marks: Arc<AskMarks>,
    pub stop: CancellationToken,
    /// When the loops began.
    pub began: Instant,
}

/// Waits of whole steps of this length (milliseconds) end together with those of other loops.
const STEP_MS: u64 = 500;

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

    /// How a carrier's texts are seen now.
    fn seen(&self, carrier: &dyn Carrier) -> Seen {
        let seen = self.health.seen(carrier.name(), self.now());
        Seen { by_two_clocks: carrier.dates_by_two_clocks(), ..seen }
    }

    /// Waits `ms` milliseconds; returns early, with `false`, when the loop is to stop. A wait of whole steps is up to a
    /// quarter of a second shorter or longer, so that it ends together with those of other loops: an idle daemon then wakes
    /// up twice a second instead of thirty times.
    async fn pause(&self, ms: i64) -> bool {
        let ms = u64::try_from(ms).unwrap_or(0);
        let mut until = Instant::now() + Duration::from_millis(ms);
        if ms >= STEP_MS && ms.is_multiple_of(STEP_MS) {
            let since = u64::try_from((until - self.began).as_millis()).unwrap_or(u64::MAX);
            until = self.began + Duration::from_millis((since + STEP_MS / 2) / STEP_MS * STEP_MS);
        }
        tokio::select! {
            () = self.stop.cancelled() => false,
            () = tokio::time::sleep_until(until) => true,
        }
    }
}

/// One loop: its job, and its carrier where each carrier has a loop of its own.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Role {
    Router,
    Rescuer,
    Doubts,
    MissingReceipts,
    Pauses,
    Sender,
    Photos,
    Timers,
    Auditor,
    Hearing,
    Troubles,
    Clock,
    AlarmPush,
    AccessLog,
    Recovery,
    Purger,
    Indexer,
    Reached,
    Backups,
    Receipts(&'static str),
    Poller(&'static str),
    DeepWalk(&'static str),
}

impl Role {
    /// The loops these carriers need, in the order they are started.
    pub fn all(carriers: &Carriers) -> Vec<Role> {
        let mut roles = vec![
            Role::Router,
            Role::Rescuer,
            Role::Doubts,
            Role::MissingReceipts,
            Role::Pauses,
            Role::Sender,
            Role::Photos,
            Role::Timers,
            Role::Auditor,
            Role::Hearing,
            Role::Troubles,
            Role::Clock,
            Role::AlarmPush,
            Role::AccessLog,
            Role::Recovery,
            Role::Purger,
            Role::Indexer,
            Role::Reached,
            Role::Backups,
        ];
        let has_reports = |c: &&Arc<dyn Carrier>| {
            use ReportClass::{AckQueue, ReadOnce, Window};
            matches!(c.caps().reports, AckQueue | Window | ReadOnce)
        };
        let senders = carriers.senders().map(|used| &used.carrier);
        roles.extend(senders.filter(has_reports).map(|c| Role::Receipts(c.name())));
        let is_polled =
            |c: &&Arc<dyn Carrier>| !matches!(c.caps().inbound, InboundClass::PushOnly | InboundClass::None);
        roles.extend(carriers.inbound.iter().filter(is_polled).map(|c| Role::Poller(c.name())));
        let is_walked = |c: &&Arc<dyn Carrier>| can_be_walked(c.as_ref());
        roles.extend(carriers.inbound.iter().filter(is_walked).map(|c| Role::DeepWalk(c.name())));
        roles
    }
}

impl fmt::Display for Role {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Role::Router => f.write_str("router"),
            Role::Rescuer => f.write_str("rescuer"),
            Role::Doubts => f.write_str("doubts"),
            Role::MissingReceipts => f.write_str("missing receipts"),
            Role::Pauses => f.write_str("pauses"),
            Role::Sender => f.write_str("sender"),
            Role::Photos => f.write_str("photos"),
            Role::Timers => f.write_str("timers"),
            Role::Auditor => f.write_str("auditor"),
            Role::Hearing => f.write_str("hearing"),
            Role::Troubles => f.write_str("troubles"),
            Role::Clock => f.write_str("clock"),
            Role::AlarmPush => f.write_str("alarm push"),
            Role::AccessLog => f.write_str("access log"),
            Role::Recovery => f.write_str("recovery"),
            Role::Purger => f.write_str("purger"),
            Role::Indexer => f.write_str("indexer"),
            Role::Reached => f.write_str("mark of the database"),
            Role::Backups => f.write_str("backups"),
            Role::Receipts(carrier) => write!(f, "receipts of {carrier}"),
            Role::Poller(carrier) => write!(f, "poller of {carrier}"),
            Role::DeepWalk(carrier) => write!(f, "deep walk of {carrier}"),
        }
    }
}

/// Runs one loop until it is told to stop.
pub async fn run(role: Role, context: Context) {
    match role {
        Role::Router => router::run(context).await,
        Role::Rescuer => rescuer::run(context).await,
        Role::Doubts => doubts::run(context).await,
        Role::MissingReceipts => missing_receipts::run(context).await,
        Role::Pauses => pauses::run(context).await,
        Role::Sender => sender::run(context).await,
        Role::Photos => photos::run(context).await,
        Role::Timers => timers::run(context).await,
        Role::Auditor => auditor::run(context).await,
        Role::Hearing => hearing::run(context).await,
        Role::Troubles => troubles::run(context).await,
        Role::Clock => clock::run(context).await,
        Role::AlarmPush => alarm_push::run(context).await,
        Role::AccessLog => access_log::run(context).await,
        Role::Recovery => recovery::run(context).await,
        Role::Purger => purger::run(context).await,
        Role::Indexer => indexer::run(context).await,
        Role::Reached => reached::run(context).await,
        Role::Backups => backups::run(context).await,
        Role::Receipts(carrier) => receipts::run(context, carrier).await,
        Role::Poller(carrier) => poller::run(context, carrier).await,
        Role::DeepWalk(carrier) => deep_walk::run(context, carrier).await,
    }
}

/// Logs an error of the store, after which the loop tries again.
fn store_trouble(role: impl fmt::Display, error: &StoreError) {
    tracing::error!(%role, "a database call failed ({role}), and is tried again: {error}");
}

/// How long a loop waits while its carrier is not configured (milliseconds).
const NO_CARRIER_MS: i64 = 1_000;

/// How long a loop waits before it asks a store in trouble again (milliseconds).
const STORE_RETRY_MS: i64 = 1_000;

//! What is known of the gateway for [`domain::readiness`](crate::domain::readiness), which decides what follows.

use crate::api::wire::WorkerStatus;
use crate::domain::hearing::Hearing;
use crate::domain::readiness::Facts;
use crate::store::{Store, StoreError};
use crate::worker::{Carriers, HealthRegistry, WorkerHealth};

pub(super) fn facts(
    store: &Store,
    carriers: &Carriers,
    registry: &HealthRegistry,
    workers: &[WorkerHealth],
) -> Facts {
    let is_deaf = |name: &str| matches!(registry.carrier(name).hearing, Hearing::Deaf { .. });
    let inbound = carriers.inbound.iter().map(|carrier| carrier.name());
    Facts {
        late: workers.iter().filter(|w| w.is_late).map(|w| w.role.to_string()).collect(),
        database: store.is_unsound().as_ref().map(sentence),
        disk_room: registry.disk_room(),
        clock_apart_ms: registry.clock_trouble_ms(),
        inbound: inbound.map(|name| (name.to_owned(), is_deaf(name))).collect(),
        unasked: registry.unasked(),
    }
}

/// Why nothing can be stored. Monitoring relies on the first two.
fn sentence(error: &StoreError) -> String {
    match error {
        StoreError::Full => "the disk is full: nothing can be stored".to_owned(),
        StoreError::Corrupt(_) | StoreError::FileLost(_) | StoreError::DiskFailed => {
            "the database is damaged or lost: see the log".to_owned()
        }
        other => format!("nothing can be stored: {other}"),
    }
}

pub(super) fn worker_status(worker: WorkerHealth) -> WorkerStatus {
    WorkerStatus {
        name: worker.role.to_string(),
        n_restarts: worker.n_restarts,
        last_progress_at: worker.last_progress_at,
        is_late: worker.is_late,
    }
}

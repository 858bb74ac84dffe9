//! The condition of the database: what has made it unusable for good, and damage that was found. Shared by the writer and
//! the readers; both are said once, loudly, and neither ends but by a new start.

use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, MutexGuard, OnceLock, PoisonError};

use tokio::sync::watch;

use super::files::{self, OpenFiles};
use crate::store::StoreError;

pub(in crate::store) struct Condition {
    path: PathBuf,
    /// None where the file is only read.
    files: Option<OpenFiles>,
    failure: watch::Sender<Option<StoreError>>,
    damage: OnceLock<String>,
    /// Why the last write was refused by the disk, or by a lock of another process.
    refusal: Mutex<Option<StoreError>>,
    /// There is such a reason.
    is_refused: AtomicBool,
}

impl Condition {
    /// Of the database at `path`, which has just been opened.
    pub(in crate::store) fn of(path: &Path, is_written: bool) -> Condition {
        Condition {
            path: path.to_owned(),
            files: is_written.then(|| OpenFiles::note(path)),
            failure: watch::Sender::new(None),
            damage: OnceLock::new(),
            refusal: Mutex::default(),
            is_refused: AtomicBool::new(false),
        }
    }

    /// What every write is refused with, from a failure that only a new start can mend.
    pub(in crate::store) fn failure(&self) -> Option<StoreError> {
        self.failure.borrow().clone()
    }

    /// Resolves once there is one.
    pub(in crate::store) async fn failed(&self) -> StoreError {
        let mut failure = self.failure.subscribe();
        // Fails only if the sender is gone, and we hold it.
        let failed = failure.wait_for(Option::is_some).await;
        failed.ok().and_then(|failure| failure.clone()).unwrap_or(StoreError::Crashed)
    }

    /// Learns from an error of a write. After a failed sync the state of the disk is unknown, and what a damaged file takes
    /// may be lost: nothing is written any more.
    pub(in crate::store) fn note_write(&self, error: &StoreError) {
        self.note_read(error);
        if error.is_of_the_disk() {
            *self.locked_refusal() = Some(error.clone());
            self.is_refused.store(true, Ordering::Relaxed);
        }
        if matches!(error, StoreError::DiskFailed | StoreError::FileLost(_) | StoreError::Corrupt(_)) {
            self.fail(error);
        }
    }

    /// A commit is on disk.
    pub(in crate::store) fn note_written(&self) {
        // A plain load first: each commit comes by here.
        if self.is_refused.load(Ordering::Relaxed) {
            self.is_refused.store(false, Ordering::Relaxed);
            *self.locked_refusal() = None;
        }
    }

    /// Why the last write was refused: no room, no right to write, or a lock of another process.
    pub(in crate::store) fn refusal(&self) -> Option<StoreError> {
        self.locked_refusal().clone()
    }

    /// Ignores poison: the reason is whole at any time.
    fn locked_refusal(&self) -> MutexGuard<'_, Option<StoreError>> {
        self.refusal.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Learns from an error of a query. What else is in the file can still be read.
    pub(in crate::store) fn note_read(&self, error: &StoreError) {
        let StoreError::Corrupt(reason) = error else {
            return;
        };
        if self.damage.set(reason.clone()).is_ok() {
            let (database, remedy) = (self.path.display(), error.remedy().unwrap_or_default());
            tracing::error!(%database, "THE DATABASE FILE IS DAMAGED ({reason}): {remedy}");
            if self.files.is_some() {
                files::mark_damaged(&self.path);
            }
        }
    }

    /// Damage that was found since the start.
    pub(in crate::store) fn damage(&self) -> Option<&str> {
        self.damage.get().map(String::as_str)
    }

    /// Whether the open files are still the ones at the path. If not, it is the end of writing.
    pub(in crate::store) fn check_files(&self) -> Result<(), StoreError> {
        if let Some(failure) = self.failure() {
            return Err(failure);
        }
        let Some(lost) = self.files.as_ref().and_then(OpenFiles::lost) else {
            return Ok(());
        };
        let failure = StoreError::FileLost(lost);
        self.note_write(&failure);
        Err(failure)
    }

    fn fail(&self, error: &StoreError) {
        self.failure.send_if_modified(|failure| {
            let is_new = failure.is_none();
            if is_new {
                tracing::error!(database = %self.path.display(), "nothing is written any more: {error}");
                *failure = Some(error.clone());
            }
            is_new
        });
    }
}

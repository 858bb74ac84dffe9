//! The lock that keeps a second daemon from a database, and opening off the async threads.

use std::fs::{File, TryLockError};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, bail};

use crate::store::{Store, StoreOptions};

/// Held by the daemon, and by an upgrade, for as long as it is at work on the file. The system frees it when the process
/// ends, however it ends.
pub struct DatabaseLock {
    _file: File,
}

impl DatabaseLock {
    /// Takes the lock of `database`; `None` if a daemon or an upgrade holds it.
    pub fn try_take(database: &Path) -> anyhow::Result<Option<DatabaseLock>> {
        let path = beside(database, ".lock");
        let shown = path.display().to_string();
        let file = File::options().create(true).truncate(false).write(true).mode(0o600).open(&path);
        let file = file.with_context(|| {
            format!("{shown} cannot be made: does its folder exist, may this user write there?")
        })?;
        match file.try_lock() {
            Ok(()) => Ok(Some(DatabaseLock { _file: file })),
            Err(TryLockError::WouldBlock) => Ok(None),
            Err(TryLockError::Error(error)) => {
                Err(error).with_context(|| format!("{shown} cannot be locked"))
            }
        }
    }

    /// Whether a daemon or an upgrade holds the lock of `database`. Creates nothing; holds the lock for an instant if nobody
    /// else does.
    pub fn is_held(database: &Path) -> bool {
        let Ok(file) = File::open(beside(database, ".lock")) else {
            return false;
        };
        matches!(file.try_lock_shared(), Err(TryLockError::WouldBlock))
    }
}

/// The file with this ending beside `database`. A symbolic link leads to the same one as the file; a database that is not
/// there yet has only its name.
pub(super) fn beside(database: &Path, ending: &str) -> PathBuf {
    let real = database.canonicalize().unwrap_or_else(|_| database.to_owned());
    let mut path = real.into_os_string();
    path.push(ending);
    PathBuf::from(path)
}

/// Opens the database off the async threads; a missing one is an error that says how to make it.
pub async fn open_store(path: &Path, options: StoreOptions) -> anyhow::Result<Store> {
    if !options.create {
        must_exist(path)?;
    }
    let path = path.to_owned();
    let shown = path.display().to_string();
    let opened = tokio::task::spawn_blocking(move || Store::open(&path, &options)).await?;
    opened.with_context(|| format!("database {shown}"))
}

/// Refuses a database that is not there, and says how to make it.
pub fn must_exist(path: &Path) -> anyhow::Result<()> {
    if !path.exists() {
        bail!("there is no database {}: `munjad init` makes one", path.display());
    }
    Ok(())
}

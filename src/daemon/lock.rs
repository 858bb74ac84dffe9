//! The lock that keeps a second daemon from a database, and opening off the async threads.
//!
//! Two locks make one: on the file `.lock` beside the database, for the time before there is one, and on the database file
//! itself, whatever name leads to it. The second is `flock`'s, which SQLite's own locks (`fcntl`) never meet. But to close
//! any handle of a file drops all `fcntl` locks that the process has on it: so a handle of a database, once opened here,
//! stays open as long as the process lives ([`HANDLES`]).

use std::collections::BTreeMap;
use std::collections::btree_map::Entry;
use std::fs::{File, TryLockError};
use std::os::unix::fs::{MetadataExt, OpenOptionsExt};
use std::path::Path;
use std::sync::{Mutex, PoisonError};

use anyhow::{Context as _, bail};

use crate::ops::disk;
use crate::ops::process::user_name;
use crate::store::{self, Store, StoreOptions, beside};

/// Handles of database files by device and inode, and whether this process holds the file's lock.
static HANDLES: Mutex<BTreeMap<(u64, u64), (File, bool)>> = Mutex::new(BTreeMap::new());

/// Held by the daemon, and by an upgrade, for as long as it is at work on the file. The system frees it when the process
/// ends, however it ends.
pub struct DatabaseLock {
    _name: File,
    file: Option<FileLock>,
}

impl DatabaseLock {
    /// Takes the lock of `database`; `None` if a daemon or an upgrade holds it, by whatever name.
    pub fn try_take(database: &Path) -> anyhow::Result<Option<DatabaseLock>> {
        must_be_mounted(database)?;
        let path = beside(database, ".lock");
        let shown = path.display().to_string();
        let file = File::options().create(true).truncate(false).write(true).mode(0o600).open(&path);
        let file = file.with_context(|| {
            format!("{shown} cannot be made: does its folder exist, may this user write there?")
        })?;
        match file.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => return Ok(None),
            Err(TryLockError::Error(error)) => {
                return Err(error).with_context(|| format!("{shown} cannot be locked"));
            }
        }
        has_one_name(database)?;
        if !database.exists() {
            return Ok(Some(DatabaseLock { _name: file, file: None }));
        }
        Ok(FileLock::try_take(database)?.map(|of| DatabaseLock { _name: file, file: Some(of) }))
    }

    /// Locks a file too that was only made after the lock was taken. Says whether nobody else holds it.
    pub fn cover(&mut self, database: &Path) -> anyhow::Result<bool> {
        if self.file.is_none() {
            self.file = FileLock::try_take(database)?;
        }
        Ok(self.file.is_some())
    }

    /// Whether a daemon or an upgrade holds the lock of `database`. Creates nothing; holds the lock for an instant if nobody
    /// else does.
    pub fn is_held(database: &Path) -> bool {
        let by_name = File::open(beside(database, ".lock"))
            .is_ok_and(|file| matches!(file.try_lock_shared(), Err(TryLockError::WouldBlock)));
        by_name || FileLock::is_held(database)
    }
}

/// The lock on the database file itself.
struct FileLock((u64, u64));

impl FileLock {
    /// `None` if it is held, also by this process.
    fn try_take(database: &Path) -> anyhow::Result<Option<FileLock>> {
        let id = with_handle(database, |id, file, is_held| {
            if *is_held {
                return Ok(None);
            }
            match file.try_lock() {
                Ok(()) => *is_held = true,
                Err(TryLockError::WouldBlock) => return Ok(None),
                Err(TryLockError::Error(error)) => return Err(error),
            }
            Ok(Some(FileLock(id)))
        });
        id.with_context(|| format!("{} cannot be locked", database.display()))
    }

    fn is_held(database: &Path) -> bool {
        let looked = with_handle(database, |_, file, is_held| {
            let by_another = !*is_held && matches!(file.try_lock_shared(), Err(TryLockError::WouldBlock));
            if !*is_held && !by_another {
                file.unlock()?;
            }
            Ok(*is_held || by_another)
        });
        looked.unwrap_or(false)
    }
}

impl Drop for FileLock {
    fn drop(&mut self) {
        let mut handles = HANDLES.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((file, is_held)) = handles.get_mut(&self.0) {
            *is_held = false;
            // What cannot be unlocked is freed with the process.
            drop(file.unlock());
        }
    }
}

/// Runs `job` with the one handle that this process has of the file, and whether it holds the file's lock.
fn with_handle<T>(
    database: &Path,
    job: impl FnOnce((u64, u64), &File, &mut bool) -> std::io::Result<T>,
) -> std::io::Result<T> {
    let found = database.metadata()?;
    let id = (found.dev(), found.ino());
    let mut handles = HANDLES.lock().unwrap_or_else(PoisonError::into_inner);
    // Nobody can come to a file without a name any more; its number may be given to another.
    handles.retain(|_, (file, is_held)| *is_held || file.metadata().is_ok_and(|of| of.nlink() > 0));
    let (file, is_held) = match handles.entry(id) {
        Entry::Occupied(known) => known.into_mut(),
        Entry::Vacant(unknown) => unknown.insert((File::open(database)?, false)),
    };
    job(id, file, is_held)
}

/// Refuses a file with more than one name: SQLite keeps the log of what is not folded in beside the name that it was opened
/// by, and under the other name that would be missing.
fn has_one_name(database: &Path) -> anyhow::Result<()> {
    if let Ok(found) = database.metadata()
        && found.nlink() > 1
    {
        bail!(
            "{} has {} names (hard links), and texts could be lost by that: remove the others (find them with: find / -inum {})",
            database.display(),
            found.nlink(),
            found.ino()
        );
    }
    Ok(())
}

/// The user whose files these are, where root works on them in that user's place.
pub fn owner_beside_root(database: &Path) -> Option<String> {
    let folder = database.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    // A folder that is still to be made is nobody's.
    let owner = database.metadata().or_else(|_| folder.metadata()).ok()?.uid();
    (owner != 0 && rustix::process::geteuid().is_root()).then(|| user_name(owner))
}

/// Refuses root where the files are another user's: what root makes there, that user's gateway could not open.
pub fn refuse_root(database: &Path) -> anyhow::Result<()> {
    if let Some(user) = owner_beside_root(database) {
        let database = database.display();
        bail!(
            "{database} is {user}'s, who could not open what root makes there: run it as {user} (sudo -u {user} munjad ...)"
        );
    }
    Ok(())
}

/// Opens the database off the async threads; a missing one is an error that says how to make it.
pub async fn open_store(path: &Path, options: StoreOptions) -> anyhow::Result<Store> {
    must_be_mounted(path)?;
    if !options.create {
        must_exist(path)?;
    }
    let path = path.to_owned();
    let shown = path.display().to_string();
    let opened = tokio::task::spawn_blocking(move || Store::open(&path, &options)).await?;
    opened.with_context(|| format!("database {shown}"))
}

/// Refuses a database that is not there because its disk is not: one that is begun in its place would be hidden once the disk
/// is mounted, with every text that came meanwhile.
pub fn must_be_mounted(database: &Path) -> anyhow::Result<()> {
    store::refuse_dangling(database)?;
    if !database.exists()
        && let Some(point) = disk::unmounted(database)
    {
        let (database, point) = (database.display(), point.display());
        bail!(
            "{database} is not there, and {point} is not mounted, although /etc/fstab names it. Mount it (mount {point}): a start without it \
             would begin an empty database. If no disk belongs there any more, take its line out of /etc/fstab"
        );
    }
    Ok(())
}

/// Refuses a database that is not there, and says how to make it, or that it is lost.
pub fn must_exist(path: &Path) -> anyhow::Result<()> {
    if !path.exists() {
        must_be_mounted(path)?;
        store::refuse_lost(path)?;
        bail!(
            "there is no database {} yet: the first start of the service makes it (systemctl start munjad), or `munjad init \
             --database-only` as the service's user",
            path.display()
        );
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn root_works_on_no_other_users_files() {
        let folder = tempfile::tempdir().unwrap();
        let database = folder.path().join("munja.db");
        refuse_root(&database).unwrap();
        if !rustix::process::geteuid().is_root() {
            eprintln!("not run: only root can be refused");
            return;
        }
        std::os::unix::fs::chown(folder.path(), Some(64_242), None).unwrap();
        let refused = refuse_root(&database).unwrap_err().to_string();
        assert!(refused.contains("sudo -u uid 64242 munjad"), "{refused}");
        // The file counts, where it is there.
        std::fs::write(&database, "").unwrap();
        refuse_root(&database).unwrap();
        refuse_root(&folder.path().join("new/munja.db")).unwrap();
    }
}

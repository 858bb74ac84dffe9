//! The folder that a backup or a restore works in, and how what is ready gets its name.

use std::fs::{self, DirBuilder, File};
use std::io::{self, ErrorKind};
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use anyhow::{Context as _, bail};
use tempfile::TempDir;

use crate::admin::operator::not_written;

const PREFIX: &str = ".munja-work-";
/// In each work folder; locked for as long as its run lives.
const HELD: &str = ".held";
/// A folder without a lock may be one that is being made; an older one was left by a run that was killed.
const LEFT_AFTER: Duration = Duration::from_secs(86_400);

/// A folder of our own (mode 0700), which is removed when it is dropped.
pub(in crate::admin) struct WorkFolder {
    folder: TempDir,
    _held: File,
}

impl WorkFolder {
    pub(in crate::admin) fn path(&self) -> &Path {
        self.folder.path()
    }
}

/// Makes one within `folder`, which is made where it is missing. Those that were left by killed runs are removed: they hold texts.
pub(in crate::admin) fn work_folder(folder: &Path) -> anyhow::Result<WorkFolder> {
    let made = DirBuilder::new().recursive(true).mode(0o700).create(folder);
    made.map_err(|error| not_written(folder, error))?;
    for entry in fs::read_dir(folder).with_context(|| format!("{} cannot be read", folder.display()))? {
        let path = entry?.path();
        if is_work(&path) && is_left(&path) {
            // It is tried again next time.
            drop(fs::remove_dir_all(&path));
        }
    }
    let cannot = || format!("{} cannot be written to", folder.display());
    let made = tempfile::Builder::new().prefix(PREFIX).tempdir_in(folder);
    let made = made.map_err(|error| not_written(folder, error))?;
    // Locked before it has the name by which others look for it.
    let new = made.path().join(".new");
    let held = File::create_new(&new).with_context(cannot)?;
    held.try_lock().with_context(cannot)?;
    fs::rename(&new, made.path().join(HELD)).with_context(cannot)?;
    Ok(WorkFolder { folder: made, _held: held })
}

/// The work folders within a folder: of runs that are under way, or that were killed. None where it cannot be read.
pub(in crate::admin) fn work_folders(folder: &Path) -> Vec<PathBuf> {
    let paths = fs::read_dir(folder).into_iter().flatten().flatten().map(|entry| entry.path());
    paths.filter(|path| is_work(path) && path.is_dir()).collect()
}

/// Whether a folder is one of them, by its name.
pub(in crate::admin) fn is_work(path: &Path) -> bool {
    path.file_name().and_then(|name| name.to_str()).is_some_and(|name| name.starts_with(PREFIX))
}

fn is_left(work: &Path) -> bool {
    match File::open(work.join(HELD)) {
        Ok(held) => held.try_lock().is_ok(),
        Err(_) => {
            let written = work.metadata().and_then(|about| about.modified());
            let is_old = |at| SystemTime::now().duration_since(at).is_ok_and(|age| age > LEFT_AFTER);
            written.is_ok_and(is_old)
        }
    }
}

/// Syncs the file and gives it the first of the names that nobody else has; returns that. Nothing is overwritten.
pub(super) fn give_name(ready: &Path, names: impl Iterator<Item = PathBuf>) -> anyhow::Result<PathBuf> {
    let synced = File::open(ready).and_then(|ready| ready.sync_all());
    synced.with_context(|| format!("{} cannot be written", ready.display()))?;
    for file in names {
        let cannot = || format!("{} cannot be written", file.display());
        match fs::hard_link(ready, &file) {
            Err(error) if error.kind() == ErrorKind::AlreadyExists => continue,
            // Some file systems of removable disks have no links.
            Err(_) => match copy_new(ready, &file) {
                Err(error) if error.kind() == ErrorKind::AlreadyExists => continue,
                copied => copied.with_context(cannot)?,
            },
            Ok(()) => {}
        }
        let folder = file.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
        File::open(folder).and_then(|folder| folder.sync_all()).with_context(cannot)?;
        return Ok(file);
    }
    bail!("too many backups were made in this second: run the command again")
}

/// Copies into a file that was not there, or leaves none.
fn copy_new(ready: &Path, file: &Path) -> io::Result<()> {
    let mut new = File::options().write(true).create_new(true).mode(0o600).open(file)?;
    let copied = File::open(ready).and_then(|mut from| io::copy(&mut from, &mut new));
    let copied = copied.and_then(|_| new.sync_all());
    if copied.is_err() {
        drop(fs::remove_file(file));
    }
    copied
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_killed_run_left_is_removed_and_what_is_in_use_is_not() {
        let folder = tempfile::tempdir().unwrap();
        let ours = work_folder(folder.path()).unwrap();
        let left = folder.path().join(format!("{PREFIX}left"));
        fs::create_dir(&left).unwrap();
        fs::write(left.join("munja.db"), "texts").unwrap();
        let being_made = folder.path().join(format!("{PREFIX}new"));
        fs::create_dir(&being_made).unwrap();
        fs::write(left.join(HELD), "").unwrap();
        assert_eq!(work_folders(folder.path()).len(), 3);
        let others = work_folder(folder.path()).unwrap();
        assert!(!left.exists() && being_made.exists() && ours.path().exists());
        let path = others.path().to_owned();
        drop(others);
        assert!(!path.exists());
    }

    #[test]
    fn backups_of_one_second_get_names_of_their_own() {
        let folder = tempfile::tempdir().unwrap();
        let ready = folder.path().join("ready");
        fs::write(&ready, "new").unwrap();
        let names = || ["a", "b", "c"].map(|name| folder.path().join(name)).into_iter();
        fs::write(folder.path().join("a"), "old").unwrap();
        assert_eq!(give_name(&ready, names()).unwrap(), folder.path().join("b"));
        assert_eq!(copy_new(&ready, &folder.path().join("a")).unwrap_err().kind(), ErrorKind::AlreadyExists);
        copy_new(&ready, &folder.path().join("c")).unwrap();
        assert_eq!(fs::read_to_string(folder.path().join("a")).unwrap(), "old", "nothing is overwritten");
        let refused = give_name(&ready, names()).unwrap_err().to_string();
        assert!(refused.contains("in this second"), "{refused}");
        assert!(copy_new(&folder.path().join("none"), &folder.path().join("d")).is_err());
        assert!(!folder.path().join("d").exists(), "no part of a copy is left");
    }
}

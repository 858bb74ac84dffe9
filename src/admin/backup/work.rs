//! The folder that a backup or a restore works in, and how what is ready gets its name.

use std::fs::{self, DirBuilder, File};
use std::io::{self, ErrorKind};
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use anyhow::{Context as _, bail};
use tempfile::TempDir;

const PREFIX: &str = ".munja-work-";
/// A work folder that is older was left by a run that was killed.
const LEFT_AFTER: Duration = Duration::from_secs(86_400);

/// A folder of our own (mode 0700) within `folder`, which is made where it is missing. Removed when it is dropped; those that
/// were left by killed runs are removed, too.
pub(in crate::admin) fn work_folder(folder: &Path) -> anyhow::Result<TempDir> {
    let made = DirBuilder::new().recursive(true).mode(0o700).create(folder);
    made.with_context(|| format!("{} cannot be made", folder.display()))?;
    for entry in fs::read_dir(folder).with_context(|| format!("{} cannot be read", folder.display()))? {
        let path = entry?.path();
        let is_ours = path.file_name().and_then(|name| name.to_str()).is_some_and(|n| n.starts_with(PREFIX));
        let written = path.metadata().and_then(|about| about.modified());
        let is_old = |at| SystemTime::now().duration_since(at).is_ok_and(|age| age > LEFT_AFTER);
        if is_ours && written.is_ok_and(is_old) {
            // It is tried again next time.
            drop(fs::remove_dir_all(&path));
        }
    }
    let made = tempfile::Builder::new().prefix(PREFIX).tempdir_in(folder);
    made.with_context(|| format!("{} cannot be written to", folder.display()))
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

//! The folder that a backup or a restore works in, and how what is ready gets its name.

use std::fs::{self, DirBuilder, File};
use std::os::unix::fs::DirBuilderExt;
use std::path::Path;
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

/// Syncs the file and gives it its name, which nobody else may have.
pub(super) fn give_name(ready: &Path, file: &Path) -> anyhow::Result<()> {
    let cannot = || format!("{} cannot be written", file.display());
    File::open(ready).and_then(|ready| ready.sync_all()).with_context(cannot)?;
    match fs::hard_link(ready, file) {
        Err(error) if error.kind() == std::io::ErrorKind::AlreadyExists => {
            bail!("{} is there already: another backup was made in this second", file.display())
        }
        // Some file systems of removable disks have no links.
        Err(_) => {
            let copied =
                fs::copy(ready, file).and_then(|_| File::open(file)).and_then(|file| file.sync_all());
            copied.with_context(cannot)?;
        }
        Ok(()) => {}
    }
    let folder = file.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    File::open(folder).and_then(|folder| folder.sync_all()).with_context(cannot)
}

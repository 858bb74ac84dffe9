//! The gateway's own backups from before an erasure: which may hold the person, and until when.

use std::path::{Path, PathBuf};

use crate::admin::backup::{is_work, work_folders};
use crate::config::Config;
use crate::domain::UnixMs;
use crate::ops::backups::{Copy, copies, made_at};

/// What may hold somebody who was erased.
#[derive(Debug, Default)]
pub(super) struct Backups {
    /// `[backup] folder`.
    pub folder: Option<PathBuf>,
    /// Made before the erasure, the newest first; each with the time after which the next backup removes it.
    pub copies: Vec<(Copy, UnixMs)>,
    /// Of backups and restores that are under way or were broken off.
    pub work_folders: Vec<PathBuf>,
    /// Why nobody knows what lies in the folder.
    pub unreadable: Option<String>,
    /// Until when one that was carried elsewhere may be kept; `None`: they were not erased.
    pub elsewhere_until: Option<UnixMs>,
}

impl Backups {
    /// Looks for what was made up to `erased_at`, and for what a clock that was ahead says will be made. One whose database was copied
    /// after it is named later.
    pub fn made_before(config: &Config, (erased_at, now): (UnixMs, UnixMs)) -> Backups {
        let end = config.privacy.backups_end(config.backup.keep);
        let folder = config.backup.folder.clone();
        let mut found = Backups { elsewhere_until: Some(end.latest(erased_at)), ..Backups::default() };
        match folder.as_deref().map(copies) {
            None => {}
            Some(Ok(all)) => {
                let older = all.into_iter().filter(|copy| copy.made_at <= erased_at || copy.made_at > now);
                found.copies = older
                    .map(|copy| {
                        let until = end.latest(copy.made_at);
                        (copy, until)
                    })
                    .collect();
            }
            // A folder that is not there may be a disk that is not mounted.
            Some(Err(error)) => found.unreadable = Some(error.to_string()),
        }
        let beside = config.database.parent().filter(|folder| !folder.as_os_str().is_empty());
        let beside = beside.unwrap_or(Path::new("."));
        let all = folder.iter().map(PathBuf::as_path).chain([beside]).flat_map(work_folders);
        found.work_folders = all.collect();
        found.work_folders.sort();
        found.work_folders.dedup();
        found.folder = folder;
        found
    }

    /// Whether a file is known here, or was made after the erasure: what is said of it stands here alone.
    pub fn knows(config: &Config, erased_at: Option<UnixMs>, file: &Path) -> bool {
        if file.ancestors().skip(1).any(is_work) {
            return true;
        }
        let name = file.file_name().and_then(|name| name.to_str());
        let Some(made_at) = name.and_then(made_at) else {
            return false;
        };
        let real = |path: Option<&Path>| path.and_then(|path| path.canonicalize().ok());
        let folder = real(config.backup.folder.as_deref());
        (folder.is_some() && real(file.parent()) == folder) || erased_at.is_none_or(|at| made_at > at)
    }

    /// Whether nothing that is known here may hold them.
    pub fn are_none(&self) -> bool {
        self.copies.is_empty() && self.work_folders.is_empty() && self.unreadable.is_none()
    }
}

//! Databases in folders below that of the database: a way back or a move leaves whole ones there (`newer/munja.db`). The
//! nightly purge does not know them, and no command changes them: they are only named.

use std::path::{Path, PathBuf};

use crate::domain::privacy::{FileKind, file_kind};
use crate::store::engine::cipher::{is_plain, seems_encrypted};
use crate::store::engine::files::beside;

/// How many folders deep is looked.
const DEEP: usize = 2;
/// No more files and folders than this are looked at.
const MOST_LOOKED_AT: usize = 2_000;

/// Databases and their logs in the folders below that of `database`. Links are not followed, its photos are left out, and so
/// is what cannot be read.
pub fn databases_below(database: &Path) -> Vec<(PathBuf, FileKind)> {
    let database = beside(database, "");
    let folder = match database.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => folder,
        _ => Path::new("."),
    };
    let name = database.file_name().unwrap_or_default().to_string_lossy().into_owned();
    let (mut found, mut n_looked_at) = (Vec::new(), 0);
    let mut folders = vec![(folder.to_owned(), 0)];
    while let Some((folder, depth)) = folders.pop() {
        for entry in folder.read_dir().into_iter().flatten().flatten() {
            n_looked_at += 1;
            if n_looked_at > MOST_LOOKED_AT {
                break;
            }
            let (path, file) = (entry.path(), entry.file_name().to_string_lossy().into_owned());
            // Of the entry itself, not of what a link leads to.
            match entry.file_type() {
                Ok(is) if is.is_dir() && depth < DEEP && !file.ends_with("-photos") => {
                    folders.push((path, depth + 1));
                }
                Ok(is) if is.is_file() && depth > 0 => {
                    found.extend(kind_of(&path, &file, &name).map(|kind| (path, kind)));
                }
                _ => {}
            }
        }
    }
    found.sort_by(|(path, _), (other, _)| path.cmp(other));
    found
}

/// By its name where that is one of ours, else by how it begins.
fn kind_of(path: &Path, file: &str, name: &str) -> Option<FileKind> {
    // The index of a log holds no content.
    if file.ends_with("-shm") {
        return None;
    }
    match file.strip_prefix(name).map(file_kind) {
        Some(Some(kind)) => kind.is_personal().then_some(kind),
        Some(None) if seems_encrypted(path) => Some(FileKind::Database),
        _ => is_plain(path).then_some(FileKind::Database),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whole_databases_in_sub_folders_are_found_and_links_and_deep_folders_are_not() {
        let home = tempfile::tempdir().unwrap();
        let path = |name: &str| home.path().join(name);
        for folder in ["newer/old/deep", "munja.db-photos/aa", "backups"] {
            std::fs::create_dir_all(path(folder)).unwrap();
        }
        let header = b"SQLite format 3\0 and pages";
        let all = [
            "munja.db",
            "newer/munja.db",
            "newer/munja.db-wal",
            "newer/munja.db-shm",
            "newer/munja.db.lock",
            "newer/text.txt",
            "newer/old/other.sqlite",
            "newer/old/deep/munja.db",
            "munja.db-photos/aa/munja.db",
        ];
        for file in all {
            let is_text = file.ends_with(".txt") || file.ends_with(".lock");
            std::fs::write(path(file), if is_text { &b"text"[..] } else { header }).unwrap();
        }
        std::os::unix::fs::symlink(path("munja.db"), path("backups/munja.db")).unwrap();
        std::os::unix::fs::symlink(path("newer"), path("linked")).unwrap();
        let found = databases_below(&path("munja.db"));
        let expected = [
            (path("newer/munja.db"), FileKind::Database),
            (path("newer/munja.db-wal"), FileKind::Log),
            (path("newer/old/other.sqlite"), FileKind::Database),
        ];
        assert_eq!(found, expected);
    }
}

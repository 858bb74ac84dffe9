//! Copies of the database that no command of ours left: whole databases in folders below (a way back or a move leaves
//! `newer/munja.db`), and files that are named after it, packed or not (`munja.db.2026-01-01.gz`). The nightly purge does not know
//! them, and no command changes or unpacks them: they are only named.

use std::collections::VecDeque;
use std::path::{Path, PathBuf};

use crate::domain::privacy::{FileKind, file_kind, packed_kind};
use crate::store::engine::cipher::{is_plain, seems_encrypted};
use crate::store::engine::files::beside;

/// How many folders deep is looked.
const DEEP: usize = 4;
/// No more files and folders than this are looked at, the nearest first.
const MOST_LOOKED_AT: usize = 10_000;

/// Copies that are not ours by their names, in the folder of `database` and in folders below. `None`: named after it, and neither a
/// database nor packed. Links are not followed, its photos are left out, and so is what cannot be read.
pub fn copies_about(database: &Path) -> Vec<(PathBuf, Option<FileKind>)> {
    let database = beside(database, "");
    let folder = folder_of(&database);
    let name = database.file_name().unwrap_or_default().to_string_lossy().into_owned();
    let mut found = Vec::new();
    for (path, file, is_below) in files_below(folder) {
        found.extend(kind_of(&path, &file, &name, is_below).map(|kind| (path, kind)));
    }
    found.sort_by(|(path, _), (other, _)| path.cmp(other));
    found
}

/// The folder in which a database lies.
pub(super) fn folder_of(database: &Path) -> &Path {
    database.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."))
}

/// The files with their names, and whether each lies in a folder below `folder`.
pub(super) fn files_below(folder: &Path) -> Vec<(PathBuf, String, bool)> {
    let mut found = Vec::new();
    let (mut folders, mut n_looked_at) = (VecDeque::from([(folder.to_owned(), 0)]), 0);
    while let Some((folder, depth)) = folders.pop_front() {
        for entry in folder.read_dir().into_iter().flatten().flatten() {
            n_looked_at += 1;
            if n_looked_at > MOST_LOOKED_AT {
                return found;
            }
            let (path, file) = (entry.path(), entry.file_name().to_string_lossy().into_owned());
            // Of the entry itself, not of what a link leads to.
            match entry.file_type() {
                Ok(is) if is.is_dir() && depth < DEEP && !file.ends_with("-photos") => {
                    folders.push_back((path, depth + 1));
                }
                Ok(is) if is.is_file() => found.push((path, file, depth > 0)),
                _ => {}
            }
        }
    }
    found
}

/// What a file is, if it may hold anybody: by its name where that is one of ours or after ours, else by how it begins.
fn kind_of(path: &Path, file: &str, name: &str, is_below: bool) -> Option<Option<FileKind>> {
    if let Some(kind) = file.strip_prefix(name).and_then(file_kind) {
        // Beside the database, it is the database's own. The index of a log holds no content.
        return (is_below && kind.is_personal() && !file.ends_with("-shm")).then_some(Some(kind));
    }
    let is_named_so = file.contains(name);
    if let Some(kind) = packed_kind(file, name) {
        return Some(Some(kind));
    }
    if (is_named_so || is_below) && (is_plain(path) || is_named_so && seems_encrypted(path)) {
        return Some(Some(FileKind::Database));
    }
    is_named_so.then_some(None)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whole_databases_and_packed_ones_are_found_and_links_and_deeper_folders_are_not() {
        let home = tempfile::tempdir().unwrap();
        let path = |name: &str| home.path().join(name);
        for folder in ["newer/old/a/b/c", "munja.db-photos/aa", "backups"] {
            std::fs::create_dir_all(path(folder)).unwrap();
        }
        let header = b"SQLite format 3\0 and pages";
        let all = [
            "munja.db",
            "munja.db.v3-backup",
            "munja.db.bak",
            "other.db",
            "newer/munja.db",
            "newer/munja.db-wal",
            "newer/munja.db-shm",
            "newer/munja.db.lock",
            "newer/text.txt",
            "newer/old/other.sqlite",
            "newer/old/a/b/munja.db",
            "newer/old/a/b/c/munja.db",
            "munja.db-photos/aa/munja.db",
        ];
        for file in all {
            let is_text = file.ends_with(".txt") || file.ends_with(".lock");
            std::fs::write(path(file), if is_text { &b"text"[..] } else { header }).unwrap();
        }
        for packed in
            ["munja.db.2026-01-01.gz", "munja.db.sql", "newer/old/a/munja.db.tar.age", "munja.db-erased.gz"]
        {
            std::fs::write(path(packed), "bytes").unwrap();
        }
        std::os::unix::fs::symlink(path("munja.db"), path("backups/munja.db")).unwrap();
        std::os::unix::fs::symlink(path("newer"), path("linked")).unwrap();
        let found = copies_about(&path("munja.db"));
        let expected = [
            (path("munja.db-erased.gz"), None),
            (path("munja.db.2026-01-01.gz"), Some(FileKind::Packed)),
            (path("munja.db.bak"), Some(FileKind::Database)),
            (path("munja.db.sql"), None),
            (path("newer/munja.db"), Some(FileKind::Database)),
            (path("newer/munja.db-wal"), Some(FileKind::Log)),
            (path("newer/old/a/b/munja.db"), Some(FileKind::Database)),
            (path("newer/old/a/munja.db.tar.age"), Some(FileKind::Packed)),
            (path("newer/old/other.sqlite"), Some(FileKind::Database)),
        ];
        assert_eq!(found, expected);
    }

    #[test]
    fn a_folder_with_very_many_files_is_given_up_and_what_is_near_is_found() {
        let home = tempfile::tempdir().unwrap();
        let many = home.path().join("many/more");
        std::fs::create_dir_all(&many).unwrap();
        for n in 0..MOST_LOOKED_AT {
            std::fs::File::create(many.join(n.to_string())).unwrap();
        }
        std::fs::write(home.path().join("many/munja.db.gz"), "").unwrap();
        assert!(files_below(home.path()).len() < MOST_LOOKED_AT);
        let found = copies_about(&home.path().join("munja.db"));
        assert_eq!(found, [(home.path().join("many/munja.db.gz"), Some(FileKind::Packed))]);
    }
}

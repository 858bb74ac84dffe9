//! Files with secrets, and the database, that other users of this machine may read.

use std::collections::BTreeSet;
use std::os::unix::fs::{MetadataExt, PermissionsExt};
use std::path::{Path, PathBuf};

use super::finding::{Finding, Severity};
use crate::config::Config;
use crate::ops::lang::Lang;
use crate::store::{beside, key_file};

/// Each such file, with the command that mends it. The service manager's own copies of secrets are its own affair.
pub(super) fn findings(config: &Config, lang: Lang) -> Vec<Finding> {
    let credentials = std::env::var_os("CREDENTIALS_DIRECTORY").unwrap_or_else(|| "/run/credentials".into());
    let is_managed = |path: &Path| path.starts_with(&credentials);
    // One file may hold the secret of several keys.
    let secrets: BTreeSet<&PathBuf> = config.secret_files.iter().filter(|path| !is_managed(path)).collect();
    let secrets = secrets.into_iter().filter_map(|path| open_secret(path, lang));
    secrets.chain(open_database(&config.database, lang)).collect()
}

/// Every user of the machine may read it: bad. Only a group may: somebody may have meant that.
fn open_secret(path: &Path, lang: Lang) -> Option<Finding> {
    let metadata = std::fs::metadata(path).ok()?;
    let (mode, path) = (metadata.permissions().mode() & 0o777, path.display());
    if !is_open(mode, metadata.uid()) {
        return None;
    }
    let is_for_all = mode & 0o007 != 0;
    // A file of root's may be readable by the service's group, which 600 would shut out.
    let closed = if metadata.uid() == 0 && metadata.gid() != 0 { "640" } else { "600" };
    Some(Finding::with(
        "secrets",
        if is_for_all { Severity::Error } else { Severity::Warning },
        lang.pick(
            format!("{path} holds a secret and is open to other users (mode {mode:o})"),
            format!("비밀값이 든 {path} 파일을 다른 사용자도 볼 수 있습니다(권한 {mode:o})"),
        ),
        format!("chmod {closed} '{path}'"),
    ))
}

/// Whether more users than its owner may use a file. One that root owns may be read by a group: the service's.
fn is_open(mode: u32, owner: u32) -> bool {
    let closed = if owner == 0 { 0o037 } else { 0o077 };
    mode & closed != 0
}

/// The database with citizens' texts, and the files beside it that hold them or the key for pseudonyms: others may neither read nor write them, except
/// that a group may be meant to.
fn open_database(path: &Path, lang: Lang) -> Vec<Finding> {
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    // A folder that others may not enter keeps the files from them, too.
    if std::fs::metadata(folder).is_ok_and(|folder| folder.mode() & 0o001 == 0) {
        return Vec::new();
    }
    let beside = ["-wal", "-shm", "-photos"].map(|ending| beside(path, ending));
    let all = std::iter::once(path.to_owned()).chain(beside).chain([key_file(path)]);
    all.filter_map(|path| open_file(&path, lang)).collect()
}

fn open_file(path: &Path, lang: Lang) -> Option<Finding> {
    let mode = std::fs::metadata(path).ok()?.permissions().mode() & 0o777;
    if mode & 0o007 == 0 {
        return None;
    }
    let path = path.display();
    Some(Finding::with(
        "secrets",
        Severity::Error,
        lang.pick(
            format!("{path} holds citizens' texts and is open to all users (mode {mode:o})"),
            format!("시민의 문자가 든 {path} 파일을 모든 사용자가 볼 수 있습니다(권한 {mode:o})"),
        ),
        format!("chmod o= '{path}'"),
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn who_may_use_a_secret() {
        for (mode, owner, expected) in [
            (0o600, 0, false),
            (0o640, 0, false),
            (0o644, 0, true),
            (0o660, 0, true),
            (0o600, 1_000, false),
            (0o640, 1_000, true),
        ] {
            assert_eq!(is_open(mode, owner), expected, "{mode:o} of {owner}");
        }
    }

    #[test]
    fn an_open_secret_is_found_with_the_line_that_closes_it() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("key");
        std::fs::write(&path, "x").unwrap();
        for (mode, is_open) in [(0o600, false), (0o400, false), (0o604, true), (0o666, true)] {
            std::fs::set_permissions(&path, std::fs::Permissions::from_mode(mode)).unwrap();
            let found = open_secret(&path, Lang::En);
            assert_eq!(found.is_some(), is_open, "{mode:o}");
            // Written by root with another group than root's, it may be that group's.
            let line = |n: u32| Some(format!("chmod {n} '{}'", path.display()));
            let is_mended = |found: &Finding| [line(600), line(640)].contains(&found.remedy);
            assert!(found.is_none_or(|found| is_mended(&found) && found.severity == Severity::Error));
        }
    }

    #[test]
    fn the_folder_may_keep_others_from_the_database() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("munja.db");
        std::fs::write(&path, "x").unwrap();
        let set = |path: &Path, mode| {
            std::fs::set_permissions(path, std::fs::Permissions::from_mode(mode)).unwrap();
        };
        for (file, around, is_open) in [(0o644, 0o755, true), (0o644, 0o700, false), (0o640, 0o755, false)] {
            set(&path, file);
            set(folder.path(), around);
            assert_eq!(!open_database(&path, Lang::En).is_empty(), is_open, "{file:o} {around:o}");
        }
        // The newest texts lie in the log beside it.
        let log = folder.path().join("munja.db-wal");
        std::fs::write(&log, "x").unwrap();
        set(&log, 0o604);
        let found = open_database(&path, Lang::En);
        assert_eq!(found.len(), 1, "{found:?}");
        assert_eq!(found[0].severity, Severity::Error);
        assert_eq!(found[0].remedy.as_deref(), Some(format!("chmod o= '{}'", log.display()).as_str()));
    }
}

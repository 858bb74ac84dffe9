//! Files with secrets, and the database, that other users of this machine may read.

use std::collections::BTreeSet;
use std::os::unix::fs::{MetadataExt, PermissionsExt};
use std::path::{Path, PathBuf};

use super::finding::{Finding, Severity};
use crate::config::Config;
use crate::ops::lang::Lang;

/// Each such file, with the command that mends it. The service manager's own copies of secrets are its own affair.
pub(super) fn findings(config: &Config, lang: Lang) -> Vec<Finding> {
    let credentials = std::env::var_os("CREDENTIALS_DIRECTORY");
    let is_managed = |path: &Path| credentials.as_ref().is_some_and(|folder| path.starts_with(folder));
    // One file may hold the secret of several keys.
    let secrets: BTreeSet<&PathBuf> = config.secret_files.iter().filter(|path| !is_managed(path)).collect();
    let secrets = secrets.into_iter().filter_map(|path| open_secret(path, lang));
    secrets.chain(open_database(&config.database, lang)).collect()
}

fn open_secret(path: &Path, lang: Lang) -> Option<Finding> {
    let metadata = std::fs::metadata(path).ok()?;
    let (mode, path) = (metadata.permissions().mode() & 0o777, path.display());
    if !is_open(mode, metadata.uid()) {
        return None;
    }
    Some(Finding::with(
        "secrets",
        Severity::Warning,
        lang.pick(
            format!("{path} holds a secret and is open to other users (mode {mode:o})"),
            format!("비밀값이 든 {path} 파일을 다른 사용자도 볼 수 있습니다(권한 {mode:o})"),
        ),
        format!("chmod 600 '{path}'"),
    ))
}

/// Whether more users than its owner may use a file. One that root owns may be read by a group: the service's.
fn is_open(mode: u32, owner: u32) -> bool {
    let closed = if owner == 0 { 0o037 } else { 0o077 };
    mode & closed != 0
}

/// The database with citizens' texts: others may neither read nor write it, except that a group may be meant to.
fn open_database(path: &Path, lang: Lang) -> Option<Finding> {
    let metadata = std::fs::metadata(path).ok()?;
    let mode = metadata.permissions().mode() & 0o777;
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let folder_mode = std::fs::metadata(folder).map_or(0o777, |folder| folder.mode());
    // A folder that others may not enter keeps the file from them, too.
    if mode & 0o007 == 0 || folder_mode & 0o001 == 0 {
        return None;
    }
    let path = path.display();
    Some(Finding::with(
        "secrets",
        Severity::Warning,
        lang.pick(
            format!("{path} holds citizens' texts and is open to all users (mode {mode:o})"),
            format!("시민의 문자가 든 {path} 파일을 모든 사용자가 볼 수 있습니다(권한 {mode:o})"),
        ),
        format!("chmod o= '{path}'*"),
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
            let line = format!("chmod 600 '{}'", path.display());
            assert!(found.is_none_or(|found| found.remedy == Some(line)));
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
            assert_eq!(open_database(&path, Lang::En).is_some(), is_open, "{file:o} {around:o}");
        }
    }
}

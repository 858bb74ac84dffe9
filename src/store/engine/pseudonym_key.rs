//! The file of the key for pseudonyms, `munja.db-pseudonym-key`: 64 hexadecimal digits, mode 0600. It lies beside the database
//! and not in it, so that a copy of the database alone names nobody whom the service has erased.
//!
//! It is made with the database, whose table `installation` has its fingerprint from then on. Where the file is missing later, no
//! other one is made: put it back. Until then a random key is used that nobody keeps, and it is said loudly.

use std::fs::File;
use std::io::Write;
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};

use super::files::beside;
use crate::domain::pseudonym::PseudonymKey;
use crate::store::{Result, StoreError};

/// Where the key of a database lies.
pub fn key_file(database: &Path) -> PathBuf {
    beside(database, "-pseudonym-key")
}

/// Reads the key of the database at `path`; makes one if there is none and `may_make`. Blocks.
pub(in crate::store) fn read_or_make(path: &Path, may_make: bool) -> Result<PseudonymKey> {
    let file = key_file(path);
    if may_make && !file.exists() {
        make(&file).map_err(|error| {
            StoreError::Unusable(format!("cannot write the key for pseudonyms {}: {error}", file.display()))
        })?;
    }
    match std::fs::read_to_string(&file) {
        Ok(word) => PseudonymKey::from_hex(&word).ok_or_else(|| {
            StoreError::Unusable(format!(
                "{} does not hold 64 hexadecimal digits: put it back from a backup. Only if there is none, remove it; a new \
                 key is made, and who was erased under the old one is not recognised any more",
                file.display()
            ))
        }),
        // Nobody is found by it, and nothing that is hashed with it is found again.
        Err(error) if error.kind() == std::io::ErrorKind::NotFound && !may_make => {
            Ok(PseudonymKey::new(rand::random()))
        }
        Err(error) => {
            Err(StoreError::Unusable(format!("cannot read the key for pseudonyms {}: {error}", file.display())))
        }
    }
}

/// The whole key has its name, or there is none: it is written under another name, synced and linked. Where two make it at
/// once, the first wins.
fn make(file: &Path) -> std::io::Result<()> {
    let folder = match file.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => folder,
        _ => Path::new("."),
    };
    let mut new = tempfile::Builder::new().prefix(".pseudonym-key-").tempfile_in(folder)?;
    writeln!(new, "{}", PseudonymKey::new(rand::random()).to_hex())?;
    new.as_file().sync_all()?;
    match new.persist_noclobber(file) {
        Err(error) if error.error.kind() != std::io::ErrorKind::AlreadyExists => return Err(error.error),
        _ => {}
    }
    File::options()
        .read(true)
        .custom_flags(rustix::fs::OFlags::DIRECTORY.bits() as i32)
        .open(folder)?
        .sync_all()
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt;

    use super::*;

    #[test]
    fn a_key_is_made_once_for_the_owners_eyes_and_read_ever_after() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.db");
        let keys: Vec<_> = std::thread::scope(|scope| {
            let made: Vec<_> = (0..8).map(|_| scope.spawn(|| read_or_make(&path, true).unwrap())).collect();
            made.into_iter().map(|key| key.join().unwrap().fingerprint()).collect()
        });
        assert!(keys.iter().all(|key| *key == keys[0]));
        let mode = key_file(&path).metadata().unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600);
        assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 1, "nothing else is left");
        std::fs::write(key_file(&path), "short").unwrap();
        let refused = read_or_make(&path, true).unwrap_err().to_string();
        assert!(refused.contains("64 hexadecimal digits"), "{refused}");
    }

    #[test]
    fn who_only_reads_makes_none() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.db");
        read_or_make(&path, false).unwrap();
        assert!(!key_file(&path).exists());
    }
}

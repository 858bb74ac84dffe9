//! The file of the key for pseudonyms, `munja.db-pseudonym-key`: 64 hexadecimal digits, mode 0600. It lies beside the database
//! and not in it, so that a copy of the database alone names nobody whom the service has erased.
//!
//! It is made with the database, whose table `installation` has its fingerprint from then on. Where the file is missing later, no
//! other one is made: put it back. Until then a random key is used that nobody keeps, and it is said loudly.
//!
//! Where the database is encrypted, so is the key: `sealed ` and hexadecimal digits. There are few enough phone numbers to try them
//! all with it, and the list of who was erased lies beside it.

use std::fs::File;
use std::io::Write;
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};

use super::files::{beside, keep_owner};
use super::seal;
use crate::domain::data_key::{DataKey, DataKeys};
use crate::domain::pseudonym::PseudonymKey;
use crate::store::{Result, StoreError};

/// What a sealed key begins with, in its file.
const SEALED: &str = "sealed ";
/// What it is, for whoever opens it.
const OF: &[u8] = b"pseudonym key";

/// Where the key of a database lies.
pub fn key_file(database: &Path) -> PathBuf {
    beside(database, "-pseudonym-key")
}

/// The key that a file of this text holds; `None` if it holds none, or one that is sealed with another key.
pub(in crate::store) fn decoded(text: &str, keys: &DataKeys) -> Option<PseudonymKey> {
    match text.trim().strip_prefix(SEALED) {
        None => PseudonymKey::from_hex(text),
        Some(hex) => {
            let digits = hex.as_bytes().chunks(2);
            let byte = |two: &[u8]| u8::from_str_radix(std::str::from_utf8(two).ok()?, 16).ok();
            let sealed: Vec<u8> = digits.map(byte).collect::<Option<_>>()?;
            PseudonymKey::from_hex(&String::from_utf8(seal::unseal(keys, OF, &sealed)?).ok()?)
        }
    }
}

/// The text of its file.
fn encoded(key: &PseudonymKey, with: Option<&DataKey>) -> Result<String> {
    let Some(with) = with else {
        return Ok(key.to_hex() + "\n");
    };
    let sealed = seal::seal(with, OF, key.to_hex().as_bytes())?;
    Ok(sealed.iter().fold(SEALED.to_owned(), |text, byte| text + &format!("{byte:02x}")) + "\n")
}

/// Writes the key anew, sealed with `to` or as it is. A file that is not there is none of ours to make. Blocks.
pub(in crate::store) fn reseal(path: &Path, keys: &DataKeys, to: Option<&DataKey>) -> Result<()> {
    let file = key_file(path);
    let cannot =
        |error: std::io::Error| StoreError::Unusable(format!("cannot write {}: {error}", file.display()));
    let text = match std::fs::read_to_string(&file) {
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(()),
        text => text.map_err(cannot)?,
    };
    let Some(key) = decoded(&text, keys) else {
        return Err(unreadable(&file));
    };
    let new = begun(&file, &encoded(&key, to)?).map_err(cannot)?;
    new.persist(&file).map_err(|error| cannot(error.error))?;
    sync_folder(&file).map_err(cannot)
}

fn unreadable(file: &Path) -> StoreError {
    StoreError::Unusable(format!(
        "{} does not hold 64 hexadecimal digits, or is encrypted with another key than the database: put it back from a backup. \
         Only if there is none, remove it and start again: who was erased before is not recognised any more",
        file.display()
    ))
}

/// Reads the key of the database at `path`; makes one if there is none and `may_make`. Blocks.
pub(in crate::store) fn read_or_make(path: &Path, may_make: bool, keys: &DataKeys) -> Result<PseudonymKey> {
    let file = key_file(path);
    if may_make && !file.exists() {
        let text = encoded(&PseudonymKey::new(rand::random()), keys.in_use())?;
        make(&file, &text).map_err(|error| {
            StoreError::Unusable(format!("cannot write the key for pseudonyms {}: {error}", file.display()))
        })?;
    }
    // Nobody is found by a random one, and nothing that is hashed with it is found again.
    Ok(read(path, keys)?.unwrap_or_else(|| PseudonymKey::new(rand::random())))
}

/// The key of the database at `path`; `None` where there is no file. Blocks.
pub(in crate::store) fn read(path: &Path, keys: &DataKeys) -> Result<Option<PseudonymKey>> {
    let file = key_file(path);
    match std::fs::read_to_string(&file) {
        Ok(text) => decoded(&text, keys).ok_or_else(|| unreadable(&file)).map(Some),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(StoreError::Unusable(format!(
            "cannot read the key for pseudonyms {}: {error}",
            file.display()
        ))),
    }
}

/// The whole key has its name, or there is none: it is written under another name, synced and linked. Where two make it at
/// once, the first wins.
fn make(file: &Path, text: &str) -> std::io::Result<()> {
    match begun(file, text)?.persist_noclobber(file) {
        Err(error) if error.error.kind() != std::io::ErrorKind::AlreadyExists => return Err(error.error),
        _ => {}
    }
    sync_folder(file)
}

/// The text in a synced file of the same folder, which has no name yet.
fn begun(file: &Path, text: &str) -> std::io::Result<tempfile::NamedTempFile> {
    // Created with mode 0600.
    let mut new = tempfile::Builder::new().prefix(".pseudonym-key-").tempfile_in(folder_of(file))?;
    new.write_all(text.as_bytes())?;
    keep_owner(new.as_file(), file)?;
    new.as_file().sync_all()?;
    Ok(new)
}

fn folder_of(file: &Path) -> &Path {
    file.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."))
}

fn sync_folder(file: &Path) -> std::io::Result<()> {
    File::options()
        .read(true)
        .custom_flags(rustix::fs::OFlags::DIRECTORY.bits() as i32)
        .open(folder_of(file))?
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
            let made: Vec<_> = (0..8)
                .map(|_| scope.spawn(|| read_or_make(&path, true, &DataKeys::none()).unwrap()))
                .collect();
            made.into_iter().map(|key| key.join().unwrap().fingerprint()).collect()
        });
        assert!(keys.iter().all(|key| *key == keys[0]));
        let mode = key_file(&path).metadata().unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600);
        assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 1, "nothing else is left");
        std::fs::write(key_file(&path), "short").unwrap();
        let refused = read_or_make(&path, true, &DataKeys::none()).unwrap_err().to_string();
        assert!(refused.contains("64 hexadecimal digits"), "{refused}");
    }

    #[test]
    fn who_only_reads_makes_none() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.db");
        read_or_make(&path, false, &DataKeys::none()).unwrap();
        assert!(!key_file(&path).exists());
    }

    #[test]
    fn with_a_database_that_is_encrypted_it_is_sealed_and_stays_the_same_key() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.db");
        let [old, new] = [1, 2].map(|n| DataKeys::of(DataKey::new([n; 32])));
        let key = read_or_make(&path, true, &DataKeys::none()).unwrap();
        let text = || std::fs::read_to_string(key_file(&path)).unwrap();
        let read = |keys| read_or_make(&path, false, keys).map(|key| key.to_hex());
        reseal(&path, &DataKeys::none(), old.in_use()).unwrap();
        assert!(text().starts_with(SEALED) && !text().contains(&key.to_hex()), "{}", text());
        assert_eq!(read(&old).unwrap(), key.to_hex());
        let none = DataKeys::none();
        for wrong in [&new, &none] {
            let refused = read(wrong).unwrap_err().to_string();
            assert!(refused.contains("encrypted with another key"), "{refused}");
        }
        reseal(&path, &old, new.in_use()).unwrap();
        assert_eq!(read(&new).unwrap(), key.to_hex());
        reseal(&path, &new, None).unwrap();
        assert_eq!(text().trim(), key.to_hex());
        let mode = key_file(&path).metadata().unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600);
        // One that is begun with a key is sealed at once; without a file there is nothing to do.
        let fresh = folder.path().join("b.db");
        reseal(&fresh, &old, new.in_use()).unwrap();
        read_or_make(&fresh, true, &new).unwrap();
        assert!(std::fs::read_to_string(key_file(&fresh)).unwrap().starts_with(SEALED));
    }
}

//! The file `munja.db-erased`: whom the service has erased on their request, by pseudonym, and the hashed keys of their last texts.
//! It lies beside the database and not in it, so that an older copy of the database that is put back does not bring anybody back
//! ([`Store::honour_erasures`](crate::store::Store::honour_erasures)).
//!
//! Lines of words: `citizen PSEUDONYM ERASED_AT OPTED_OUT_AT RESTRICTED_UNTIL_AT` (`-` for none), `text CARRIER KEY ERASED_AT`.

use std::collections::{BTreeMap, BTreeSet};
use std::fs::File;
use std::io::{ErrorKind, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};

use crate::domain::UnixMs;
use crate::domain::pseudonym::{PSEUDONYM_BYTES, Pseudonym};
use crate::store::engine::files::beside;
use crate::store::{Result, StoreError};

const HEAD: &str = "# Whom this service has erased, by pseudonym: no number, no name. If an older copy of the database is put back,\n\
                    # keep this file (and the -pseudonym-key) beside it: the next start erases them again.\n";

/// Where the file of a database lies.
pub fn erased_file(database: &Path) -> PathBuf {
    beside(database, "-erased")
}

/// Adds what the file of a backup says to the one beside the database at `database`; makes it where there is none. What stands there
/// already is younger, and has the last word. On disk when it returns. Blocks.
pub fn keep_erased(database: &Path, of_backup: &str) -> Result<()> {
    let path = erased_file(database);
    let keep = || -> std::io::Result<()> {
        let here = match std::fs::read_to_string(&path) {
            Err(error) if error.kind() == ErrorKind::NotFound => String::new(),
            here => here?,
        };
        let known: BTreeSet<&str> = here.lines().collect();
        let mut all: String =
            of_backup.lines().filter(|line| !known.contains(line)).map(|l| format!("{l}\n")).collect();
        if all.is_empty() {
            return Ok(());
        }
        all += &here;
        let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
        // Created with mode 0600.
        let mut file = tempfile::Builder::new().prefix(".munja-erased-").tempfile_in(folder)?;
        file.write_all(all.as_bytes())?;
        file.as_file().sync_all()?;
        file.persist(&path)?;
        File::open(folder)?.sync_all()
    };
    keep().map_err(|error| StoreError::Unusable(format!("{} cannot be written: {error}", path.display())))
}

/// Somebody who was erased.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Remembered {
    pub pseudonym: Pseudonym,
    pub erased_at: UnixMs,
    pub opted_out_at: Option<UnixMs>,
    pub restricted_until_at: Option<UnixMs>,
}

/// What the file says.
#[derive(Default)]
pub(super) struct Said {
    pub citizens: BTreeMap<Pseudonym, Remembered>,
    /// Carriers and hashed keys of texts, and when they were erased.
    pub texts: Vec<(String, String, UnixMs)>,
}

/// Writes down an erasure; on disk when it returns.
pub(super) fn remember(database: &Path, of: &Remembered, keys: &[(String, String)]) -> Result<()> {
    let path = erased_file(database);
    let written = || -> std::io::Result<()> {
        let is_new = !path.exists();
        let mut file = File::options().append(true).create(true).mode(0o600).open(&path)?;
        let mut lines = if is_new { HEAD.to_owned() } else { String::new() };
        let or_none = |at: Option<UnixMs>| at.map_or_else(|| "-".to_owned(), |at| at.to_string());
        lines += &format!(
            "citizen {} {} {} {}\n",
            of.pseudonym.to_hex(),
            of.erased_at,
            or_none(of.opted_out_at),
            or_none(of.restricted_until_at)
        );
        for (carrier, key) in keys {
            // A carrier's own id may hold anything; one with white space in it is only found in the database.
            if !key.contains(char::is_whitespace) {
                lines += &format!("text {carrier} {key} {}\n", of.erased_at);
            }
        }
        file.write_all(lines.as_bytes())?;
        file.sync_all()
    };
    written().map_err(|error| {
        StoreError::Unusable(format!("{} cannot be written: {error}; run the command again", path.display()))
    })
}

/// Reads it; lines that it cannot read are passed over.
pub(super) fn read(database: &Path) -> Result<Said> {
    let path = erased_file(database);
    let text = match std::fs::read_to_string(&path) {
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(Said::default()),
        text => {
            text.map_err(|error| StoreError::Unusable(format!("{} cannot be read: {error}", path.display())))?
        }
    };
    let mut said = Said::default();
    for line in text.lines().filter(|line| !line.starts_with('#')) {
        let words: Vec<&str> = line.split_whitespace().collect();
        match words.as_slice() {
            ["citizen", pseudonym, erased_at, opted_out_at, until] => {
                if let Some(one) = citizen(pseudonym, erased_at, (opted_out_at, until)) {
                    said.citizens.insert(one.pseudonym, one);
                }
            }
            ["text", carrier, key, erased_at] => {
                let erased_at = erased_at.parse().unwrap_or_default();
                said.texts.push(((*carrier).to_owned(), (*key).to_owned(), erased_at));
            }
            _ => {}
        }
    }
    Ok(said)
}

fn citizen(pseudonym: &str, erased_at: &str, (opted_out_at, until): (&str, &str)) -> Option<Remembered> {
    let mut bytes = [0; PSEUDONYM_BYTES];
    for (i, byte) in bytes.iter_mut().enumerate() {
        *byte = u8::from_str_radix(pseudonym.get(2 * i..2 * i + 2)?, 16).ok()?;
    }
    Some(Remembered {
        pseudonym: Pseudonym(bytes),
        erased_at: erased_at.parse().ok()?,
        opted_out_at: opted_out_at.parse().ok(),
        restricted_until_at: until.parse().ok(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_down_is_read_back() {
        let folder = tempfile::tempdir().unwrap();
        let database = folder.path().join("munja.db");
        assert!(read(&database).unwrap().citizens.is_empty());
        let one = Remembered {
            pseudonym: Pseudonym([0xab; PSEUDONYM_BYTES]),
            erased_at: 7,
            opted_out_at: Some(5),
            restricted_until_at: None,
        };
        let key = |key: &str| ("bizgo".to_owned(), key.to_owned());
        remember(&database, &one, &[key("erased:12"), key("with space")]).unwrap();
        let later = Remembered { erased_at: 9, ..one };
        remember(&database, &later, &[]).unwrap();
        let said = read(&database).unwrap();
        assert_eq!(said.citizens.values().collect::<Vec<_>>(), [&later], "the last word counts");
        assert_eq!(said.texts, [("bizgo".to_owned(), "erased:12".to_owned(), 7)]);
        // A backup adds whom this place does not know; a younger word of this place stands.
        let of_backup = std::fs::read_to_string(erased_file(&database)).unwrap();
        let elsewhere = folder.path().join("other.db");
        remember(&elsewhere, &Remembered { erased_at: 12, ..one }, &[]).unwrap();
        let another = Remembered { pseudonym: Pseudonym([0xcd; PSEUDONYM_BYTES]), ..one };
        remember(&elsewhere, &another, &[]).unwrap();
        for _ in 0..2 {
            keep_erased(&elsewhere, &of_backup).unwrap();
            let said = read(&elsewhere).unwrap();
            assert_eq!(said.citizens.values().map(|one| one.erased_at).collect::<Vec<_>>(), [12, 7]);
            assert_eq!(said.texts.len(), 1);
        }
        std::fs::write(erased_file(&database), "citizen zz 1 - -\nnonsense\n").unwrap();
        assert!(read(&database).unwrap().citizens.is_empty());
    }
}

//! The file `munja.db-erased`: whom the service has erased on their request, by pseudonym, and the hashed keys of their last texts.
//! It lies beside the database and not in it, so that an older copy of the database that is put back does not bring anybody back
//! ([`Store::honour_erasures`](crate::store::Store::honour_erasures)).
//!
//! Lines of words: `citizen PSEUDONYM ERASED_AT OPTED_OUT_AT RESTRICTED_UNTIL_AT` (`-` for none), `text CARRIER KEY ERASED_AT`. A line
//! that cannot be read is named, and takes no other with it.

use std::collections::{BTreeMap, BTreeSet};
use std::fs::File;
use std::io::{ErrorKind, Read, Seek, SeekFrom, Write};
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

/// The numbers of the lines that cannot be read in the file of the database at `database`. Blocks.
pub fn unreadable_erasures(database: &Path) -> Result<Vec<usize>> {
    Ok(read(database)?.unreadable)
}

/// When the newest erasure was that such a list names, as it stands in a backup; `None` where it names nobody.
pub fn newest_erasure(list: &str) -> Option<UnixMs> {
    let mut said = Said::default();
    for line in list.lines() {
        let _is_readable = said.take(line).is_some();
    }
    said.citizens.values().map(|one| one.erased_at).max()
}

/// The same of the file beside the database at `database`. Blocks.
pub fn newest_erasure_beside(database: &Path) -> Result<Option<UnixMs>> {
    Ok(read(database)?.citizens.values().map(|one| one.erased_at).max())
}

/// Adds what the file of a backup says to the one beside the database at `database`; makes it where there is none. What stands there
/// already is younger, and has the last word. On disk when it returns. Blocks.
pub fn keep_erased(database: &Path, of_backup: &str) -> Result<()> {
    let path = erased_file(database);
    let keep = || -> std::io::Result<()> {
        let here = content(&path)?.unwrap_or_default();
        let words = String::from_utf8_lossy(&here);
        let known: BTreeSet<&str> = words.lines().collect();
        let all: String =
            of_backup.lines().filter(|line| !known.contains(line)).map(|l| format!("{l}\n")).collect();
        if all.is_empty() {
            return Ok(());
        }
        let folder = folder_of(&path);
        // Created with mode 0600.
        let mut file = tempfile::Builder::new().prefix(".munja-erased-").tempfile_in(folder)?;
        file.write_all(all.as_bytes())?;
        file.write_all(&here)?;
        file.as_file().sync_all()?;
        file.persist(&path)?;
        File::open(folder)?.sync_all()
    };
    keep().map_err(|error| cannot_write(&path, &error))
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
#[derive(Debug, Default)]
pub(in crate::store) struct Said {
    pub(super) citizens: BTreeMap<Pseudonym, Remembered>,
    /// Carriers and hashed keys of texts, and when they were erased.
    pub(super) texts: BTreeMap<(String, String), UnixMs>,
    /// Lines that cannot be read, by number.
    pub(super) unreadable: Vec<usize>,
}

impl Said {
    /// Whether it names anybody.
    pub(in crate::store) fn is_empty(&self) -> bool {
        self.citizens.is_empty() && self.texts.is_empty() && self.unreadable.is_empty()
    }

    /// The lines of what the database knows and the file does not say.
    pub(super) fn lines_lacking(
        &self,
        citizens: &[Remembered],
        texts: &[((String, String), UnixMs)],
    ) -> Vec<String> {
        let is_said = |one: &&Remembered| {
            self.citizens.get(&one.pseudonym).is_some_and(|said| said.erased_at >= one.erased_at)
        };
        let people = citizens.iter().filter(|one| !is_said(one)).map(citizen_line);
        // White space would be read as the end of the key. No key that is hashed has any.
        let is_writable = |key: &str| !key.contains(char::is_whitespace);
        let texts = texts.iter().filter(|(of, _)| !self.texts.contains_key(of) && is_writable(&of.1));
        people.chain(texts.map(|((carrier, key), at)| format!("text {carrier} {key} {at}"))).collect()
    }

    fn take(&mut self, line: &str) -> Option<()> {
        let words: Vec<&str> = line.split_whitespace().collect();
        match words.as_slice() {
            ["citizen", pseudonym, erased_at, opted_out_at, until] => {
                let one = citizen(pseudonym, erased_at, (opted_out_at, until))?;
                self.citizens.insert(one.pseudonym, one);
            }
            ["text", carrier, key, erased_at] => {
                let at = erased_at.parse().ok()?;
                self.texts.insert(((*carrier).to_owned(), (*key).to_owned()), at);
            }
            _ => return None,
        }
        Some(())
    }
}

/// Adds lines; on disk when it returns. With none, it only proves that the file can be written to.
pub(super) fn append(database: &Path, lines: &[String]) -> Result<()> {
    let path = erased_file(database);
    let written = || -> std::io::Result<()> {
        let mut file = File::options().read(true).append(true).create(true).mode(0o600).open(&path)?;
        let is_new = file.metadata()?.len() == 0;
        if lines.is_empty() && !is_new {
            return Ok(());
        }
        let mut all = if is_new { HEAD.to_owned() } else { String::new() };
        // A crash or a full disk may have cut the last line off.
        if !is_new && !ends_a_line(&mut file)? {
            all.push('\n');
        }
        lines.iter().for_each(|line| all += &format!("{line}\n"));
        file.write_all(all.as_bytes())?;
        file.sync_all()?;
        if is_new { File::open(folder_of(&path))?.sync_all() } else { Ok(()) }
    };
    written().map_err(|error| cannot_write(&path, &error))
}

fn ends_a_line(file: &mut File) -> std::io::Result<bool> {
    let mut last = [0];
    file.seek(SeekFrom::End(-1))?;
    file.read_exact(&mut last)?;
    Ok(last == *b"\n")
}

/// Reads it.
pub(in crate::store) fn read(database: &Path) -> Result<Said> {
    let path = erased_file(database);
    let found = content(&path)
        .map_err(|error| StoreError::Unusable(format!("{} cannot be read: {error}", path.display())))?;
    let mut said = Said::default();
    for (n, line) in String::from_utf8_lossy(&found.unwrap_or_default()).lines().enumerate() {
        let is_empty = line.starts_with('#') || line.trim().is_empty();
        if !is_empty && said.take(line).is_none() {
            said.unreadable.push(n + 1);
        }
    }
    Ok(said)
}

/// `None` where there is no file.
fn content(path: &Path) -> std::io::Result<Option<Vec<u8>>> {
    match std::fs::read(path) {
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
        found => found.map(Some),
    }
}

fn cannot_write(path: &Path, error: &std::io::Error) -> StoreError {
    StoreError::Unusable(format!("{} cannot be written: {error}", path.display()))
}

fn folder_of(path: &Path) -> &Path {
    path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."))
}

fn citizen_line(of: &Remembered) -> String {
    let or_none = |at: Option<UnixMs>| at.map_or_else(|| "-".to_owned(), |at| at.to_string());
    let (pseudonym, wishes) = (of.pseudonym.to_hex(), [of.opted_out_at, of.restricted_until_at].map(or_none));
    format!("citizen {pseudonym} {} {} {}", of.erased_at, wishes[0], wishes[1])
}

fn citizen(pseudonym: &str, erased_at: &str, (opted_out_at, until): (&str, &str)) -> Option<Remembered> {
    if pseudonym.len() != 2 * PSEUDONYM_BYTES {
        return None;
    }
    let mut bytes = [0; PSEUDONYM_BYTES];
    for (i, byte) in bytes.iter_mut().enumerate() {
        *byte = u8::from_str_radix(pseudonym.get(2 * i..2 * i + 2)?, 16).ok()?;
    }
    let or_none = |word: &str| if word == "-" { Some(None) } else { word.parse().ok().map(Some) };
    Some(Remembered {
        pseudonym: Pseudonym(bytes),
        erased_at: erased_at.parse().ok()?,
        opted_out_at: or_none(opted_out_at)?,
        restricted_until_at: or_none(until)?,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn somebody(byte: u8, erased_at: UnixMs) -> Remembered {
        let pseudonym = Pseudonym([byte; PSEUDONYM_BYTES]);
        Remembered { pseudonym, erased_at, opted_out_at: Some(5), restricted_until_at: None }
    }

    fn remember(database: &Path, one: &Remembered, keys: &[&str]) {
        let key = |key: &&str| (("bizgo".to_owned(), (*key).to_owned()), one.erased_at);
        let texts: Vec<_> = keys.iter().map(key).collect();
        let lacking = read(database).unwrap().lines_lacking(&[*one], &texts);
        append(database, &lacking).unwrap();
    }

    fn erased_at(database: &Path) -> Vec<UnixMs> {
        read(database).unwrap().citizens.values().map(|one| one.erased_at).collect()
    }

    #[test]
    fn what_is_written_down_is_read_back() {
        let folder = tempfile::tempdir().unwrap();
        let database = folder.path().join("munja.db");
        assert!(read(&database).unwrap().is_empty());
        let one = somebody(0xab, 7);
        remember(&database, &one, &["erased:12", "with space"]);
        let once = std::fs::read(erased_file(&database)).unwrap();
        remember(&database, &one, &["erased:12"]);
        assert_eq!(std::fs::read(erased_file(&database)).unwrap(), once, "it is said once");
        let later = somebody(0xab, 9);
        remember(&database, &later, &[]);
        let said = read(&database).unwrap();
        assert_eq!(said.citizens.values().collect::<Vec<_>>(), [&later], "the last word counts");
        assert_eq!(said.texts, [(("bizgo".to_owned(), "erased:12".to_owned()), 7)].into());
        // A backup adds whom this place does not know; a younger word of this place stands.
        let of_backup = std::fs::read_to_string(erased_file(&database)).unwrap();
        assert_eq!((newest_erasure(&of_backup), newest_erasure(HEAD)), (Some(9), None));
        assert_eq!(newest_erasure_beside(&database).unwrap(), Some(9));
        let elsewhere = folder.path().join("other.db");
        remember(&elsewhere, &somebody(0xab, 12), &[]);
        remember(&elsewhere, &somebody(0xcd, 7), &[]);
        for _ in 0..2 {
            keep_erased(&elsewhere, &of_backup).unwrap();
            assert_eq!(erased_at(&elsewhere), [12, 7]);
            assert_eq!(read(&elsewhere).unwrap().texts.len(), 1);
        }
    }

    /// Whatever was cut off or damaged: the next line stands on its own, and every line that can be read is.
    #[test]
    fn a_torn_line_takes_no_other_with_it() {
        let folder = tempfile::tempdir().unwrap();
        let database = folder.path().join("munja.db");
        let path = erased_file(&database);
        remember(&database, &somebody(0xab, 7), &[]);
        let whole = std::fs::read(&path).unwrap();
        let line = whole.len() - HEAD.len();
        for kept in 1..line - 1 {
            std::fs::write(&path, &whole[..HEAD.len() + kept]).unwrap();
            remember(&database, &somebody(0xcd, 9), &["erased:12"]);
            let said = read(&database).unwrap();
            assert!(said.citizens.contains_key(&Pseudonym([0xcd; PSEUDONYM_BYTES])), "{kept}");
            assert_eq!(said.texts.len(), 1, "{kept}");
            let is_whole = said.citizens.len() == 2;
            assert_eq!(said.unreadable, if is_whole { vec![] } else { vec![3] }, "{kept}");
        }
        let mut bytes = b"citizen zz 1 - -\nnonsense \xff\xfe\n\ntext bizgo erased:9 never\n".to_vec();
        bytes.extend(citizen_line(&somebody(0xab, 7)).as_bytes());
        std::fs::write(&path, &bytes).unwrap();
        assert_eq!(unreadable_erasures(&database).unwrap(), [1, 2, 4]);
        assert_eq!(erased_at(&database), [7]);
        // Nor does a restore stumble over it.
        keep_erased(&database, &format!("{}\n", citizen_line(&somebody(0xcd, 9)))).unwrap();
        assert_eq!(erased_at(&database), [7, 9]);
        assert!(std::fs::read(&path).unwrap().ends_with(&bytes), "what stood there stands");
    }

    #[test]
    fn a_file_that_cannot_be_written_is_said() {
        let folder = tempfile::tempdir().unwrap();
        let database = folder.path().join("munja.db");
        std::fs::create_dir(erased_file(&database)).unwrap();
        let refused = append(&database, &[]).unwrap_err().to_string();
        assert!(refused.contains("munja.db-erased cannot be written"), "{refused}");
    }
}

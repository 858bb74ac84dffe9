//! Encrypting a database, changing its key, and taking the encryption away: into a new file beside it, which is proved and then takes
//! the old one's place. Whole copies beside it (of upgrades, or saved) go the same way, each by itself: what holds the same texts has
//! the same key. The caller holds the daemon's lock.
//!
//! The keys never part from the data, whenever the process dies or the power goes. While this works, the key file holds every key
//! that something is encrypted with, and opening tries them all:
//!
//! | it dies ...                                | what is there                         | what works                       |
//! |--------------------------------------------|---------------------------------------|----------------------------------|
//! | while the log is folded in                 | the old file                          | as before                        |
//! | while the new file is written or proved    | the old file, and one named `.recrypt`| as before; the next run removes it|
//! | between the proof and the renaming         | the same                              | as before                        |
//! | after the renaming                         | the new file                          | the new key, which is in the key file since before |
//! | while photos are written                   | some old, some new, each whole        | each is read with the key it has |
//! | while copies are written                   | the same; perhaps a `.recrypt` of one | each opens with the key it has; the next run removes the `.recrypt` |
//! | before an old key leaves the key file      | everything new                        | the old key opens nothing any more|
//!
//! In each case the same command goes on where it was broken off. An old log must not meet a new file, whose pages it would
//! overwrite: it is folded in and gone before, and the renaming is refused if it is not. The one who is last to be told is the
//! configuration: after [`Store::recrypt`] to no key it still names the key file, and the start says so.

use std::fs::{self, File};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use rusqlite::{Connection, named_params};

use super::copy::contents;
use super::examine::examine_copy;
use crate::domain::data_key::{DataKey, DataKeys};
use crate::domain::privacy::FileKind;
use crate::store::engine::cipher::{self, Opens};
use crate::store::engine::files::{beside, keep_owner};
use crate::store::engine::{migrate, pseudonym_key};
use crate::store::photo::Files;
use crate::store::privacy::traces::files_of;
use crate::store::{Result, Store, StoreError, StoreOptions, connect, journal_mode};

/// What was done.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Recrypted {
    /// The database was written anew; it was not where it was already as asked for.
    pub is_rewritten: bool,
    pub n_rows: i64,
    pub n_photos: usize,
    /// Photos that are damaged or that no key opens; they were left as they are.
    pub n_photos_left: usize,
    pub copies: RecryptedCopies,
}

/// What was done with the copies of the whole database beside it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct RecryptedCopies {
    /// How many were written anew.
    pub n: usize,
    /// Those that were left as they are, each with the reason: they are damaged, no key opens them, or the disk refused.
    pub left: Vec<(PathBuf, String)>,
}

/// The longest wait for another connection to be closed.
const PATIENCE: Duration = Duration::from_secs(3);
/// The ending of the new file while it is written.
const UNFINISHED: &str = ".recrypt";

impl Store {
    /// Encrypts the database at `path`, its photos, its key for pseudonyms and the copies beside it with `to`, or leaves them
    /// unencrypted without one. `keys` are all that something may be encrypted with, `to` among them. What is already so is not
    /// written again. Blocks.
    pub fn recrypt(path: &Path, keys: &DataKeys, to: Option<&DataKey>) -> Result<Recrypted> {
        // A link is followed: the file itself changes, not what leads to it.
        let path = &beside(path, "");
        let found = cipher::opens(path, keys)?;
        let from = match &found {
            Opens::Plain => DataKeys::none(),
            Opens::With(key) => keys.led_by(key),
            Opens::Nothing => return Err(StoreError::NotFound),
            Opens::No => return Err(cipher::settle_copy(path, keys).err().unwrap_or(StoreError::NotFound)),
        };
        let what_lies_beside = || -> Result<_> {
            pseudonym_key::reseal(path, keys, to)?;
            Ok((Files::beside(path, keys.clone()).reseal(to)?, copies(path, keys, to)?))
        };
        // The way back: a start without a key must find nothing that needs one.
        let before = if to.is_none() { Some(what_lies_beside()?) } else { None };
        let is_rewritten = from.in_use() != to;
        let n_rows = if is_rewritten { rewrite(path, (&from, to), None)? } else { 0 };
        let ((n_photos, n_photos_left), copies) = match before {
            Some(done) => done,
            None => what_lies_beside()?,
        };
        Ok(Recrypted { is_rewritten, n_rows, n_photos, n_photos_left, copies })
    }
}

/// Does the same with every copy of the database beside it. One that cannot be written anew keeps no other from it.
fn copies(database: &Path, keys: &DataKeys, to: Option<&DataKey>) -> Result<RecryptedCopies> {
    let mut done = RecryptedCopies::default();
    for (path, kind) in files_of(database)? {
        if !kind.is_some_and(FileKind::is_copy) {
            continue;
        }
        // Half of a copy, which is made anew where it is needed: nobody else is at work, for the caller holds the lock.
        if is_unfinished(&path) {
            remove(&path)?;
            continue;
        }
        match copy(&path, keys, to) {
            Ok(is_rewritten) => done.n += usize::from(is_rewritten),
            Err(error) => {
                remove_unfinished(&path)?;
                done.left.push((path, error.to_string()));
            }
        }
    }
    Ok(done)
}

/// Writes a copy anew, unless it is as asked for; whether that was necessary. Its time stays: copies are kept for so long from then.
fn copy(path: &Path, keys: &DataKeys, to: Option<&DataKey>) -> Result<bool> {
    let from = match cipher::opens(path, keys)? {
        Opens::Nothing => return Ok(false),
        Opens::No => return Err(StoreError::Unusable("no key opens it".to_owned())),
        Opens::Plain => DataKeys::none(),
        Opens::With(key) => keys.led_by(&key),
    };
    if from.in_use() == to {
        return Ok(false);
    }
    let made_at = path.metadata().and_then(|found| found.modified()).map_err(|error| cannot(path, &error))?;
    rewrite(path, (&from, to), Some(made_at))?;
    Ok(true)
}

fn is_unfinished(copy: &Path) -> bool {
    let name = copy.as_os_str().to_string_lossy();
    name.ends_with(".partial") || name.trim_end_matches("-journal").ends_with(UNFINISHED)
}

/// Removes the new file of a run that was broken off; returns its path.
fn remove_unfinished(path: &Path) -> Result<PathBuf> {
    let new = beside(path, UNFINISHED);
    for left in ["", "-journal", "-wal", "-shm"] {
        remove(&beside(&new, left))?;
    }
    Ok(new)
}

/// Removes a file, if it is there.
fn remove(file: &Path) -> Result<()> {
    match fs::remove_file(file) {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => Err(cannot(file, &error)),
        _ => Ok(()),
    }
}

fn cannot(file: &Path, error: &std::io::Error) -> StoreError {
    StoreError::Unusable(format!("{} cannot be written: {error}", file.display()))
}

/// Writes the database into a new file, proves it, and puts it in the old one's place, with the time `dated`; returns its rows.
fn rewrite(path: &Path, (from, to): (&DataKeys, Option<&DataKey>), dated: Option<SystemTime>) -> Result<i64> {
    let new = remove_unfinished(path)?;
    let cannot = |error: std::io::Error| cannot(&new, &error);
    let options = StoreOptions { create: false, keys: from.clone(), ..StoreOptions::default() };
    let source = connect(path, &options, true)?;
    migrate::known(&source, path)?;
    fold_in(&source, path)?;
    let held = contents(&source)?;
    let file = File::options().write(true).create_new(true).mode(0o600).open(&new).map_err(cannot)?;
    keep_owner(&file, path).map_err(cannot)?;
    export(&source, &new, to)?;
    source.close().map_err(|(_, error)| StoreError::from(error))?;
    dated.map_or(Ok(()), |at| file.set_modified(at)).map_err(cannot)?;
    file.sync_all().map_err(cannot)?;
    let keys = to.cloned().map(DataKeys::of).unwrap_or_default();
    if let Some(trouble) = examine_copy(&new, &held, &keys)?.first() {
        return Err(StoreError::Unusable(format!(
            "{} is not the same as {}, which stays as it is ({}: {})",
            new.display(),
            path.display(),
            trouble.what,
            trouble.why
        )));
    }
    must_have_no_log(path)?;
    fs::rename(&new, path).map_err(cannot)?;
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    File::open(folder).and_then(|folder| folder.sync_all()).map_err(cannot)?;
    Ok(held.rows.values().sum())
}

/// Folds the log into the file and removes it: the file is whole by itself afterwards.
fn fold_in(source: &Connection, path: &Path) -> Result<()> {
    journal_mode(source, "DELETE", PATIENCE)?;
    must_have_no_log(path)
}

fn must_have_no_log(path: &Path) -> Result<()> {
    let log = beside(path, "-wal");
    if log.metadata().is_ok_and(|log| log.len() > 0) {
        return Err(StoreError::Unusable(format!(
            "{} could not be folded into the database: another program has it open",
            log.display()
        )));
    }
    Ok(())
}

/// Copies everything into the empty file `new`. Only `sqlcipher_export` goes from a file with a key to one with another, or without.
fn export(source: &Connection, new: &Path, to: Option<&DataKey>) -> Result<()> {
    let name = new.to_str().ok_or_else(|| {
        StoreError::Unusable(format!(
            "{} has a name that is not UTF-8, which cannot be encrypted",
            new.display()
        ))
    })?;
    let key = to.map_or(String::new(), |key| format!("x'{}'", key.to_hex()));
    let attach = "ATTACH DATABASE :name AS fresh KEY :key";
    source.execute(attach, named_params! { ":name": name, ":key": key })?;
    source.query_row("SELECT sqlcipher_export('fresh')", [], |_| Ok(()))?;
    // These two it leaves out.
    for pragma in ["user_version", "application_id"] {
        let value: i32 = source.pragma_query_value(Some("main"), pragma, |row| row.get(0))?;
        source.pragma_update(Some("fresh"), pragma, value)?;
    }
    Ok(source.execute_batch("DETACH DATABASE fresh")?)
}

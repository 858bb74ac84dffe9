//! Encrypting a database, changing its key, and taking the encryption away: into a new file beside it, which is proved and then takes
//! the old one's place. The caller holds the daemon's lock.
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
//! | before an old key leaves the key file      | everything new                        | the old key opens nothing any more|
//!
//! In each case the same command goes on where it was broken off. An old log must not meet a new file, whose pages it would
//! overwrite: it is folded in and gone before, and the renaming is refused if it is not. The one who is last to be told is the
//! configuration: after [`Store::recrypt`] to no key it still names the key file, and the start says so.

use std::fs::{self, File};
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;
use std::time::Duration;

use rusqlite::{Connection, named_params};

use super::copy::contents;
use super::examine::examine_copy;
use crate::domain::data_key::{DataKey, DataKeys};
use crate::store::engine::cipher::{self, Opens};
use crate::store::engine::files::{beside, keep_owner};
use crate::store::engine::{migrate, pseudonym_key};
use crate::store::photo::Files;
use crate::store::{Result, Store, StoreError, StoreOptions, connect, journal_mode};

/// What was done.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Recrypted {
    /// The database was written anew; it was not where it was already as asked for.
    pub is_rewritten: bool,
    pub n_rows: i64,
    pub n_photos: usize,
    /// Photos that are damaged or that no key opens; they were left as they are.
    pub n_photos_left: usize,
}

/// The longest wait for another connection to be closed.
const PATIENCE: Duration = Duration::from_secs(3);
/// The ending of the new file while it is written.
const UNFINISHED: &str = ".recrypt";

impl Store {
    /// Encrypts the database at `path`, its photos and its key for pseudonyms with `to`, or leaves them unencrypted without one.
    /// `keys` are all that something may be encrypted with, `to` among them. What is already so is not written again. Blocks.
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
        let files = Files::beside(path, keys.clone());
        // The way back: a start without a key must find nothing that needs one.
        let photos = match to {
            None => Some(files.reseal(None)?),
            Some(_) => None,
        };
        if to.is_none() {
            pseudonym_key::reseal(path, keys, None)?;
        }
        let is_rewritten = from.in_use() != to;
        let n_rows = if is_rewritten { rewrite(path, &from, to)? } else { 0 };
        let (n_photos, n_photos_left) = match photos {
            Some(done) => done,
            None => {
                pseudonym_key::reseal(path, keys, to)?;
                files.reseal(to)?
            }
        };
        Ok(Recrypted { is_rewritten, n_rows, n_photos, n_photos_left })
    }
}

/// Writes the database into a new file, proves it, and puts it in the old one's place; returns its rows.
fn rewrite(path: &Path, from: &DataKeys, to: Option<&DataKey>) -> Result<i64> {
    let new = beside(path, UNFINISHED);
    let cannot =
        |error: std::io::Error| StoreError::Unusable(format!("{} cannot be written: {error}", new.display()));
    for left in ["", "-journal", "-wal", "-shm"].map(|ending| beside(&new, ending)) {
        match fs::remove_file(&left) {
            Err(error) if error.kind() != std::io::ErrorKind::NotFound => return Err(cannot(error)),
            _ => {}
        }
    }
    let options = StoreOptions { create: false, keys: from.clone(), ..StoreOptions::default() };
    let source = connect(path, &options, true)?;
    migrate::known(&source, path)?;
    fold_in(&source, path)?;
    let held = contents(&source)?;
    let file = File::options().write(true).create_new(true).mode(0o600).open(&new).map_err(cannot)?;
    keep_owner(&file, path).map_err(cannot)?;
    export(&source, &new, to)?;
    source.close().map_err(|(_, error)| StoreError::from(error))?;
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

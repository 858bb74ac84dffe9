//! Putting a copy where a database is to be. The database gets its name last: until then nothing of it can be started.

use std::fs::{self, File};
use std::path::Path;

use super::examine::open;
use crate::domain::data_key::DataKeys;
use crate::store::engine::files::{beside, mark_made, refuse_dangling};
use crate::store::engine::pseudonym_key::{decoded, key_file};
use crate::store::engine::reached::Reached;
use crate::store::photo::{Files, Hash, SoundFile};
use crate::store::{Result, StoreError};

/// Refuses a place where a database is, or what one left that would be mixed with the copy. A mark that there was one is no
/// hindrance: that it is lost is why the copy is put back.
pub fn refuse_occupied(database: &Path) -> Result<()> {
    refuse_dangling(database)?;
    let shown = database.display();
    if fs::symlink_metadata(database).is_ok() {
        return Err(StoreError::Unusable(format!(
            "{shown} is there already, and nothing is overwritten: stop the gateway and move it away with all that lies \
             beside it ({shown}-wal, {shown}-shm), or restore to another folder with --to"
        )));
    }
    for ending in ["-wal", "-shm", "-journal"] {
        let left = beside(database, ending);
        if left.exists() {
            return Err(StoreError::Unusable(format!(
                "{} is left of a database that is gone, and may hold its last texts: move it away, and keep it",
                left.display()
            )));
        }
    }
    Ok(())
}

/// A photo of the database at `database`. `Corrupt` if its bytes do not match the hash. Blocks.
pub fn open_photo(database: &Path, hash: &Hash, keys: &DataKeys) -> Result<SoundFile> {
    Files::beside(database, keys.clone()).open(hash)
}

/// The same photo as it lies on disk: encrypted where it is. Blocks.
pub fn photo_as_it_lies(database: &Path, hash: &Hash, keys: &DataKeys) -> Result<Vec<u8>> {
    Files::beside(database, keys.clone()).as_it_lies(hash)
}

/// The photo that lay on disk as `bytes`; `None` if it is not the one of this hash, or is encrypted with another key.
pub fn photo_content(hash: &Hash, bytes: Vec<u8>, keys: &DataKeys) -> Option<Vec<u8>> {
    Files::content(keys, hash, bytes)
}

/// Writes and syncs a photo beside the database at `database`; returns its SHA-256. Blocks.
pub fn keep_photo(database: &Path, bytes: &[u8], keys: &DataKeys) -> Result<Hash> {
    Files::beside(database, keys.clone()).keep(bytes)
}

/// Gives the copy, in a file of the same folder, and its key for pseudonyms their names. Blocks.
pub fn place(copy: &Path, key: Option<&str>, database: &Path, keys: &DataKeys) -> Result<()> {
    refuse_occupied(database)?;
    if let Some(key) = key {
        place_key(key, database, keys)?;
    }
    let cannot = |error: std::io::Error| {
        StoreError::Unusable(format!("{} cannot be made: {error}", database.display()))
    };
    File::open(copy).and_then(|file| file.sync_all()).map_err(cannot)?;
    // A start compares the database with the mark of the one before it.
    Reached::of(&open(copy, keys)?)?.write(database)?;
    // A link fails where there is a file, a rename would replace it.
    fs::hard_link(copy, database).map_err(cannot)?;
    fs::remove_file(copy).map_err(cannot)?;
    mark_made(database);
    sync_folder(database).map_err(cannot)
}

/// Refuses a place that has another key for pseudonyms than the copy: that of another installation. Says whether it has this one.
pub fn has_key_of_copy(key: &str, database: &Path, keys: &DataKeys) -> Result<bool> {
    let path = key_file(database);
    match fs::read_to_string(&path) {
        Ok(found) if is_same_key(&found, key, keys) => Ok(true),
        Ok(_) => Err(StoreError::Unusable(format!(
            "{} is there already and is another key than that of the copy: move it away, and keep it",
            path.display()
        ))),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(false),
        Err(error) => Err(StoreError::Unusable(format!("{} cannot be read: {error}", path.display()))),
    }
}

fn place_key(key: &str, database: &Path, keys: &DataKeys) -> Result<()> {
    use std::io::Write;
    use std::os::unix::fs::OpenOptionsExt;
    let path = key_file(database);
    let cannot =
        |error: std::io::Error| StoreError::Unusable(format!("{} cannot be made: {error}", path.display()));
    if has_key_of_copy(key, database, keys)? {
        return Ok(());
    }
    let mut file = File::options().write(true).create_new(true).mode(0o600).open(&path).map_err(cannot)?;
    file.write_all(key.as_bytes()).and_then(|()| file.sync_all()).map_err(cannot)
}

/// Whether two files hold the same key, encrypted or not.
fn is_same_key(one: &str, other: &str, keys: &DataKeys) -> bool {
    let [a, b] = [one, other].map(|text| decoded(text, keys).map(|key| key.to_hex()));
    one.trim() == other.trim() || (a.is_some() && a == b)
}

fn sync_folder(of: &Path) -> std::io::Result<()> {
    let folder = match of.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => folder,
        _ => Path::new("."),
    };
    File::open(folder)?.sync_all()
}

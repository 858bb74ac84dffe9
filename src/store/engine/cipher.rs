//! Opening connections, of which the key is the very first statement. Every connection of the store is opened here; what SQLite
//! opens by itself (`VACUUM INTO`) takes the key of the connection that asks for it.
//!
//! A key that does not fit is no damage. SQLite calls both "not a database"; [`settle`] tells them apart once, before a file is
//! used, and refuses with what mends it. Nothing is changed by that.

use std::fs::File;
use std::io::Read;
use std::path::{Path, PathBuf};
use std::time::Duration;

use rusqlite::{Connection, OpenFlags};

use crate::domain::data_key::{CAN_ENCRYPT, DataKey, DataKeys};
use crate::store::{Result, StoreError};

/// What a database file that is not encrypted begins with.
const PLAIN: &[u8; 16] = b"SQLite format 3\0";
/// Of SQLite, and of SQLCipher.
const PAGE: usize = 4_096;
/// A page of random bytes has nearly all 256; one of text or of a table far fewer.
const MANY_DIFFERENT: usize = 230;

/// By which key a file opens.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Opens {
    /// There is no file, or it is empty.
    Nothing,
    Plain,
    With(DataKey),
    /// Neither by one of the keys nor without.
    No,
}

/// Opens a connection, at a path or a URI, with the key in use.
pub(in crate::store) fn open(at: &Path, flags: OpenFlags, keys: &DataKeys) -> Result<Connection> {
    open_with(at, flags, keys.in_use())
}

fn open_with(at: &Path, flags: OpenFlags, key: Option<&DataKey>) -> Result<Connection> {
    if key.is_some() {
        // Without SQLCipher the statement below would do nothing, and texts would be written as they are.
        must_be_able()?;
    }
    let connection = Connection::open_with_flags(at, flags)?;
    if let Some(key) = key {
        // SQLCipher would write to standard error what the error says that it returns.
        let sql = format!("PRAGMA key = \"x'{}'\"; PRAGMA cipher_log_level = NONE", key.to_hex());
        connection.execute_batch(&sql)?;
    }
    Ok(connection)
}

fn must_be_able() -> Result<()> {
    if CAN_ENCRYPT {
        return Ok(());
    }
    Err(StoreError::Unusable(
        "this munjad cannot encrypt: install the package munja-sqlcipher, or take database.key_file out of the configuration"
            .to_owned(),
    ))
}

/// By which of the keys the file opens. Only reads.
pub fn opens(file: &Path, keys: &DataKeys) -> Result<Opens> {
    if !file.metadata().is_ok_and(|found| found.is_file() && found.len() > 0) {
        return Ok(Opens::Nothing);
    }
    for key in keys.all() {
        if is_readable(file, Some(key))? {
            return Ok(Opens::With(key.clone()));
        }
    }
    Ok(if is_readable(file, None)? { Opens::Plain } else { Opens::No })
}

fn is_readable(file: &Path, key: Option<&DataKey>) -> Result<bool> {
    let read = || -> Result<i64> {
        let (uri, flags) = read_only(file);
        let connection = open_with(Path::new(&uri), flags, key)?;
        connection.busy_timeout(Duration::from_secs(5))?;
        Ok(connection.query_row("SELECT count(*) FROM sqlite_schema", [], |row| row.get(0))?)
    };
    match read() {
        Ok(_) => Ok(true),
        // What else is wrong with it shows when it is opened to be used.
        Err(StoreError::Corrupt(_)) => Ok(false),
        Err(error) => Err(error),
    }
}

/// The keys with the one in use that opens the file. Refuses a file that is encrypted with another key, or with none.
pub(in crate::store) fn settle(file: &Path, keys: &DataKeys) -> Result<DataKeys> {
    if keys.is_none() {
        return Ok(DataKeys::none());
    }
    must_be_able()?;
    match opens(file, keys)? {
        Opens::Nothing => Ok(keys.clone()),
        Opens::With(key) => Ok(keys.led_by(&key)),
        Opens::Plain => Err(StoreError::Unusable(format!(
            "{} is not encrypted, and database.key_file is set: stop the gateway and run `munjad db encrypt`",
            file.display()
        ))),
        Opens::No => Err(StoreError::Unusable(format!(
            "{} does not open with the key in {}: it is encrypted with another key, or its first page is damaged. Put the \
             right key there; nothing was changed",
            file.display(),
            keys.file().display()
        ))),
    }
}

/// As [`settle`], for a copy, which may have been made before the database was encrypted: then no key is in use.
pub(in crate::store) fn settle_copy(copy: &Path, keys: &DataKeys) -> Result<DataKeys> {
    match opens(copy, keys) {
        Ok(Opens::Plain) => Ok(DataKeys::none()),
        Ok(Opens::No) if keys.is_none() && seems_encrypted(copy) => Err(needs_a_key(copy)),
        _ => settle(copy, keys),
    }
}

/// An error of opening `file` without a key; says so if the file is encrypted.
pub(in crate::store) fn explained(file: &Path, error: StoreError) -> StoreError {
    match error {
        StoreError::Corrupt(_) if seems_encrypted(file) => needs_a_key(file),
        other => other,
    }
}

fn needs_a_key(file: &Path) -> StoreError {
    let file = file.display();
    StoreError::Unusable(match CAN_ENCRYPT {
        true => format!(
            "{file} is encrypted: name the file with its key in database.key_file, or hand it over as systemd's credential \
             database_key. Nothing was changed"
        ),
        false => format!(
            "{file} is encrypted, and this munjad cannot read it: install the package munja-sqlcipher, and name the file with \
             its key in database.key_file. Nothing was changed"
        ),
    })
}

/// Whether a file that is no plain database looks as SQLCipher writes it: whole pages, the first of which seems random. Only for a
/// file that this process has not open: closing a handle of a file drops the locks that SQLite has on it.
pub fn seems_encrypted(file: &Path) -> bool {
    let mut page = [0; PAGE];
    let is_whole = file.metadata().is_ok_and(|found| found.len() % PAGE as u64 == 0);
    let is_read = File::open(file).and_then(|mut file| file.read_exact(&mut page)).is_ok();
    if !(is_whole && is_read) || page.starts_with(PLAIN) {
        return false;
    }
    let mut seen = [false; 256];
    page.iter().for_each(|byte| seen[usize::from(*byte)] = true);
    seen.iter().filter(|is_there| **is_there).count() >= MANY_DIFFERENT
}

/// Whether a file begins as a database that is not encrypted. Only for a file that this process has not open.
pub fn is_plain(file: &Path) -> bool {
    File::open(file).and_then(begins_plain).unwrap_or(false)
}

/// Whether these bytes begin as a database that is not encrypted.
pub fn begins_plain(mut bytes: impl Read) -> std::io::Result<bool> {
    let mut begin = [0; PLAIN.len()];
    bytes.read_exact(&mut begin)?;
    Ok(begin == *PLAIN)
}

/// How to open a file so that nothing is changed, in it or beside it: a URI and its flags. If a log exists, it is read too. If none
/// exists, nobody has the file open, and SQLite reads it as `immutable`: otherwise it would create a log and leave it there.
pub(in crate::store) fn read_only(path: &Path) -> (String, OpenFlags) {
    // The log lies beside the file itself, not beside a link to it.
    let path = &path.canonicalize().unwrap_or_else(|_| path.to_owned());
    let beside = |suffix: &str| {
        let mut name = path.as_os_str().to_owned();
        name.push(suffix);
        PathBuf::from(name).exists()
    };
    let has_log = beside("-wal") || beside("-journal");
    let mode = if has_log { "?mode=ro" } else { "?mode=ro&immutable=1" };
    // Without the empty host, a path that begins with two slashes would name a host.
    let scheme = if path.is_absolute() { "file://" } else { "file:" };
    let flags =
        OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX | OpenFlags::SQLITE_OPEN_URI;
    (format!("{scheme}{}{mode}", percent_encoded(path)), flags)
}

/// A path for an SQLite URI, with any bytes.
fn percent_encoded(path: &Path) -> String {
    use std::fmt::Write as _;
    let mut uri = String::new();
    for byte in path.as_os_str().as_encoded_bytes() {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'/' | b'.' | b'-' | b'_' => {
                uri.push(char::from(*byte))
            }
            // Writing to a String cannot fail.
            _ => drop(write!(uri, "%{byte:02X}")),
        }
    }
    uri
}

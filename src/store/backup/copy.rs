//! A copy of a database that is in use: all pages in one step, from one state, by a connection that never writes. The writer
//! goes on meanwhile (WAL): a copy is never half of one commit, and holds all that was committed before it began.

use std::collections::BTreeMap;
use std::fs::File;
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;
use std::time::Duration;

use rusqlite::backup::{Backup, StepResult};
use rusqlite::{Connection, OpenFlags};

use super::table::table_names;
use crate::domain::data_key::DataKeys;
use crate::store::engine::{cipher, migrate};
use crate::store::photo::Hash;
use crate::store::{Result, StoreError, StoreOptions, connect};

/// How often a locked file is tried again, and how long to wait in between.
const TRIES: u32 = 50;
const BETWEEN: Duration = Duration::from_millis(100);

/// What a copy holds, counted in the state that it was made from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Contents {
    pub schema_version: i32,
    /// Rows by table.
    pub rows: BTreeMap<String, i64>,
    pub last_event_seq: i64,
    /// SHA-256 of the photos, films and voice messages that rows name.
    pub photos: Vec<Hash>,
}

/// Copies the database at `from` into the new file `to` (mode 0600, synced, no log beside it); returns what it held. Takes no
/// lock of the daemon's and never waits for its writer. Accepts a database of an older version. A copy of an encrypted one is
/// encrypted with the same key. Blocks.
pub fn copy_database(from: &Path, to: &Path, keys: &DataKeys) -> Result<Contents> {
    let keys = cipher::settle(from, keys)?;
    let options = StoreOptions { keys: keys.clone(), ..StoreOptions::default() };
    let source = connect(from, &options, false).map_err(|error| cipher::explained(from, error))?;
    migrate::known(&source, from).map_err(|error| cipher::explained(from, error))?;
    let cannot =
        |error: std::io::Error| StoreError::Unusable(format!("{} cannot be written: {error}", to.display()));
    let file = File::options().write(true).create_new(true).mode(0o600).open(to).map_err(cannot)?;
    // The backup reads in this transaction: what is counted is what is copied.
    source.execute_batch("BEGIN")?;
    let contents = contents(&source)?;
    copy_all(&source, to, &keys)?;
    source.execute_batch("COMMIT")?;
    file.sync_all().map_err(cannot)?;
    Ok(contents)
}

fn copy_all(source: &Connection, to: &Path, keys: &DataKeys) -> Result<()> {
    // SQLCipher refuses to copy pages between a file with a key and one without.
    let mut target = cipher::open(to, OpenFlags::default(), keys)?;
    {
        let backup = Backup::new(source, &mut target)?;
        let mut tries = 0;
        loop {
            match backup.step(-1)? {
                StepResult::Done => break,
                _ if tries >= TRIES => return Err(StoreError::Busy),
                _ => {
                    tries += 1;
                    std::thread::sleep(BETWEEN);
                }
            }
        }
    }
    // One file, which any program can read as it is.
    target.query_row("PRAGMA journal_mode = DELETE", [], |_| Ok(()))?;
    target.close().map_err(|(_, error)| error.into())
}

/// Counts everything.
pub(super) fn contents(conn: &Connection) -> Result<Contents> {
    let mut rows = BTreeMap::new();
    for name in table_names(conn)? {
        let n = conn.query_row(&format!("SELECT count(*) FROM \"{name}\""), [], |r| r.get(0))?;
        rows.insert(name, n);
    }
    // The first versions had no photos.
    let mut photos = Vec::new();
    if rows.contains_key("photo") {
        let sql = "SELECT DISTINCT sha256 FROM photo WHERE state = 'kept' ORDER BY sha256";
        photos = conn.prepare(sql)?.query_map([], |r| r.get(0))?.collect::<rusqlite::Result<_>>()?;
    }
    Ok(Contents {
        schema_version: conn.pragma_query_value(None, "user_version", |r| r.get(0))?,
        rows,
        last_event_seq: conn.query_row("SELECT coalesce(max(seq), 0) FROM event", [], |r| r.get(0))?,
        photos,
    })
}

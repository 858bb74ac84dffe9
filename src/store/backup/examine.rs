//! Whether a database is sound: what SQLite says, references, what the service relies on, and the files of photos.

use std::path::Path;
use std::sync::Arc;

use rusqlite::{Connection, OpenFlags};

use super::copy::{Contents, contents};
use crate::domain::UnixMs;
use crate::domain::data_key::DataKeys;
use crate::store::engine::{cipher, migrate};
use crate::store::journal::access_read;
use crate::store::photo::{Files, Hash};
use crate::store::{Result, SCHEMA_VERSION, Store, StoreError};

/// Something that is wrong. Names tables and counts, never contents.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Trouble {
    /// Which examination found it.
    pub what: &'static str,
    pub why: String,
}

/// What an examination found.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Examined {
    pub troubles: Vec<Trouble>,
    /// Photos whose bytes were compared with their hashes.
    pub n_photos: usize,
}

/// One examination: its name, and what is wrong by it.
type Check = (&'static str, fn(&Connection) -> Result<Vec<String>>);

/// What holds in a file of every version.
const CHECKS: &[Check] = &[("integrity", integrity), ("references", references)];

/// Everything else that is examined in a copy and by `munjad db check --full`, in the words of today's schema. A new promise of the
/// database gets its line here and is then proved with every backup.
const PROMISES: &[Check] = &[
    ("the access log is as it was written", |conn| {
        let verified = access_read::verify(conn, &access_read::HeadFiles::default(), |_| {})?;
        Ok(verified
            .chain
            .err()
            .map(|damage| format!("row {}: {}", damage.seq(), damage.as_str()))
            .into_iter()
            .collect())
    }),
    ("replies have their texts", |conn| {
        count_wrong(
            conn,
            "SELECT count(*) FROM reply r WHERE NOT EXISTS (SELECT 1 FROM outbox o WHERE o.reply_id = r.id)",
            "replies without a text",
        )
    }),
    ("texts stand in the conversation of their citizen", |conn| {
        count_wrong(
            conn,
            "SELECT count(*) FROM outbox o JOIN conversation c ON c.id = o.conversation_id WHERE c.citizen <> o.citizen",
            "texts in the conversation of another citizen",
        )
    }),
    ("receipts belong to the carrier of their text", |conn| {
        count_wrong(
            conn,
            "SELECT count(*) FROM receipt r JOIN outbox o ON o.id = r.outbox_id WHERE r.carrier <> o.carrier",
            "receipts of another carrier than their text",
        )
    }),
    ("texts were put where a person sees them", |conn| {
        count_wrong(
            conn,
            "SELECT count(*) FROM inbox i JOIN conversation c ON c.id = i.conversation_id
             WHERE i.purpose = 'question' AND i.seq > c.last_inbound_seq",
            "texts that their conversation does not count",
        )
    }),
];

/// The first line of each problem is told; more would say the same.
const MOST_TOLD: usize = 5;

fn integrity(conn: &Connection) -> Result<Vec<String>> {
    let mut check = conn.prepare(&format!("PRAGMA integrity_check({MOST_TOLD})"))?;
    let rows = check.query_map([], |r| r.get::<_, String>(0))?;
    let lines = rows.collect::<rusqlite::Result<Vec<_>>>()?;
    Ok(lines.into_iter().filter(|line| line != "ok").collect())
}

fn references(conn: &Connection) -> Result<Vec<String>> {
    let mut check = conn.prepare("PRAGMA foreign_key_check")?;
    let broken = check.query_map([], |r| {
        Ok(format!("{} refers to a missing {}", r.get::<_, String>("table")?, r.get::<_, String>("parent")?))
    })?;
    let mut broken = broken.collect::<rusqlite::Result<Vec<_>>>()?;
    broken.sort();
    broken.dedup();
    broken.truncate(MOST_TOLD);
    Ok(broken)
}

fn count_wrong(conn: &Connection, sql: &str, what: &str) -> Result<Vec<String>> {
    let n: i64 = conn.query_row(sql, [], |r| r.get(0))?;
    Ok(if n == 0 { Vec::new() } else { vec![format!("{n} {what}")] })
}

fn run_checks(conn: &Connection) -> Vec<Trouble> {
    let mut troubles = Vec::new();
    let version = conn.pragma_query_value(None, "user_version", |r| r.get::<_, i32>(0));
    // A copy of an older version has not yet the tables that the promises are about.
    let is_older = version.is_ok_and(|version| version < SCHEMA_VERSION);
    let promises: &[Check] = if is_older { &[] } else { PROMISES };
    for (what, check) in CHECKS.iter().chain(promises) {
        match check(conn) {
            Ok(found) => troubles.extend(found.into_iter().map(|why| Trouble { what, why })),
            Err(error) => troubles.push(Trouble { what, why: error.to_string() }),
        }
    }
    troubles
}

/// Opens a copy that nobody else uses; changes nothing, in the file or beside it.
pub(super) fn open(copy: &Path, keys: &DataKeys) -> Result<Connection> {
    let keys = cipher::settle_copy(copy, keys)?;
    let conn = cipher::open(copy, OpenFlags::SQLITE_OPEN_READ_ONLY, &keys)?;
    conn.pragma_update(None, "query_only", "ON")?;
    Ok(conn)
}

/// Examines a copy as a whole, and compares it with what it should hold. Blocks.
pub fn examine_copy(copy: &Path, expected: &Contents, keys: &DataKeys) -> Result<Vec<Trouble>> {
    let conn = open(copy, keys)?;
    migrate::known(&conn, copy)?;
    let mut troubles = run_checks(&conn);
    let found = contents(&conn)?;
    let mut compare = |what, is_same: bool, why: String| {
        if !is_same {
            troubles.push(Trouble { what, why });
        }
    };
    let (ours, theirs) = (found.schema_version, expected.schema_version);
    compare("version", ours == theirs, format!("version {ours} instead of {theirs}"));
    let (ours, theirs) = (found.last_event_seq, expected.last_event_seq);
    compare("journal", ours == theirs, format!("the last event is {ours} instead of {theirs}"));
    let names = found.rows.keys().chain(expected.rows.keys());
    for name in names.collect::<std::collections::BTreeSet<_>>() {
        let [ours, theirs] = [&found.rows, &expected.rows].map(|rows| rows.get(name).copied());
        let shown = [ours, theirs].map(|n| n.map_or("none".to_owned(), |n| n.to_string()));
        compare("rows", ours == theirs, format!("{name} has {} rows instead of {}", shown[0], shown[1]));
    }
    compare("photos", found.photos == expected.photos, "rows name other photos".to_owned());
    Ok(troubles)
}

/// When the newest text in a copy came or was written; `None` if there is none. Blocks.
pub fn newest_text_at(copy: &Path, keys: &DataKeys) -> Result<Option<UnixMs>> {
    let conn = open(copy, keys)?;
    let sql = "SELECT max(at) FROM (SELECT max(received_at) AS at FROM inbox UNION ALL SELECT max(created_at) FROM outbox)";
    Ok(conn.query_row(sql, [], |r| r.get(0))?)
}

/// Compares the files of these photos with their hashes; returns the hashes that have no sound file. Blocks.
fn examine_photos(files: &Files, photos: &[Hash]) -> Vec<Hash> {
    photos.iter().filter(|hash| files.open(hash).is_err()).copied().collect()
}

impl Store {
    /// Examines the open database: quickly, or in full as a copy is; and the files of photos.
    pub async fn examine_all(&self, full: bool, photos: bool) -> Result<Examined> {
        let mut examined = Examined::default();
        if full {
            examined.troubles = self.read(|conn| Ok(run_checks(conn))).await?;
        } else {
            let found = self.quick_check().await?;
            let quick = found.into_iter().map(|why| Trouble { what: "integrity", why });
            examined.troubles.extend(quick);
        }
        if photos {
            let named = self.read(|conn| Ok(contents(conn)?.photos)).await?;
            examined.n_photos = named.len();
            let files = Arc::clone(&self.files);
            let bad = tokio::task::spawn_blocking(move || examine_photos(&files, &named).len()).await;
            match bad.map_err(|_| StoreError::Crashed)? {
                0 => {}
                n => examined
                    .troubles
                    .push(Trouble { what: "photos", why: format!("{n} files are missing or damaged") }),
            }
        }
        Ok(examined)
    }
}

//! The tables of a database: rows, bytes, and the times between which they were written.

use std::path::Path;

use rusqlite::{Connection, OptionalExtension, named_params};

use crate::domain::UnixMs;
use crate::domain::data_key::DataKeys;
use crate::store::engine::cipher;
use crate::store::{Result, SchemaPolicy, Store, StoreOptions, open_writer};

/// What a table holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TableSize {
    pub name: String,
    pub n_rows: i64,
    /// With its indexes.
    pub n_bytes: i64,
    /// By the first of its times that says when a row was written.
    pub oldest_at: Option<UnixMs>,
    pub newest_at: Option<UnixMs>,
}

/// Columns that say when a row was written.
const WRITTEN_AT: [&str; 9] = [
    "received_at",
    "created_at",
    "opened_at",
    "at",
    "asked_at",
    "called_at",
    "restored_at",
    "updated_at",
    "since_at",
];

/// The names of all tables that are Munja's, but those that an index of words only pretends to be: what it holds lies in tables of
/// its own, which are named.
pub(super) fn table_names(conn: &Connection) -> Result<Vec<String>> {
    let sql = "SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite\\_%' ESCAPE '\\'
                 AND sql NOT LIKE 'CREATE VIRTUAL%' ORDER BY name";
    let mut select = conn.prepare(sql)?;
    let rows = select.query_map([], |r| r.get(0))?;
    Ok(rows.collect::<rusqlite::Result<_>>()?)
}

impl Store {
    /// Every table with its rows, size and times. Reads the whole file.
    pub async fn table_sizes(&self) -> Result<Vec<TableSize>> {
        self.read(|conn| table_names(conn)?.into_iter().map(|name| size(conn, name)).collect()).await
    }

    /// Rewrites the database at `path` without its free pages. The caller must hold the daemon's lock: nobody else can use
    /// the file meanwhile. Blocks.
    pub fn vacuum(path: &Path, keys: &DataKeys) -> Result<()> {
        let options = StoreOptions {
            create: false,
            schema: SchemaPolicy::MustMatch,
            keys: cipher::settle(path, keys)?,
            ..StoreOptions::default()
        };
        let (conn, _) = open_writer(path, &options)?;
        conn.execute_batch("VACUUM")?;
        Ok(conn.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |_| Ok(()))?)
    }
}

fn size(conn: &Connection, name: String) -> Result<TableSize> {
    let n_rows = conn.query_row(&format!("SELECT count(*) FROM \"{name}\""), [], |r| r.get(0))?;
    let bytes = "SELECT coalesce(sum(d.pgsize), 0) FROM dbstat d
                 WHERE d.name IN (SELECT m.name FROM sqlite_schema m WHERE m.tbl_name = :name)";
    let n_bytes = conn.query_row(bytes, named_params! { ":name": name }, |r| r.get(0))?;
    let (oldest_at, newest_at) = match written_at(conn, &name)? {
        Some(column) => {
            let sql = format!("SELECT min(\"{column}\"), max(\"{column}\") FROM \"{name}\"");
            conn.query_row(&sql, [], |r| Ok((r.get(0)?, r.get(1)?)))?
        }
        None => (None, None),
    };
    Ok(TableSize { name, n_rows, n_bytes, oldest_at, newest_at })
}

/// The column of a table that says when a row was written.
fn written_at(conn: &Connection, table: &str) -> Result<Option<&'static str>> {
    for column in WRITTEN_AT {
        let sql = "SELECT 1 FROM pragma_table_info(:table) WHERE name = :column";
        let of = named_params! { ":table": table, ":column": column };
        if conn.query_row(sql, of, |_| Ok(())).optional()?.is_some() {
            return Ok(Some(column));
        }
    }
    Ok(None)
}

//! Numbers that are never given twice (`AUTOINCREMENT`), as SQLite counts them.

use rusqlite::{Connection, OptionalExtension, named_params};

use crate::store::Result;

/// The highest number that a row of `table` has ever had; 0 before the first.
pub(in crate::store) fn last_assigned(conn: &Connection, table: &str) -> Result<i64> {
    let sql = "SELECT seq FROM sqlite_sequence WHERE name = :table";
    let found = conn.prepare_cached(sql)?.query_row(named_params! { ":table": table }, |r| r.get(0));
    Ok(found.optional()?.unwrap_or(0))
}

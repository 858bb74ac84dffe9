//! The line of those who wait: how many are before somebody, and how long it takes.

use rusqlite::{Connection, named_params};

use crate::domain::UnixMs;
use crate::domain::conversation::Conversation;
use crate::domain::queue;
use crate::store::Result;

const HOUR_MS: i64 = 60 * 60 * 1_000;

/// How many of the same desk are taken before a conversation that waits; one that is not stored yet comes last among
/// equals.
pub(in crate::store) fn n_ahead(conn: &Connection, of: &Conversation) -> Result<i64> {
    let sql = "SELECT count(*) FROM conversation w INDEXED BY conversation_waiting
               WHERE w.state = 'waiting' AND w.desk = :desk AND (w.queue_at, w.id) < (:queue_at, :id)";
    let id = if of.id == 0 { i64::MAX } else { of.id };
    let before = named_params! { ":desk": of.desk, ":queue_at": of.queue_at, ":id": id };
    Ok(conn.prepare_cached(sql)?.query_row(before, |row| row.get(0))?)
}

/// Minutes until so many before somebody are answered, by the last hour's pace (`domain::queue`).
pub(in crate::store) fn minutes(conn: &Connection, n_ahead: i64, now: UnixMs) -> Result<Option<i64>> {
    let sql = "SELECT count(*) FROM reply WHERE created_at > :since";
    let since = named_params! { ":since": now - HOUR_MS };
    let n_answered: i64 = conn.prepare_cached(sql)?.query_row(since, |row| row.get(0))?;
    Ok(queue::minutes(n_ahead, n_answered))
}

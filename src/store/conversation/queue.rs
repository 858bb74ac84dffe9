//! The line of those who wait: places, bells, and how long it takes.

use rusqlite::{Connection, Row, named_params};

use crate::domain::UnixMs;
use crate::domain::queue::{self, Standing};
use crate::store::Result;
use crate::store::journal::event::{NewEvent, append};

const HOUR_MS: i64 = 60 * 60 * 1_000;

/// Gives a conversation its place in line, by what its row says now. `opened_at`: when the desk opened for what came while
/// it was closed.
pub(in crate::store) fn place(conn: &Connection, id: i64, opened_at: Option<UnixMs>) -> Result<()> {
    let sql = "SELECT waiting_since_at, tier, last_reply_at IS NOT NULL AS in_dialogue
               FROM conversation WHERE id = :id";
    let standing = |r: &Row<'_>| {
        let since: Option<UnixMs> = r.get("waiting_since_at")?;
        let (tier, in_dialogue) = (r.get("tier")?, r.get("in_dialogue")?);
        Ok(since.map(|waiting_since| Standing { waiting_since, tier, in_dialogue, opened_at }))
    };
    let Some(standing) = conn.prepare_cached(sql)?.query_row(named_params! { ":id": id }, standing)? else {
        return Ok(());
    };
    conn.prepare_cached("UPDATE conversation SET queue_at = :at WHERE id = :id")?
        .execute(named_params! { ":at": queue::place(&standing), ":id": id })?;
    Ok(())
}

/// Rings for a conversation: danger now. `by`: the counselor who saw it; none if triage did.
pub(in crate::store) fn ring(conn: &Connection, id: i64, by: Option<i64>, now: UnixMs) -> Result<()> {
    conn.prepare_cached(
        "UPDATE conversation
         SET tier = 1, urgent_at = :now, acked_at = NULL, acked_by = NULL, n_escalations = 0,
             offered_to = NULL, offered_until_at = NULL
         WHERE id = :id",
    )?
    .execute(named_params! { ":now": now, ":id": id })?;
    place(conn, id, None)?;
    let event =
        NewEvent { kind: "urgent", conversation_id: Some(id), counselor_id: by, ..NewEvent::default() };
    append(conn, now, event)
}

/// How many of the same desk are taken before this conversation.
pub(in crate::store) fn n_ahead(conn: &Connection, conversation_id: i64) -> Result<i64> {
    let sql = "SELECT count(*) FROM conversation me, conversation w INDEXED BY conversation_waiting
               WHERE me.id = :id AND w.state = 'waiting' AND w.desk = me.desk
                 AND (w.queue_at, w.id) < (me.queue_at, me.id)";
    Ok(conn.prepare_cached(sql)?.query_row(named_params! { ":id": conversation_id }, |row| row.get(0))?)
}

/// Minutes until so many before somebody are answered, by the last hour's pace (`domain::queue`).
pub(in crate::store) fn minutes(conn: &Connection, n_ahead: i64, now: UnixMs) -> Result<Option<i64>> {
    if n_ahead == 0 {
        return Ok(None);
    }
    let sql = "SELECT count(*) FROM reply WHERE created_at > :since";
    let n_answered: i64 =
        conn.prepare_cached(sql)?.query_row(named_params! { ":since": now - HOUR_MS }, |row| row.get(0))?;
    Ok(queue::minutes(n_ahead, n_answered))
}

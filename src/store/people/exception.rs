//! Exceptions from desk membership: who saw or worked on a conversation of a desk that they are no member of. Supervisors may,
//! and everybody may in a danger; that they did is kept.

use rusqlite::{Connection, named_params};

use crate::domain::UnixMs;
use crate::domain::actor::Actor;
use crate::domain::conversation::Conversation;
use crate::store::{Result, Store};

/// One conversation of a foreign desk that somebody saw or worked on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DeskException {
    pub conversation_id: i64,
    /// The key of its desk at that time.
    pub desk: String,
    pub n_seen: i64,
    pub n_done: i64,
    pub first_at: UnixMs,
    pub last_at: UnixMs,
}

/// What somebody did with a conversation of another desk.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::store) enum Crossing {
    Seen,
    Done,
}

/// Records the exception, if it is one.
pub(in crate::store) fn record(
    conn: &Connection,
    of: &Conversation,
    (actor, what): (&Actor, Crossing),
    now: UnixMs,
) -> Result<()> {
    if !actor.is_foreign_to(&of.desk) {
        return Ok(());
    }
    let (n_seen, n_done) = if what == Crossing::Seen { (1, 0) } else { (0, 1) };
    conn.prepare_cached(
        "INSERT INTO desk_exception (counselor_id, conversation_id, desk, n_seen, n_done, first_at, last_at)
         VALUES (:who, :of, :desk, :seen, :done, :now, :now)
         ON CONFLICT (counselor_id, conversation_id) DO UPDATE
         SET desk = excluded.desk, n_seen = n_seen + excluded.n_seen, n_done = n_done + excluded.n_done,
             last_at = excluded.last_at",
    )?
    .execute(named_params! {
        ":who": actor.id(), ":of": of.id, ":desk": of.desk, ":seen": n_seen, ":done": n_done, ":now": now,
    })?;
    Ok(())
}

impl Store {
    /// The conversations of foreign desks that somebody saw or worked on, the latest first, at most `limit`.
    pub async fn desk_exceptions(&self, login: String, limit: u32) -> Result<Vec<DeskException>> {
        self.read(move |conn| {
            let id = super::counselor::id_of(conn, &login)?;
            let mut select = conn.prepare_cached(
                "SELECT conversation_id, desk, n_seen, n_done, first_at, last_at FROM desk_exception
                 WHERE counselor_id = :id ORDER BY last_at DESC LIMIT :limit",
            )?;
            let rows = select.query_map(named_params! { ":id": id, ":limit": limit }, |r| {
                Ok(DeskException {
                    conversation_id: r.get("conversation_id")?,
                    desk: r.get("desk")?,
                    n_seen: r.get("n_seen")?,
                    n_done: r.get("n_done")?,
                    first_at: r.get("first_at")?,
                    last_at: r.get("last_at")?,
                })
            })?;
            Ok(rows.collect::<rusqlite::Result<_>>()?)
        })
        .await
    }
}

//! What counselors leave each other beside a conversation, and things to come back to.

use rusqlite::{Connection, Row, named_params};

use crate::domain::UnixMs;
use crate::domain::event::{EventKind, NoteKind};
use crate::domain::search::Source;
use crate::store::Result;
use crate::store::engine::row;
use crate::store::journal::event::{NewEvent, append_event};
use crate::store::search::index;

/// Something counselors left beside a conversation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Note {
    pub at: UnixMs,
    pub kind: NoteKind,
    /// The name of who wrote it; none if it was written by itself.
    pub author: Option<String>,
    pub text: String,
}

/// The notes beside a conversation, oldest first.
pub(in crate::store) fn of_conversation(conn: &Connection, conversation_id: i64) -> Result<Vec<Note>> {
    let mut select = conn.prepare_cached(
        "SELECT n.created_at, n.kind, c.name AS author, n.text
         FROM note n LEFT JOIN counselor c ON c.id = n.counselor_id
         WHERE n.conversation_id = :id ORDER BY n.id",
    )?;
    let note = |r: &Row<'_>| {
        Ok(Note {
            at: r.get("created_at")?,
            kind: row::word(r, "kind", NoteKind::from_word)?,
            author: r.get("author")?,
            text: r.get("text")?,
        })
    };
    let rows = select.query_map(named_params! { ":id": conversation_id }, note)?;
    Ok(rows.collect::<rusqlite::Result<_>>()?)
}

/// Writes a note; `by`: none if it is written by itself.
pub(in crate::store) fn insert(
    conn: &Connection,
    conversation_id: i64,
    by: Option<i64>,
    (kind, text): (NoteKind, &str),
    now: UnixMs,
) -> Result<()> {
    conn.prepare_cached(
        "INSERT INTO note (conversation_id, counselor_id, kind, text, created_at)
         VALUES (:conversation, :by, :kind, :text, :now)",
    )?
    .execute(named_params! {
        ":conversation": conversation_id, ":by": by, ":kind": kind.as_str(), ":text": text, ":now": now,
    })?;
    Ok(())
}

/// Removes the notes of one kind.
pub(in crate::store) fn delete_kind(conn: &Connection, conversation_id: i64, kind: NoteKind) -> Result<()> {
    let of = named_params! { ":id": conversation_id, ":kind": kind.as_str() };
    let any = "SELECT EXISTS (SELECT 1 FROM note WHERE conversation_id = :id AND kind = :kind)";
    if !conn.prepare_cached(any)?.query_row(of, |r| r.get(0))? {
        return Ok(());
    }
    let which = format!("t.conversation_id = :id AND t.kind = '{}'", kind.as_str());
    index::forget(conn, Source::Note, &which, conversation_id)?;
    conn.prepare_cached("DELETE FROM note WHERE conversation_id = :id AND kind = :kind")?.execute(of)?;
    index::notes_were_removed(conn)
}

/// Something to come back to at `due_at`.
pub(in crate::store) fn remind(
    conn: &Connection,
    conversation_id: i64,
    by: Option<i64>,
    (due_at, text): (UnixMs, &str),
    now: UnixMs,
) -> Result<()> {
    conn.prepare_cached(
        "INSERT INTO reminder (conversation_id, counselor_id, due_at, text, created_at)
         VALUES (:id, :by, :due, :text, :now)",
    )?
    .execute(named_params! {
        ":id": conversation_id, ":by": by, ":due": due_at, ":text": text, ":now": now,
    })?;
    Ok(())
}

/// Tells counselors of what they wanted to come back to by now; returns how many were due.
pub(in crate::store) fn remind_due(conn: &Connection, now: UnixMs) -> Result<usize> {
    let mut update = conn.prepare_cached(
        "UPDATE reminder SET told_at = :now WHERE told_at IS NULL AND due_at <= :now
         RETURNING conversation_id, counselor_id",
    )?;
    let rows = update.query_map(named_params! { ":now": now }, |r| Ok((r.get(0)?, r.get(1)?)))?;
    let due = rows.collect::<rusqlite::Result<Vec<(i64, i64)>>>()?;
    for (conversation, counselor) in &due {
        let about = NewEvent::about(EventKind::Reminder, *conversation);
        append_event(conn, now, NewEvent { counselor_id: Some(*counselor), ..about })?;
    }
    Ok(due.len())
}

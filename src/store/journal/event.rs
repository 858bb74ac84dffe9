//! The journal: every change appends to it in its own transaction, so whoever reads on from a number misses nothing.

use rusqlite::{Connection, Row, named_params};

use crate::domain::UnixMs;
use crate::domain::event::EventKind;
use crate::store::engine::row;
use crate::store::{Result, Store};

/// One thing that happened. Holds no number and no text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Event {
    pub seq: i64,
    pub at: UnixMs,
    pub kind: EventKind,
    pub conversation_id: Option<i64>,
    pub message_id: Option<i64>,
    /// The login of who did it.
    pub counselor: Option<String>,
    pub detail: Option<String>,
}

/// An event about to be written.
#[derive(Debug, Clone, Copy)]
pub(in crate::store) struct NewEvent<'a> {
    pub kind: EventKind,
    pub conversation_id: Option<i64>,
    pub message_id: Option<i64>,
    pub counselor_id: Option<i64>,
    pub detail: Option<&'a str>,
}

impl NewEvent<'_> {
    /// An event about no conversation.
    pub fn of(kind: EventKind) -> NewEvent<'static> {
        NewEvent { kind, conversation_id: None, message_id: None, counselor_id: None, detail: None }
    }

    /// An event about a conversation.
    pub fn about(kind: EventKind, conversation_id: i64) -> NewEvent<'static> {
        NewEvent { conversation_id: Some(conversation_id), ..NewEvent::of(kind) }
    }
}

/// Appends an event to the journal.
pub(in crate::store) fn append_event(conn: &Connection, now: UnixMs, event: NewEvent<'_>) -> Result<()> {
    let mut insert = conn.prepare_cached(
        "INSERT INTO event (at, kind, conversation_id, message_id, counselor_id, detail)
         VALUES (:at, :kind, :conversation, :message, :counselor, :detail)",
    )?;
    insert.execute(named_params! {
        ":at": now,
        ":kind": event.kind.as_str(),
        ":conversation": event.conversation_id,
        ":message": event.message_id,
        ":counselor": event.counselor_id,
        ":detail": event.detail,
    })?;
    Ok(())
}

impl Store {
    /// At most `limit` events after number `seq`, in order.
    pub async fn events_after(&self, seq: i64, limit: u32) -> Result<Vec<Event>> {
        self.read(move |conn| {
            let mut select = conn.prepare_cached(
                "SELECT e.seq, e.at, e.kind, e.conversation_id, e.message_id, c.login AS counselor, e.detail
                 FROM event e LEFT JOIN counselor c ON c.id = e.counselor_id
                 WHERE e.seq > :seq ORDER BY e.seq LIMIT :limit",
            )?;
            let rows = select.query_map(named_params! { ":seq": seq, ":limit": limit }, event)?;
            Ok(rows.collect::<rusqlite::Result<_>>()?)
        })
        .await
    }

    /// The number of the newest event; 0 before the first.
    pub async fn last_event_seq(&self) -> Result<i64> {
        self.read(|conn| {
            Ok(conn
                .prepare_cached("SELECT coalesce(max(seq), 0) FROM event")?
                .query_row([], |row| row.get(0))?)
        })
        .await
    }

    /// Tells the journal that a worker of the daemon had to be started again, or another thing an operator should see.
    pub async fn note(&self, kind: EventKind, detail: String, now: UnixMs) -> Result<()> {
        self.write(move |conn| {
            append_event(conn, now, NewEvent { detail: Some(&detail), ..NewEvent::of(kind) })
        })
        .await
    }
}

fn event(r: &Row<'_>) -> rusqlite::Result<Event> {
    Ok(Event {
        seq: r.get("seq")?,
        at: r.get("at")?,
        kind: row::word(r, "kind", EventKind::from_word)?,
        conversation_id: r.get("conversation_id")?,
        message_id: r.get("message_id")?,
        counselor: r.get("counselor")?,
        detail: r.get("detail")?,
    })
}

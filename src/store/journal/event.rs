//! The journal. Every change appends its event in the same transaction, so a reader that continues from a sequence
//! number misses nothing.

use std::collections::BTreeMap;

use rusqlite::{Connection, Row, named_params};

use crate::domain::UnixMs;
use crate::domain::conversation::Happening;
use crate::domain::event::EventKind;
use crate::store::engine::row;
use crate::store::{Result, Store};

/// One event. Holds no phone number and no text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Event {
    pub seq: i64,
    pub at: UnixMs,
    pub kind: EventKind,
    pub conversation_id: Option<i64>,
    pub message_id: Option<i64>,
    /// The login of the counselor who did it.
    pub counselor: Option<String>,
    /// Their name.
    pub counselor_name: Option<String>,
    pub detail: Option<String>,
    /// Key of the desk that the conversation had then.
    pub desk: Option<String>,
}

/// An event to be appended.
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
    pub fn new(kind: EventKind) -> NewEvent<'static> {
        NewEvent { kind, conversation_id: None, message_id: None, counselor_id: None, detail: None }
    }

    /// An event about a conversation.
    pub fn about(kind: EventKind, conversation_id: i64) -> NewEvent<'static> {
        NewEvent { conversation_id: Some(conversation_id), ..NewEvent::new(kind) }
    }
}

/// Appends an event to the journal, with the desk and category that its conversation has now.
pub(in crate::store) fn append_event(conn: &Connection, now: UnixMs, event: NewEvent<'_>) -> Result<()> {
    let mut insert = conn.prepare_cached(
        "INSERT INTO event (at, kind, conversation_id, message_id, counselor_id, detail, desk, category)
         VALUES (:at, :kind, :conversation, :message, :counselor, :detail,
                 (SELECT desk FROM conversation WHERE id = :conversation),
                 (SELECT category FROM conversation WHERE id = :conversation))",
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

/// Appends what happened to one conversation, in this order.
pub(in crate::store) fn append_events(
    conn: &Connection,
    conversation_id: i64,
    events: Vec<Happening>,
    now: UnixMs,
) -> Result<()> {
    for Happening { kind, message_id, counselor_id, detail } in events {
        let about = NewEvent::about(kind, conversation_id);
        append_event(conn, now, NewEvent { message_id, counselor_id, detail: detail.as_deref(), ..about })?;
    }
    Ok(())
}

impl Store {
    /// At most `limit` events after sequence number `seq`, in order.
    pub async fn events_after(&self, seq: i64, limit: u32) -> Result<Vec<Event>> {
        self.read(move |conn| {
            let mut select = conn.prepare_cached(
                "SELECT e.seq, e.at, e.kind, e.conversation_id, e.message_id, c.login AS counselor,
                        c.name AS counselor_name, e.detail,
                        coalesce(e.desk, (SELECT v.desk FROM conversation v WHERE v.id = e.conversation_id)) AS desk
                 FROM event e LEFT JOIN counselor c ON c.id = e.counselor_id
                 WHERE e.seq > :seq ORDER BY e.seq LIMIT :limit",
            )?;
            let rows = select.query_map(named_params! { ":seq": seq, ":limit": limit }, event)?;
            Ok(rows.collect::<rusqlite::Result<_>>()?)
        })
        .await
    }

    /// What happened in one conversation, in order; without the states of texts, which the texts themselves tell.
    pub async fn events_of(&self, conversation_id: i64) -> Result<Vec<Event>> {
        self.read(move |conn| {
            let mut select = conn.prepare_cached(
                "SELECT e.seq, e.at, e.kind, e.conversation_id, e.message_id, c.login AS counselor,
                        c.name AS counselor_name, e.detail, e.desk
                 FROM event e LEFT JOIN counselor c ON c.id = e.counselor_id
                 WHERE e.conversation_id = :id AND e.kind <> 'message' ORDER BY e.seq",
            )?;
            let rows = select.query_map(named_params! { ":id": conversation_id }, event)?;
            Ok(rows.collect::<rusqlite::Result<_>>()?)
        })
        .await
    }

    /// The sequence number of the newest event; 0 before the first.
    pub async fn last_event_seq(&self) -> Result<i64> {
        self.read(|conn| {
            Ok(conn
                .prepare_cached("SELECT coalesce(max(seq), 0) FROM event")?
                .query_row([], |row| row.get(0))?)
        })
        .await
    }

    /// Carriers that the journal last called deaf. Looks back over so many events as are surely fewer than came since: a
    /// carrier that stays deaf is called so every ten minutes.
    pub async fn deaf_before(&self) -> Result<Vec<String>> {
        const LOOK_BACK: i64 = 100_000;
        self.read(|conn| {
            let mut select = conn.prepare_cached(
                "SELECT kind, detail FROM event
                 WHERE seq > (SELECT coalesce(max(seq), 0) FROM event) - :back
                     AND (kind = 'carrier_deaf' OR kind = 'carrier_hears')
                 ORDER BY seq DESC",
            )?;
            let rows = select.query_map(named_params! { ":back": LOOK_BACK }, |r| {
                let detail: Option<String> = r.get("detail")?;
                Ok((row::word(r, "kind", EventKind::from_word)?, detail.unwrap_or_default()))
            })?;
            let mut last = BTreeMap::new();
            for found in rows {
                let (kind, detail) = found?;
                let name = detail.split(':').next().unwrap_or_default().to_owned();
                last.entry(name).or_insert(kind);
            }
            Ok(last
                .into_iter()
                .filter(|(_, kind)| *kind == EventKind::CarrierDeaf)
                .map(|(name, _)| name)
                .collect())
        })
        .await
    }

    /// Appends an event of the daemon itself that an operator should see, such as a restarted worker.
    pub async fn note(&self, kind: EventKind, detail: String, now: UnixMs) -> Result<()> {
        self.write(move |conn| {
            append_event(conn, now, NewEvent { detail: Some(&detail), ..NewEvent::new(kind) })
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
        counselor_name: r.get("counselor_name")?,
        detail: r.get("detail")?,
        desk: r.get("desk")?,
    })
}

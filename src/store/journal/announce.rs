//! Notices of supervisors to everybody at a desk. They are events of the journal, so that every program that follows it shows them.

use rusqlite::{Row, named_params};

use crate::domain::UnixMs;
use crate::domain::actor::Actor;
use crate::domain::event::EventKind;
use crate::store::board::EVENTS;
use crate::store::journal::event::{NewEvent, append_event};
use crate::store::{Result, Store};

/// A notice.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Announcement {
    pub seq: i64,
    pub at: UnixMs,
    /// The name of who wrote it.
    pub by: String,
    pub text: String,
}

impl Store {
    /// Tells everybody at a desk. The journal keeps it for good: it must hold nothing of a citizen.
    pub async fn announce(&self, text: String, actor: &Actor, now: UnixMs) -> Result<()> {
        let counselor_id = actor.id();
        self.write(move |conn| {
            let event = NewEvent::new(EventKind::Announced);
            append_event(conn, now, NewEvent { counselor_id, detail: Some(&text), ..event })
        })
        .await
    }

    /// Notices from `since` on, the newest first, at most `limit`.
    pub async fn announcements(&self, since: UnixMs, limit: u32) -> Result<Vec<Announcement>> {
        self.read(move |conn| {
            let (from, to) = EVENTS.between(conn, since, UnixMs::MAX)?;
            let mut select = conn.prepare_cached(
                "SELECT e.seq, e.at, coalesce(c.name, '') AS name, coalesce(e.detail, '') AS detail
                 FROM event e LEFT JOIN counselor c ON c.id = e.counselor_id
                 WHERE e.seq >= :from AND e.seq < :to AND e.kind = 'announced' ORDER BY e.seq DESC LIMIT :limit",
            )?;
            let one = |r: &Row<'_>| {
                Ok(Announcement { seq: r.get("seq")?, at: r.get("at")?, by: r.get("name")?, text: r.get("detail")? })
            };
            let found = select.query_map(named_params! { ":from": from, ":to": to, ":limit": limit }, one)?;
            Ok(found.collect::<rusqlite::Result<_>>()?)
        })
        .await
    }
}

//! The inbox: accepting a page of texts, and routing the texts that wait.

use std::sync::Arc;

use rusqlite::{Connection, OptionalExtension, Row, named_params};

use crate::domain::UnixMs;
use crate::domain::actor::Actor;
use crate::domain::event::EventKind;
use crate::domain::inbound::{Cursor, InboundEvent, InboundItem, InboundState, next};
use crate::domain::lateness::Seen;
use crate::domain::policy::ServicePolicy;
use crate::store::conversation::decide::Change;
use crate::store::engine::row;
use crate::store::engine::write::run_guarded;
use crate::store::inbound::page::Page;
use crate::store::inbound::routing::{Received, route};
use crate::store::journal::event::{NewEvent, append_event};
use crate::store::{Result, Store, StoreError};

/// Result of accepting a page.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct AcceptedPage {
    pub n_new: usize,
    /// Those of them that are late ([`crate::domain::lateness`]).
    pub n_late: usize,
    /// The date of the youngest of them.
    pub newest_at: Option<UnixMs>,
    /// Texts that were stored before.
    pub n_known: usize,
    /// Items that could not be read, new ones only.
    pub n_quarantined: usize,
}

/// Result of one run of the router.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Routed {
    pub n_routed: usize,
    pub n_failed: usize,
    pub n_notices: usize,
}

impl Store {
    /// How far `carrier` has been polled; `None` before the first page.
    pub async fn inbound_cursor(&self, carrier: &'static str) -> Result<Option<Cursor>> {
        self.read(move |conn| {
            let sql = "SELECT since_at, page, newest_at FROM inbound_cursor WHERE carrier = :carrier";
            let found = conn.prepare_cached(sql)?.query_row(named_params! { ":carrier": carrier }, |row| {
                Ok(Cursor {
                    since: row.get("since_at")?,
                    page: row.get("page")?,
                    newest: row.get("newest_at")?,
                    brief: false,
                })
            });
            Ok(found.optional()?)
        })
        .await
    }

    /// Stores a page in one transaction: its texts, its unreadable items, its body, and the new cursor (`None` for a
    /// page that was pushed, or read out of turn). Texts and items that are stored already are counted and left alone.
    /// The carrier may be acked only after this returns.
    pub async fn accept_inbound(
        &self,
        carrier: &'static str,
        raw: Vec<u8>,
        items: Vec<InboundItem>,
        next: impl Into<Option<Cursor>>,
        seen: impl Into<Seen>,
    ) -> Result<AcceptedPage> {
        let seen = seen.into();
        let now = seen.at;
        let with_photos =
            items.iter().any(|item| matches!(item, InboundItem::Text(text) if !text.media.is_empty()));
        let next = next.into();
        let keys = self.pseudonyms().clone();
        let stored = self.write(move |conn| {
            let mut page = Page::new(conn, (carrier, "inbound"), &raw, &keys, now);
            let mut accepted = AcceptedPage::default();
            for item in &items {
                match item {
                    InboundItem::Text(text) if page.insert_text(text, seen)? => {
                        accepted.n_new += 1;
                        accepted.n_late += usize::from(seen.late_ms(text.sent_at).is_some());
                        accepted.newest_at = accepted.newest_at.max(Some(text.sent_at));
                    }
                    InboundItem::Text(_) => accepted.n_known += 1,
                    InboundItem::Unreadable { raw, reason } => {
                        accepted.n_quarantined += usize::from(page.quarantine(raw, reason)?);
                    }
                }
            }
            page.forget_erased()?;
            if let Some(next) = &next {
                set_cursor(conn, carrier, next, now)?;
            }
            Ok(accepted)
        });
        let accepted = stored.await?;
        if accepted.n_new > 0 {
            self.hints().text_in.notify_one();
            if with_photos {
                self.hints().photo_in.notify_one();
            }
        }
        Ok(accepted)
    }

    /// Whether a text waits for the router.
    pub async fn has_received(&self) -> Result<bool> {
        self.look_up(|conn| {
            let sql = "SELECT EXISTS (SELECT 1 FROM inbox WHERE state = 'received')";
            Ok(conn.prepare_cached(sql)?.query_row([], |row| row.get(0))?)
        })
        .await
    }

    /// Routes at most `limit` texts in order of arrival. A text that fails does not stop the others; after its third
    /// failure it is quarantined.
    pub async fn route_received(
        &self,
        limit: u32,
        now: UnixMs,
        policy: &Arc<ServicePolicy>,
    ) -> Result<Routed> {
        let policy = Arc::clone(policy);
        let routed = self.write(move |conn| {
            conn.prepare_cached("SAVEPOINT all_texts")?.execute([])?;
            // Nearly always all can be routed, and one savepoint is cheaper than one per text.
            let mut routed = run_guarded(|conn| route_all(conn, limit, now, &policy), conn);
            if let Err(error) = &routed
                && !conn.is_autocommit()
                && !error.is_of_the_disk()
            {
                conn.execute_batch("ROLLBACK TO all_texts")?;
                routed = route_each(conn, &received(conn, limit)?, now, &policy);
            }
            let routed = routed?;
            conn.prepare_cached("RELEASE all_texts")?.execute([])?;
            Ok(routed)
        });
        let routed = routed.await?;
        if routed.n_notices > 0 {
            self.hints().text_out.notify_one();
        }
        Ok(routed)
    }
}

fn set_cursor(conn: &Connection, carrier: &str, cursor: &Cursor, now: UnixMs) -> Result<()> {
    let mut upsert = conn.prepare_cached(
        "INSERT INTO inbound_cursor (carrier, since_at, page, newest_at, updated_at)
         VALUES (:carrier, :since, :page, :newest, :now)
         ON CONFLICT (carrier) DO UPDATE
         SET since_at = excluded.since_at, page = excluded.page, newest_at = excluded.newest_at,
             updated_at = excluded.updated_at
         WHERE since_at <> excluded.since_at OR page IS NOT excluded.page OR newest_at <> excluded.newest_at",
    )?;
    upsert.execute(named_params! {
        ":carrier": carrier, ":since": cursor.since, ":page": cursor.page, ":newest": cursor.newest, ":now": now,
    })?;
    Ok(())
}

/// The ids of texts that wait. Only the ids, so that a damaged row fails alone, later.
fn received(conn: &Connection, limit: u32) -> Result<Vec<i64>> {
    let mut select =
        conn.prepare_cached("SELECT id FROM inbox WHERE state = 'received' ORDER BY id LIMIT :limit")?;
    let rows = select.query_map(named_params! { ":limit": limit }, |row| row.get(0))?;
    Ok(rows.collect::<rusqlite::Result<_>>()?)
}

const RECEIVED: &str = "
    SELECT id, carrier, citizen, our_number, text, sent_at, received_at, late_ms,
           EXISTS (SELECT 1 FROM photo WHERE photo.inbox_id = inbox.id) AS has_photos
    FROM inbox";

fn received_text(r: &Row<'_>) -> rusqlite::Result<Received> {
    Ok(Received {
        id: r.get("id")?,
        carrier: r.get("carrier")?,
        citizen: row::phone(r, "citizen")?,
        our_number: row::phone(r, "our_number")?,
        text: row::text(r)?,
        has_photos: r.get("has_photos")?,
        sent_at: r.get("sent_at")?,
        received_at: r.get("received_at")?,
        late_ms: r.get("late_ms")?,
    })
}

/// Routes all; the first failure fails the batch.
fn route_all(conn: &Connection, limit: u32, now: UnixMs, policy: &ServicePolicy) -> Result<Routed> {
    let sql = format!("{RECEIVED} WHERE state = 'received' ORDER BY id LIMIT :limit");
    let mut select = conn.prepare_cached(&sql)?;
    let waiting = select.query_map(named_params! { ":limit": limit }, received_text)?;
    let waiting = waiting.collect::<rusqlite::Result<Vec<_>>>()?;
    let mut done = Routed::default();
    for text in waiting {
        done.n_notices += usize::from(route_one(conn, &text, now, policy)?);
        done.n_routed += 1;
    }
    Ok(done)
}

/// Routes each text in its own savepoint.
fn route_each(conn: &Connection, ids: &[i64], now: UnixMs, policy: &ServicePolicy) -> Result<Routed> {
    let mut done = Routed::default();
    for id in ids {
        conn.execute_batch("SAVEPOINT text")?;
        let route = |conn: &Connection| {
            let sql = format!("{RECEIVED} WHERE id = :id");
            let text = conn.prepare_cached(&sql)?.query_row(named_params! { ":id": id }, received_text)?;
            route_one(conn, &text, now, policy)
        };
        match run_guarded(route, conn) {
            Ok(with_notice) => {
                done.n_routed += 1;
                done.n_notices += usize::from(with_notice);
            }
            Err(error) if conn.is_autocommit() || error.is_of_the_disk() => return Err(error),
            Err(error) => {
                conn.execute_batch("ROLLBACK TO text")?;
                note_failure(conn, *id, &error, now)?;
                done.n_failed += 1;
            }
        }
        conn.execute_batch("RELEASE text")?;
    }
    Ok(done)
}

/// Routes one text; returns whether an automatic text was queued.
fn route_one(conn: &Connection, text: &Received, now: UnixMs, policy: &ServicePolicy) -> Result<bool> {
    let actor = Actor::system("router");
    route(&Change { conn, actor: &actor, policy, now }, text)
}

/// Counts a failed try; the third one quarantines the text.
fn note_failure(conn: &Connection, id: i64, error: &StoreError, now: UnixMs) -> Result<()> {
    let before = "SELECT n_route_failures FROM inbox WHERE id = :id";
    let before: u32 = conn.prepare_cached(before)?.query_row(named_params! { ":id": id }, |r| r.get(0))?;
    let times = before + 1;
    let state =
        next(InboundState::Received, InboundEvent::RouteFailed { times }).unwrap_or(InboundState::Received);
    let trouble = error.to_string();
    conn.prepare_cached(
        "UPDATE inbox SET n_route_failures = :times, state = :state, trouble = :trouble
         WHERE id = :id AND state = 'received'",
    )?
    .execute(named_params! {
        ":times": times, ":state": state.as_str(), ":trouble": trouble, ":id": id,
    })?;
    if state == InboundState::Quarantined {
        let about = NewEvent { message_id: Some(id), ..NewEvent::new(EventKind::Quarantined) };
        append_event(conn, now, NewEvent { detail: Some(&trouble), ..about })?;
    }
    Ok(())
}

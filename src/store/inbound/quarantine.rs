//! Quarantine: items and texts that could not be read or routed. They are kept for an operator and block nothing.

use rusqlite::named_params;

use crate::domain::UnixMs;
use crate::domain::actor::{Actor, Role};
use crate::domain::inbound::{InboundEvent, InboundState, next};
use crate::domain::phone::PhoneNumber;
use crate::store::engine::row;
use crate::store::{Result, Store, StoreError};

/// What was set aside belongs to no desk yet: only who runs the machine sees it.
pub(super) fn operator_only(actor: &Actor) -> Result<()> {
    match actor.role {
        Role::Operator => Ok(()),
        _ => Err(StoreError::Conflict("only the operator reads what was set aside".into())),
    }
}

/// An entry of the quarantine.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Quarantined {
    /// An item of a carrier's page that could not be read; its bytes are kept.
    Item { id: i64, carrier: String, kind: String, reason: String, received_at: UnixMs, n_bytes: i64 },
    /// A text that could not be put into a conversation.
    Text { id: i64, citizen: PhoneNumber, reason: String, received_at: UnixMs },
}

impl Store {
    /// All open entries, oldest first. For the operator, as all of these.
    pub async fn quarantined(&self, actor: &Actor) -> Result<Vec<Quarantined>> {
        operator_only(actor)?;
        self.read(|conn| {
            let mut items = conn.prepare_cached(
                "SELECT id, carrier, kind, reason, received_at, length(raw) AS n_bytes FROM quarantine
                 WHERE settled_at IS NULL ORDER BY id",
            )?;
            let items = items.query_map([], |r| {
                Ok(Quarantined::Item {
                    id: r.get("id")?,
                    carrier: r.get("carrier")?,
                    kind: r.get("kind")?,
                    reason: r.get("reason")?,
                    received_at: r.get("received_at")?,
                    n_bytes: r.get("n_bytes")?,
                })
            })?;
            let mut all = items.collect::<rusqlite::Result<Vec<_>>>()?;
            let mut texts = conn.prepare_cached(
                "SELECT id, citizen, trouble, received_at FROM inbox WHERE state = 'quarantined' AND trouble <> 'erased' ORDER BY id",
            )?;
            let texts = texts.query_map([], |r| {
                Ok(Quarantined::Text {
                    id: r.get("id")?,
                    citizen: row::phone(r, "citizen")?,
                    reason: r.get("trouble")?,
                    received_at: r.get("received_at")?,
                })
            })?;
            for text in texts {
                all.push(text?);
            }
            Ok(all)
        })
        .await
    }

    /// The bytes of an item as the carrier sent them. They may hold a citizen's number and words. `NotFound` for an
    /// unknown id.
    pub async fn quarantined_raw(&self, id: i64, actor: &Actor) -> Result<String> {
        operator_only(actor)?;
        self.read(move |conn| {
            let sql = "SELECT raw FROM quarantine WHERE id = :id";
            Ok(conn.query_row(sql, named_params! { ":id": id }, |r| r.get(0))?)
        })
        .await
    }

    /// Marks an item as dealt with; the row stays. `NotFound` if there is no open item with this id.
    pub async fn settle_item(&self, id: i64, actor: &Actor, now: UnixMs) -> Result<()> {
        operator_only(actor)?;
        self.write(move |conn| {
            let sql = "UPDATE quarantine SET settled_at = :now WHERE id = :id AND settled_at IS NULL";
            match conn.execute(sql, named_params! { ":now": now, ":id": id })? {
                1 => Ok(()),
                _ => Err(StoreError::NotFound),
            }
        })
        .await
    }

    /// Gives a quarantined text back to the router. `NotFound` if there is none with this id.
    pub async fn retry_text(&self, id: i64, actor: &Actor) -> Result<()> {
        operator_only(actor)?;
        let retried = self.write(move |conn| {
            let to =
                next(InboundState::Quarantined, InboundEvent::Released).unwrap_or(InboundState::Received);
            let sql = "UPDATE inbox SET state = :to, n_route_failures = 0
                       WHERE id = :id AND state = 'quarantined' AND trouble <> 'erased'";
            match conn.execute(sql, named_params! { ":to": to.as_str(), ":id": id })? {
                1 => Ok(()),
                _ => Err(StoreError::NotFound),
            }
        });
        retried.await?;
        self.hints().text_in.notify_one();
        Ok(())
    }
}

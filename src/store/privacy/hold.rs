//! Legal holds: a conversation, or everything of a citizen, that is kept beyond its time because a law or a court wants it.

use rusqlite::{Connection, OptionalExtension, Row, named_params};

use super::{Act, operator_only, record};
use crate::domain::UnixMs;
use crate::domain::actor::Actor;
use crate::domain::event::EventKind;
use crate::domain::phone::PhoneNumber;
use crate::domain::reason::Reason;
use crate::store::conversation::row;
use crate::store::engine::row as engine_row;
use crate::store::journal::event::{NewEvent, append_event};
use crate::store::{Result, Store, StoreError};

/// What a hold is about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum HeldWhat {
    Citizen(PhoneNumber),
    Conversation(i64),
}

/// A hold that stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LegalHold {
    pub id: i64,
    pub what: HeldWhat,
    pub reason: String,
    pub held_at: UnixMs,
}

/// Why something may not be erased now, if it is held.
pub(super) fn reason_for(
    conn: &Connection,
    citizen: &PhoneNumber,
    conversation_id: Option<i64>,
) -> Result<Option<String>> {
    let sql =
        "SELECT reason FROM legal_hold WHERE citizen = :citizen OR conversation_id = :id ORDER BY id LIMIT 1";
    let of = named_params! { ":citizen": citizen.reveal(), ":id": conversation_id };
    Ok(conn.prepare_cached(sql)?.query_row(of, |r| r.get(0)).optional()?)
}

impl Store {
    /// Keeps what `what` names beyond its time. `NotFound` for a conversation that there is not; `Conflict` if it is held
    /// already.
    pub async fn hold_for_law(
        &self,
        what: HeldWhat,
        reason: Reason,
        actor: &Actor,
        now: UnixMs,
    ) -> Result<()> {
        operator_only(actor)?;
        let keys = self.pseudonyms().clone();
        self.write(move |conn| {
            let (citizen, id) = named(conn, &what)?;
            if find(conn, &what)?.is_some() {
                return Err(StoreError::Conflict("it is held already".into()));
            }
            let number = matches!(what, HeldWhat::Citizen(_)).then(|| citizen.reveal());
            let sql = "INSERT INTO legal_hold (citizen, conversation_id, reason, held_at)
                       VALUES (:citizen, :id, :reason, :now)";
            conn.execute(
                sql,
                named_params! { ":citizen": number, ":id": id, ":reason": reason.as_str(), ":now": now },
            )?;
            record(conn, Act::Hold, keys.of_citizen(&citizen), &reason, now)?;
            append_event(conn, now, NewEvent { conversation_id: id, ..NewEvent::new(EventKind::HeldForLaw) })
        })
        .await
    }

    /// Ends a hold. `NotFound` if there is none.
    pub async fn end_hold(&self, what: HeldWhat, reason: Reason, actor: &Actor, now: UnixMs) -> Result<()> {
        operator_only(actor)?;
        let keys = self.pseudonyms().clone();
        self.write(move |conn| {
            let held = find(conn, &what)?.ok_or(StoreError::NotFound)?;
            let (citizen, id) = named(conn, &what)?;
            conn.execute("DELETE FROM legal_hold WHERE id = :id", named_params! { ":id": held })?;
            record(conn, Act::Release, keys.of_citizen(&citizen), &reason, now)?;
            append_event(
                conn,
                now,
                NewEvent { conversation_id: id, ..NewEvent::new(EventKind::LegalHoldEnded) },
            )
        })
        .await
    }

    /// All holds, oldest first.
    pub async fn legal_holds(&self, actor: &Actor) -> Result<Vec<LegalHold>> {
        operator_only(actor)?;
        self.read(|conn| {
            let mut select = conn.prepare(
                "SELECT id, citizen, conversation_id, reason, held_at FROM legal_hold ORDER BY id",
            )?;
            Ok(select.query_map([], hold)?.collect::<rusqlite::Result<_>>()?)
        })
        .await
    }
}

fn hold(r: &Row<'_>) -> rusqlite::Result<LegalHold> {
    let what = match r.get("conversation_id")? {
        Some(id) => HeldWhat::Conversation(id),
        None => HeldWhat::Citizen(engine_row::phone(r, "citizen")?),
    };
    Ok(LegalHold { id: r.get("id")?, what, reason: r.get("reason")?, held_at: r.get("held_at")? })
}

fn find(conn: &Connection, what: &HeldWhat) -> Result<Option<i64>> {
    let (citizen, id) = match what {
        HeldWhat::Citizen(number) => (Some(number.reveal()), None),
        HeldWhat::Conversation(id) => (None, Some(*id)),
    };
    let sql = "SELECT id FROM legal_hold WHERE citizen = :citizen OR conversation_id = :id";
    let found = conn.query_row(sql, named_params! { ":citizen": citizen, ":id": id }, |r| r.get(0));
    Ok(found.optional()?)
}

/// The citizen whom a hold is about, and the conversation, if it is about one.
fn named(conn: &Connection, what: &HeldWhat) -> Result<(PhoneNumber, Option<i64>)> {
    match what {
        HeldWhat::Citizen(number) => Ok((number.clone(), None)),
        HeldWhat::Conversation(id) => Ok((row::load(conn, *id)?.citizen, Some(*id))),
    }
}

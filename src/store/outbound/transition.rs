//! Changes of a text's state. Each is guarded by the state it starts from (`domain::outbound`) and must change exactly
//! one row: a text that somebody else has moved meanwhile is a `Conflict`.

use rusqlite::{Connection, named_params};

use crate::domain::UnixMs;
use crate::domain::event::EventKind;
use crate::domain::outbound::{OutboundEvent, OutboundState, Refused, next};
use crate::store::conversation::lost::answer_lost;
use crate::store::outbound::outbox::one_row;
use crate::store::{Result, StoreError};

/// One step of text `id`: the state it must be in, what happened, and the carrier's code for it.
pub(in crate::store) struct Step<'a> {
    pub id: i64,
    pub from: OutboundState,
    pub event: OutboundEvent,
    /// `None` keeps the code that is stored.
    pub code: Option<&'a str>,
}

impl Step<'_> {
    /// The state the step leads to; `Conflict` if the event does not fit the state.
    pub fn target(&self) -> Result<OutboundState> {
        next(self.from, self.event).map_err(|refused| match refused {
            Refused::Stale => StoreError::Conflict("its fate is known already".into()),
            Refused::Impossible => StoreError::Conflict(format!("it is {}", self.from.as_str())),
        })
    }
}

/// Moves a text to a state in which it waits until `at`. A text that is queued again has one failure more.
pub(in crate::store) fn wait_until(
    conn: &Connection,
    step: &Step<'_>,
    at: UnixMs,
    now: UnixMs,
) -> Result<()> {
    let to = step.target()?;
    let n = conn
        .prepare_cached(
            "UPDATE outbox
             SET state = :to, lease_until_at = NULL, next_attempt_at = :at, code = coalesce(:code, code),
                 needs_person = 0, n_absent = 0, n_failures = n_failures + (:to = 'queued')
             WHERE id = :id AND state = :from",
        )?
        .execute(named_params! {
            ":to": to.as_str(), ":at": at, ":code": step.code, ":id": step.id, ":from": step.from.as_str(),
        })?;
    one_row(n)?;
    append_state_event(conn, step.id, to, now)
}

/// Moves a text to a final state or to `unconfirmed`. A lost answer reopens the wait of its citizen.
pub(in crate::store) fn finish(conn: &Connection, step: &Step<'_>, now: UnixMs) -> Result<()> {
    let to = step.target()?;
    let final_at = to.is_final().then_some(now);
    let n = conn
        .prepare_cached(
            "UPDATE outbox
             SET state = :to, lease_until_at = NULL, needs_person = 0, final_at = :final_at,
                 code = coalesce(:code, code),
                 accepted_at = CASE WHEN :to = 'delivered' OR :to = 'undelivered' THEN coalesce(accepted_at, :now)
                                    ELSE accepted_at END
             WHERE id = :id AND state = :from",
        )?
        .execute(named_params! {
            ":to": to.as_str(), ":final_at": final_at, ":code": step.code, ":now": now, ":id": step.id,
            ":from": step.from.as_str(),
        })?;
    one_row(n)?;
    append_state_event(conn, step.id, to, now)?;
    let is_lost = to.is_final() && to != OutboundState::Delivered;
    let is_taken_back = step.event == OutboundEvent::Recalled;
    if is_lost { answer_lost(conn, step.id, is_taken_back, now) } else { Ok(()) }
}

/// Appends the event of a text's new state.
pub(in crate::store) fn append_state_event(
    conn: &Connection,
    id: i64,
    state: OutboundState,
    now: UnixMs,
) -> Result<()> {
    let mut insert = conn.prepare_cached(
        "INSERT INTO event (at, kind, conversation_id, message_id, detail)
         SELECT :now, :kind, conversation_id, id, :state FROM outbox WHERE id = :id",
    )?;
    insert.execute(named_params! {
        ":now": now, ":kind": EventKind::Message.as_str(), ":state": state.as_str(), ":id": id,
    })?;
    Ok(())
}

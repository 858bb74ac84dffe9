//! Texts to citizens: writing them and recording what became of them; `lease` hands them out. Every change is guarded by
//! the state it starts from (domain::outbound), and must change exactly one row.

use rusqlite::{Connection, OptionalExtension, Row, named_params};

use crate::domain::UnixMs;
use crate::domain::actor::Actor;
use crate::domain::event::EventKind;
use crate::domain::notice::Notice;
use crate::domain::outbound::{
    ClientKey, Lane, OutboundEvent, OutboundKind, OutboundState, OutboundText, Refused, next,
};
use crate::domain::phone::PhoneNumber;
use crate::domain::policy::ServicePolicy;
use crate::store::conversation::lost::answer_lost;
use crate::store::engine::row;
use crate::store::journal::event::{NewEvent, append_event};
use crate::store::outbound::receipt;
use crate::store::{Result, Store, StoreError};

/// How one try ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outcome {
    Accepted {
        carrier_message_id: Option<String>,
    },
    /// Surely not taken; not before `retry_at` again.
    NotTaken {
        retry_at: UnixMs,
        code: Option<String>,
    },
    Rejected {
        code: Option<String>,
    },
    /// Nobody knows; ask the carrier at `ask_at`.
    NoAnswer {
        ask_at: UnixMs,
        code: Option<String>,
    },
}

/// A text about to be written.
pub(in crate::store) struct NewOutbound<'a> {
    pub conversation_id: i64,
    pub reply_id: Option<i64>,
    pub author_id: Option<i64>,
    pub citizen: &'a PhoneNumber,
    pub from: &'a PhoneNumber,
    pub kind: OutboundKind,
    pub text: &'a str,
    pub lane: Lane,
    /// An automatic text's.
    pub notice: Option<Notice>,
}

pub(in crate::store) fn insert(
    conn: &Connection,
    new: &NewOutbound<'_>,
    now: UnixMs,
    policy: &ServicePolicy,
) -> Result<i64> {
    let recall_ms = if new.lane == Lane::Reply { policy.recall_ms } else { 0 };
    let state = if recall_ms > 0 { OutboundState::Held } else { OutboundState::Queued };
    let mut insert = conn.prepare_cached(
        "INSERT INTO outbox (client_key, conversation_id, reply_id, author_id, citizen, from_number, kind, text, lane,
                             notice, state, created_at, next_attempt_at, expires_at)
         VALUES (:key, :conversation, :reply, :author, :citizen, :from, :kind, :text, :lane,
                 :notice, :state, :now, :next, :expires)
         RETURNING id",
    )?;
    let key = ClientKey::from_random(rand::random());
    let params = named_params! {
        ":key": key.as_str(),
        ":conversation": new.conversation_id,
        ":reply": new.reply_id,
        ":author": new.author_id,
        ":citizen": new.citizen.reveal(),
        ":from": new.from.reveal(),
        ":kind": new.kind.as_str(),
        ":text": new.text,
        ":lane": new.lane.as_i64(),
        ":notice": new.notice.map(Notice::group),
        ":state": state.as_str(),
        ":now": now,
        ":next": now + recall_ms,
        ":expires": now + policy.time_to_live_ms,
    };
    Ok(insert.query_row(params, |r| r.get(0))?)
}

impl Store {
    /// Records how a try ended. That the carrier has it is news at any time, for it must not leave again; any other word
    /// that comes too late (a receipt or the rescuer was faster) changes nothing.
    pub async fn record_outcome(&self, text: &OutboundText, outcome: Outcome, now: UnixMs) -> Result<()> {
        let (id, attempt) = (text.id, text.attempt);
        let recorded = self.write(move |conn| {
            let (state, n_attempts) = standing(conn, id)?;
            let is_ours = state == OutboundState::Sending && n_attempts == attempt;
            match &outcome {
                Outcome::Accepted { carrier_message_id } if next(state, OutboundEvent::Accepted).is_ok() => {
                    accept(conn, id, state, carrier_message_id.as_deref(), now)
                }
                Outcome::Accepted { carrier_message_id } => {
                    keep_carrier_id(conn, id, carrier_message_id.as_deref(), now)
                }
                _ if !is_ours => Ok(()),
                Outcome::NotTaken { retry_at, code } => {
                    step_to(conn, id, state, OutboundEvent::NotTaken, *retry_at, code.as_deref(), now)
                }
                Outcome::NoAnswer { ask_at, code } => {
                    step_to(conn, id, state, OutboundEvent::NoAnswer, *ask_at, code.as_deref(), now)
                }
                Outcome::Rejected { code } => {
                    finish(conn, id, state, OutboundEvent::Rejected, code.as_deref(), now)
                }
            }
        });
        recorded.await?;
        self.hints().text_out.notify_one();
        Ok(())
    }

    /// Takes back an answer of the actor's that has not left. `Conflict` if it has, `NotFound` if it is not theirs.
    pub async fn recall(&self, id: i64, actor: &Actor, now: UnixMs) -> Result<()> {
        let me = actor.id();
        let recalled = self.write(move |conn| {
            let (state, _) = standing(conn, id)?;
            let sql = "SELECT author_id, repeat_before_at IS NOT NULL FROM outbox WHERE id = :id";
            let found = conn.query_row(sql, named_params! { ":id": id }, |r| Ok((r.get(0)?, r.get(1)?)));
            let (author_id, may_have_left): (Option<i64>, bool) = found?;
            if author_id.is_none() || author_id != me {
                return Err(StoreError::NotFound);
            }
            if may_have_left {
                return Err(StoreError::Conflict("an earlier try may have left".into()));
            }
            finish(conn, id, state, OutboundEvent::Recalled, None, now)
        });
        recalled.await?;
        self.hints().text_out.notify_one();
        Ok(())
    }
}

/// Reads a text without its photos ([`Store::photos_of`]); one that was never tried counts as first tried `now`.
pub(in crate::store) fn outbound(r: &Row<'_>, now: UnixMs) -> rusqlite::Result<OutboundText> {
    Ok(OutboundText {
        id: r.get("id")?,
        key: row::client_key(r)?,
        citizen: row::phone(r, "citizen")?,
        from: row::phone(r, "from_number")?,
        kind: row::outbound_kind(r)?,
        text: row::text(r)?,
        photos: Vec::new(),
        attempt: r.get("n_attempts")?,
        first_attempt_at: r.get::<_, Option<UnixMs>>("first_attempt_at")?.unwrap_or(now),
        expires_at: r.get("expires_at")?,
    })
}

/// The state and the number of tries of a text.
pub(in crate::store) fn standing(conn: &Connection, id: i64) -> Result<(OutboundState, u32)> {
    let mut select = conn.prepare_cached("SELECT state, n_attempts FROM outbox WHERE id = :id")?;
    Ok(select
        .query_row(named_params! { ":id": id }, |r| Ok((row::outbound_state(r)?, r.get("n_attempts")?)))?)
}

/// The carrier has it. A receipt that came before is applied at once.
pub(in crate::store) fn accept(
    conn: &Connection,
    id: i64,
    from: OutboundState,
    carrier_message_id: Option<&str>,
    now: UnixMs,
) -> Result<()> {
    let to = after(from, OutboundEvent::Accepted)?;
    let n = conn
        .prepare_cached(
            "UPDATE outbox
             SET state = :to, lease_until_at = NULL, needs_person = 0, accepted_at = :now, next_attempt_at = :now,
                 carrier_message_id = coalesce(:carrier_id, carrier_message_id)
             WHERE id = :id AND state = :from",
        )?
        .execute(named_params! {
            ":to": to.as_str(), ":now": now, ":carrier_id": carrier_message_id, ":id": id, ":from": from.as_str(),
        })?;
    one_row(n)?;
    state_event(conn, id, to, now)?;
    receipt::apply_waiting(conn, id, now)
}

/// A step to a state in which the text waits for `at`; `NotTaken` counts as a failure.
pub(in crate::store) fn step_to(
    conn: &Connection,
    id: i64,
    from: OutboundState,
    event: OutboundEvent,
    at: UnixMs,
    code: Option<&str>,
    now: UnixMs,
) -> Result<()> {
    let to = after(from, event)?;
    let n = conn
        .prepare_cached(
            "UPDATE outbox
             SET state = :to, lease_until_at = NULL, next_attempt_at = :at, code = coalesce(:code, code),
                 needs_person = 0, n_absent = 0, n_failures = n_failures + (:to = 'queued')
             WHERE id = :id AND state = :from",
        )?
        .execute(named_params! {
            ":to": to.as_str(), ":at": at, ":code": code, ":id": id, ":from": from.as_str(),
        })?;
    one_row(n)?;
    state_event(conn, id, to, now)
}

/// A step to a final state, or to `unconfirmed`.
pub(in crate::store) fn finish(
    conn: &Connection,
    id: i64,
    from: OutboundState,
    event: OutboundEvent,
    code: Option<&str>,
    now: UnixMs,
) -> Result<()> {
    let to = after(from, event)?;
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
            ":to": to.as_str(), ":final_at": final_at, ":code": code, ":now": now, ":id": id, ":from": from.as_str(),
        })?;
    one_row(n)?;
    state_event(conn, id, to, now)?;
    let is_lost = to.is_final() && to != OutboundState::Delivered;
    if is_lost { answer_lost(conn, id, now) } else { Ok(()) }
}

/// An answer that came after its row had moved on: only the carrier's name of the text is news.
fn keep_carrier_id(conn: &Connection, id: i64, carrier_id: Option<&str>, now: UnixMs) -> Result<()> {
    let n = conn
        .prepare_cached(
            "UPDATE outbox SET carrier_message_id = :carrier_id
             WHERE id = :id AND carrier_message_id IS NULL AND :carrier_id IS NOT NULL",
        )?
        .execute(named_params! { ":carrier_id": carrier_id, ":id": id })?;
    if n == 1 { receipt::apply_waiting(conn, id, now) } else { Ok(()) }
}

fn after(from: OutboundState, event: OutboundEvent) -> Result<OutboundState> {
    next(from, event).map_err(|refused| match refused {
        Refused::Stale => StoreError::Conflict("its fate is known already".into()),
        Refused::Impossible => StoreError::Conflict(format!("it is {}", from.as_str())),
    })
}

pub(in crate::store) fn one_row(n: usize) -> Result<()> {
    if n == 1 { Ok(()) } else { Err(StoreError::Conflict("somebody else changed it".into())) }
}

/// Tells whoever watches that a text has a new state.
fn state_event(conn: &Connection, id: i64, state: OutboundState, now: UnixMs) -> Result<()> {
    let sql = "SELECT conversation_id FROM outbox WHERE id = :id";
    let conversation: Option<i64> =
        conn.prepare_cached(sql)?.query_row(named_params! { ":id": id }, |row| row.get(0)).optional()?;
    let event = NewEvent {
        conversation_id: conversation,
        message_id: Some(id),
        detail: Some(state.as_str()),
        ..NewEvent::of(EventKind::Message)
    };
    append_event(conn, now, event)
}

//! Texts to citizens: leasing them to the sender and recording what became of them. Every change is guarded by the state
//! it starts from (domain::outbound), and must change exactly one row.

use std::collections::BTreeMap;

use rusqlite::{Connection, OptionalExtension, Row, named_params};

use super::event::{NewEvent, append};
use super::unanswered::answer_lost;
use super::{Result, Store, StoreError, receipt, reconcile, row};
use crate::domain::UnixMs;
use crate::domain::outbound::{
    ClientKey, Lane, OutboundEvent, OutboundKind, OutboundState, OutboundText, Refused, next,
};
use crate::domain::phone::PhoneNumber;

/// A text whose row is damaged is looked at again after this time.
const UNREADABLE_AGAIN_MS: i64 = 10 * 60 * 1000;

/// What the config says of sending.
#[derive(Debug, Clone)]
pub struct SendPolicy {
    /// The registered sender number for texts about each of our numbers, and for all others.
    pub senders: BTreeMap<String, PhoneNumber>,
    pub default_sender: PhoneNumber,
    /// A text that has not left after this long expires (milliseconds).
    pub time_to_live_ms: i64,
    /// How long a counselor may take an answer back (milliseconds).
    pub recall_ms: i64,
}

impl SendPolicy {
    /// The number that answers to texts sent to `our_number` leave from.
    pub fn sender_for(&self, our_number: &PhoneNumber) -> &PhoneNumber {
        self.senders.get(our_number.reveal()).unwrap_or(&self.default_sender)
    }
}

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
pub(super) struct NewOutbound<'a> {
    pub conversation_id: i64,
    pub reply_id: Option<i64>,
    pub author_id: Option<i64>,
    pub citizen: &'a PhoneNumber,
    pub from: &'a PhoneNumber,
    pub kind: OutboundKind,
    pub text: &'a str,
    pub lane: Lane,
}

pub(super) fn insert(
    conn: &Connection,
    new: &NewOutbound<'_>,
    now: UnixMs,
    policy: &SendPolicy,
) -> Result<i64> {
    let recall_ms = if new.lane == Lane::Reply { policy.recall_ms } else { 0 };
    let state = if recall_ms > 0 { OutboundState::Held } else { OutboundState::Queued };
    let mut insert = conn.prepare_cached(
        "INSERT INTO outbox (client_key, conversation_id, reply_id, author_id, citizen, from_number, kind, text, lane,
                             state, created_at, next_attempt_at, expires_at)
         VALUES (:key, :conversation, :reply, :author, :citizen, :from, :kind, :text, :lane,
                 :state, :now, :next, :expires)",
    )?;
    insert.execute(named_params! {
        ":key": ClientKey::from_random(rand::random()).as_str(),
        ":conversation": new.conversation_id,
        ":reply": new.reply_id,
        ":author": new.author_id,
        ":citizen": new.citizen.reveal(),
        ":from": new.from.reveal(),
        ":kind": new.kind.as_str(),
        ":text": new.text,
        ":lane": new.lane.as_i64(),
        ":state": state.as_str(),
        ":now": now,
        ":next": now + recall_ms,
        ":expires": now + policy.time_to_live_ms,
    })?;
    Ok(conn.last_insert_rowid())
}

impl Store {
    /// Hands out at most `limit` texts that may leave now, and commits that they are being sent, before anything leaves.
    /// Of each citizen at most the first in line, the most pressing lane first: nothing overtakes a text as pressing as
    /// itself. Also lets recall windows pass and texts expire whose time is over.
    pub async fn lease_due(
        &self,
        carrier: &'static str,
        limit: u32,
        lease_ms: i64,
        now: UnixMs,
    ) -> Result<Vec<OutboundText>> {
        self.write(move |conn| {
            pass_recall_windows(conn, now)?;
            let mut leased = Vec::new();
            for (text, repeat_before_at) in due(conn, limit, now)? {
                let is_old = text.expires_at <= now;
                match repeat_before_at {
                    Some(before) if is_old || before <= now => doubt_again(conn, text.id, is_old, now)?,
                    None if is_old => expire(conn, text.id, now)?,
                    _ => leased.push(lease(conn, carrier, text, lease_ms, now)?),
                }
            }
            Ok(leased)
        })
        .await
    }

    /// When [`Store::lease_due`] has something to do next; `None` if nothing waits but what stands behind another, whose
    /// end wakes the sender.
    pub async fn next_send_at(&self) -> Result<Option<UnixMs>> {
        self.look_up(|conn| {
            let held = "SELECT min(next_attempt_at) FROM outbox WHERE state = 'held'";
            let mut next: Option<UnixMs> = conn.prepare_cached(held)?.query_row([], |row| row.get(0))?;
            for lane in Lane::ALL {
                next = next.into_iter().chain(next_in_lane(conn, lane)?).min();
            }
            Ok(next)
        })
        .await
    }

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

    /// Takes an answer back that has not left. `Conflict` if it has.
    pub async fn recall(&self, id: i64, counselor_id: i64, now: UnixMs) -> Result<()> {
        let recalled = self.write(move |conn| {
            let (state, _) = standing(conn, id)?;
            let sql = "SELECT author_id, repeat_before_at IS NOT NULL FROM outbox WHERE id = :id";
            let found = conn.query_row(sql, named_params! { ":id": id }, |r| Ok((r.get(0)?, r.get(1)?)));
            let (author_id, may_have_left): (Option<i64>, bool) = found?;
            if author_id != Some(counselor_id) {
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

/// Held texts whose recall window is over are queued.
fn pass_recall_windows(conn: &Connection, now: UnixMs) -> Result<()> {
    conn.prepare_cached(
        "UPDATE outbox SET state = 'queued' WHERE state = 'held' AND next_attempt_at <= :now",
    )?
    .execute(named_params! { ":now": now })?;
    Ok(())
}

/// A text that may leave, and the time before which it may be repeated, if it may have left before.
type Due = (OutboundText, Option<UnixMs>);

/// The first in line of each citizen that may leave, the most pressing lane first.
fn due(conn: &Connection, limit: u32, now: UnixMs) -> Result<Vec<Due>> {
    let mut due = Vec::new();
    for lane in Lane::ALL {
        let left = limit.saturating_sub(u32::try_from(due.len()).unwrap_or(limit));
        for (id, text) in due_in_lane(conn, lane, left, now)? {
            match text {
                Ok(text) => due.push(text),
                Err(error) => put_off_unreadable(conn, id, &error, now)?,
            }
        }
    }
    Ok(due)
}

/// One lane at a time, so that the index leads to what is due and past all that is not.
fn due_in_lane(
    conn: &Connection,
    lane: Lane,
    limit: u32,
    now: UnixMs,
) -> Result<Vec<(i64, rusqlite::Result<Due>)>> {
    let mut select = conn.prepare_cached(
        "SELECT id, client_key, citizen, from_number, kind, text, n_attempts, first_attempt_at, expires_at,
                repeat_before_at
         FROM outbox INDEXED BY outbox_due
         WHERE state = 'queued' AND lane = :lane AND next_attempt_at <= :now
           AND NOT EXISTS (
               SELECT 1 FROM outbox before
               WHERE before.citizen = outbox.citizen AND before.id < outbox.id AND before.lane <= outbox.lane
                 AND before.state IN ('held', 'queued', 'sending', 'in_doubt') AND before.needs_person = 0)
         ORDER BY next_attempt_at, id LIMIT :limit",
    )?;
    let of = named_params! { ":lane": lane.as_i64(), ":now": now, ":limit": limit };
    let due = |r: &Row<'_>| Ok((outbound(r, now)?, r.get("repeat_before_at")?));
    let rows = select.query_map(of, |r| Ok((r.get("id")?, due(r))))?;
    Ok(rows.collect::<rusqlite::Result<_>>()?)
}

/// When the first of a lane may leave that stands behind no other.
fn next_in_lane(conn: &Connection, lane: Lane) -> Result<Option<UnixMs>> {
    let mut select = conn.prepare_cached(
        "SELECT next_attempt_at FROM outbox INDEXED BY outbox_due
         WHERE state = 'queued' AND lane = :lane
           AND NOT EXISTS (
               SELECT 1 FROM outbox before
               WHERE before.citizen = outbox.citizen AND before.id < outbox.id AND before.lane <= outbox.lane
                 AND before.state IN ('held', 'queued', 'sending', 'in_doubt') AND before.needs_person = 0)
         ORDER BY next_attempt_at LIMIT 1",
    )?;
    Ok(select.query_row(named_params! { ":lane": lane.as_i64() }, |row| row.get(0)).optional()?)
}

/// A damaged row must not hold up all others: it is left for later, again and again, and said to be damaged.
fn put_off_unreadable(conn: &Connection, id: i64, error: &rusqlite::Error, now: UnixMs) -> Result<()> {
    tracing::error!(message = id, %error, "a text cannot be read from the database and does not leave");
    conn.prepare_cached("UPDATE outbox SET next_attempt_at = :later WHERE id = :id")?
        .execute(named_params! { ":later": now + UNREADABLE_AGAIN_MS, ":id": id })?;
    Ok(())
}

/// Reads a text; one that was never tried counts as first tried `now`.
pub(super) fn outbound(r: &Row<'_>, now: UnixMs) -> rusqlite::Result<OutboundText> {
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

fn lease(
    conn: &Connection,
    carrier: &str,
    text: OutboundText,
    lease_ms: i64,
    now: UnixMs,
) -> Result<OutboundText> {
    let n = conn
        .prepare_cached(
            "UPDATE outbox
             SET state = 'sending', lease_until_at = :lease, n_attempts = n_attempts + 1, carrier = :carrier,
                 first_attempt_at = coalesce(first_attempt_at, :now)
             WHERE id = :id AND state = 'queued'",
        )?
        .execute(
            named_params! { ":lease": now + lease_ms, ":carrier": carrier, ":now": now, ":id": text.id },
        )?;
    one_row(n)?;
    Ok(OutboundText { attempt: text.attempt + 1, ..text })
}

fn expire(conn: &Connection, id: i64, now: UnixMs) -> Result<()> {
    finish(conn, id, OutboundState::Queued, OutboundEvent::TooOld, None, now)
}

/// It may have left before and cannot be repeated safely any more: ask the carrier, or a person if it is too old.
fn doubt_again(conn: &Connection, id: i64, needs_person: bool, now: UnixMs) -> Result<()> {
    step_to(conn, id, OutboundState::Queued, OutboundEvent::KeyForgotten, now, None, now)?;
    conn.prepare_cached("UPDATE outbox SET repeat_before_at = NULL WHERE id = :id")?
        .execute(named_params! { ":id": id })?;
    if needs_person { reconcile::ask_a_person(conn, id, now) } else { Ok(()) }
}

/// The state and the number of tries of a text.
pub(super) fn standing(conn: &Connection, id: i64) -> Result<(OutboundState, u32)> {
    let mut select = conn.prepare_cached("SELECT state, n_attempts FROM outbox WHERE id = :id")?;
    Ok(select
        .query_row(named_params! { ":id": id }, |r| Ok((row::outbound_state(r)?, r.get("n_attempts")?)))?)
}

/// The carrier has it. A receipt that came before is applied at once.
pub(super) fn accept(
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
    tell(conn, id, to, now)?;
    receipt::apply_waiting(conn, id, now)
}

/// A step to a state in which the text waits for `at`; `NotTaken` counts as a failure.
pub(super) fn step_to(
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
    tell(conn, id, to, now)
}

/// A step to a final state, or to `unconfirmed`.
pub(super) fn finish(
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
                 accepted_at = CASE WHEN :to IN ('delivered', 'undelivered') THEN coalesce(accepted_at, :now)
                                    ELSE accepted_at END
             WHERE id = :id AND state = :from",
        )?
        .execute(named_params! {
            ":to": to.as_str(), ":final_at": final_at, ":code": code, ":now": now, ":id": id, ":from": from.as_str(),
        })?;
    one_row(n)?;
    tell(conn, id, to, now)?;
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

fn one_row(n: usize) -> Result<()> {
    if n == 1 { Ok(()) } else { Err(StoreError::Conflict("somebody else changed it".into())) }
}

/// Tells whoever watches that a text has a new state.
fn tell(conn: &Connection, id: i64, state: OutboundState, now: UnixMs) -> Result<()> {
    let sql = "SELECT conversation_id FROM outbox WHERE id = :id";
    let conversation: Option<i64> =
        conn.prepare_cached(sql)?.query_row(named_params! { ":id": id }, |row| row.get(0)).optional()?;
    let event = NewEvent {
        kind: "message",
        conversation_id: conversation,
        message_id: Some(id),
        detail: Some(state.as_str()),
        ..NewEvent::default()
    };
    append(conn, now, event)
}

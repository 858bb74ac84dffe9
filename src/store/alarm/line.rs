//! The line to a duty phone: a conversation of its own, closed from the start, so that nothing of a citizen's stands beside
//! what our own staff are told, also where the phone's owner has texted us as a citizen.

use rusqlite::{Connection, OptionalExtension, named_params};

use crate::domain::UnixMs;
use crate::domain::conversation::Conversation;
use crate::domain::event::EventKind;
use crate::domain::outbound::{Lane, OutboundEvent, OutboundState};
use crate::domain::phone::PhoneNumber;
use crate::domain::policy::ServicePolicy;
use crate::domain::text::plan;
use crate::store::conversation::row;
use crate::store::engine::row::outbound_state;
use crate::store::journal::event::{NewEvent, append_event};
use crate::store::outbound::outbox::{self, NewOutbound};
use crate::store::outbound::transition::{Step, finish};
use crate::store::{Result, StoreError};

/// Stands where a conversation has the number that was texted: a citizen's text can never come into a line.
const OUR_SIDE: &str = "duty";
/// A call that has not left after so long is none any more (milliseconds).
pub(super) const CALL_LIVES_MS: i64 = 60 * 60 * 1_000;

/// The conversation of a phone's line, which is made where there is none.
pub(super) fn conversation(
    conn: &Connection,
    number: &PhoneNumber,
    policy: &ServicePolicy,
    now: UnixMs,
) -> Result<i64> {
    let sql = "SELECT conversation_id FROM duty_line WHERE number = :number";
    let found =
        conn.prepare_cached(sql)?.query_row(named_params! { ":number": number.reveal() }, |r| r.get(0));
    if let Some(id) = found.optional()? {
        return Ok(id);
    }
    let mut line = Conversation::new(number, &PhoneNumber::parse(OUR_SIDE), &policy.desks.first().key, now);
    line.close_aside(0, now, ("staff", now));
    let id = row::insert(conn, &line)?;
    conn.prepare_cached("INSERT INTO duty_line (number, conversation_id) VALUES (:number, :id)")?
        .execute(named_params! { ":number": number.reveal(), ":id": id })?;
    append_event(conn, now, NewEvent::about(EventKind::Opened, id))?;
    append_event(conn, now, NewEvent::about(EventKind::Closed, id))?;
    Ok(id)
}

/// Queues a text to a duty phone, before everything else; returns its number in the outbox.
pub(super) fn text(
    conn: &Connection,
    number: &PhoneNumber,
    words: &str,
    (policy, now): (&ServicePolicy, UnixMs),
) -> Result<i64> {
    let pieces = plan(words, policy.texts.limits());
    let Some(piece) = pieces.ok().and_then(|pieces| pieces.into_iter().next()) else {
        return Err(StoreError::Unusable("a text to a duty phone does not fit the carrier".into()));
    };
    let new = NewOutbound {
        conversation_id: conversation(conn, number, policy, now)?,
        reply_id: None,
        author_id: None,
        citizen: number,
        from: &policy.senders.otherwise,
        kind: piece.kind,
        text: &piece.text,
        lane: Lane::Urgent,
        hold_ms: 0,
        notice: None,
    };
    let id = outbox::insert(conn, &new, now, policy)?;
    conn.prepare_cached(
        "UPDATE outbox SET expires_at = min(expires_at, :until), notice = 'duty' WHERE id = :id",
    )?
    .execute(named_params! { ":until": now + CALL_LIVES_MS, ":id": id })?;
    Ok(id)
}

/// Takes back a text that has surely not left.
pub(super) fn withdraw(conn: &Connection, outbox_id: i64, (why, now): (&str, UnixMs)) -> Result<()> {
    let sql = "SELECT state FROM outbox WHERE id = :id AND repeat_before_at IS NULL";
    let state = conn.prepare_cached(sql)?.query_row(named_params! { ":id": outbox_id }, outbound_state);
    match state.optional()? {
        Some(OutboundState::Queued) => {
            let (from, event) = (OutboundState::Queued, OutboundEvent::Recalled);
            finish(conn, &Step { id: outbox_id, from, event, code: Some(why) }, now)
        }
        _ => Ok(()),
    }
}

//! Answers that are held back for some seconds: taken back by their writers, stopped by a new text of the citizen, or let go. An
//! answer that comes back is its writer's draft again; its photos have to be attached anew.

use rusqlite::{Connection, Row, named_params};

use crate::domain::UnixMs;
use crate::domain::conversation::Conversation;
use crate::domain::draft::DraftOrigin;
use crate::domain::event::EventKind;
use crate::domain::outbound::{OutboundEvent, OutboundState, next};
use crate::domain::text::whole;
use crate::store::Result;
use crate::store::conversation::drafts::{NewDraft, bring_back};
use crate::store::engine::row;
use crate::store::journal::event::{NewEvent, append_event};
use crate::store::outbound::transition::{Step, append_state_event, finish};

/// Code of an answer that a new text of the citizen stopped.
const NEWER_TEXT: &str = "newer_text";

/// One text of an answer that has not left.
struct Part {
    id: i64,
    reply_id: i64,
    author_id: i64,
    text: String,
    state: OutboundState,
}

/// Stops every answer of a conversation that is held back: the citizen has written since.
pub(in crate::store) fn stop(conn: &Connection, of: &Conversation, now: UnixMs) -> Result<()> {
    let held = parts(conn, "conversation_id = :of AND state = 'held' AND reply_id IS NOT NULL", of.id)?;
    for of_one in held.chunk_by(|a, b| a.reply_id == b.reply_id) {
        for part in of_one {
            let event = OutboundEvent::Recalled;
            finish(conn, &Step { id: part.id, from: part.state, event, code: Some(NEWER_TEXT) }, now)?;
        }
        if let Some(first) = of_one.first() {
            // Its writer had seen what came before this text.
            let seen = of.last_inbound.seq - 1;
            give_back(conn, of_one, (of.id, seen, DraftOrigin::Stopped), now)?;
            let about = NewEvent::about(EventKind::AnswerStopped, of.id);
            let by = (Some(first.author_id), Some(first.id));
            append_event(conn, now, NewEvent { counselor_id: by.0, message_id: by.1, ..about })?;
        }
    }
    Ok(())
}

/// Every answer of a conversation that is held back may leave now.
pub(in crate::store) fn let_go(conn: &Connection, conversation_id: i64, now: UnixMs) -> Result<()> {
    for part in
        parts(conn, "conversation_id = :of AND state = 'held' AND reply_id IS NOT NULL", conversation_id)?
    {
        conn.prepare_cached("UPDATE outbox SET state = 'queued', next_attempt_at = :now WHERE id = :id")?
            .execute(named_params! { ":id": part.id, ":now": now })?;
        append_state_event(conn, part.id, OutboundState::Queued, now)?;
    }
    Ok(())
}

/// Takes the other texts of an answer back with one of them, as far as they have not left, and makes it its writer's draft.
/// `taken`: the one that was taken back already.
pub(in crate::store) fn take_back_rest(
    conn: &Connection,
    (taken, of): (i64, &Conversation),
    now: UnixMs,
) -> Result<()> {
    let sql = "reply_id = (SELECT reply_id FROM outbox WHERE id = :of)
               AND (id = :of OR ((state = 'held' OR state = 'queued') AND repeat_before_at IS NULL))";
    let all = parts(conn, sql, taken)?;
    for part in
        all.iter().filter(|part| part.id != taken && next(part.state, OutboundEvent::Recalled).is_ok())
    {
        let event = OutboundEvent::Recalled;
        finish(conn, &Step { id: part.id, from: part.state, event, code: None }, now)?;
    }
    if of.is_closed() {
        Ok(())
    } else {
        give_back(conn, &all, (of.id, of.last_inbound.seq, DraftOrigin::Recalled), now)
    }
}

fn give_back(
    conn: &Connection,
    parts: &[Part],
    (conversation_id, based_on, origin): (i64, i64, DraftOrigin),
    now: UnixMs,
) -> Result<()> {
    let Some(first) = parts.first() else {
        return Ok(());
    };
    let text = whole(parts.iter().map(|part| part.text.as_str()));
    let (counselor_id, origin) = (first.author_id, Some(origin));
    bring_back(conn, &NewDraft { counselor_id, conversation_id, text: &text, based_on, origin }, now)
}

/// Texts of counselors, in their order. `condition` is one of the fixed words above.
fn parts(conn: &Connection, condition: &str, of: i64) -> Result<Vec<Part>> {
    let sql = format!(
        "SELECT id, reply_id, author_id, text, state FROM outbox WHERE {condition} AND author_id IS NOT NULL ORDER BY id"
    );
    let mut select = conn.prepare_cached(&sql)?;
    let part = |r: &Row<'_>| {
        let (id, reply_id, author_id) = (r.get("id")?, r.get("reply_id")?, r.get("author_id")?);
        Ok(Part { id, reply_id, author_id, text: r.get("text")?, state: row::outbound_state(r)? })
    };
    Ok(select.query_map(named_params! { ":of": of }, part)?.collect::<rusqlite::Result<_>>()?)
}

//! Answers that will not arrive: taken back, refused, expired, or given up by the phone's network. The citizen waits again,
//! and somebody has to see it. Also answers to danger that do not leave.

use rusqlite::{Connection, OptionalExtension, named_params};

use super::row::{load, save};
use crate::domain::UnixMs;
use crate::domain::conversation::BeforeAnswer;
use crate::store::Result;
use crate::store::journal::event::append_events;

/// After the text `outbox_id` was lost: its conversation is not answered any more, if this was its last answer and the
/// same words are not on their way again. `is_taken_back`: by its writer.
pub(in crate::store) fn answer_lost(
    conn: &Connection,
    outbox_id: i64,
    is_taken_back: bool,
    now: UnixMs,
) -> Result<()> {
    let Some(id) = affected(conn, outbox_id)? else {
        return Ok(());
    };
    let before = load(conn, id)?;
    let mut stood = before_answer(conn, id, outbox_id)?;
    if !is_taken_back {
        stood.category = None;
    }
    let decision = before.lose_answer(outbox_id, &stood, now);
    save(conn, &before, &decision.after)?;
    append_events(conn, id, decision.events, now)
}

/// How the conversation stood before the answer of this text was written.
fn before_answer(conn: &Connection, id: i64, outbox_id: i64) -> Result<BeforeAnswer> {
    let sql = "SELECT r.id, r.created_at FROM outbox o JOIN reply r ON r.id = o.reply_id WHERE o.id = :text";
    let of_text = named_params! { ":text": outbox_id };
    let (reply, written_at): (i64, UnixMs) =
        conn.prepare_cached(sql)?.query_row(of_text, |r| Ok((r.get(0)?, r.get(1)?)))?;
    // The condition of `event_of_conversation`.
    let sql = "SELECT max(at) FROM event
               WHERE conversation_id = :id AND kind <> 'message' AND kind = 'closed' AND at < :written";
    let then = named_params! { ":id": id, ":written": written_at };
    let closed_at: Option<UnixMs> = conn.prepare_cached(sql)?.query_row(then, |r| r.get(0))?;
    // An answer of several texts is one that left as soon as one of them did; another one may wait to leave.
    let sql = "SELECT max(r.created_at) FROM outbox o JOIN reply r ON r.id = o.reply_id
               WHERE o.conversation_id = :id AND r.created_at > :closed
                 AND (o.state = 'sending' OR o.state = 'in_doubt' OR o.state = 'accepted' OR o.state = 'unconfirmed'
                      OR o.state = 'delivered' OR (r.id <> :reply AND (o.state = 'held' OR o.state = 'queued')))";
    let of = named_params! { ":id": id, ":closed": closed_at.unwrap_or(i64::MIN), ":reply": reply };
    let last_reply_at: Option<UnixMs> = conn.prepare_cached(sql)?.query_row(of, |r| r.get(0))?;
    let sql = "SELECT min(received_at - coalesce(late_ms, 0)) FROM inbox
               WHERE conversation_id = :id AND purpose = 'question' AND received_at > :after";
    let after = last_reply_at.max(closed_at).unwrap_or(i64::MIN);
    let waiting_since =
        conn.prepare_cached(sql)?.query_row(named_params! { ":id": id, ":after": after }, |r| r.get(0))?;
    let sql = "SELECT category FROM event
               WHERE conversation_id = :id AND kind <> 'message' AND at < :written ORDER BY seq DESC LIMIT 1";
    let category: Option<Option<String>> =
        conn.prepare_cached(sql)?.query_row(then, |r| r.get(0)).optional()?;
    Ok(BeforeAnswer { last_reply_at, waiting_since, category: Some(category.flatten()) })
}

/// An answer to danger that is still in the outbox.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Unsent {
    conversation_id: i64,
    outbox_id: i64,
}

/// Dangers whose every answer since they rang was written before `written_before` and has not been taken by the carrier:
/// it is paused, out of order, or does not answer. `only`: whether this conversation is one of them.
pub(super) fn unsent_answers(
    conn: &Connection,
    written_before: UnixMs,
    only: Option<i64>,
) -> Result<Vec<Unsent>> {
    // The condition of each part is that of a partial index: few rows wait, however long the outbox is.
    let mut select = conn.prepare_cached(
        "WITH waiting (id, conversation_id, created_at, reply_id) AS (
             SELECT id, conversation_id, created_at, reply_id FROM outbox WHERE state = 'held'
             UNION ALL SELECT id, conversation_id, created_at, reply_id FROM outbox WHERE state = 'queued'
             UNION ALL SELECT id, conversation_id, created_at, reply_id FROM outbox WHERE state = 'sending'
             UNION ALL SELECT id, conversation_id, created_at, reply_id FROM outbox WHERE state = 'in_doubt')
         SELECT w.conversation_id, w.id AS outbox_id
         FROM waiting w CROSS JOIN conversation c ON c.id = w.conversation_id
         WHERE w.reply_id IS NOT NULL AND w.created_at <= :before AND c.danger = 'answered'
           AND (:only IS NULL OR c.id = :only)
           AND NOT EXISTS (SELECT 1 FROM outbox sent
                           WHERE sent.conversation_id = c.id AND sent.reply_id IS NOT NULL
                             AND sent.created_at >= c.urgent_at
                             AND (sent.accepted_at IS NOT NULL OR sent.created_at > :before))
           AND NOT EXISTS (SELECT 1 FROM conversation newer
                           WHERE newer.citizen = c.citizen AND newer.our_number = c.our_number AND newer.id > c.id)",
    )?;
    let rows = select.query_map(named_params! { ":before": written_before, ":only": only }, |r| {
        Ok(Unsent { conversation_id: r.get("conversation_id")?, outbox_id: r.get("outbox_id")? })
    })?;
    Ok(rows.collect::<rusqlite::Result<_>>()?)
}

/// Lets the danger ring again, unless the answer has left since it was found.
pub(super) fn ring_for_unsent(
    conn: &Connection,
    found: Unsent,
    written_before: UnixMs,
    now: UnixMs,
) -> Result<bool> {
    if !unsent_answers(conn, written_before, Some(found.conversation_id))?.contains(&found) {
        return Ok(false);
    }
    let before = load(conn, found.conversation_id)?;
    let decision = before.answer_not_sent(found.outbox_id, now);
    save(conn, &before, &decision.after)?;
    append_events(conn, before.id, decision.events, now)?;
    Ok(before != decision.after)
}

/// The conversation whose last answer it was. `None` for automatic texts, older answers, words that leave again, and
/// conversations that a newer one has replaced or whose citizen was erased.
fn affected(conn: &Connection, outbox_id: i64) -> Result<Option<i64>> {
    let mut select = conn.prepare_cached(
        "SELECT c.id FROM outbox o JOIN conversation c ON c.id = o.conversation_id
         WHERE o.id = :id AND o.reply_id IS NOT NULL AND c.erased_at IS NULL
           AND NOT EXISTS (SELECT 1 FROM outbox later WHERE later.conversation_id = c.id
                             AND later.reply_id > o.reply_id)
           AND NOT EXISTS (SELECT 1 FROM outbox again WHERE again.reply_id = o.reply_id AND again.id > o.id
                             AND again.text = o.text)
           AND NOT EXISTS (SELECT 1 FROM conversation newer WHERE newer.citizen = c.citizen
                             AND newer.our_number = c.our_number AND newer.id > c.id)",
    )?;
    Ok(select.query_row(named_params! { ":id": outbox_id }, |r| r.get(0)).optional()?)
}

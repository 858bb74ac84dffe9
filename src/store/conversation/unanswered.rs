//! Answers that will not arrive: taken back, refused, expired, or given up by the phone's network. The citizen waits again,
//! and somebody has to see it.

use rusqlite::{Connection, OptionalExtension, Row, named_params};

use crate::domain::UnixMs;
use crate::domain::conversation::{ConversationEvent, ConversationState, next};
use crate::store::Result;
use crate::store::conversation::queue;
use crate::store::engine::row;
use crate::store::journal::event::{NewEvent, append};

/// The conversation whose last answer a lost text belongs to.
struct Affected {
    id: i64,
    state: ConversationState,
    held: bool,
}

/// After the text `outbox_id` was lost: its conversation is not answered any more, if this was its last answer and the
/// same words are not on their way again.
pub(in crate::store) fn answer_lost(conn: &Connection, outbox_id: i64, now: UnixMs) -> Result<()> {
    let Some(affected) = affected(conn, outbox_id)? else {
        return Ok(());
    };
    let event = ConversationEvent::AnswerLost { held: affected.held };
    let Ok(to) = next(affected.state, event) else {
        return Ok(());
    };
    conn.prepare_cached(
        "UPDATE conversation
         SET state = :to, waiting_since_at = coalesce(waiting_since_at, last_inbound_at), closed_at = NULL,
             close_reason = NULL, n_reopened = n_reopened + (state = 'closed')
         WHERE id = :id AND state = :from",
    )?
    .execute(named_params! { ":to": to.as_str(), ":id": affected.id, ":from": affected.state.as_str() })?;
    queue::place(conn, affected.id, None)?;
    let event = NewEvent {
        kind: "answer_lost",
        conversation_id: Some(affected.id),
        message_id: Some(outbox_id),
        ..NewEvent::default()
    };
    append(conn, now, event)
}

/// `None` for automatic texts, older answers, words that leave again, and conversations that a newer one has replaced.
fn affected(conn: &Connection, outbox_id: i64) -> Result<Option<Affected>> {
    let mut select = conn.prepare_cached(
        "SELECT c.id, c.state AS state, c.claimed_by IS NOT NULL AS held
         FROM outbox o JOIN conversation c ON c.id = o.conversation_id
         WHERE o.id = :id AND o.reply_id IS NOT NULL
           AND NOT EXISTS (SELECT 1 FROM outbox later WHERE later.conversation_id = c.id
                             AND later.reply_id > o.reply_id)
           AND NOT EXISTS (SELECT 1 FROM outbox again WHERE again.reply_id = o.reply_id AND again.id > o.id
                             AND again.text = o.text)
           AND NOT EXISTS (SELECT 1 FROM conversation newer WHERE newer.citizen = c.citizen
                             AND newer.our_number = c.our_number AND newer.id > c.id)",
    )?;
    let affected = |r: &Row<'_>| {
        Ok(Affected { id: r.get("id")?, state: row::conversation_state(r)?, held: r.get("held")? })
    };
    Ok(select.query_row(named_params! { ":id": outbox_id }, affected).optional()?)
}

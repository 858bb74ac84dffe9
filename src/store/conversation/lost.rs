//! Answers that will not arrive: taken back, refused, expired, or given up by the phone's network. The citizen waits again,
//! and somebody has to see it.

use rusqlite::{Connection, OptionalExtension, named_params};

use super::row::{load, save};
use crate::domain::UnixMs;
use crate::store::Result;
use crate::store::journal::event::append_events;

/// After the text `outbox_id` was lost: its conversation is not answered any more, if this was its last answer and the
/// same words are not on their way again.
pub(in crate::store) fn answer_lost(conn: &Connection, outbox_id: i64, now: UnixMs) -> Result<()> {
    let Some(id) = affected(conn, outbox_id)? else {
        return Ok(());
    };
    let before = load(conn, id)?;
    let decision = before.lose_answer(outbox_id, now);
    save(conn, &before, &decision.after)?;
    append_events(conn, id, decision.events, now)
}

/// The conversation whose last answer it was. `None` for automatic texts, older answers, words that leave again, and
/// conversations that a newer one has replaced.
fn affected(conn: &Connection, outbox_id: i64) -> Result<Option<i64>> {
    let mut select = conn.prepare_cached(
        "SELECT c.id FROM outbox o JOIN conversation c ON c.id = o.conversation_id
         WHERE o.id = :id AND o.reply_id IS NOT NULL
           AND NOT EXISTS (SELECT 1 FROM outbox later WHERE later.conversation_id = c.id
                             AND later.reply_id > o.reply_id)
           AND NOT EXISTS (SELECT 1 FROM outbox again WHERE again.reply_id = o.reply_id AND again.id > o.id
                             AND again.text = o.text)
           AND NOT EXISTS (SELECT 1 FROM conversation newer WHERE newer.citizen = c.citizen
                             AND newer.our_number = c.our_number AND newer.id > c.id)",
    )?;
    Ok(select.query_row(named_params! { ":id": outbox_id }, |r| r.get(0)).optional()?)
}

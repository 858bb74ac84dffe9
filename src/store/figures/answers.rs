//! Which answers of a conversation left. The journal says that a person answered; the texts say what became of it.

use rusqlite::{Connection, Row, named_params};

use crate::domain::UnixMs;
use crate::store::Result;
use crate::store::engine::row;

/// The answers of one conversation.
#[derive(Default)]
pub(super) struct Answers(Vec<Part>);

/// A text of an answer.
struct Part {
    outbox_id: i64,
    reply_id: i64,
    /// When the answer was written, and by whom.
    at: UnixMs,
    by: i64,
    has_stayed: bool,
}

impl Answers {
    pub(super) fn of(conn: &Connection, conversation_id: i64) -> Result<Answers> {
        let mut select = conn.prepare_cached(
            "SELECT o.id, o.reply_id, r.created_at, r.counselor_id, o.state
             FROM outbox o CROSS JOIN reply r ON r.id = o.reply_id WHERE o.conversation_id = :id ORDER BY o.id",
        )?;
        let part = |r: &Row<'_>| {
            let (outbox_id, reply_id, at, by) = (r.get(0)?, r.get(1)?, r.get(2)?, r.get(3)?);
            Ok(Part { outbox_id, reply_id, at, by, has_stayed: row::outbound_state(r)?.has_stayed() })
        };
        let parts = select.query_map(named_params! { ":id": conversation_id }, part)?;
        Ok(Answers(parts.collect::<rusqlite::Result<_>>()?))
    }

    /// Whether something of the answer that this counselor wrote at this time left, or still may.
    pub(super) fn has_left(&self, at: UnixMs, by: Option<i64>) -> bool {
        self.left(self.0.iter().find(|part| part.at == at && Some(part.by) == by))
    }

    /// The same of the answer that this text belongs to.
    pub(super) fn has_left_with(&self, outbox_id: Option<i64>) -> bool {
        self.left(self.0.iter().find(|part| Some(part.outbox_id) == outbox_id))
    }

    /// An answer whose texts are not known counts as one that left, as the journal says.
    fn left(&self, one: Option<&Part>) -> bool {
        let Some(one) = one else { return true };
        self.0.iter().any(|part| part.reply_id == one.reply_id && !part.has_stayed)
    }
}

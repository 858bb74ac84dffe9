//! How it was: what citizens answered, credited to who answered them last.

use rusqlite::{Connection, OptionalExtension, Row, named_params};

use crate::domain::UnixMs;
use crate::domain::text::MessageText;
use crate::store::{Result, Store};

/// What a citizen answered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Survey {
    pub conversation_id: i64,
    pub answered_at: UnixMs,
    /// The name of the counselor it is credited to.
    pub counselor: Option<String>,
    /// 1 to 5; none if they only wrote words.
    pub score: Option<u8>,
    pub comment: Option<MessageText>,
}

const ANSWERS: &str = "SELECT s.conversation_id, s.answered_at, c.name AS counselor, s.score, s.comment
                       FROM survey s LEFT JOIN counselor c ON c.id = s.counselor_id";

impl Store {
    /// What was answered from `since` on, the newest first, at most `limit`; `counselor_id`: only what is credited to them.
    pub async fn surveys(&self, since: UnixMs, counselor_id: Option<i64>, limit: u32) -> Result<Vec<Survey>> {
        self.read(move |conn| {
            let sql = format!(
                "{ANSWERS} WHERE s.answered_at >= :since AND (:counselor IS NULL OR s.counselor_id = :counselor)
                 ORDER BY s.answered_at DESC LIMIT :limit"
            );
            let mut select = conn.prepare_cached(&sql)?;
            let of = named_params! { ":since": since, ":counselor": counselor_id, ":limit": limit };
            Ok(select.query_map(of, survey)?.collect::<rusqlite::Result<_>>()?)
        })
        .await
    }
}

/// The last answer in a conversation.
pub(in crate::store) fn of(conn: &Connection, conversation_id: i64) -> Result<Option<Survey>> {
    let sql = format!(
        "{ANSWERS} WHERE s.conversation_id = :id AND s.answered_at IS NOT NULL ORDER BY s.id DESC LIMIT 1"
    );
    let found = conn.prepare_cached(&sql)?.query_row(named_params! { ":id": conversation_id }, survey);
    Ok(found.optional()?)
}

fn survey(r: &Row<'_>) -> rusqlite::Result<Survey> {
    Ok(Survey {
        conversation_id: r.get("conversation_id")?,
        answered_at: r.get("answered_at")?,
        counselor: r.get("counselor")?,
        score: r.get("score")?,
        comment: r.get::<_, Option<String>>("comment")?.map(MessageText::new),
    })
}

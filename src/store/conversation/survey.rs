//! How it was: what citizens answered, credited to who answered them last.

use rusqlite::{Connection, OptionalExtension, Row, named_params};

use crate::domain::UnixMs;
use crate::domain::actor::Actor;
use crate::domain::survey::SurveyAnswer;
use crate::domain::text::MessageText;
use crate::store::{Result, Store};

/// What a citizen answered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Survey {
    pub id: i64,
    pub conversation_id: i64,
    pub answered_at: UnixMs,
    /// The name of the counselor it is credited to.
    pub counselor: Option<String>,
    /// 1 to 5; none if they only wrote words.
    pub score: Option<u8>,
    pub comment: Option<MessageText>,
}

/// Answers, and where the next page begins.
pub type SurveyPage = (Vec<Survey>, Option<(UnixMs, i64)>);

const ANSWERS: &str = "SELECT s.id, s.conversation_id, s.answered_at, c.name AS counselor, s.score, s.comment
                       FROM survey s LEFT JOIN counselor c ON c.id = s.counselor_id";

impl Store {
    /// What was answered from `since` on, the newest first, at most `limit`, behind `after`: the time and number of the last one of the
    /// page before. A supervisor sees all, or what is credited to `counselor_id`; anybody else what is credited to them.
    pub async fn surveys(
        &self,
        since: UnixMs,
        counselor_id: Option<i64>,
        (limit, after): (u32, Option<(UnixMs, i64)>),
        actor: &Actor,
    ) -> Result<SurveyPage> {
        let counselor_id = if actor.supervises() { counselor_id } else { actor.id() };
        self.read(move |conn| {
            let sql = format!(
                "{ANSWERS} WHERE s.answered_at >= :since AND (:counselor IS NULL OR s.counselor_id = :counselor)
                   AND (s.answered_at, s.id) < (:at, :id) ORDER BY s.answered_at DESC, s.id DESC LIMIT :limit"
            );
            let mut select = conn.prepare_cached(&sql)?;
            let (at, id) = after.unwrap_or((UnixMs::MAX, i64::MAX));
            // One more, which tells whether another page follows.
            let one_more = i64::from(limit) + 1;
            let of = named_params! {
                ":since": since, ":counselor": counselor_id, ":at": at, ":id": id, ":limit": one_more,
            };
            let mut found = select.query_map(of, survey)?.collect::<rusqlite::Result<Vec<_>>>()?;
            let has_more = found.len() > limit as usize;
            found.truncate(limit as usize);
            let next = found.last().filter(|_| has_more).map(|last| (last.answered_at, last.id));
            Ok((found, next))
        })
        .await
    }
}

/// Somebody was asked how it was; the answer is credited to this counselor.
pub(in crate::store) fn ask(
    conn: &Connection,
    conversation_id: i64,
    counselor_id: Option<i64>,
    now: UnixMs,
) -> Result<()> {
    conn.prepare_cached(
        "INSERT INTO survey (conversation_id, counselor_id, asked_at) VALUES (:id, :counselor, :now)",
    )?
    .execute(named_params! { ":id": conversation_id, ":counselor": counselor_id, ":now": now })?;
    Ok(())
}

/// Keeps what the citizen answered; words first and the number after them are one answer.
pub(in crate::store) fn keep_answer(
    conn: &Connection,
    conversation_id: i64,
    answer: &SurveyAnswer,
    text: &MessageText,
    now: UnixMs,
) -> Result<()> {
    let (score, comment) = match answer {
        SurveyAnswer::Score { score, comment } => (Some(*score), comment.as_deref()),
        _ => (None, Some(text.reveal())),
    };
    conn.prepare_cached(
        "UPDATE survey
         SET answered_at = :now, score = :score,
             comment = CASE WHEN comment IS NULL OR :comment IS NULL THEN coalesce(comment, :comment)
                            ELSE comment || char(10) || :comment END
         WHERE id = (SELECT max(id) FROM survey WHERE conversation_id = :id AND score IS NULL)",
    )?
    .execute(named_params! { ":now": now, ":score": score, ":comment": comment, ":id": conversation_id })?;
    Ok(())
}

/// When the citizen was last asked without a number as the answer yet.
pub(in crate::store) fn asked_at(conn: &Connection, conversation_id: i64) -> Result<Option<UnixMs>> {
    let sql = "SELECT max(asked_at) FROM survey WHERE conversation_id = :id AND score IS NULL";
    Ok(conn.prepare_cached(sql)?.query_row(named_params! { ":id": conversation_id }, |r| r.get(0))?)
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
        id: r.get("id")?,
        conversation_id: r.get("conversation_id")?,
        answered_at: r.get("answered_at")?,
        counselor: r.get("counselor")?,
        score: r.get("score")?,
        comment: r.get::<_, Option<String>>("comment")?.map(MessageText::new),
    })
}

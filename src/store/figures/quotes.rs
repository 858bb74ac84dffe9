//! What citizens wrote about the service, for who may read it. Words of erased citizens are gone, and only counted.

use rusqlite::{Row, named_params};

use crate::domain::UnixMs;
use crate::domain::text::MessageText;
use crate::store::conversation::survey::Survey;
use crate::store::{Result, Store};

/// Words beside survey answers.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Quotes {
    /// Newest first.
    pub quotes: Vec<Survey>,
    /// How many more there are.
    pub n_more: i64,
    /// How many were written by citizens who have been erased since.
    pub n_erased: i64,
}

impl Store {
    /// The words of survey answers between two times, at most `limit`; of one desk, of one counselor, or of all.
    pub async fn quotes(
        &self,
        (from, to): (UnixMs, UnixMs),
        desk: Option<String>,
        counselor_id: Option<i64>,
        limit: u32,
    ) -> Result<Quotes> {
        self.read(move |conn| {
            let of = "s.answered_at >= :from AND s.answered_at < :to AND s.comment IS NOT NULL
                      AND (:desk IS NULL OR v.desk = :desk) AND (:counselor IS NULL OR s.counselor_id = :counselor)";
            let sql = format!(
                "SELECT count(*) FILTER (WHERE s.comment <> ''), count(*) FILTER (WHERE s.comment = '')
                 FROM survey s JOIN conversation v ON v.id = s.conversation_id WHERE {of}"
            );
            let scope = named_params! { ":from": from, ":to": to, ":desk": desk, ":counselor": counselor_id };
            let (n, n_erased): (i64, i64) =
                conn.prepare(&sql)?.query_row(scope, |r| Ok((r.get(0)?, r.get(1)?)))?;
            let sql = format!(
                "SELECT s.id, s.conversation_id, s.answered_at, c.name AS counselor, s.score, s.comment
                 FROM survey s JOIN conversation v ON v.id = s.conversation_id
                 LEFT JOIN counselor c ON c.id = s.counselor_id
                 WHERE {of} AND s.comment <> '' ORDER BY s.answered_at DESC, s.id DESC LIMIT :limit"
            );
            let mut select = conn.prepare(&sql)?;
            let scope = named_params! {
                ":from": from, ":to": to, ":desk": desk, ":counselor": counselor_id, ":limit": limit,
            };
            let quotes: Vec<Survey> = select.query_map(scope, quote)?.collect::<rusqlite::Result<_>>()?;
            let n_more = n - i64::try_from(quotes.len()).unwrap_or(n);
            Ok(Quotes { quotes, n_more, n_erased })
        })
        .await
    }
}

fn quote(r: &Row<'_>) -> rusqlite::Result<Survey> {
    Ok(Survey {
        id: r.get("id")?,
        conversation_id: r.get("conversation_id")?,
        answered_at: r.get("answered_at")?,
        counselor: r.get("counselor")?,
        score: r.get("score")?,
        comment: Some(MessageText::new(r.get::<_, String>("comment")?)),
    })
}

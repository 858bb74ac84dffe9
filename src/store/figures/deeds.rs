//! The journal as points for counselors need it (`domain::incentive`), and facts one by one for other lists than reports.

use rusqlite::{Row, named_params};

use super::answers::Answers;
use super::histories::{FiguresOf, walk};
use crate::domain::UnixMs;
use crate::domain::conversation::AT_ONCE;
use crate::domain::event::EventKind;
use crate::domain::figures::Tally;
use crate::domain::figures::reading::{Contribution, contributions};
use crate::domain::incentive::Deed;
use crate::domain::text::MessageText;
use crate::store::conversation::survey;
use crate::store::engine::row;
use crate::store::{Result, Store};

impl Store {
    /// Hands every fact that counts in the period to `take`, with the number of its conversation, and returns what it made of them.
    /// As slow as [`Store::figures`].
    pub async fn collect_facts<T, F>(&self, of: FiguresOf, mut all: T, mut take: F) -> Result<T>
    where
        T: Send + 'static,
        F: FnMut(&mut T, i64, &Contribution) + Send + 'static,
    {
        let keys = self.pseudonyms().clone();
        self.read(move |conn| {
            let each = |tally: &mut Tally, id: i64, history: &_, names: &_| {
                let facts = contributions(history, names);
                facts.iter().filter(|fact| tally.counts(fact)).for_each(|fact| take(&mut all, id, fact));
            };
            walk(conn, &keys, of, each)?;
            Ok(all)
        })
        .await
    }

    /// All deeds of the conversations in which anything happened between two times, each conversation's in their order; of a desk,
    /// or of all. Also what happened before and after: the first answer may have been last month's.
    pub async fn deeds(
        &self,
        (from, to): (UnixMs, UnixMs),
        desk: Option<String>,
    ) -> Result<Vec<(i64, Vec<Deed>)>> {
        self.read(move |conn| {
            let mut select = conn.prepare(
                "SELECT e.conversation_id, e.seq, e.at, e.kind, coalesce(s.counselor_id, e.counselor_id), s.score,
                        e.message_id
                 FROM event e JOIN conversation v ON v.id = e.conversation_id
                 LEFT JOIN survey s ON e.kind = 'survey_answered' AND s.conversation_id = e.conversation_id
                                       AND s.answered_at = e.at
                 WHERE e.conversation_id IN (SELECT conversation_id FROM event
                           WHERE at >= :from AND at < :to AND conversation_id IS NOT NULL AND kind <> 'message')
                   AND e.kind <> 'message' AND (:desk IS NULL OR v.desk = :desk)
                   AND (e.kind = 'opened' OR e.kind = 'reopened' OR e.kind = 'replied' OR e.kind = 'answer_lost'
                        OR e.kind = 'urgent' OR e.kind = 'alarm_ended' OR e.kind = 'survey_answered'
                        OR (e.kind = 'claimed' AND e.detail = :at_once))
                   AND NOT EXISTS (SELECT 1 FROM duty_line d WHERE d.conversation_id = e.conversation_id)
                 ORDER BY e.conversation_id, e.seq",
            )?;
            let one = |r: &Row<'_>| {
                let kind = row::word(r, "kind", EventKind::from_word)?;
                let (by, score) = (r.get(4)?, r.get(5)?);
                let (is_to_many, has_left) = (false, true);
                let deed = Deed { seq: r.get(1)?, at: r.get(2)?, kind, by, score, is_to_many, has_left };
                Ok((r.get(0)?, deed, r.get(6)?))
            };
            let mut all: Vec<(i64, Vec<Deed>)> = Vec::new();
            // The conversation that was taken together with others: the answer that follows is the one to all of them.
            let mut taken = None;
            let mut answers = (0, Answers::default());
            let of = named_params! { ":from": from, ":to": to, ":desk": desk, ":at_once": AT_ONCE };
            for found in select.query_map(of, one)? {
                let (id, mut deed, message_id): (i64, Deed, Option<i64>) = found?;
                if answers.0 != id {
                    answers = (id, Answers::of(conn, id)?);
                }
                match deed.kind {
                    EventKind::Claimed => {
                        taken = Some(id);
                        continue;
                    }
                    EventKind::Replied => {
                        deed.is_to_many = taken.take() == Some(id);
                        deed.has_left = answers.1.has_left(deed.at, deed.by);
                    }
                    EventKind::AnswerLost => deed.has_left = answers.1.has_left_with(message_id),
                    _ => {}
                }
                match all.last_mut().filter(|(last, _)| *last == id) {
                    Some((_, deeds)) => deeds.push(deed),
                    None => all.push((id, vec![deed])),
                }
            }
            Ok(all)
        })
        .await
    }

    /// What citizens wrote beside their last survey answer in these conversations.
    pub async fn survey_words(&self, ids: Vec<i64>) -> Result<Vec<(i64, MessageText)>> {
        self.read(move |conn| {
            let mut words = Vec::new();
            for id in ids {
                let comment = survey::of(conn, id)?.and_then(|survey| survey.comment);
                words.extend(comment.filter(|text| !text.reveal().is_empty()).map(|text| (id, text)));
            }
            Ok(words)
        })
        .await
    }
}

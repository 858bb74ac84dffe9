//! Answered questions that are like the one of a conversation (`domain::similar`): of closed conversations that the actor may see,
//! the newest [`MOST_CONVERSATIONS`] of them, read in steps on read connections.

use std::sync::Arc;

use rusqlite::{Connection, named_params};

use crate::domain::UnixMs;
use crate::domain::actor::Actor;
use crate::domain::phone::PhoneNumber;
use crate::domain::refusal::Refusal;
use crate::domain::similar::{Comparison, QUESTION_CHARS};
use crate::domain::text::{MessageText, followed_by, part};
use crate::store::conversation::list::{VISIBLE, visible_desks};
use crate::store::conversation::row::load;
use crate::store::engine::row;
use crate::store::outbound::outbox::HAS_LEFT;
use crate::store::{Decided, Result, Store};

/// How many conversations are compared.
const MOST_CONVERSATIONS: usize = 20_000;
/// How many in one step, after which the read connection is free again.
const STEP: u32 = 500;

/// A question that was answered before, and its answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SimilarAnswer {
    pub conversation_id: i64,
    pub citizen: PhoneNumber,
    pub category: Option<String>,
    pub closed_at: UnixMs,
    pub question: MessageText,
    /// All that counselors wrote.
    pub answer: MessageText,
}

/// Who asks, as SQL asks for it.
struct Eyes {
    me: Option<i64>,
    desks: Option<String>,
}

impl Store {
    /// The most similar answered questions, best first, at most `most`; and the citizen who asks. Nothing where they asked nothing.
    pub async fn similar(
        &self,
        id: i64,
        most: usize,
        actor: &Actor,
    ) -> Result<Decided<(PhoneNumber, Vec<SimilarAnswer>)>> {
        let viewer = actor.clone();
        let asked = self.read(move |conn| {
            let conversation = load(conn, id)?;
            if !conversation.is_visible_to(&viewer) {
                return Ok(Err(Refusal::NotYourDesk));
            }
            Ok(Ok((conversation.citizen, question(conn, id)?)))
        });
        let (citizen, asked) = match asked.await? {
            Ok(asked) => asked,
            Err(refusal) => return Ok(Err(refusal)),
        };
        let eyes = Arc::new(Eyes { me: actor.id(), desks: visible_desks(actor) });
        let (mut comparison, mut before, mut n) = (Comparison::with(&asked), i64::MAX, 0);
        while n < MOST_CONVERSATIONS {
            let eyes = Arc::clone(&eyes);
            let some = self.read(move |conn| some_answered(conn, &eyes, (id, before))).await?;
            let Some((last, _)) = some.last() else { break };
            before = *last;
            n += some.len();
            some.iter().for_each(|(id, question)| comparison.add(*id, question));
        }
        let found = self.read(move |conn| {
            let mut ranked = Vec::new();
            for (id, score) in comparison.finalists() {
                let found = read_answer(conn, id)?;
                ranked.push((score + comparison.of_answer(found.answer.reveal()), found));
            }
            ranked.sort_by(|(a, _), (b, _)| b.total_cmp(a));
            Ok(ranked.into_iter().take(most).map(|(_, found)| found).collect())
        });
        Ok(Ok((citizen, found.await?)))
    }
}

/// Answers, but for those that never left.
fn answered() -> String {
    format!("o.conversation_id = c.id AND o.notice IS NULL AND o.text <> '' AND {HAS_LEFT}")
}

/// Some closed conversations with an answer, newest first, each with its question.
fn some_answered(conn: &Connection, eyes: &Eyes, (but, before): (i64, i64)) -> Result<Vec<(i64, String)>> {
    let visible = if eyes.desks.is_some() { VISIBLE } else { "AND (:me IS NULL OR 1) AND :desks IS NULL" };
    let answered = answered();
    let sql = format!(
        "SELECT c.id FROM conversation c
         WHERE c.state = 'closed' AND c.id < :before AND c.id <> :but AND c.erased_at IS NULL AND c.is_abusive = 0 {visible}
           AND EXISTS (SELECT 1 FROM outbox o WHERE {answered})
           AND NOT EXISTS (SELECT 1 FROM duty_line d WHERE d.conversation_id = c.id)
         ORDER BY c.id DESC LIMIT :step"
    );
    let mut select = conn.prepare_cached(&sql)?;
    let of = named_params! {
        ":before": before, ":but": but, ":me": eyes.me, ":desks": eyes.desks, ":step": STEP,
    };
    let ids = select.query_map(of, |r| r.get(0))?.collect::<rusqlite::Result<Vec<i64>>>()?;
    ids.into_iter().map(|id| Ok((id, question(conn, id)?))).collect()
}

/// What the citizen asked, as one text; no longer than what is compared.
fn question(conn: &Connection, id: i64) -> Result<String> {
    let sql = "SELECT text FROM inbox WHERE conversation_id = :id AND purpose = 'question' ORDER BY seq, id";
    let mut select = conn.prepare_cached(sql)?;
    let mut rows = select.query(named_params! { ":id": id })?;
    let mut all = String::new();
    while let Some(r) = rows.next()? {
        all = followed_by(&all, &r.get::<_, String>(0)?);
        if all.chars().count() >= QUESTION_CHARS {
            break;
        }
    }
    Ok(all)
}

fn read_answer(conn: &Connection, id: i64) -> Result<SimilarAnswer> {
    let answered = answered();
    let sql = format!(
        "SELECT o.text FROM outbox o JOIN conversation c ON c.id = :id WHERE {answered} ORDER BY o.id"
    );
    let mut select = conn.prepare_cached(&sql)?;
    let texts = select.query_map(named_params! { ":id": id }, |r| r.get(0))?;
    let texts = texts.collect::<rusqlite::Result<Vec<String>>>()?;
    // A later part goes on where the one before stopped; another answer begins a new line.
    let answer = texts.iter().fold(String::new(), |all, text| match part(text) {
        Some((n, ..)) if n > 1 => followed_by(&all, text),
        _ if all.is_empty() => followed_by("", text),
        _ => format!("{all}\n{}", followed_by("", text)),
    });
    let question = MessageText::new(question(conn, id)?);
    let sql = "SELECT citizen, category, closed_at FROM conversation WHERE id = :id";
    Ok(conn.prepare_cached(sql)?.query_row(named_params! { ":id": id }, |r| {
        let (citizen, category, closed_at) =
            (row::phone(r, "citizen")?, r.get("category")?, r.get("closed_at")?);
        let answer = MessageText::new(answer);
        Ok(SimilarAnswer { conversation_id: id, citizen, category, closed_at, question, answer })
    })?)
}

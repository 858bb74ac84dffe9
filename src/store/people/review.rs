//! Quality reviews (`domain::review`): what can be reviewed, what was written, and what the counselor answered. Comments and answers
//! go with the words of their conversation (`store::privacy::forget`); marks stay.

use std::collections::BTreeMap;

use rusqlite::{Connection, OptionalExtension, Row, named_params};

use super::counselor::id_of;
use crate::domain::UnixMs;
use crate::domain::actor::Actor;
use crate::domain::conversation::{AT_ONCE, Conversation};
use crate::domain::refusal::Refusal;
use crate::domain::review::{Candidate, Mark};
use crate::domain::text::MessageText;
use crate::store::conversation::row::load;
use crate::store::{Decided, Result, Store, StoreError};

/// A review.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Review {
    pub id: i64,
    pub conversation_id: i64,
    pub desk: String,
    /// Login and name of whose work it is.
    pub counselor: (String, String),
    /// The name of who wrote it.
    pub reviewer: String,
    pub reviewed_at: UnixMs,
    pub marks: Vec<Mark>,
    /// Empty once the conversation's words are gone, and where nothing was written.
    pub comment: MessageText,
    /// When the counselor first saw it.
    pub read_at: Option<UnixMs>,
    pub answer: Option<MessageText>,
    pub answered_at: Option<UnixMs>,
}

/// A review to be written.
#[derive(Debug, Clone)]
pub struct NewReview {
    pub conversation_id: i64,
    /// Login of whose work it is; not needed where one counselor alone answered.
    pub counselor: Option<String>,
    pub marks: Vec<Mark>,
    pub comment: String,
}

/// Where to look for consultations to review.
#[derive(Debug, Clone, Default)]
pub struct ReviewSearch {
    /// Closed from then on.
    pub since: UnixMs,
    pub desk: Option<String>,
    pub counselor_id: Option<i64>,
}

/// A consultation that can be reviewed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reviewable {
    pub candidate: Candidate,
    pub desk: String,
    pub category: Option<String>,
    pub closed_at: UnixMs,
}

/// The marks of one counselor for one point, added up.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MarkSum {
    pub counselor_id: i64,
    pub point: String,
    pub n: i64,
    pub marks: i64,
    /// The best marks that there could have been.
    pub of: i64,
}

impl Store {
    /// Consultations that are closed and in which somebody answered who is not the actor, and has not been reviewed for it. A
    /// danger is no exception: its answers matter most.
    pub async fn reviewable(&self, search: ReviewSearch, actor: &Actor) -> Result<Vec<Reviewable>> {
        if !actor.supervises() {
            return Ok(Vec::new());
        }
        let me = actor.id();
        self.read(move |conn| {
            let mut select = conn.prepare_cached(
                "SELECT DISTINCT v.id, o.author_id, v.desk, v.category, v.closed_at
                 FROM conversation v JOIN outbox o ON o.conversation_id = v.id
                 JOIN counselor c ON c.id = o.author_id AND c.disabled_at IS NULL
                 WHERE v.closed_at IS NOT NULL AND v.erased_at IS NULL AND v.closed_at >= :since
                   AND o.reply_id IS NOT NULL AND o.state <> 'cancelled'
                   AND (:me IS NULL OR o.author_id <> :me) AND (:counselor IS NULL OR o.author_id = :counselor)
                   AND (:desk IS NULL OR v.desk = :desk)
                   -- An answer to many at once is nobody's own work.
                   AND (SELECT count(*) FROM event e WHERE e.conversation_id = v.id AND e.kind = 'replied'
                            AND e.counselor_id = o.author_id)
                     > (SELECT count(*) FROM event e WHERE e.conversation_id = v.id AND e.kind = 'claimed'
                            AND e.detail = :at_once AND e.counselor_id = o.author_id)
                   AND NOT EXISTS (SELECT 1 FROM review r WHERE r.conversation_id = v.id AND r.counselor_id = o.author_id)
                 ORDER BY v.id, o.author_id",
            )?;
            let of = named_params! {
                ":since": search.since, ":me": me, ":counselor": search.counselor_id, ":desk": search.desk,
                ":at_once": AT_ONCE,
            };
            let one = |r: &Row<'_>| {
                Ok(Reviewable {
                    candidate: Candidate { conversation_id: r.get(0)?, counselor_id: r.get(1)? },
                    desk: r.get(2)?,
                    category: r.get(3)?,
                    closed_at: r.get(4)?,
                })
            };
            Ok(select.query_map(of, one)?.collect::<rusqlite::Result<_>>()?)
        })
        .await
    }

    /// Keeps a review of a closed consultation; returns its number. Nobody reviews themselves, and nobody reviews the same work
    /// twice.
    pub async fn write_review(&self, new: NewReview, actor: &Actor, now: UnixMs) -> Result<Decided<i64>> {
        let (log, actor) = (self.access_log(actor), actor.clone());
        self.write(move |conn| {
            let of = load(conn, new.conversation_id)?;
            let counselor_id = match may_review(conn, &of, &new, &actor)? {
                Ok(id) => id,
                Err(refusal) => return Ok(Err(refusal)),
            };
            let sql =
                "INSERT INTO review (conversation_id, counselor_id, reviewer_id, reviewed_at, comment)
                 VALUES (:conversation, :counselor, :reviewer, :now, :comment) ON CONFLICT DO NOTHING RETURNING id";
            let row = named_params! {
                ":conversation": of.id, ":counselor": counselor_id, ":reviewer": actor.id(), ":now": now,
                ":comment": new.comment,
            };
            let Some(id) = conn.prepare_cached(sql)?.query_row(row, |r| r.get(0)).optional()? else {
                return Ok(Err(Refusal::AlreadyReviewed));
            };
            insert_marks(conn, id, &new.marks)?;
            log.change(conn, (of.id, &of.citizen), ("review", Some(id)), now)?;
            Ok(Ok(id))
        })
        .await
    }

    /// The newest reviews first, at most `limit`: of one counselor, or of all. Whoever is no supervisor gets those of their own
    /// work.
    pub async fn reviews(&self, counselor_id: Option<i64>, limit: u32, actor: &Actor) -> Result<Vec<Review>> {
        let counselor_id = if actor.supervises() { counselor_id } else { actor.id().or(Some(0)) };
        self.read(move |conn| {
            let mut select = conn.prepare_cached(&format!(
                "{REVIEWS} WHERE :counselor IS NULL OR r.counselor_id = :counselor ORDER BY r.id DESC LIMIT :limit"
            ))?;
            let of = named_params! { ":counselor": counselor_id, ":limit": limit };
            let mut found = select.query_map(of, review)?.collect::<rusqlite::Result<Vec<_>>>()?;
            found.iter_mut().try_for_each(|one| marks(conn, one))?;
            Ok(found)
        })
        .await
    }

    /// Notes that the actor has seen the reviews of their own work up to this number.
    pub async fn note_reviews_read(&self, newest: i64, actor: &Actor, now: UnixMs) -> Result<()> {
        let me = actor.id();
        self.write(move |conn| {
            let sql = "UPDATE review SET read_at = :now WHERE counselor_id = :me AND id <= :newest AND read_at IS NULL";
            conn.prepare_cached(sql)?
                .execute(named_params! { ":now": now, ":me": me, ":newest": newest })?;
            Ok(())
        })
        .await
    }

    /// Keeps what the counselor says to a review of their own work, once. `NotFound` for one of somebody else's.
    pub async fn answer_review(
        &self,
        id: i64,
        answer: String,
        actor: &Actor,
        now: UnixMs,
    ) -> Result<Decided<()>> {
        let (log, me) = (self.access_log(actor), actor.id());
        self.write(move |conn| {
            let sql = "SELECT conversation_id, answered_at IS NOT NULL FROM review WHERE id = :id AND counselor_id = :me";
            let of = named_params! { ":id": id, ":me": me };
            let (conversation_id, is_answered): (i64, bool) =
                conn.prepare_cached(sql)?.query_row(of, |r| Ok((r.get(0)?, r.get(1)?)))?;
            let of = load(conn, conversation_id)?;
            // Its words are gone: no new ones are kept about it.
            if is_answered || of.citizen.is_erased() {
                return Ok(Err(Refusal::AlreadyAnswered));
            }
            conn.prepare_cached("UPDATE review SET answer = :answer, answered_at = :now WHERE id = :id")?
                .execute(named_params! { ":answer": answer, ":now": now, ":id": id })?;
            log.change(conn, (of.id, &of.citizen), ("review answer", Some(id)), now)?;
            Ok(Ok(()))
        })
        .await
    }

    /// The marks of reviews that were written between two times, added up by counselor and point, and how many reviews each
    /// counselor has.
    pub async fn review_sums(
        &self,
        (from, to): (UnixMs, UnixMs),
        desk: Option<String>,
        counselor_id: Option<i64>,
    ) -> Result<(Vec<MarkSum>, BTreeMap<i64, i64>)> {
        self.read(move |conn| {
            let of = "FROM review r JOIN conversation v ON v.id = r.conversation_id
                      WHERE r.reviewed_at >= :from AND r.reviewed_at < :to AND (:desk IS NULL OR v.desk = :desk)
                        AND (:counselor IS NULL OR r.counselor_id = :counselor)";
            let sql = format!("SELECT r.counselor_id, count(*) {of} GROUP BY r.counselor_id");
            let scope = named_params! { ":from": from, ":to": to, ":desk": desk, ":counselor": counselor_id };
            let mut select = conn.prepare(&sql)?;
            let counts = select.query_map(scope, |r| Ok((r.get(0)?, r.get(1)?)))?;
            let counts = counts.collect::<rusqlite::Result<_>>()?;
            let sql = format!(
                "SELECT m.counselor_id, m.point, count(*), sum(m.mark), sum(m.best) FROM
                     (SELECT r.counselor_id, k.point, k.mark, k.of AS best
                      FROM review_mark k JOIN (SELECT r.id, r.counselor_id {of}) r ON r.id = k.review_id) m
                 GROUP BY m.counselor_id, m.point ORDER BY m.counselor_id, m.point"
            );
            let mut select = conn.prepare(&sql)?;
            let sum = |r: &Row<'_>| {
                let (counselor_id, point, n) = (r.get(0)?, r.get(1)?, r.get(2)?);
                Ok(MarkSum { counselor_id, point, n, marks: r.get(3)?, of: r.get(4)? })
            };
            let scope = named_params! { ":from": from, ":to": to, ":desk": desk, ":counselor": counselor_id };
            Ok((select.query_map(scope, sum)?.collect::<rusqlite::Result<_>>()?, counts))
        })
        .await
    }

    /// The number of an account that a person owns; `NotFound` for an unknown login.
    pub async fn counselor_id(&self, login: String) -> Result<i64> {
        self.look_up(move |conn| id_of(conn, &login)).await
    }
}

/// Whose work is reviewed, if it may be.
fn may_review(conn: &Connection, of: &Conversation, new: &NewReview, actor: &Actor) -> Result<Decided<i64>> {
    if !actor.supervises() {
        return Ok(Err(Refusal::SupervisorsOnly));
    }
    let sql = "SELECT DISTINCT author_id FROM outbox
               WHERE conversation_id = :id AND reply_id IS NOT NULL AND author_id IS NOT NULL AND state <> 'cancelled'";
    let mut select = conn.prepare_cached(sql)?;
    let writers = select.query_map(named_params! { ":id": of.id }, |r| r.get::<_, i64>(0))?;
    let writers = writers.collect::<rusqlite::Result<Vec<_>>>()?;
    let named = match &new.counselor {
        Some(login) => match id_of(conn, login) {
            Err(StoreError::NotFound) => return Ok(Err(Refusal::NoSuchPerson)),
            found => Some(found?),
        },
        None => writers.first().copied().filter(|_| writers.len() == 1),
    };
    Ok(match named {
        Some(id) if actor.is(id) => Err(Refusal::OwnWork),
        Some(id) if of.is_closed() && !of.citizen.is_erased() && writers.contains(&id) => Ok(id),
        _ => Err(Refusal::NotReviewable),
    })
}

fn insert_marks(conn: &Connection, review_id: i64, marks: &[Mark]) -> Result<()> {
    let sql = "INSERT INTO review_mark (review_id, point, mark, of) VALUES (:review, :point, :mark, :of)";
    let mut insert = conn.prepare_cached(sql)?;
    for mark in marks {
        insert.execute(named_params! {
            ":review": review_id, ":point": mark.point, ":mark": mark.mark, ":of": mark.of,
        })?;
    }
    Ok(())
}

const REVIEWS: &str =
    "SELECT r.id, r.conversation_id, v.desk, c.login, c.name, w.name AS reviewer, r.reviewed_at, r.comment, r.read_at,
            r.answer, r.answered_at
     FROM review r JOIN conversation v ON v.id = r.conversation_id
     JOIN counselor c ON c.id = r.counselor_id JOIN counselor w ON w.id = r.reviewer_id";

fn review(r: &Row<'_>) -> rusqlite::Result<Review> {
    Ok(Review {
        id: r.get("id")?,
        conversation_id: r.get("conversation_id")?,
        desk: r.get("desk")?,
        counselor: (r.get("login")?, r.get("name")?),
        reviewer: r.get("reviewer")?,
        reviewed_at: r.get("reviewed_at")?,
        marks: Vec::new(),
        comment: MessageText::new(r.get::<_, String>("comment")?),
        read_at: r.get("read_at")?,
        answer: r.get::<_, Option<String>>("answer")?.map(MessageText::new),
        answered_at: r.get("answered_at")?,
    })
}

fn marks(conn: &Connection, of: &mut Review) -> Result<()> {
    let sql = "SELECT point, mark, of FROM review_mark WHERE review_id = :id ORDER BY point";
    let mut select = conn.prepare_cached(sql)?;
    let mark = |r: &Row<'_>| Ok(Mark { point: r.get(0)?, mark: r.get(1)?, of: r.get(2)? });
    of.marks = select.query_map(named_params! { ":id": of.id }, mark)?.collect::<rusqlite::Result<_>>()?;
    Ok(())
}

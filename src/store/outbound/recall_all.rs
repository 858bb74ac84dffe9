//! One answer for many, taken back. Its replies belong together by the first word of their keys ([`MassAnswerId`]).

use rusqlite::{Connection, OptionalExtension, Row, named_params};

use crate::domain::UnixMs;
use crate::domain::actor::Actor;
use crate::domain::mass_answer::{MassAnswerId, Recall, recall};
use crate::domain::outbound::{OutboundEvent, OutboundState, next};
use crate::domain::phone::PhoneNumber;
use crate::store::engine::row;
use crate::store::journal::access::AccessLog;
use crate::store::outbound::transition::{Step, finish};
use crate::store::{Result, Store, StoreError};

/// Replies taken back in one transaction: a danger's text that comes meanwhile waits for no more than these.
const AT_ONCE: usize = 50;

/// What became of each reply of an answer for many, in the order in which they were written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RecalledAll {
    pub id: MassAnswerId,
    /// The conversation, and what became of the reply in it.
    pub replies: Vec<(i64, Recall)>,
}

/// One text of a reply.
struct Part {
    id: i64,
    conversation_id: i64,
    citizen: PhoneNumber,
    state: OutboundState,
    may_have_left: bool,
}

impl Store {
    /// Takes back what has not left of an answer for many that the actor gave; `None`: their newest one of which something is
    /// still here. The citizens wait again. `NotFound` if there is none.
    ///
    /// Each reply stays here as a whole or is left alone. Asked again, it takes back what it did not reach before.
    pub async fn recall_all(
        &self,
        wanted: Option<MassAnswerId>,
        actor: &Actor,
        now: UnixMs,
    ) -> Result<RecalledAll> {
        let me = actor.id().ok_or(StoreError::NotFound)?;
        let (id, replies) = self.read(move |conn| replies(conn, me, wanted)).await?;
        let mut done = Vec::with_capacity(replies.len());
        for some in replies.chunks(AT_ONCE) {
            let (some, log) = (some.to_vec(), self.access_log(actor));
            let all = self.write(move |conn| {
                let one = |reply_id: &i64| take_back(conn, &log, *reply_id, now);
                some.iter().map(one).collect::<Result<Vec<_>>>()
            });
            done.extend(all.await?.into_iter().flatten());
            self.hints().text_out.notify_one();
        }
        Ok(RecalledAll { id, replies: done })
    }
}

/// The replies of one answer for many.
fn replies(conn: &Connection, me: i64, wanted: Option<MassAnswerId>) -> Result<(MassAnswerId, Vec<i64>)> {
    let id = match wanted {
        Some(id) => id,
        None => newest(conn, me)?.ok_or(StoreError::NotFound)?,
    };
    let (from, to) = id.key_bounds();
    let mut select = conn.prepare_cached(
        "SELECT id FROM reply WHERE counselor_id = :me AND idempotency_key > :from AND idempotency_key < :to
         ORDER BY id",
    )?;
    let rows = select.query_map(named_params! { ":me": me, ":from": from, ":to": to }, |r| r.get(0))?;
    let all: Vec<i64> = rows.collect::<rusqlite::Result<_>>()?;
    if all.is_empty() { Err(StoreError::NotFound) } else { Ok((id, all)) }
}

/// The newest of theirs of which a text has not left.
fn newest(conn: &Connection, me: i64) -> Result<Option<MassAnswerId>> {
    // The condition of each part is that of a partial index.
    let sql = "WITH waiting (reply_id) AS (
                   SELECT reply_id FROM outbox WHERE state = 'held'
                   UNION ALL SELECT reply_id FROM outbox WHERE state = 'queued')
               SELECT r.idempotency_key FROM waiting w CROSS JOIN reply r ON r.id = w.reply_id
               WHERE r.counselor_id = :me AND r.idempotency_key LIKE '% %' ORDER BY r.id DESC LIMIT 1";
    let key: Option<String> =
        conn.prepare_cached(sql)?.query_row(named_params! { ":me": me }, |r| r.get(0)).optional()?;
    Ok(key.as_deref().and_then(MassAnswerId::of_key))
}

/// `None` for a reply whose texts are gone.
fn take_back(
    conn: &Connection,
    log: &AccessLog,
    reply_id: i64,
    now: UnixMs,
) -> Result<Option<(i64, Recall)>> {
    let parts = parts(conn, reply_id)?;
    let Some(first) = parts.first() else {
        return Ok(None);
    };
    let states: Vec<_> = parts.iter().map(|part| (part.state, part.may_have_left)).collect();
    let outcome = recall(&states);
    if outcome == Recall::Recalled {
        let event = OutboundEvent::Recalled;
        for part in parts.iter().filter(|part| next(part.state, event).is_ok()) {
            finish(conn, &Step { id: part.id, from: part.state, event, code: None }, now)?;
        }
        log.change(conn, (first.conversation_id, &first.citizen), ("recall_all", Some(reply_id)), now)?;
    }
    Ok(Some((first.conversation_id, outcome)))
}

fn parts(conn: &Connection, reply_id: i64) -> Result<Vec<Part>> {
    let mut select = conn.prepare_cached(
        "SELECT id, conversation_id, citizen, state, repeat_before_at IS NOT NULL AS may_have_left
         FROM outbox WHERE reply_id = :reply ORDER BY id",
    )?;
    let part = |r: &Row<'_>| {
        Ok(Part {
            id: r.get("id")?,
            conversation_id: r.get("conversation_id")?,
            citizen: row::phone(r, "citizen")?,
            state: row::outbound_state(r)?,
            may_have_left: r.get("may_have_left")?,
        })
    };
    Ok(select.query_map(named_params! { ":reply": reply_id }, part)?.collect::<rusqlite::Result<_>>()?)
}

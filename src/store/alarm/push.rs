//! Alarms on their way to the operator's command and webhook. They are written with the alarm itself, and tried until they
//! are done or too old; after a crash one may be tried twice, with the same id.

use rusqlite::{Connection, Row, named_params};

use crate::domain::UnixMs;
use crate::domain::alarm::operator::Saying;
use crate::domain::alarm::{AlarmNews, PushWay};
use crate::store::engine::row;
use crate::store::{Result, Store};

/// An alarm that has not arrived after this long is given up (milliseconds).
const LIVES_MS: i64 = 60 * 60 * 1_000;
/// Rows are kept for so long (milliseconds).
const KEPT_MS: i64 = 30 * 24 * 60 * 60 * 1_000;
/// The first wait after a failure, and the longest (milliseconds).
const FIRST_WAIT_MS: i64 = 5_000;
pub(in crate::store) const LONGEST_WAIT_MS: i64 = 5 * 60 * 1_000;

/// An alarm to be handed to a command or a webhook.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AlarmPush {
    pub id: i64,
    pub way: PushWay,
    pub news: AlarmNews,
    pub created_at: UnixMs,
    pub n_attempts: u32,
}

/// Writes an alarm down for each way that is configured.
pub(super) fn queue(conn: &Connection, ways: &[PushWay], news: &AlarmNews, now: UnixMs) -> Result<()> {
    for way in ways {
        conn.prepare_cached(
            "INSERT INTO alarm_push (way, what, state, conversation_id, step, minutes, called, created_at,
                                     next_attempt_at)
             VALUES (:way, :what, :state, :conversation, :step, :minutes, :called, :now, :now)",
        )?
        .execute(named_params! {
            ":way": way.as_str(), ":what": news.what, ":state": news.state,
            ":conversation": news.conversation_id, ":step": news.step, ":minutes": news.minutes,
            ":called": news.called.join("\n"), ":now": now,
        })?;
    }
    Ok(())
}

/// The danger of a conversation is over: what has not arrived is not announced any more.
pub(super) fn over(conn: &Connection, conversation_id: i64) -> Result<()> {
    conn.prepare_cached(
        "UPDATE alarm_push SET next_attempt_at = NULL, trouble = 'the alarm was over'
         WHERE next_attempt_at IS NOT NULL AND conversation_id = :conversation AND what = 'danger'",
    )?
    .execute(named_params! { ":conversation": conversation_id })?;
    Ok(())
}

fn read(r: &Row<'_>) -> rusqlite::Result<AlarmPush> {
    let (state, called): (Option<String>, String) = (r.get("state")?, r.get("called")?);
    let news = AlarmNews {
        what: r.get("what")?,
        state: state.as_deref().and_then(Saying::from_word).map(Saying::as_str),
        conversation_id: r.get("conversation_id")?,
        step: r.get("step")?,
        minutes: r.get("minutes")?,
        called: called.lines().map(str::to_owned).collect(),
    };
    Ok(AlarmPush {
        id: r.get("id")?,
        way: row::word(r, "way", PushWay::from_word)?,
        news,
        created_at: r.get("created_at")?,
        n_attempts: r.get("n_attempts")?,
    })
}

impl Store {
    /// Alarms to be handed over one way now: new ones before those that failed, the oldest first.
    pub async fn alarm_pushes_due(&self, way: PushWay, limit: u32, now: UnixMs) -> Result<Vec<AlarmPush>> {
        self.look_up(move |conn| {
            let mut select = conn.prepare_cached(
                "SELECT id, way, what, state, conversation_id, step, minutes, called, created_at, n_attempts
                 FROM alarm_push
                 WHERE way = :way AND next_attempt_at <= :now
                 ORDER BY n_attempts > 0, id LIMIT :limit",
            )?;
            let of = named_params! { ":way": way.as_str(), ":now": now, ":limit": limit };
            let rows = select.query_map(of, read)?;
            Ok(rows.collect::<rusqlite::Result<_>>()?)
        })
        .await
    }

    /// Records how an attempt ended: done, or why not. Too old, it is not tried again.
    pub async fn alarm_push_ended(
        &self,
        push: &AlarmPush,
        trouble: Option<String>,
        now: UnixMs,
    ) -> Result<()> {
        let wait = FIRST_WAIT_MS.saturating_mul(1 << push.n_attempts.min(10)).min(LONGEST_WAIT_MS);
        let is_old = now - push.created_at >= LIVES_MS;
        let next = (trouble.is_some() && !is_old).then_some(now + wait);
        let done = trouble.is_none().then_some(now);
        let id = push.id;
        self.write(move |conn| {
            conn.prepare_cached(
                "UPDATE alarm_push SET n_attempts = n_attempts + 1, next_attempt_at = :next, done_at = :done,
                        trouble = :trouble
                 WHERE id = :id AND next_attempt_at IS NOT NULL",
            )?
            .execute(named_params! { ":next": next, ":done": done, ":trouble": trouble, ":id": id })?;
            conn.prepare_cached(
                "DELETE FROM alarm_push WHERE created_at < :old AND next_attempt_at IS NULL",
            )?
            .execute(named_params! { ":old": now - KEPT_MS })?;
            Ok(())
        })
        .await
    }
}

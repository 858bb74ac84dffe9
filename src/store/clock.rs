//! Times in rows that a wrong clock wrote, set right by the rule of `domain::clock`: at the start, and whenever the gateway's
//! time has followed a jump. So no other query has to doubt a time that it compares.
//!
//! Conversations set themselves right (`domain::conversation::set_right`); alarms, leases and cursors have rules of their own
//! where they are read. A test knows every column.
//!
//! Open texts are looked at one state at a time: each state has its partial index, and all of them together would walk through
//! everything that was ever sent.

use rusqlite::{Connection, named_params};

use crate::domain::UnixMs;
use crate::domain::clock::AGREES_MS;
use crate::domain::photo;
use crate::domain::retry::{LAST_RECEIPT_WAIT_MS, LONGEST_QUEUED_MS, RECONCILE_CAP_MS};
use crate::store::alarm::LONGEST_PUSH_WAIT_MS;
use crate::store::{Result, Store};

/// The states of a text that has not left for good.
const OPEN: [&str; 4] = ["'held'", "'queued'", "'sending'", "'in_doubt'"];

/// What is not a text, and was written in the future: it was written now.
const WRITTEN_NOW: [&str; 6] = [
    "UPDATE token SET expires_at = expires_at - (created_at - :now), created_at = :now WHERE created_at > :future",
    "UPDATE reminder SET due_at = due_at - (created_at - :now), created_at = :now
     WHERE told_at IS NULL AND created_at > :future AND due_at > :future",
    "UPDATE duty_code SET called_at = :now WHERE called_at > :future",
    "UPDATE duty_wrong_code SET at = :now WHERE at > :future",
    "UPDATE photo SET created_at = :now WHERE state = 'wanted' AND created_at > :future",
    "UPDATE alarm_push SET created_at = :now WHERE next_attempt_at IS NOT NULL AND created_at > :future",
];

/// Waits, each with the longest that it can be (milliseconds): one that is longer is over. A text that is being sent is left to
/// its sender for as long as that may take (its last condition is always true: every statement binds both times).
const WAITS: [(&str, i64); 7] = [
    (
        "UPDATE outbox SET next_attempt_at = :now WHERE state = 'held' AND next_attempt_at > :last",
        LONGEST_QUEUED_MS,
    ),
    (
        "UPDATE outbox SET next_attempt_at = :now WHERE state = 'queued' AND next_attempt_at > :last",
        LONGEST_QUEUED_MS,
    ),
    (
        "UPDATE outbox SET next_attempt_at = :now WHERE state = 'in_doubt' AND next_attempt_at > :last",
        RECONCILE_CAP_MS,
    ),
    (
        "UPDATE outbox SET next_attempt_at = :now, accepted_at = min(accepted_at, :now)
         WHERE state = 'accepted' AND next_attempt_at > :last",
        LAST_RECEIPT_WAIT_MS,
    ),
    (
        "UPDATE outbox SET lease_until_at = :last WHERE state = 'sending' AND lease_until_at > :last AND :now < :last",
        LONGEST_QUEUED_MS,
    ),
    (
        "UPDATE photo SET next_attempt_at = :now WHERE state = 'wanted' AND next_attempt_at > :last",
        photo::LONGEST_WAIT_MS,
    ),
    (
        "UPDATE alarm_push SET next_attempt_at = :now WHERE next_attempt_at IS NOT NULL AND next_attempt_at > :last",
        LONGEST_PUSH_WAIT_MS,
    ),
];

impl Store {
    /// Sets right what a wrong clock wrote. `by`: how far the gateway's time has just moved ahead, or back; unknown at a start.
    /// Returns how many rows were changed.
    pub async fn set_times_right(&self, by: Option<i64>, now: UnixMs) -> Result<usize> {
        let n = self.write(move |conn| match by {
            Some(by) if by > 0 => prolong(conn, by),
            _ => Ok(move_back(conn, by.map(i64::abs), now)? + end_long_waits(conn, now)?),
        });
        let n = n.await?;
        if n > 0 {
            self.hints().text_out.notify_one();
        }
        Ok(n)
    }
}

/// What may expire gets as much time as it had: the clock was moved, and no time has passed. How long a carrier remembers a
/// key is not prolonged.
fn prolong(conn: &Connection, by: i64) -> Result<usize> {
    let mut n = 0;
    for state in OPEN {
        let sql = format!("UPDATE outbox SET expires_at = expires_at + :by WHERE state = {state}");
        n += conn.execute(&sql, named_params! { ":by": by })?;
    }
    for sql in [
        "UPDATE photo SET created_at = created_at + :by WHERE state = 'wanted'",
        "UPDATE alarm_push SET created_at = created_at + :by WHERE next_attempt_at IS NOT NULL",
    ] {
        n += conn.execute(sql, named_params! { ":by": by })?;
    }
    Ok(n)
}

/// Rows that were written in the future: as if that had happened now, or when it did happen, where it is known that the clock
/// was ahead `by` so much.
fn move_back(conn: &Connection, by: Option<i64>, now: UnixMs) -> Result<usize> {
    let (future, mut n) = (now + AGREES_MS, 0);
    for state in OPEN {
        let sql = format!(
            "UPDATE outbox SET created_at = created_at - coalesce(:by, created_at - :now),
                    expires_at = expires_at - coalesce(:by, created_at - :now)
             WHERE state = {state} AND created_at > :future"
        );
        n += conn.execute(&sql, named_params! { ":by": by, ":now": now, ":future": future })?;
        n += date_tries(conn, state, by, now)?;
    }
    for sql in WRITTEN_NOW {
        n += conn.execute(sql, named_params! { ":now": now, ":future": future })?;
    }
    Ok(n)
}

/// First tries in the future. Where nobody knows when they were, nobody knows how long the carrier remembers their keys: such a
/// text is not repeated.
fn date_tries(conn: &Connection, state: &str, by: Option<i64>, now: UnixMs) -> Result<usize> {
    let Some(by) = by else {
        let sql = format!(
            "UPDATE outbox SET repeat_before_at = :now
             WHERE state = {state} AND repeat_before_at > :now AND first_attempt_at > :now"
        );
        return Ok(conn.execute(&sql, named_params! { ":now": now })?);
    };
    let sql = format!(
        "UPDATE outbox SET first_attempt_at = first_attempt_at - :by, repeat_before_at = repeat_before_at - :by
         WHERE state = {state} AND first_attempt_at > :now"
    );
    Ok(conn.execute(&sql, named_params! { ":by": by, ":now": now })?)
}

fn end_long_waits(conn: &Connection, now: UnixMs) -> Result<usize> {
    let ended = WAITS
        .iter()
        .map(|(sql, longest)| Ok(conn.execute(sql, named_params! { ":now": now, ":last": now + longest })?));
    ended.sum()
}

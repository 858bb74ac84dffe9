//! Times in rows that a wrong clock wrote, set right by the rule of `domain::clock`: at the start, and whenever the gateway's
//! time has followed a jump. So no other query has to doubt a time that it compares.
//!
//! Conversations set themselves right (`domain::conversation::set_right`); alarms, leases and cursors have rules of their own
//! where they are read. A test knows every column.

use rusqlite::{Connection, named_params};

use crate::domain::UnixMs;
use crate::domain::clock::AGREES_MS;
use crate::domain::photo;
use crate::domain::retry::{LAST_RECEIPT_WAIT_MS, LONGEST_QUEUED_MS, RECONCILE_CAP_MS};
use crate::store::alarm::LONGEST_PUSH_WAIT_MS;
use crate::store::{Result, Store};

/// Rows of which the newest time lies in the future, moved back as a whole: as if what they record had happened now, or, where
/// it is known by how much the clock was ahead, when it did happen.
const FROM_THE_FUTURE: [&str; 7] = [
    "UPDATE outbox SET created_at = created_at - shift.ms, expires_at = expires_at - shift.ms
     FROM (SELECT id, coalesce(:by, created_at - :now) AS ms FROM outbox
           WHERE (state = 'held' OR state = 'queued' OR state = 'sending' OR state = 'in_doubt')
             AND created_at > :future) AS shift
     WHERE outbox.id = shift.id",
    "UPDATE token SET expires_at = expires_at - (created_at - :now), created_at = :now WHERE created_at > :future",
    "UPDATE reminder SET due_at = due_at - (created_at - :now), created_at = :now
     WHERE told_at IS NULL AND created_at > :future AND due_at > :future",
    "UPDATE duty_code SET called_at = :now WHERE called_at > :future",
    "UPDATE duty_wrong_code SET at = :now WHERE at > :future",
    "UPDATE photo SET created_at = :now WHERE state = 'wanted' AND created_at > :future",
    "UPDATE alarm_push SET created_at = :now WHERE next_attempt_at IS NOT NULL AND created_at > :future",
];

/// Waits that are longer than they can be are over. A text being sent is left to its sender, and one that was tried by a clock
/// that is unknown to be repeated safely is not repeated.
fn end_long_waits(conn: &Connection, (by, now): (Option<i64>, UnixMs)) -> Result<usize> {
    let mut n = 0;
    for (sql, longest) in [
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
            "UPDATE outbox SET lease_until_at = :now + :longest WHERE state = 'sending' AND lease_until_at > :last",
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
    ] {
        let of: &[(&str, &dyn rusqlite::ToSql)] = if sql.contains(":longest") {
            named_params! { ":now": now, ":last": now + longest, ":longest": longest }
        } else {
            named_params! { ":now": now, ":last": now + longest }
        };
        n += conn.prepare_cached(sql)?.execute(of)?;
    }
    let tried = "UPDATE outbox SET first_attempt_at = first_attempt_at - :by,
                        repeat_before_at = repeat_before_at - :by
                 WHERE (state = 'queued' OR state = 'sending' OR state = 'in_doubt') AND first_attempt_at > :now";
    let unknown = "UPDATE outbox SET repeat_before_at = :now
                   WHERE state = 'queued' AND repeat_before_at > :now AND first_attempt_at > :now";
    n += match by {
        Some(by) => conn.prepare_cached(tried)?.execute(named_params! { ":by": by, ":now": now })?,
        None => conn.prepare_cached(unknown)?.execute(named_params! { ":now": now })?,
    };
    Ok(n)
}

/// What may expire gets as much time as it had: the clock was moved, and no time has passed. How long a carrier remembers a
/// key is not prolonged.
const NOT_BY_A_JUMP: [&str; 3] = [
    "UPDATE outbox SET expires_at = expires_at + :by
     WHERE (state = 'held' OR state = 'queued' OR state = 'sending' OR state = 'in_doubt')",
    "UPDATE photo SET created_at = created_at + :by WHERE state = 'wanted'",
    "UPDATE alarm_push SET created_at = created_at + :by WHERE next_attempt_at IS NOT NULL",
];

impl Store {
    /// Sets right what a wrong clock wrote. `by`: how far the gateway's time has just moved ahead, or back; unknown at a start.
    /// Returns how many rows were changed.
    pub async fn set_times_right(&self, by: Option<i64>, now: UnixMs) -> Result<usize> {
        let n = self.write(move |conn| {
            let mut n = 0;
            if let Some(by) = by.filter(|by| *by > 0) {
                for sql in NOT_BY_A_JUMP {
                    n += conn.prepare_cached(sql)?.execute(named_params! { ":by": by })?;
                }
                return Ok(n);
            }
            let (by, future) = (by.map(i64::abs), now + AGREES_MS);
            for sql in FROM_THE_FUTURE {
                let of: &[(&str, &dyn rusqlite::ToSql)] = if sql.contains(":by") {
                    named_params! { ":now": now, ":future": future, ":by": by }
                } else {
                    named_params! { ":now": now, ":future": future }
                };
                n += conn.prepare_cached(sql)?.execute(of)?;
            }
            Ok(n + end_long_waits(conn, (by, now))?)
        });
        let n = n.await?;
        if n > 0 {
            self.hints().text_out.notify_one();
        }
        Ok(n)
    }
}

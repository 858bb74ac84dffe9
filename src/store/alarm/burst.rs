//! Calls to one duty phone that come close together leave as one text: the first at once, what comes within [`JOIN_MS`] of it
//! together at the end of that time. A phone thus gets four calls a minute at most, however many dangers there are, and
//! each text has every code.

use rusqlite::{Connection, OptionalExtension, named_params};

use super::line;
use crate::domain::UnixMs;
use crate::domain::alarm::code::JOIN_MS;
use crate::domain::alarm::words;
use crate::domain::phone::PhoneNumber;
use crate::domain::policy::ServicePolicy;
use crate::domain::text::plan;
use crate::store::Result;

/// An alarm that a phone is to be told of.
struct Call {
    code_id: i64,
    code: String,
    conversation_id: i64,
    alarm_from: UnixMs,
    /// Nobody has answered, ended or taken it.
    stands: bool,
    /// The text that tells of it, if it waits, and when it may leave.
    waits: Option<(i64, UnixMs)>,
}

/// Tells a phone of an alarm (`also`, the number of its code), with all others that wait to be told to it. What waited is
/// replaced by what is true now; without `also`, that is all.
pub(super) fn tell(
    conn: &Connection,
    number: &PhoneNumber,
    also: Option<i64>,
    (policy, now): (&ServicePolicy, UnixMs),
) -> Result<()> {
    let calls = calls(conn, number, also, now)?;
    let mut waited: Vec<(i64, UnixMs)> = calls.iter().filter_map(|call| call.waits).collect();
    waited.dedup();
    for (outbox_id, _) in &waited {
        line::withdraw(conn, *outbox_id, ("newer", now))?;
    }
    let standing: Vec<&Call> = calls.iter().filter(|call| call.stands).collect();
    let Some(oldest) = standing.iter().map(|call| call.alarm_from).min() else {
        return Ok(());
    };
    let free = free_at(conn, number, now)?;
    let due = waited.iter().map(|(_, at)| *at).fold(free, UnixMs::min).max(now);
    let words = fitting(&standing, (due - oldest) / 60_000, policy);
    let outbox_id = line::text(conn, number, &words, (policy, now))?;
    conn.prepare_cached("UPDATE outbox SET next_attempt_at = :due WHERE id = :id AND state = 'queued'")?
        .execute(named_params! { ":due": due, ":id": outbox_id })?;
    let mut told =
        conn.prepare_cached("UPDATE duty_code SET outbox_id = :outbox, called_at = :due WHERE id = :id")?;
    for call in standing {
        told.execute(named_params! { ":outbox": outbox_id, ":due": due, ":id": call.code_id })?;
    }
    Ok(())
}

/// A text that was just queued for a phone does not wait for a call that leaves later.
pub(super) fn let_pass(
    conn: &Connection,
    number: &PhoneNumber,
    (policy, now): (&ServicePolicy, UnixMs),
) -> Result<()> {
    let calls = calls(conn, number, None, now)?;
    let is_later = calls.iter().filter_map(|call| call.waits).any(|(_, at)| at > now);
    if is_later { tell(conn, number, None, (policy, now)) } else { Ok(()) }
}

/// Whether a call may leave for this phone at once: none left a short while ago, and none waits.
pub(super) fn is_free(conn: &Connection, number: &PhoneNumber, now: UnixMs) -> Result<bool> {
    let waits = calls(conn, number, None, now)?.iter().any(|call| call.waits.is_some());
    Ok(!waits && free_at(conn, number, now)? <= now)
}

/// The calls to a phone that wait, and the one with the code `also`; the oldest alarm first.
fn calls(conn: &Connection, number: &PhoneNumber, also: Option<i64>, now: UnixMs) -> Result<Vec<Call>> {
    let sql = "SELECT d.id, d.code, d.conversation_id, d.alarm_from_at, o.id AS outbox_id, o.next_attempt_at,
                      v.alarm_from_at IS d.alarm_from_at AND v.alarm_quiet_until_at IS NULL AS stands
               FROM duty_code d JOIN conversation v ON v.id = d.conversation_id
                    LEFT JOIN outbox o ON o.id = d.outbox_id AND o.state = 'queued' AND o.repeat_before_at IS NULL
               WHERE d.number = :number AND (d.id = :also OR (d.called_at > :since AND o.id IS NOT NULL))
               ORDER BY d.alarm_from_at, d.id";
    let of = named_params! {
        ":number": number.reveal(), ":also": also, ":since": now - line::CALL_LIVES_MS - JOIN_MS,
    };
    let mut select = conn.prepare_cached(sql)?;
    let rows = select.query_map(of, |r| {
        let outbox_id: Option<i64> = r.get("outbox_id")?;
        let next: Option<UnixMs> = r.get("next_attempt_at")?;
        Ok(Call {
            code_id: r.get("id")?,
            code: r.get("code")?,
            conversation_id: r.get("conversation_id")?,
            alarm_from: r.get("alarm_from_at")?,
            stands: r.get("stands")?,
            waits: outbox_id.zip(next),
        })
    })?;
    Ok(rows.collect::<rusqlite::Result<_>>()?)
}

/// From when the next call may leave. A time that lies further ahead than it ever can is of a clock that was wrong.
fn free_at(conn: &Connection, number: &PhoneNumber, now: UnixMs) -> Result<UnixMs> {
    let sql = "SELECT max(d.called_at) FROM duty_code d JOIN outbox o ON o.id = d.outbox_id
               WHERE d.number = :number AND d.called_at > :since AND d.called_at <= :latest AND o.state <> 'cancelled'";
    let of = named_params! {
        ":number": number.reveal(), ":since": now - JOIN_MS, ":latest": now + JOIN_MS,
    };
    let last: Option<UnixMs> = conn.prepare_cached(sql)?.query_row(of, |r| r.get(0)).optional()?.flatten();
    // Who was called at a time that is still ahead: that call waits, and this one goes with it.
    Ok(last.map_or(now, |at| if at > now { at } else { at + JOIN_MS }))
}

/// All codes, or as many as one text at this carrier holds.
fn fitting(calls: &[&Call], minutes: i64, policy: &ServicePolicy) -> String {
    let listed: Vec<(i64, &str)> =
        calls.iter().map(|call| (call.conversation_id, call.code.as_str())).collect();
    let is_one = |words: &String| plan(words, policy.texts.limits()).is_ok_and(|pieces| pieces.len() == 1);
    let shorter = (1..=listed.len()).rev().map(|n| words::dangers(&listed, n, minutes));
    shorter.into_iter().find(is_one).unwrap_or_else(|| words::dangers(&listed, 1, minutes))
}

//! Leases: which texts the sender gets, in which order and for which carrier. A leased text is committed as `sending`
//! before anything of it leaves.

use std::sync::{Arc, LazyLock};

use rusqlite::{Connection, Row, named_params};

use crate::domain::UnixMs;
use crate::domain::notice::Notice;
use crate::domain::outbound::{Lane, OutboundEvent, OutboundState, OutboundText};
use crate::domain::phone::{PhoneNumber, Senders};
use crate::store::engine::row;
use crate::store::outbound::outbox::{one_row, read_outbound};
use crate::store::outbound::reconcile;
use crate::store::outbound::transition::{Step, finish, wait_until};
use crate::store::recovery::Gate;
use crate::store::{Result, Store};

/// A damaged row is read again after this time (milliseconds).
const UNREADABLE_AGAIN_MS: i64 = 10 * 60 * 1000;

/// Parameters of a lease batch.
#[derive(Debug, Clone)]
pub struct Lease {
    pub carrier: &'static str,
    /// The numbers texts leave from at this carrier.
    pub senders: Senders,
    /// Only texts that this carrier may have taken before: no other carrier can repeat them safely.
    pub only_its_own: bool,
    /// A sender without an outcome after this time counts as dead (milliseconds).
    pub lease_ms: i64,
    /// How far our clock is ahead, as far as that is known (milliseconds): a text does not expire by a wrong clock. None: not
    /// known yet, and no text expires.
    pub ahead_ms: Option<i64>,
}

impl Store {
    /// Leases at most `limit` texts that may leave now and commits them as `sending`. At most one text of each citizen,
    /// the most urgent lane first; within a lane a citizen's texts keep their order. Also ends recall windows that are
    /// over, and expires texts that are too old.
    pub async fn lease_due(&self, order: Arc<Lease>, limit: u32, now: UnixMs) -> Result<Leased> {
        self.write(move |conn| {
            let mut times = next_times(conn)?;
            let mut leased = Leased { texts: Vec::new(), next_at: times.first() };
            if leased.next_at.is_none_or(|at| at > now) {
                return Ok(leased);
            }
            if times.held.is_some_and(|at| at <= now) {
                pass_recall_windows(conn, now)?;
                times = next_times(conn)?;
            }
            let gate = Gate::of(conn)?;
            for due in due(conn, (&order, &gate), &times, (limit, now))? {
                leased.texts.extend(lease_one(conn, &order, due, now)?);
            }
            leased.next_at = next_times(conn)?.first();
            Ok(leased)
        })
        .await
    }

    /// Expires at most `limit` texts that are too old, for times when nothing may leave; returns how many.
    pub async fn expire_old(&self, limit: u32, now: UnixMs) -> Result<usize> {
        let of = move |conn: &Connection| -> Result<Vec<(i64, bool)>> {
            let mut select = conn.prepare_cached(
                "SELECT id, repeat_before_at IS NOT NULL FROM outbox
                 WHERE state = 'queued' AND expires_at <= :now LIMIT :limit",
            )?;
            let rows = select
                .query_map(named_params! { ":now": now, ":limit": limit }, |r| Ok((r.get(0)?, r.get(1)?)))?;
            Ok(rows.collect::<rusqlite::Result<_>>()?)
        };
        if self.look_up(of).await?.is_empty() {
            return Ok(0);
        }
        self.write(move |conn| {
            let old = of(conn)?;
            for (id, may_have_left) in &old {
                if *may_have_left { doubt_again(conn, *id, true, now)? } else { expire(conn, *id, now)? }
            }
            Ok(old.len())
        })
        .await
    }

    /// When [`Store::lease_due`] has something to do next; `None` if nothing waits, or only texts behind another one of
    /// the same citizen, whose outcome wakes the sender.
    pub async fn next_send_at(&self) -> Result<Option<UnixMs>> {
        self.look_up(|conn| Ok(next_times(conn)?.first())).await
    }
}

/// Texts that may leave.
#[derive(Debug)]
pub struct Leased {
    pub texts: Vec<OutboundText>,
    /// As [`Store::next_send_at`], after these are leased.
    pub next_at: Option<UnixMs>,
}

/// When the next recall window ends, and when the next text of each lane may leave that stands behind no other.
struct NextTimes {
    held: Option<UnixMs>,
    lanes: Vec<(Lane, Option<UnixMs>)>,
}

impl NextTimes {
    fn first(&self) -> Option<UnixMs> {
        self.lanes.iter().filter_map(|(_, at)| *at).chain(self.held).min()
    }
}

fn next_times(conn: &Connection) -> Result<NextTimes> {
    static SQL: LazyLock<String> = LazyLock::new(|| {
        let lanes = Lane::ALL.map(|lane| format!("({})", next_in_lane(lane))).join(", ");
        format!("SELECT (SELECT min(next_attempt_at) FROM outbox WHERE state = 'held'), {lanes}")
    });
    let times = |r: &Row<'_>| {
        let lanes = Lane::ALL.into_iter().enumerate().map(|(n, lane)| Ok((lane, r.get(n + 1)?)));
        Ok(NextTimes { held: r.get(0)?, lanes: lanes.collect::<rusqlite::Result<_>>()? })
    };
    Ok(conn.prepare_cached(&SQL)?.query_row([], times)?)
}

/// Queues held texts whose recall window is over.
fn pass_recall_windows(conn: &Connection, now: UnixMs) -> Result<()> {
    conn.prepare_cached(
        "UPDATE outbox SET state = 'queued' WHERE state = 'held' AND next_attempt_at <= :now",
    )?
    .execute(named_params! { ":now": now })?;
    Ok(())
}

/// A text that may leave.
struct Due {
    text: OutboundText,
    /// The number that was texted.
    our_number: PhoneNumber,
    /// Set if it may have left before: until then it may be repeated.
    repeat_before_at: Option<UnixMs>,
    /// The citizen has opted out since it was written.
    is_unwanted: bool,
}

/// The first text of each citizen that may leave, the most urgent lane first.
fn due(
    conn: &Connection,
    order: (&Lease, &Gate),
    times: &NextTimes,
    (limit, now): (u32, UnixMs),
) -> Result<Vec<Due>> {
    let mut due = Vec::new();
    for (lane, next_at) in &times.lanes {
        if next_at.is_none_or(|at| at > now) {
            continue;
        }
        let left = limit.saturating_sub(u32::try_from(due.len()).unwrap_or(limit));
        for (id, text) in due_in_lane(conn, order, *lane, left, now)? {
            match text {
                Ok(text) => due.push(text),
                Err(error) => put_off_unreadable(conn, id, &error, now)?,
            }
        }
    }
    Ok(due)
}

/// Leases a text that is due, unless it is unwanted, too old, or cannot be repeated safely any more.
fn lease_one(conn: &Connection, order: &Lease, due: Due, now: UnixMs) -> Result<Option<OutboundText>> {
    let Due { text, our_number, repeat_before_at, is_unwanted } = due;
    let is_old = order.ahead_ms.is_some_and(|ahead| text.expires_at <= now - ahead);
    let text = match order.ahead_ms {
        None if text.expires_at <= now && repeat_before_at.is_none() => return Ok(None),
        // The driver looks at the same clock.
        ahead => OutboundText { expires_at: text.expires_at + ahead.unwrap_or(0), ..text },
    };
    if is_unwanted && repeat_before_at.is_none() {
        finish(conn, &queued(text.id, OutboundEvent::Recalled, Some("opted_out")), now)?;
        return Ok(None);
    }
    match repeat_before_at {
        Some(before) if is_old || before <= now => doubt_again(conn, text.id, is_old, now)?,
        None if is_old => expire(conn, text.id, now)?,
        // The carrier compares a repetition with what it has under the key: nothing of it may change.
        Some(_) => return lease(conn, order, text, now).map(Some),
        None => {
            let from = order.senders.answering(&our_number).clone();
            return lease(conn, order, OutboundText { from, ..text }, now).map(Some);
        }
    }
    Ok(None)
}

/// Whether an opt-out since then stops the text. Answers in a danger and notices that pass an opt-out still leave.
fn is_unwanted(r: &Row<'_>) -> rusqlite::Result<bool> {
    let notice: Option<String> = r.get("notice")?;
    let is_danger: Option<bool> = r.get("is_danger")?;
    let passes = match notice.as_deref() {
        Some(group) => Notice::of_group(group).is_some_and(Notice::passes_opt_out),
        None => is_danger == Some(true),
    };
    Ok(!passes && r.get("has_opted_out_since")?)
}

/// Due texts of one lane. One query per lane, so that the index (lane, next_attempt_at) finds only what is due.
fn due_in_lane(
    conn: &Connection,
    (order, gate): (&Lease, &Gate),
    lane: Lane,
    limit: u32,
    now: UnixMs,
) -> Result<Vec<(i64, rusqlite::Result<Due>)>> {
    let mut select = conn.prepare_cached(
        "SELECT outbox.id, client_key, outbox.citizen, from_number, text, n_attempts, first_attempt_at, expires_at,
                repeat_before_at,
                CASE WHEN EXISTS (SELECT 1 FROM photo WHERE photo.outbox_id = outbox.id) THEN 'mms' ELSE outbox.kind END AS kind,
                v.our_number, notice, v.tier = 1 AS is_danger,
                EXISTS (SELECT 1 FROM citizen WHERE citizen.number = outbox.citizen
                          AND citizen.opted_out_at >= outbox.created_at) AS has_opted_out_since
         FROM outbox INDEXED BY outbox_due CROSS JOIN conversation v ON v.id = outbox.conversation_id
         WHERE outbox.state = 'queued' AND lane = :lane AND next_attempt_at <= :now
           AND CASE WHEN repeat_before_at IS NULL THEN NOT :only_its_own
                    ELSE carrier = :carrier OR repeat_before_at <= :now OR expires_at <= :now END
           AND (:restored_at IS NULL OR (outbox.created_at >= :restored_at
                AND (outbox.notice = 'duty' OR (:danger_may AND (lane = 0 OR (reply_id IS NOT NULL AND v.tier = 1))))))
           AND NOT EXISTS (
               SELECT 1 FROM outbox before
               WHERE before.citizen = outbox.citizen AND before.id < outbox.id AND before.lane <= outbox.lane
                 AND (before.state = 'held' OR before.state = 'queued' OR before.state = 'sending' OR before.state = 'in_doubt')
                 AND before.needs_person = 0)
         ORDER BY next_attempt_at, outbox.id LIMIT :limit",
    )?;
    let of = named_params! {
        ":lane": lane.as_i64(), ":now": now, ":limit": limit, ":only_its_own": order.only_its_own,
        ":carrier": order.carrier, ":restored_at": gate.restored_at, ":danger_may": gate.danger_may,
    };
    let due = |r: &Row<'_>| {
        let our_number = row::phone(r, "our_number")?;
        Ok(Due {
            text: read_outbound(r, now)?,
            our_number,
            repeat_before_at: r.get("repeat_before_at")?,
            is_unwanted: is_unwanted(r)?,
        })
    };
    let rows = select.query_map(of, |r| Ok((r.get("id")?, due(r))))?;
    Ok(rows.collect::<rusqlite::Result<_>>()?)
}

/// The next time in a lane at which a text may leave that waits behind no other.
fn next_in_lane(lane: Lane) -> String {
    let lane = lane.as_i64();
    format!(
        "SELECT next_attempt_at FROM outbox INDEXED BY outbox_due
         WHERE state = 'queued' AND lane = {lane}
           AND NOT EXISTS (
               SELECT 1 FROM outbox before
               WHERE before.citizen = outbox.citizen AND before.id < outbox.id AND before.lane <= outbox.lane
                 AND (before.state = 'held' OR before.state = 'queued' OR before.state = 'sending' OR before.state = 'in_doubt')
                 AND before.needs_person = 0)
         ORDER BY next_attempt_at LIMIT 1"
    )
}

/// Puts a damaged row off and logs it each time, so that it does not stop the others.
fn put_off_unreadable(conn: &Connection, id: i64, error: &rusqlite::Error, now: UnixMs) -> Result<()> {
    tracing::error!(message = id, "text {id} cannot be read from the database and is not sent: {error}");
    conn.prepare_cached("UPDATE outbox SET next_attempt_at = :later WHERE id = :id")?
        .execute(named_params! { ":later": now + UNREADABLE_AGAIN_MS, ":id": id })?;
    Ok(())
}

fn lease(conn: &Connection, order: &Lease, text: OutboundText, now: UnixMs) -> Result<OutboundText> {
    let n = conn
        .prepare_cached(
            "UPDATE outbox
             SET state = 'sending', lease_until_at = :lease, n_attempts = n_attempts + 1, carrier = :carrier,
                 from_number = :from, first_attempt_at = coalesce(first_attempt_at, :now)
             WHERE id = :id AND state = 'queued'",
        )?
        .execute(named_params! {
            ":lease": now + order.lease_ms, ":carrier": order.carrier, ":from": text.from.reveal(), ":now": now,
            ":id": text.id,
        })?;
    one_row(n)?;
    Ok(OutboundText { attempt: text.attempt + 1, ..text })
}

fn expire(conn: &Connection, id: i64, now: UnixMs) -> Result<()> {
    finish(conn, &queued(id, OutboundEvent::TooOld, None), now)
}

fn queued(id: i64, event: OutboundEvent, code: Option<&str>) -> Step<'_> {
    Step { id, from: OutboundState::Queued, event, code }
}

/// Puts a text back in doubt that may have left and cannot be repeated safely any more. The carrier is asked, or a
/// person if the text is too old.
fn doubt_again(conn: &Connection, id: i64, needs_person: bool, now: UnixMs) -> Result<()> {
    wait_until(conn, &queued(id, OutboundEvent::KeyForgotten, None), now, now)?;
    conn.prepare_cached("UPDATE outbox SET repeat_before_at = NULL WHERE id = :id")?
        .execute(named_params! { ":id": id })?;
    if needs_person { reconcile::ask_a_person(conn, id, now) } else { Ok(()) }
}

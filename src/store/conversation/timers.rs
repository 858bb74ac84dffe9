//! What time alone does to conversations (`domain::timers`): found by looking, done in one transaction that looks again.

use rusqlite::{Connection, Row, named_params};

use crate::domain::UnixMs;
use crate::domain::arrival::may_say;
use crate::domain::conversation::may_be_texted;
use crate::domain::notice::{Language, Notice, Slot};
use crate::domain::phone::PhoneNumber;
use crate::domain::survey;
use crate::domain::timers::{Due, Open, Times, due};
use crate::store::conversation::queue;
use crate::store::engine::row;
use crate::store::inbound::inbox::RoutePolicy;
use crate::store::journal::event::{NewEvent, append};
use crate::store::outbound::notice::{self, Addressee};
use crate::store::people::citizen;
use crate::store::{Result, Store};

/// What one round of timers did.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Timed {
    pub n_done: usize,
    /// Alarms that nobody had answered, or whose holder did nothing.
    pub n_escalated: usize,
}

impl Store {
    /// Does everything that is due now: to open conversations, reminders, and surveys.
    pub async fn run_timers(&self, times: Times, policy: RoutePolicy, now: UnixMs) -> Result<Timed> {
        let (looked, rules) = (times.clone(), policy.clone());
        let is_due = self
            .look_up(move |conn| {
                Ok(!all_due(conn, &looked, &rules, now)?.is_empty() || others_due(conn, now)?)
            })
            .await?;
        if !is_due {
            return Ok(Timed::default());
        }
        let timed = self.write(move |conn| {
            let mut timed = Timed::default();
            for (open, what) in all_due(conn, &times, &policy, now)? {
                let case = Case { conn, open: &open, policy: &policy, now };
                for what in what {
                    case.happen(what)?;
                    timed.n_done += 1;
                    timed.n_escalated += usize::from(matches!(what, Due::Escalate | Due::StaleDanger));
                }
            }
            timed.n_done += remind(conn, now)? + ask(conn, &policy, now)?;
            Ok(timed)
        });
        let timed = timed.await?;
        if timed.n_done > 0 {
            self.hints().text_out.notify_one();
        }
        Ok(timed)
    }
}

fn all_due(
    conn: &Connection,
    times: &Times,
    policy: &RoutePolicy,
    now: UnixMs,
) -> Result<Vec<(Open, Vec<Due>)>> {
    let mut select = conn.prepare_cached(
        "SELECT id, state AS state, desk, claimed_by IS NOT NULL AS is_held, tier, waiting_since_at, n_wait_notices,
                CASE WHEN acked_at IS NULL THEN urgent_at END AS ringing_since, n_escalations, touched_at,
                last_reply_at, promise_due_at, promise_told_at IS NOT NULL AS is_promise_told, nudged_at
         FROM conversation INDEXED BY conversation_not_closed WHERE state <> 'closed'",
    )?;
    let open = |r: &Row<'_>| {
        Ok(Open {
            id: r.get("id")?,
            state: row::conversation_state(r)?,
            desk: r.get("desk")?,
            is_held: r.get("is_held")?,
            tier: r.get("tier")?,
            waiting_since: r.get("waiting_since_at")?,
            n_wait_notices: r.get("n_wait_notices")?,
            ringing_since: r.get("ringing_since")?,
            n_escalations: r.get("n_escalations")?,
            touched_at: r.get("touched_at")?,
            last_reply_at: r.get("last_reply_at")?,
            promise_due_at: r.get("promise_due_at")?,
            is_promise_told: r.get("is_promise_told")?,
            nudged_at: r.get("nudged_at")?,
        })
    };
    let mut found = Vec::new();
    for open in select.query_map([], open)? {
        let open = open?;
        let what = due(&open, times, policy.policy.desks.of(&open.desk), now);
        if !what.is_empty() {
            found.push((open, what));
        }
    }
    Ok(found)
}

fn others_due(conn: &Connection, now: UnixMs) -> Result<bool> {
    let sql = "SELECT EXISTS (SELECT 1 FROM reminder WHERE told_at IS NULL AND due_at <= :now)
                   OR EXISTS (SELECT 1 FROM conversation INDEXED BY conversation_to_survey
                               WHERE survey_due_at <= :now)";
    Ok(conn.prepare_cached(sql)?.query_row(named_params! { ":now": now }, |r| r.get(0))?)
}

struct Case<'a> {
    conn: &'a Connection,
    open: &'a Open,
    policy: &'a RoutePolicy,
    now: UnixMs,
}

impl Case<'_> {
    fn happen(&self, what: Due) -> Result<()> {
        match what {
            Due::Adopt => {
                let desk = &self.policy.policy.desks.first().key;
                let sql = "UPDATE conversation SET desk = :desk, previous_desk = NULL WHERE id = :id";
                self.conn
                    .prepare_cached(sql)?
                    .execute(named_params! { ":desk": desk, ":id": self.open.id })?;
                self.tell("adopted", Some(desk))
            }
            Due::WaitNotice => {
                let ahead = (Slot::Ahead, queue::n_ahead(self.conn, self.open.id)?.to_string());
                if self.policy.policy.receipt_texts {
                    self.say(Notice::Wait, &[ahead])?;
                }
                self.set("n_wait_notices = n_wait_notices + 1")
            }
            Due::Escalate => {
                self.set("n_escalations = n_escalations + 1")?;
                let times = (self.open.n_escalations + 1).to_string();
                self.tell("escalated", Some(&times))
            }
            Due::FreeClaim => {
                self.set(
                    "last_holder_id = claimed_by, claimed_by = NULL, claimed_at = NULL,
                     state = CASE state WHEN 'active' THEN 'waiting' ELSE state END",
                )?;
                self.tell("released", Some("idle"))
            }
            Due::StaleDanger => {
                self.set("touched_at = :now")?;
                self.tell("escalated", Some("idle"))
            }
            Due::PromiseLate => {
                self.say(Notice::Delayed, &[])?;
                self.set("promise_told_at = :now")?;
                self.tell("promise_late", None)
            }
            Due::Nudge => {
                self.say(Notice::Nudge, &[])?;
                self.set("nudged_at = :now")
            }
            Due::Close => {
                self.say(Notice::Closing, &[])?;
                self.set(
                    "state = 'closed', last_holder_id = coalesce(claimed_by, last_holder_id), claimed_by = NULL,
                     claimed_at = NULL, closed_at = :now, close_reason = 'no reply'",
                )?;
                self.tell("closed", Some("answered"))
            }
        }
    }

    /// `assignment` is a fixed piece of SQL that may hold `:now`.
    fn set(&self, assignment: &'static str) -> Result<()> {
        let sql = format!("UPDATE conversation SET {assignment} WHERE id = :id AND :now IS NOT NULL");
        self.conn.prepare_cached(&sql)?.execute(named_params! { ":id": self.open.id, ":now": self.now })?;
        Ok(())
    }

    fn tell(&self, kind: &str, detail: Option<&str>) -> Result<()> {
        let event = NewEvent { kind, conversation_id: Some(self.open.id), detail, ..NewEvent::default() };
        append(self.conn, self.now, event)
    }

    fn say(&self, notice: Notice, values: &[(Slot, String)]) -> Result<bool> {
        say(self.conn, self.open.id, notice, values, self.policy, self.now)
    }
}

/// Says something by itself to the citizen of a conversation, if it may be said now; returns whether it was.
fn say(
    conn: &Connection,
    id: i64,
    notice: Notice,
    values: &[(Slot, String)],
    policy: &RoutePolicy,
    now: UnixMs,
) -> Result<bool> {
    let (to, our_number, language) = whom(conn, id)?;
    let known = citizen::of(conn, &to)?;
    let is_restricted = known.restricted_until_at.is_some_and(|until| until > now);
    let said = notice::said(conn, id)?;
    if is_restricted || !may_be_texted(&to) || !may_say(notice, known.opted_out_at.is_some(), &said, now) {
        return Ok(false);
    }
    let Some(words) = policy.policy.texts.say(notice, language, values) else {
        return Ok(false);
    };
    let to = Addressee { conversation_id: id, citizen: &to, our_number: &our_number };
    notice::write(conn, &to, &words, now, &policy.send)?;
    Ok(true)
}

fn whom(conn: &Connection, id: i64) -> Result<(PhoneNumber, PhoneNumber, Language)> {
    let sql = "SELECT citizen, our_number, language FROM conversation WHERE id = :id";
    let found = conn.prepare_cached(sql)?.query_row(named_params! { ":id": id }, |r| {
        let language = row::word(r, "language", Language::from_word)?;
        Ok((row::phone(r, "citizen")?, row::phone(r, "our_number")?, language))
    });
    Ok(found?)
}

/// Tells counselors of what they wanted to come back to.
fn remind(conn: &Connection, now: UnixMs) -> Result<usize> {
    let mut select = conn.prepare_cached(
        "UPDATE reminder SET told_at = :now WHERE told_at IS NULL AND due_at <= :now
         RETURNING conversation_id, counselor_id",
    )?;
    let rows = select.query_map(named_params! { ":now": now }, |r| Ok((r.get(0)?, r.get(1)?)))?;
    let due = rows.collect::<rusqlite::Result<Vec<(i64, i64)>>>()?;
    for (conversation, counselor) in &due {
        let event = NewEvent {
            kind: "reminder",
            conversation_id: Some(*conversation),
            counselor_id: Some(*counselor),
            ..NewEvent::default()
        };
        append(conn, now, event)?;
    }
    Ok(due.len())
}

/// Asks how it was: by day, once in 30 days, and only while nothing new has begun.
fn ask(conn: &Connection, policy: &RoutePolicy, now: UnixMs) -> Result<usize> {
    let mut select = conn.prepare_cached(
        "SELECT id, desk, last_holder_id FROM conversation INDEXED BY conversation_to_survey
         WHERE survey_due_at <= :now AND state = 'closed' ORDER BY survey_due_at LIMIT 200",
    )?;
    let rows = select.query_map(named_params! { ":now": now }, |r| Ok((r.get(0)?, r.get(1)?, r.get(2)?)))?;
    let due = rows.collect::<rusqlite::Result<Vec<(i64, String, Option<i64>)>>>()?;
    for (id, desk, counselor) in &due {
        let zone = policy.policy.desks.of(desk).calendar.time_zone().clone();
        let at = survey::may_ask_at(now, &zone);
        if at > now {
            set_due(conn, *id, Some(at))?;
            continue;
        }
        set_due(conn, *id, None)?;
        let (citizen, _, _) = whom(conn, *id)?;
        let last = citizen::of(conn, &citizen)?.surveyed_at;
        if last.is_some_and(|last| now - last < survey::EVERY_MS)
            || !say(conn, *id, Notice::Survey, &[], policy, now)?
        {
            continue;
        }
        citizen::surveyed(conn, &citizen, now)?;
        conn.prepare_cached(
            "INSERT INTO survey (conversation_id, counselor_id, asked_at) VALUES (:id, :counselor, :now)",
        )?
        .execute(named_params! { ":id": id, ":counselor": counselor, ":now": now })?;
    }
    Ok(due.len())
}

fn set_due(conn: &Connection, id: i64, at: Option<UnixMs>) -> Result<()> {
    conn.prepare_cached("UPDATE conversation SET survey_due_at = :at WHERE id = :id")?
        .execute(named_params! { ":at": at, ":id": id })?;
    Ok(())
}

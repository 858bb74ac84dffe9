//! What time alone does to conversations (`domain::conversation::time`): found by looking on a reader, done in one
//! transaction that looks again.

use std::sync::Arc;

use rusqlite::{Connection, named_params};

use super::decide::{Change, run};
use super::lost::{Unsent, ring_for_unsent, unsent_answers};
use super::row::{load, load_dangers, load_open};
use super::{notes, row};
use crate::domain::UnixMs;
use crate::domain::actor::Actor;
use crate::domain::conversation::Command;
use crate::domain::conversation::time::{Due, due};
use crate::domain::policy::ServicePolicy;
use crate::domain::survey;
use crate::store::{Result, Store};

/// Surveys asked for in one round.
const SURVEYS_AT_ONCE: u32 = 200;

/// What a round of timers looks at.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Round {
    /// Every open conversation, reminders and surveys.
    All,
    /// Only conversations in which danger was seen.
    Dangers,
}

/// What one round of timers did.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Timed {
    pub n_done: usize,
    /// Alarms that nobody had answered, or whose holder did nothing.
    pub n_escalated: usize,
}

/// What a round has to look at.
#[derive(Debug, Default)]
struct Found {
    /// Open conversations for which something is due.
    open: Vec<i64>,
    /// Closed ones whose citizens are to be asked how it was.
    surveys: Vec<i64>,
    /// Answers to danger that the carrier has not taken for longer than the first step of the alarm.
    unsent: Vec<Unsent>,
    has_reminders: bool,
}

impl Found {
    fn is_empty(&self) -> bool {
        self.open.is_empty() && self.surveys.is_empty() && self.unsent.is_empty() && !self.has_reminders
    }
}

impl Store {
    /// Does everything that is due now: to open conversations, reminders, and surveys.
    pub async fn run_timers(&self, policy: &Arc<ServicePolicy>, round: Round, now: UnixMs) -> Result<Timed> {
        let looked = Arc::clone(policy);
        let found = self.read(move |conn| find(conn, &looked, round, now)).await?;
        if found.is_empty() {
            return Ok(Timed::default());
        }
        let policy = Arc::clone(policy);
        let timed = self.write(move |conn| {
            let actor = Actor::system("timers");
            let change = Change { conn, actor: &actor, policy: &policy, now };
            let mut timed = Timed::default();
            for id in &found.open {
                tick(&change, *id, &mut timed)?;
            }
            for id in &found.surveys {
                // Nothing refuses a survey: it is asked, put off, or not asked.
                let _asked = run(&change, &load(conn, *id)?, &Command::AskSurvey)?;
            }
            for unsent in &found.unsent {
                let rings = ring_for_unsent(conn, *unsent, now - unsent_after_ms(&policy), now)?;
                timed.n_done += usize::from(rings);
            }
            timed.n_done += found.surveys.len() + notes::remind_due(conn, now)?;
            Ok(timed)
        });
        let timed = timed.await?;
        if timed.n_done > 0 {
            self.hints().text_out.notify_one();
        }
        Ok(timed)
    }
}

/// How long an answer to danger may wait in the outbox: the first step of the alarm (milliseconds).
fn unsent_after_ms(policy: &ServicePolicy) -> i64 {
    policy.escalations_ms.first().copied().unwrap_or(i64::MAX / 2)
}

fn find(conn: &Connection, policy: &ServicePolicy, round: Round, now: UnixMs) -> Result<Found> {
    let mut open = match round {
        Round::All => load_open(conn)?,
        Round::Dangers => load_dangers(conn)?,
    };
    open.retain(|conversation| !due(conversation, policy, now).is_empty());
    let open = open.iter().map(|conversation| conversation.id).collect();
    let unsent = unsent_answers(conn, now - unsent_after_ms(policy), None)?;
    if round == Round::Dangers {
        return Ok(Found { open, unsent, ..Found::default() });
    }
    let surveys = due_surveys(conn, policy, now)?;
    let reminders = "SELECT EXISTS (SELECT 1 FROM reminder WHERE told_at IS NULL AND due_at <= :now)";
    let has_reminders =
        conn.prepare_cached(reminders)?.query_row(named_params! { ":now": now }, |r| r.get(0))?;
    Ok(Found { open, surveys, unsent, has_reminders })
}

/// Those whose time has come, and those that a clock which was ahead put further away than a survey can wait.
fn due_surveys(conn: &Connection, policy: &ServicePolicy, now: UnixMs) -> Result<Vec<i64>> {
    let longest = survey::longest_wait_ms(policy.survey_after_ms);
    let mut select = conn.prepare_cached(
        "SELECT id FROM conversation INDEXED BY conversation_to_survey
         WHERE survey_due_at BETWEEN :from AND :to ORDER BY survey_due_at LIMIT :limit",
    )?;
    let mut due = Vec::new();
    for (from, to) in [(i64::MIN, now), (now.saturating_add(longest).saturating_add(1), i64::MAX)] {
        let range = named_params! { ":from": from, ":to": to, ":limit": SURVEYS_AT_ONCE };
        let found = select.query_map(range, |r| r.get::<_, i64>(0))?;
        due.extend(found.collect::<rusqlite::Result<Vec<_>>>()?);
    }
    Ok(due)
}

/// Somebody may have done something about it since it was found.
fn tick(change: &Change<'_>, id: i64, timed: &mut Timed) -> Result<()> {
    let before = row::load(change.conn, id)?;
    if before.is_closed() {
        return Ok(());
    }
    let what = due(&before, change.policy, change.now);
    timed.n_done += what.len();
    timed.n_escalated += what.iter().filter(|what| matches!(what, Due::Escalate | Due::StaleDanger)).count();
    let _done = run(change, &before, &Command::Tick)?;
    Ok(())
}

//! The next in line, given to one counselor only.

use std::sync::Arc;

use rusqlite::{Connection, OptionalExtension, named_params};

use super::decide::{Change, Claimant, claimant, run_with};
use super::list::detail;
use super::row::load;
use crate::domain::UnixMs;
use crate::domain::actor::{Actor, DeskScope};
use crate::domain::conversation::Command;
use crate::domain::policy::ServicePolicy;
use crate::domain::refusal::Refusal;
use crate::store::{ConversationDetail, Decided, Result, Store};

/// What an actor may be given.
struct Reach {
    me: i64,
    /// With spaces around each; `None`: all.
    desks: Option<String>,
    is_full: bool,
    is_full_of_danger: bool,
}

impl Store {
    /// Claims the conversation that is next in line for this counselor: of their desks, not offered to somebody else;
    /// danger whatever the desk. Refuses who holds as many as they may, or if nobody waits for them.
    pub async fn claim_next(
        &self,
        actor: &Actor,
        policy: &Arc<ServicePolicy>,
        now: UnixMs,
    ) -> Result<Decided<ConversationDetail>> {
        let (log, asker, policy) = (self.access_log(actor), actor.clone(), Arc::clone(policy));
        self.write(move |conn| {
            let Some(me) = asker.id() else {
                return Ok(Err(Refusal::NobodyWaits));
            };
            let claimant = claimant(conn, me)?;
            let reach = Reach {
                me,
                desks: match &asker.desks {
                    DeskScope::All => None,
                    DeskScope::Only(_) => Some(format!(" {} ", asker.desks.to_word())),
                },
                is_full: claimant.n_held >= policy.max_held,
                is_full_of_danger: claimant.n_dangers >= policy.max_dangers,
            };
            let change = Change { conn, actor: &asker, policy: &policy, now };
            let Some(id) = next_for(conn, &reach, now)? else {
                return Ok(Err(why_nobody(conn, &reach)?));
            };
            let claimed = claim(&change, id, &claimant)?;
            if let Ok(detail) = &claimed {
                log.change(conn, (id, &detail.summary.citizen), (Command::Claim.as_str(), None), now)?;
            }
            Ok(claimed)
        })
        .await
    }
}

/// Claims it with what is known of the claimant already. What it holds is read here: the writer has its pages at hand,
/// while a reader would fetch each of them after every commit.
fn claim(change: &Change<'_>, id: i64, claimant: &Claimant) -> Result<Decided<ConversationDetail>> {
    let facts = claimant.facts(change.actor)?;
    match run_with(change, &load(change.conn, id)?, (&Command::Claim, &facts))? {
        Ok(_) => detail(change.conn, id).map(Ok),
        Err(refusal) => Ok(Err(refusal)),
    }
}

fn next_for(conn: &Connection, reach: &Reach, now: UnixMs) -> Result<Option<i64>> {
    let sql = "SELECT v.id FROM conversation v INDEXED BY conversation_waiting
               WHERE v.state = 'waiting'
                 AND CASE WHEN v.alarm_from_at IS NOT NULL THEN NOT :is_full_of_danger
                          WHEN v.tier = 1 THEN 1
                          ELSE NOT :is_full
                               AND (v.offered_to IS NULL OR v.offered_to = :me OR v.offered_until_at <= :now)
                               AND (:desks IS NULL OR v.offered_to = :me
                                    OR instr(:desks, ' ' || v.desk || ' ') > 0) END
               ORDER BY v.queue_at, v.id LIMIT 1";
    let of = named_params! {
        ":me": reach.me, ":desks": reach.desks, ":is_full": reach.is_full,
        ":is_full_of_danger": reach.is_full_of_danger, ":now": now,
    };
    Ok(conn.prepare_cached(sql)?.query_row(of, |r| r.get(0)).optional()?)
}

fn why_nobody(conn: &Connection, reach: &Reach) -> Result<Refusal> {
    let sql = "SELECT EXISTS (SELECT 1 FROM conversation
                              WHERE state = 'waiting' AND alarm_from_at IS NOT NULL)";
    let danger_waits: bool = conn.prepare_cached(sql)?.query_row([], |r| r.get(0))?;
    Ok(match reach {
        _ if danger_waits && reach.is_full_of_danger => Refusal::TooManyDangers,
        _ if reach.is_full => Refusal::Full,
        _ => Refusal::NobodyWaits,
    })
}

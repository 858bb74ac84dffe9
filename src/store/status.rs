//! Counts for operators: the current situation, and the balance of everything received and sent.

use rusqlite::{Connection, named_params};

use crate::domain::UnixMs;
use crate::store::engine::files;
use crate::store::{Result, Store, StoreError};

/// A file up to this size (bytes) is examined at each start: that takes less than a tenth of a second.
const EXAMINED_UP_TO: u64 = 32 << 20;

/// The current situation.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Counts {
    pub n_waiting: i64,
    pub oldest_waiting_since_at: Option<UnixMs>,
    /// Dangers that nobody has answered, and those of them that nobody looks after.
    pub n_dangers: i64,
    pub n_dangers_ringing: i64,
    pub n_active: i64,
    pub n_queued: i64,
    pub n_unreceipted: i64,
    pub n_in_doubt: i64,
    pub n_quarantined: i64,
    /// Texts failed, expired or undelivered since the requested time.
    pub n_failed: i64,
}

/// Everything received and sent, by state.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Balance {
    pub n_received: i64,
    pub n_routed: i64,
    pub n_quarantined: i64,
    pub n_replies: i64,
    /// Texts to citizens by state.
    pub outbound: Vec<(String, i64)>,
}

impl Balance {
    /// How many texts to citizens are in `state`.
    pub fn n_outbound(&self, state: &str) -> i64 {
        self.outbound.iter().find(|(s, _)| s == state).map_or(0, |(_, n)| *n)
    }
}

impl Store {
    /// The current situation; failures count from `since` on.
    pub async fn counts(&self, since: UnixMs) -> Result<Counts> {
        self.read(move |conn| {
            let count = |sql: &str| self::count(conn, sql);
            let oldest =
                "SELECT min(waiting_since_at) FROM conversation INDEXED BY conversation_waiting WHERE state = 'waiting'";
            let failed = "SELECT count(*) FROM outbox
                          WHERE (state = 'undelivered' OR state = 'failed' OR state = 'expired') AND final_at >= :since";
            // The condition of `conversation_open`, whose rows are those that are open.
            let dangers = "SELECT count(*), count(CASE WHEN danger = 'ringing' THEN 1 END)
                           FROM conversation INDEXED BY conversation_open
                           WHERE state <> 'closed' AND alarm_from_at IS NOT NULL";
            let (n_dangers, n_dangers_ringing) =
                conn.prepare_cached(dangers)?.query_row([], |r| Ok((r.get(0)?, r.get(1)?)))?;
            Ok(Counts {
                n_waiting: count("SELECT count(*) FROM conversation WHERE state = 'waiting'")?,
                oldest_waiting_since_at: conn.prepare_cached(oldest)?.query_row([], |r| r.get(0))?,
                n_dangers,
                n_dangers_ringing,
                n_active: count("SELECT count(*) FROM conversation WHERE state = 'active'")?,
                // One count per state, each with its partial index; one combined condition would scan the table.
                n_queued: count(
                    "SELECT (SELECT count(*) FROM outbox WHERE state = 'held')
                          + (SELECT count(*) FROM outbox WHERE state = 'queued')
                          + (SELECT count(*) FROM outbox WHERE state = 'sending')",
                )?,
                n_unreceipted: count("SELECT count(*) FROM outbox WHERE state = 'accepted'")?,
                n_in_doubt: count("SELECT count(*) FROM outbox WHERE state = 'in_doubt'")?,
                n_quarantined: count(
                    "SELECT (SELECT count(*) FROM quarantine WHERE settled_at IS NULL)
                          + (SELECT count(*) FROM inbox WHERE state = 'quarantined')",
                )?,
                n_failed: conn
                    .prepare_cached(failed)?
                    .query_row(named_params! { ":since": since }, |r| r.get(0))?,
            })
        })
        .await
    }

    /// Reads the whole tables: for a report, not for every second.
    pub async fn balance(&self) -> Result<Balance> {
        self.read(|conn| {
            let mut states =
                conn.prepare("SELECT state, count(*) FROM outbox GROUP BY state ORDER BY state")?;
            let states = states.query_map([], |r| Ok((r.get(0)?, r.get(1)?)))?;
            Ok(Balance {
                n_received: count(conn, "SELECT count(*) FROM inbox")?,
                n_routed: count(conn, "SELECT count(*) FROM inbox WHERE state = 'routed'")?,
                n_quarantined: count(conn, "SELECT count(*) FROM quarantine WHERE kind = 'inbound'")?,
                n_replies: count(conn, "SELECT count(*) FROM reply")?,
                outbound: states.collect::<rusqlite::Result<_>>()?,
            })
        })
        .await
    }

    /// Examines a file before it is put to use, where that takes a moment only, or damage was found in it before. `Corrupt`
    /// if it is damaged.
    pub async fn examine(&self) -> Result<()> {
        let is_small = self.path.metadata().is_ok_and(|found| found.len() <= EXAMINED_UP_TO);
        if !is_small && !files::is_marked_damaged(&self.path) {
            return Ok(());
        }
        match self.quick_check().await?.into_iter().next() {
            None => {
                files::unmark_damaged(&self.path);
                Ok(())
            }
            Some(damage) => Err(StoreError::Corrupt(damage)),
        }
    }

    /// SQLite's quick check: the problems it reports, none for a sound file.
    pub async fn quick_check(&self) -> Result<Vec<String>> {
        let found = self.read(|conn| {
            let mut check = conn.prepare("PRAGMA quick_check(5)")?;
            let rows = check.query_map([], |r| r.get::<_, String>(0))?;
            let lines = rows.collect::<rusqlite::Result<Vec<_>>>()?;
            Ok(lines.into_iter().filter(|line| line != "ok").collect::<Vec<_>>())
        });
        let found = found.await?;
        if let Some(damage) = found.first() {
            self.condition.note_read(&StoreError::Corrupt(damage.clone()));
        }
        Ok(found)
    }
}

fn count(conn: &Connection, sql: &str) -> Result<i64> {
    Ok(conn.prepare_cached(sql)?.query_row([], |r| r.get(0))?)
}

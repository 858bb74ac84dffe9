//! The figures of one scrape: what waits, what is under way, and the sizes of the files. Read on a read connection, each by an
//! index that holds no more than what waits.

use prometheus_client::metrics::histogram::Histogram;
use rusqlite::{Connection, Row};

use super::engine::files;
use super::engine::row;
use crate::domain::UnixMs;
use crate::domain::triage::Tier;
use crate::store::{Result, Store};

/// Those who wait at one desk with one urgency.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WaitingGroup {
    /// Its key.
    pub desk: String,
    pub tier: Option<Tier>,
    pub n: i64,
    pub oldest_at: UnixMs,
}

/// Dangers that nobody has answered.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct OpenDangers {
    /// Nobody looks after them.
    pub n_ringing: i64,
    pub n_looked_after: i64,
    /// When the alarm of the oldest one began.
    pub oldest_at: Option<UnixMs>,
    /// How often supervisors were called about the one that was called about most.
    pub most_steps: i64,
}

impl OpenDangers {
    fn add(&mut self, r: &Row<'_>) -> rusqlite::Result<()> {
        let Some(from_at) = r.get::<_, Option<UnixMs>>("alarm_from_at")? else {
            return Ok(());
        };
        match r.get::<_, Option<UnixMs>>("acked_at")? {
            Some(_) => self.n_looked_after += 1,
            None => self.n_ringing += 1,
        }
        self.oldest_at = Some(self.oldest_at.map_or(from_at, |oldest| oldest.min(from_at)));
        self.most_steps = self.most_steps.max(r.get("n_escalations")?);
        Ok(())
    }
}

/// Everything that a scrape takes from the database.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Gauges {
    pub waiting: Vec<WaitingGroup>,
    pub n_active: i64,
    pub dangers: OpenDangers,
    /// Texts to citizens that are not settled, by state.
    pub outbox: Vec<(&'static str, i64)>,
    /// Texts in doubt that a person has to decide about.
    pub n_needs_person: i64,
    pub n_quarantined: i64,
    /// Rows that were ever written to the access log.
    pub n_access: i64,
    pub database_bytes: u64,
    pub log_bytes: u64,
}

/// The states that are counted, each with its count by a partial index.
const OUTBOX: [(&str, &str); 5] = [
    ("held", "SELECT count(*) FROM outbox WHERE state = 'held'"),
    ("queued", "SELECT count(*) FROM outbox WHERE state = 'queued'"),
    ("sending", "SELECT count(*) FROM outbox WHERE state = 'sending'"),
    ("in_doubt", "SELECT count(*) FROM outbox WHERE state = 'in_doubt'"),
    ("accepted", "SELECT count(*) FROM outbox WHERE state = 'accepted'"),
];

impl Store {
    /// The figures of this moment.
    pub async fn gauges(&self) -> Result<Gauges> {
        let path = self.path.clone();
        self.read(move |conn| {
            let count =
                |sql: &str| -> Result<i64> { Ok(conn.prepare_cached(sql)?.query_row([], |r| r.get(0))?) };
            let size = |path: &std::path::Path| path.metadata().map_or(0, |found| found.len());
            let (waiting, dangers) = waiting(conn)?;
            let outbox = OUTBOX.iter().map(|(state, sql)| Ok((*state, count(sql)?)));
            Ok(Gauges {
                waiting,
                n_active: count("SELECT count(*) FROM conversation WHERE state = 'active'")?,
                dangers,
                outbox: outbox.collect::<Result<_>>()?,
                n_needs_person: count(
                    "SELECT count(*) FROM outbox WHERE state = 'in_doubt' AND needs_person = 1",
                )?,
                n_quarantined: count(
                    "SELECT (SELECT count(*) FROM quarantine WHERE settled_at IS NULL)
                          + (SELECT count(*) FROM inbox WHERE state = 'quarantined')",
                )?,
                n_access: count("SELECT coalesce(max(seq), 0) FROM access")?,
                database_bytes: size(&path),
                log_bytes: size(&files::beside(&path, "-wal")),
            })
        })
        .await
    }

    /// How long commits take, until they are on disk (seconds).
    pub fn commit_seconds(&self) -> Histogram {
        self.writer.commit_seconds()
    }
}

/// Those who wait by desk and urgency, and the dangers among all that are open. Counted here: a GROUP BY would sort first.
fn waiting(conn: &Connection) -> Result<(Vec<WaitingGroup>, OpenDangers)> {
    let (mut groups, mut dangers) = (Vec::<WaitingGroup>::new(), OpenDangers::default());
    let mut select = conn.prepare_cached(
        "SELECT desk, tier, waiting_since_at, alarm_from_at, acked_at, n_escalations FROM conversation
         WHERE state = 'waiting'",
    )?;
    let mut rows = select.query([])?;
    while let Some(r) = rows.next()? {
        dangers.add(r)?;
        let (desk, tier, since) = (r.get::<_, String>("desk")?, row::tier(r)?, r.get("waiting_since_at")?);
        match groups.iter_mut().find(|group| group.desk == desk && group.tier == tier) {
            Some(group) => (group.n, group.oldest_at) = (group.n + 1, group.oldest_at.min(since)),
            None => groups.push(WaitingGroup { desk, tier, n: 1, oldest_at: since }),
        }
    }
    let mut held = conn.prepare_cached(
        "SELECT alarm_from_at, acked_at, n_escalations FROM conversation
         WHERE state = 'active' AND alarm_from_at IS NOT NULL",
    )?;
    let mut rows = held.query([])?;
    while let Some(r) = rows.next()? {
        dangers.add(r)?;
    }
    Ok((groups, dangers))
}

//! What has outlived its time (`domain::privacy::Retention`), in steps so short that nobody waits for them.

use std::collections::BTreeSet;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::{Duration, Instant, SystemTime};

use rusqlite::{Connection, OptionalExtension, Row, named_params};

use super::erase::under_way;
use super::forget::Forgetting;
use super::hold;
use super::traces::files_of;
use super::{part_with, reasons};
use crate::domain::UnixMs;
use crate::domain::event::EventKind;
use crate::domain::phone::PhoneNumber;
use crate::domain::privacy::{FileKind, Retention};
use crate::store::conversation::row;
use crate::store::engine::row as engine_row;
use crate::store::journal::event::{NewEvent, append_event};
use crate::store::photo::{Hash, let_go};
use crate::store::{Result, Store};

/// A step ends after this: writers that wait for it do not notice. One conversation is always finished.
const STEP: Duration = Duration::from_millis(25);
/// The most conversations that a step looks at.
const MOST_LOOKED_AT: u32 = 200;
/// The most rows of other tables that a step removes.
const MOST_ROWS: u32 = 100;

/// What is purged; the words of `purge_run`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Purged {
    Conversations,
    RawPages,
    Quarantine,
    Citizens,
    Copies,
    Reasons,
}

impl Purged {
    pub const ALL: [Purged; 6] =
        [Self::Conversations, Self::RawPages, Self::Quarantine, Self::Citizens, Self::Copies, Self::Reasons];

    /// The word in the database.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Conversations => "conversations",
            Self::RawPages => "raw_pages",
            Self::Quarantine => "quarantine",
            Self::Citizens => "citizens",
            Self::Copies => "copies",
            Self::Reasons => "reasons",
        }
    }
}

/// The last purge of a kind.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PurgeRun {
    pub what: String,
    pub done_at: UnixMs,
    pub n: i64,
}

/// Where the next step goes on: after the conversation that was closed then, with this number.
pub type PurgePlace = (UnixMs, i64);

/// Result of one step over conversations.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct PurgeStep {
    pub n: usize,
    /// `None`: the step was the last one.
    pub next: Option<PurgePlace>,
}

/// A conversation that may have outlived its time.
struct Candidate {
    id: i64,
    closed_at: UnixMs,
    category: Option<String>,
}

impl Store {
    /// Forgets conversations that have outlived their time, after `after` in the order of their closing, for a moment. Those
    /// that are held by law, and those with texts that have not left, stay.
    pub async fn purge_conversations(
        &self,
        retention: &Arc<Retention>,
        after: PurgePlace,
        now: UnixMs,
    ) -> Result<PurgeStep> {
        let (retention, keys) = (Arc::clone(retention), self.pseudonyms().clone());
        let kept = Arc::clone(&self.files);
        let done = self.write(move |conn| {
            let began = Instant::now();
            let found = candidates(conn, &retention, after, now)?;
            let is_last = found.len() < MOST_LOOKED_AT as usize;
            let mut forgetting = Forgetting::new(conn, &keys, now);
            let mut next = found.last().map(|last| (last.closed_at, last.id)).filter(|_| !is_last);
            for one in found {
                if is_over(conn, &one, &retention, now)? {
                    forgetting.conversation(one.id)?;
                }
                if began.elapsed() > STEP {
                    next = Some((one.closed_at, one.id));
                    break;
                }
            }
            let done = forgetting.done;
            let_go(conn, &kept, &done.files)?;
            Ok((PurgeStep { n: done.n_conversations, next }, done.files))
        });
        let (step, files): (PurgeStep, BTreeSet<Hash>) = done.await?;
        if !files.is_empty() {
            self.discard_files(files).await?;
        }
        Ok(step)
    }

    /// Removes some of a kind that have outlived their time; 0 when none are left.
    pub async fn purge_some(&self, what: Purged, retention: &Retention, now: UnixMs) -> Result<usize> {
        let (raw, texts) = (now - retention.raw_ms, now - retention.longest_ms());
        let settled = now - retention.quarantine_ms;
        let (keys, kept) = (self.pseudonyms().clone(), Arc::clone(&self.files));
        match what {
            Purged::Conversations => Ok(0),
            Purged::RawPages => self.write(move |conn| old_pages(conn, raw)).await,
            Purged::Quarantine => {
                self.write(move |conn| {
                    let mut forgetting = Forgetting::new(conn, &keys, now);
                    for (id, citizen) in old_unrouted(conn, texts)? {
                        forgetting.unrouted(id, &citizen, UnixMs::MAX)?;
                    }
                    // The next sweep removes their photos.
                    let_go(conn, &kept, &forgetting.done.files)?;
                    Ok(old_items(conn, settled, texts)? + forgetting.done.n_texts_in)
                })
                .await
            }
            Purged::Citizens => {
                self.write(move |conn| {
                    let gone = without_conversation(conn)?;
                    gone.iter().try_for_each(|number| part_with(conn, &keys, number, now).map(drop))?;
                    Ok(gone.len())
                })
                .await
            }
            Purged::Copies => self.purge_copies(retention.copies_ms).await,
            Purged::Reasons => {
                let before = now - retention.reasons_ms;
                self.write(move |conn| reasons::blank_old(conn, before)).await
            }
        }
    }

    /// Records that a kind was purged to the end.
    pub async fn note_purge(&self, what: Purged, n: usize, now: UnixMs) -> Result<()> {
        let n = i64::try_from(n).unwrap_or(i64::MAX);
        self.write(move |conn| {
            conn.prepare_cached(
                "INSERT INTO purge_run (what, done_at, n) VALUES (:what, :now, :n)
                 ON CONFLICT (what) DO UPDATE SET done_at = excluded.done_at, n = excluded.n",
            )?
            .execute(named_params! { ":what": what.as_str(), ":now": now, ":n": n })?;
            if n == 0 || what != Purged::Conversations {
                return Ok(());
            }
            let detail = n.to_string();
            append_event(conn, now, NewEvent { detail: Some(&detail), ..NewEvent::new(EventKind::Purged) })
        })
        .await
    }

    /// The last purge of each kind.
    pub async fn purge_runs(&self) -> Result<Vec<PurgeRun>> {
        self.read(|conn| {
            let mut select = conn.prepare("SELECT what, done_at, n FROM purge_run ORDER BY what")?;
            let run = |r: &Row<'_>| {
                Ok(PurgeRun { what: r.get("what")?, done_at: r.get("done_at")?, n: r.get("n")? })
            };
            Ok(select.query_map([], run)?.collect::<rusqlite::Result<_>>()?)
        })
        .await
    }

    /// When conversations were last purged to the end.
    pub async fn last_purge_at(&self) -> Result<Option<UnixMs>> {
        self.look_up(|conn| {
            let sql = "SELECT done_at FROM purge_run WHERE what = 'conversations'";
            Ok(conn.prepare_cached(sql)?.query_row([], |r| r.get(0)).optional()?)
        })
        .await
    }

    /// How many conversations have outlived their time and would be forgotten now. Reads them all: for a command.
    pub async fn count_purgeable(&self, retention: &Arc<Retention>, now: UnixMs) -> Result<usize> {
        let retention = Arc::clone(retention);
        self.read(move |conn| {
            let (mut n, mut after) = (0, (UnixMs::MIN, 0));
            loop {
                let found = candidates(conn, &retention, after, now)?;
                let Some(last) = found.last() else { return Ok(n) };
                after = (last.closed_at, last.id);
                for one in &found {
                    n += usize::from(is_over(conn, one, &retention, now)?);
                }
            }
        })
        .await
    }

    /// Removes old copies of whole databases beside this one.
    async fn purge_copies(&self, keep_ms: i64) -> Result<usize> {
        let path = self.path().to_owned();
        let keep = Duration::from_millis(u64::try_from(keep_ms).unwrap_or(u64::MAX));
        let removed = tokio::task::spawn_blocking(move || {
            let is_old = |path: &PathBuf| {
                let modified = path.metadata().and_then(|about| about.modified());
                modified.is_ok_and(|at| SystemTime::now().duration_since(at).is_ok_and(|age| age > keep))
            };
            let all = files_of(&path)?;
            let copies =
                all.into_iter().filter(|(_, kind)| kind.is_some_and(FileKind::is_copy)).map(|(path, _)| path);
            Ok(copies.filter(is_old).filter(|path| std::fs::remove_file(path).is_ok()).count())
        });
        removed.await.unwrap_or(Err(crate::store::StoreError::Crashed))
    }
}

fn candidates(
    conn: &Connection,
    retention: &Retention,
    after: PurgePlace,
    now: UnixMs,
) -> Result<Vec<Candidate>> {
    let mut select = conn.prepare_cached(
        "SELECT id, closed_at, category FROM conversation
         WHERE closed_at IS NOT NULL AND erased_at IS NULL AND (closed_at, id) > (:at, :id) AND closed_at < :before
         ORDER BY closed_at, id LIMIT :most",
    )?;
    let of = named_params! {
        ":at": after.0, ":id": after.1, ":before": now - retention.shortest_ms(), ":most": MOST_LOOKED_AT,
    };
    let one = |r: &Row<'_>| {
        Ok(Candidate { id: r.get("id")?, closed_at: r.get("closed_at")?, category: r.get("category")? })
    };
    Ok(select.query_map(of, one)?.collect::<rusqlite::Result<_>>()?)
}

/// Whether it is forgotten now: its time is over, nobody holds it by law, nothing of it is under way, and it is not the line to
/// a duty phone of ours.
fn is_over(conn: &Connection, one: &Candidate, retention: &Retention, now: UnixMs) -> Result<bool> {
    if !retention.is_over(one.category.as_deref(), one.closed_at, now) {
        return Ok(false);
    }
    let line = "SELECT EXISTS (SELECT 1 FROM duty_line WHERE conversation_id = :id)";
    if conn.prepare_cached(line)?.query_row(named_params! { ":id": one.id }, |r| r.get(0))? {
        return Ok(false);
    }
    let citizen = row::load(conn, one.id)?.citizen;
    Ok(hold::reason_for(conn, &citizen, Some(one.id))?.is_none()
        && under_way(conn, one.id, UnixMs::MAX)?.is_empty())
}

/// The newest page stays, whatever its age: an id must not be given again while texts refer to it.
fn old_pages(conn: &Connection, before: UnixMs) -> Result<usize> {
    let sql = "DELETE FROM raw_page WHERE id IN (SELECT id FROM raw_page
                   WHERE received_at < :before AND id < (SELECT max(id) FROM raw_page)
                   ORDER BY received_at LIMIT :most)";
    Ok(conn.prepare_cached(sql)?.execute(named_params! { ":before": before, ":most": MOST_ROWS })?)
}

/// Reads through the table: it is short.
fn old_items(conn: &Connection, settled_before: UnixMs, received_before: UnixMs) -> Result<usize> {
    let sql = "DELETE FROM quarantine WHERE id IN (SELECT id FROM quarantine
                   WHERE settled_at < :settled OR received_at < :received LIMIT :most)";
    let of = named_params! { ":settled": settled_before, ":received": received_before, ":most": MOST_ROWS };
    Ok(conn.execute(sql, of)?)
}

fn old_unrouted(conn: &Connection, before: UnixMs) -> Result<Vec<(i64, PhoneNumber)>> {
    let mut select = conn.prepare(
        "SELECT id, citizen FROM inbox
         WHERE state = 'quarantined' AND received_at < :before AND trouble <> 'erased' LIMIT :most",
    )?;
    let of = named_params! { ":before": before, ":most": MOST_ROWS };
    let rows = select.query_map(of, |r| Ok((r.get("id")?, engine_row::phone(r, "citizen")?)))?;
    Ok(rows.collect::<rusqlite::Result<_>>()?)
}

/// Citizens of whom nothing is kept but their wishes.
fn without_conversation(conn: &Connection) -> Result<Vec<PhoneNumber>> {
    let mut select = conn.prepare(
        "SELECT c.number FROM citizen c
         WHERE NOT EXISTS (SELECT 1 FROM conversation v WHERE v.citizen = c.number)
           AND NOT EXISTS (SELECT 1 FROM legal_hold h WHERE h.citizen = c.number)
           AND NOT EXISTS (SELECT 1 FROM inbox i WHERE i.state = 'received') LIMIT :most",
    )?;
    let rows = select.query_map(named_params! { ":most": MOST_ROWS }, |r| engine_row::phone(r, "number"))?;
    Ok(rows.collect::<rusqlite::Result<_>>()?)
}

//! Versions of lists that supervisors edit (`domain::edited_list`). They are only ever added; the newest of a list is in force.

use std::collections::BTreeMap;
use std::sync::Arc;

use rusqlite::{Connection, OptionalExtension, Row, named_params};

use crate::domain::UnixMs;
use crate::domain::access::Action;
use crate::domain::actor::Actor;
use crate::domain::edited_list::List;
use crate::domain::event::EventKind;
use crate::domain::reason::Reason;
use crate::domain::triage::Triage;
use crate::store::journal::access::{self, NewAccess};
use crate::store::journal::event::{NewEvent, append_event};
use crate::store::{Result, Store, StoreError};

/// A stored version.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ListVersion {
    pub list: List,
    /// Counted from 1 for each list.
    pub version: i64,
    /// TOML; `None`: back to the operator's file.
    pub content: Option<String>,
    /// The name of who stored it.
    pub by: String,
    pub at: UnixMs,
    pub reason: String,
}

/// A version to be stored.
#[derive(Debug, Clone)]
pub struct NewListVersion {
    pub list: List,
    pub content: Option<String>,
    /// The newest version that its writer saw; 0: none.
    pub based_on: i64,
    pub reason: Reason,
}

/// Result of [`Store::store_list`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ListStored {
    Stored(ListVersion),
    /// The newest version says the same: nothing was stored. `None`: the operator's file is in force, as it always was.
    Same(Option<ListVersion>),
    /// Somebody was faster: this version is newer than what its writer saw.
    Changed(ListVersion),
    /// There are fewer versions than its writer saw.
    Unknown,
}

/// In how many of the newest texts words were found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WordsTried {
    pub n_texts: i64,
    /// By the id of their rule.
    pub n_found: BTreeMap<String, i64>,
}

impl Store {
    /// The newest version of each list that has one.
    pub async fn newest_lists(&self) -> Result<Vec<ListVersion>> {
        self.read(|conn| {
            let all = List::ALL.iter().map(|list| newest(conn, *list));
            Ok(all.collect::<Result<Vec<_>>>()?.into_iter().flatten().collect())
        })
        .await
    }

    /// Stores a version, with its event and its row of the access log.
    pub async fn store_list(&self, new: NewListVersion, actor: &Actor, now: UnixMs) -> Result<ListStored> {
        let me = actor.id().ok_or(StoreError::NotFound)?;
        let (key, actor) = (self.pseudonyms().clone(), actor.clone());
        self.write(move |conn| {
            let newest = newest(conn, new.list)?;
            let (version, content) = newest.as_ref().map_or((0, &None), |of| (of.version, &of.content));
            if *content == new.content {
                return Ok(ListStored::Same(newest));
            }
            if version != new.based_on {
                return Ok(newest.map_or(ListStored::Unknown, ListStored::Changed));
            }
            insert(conn, &new, (version + 1, me), now)?;
            let detail = format!("{} {}", new.list.as_str(), version + 1);
            let event = NewEvent { counselor_id: Some(me), ..NewEvent::new(EventKind::ListEdited) };
            append_event(conn, now, NewEvent { detail: Some(&detail), ..event })?;
            let row = NewAccess::by(&actor, Action::Change).detail(format!("list {detail}"));
            access::append(conn, &key, &NewAccess { reason: new.reason.clone(), ..row }, now)?;
            Ok(ListStored::Stored(version_of(conn, new.list, version + 1)?.ok_or(StoreError::NotFound)?))
        })
        .await
    }

    /// The versions of a list, the newest first, at most `limit`.
    pub async fn list_history(&self, list: List, limit: u32) -> Result<Vec<ListVersion>> {
        self.read(move |conn| {
            let sql = format!("{SELECT} WHERE e.list = :list ORDER BY e.version DESC LIMIT :limit");
            let mut select = conn.prepare_cached(&sql)?;
            let rows = select
                .query_map(named_params! { ":list": list.as_str(), ":limit": limit }, |r| read(r, list))?;
            Ok(rows.collect::<rusqlite::Result<_>>()?)
        })
        .await
    }

    /// One version; `NotFound` for none.
    pub async fn list_version(&self, list: List, version: i64) -> Result<ListVersion> {
        self.read(move |conn| version_of(conn, list, version)?.ok_or(StoreError::NotFound)).await
    }

    /// How many conversations have each of these categories: open ones, and all.
    pub async fn category_uses(&self, categories: Vec<String>) -> Result<Vec<(String, i64, i64)>> {
        self.read(move |conn| {
            let mut select = conn.prepare_cached(
                "SELECT category, count(*) FILTER (WHERE state <> 'closed'), count(*) FROM conversation
                 WHERE category IS NOT NULL GROUP BY category",
            )?;
            let rows = select.query_map([], |r| Ok((r.get::<_, String>(0)?, r.get(1)?, r.get(2)?)))?;
            let all: Vec<_> = rows.collect::<rusqlite::Result<_>>()?;
            Ok(all.into_iter().filter(|(name, ..)| categories.contains(name)).collect())
        })
        .await
    }

    /// In how many of the newest citizens' texts, at most `most`, these rules of `triage` find something. Only counts leave; the
    /// access log says that it was counted.
    pub async fn try_words(
        &self,
        (triage, ids): (Arc<Triage>, Vec<String>),
        most: u32,
        actor: &Actor,
        now: UnixMs,
    ) -> Result<WordsTried> {
        let mut tried = WordsTried { n_texts: 0, n_found: ids.into_iter().map(|id| (id, 0)).collect() };
        let mut before = i64::MAX;
        // Some at a time: no connection is kept for as long as all of them take.
        while tried.n_texts < i64::from(most) {
            let triage = Arc::clone(&triage);
            let step = STEP.min(i64::from(most) - tried.n_texts);
            let found = self.read(move |conn| some_tried(conn, &triage, (before, step))).await?;
            let Some((last, _)) = found.last() else { break };
            before = *last;
            for (_, rules) in found {
                tried.n_texts += 1;
                for rule in rules {
                    tried.n_found.entry(rule).and_modify(|n| *n += 1);
                }
            }
        }
        let detail = format!("words of danger counted in {} texts", tried.n_texts);
        self.record_access(NewAccess::by(actor, Action::Search).detail(detail), now).await?;
        Ok(tried)
    }
}

/// So many texts are judged at once.
const STEP: i64 = 500;

/// Some of the newest texts before one, each as its id and the rules that find something in it.
fn some_tried(
    conn: &Connection,
    triage: &Triage,
    (before, step): (i64, i64),
) -> Result<Vec<(i64, Vec<String>)>> {
    let mut select = conn.prepare_cached(
        "SELECT id, text FROM inbox WHERE id < :before AND state = 'routed' AND text <> '' ORDER BY id DESC LIMIT :step",
    )?;
    let judged = |r: &Row<'_>| {
        let text: String = r.get("text")?;
        let hits = triage.judge(&text).hits.into_iter().map(|hit| hit.rule.id.clone());
        Ok((r.get("id")?, hits.collect()))
    };
    let found = select.query_map(named_params! { ":before": before, ":step": step }, judged)?;
    Ok(found.collect::<rusqlite::Result<_>>()?)
}

const SELECT: &str = "
    SELECT e.version, e.content, c.name AS by_name, e.stored_at, e.reason
    FROM edited_list e JOIN counselor c ON c.id = e.counselor_id";

fn read(r: &Row<'_>, list: List) -> rusqlite::Result<ListVersion> {
    Ok(ListVersion {
        list,
        version: r.get("version")?,
        content: r.get("content")?,
        by: r.get("by_name")?,
        at: r.get("stored_at")?,
        reason: r.get("reason")?,
    })
}

fn newest(conn: &Connection, list: List) -> Result<Option<ListVersion>> {
    let sql = format!("{SELECT} WHERE e.list = :list ORDER BY e.version DESC LIMIT 1");
    let of = named_params! { ":list": list.as_str() };
    Ok(conn.prepare_cached(&sql)?.query_row(of, |r| read(r, list)).optional()?)
}

fn version_of(conn: &Connection, list: List, version: i64) -> Result<Option<ListVersion>> {
    let sql = format!("{SELECT} WHERE e.list = :list AND e.version = :version");
    let of = named_params! { ":list": list.as_str(), ":version": version };
    Ok(conn.prepare_cached(&sql)?.query_row(of, |r| read(r, list)).optional()?)
}

fn insert(conn: &Connection, new: &NewListVersion, (version, by): (i64, i64), now: UnixMs) -> Result<()> {
    let sql = "INSERT INTO edited_list (list, version, content, counselor_id, stored_at, reason)
               VALUES (:list, :version, :content, :by, :now, :reason)";
    conn.prepare_cached(sql)?.execute(named_params! {
        ":list": new.list.as_str(), ":version": version, ":content": new.content, ":by": by, ":now": now,
        ":reason": new.reason.as_str(),
    })?;
    Ok(())
}

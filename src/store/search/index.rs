//! The index of words: filled after texts are committed, in steps so short that nobody waits for them, and emptied of what is erased
//! in the transaction that erases it.

use std::time::{Duration, Instant};

use rusqlite::{Connection, OptionalExtension, named_params};

use crate::domain::search::{FORM, INDEXED_KEYS, Source, index_form};
use crate::store::{Result, Store};

/// A step ends after this, or after so many rows.
const STEP: Duration = Duration::from_millis(4);
const STEP_ROWS: u32 = 100;

/// The table that a source is read from, and which of its rows can be found.
pub(super) struct SourceTable {
    pub table: &'static str,
    /// The moment by which it is shown.
    pub at: &'static str,
    pub wanted: &'static str,
}

/// Automatic texts and drafts are not found. What is erased is empty.
pub(super) fn table_of(source: Source) -> SourceTable {
    match source {
        Source::Text => SourceTable { table: "inbox", at: "received_at", wanted: "t.text <> ''" },
        Source::Answer => {
            SourceTable { table: "outbox", at: "created_at", wanted: "t.notice IS NULL AND t.text <> ''" }
        }
        Source::Note => {
            SourceTable { table: "note", at: "created_at", wanted: "t.kind <> 'draft' AND t.text <> ''" }
        }
    }
}

/// The name of a source's index.
pub(super) fn index_of(source: Source) -> &'static str {
    match source {
        Source::Text => "search_text",
        Source::Answer => "search_answer",
        Source::Note => "search_note",
    }
}

/// The last id up to which a source is in the index; 0: nothing is, or in another form than ours.
pub(super) fn done_id(conn: &Connection, source: Source) -> Result<i64> {
    Ok(progress(conn, source)?.filter(|(_, form)| *form == FORM).map_or(0, |(id, _)| id))
}

fn progress(conn: &Connection, source: Source) -> Result<Option<(i64, i64)>> {
    let sql = "SELECT done_id, form FROM search_progress WHERE source = :source";
    let of = named_params! { ":source": source.as_str() };
    Ok(conn.prepare_cached(sql)?.query_row(of, |r| Ok((r.get(0)?, r.get(1)?))).optional()?)
}

impl Store {
    /// How many rows the index is behind, by their ids.
    pub async fn index_lag(&self) -> Result<i64> {
        self.read_here(|conn| {
            let mut lag = 0;
            for source in Source::ALL {
                let sql = format!("SELECT coalesce(max(id), 0) FROM {}", table_of(source).table);
                let last: i64 = conn.prepare_cached(&sql)?.query_row([], |r| r.get(0))?;
                lag += (last - done_id(conn, source)?).max(0);
            }
            Ok(lag)
        })
        .await
    }

    /// Puts some rows into the index, for a moment; returns how many were looked at.
    pub async fn index_some(&self) -> Result<usize> {
        self.write(|conn| {
            let (began, mut n) = (Instant::now(), 0);
            for source in Source::ALL {
                if began.elapsed() < STEP {
                    n += fill(conn, source, began)?;
                }
            }
            Ok(n)
        })
        .await
    }
}

fn fill(conn: &Connection, source: Source, began: Instant) -> Result<usize> {
    let done = match progress(conn, source)? {
        Some((done, FORM)) => done,
        Some(_) => {
            clear(conn, source)?;
            0
        }
        None => 0,
    };
    let SourceTable { table, wanted, .. } = table_of(source);
    let sql = format!(
        "SELECT t.id, t.text, {wanted} FROM {table} t WHERE t.id > :done ORDER BY t.id LIMIT {STEP_ROWS}"
    );
    let mut select = conn.prepare_cached(&sql)?;
    let mut rows = select.query(named_params! { ":done": done })?;
    let (mut last, mut n) = (done, 0);
    while let Some(r) = rows.next()? {
        last = r.get(0)?;
        n += 1;
        if r.get(2)? {
            let name = index_of(source);
            let sql = format!("INSERT INTO {name} (rowid, keys) VALUES (:id, :keys)");
            put(conn, &sql, last, &index_form(&r.get::<_, String>(1)?))?;
        }
        if began.elapsed() > STEP {
            break;
        }
    }
    if last > done {
        keep_progress(conn, source, last)?;
    }
    Ok(n)
}

/// Runs `sql` with a row's keys; texts that are too short for the index have no row in it.
fn put(conn: &Connection, sql: &str, id: i64, keys: &str) -> Result<()> {
    if keys.chars().count() >= INDEXED_KEYS {
        conn.prepare_cached(sql)?.execute(named_params! { ":id": id, ":keys": keys })?;
    }
    Ok(())
}

fn keep_progress(conn: &Connection, source: Source, done: i64) -> Result<()> {
    conn.prepare_cached(
        "INSERT INTO search_progress (source, done_id, form) VALUES (:source, :done, :form)
         ON CONFLICT (source) DO UPDATE SET done_id = excluded.done_id, form = excluded.form",
    )?
    .execute(named_params! { ":source": source.as_str(), ":done": done, ":form": FORM })?;
    Ok(())
}

/// Empties the index of a source: it is filled again from the beginning.
fn clear(conn: &Connection, source: Source) -> Result<()> {
    let name = index_of(source);
    conn.execute(&format!("INSERT INTO {name} ({name}) VALUES ('delete-all')"), [])?;
    conn.execute(
        "DELETE FROM search_progress WHERE source = :source",
        named_params! { ":source": source.as_str() },
    )?;
    Ok(())
}

/// Removes rows from the index, before their texts are emptied or removed; `which` is a condition on the row `t` with the number
/// `:id`.
///
/// The index only lets go of exactly what it was given. Where that is not what the row holds now (somebody has changed the file by
/// hand, or another version of the program filled it), the whole index of the source is emptied, and filled again.
pub(in crate::store) fn forget(conn: &Connection, source: Source, which: &str, of: i64) -> Result<()> {
    let Some((done, form)) = progress(conn, source)? else {
        return Ok(());
    };
    let SourceTable { table, wanted, .. } = table_of(source);
    let sql = format!("SELECT t.id, t.text FROM {table} t WHERE {which} AND {wanted} AND t.id <= :done");
    let mut select = conn.prepare_cached(&sql)?;
    let rows =
        select.query_map(named_params! { ":id": of, ":done": done }, |r| Ok((r.get(0)?, r.get(1)?)))?;
    for (id, text) in rows.collect::<rusqlite::Result<Vec<(i64, String)>>>()? {
        let keys = index_form(&text);
        if keys.chars().count() < INDEXED_KEYS {
            continue;
        }
        if form != FORM || !holds(conn, source, id, &keys)? {
            return clear(conn, source);
        }
        let name = index_of(source);
        put(
            conn,
            &format!("INSERT INTO {name} ({name}, rowid, keys) VALUES ('delete', :id, :keys)"),
            id,
            &keys,
        )?;
    }
    Ok(())
}

fn holds(conn: &Connection, source: Source, id: i64, keys: &str) -> Result<bool> {
    let name = index_of(source);
    let sql = format!("SELECT EXISTS (SELECT 1 FROM {name} WHERE {name} MATCH :phrase AND rowid = :id)");
    let of = named_params! { ":phrase": phrase(keys), ":id": id };
    Ok(conn.prepare_cached(&sql)?.query_row(of, |r| r.get(0))?)
}

/// A run of keys in the language of the index.
pub(super) fn phrase(keys: &str) -> String {
    format!("\"{}\"", keys.replace('"', "\"\""))
}

/// Notes were removed, and new ones may get their numbers: those have to be looked at as well.
pub(in crate::store) fn notes_were_removed(conn: &Connection) -> Result<()> {
    conn.prepare_cached(
        "UPDATE search_progress SET done_id = min(done_id, (SELECT coalesce(max(id), 0) FROM note))
         WHERE source = 'note'",
    )?
    .execute([])?;
    Ok(())
}

//! Rows that may have been found: read newest first, one source at a time, and kept if they are what is looked for and the actor may
//! see them.

use rusqlite::{Connection, OptionalExtension, Row, ToSql, named_params};
use unicode_normalization::UnicodeNormalization;

use super::index::{SourceTable, done_id, index_of, phrase, table_of};
use super::{SearchFilter, SearchHit, SoughtCitizen};
use crate::domain::UnixMs;
use crate::domain::identity_number::masked;
use crate::domain::phone::PhoneNumber;
use crate::domain::privacy::DAY_MS;
use crate::domain::pseudonym::PseudonymKey;
use crate::domain::search::{Snippet, Source, snippet};
use crate::store::Result;
use crate::store::conversation::list::VISIBLE;
use crate::store::engine::row;

/// So many rows are looked at in one step, and the read connection is free again.
pub(super) const STEP_ROWS: usize = 4_000;
/// Whoever has more conversations is found by walking through all texts.
const MOST_CONVERSATIONS: u32 = 2_000;
/// Ids follow times but for a clock that was wrong; it is looked so much further.
const CLOCK_SLACK_MS: i64 = 2 * DAY_MS;

/// A search, made ready.
pub(super) struct Search {
    pub filter: SearchFilter,
    /// What the index looks for; empty: rows are read one by one.
    pub keys: Vec<String>,
    /// The conversations of the citizen who is looked for, if one is.
    pub conversations: Option<Vec<i64>>,
    pub me: Option<i64>,
    /// As for lists (`conversation::list`).
    pub desks: Option<String>,
}

/// The result of one step.
#[derive(Debug, Default)]
pub(super) struct Step {
    pub hits: Vec<SearchHit>,
    /// Rows with smaller ids are left; `None`: none are.
    pub before: Option<i64>,
    /// The time of the last row that was looked at.
    pub at: Option<UnixMs>,
    pub n_rows: usize,
}

impl Search {
    /// The conversations of whoever is looked for, newest first; the outer `None`: there are too many to name.
    pub fn conversations_of(conn: &Connection, whom: &SoughtCitizen) -> Result<Option<Vec<i64>>> {
        let ids: Vec<i64> = match whom {
            SoughtCitizen::Number(number) => of_number(conn, number)?,
            SoughtCitizen::Any(numbers) => {
                let mut ids = Vec::new();
                for number in numbers {
                    ids.extend(of_number(conn, number)?);
                }
                ids
            }
            // Numbers are few and short; this reads them by an index.
            SoughtCitizen::Shown(name) => {
                let digits: String = name.chars().rev().take_while(char::is_ascii_digit).take(4).collect();
                let ending = format!("%{}", digits.chars().rev().collect::<String>());
                let mut select = conn.prepare_cached(
                    "SELECT id, citizen FROM conversation WHERE citizen LIKE :ending ORDER BY +id DESC",
                )?;
                let mut rows = select.query(named_params! { ":ending": ending })?;
                let mut ids = Vec::new();
                while let Some(r) = rows.next()? {
                    if is_shown_as(&row::phone(r, "citizen")?, name) {
                        ids.push(r.get("id")?);
                    }
                    if ids.len() >= MOST_CONVERSATIONS as usize {
                        break;
                    }
                }
                ids
            }
        };
        Ok((ids.len() < MOST_CONVERSATIONS as usize).then_some(ids))
    }

    /// Whether it is the citizen who is looked for: also where all texts are walked through.
    fn is_of(&self, citizen: &PhoneNumber) -> bool {
        match &self.filter.citizen {
            None => true,
            Some(SoughtCitizen::Number(number)) => number == citizen,
            Some(SoughtCitizen::Any(numbers)) => numbers.contains(citizen),
            Some(SoughtCitizen::Shown(name)) => is_shown_as(citizen, name),
        }
    }

    /// Looks at the rows of a source with ids below `before`, newest first, until there are enough, or enough was looked at.
    pub fn step(&self, conn: &Connection, source: Source, before: i64, enough: usize) -> Result<Step> {
        let before = before.min(self.first_before(conn, source)?);
        if let Some(ids) = &self.conversations {
            return self.of_conversations(conn, source, (ids, before), enough);
        }
        let done = if self.keys.is_empty() { 0 } else { done_id(conn, source)? };
        if before > done + 1 {
            // What is not in the index.
            let (table, wanted) = (table_of(source), "t.id > :done");
            let ids = format!(
                "SELECT t.id FROM {} t WHERE t.id < :before AND {wanted} ORDER BY t.id DESC",
                table.table
            );
            let step = self.walk(conn, source, &ids, (before, done, ""), enough)?;
            let rest = (done > 0).then_some(done + 1);
            return Ok(Step { before: step.before.or(rest), ..step });
        }
        let name = index_of(source);
        let ids = format!(
            "SELECT rowid FROM {name} WHERE {name} MATCH :phrase AND rowid < :before AND :done >= 0 ORDER BY rowid DESC"
        );
        let phrase = self.keys.iter().map(|keys| phrase(keys)).collect::<Vec<_>>().join(" AND ");
        self.walk(conn, source, &ids, (before, done, &phrase), enough)
    }

    /// Walks through the ids that `sql` gives.
    fn walk(
        &self,
        conn: &Connection,
        source: Source,
        sql: &str,
        (before, done, phrase): (i64, i64, &str),
        enough: usize,
    ) -> Result<Step> {
        let mut select = conn.prepare_cached(sql)?;
        let mut of: Vec<(&str, &dyn ToSql)> = vec![(":before", &before), (":done", &done)];
        if !phrase.is_empty() {
            of.push((":phrase", &phrase));
        }
        let mut rows = select.query(of.as_slice())?;
        let mut step = Step::default();
        let mut some_in_time = false;
        while let Some(r) = rows.next()? {
            let id = r.get(0)?;
            step.n_rows += 1;
            some_in_time |= self.look_at(conn, (source, id), &mut step)?;
            if step.n_rows >= STEP_ROWS || step.hits.len() >= enough {
                step.before = Some(id);
                break;
            }
        }
        if !some_in_time && step.n_rows >= STEP_ROWS {
            // All of them are older than what is looked for, and what follows is older still.
            step.before = None;
        }
        Ok(step)
    }

    /// All rows of some conversations; they are few.
    fn of_conversations(
        &self,
        conn: &Connection,
        source: Source,
        (ids, before): (&[i64], i64),
        enough: usize,
    ) -> Result<Step> {
        let SourceTable { table, .. } = table_of(source);
        let sql =
            format!("SELECT t.id FROM {table} t WHERE t.conversation_id = :conversation AND t.id < :before");
        let mut select = conn.prepare_cached(&sql)?;
        let mut all: Vec<i64> = Vec::new();
        for id in ids {
            let of = named_params! { ":conversation": id, ":before": before };
            all.extend(select.query_map(of, |r| r.get::<_, i64>(0))?.collect::<rusqlite::Result<Vec<_>>>()?);
        }
        all.sort_unstable_by(|a, b| b.cmp(a));
        let mut step = Step::default();
        for id in all {
            step.n_rows += 1;
            self.look_at(conn, (source, id), &mut step)?;
            if step.hits.len() >= enough {
                step.before = Some(id);
                break;
            }
        }
        Ok(step)
    }

    /// Reads one row and keeps it if it is found; whether it is young enough. Its text comes first: most rows hold nothing.
    fn look_at(&self, conn: &Connection, (source, id): (Source, i64), step: &mut Step) -> Result<bool> {
        let SourceTable { table, at, wanted } = table_of(source);
        let sql = format!("SELECT t.text, t.{at} FROM {table} t WHERE t.id = :id AND {wanted}");
        let of = named_params! { ":id": id };
        let found = conn.prepare_cached(&sql)?.query_row(of, |r| Ok((r.get(0)?, r.get(1)?))).optional()?;
        let Some((text, at)): Option<(String, UnixMs)> = found else {
            return Ok(true);
        };
        step.at = Some(at);
        if let Some(snippet) = self.found_in(&text, at)
            && let Some(hit) = self.read(conn, source, id)?.filter(|hit| self.is_of(&hit.citizen))
        {
            let none = Snippet { text: String::new(), marks: Vec::new() };
            step.hits.push(SearchHit { snippet: if hit.is_abusive { none } else { snippet }, at, ..hit });
        }
        Ok(self.filter.since_at.is_none_or(|since| at >= since - CLOCK_SLACK_MS))
    }

    /// The row with what is shown of it; `None` if it is not there, not what the filters ask for, or not for the actor's
    /// eyes. Its text and time are left out.
    fn read(&self, conn: &Connection, source: Source, id: i64) -> Result<Option<SearchHit>> {
        let SourceTable { table, wanted, .. } = table_of(source);
        let (author, abusive, unsent) = match source {
            Source::Text => ("coalesce(c.claimed_by, c.last_holder_id)", "t.is_abusive", "0"),
            Source::Answer => ("t.author_id", "0", "t.state = 'cancelled'"),
            Source::Note => ("t.counselor_id", "0", "0"),
        };
        let visible =
            if self.desks.is_some() { VISIBLE } else { "AND (:me IS NULL OR 1) AND :desks IS NULL" };
        let sql = format!(
            "SELECT {abusive} AS is_abusive, {unsent} AS is_unsent, c.id AS conversation_id, c.citizen AS citizen, c.desk AS desk,
                    c.category AS category, c.state AS state, a.name AS author
             FROM {table} t JOIN conversation c ON c.id = t.conversation_id LEFT JOIN counselor a ON a.id = {author}
             WHERE t.id = :id AND {wanted} {visible}
               AND (:counselor IS NULL OR a.login = :counselor) AND (:desk IS NULL OR c.desk = :desk)
               AND (:category IS NULL OR c.category = :category OR substr(c.category, 1, length(:category) + 1) = :category || '/')
               AND NOT EXISTS (SELECT 1 FROM duty_line d WHERE d.conversation_id = c.id)"
        );
        let of = named_params! {
            ":id": id, ":me": self.me, ":desks": self.desks, ":counselor": self.filter.counselor,
            ":desk": self.filter.desk, ":category": self.filter.category,
        };
        Ok(conn.prepare_cached(&sql)?.query_row(of, |r| hit(r, source, id)).optional()?)
    }

    /// The part of a text around what was found; `None` if nothing is, or not in time. What is masked is not found either:
    /// searching would tell it, digit by digit.
    fn found_in(&self, text: &str, at: UnixMs) -> Option<Snippet> {
        let SearchFilter { words, since_at, until_at, .. } = &self.filter;
        if since_at.is_some_and(|since| at < since) || until_at.is_some_and(|until| at >= until) {
            return None;
        }
        let text = masked(text).nfc().collect::<String>();
        let marks = match words {
            Some(words) => words.find(&text)?,
            None => Vec::new(),
        };
        Some(snippet(&text, &marks))
    }

    /// Rows from this id on are younger than what is looked for: found by halving, for a search far back begins there.
    fn first_before(&self, conn: &Connection, source: Source) -> Result<i64> {
        let Some(until) = self.filter.until_at else {
            return Ok(i64::MAX);
        };
        let SourceTable { table, at, .. } = table_of(source);
        let last = format!("SELECT coalesce(max(id), 0) FROM {table}");
        let (mut low, mut high) = (0, conn.prepare_cached(&last)?.query_row([], |r| r.get::<_, i64>(0))? + 1);
        let sql = format!("SELECT {at} FROM {table} WHERE id >= :id ORDER BY id LIMIT 1");
        let mut select = conn.prepare_cached(&sql)?;
        while low < high {
            let middle = low + (high - low) / 2;
            let of = named_params! { ":id": middle };
            let found: Option<UnixMs> = select.query_row(of, |r| r.get(0)).optional()?;
            if found.is_none_or(|at| at >= until + CLOCK_SLACK_MS) {
                high = middle;
            } else {
                low = middle + 1;
            }
        }
        Ok(high)
    }
}

/// The conversations of a citizen, newest first.
fn of_number(conn: &Connection, number: &PhoneNumber) -> Result<Vec<i64>> {
    let mut select = conn
        .prepare_cached("SELECT id FROM conversation WHERE citizen = :number ORDER BY id DESC LIMIT :most")?;
    let of = named_params! { ":number": number.reveal(), ":most": MOST_CONVERSATIONS };
    Ok(select.query_map(of, |r| r.get(0))?.collect::<rusqlite::Result<_>>()?)
}

/// The numbers of those whom people call so, each once. A name is not kept anywhere: every citizen's is made anew.
pub(super) fn named(conn: &Connection, names: &PseudonymKey, name: &str) -> Result<Vec<PhoneNumber>> {
    let mut select = conn.prepare_cached("SELECT DISTINCT citizen FROM conversation ORDER BY citizen")?;
    let mut rows = select.query([])?;
    let mut found = Vec::new();
    while let Some(r) = rows.next()? {
        let number = row::phone(r, "citizen")?;
        if !number.is_erased() && names.of_citizen(&number).short_name() == name {
            found.push(number);
        }
    }
    Ok(found)
}

fn hit(r: &Row<'_>, source: Source, id: i64) -> rusqlite::Result<SearchHit> {
    Ok(SearchHit {
        source,
        id,
        conversation_id: r.get("conversation_id")?,
        citizen: row::phone(r, "citizen")?,
        desk: r.get("desk")?,
        category: r.get("category")?,
        state: row::conversation_state(r)?,
        at: 0,
        author: if source == Source::Text { None } else { r.get("author")? },
        is_abusive: r.get("is_abusive")?,
        is_unsent: r.get("is_unsent")?,
        snippet: Snippet { text: String::new(), marks: Vec::new() },
    })
}

/// Whether lists show the number so, or it ends so.
fn is_shown_as(number: &PhoneNumber, name: &str) -> bool {
    let shown = number.to_string();
    let is_ending = name.len() == 4 && name.chars().all(|c| c.is_ascii_digit());
    shown == name || (is_ending && shown.ends_with(name))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Whoever has very many conversations is found by walking through all texts, those of others among them.
    #[test]
    fn texts_of_others_are_not_found_by_the_way() {
        let number = |word: &str| PhoneNumber::parse(word);
        let (theirs, other) = (number("010-1234-5678"), number("010-1234-9999"));
        for citizen in [
            SoughtCitizen::Number(number("+82 10 1234 5678")),
            SoughtCitizen::Shown("5678".into()),
            SoughtCitizen::Any(vec![theirs.clone()]),
        ] {
            let filter = SearchFilter { citizen: Some(citizen), ..SearchFilter::default() };
            let search = Search { filter, keys: Vec::new(), conversations: None, me: None, desks: None };
            assert!(search.is_of(&theirs) && !search.is_of(&other));
        }
    }
}

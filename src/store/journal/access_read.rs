//! Reading the access log: verifying it, showing it, finding who saw a citizen. The log is walked row by row, however long it
//! is, on a read connection; what is found of a citizen is found by their pseudonym.

use rusqlite::{Connection, OptionalExtension, Row as SqlRow, named_params};

use super::access::{IN_FILE, anchor};
use crate::domain::UnixMs;
use crate::domain::access::chain::{
    ChainBreak, Damage, Head, HeadLine, Outside, Row, Verified, Verifier, break_of,
};
use crate::domain::access::suspicion::{Reading, Rule, Suspect, Tally};
use crate::domain::access::{Action, Record, Subject, Who};
use crate::domain::event::EventKind;
use crate::domain::phone::PhoneNumber;
use crate::domain::pseudonym::Pseudonym;
use crate::store::engine::sequence::last_assigned;
use crate::store::{Result, Store};

/// Which rows are wanted. What is `None` is not asked for.
#[derive(Debug, Clone, Default)]
pub struct AccessFilter {
    pub since: Option<UnixMs>,
    pub until: Option<UnixMs>,
    pub login: Option<String>,
    pub action: Option<Action>,
    pub conversation_id: Option<i64>,
    /// Rows that name this citizen.
    pub citizen: Option<PhoneNumber>,
}

const COLUMNS: &str = "seq, at, role, login, origin, action, conversation_id, item_id, reason, detail, subjects, previous, hash";

/// What is known outside of the database: heads that were written down, and the time.
#[derive(Debug, Clone, Default)]
pub struct HeadFiles {
    /// The file in which every head has to stand that the gateway has written to one; `None`: there is no such file.
    pub own: Option<Vec<HeadLine>>,
    pub others: Vec<Vec<HeadLine>>,
    /// The time by the clock of whoever verifies; `None`: nobody says.
    pub now: Option<UnixMs>,
}

/// What a check of the access log found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AccessCheck {
    pub chain: std::result::Result<Verified, Damage>,
    /// Heads of rows that were lost with a copy that was put back.
    pub lost: Vec<Head>,
    /// Copies that were put back by the log's own rows, the earliest first.
    pub breaks: Vec<FoundBreak>,
    /// Heads that do not stand in the gateway's own file, and should.
    pub missing: Vec<Head>,
}

impl AccessCheck {
    /// Whether there is nothing to be looked at. Rows that were lost with a copy are no tampering.
    pub fn is_sound(&self) -> bool {
        let is_due = |of: &FoundBreak| of.is_due && !of.is_recorded;
        self.chain.is_ok() && self.missing.is_empty() && !self.breaks.iter().any(is_due)
    }
}

/// A row that says that a copy was put back.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FoundBreak {
    pub of: ChainBreak,
    pub who: Who,
    /// A file of heads says so, too.
    pub is_recorded: bool,
    /// A file of heads was there before, so that it has to say so.
    pub is_due: bool,
}

/// Checks the whole chain on one connection; see [`Store::verify_access`].
pub(in crate::store) fn verify(
    conn: &Connection,
    files: &HeadFiles,
    progress: impl FnMut(u64),
) -> Result<AccessCheck> {
    let all: Vec<Vec<HeadLine>> = files.own.iter().chain(&files.others).cloned().collect();
    let outside = Outside::of(&all);
    let breaks = found_breaks(conn, &outside, &all)?;
    let kept = kept_heads(conn)?;
    let told = told_heads(conn)?;
    let missing = missing(conn, (&kept, &told), files.own.as_deref())?;
    let now = files.now.unwrap_or(UnixMs::MAX);
    let chain = chain(conn, outside.heads, (outside.breaks, now), (kept, &told), progress)?;
    Ok(AccessCheck { chain, lost: outside.lost, breaks, missing })
}

fn chain(
    conn: &Connection,
    mut heads: Vec<Head>,
    (breaks, now): (Vec<ChainBreak>, UnixMs),
    (kept, told): (Vec<Head>, &[ToldHead]),
    mut progress: impl FnMut(u64),
) -> Result<std::result::Result<Verified, Damage>> {
    let is_kept = |of: &&ToldHead| !kept.iter().any(|head| is_same(head, &of.head));
    let gone = told.iter().find(is_kept).map(|of| &of.head);
    let gone = gone.map(|head| Damage::HeadGone { seq: head.seq, day: head.day.clone() });
    heads.extend(kept);
    let mut verifier = match Verifier::new(anchor(conn)?, heads, now) {
        Ok(verifier) => verifier.expecting(breaks),
        Err(damage) => return Ok(Err(damage)),
    };
    let mut select = conn.prepare(&format!("SELECT {COLUMNS} FROM access ORDER BY seq"))?;
    let mut rows = select.query([])?;
    let mut n = 0;
    while let Some(r) = rows.next()? {
        if let Err(damage) = verifier.row(&read(r)?) {
            return Ok(Err(damage));
        }
        n += 1;
        if n % 10_000 == 0 {
            progress(n);
        }
    }
    let end = verifier.end(last_assigned(conn, "access")?);
    Ok(end.and_then(|verified| gone.map_or(Ok(verified), Err)))
}

/// Whether two heads say the same, whenever it was written.
fn is_same(one: &Head, other: &Head) -> bool {
    (&one.day, one.seq, one.hash) == (&other.day, other.seq, other.hash)
}

/// The rows that say that a copy was put back, and what the files of heads say of each.
fn found_breaks(conn: &Connection, outside: &Outside, files: &[Vec<HeadLine>]) -> Result<Vec<FoundBreak>> {
    let sql = format!("SELECT {COLUMNS} FROM access WHERE action = :action ORDER BY seq");
    let mut select = conn.prepare(&sql)?;
    let mut rows = select.query(named_params! { ":action": Action::Restore.as_str() })?;
    let mut found = Vec::new();
    while let Some(r) = rows.next()? {
        let row = read(r)?;
        if let Some(of) = break_of(&row) {
            let is_recorded = outside.breaks.iter().any(|told| is_same(&told.row, &of.row));
            let is_due = files.iter().flatten().any(|line| line.head().at < of.row.at);
            found.push(FoundBreak { of, who: row.record.who, is_recorded, is_due });
        }
    }
    Ok(found)
}

/// A head as the journal tells of it.
struct ToldHead {
    head: Head,
    is_in_file: bool,
}

fn told_heads(conn: &Connection) -> Result<Vec<ToldHead>> {
    let mut select = conn.prepare("SELECT at, detail FROM event WHERE kind = :kind ORDER BY seq")?;
    let mut rows = select.query(named_params! { ":kind": EventKind::AccessHead.as_str() })?;
    let mut found = Vec::new();
    while let Some(r) = rows.next()? {
        let (at, detail): (UnixMs, Option<String>) = (r.get("at")?, r.get("detail")?);
        let detail = detail.unwrap_or_default();
        let (words, is_in_file) = match detail.strip_suffix(IN_FILE) {
            Some(words) => (words, true),
            None => (detail.as_str(), false),
        };
        // The journal's words are those of a line without its time.
        let line = words.replacen(' ', &format!(" {at} "), 1);
        found.extend(Head::from_line(&line).map(|head| ToldHead { head, is_in_file }));
    }
    Ok(found)
}

/// Heads that the gateway's file should have and does not: those that were written to it; all of them where it has none that this
/// database knows. Heads of rows whose time is over prove nothing any more.
fn missing(
    conn: &Connection,
    (kept, told): (&[Head], &[ToldHead]),
    file: Option<&[HeadLine]>,
) -> Result<Vec<Head>> {
    let Some(file) = file else { return Ok(Vec::new()) };
    let expired = anchor(conn)?.map_or(0, |anchor| anchor.seq);
    let is_there = |head: &Head| file.iter().any(|line| is_same(line.head(), head));
    let has_any = kept.iter().any(is_there);
    let was_written = |head: &Head| told.iter().any(|of| of.is_in_file && is_same(&of.head, head));
    let is_missing = |head: &&Head| !is_there(head) && (!has_any || was_written(head)) && head.seq > expired;
    // A head of a log without a row, which a new gateway begins with, proves nothing either.
    Ok(kept.iter().filter(is_missing).cloned().collect())
}

impl Store {
    /// Checks the whole chain, and compares it with heads that were kept elsewhere and those in the database. `progress` is
    /// told now and then how many rows have been read.
    pub async fn verify_access(
        &self,
        files: HeadFiles,
        progress: impl FnMut(u64) + Send + 'static,
    ) -> Result<AccessCheck> {
        self.read(move |conn| verify(conn, &files, progress)).await
    }

    /// Walks through the rows that are wanted, the oldest first, until `take` returns `false`.
    pub async fn walk_access(
        &self,
        filter: AccessFilter,
        take: impl FnMut(Row) -> bool + Send + 'static,
    ) -> Result<()> {
        let citizen = filter.citizen.as_ref().map(|number| self.pseudonyms().of_citizen(number));
        self.read(move |conn| walk(conn, (&filter, citizen), None, take)).await
    }

    /// The newest `limit` rows that are wanted, the newest first; with `before`, of those with a smaller number. Where a citizen is
    /// asked for, a row names nobody else.
    pub async fn newest_access(
        &self,
        filter: AccessFilter,
        before: Option<i64>,
        limit: usize,
    ) -> Result<Vec<Row>> {
        let citizen = filter.citizen.as_ref().map(|number| self.pseudonyms().of_citizen(number));
        self.read(move |conn| {
            let mut found = Vec::new();
            walk(conn, (&filter, citizen), Some(before.unwrap_or(i64::MAX)), |mut row| {
                if let Some(wanted) = citizen {
                    let mut theirs = Subject::unpack(&row.record.subjects);
                    theirs.retain(|subject| subject.citizen == wanted);
                    row.record.subjects = Subject::pack(&theirs);
                }
                found.push(row);
                found.len() < limit
            })?;
            Ok(found)
        })
        .await
    }

    /// Whose reading of a time the rule reports. `is_outside`: whether every desk was closed then. Similar questions count for
    /// nothing: the service chooses whose they are, for whoever answers somebody.
    pub async fn suspicious_reading(
        &self,
        (from, to): (UnixMs, UnixMs),
        rule: Rule,
        is_outside: impl Fn(UnixMs) -> bool + Send + 'static,
    ) -> Result<Vec<Suspect>> {
        self.read(move |conn| {
            let mut select = conn.prepare_cached(
                "SELECT at, login, action, subjects FROM access
                 WHERE at >= :from AND at < :to AND role <> 'operator' AND role <> 'system' AND action <> 'list'
                   AND NOT (action = 'search' AND detail = 'similar')",
            )?;
            let mut rows = select.query(named_params! { ":from": from, ":to": to })?;
            let mut tally = Tally::default();
            while let Some(r) = rows.next()? {
                let action: String = r.get("action")?;
                let Some(action) = Action::from_word(&action) else {
                    continue;
                };
                let (login, is_outside): (String, _) = (r.get("login")?, is_outside(r.get("at")?));
                for Subject { citizen, .. } in Subject::unpack(&r.get::<_, Vec<u8>>("subjects")?) {
                    tally.add(Reading { login: login.clone(), action, citizen, is_outside });
                }
            }
            Ok(tally.suspects(rule))
        })
        .await
    }

    /// The last head that was kept.
    pub async fn last_access_head(&self) -> Result<Option<Head>> {
        self.read(|conn| {
            let sql = "SELECT day, at, seq, hash FROM access_head ORDER BY day DESC LIMIT 1";
            Ok(conn.query_row(sql, [], head).optional()?)
        })
        .await
    }
}

/// Walks through the rows that are wanted until `take` returns `false`: the oldest first, or with `before` backwards from the row
/// before that one.
fn walk(
    conn: &Connection,
    (filter, citizen): (&AccessFilter, Option<Pseudonym>),
    before: Option<i64>,
    mut take: impl FnMut(Row) -> bool,
) -> Result<()> {
    let order = if before.is_some() { "DESC" } else { "ASC" };
    let sql = format!(
        "SELECT {COLUMNS} FROM access
         WHERE (:since IS NULL OR at >= :since) AND (:until IS NULL OR at < :until)
           AND (:login IS NULL OR login = :login) AND (:action IS NULL OR action = :action)
           AND (:citizen IS NULL OR instr(subjects, :citizen) > 0) AND (:before IS NULL OR seq < :before)
         ORDER BY seq {order}"
    );
    let mut select = conn.prepare(&sql)?;
    let mut rows = select.query(named_params! {
        ":since": filter.since,
        ":until": filter.until,
        ":login": filter.login,
        ":action": filter.action.map(Action::as_str),
        ":citizen": citizen.map(|citizen| citizen.0),
        ":before": before,
    })?;
    while let Some(r) = rows.next()? {
        let row = read(r)?;
        if is_wanted(&row, citizen, filter.conversation_id) && !take(row) {
            break;
        }
    }
    Ok(())
}

/// Whether a row names this citizen and this conversation. A refused row names a conversation and no citizen; and the bytes that
/// were found may also stand across two subjects.
fn is_wanted(row: &Row, citizen: Option<Pseudonym>, conversation_id: Option<i64>) -> bool {
    let is_of = |of: Option<i64>| conversation_id.is_none() || of == conversation_id;
    let names = |subject: &Subject| {
        citizen.is_none_or(|wanted| wanted == subject.citizen) && is_of(Some(subject.conversation_id))
    };
    (citizen.is_none() && is_of(row.record.conversation_id))
        || Subject::unpack(&row.record.subjects).iter().any(names)
}

fn kept_heads(conn: &Connection) -> Result<Vec<Head>> {
    let mut select = conn.prepare("SELECT day, at, seq, hash FROM access_head ORDER BY day")?;
    Ok(select.query_map([], head)?.collect::<rusqlite::Result<_>>()?)
}

fn head(r: &SqlRow<'_>) -> rusqlite::Result<Head> {
    Ok(Head { day: r.get("day")?, at: r.get("at")?, seq: r.get("seq")?, hash: r.get("hash")? })
}

fn read(r: &SqlRow<'_>) -> rusqlite::Result<Row> {
    Ok(Row {
        seq: r.get("seq")?,
        record: Record {
            at: r.get("at")?,
            who: Who { role: r.get("role")?, login: r.get("login")?, origin: r.get("origin")? },
            action: r.get("action")?,
            conversation_id: r.get("conversation_id")?,
            item_id: r.get("item_id")?,
            reason: r.get("reason")?,
            detail: r.get("detail")?,
            subjects: r.get("subjects")?,
        },
        previous: r.get("previous")?,
        hash: r.get("hash")?,
    })
}

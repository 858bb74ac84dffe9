//! The access log (`domain::access`): appending rows, which is all that happens to them until they expire, and the heads of
//! days. What is read of it stands in `access_read.rs`.

use rusqlite::{Connection, OptionalExtension, Row as SqlRow, named_params};

use crate::domain::UnixMs;
use crate::domain::access::chain::{Anchor, BEGINNING, ChainBreak, Hash, Head, hash_of, to_hex};
use crate::domain::access::day::Day;
use crate::domain::access::{Action, Record, Subject, Who};
use crate::domain::actor::{Actor, Role};
use crate::domain::event::EventKind;
use crate::domain::phone::PhoneNumber;
use crate::domain::pseudonym::{Pseudonym, PseudonymKey};
use crate::domain::reason::Reason;
use crate::store::engine::row;
use crate::store::engine::sequence::last_assigned;
use crate::store::journal::event::{NewEvent, append_event};
use crate::store::{Result, Store};

/// How the journal's words of a head end whose line was written to `audit.head_file`.
pub(super) const IN_FILE: &str = " in file";

/// What is to be logged.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewAccess {
    pub who: Who,
    pub action: Action,
    pub conversation_id: Option<i64>,
    pub item_id: Option<i64>,
    pub reason: Reason,
    /// Without personal data.
    pub detail: String,
    /// The conversations that were shown, each with its citizen where the caller knows them.
    pub shown: Vec<(i64, Option<PhoneNumber>)>,
}

impl NewAccess {
    pub fn by(actor: &Actor, action: Action) -> NewAccess {
        NewAccess::of(Who::of(actor), action)
    }

    pub fn of(who: Who, action: Action) -> NewAccess {
        NewAccess {
            who,
            action,
            conversation_id: None,
            item_id: None,
            reason: Reason::default(),
            detail: String::new(),
            shown: Vec::new(),
        }
    }

    /// About one conversation, and its citizen if the caller knows them.
    pub fn about(self, conversation_id: i64, citizen: Option<&PhoneNumber>) -> NewAccess {
        let shown = vec![(conversation_id, citizen.cloned())];
        NewAccess { conversation_id: Some(conversation_id), shown, ..self }
    }

    pub fn detail(self, detail: impl Into<String>) -> NewAccess {
        NewAccess { detail: detail.into(), ..self }
    }
}

/// Writes rows of one actor into the log, inside somebody's transaction.
pub(in crate::store) struct AccessLog {
    key: PseudonymKey,
    actor: Actor,
}

impl AccessLog {
    /// Logs that the actor did something with a conversation. What the service does by itself is in the journal.
    pub fn change(
        &self,
        conn: &Connection,
        (conversation_id, citizen): (i64, &PhoneNumber),
        (detail, item_id): (&str, Option<i64>),
        now: UnixMs,
    ) -> Result<()> {
        let access = NewAccess::by(&self.actor, Action::Change).about(conversation_id, Some(citizen));
        self.append(conn, NewAccess { item_id, ..access.detail(detail) }, now)
    }

    /// As [`AccessLog::change`], with the reason that was given for it.
    pub fn with_reason(
        &self,
        conn: &Connection,
        (conversation_id, citizen): (i64, &PhoneNumber),
        (detail, reason): (&str, &Reason),
        now: UnixMs,
    ) -> Result<()> {
        let access = NewAccess::by(&self.actor, Action::Change).about(conversation_id, Some(citizen));
        self.append(conn, NewAccess { reason: reason.clone(), ..access.detail(detail) }, now)
    }

    /// Logs that the actor wanted to see what is masked: of a citizen where it was shown, else of none.
    pub fn revealed(
        &self,
        conn: &Connection,
        (conversation_id, shown): (i64, Option<&PhoneNumber>),
        (detail, reason): (&str, &Reason),
        now: UnixMs,
    ) -> Result<()> {
        let access = NewAccess::by(&self.actor, Action::Reveal).about(conversation_id, shown);
        let shown = access.shown.iter().filter(|_| shown.is_some()).cloned().collect();
        self.append(conn, NewAccess { reason: reason.clone(), shown, ..access.detail(detail) }, now)
    }

    fn append(&self, conn: &Connection, access: NewAccess, now: UnixMs) -> Result<()> {
        if self.actor.role == Role::System {
            return Ok(());
        }
        append(conn, &self.key, &access, now).map(|_| ())
    }
}

impl Store {
    pub(in crate::store) fn access_log(&self, actor: &Actor) -> AccessLog {
        AccessLog { key: self.pseudonyms().clone(), actor: actor.clone() }
    }

    /// Logs an access. When this returns, the row is on disk: what was read may leave the daemon. Returns the row's number.
    pub async fn record_access(&self, access: NewAccess, now: UnixMs) -> Result<i64> {
        let key = self.pseudonyms().clone();
        // Here and not in the transaction: the writer serves everybody.
        let citizens = pseudonyms(&key, &access);
        self.write(move |conn| append_record(conn, record(conn, &key, (&access, &citizens), now)?)).await
    }

    /// The newest row of the log as the head of `day`; `None` if that day has its head already.
    pub async fn next_access_head(&self, day: Day, now: UnixMs) -> Result<Option<Head>> {
        let date = day.date();
        self.read(move |conn| {
            let sql = "SELECT EXISTS (SELECT 1 FROM access_head WHERE day = :day)";
            if conn.prepare_cached(sql)?.query_row(named_params! { ":day": date }, |r| r.get(0))? {
                return Ok(None);
            }
            let Tip { seq, hash, .. } = tip(conn)?;
            Ok(Some(Head { day: date, at: now, seq, hash }))
        })
        .await
    }

    /// Keeps the head of a day, in a table of its own and in the journal, which says whether its line stands in a file, too.
    pub async fn keep_access_head(&self, head: Head, is_in_file: bool) -> Result<()> {
        self.write(move |conn| {
            let mut insert = conn.prepare_cached(
                "INSERT INTO access_head (day, at, seq, hash) VALUES (:day, :at, :seq, :hash)
                 ON CONFLICT (day) DO NOTHING",
            )?;
            let (at, seq) = (head.at, head.seq);
            let n = insert
                .execute(named_params! { ":day": head.day, ":at": at, ":seq": seq, ":hash": head.hash })?;
            let in_file = if is_in_file { IN_FILE } else { "" };
            let detail = format!("{} {seq} {}{in_file}", head.day, to_hex(&head.hash));
            let event = NewEvent { detail: Some(&detail), ..NewEvent::new(EventKind::AccessHead) };
            if n == 1 { append_event(conn, at, event) } else { Ok(()) }
        })
        .await
    }

    /// Removes rows from the beginning of the log that are older than `before`, at most `limit` of them, and leaves an anchor;
    /// a row of the log says so. Never the newest row. Returns how many rows are gone.
    pub async fn expire_access(&self, before: UnixMs, limit: u32, now: UnixMs) -> Result<usize> {
        let key = self.pseudonyms().clone();
        self.write(move |conn| {
            let Some(anchor) = last_expired(conn, (before, limit), now)? else {
                return Ok(0);
            };
            // First: what is left always has a newest row.
            let who = Who::of(&Actor::system("access log"));
            let expiry = NewAccess::of(who, Action::Expire).detail(anchor.to_detail());
            append(conn, &key, &expiry, now)?;
            let of = named_params! { ":seq": anchor.seq };
            let n = conn.prepare_cached("DELETE FROM access WHERE seq <= :seq")?.execute(of)?;
            keep_anchor(conn, &anchor)?;
            Ok(n)
        })
        .await
    }
}

/// The row up to which everything may go: before the first row that is young enough to stay.
fn last_expired(conn: &Connection, (before, limit): (UnixMs, u32), now: UnixMs) -> Result<Option<Anchor>> {
    let mut select = conn.prepare_cached("SELECT seq, at, hash FROM access ORDER BY seq LIMIT :limit")?;
    let mut rows = select.query(named_params! { ":limit": limit })?;
    let mut last = None;
    while let Some(r) = rows.next()? {
        let at: UnixMs = r.get("at")?;
        if at >= before {
            break;
        }
        last = Some(Anchor { seq: r.get("seq")?, hash: r.get("hash")?, last_at: at, expired_at: now });
    }
    Ok(last)
}

fn keep_anchor(conn: &Connection, anchor: &Anchor) -> Result<()> {
    conn.prepare_cached(
        "INSERT INTO access_anchor (id, seq, hash, last_at, expired_at) VALUES (1, :seq, :hash, :last, :now)
         ON CONFLICT (id) DO UPDATE SET seq = excluded.seq, hash = excluded.hash, last_at = excluded.last_at,
                                        expired_at = excluded.expired_at",
    )?
    .execute(named_params! {
        ":seq": anchor.seq, ":hash": anchor.hash, ":last": anchor.last_at, ":now": anchor.expired_at,
    })?;
    Ok(())
}

pub(in crate::store) fn anchor(conn: &Connection) -> Result<Option<Anchor>> {
    let sql = "SELECT seq, hash, last_at, expired_at FROM access_anchor WHERE id = 1";
    let anchor = |r: &SqlRow<'_>| {
        Ok(Anchor {
            seq: r.get("seq")?,
            hash: r.get("hash")?,
            last_at: r.get("last_at")?,
            expired_at: r.get("expired_at")?,
        })
    };
    Ok(conn.prepare_cached(sql)?.query_row([], anchor).optional()?)
}

/// The end of the chain.
struct Tip {
    /// The number of the newest row, and its hash.
    seq: i64,
    hash: Hash,
    /// The highest number that was ever given.
    last_assigned: i64,
}

fn tip(conn: &Connection) -> Result<Tip> {
    let sql = "SELECT seq, hash, (SELECT seq FROM sqlite_sequence WHERE name = 'access') FROM access
               WHERE seq = (SELECT max(seq) FROM access)";
    let tip = |r: &SqlRow<'_>| {
        Ok(Tip { seq: r.get(0)?, hash: r.get(1)?, last_assigned: r.get::<_, Option<i64>>(2)?.unwrap_or(0) })
    };
    if let Some(tip) = conn.prepare_cached(sql)?.query_row([], tip).optional()? {
        return Ok(tip);
    }
    let (seq, hash) = anchor(conn)?.map_or((0, BEGINNING), |anchor| (anchor.seq, anchor.hash));
    Ok(Tip { seq, hash, last_assigned: last_assigned(conn, "access")? })
}

/// Adds a row to the chain and returns its number: the next that was never given. After a row that somebody removed, a number is
/// missing.
pub(in crate::store) fn append(
    conn: &Connection,
    key: &PseudonymKey,
    access: &NewAccess,
    now: UnixMs,
) -> Result<i64> {
    append_record(conn, record(conn, key, (access, &pseudonyms(key, access)), now)?)
}

/// Logs what was done with an account, of which no citizen is.
pub(in crate::store) fn append_of_account(
    conn: &Connection,
    by: &Actor,
    detail: String,
    now: UnixMs,
) -> Result<()> {
    append_record(conn, of_nobody(Who::of(by), (Action::Change, detail), now)).map(drop)
}

/// Logs that a copy of the database, which was made at `copy_at`, was put back: the chain goes on from its last row.
pub(in crate::store) fn append_break(
    conn: &Connection,
    by: Who,
    copy_at: UnixMs,
    now: UnixMs,
) -> Result<ChainBreak> {
    let Tip { seq: last, hash: last_hash, .. } = tip(conn)?;
    let detail = ChainBreak::detail_of(copy_at, last, &last_hash);
    append_record(conn, of_nobody(by, (Action::Restore, detail), now))?;
    let Tip { seq, hash, .. } = tip(conn)?;
    Ok(ChainBreak { row: Head::of_row(seq, hash, now), copy_at, last, last_hash })
}

/// A row about no citizen.
fn of_nobody(who: Who, (action, detail): (Action, String), now: UnixMs) -> Record {
    Record {
        at: now,
        who,
        action: action.as_str().to_owned(),
        conversation_id: None,
        item_id: None,
        reason: String::new(),
        detail,
        subjects: Vec::new(),
    }
}

fn append_record(conn: &Connection, record: Record) -> Result<i64> {
    let Tip { seq: newest, hash: previous, last_assigned } = tip(conn)?;
    let seq = newest.max(last_assigned) + 1;
    let hash = hash_of(seq, &previous, &record);
    conn.prepare_cached(
        "INSERT INTO access (seq, at, role, login, origin, action, conversation_id, item_id, reason, detail, subjects, previous,
                             hash)
         VALUES (:seq, :at, :role, :login, :origin, :action, :conversation, :item, :reason, :detail, :subjects, :previous,
                 :hash)",
    )?
    .execute(named_params! {
        ":seq": seq, ":at": record.at, ":role": record.who.role, ":login": record.who.login,
        ":origin": record.who.origin, ":action": record.action, ":conversation": record.conversation_id,
        ":item": record.item_id, ":reason": record.reason, ":detail": record.detail,
        ":subjects": record.subjects, ":previous": previous, ":hash": hash,
    })?;
    Ok(seq)
}

/// The citizens of what was shown, as far as the caller knows them.
fn pseudonyms(key: &PseudonymKey, access: &NewAccess) -> Vec<Option<Pseudonym>> {
    access.shown.iter().map(|(_, citizen)| citizen.as_ref().map(|number| key.of_citizen(number))).collect()
}

fn record(
    conn: &Connection,
    key: &PseudonymKey,
    (access, citizens): (&NewAccess, &[Option<Pseudonym>]),
    now: UnixMs,
) -> Result<Record> {
    let mut subjects = Vec::with_capacity(access.shown.len());
    for ((conversation_id, _), citizen) in access.shown.iter().zip(citizens) {
        let citizen = match citizen {
            Some(citizen) => Some(*citizen),
            None => citizen_of(conn, key, *conversation_id)?,
        };
        subjects.extend(citizen.map(|citizen| Subject { citizen, conversation_id: *conversation_id }));
    }
    Ok(Record {
        at: now,
        who: access.who.clone(),
        action: access.action.as_str().to_owned(),
        conversation_id: access.conversation_id,
        item_id: access.item_id,
        reason: access.reason.as_str().to_owned(),
        detail: access.detail.clone(),
        subjects: Subject::pack(&subjects),
    })
}

fn citizen_of(conn: &Connection, key: &PseudonymKey, conversation_id: i64) -> Result<Option<Pseudonym>> {
    let sql = "SELECT citizen FROM conversation WHERE id = :id";
    let found = conn
        .prepare_cached(sql)?
        .query_row(named_params! { ":id": conversation_id }, |r| row::phone(r, "citizen"))
        .optional()?;
    Ok(found.map(|number| key.of_citizen(&number)))
}

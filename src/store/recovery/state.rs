//! Where a recovery stands, what it leaves to a person, and its end.

use rusqlite::{Connection, OptionalExtension, Row, named_params};

use crate::domain::UnixMs;
use crate::domain::event::EventKind;
use crate::domain::lateness::LATE_MS;
use crate::domain::outbound::{OutboundEvent, OutboundState};
use crate::domain::reason::Reason;
use crate::domain::recovery::RecoveryState;
use crate::store::engine::row;
use crate::store::journal::event::{NewEvent, append_event};
use crate::store::outbound::sent::Direction;
use crate::store::outbound::transition::{Step, finish};
use crate::store::{Result, Store, StoreError};

/// Conversations that are named to a person at most.
const MOST_NAMED: u32 = 200;

/// A copy that was put back and is not confirmed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Recovery {
    pub id: i64,
    pub state: RecoveryState,
    pub copy_made_at: UnixMs,
    pub restored_at: UnixMs,
    /// When the carriers' lists had been read for the first time.
    pub read_at: Option<UnixMs>,
    /// Texts that had not left when the copy was made.
    pub n_doubted: i64,
    pub lists: Vec<RecoveryList>,
}

impl Recovery {
    /// Every list that a carrier keeps was read.
    pub fn is_read(&self) -> bool {
        self.lists.iter().all(|list| !list.is_kept || list.read_at.is_some())
    }
}

/// A carrier's list in one direction.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RecoveryList {
    pub carrier: String,
    pub direction: Direction,
    pub is_kept: bool,
    pub read_at: Option<UnixMs>,
    pub n_listed: i64,
    pub n_foreign: i64,
    pub n_unplaced: i64,
    pub n_erased: i64,
    pub trouble: Option<String>,
}

/// What is left for a person.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct RecoveryLook {
    /// Texts that left after the copy was made, by what they were.
    pub n_answers: i64,
    pub n_notices: i64,
    pub n_unclear: i64,
    /// Texts in doubt, and those of them that no carrier can tell about.
    pub n_in_doubt: i64,
    pub n_needs_person: i64,
    /// Texts that wait for the end of the recovery.
    pub n_held: i64,
    /// Conversations that were found answered after the copy.
    pub answered: Vec<i64>,
    /// Conversations that wait for us and may have been answered after the copy.
    pub to_look_at: Vec<i64>,
}

/// What the sender goes by.
pub(in crate::store) struct Gate {
    /// While a recovery is on: nothing that was written before may leave.
    pub restored_at: Option<UnixMs>,
    /// Texts of danger, and answers in a danger, may leave.
    pub danger_may: bool,
}

impl Gate {
    pub fn of(conn: &Connection) -> Result<Gate> {
        let open = open(conn)?;
        Ok(Gate {
            restored_at: open.filter(|(.., state)| !state.leaving().rest).map(|(_, at, _)| at),
            danger_may: open.is_some_and(|(.., state)| state.leaving().danger),
        })
    }
}

/// Number, time and state of the recovery that is on.
fn open(conn: &Connection) -> Result<Option<(i64, UnixMs, RecoveryState)>> {
    let sql = "SELECT id, restored_at, state FROM recovery WHERE ended_at IS NULL ORDER BY id DESC LIMIT 1";
    let read = |r: &Row<'_>| {
        Ok((r.get("id")?, r.get("restored_at")?, row::word(r, "state", RecoveryState::from_word)?))
    };
    Ok(conn.prepare_cached(sql)?.query_row([], read).optional()?)
}

impl Store {
    /// The recovery that is on, if any.
    pub async fn recovery(&self) -> Result<Option<Recovery>> {
        self.read(load).await
    }

    /// Notes which lists there are to read: of these carriers, in each direction, and whether the carrier keeps it.
    pub async fn note_recovery_lists(&self, id: i64, lists: Vec<(String, Direction, bool)>) -> Result<()> {
        self.write(move |conn| {
            let mut insert = conn.prepare_cached(
                "INSERT INTO recovery_list (recovery_id, carrier, direction, is_kept)
                 VALUES (:id, :carrier, :direction, :kept)
                 ON CONFLICT (recovery_id, carrier, direction) DO NOTHING",
            )?;
            for (carrier, direction, is_kept) in &lists {
                insert.execute(named_params! {
                    ":id": id, ":carrier": carrier, ":direction": direction.as_str(), ":kept": is_kept,
                })?;
            }
            Ok(())
        })
        .await
    }

    /// A list of texts from citizens was read to its end, or why not.
    pub async fn recovery_list_read(
        &self,
        id: i64,
        (carrier, direction): (String, Direction),
        read: std::result::Result<usize, String>,
        now: UnixMs,
    ) -> Result<()> {
        self.write(move |conn| {
            let (n_listed, trouble) = match &read {
                Ok(n) => (i64::try_from(*n).ok(), None),
                Err(why) => (None, Some(why.as_str())),
            };
            note_read(conn, id, (&carrier, direction), (n_listed, trouble), now)
        })
        .await
    }

    /// Every list has been read: what is left is a person's. Returns whether that is new.
    pub async fn recovery_waits(&self, id: i64, now: UnixMs) -> Result<bool> {
        let changed = self.write(move |conn| {
            let sql =
                "UPDATE recovery SET state = 'waiting', read_at = :now WHERE id = :id AND state = 'reading'";
            Ok(conn.prepare_cached(sql)?.execute(named_params! { ":id": id, ":now": now })? == 1)
        });
        let changed = changed.await?;
        self.hints().text_out.notify_one();
        Ok(changed)
    }

    /// What is left for a person to look at.
    pub async fn recovery_look(&self, of: &Recovery) -> Result<RecoveryLook> {
        let (id, made_at) = (of.id, of.copy_made_at);
        self.read(move |conn| look(conn, id, made_at)).await
    }

    /// A person has looked at what was left: texts leave again. Automatic texts that have waited so long that they would be
    /// late are not said. `NotFound` if no recovery is on; `Conflict` while lists are not read, unless `unread` may be.
    /// Returns how many texts may leave now.
    pub async fn end_recovery(&self, reason: Reason, unread: bool, now: UnixMs) -> Result<i64> {
        let ended = self.write(move |conn| {
            let of = load(conn)?.ok_or(StoreError::NotFound)?;
            if of.state != RecoveryState::Waiting && !unread {
                return Err(StoreError::Conflict("the carriers' lists have not been read yet".into()));
            }
            drop_stale_notices(conn, of.restored_at, now)?;
            let sql = "UPDATE recovery SET state = 'over', ended_at = :now, reason = :reason WHERE ended_at IS NULL";
            conn.prepare_cached(sql)?.execute(named_params! { ":now": now, ":reason": reason.as_str() })?;
            append_event(conn, now, NewEvent::new(EventKind::RecoveryOver))?;
            count(conn, "SELECT count(*) FROM outbox WHERE state = 'queued'")
        });
        let n = ended.await?;
        self.hints().text_out.notify_one();
        Ok(n)
    }
}

/// Notes how a list was read.
pub(super) fn note_read(
    conn: &Connection,
    id: i64,
    (carrier, direction): (&str, Direction),
    (n_listed, trouble): (Option<i64>, Option<&str>),
    now: UnixMs,
) -> Result<()> {
    conn.prepare_cached(
        "UPDATE recovery_list
         SET trouble = :trouble, n_listed = coalesce(:n, n_listed),
             read_at = CASE WHEN :trouble IS NULL THEN :now ELSE read_at END
         WHERE recovery_id = :id AND carrier = :carrier AND direction = :direction AND is_kept = 1",
    )?
    .execute(named_params! {
        ":id": id, ":carrier": carrier, ":direction": direction.as_str(), ":n": n_listed, ":trouble": trouble,
        ":now": now,
    })?;
    Ok(())
}

fn load(conn: &Connection) -> Result<Option<Recovery>> {
    let sql = "SELECT id, state, copy_made_at, restored_at, read_at, n_doubted FROM recovery
               WHERE ended_at IS NULL ORDER BY id DESC LIMIT 1";
    let read = |r: &Row<'_>| {
        Ok(Recovery {
            id: r.get("id")?,
            state: row::word(r, "state", RecoveryState::from_word)?,
            copy_made_at: r.get("copy_made_at")?,
            restored_at: r.get("restored_at")?,
            read_at: r.get("read_at")?,
            n_doubted: r.get("n_doubted")?,
            lists: Vec::new(),
        })
    };
    let found = conn.prepare_cached(sql)?.query_row([], read).optional()?;
    let Some(found) = found else {
        return Ok(None);
    };
    let mut select = conn.prepare_cached(
        "SELECT carrier, direction, is_kept, read_at, n_listed, n_foreign, n_unplaced, n_erased, trouble
         FROM recovery_list WHERE recovery_id = :id ORDER BY carrier, direction",
    )?;
    let lists = select.query_map(named_params! { ":id": found.id }, |r| {
        Ok(RecoveryList {
            carrier: r.get("carrier")?,
            direction: row::word(r, "direction", Direction::from_word)?,
            is_kept: r.get("is_kept")?,
            read_at: r.get("read_at")?,
            n_listed: r.get("n_listed")?,
            n_foreign: r.get("n_foreign")?,
            n_unplaced: r.get("n_unplaced")?,
            n_erased: r.get("n_erased")?,
            trouble: r.get("trouble")?,
        })
    })?;
    let lists = lists.collect::<rusqlite::Result<_>>()?;
    Ok(Some(Recovery { lists, ..found }))
}

fn count(conn: &Connection, sql: &str) -> Result<i64> {
    Ok(conn.query_row(sql, [], |r| r.get(0))?)
}

fn look(conn: &Connection, id: i64, made_at: UnixMs) -> Result<RecoveryLook> {
    let found = |what: &str| -> Result<i64> {
        let sql = "SELECT count(*) FROM recovery_text WHERE recovery_id = :id AND what = :what";
        Ok(conn.query_row(sql, named_params! { ":id": id, ":what": what }, |r| r.get(0))?)
    };
    // Who waits and wrote after the copy was made, or a little before: an answer may have left since. Those that were found
    // answered do not wait any more.
    let to_look_at = "SELECT id FROM conversation
                      WHERE (state = 'waiting' OR state = 'active') AND :id > 0
                        AND waiting_since_at >= :since - 86400000
                      ORDER BY id LIMIT :most";
    let answered = "SELECT DISTINCT o.conversation_id FROM recovery_text t JOIN outbox o ON o.id = t.outbox_id
                    WHERE t.recovery_id = :id AND t.what <> 'notice' AND :since IS NOT NULL ORDER BY 1 LIMIT :most";
    let named = |sql: &str| -> Result<Vec<i64>> {
        let mut select = conn.prepare(sql)?;
        let of = named_params! { ":id": id, ":since": made_at, ":most": MOST_NAMED };
        let rows = select.query_map(of, |r| r.get(0))?;
        Ok(rows.collect::<rusqlite::Result<_>>()?)
    };
    Ok(RecoveryLook {
        n_answers: found("answer")?,
        n_notices: found("notice")?,
        n_unclear: found("unclear")?,
        n_in_doubt: count(conn, "SELECT count(*) FROM outbox WHERE state = 'in_doubt'")?,
        n_needs_person: count(
            conn,
            "SELECT count(*) FROM outbox WHERE state = 'in_doubt' AND needs_person = 1",
        )?,
        n_held: count(
            conn,
            "SELECT (SELECT count(*) FROM outbox WHERE state = 'held')
                  + (SELECT count(*) FROM outbox WHERE state = 'queued')",
        )?,
        answered: named(answered)?,
        to_look_at: named(to_look_at)?,
    })
}

/// Takes back automatic texts that were written during the recovery and would come late. What is about danger has left.
fn drop_stale_notices(conn: &Connection, restored_at: UnixMs, now: UnixMs) -> Result<()> {
    let mut select = conn.prepare(
        "SELECT id FROM outbox WHERE state = 'queued' AND notice IS NOT NULL AND lane > 0 AND repeat_before_at IS NULL
           AND created_at >= :since AND created_at <= :late",
    )?;
    let of = named_params! { ":since": restored_at, ":late": now - LATE_MS };
    let stale = select.query_map(of, |r| r.get(0))?.collect::<rusqlite::Result<Vec<i64>>>()?;
    for id in stale {
        let from = OutboundState::Queued;
        finish(conn, &Step { id, from, event: OutboundEvent::Recalled, code: Some("recovery") }, now)?;
    }
    Ok(())
}

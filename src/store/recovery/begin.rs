//! The beginning of a recovery, written into the copy before it gets its name: a database that was put back can never be
//! started as if nothing had happened.

use std::path::Path;

use rusqlite::{Connection, TransactionBehavior, named_params};

use crate::domain::UnixMs;
use crate::domain::access::Who;
use crate::domain::access::chain::ChainBreak;
use crate::domain::data_key::DataKeys;
use crate::domain::event::EventKind;
use crate::domain::list_comparison::MARGIN_MS;
use crate::domain::outbound::{OutboundEvent, OutboundState, next};
use crate::store::engine::cipher;
use crate::store::journal::access::append_break;
use crate::store::journal::event::{NewEvent, append_event};
use crate::store::{Result, SchemaPolicy, Store, StoreError, StoreOptions};

/// A copy that is put back.
#[derive(Debug, Clone)]
pub struct ReplacedCopy {
    pub made_at: UnixMs,
    pub last_event_seq: i64,
    /// The carrier that texts leave by: what had not left when the copy was made may have left through it.
    pub carrier: String,
    /// Who puts it back.
    pub by: Who,
}

/// What became of a copy by being put back.
#[derive(Debug, Clone)]
pub struct BegunRecovery {
    /// Texts that are in doubt by that.
    pub n_doubted: usize,
    /// Where the access log goes on.
    pub chain_break: ChainBreak,
}

impl Store {
    /// Upgrades the copy at `path` and marks it as put back. The file is closed and whole afterwards, without a log beside it.
    /// Blocks.
    pub fn begin_recovery(
        path: &Path,
        copy: &ReplacedCopy,
        keys: &DataKeys,
        now: UnixMs,
    ) -> Result<BegunRecovery> {
        let options = StoreOptions {
            create: false,
            schema: SchemaPolicy::Upgrade,
            keys: cipher::settle_copy(path, keys)?,
            ..StoreOptions::default()
        };
        let (mut conn, _) = crate::store::open_writer(path, &options)?;
        let transaction = conn.transaction_with_behavior(TransactionBehavior::Immediate)?;
        let begun = begin(&transaction, copy, now)?;
        transaction.commit()?;
        conn.query_row("PRAGMA journal_mode = DELETE", [], |_| Ok(()))?;
        conn.close().map_err(|(_, error)| StoreError::from(error))?;
        Ok(begun)
    }
}

/// Marks the copy as put back, in the caller's transaction.
pub(super) fn begin(conn: &Connection, copy: &ReplacedCopy, now: UnixMs) -> Result<BegunRecovery> {
    // First: the chain of the log goes on from the copy's own last row.
    let chain_break = append_break(conn, copy.by.clone(), copy.made_at, now)?;
    // A copy that was itself made during a recovery: the new one reaches further back.
    let earlier: Option<UnixMs> =
        conn.query_row("SELECT min(copy_made_at) FROM recovery WHERE ended_at IS NULL", [], |r| r.get(0))?;
    let made_at = earlier.map_or(copy.made_at, |earlier| earlier.min(copy.made_at));
    let sql = "UPDATE recovery SET state = 'over', ended_at = :now, reason = 'put back once more' WHERE ended_at IS NULL";
    conn.execute(sql, named_params! { ":now": now })?;
    let n_doubted = doubt_what_had_not_left(conn, &copy.carrier, now)?;
    conn.execute(
        "INSERT INTO recovery (copy_made_at, copy_event_seq, restored_at, state, n_doubted)
         VALUES (:made, :seq, :now, 'reading', :doubted)",
        named_params! {
            ":made": made_at, ":seq": copy.last_event_seq, ":now": now,
            ":doubted": i64::try_from(n_doubted).unwrap_or(i64::MAX),
        },
    )?;
    // The carriers' lists are read again from before the copy on; unique keys make repeats harmless.
    conn.execute(
        "UPDATE inbound_cursor SET page = NULL, since_at = min(since_at, :from), newest_at = min(newest_at, :from)",
        named_params! { ":from": made_at - MARGIN_MS },
    )?;
    // Starts of another time: the restored gateway has crashed at none of them.
    conn.execute("DELETE FROM daemon_start", [])?;
    // Whoever was logged out or disabled after the copy was made must not be logged in by it.
    conn.execute(
        "UPDATE token SET revoked_at = :now WHERE revoked_at IS NULL",
        named_params! { ":now": now },
    )?;
    let detail = made_at.to_string();
    append_event(conn, now, NewEvent { detail: Some(&detail), ..NewEvent::new(EventKind::Restored) })?;
    Ok(BegunRecovery { n_doubted, chain_break })
}

/// Whatever had not left may have left since: the carrier is asked, as about every text in doubt.
fn doubt_what_had_not_left(conn: &Connection, carrier: &str, now: UnixMs) -> Result<usize> {
    let mut n = 0;
    for from in [OutboundState::Held, OutboundState::Queued, OutboundState::Sending] {
        let Ok(to) = next(from, OutboundEvent::CopyRestored) else {
            continue;
        };
        conn.execute(
            "INSERT INTO event (at, kind, conversation_id, message_id, detail)
             SELECT :now, 'message', conversation_id, id, :to FROM outbox WHERE state = :from",
            named_params! { ":now": now, ":to": to.as_str(), ":from": from.as_str() },
        )?;
        n += conn.execute(
            "UPDATE outbox
             SET state = :to, lease_until_at = NULL, next_attempt_at = :now, n_absent = 0, needs_person = 0,
                 repeat_before_at = NULL, n_attempts = max(n_attempts, 1),
                 first_attempt_at = coalesce(first_attempt_at, created_at), carrier = coalesce(carrier, :carrier)
             WHERE state = :from",
            named_params! { ":to": to.as_str(), ":from": from.as_str(), ":carrier": carrier, ":now": now },
        )?;
    }
    Ok(n)
}

//! Receipts. All are kept. A receipt is applied if it moves its text forward; one whose text is not known yet waits.

use rusqlite::{Connection, OptionalExtension, Row, named_params};

use crate::domain::UnixMs;
use crate::domain::opt_out::Wish;
use crate::domain::outbound::{OutboundState, next};
use crate::domain::receipt::{Receipt, ReceiptItem, ReceiptStatus};
use crate::store::conversation::row;
use crate::store::engine::row as engine_row;
use crate::store::inbound::page::Page;
use crate::store::outbound::outbox::{conversation_of, state_and_attempts};
use crate::store::outbound::transition::{Step, finish};
use crate::store::people::citizen;
use crate::store::{Result, Store};

/// Result of `apply_receipts`.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Applied {
    /// Texts that changed their state.
    pub n_moved: usize,
    /// Late, repeated or not final receipts: they changed nothing.
    pub n_ignored: usize,
    /// Receipts that wait for their text.
    pub n_unmatched: usize,
    /// Receipts with an unknown status or code; shown to an operator.
    pub n_unknown: usize,
    pub n_quarantined: usize,
}

impl Store {
    /// Stores a page of receipts and applies it, in one transaction. The carrier may be acked only after this returns.
    pub async fn apply_receipts(
        &self,
        carrier: &'static str,
        raw: Vec<u8>,
        items: Vec<ReceiptItem>,
        now: UnixMs,
    ) -> Result<Applied> {
        let keys = self.pseudonyms().clone();
        let written = self.write(move |conn| {
            let mut page = Page::new(conn, (carrier, "receipt"), &raw, &keys, now);
            let mut applied = Applied::default();
            for item in &items {
                match item {
                    ReceiptItem::Receipt(receipt) => apply(&mut page, receipt, &mut applied)?,
                    ReceiptItem::Unreadable { raw, reason } => {
                        applied.n_quarantined += usize::from(page.quarantine(raw, reason)?);
                    }
                }
            }
            page.forget_erased()?;
            Ok(applied)
        });
        let applied = written.await?;
        if applied.n_moved > 0 {
            self.hints().text_out.notify_one();
        }
        Ok(applied)
    }
}

fn apply(page: &mut Page<'_>, receipt: &Receipt, applied: &mut Applied) -> Result<()> {
    let found = find(page.conn, page.carrier, receipt)?;
    if let Some((id, _)) = found {
        page.has_erased |= is_of_erased(page.conn, id)?;
    }
    let Some(receipt_id) = insert(page, receipt, found.map(|(id, _)| id))? else {
        applied.n_ignored += 1;
        return Ok(());
    };
    if receipt.status == ReceiptStatus::Unknown {
        applied.n_unknown += 1;
        page.keep_body()?;
        tracing::warn!(code = %plain(&receipt.code), receipt = receipt_id, "a receipt with an unknown code was kept");
    }
    match found {
        None => applied.n_unmatched += 1,
        Some(text) if move_on(page.conn, text, (receipt.status, &receipt.code), page.now)? => {
            applied.n_moved += 1;
        }
        Some(_) => applied.n_ignored += 1,
    }
    Ok(())
}

/// Whether a text went to somebody who was erased since: what the carrier says of it names their number.
fn is_of_erased(conn: &Connection, outbox_id: i64) -> Result<bool> {
    let sql = "SELECT citizen FROM outbox WHERE id = :id";
    let citizen = conn
        .prepare_cached(sql)?
        .query_row(named_params! { ":id": outbox_id }, |r| engine_row::phone(r, "citizen"))?;
    Ok(citizen.is_erased())
}

/// A carrier's code for the log: only letters and digits, at most 20, so that it cannot leak a text.
fn plain(code: &str) -> String {
    code.chars().filter(char::is_ascii_alphanumeric).take(20).collect()
}

/// Id and state of the text a receipt is about: by the carrier's id, else by our key. Only submitted texts match.
fn find(conn: &Connection, carrier: &str, receipt: &Receipt) -> Result<Option<(i64, OutboundState)>> {
    let read = |r: &Row<'_>| Ok((r.get(0)?, engine_row::outbound_state(r)?));
    let by_id = "SELECT id, state FROM outbox WHERE carrier = :carrier AND carrier_message_id = :id";
    let of = named_params! { ":carrier": carrier, ":id": receipt.carrier_message_id };
    let found = conn.prepare_cached(by_id)?.query_row(of, read).optional()?;
    if found.is_some() || receipt.client_key.is_none() {
        return Ok(found);
    }
    let by_key =
        "SELECT id, state FROM outbox WHERE client_key = :key AND carrier = :carrier AND n_attempts > 0";
    let of = named_params! { ":key": receipt.client_key, ":carrier": carrier };
    Ok(conn.prepare_cached(by_key)?.query_row(of, read).optional()?)
}

/// Stores a receipt; returns its id. `None` if it was stored before, unless its text is matched only now.
fn insert(page: &Page<'_>, receipt: &Receipt, outbox_id: Option<i64>) -> Result<Option<i64>> {
    let mut insert = page.conn.prepare_cached(
        "INSERT INTO receipt (carrier, carrier_message_id, client_key, status, code, reported_at, received_at, outbox_id)
         VALUES (:carrier, :id, :key, :status, :code, :reported_at, :now, :outbox)
         ON CONFLICT (carrier, carrier_message_id, status, code) DO NOTHING",
    )?;
    let n = insert.execute(named_params! {
        ":carrier": page.carrier,
        ":id": receipt.carrier_message_id,
        ":key": receipt.client_key,
        ":status": receipt.status.as_str(),
        ":code": receipt.code,
        ":reported_at": receipt.reported_at,
        ":now": page.now,
        ":outbox": outbox_id,
    })?;
    if n == 1 {
        return Ok(Some(page.conn.last_insert_rowid()));
    }
    let sql = "UPDATE receipt SET outbox_id = :outbox
               WHERE carrier = :carrier AND carrier_message_id = :id AND status = :status AND code = :code
                 AND outbox_id IS NULL AND :outbox IS NOT NULL
               RETURNING id";
    let of = named_params! {
        ":outbox": outbox_id,
        ":carrier": page.carrier,
        ":id": receipt.carrier_message_id,
        ":status": receipt.status.as_str(),
        ":code": receipt.code,
    };
    Ok(page.conn.prepare_cached(sql)?.query_row(of, |row| row.get(0)).optional()?)
}

/// Applies a receipt to its text; returns whether the state changed.
fn move_on(
    conn: &Connection,
    (id, state): (i64, OutboundState),
    (status, code): (ReceiptStatus, &str),
    now: UnixMs,
) -> Result<bool> {
    match status.event() {
        Some(event) if next(state, event).is_ok() => {
            finish(conn, &Step { id, from: state, event, code: Some(code) }, now)?;
            if status == ReceiptStatus::Blocked {
                block(conn, id, now)?;
            }
            Ok(true)
        }
        _ => Ok(false),
    }
}

/// The citizen has stopped our texts at the carrier, perhaps long ago and by another way than a text to us. Whoever has
/// started them again since the text was sent has not.
fn block(conn: &Connection, id: i64, now: UnixMs) -> Result<()> {
    let to = row::load(conn, conversation_of(conn, id)?)?;
    let has_opted_out = citizen::load(conn, &to.citizen)?.opted_out_at.is_some();
    if has_opted_out || has_started_since(conn, id)? {
        return Ok(());
    }
    citizen::wish(conn, &to, Wish::OptOut, now)
}

/// Whether a START of theirs came after a text was first sent.
fn has_started_since(conn: &Connection, id: i64) -> Result<bool> {
    let sql = "SELECT EXISTS (
                   SELECT 1 FROM outbox o CROSS JOIN conversation v ON v.citizen = o.citizen
                        CROSS JOIN inbox i ON i.conversation_id = v.id
                   WHERE o.id = :id AND i.purpose = 'opt_in' AND i.received_at >= o.first_attempt_at)";
    Ok(conn.prepare_cached(sql)?.query_row(named_params! { ":id": id }, |r| r.get(0))?)
}

/// Applies receipts that came before the carrier's id of their text was known.
pub(in crate::store) fn apply_waiting(conn: &Connection, outbox_id: i64, now: UnixMs) -> Result<()> {
    let mut select = conn.prepare_cached(
        "SELECT r.id, r.status AS status, r.code FROM receipt r JOIN outbox o ON o.id = :outbox
         WHERE r.outbox_id IS NULL AND r.carrier = o.carrier AND r.carrier_message_id = o.carrier_message_id
         ORDER BY r.id",
    )?;
    let rows = select.query_map(named_params! { ":outbox": outbox_id }, |r| {
        Ok((
            r.get::<_, i64>("id")?,
            engine_row::word(r, "status", ReceiptStatus::from_word)?,
            r.get::<_, String>("code")?,
        ))
    })?;
    let waiting = rows.collect::<rusqlite::Result<Vec<_>>>()?;
    for (receipt_id, status, code) in waiting {
        conn.prepare_cached("UPDATE receipt SET outbox_id = :outbox WHERE id = :id")?
            .execute(named_params! { ":outbox": outbox_id, ":id": receipt_id })?;
        let (state, _) = state_and_attempts(conn, outbox_id)?;
        move_on(conn, (outbox_id, state), (status, &code), now)?;
    }
    Ok(())
}

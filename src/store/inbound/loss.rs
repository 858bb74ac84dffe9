//! Texts that may be lost: answers that did not come whole, from carriers that forget what they hand over.

use rusqlite::named_params;

use crate::domain::UnixMs;
use crate::domain::event::EventKind;
use crate::store::journal::event::{NewEvent, append_event};
use crate::store::{Result, Store, StoreError};

/// Unless somebody acknowledges it before, it is shown for so long after the last time (milliseconds).
const SHOWN_MS: i64 = 24 * 60 * 60 * 1_000;

/// Answers of one carrier that may have held texts, since somebody last acknowledged them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PossibleLoss {
    pub carrier: String,
    pub since_at: UnixMs,
    pub last_at: UnixMs,
    /// How many answers.
    pub n: i64,
    /// What was wrong with the last one.
    pub reason: String,
}

impl Store {
    /// Keeps that an answer of `carrier` may have held texts which nobody can read again, and tells of it by an event.
    pub async fn note_possible_loss(&self, carrier: &'static str, reason: String, now: UnixMs) -> Result<()> {
        self.write(move |conn| {
            let sql = "DELETE FROM possible_loss WHERE carrier = :carrier AND last_at < :before";
            conn.prepare_cached(sql)?
                .execute(named_params! { ":carrier": carrier, ":before": now - SHOWN_MS })?;
            conn.prepare_cached(
                "INSERT INTO possible_loss (carrier, since_at, last_at, n, reason)
                 VALUES (:carrier, :now, :now, 1, :reason)
                 ON CONFLICT (carrier) DO UPDATE
                 SET last_at = excluded.last_at, n = possible_loss.n + 1, reason = excluded.reason",
            )?
            .execute(named_params! { ":carrier": carrier, ":now": now, ":reason": reason })?;
            append_event(
                conn,
                now,
                NewEvent { detail: Some(carrier), ..NewEvent::new(EventKind::TextsMayBeLost) },
            )
        })
        .await
    }

    /// What is to be shown at `now`: not acknowledged, and not older than a day.
    pub async fn possible_losses(&self, now: UnixMs) -> Result<Vec<PossibleLoss>> {
        self.look_up(move |conn| {
            let mut select = conn.prepare_cached(
                "SELECT carrier, since_at, last_at, n, reason FROM possible_loss WHERE last_at >= :since ORDER BY carrier",
            )?;
            let rows = select.query_map(named_params! { ":since": now - SHOWN_MS }, |r| {
                Ok(PossibleLoss {
                    carrier: r.get("carrier")?,
                    since_at: r.get("since_at")?,
                    last_at: r.get("last_at")?,
                    n: r.get("n")?,
                    reason: r.get("reason")?,
                })
            })?;
            Ok(rows.collect::<rusqlite::Result<_>>()?)
        })
        .await
    }

    /// An operator has looked into it. `NotFound` if nothing of this carrier is open.
    pub async fn acknowledge_loss(&self, carrier: &'static str, now: UnixMs) -> Result<()> {
        self.write(move |conn| {
            let sql = "DELETE FROM possible_loss WHERE carrier = :carrier";
            match conn.execute(sql, named_params! { ":carrier": carrier })? {
                1 => append_event(
                    conn,
                    now,
                    NewEvent { detail: Some(carrier), ..NewEvent::new(EventKind::LossAcknowledged) },
                ),
                _ => Err(StoreError::NotFound),
            }
        })
        .await
    }
}

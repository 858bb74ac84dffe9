//! Carriers that an operator has paused. A pause survives restarts.

use rusqlite::named_params;

use crate::domain::UnixMs;
use crate::store::{Result, Store};

impl Store {
    /// Paused carriers, each with the time since when.
    pub async fn holds(&self) -> Result<Vec<(String, UnixMs)>> {
        self.look_up(|conn| {
            let mut select =
                conn.prepare_cached("SELECT carrier, since_at FROM carrier_hold ORDER BY carrier")?;
            let rows = select.query_map([], |row| Ok((row.get(0)?, row.get(1)?)))?;
            Ok(rows.collect::<rusqlite::Result<_>>()?)
        })
        .await
    }

    /// Pauses a carrier or resumes it; returns whether that changed anything.
    pub async fn hold(&self, carrier: String, is_held: bool, now: UnixMs) -> Result<bool> {
        self.write(move |conn| {
            let n = if is_held {
                let sql = "INSERT INTO carrier_hold (carrier, since_at) VALUES (:carrier, :now) ON CONFLICT DO NOTHING";
                conn.prepare_cached(sql)?.execute(named_params! { ":carrier": carrier, ":now": now })?
            } else {
                conn.prepare_cached("DELETE FROM carrier_hold WHERE carrier = :carrier")?
                    .execute(named_params! { ":carrier": carrier })?
            };
            Ok(n == 1)
        })
        .await
    }
}

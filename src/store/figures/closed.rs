//! Months that are over, with the figures as they were first published. What is counted later and differs is a correction.

use std::collections::BTreeMap;

use rusqlite::named_params;

use crate::domain::UnixMs;
use crate::store::{Result, Store};

/// A month as it was published.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ClosedMonth {
    pub frozen_at: UnixMs,
    /// By the names of `domain::figures::Report::values`.
    pub values: BTreeMap<String, i64>,
}

impl Store {
    /// The first moment of the journal; `None` while nothing has happened.
    pub async fn records_begin_at(&self) -> Result<Option<UnixMs>> {
        self.read(|conn| Ok(conn.query_row("SELECT min(at) FROM event", [], |r| r.get(0))?)).await
    }

    /// The figures of a month (`2026-11`) as they were published; `desk` is empty for all desks. `None`: not closed yet.
    pub async fn closed_month(&self, month: String, desk: String) -> Result<Option<ClosedMonth>> {
        self.read(move |conn| {
            let sql =
                "SELECT name, value, frozen_at FROM closed_figure WHERE month = :month AND desk = :desk";
            let mut select = conn.prepare_cached(sql)?;
            let mut rows = select.query(named_params! { ":month": month, ":desk": desk })?;
            let (mut values, mut frozen_at) = (BTreeMap::new(), None);
            while let Some(row) = rows.next()? {
                values.insert(row.get("name")?, row.get("value")?);
                frozen_at = Some(row.get("frozen_at")?);
            }
            Ok(frozen_at.map(|frozen_at| ClosedMonth { frozen_at, values }))
        })
        .await
    }

    /// Closes a month with these figures, unless it is closed: what was published stays.
    pub async fn close_month(
        &self,
        month: String,
        desk: String,
        values: BTreeMap<String, i64>,
        now: UnixMs,
    ) -> Result<()> {
        self.write(move |conn| {
            let of = named_params! { ":month": month, ":desk": desk };
            let sql = "SELECT EXISTS (SELECT 1 FROM closed_figure WHERE month = :month AND desk = :desk)";
            if conn.prepare_cached(sql)?.query_row(of, |r| r.get(0))? {
                return Ok(());
            }
            let mut insert = conn.prepare_cached(
                "INSERT INTO closed_figure (month, desk, name, value, frozen_at)
                 VALUES (:month, :desk, :name, :value, :now)",
            )?;
            for (name, value) in &values {
                insert.execute(named_params! {
                    ":month": month, ":desk": desk, ":name": name, ":value": value, ":now": now,
                })?;
            }
            Ok(())
        })
        .await
    }
}

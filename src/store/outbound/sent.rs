//! Our texts of both directions, for the comparison with a carrier's own lists, and the results of comparisons.

use rusqlite::named_params;

use crate::domain::UnixMs;
use crate::domain::list_comparison::{Incoming, Ours};
use crate::store::engine::row;
use crate::store::{Result, Store};

/// Which texts a comparison is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Direction {
    /// From citizens.
    In,
    /// To citizens.
    Out,
}

impl Direction {
    /// The word in the database and on the wire.
    pub fn as_str(self) -> &'static str {
        match self {
            Direction::In => "in",
            Direction::Out => "out",
        }
    }

    pub(in crate::store) fn from_word(word: &str) -> Option<Direction> {
        [Direction::In, Direction::Out].into_iter().find(|direction| direction.as_str() == word)
    }
}

/// The result of one comparison with a carrier's list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Compared {
    pub carrier: String,
    pub direction: Direction,
    pub at: UnixMs,
    pub since_at: UnixMs,
    pub n_ours: i64,
    pub n_theirs: i64,
    pub n_differences: i64,
}

impl Store {
    /// Texts first submitted to this carrier between the two times, oldest first.
    pub async fn submitted(&self, carrier: String, since: UnixMs, until: UnixMs) -> Result<Vec<Ours>> {
        self.read(move |conn| {
            // Reads the whole table: runs once a night and on an operator's command.
            let mut select = conn.prepare(
                "SELECT id, client_key, carrier_message_id, state, coalesce(accepted_at, first_attempt_at) AS at
                 FROM outbox
                 WHERE carrier = :carrier AND first_attempt_at BETWEEN :since AND :until ORDER BY id",
            )?;
            let of = named_params! { ":carrier": carrier, ":since": since, ":until": until };
            let rows = select.query_map(of, |r| {
                Ok(Ours {
                    id: r.get("id")?,
                    key: r.get("client_key")?,
                    carrier_message_id: r.get("carrier_message_id")?,
                    state: row::outbound_state(r)?,
                    at: r.get("at")?,
                })
            })?;
            Ok(rows.collect::<rusqlite::Result<_>>()?)
        })
        .await
    }

    /// Texts from citizens that `carrier` dated between the two times.
    pub async fn received_between(
        &self,
        carrier: &'static str,
        since: UnixMs,
        until: UnixMs,
    ) -> Result<Vec<Incoming>> {
        self.read(move |conn| {
            // Reads the whole table: runs once an hour at most.
            let mut select = conn.prepare(
                "SELECT carrier_message_key, sent_at FROM inbox
                 WHERE carrier = :carrier AND sent_at BETWEEN :since AND :until",
            )?;
            let of = named_params! { ":carrier": carrier, ":since": since, ":until": until };
            let rows = select.query_map(of, |r| {
                Ok(Incoming { key: r.get("carrier_message_key")?, at: r.get("sent_at")? })
            })?;
            Ok(rows.collect::<rusqlite::Result<_>>()?)
        })
        .await
    }

    /// Stores the result of a comparison; only the last one of each carrier and direction is kept.
    pub async fn keep_comparison(&self, kept: Compared) -> Result<()> {
        self.write(move |conn| {
            conn.prepare_cached(
                "INSERT INTO carrier_comparison (carrier, direction, at, since_at, n_ours, n_theirs, n_differences)
                 VALUES (:carrier, :direction, :at, :since, :ours, :theirs, :differences)
                 ON CONFLICT (carrier, direction) DO UPDATE SET at = excluded.at, since_at = excluded.since_at, n_ours = excluded.n_ours,
                     n_theirs = excluded.n_theirs, n_differences = excluded.n_differences",
            )?
            .execute(named_params! {
                ":carrier": kept.carrier, ":direction": kept.direction.as_str(), ":at": kept.at,
                ":since": kept.since_at, ":ours": kept.n_ours,
                ":theirs": kept.n_theirs, ":differences": kept.n_differences,
            })?;
            Ok(())
        })
        .await
    }

    /// The last comparison with each carrier, in each direction.
    pub async fn comparisons(&self) -> Result<Vec<Compared>> {
        self.look_up(|conn| {
            let mut select =
                conn.prepare_cached("SELECT * FROM carrier_comparison ORDER BY carrier, direction")?;
            let rows = select.query_map([], |r| {
                Ok(Compared {
                    carrier: r.get("carrier")?,
                    direction: row::word(r, "direction", Direction::from_word)?,
                    at: r.get("at")?,
                    since_at: r.get("since_at")?,
                    n_ours: r.get("n_ours")?,
                    n_theirs: r.get("n_theirs")?,
                    n_differences: r.get("n_differences")?,
                })
            })?;
            Ok(rows.collect::<rusqlite::Result<_>>()?)
        })
        .await
    }
}

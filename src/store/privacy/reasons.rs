//! Reasons outside a conversation: their end, and what erasing somebody finds of their number in those that were typed before they were
//! masked on their way in (`domain::reason`).
//!
//! The access log has each of them, too, for as long as the law wants it. So elsewhere they are blanked once they are as old as
//! its rows may be, and those of what was done with somebody's data already when that person is erased. Rows of the access log are
//! chained: they cannot be changed, and are counted.

use rusqlite::{Connection, named_params};

use super::operator_only;
use crate::domain::UnixMs;
use crate::domain::actor::Actor;
use crate::domain::phone::PhoneNumber;
use crate::domain::phone_in_text::stands_in;
use crate::domain::pseudonym::Pseudonym;
use crate::domain::reason::Reason;
use crate::store::{Result, Store};

/// Tables and columns of reasons that outlive a conversation and that no chain holds.
const REASONS: [(&str, &str); 5] = [
    ("privacy_act", "reason"),
    ("legal_hold", "reason"),
    ("edited_list", "reason"),
    ("recovery", "reason"),
    ("citizen", "restriction_reason"),
];

/// Those with an age: the time that counts. A hold's own reason stays until it ends, a restriction's with the citizen.
const AGEING: [(&str, &str, &str); 3] = [
    ("privacy_act", "reason", "at"),
    ("edited_list", "reason", "stored_at"),
    ("recovery", "reason", "ended_at"),
];

/// Reasons in which somebody's number stood.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct OldReasons {
    /// They were masked.
    pub n_masked: usize,
    /// Rows of the access log that hold it until they expire.
    pub n_chained: usize,
    /// The newest of those.
    pub last_chained_at: UnixMs,
}

impl Store {
    /// Masks reasons in which a number stands, and counts those that cannot be changed. For the operator.
    pub async fn mask_reasons(&self, number: PhoneNumber, actor: &Actor) -> Result<OldReasons> {
        operator_only(actor)?;
        let of = number.clone();
        let chained = self.read(move |conn| chained(conn, &of)).await?;
        let n_masked = self
            .write(move |conn| {
                let masked = REASONS.iter().map(|column| mask(conn, *column, &number));
                masked.sum::<Result<usize>>()
            })
            .await?;
        Ok(OldReasons { n_masked, ..chained })
    }
}

/// Blanks the reasons of what was done with the data of one person, who has been erased.
pub(super) fn blank_of(conn: &Connection, of: Pseudonym) -> Result<()> {
    let sql = "UPDATE privacy_act SET reason = '' WHERE pseudonym = :of AND reason <> ''";
    conn.prepare_cached(sql)?.execute(named_params! { ":of": of.0.as_slice() })?;
    Ok(())
}

/// Blanks reasons from before `before`, and those of people who were erased after them: an older copy of the database may have brought
/// them back. Returns how many. Reads through the tables: they are short.
pub(super) fn blank_old(conn: &Connection, before: UnixMs) -> Result<usize> {
    let mut n = 0;
    for (table, column, at) in AGEING {
        let sql = format!("UPDATE {table} SET {column} = '' WHERE {at} < :before AND {column} <> ''");
        n += conn.execute(&sql, named_params! { ":before": before })?;
    }
    let erased = "UPDATE privacy_act SET reason = ''
                  WHERE reason <> '' AND EXISTS (SELECT 1 FROM erased_citizen e
                                                 WHERE e.pseudonym = privacy_act.pseudonym AND e.erased_at >= privacy_act.at)";
    Ok(n + conn.execute(erased, [])?)
}

fn mask(conn: &Connection, (table, column): (&str, &str), number: &PhoneNumber) -> Result<usize> {
    let typed = format!("SELECT DISTINCT {column} FROM {table} WHERE {column} IS NOT NULL");
    let update = format!("UPDATE {table} SET {column} = :masked WHERE {column} = :typed");
    let mut select = conn.prepare(&typed)?;
    let typed: Vec<String> = select.query_map([], |r| r.get(0))?.collect::<rusqlite::Result<_>>()?;
    let mut n = 0;
    for typed in typed.iter().filter(|typed| stands_in(typed, number)) {
        let masked = Reason::without(typed, number);
        n += conn
            .prepare_cached(&update)?
            .execute(named_params! { ":masked": masked.as_str(), ":typed": typed })?;
    }
    Ok(n)
}

/// Reads the whole log: for a command.
fn chained(conn: &Connection, number: &PhoneNumber) -> Result<OldReasons> {
    let mut select = conn.prepare("SELECT at, reason FROM access WHERE reason <> ''")?;
    let mut rows = select.query([])?;
    let mut found = OldReasons::default();
    while let Some(row) = rows.next()? {
        if stands_in(&row.get::<_, String>("reason")?, number) {
            found.n_chained += 1;
            found.last_chained_at = found.last_chained_at.max(row.get("at")?);
        }
    }
    Ok(found)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Reasons of the program, of the chain, and of a conversation, with which they are forgotten.
    const OTHERS: [(&str, &str); 4] = [
        ("quarantine", "reason"),
        ("possible_loss", "reason"),
        ("access", "reason"),
        ("conversation", "close_reason"),
    ];

    #[test]
    fn every_reason_of_the_schema_is_known() {
        let (mut table, mut found) = ("", Vec::new());
        for line in include_str!("../../../schema.sql").lines() {
            if let Some(named) = line.strip_prefix("CREATE TABLE ") {
                table = named.split(' ').next().unwrap_or_default();
            }
            let column = line.split_whitespace().next().unwrap_or_default();
            if line.starts_with("    ") && column.ends_with("reason") {
                found.push((table, column));
            }
        }
        let mut known: Vec<_> = REASONS.into_iter().chain(OTHERS).collect();
        known.sort_unstable();
        found.sort_unstable();
        assert_eq!(found, known);
    }
}

//! Reasons that were typed before they were masked on their way in (`domain::reason`): what erasing somebody finds of their number
//! in them. Rows of the access log are chained: they cannot be changed, and are counted.

use rusqlite::{Connection, named_params};

use super::operator_only;
use crate::domain::UnixMs;
use crate::domain::actor::Actor;
use crate::domain::phone::PhoneNumber;
use crate::domain::phone_in_text::stands_in;
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

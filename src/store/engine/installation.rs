//! Whether the key for pseudonyms is the one that the database was begun with. With another key, nobody finds again what was
//! hashed before: who saw a citizen, and who was erased.

use rusqlite::{Connection, OptionalExtension, named_params};

use crate::domain::pseudonym::{Pseudonym, PseudonymKey};
use crate::store::Result;

/// Whether the database was begun with a key.
pub(in crate::store) fn has_had_a_key(conn: &Connection) -> Result<bool> {
    Ok(fingerprint(conn)?.is_some())
}

/// Notes the key of a new database; returns whether an older one has the same.
pub(in crate::store) fn has_its_key(conn: &Connection, key: &PseudonymKey, may_write: bool) -> Result<bool> {
    let ours = key.fingerprint();
    if let Some(known) = fingerprint(conn)? {
        return Ok(known == ours);
    }
    if may_write {
        conn.execute(
            "INSERT INTO installation (id, pseudonym_fingerprint) VALUES (1, :ours) ON CONFLICT (id) DO NOTHING",
            named_params! { ":ours": ours.0 },
        )?;
    }
    Ok(fingerprint(conn)?.is_none_or(|known| known == ours))
}

/// The fingerprint of the key that the database was begun with.
pub(in crate::store) fn fingerprint(conn: &Connection) -> Result<Option<Pseudonym>> {
    let sql = "SELECT pseudonym_fingerprint FROM installation WHERE id = 1";
    let found = conn.query_row(sql, [], |r| r.get(0)).optional()?;
    Ok(found.map(Pseudonym))
}

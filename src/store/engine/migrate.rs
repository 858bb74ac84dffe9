//! Fresh files get `schema.sql`; old ones are brought up step by step, each step in one transaction and after a copy of
//! the file was made beside it. A newer file is refused. Shipped steps are never edited.

use std::fs::File;
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};

use rusqlite::{Connection, TransactionBehavior};

use crate::store::{Result, StoreError};

const SCHEMA: &str = include_str!("../../../schema.sql");

/// Marks a file as Munja's (`PRAGMA application_id`): "Munj" in ASCII.
const APPLICATION_ID: i32 = 0x4d75_6e6a;

/// Step `n` brings a file of version `n + 1` to version `n + 2`.
const MIGRATIONS: &[&str] = &[
    include_str!("migrations/0002.sql"),
    include_str!("migrations/0003.sql"),
    include_str!("migrations/0004.sql"),
];

/// The version of `schema.sql`.
pub const SCHEMA_VERSION: i32 = 1 + MIGRATIONS.len() as i32;

pub(in crate::store) fn bring_up_to_date(connection: &mut Connection, path: &Path) -> Result<()> {
    bring_to(connection, path, SCHEMA, MIGRATIONS)
}

fn bring_to(connection: &mut Connection, path: &Path, schema: &str, migrations: &[&str]) -> Result<()> {
    let newest = 1 + migrations.len() as i32;
    let found = version(connection)?;
    if found == 0 {
        return make_fresh(connection, path, schema, newest);
    }
    if pragma(connection, "application_id")? != APPLICATION_ID {
        return Err(StoreError::Unusable(format!("{} is a database of another program", path.display())));
    }
    if found < 1 {
        return Err(StoreError::Unusable(format!(
            "{} says that it is of version {found}: it is damaged",
            path.display()
        )));
    }
    if found > newest {
        return Err(StoreError::Unusable(format!(
            "{} was made by a newer Munja (database version {found}, this program knows {newest}): install that version",
            path.display()
        )));
    }
    for (from, sql) in (found..newest).zip(&migrations[(found - 1) as usize..]) {
        upgrade(connection, path, from, sql)?;
    }
    Ok(())
}

fn make_fresh(connection: &mut Connection, path: &Path, schema: &str, newest: i32) -> Result<()> {
    let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
    // Another process may have made it while we waited for the lock.
    if version(&transaction)? == newest {
        return Ok(());
    }
    let n_tables: i64 = transaction.query_row("SELECT count(*) FROM sqlite_schema", [], |row| row.get(0))?;
    if n_tables > 0 {
        return Err(StoreError::Unusable(format!("{} is a database of another program", path.display())));
    }
    transaction.execute_batch(schema)?;
    transaction.pragma_update(None, "application_id", APPLICATION_ID)?;
    transaction.pragma_update(None, "user_version", newest)?;
    Ok(transaction.commit()?)
}

fn upgrade(connection: &mut Connection, path: &Path, from: i32, sql: &str) -> Result<()> {
    copy_beside(connection, path, &format!(".v{from}-backup"))?;
    let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
    // Another process may have done it while we copied.
    if version(&transaction)? != from {
        return Ok(());
    }
    transaction.execute_batch(sql)?;
    transaction.pragma_update(None, "user_version", from + 1)?;
    transaction.commit()?;
    tracing::info!(from, to = from + 1, "the database was upgraded; a copy of the old one stands beside it");
    Ok(())
}

/// Makes a copy beside the file, unless there is one. Its name says that it is whole: a copy that was broken off has
/// another.
fn copy_beside(connection: &Connection, path: &Path, suffix: &str) -> Result<()> {
    let [copy, partial] = ["", ".partial"].map(|more| {
        let mut name = path.as_os_str().to_owned();
        name.push(suffix);
        name.push(more);
        PathBuf::from(name)
    });
    if copy.exists() {
        return Ok(());
    }
    let made = || -> std::io::Result<()> {
        File::open(&partial)?.sync_all()?;
        std::fs::rename(&partial, &copy)
    };
    let cannot = |error: std::io::Error| {
        StoreError::Unusable(format!("cannot make the copy {}: {error}", copy.display()))
    };
    match std::fs::remove_file(&partial) {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => return Err(cannot(error)),
        _ => {}
    }
    // For the eyes of its owner only, as the database is.
    File::options().write(true).create_new(true).mode(0o600).open(&partial).map_err(cannot)?;
    let target = partial.to_string_lossy().into_owned();
    connection.execute("VACUUM INTO :target", rusqlite::named_params! { ":target": target })?;
    made().map_err(cannot)
}

fn version(connection: &Connection) -> Result<i32> {
    pragma(connection, "user_version")
}

fn pragma(connection: &Connection, name: &str) -> Result<i32> {
    Ok(connection.pragma_query_value(None, name, |row| row.get(0))?)
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt;

    use super::*;

    /// Version 1 as it was shipped.
    const FIRST: &str = include_str!("migrations/0001.sql");

    /// Tables with their columns, keys and CHECKs, and indexes, in SQLite's own words less white space and comments.
    fn shape(connection: &Connection) -> Vec<String> {
        let sql = "SELECT type || ' ' || name || ' ' || coalesce(sql, '') FROM sqlite_schema
                   WHERE name NOT LIKE 'sqlite_%' ORDER BY 1";
        let mut select = connection.prepare(sql).unwrap();
        let rows = select.query_map([], |row| row.get::<_, String>(0)).unwrap();
        rows.map(|r| plain(&r.unwrap())).collect()
    }

    fn plain(sql: &str) -> String {
        let code = sql.lines().map(|l| l.split("--").next().unwrap_or_default());
        let words = code.collect::<Vec<_>>().join(" ").split_whitespace().collect::<Vec<_>>().join(" ");
        // A column that is added stands elsewhere between commas and brackets than one that is written.
        words.replace(" ,", ",").replace(" )", ")").replace("( ", "(")
    }

    #[test]
    fn fresh_and_upgraded_databases_are_the_same() {
        let folder = tempfile::tempdir().unwrap();
        let [fresh, old] = ["fresh.db", "old.db"].map(|n| folder.path().join(n));
        let mut a = Connection::open(&fresh).unwrap();
        bring_up_to_date(&mut a, &fresh).unwrap();
        let mut b = Connection::open(&old).unwrap();
        bring_to(&mut b, &old, FIRST, &[]).unwrap();
        bring_up_to_date(&mut b, &old).unwrap();
        assert_eq!(shape(&a), shape(&b));
        assert!(shape(&a).len() > 20);
    }

    #[test]
    fn a_step_upgrades_once_and_leaves_a_copy() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.db");
        let mut connection = Connection::open(&path).unwrap();
        bring_to(&mut connection, &path, FIRST, &[]).unwrap();
        let steps = ["ALTER TABLE inbox ADD COLUMN extra TEXT"];
        bring_to(&mut connection, &path, SCHEMA, &steps).unwrap();
        bring_to(&mut connection, &path, SCHEMA, &steps).unwrap();
        assert_eq!(version(&connection).unwrap(), 2);
        assert!(connection.prepare("SELECT extra FROM inbox").is_ok());
        let mode = std::fs::metadata(folder.path().join("a.db.v1-backup")).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600);
        let copy = Connection::open(folder.path().join("a.db.v1-backup")).unwrap();
        assert_eq!(version(&copy).unwrap(), 1);
        assert!(!folder.path().join("a.db.v1-backup.partial").exists());
        let refused = bring_to(&mut connection, &path, SCHEMA, &[]).unwrap_err();
        assert!(refused.to_string().contains("newer Munja"), "{refused}");
    }

    #[test]
    fn a_copy_that_was_broken_off_is_made_anew() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.db");
        let mut connection = Connection::open(&path).unwrap();
        bring_to(&mut connection, &path, FIRST, &[]).unwrap();
        std::fs::write(folder.path().join("a.db.v1-backup.partial"), "half of").unwrap();
        bring_to(&mut connection, &path, SCHEMA, &["ALTER TABLE inbox ADD COLUMN extra TEXT"]).unwrap();
        let copy = Connection::open(folder.path().join("a.db.v1-backup")).unwrap();
        assert_eq!(version(&copy).unwrap(), 1);
    }

    #[test]
    fn a_step_that_fails_changes_nothing() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.db");
        let mut connection = Connection::open(&path).unwrap();
        bring_to(&mut connection, &path, FIRST, &[]).unwrap();
        let steps = ["ALTER TABLE inbox ADD COLUMN extra TEXT; SELECT nonsense FROM nowhere"];
        assert!(bring_to(&mut connection, &path, SCHEMA, &steps).is_err());
        assert_eq!(version(&connection).unwrap(), 1);
        assert!(connection.prepare("SELECT extra FROM inbox").is_err());
    }

    #[test]
    fn another_programs_file_is_left_alone() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("other.db");
        let mut connection = Connection::open(&path).unwrap();
        connection.execute_batch("CREATE TABLE theirs (id INTEGER)").unwrap();
        let refused = bring_up_to_date(&mut connection, &path).unwrap_err();
        assert!(refused.to_string().contains("another program"), "{refused}");
    }
}

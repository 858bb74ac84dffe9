//! The schema of a file. Fresh files get `schema.sql`. Old files are upgraded step by step: each step copies the file
//! first and runs in one transaction. Newer files are refused. Shipped steps are never edited.
//!
//! An upgrade happens only where the caller asks for it ([`SchemaPolicy`](crate::store::SchemaPolicy)).

use std::fs::File;
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};

use rusqlite::{Connection, Transaction, TransactionBehavior};

use crate::store::{Result, StoreError};

const SCHEMA: &str = include_str!("../../../schema.sql");

/// Marks a file as Munja's (`PRAGMA application_id`): "Munj" in ASCII.
const APPLICATION_ID: i32 = 0x4d75_6e6a;

/// Step `n` upgrades a file of version `n + 1` to version `n + 2`. Foreign keys are off during a step, so that it can
/// rebuild a table; references are checked before the commit.
const MIGRATIONS: &[&str] = &[
    include_str!("migrations/0002.sql"),
    include_str!("migrations/0003.sql"),
    include_str!("migrations/0004.sql"),
    include_str!("migrations/0005.sql"),
    include_str!("migrations/0006.sql"),
    include_str!("migrations/0007.sql"),
    include_str!("migrations/0008.sql"),
    include_str!("migrations/0009.sql"),
    include_str!("migrations/0010.sql"),
    include_str!("migrations/0011.sql"),
    include_str!("migrations/0012.sql"),
    include_str!("migrations/0013.sql"),
    include_str!("migrations/0014.sql"),
    include_str!("migrations/0015.sql"),
    include_str!("migrations/0016.sql"),
    include_str!("migrations/0017.sql"),
    include_str!("migrations/0018.sql"),
    include_str!("migrations/0019.sql"),
    include_str!("migrations/0020.sql"),
];

/// The version of `schema.sql`.
pub const SCHEMA_VERSION: i32 = 1 + MIGRATIONS.len() as i32;

/// Result of [`Store::upgrade`](crate::store::Store::upgrade).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Upgraded {
    /// The version before; 0 for an empty file.
    pub from: i32,
    pub to: i32,
    /// The copies of the old versions, oldest first.
    pub copies: Vec<PathBuf>,
}

/// Upgrades the file, or puts the schema into a fresh one.
pub(in crate::store) fn bring_up_to_date(connection: &mut Connection, path: &Path) -> Result<Upgraded> {
    bring_to(connection, path, SCHEMA, MIGRATIONS)
}

/// Refuses a file of another version. With `create`, a fresh file gets the schema.
pub(in crate::store) fn match_or_create(
    connection: &mut Connection,
    path: &Path,
    create: bool,
) -> Result<()> {
    if create && version(connection)? == 0 {
        return make_fresh(connection, path, SCHEMA, SCHEMA_VERSION);
    }
    must_match(connection, path)
}

/// Refuses what is no Munja database, or one of a newer version; returns its version. Only reads.
pub(in crate::store) fn known(connection: &Connection, path: &Path) -> Result<i32> {
    known_version(connection, path, SCHEMA_VERSION)
}

/// Refuses a file of another version; the error names the file, both versions and the command to run. Only reads.
pub(in crate::store) fn must_match(connection: &Connection, path: &Path) -> Result<()> {
    let found = known_version(connection, path, SCHEMA_VERSION)?;
    if found == SCHEMA_VERSION {
        return Ok(());
    }
    Err(StoreError::Unusable(format!(
        "{} has database version {found}, this program needs version {SCHEMA_VERSION}: \
         start the service (munjad run), or run `munjad migrate` while it is stopped",
        path.display()
    )))
}

/// Like [`must_match`], but accepts an empty file.
pub(in crate::store) fn refuse_other_version(connection: &Connection, path: &Path) -> Result<()> {
    if version(connection)? == 0 { Ok(()) } else { must_match(connection, path) }
}

/// The file's version, if it is a Munja database and not newer than `newest`.
fn known_version(connection: &Connection, path: &Path, newest: i32) -> Result<i32> {
    let found = version(connection)?;
    if found == 0 || pragma(connection, "application_id")? != APPLICATION_ID {
        return Err(StoreError::Unusable(format!("{} is a database of another program", path.display())));
    }
    if found < 1 {
        return Err(StoreError::Unusable(format!(
            "{} has the impossible database version {found}: it is damaged",
            path.display()
        )));
    }
    if found > newest {
        return Err(StoreError::Unusable(format!(
            "{} was made by a newer Munja (database version {found}, this program knows {newest}): install that version",
            path.display()
        )));
    }
    Ok(found)
}

fn bring_to(connection: &mut Connection, path: &Path, schema: &str, migrations: &[&str]) -> Result<Upgraded> {
    let newest = 1 + migrations.len() as i32;
    let mut done = Upgraded { from: version(connection)?, to: newest, copies: Vec::new() };
    if done.from == 0 {
        make_fresh(connection, path, schema, newest)?;
        return Ok(done);
    }
    let found = known_version(connection, path, newest)?;
    for (from, sql) in (found..newest).zip(&migrations[(found - 1) as usize..]) {
        done.copies.push(upgrade(connection, path, from, sql)?);
    }
    Ok(done)
}

fn make_fresh(connection: &mut Connection, path: &Path, schema: &str, newest: i32) -> Result<()> {
    let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
    // Another process may have created it while we waited for the lock.
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

/// Copies the file, then runs one step; returns the path of the copy.
fn upgrade(connection: &mut Connection, path: &Path, from: i32, sql: &str) -> Result<PathBuf> {
    let copy = copy_beside(connection, path, &format!(".v{from}-backup"))?;
    // SQLite ignores this pragma inside a transaction. With foreign keys on, dropping the old table of a rebuild would
    // delete the rows that refer to it.
    let enforced: bool = connection.pragma_query_value(None, "foreign_keys", |row| row.get(0))?;
    connection.pragma_update(None, "foreign_keys", false)?;
    let done = step(connection, path, from, sql);
    connection.pragma_update(None, "foreign_keys", enforced)?;
    done?;
    tracing::info!(from, to = from + 1, copy = %copy.display(), "the database was upgraded");
    Ok(copy)
}

fn step(connection: &mut Connection, path: &Path, from: i32, sql: &str) -> Result<()> {
    let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
    // Another process may have run this step while we copied.
    if version(&transaction)? != from {
        return Ok(());
    }
    transaction.execute_batch(sql)?;
    check_references(&transaction, path, from)?;
    transaction.pragma_update(None, "user_version", from + 1)?;
    Ok(transaction.commit()?)
}

/// Refuses a step that leaves broken references.
fn check_references(transaction: &Transaction<'_>, path: &Path, from: i32) -> Result<()> {
    let mut check = transaction.prepare("PRAGMA foreign_key_check")?;
    let broken = check.query_map([], |row| {
        Ok(format!("{} -> {}", row.get::<_, String>("table")?, row.get::<_, String>("parent")?))
    })?;
    let mut broken = broken.collect::<rusqlite::Result<Vec<_>>>()?;
    if broken.is_empty() {
        return Ok(());
    }
    let n = broken.len();
    broken.sort();
    broken.dedup();
    Err(StoreError::Unusable(format!(
        "{} stays at version {from}: the upgrade would leave {n} rows that refer to nothing ({})",
        path.display(),
        broken.join(", ")
    )))
}

/// Copies the database beside itself, unless the copy exists; returns its path. An interrupted copy keeps the suffix
/// `.partial` and is made again.
fn copy_beside(connection: &Connection, path: &Path, suffix: &str) -> Result<PathBuf> {
    let [copy, partial] = ["", ".partial"].map(|more| {
        let mut name = path.as_os_str().to_owned();
        name.push(suffix);
        name.push(more);
        PathBuf::from(name)
    });
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
    // Mode 0600 like the database: the copy holds the same personal data.
    File::options().write(true).create_new(true).mode(0o600).open(&partial).map_err(cannot)?;
    let target = partial.to_string_lossy().into_owned();
    connection.execute("VACUUM INTO :target", rusqlite::named_params! { ":target": target })?;
    made().map_err(cannot)?;
    Ok(copy)
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

    /// Two tables, the second of which loses its rows with those of the first.
    const FAMILY: &str = "
        CREATE TABLE parent (id INTEGER PRIMARY KEY, name TEXT) STRICT;
        CREATE TABLE child (id INTEGER PRIMARY KEY, parent_id INTEGER NOT NULL REFERENCES parent ON DELETE CASCADE) STRICT;
        INSERT INTO parent VALUES (1, 'a'), (2, 'b');
        INSERT INTO child VALUES (1, 1), (2, 1), (3, 2);";
    const REBUILD: &str = "
        CREATE TABLE parent_new (id INTEGER PRIMARY KEY AUTOINCREMENT, name TEXT NOT NULL) STRICT;
        INSERT INTO parent_new SELECT id, name FROM parent;
        DROP TABLE parent;
        ALTER TABLE parent_new RENAME TO parent;";

    fn family(path: &Path) -> Connection {
        let mut connection = Connection::open(path).unwrap();
        connection.pragma_update(None, "foreign_keys", true).unwrap();
        bring_to(&mut connection, path, FAMILY, &[]).unwrap();
        connection
    }

    fn number(connection: &Connection, sql: &str) -> i64 {
        connection.query_row(sql, [], |row| row.get(0)).unwrap()
    }

    #[test]
    fn a_step_that_rebuilds_a_table_keeps_the_rows_that_refer_to_it() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.db");
        let mut connection = family(&path);
        let done = bring_to(&mut connection, &path, FAMILY, &[REBUILD]).unwrap();
        let copy = folder.path().join("a.db.v1-backup");
        assert_eq!(done, Upgraded { from: 1, to: 2, copies: vec![copy] });
        assert_eq!(number(&connection, "SELECT count(*) FROM child"), 3);
        assert_eq!(number(&connection, "PRAGMA foreign_keys"), 1, "foreign keys are on again");
        connection.execute("DELETE FROM parent WHERE id = 1", []).unwrap();
        assert_eq!(number(&connection, "SELECT count(*) FROM child"), 1, "references lead to the new table");
    }

    #[test]
    fn a_step_that_breaks_a_reference_changes_nothing() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.db");
        let mut connection = family(&path);
        let steps = [REBUILD, "DELETE FROM parent WHERE id = 2"];
        let refused = bring_to(&mut connection, &path, FAMILY, &steps).unwrap_err().to_string();
        for word in ["a.db", "version 2", "1 rows", "child -> parent"] {
            assert!(refused.contains(word), "{refused}");
        }
        assert_eq!(version(&connection).unwrap(), 2, "the first step stands");
        assert_eq!(number(&connection, "SELECT count(*) FROM parent"), 2);
        assert_eq!(number(&connection, "PRAGMA foreign_keys"), 1, "foreign keys are on again");
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

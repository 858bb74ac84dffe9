//! Whether another program holds a database locked. Nothing is changed, and the lock is held for an instant only.

use std::path::Path;
use std::time::Duration;

use rusqlite::{Connection, ErrorCode, OpenFlags};

/// A gateway's own commits take a few milliseconds.
const PATIENCE: Duration = Duration::from_secs(3);

/// Whether nobody can write to the database at `path`, because another program does not let go of it. What else is wrong with
/// the file shows when it is opened. Blocks for some seconds.
pub fn is_locked(path: &Path) -> bool {
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let Ok(connection) = Connection::open_with_flags(path, flags) else { return false };
    let begun = connection
        .busy_timeout(PATIENCE)
        .and_then(|()| connection.execute_batch("BEGIN IMMEDIATE; ROLLBACK"));
    begun.is_err_and(|error| {
        let code = error.sqlite_error_code();
        matches!(code, Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_transaction_of_another_program_is_seen_until_it_ends() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("munja.db");
        let other = Connection::open(&path).unwrap();
        other.execute_batch("PRAGMA journal_mode = WAL; CREATE TABLE t (n); BEGIN IMMEDIATE").unwrap();
        assert!(is_locked(&path));
        other.execute_batch("COMMIT").unwrap();
        assert!(!is_locked(&path));
        assert!(!is_locked(&folder.path().join("absent.db")));
        assert!(!folder.path().join("absent.db").exists());
    }
}

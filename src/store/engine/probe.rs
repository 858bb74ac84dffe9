//! Whether another program holds a database locked. Nothing is changed, and the lock is held for an instant only.

use std::path::Path;
use std::time::Duration;

use rusqlite::{ErrorCode, OpenFlags};

use super::cipher;
use crate::domain::data_key::DataKeys;
use crate::store::StoreError;

/// A gateway's own commits take a few milliseconds.
const PATIENCE: Duration = Duration::from_secs(3);

/// Whether nobody can write to the database at `path`, because another program does not let go of it. What else is wrong with
/// the file shows when it is opened. Blocks for some seconds.
pub fn is_locked(path: &Path, keys: &DataKeys) -> bool {
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let opened = cipher::settle(path, keys).and_then(|keys| cipher::open(path, flags, &keys));
    let connection = match opened {
        Ok(connection) => connection,
        Err(error) => return matches!(error, StoreError::Busy),
    };
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
    use rusqlite::Connection;

    use super::*;

    #[test]
    fn a_transaction_of_another_program_is_seen_until_it_ends() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("munja.db");
        let other = Connection::open(&path).unwrap();
        other.execute_batch("PRAGMA journal_mode = WAL; CREATE TABLE t (n); BEGIN IMMEDIATE").unwrap();
        assert!(is_locked(&path, &DataKeys::none()));
        other.execute_batch("COMMIT").unwrap();
        assert!(!is_locked(&path, &DataKeys::none()));
        assert!(!is_locked(&folder.path().join("absent.db"), &DataKeys::none()));
        assert!(!folder.path().join("absent.db").exists());
    }
}

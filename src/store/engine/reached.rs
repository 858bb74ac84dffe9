//! The mark of how far a database had come, `munja.db.reached`: which database it is, the number of its last event and that
//! event's time. It lies beside the database, so that a copy that somebody puts in the database's place is recognised: the copy
//! lacks the event, or has another one under that number.
//!
//! The mark is made of what is committed, and synced. So it is never ahead of its own database, whatever crashes, and it never
//! speaks against one. It may be behind: then a copy that is younger than the mark is not recognised.

use std::fs::{self, File};
use std::io::{self, Write};
use std::path::Path;

use rusqlite::{Connection, OptionalExtension, named_params};

use super::files::reached_mark as mark;
use super::installation;
use super::sequence::last_assigned;
use crate::domain::UnixMs;
use crate::domain::recovery::PutByHand;
use crate::store::{Result, StoreError};

const TITLE: &str = "munja reached 1";
const WORDS: &str = "# How far the database beside this file had come. If an older copy is put in its place, the next start notices\n\
                     # it by this file and sends nothing until the carriers' lists are read back. Leave it here.\n";
/// A mark of ours is far shorter (bytes).
const MOST_BYTES: u64 = 4 << 10;

/// How far a database has come.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reached {
    /// The fingerprint of the key that the database was begun with; empty where it has none.
    database: String,
    /// The number of the last event; 0 before the first.
    seq: i64,
    /// When it happened.
    pub(in crate::store) at: UnixMs,
}

impl Reached {
    pub(in crate::store) fn seq(&self) -> i64 {
        self.seq
    }

    /// How far this database has come, in what is committed.
    pub(in crate::store) fn of(conn: &Connection) -> Result<Reached> {
        let last = "SELECT seq, at FROM event ORDER BY seq DESC LIMIT 1";
        let last = conn.query_row(last, [], |r| Ok((r.get("seq")?, r.get("at")?))).optional()?;
        let (seq, at) = last.unwrap_or((0, 0));
        let database = installation::fingerprint(conn)?.map(|of| of.to_hex()).unwrap_or_default();
        Ok(Reached { database, seq, at })
    }

    /// What is wrong with this database by the mark of its place; `None` if nothing is.
    pub(in crate::store) fn compare(&self, conn: &Connection) -> Result<Option<PutByHand>> {
        let ours = Reached::of(conn)?;
        if !(ours.database.is_empty() || self.database.is_empty() || ours.database == self.database) {
            return Ok(Some(PutByHand::Another));
        }
        if last_assigned(conn, "event")? < self.seq {
            return Ok(Some(PutByHand::Older { reached_at: self.at, last_at: ours.at }));
        }
        let sql = "SELECT at FROM event WHERE seq = :seq";
        let found = conn.query_row(sql, named_params! { ":seq": self.seq }, |r| r.get::<_, UnixMs>(0));
        let is_other = found.optional()?.is_some_and(|at| at != self.at);
        Ok(is_other.then_some(PutByHand::Another))
    }

    /// The mark beside the database at `path`; `None` if there is none that can be read.
    pub(in crate::store) fn read(path: &Path) -> Option<Reached> {
        let mark = mark(path);
        let is_ours = mark.metadata().is_ok_and(|found| found.is_file() && found.len() <= MOST_BYTES);
        is_ours.then(|| fs::read_to_string(mark).ok())?.as_deref().and_then(Reached::parse)
    }

    fn parse(text: &str) -> Option<Reached> {
        let mut lines = text.lines().filter(|line| !line.starts_with('#'));
        lines.next().filter(|title| *title == TITLE)?;
        let database = lines.next()?.strip_prefix("database ")?.to_owned();
        let (seq, at) = lines.next()?.strip_prefix("event ")?.split_once(" at ")?;
        Some(Reached { database, seq: seq.parse().ok()?, at: at.parse().ok()? })
    }

    fn written(&self) -> String {
        format!("{WORDS}{TITLE}\ndatabase {}\nevent {} at {}\n", self.database, self.seq, self.at)
    }

    /// Puts the mark on disk beside the database at `path`, in the place of the one before. Blocks.
    pub(in crate::store) fn write(&self, path: &Path) -> Result<()> {
        let mark = mark(path);
        let folder = folder_of(&mark);
        let write = || -> io::Result<()> {
            // Created with mode 0600.
            let mut file = tempfile::Builder::new().prefix(".munja-reached-").tempfile_in(folder)?;
            file.write_all(self.written().as_bytes())?;
            file.as_file().sync_all()?;
            file.persist(&mark)?;
            File::open(folder)?.sync_all()
        };
        write()
            .map_err(|error| StoreError::Unusable(format!("{} cannot be written: {error}", mark.display())))
    }
}

fn folder_of(mark: &Path) -> &Path {
    mark.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_mark_is_read_back_and_what_is_no_mark_is_none() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("munja.db");
        assert_eq!(Reached::read(&path), None);
        let reached = Reached { database: "ab".to_owned(), seq: 12, at: -5 };
        for reached in [reached.clone(), Reached { database: String::new(), ..reached }] {
            reached.write(&path).unwrap();
            assert_eq!(Reached::read(&path), Some(reached));
        }
        let sound = fs::read_to_string(mark(&path)).unwrap();
        for damaged in
            ["".to_owned(), "\0\0\0".to_owned(), sound.replace("event 12", "event"), "x".repeat(5_000)]
        {
            fs::write(mark(&path), &damaged).unwrap();
            assert_eq!(Reached::read(&path), None, "{damaged}");
        }
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1, "nothing is left beside it");
    }
}

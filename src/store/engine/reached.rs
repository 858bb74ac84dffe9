//! The mark of how far a database had come, `munja.db.reached`: which database it is, the number of its last event and that
//! event's time. It lies beside the database, so that a copy that somebody puts in the database's place is recognised: the copy
//! lacks the event, or has another one under that number.
//!
//! The mark is made of what is committed, and synced. So it is never ahead of its own database, whatever crashes, and it never
//! speaks against one. It may be behind: then a copy that is younger than the mark is not recognised.
//!
//! A folder that is put back whole brings its older mark along. So the mark also says when its own file was born. A copied file is
//! born anew, one that is overwritten keeps its birth, and the mark is a new file each time that it is written: where the two differ,
//! somebody put the mark there. No program can give a file another birth, and it stays through every restart, mount and check of
//! the file system. Nothing else of a file is as good: the device's number changes with a start of the machine, the inode's number
//! with a mount of some file systems, and a removed file's inode is given to the next one. Where a file system keeps no birth, and
//! in a mark of an older version, nothing is said of it and nothing concluded: no recovery begins for nothing. An image of the
//! machine, and a snapshot of the file system, keep it: they are not recognised here.

use std::fs::{File, Metadata};
use std::io::{self, Read, Write};
use std::path::Path;
use std::time::UNIX_EPOCH;

use rusqlite::{Connection, OptionalExtension, named_params};

use super::files::reached_mark as mark;
use super::installation;
use super::sequence::last_assigned;
use crate::domain::UnixMs;
use crate::domain::recovery::PutByHand;
use crate::store::{Result, StoreError};

const TITLE: &str = "munja reached 1";
const WORDS: &str = "# How far the database beside this file had come. If an older copy is put in its place, the next start notices\n\
                     # it by this file and sends nothing until the carriers' lists are read back. Leave it here. If you move the newest\n\
                     # database to another place, leave this file behind: a copy of it counts as an older state that was put back.\n";
/// Before the time at which the mark's own file was born.
const BORN: &str = "born ";
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

/// A mark as it was found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::store) struct Mark {
    pub reached: Reached,
    /// The file is a copy: it is not the one that was written here last.
    is_copied: bool,
}

impl Mark {
    /// The mark beside the database at `path`; `None` if there is none that can be read.
    pub fn read(path: &Path) -> Option<Mark> {
        let mark = mark(path);
        let is_ours = mark.metadata().is_ok_and(|found| found.is_file() && found.len() <= MOST_BYTES);
        // Looked at and read as one file: a gateway that is at work puts a new one in its place.
        let mut file = is_ours.then(|| File::open(mark).ok())??;
        let found = file.metadata().ok()?;
        let mut text = String::new();
        file.read_to_string(&mut text).ok()?;
        let (reached, said) = (Reached::parse(&text)?, said_birth(&text));
        Some(Mark { reached, is_copied: said.zip(birth(&found)).is_some_and(|(said, born)| said != born) })
    }

    /// What is wrong with this database by the mark of its place; `None` if nothing is.
    pub fn compare(&self, conn: &Connection) -> Result<Option<PutByHand>> {
        let found = self.reached.compare(conn)?;
        Ok(found.or(self.is_copied.then_some(PutByHand::WithItsMark)))
    }
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

    /// Whether this database has not come so far, or came here on another way.
    fn compare(&self, conn: &Connection) -> Result<Option<PutByHand>> {
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

    fn parse(text: &str) -> Option<Reached> {
        let mut lines = text.lines().filter(|line| !line.starts_with('#'));
        lines.next().filter(|title| *title == TITLE)?;
        let database = lines.next()?.strip_prefix("database ")?.to_owned();
        let (seq, at) = lines.next()?.strip_prefix("event ")?.split_once(" at ")?;
        Some(Reached { database, seq: seq.parse().ok()?, at: at.parse().ok()? })
    }

    /// The content of a file that was born then.
    fn written(&self, born: Option<UnixMs>) -> String {
        let born = born.map_or_else(String::new, |born| format!("{BORN}{born}\n"));
        format!("{WORDS}{TITLE}\ndatabase {}\nevent {} at {}\n{born}", self.database, self.seq, self.at)
    }

    /// Puts the mark on disk beside the database at `path`, in the place of the one before. Blocks.
    pub(in crate::store) fn write(&self, path: &Path) -> Result<()> {
        let mark = mark(path);
        let folder = folder_of(&mark);
        let write = || -> io::Result<()> {
            // Created with mode 0600.
            let mut file = tempfile::Builder::new().prefix(".munja-reached-").tempfile_in(folder)?;
            let born = birth(&file.as_file().metadata()?);
            file.write_all(self.written(born).as_bytes())?;
            file.as_file().sync_all()?;
            file.persist(&mark)?;
            File::open(folder)?.sync_all()
        };
        write()
            .map_err(|error| StoreError::Unusable(format!("{} cannot be written: {error}", mark.display())))
    }
}

/// When a file was born, where its file system says so.
fn birth(of: &Metadata) -> Option<UnixMs> {
    let since = of.created().ok()?.duration_since(UNIX_EPOCH).ok()?;
    i64::try_from(since.as_millis()).ok()
}

/// When the file of a mark was born, as the mark says.
fn said_birth(text: &str) -> Option<UnixMs> {
    text.lines().find_map(|line| line.strip_prefix(BORN)?.parse().ok())
}

fn folder_of(mark: &Path) -> &Path {
    mark.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."))
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    #[test]
    fn a_mark_is_read_back_and_what_is_no_mark_is_none() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("munja.db");
        let read = || Mark::read(&path).map(|mark| mark.reached);
        assert_eq!(read(), None);
        let reached = Reached { database: "ab".to_owned(), seq: 12, at: -5 };
        for reached in [reached.clone(), Reached { database: String::new(), ..reached }] {
            reached.write(&path).unwrap();
            assert_eq!(Mark::read(&path), Some(Mark { reached, is_copied: false }));
        }
        let sound = fs::read_to_string(mark(&path)).unwrap();
        for damaged in
            ["".to_owned(), "\0\0\0".to_owned(), sound.replace("event 12", "event"), "x".repeat(5_000)]
        {
            fs::write(mark(&path), &damaged).unwrap();
            assert_eq!(read(), None, "{damaged}");
        }
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1, "nothing is left beside it");
    }

    #[test]
    fn a_mark_that_was_copied_or_written_over_is_no_mark_of_this_place() {
        let (folder, elsewhere) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
        let (path, kept) = (folder.path().join("munja.db"), elsewhere.path().join("munja.db"));
        let is_copied = |path: &Path| Mark::read(path).expect("a mark").is_copied;
        let reached = |seq| Reached { database: "ab".to_owned(), seq, at: 5 };
        reached(12).write(&path).unwrap();
        if birth(&mark(&path).metadata().unwrap()).is_none() {
            println!("not run: this file system keeps no birth of files");
            return;
        }
        // The clock of files ticks every few milliseconds.
        let born = |path: &Path| birth(&mark(path).metadata().unwrap());
        fs::copy(mark(&path), mark(&kept)).unwrap();
        while born(&kept) == born(&path) {
            fs::remove_file(mark(&kept)).unwrap();
            fs::copy(mark(&path), mark(&kept)).unwrap();
        }
        assert!(!is_copied(&path) && is_copied(&kept), "a folder that was copied");
        fs::rename(mark(&path), folder.path().join("moved")).unwrap();
        fs::rename(folder.path().join("moved"), mark(&path)).unwrap();
        fs::File::options().append(true).open(mark(&path)).unwrap().write_all(b"# looked at\n").unwrap();
        assert!(!is_copied(&path), "the same file all the same");
        reached(13).write(&path).unwrap();
        assert!(!is_copied(&path));
        // As `cp -a` does it where the files are still there.
        fs::write(mark(&path), fs::read(mark(&kept)).unwrap()).unwrap();
        assert!(is_copied(&path), "a folder that was written over");
        reached(14).write(&path).unwrap();
        assert!(!is_copied(&path), "renewed");
        // Of a version that knew no birth.
        fs::write(mark(&path), reached(14).written(None)).unwrap();
        assert!(!is_copied(&path));
    }
}

//! The files of a database beside their names: whether the open ones are still the ones at the path, and the marks that say
//! that a database was made there, and that it was found damaged.
//!
//! A file that is removed while it is open is written to as before, and gone with the process. So the writer compares after
//! each commit, before it answers: what was answered lies in a file that has a name.

use std::fs::{File, Metadata};
use std::io::Write;
use std::os::unix::fs::{MetadataExt, OpenOptionsExt};
use std::path::{Path, PathBuf};

use crate::store::{Result, StoreError};

/// A file, whatever its name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Id {
    device: u64,
    inode: u64,
}

impl Id {
    fn of(found: &Metadata) -> Id {
        Id { device: found.dev(), inode: found.ino() }
    }
}

/// The files that are open, with the names they were opened by.
pub(in crate::store) struct OpenFiles(Vec<(PathBuf, Id)>);

impl OpenFiles {
    /// The database at `path` and its log, just opened.
    pub(in crate::store) fn note(path: &Path) -> OpenFiles {
        let beside = ["-wal", "-shm"].map(|ending| beside(path, ending));
        let names = std::iter::once(path.to_owned()).chain(beside);
        OpenFiles(names.filter_map(|name| Some((name.clone(), Id::of(&name.metadata().ok()?)))).collect())
    }

    /// The first file that is not the open one any more, and what became of it. What cannot be looked at now is not gone.
    pub(in crate::store) fn lost(&self) -> Option<String> {
        self.0.iter().find_map(|(name, id)| match name.metadata() {
            Ok(found) if Id::of(&found) == *id => None,
            Ok(_) => Some(format!("{} was replaced by another file while it was in use", name.display())),
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
                Some(format!("{} was removed or renamed while it was in use", name.display()))
            }
            Err(_) => None,
        })
    }
}

/// The file with this ending beside a database. A symbolic link leads to the same one as the file itself.
pub fn beside(database: &Path, ending: &str) -> PathBuf {
    let mut name = real(database).into_os_string();
    name.push(ending);
    PathBuf::from(name)
}

/// Gives a new file the owner of the one whose place it takes, where there is one: a command that root calls must leave the service
/// what it needs.
pub(in crate::store) fn keep_owner(new: &File, old: &Path) -> std::io::Result<()> {
    let (Ok(old), new_is) = (old.metadata(), new.metadata()?) else {
        return Ok(());
    };
    if (old.uid(), old.gid()) == (new_is.uid(), new_is.gid()) {
        return Ok(());
    }
    std::os::unix::fs::fchown(new, Some(old.uid()), Some(old.gid()))
}

/// The file that a path leads to, also where it is not there any more.
fn real(path: &Path) -> PathBuf {
    if let Ok(real) = path.canonicalize() {
        return real;
    }
    match path.read_link() {
        Ok(target) => path.parent().unwrap_or(Path::new("")).join(target),
        Err(_) => path.to_owned(),
    }
}

fn made_mark(database: &Path) -> PathBuf {
    beside(database, ".made")
}

/// The mark of how far a database has come.
pub(in crate::store) fn reached_mark(database: &Path) -> PathBuf {
    beside(database, ".reached")
}

fn damaged_mark(database: &Path) -> PathBuf {
    beside(database, ".damaged")
}

/// Marks that a database was made here: from now on, a missing one is a lost one.
pub(in crate::store) fn mark_made(database: &Path) {
    const WORDS: &str = "A Munja database was made here. If it is missing, it is lost: put it or its last backup back.\n\
                         Remove this file only to begin with an empty database.\n";
    write_mark(&made_mark(database), WORDS);
}

/// Marks that damage was found: the next start examines the whole file, however large.
pub(in crate::store) fn mark_damaged(database: &Path) {
    write_mark(&damaged_mark(database), "Damage was found in this database. The next start examines it.\n");
}

pub(in crate::store) fn is_marked_damaged(database: &Path) -> bool {
    damaged_mark(database).exists()
}

pub(in crate::store) fn unmark_damaged(database: &Path) {
    drop(std::fs::remove_file(damaged_mark(database)));
}

/// Without the mark the gateway works as before.
fn write_mark(mark: &Path, words: &str) {
    let made = File::options().write(true).create_new(true).mode(0o600).open(mark);
    if let Ok(mut file) = made {
        drop(file.write_all(words.as_bytes()));
    }
}

/// Refuses to begin anew where a database was: it is lost, or its disk is not mounted, and a person has to put it back.
pub fn refuse_lost(database: &Path) -> Result<()> {
    refuse_dangling(database)?;
    // In this order: another process may be making it.
    let marks = [made_mark(database), reached_mark(database)].into_iter().filter(|mark| mark.exists());
    let log = Some(beside(database, "-wal"));
    let log = log.filter(|log| log.metadata().is_ok_and(|log| log.len() > 0));
    let witnesses: Vec<String> = marks.chain(log).map(|path| path.display().to_string()).collect();
    let is_here = database.metadata().is_ok_and(|found| found.len() > 0);
    if is_here || witnesses.is_empty() {
        return Ok(());
    }
    let (witnesses, shown) = (witnesses.join(", "), database.display());
    Err(StoreError::Unusable(format!(
        "{shown} is gone: there was one, as {witnesses} shows. Is its disk mounted? If it is, put the file or its last backup back. \
         Only to begin with an empty one, move {witnesses} away and run `munjad init --database-only`"
    )))
}

/// Refuses a link that leads nowhere: what is begun behind it would hide the database once the disk is mounted.
pub fn refuse_dangling(database: &Path) -> Result<()> {
    let is_there = || database.try_exists().unwrap_or(true);
    match database.read_link() {
        Ok(target) if !is_there() => {
            let (shown, target) = (database.display(), target.display());
            Err(StoreError::Unusable(format!(
                "{shown} is a link to {target}, which is not there: is its disk mounted (findmnt, mount -a)? If the link is wrong, mend it. \
                 Only to begin with an empty database, name {target} itself in database.path"
            )))
        }
        _ => Ok(()),
    }
}

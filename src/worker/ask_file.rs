//! The file of the asking marks, beside the database: which carriers that forget are being asked right now.
//!
//! It outlives the process, however that ends, because the system keeps what was written. A mark is written without waiting for
//! the disk. After a power cut the marks may therefore be wrong, and the file only says that the gateway had not stopped: it is
//! put on disk once, at the start, with the id of the machine's boot.

use std::fs::{self, File};
use std::io::{self, Write};
use std::os::unix::fs::{FileExt, OpenOptionsExt};
use std::path::{Path, PathBuf};

use crate::carrier::DRIVERS;

/// What a carrier is asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Asked {
    Texts,
    Receipts,
}

impl Asked {
    /// The word in the file.
    fn as_str(self) -> &'static str {
        match self {
            Asked::Texts => "texts",
            Asked::Receipts => "receipts",
        }
    }
}

/// A carrier, and what it is asked for: a line of the file.
pub(super) type Line = (&'static str, Asked);

/// Why an answer may be lost.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Why {
    /// The last run ended, or its loop did, while an answer was awaited or not stored yet.
    Killed,
    /// The machine stopped while the gateway ran.
    PowerCut,
    /// The file cannot be read.
    Damaged,
}

impl Why {
    /// For the operator.
    pub(super) fn reason(self) -> &'static str {
        match self {
            Why::Killed => {
                "the gateway ended, or its loop did, before the answer to its last question was stored"
            }
            Why::PowerCut => "the machine stopped while the gateway ran, perhaps before an answer was stored",
            Why::Damaged => {
                "the file that says whether an answer was awaited, beside the database, could not be read"
            }
        }
    }
}

/// A file of ours is far shorter.
const MOST_BYTES: u64 = 64 << 10;
const TITLE: &str = "munja asking 1";
const END: &str = "end";
const OPEN: &str = "asking";
/// As long as [`OPEN`], so that a file keeps its length.
const SHUT: &str = "idle--";

/// What the file of the last run says; `None` if that run stopped in good order.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum LastRun {
    Damaged,
    Ended { boot: String, lines: Vec<(Line, bool)> },
}

impl LastRun {
    /// Reads the file.
    pub(super) fn read(path: &Path) -> Option<LastRun> {
        match fs::metadata(path) {
            // Nothing else is waited for, and nothing large is read.
            Ok(found) if !found.is_file() || found.len() > MOST_BYTES => return Some(LastRun::Damaged),
            _ => {}
        }
        match fs::read_to_string(path) {
            Ok(text) => Some(LastRun::parse(&text)),
            Err(error) if error.kind() == io::ErrorKind::NotFound => None,
            Err(_) => Some(LastRun::Damaged),
        }
    }

    fn parse(text: &str) -> LastRun {
        let parsed = || {
            let mut lines = text.lines();
            let boot =
                lines.next().filter(|title| *title == TITLE).and(lines.next())?.strip_prefix("boot ")?;
            let lines: Vec<&str> = lines.collect();
            let (end, lines) = lines.split_last()?;
            let lines = lines.iter().map(|line| mark(line)).collect::<Option<Vec<_>>>()?;
            (*end == END).then(|| LastRun::Ended { boot: boot.to_owned(), lines })
        };
        parsed().unwrap_or(LastRun::Damaged)
    }

    /// What it may have lost, where the machine's boot is `boot` and these carriers forget what they hand over.
    pub(super) fn lost(self, boot: &str, known: &[Line]) -> Vec<(Line, Why)> {
        match self {
            LastRun::Damaged => known.iter().map(|line| (*line, Why::Damaged)).collect(),
            // Without an id nobody knows whether it is the same boot.
            LastRun::Ended { boot: last, lines } if last == boot && boot != NO_BOOT => {
                let open = lines.into_iter().filter(|(_, is_open)| *is_open);
                open.map(|(line, _)| (line, Why::Killed)).collect()
            }
            LastRun::Ended { lines, .. } => {
                lines.into_iter().map(|(line, _)| (line, Why::PowerCut)).collect()
            }
        }
    }
}

/// `infobip texts asking`
fn mark(line: &str) -> Option<(Line, bool)> {
    let mut words = line.split(' ');
    let name = words.next()?;
    let carrier = DRIVERS.iter().map(|driver| driver.name).find(|known| *known == name)?;
    let word = words.next()?;
    let asked = [Asked::Texts, Asked::Receipts].into_iter().find(|asked| asked.as_str() == word)?;
    let is_open = match words.next()? {
        OPEN => true,
        SHUT => false,
        _ => return None,
    };
    words.next().is_none().then_some(((carrier, asked), is_open))
}

fn written(boot: &str, lines: impl Iterator<Item = (Line, bool)>) -> String {
    let mut text = format!("{TITLE}\nboot {boot}\n");
    for ((carrier, asked), is_open) in lines {
        text += &format!("{carrier} {} {}\n", asked.as_str(), if is_open { OPEN } else { SHUT });
    }
    text + END + "\n"
}

/// The file of this run.
#[derive(Debug)]
pub(super) struct AskFile {
    path: PathBuf,
    boot: String,
    file: File,
}

impl AskFile {
    /// Puts it on disk in the place of the one of the last run.
    pub(super) fn create(
        path: &Path,
        boot: String,
        lines: impl Iterator<Item = (Line, bool)>,
    ) -> io::Result<AskFile> {
        let new = path.with_extension("asking-new");
        // One that a killed start has left, or a link that somebody has laid there.
        drop(fs::remove_file(&new));
        let mut file = File::options().create_new(true).write(true).mode(0o600).open(&new)?;
        file.write_all(written(&boot, lines).as_bytes())?;
        file.sync_all()?;
        fs::rename(&new, path)?;
        sync_folder(path)?;
        Ok(AskFile { path: path.to_owned(), boot, file })
    }

    /// Writes the marks, in one call: a process that is killed leaves these or the ones before.
    pub(super) fn write(&self, lines: impl Iterator<Item = (Line, bool)>) -> io::Result<()> {
        self.file.write_all_at(written(&self.boot, lines).as_bytes(), 0)
    }

    pub(super) fn path(&self) -> &Path {
        &self.path
    }
}

/// Takes the file away; one that is not there is no error.
pub(super) fn remove(path: &Path) -> io::Result<()> {
    match fs::remove_file(path) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
        Err(_) => Ok(()),
        Ok(()) => sync_folder(path),
    }
}

fn sync_folder(path: &Path) -> io::Result<()> {
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty());
    File::open(folder.unwrap_or(Path::new(".")))?.sync_all()
}

/// Stands in the file where the system gives its boots no id.
const NO_BOOT: &str = "unknown";

/// The id of the machine's boot.
pub(super) fn boot_id() -> String {
    let id = fs::read_to_string("/proc/sys/kernel/random/boot_id").unwrap_or_default();
    let id = id.trim();
    if id.is_empty() || id.contains(char::is_whitespace) { NO_BOOT.to_owned() } else { id.to_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;

    const KNOWN: [Line; 2] = [("infobip", Asked::Texts), ("infobip", Asked::Receipts)];

    fn text(open: [bool; 2]) -> String {
        written("boot-1", KNOWN.into_iter().zip(open))
    }

    #[test]
    fn what_the_last_run_may_have_lost() {
        let why = |text: &str, boot: &str| {
            let lost = LastRun::parse(text).lost(boot, &KNOWN);
            lost.into_iter().map(|((_, asked), why)| (asked.as_str(), why)).collect::<Vec<_>>()
        };
        let both = |why| vec![("texts", why), ("receipts", why)];
        assert_eq!(why(&text([false, false]), "boot-1"), []);
        assert_eq!(why(&text([true, false]), "boot-1"), [("texts", Why::Killed)]);
        assert_eq!(why(&text([true, true]), "boot-1"), both(Why::Killed));
        assert_eq!(why(&text([false, false]), "boot-2"), both(Why::PowerCut), "the marks may not be on disk");
        let no_id = text([false, false]).replace("boot-1", NO_BOOT);
        assert_eq!(why(&no_id, NO_BOOT), both(Why::PowerCut));
        let whole = text([false, false]);
        for damaged in [
            "".to_owned(),
            "\0\0\0\0".to_owned(),
            whole.replace(END, ""),
            whole.replace("asking 1", "asking 2"),
            whole.replace("infobip texts", "pigeon texts"),
            whole.replace("idle--", "idle"),
        ] {
            assert_eq!(why(&damaged, "boot-1"), both(Why::Damaged), "{damaged}");
        }
    }

    #[test]
    fn the_marks_keep_the_length_of_the_file() {
        assert_eq!(text([true, false]).len(), text([false, false]).len());
    }
}

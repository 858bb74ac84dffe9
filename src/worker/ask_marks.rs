//! Marks of questions to carriers that forget a text, or a receipt, when they hand it over: what was answered and is not stored
//! yet, nobody can read again. A mark is set before the question and taken away when nothing of the answer can be lost any more.
//!
//! | the moment                                              | the mark  | what follows                                    |
//! |---------------------------------------------------------|-----------|-------------------------------------------------|
//! | between two questions                                   | idle      | nothing, however the process ends               |
//! | asked, until the answer is stored                       | asking    | the next start, or the loop itself if only that panicked, says that an answer may be lost |
//! | no answer, and it may have held something               | asking    | it is said at once; idle when that is on disk   |
//! | refused, or not reached: nothing was handed over        | idle      | nothing                                         |
//! | told to stop, and the database does not take the answer | asking    | the next start says it                          |
//! | a stop in good order                                    | no file   | nothing                                         |
//! | the machine stops                                       | (unknown) | the next start says that an answer may be lost  |
//!
//! Texts that may be lost are told until an operator has looked into it ([`Store::note_possible_loss`]). Receipts get a line in
//! the log only: each text without one is asked about by itself.

use std::collections::BTreeMap;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

use super::ask_file::{AskFile, Asked, LastRun, Line, Why, boot_id, remove};
use super::carriers::Carriers;
use crate::carrier::{InboundClass, ReportClass};
use crate::domain::UnixMs;
use crate::store::{Result, Store};

/// The marks of this run. By default in memory only.
#[derive(Debug, Default)]
pub struct AskMarks(Mutex<Marks>);

#[derive(Debug, Default)]
struct Marks {
    are_open: BTreeMap<Line, bool>,
    file: Option<AskFile>,
    /// It was said that the file cannot be written.
    is_failing: bool,
}

impl Marks {
    fn lines(&self) -> impl Iterator<Item = (Line, bool)> {
        self.are_open.iter().map(|(line, is_open)| (*line, *is_open))
    }

    fn write(&mut self) {
        let Some(file) = &self.file else { return };
        let (path, written) = (file.path().display().to_string(), file.write(self.lines()));
        let was_failing = std::mem::replace(&mut self.is_failing, written.is_err());
        match written {
            Err(error) if !was_failing => tell_unwritable(&path, &error),
            Ok(()) if was_failing => tracing::info!(path, "the marks of questions can be written again"),
            _ => {}
        }
    }
}

fn tell_unwritable(path: &str, error: &io::Error) {
    tracing::warn!(
        path,
        "the marks of questions cannot be written to {path} ({error}): if the gateway is killed while a carrier that forgets \
         answers it, the next start will not know. Free space there, and let this user write"
    );
}

impl AskMarks {
    /// Says what the last run may have lost, and begins the file of this run at `path`. To be called before the first question.
    /// A file that cannot be read or written is said, and stops nothing; an error is the database's.
    pub async fn begin(store: &Store, carriers: &Carriers, path: &Path, now: UnixMs) -> Result<AskMarks> {
        let (boot, known) = (boot_id(), forgetting(carriers));
        if let Some(last) = LastRun::read(path) {
            if last == LastRun::Damaged {
                tracing::error!(
                    path = %path.display(),
                    "the marks of the last run's questions cannot be read; the file is made anew"
                );
            }
            for ((carrier, asked), why) in last.lost(&boot, &known) {
                match asked {
                    Asked::Texts => note_lost_texts(store, carrier, why.reason(), now).await?,
                    Asked::Receipts => tell_lost_receipts(carrier, why),
                }
            }
        }
        let are_open: BTreeMap<Line, bool> = known.into_iter().map(|line| (line, false)).collect();
        let mut marks = Marks { are_open, ..Marks::default() };
        match marks.are_open.is_empty() {
            true => drop(remove(path)),
            false => match AskFile::create(path, boot, marks.lines()) {
                Ok(file) => marks.file = Some(file),
                Err(error) => tell_unwritable(&path.display().to_string(), &error),
            },
        }
        Ok(AskMarks(Mutex::new(marks)))
    }

    fn locked<T>(&self, with: impl FnOnce(&mut Marks) -> T) -> T {
        with(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// Sets the mark; returns whether it was set already: the answer to the question before was not stored.
    pub(super) fn set(&self, line: Line) -> bool {
        self.change(line, true)
    }

    /// Whether the mark is set.
    pub(super) fn is_set(&self, line: Line) -> bool {
        self.locked(|marks| marks.are_open.get(&line).copied().unwrap_or(false))
    }

    /// Takes the mark away: nothing of the answer can be lost any more.
    pub(super) fn clear(&self, line: Line) {
        self.change(line, false);
    }

    fn change(&self, line: Line, is_open: bool) -> bool {
        self.locked(|marks| {
            let was_open = marks.are_open.get(&line).copied().unwrap_or(false);
            if was_open != is_open {
                marks.are_open.insert(line, is_open);
                marks.write();
            }
            was_open
        })
    }

    /// After the last answer: takes the file away, unless an answer is lost that the next start has to tell of.
    pub fn end(&self) {
        let path: Option<PathBuf> = self.locked(|marks| {
            let is_settled = !marks.are_open.values().any(|is_open| *is_open);
            marks.file.as_ref().filter(|_| is_settled).map(|file| file.path().to_owned())
        });
        let Some(path) = path else { return };
        if let Err(error) = remove(&path) {
            tracing::warn!("the marks of questions cannot be taken away; remove {}: {error}", path.display());
        }
    }
}

/// The questions whose answers nobody can read again.
fn forgetting(carriers: &Carriers) -> Vec<Line> {
    let mut lines = Vec::new();
    for carrier in carriers.all() {
        let caps = carrier.caps();
        if caps.inbound == InboundClass::ReadOnce && carriers.receives(carrier.name()) {
            lines.push((carrier.name(), Asked::Texts));
        }
        if caps.reports == ReportClass::ReadOnce && carriers.sends(carrier.name()).is_some() {
            lines.push((carrier.name(), Asked::Receipts));
        }
    }
    lines
}

/// Tells the operator, until they acknowledge it, that texts may be lost.
pub(super) async fn note_lost_texts(
    store: &Store,
    carrier: &'static str,
    reason: &str,
    now: UnixMs,
) -> Result<()> {
    store.note_possible_loss(carrier, reason.to_owned(), now).await?;
    tracing::error!(
        carrier,
        "texts may be lost: {carrier} forgets what it hands over, and its answer did not come whole or was not stored ({reason}). \
         Look at the carrier's own list, then: munjad carrier acknowledge {carrier}"
    );
    Ok(())
}

/// Says that receipts may be lost.
pub(super) fn tell_lost_receipts(carrier: &'static str, why: Why) {
    tracing::warn!(
        carrier,
        "receipts may be lost: {carrier} forgets what it hands over ({}). Each text without one is asked about by itself",
        why.reason()
    );
}

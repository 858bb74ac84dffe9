//! The database, in SQLite. No other module contains SQL. Methods are use-cases: domain types in, domain types out, each
//! one transaction. When a method has returned, its effect is on disk (`synchronous=FULL`).
//!
//! One connection writes, with group commit (`engine/write`); a few connections read. Folders: `engine` (SQLite itself),
//! `inbound`, `outbound`, `conversation`, `alarm`, `people`, `photo`, `journal`, `privacy`, `figures`,
//! `search`; `status` and `board` count.

mod alarm;
mod backup;
mod board;
mod bulletin;
mod clock;
mod conversation;
mod edited_list;
mod engine;
mod figures;
mod gauges;
mod inbound;
mod journal;
mod outbound;
mod people;
mod photo;
mod privacy;
mod recovery;
mod search;
mod status;
#[cfg(test)]
mod tests;

use std::fs::File;
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, Instant};

use rusqlite::config::DbConfig;
use rusqlite::{Connection, OpenFlags, ffi};
use tokio::sync::{Notify, watch};

pub use alarm::{AlarmPush, CalledAlarm, OpenTrouble};
pub use backup::{
    Contents, Examined, Recrypted, RecryptedCopies, TableSize, Trouble, copy_database, examine_copy,
    has_key_of_copy, keep_photo, newest_text_at, open_photo, photo_as_it_lies, photo_content, place,
    refuse_occupied,
};
pub use board::{BoardDanger, BoardDay, BoardHeld, BoardNow, BoardOpened, BoardQueue};
pub use bulletin::{BegunBulletin, BulletinRow};
pub use conversation::drafts::{Draft, Writer, WrittenDraft};
pub use conversation::list::{ConversationDetail, ConversationFilter, ConversationSummary, ListPage};
pub use conversation::marked::{LeftOut, Mark, Marked};
pub use conversation::messages::Message;
pub use conversation::notes::Note;
pub use conversation::place::ListPlace;
pub use conversation::survey::Survey;
pub use conversation::timers::{Round, Timed};
pub use edited_list::{ListStored, ListVersion, NewListVersion, WordsTried};
pub use engine::cipher::{Opens, begins_plain, is_plain, opens, seems_encrypted};
use engine::condition::Condition;
pub use engine::files::{beside, refuse_dangling, refuse_lost};
pub use engine::migrate::{SCHEMA_VERSION, Upgraded};
pub use engine::probe::is_locked;
pub use engine::pseudonym_key::key_file;
pub use engine::reached::Reached;
use engine::{cipher, files, installation, migrate, pseudonym_key, read, write};
pub use figures::closed::ClosedMonth;
pub use figures::histories::{FiguresOf, MeaningOf};
pub use figures::quotes::Quotes;
pub use gauges::{Gauges, OpenDangers, WaitingGroup};
pub use inbound::inbox::{AcceptedPage, Routed};
pub use inbound::loss::PossibleLoss;
pub use inbound::quarantine::Quarantined;
pub use journal::access::NewAccess;
pub use journal::access_read::{AccessCheck, AccessFilter, FoundBreak, HeadFiles};
pub use journal::announce::Announcement;
pub use journal::event::Event;
pub use outbound::first::{FirstTo, NewFirst};
pub use outbound::lease::{Lease, Leased};
pub use outbound::new_reply::{NewReply, ReplyPhotos, WrittenReply};
pub use outbound::outcome::Outcome;
pub use outbound::recall_all::RecalledAll;
pub use outbound::receipt::Applied;
pub use outbound::reconcile::{InDoubt, LookupResult, Unreceipted};
pub use outbound::sent::{Compared, Direction};
pub use people::account::{AccountInfo, Grant};
pub use people::counselor::NewCounselor;
pub use people::exception::DeskException;
pub use people::history::AccountChanged;
pub use people::log_in::{LogIn, LoginCheck};
pub use people::presence::Colleague;
pub use people::review::{MarkSum, NewReview, Review, ReviewSearch, Reviewable};
pub use people::service_token::{SERVICE_TOKEN_PREFIX, ServiceToken};
pub use people::session::{Bearer, Ending, PasswordMark, SessionInfo};
pub use people::wishes::CitizenWish;
pub use photo::{Hash, KeptAs, PhotoInfo, SoundFile, WantedPhoto};
pub use privacy::Act;
pub use privacy::below::copies_about;
pub use privacy::erase::{Erased, Erasure, Obstacles};
pub use privacy::erased_file::{
    erased_file, keep_erased, newest_erasure, newest_erasure_beside, unreadable_erasures,
};
pub use privacy::forget::Forgotten;
pub use privacy::gone::may_begin;
pub use privacy::hold::{HeldWhat, LegalHold};
pub use privacy::honour::Honoured;
pub use privacy::others::{OtherFile, OtherFinding, find_others};
pub use privacy::purge::{PurgePlace, PurgeRun, PurgeStep, Purged};
pub use privacy::reasons::OldReasons;
pub use privacy::subject::{PastAct, Subject, SubjectConversation};
pub use privacy::traces::{Trace, files_of, find_traces};
pub use recovery::{BegunRecovery, FoundTexts, Recovery, RecoveryList, RecoveryLook, ReplacedCopy};
pub use search::{SearchFilter, SearchHit, SearchPage, SimilarAnswer, SoughtCitizen};
pub use status::{Balance, Counts};

use crate::domain::data_key::DataKeys;
use crate::domain::pseudonym::PseudonymKey;
use crate::domain::refusal::Refusal;

/// How often [`Store::empty_log_in_time`] tries, and how long it waits in between.
const LOG_TRIES: u32 = 50;
const BETWEEN_LOG_TRIES: Duration = Duration::from_millis(100);

/// Result of a rule: done, or refused with nothing changed.
pub type Decided<T> = std::result::Result<T, Refusal>;

/// Why the store failed. Holds no text and no phone number.
#[derive(Debug, Clone, thiserror::Error)]
pub enum StoreError {
    #[error("it does not exist")]
    NotFound,
    #[error("it was changed meanwhile: {0}")]
    Conflict(String),
    #[error("the database is locked by another process")]
    Busy,
    #[error("the disk is full")]
    Full,
    #[error("the database cannot be written to: it or its folder is read-only")]
    ReadOnly,
    #[error("the database file is damaged: {0}")]
    Corrupt(String),
    #[error("{0}")]
    Unusable(String),
    /// A write did not reach the disk. The process has to restart from the file.
    #[error("the disk failed while writing")]
    DiskFailed,
    /// The open file is not at its path any more: what is written there is gone with the process.
    #[error("{0}")]
    FileLost(String),
    #[error("database: {0}")]
    Sqlite(Arc<rusqlite::Error>),
    #[error("a database task ended unexpectedly")]
    Crashed,
}

impl StoreError {
    /// What an operator does about an error that only a new start can mend.
    pub fn remedy(&self) -> Option<&'static str> {
        match self {
            StoreError::DiskFailed => Some("check the disk, then start again from the file"),
            StoreError::FileLost(_) => Some(
                "put the file or its copy back to where it was, and find out who moved it; then start again",
            ),
            StoreError::Corrupt(_) => Some(
                "stop the gateway and put back the last backup, or save what can be read: sqlite3 FILE .recover",
            ),
            _ => None,
        }
    }

    /// The disk or the lock caused the error, not the data. The same write may succeed later.
    pub fn is_of_the_disk(&self) -> bool {
        match self {
            StoreError::Busy
            | StoreError::Full
            | StoreError::ReadOnly
            | StoreError::DiskFailed
            | StoreError::FileLost(_) => true,
            StoreError::Sqlite(error) => error.sqlite_error().is_some_and(|e| {
                let code = e.extended_code & 0xff;
                matches!(
                    code,
                    ffi::SQLITE_IOERR | ffi::SQLITE_NOMEM | ffi::SQLITE_CANTOPEN | ffi::SQLITE_PROTOCOL
                )
            }),
            _ => false,
        }
    }
}

impl From<rusqlite::Error> for StoreError {
    fn from(error: rusqlite::Error) -> Self {
        if matches!(error, rusqlite::Error::QueryReturnedNoRows) {
            return StoreError::NotFound;
        }
        let Some(code) = error.sqlite_error().map(|e| e.extended_code) else {
            return StoreError::Sqlite(Arc::new(error));
        };
        match (code & 0xff, code) {
            (_, ffi::SQLITE_IOERR_FSYNC | ffi::SQLITE_IOERR_DIR_FSYNC) => StoreError::DiskFailed,
            (ffi::SQLITE_BUSY | ffi::SQLITE_LOCKED, _) => StoreError::Busy,
            (ffi::SQLITE_FULL, _) => StoreError::Full,
            (ffi::SQLITE_READONLY, _) => StoreError::ReadOnly,
            (ffi::SQLITE_CORRUPT | ffi::SQLITE_NOTADB, _) => StoreError::Corrupt(short_reason(&error)),
            _ => StoreError::Sqlite(Arc::new(error)),
        }
    }
}

/// The first line of SQLite's message about a damaged file; it names pages, never contents.
fn short_reason(error: &rusqlite::Error) -> String {
    let whole = error.to_string();
    whole.lines().next().unwrap_or("unknown damage").chars().take(120).collect()
}

pub type Result<T> = std::result::Result<T, StoreError>;

/// When a commit counts as done. `Normal` loses texts in a power cut; it exists only to measure the cost of `Full`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Synchronous {
    Full,
    Normal,
}

/// What opening does with a file of an older version. A newer file is always refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SchemaPolicy {
    /// Refuse it and leave it untouched.
    MustMatch,
    /// Copy it, then upgrade it. The caller must hold the daemon's lock: an older daemon may be using the file.
    Upgrade,
}

/// How to open a database.
#[derive(Debug, Clone)]
pub struct StoreOptions {
    pub synchronous: Synchronous,
    /// Concurrent writers share commits. Off only to measure the gain.
    pub group_commit: bool,
    /// Create the file if it does not exist.
    pub create: bool,
    pub schema: SchemaPolicy,
    /// Change nothing, in the file or beside it: every write fails with [`StoreError::ReadOnly`].
    pub read_only: bool,
    pub busy_timeout: Duration,
    /// The keys of a database that is encrypted; the one in use is each connection's first statement.
    pub keys: DataKeys,
}

impl Default for StoreOptions {
    fn default() -> Self {
        StoreOptions {
            synchronous: Synchronous::Full,
            group_commit: true,
            create: true,
            schema: SchemaPolicy::MustMatch,
            read_only: false,
            busy_timeout: Duration::from_secs(5),
            keys: DataKeys::none(),
        }
    }
}

/// Wake-ups after a commit. They are only hints: a worker reads the database when woken, and also from time to time
/// without a hint.
#[derive(Debug)]
pub struct Hints {
    /// Texts wait for the router.
    pub text_in: Notify,
    /// Texts wait for the sender, or a text that blocked others has moved on.
    pub text_out: Notify,
    /// Photos wait to be fetched.
    pub photo_in: Notify,
    /// Something was committed; there may be events.
    pub commit: watch::Sender<u64>,
}

/// The database. Cheap to clone; closed when the last clone is dropped.
#[derive(Clone)]
pub struct Store {
    writer: Arc<write::Writer>,
    readers: Arc<read::Readers>,
    condition: Arc<Condition>,
    log_ins: Arc<people::log_in::LogIns>,
    hints: Arc<Hints>,
    files: Arc<photo::Files>,
    pseudonyms: PseudonymKey,
    has_its_key: bool,
    path: PathBuf,
}

impl Store {
    /// Opens the database at `path`; creates or upgrades it only if `options` say so. Blocks. Refuses a file that is
    /// damaged, not a database, not Munja's, or of another version; the error names the file.
    pub fn open(path: &Path, options: &StoreOptions) -> Result<Store> {
        let options = &settled(path, options)?;
        if options.create && !path.exists() {
            may_begin(path, &options.keys)?;
        }
        let (connection, readers) = open_all(path, options).map_err(|error| naming(path, error))?;
        // A key is made with the database, and never beside one that has had another.
        let is_new = !options.read_only && !installation::has_had_a_key(&connection)?;
        if is_new {
            may_begin(path, &options.keys)?;
        }
        let pseudonyms = pseudonym_key::read_or_make(path, is_new, &options.keys)?;
        let has_its_key = installation::has_its_key(&connection, &pseudonyms, !options.read_only)?;
        let hints = Arc::new(Hints {
            text_in: Notify::new(),
            text_out: Notify::new(),
            photo_in: Notify::new(),
            commit: watch::Sender::new(0),
        });
        let condition = Arc::new(Condition::of(path, !options.read_only));
        let readers = Arc::new(read::Readers::new(readers, Arc::clone(&condition)));
        let files = Arc::new(photo::Files::beside(path, options.keys.clone()));
        let parts = (Arc::clone(&condition), Arc::clone(&hints));
        let writer = Arc::new(write::Writer::new(connection, path, options, parts.0, parts.1));
        let (log_ins, path) = (Arc::default(), path.to_owned());
        Ok(Store { writer, readers, condition, log_ins, hints, files, pseudonyms, has_its_key, path })
    }

    /// Upgrades the database at `path` and closes it. Blocks. The caller must hold the daemon's lock.
    pub fn upgrade(path: &Path, keys: &DataKeys) -> Result<Upgraded> {
        let options = StoreOptions {
            create: false,
            schema: SchemaPolicy::Upgrade,
            keys: cipher::settle(path, keys)?,
            ..StoreOptions::default()
        };
        let (_, upgraded) = open_writer(path, &options).map_err(|error| naming(path, error))?;
        Ok(upgraded)
    }

    /// The keys it was opened with, the one in use first.
    pub fn data_keys(&self) -> &DataKeys {
        self.writer.keys()
    }

    pub fn path(&self) -> &Path {
        &self.path
    }

    /// The key by which citizens are named where their numbers must not stand.
    pub fn pseudonyms(&self) -> &PseudonymKey {
        &self.pseudonyms
    }

    /// Whether that is the key which the database was begun with. With another one, who saw a citizen before is not found.
    pub fn has_its_pseudonym_key(&self) -> bool {
        self.has_its_key
    }

    pub fn hints(&self) -> &Hints {
        &self.hints
    }

    /// Resolves once nothing can be written any more, with the reason: only a new start helps, if anything does.
    pub async fn failed(&self) -> StoreError {
        self.condition.failed().await
    }

    /// Why the gateway is of no use to anybody, if it is: nothing can be written, now or ever, or the file is damaged.
    pub fn is_unsound(&self) -> Option<StoreError> {
        let damage = || self.condition.damage().map(|reason| StoreError::Corrupt(reason.to_owned()));
        self.condition.failure().or_else(damage).or_else(|| self.condition.refusal())
    }

    /// How many log-ins were refused since the start.
    pub fn n_log_ins_refused(&self) -> u64 {
        self.log_ins.n_refused()
    }

    /// Compares the open files with those at the path, as each commit does: for times without one.
    pub fn check_files(&self) -> Result<()> {
        self.condition.check_files()
    }

    /// Writes all that is committed into a new file beside the database, also where the open files have no name any more;
    /// returns its path.
    pub async fn save_copy(&self, ending: &str) -> Result<PathBuf> {
        let (writer, copy) = (Arc::clone(&self.writer), files::beside(&self.path, ending));
        let task = tokio::task::spawn_blocking(move || writer.save_copy(&copy).map(|()| copy));
        task.await.unwrap_or(Err(StoreError::Crashed))
    }

    /// What stands for a carrier's key of an erased text (`domain::inbound::erased`).
    pub fn erased_key(&self, carrier: &str, key: &str) -> String {
        privacy::erased_key(&self.pseudonyms, carrier, key)
    }

    /// Folds the whole log into the database file and empties it. Says whether that was done: a reader of an older state, in any
    /// process, prevents it.
    pub async fn empty_log(&self) -> Result<bool> {
        self.writer.empty_log().await
    }

    /// As [`Store::empty_log`], for up to five seconds: most readers of an older state are in the way for a moment.
    pub async fn empty_log_in_time(&self) -> Result<bool> {
        for _ in 0..LOG_TRIES {
            if self.empty_log().await? {
                return Ok(true);
            }
            tokio::time::sleep(BETWEEN_LOG_TRIES).await;
        }
        Ok(false)
    }

    /// Writes the whole database file anew, so that no page holds what was removed before. All writers wait meanwhile.
    pub async fn rewrite(&self) -> Result<()> {
        self.writer.rewrite().await
    }

    /// Copies the log into the database file, so that the next start is quick.
    pub async fn checkpoint(&self) -> Result<()> {
        self.writer.checkpoint().await
    }
}

/// The options with the key in use that opens the file.
fn settled(path: &Path, options: &StoreOptions) -> Result<StoreOptions> {
    Ok(StoreOptions { keys: cipher::settle(path, &options.keys)?, ..options.clone() })
}

fn open_all(path: &Path, options: &StoreOptions) -> Result<(Connection, Vec<Connection>)> {
    if options.read_only {
        prepare_file(path, false)?;
        let connection = connect_read_only(path, options)?;
        migrate::must_match(&connection, path)?;
        let readers = read::Readers::connect(|| connect_read_only(path, options))?;
        return Ok((connection, readers));
    }
    let (connection, _) = open_writer(path, options)?;
    let readers = read::Readers::connect(|| connect(path, options, false))?;
    files::mark_made(path);
    Ok((connection, readers))
}

/// Opens the write connection, on a file of the current version.
fn open_writer(path: &Path, options: &StoreOptions) -> Result<(Connection, Upgraded)> {
    prepare_file(path, options.create)?;
    if options.schema == SchemaPolicy::MustMatch {
        refuse_untouched(path, options)?;
    }
    let mut connection = connect(path, options, true)?;
    // SQLite opens a write-protected file read-only and reports it at the first write, which is too late.
    if connection.is_readonly("main")? {
        return Err(StoreError::ReadOnly);
    }
    let current = Upgraded { from: SCHEMA_VERSION, to: SCHEMA_VERSION, copies: Vec::new() };
    let upgraded = match options.schema {
        SchemaPolicy::Upgrade => migrate::bring_up_to_date(&mut connection, path)?,
        SchemaPolicy::MustMatch => {
            migrate::match_or_create(&mut connection, path, options.create)?;
            current
        }
    };
    set_journal(&connection, options.busy_timeout)?;
    Ok((connection, upgraded))
}

/// Refuses a file of another version before a write connection opens it: closing one would fold the log that an older
/// program left into the file. Other read errors are left to the write connection, which reports them.
fn refuse_untouched(path: &Path, options: &StoreOptions) -> Result<()> {
    match connect_read_only(path, options)
        .and_then(|connection| migrate::refuse_other_version(&connection, path))
    {
        Err(error @ StoreError::Unusable(_)) => Err(error),
        _ => Ok(()),
    }
}

/// Creates the file with mode 0600 (SQLite gives the files beside it the same mode). Without `create`, an empty file is
/// refused: a full disk or a failed copy left it, and SQLite would silently start a new database in it.
fn prepare_file(path: &Path, create: bool) -> Result<()> {
    if create {
        files::refuse_lost(path)?;
        // A file that cannot be created cannot be opened either; SQLite reports why.
        drop(File::options().write(true).create_new(true).mode(0o600).open(path));
        return Ok(());
    }
    match path.metadata() {
        Ok(found) if found.is_dir() => Err(StoreError::Unusable(format!("{} is a folder", path.display()))),
        Ok(found) if found.is_file() && found.len() == 0 => Err(StoreError::Unusable(format!(
            "{} is empty: if it ever held texts, put back the last backup; else remove it and run `munjad init`",
            path.display()
        ))),
        _ => Ok(()),
    }
}

/// Opens one connection with the pragmas of this service.
fn connect(path: &Path, options: &StoreOptions, may_write: bool) -> Result<Connection> {
    let mut flags = OpenFlags::SQLITE_OPEN_NO_MUTEX | OpenFlags::SQLITE_OPEN_READ_WRITE;
    if may_write && options.create {
        flags |= OpenFlags::SQLITE_OPEN_CREATE;
    }
    let connection = cipher::open(path, flags, &options.keys)?;
    connection.busy_timeout(options.busy_timeout)?;
    connection.set_prepared_statement_cache_capacity(128);
    // Room for the pages that a busy hour writes to; the default of 2 MB keeps reading them again.
    connection.pragma_update(None, "cache_size", if may_write { -16_000 } else { -4_000 })?;
    // Plans must not depend on bound values, or SQLite prepares many statements again at each run.
    connection.set_db_config(DbConfig::SQLITE_DBCONFIG_ENABLE_QPSG, true)?;
    let synchronous = match options.synchronous {
        Synchronous::Full => "FULL",
        Synchronous::Normal => "NORMAL",
    };
    connection.pragma_update(None, "foreign_keys", "ON")?;
    connection.pragma_update(None, "secure_delete", "ON")?;
    connection.pragma_update(None, "synchronous", synchronous)?;
    if !may_write {
        connection.pragma_update(None, "query_only", "ON")?;
    }
    Ok(connection)
}

/// Opens one connection that changes nothing, in the file or beside it.
fn connect_read_only(path: &Path, options: &StoreOptions) -> Result<Connection> {
    let (uri, flags) = cipher::read_only(path);
    let connection = cipher::open(Path::new(&uri), flags, &options.keys)?;
    connection.busy_timeout(options.busy_timeout)?;
    connection.pragma_update(None, "query_only", "ON")?;
    Ok(connection)
}

/// Asks for a journal mode and returns the one that holds. SQLite itself does not wait here while another connection opens or closes
/// the file, and nothing tells when it has: it is asked again until `patience` is over.
fn journal_mode(connection: &Connection, wanted: &str, patience: Duration) -> Result<String> {
    let ask = || connection.query_row(&format!("PRAGMA journal_mode = {wanted}"), [], |row| row.get(0));
    let began = Instant::now();
    loop {
        match ask().map_err(StoreError::from) {
            Err(StoreError::Busy) if began.elapsed() < patience => {
                std::thread::sleep(Duration::from_millis(5));
            }
            answer => return answer,
        }
    }
}

/// Switches to WAL without automatic checkpoints: [`mod@write`] makes them beside the writer.
fn set_journal(connection: &Connection, patience: Duration) -> Result<()> {
    let mode = journal_mode(connection, "WAL", patience)?;
    if mode != "wal" {
        return Err(StoreError::Unusable(format!(
            "this file system cannot keep a write-ahead log (mode {mode})"
        )));
    }
    connection.pragma_update(None, "wal_autocheckpoint", 0)?;
    connection.pragma_update_and_check(None, "journal_size_limit", write::LOG_IS_LONG, |_| Ok(()))?;
    Ok(())
}

/// Adds the path to an error of opening.
fn naming(path: &Path, error: StoreError) -> StoreError {
    let error = cipher::explained(path, error);
    let path = path.display();
    match error {
        StoreError::Sqlite(inner) => StoreError::Unusable(format!("cannot open {path}: {inner}")),
        StoreError::Corrupt(reason) => StoreError::Corrupt(format!("{path}: {reason}")),
        StoreError::ReadOnly => {
            StoreError::Unusable(format!("{path} cannot be written to: it or its folder is read-only"))
        }
        other => other,
    }
}

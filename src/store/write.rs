//! The one connection that writes, and group commit: whoever gets it runs every write that waits in one transaction,
//! one savepoint each, and answers all after the COMMIT. A write that fails undoes itself alone; a COMMIT that fails
//! fails all of them. Nothing is answered before it is on disk.

use std::collections::VecDeque;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use rusqlite::Connection;
use tokio::sync::{Notify, oneshot};

use super::{Hints, Result, Store, StoreError, StoreOptions, connect};

/// Writes that share one commit at most.
const MAX_BATCH: usize = 256;
/// Look at the log's length after this many commits.
const LOOK_EVERY: u32 = 64;
/// From this length on (bytes) the log is copied into the file beside the writer, then begun anew and cut.
pub(super) const LOG_IS_LONG: u32 = 8 << 20;
/// Writers wait for all of the copying from this length on.
const LOG_IS_TOO_LONG: u64 = 128 << 20;
/// They wait for readers of an old state at most this long (a copy being made may read for minutes); then the next look.
const LOG_PATIENCE: Duration = Duration::from_millis(20);

/// Tells the one who waits, once the commit is decided.
type Answer = Box<dyn FnOnce(Result<()>) + Send>;
/// One write: runs on the connection, or learns why it cannot; says how it went.
type Job = Box<dyn FnOnce(Result<&Connection>) -> (Result<()>, Answer) + Send>;

pub(super) struct Writer {
    connection: Mutex<Connection>,
    queue: Mutex<Queue>,
    path: PathBuf,
    options: StoreOptions,
    log: PathBuf,
    n_commits: AtomicU32,
    checkpointing: AtomicBool,
    /// Most of the log stands in the file: what is left is quickly done.
    is_copied: AtomicBool,
    failed: AtomicBool,
    on_failed: Notify,
    hints: Arc<Hints>,
}

struct Queue {
    jobs: VecDeque<Job>,
    /// A thread is at work and will see what is added.
    has_leader: bool,
}

impl Store {
    /// Runs `job` in a transaction, perhaps shared; returns after the COMMIT.
    pub(super) async fn write<T, F>(&self, job: F) -> Result<T>
    where
        T: Send + 'static,
        F: FnOnce(&Connection) -> Result<T> + Send + 'static,
    {
        let (answer, answered) = oneshot::channel();
        self.writer.submit(Box::new(move |connection| {
            let result = connection.and_then(|c| run_guarded(job, c));
            let went = result.as_ref().map(|_| ()).map_err(Clone::clone);
            // The asker may have gone; the write stands all the same.
            (went, Box::new(move |commit| drop(answer.send(result.and_then(|v| commit.map(|()| v))))))
        }));
        answered.await.unwrap_or(Err(StoreError::Crashed))
    }
}

/// A panic in one write must not take the writer down with it.
pub(super) fn run_guarded<T>(
    job: impl FnOnce(&Connection) -> Result<T>,
    connection: &Connection,
) -> Result<T> {
    catch_unwind(AssertUnwindSafe(|| job(connection))).unwrap_or(Err(StoreError::Crashed))
}

impl Writer {
    pub(super) fn new(
        connection: Connection,
        path: &Path,
        options: &StoreOptions,
        hints: Arc<Hints>,
    ) -> Self {
        let mut log = path.as_os_str().to_owned();
        log.push("-wal");
        Writer {
            connection: Mutex::new(connection),
            queue: Mutex::new(Queue { jobs: VecDeque::new(), has_leader: false }),
            path: path.to_owned(),
            options: StoreOptions { create: false, ..options.clone() },
            log: log.into(),
            n_commits: AtomicU32::new(0),
            checkpointing: AtomicBool::new(false),
            is_copied: AtomicBool::new(false),
            failed: AtomicBool::new(false),
            on_failed: Notify::new(),
            hints,
        }
    }

    pub(super) async fn disk_failed(&self) {
        let told = self.on_failed.notified();
        if !self.failed.load(Ordering::Acquire) {
            told.await;
        }
    }

    fn submit(self: &Arc<Self>, job: Job) {
        let mut queue = lock(&self.queue);
        queue.jobs.push_back(job);
        if !queue.has_leader {
            queue.has_leader = true;
            // The leader may be dropped right here, and looks into the queue then.
            drop(queue);
            let leader = Leader { writer: Arc::clone(self), is_done: false };
            tokio::task::spawn_blocking(move || leader.lead());
        }
    }

    fn take_batch(&self) -> Vec<Job> {
        let mut queue = lock(&self.queue);
        let n =
            if self.options.group_commit { queue.jobs.len().min(MAX_BATCH) } else { queue.jobs.len().min(1) };
        queue.has_leader = n > 0;
        queue.jobs.drain(..n).collect()
    }

    /// One transaction; returns the answers, to be given once it has ended, and whether it changed anything.
    fn run(&self, connection: &Connection, batch: Vec<Job>) -> (Vec<Box<dyn FnOnce()>>, bool) {
        let is_alone = batch.len() == 1;
        let mut began = self.begin(connection);
        let n_changes = connection.total_changes();
        let mut outcomes = Vec::with_capacity(batch.len());
        for job in batch {
            let (went, answer) = match &began {
                Ok(()) => run_one(connection, job, is_alone),
                Err(error) => job(Err(error.clone())),
            };
            // On some errors (full disk, failed read) SQLite rolls all of it back by itself.
            if began.is_ok() && connection.is_autocommit() {
                began = Err(went.clone().err().unwrap_or(StoreError::Crashed));
            }
            went.as_ref().err().inspect(|error| self.heed(error));
            outcomes.push((went.is_ok(), answer));
        }
        let all_failed = outcomes.iter().all(|(is_ok, _)| !is_ok);
        let committed = began.and_then(|()| self.end(connection, all_failed));
        let is_news = committed.is_ok() && !all_failed && connection.total_changes() != n_changes;
        (outcomes.into_iter().map(|(_, answer)| answer_with(answer, committed.clone())).collect(), is_news)
    }

    fn begin(&self, connection: &Connection) -> Result<()> {
        if self.failed.load(Ordering::Acquire) {
            return Err(StoreError::DiskFailed);
        }
        // Only a leader that died between BEGIN and COMMIT leaves a transaction open; nobody was told that it succeeded.
        if !connection.is_autocommit() {
            connection.execute_batch("ROLLBACK")?;
        }
        Ok(connection.execute_batch("BEGIN IMMEDIATE")?)
    }

    fn end(&self, connection: &Connection, all_failed: bool) -> Result<()> {
        let disk_failed = self.failed.load(Ordering::Acquire);
        let sql = if all_failed || disk_failed { "ROLLBACK" } else { "COMMIT" };
        let ended = connection.execute_batch(sql).map_err(StoreError::from);
        if !connection.is_autocommit() {
            drop(connection.execute_batch("ROLLBACK"));
        }
        ended.as_ref().err().inspect(|error| self.heed(error));
        if disk_failed { Err(StoreError::DiskFailed) } else { ended }
    }

    /// After a failed sync nobody knows what is on disk: nothing is written any more.
    fn heed(&self, error: &StoreError) {
        if matches!(error, StoreError::DiskFailed) {
            self.failed.store(true, Ordering::Release);
            self.on_failed.notify_waiters();
        }
    }

    /// Keeps the log short without making writers wait for more than its last few pages. A log that is always written to
    /// never begins anew by itself: the writer has to stand still for a moment.
    fn tend_log(self: &Arc<Self>, connection: &Connection) {
        if !self.n_commits.fetch_add(1, Ordering::Relaxed).is_multiple_of(LOOK_EVERY) {
            return;
        }
        let length = std::fs::metadata(&self.log).map_or(0, |m| m.len());
        let is_long = length > u64::from(LOG_IS_LONG);
        if length > LOG_IS_TOO_LONG || (is_long && self.is_copied.swap(false, Ordering::AcqRel)) {
            self.log_trouble(self.checkpoint_at_once(connection));
        } else if is_long && !self.checkpointing.swap(true, Ordering::AcqRel) {
            let writer = Arc::clone(self);
            tokio::task::spawn_blocking(move || {
                writer.log_trouble(writer.checkpoint_beside());
                writer.is_copied.store(true, Ordering::Release);
                writer.checkpointing.store(false, Ordering::Release);
            });
        }
    }

    fn checkpoint_beside(&self) -> Result<()> {
        checkpoint(&connect(&self.path, &self.options, true)?, "PASSIVE")
    }

    fn checkpoint_at_once(&self, connection: &Connection) -> Result<()> {
        connection.busy_timeout(LOG_PATIENCE)?;
        let done = checkpoint(connection, "RESTART");
        connection.busy_timeout(self.options.busy_timeout)?;
        done
    }

    pub(super) async fn checkpoint(self: &Arc<Self>) -> Result<()> {
        let writer = Arc::clone(self);
        let task = tokio::task::spawn_blocking(move || {
            let done = checkpoint(&lock(&writer.connection), "TRUNCATE");
            done.inspect_err(|error| writer.heed(error))
        });
        task.await.unwrap_or(Err(StoreError::Crashed))
    }

    /// A log that stays long costs space, not texts; one that cannot be synced is another matter.
    fn log_trouble(&self, result: Result<()>) {
        if let Err(error) = result {
            self.heed(&error);
            tracing::warn!(%error, "the database log could not be shortened; it is tried again");
        }
    }
}

/// The thread at work on what waits.
struct Leader {
    writer: Arc<Writer>,
    is_done: bool,
}

impl Leader {
    /// Runs batches until nothing waits.
    fn lead(mut self) {
        let writer = Arc::clone(&self.writer);
        loop {
            let batch = writer.take_batch();
            if batch.is_empty() {
                self.is_done = true;
                return;
            }
            let connection = lock(&writer.connection);
            let (answers, is_news) = writer.run(&connection, batch);
            for answer in answers {
                answer();
            }
            if is_news {
                writer.hints.commit.send_modify(|n| *n += 1);
                writer.tend_log(&connection);
            }
        }
    }
}

impl Drop for Leader {
    /// A leader that ends early (its runtime was shut down before it began) leaves nobody waiting for ever: without
    /// their jobs they are told `Crashed`, and the next write has a new leader.
    fn drop(&mut self) {
        if !self.is_done {
            let mut queue = lock(&self.writer.queue);
            queue.has_leader = false;
            let abandoned = std::mem::take(&mut queue.jobs);
            drop(queue);
            drop(abandoned);
        }
    }
}

fn answer_with(answer: Answer, committed: Result<()>) -> Box<dyn FnOnce()> {
    Box::new(move || answer(committed))
}

/// Runs one write; undoes it if it failed. Alone in its transaction it needs no savepoint: the end rolls back.
fn run_one(connection: &Connection, job: Job, is_alone: bool) -> (Result<()>, Answer) {
    if is_alone {
        return job(Ok(connection));
    }
    if let Err(error) = connection.execute_batch("SAVEPOINT one") {
        return job(Err(error.into()));
    }
    let (went, answer) = job(Ok(connection));
    if connection.is_autocommit() {
        return (went, answer);
    }
    let sql = if went.is_ok() { "RELEASE one" } else { "ROLLBACK TO one; RELEASE one" };
    match connection.execute_batch(sql).map_err(StoreError::from) {
        Ok(()) => (went, answer),
        // What this write did cannot be told from what the others did any more: all of it is undone.
        Err(error) => {
            drop(connection.execute_batch("ROLLBACK"));
            (Err(error), answer)
        }
    }
}

fn checkpoint(connection: &Connection, mode: &str) -> Result<()> {
    let sql = match mode {
        "PASSIVE" => "PRAGMA wal_checkpoint(PASSIVE)",
        "RESTART" => "PRAGMA wal_checkpoint(RESTART)",
        _ => "PRAGMA wal_checkpoint(TRUNCATE)",
    };
    Ok(connection.query_row(sql, [], |_| Ok(()))?)
}

/// A poisoned lock only says that somebody panicked; what it guards is kept whole by transactions.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

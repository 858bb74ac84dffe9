//! The write connection, with group commit. One thread at a time is the leader: it runs all waiting writes in one
//! transaction and answers them after the COMMIT, so nothing is answered before it is on disk.
//!
//! A write that fails is undone alone: if it had changed anything, the whole batch is rolled back and run again with one
//! savepoint per write, which costs more. A failed COMMIT fails all writes of the batch, and so does a COMMIT into a file
//! that is not at its path any more. Some failures end all writing ([`Condition`]).

use std::collections::VecDeque;
use std::fs::File;
use std::os::unix::fs::OpenOptionsExt;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use prometheus_client::metrics::histogram::Histogram;
use rusqlite::Connection;
use tokio::sync::oneshot;

use super::condition::Condition;
use super::files;
use crate::domain::data_key::DataKeys;
use crate::store::{Hints, Result, SCHEMA_VERSION, Store, StoreError, StoreOptions, connect};

/// How long commits take (seconds): from a quick disk to one that is about to fail.
const COMMIT_BUCKETS: [f64; 12] = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 10.0];
/// The most writes in one commit.
const MAX_BATCH: usize = 256;
/// The log's length is checked once in this many commits.
const LOOK_EVERY: u32 = 64;
/// A log longer than this (bytes) is checkpointed beside the writer, then restarted.
pub(in crate::store) const LOG_IS_LONG: u32 = 8 << 20;
/// A log longer than this (bytes) is checkpointed at once, and writers wait for it.
const LOG_IS_TOO_LONG: u64 = 128 << 20;
/// The longest wait for readers of an old state during a checkpoint; after it, the next check tries again. A reader
/// that makes a copy may read for minutes.
const LOG_PATIENCE: Duration = Duration::from_millis(20);

/// One write.
trait Job: Send {
    /// Runs the write. Called again if the first run was rolled back.
    fn run(&mut self, connection: &Connection) -> Result<()>;

    /// Sends the result to the caller, after the commit succeeded or failed.
    fn answer(self: Box<Self>, committed: Result<()>);
}

struct Write<T, F> {
    job: F,
    result: Option<Result<T>>,
    asker: oneshot::Sender<Result<T>>,
}

impl<T, F> Job for Write<T, F>
where
    T: Send,
    F: FnMut(&Connection) -> Result<T> + Send,
{
    fn run(&mut self, connection: &Connection) -> Result<()> {
        let result = run_guarded(&mut self.job, connection);
        let outcome = result.as_ref().map(|_| ()).map_err(Clone::clone);
        self.result = Some(result);
        outcome
    }

    fn answer(self: Box<Self>, committed: Result<()>) {
        let result = match (self.result, committed) {
            (Some(Ok(value)), Ok(())) => Ok(value),
            (Some(Err(error)), _) | (_, Err(error)) => Err(error),
            (None, Ok(())) => Err(StoreError::Crashed),
        };
        // The caller may have been cancelled; the write stands all the same.
        drop(self.asker.send(result));
    }
}

pub(in crate::store) struct Writer {
    connection: Mutex<Connection>,
    queue: Mutex<Queue>,
    path: PathBuf,
    options: StoreOptions,
    log: PathBuf,
    n_commits: AtomicU32,
    checkpointing: AtomicBool,
    /// A checkpoint beside the writer has run: what is left to copy is short.
    is_copied: AtomicBool,
    condition: Arc<Condition>,
    hints: Arc<Hints>,
    commit_seconds: Histogram,
}

struct Queue {
    jobs: VecDeque<Box<dyn Job>>,
    /// A leader is running and will take what is added.
    has_leader: bool,
}

impl Store {
    /// Runs `job` in a transaction that other writes may share; returns after the COMMIT. `job` may run twice; what the
    /// first run did to the database is rolled back then.
    pub(in crate::store) async fn write<T, F>(&self, job: F) -> Result<T>
    where
        T: Send + 'static,
        F: FnMut(&Connection) -> Result<T> + Send + 'static,
    {
        let (asker, answered) = oneshot::channel();
        self.writer.submit(Box::new(Write { job, result: None, asker }));
        answered.await.unwrap_or(Err(StoreError::Crashed))
    }
}

impl Store {
    /// Finds out whether the database can be written to. While the last write was refused, that takes a write that changes
    /// nothing; else the lock is enough, and nothing reaches the disk.
    pub async fn try_to_write(&self) -> Result<()> {
        let is_refused = self.condition.refusal().is_some();
        self.write(move |conn| {
            if is_refused {
                conn.pragma_update(None, "user_version", SCHEMA_VERSION)?;
            }
            Ok(())
        })
        .await
    }
}

/// Runs `job`; a panic in it becomes `Crashed` and does not stop the writer.
pub(in crate::store) fn run_guarded<T>(
    job: impl FnOnce(&Connection) -> Result<T>,
    connection: &Connection,
) -> Result<T> {
    catch_unwind(AssertUnwindSafe(|| job(connection))).unwrap_or(Err(StoreError::Crashed))
}

impl Writer {
    pub(in crate::store) fn new(
        connection: Connection,
        path: &Path,
        options: &StoreOptions,
        condition: Arc<Condition>,
        hints: Arc<Hints>,
    ) -> Self {
        Writer {
            connection: Mutex::new(connection),
            queue: Mutex::new(Queue { jobs: VecDeque::new(), has_leader: false }),
            path: path.to_owned(),
            options: StoreOptions { create: false, ..options.clone() },
            log: files::beside(path, "-wal"),
            n_commits: AtomicU32::new(0),
            checkpointing: AtomicBool::new(false),
            is_copied: AtomicBool::new(false),
            condition,
            hints,
            commit_seconds: Histogram::new(COMMIT_BUCKETS),
        }
    }

    pub(in crate::store) fn keys(&self) -> &DataKeys {
        &self.options.keys
    }

    /// How long commits that changed something take, writes included (seconds).
    pub(in crate::store) fn commit_seconds(&self) -> Histogram {
        self.commit_seconds.clone()
    }

    fn submit(self: &Arc<Self>, job: Box<dyn Job>) {
        let mut queue = lock(&self.queue);
        queue.jobs.push_back(job);
        if !queue.has_leader {
            queue.has_leader = true;
            // Dropping the leader (a runtime that shuts down) locks the queue.
            drop(queue);
            let leader = Leader { writer: Arc::clone(self), is_done: false };
            tokio::task::spawn_blocking(move || leader.lead());
        }
    }

    fn take_batch(&self) -> Vec<Box<dyn Job>> {
        let mut queue = lock(&self.queue);
        let n =
            if self.options.group_commit { queue.jobs.len().min(MAX_BATCH) } else { queue.jobs.len().min(1) };
        queue.has_leader = n > 0;
        queue.jobs.drain(..n).collect()
    }

    /// Runs one transaction; returns how it ended and whether it changed anything.
    fn run(&self, connection: &Connection, batch: &mut [Box<dyn Job>]) -> (Result<()>, bool) {
        let n_changes = connection.total_changes();
        let mut all_failed = true;
        let ran = self.begin(connection).and_then(|()| match self.run_all(connection, batch) {
            Some(any_ok) => any_ok,
            // A write changed something and then failed: run all again, so that it alone is undone.
            None => run_sql(connection, "ROLLBACK")
                .and_then(|()| self.begin(connection))
                .and_then(|()| self.run_each(connection, batch)),
        });
        let committed = ran.and_then(|any_ok| {
            all_failed = !any_ok;
            self.end(connection, all_failed)
        });
        if !connection.is_autocommit() {
            drop(connection.execute_batch("ROLLBACK"));
        }
        let is_changed = committed.is_ok() && !all_failed && connection.total_changes() != n_changes;
        (committed, is_changed)
    }

    /// Runs all without savepoints; returns whether any succeeded. `None` if one failed after it had changed something.
    fn run_all(&self, connection: &Connection, batch: &mut [Box<dyn Job>]) -> Option<Result<bool>> {
        let is_alone = batch.len() == 1;
        let mut any_ok = false;
        for job in batch {
            let before = connection.total_changes();
            let outcome = job.run(connection);
            outcome.as_ref().err().inspect(|error| self.condition.note_write(error));
            if let Some(error) = transaction_error(connection, &outcome) {
                return Some(Err(error));
            }
            any_ok |= outcome.is_ok();
            if outcome.is_err() && !is_alone && connection.total_changes() != before {
                return None;
            }
        }
        Some(Ok(any_ok))
    }

    /// Runs all, each in a savepoint; returns whether any succeeded.
    fn run_each(&self, connection: &Connection, batch: &mut [Box<dyn Job>]) -> Result<bool> {
        let mut any_ok = false;
        for job in batch {
            run_sql(connection, "SAVEPOINT one")?;
            let outcome = job.run(connection);
            outcome.as_ref().err().inspect(|error| self.condition.note_write(error));
            if let Some(error) = transaction_error(connection, &outcome) {
                return Err(error);
            }
            any_ok |= outcome.is_ok();
            if outcome.is_err() {
                run_sql(connection, "ROLLBACK TO one")?;
            }
            run_sql(connection, "RELEASE one")?;
        }
        Ok(any_ok)
    }

    fn begin(&self, connection: &Connection) -> Result<()> {
        if let Some(failure) = self.condition.failure() {
            return Err(failure);
        }
        // Only a leader that died between BEGIN and COMMIT leaves a transaction open; none of its writes was answered.
        if !connection.is_autocommit() {
            connection.execute_batch("ROLLBACK")?;
        }
        run_sql(connection, "BEGIN IMMEDIATE").inspect_err(|error| self.condition.note_write(error))
    }

    fn end(&self, connection: &Connection, all_failed: bool) -> Result<()> {
        let failure = self.condition.failure();
        let sql = if all_failed || failure.is_some() { "ROLLBACK" } else { "COMMIT" };
        let ended = run_sql(connection, sql);
        ended.as_ref().err().inspect(|error| self.condition.note_write(error));
        match failure {
            Some(failure) => Err(failure),
            None if all_failed => ended,
            None => {
                ended?;
                self.condition.note_written();
                self.condition.check_files()
            }
        }
    }

    /// Keeps the log short. Writers wait for the last few pages only: the bulk is copied beside them. A restart of the
    /// log needs a moment without writes, which a busy writer never has by itself.
    fn shorten_log(self: &Arc<Self>, connection: &Connection) {
        if !self.n_commits.fetch_add(1, Ordering::Relaxed).is_multiple_of(LOOK_EVERY) {
            return;
        }
        let length = std::fs::metadata(&self.log).map_or(0, |m| m.len());
        let is_long = length > u64::from(LOG_IS_LONG);
        if length > LOG_IS_TOO_LONG || (is_long && self.is_copied.swap(false, Ordering::AcqRel)) {
            self.check_shortened(self.checkpoint_at_once(connection));
        } else if is_long && !self.checkpointing.swap(true, Ordering::AcqRel) {
            let writer = Arc::clone(self);
            tokio::task::spawn_blocking(move || {
                writer.check_shortened(writer.checkpoint_beside());
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

    pub(in crate::store) async fn checkpoint(self: &Arc<Self>) -> Result<()> {
        let writer = Arc::clone(self);
        let task = tokio::task::spawn_blocking(move || {
            let done = checkpoint(&lock(&writer.connection), "TRUNCATE");
            done.inspect_err(|error| writer.condition.note_write(error))
        });
        task.await.unwrap_or(Err(StoreError::Crashed))
    }

    pub(in crate::store) async fn empty_log(self: &Arc<Self>) -> Result<bool> {
        let writer = Arc::clone(self);
        let task = tokio::task::spawn_blocking(move || {
            // The first column says whether somebody was in the way.
            let sql = "PRAGMA wal_checkpoint(TRUNCATE)";
            let busy: i64 = lock(&writer.connection).query_row(sql, [], |row| row.get(0))?;
            Ok(busy == 0)
        });
        task.await.unwrap_or(Err(StoreError::Crashed))
    }

    pub(in crate::store) async fn rewrite(self: &Arc<Self>) -> Result<()> {
        let writer = Arc::clone(self);
        let task = tokio::task::spawn_blocking(move || Ok(lock(&writer.connection).execute_batch("VACUUM")?));
        task.await.unwrap_or(Err(StoreError::Crashed))
    }

    /// Writes all that is committed into a new file, also where the files that are open have no name any more. Blocks.
    pub(in crate::store) fn save_copy(&self, copy: &Path) -> Result<()> {
        let cannot = |error: std::io::Error| {
            StoreError::Unusable(format!("{} cannot be written: {error}", copy.display()))
        };
        let file = File::options().write(true).create_new(true).mode(0o600).open(copy).map_err(cannot)?;
        let name = copy.to_str().ok_or_else(|| cannot(std::io::ErrorKind::InvalidFilename.into()))?;
        lock(&self.connection).execute("VACUUM INTO ?1", [name])?;
        file.sync_all().map_err(cannot)
    }

    /// A log that stays long costs disk space only. A failed sync stops the writer.
    fn check_shortened(&self, result: Result<()>) {
        if let Err(error) = result {
            self.condition.note_write(&error);
            tracing::warn!("the database log could not be shortened, and is tried again: {error}");
        }
    }
}

/// The thread that runs the waiting writes.
struct Leader {
    writer: Arc<Writer>,
    is_done: bool,
}

impl Leader {
    /// Runs batches until nothing waits.
    fn lead(mut self) {
        let writer = Arc::clone(&self.writer);
        loop {
            let mut batch = writer.take_batch();
            if batch.is_empty() {
                self.is_done = true;
                return;
            }
            let connection = lock(&writer.connection);
            let began = Instant::now();
            let (committed, is_changed) = writer.run(&connection, &mut batch);
            let took = began.elapsed();
            for job in batch {
                job.answer(committed.clone());
            }
            if is_changed {
                writer.commit_seconds.observe(took.as_secs_f64());
                writer.hints.commit.send_modify(|n| *n += 1);
                writer.shorten_log(&connection);
            }
        }
    }
}

impl Drop for Leader {
    /// A leader that ends early (its runtime shut down before it began) drops the waiting writes: their callers get
    /// `Crashed`, and the next write starts a new leader.
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

/// Runs a statement without results; it stays prepared.
fn run_sql(connection: &Connection, sql: &'static str) -> Result<()> {
    connection.prepare_cached(sql)?.execute([])?;
    Ok(())
}

/// The error that ended the whole transaction, if it has ended: on some errors (full disk, failed read) SQLite rolls
/// back by itself.
fn transaction_error(connection: &Connection, outcome: &Result<()>) -> Option<StoreError> {
    let is_gone = connection.is_autocommit();
    is_gone.then(|| outcome.clone().err().unwrap_or(StoreError::Crashed))
}

fn checkpoint(connection: &Connection, mode: &str) -> Result<()> {
    let sql = match mode {
        "PASSIVE" => "PRAGMA wal_checkpoint(PASSIVE)",
        "RESTART" => "PRAGMA wal_checkpoint(RESTART)",
        _ => "PRAGMA wal_checkpoint(TRUNCATE)",
    };
    Ok(connection.query_row(sql, [], |_| Ok(()))?)
}

/// Ignores poison: a panic cannot leave the guarded data half changed, because transactions roll back.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

//! The one connection that writes, and group commit: whoever gets it runs every write that waits in one transaction
//! and answers all after the COMMIT. A write that fails undoes itself alone: should it have changed anything, all of them
//! are undone and run again, now with a savepoint each, which costs more. A COMMIT that fails fails all of them. Nothing
//! is answered before it is on disk.

use std::collections::VecDeque;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use rusqlite::Connection;
use tokio::sync::{Notify, oneshot};

use crate::store::{Hints, Result, Store, StoreError, StoreOptions, connect};

/// Writes that share one commit at most.
const MAX_BATCH: usize = 256;
/// Look at the log's length after this many commits.
const LOOK_EVERY: u32 = 64;
/// From this length on (bytes) the log is copied into the file beside the writer, then begun anew and cut.
pub(in crate::store) const LOG_IS_LONG: u32 = 8 << 20;
/// Writers wait for all of the copying from this length on.
const LOG_IS_TOO_LONG: u64 = 128 << 20;
/// They wait for readers of an old state at most this long (a copy being made may read for minutes); then the next look.
const LOG_PATIENCE: Duration = Duration::from_millis(20);

/// One write.
trait Job: Send {
    /// Runs it; once more, if what it did before was undone.
    fn run(&mut self, connection: &Connection) -> Result<()>;

    /// Tells the asker, once the commit is decided.
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
        let went = result.as_ref().map(|_| ()).map_err(Clone::clone);
        self.result = Some(result);
        went
    }

    fn answer(self: Box<Self>, committed: Result<()>) {
        let result = match (self.result, committed) {
            (Some(Ok(value)), Ok(())) => Ok(value),
            (Some(Err(error)), _) | (_, Err(error)) => Err(error),
            (None, Ok(())) => Err(StoreError::Crashed),
        };
        // The asker may have gone; the write stands all the same.
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
    /// Most of the log stands in the file: what is left is quickly done.
    is_copied: AtomicBool,
    failed: AtomicBool,
    on_failed: Notify,
    hints: Arc<Hints>,
}

struct Queue {
    jobs: VecDeque<Box<dyn Job>>,
    /// A thread is at work and will see what is added.
    has_leader: bool,
}

impl Store {
    /// Runs `job` in a transaction, perhaps shared; returns after the COMMIT. It may run twice, but what it did the first
    /// time is undone then.
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

/// A panic in one write must not take the writer down with it.
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

    pub(in crate::store) async fn disk_failed(&self) {
        let told = self.on_failed.notified();
        if !self.failed.load(Ordering::Acquire) {
            told.await;
        }
    }

    fn submit(self: &Arc<Self>, job: Box<dyn Job>) {
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

    fn take_batch(&self) -> Vec<Box<dyn Job>> {
        let mut queue = lock(&self.queue);
        let n =
            if self.options.group_commit { queue.jobs.len().min(MAX_BATCH) } else { queue.jobs.len().min(1) };
        queue.has_leader = n > 0;
        queue.jobs.drain(..n).collect()
    }

    /// One transaction; returns how it ended and whether it changed anything.
    fn run(&self, connection: &Connection, batch: &mut [Box<dyn Job>]) -> (Result<()>, bool) {
        let n_changes = connection.total_changes();
        let mut all_failed = true;
        let ran = self.begin(connection).and_then(|()| match self.run_all(connection, batch) {
            Some(any_ok) => any_ok,
            // One wrote something and failed then: all of it again, so that this one is undone alone.
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
        let is_news = committed.is_ok() && !all_failed && connection.total_changes() != n_changes;
        (committed, is_news)
    }

    /// Runs all, and says whether any succeeded; `None` where one failed that had changed something.
    fn run_all(&self, connection: &Connection, batch: &mut [Box<dyn Job>]) -> Option<Result<bool>> {
        let is_alone = batch.len() == 1;
        let mut any_ok = false;
        for job in batch {
            let before = connection.total_changes();
            let went = job.run(connection);
            went.as_ref().err().inspect(|error| self.heed(error));
            if let Some(error) = lost(connection, &went) {
                return Some(Err(error));
            }
            any_ok |= went.is_ok();
            if went.is_err() && !is_alone && connection.total_changes() != before {
                return None;
            }
        }
        Some(Ok(any_ok))
    }

    /// The same with a savepoint each.
    fn run_each(&self, connection: &Connection, batch: &mut [Box<dyn Job>]) -> Result<bool> {
        let mut any_ok = false;
        for job in batch {
            run_sql(connection, "SAVEPOINT one")?;
            let went = job.run(connection);
            went.as_ref().err().inspect(|error| self.heed(error));
            if let Some(error) = lost(connection, &went) {
                return Err(error);
            }
            any_ok |= went.is_ok();
            if went.is_err() {
                run_sql(connection, "ROLLBACK TO one")?;
            }
            run_sql(connection, "RELEASE one")?;
        }
        Ok(any_ok)
    }

    fn begin(&self, connection: &Connection) -> Result<()> {
        if self.failed.load(Ordering::Acquire) {
            return Err(StoreError::DiskFailed);
        }
        // Only a leader that died between BEGIN and COMMIT leaves a transaction open; nobody was told that it succeeded.
        if !connection.is_autocommit() {
            connection.execute_batch("ROLLBACK")?;
        }
        run_sql(connection, "BEGIN IMMEDIATE")
    }

    fn end(&self, connection: &Connection, all_failed: bool) -> Result<()> {
        let disk_failed = self.failed.load(Ordering::Acquire);
        let sql = if all_failed || disk_failed { "ROLLBACK" } else { "COMMIT" };
        let ended = run_sql(connection, sql);
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

    pub(in crate::store) async fn checkpoint(self: &Arc<Self>) -> Result<()> {
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
            let mut batch = writer.take_batch();
            if batch.is_empty() {
                self.is_done = true;
                return;
            }
            let connection = lock(&writer.connection);
            let (committed, is_news) = writer.run(&connection, &mut batch);
            for job in batch {
                job.answer(committed.clone());
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

/// A statement without results, kept prepared.
fn run_sql(connection: &Connection, sql: &'static str) -> Result<()> {
    connection.prepare_cached(sql)?.execute([])?;
    Ok(())
}

/// Why the whole transaction is gone: on some errors (full disk, failed read) SQLite rolls all of it back by itself.
fn lost(connection: &Connection, went: &Result<()>) -> Option<StoreError> {
    let is_gone = connection.is_autocommit();
    is_gone.then(|| went.clone().err().unwrap_or(StoreError::Crashed))
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

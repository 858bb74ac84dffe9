//! Read connections. They never write (`query_only`) and never wait for the writer (WAL).

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Arc, Mutex, PoisonError};

use rusqlite::Connection;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use super::condition::Condition;
use crate::store::{Result, Store, StoreError};

const N_READERS: usize = 3;

pub(in crate::store) struct Readers {
    condition: Arc<Condition>,
    idle: Mutex<Vec<Connection>>,
    permits: Arc<Semaphore>,
}

impl Readers {
    /// The connections of [`Readers::connect`], ready for use.
    pub(in crate::store) fn new(idle: Vec<Connection>, condition: Arc<Condition>) -> Self {
        let permits = Arc::new(Semaphore::new(idle.len()));
        Readers { condition, idle: Mutex::new(idle), permits }
    }

    pub(in crate::store) fn connect(connect: impl Fn() -> Result<Connection>) -> Result<Vec<Connection>> {
        (0..N_READERS).map(|_| connect()).collect()
    }

    fn take(&self) -> Result<Connection> {
        self.idle.lock().unwrap_or_else(PoisonError::into_inner).pop().ok_or(StoreError::Crashed)
    }

    fn put_back(&self, connection: Connection) {
        self.idle.lock().unwrap_or_else(PoisonError::into_inner).push(connection);
    }

    fn run<T>(
        &self,
        permit: OwnedSemaphorePermit,
        query: impl FnOnce(&Connection) -> Result<T>,
    ) -> Result<T> {
        let connection = self.take()?;
        let result = catch_unwind(AssertUnwindSafe(|| query(&connection)));
        if !connection.is_autocommit() {
            // After a panic or an error in a snapshot.
            drop(connection.execute_batch("ROLLBACK"));
        }
        self.put_back(connection);
        drop(permit);
        let result = result.unwrap_or(Err(StoreError::Crashed));
        result.inspect_err(|error| self.condition.note_read(error))
    }
}

impl Store {
    /// Runs `query` in one read transaction: it sees what was committed before it began.
    pub(in crate::store) async fn read<T, F>(&self, query: F) -> Result<T>
    where
        T: Send + 'static,
        F: FnOnce(&Connection) -> Result<T> + Send + 'static,
    {
        let readers = Arc::clone(&self.readers);
        let permits = Arc::clone(&readers.permits);
        let permit = permits.acquire_owned().await.map_err(|_| StoreError::Crashed)?;
        let task = tokio::task::spawn_blocking(move || readers.run(permit, |conn| in_snapshot(conn, query)));
        task.await.unwrap_or(Err(StoreError::Crashed))
    }

    /// Like [`Store::read`], for queries of a few rows by an index. Runs on the calling thread if a connection is free: the
    /// query takes a few microseconds, less than a change of threads.
    pub(in crate::store) async fn read_here<T, F>(&self, query: F) -> Result<T>
    where
        T: Send + 'static,
        F: FnOnce(&Connection) -> Result<T> + Send + 'static,
    {
        match Arc::clone(&self.readers.permits).try_acquire_owned() {
            Ok(permit) => self.readers.run(permit, |conn| in_snapshot(conn, query)),
            Err(_) => self.read(query).await,
        }
    }

    /// Like [`Store::read_here`], for one statement: it is a snapshot by itself, and opens none around it.
    pub(in crate::store) async fn look_up<T, F>(&self, query: F) -> Result<T>
    where
        T: Send + 'static,
        F: FnOnce(&Connection) -> Result<T> + Send + 'static,
    {
        match Arc::clone(&self.readers.permits).try_acquire_owned() {
            Ok(permit) => self.readers.run(permit, query),
            Err(_) => self.read(query).await,
        }
    }
}

fn in_snapshot<T>(connection: &Connection, query: impl FnOnce(&Connection) -> Result<T>) -> Result<T> {
    connection.prepare_cached("BEGIN")?.execute([])?;
    let found = query(connection)?;
    connection.prepare_cached("COMMIT")?.execute([])?;
    Ok(found)
}

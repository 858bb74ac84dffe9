//! Group commit: what was answered is on disk, what failed undid itself alone, and readers see whole transactions.

use std::future::Future;
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::task::{Context, Poll, Waker};

use super::*;

/// Notes `n` in the journal, then ends as told.
async fn note(store: &Store, n: i64, mut end: impl FnMut() -> Result<()> + Send + 'static) -> Result<i64> {
    let noted = store.write(move |conn| {
        conn.execute("INSERT INTO event (at, kind) VALUES (:n, 'test')", named_params! { ":n": n })?;
        end().map(|()| n)
    });
    noted.await
}

fn noted(bench: &Bench) -> Vec<i64> {
    let other = bench.other();
    let mut select = other.prepare("SELECT at FROM event WHERE kind = 'test' ORDER BY at").unwrap();
    select.query_map([], |r| r.get(0)).unwrap().map(|r| r.unwrap()).collect()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn of_a_thousand_writes_exactly_the_successful_ones_are_there() {
    let bench = Bench::new();
    let mut tasks = tokio::task::JoinSet::new();
    for n in 0..1_000_i64 {
        let store = bench.store.clone();
        tasks.spawn(async move {
            let ended = note(&store, n, move || match n % 7 {
                3 => Err(StoreError::NotFound),
                5 => panic!("on purpose"),
                _ => Ok(()),
            });
            (n, ended.await)
        });
    }
    let mut expected = Vec::new();
    while let Some(done) = tasks.join_next().await {
        let (n, result) = done.unwrap();
        match (n % 7, result) {
            (3, Err(StoreError::NotFound)) | (5, Err(StoreError::Crashed)) => {}
            (_, Ok(m)) if m == n => expected.push(n),
            (_, other) => panic!("{n}: {other:?}"),
        }
    }
    expected.sort_unstable();
    assert_eq!(noted(&bench), expected);
}

/// Holds the writer until let go, so that what follows shares a commit.
async fn hold(bench: &Bench) -> (std::sync::mpsc::Sender<()>, tokio::task::JoinHandle<Result<()>>) {
    let (let_go, held) = std::sync::mpsc::channel::<()>();
    let (began, has_begun) = tokio::sync::oneshot::channel();
    let mut began = Some(began);
    let store = bench.store.clone();
    let holder = tokio::spawn(async move {
        let waits = store.write(move |_| {
            began.take().unwrap().send(()).unwrap();
            held.recv().unwrap();
            Ok(())
        });
        waits.await
    });
    has_begun.await.unwrap();
    (let_go, holder)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_waits_together_commits_together() {
    let bench = Bench::new();
    let (let_go, holder) = hold(&bench).await;
    let mut commits = bench.store.hints().commit.subscribe();
    let writes: Vec<_> = (0..100).map(|n| note_now(&bench.store, n)).collect();
    let_go.send(()).unwrap();
    holder.await.unwrap().unwrap();
    for write in writes {
        write.await.unwrap().unwrap();
    }
    commits.changed().await.unwrap();
    assert_eq!(*commits.borrow(), 1, "one commit for a hundred");
    assert_eq!(noted(&bench).len(), 100);
}

/// Hands a write in at once; its answer comes later.
fn note_now(store: &Store, n: i64) -> tokio::task::JoinHandle<Result<i64>> {
    let store = store.clone();
    let mut write = Box::pin(async move { note(&store, n, || Ok(())).await });
    let first = write.as_mut().poll(&mut Context::from_waker(Waker::noop()));
    assert!(matches!(first, Poll::Pending));
    tokio::spawn(write)
}

#[tokio::test]
async fn what_is_answered_is_seen_by_everybody() {
    let bench = Bench::new();
    let other = bench.other();
    for n in 0..200 {
        note(&bench.store, n, || Ok(())).await.unwrap();
        let seen: i64 = other.query_row("SELECT max(at) FROM event", [], |r| r.get(0)).unwrap();
        assert_eq!(seen, n);
    }
}

#[tokio::test]
async fn a_write_whose_asker_has_gone_stands() {
    let bench = Bench::new();
    let (let_go, holder) = hold(&bench).await;
    note_now(&bench.store, 7).abort();
    let_go.send(()).unwrap();
    holder.await.unwrap().unwrap();
    note(&bench.store, 8, || Ok(())).await.unwrap();
    assert_eq!(noted(&bench), [7, 8]);
}

#[tokio::test]
async fn a_write_that_fails_in_a_savepoint_of_its_own_leaves_nothing() {
    let bench = Bench::new();
    let (let_go, holder) = hold(&bench).await;
    let good = note_now(&bench.store, 1);
    let store = bench.store.clone();
    let bad = tokio::spawn(async move {
        let fails = store.write(|conn| -> Result<()> {
            conn.execute_batch("SAVEPOINT inner; INSERT INTO event (at, kind) VALUES (2, 'test')")?;
            Err(StoreError::NotFound)
        });
        fails.await
    });
    tokio::task::yield_now().await;
    let_go.send(()).unwrap();
    holder.await.unwrap().unwrap();
    good.await.unwrap().unwrap();
    assert!(bad.await.unwrap().is_err());
    assert_eq!(noted(&bench), [1]);
}

#[tokio::test]
async fn when_sqlite_rolls_back_by_itself_nobody_is_told_that_it_succeeded() {
    let bench = Bench::new();
    let (let_go, holder) = hold(&bench).await;
    let early = note_now(&bench.store, 1);
    let store = bench.store.clone();
    let culprit = tokio::spawn(async move {
        let fails = store.write(|conn| {
            conn.execute_batch("ROLLBACK")?;
            Err::<(), _>(StoreError::Full)
        });
        fails.await
    });
    tokio::task::yield_now().await;
    let late = note_now(&bench.store, 2);
    let_go.send(()).unwrap();
    drop(holder.await.unwrap());
    assert!(matches!(early.await.unwrap(), Err(StoreError::Full)));
    assert!(matches!(culprit.await.unwrap(), Err(StoreError::Full)));
    assert!(matches!(late.await.unwrap(), Err(StoreError::Full)));
    assert!(noted(&bench).is_empty());
    note(&bench.store, 3, || Ok(())).await.unwrap();
    assert_eq!(noted(&bench), [3]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_reader_never_sees_half_a_transaction() {
    let bench = Bench::new();
    let stop = Arc::new(AtomicBool::new(false));
    let seen = Arc::new(AtomicU64::new(0));
    let mut readers = tokio::task::JoinSet::new();
    for _ in 0..3 {
        let (store, stop, seen) = (bench.store.clone(), Arc::clone(&stop), Arc::clone(&seen));
        readers.spawn(async move {
            while !stop.load(Ordering::Acquire) {
                let counts = store.read(|conn| {
                    let count = |sql| conn.query_row(sql, [], |r| r.get::<_, i64>(0));
                    let texts = count("SELECT count(*) FROM inbox")?;
                    Ok((texts, count("SELECT newest_at FROM inbound_cursor UNION ALL SELECT 0 LIMIT 1")?))
                });
                let (texts, newest) = counts.await.unwrap();
                assert_eq!(texts, newest * 5, "a page of five and its cursor belong together");
                seen.fetch_add(1, Ordering::AcqRel);
            }
        });
    }
    let mut page = 0;
    while page < 100 || seen.load(Ordering::Acquire) < 50 {
        page += 1;
        let items = (0..5).map(|n| text(&format!("{page}-{n}"), MINSU, "네")).collect();
        bench.accept(items, page).await.unwrap();
    }
    stop.store(true, Ordering::Release);
    while let Some(done) = readers.join_next().await {
        done.unwrap();
    }
}

#[tokio::test]
async fn readers_cannot_write() {
    let bench = Bench::new();
    let tried = bench.store.read(|conn| Ok(conn.execute("DELETE FROM event", [])?)).await;
    assert!(matches!(tried, Err(StoreError::ReadOnly)), "{tried:?}");
}

#[tokio::test]
async fn a_panicking_reader_takes_no_connection_with_it() {
    let bench = Bench::new();
    for _ in 0..10 {
        let panicked = bench.store.read(|_| -> Result<()> { panic!("on purpose") }).await;
        assert!(matches!(panicked, Err(StoreError::Crashed)));
    }
    assert_eq!(bench.store.last_event_seq().await.unwrap(), 0);
}

#[tokio::test]
async fn every_connection_keeps_the_rules_of_the_house() {
    let bench = Bench::new();
    let rules = |conn: &Connection| {
        let ask = |name: &str| conn.pragma_query_value(None, name, |r| r.get::<_, i64>(0));
        let journal: String = conn.pragma_query_value(None, "journal_mode", |r| r.get(0))?;
        let numbers = ["synchronous", "foreign_keys", "secure_delete", "busy_timeout"].map(ask);
        Ok((journal, numbers.map(|n| n.unwrap())))
    };
    let expected = ("wal".to_owned(), [2, 1, 1, 50]);
    assert_eq!(bench.store.write(move |conn| rules(conn)).await.unwrap(), expected);
    // Three at a time are on loan: each reads from another connection.
    let found = Arc::new(Mutex::new(Vec::new()));
    let all_in = Arc::new(std::sync::Barrier::new(3));
    let mut readers = tokio::task::JoinSet::new();
    for _ in 0..3 {
        let (store, found, all_in) = (bench.store.clone(), Arc::clone(&found), Arc::clone(&all_in));
        readers.spawn(async move {
            let asked = store.read(move |conn| {
                all_in.wait();
                rules(conn)
            });
            let said = asked.await.unwrap();
            found.lock().unwrap().push(said);
        });
    }
    while readers.join_next().await.is_some() {}
    assert_eq!(*found.lock().unwrap(), vec![expected; 3]);
}

#[test]
fn a_runtime_that_has_ended_leaves_the_next_one_a_working_store() {
    let bench = Bench::new();
    let ended = tokio::runtime::Builder::new_multi_thread().worker_threads(1).build().unwrap();
    let handle = ended.handle().clone();
    ended.shutdown_background();
    // Nobody will ever run what is handed in here.
    let late = std::thread::scope(|scope| {
        let late = || {
            let _inside = handle.enter();
            let mut write = std::pin::pin!(note(&bench.store, 1, || Ok(())));
            write.as_mut().poll(&mut Context::from_waker(Waker::noop()))
        };
        scope.spawn(late).join().unwrap()
    });
    assert!(matches!(late, Poll::Ready(Err(StoreError::Crashed))), "{late:?}");
    let next = tokio::runtime::Builder::new_current_thread().build().unwrap();
    assert_eq!(next.block_on(note(&bench.store, 2, || Ok(()))).unwrap(), 2);
    assert_eq!(noted(&bench), [2]);
}

#[tokio::test]
async fn the_log_gets_short_again() {
    // Each commit is synced, so that the copying beside keeps up.
    let bench = Bench::new();
    let length = || std::fs::metadata(bench.folder.path().join("munja.db-wal")).unwrap().len();
    let body = vec![7_u8; 1 << 20];
    for n in 0..20 {
        let items = vec![text(&format!("{n}"), MINSU, "네")];
        bench.store.accept_inbound(CARRIER, body.clone(), items, Cursor::starting_at(n), n).await.unwrap();
    }
    let longest = length();
    assert!(longest > 16 << 20);
    let mut n = 0;
    while length() > 8 << 20 {
        n += 1;
        assert!(n < 20_000, "the log was never cut");
        note(&bench.store, n, || Ok(())).await.unwrap();
    }
    bench.store.checkpoint().await.unwrap();
    assert_eq!(length(), 0);
}

/// Nobody has to write for it to be noticed, and it is over by itself.
#[tokio::test]
async fn a_lock_of_another_program_is_known_without_a_text() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("munja.db");
    let options = StoreOptions { busy_timeout: Duration::from_millis(10), ..StoreOptions::default() };
    let store = Store::open(&path, &options).unwrap();
    store.try_to_write().await.unwrap();
    let other = Connection::open(&path).unwrap();
    other.execute_batch("BEGIN IMMEDIATE").unwrap();
    assert!(matches!(store.try_to_write().await, Err(StoreError::Busy)));
    assert!(matches!(store.is_unsound(), Some(StoreError::Busy)));
    other.execute_batch("ROLLBACK").unwrap();
    store.try_to_write().await.unwrap();
    assert!(store.is_unsound().is_none());
}

/// A commit to a log that does not grow then syncs the bytes alone (`.cargo/config.toml`).
#[test]
fn the_bundled_sqlite_syncs_by_fdatasync() {
    let flags = option_env!("LIBSQLITE3_FLAGS").unwrap_or_default();
    assert!(flags.split(' ').any(|flag| flag == "-DHAVE_FDATASYNC=1"), "{flags}");
    // SQLite lists the other flags of the same variable, but not this one.
    let connection = Connection::open_in_memory().unwrap();
    let mut options = connection.prepare("PRAGMA compile_options").unwrap();
    let options = options.query_map([], |r| r.get::<_, String>(0)).unwrap();
    let options: Vec<String> = options.map(|option| option.unwrap()).collect();
    for heeded in ["DEFAULT_MEMSTATUS=0", "DEFAULT_PCACHE_INITSZ=64"] {
        assert!(options.iter().any(|option| option == heeded), "{options:?}");
    }
}

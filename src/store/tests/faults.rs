//! Faults: a lock, a full disk, a read-only folder. Nothing is answered that is not on disk, reads go on, and what fails
//! for a while works afterwards.

use std::os::unix::fs::{MetadataExt, PermissionsExt};
use std::os::unix::process::CommandExt;
use std::path::Path;
use std::process::Command;

use super::*;

/// Tells a child process which database it is about.
const CHILD_DATABASE: &str = "MUNJA_TEST_DATABASE";
/// "nobody", for whom modes count.
const NOBODY: u32 = 65534;

#[tokio::test]
async fn locked_by_another_program() {
    let bench = Bench::new();
    bench.text_in(MINSU, T0).await;
    let other = bench.other();
    other.execute_batch("BEGIN IMMEDIATE").unwrap();
    let refused = bench.accept(vec![text("late", JIYEONG, "네")], T0 + 1).await;
    assert!(matches!(refused, Err(StoreError::Busy)), "{refused:?}");
    assert_eq!(
        bench.store.inbound_cursor(CARRIER).await.unwrap(),
        Some(Cursor::starting_at(T0)),
        "reads go on"
    );
    other.execute_batch("COMMIT").unwrap();
    bench.text_in(JIYEONG, T0 + 2).await;
    assert_eq!(bench.count("inbox"), 2);
}

#[tokio::test]
async fn opened_while_another_program_holds_the_lock() {
    let bench = Bench::new();
    let other = bench.other();
    other.execute_batch("BEGIN IMMEDIATE").unwrap();
    let options = StoreOptions { busy_timeout: Duration::from_millis(20), ..StoreOptions::default() };
    let second = Store::open(&bench.path(), &options).unwrap();
    assert!(matches!(
        second.note(EventKind::WorkerRestarted, String::new(), T0).await,
        Err(StoreError::Busy)
    ));
    other.execute_batch("COMMIT").unwrap();
    second.note(EventKind::WorkerRestarted, String::new(), T0).await.unwrap();
}

/// Stores a page with a large body.
async fn large(store: &Store, n: i64) -> Result<AcceptedPage> {
    let items = vec![text(&format!("{n}"), MINSU, "네")];
    store.accept_inbound(CARRIER, vec![7; 64 << 10], items, Cursor::starting_at(n), n).await
}

#[tokio::test]
async fn a_full_disk_answers_nothing_and_recovers() {
    let bench = Bench::new();
    let limit = async |pages: i64| {
        let limited = bench.store.write(move |conn| {
            Ok(conn.pragma_update_and_check(None, "max_page_count", pages, |_| Ok(()))?)
        });
        limited.await.unwrap();
    };
    limit(500).await;
    let mut answered = 0;
    let error = loop {
        match large(&bench.store, answered + 1).await {
            Ok(_) => answered += 1,
            Err(error) => break error,
        }
    };
    assert!(matches!(error, StoreError::Full), "{error}");
    assert!(matches!(large(&bench.store, 1_000).await, Err(StoreError::Full)), "and again");
    assert!(answered > 5);
    assert_eq!(bench.count("inbox"), answered);
    let cursor = bench.store.inbound_cursor(CARRIER).await.unwrap();
    assert_eq!(cursor, Some(Cursor::starting_at(answered)), "reads go on");
    limit(1 << 30).await;
    large(&bench.store, answered + 1).await.unwrap();
    assert_eq!(bench.count("inbox"), answered + 1);
    assert!(bench.store.quick_check().await.unwrap().is_empty());
}

/// The failure that ends all writing. It comes at once, or never.
async fn told(store: &Store) -> StoreError {
    tokio::time::timeout(Duration::from_secs(20), store.failed()).await.expect("nobody was told")
}

/// What is done to the files of an open database.
#[derive(Debug, Clone, Copy)]
enum Harm {
    Remove(&'static str),
    Rename(&'static str),
    Replace,
}

impl Harm {
    fn strike(self, folder: &Path) {
        let file = |name: &str| folder.join(name);
        match self {
            Harm::Remove(name) => std::fs::remove_file(file(name)).unwrap(),
            Harm::Rename(name) => std::fs::rename(file(name), file("moved")).unwrap(),
            Harm::Replace => {
                let other = tempfile::tempdir().unwrap();
                drop(Store::open(&other.path().join("munja.db"), &StoreOptions::default()).unwrap());
                std::fs::copy(other.path().join("munja.db"), file("new")).unwrap();
                std::fs::rename(file("new"), file("munja.db")).unwrap();
            }
        }
    }
}

#[tokio::test]
async fn a_file_that_loses_its_name_ends_all_writing() {
    let all = [
        Harm::Remove("munja.db"),
        Harm::Remove("munja.db-wal"),
        Harm::Remove("munja.db-shm"),
        Harm::Rename("munja.db"),
        Harm::Replace,
    ];
    for harm in all {
        let bench = Bench::new();
        bench.text_in(MINSU, T0).await;
        bench.store.check_files().unwrap();
        harm.strike(bench.folder.path());
        let lost = large(&bench.store, 1).await;
        assert!(
            matches!(&lost, Err(StoreError::FileLost(why)) if why.contains("munja.db")),
            "{harm:?}: {lost:?}"
        );
        assert!(matches!(told(&bench.store).await, StoreError::FileLost(_)), "{harm:?}");
        assert!(bench.store.check_files().is_err() && bench.store.is_unsound().is_some());
        assert!(matches!(large(&bench.store, 2).await, Err(StoreError::FileLost(_))), "for good");
        assert!(bench.store.inbound_cursor(CARRIER).await.unwrap().is_some(), "reads go on");
    }
}

/// Also where nothing is written.
#[tokio::test]
async fn a_quiet_gateway_notices_it_too() {
    let bench = Bench::new();
    Harm::Remove("munja.db").strike(bench.folder.path());
    assert!(bench.store.check_files().is_err());
    assert!(matches!(told(&bench.store).await, StoreError::FileLost(_)));
}

/// The process still has everything, and nobody else.
#[tokio::test]
async fn what_is_in_a_removed_file_is_saved() {
    let bench = Bench::new();
    bench.text_in(MINSU, T0).await;
    Harm::Remove("munja.db").strike(bench.folder.path());
    bench.store.check_files().unwrap_err();
    let copy = bench.store.save_copy(".saved-1").await.unwrap();
    assert!(bench.store.save_copy(".saved-1").await.is_err(), "nothing is written over");
    std::fs::rename(&copy, bench.path()).unwrap();
    // As after the end of the process.
    drop(std::fs::remove_file(bench.folder.path().join("munja.db-wal")));
    let Bench { store, eye, folder } = bench;
    drop((store, eye));
    let existing = StoreOptions { create: false, ..StoreOptions::default() };
    let again = Store::open(&folder.path().join("munja.db"), &existing).unwrap();
    assert_eq!(again.balance().await.unwrap().n_received, 1);
    assert!(again.quick_check().await.unwrap().is_empty());
    assert_eq!(std::fs::metadata(again.path()).unwrap().mode() & 0o777, 0o600);
}

#[tokio::test]
async fn after_a_failed_sync_nothing_is_written_any_more() {
    let bench = Bench::new();
    bench.text_in(MINSU, T0).await;
    let failed = bench.store.write(|conn| {
        conn.execute("INSERT INTO event (at, kind) VALUES (1, 'test')", [])?;
        Err::<(), _>(StoreError::DiskFailed)
    });
    assert!(matches!(failed.await, Err(StoreError::DiskFailed)));
    assert!(matches!(told(&bench.store).await, StoreError::DiskFailed));
    assert!(matches!(large(&bench.store, 1).await, Err(StoreError::DiskFailed)));
    assert!(bench.store.inbound_cursor(CARRIER).await.unwrap().is_some(), "reads go on");
    let again = Store::open(&bench.path(), &StoreOptions::default()).unwrap();
    large(&again, 1).await.unwrap();
    assert_eq!((bench.count("inbox"), bench.n_events("kind = 'test'")), (2, 0));
}

/// Runs an ignored test of this file in a process of its own.
fn run_child(mut command: Command, name: &str, database: &Path) {
    let said = command
        .args(["--exact", "--ignored", "--nocapture", &format!("store::tests::faults::{name}")])
        .env(CHILD_DATABASE, database)
        .output()
        .unwrap();
    let text = format!("{}{}", String::from_utf8_lossy(&said.stdout), String::from_utf8_lossy(&said.stderr));
    assert!(said.status.success() && text.contains("1 passed"), "{text}");
}

/// Which database a child process is about; `None` where nobody started it as a child.
fn database_of_child() -> Option<PathBuf> {
    std::env::var_os(CHILD_DATABASE).map(PathBuf::from)
}

/// Where the child process writes down what it was answered.
fn notes(database: &Path) -> PathBuf {
    database.with_extension("answered")
}

#[tokio::test]
async fn a_file_that_may_not_grow_answers_nothing_and_recovers() {
    let folder = tempfile::tempdir().unwrap();
    let database = folder.path().join("munja.db");
    let mut command = Command::new("sh");
    // Without the signal, a write beyond the limit fails like one on a full disk.
    let script = "trap '' XFSZ; ulimit -f 4096 && exec \"$0\" \"$@\"";
    command.args(["-c", script]).arg(std::env::current_exe().unwrap());
    run_child(command, "child_writes_until_nothing_goes", &database);
    let answered: i64 = std::fs::read_to_string(notes(&database)).unwrap().parse().unwrap();
    assert!(answered > 10, "{answered}");
    let store = Store::open(&database, &StoreOptions::default()).unwrap();
    assert_eq!(store.balance().await.unwrap().n_received, answered);
    assert!(store.quick_check().await.unwrap().is_empty());
    large(&store, answered + 1).await.unwrap();
}

#[tokio::test]
#[ignore = "run by a_file_that_may_not_grow_answers_nothing_and_recovers"]
async fn child_writes_until_nothing_goes() {
    let Some(database) = database_of_child() else { return };
    let store = Store::open(&database, &StoreOptions::default()).unwrap();
    let mut answered = 0;
    let error = loop {
        match large(&store, answered + 1).await {
            Ok(_) => answered += 1,
            Err(error) => break error,
        }
        assert!(answered < 10_000, "there is no limit");
    };
    assert!(error.is_of_the_disk(), "{error}");
    assert!(large(&store, 10_000).await.is_err(), "and again");
    assert_eq!(
        store.inbound_cursor(CARRIER).await.unwrap(),
        Some(Cursor::starting_at(answered)),
        "reads go on"
    );
    // Room comes back: the log is copied into the file, and emptied.
    store.checkpoint().await.unwrap();
    large(&store, answered + 1).await.unwrap();
    std::fs::write(notes(&database), (answered + 1).to_string()).unwrap();
}

fn is_root() -> bool {
    std::fs::metadata("/proc/self").unwrap().uid() == 0
}

/// This program, run by somebody for whom modes count. Who is not root is somebody.
fn as_somebody(folder: &Path) -> Command {
    if !is_root() {
        return Command::new(std::env::current_exe().unwrap());
    }
    // The way to where it was built may be closed to others.
    let copy = folder.join("tests");
    std::fs::copy(std::env::current_exe().unwrap(), &copy).unwrap();
    set_mode(&copy, 0o755);
    let mut command = Command::new(copy);
    command.uid(NOBODY).gid(NOBODY).current_dir("/");
    command
}

fn set_mode(path: &Path, mode: u32) {
    std::fs::set_permissions(path, std::fs::Permissions::from_mode(mode)).unwrap();
}

#[test]
fn a_file_or_folder_that_may_only_be_read_is_refused_at_once() {
    for (folder_mode, file_mode) in [(0o755, 0o444), (0o555, 0o666)] {
        let folder = tempfile::tempdir().unwrap();
        let data = folder.path().join("data");
        std::fs::create_dir(&data).unwrap();
        let database = data.join("munja.db");
        drop(Store::open(&database, &StoreOptions::default()).unwrap());
        set_mode(folder.path(), 0o755);
        set_mode(&database, file_mode);
        let command = as_somebody(folder.path());
        set_mode(&data, folder_mode);
        run_child(command, "child_opens_what_may_only_be_read", &database);
        set_mode(&data, 0o755);
    }
}

#[test]
#[ignore = "run by a_file_or_folder_that_may_only_be_read_is_refused_at_once"]
fn child_opens_what_may_only_be_read() {
    let Some(database) = database_of_child() else { return };
    let error = Store::open(&database, &StoreOptions::default()).err().expect("it was opened").to_string();
    assert!(error.contains(database.to_str().unwrap()), "{error}");
    println!("{error}");
}

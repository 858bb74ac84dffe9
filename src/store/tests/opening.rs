//! Opening: what cannot be used is refused in words that name the file, and nothing in it is touched.

use std::ffi::OsStr;
use std::os::unix::ffi::OsStrExt;
use std::path::Path;

use super::*;

fn open(path: &Path) -> Result<Store> {
    Store::open(path, &StoreOptions::default())
}

/// Refused in words that name the file, which stays as it was.
fn assert_refused(path: &Path, expected: &str) {
    let before = std::fs::read(path).ok();
    let error = open(path).err().expect("it was opened").to_string();
    assert!(error.contains(path.to_str().unwrap()) && error.contains(expected), "{error}");
    assert_eq!(std::fs::read(path).ok(), before, "it was changed");
}

/// A closed database with some texts in it: its folder and path.
async fn closed() -> (TempDir, PathBuf) {
    let bench = Bench::new();
    for n in 0..200 {
        let items = (0..10).map(|i| text(&format!("{n}-{i}"), MINSU, "네")).collect();
        bench.accept(items, T0).await.unwrap();
    }
    bench.store.checkpoint().await.unwrap();
    let Bench { store, eye, folder } = bench;
    drop((store, eye));
    let path = folder.path().join("munja.db");
    (folder, path)
}

#[test]
fn a_file_that_is_no_database() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("notes.txt");
    for content in ["hello".to_owned(), "내일 회의 ".repeat(1_000)] {
        std::fs::write(&path, content).unwrap();
        assert_refused(&path, "not a database");
    }
}

#[tokio::test]
async fn a_file_whose_beginning_is_overwritten() {
    let (_folder, path) = closed().await;
    let mut file = std::fs::read(&path).unwrap();
    file[..100].fill(0);
    std::fs::write(&path, file).unwrap();
    assert_refused(&path, "not a database");
}

#[tokio::test]
async fn another_programs_a_newer_and_an_impossible_version() {
    let (_folder, path) = closed().await;
    let outside = |sql: &str| Connection::open(&path).unwrap().execute_batch(sql).unwrap();
    outside("PRAGMA user_version = 99");
    assert_refused(&path, "newer Munja");
    outside("PRAGMA user_version = -7");
    assert_refused(&path, "version -7");
    outside("PRAGMA user_version = 1; PRAGMA application_id = 7");
    assert_refused(&path, "another program");
    outside("PRAGMA user_version = 0");
    assert_refused(&path, "another program");
}

/// A closed file as version 1 was shipped, in WAL mode as every version keeps it.
fn first_version(folder: &Path) -> PathBuf {
    let path = folder.join("munja.db");
    let connection = Connection::open(&path).unwrap();
    connection.execute_batch(include_str!("../engine/migrations/0001.sql")).unwrap();
    let marks = "PRAGMA application_id = 0x4d756e6a; PRAGMA user_version = 1; PRAGMA journal_mode = WAL;";
    connection.execute_batch(marks).unwrap();
    path
}

#[test]
fn an_older_version_is_upgraded_only_where_that_was_asked_for() {
    let folder = tempfile::tempdir().unwrap();
    let path = first_version(folder.path());
    for read_only in [false, true] {
        let options = StoreOptions { read_only, ..StoreOptions::default() };
        let before = std::fs::read(&path).unwrap();
        let refused = Store::open(&path, &options).err().expect("it was opened").to_string();
        for word in ["munja.db", "version 1", &format!("version {SCHEMA_VERSION}"), "munjad migrate"] {
            assert!(refused.contains(word), "{refused}");
        }
        assert_eq!(std::fs::read(&path).unwrap(), before);
        assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 1, "something was made beside it");
    }
    let upgraded = Store::upgrade(&path, &DataKeys::none()).unwrap();
    assert_eq!((upgraded.from, upgraded.to), (1, SCHEMA_VERSION));
    assert!(upgraded.copies[0].ends_with("munja.db.v1-backup") && upgraded.copies[0].exists());
    assert_eq!(Store::upgrade(&path, &DataKeys::none()).unwrap().copies, Vec::<PathBuf>::new());
    open(&path).unwrap();
}

/// What an older program that died had not folded in stays where it is.
#[test]
fn the_log_of_a_refused_file_is_left_alone() {
    let folder = tempfile::tempdir().unwrap();
    let path = first_version(folder.path());
    let other = tempfile::tempdir().unwrap();
    let [copy, log] = ["munja.db", "munja.db-wal"].map(|name| other.path().join(name));
    let connection = Connection::open(&path).unwrap();
    let counselor =
        "INSERT INTO counselor (login, name, password_hash, created_at) VALUES ('m', 'm', 'x', 0)";
    connection.execute_batch(counselor).unwrap();
    std::fs::copy(&path, &copy).unwrap();
    std::fs::copy(folder.path().join("munja.db-wal"), &log).unwrap();
    let before = [&copy, &log].map(|path| std::fs::read(path).unwrap());
    assert!(!before[1].is_empty());
    open(&copy).err().expect("it was opened");
    assert_eq!([&copy, &log].map(|path| std::fs::read(path).unwrap()), before);
}

#[tokio::test]
async fn reading_only_changes_nothing_and_sees_what_is_committed() {
    let (folder, path) = closed().await;
    let reading = StoreOptions { create: false, read_only: true, ..StoreOptions::default() };
    let names = || {
        let mut names: Vec<_> =
            std::fs::read_dir(folder.path()).unwrap().map(|file| file.unwrap().file_name()).collect();
        names.sort();
        names
    };
    let (before, content) = (names(), std::fs::read(&path).unwrap());
    let store = Store::open(&path, &reading).unwrap();
    assert_eq!(store.balance().await.unwrap().n_received, 2_000);
    assert!(store.quick_check().await.unwrap().is_empty());
    let written = store.note(EventKind::WorkerRestarted, String::new(), T0).await;
    assert!(matches!(written, Err(StoreError::ReadOnly)), "{written:?}");
    drop(store);
    assert_eq!((names(), std::fs::read(&path).unwrap()), (before, content));
    // Beside a daemon that writes.
    let daemon = open(&path).unwrap();
    daemon.note(EventKind::WorkerRestarted, "new".to_owned(), T0).await.unwrap();
    let beside = Store::open(&path, &reading).unwrap();
    assert_eq!(beside.last_event_seq().await.unwrap(), daemon.last_event_seq().await.unwrap());
    let link = folder.path().join("link.db");
    std::os::unix::fs::symlink(&path, &link).unwrap();
    let linked = Store::open(&link, &reading).unwrap();
    daemon.note(EventKind::WorkerRestarted, "newer".to_owned(), T0).await.unwrap();
    assert_eq!(linked.last_event_seq().await.unwrap(), daemon.last_event_seq().await.unwrap());
    drop((beside, linked));
    drop(daemon);
    // The writer's thread closes the file, once it is through with its last commit.
    let has_log = || names().iter().any(|name| name.to_string_lossy().ends_with("-wal"));
    let began = std::time::Instant::now();
    while has_log() && began.elapsed() < std::time::Duration::from_secs(10) {
        std::thread::yield_now();
    }
    assert!(!has_log(), "{:?}", names());
}

#[test]
fn what_is_not_there() {
    let folder = tempfile::tempdir().unwrap();
    assert_refused(&folder.path().join("none").join("munja.db"), "cannot open");
    let path = folder.path().join("munja.db");
    let options = StoreOptions { create: false, ..StoreOptions::default() };
    let error = Store::open(&path, &options).err().unwrap().to_string();
    assert!(error.contains("munja.db") && !path.exists(), "{error}");
    let error = open(folder.path()).err().unwrap().to_string();
    assert!(error.contains(folder.path().to_str().unwrap()), "{error}");
}

/// Overwrites the first page of a table.
fn damage(path: &Path, table: &str) {
    let root: u64 = {
        let connection = Connection::open(path).unwrap();
        let sql = "SELECT rootpage FROM sqlite_schema WHERE name = ?1";
        connection.query_row(sql, [table], |r| r.get::<_, i64>(0)).unwrap().try_into().unwrap()
    };
    let mut file = std::fs::read(path).unwrap();
    let begin = usize::try_from((root - 1) * 4096).unwrap();
    file[begin..begin + 4096].fill(0xa5);
    std::fs::write(path, file).unwrap();
}

#[tokio::test]
async fn a_damaged_file_is_not_put_to_use() {
    let (_folder, path) = closed().await;
    open(&path).unwrap().examine().await.unwrap();
    damage(&path, "inbox");
    let refused = open(&path).unwrap().examine().await;
    assert!(
        matches!(&refused, Err(error @ StoreError::Corrupt(_)) if error.remedy().is_some()),
        "{refused:?}"
    );
}

#[tokio::test]
async fn damage_that_a_query_finds_is_told_and_the_rest_is_read() {
    let (_folder, path) = closed().await;
    damage(&path, "inbox");
    let store = open(&path).unwrap();
    assert!(store.is_unsound().is_none());
    assert!(matches!(store.balance().await, Err(StoreError::Corrupt(_))));
    assert!(matches!(store.is_unsound(), Some(StoreError::Corrupt(_))));
    assert!(store.inbound_cursor(CARRIER).await.unwrap().is_some());
    store.note(EventKind::WorkerRestarted, "still here".to_owned(), T0).await.unwrap();
}

/// What a damaged file takes may be lost: the gateway ends, and a large file is examined by the next start too.
#[tokio::test]
async fn damage_that_a_write_finds_ends_all_writing() {
    let (_folder, path) = closed().await;
    damage(&path, "inbox");
    let store = open(&path).unwrap();
    let kept =
        store.accept_inbound(CARRIER, vec![], vec![text("new", MINSU, "네")], Cursor::starting_at(T0), T0);
    assert!(matches!(kept.await, Err(StoreError::Corrupt(_))));
    let failure =
        tokio::time::timeout(Duration::from_secs(20), store.failed()).await.expect("nobody was told");
    assert!(matches!(failure, StoreError::Corrupt(_)), "{failure}");
    let noted = store.note(EventKind::WorkerRestarted, String::new(), T0).await;
    assert!(matches!(noted, Err(StoreError::Corrupt(_))), "{noted:?}");
    let mark = path.with_extension("db.damaged");
    assert!(mark.exists());
    drop(store);
    let (_other, sound) = closed().await;
    std::fs::copy(sound, &path).unwrap();
    open(&path).unwrap().examine().await.unwrap();
    assert!(!mark.exists(), "a sound file takes the mark away");
}

#[tokio::test]
async fn a_lost_database_is_not_begun_anew() {
    let (folder, path) = closed().await;
    std::fs::remove_file(&path).unwrap();
    let refused = open(&path).err().expect("a lost one was begun anew").to_string();
    assert!(refused.contains("munja.db is gone") && refused.contains("munja.db.made"), "{refused}");
    assert!(!path.exists());
    let link = folder.path().join("link.db");
    std::os::unix::fs::symlink("munja.db", &link).unwrap();
    assert!(open(&link).is_err(), "by another name neither");
    // An empty one in its place is no database either.
    std::fs::write(&path, "").unwrap();
    assert!(open(&path).is_err());
    std::fs::remove_file(&path).unwrap();
    std::fs::remove_file(folder.path().join("munja.db.made")).unwrap();
    open(&path).unwrap();
}

/// What the disk of a database holds shows only when it is mounted: nothing is begun in its place before.
#[tokio::test]
async fn nothing_is_begun_behind_a_link_that_leads_nowhere() {
    let folder = tempfile::tempdir().unwrap();
    let (disk, link) = (folder.path().join("disk"), folder.path().join("munja.db"));
    std::os::unix::fs::symlink(disk.join("munja.db"), &link).unwrap();
    for is_folder_there in [false, true] {
        if is_folder_there {
            std::fs::create_dir(&disk).unwrap();
        }
        let refused = open(&link).err().expect("it was begun").to_string();
        for word in [link.to_str().unwrap(), disk.to_str().unwrap(), "mount -a", "database.path"] {
            assert!(refused.contains(word), "{refused}");
        }
    }
    assert_eq!(std::fs::read_dir(&disk).unwrap().count(), 0);
    // As it says: under its own name. From then on the link is as good as the name.
    drop(open(&disk.join("munja.db")).unwrap());
    open(&link).unwrap();
}

#[test]
fn a_log_without_its_database_is_kept() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("munja.db");
    let log = folder.path().join("munja.db-wal");
    std::fs::write(&log, "texts that are in no database").unwrap();
    let refused = open(&path).err().expect("the log would be lost").to_string();
    assert!(refused.contains("munja.db-wal"), "{refused}");
    assert!(log.exists() && !path.exists());
}

#[tokio::test]
async fn a_file_cut_short() {
    let (_folder, path) = closed().await;
    let length = std::fs::metadata(&path).unwrap().len();
    std::fs::OpenOptions::new().write(true).open(&path).unwrap().set_len(length / 2 / 4096 * 4096).unwrap();
    match open(&path) {
        Err(error) => assert!(error.to_string().contains("munja.db"), "{error}"),
        Ok(store) => assert!(store.quick_check().await.map_or(true, |found| !found.is_empty())),
    }
}

#[test]
fn many_may_make_the_same_file_at_once() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("munja.db");
    std::thread::scope(|scope| {
        let openers: Vec<_> = (0..8).map(|_| scope.spawn(|| open(&path).map(drop))).collect();
        for opener in openers {
            opener.join().unwrap().unwrap();
        }
    });
}

#[tokio::test]
async fn any_name_a_file_can_have() {
    let folder = tempfile::tempdir().unwrap();
    for name in ["a b?mode=ro&x#%41.db".as_bytes(), "문자.db-wal".as_bytes(), b"\xff\xfe.db"] {
        let path = folder.path().join(OsStr::from_bytes(name));
        let store = open(&path).unwrap();
        store.note(EventKind::WorkerRestarted, String::new(), T0).await.unwrap();
        store.checkpoint().await.unwrap();
        assert!(path.exists());
    }
    let made: Vec<_> = std::fs::read_dir(folder.path()).unwrap().collect();
    assert!(made.len() <= 12, "files beside the databases and their logs: {made:?}");
}

#[tokio::test]
async fn what_was_answered_is_there_after_opening_again() {
    let (_folder, path) = closed().await;
    let store = open(&path).unwrap();
    assert_eq!(store.balance().await.unwrap().n_received, 2_000);
    assert_eq!(store.inbound_cursor(CARRIER).await.unwrap(), Some(Cursor::starting_at(T0)));
}

#[test]
fn only_its_owner_may_read_it() {
    use std::os::unix::fs::PermissionsExt;
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("munja.db");
    let _store = open(&path).unwrap();
    for file in std::fs::read_dir(folder.path()).unwrap().flatten() {
        let mode = file.metadata().unwrap().permissions().mode() & 0o777;
        assert_eq!(mode, 0o600, "{}", file.path().display());
    }
}

#[test]
fn an_empty_file_is_not_begun_anew_without_being_told_to() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("munja.db");
    let existing = StoreOptions { create: false, ..StoreOptions::default() };
    std::fs::write(&path, "").unwrap();
    let error = Store::open(&path, &existing).err().expect("it was opened").to_string();
    assert!(error.contains("munja.db is empty"), "{error}");
    assert_eq!(std::fs::metadata(&path).unwrap().len(), 0, "it was changed");
    let error = Store::open(folder.path(), &existing).err().expect("it was opened").to_string();
    assert!(error.contains("is a folder"), "{error}");
}

//! Encryption at rest: what a build without it refuses, and what lies on disk with it.

use super::*;
use crate::domain::data_key::{CAN_ENCRYPT, DataKey};

fn key(n: u8) -> DataKey {
    DataKey::new([n; 32])
}

/// Bytes as SQLCipher would write them, for all that can be seen from outside.
fn random_pages(n: usize) -> Vec<u8> {
    let mut state = 0x9e37_79b9_7f4a_7c15_u64;
    let mut next = || {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (state >> 56) as u8
    };
    (0..n * 4_096).map(|_| next()).collect()
}

#[test]
fn an_encrypted_file_without_a_key_is_no_damaged_one() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("munja.db");
    std::fs::write(&path, random_pages(5)).unwrap();
    for read_only in [false, true] {
        let options = StoreOptions { create: false, read_only, ..StoreOptions::default() };
        let error = Store::open(&path, &options).err().expect("it was opened");
        let said = error.to_string();
        assert!(matches!(error, StoreError::Unusable(_)) && error.remedy().is_none(), "{said}");
        for word in ["munja.db is encrypted", "database.key_file", "Nothing was changed"] {
            assert!(said.contains(word), "{word}: {said}");
        }
        assert_eq!(said.contains("munja-sqlcipher"), !CAN_ENCRYPT, "{said}");
    }
    let copied = copy_database(&path, &folder.path().join("copy"), &DataKeys::none()).unwrap_err();
    assert!(copied.to_string().contains("is encrypted"), "{copied}");
    assert_eq!(std::fs::read(&path).unwrap(), random_pages(5));
    assert!(!files::beside(&path, ".damaged").exists());
}

#[test]
fn what_is_merely_damaged_is_not_taken_for_encrypted() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("munja.db");
    drop(Store::open(&path, &StoreOptions::default()).unwrap());
    let sound = std::fs::read(&path).unwrap();
    for damage in [[0; 100].as_slice(), b"words of another program, in the place of the first page"] {
        let bytes = [damage, &sound[damage.len()..]].concat();
        std::fs::write(&path, &bytes).unwrap();
        assert!(!seems_encrypted(&path));
        assert!(matches!(Store::open(&path, &StoreOptions::default()), Err(StoreError::Corrupt(_))));
    }
    std::fs::write(&path, &random_pages(2)[..5_000]).unwrap();
    assert!(!seems_encrypted(&path), "it ends within a page");
}

#[cfg(not(feature = "sqlcipher"))]
#[test]
fn a_build_that_cannot_encrypt_writes_nothing_with_a_key() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("munja.db");
    let options = StoreOptions { keys: DataKeys::of(key(1)), ..StoreOptions::default() };
    let refused = Store::open(&path, &options).err().expect("it was opened").to_string();
    assert!(refused.contains("munja-sqlcipher") && refused.contains("database.key_file"), "{refused}");
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 0);
}

#[cfg(feature = "sqlcipher")]
mod encrypted {
    use std::path::Path;

    use super::*;
    use crate::domain::photo::{FileKind, Kept, PhotoKind};
    use crate::domain::search::{Place, Words};

    const SECRET: &str = "아버지 이름은 김아무개입니다 SECRET-WORDS";
    const PHOTO: &[u8] = b"a photo with SECRET-WORDS in it";

    fn options(keys: &DataKeys) -> StoreOptions {
        StoreOptions { keys: keys.clone(), ..StoreOptions::default() }
    }

    fn ring(keys: &[DataKey]) -> DataKeys {
        DataKeys::parse(&DataKeys::written(keys), Path::new("database.key")).unwrap()
    }

    /// A store is closed a moment after it is dropped, when its writer's thread has ended: then there is no log any more.
    async fn until_closed(path: &Path) {
        let log = files::beside(path, "-wal");
        let closed = async {
            while log.exists() {
                tokio::time::sleep(std::time::Duration::from_millis(2)).await;
            }
        };
        tokio::time::timeout(std::time::Duration::from_secs(10), closed).await.expect("it is not closed");
    }

    /// A database with a text, its photo and its index of words; closed.
    async fn filled(keys: &DataKeys) -> TempDir {
        let bench = Bench::with(&options(keys));
        if let Some(key) = keys.in_use() {
            bench.eye.execute_batch(&format!("PRAGMA key = \"x'{}'\"", key.to_hex())).unwrap();
        }
        bench.accept(vec![text("a", MINSU, SECRET)], T0).await.unwrap();
        bench.accept(vec![photos::text_with("p", JIYEONG, 1)], T0).await.unwrap();
        let wanted = bench.store.wanted_photos(9, T0).await.unwrap();
        let kept = Kept { kind: FileKind::Photo(PhotoKind::Jpeg), pixels: Some((40, 30)) };
        bench.store.keep_photo(wanted[0].id, PHOTO, kept, T0).await.unwrap();
        assert_eq!(bench.route(T0).await.n_routed, 2);
        while bench.store.index_lag().await.unwrap() > 0 {
            bench.store.index_some().await.unwrap();
        }
        let Bench { store, eye, folder } = bench;
        drop((store, eye));
        until_closed(&path(&folder)).await;
        folder
    }

    fn path(folder: &TempDir) -> PathBuf {
        folder.path().join("munja.db")
    }

    /// All is there: the text by a search, the photo by its hash, and every promise of the database.
    async fn assert_whole(path: &Path, keys: &DataKeys) {
        let store = Store::open(path, &options(keys)).unwrap();
        assert!(store.has_its_pseudonym_key());
        let examined = store.examine_all(true, true).await.unwrap();
        assert_eq!((examined.troubles, examined.n_photos), (Vec::new(), 1));
        let filter =
            SearchFilter { words: Some(Words::parse("김아무개").unwrap()), ..SearchFilter::default() };
        let page = store.search(filter, Place::START, 9, &everybody()).await.unwrap();
        assert_eq!(page.hits.len(), 1);
        let hash: Hash = store
            .read(|conn| Ok(conn.query_row("SELECT sha256 FROM photo", [], |row| row.get(0))?))
            .await
            .unwrap();
        assert_eq!(store.file(hash).await.unwrap(), PHOTO);
        drop(store);
        until_closed(path).await;
    }

    fn all_files(folder: &Path) -> Vec<PathBuf> {
        let entries = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
        entries.flat_map(|path| if path.is_dir() { all_files(&path) } else { vec![path] }).collect()
    }

    /// Files in which something of a citizen can be read.
    fn readable(folder: &Path) -> Vec<PathBuf> {
        let mut all = all_files(folder);
        all.retain(|path| {
            let bytes = std::fs::read(path).unwrap();
            let has = |word: &[u8]| bytes.windows(word.len()).any(|window| window == word);
            has(b"SECRET-WORDS")
                || has(MINSU.as_bytes())
                || has("김아무개".as_bytes())
                || has(b"SQLite format 3")
        });
        all
    }

    #[tokio::test]
    async fn nothing_can_be_read_from_disk_and_only_the_key_opens_it() {
        let keys = ring(&[key(1)]);
        let folder = filled(&keys).await;
        assert_eq!(readable(folder.path()), Vec::<PathBuf>::new());
        assert_whole(&path(&folder), &keys).await;
        let before = std::fs::read(path(&folder)).unwrap();
        for read_only in [false, true] {
            let wrong = StoreOptions { read_only, create: false, ..options(&ring(&[key(2)])) };
            let error = Store::open(&path(&folder), &wrong).err().expect("it was opened");
            let said = error.to_string();
            assert!(matches!(error, StoreError::Unusable(_)) && error.remedy().is_none(), "{said}");
            assert!(said.contains("database.key: it is encrypted with another key"), "{said}");
        }
        let none = Store::open(&path(&folder), &StoreOptions::default()).err().expect("it was opened");
        assert!(none.to_string().contains("is encrypted: name the file with its key"), "{none}");
        assert!(is_locked_is_quiet(&folder, &keys));
        assert_eq!(std::fs::read(path(&folder)).unwrap(), before);
        // Further keys do no harm, whichever stands first.
        for more in [ring(&[key(2), key(1)]), ring(&[key(1), key(2)])] {
            assert_whole(&path(&folder), &more).await;
        }
    }

    fn is_locked_is_quiet(folder: &TempDir, keys: &DataKeys) -> bool {
        !is_locked(&path(folder), keys) && !is_locked(&path(folder), &ring(&[key(2)]))
    }

    #[tokio::test]
    async fn a_plain_database_is_encrypted_its_key_changed_and_decrypted() {
        let folder = filled(&DataKeys::none()).await;
        let path = path(&folder);
        assert_eq!(readable(folder.path()).len(), 2, "the database and the photo");
        let (old, new) = (ring(&[key(1)]), ring(&[key(2)]));
        let refused = Store::open(&path, &options(&old)).err().expect("it was opened").to_string();
        assert!(refused.contains("munjad db encrypt"), "{refused}");

        // Left by a run that was killed.
        std::fs::write(files::beside(&path, ".recrypt"), "half of a database").unwrap();
        let done = Store::recrypt(&path, &old, old.last()).unwrap();
        assert!(done.is_rewritten && done.n_rows > 5, "{done:?}");
        assert_eq!((done.n_photos, done.n_photos_left), (1, 0));
        assert_eq!(readable(folder.path()), Vec::<PathBuf>::new());
        assert!(!files::beside(&path, ".recrypt").exists());
        assert_whole(&path, &old).await;
        let again = Store::recrypt(&path, &old, old.last()).unwrap();
        assert_eq!((again.is_rewritten, again.n_photos), (false, 0));

        let both = ring(&[key(1), key(2)]);
        let done = Store::recrypt(&path, &both, both.last()).unwrap();
        assert_eq!((done.is_rewritten, done.n_photos), (true, 1));
        assert_whole(&path, &new).await;
        assert!(Store::open(&path, &options(&old)).is_err());

        assert!(Store::recrypt(&path, &new, None).unwrap().is_rewritten);
        assert_whole(&path, &DataKeys::none()).await;
        assert_eq!(readable(folder.path()).len(), 2);
    }

    /// The key file holds both keys until the end: whichever of the files have the new one, all of them open.
    #[tokio::test]
    async fn a_change_of_keys_that_is_broken_off_loses_nothing_and_goes_on() {
        let (old, both, new) = (ring(&[key(1)]), ring(&[key(1), key(2)]), ring(&[key(2)]));
        let folder = filled(&old).await;
        let path = path(&folder);
        let photos = || all_files(&files::beside(&path, "-photos")).remove(0);
        let (photo, pseudonyms) = (photos(), pseudonym_key::key_file(&path));
        let before = [&photo, &pseudonyms].map(|path| std::fs::read(path).unwrap());
        Store::recrypt(&path, &both, both.last()).unwrap();
        let after = [&photo, &pseudonyms].map(|path| std::fs::read(path).unwrap());
        // The database was renamed, and then the power went: before, between and after the others.
        for n in 0..=2 {
            for (at, file) in [&photo, &pseudonyms].into_iter().enumerate() {
                std::fs::write(file, if at < n { &after[at] } else { &before[at] }).unwrap();
            }
            assert_whole(&path, &both).await;
        }
        std::fs::write(&photo, &before[0]).unwrap();
        let done = Store::recrypt(&path, &both, both.last()).unwrap();
        assert_eq!((done.is_rewritten, done.n_photos), (false, 1));
        assert_whole(&path, &new).await;
    }

    /// Copies of upgrades and saved ones go with the database, also one of a version before; what is half made is removed, and what
    /// no key opens stays and is named. A copy keeps the time from which it is kept.
    #[tokio::test]
    async fn the_copies_beside_a_database_go_with_it() {
        let folder = filled(&DataKeys::none()).await;
        let path = path(&folder);
        let [current, older, half, strange, broken_off] =
            [".saved-1", ".v1-backup", ".v2-backup.partial", ".v3-backup", ".v1-backup.recrypt"]
                .map(|ending| files::beside(&path, ending));
        copy_database(&path, &current, &DataKeys::none()).unwrap();
        let old = Connection::open(&older).unwrap();
        old.execute_batch(include_str!("../engine/migrations/0001.sql")).unwrap();
        old.execute_batch("PRAGMA application_id = 0x4d756e6a; PRAGMA user_version = 1").unwrap();
        drop(old);
        std::fs::write(&half, SECRET).unwrap();
        std::fs::write(&broken_off, SECRET).unwrap();
        std::fs::write(&strange, random_pages(3)).unwrap();
        let made_at = std::time::SystemTime::UNIX_EPOCH + std::time::Duration::from_secs(1_700_000_000);
        std::fs::File::options().write(true).open(&older).unwrap().set_modified(made_at).unwrap();

        let (one, two) = (ring(&[key(1)]), ring(&[key(1), key(2)]));
        for (keys, to) in [(&one, Some(key(1))), (&two, Some(key(2))), (&ring(&[key(2)]), None)] {
            let done = Store::recrypt(&path, keys, to.as_ref()).unwrap();
            let left: Vec<&PathBuf> = done.copies.left.iter().map(|(path, _)| path).collect();
            assert_eq!((done.copies.n, left), (2, vec![&strange]), "{:?}", done.copies);
            let again = Store::recrypt(&path, keys, to.as_ref()).unwrap();
            assert_eq!((again.is_rewritten, again.copies.n), (false, 0));
            let with = to.clone().map_or(Opens::Plain, Opens::With);
            for copy in [&current, &older] {
                assert_eq!(opens(copy, keys).unwrap(), with, "{}", copy.display());
            }
            assert_eq!(older.metadata().unwrap().modified().unwrap(), made_at);
            assert!(!half.exists() && !broken_off.exists());
            assert_eq!(std::fs::read(&strange).unwrap(), random_pages(3));
            let n_plain = if to.is_some() { 0 } else { 4 };
            assert_eq!(readable(folder.path()).len(), n_plain, "the database, its photo and two copies");
            assert_whole(&path, &to.map_or_else(DataKeys::none, DataKeys::of)).await;
        }
    }

    /// The database has the new key and one of its copies has it: the same command goes on with the other.
    #[tokio::test]
    async fn a_change_of_keys_goes_on_with_the_copies_that_are_left() {
        let (old, both) = (ring(&[key(1)]), ring(&[key(1), key(2)]));
        let folder = filled(&old).await;
        let path = path(&folder);
        let copies = [".v1-backup", ".v2-backup"].map(|ending| files::beside(&path, ending));
        copy_database(&path, &copies[0], &old).unwrap();
        Store::recrypt(&path, &both, both.last()).unwrap();
        std::fs::copy(&copies[0], folder.path().join("kept")).unwrap();
        let other = filled(&old).await;
        copy_database(&self::path(&other), &copies[1], &old).unwrap();
        let done = Store::recrypt(&path, &both, both.last()).unwrap();
        assert_eq!((done.is_rewritten, done.copies.n, done.copies.left), (false, 1, Vec::new()));
        for copy in &copies {
            assert_eq!(opens(copy, &ring(&[key(2)])).unwrap(), Opens::With(key(2)));
        }
        assert_eq!(std::fs::read(&copies[0]).unwrap(), std::fs::read(folder.path().join("kept")).unwrap());
    }

    #[tokio::test]
    async fn copies_are_encrypted_with_the_same_key_and_come_back_with_it() {
        let keys = ring(&[key(1)]);
        let folder = filled(&keys).await;
        let path = path(&folder);
        let store = Store::open(&path, &options(&keys)).unwrap();
        let saved = store.save_copy(".saved-test").await.unwrap();
        drop(store);
        let copy = folder.path().join("copy.db");
        let held = copy_database(&path, &copy, &keys).unwrap();
        assert_eq!(readable(folder.path()), Vec::<PathBuf>::new());
        for made in [&saved, &copy] {
            assert_eq!(examine_copy(made, &held, &keys).unwrap(), []);
            assert!(examine_copy(made, &held, &ring(&[key(2)])).is_err());
            assert!(
                examine_copy(made, &held, &DataKeys::none()).unwrap_err().to_string().contains("encrypted")
            );
        }
        assert_eq!(newest_text_at(&copy, &keys).unwrap(), Some(T0));
        let (last_event_seq, carrier) = (held.last_event_seq, CARRIER.to_owned());
        let by = crate::domain::access::Who::operator("root".into());
        let back = ReplacedCopy { made_at: T0, last_event_seq, carrier, by };
        Store::begin_recovery(&copy, &back, &keys, T0 + HOUR).unwrap();
        let other = tempfile::tempdir().unwrap();
        let there = other.path().join("munja.db");
        std::fs::copy(&copy, other.path().join("ready")).unwrap();
        let pseudonyms = std::fs::read_to_string(key_file(&path)).unwrap();
        place(&other.path().join("ready"), Some(&pseudonyms), &there, &keys).unwrap();
        assert_eq!(readable(other.path()), Vec::<PathBuf>::new());
        assert!(Store::open(&there, &options(&keys)).unwrap().has_its_pseudonym_key());
    }

    /// An upgrade copies the file first.
    #[test]
    fn an_older_version_is_upgraded_and_its_copy_is_encrypted() {
        let folder = tempfile::tempdir().unwrap();
        let (path, keys) = (folder.path().join("munja.db"), ring(&[key(1)]));
        let old = Connection::open(&path).unwrap();
        old.execute_batch(&format!("PRAGMA key = \"x'{}'\"", key(1).to_hex())).unwrap();
        old.execute_batch(include_str!("../engine/migrations/0001.sql")).unwrap();
        old.execute_batch("PRAGMA application_id = 0x4d756e6a; PRAGMA user_version = 1").unwrap();
        drop(old);
        let done = Store::upgrade(&path, &keys).unwrap();
        assert_eq!((done.from, done.to), (1, SCHEMA_VERSION));
        assert_eq!(readable(folder.path()), Vec::<PathBuf>::new());
        for copy in &done.copies {
            assert!(matches!(opens(copy, &keys).unwrap(), Opens::With(_)), "{}", copy.display());
        }
    }

    /// What is left of somebody in encrypted copies is found with the key.
    #[tokio::test]
    async fn an_erasure_finds_what_encrypted_copies_hold() {
        let keys = ring(&[key(1)]);
        let folder = filled(&keys).await;
        let path = path(&folder);
        copy_database(&path, &files::beside(&path, ".v16-backup"), &keys).unwrap();
        let found = find_traces(&path, &keys, &PhoneNumber::parse(MINSU), &[SECRET.to_owned()]).unwrap();
        assert_eq!(found.len(), 2, "{found:?}");
        assert!(found.iter().all(|trace| trace.n_numbers > 0 && trace.n_words > 0), "{found:?}");
        let nobody = PhoneNumber::parse("01099998888");
        assert_eq!(find_traces(&path, &keys, &nobody, &[]).unwrap(), []);
    }
}

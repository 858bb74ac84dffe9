//! Photo files: one per photo beside the database, named by its SHA-256, never by a name from outside. Mode 0600, like
//! the database.
//!
//! File and directory entry are synced before [`Files::keep`] returns; only then a row may refer to the file. A file
//! without a row is harmless and is removed later ([`Files::sweep`]).
//!
//! Where the database is encrypted, so is each file; its name stays the hash of what is in it. Files from before are read as they
//! are.

use std::fs::{self, DirBuilder, File};
use std::io::{self, ErrorKind, Read, Seek, Write};
use std::os::unix::fs::DirBuilderExt;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, SystemTime};

use sha2::{Digest, Sha256};

use crate::domain::data_key::{DataKey, DataKeys};
use crate::store::engine::files::keep_owner;
use crate::store::engine::seal;
use crate::store::{Result, StoreError};

/// A file without a row is kept this long: a restored database may be replaced by a newer copy that needs it.
const UNNAMED_FOR: Duration = Duration::from_secs(7 * 86_400);
/// Prefix of files that are being written.
const UNFINISHED: &str = ".new-";

/// The SHA-256 of a file.
pub type Hash = [u8; 32];

/// Bytes read at a time: a film is checked and handed out without being held in memory.
const CHUNK: usize = 64 << 10;

/// An open file whose bytes matched its hash. It stays as it is: files are replaced and removed, never written to. Where it was
/// encrypted, it lies decrypted in memory.
#[derive(Debug)]
pub struct SoundFile {
    file: File,
    n_bytes: u64,
}

impl SoundFile {
    pub fn n_bytes(&self) -> u64 {
        self.n_bytes
    }

    /// The file, to be read from its beginning.
    pub fn into_file(self) -> File {
        self.file
    }

    /// All bytes. Blocks.
    pub fn bytes(mut self) -> Result<Vec<u8>> {
        let mut bytes = Vec::new();
        self.file.read_to_end(&mut bytes).map_err(|error| trouble(&error))?;
        Ok(bytes)
    }
}

/// All calls block.
pub(in crate::store) struct Files {
    folder: PathBuf,
    keys: DataKeys,
    /// Held while a file is renamed into place or removed.
    names: Mutex<()>,
}

impl Files {
    /// The folder beside the database, such as `munja.db-photos`; each database has its own.
    pub(in crate::store) fn beside(database: &Path, keys: DataKeys) -> Self {
        let mut folder = database.as_os_str().to_owned();
        folder.push("-photos");
        Files { folder: folder.into(), keys, names: Mutex::new(()) }
    }

    /// Writes and syncs the bytes; returns their SHA-256.
    pub(in crate::store) fn keep(&self, bytes: &[u8]) -> Result<Hash> {
        let hash: Hash = Sha256::digest(bytes).into();
        self.keep_with(&hash, bytes, self.keys.in_use())?;
        Ok(hash)
    }

    fn keep_with(&self, hash: &Hash, bytes: &[u8], key: Option<&DataKey>) -> Result<()> {
        let written = match key {
            Some(key) => self.write(&self.path(hash), &seal::seal(key, &named(hash), bytes)?),
            None => self.write(&self.path(hash), bytes),
        };
        written.map_err(|error| trouble(&error))
    }

    /// Opens a file. `Corrupt` if its bytes do not match the hash.
    pub(in crate::store) fn open(&self, hash: &Hash) -> Result<SoundFile> {
        let mut file = File::open(self.path(hash)).map_err(|error| trouble(&error))?;
        if starts_sealed(&mut file).map_err(|error| trouble(&error))? {
            return self.unsealed(hash, file);
        }
        let hashed = hash_of_file(&mut file).and_then(|found| file.rewind().map(|()| found));
        let (found, n_bytes) = hashed.map_err(|error| trouble(&error))?;
        if found != *hash {
            return Err(damaged());
        }
        Ok(SoundFile { file, n_bytes })
    }

    /// What is in an encrypted file, in memory: nothing of it reaches the disk.
    fn unsealed(&self, hash: &Hash, mut file: File) -> Result<SoundFile> {
        let mut sealed = Vec::new();
        file.read_to_end(&mut sealed).map_err(|error| trouble(&error))?;
        if self.keys.is_none() {
            return Err(StoreError::Unusable(
                "a photo's file is encrypted, and database.key_file is not set".to_owned(),
            ));
        }
        let bytes = seal::unseal(&self.keys, &named(hash), &sealed).ok_or_else(damaged)?;
        let in_memory = || -> io::Result<File> {
            let mut memory = File::from(rustix::fs::memfd_create("photo", rustix::fs::MemfdFlags::CLOEXEC)?);
            memory.write_all(&bytes)?;
            memory.rewind()?;
            Ok(memory)
        };
        let file = in_memory().map_err(|error| trouble(&error))?;
        Ok(SoundFile { file, n_bytes: bytes.len() as u64 })
    }

    /// The bytes of a sound file as they lie on disk: encrypted where it is.
    pub(in crate::store) fn as_it_lies(&self, hash: &Hash) -> Result<Vec<u8>> {
        self.open(hash)?;
        fs::read(self.path(hash)).map_err(|error| trouble(&error))
    }

    /// What a file was that lay under this hash as `bytes`; `None` if it is another one, or no key fits.
    pub(in crate::store) fn content(keys: &DataKeys, hash: &Hash, bytes: Vec<u8>) -> Option<Vec<u8>> {
        let plain = if seal::is_sealed(&bytes) { seal::unseal(keys, &named(hash), &bytes)? } else { bytes };
        (<[u8; 32]>::from(Sha256::digest(&plain)) == *hash).then_some(plain)
    }

    /// Writes every file anew that is not as `to` says: encrypted with that key, or not. One that is damaged is left as it is.
    /// Unfinished files are removed. Returns how many were written, and how many were left.
    pub(in crate::store) fn reseal(&self, to: Option<&DataKey>) -> Result<(usize, usize)> {
        let (mut n_written, mut n_left) = (0, 0);
        for path in self.all().map_err(|error| trouble(&error))? {
            let name = path.file_name().and_then(|name| name.to_str()).unwrap_or_default();
            let Some(hash) = hash_of(name) else {
                if name.starts_with(UNFINISHED) {
                    fs::remove_file(&path).map_err(|error| trouble(&error))?;
                }
                continue;
            };
            let bytes = fs::read(&path).map_err(|error| trouble(&error))?;
            let is_done = match to {
                Some(key) => seal::unseal_with(key, &named(&hash), &bytes).is_some(),
                None => !seal::is_sealed(&bytes),
            };
            match (is_done, Files::content(&self.keys, &hash, bytes)) {
                (true, _) => {}
                (false, None) => n_left += 1,
                (false, Some(plain)) => {
                    self.keep_with(&hash, &plain, to)?;
                    n_written += 1;
                }
            }
        }
        Ok((n_written, n_left))
    }

    /// Removes old files for which `is_named` is false, and old unfinished ones; returns how many.
    pub(in crate::store) fn sweep(&self, is_named: impl Fn(&Hash) -> Result<bool>) -> Result<usize> {
        let mut n = 0;
        for path in self.all().map_err(|error| trouble(&error))? {
            let name = path.file_name().and_then(|name| name.to_str()).unwrap_or_default();
            let is_wanted = match hash_of(name) {
                Some(hash) => is_old(&path) && !is_named(&hash)?,
                None => is_old(&path) && name.starts_with(UNFINISHED),
            };
            if is_wanted {
                n += usize::from(self.remove(&path));
            }
        }
        Ok(n)
    }

    /// Makes a file so old that the next [`Files::sweep`] removes it, unless a row names it or it is written again.
    pub(in crate::store) fn let_go(&self, hash: &Hash) -> Result<()> {
        let aged = File::open(self.path(hash)).and_then(|file| file.set_modified(SystemTime::UNIX_EPOCH));
        match aged {
            Err(error) if error.kind() != ErrorKind::NotFound => Err(trouble(&error)),
            _ => Ok(()),
        }
    }

    /// Removes a file, however young, unless `is_named` or it was written after `began`. Says whether it is gone.
    pub(in crate::store) fn discard(
        &self,
        hash: &Hash,
        began: SystemTime,
        is_named: impl Fn(&Hash) -> Result<bool>,
    ) -> Result<bool> {
        let _names = self.names.lock().unwrap_or_else(PoisonError::into_inner);
        let path = self.path(hash);
        let written = match fs::metadata(&path).and_then(|about| about.modified()) {
            Err(error) if error.kind() == ErrorKind::NotFound => return Ok(false),
            written => written.map_err(|error| trouble(&error))?,
        };
        if written > began || is_named(hash)? {
            return Ok(false);
        }
        fs::remove_file(&path).map_err(|error| trouble(&error))?;
        let folder = path.parent().unwrap_or(&self.folder);
        File::open(folder).and_then(|folder| folder.sync_all()).map_err(|error| trouble(&error))?;
        Ok(true)
    }

    fn path(&self, hash: &Hash) -> PathBuf {
        let name: String = hash.iter().map(|byte| format!("{byte:02x}")).collect();
        self.folder.join(name.get(..2).unwrap_or_default()).join(name)
    }

    fn write(&self, path: &Path, bytes: &[u8]) -> io::Result<()> {
        let folder = path.parent().unwrap_or(&self.folder);
        DirBuilder::new().recursive(true).mode(0o700).create(folder)?;
        // Created with mode 0600.
        let mut file = tempfile::Builder::new().prefix(UNFINISHED).tempfile_in(folder)?;
        file.write_all(bytes)?;
        keep_owner(file.as_file(), path)?;
        file.as_file().sync_all()?;
        let names = self.names.lock().unwrap_or_else(PoisonError::into_inner);
        // Replaces an existing file: that renews its age and repairs it.
        file.persist(path)?;
        drop(names);
        // Sync the folder of the file, its parent, and the folder of the database.
        for folder in folder.ancestors().take(3) {
            let folder = if folder.as_os_str().is_empty() { Path::new(".") } else { folder };
            File::open(folder)?.sync_all()?;
        }
        Ok(())
    }

    fn all(&self) -> io::Result<Vec<PathBuf>> {
        let mut all = Vec::new();
        for folder in entries(&self.folder)? {
            all.extend(entries(&folder)?);
        }
        Ok(all)
    }

    /// Removes an old file, unless it was written again meanwhile.
    fn remove(&self, path: &Path) -> bool {
        let _names = self.names.lock().unwrap_or_else(PoisonError::into_inner);
        is_old(path) && fs::remove_file(path).is_ok()
    }
}

/// What a sealed file is, for whoever opens it.
fn named(hash: &Hash) -> Vec<u8> {
    [b"photo ".as_slice(), hash].concat()
}

fn damaged() -> StoreError {
    StoreError::Corrupt("a photo's file".to_owned())
}

/// Looks at the beginning of a file, and goes back to it.
fn starts_sealed(file: &mut File) -> io::Result<bool> {
    let mut begin = Vec::new();
    Read::take(&mut *file, 64).read_to_end(&mut begin)?;
    file.rewind()?;
    Ok(seal::is_sealed(&begin))
}

fn hash_of_file(file: &mut File) -> io::Result<(Hash, u64)> {
    let (mut hash, mut n_bytes) = (Sha256::new(), 0);
    let mut chunk = vec![0; CHUNK];
    loop {
        match file.read(&mut chunk)? {
            0 => return Ok((hash.finalize().into(), n_bytes)),
            n => {
                hash.update(chunk.get(..n).unwrap_or_default());
                n_bytes += n as u64;
            }
        }
    }
}

fn entries(folder: &Path) -> io::Result<Vec<PathBuf>> {
    match fs::read_dir(folder) {
        Ok(found) => found.map(|entry| Ok(entry?.path())).collect(),
        Err(error) if matches!(error.kind(), ErrorKind::NotFound | ErrorKind::NotADirectory) => {
            Ok(Vec::new())
        }
        Err(error) => Err(error),
    }
}

fn is_old(path: &Path) -> bool {
    let written = fs::metadata(path).and_then(|about| about.modified());
    written.is_ok_and(|at| SystemTime::now().duration_since(at).is_ok_and(|age| age > UNNAMED_FOR))
}

fn hash_of(name: &str) -> Option<Hash> {
    let mut hash = [0; 32];
    let is_plain = name.len() == 64 && name.bytes().all(|b| matches!(b, b'0'..=b'9' | b'a'..=b'f'));
    for (i, byte) in hash.iter_mut().enumerate().take_while(|_| is_plain) {
        *byte = u8::from_str_radix(name.get(2 * i..2 * i + 2)?, 16).ok()?;
    }
    is_plain.then_some(hash)
}

/// An I/O error as a store error; names the kind, never the file.
fn trouble(error: &io::Error) -> StoreError {
    match error.kind() {
        ErrorKind::NotFound => StoreError::NotFound,
        ErrorKind::StorageFull | ErrorKind::QuotaExceeded => StoreError::Full,
        ErrorKind::ReadOnlyFilesystem | ErrorKind::PermissionDenied => StoreError::ReadOnly,
        kind => StoreError::Unusable(format!("a photo's file: {kind}")),
    }
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt;
    use std::process::Command;

    use super::*;

    fn files() -> (tempfile::TempDir, Files) {
        let folder = tempfile::tempdir().unwrap();
        let files = Files::beside(&folder.path().join("munja.db"), DataKeys::none());
        (folder, files)
    }

    fn read(files: &Files, hash: &Hash) -> Result<Vec<u8>> {
        files.open(hash).and_then(SoundFile::bytes)
    }

    fn age(path: &Path, days: u64) {
        let at = SystemTime::now() - Duration::from_secs(days * 86_400);
        File::options().write(true).open(path).unwrap().set_modified(at).unwrap();
    }

    #[test]
    fn kept_under_their_own_hash_for_the_owners_eyes() {
        let (folder, files) = files();
        let hash = files.keep(b"a photo").unwrap();
        assert_eq!(files.keep(b"a photo").unwrap(), hash, "twice is once");
        assert_eq!(read(&files, &hash).unwrap(), b"a photo");
        let all = files.all().unwrap();
        assert_eq!(all, [files.path(&hash)]);
        assert!(all[0].starts_with(folder.path().join("munja.db-photos")));
        let mode = |path: &Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
        assert_eq!((mode(&all[0]), mode(all[0].parent().unwrap())), (0o600, 0o700));
    }

    /// Where a child process writes down what it synced.
    const NOTES: &str = "MUNJA_TEST_SYNCS";

    /// Stands before libc: notes each sync with its path, says "named" of a folder that holds a photo under its final name, and
    /// fails the syncs that are to fail. Libraries may rename without libc, but nobody syncs without it.
    const WITNESS: &str = r#"
        #define _GNU_SOURCE
        #include <dirent.h>
        #include <dlfcn.h>
        #include <errno.h>
        #include <stdio.h>
        #include <stdlib.h>
        #include <string.h>
        #include <unistd.h>
        static void note(const char *what, const char *path) {
            const char *notes = getenv("MUNJA_TEST_SYNCS");
            FILE *file = notes ? fopen(notes, "a") : NULL;
            if (file) { fprintf(file, "%s %s\n", what, path); fclose(file); }
        }
        static int holds_a_photo(const char *folder) {
            DIR *open = opendir(folder);
            int holds = 0;
            for (struct dirent *entry; open && (entry = readdir(open));) holds |= strlen(entry->d_name) == 64;
            if (open) closedir(open);
            return holds;
        }
        static int synced(int fd, const char *name) {
            char link[64], path[4096] = "";
            snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
            ssize_t n = readlink(link, path, sizeof path - 1);
            path[n > 0 ? n : 0] = 0;
            note(holds_a_photo(path) ? "named" : "sync", path);
            const char *fails = getenv("MUNJA_TEST_FAILS");
            if (fails && *fails && strstr(path, fails)) { errno = EIO; return -1; }
            int (*real)(int) = dlsym(RTLD_NEXT, name);
            return real(fd);
        }
        int fsync(int fd) { return synced(fd, "fsync"); }
        int fdatasync(int fd) { return synced(fd, "fdatasync"); }
    "#;

    /// Keeps a photo in a process with a witness; returns what it saw, and whether the photo was kept. `fails` is part of the
    /// path of what cannot be synced.
    fn witnessed(folder: &Path, fails: &str) -> (Vec<String>, bool) {
        let (source, library, notes) = (folder.join("w.c"), folder.join("w.so"), folder.join("notes"));
        fs::write(&source, WITNESS).unwrap();
        let mut compiler = Command::new("cc");
        let built = compiler.args(["-shared", "-fPIC", "-o"]).arg(&library).arg(&source).arg("-ldl").status();
        assert!(built.unwrap().success(), "a C compiler is needed");
        let said = Command::new(std::env::current_exe().unwrap())
            .args(["--exact", "--ignored", "--nocapture", "store::photo::files::tests::child_keeps_a_photo"])
            .env("LD_PRELOAD", &library)
            .env("MUNJA_TEST_FAILS", fails)
            .env(NOTES, &notes)
            .output()
            .unwrap();
        let said = String::from_utf8_lossy(&said.stdout).into_owned();
        assert!(said.contains("1 passed"), "{said}");
        let noted = fs::read_to_string(&notes).unwrap();
        (noted.lines().map(str::to_owned).collect(), said.contains("KEPT"))
    }

    #[test]
    #[ignore = "run by tests of what is synced"]
    fn child_keeps_a_photo() {
        let Some(notes) = std::env::var_os(NOTES).map(PathBuf::from) else { return };
        let files = Files::beside(&notes.with_file_name("munja.db"), DataKeys::none());
        if files.keep(b"a photo").is_ok() {
            println!("KEPT");
        }
    }

    /// A row names a file only when a power cut cannot take it away: its bytes before its name, its name in every folder.
    #[test]
    fn bytes_and_names_are_synced_in_order() {
        let folder = tempfile::tempdir().unwrap();
        let (seen, is_kept) = witnessed(folder.path(), "");
        assert!(is_kept);
        let root = fs::canonicalize(folder.path()).unwrap();
        let photos = root.join("munja.db-photos").display().to_string();
        let at = |what: &str, is_it: &dyn Fn(&str) -> bool| {
            let found = seen.iter().position(|line| {
                line.split_once(' ').is_some_and(|(verb, path)| verb == what && is_it(path))
            });
            found.unwrap_or_else(|| panic!("no such {what}: {seen:#?}"))
        };
        // The bytes are synced while the file has the name of an unfinished one; its folder when it holds the final name.
        let bytes = at("sync", &|path| path.contains(UNFINISHED));
        let name = at("named", &|path| path.starts_with(&format!("{photos}/")));
        at("sync", &|path| path == photos);
        at("sync", &|path| path == root.display().to_string());
        assert!(bytes < name, "{seen:#?}");
    }

    #[test]
    fn what_could_not_be_synced_is_not_kept() {
        for fails in [UNFINISHED, "munja.db-photos"] {
            let folder = tempfile::tempdir().unwrap();
            assert!(!witnessed(folder.path(), fails).1, "{fails}");
        }
    }

    #[test]
    fn damage_is_told_and_mended_by_keeping_it_again() {
        let (_folder, files) = files();
        let hash = files.keep(b"a photo").unwrap();
        fs::write(files.path(&hash), b"a phot").unwrap();
        assert!(matches!(read(&files, &hash), Err(StoreError::Corrupt(_))));
        files.keep(b"a photo").unwrap();
        assert_eq!(files.open(&hash).unwrap().n_bytes(), 7);
        assert_eq!(read(&files, &hash).unwrap(), b"a photo");
        assert!(matches!(read(&files, &[7; 32]), Err(StoreError::NotFound)));
    }

    #[test]
    fn only_old_files_that_nobody_names_are_swept() {
        let (_folder, files) = files();
        let [named, unnamed, young] = [b"one", b"two", b"six"].map(|b| files.keep(b).unwrap());
        let unfinished = files.path(&young).with_file_name(".new-x");
        let foreign = files.path(&young).with_file_name("notes.txt");
        [&unfinished, &foreign].iter().for_each(|path| fs::write(path, "x").unwrap());
        for path in [&files.path(&named), &files.path(&unnamed), &unfinished, &foreign] {
            age(path, 8);
        }
        assert_eq!(files.sweep(|hash| Ok(*hash == named)).unwrap(), 2);
        assert!(read(&files, &named).is_ok() && read(&files, &young).is_ok() && foreign.exists());
        assert!(matches!(read(&files, &unnamed), Err(StoreError::NotFound)) && !unfinished.exists());
        assert!(files.sweep(|_| Err(StoreError::Busy)).is_err(), "in doubt nothing is removed");
        assert!(read(&files, &named).is_ok());
    }

    #[test]
    fn where_nothing_was_ever_kept_there_is_nothing_to_sweep() {
        let (_folder, files) = files();
        assert_eq!(files.sweep(|_| Ok(false)).unwrap(), 0);
    }

    fn keyed(folder: &Path, n: u8) -> Files {
        Files::beside(&folder.join("munja.db"), DataKeys::of(DataKey::new([n; 32])))
    }

    #[test]
    fn with_a_key_nothing_of_a_photo_lies_on_disk() {
        let folder = tempfile::tempdir().unwrap();
        let files = keyed(folder.path(), 1);
        let hash = files.keep(b"a photo of somebody").unwrap();
        let lies = fs::read(files.path(&hash)).unwrap();
        assert!(!lies.windows(5).any(|bytes| bytes == b"photo"), "{lies:?}");
        assert_eq!(read(&files, &hash).unwrap(), b"a photo of somebody");
        assert_eq!(files.open(&hash).unwrap().n_bytes(), 19);
        assert_eq!(files.as_it_lies(&hash).unwrap(), lies);
        let of = |n| DataKeys::of(DataKey::new([n; 32]));
        assert_eq!(Files::content(&of(1), &hash, lies.clone()).unwrap(), b"a photo of somebody");
        assert_eq!(Files::content(&of(2), &hash, lies.clone()), None);
        // Another key, no key, another photo's name.
        assert!(matches!(read(&keyed(folder.path(), 2), &hash), Err(StoreError::Corrupt(_))));
        let keyless = Files::beside(&folder.path().join("munja.db"), DataKeys::none());
        let refused = read(&keyless, &hash).unwrap_err().to_string();
        assert!(refused.contains("database.key_file"), "{refused}");
        let other = files.keep(b"another").unwrap();
        fs::copy(files.path(&hash), files.path(&other)).unwrap();
        assert!(matches!(read(&files, &other), Err(StoreError::Corrupt(_))));
    }

    #[test]
    fn files_go_from_plain_to_a_key_to_another_and_back() {
        let folder = tempfile::tempdir().unwrap();
        let plain = Files::beside(&folder.path().join("munja.db"), DataKeys::none());
        let [one, two] = [b"one".as_slice(), b"two"].map(|bytes| plain.keep(bytes).unwrap());
        let bad = plain.keep(b"bad").unwrap();
        fs::write(plain.path(&bad), "bent").unwrap();
        let left = plain.path(&one).with_file_name(".new-abc");
        fs::write(&left, "half of a photo").unwrap();
        let (old, new) = (DataKey::new([1; 32]), DataKey::new([2; 32]));
        let both = DataKeys::parse(&DataKeys::written(&[old.clone(), new.clone()]), Path::new("k")).unwrap();
        let files = Files::beside(&folder.path().join("munja.db"), both);
        assert_eq!(read(&files, &one).unwrap(), b"one", "from before");
        assert_eq!(files.reseal(Some(&old)).unwrap(), (2, 1));
        assert!(!left.exists());
        assert_eq!(files.reseal(Some(&old)).unwrap(), (0, 1), "twice is once");
        // Broken off half way: both keys read all.
        files.keep_with(&two, b"two", Some(&new)).unwrap();
        assert_eq!(
            (read(&files, &one).unwrap(), read(&files, &two).unwrap()),
            (b"one".into(), b"two".into())
        );
        assert_eq!(files.reseal(Some(&new)).unwrap(), (1, 1));
        assert_eq!(read(&keyed(folder.path(), 2), &two).unwrap(), b"two");
        // The damaged one was never encrypted.
        assert_eq!(files.reseal(None).unwrap(), (2, 0));
        assert_eq!(fs::read(files.path(&one)).unwrap(), b"one");
    }
}

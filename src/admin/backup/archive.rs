//! The archive: a tar file that any program reads. `manifest.json` comes first and says what follows, with the SHA-256 of each
//! file; then the database, the key for pseudonyms, the list of who was erased, the configuration without credentials, and the photos. Reading it accepts
//! only what the manifest names, and never writes by a name that stands in the archive.

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::io::{self, Read, Write};
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
use std::path::{Path, PathBuf};

use anyhow::{Context as _, anyhow, bail};
use sha2::{Digest, Sha256};
use tar::{Archive, Builder, EntryType, Header};

use super::manifest::{
    CONFIG, DATABASE, ERASED, FORMAT, FileEntry, MANIFEST, Manifest, PHOTOS, PSEUDONYM_KEY, hash_of, hex,
};
use crate::config::Config;
use crate::domain::data_key::DataKeys;
use crate::domain::text::one_line;
use crate::store::{
    Hash, Trouble, begins_plain, copy_database, erased_file, examine_copy, key_file, open_photo,
    photo_as_it_lies, photo_content,
};

/// A manifest is no longer than this (bytes): a line for each photo.
const LONGEST_MANIFEST: u64 = 256 << 20;
/// A key file or a file of the configuration is no longer than this (bytes).
const LONGEST_SMALL: u64 = 64 << 20;

/// Where a backup is made from.
pub(super) struct Source<'a> {
    pub config: &'a Config,
    pub config_path: &'a Path,
    pub now: i64,
}

/// What was written beside the archive itself.
pub(super) struct Written {
    pub n_photos: usize,
    /// Photos that rows name and that have no sound file.
    pub missing: Vec<String>,
}

/// A file for the archive.
enum Content {
    OnDisk(PathBuf),
    Bytes(Vec<u8>),
    Photo(Hash),
}

impl Source<'_> {
    /// Copies the database into `work` and writes everything into the new archive `to`. Blocks.
    pub fn write(&self, work: &Path, to: &Path) -> anyhow::Result<Written> {
        let database = &self.config.database;
        let copy = work.join(DATABASE);
        let held = copy_database(database, &copy, self.keys())
            .with_context(|| format!("the database {} cannot be copied", database.display()))?;
        // Only now: a row names a file that is on disk.
        let mut files = vec![(DATABASE.to_owned(), Content::OnDisk(copy))];
        for (name, file) in [(PSEUDONYM_KEY, key_file(database)), (ERASED, erased_file(database))] {
            if file.exists() {
                files.push((name.to_owned(), Content::Bytes(fs::read(&file)?)));
            }
        }
        files.extend(self.configuration()?);
        let (sound, missing): (Vec<Hash>, Vec<Hash>) =
            held.photos.iter().partition(|hash| open_photo(database, hash, self.keys()).is_ok());
        files.extend(sound.iter().map(|hash| (format!("{PHOTOS}{}", hex(hash)), Content::Photo(*hash))));
        let missing: Vec<String> = missing.iter().map(|hash| hex(hash)).collect();
        let manifest = Manifest {
            format: FORMAT,
            munja: env!("CARGO_PKG_VERSION").to_owned(),
            made_at: self.now,
            schema_version: held.schema_version,
            last_event_seq: held.last_event_seq,
            tables: held.rows,
            carrier: self.config.carriers.outbound.to_owned(),
            files: files.iter().map(|(name, content)| self.entry(name, content)).collect::<Result<_, _>>()?,
            photos_missing: missing.clone(),
        };
        let archive = File::options().write(true).create_new(true).mode(0o600).open(to);
        let archive = archive.with_context(|| format!("{} cannot be written", to.display()))?;
        let mut builder = Builder::new(io::BufWriter::new(archive));
        let json = serde_json::to_vec_pretty(&manifest)?;
        self.append(&mut builder, MANIFEST, (json.len() as u64, &mut json.as_slice()))?;
        for ((name, content), entry) in files.iter().zip(&manifest.files) {
            self.append(&mut builder, name, (entry.bytes, &mut self.reader(content)?))?;
        }
        builder.into_inner()?.into_inner().map_err(io::IntoInnerError::into_error)?.sync_all()?;
        Ok(Written { n_photos: sound.len(), missing })
    }

    fn keys(&self) -> &DataKeys {
        &self.config.data_keys
    }

    /// The configuration and the files that it names, without those of secrets.
    fn configuration(&self) -> anyhow::Result<Vec<(String, Content)>> {
        let text = fs::read_to_string(self.config_path)
            .with_context(|| format!("{} cannot be read", self.config_path.display()))?;
        let mut files =
            vec![(format!("{CONFIG}gateway.toml"), Content::Bytes(without_logins(&text).into_bytes()))];
        let folder = self.config_path.parent().unwrap_or(Path::new(""));
        let mut named = self.config.named_files.clone();
        named.retain(|file| !self.config.secret_files.contains(file));
        named.sort();
        named.dedup();
        for file in named {
            // Beside the configuration as before; from elsewhere by its own name.
            let inner = file.strip_prefix(folder).ok().filter(|path| is_plain(path));
            let name = inner.or_else(|| file.file_name().map(Path::new)).and_then(Path::to_str);
            let Some(name) = name.map(|name| format!("{CONFIG}{name}")) else {
                continue;
            };
            if files.iter().all(|(known, _)| *known != name) {
                let bytes = fs::read(&file).with_context(|| format!("{} cannot be read", file.display()))?;
                files.push((name, Content::Bytes(bytes)));
            }
        }
        Ok(files)
    }

    fn reader(&self, content: &Content) -> anyhow::Result<Box<dyn Read>> {
        Ok(match content {
            Content::OnDisk(path) => Box::new(File::open(path)?),
            Content::Bytes(bytes) => Box::new(io::Cursor::new(bytes.clone())),
            Content::Photo(hash) if self.keys().is_none() => {
                Box::new(open_photo(&self.config.database, hash, self.keys())?.into_file())
            }
            Content::Photo(hash) => {
                Box::new(io::Cursor::new(photo_as_it_lies(&self.config.database, hash, self.keys())?))
            }
        })
    }

    fn entry(&self, name: &str, content: &Content) -> anyhow::Result<FileEntry> {
        if let (Content::Photo(hash), true) = (content, self.keys().is_none()) {
            let bytes = open_photo(&self.config.database, hash, self.keys())?.n_bytes();
            return Ok(FileEntry { name: name.to_owned(), bytes, sha256: hex(hash) });
        }
        let (sha256, bytes) = copy_hashed(&mut self.reader(content)?, &mut io::sink())?;
        Ok(FileEntry { name: name.to_owned(), bytes, sha256: hex(&sha256) })
    }

    fn append<W: Write>(
        &self,
        builder: &mut Builder<W>,
        name: &str,
        (bytes, from): (u64, &mut dyn Read),
    ) -> anyhow::Result<()> {
        let mut header = Header::new_gnu();
        header.set_entry_type(EntryType::Regular);
        header.set_mode(0o600);
        header.set_size(bytes);
        header.set_mtime(u64::try_from(self.now / 1_000).unwrap_or(0));
        builder.append_data(&mut header, name, from).with_context(|| format!("{name} cannot be written"))
    }
}

/// Whether a path has only names in it: no root, no `..`.
fn is_plain(path: &Path) -> bool {
    path.components().all(|part| matches!(part, std::path::Component::Normal(_)))
}

/// Secrets stand in files of their own; a login inside an address is left out, too.
fn without_logins(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find("://") {
        let (before, from) = rest.split_at(at + 3);
        out.push_str(before);
        let host_ends = from.find(|c: char| matches!(c, '/' | '"' | '\'') || c.is_whitespace());
        let host = &from[..host_ends.unwrap_or(from.len())];
        rest = match host.rfind('@') {
            Some(login) => &from[login + 1..],
            None => from,
        };
    }
    out + rest
}

/// Copies everything; returns the SHA-256 and the number of bytes.
fn copy_hashed(from: &mut dyn Read, to: &mut dyn Write) -> io::Result<(Hash, u64)> {
    let (mut hash, mut n, mut chunk) = (Sha256::new(), 0, vec![0; 64 << 10]);
    loop {
        match from.read(&mut chunk)? {
            0 => return Ok((hash.finalize().into(), n)),
            read => {
                let bytes = chunk.get(..read).unwrap_or_default();
                hash.update(bytes);
                to.write_all(bytes)?;
                n += read as u64;
            }
        }
    }
}

/// An archive that was read to its end, and what its database is worth.
pub(in crate::admin) struct Verified {
    pub manifest: Manifest,
    /// The database, taken out.
    pub database: PathBuf,
    pub pseudonym_key: Option<String>,
    /// Who had been erased, by pseudonym.
    pub erased: Option<String>,
    /// Files of the configuration by their names in its folder.
    pub configuration: BTreeMap<String, Vec<u8>>,
    pub troubles: Vec<Trouble>,
}

impl Verified {
    /// Refuses a copy whose database is not sound.
    pub fn must_be_sound(&self) -> anyhow::Result<()> {
        if self.troubles.is_empty() {
            return Ok(());
        }
        let told: Vec<String> =
            self.troubles.iter().take(5).map(|t| format!("{}: {}", t.what, t.why)).collect();
        bail!("the copy of the database is not sound: {}", told.join("; "))
    }
}

/// What is done with each photo of an archive.
pub(in crate::admin) type OnPhoto<'a> = dyn FnMut(&Hash, Vec<u8>) -> anyhow::Result<()> + 'a;

/// Reads an archive to its end: every file is there, once, with its bytes; the database is taken out into the new folder `into`
/// and examined as a whole. What is encrypted in it needs its key; photos are handed on as they are without it. Blocks.
pub(in crate::admin) fn verify(
    archive: &Path,
    into: &Path,
    keys: &DataKeys,
    on_photo: &mut OnPhoto<'_>,
) -> anyhow::Result<Verified> {
    fs::DirBuilder::new()
        .mode(0o700)
        .create(into)
        .with_context(|| format!("{} cannot be made", into.display()))?;
    let shown = || format!("{} is not a whole backup", archive.display());
    let file = File::open(archive).with_context(|| format!("{} cannot be read", archive.display()))?;
    let mut tar = Archive::new(io::BufReader::new(file));
    let mut entries = tar.entries().with_context(shown)?;
    let first = entries.next().ok_or_else(|| anyhow!("it is empty")).with_context(shown)?;
    let manifest = read_manifest(&mut first.with_context(shown)?).with_context(shown)?;
    let mut reading = Reading {
        expected: manifest.files.iter().map(|file| (file.name.as_str(), file)).collect(),
        keys,
        database: into.join(DATABASE),
        pseudonym_key: None,
        erased: None,
        configuration: BTreeMap::new(),
    };
    for entry in entries {
        reading.take(&mut entry.with_context(shown)?, on_photo).with_context(shown)?;
    }
    if let Some(missing) = reading.expected.keys().next() {
        return Err(anyhow!("{missing} is missing")).with_context(shown);
    }
    let Reading { database, pseudonym_key, erased, configuration, .. } = reading;
    let troubles = examine_copy(&database, &manifest.contents(), keys).with_context(shown)?;
    Ok(Verified { database, pseudonym_key, erased, configuration, troubles, manifest })
}

/// Whether the database in an archive can be read without a key. One that cannot be looked at counts as such.
pub(super) fn holds_plain_database(archive: &Path) -> bool {
    let look = || -> io::Result<bool> {
        for entry in Archive::new(File::open(archive)?).entries_with_seek()? {
            let entry = entry?;
            if entry.path()?.to_str() == Some(DATABASE) {
                return begins_plain(entry);
            }
        }
        Ok(true)
    };
    look().unwrap_or(true)
}

/// The list of who had been erased, out of an archive; `None` where it has none, or cannot be looked at.
pub(in crate::admin) fn erased_in(archive: &Path) -> Option<String> {
    for entry in Archive::new(File::open(archive).ok()?).entries_with_seek().ok()? {
        let entry = entry.ok()?;
        if entry.path().ok()?.to_str() == Some(ERASED) {
            let mut bytes = Vec::new();
            entry.take(LONGEST_SMALL).read_to_end(&mut bytes).ok()?;
            return Some(String::from_utf8_lossy(&bytes).into_owned());
        }
    }
    None
}

fn read_manifest(entry: &mut tar::Entry<'_, impl Read>) -> anyhow::Result<Manifest> {
    if entry.path()?.to_str() != Some(MANIFEST) {
        bail!("it does not begin with {MANIFEST}");
    }
    let manifest: Manifest = serde_json::from_reader(entry.take(LONGEST_MANIFEST))?;
    if manifest.format != FORMAT {
        bail!(
            "its format is {}, and this munjad reads {FORMAT}: install the munjad that made it",
            manifest.format
        );
    }
    if !manifest.files.iter().any(|file| file.name == DATABASE) {
        bail!("it holds no database");
    }
    Ok(manifest)
}

/// An archive being read.
struct Reading<'a> {
    /// What has not come yet.
    expected: BTreeMap<&'a str, &'a FileEntry>,
    keys: &'a DataKeys,
    database: PathBuf,
    pseudonym_key: Option<String>,
    erased: Option<String>,
    configuration: BTreeMap<String, Vec<u8>>,
}

impl Reading<'_> {
    fn take(
        &mut self,
        entry: &mut tar::Entry<'_, impl Read>,
        on_photo: &mut OnPhoto<'_>,
    ) -> anyhow::Result<()> {
        let name = entry.path()?.to_str().unwrap_or_default().to_owned();
        let Some(expected) = self.expected.remove(name.as_str()) else {
            bail!("{} is not in its manifest", one_line(&name, 80));
        };
        let is_small = name != DATABASE;
        if entry.header().entry_type() != EntryType::Regular || (is_small && expected.bytes > LONGEST_SMALL) {
            bail!("{} is no plain file of a backup", one_line(&name, 80));
        }
        let mut limited = entry.take(expected.bytes.saturating_add(1));
        let (mut bytes, found) = match is_small {
            true => {
                let mut bytes = Vec::new();
                let found = copy_hashed(&mut limited, &mut bytes)?;
                (bytes, found)
            }
            false => {
                let to = File::options().write(true).create_new(true).mode(0o600).open(&self.database);
                (Vec::new(), copy_hashed(&mut limited, &mut to?)?)
            }
        };
        if found.1 != expected.bytes || hex(&found.0) != expected.sha256 {
            bail!("{} is damaged", one_line(&name, 80));
        }
        if name == PSEUDONYM_KEY {
            self.pseudonym_key = Some(String::from_utf8(bytes)?);
        } else if name == ERASED {
            // A damaged line must not keep the rest from anybody.
            self.erased = Some(String::from_utf8_lossy(&bytes).into_owned());
        } else if let Some(word) = name.strip_prefix(PHOTOS) {
            let hash = hash_of(word);
            let photo = hash.and_then(|hash| photo_content(&hash, std::mem::take(&mut bytes), self.keys));
            match hash.zip(photo) {
                Some((hash, photo)) => on_photo(&hash, photo)?,
                None => bail!(
                    "{} is not the photo that its name says, or is encrypted with another key",
                    one_line(&name, 80)
                ),
            }
        } else if let Some(name) = name.strip_prefix(CONFIG).filter(|name| is_plain(Path::new(name))) {
            self.configuration.insert(name.to_owned(), bytes);
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_login_in_an_address_is_left_out() {
        let cases = [
            ("proxy = \"http://user:pass@proxy.kr:3128\"", "proxy = \"http://proxy.kr:3128\""),
            ("a = \"https://x.kr/a@b\" # see http://y.kr", "a = \"https://x.kr/a@b\" # see http://y.kr"),
            ("name = \"bizgo\"\n", "name = \"bizgo\"\n"),
            ("u = 'http://me@h'", "u = 'http://h'"),
        ];
        for (text, expected) in cases {
            assert_eq!(without_logins(text), expected);
        }
    }

    fn archive(entries: &[(&str, &[u8])]) -> (tempfile::TempDir, PathBuf) {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.tar");
        let mut builder = Builder::new(File::create(&path).unwrap());
        for (name, bytes) in entries {
            let mut header = Header::new_gnu();
            header.set_size(bytes.len() as u64);
            header.set_entry_type(EntryType::Regular);
            builder.append_data(&mut header, name, *bytes).unwrap();
        }
        builder.finish().unwrap();
        (folder, path)
    }

    fn manifest(files: &[(&str, &[u8])]) -> Vec<u8> {
        let files = files.iter().map(|(name, bytes)| FileEntry {
            name: (*name).to_owned(),
            bytes: bytes.len() as u64,
            sha256: hex(&Sha256::digest(bytes)),
        });
        serde_json::to_vec(&Manifest {
            format: FORMAT,
            munja: "0".to_owned(),
            made_at: 0,
            schema_version: 1,
            last_event_seq: 0,
            tables: BTreeMap::new(),
            carrier: "bizgo".to_owned(),
            files: files.collect(),
            photos_missing: Vec::new(),
        })
        .unwrap()
    }

    #[test]
    fn an_archive_that_is_not_whole_is_refused_by_name() {
        let db: &[u8] = b"not a database";
        let whole = manifest(&[(DATABASE, db)]);
        let two = manifest(&[(DATABASE, db), ("photos/aa", b"x")]);
        let wrong_photo = format!("{PHOTOS}{}", "a".repeat(64));
        let photo = manifest(&[(DATABASE, db), (&wrong_photo, b"x")]);
        let none = manifest(&[]);
        type Entries<'a> = Vec<(&'a str, &'a [u8])>;
        let cases: Vec<(&str, Entries<'_>)> = vec![
            ("it is empty", vec![]),
            ("does not begin with manifest.json", vec![(DATABASE, db)]),
            ("holds no database", vec![(MANIFEST, &none)]),
            ("munja.db is missing", vec![(MANIFEST, &whole)]),
            ("munja.db is damaged", vec![(MANIFEST, &whole), (DATABASE, b"not a databasE")]),
            ("munja.db is damaged", vec![(MANIFEST, &whole), (DATABASE, b"not a database, and more")]),
            ("photos/aa is missing", vec![(MANIFEST, &two), (DATABASE, db)]),
            ("is not the photo", vec![(MANIFEST, &photo), (DATABASE, db), (&wrong_photo, b"x")]),
            ("extra is not in its manifest", vec![(MANIFEST, &whole), (DATABASE, db), ("extra", b"x")]),
            ("munja.db is not in its manifest", vec![(MANIFEST, &whole), (DATABASE, db), (DATABASE, db)]),
        ];
        for (expected, entries) in cases {
            let (folder, path) = archive(&entries);
            let into = folder.path().join("into");
            let refused = verify(&path, &into, &DataKeys::none(), &mut |_, _| Ok(())).err().expect(expected);
            assert!(format!("{refused:#}").contains(expected), "{expected}: {refused:#}");
        }
        let mut cut = archive(&[(MANIFEST, &whole), (DATABASE, &[7; 5_000])]);
        let bytes = fs::read(&cut.1).unwrap();
        cut.1 = cut.0.path().join("cut.tar");
        fs::write(&cut.1, &bytes[..bytes.len() / 2]).unwrap();
        assert!(verify(&cut.1, &cut.0.path().join("into"), &DataKeys::none(), &mut |_, _| Ok(())).is_err());
    }
}

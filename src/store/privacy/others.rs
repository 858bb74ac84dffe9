//! Files in the folder of the database, and in folders below, that are none of the gateway's: what somebody exported, packed or left
//! there. An erasure looks into each for the number; nothing of ours removes them.

use std::collections::{BTreeMap, BTreeSet};
use std::fs::File;
use std::io::{BufRead, BufReader, ErrorKind, Read};
use std::path::{Path, PathBuf};

use aho_corasick::AhoCorasick;

use super::below::{copies_about, files_below, folder_of};
use super::traces::Spelling;
use crate::domain::phone::PhoneNumber;
use crate::domain::privacy::{
    Elsewhere, MachineFile, PHOTOS_OF_EXPORT, begins_packed, file_kind, is_packed, machine_file,
};
use crate::store::engine::files::beside;
use crate::store::{Result, StoreError};

/// A larger file is named without a look into it (bytes).
const MOST_LOOKED_INTO: u64 = 256 << 20;
/// What stands between the digits of a number; the zero is that of texts in UTF-16.
const SEPARATORS: &[u8] = b" -.()/\0";
/// So many bytes at its beginning show what packed a file.
const BEGINNING: u64 = 16;

/// A file that is none of the gateway's.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OtherFile {
    pub path: PathBuf,
    pub n_bytes: u64,
    pub finding: OtherFinding,
}

/// What is known of one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum OtherFinding {
    /// The number stands in it.
    HoldsThem,
    /// A folder with the photos of an export, whose file holds them or is gone.
    ExportedPhotos,
    /// Not looked into: it is packed or encrypted.
    Packed,
    /// Not looked into: it is too large.
    TooLarge,
    /// It could not be read, and why.
    Unreadable(String),
}

impl OtherFile {
    /// Whether somebody looked, and found them.
    pub fn holds_them(&self) -> bool {
        self.finding == OtherFinding::HoldsThem
    }
}

/// Searches the files in the folder of `database` and in folders below that are none of the gateway's for a number, and names those that
/// could not be looked into. Those that `is_handled` are left to others. Links are not followed. Blocks.
pub fn find_others(
    database: &Path,
    number: &PhoneNumber,
    is_handled: &dyn Fn(&Path) -> bool,
) -> Result<Vec<OtherFile>> {
    let Some(search) = Search::of(number)? else {
        return Ok(Vec::new());
    };
    let database = beside(database, "");
    let name = database.file_name().unwrap_or_default().to_string_lossy().into_owned();
    let copies: BTreeSet<PathBuf> = copies_about(&database).into_iter().map(|(path, _)| path).collect();
    let mut found = Vec::new();
    // Folders with photos, by the file of the export that they would be of; and files that do not hold the number.
    let (mut photos, mut clean) = (BTreeMap::new(), BTreeSet::new());
    for (path, file, _) in files_below(folder_of(&database)) {
        let is_ours = file.strip_prefix(&name).and_then(file_kind).is_some() || copies.contains(&path);
        if is_ours || is_handled(&path) {
            continue;
        }
        if machine_file(&file) == Some(MachineFile::Personal(Elsewhere::ShownPhotos)) {
            photos.extend(path.parent().and_then(of_export));
        }
        match search.look(&path, &file) {
            Looked::Gone => {}
            Looked::Clean => {
                clean.insert(path);
            }
            Looked::Found(n_bytes, finding) => found.push(OtherFile { path, n_bytes, finding }),
        }
    }
    let of_them = photos.into_iter().filter(|(export, _)| !clean.contains(export));
    found.extend(of_them.map(|(_, path)| OtherFile {
        path,
        n_bytes: 0,
        finding: OtherFinding::ExportedPhotos,
    }));
    found.sort_by(|one, other| one.path.cmp(&other.path));
    Ok(found)
}

/// The file of the export whose photos lie in this folder, and the folder.
fn of_export(folder: &Path) -> Option<(PathBuf, PathBuf)> {
    let file = folder.file_name()?.to_str()?.strip_suffix(PHOTOS_OF_EXPORT)?;
    Some((folder.with_file_name(file), folder.to_owned()))
}

enum Looked {
    /// It was removed meanwhile.
    Gone,
    Clean,
    Found(u64, OtherFinding),
}

/// What is looked for.
struct Search {
    finder: AhoCorasick,
    /// Neither what is looked for nor what is searched has separators: a number is found however it is spelled.
    is_bare: bool,
}

impl Search {
    /// `None` where the number is so short that it stands in much else.
    fn of(number: &PhoneNumber) -> Result<Option<Search>> {
        let spelling = Spelling::of(number);
        let Some(needle) = spelling.telling() else {
            return Ok(None);
        };
        let finder = AhoCorasick::new([needle])
            .map_err(|error| StoreError::Unusable(format!("the files cannot be searched: {error}")))?;
        Ok(Some(Search { finder, is_bare: spelling.is_digits() }))
    }

    fn look(&self, path: &Path, name: &str) -> Looked {
        match self.read(path, name) {
            Ok(looked) => looked,
            Err(error) if error.kind() == ErrorKind::NotFound => Looked::Gone,
            Err(error) => {
                let n_bytes = path.metadata().map_or(0, |about| about.len());
                Looked::Found(n_bytes, OtherFinding::Unreadable(error.to_string()))
            }
        }
    }

    fn read(&self, path: &Path, name: &str) -> std::io::Result<Looked> {
        let mut file = File::open(path)?;
        let n_bytes = file.metadata()?.len();
        let mut beginning = Vec::new();
        Read::by_ref(&mut file).take(BEGINNING).read_to_end(&mut beginning)?;
        if is_packed(name) || begins_packed(&beginning) {
            return Ok(Looked::Found(n_bytes, OtherFinding::Packed));
        }
        if n_bytes > MOST_LOOKED_INTO {
            return Ok(Looked::Found(n_bytes, OtherFinding::TooLarge));
        }
        // One that grows meanwhile is not followed.
        let whole = beginning.as_slice().chain(file.take(MOST_LOOKED_INTO));
        let text = Text { from: BufReader::with_capacity(1 << 20, whole), is_bare: self.is_bare };
        Ok(match self.finder.stream_find_iter(text).next().transpose()? {
            Some(_) => Looked::Found(n_bytes, OtherFinding::HoldsThem),
            None => Looked::Clean,
        })
    }
}

/// What is searched, without separators where they do not count.
struct Text<R> {
    from: R,
    is_bare: bool,
}

impl<R: BufRead> Read for Text<R> {
    fn read(&mut self, into: &mut [u8]) -> std::io::Result<usize> {
        // Nothing but separators is not the end.
        loop {
            let all = self.from.fill_buf()?;
            if all.is_empty() || into.is_empty() {
                return Ok(0);
            }
            let (mut n_read, mut n_kept) = (0, 0);
            for (byte, place) in all.iter().map(|byte| (byte, !self.is_bare || !SEPARATORS.contains(byte))) {
                if n_kept == into.len() {
                    break;
                }
                n_read += 1;
                if place && let Some(free) = into.get_mut(n_kept) {
                    *free = *byte;
                    n_kept += 1;
                }
            }
            self.from.consume(n_read);
            if n_kept > 0 {
                return Ok(n_kept);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::os::unix::fs::symlink;

    use super::*;

    const NUMBER: &str = "01077123456";

    fn found(folder: &Path) -> Vec<(String, OtherFinding)> {
        let database = folder.join("munja.db");
        let all =
            find_others(&database, &PhoneNumber::parse(NUMBER), &|path| path.ends_with("handled")).unwrap();
        let name = |path: &Path| path.strip_prefix(folder).unwrap().display().to_string();
        all.into_iter().map(|file| (name(&file.path), file.finding)).collect()
    }

    #[test]
    fn whatever_somebody_left_is_looked_into_and_what_is_ours_is_not() {
        let home = tempfile::tempdir().unwrap();
        let folder = home.path().join("munja");
        fs::create_dir_all(folder.join("munja.db-photos/aa")).unwrap();
        fs::create_dir_all(folder.join("below/deeper")).unwrap();
        let write = |name: &str, text: &[u8]| fs::write(folder.join(name), text).unwrap();
        write("hong.json", br#"{"number":"01077123456"}"#);
        write("below/deeper/list.csv", b"Hong, 010 7712.3456");
        write("utf16.txt", &"+82 10-7712-3456".encode_utf16().flat_map(u16::to_le_bytes).collect::<Vec<_>>());
        let long = vec![b'-'; 3 << 20];
        write("long.txt", &[b"01077", &long[..], b"123456"].concat());
        write("somebody-else.json", b"01088123456 0107712345");
        write("hong.zip", b"PK\x03\x04 and more");
        write("table.xlsx", b"PK\x03\x04 and more");
        for ours in
            ["munja.db", "munja.db-wal", "munja.db.v3-backup", "munja.db.bak", "munja.db-erased", "handled"]
        {
            write(ours, NUMBER.as_bytes());
        }
        write("munja.db-photos/aa/bb", NUMBER.as_bytes());
        write("big", b"");
        fs::File::options()
            .write(true)
            .open(folder.join("big"))
            .unwrap()
            .set_len(MOST_LOOKED_INTO + 1)
            .unwrap();
        fs::write(home.path().join("outside.json"), NUMBER).unwrap();
        symlink(home.path().join("outside.json"), folder.join("link.json")).unwrap();
        let expected = [
            ("below/deeper/list.csv", OtherFinding::HoldsThem),
            ("big", OtherFinding::TooLarge),
            ("hong.json", OtherFinding::HoldsThem),
            ("hong.zip", OtherFinding::Packed),
            ("long.txt", OtherFinding::HoldsThem),
            ("table.xlsx", OtherFinding::Packed),
            ("utf16.txt", OtherFinding::HoldsThem),
        ];
        assert_eq!(found(&folder), expected.map(|(name, finding)| (name.to_owned(), finding)));
    }

    /// The photos of an export lie beside it, and nobody can see whose they are.
    #[test]
    fn photos_of_an_export_are_named_with_it_and_where_it_is_gone() {
        let home = tempfile::tempdir().unwrap();
        for (file, text) in [("hong", Some(NUMBER)), ("kim", Some("01088123456")), ("gone", None)] {
            let photos = home.path().join(format!("{file}.json.photos"));
            fs::create_dir(&photos).unwrap();
            fs::write(photos.join("photo-7.jpg"), "pixels").unwrap();
            if let Some(text) = text {
                fs::write(home.path().join(format!("{file}.json")), text).unwrap();
            }
        }
        let expected = [
            ("gone.json.photos", OtherFinding::ExportedPhotos),
            ("hong.json", OtherFinding::HoldsThem),
            ("hong.json.photos", OtherFinding::ExportedPhotos),
        ];
        assert_eq!(found(home.path()), expected.map(|(name, finding)| (name.to_owned(), finding)));
    }

    #[test]
    fn a_sender_with_a_name_is_found_and_a_short_number_is_not_looked_for() {
        let home = tempfile::tempdir().unwrap();
        fs::write(home.path().join("list"), "KakaoBank 119").unwrap();
        let found = |number: &str| {
            find_others(&home.path().join("munja.db"), &PhoneNumber::parse(number), &|_| false).unwrap().len()
        };
        assert_eq!([found("KakaoBank"), found("119"), found("")], [1, 0, 0]);
    }
}

//! Looking for what should be gone: in rows that hold whole pages of a carrier, and in every file of ours beside the database (`others` looks
//! into those of other people).

use std::collections::BTreeSet;
use std::fs::File;
use std::io::BufReader;
use std::path::{Path, PathBuf};
use std::time::UNIX_EPOCH;

use aho_corasick::AhoCorasick;
use rusqlite::Connection;

use crate::domain::UnixMs;
use crate::domain::data_key::DataKeys;
use crate::domain::phone::PhoneNumber;
use crate::domain::privacy::{FileKind, file_kind, packed_kind};
use crate::store::engine::cipher;
use crate::store::engine::files::beside;
use crate::store::privacy::below::{copies_about, folder_of};
use crate::store::{Result, StoreError};

/// Fewer digits stand in too much else to look for.
const FEWEST_DIGITS: usize = 8;

/// A number as carriers and people spell it.
pub(super) struct Spelling {
    needle: String,
    is_digits: bool,
    finder: Option<AhoCorasick>,
}

impl Spelling {
    pub fn of(number: &PhoneNumber) -> Spelling {
        let exact = number.reveal();
        // Without the 0 or the + at its beginning: +82 10..., 8210... and 010... all end so.
        let digits: String = exact.chars().filter(char::is_ascii_digit).collect();
        let digits = digits.trim_start_matches('0');
        let is_digits = digits.len() >= FEWEST_DIGITS && exact.len() <= digits.len() + 1;
        let needle = if is_digits { digits.to_owned() } else { exact.to_owned() };
        // An empty pattern would stand everywhere.
        let finder = (!needle.is_empty()).then(|| AhoCorasick::new([&needle]).ok()).flatten();
        Spelling { needle, is_digits, finder }
    }

    /// Whether it stands in these bytes, with or without separators.
    pub fn is_in(&self, bytes: &[u8]) -> bool {
        let Some(finder) = &self.finder else {
            return false;
        };
        if !self.is_digits {
            return finder.is_match(bytes);
        }
        let bare: Vec<u8> = bytes.iter().copied().filter(|b| !b" -.()/".contains(b)).collect();
        finder.is_match(&bare)
    }

    /// Whether it is digits, between which separators do not count.
    pub fn is_digits(&self) -> bool {
        self.is_digits
    }

    /// What is looked for where anything may stand: digits without separators, or a name. `None` for a few digits.
    pub fn telling(&self) -> Option<&str> {
        let is_name = self.needle.bytes().any(|byte| !byte.is_ascii_digit());
        (self.is_digits || is_name).then_some(self.needle.as_str())
    }

    /// As it may stand in a file: in one word, and with hyphens.
    fn needles(&self) -> Vec<String> {
        let mut needles = vec![self.needle.clone()];
        if self.is_digits {
            let (head, last) = self.needle.split_at(self.needle.len() - 4);
            for n in [3, 4] {
                if let Some((first, middle)) = head.split_at_checked(head.len().saturating_sub(n)) {
                    needles.push(format!("{first}-{middle}-{last}"));
                }
            }
        }
        needles.retain(|needle| !needle.is_empty());
        needles
    }
}

/// Ids of the rows whose `bytes` hold the number. `sql` reads a whole table: for a command.
pub(super) fn rows_with(conn: &Connection, sql: &str, spelling: &Spelling) -> Result<BTreeSet<i64>> {
    let mut select = conn.prepare(sql)?;
    let mut rows = select.query([])?;
    let mut found = BTreeSet::new();
    while let Some(row) = rows.next()? {
        let bytes = row.get_ref("bytes")?.as_bytes_or_null().ok().flatten();
        if spelling.is_in(bytes.unwrap_or_default()) {
            found.insert(row.get("id")?);
        }
    }
    Ok(found)
}

/// A file that still holds something of somebody.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Trace {
    pub path: PathBuf,
    pub kind: FileKind,
    /// How often their number stands in it.
    pub n_numbers: usize,
    /// How often words of theirs stand in it.
    pub n_words: usize,
    pub modified_at: UnixMs,
    pub n_bytes: u64,
    /// It is not ours by its name and place: only a person removes it.
    pub needs_person: bool,
}

impl Trace {
    /// Of a file in which nothing has been found yet.
    fn nothing(path: &Path, kind: FileKind, about: &std::fs::Metadata) -> Trace {
        let modified = about.modified().ok().and_then(|at| at.duration_since(UNIX_EPOCH).ok());
        Trace {
            path: path.to_owned(),
            kind,
            n_numbers: 0,
            n_words: 0,
            modified_at: modified.map_or(0, |at| i64::try_from(at.as_millis()).unwrap_or(i64::MAX)),
            n_bytes: about.len(),
            needs_person: false,
        }
    }

    fn holds_any(&self) -> bool {
        self.n_numbers + self.n_words > 0
    }

    fn note(&mut self, is_number: bool) {
        self.n_numbers += usize::from(is_number);
        self.n_words += usize::from(!is_number);
    }
}

/// Files beside the database, with their kinds; `None`: a file of ours that is not listed in `domain::privacy`.
pub fn files_of(database: &Path) -> Result<Vec<(PathBuf, Option<FileKind>)>> {
    let database = beside(database, "");
    let folder = folder_of(&database);
    let name = database.file_name().unwrap_or_default().to_string_lossy().into_owned();
    let mut found = Vec::new();
    for entry in folder.read_dir().map_err(|error| unreadable(folder, &error))? {
        let path = entry.map_err(|error| unreadable(folder, &error))?.path();
        let Some(file) = path.file_name().and_then(|file| file.to_str()) else { continue };
        let Some(ending) = file.strip_prefix(&name) else { continue };
        found.push((path.clone(), file_kind(ending)));
    }
    found.sort_by(|(path, _), (other, _)| path.cmp(other));
    Ok(found)
}

/// Searches every file beside the database, and copies about it that are not ours ([`copies_about`]), for a number, and for words of
/// whoever has it; an encrypted one row by row, with its key. A packed one is named without a look. Blocks; reads all others.
///
/// Only where this process has no store open on the database: closing a handle of a file drops the locks that SQLite has on it.
pub fn find_traces(
    database: &Path,
    keys: &DataKeys,
    number: &PhoneNumber,
    words: &[String],
) -> Result<Vec<Trace>> {
    let numbers = Spelling::of(number).needles();
    let n_numbers = numbers.len();
    let needles: Vec<&str> =
        numbers.iter().map(String::as_str).chain(words.iter().map(String::as_str)).collect();
    if needles.is_empty() {
        return Ok(Vec::new());
    }
    let finder = AhoCorasick::new(&needles)
        .map_err(|error| StoreError::Unusable(format!("the files cannot be searched: {error}")))?;
    let mut found = Vec::new();
    for (path, kind) in files_of(database)? {
        let kind = kind.filter(|kind| kind.is_personal() && *kind != FileKind::Photos);
        // The index of the log holds numbers of pages, and no content.
        let Some(kind) = kind.filter(|_| path.is_file() && !path.to_string_lossy().ends_with("-shm")) else {
            continue;
        };
        let trace = match packed_beside(&path, database, kind) {
            Some(packed) => unread(&path, packed),
            None => Some(look(&path, kind, keys, (&finder, n_numbers))?).filter(Trace::holds_any),
        };
        // Of a link, what it points to would stay.
        let needs_person = kind.is_copy() && path.is_symlink();
        found.extend(trace.map(|trace| Trace { needs_person, ..trace }));
    }
    for (path, kind) in copies_about(database) {
        let trace = match kind {
            Some(FileKind::Packed) => unread(&path, FileKind::Packed),
            // What does not open with our key may be another service's.
            kind => look(&path, kind.unwrap_or(FileKind::Copy), keys, (&finder, n_numbers))
                .ok()
                .filter(Trace::holds_any)
                .map(|trace| Trace { kind: FileKind::Copy, ..trace }),
        };
        found.extend(trace.map(|trace| Trace { needs_person: true, ..trace }));
    }
    Ok(found)
}

/// Whether a copy that is ours by its name was packed since.
fn packed_beside(path: &Path, database: &Path, kind: FileKind) -> Option<FileKind> {
    let database = beside(database, "");
    let name = |path: &Path| Some(path.file_name()?.to_str()?.to_owned());
    packed_kind(&name(path)?, &name(&database)?).filter(|_| kind.is_copy())
}

/// A file that is named without a look into it; `None` if it has just gone.
fn unread(path: &Path, kind: FileKind) -> Option<Trace> {
    Some(Trace::nothing(path, kind, &path.metadata().ok()?))
}

fn look(path: &Path, kind: FileKind, keys: &DataKeys, finder: (&AhoCorasick, usize)) -> Result<Trace> {
    if cipher::seems_encrypted(path) && kind != FileKind::Log {
        search_rows(path, kind, keys, finder)
    } else {
        search(path, kind, finder).map_err(|error| unreadable(path, &error))
    }
}

fn search(path: &Path, kind: FileKind, finder: (&AhoCorasick, usize)) -> std::io::Result<Trace> {
    let file = File::open(path)?;
    let mut trace = Trace::nothing(path, kind, &file.metadata()?);
    for hit in finder.0.stream_find_iter(BufReader::with_capacity(1 << 20, file)) {
        trace.note(hit?.pattern().as_usize() < finder.1);
    }
    Ok(trace)
}

/// The rows of an encrypted database and of what belongs to it: its log and its index of words. Free pages hold nothing
/// (`secure_delete`).
fn search_rows(path: &Path, kind: FileKind, keys: &DataKeys, finder: (&AhoCorasick, usize)) -> Result<Trace> {
    let about = path.metadata().map_err(|error| unreadable(path, &error))?;
    let mut trace = Trace::nothing(path, kind, &about);
    let (uri, flags) = cipher::read_only(path);
    let conn = cipher::open(Path::new(&uri), flags, &cipher::settle_copy(path, keys)?)?;
    let sql = "SELECT name FROM sqlite_schema WHERE type = 'table' AND sql NOT LIKE 'CREATE VIRTUAL%'";
    let mut names = conn.prepare(sql)?;
    for name in names.query_map([], |row| row.get::<_, String>(0))? {
        let mut select = conn.prepare(&format!("SELECT * FROM \"{}\"", name?))?;
        let n_columns = select.column_count();
        let mut rows = select.query([])?;
        while let Some(row) = rows.next()? {
            for column in 0..n_columns {
                let bytes = row.get_ref(column)?.as_bytes_or_null().ok().flatten().unwrap_or_default();
                for hit in finder.0.find_iter(bytes) {
                    trace.note(hit.pattern().as_usize() < finder.1);
                }
            }
        }
    }
    Ok(trace)
}

fn unreadable(path: &Path, error: &std::io::Error) -> StoreError {
    StoreError::Unusable(format!("{} cannot be read: {error}", path.display()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_is_found_however_it_is_spelled() {
        let spelling = Spelling::of(&PhoneNumber::parse("010-1234-5678"));
        for text in
            ["01012345678", "+821012345678", "from=82-10-1234-5678&x", "(010) 1234 5678", "10.1234.5678"]
        {
            assert!(spelling.is_in(format!("{{\"a\":\"{text}\"}}").as_bytes()), "{text}");
        }
        assert!(!spelling.is_in(b"01012345679 0101234567"));
        let name = Spelling::of(&PhoneNumber::parse("KakaoBank"));
        assert!(name.is_in("보낸이: KakaoBank".as_bytes()) && !name.is_in(b"Kakao"));
        assert!(!Spelling::of(&PhoneNumber::parse("")).is_in(b"anything"));
        // Our own number stands on every page.
        assert!(!Spelling::of(&PhoneNumber::parse("119")).is_in(b"11"));
    }

    #[test]
    fn files_are_searched_with_hyphens_and_across_their_length() {
        let folder = tempfile::tempdir().unwrap();
        let database = folder.path().join("munja.db");
        let long = vec![b'x'; 3 << 20];
        std::fs::write(&database, [&long[..], b"01012345678", &long, b"010-1234-5678"].concat()).unwrap();
        std::fs::write(beside(&database, ".v3-backup"), "아무도 모르는 긴 문장 하나").unwrap();
        std::fs::write(beside(&database, ".lock"), "01012345678").unwrap();
        std::fs::write(folder.path().join("other.db"), "01012345678").unwrap();
        let newer = folder.path().join("newer");
        std::fs::create_dir(&newer).unwrap();
        std::fs::write(newer.join("munja.db"), "SQLite format 3\0 010-1234-5678").unwrap();
        std::fs::write(newer.join("notes.txt"), "01012345678").unwrap();
        for (packed, holds) in
            [(".2026-01-01.gz", "packed"), (".saved-1.zip", "packed"), (".sql", "01012345678"), (".md5", "0")]
        {
            std::fs::write(beside(&database, packed), holds).unwrap();
        }
        let words = ["아무도 모르는 긴 문장".to_owned()];
        let found =
            find_traces(&database, &DataKeys::none(), &PhoneNumber::parse("01012345678"), &words).unwrap();
        let found: Vec<_> = found.iter().map(|t| (t.kind, t.n_numbers, t.n_words, t.needs_person)).collect();
        let expected = [
            (FileKind::Database, 2, 0, false),
            (FileKind::Packed, 0, 0, false),
            (FileKind::Copy, 0, 1, false),
            (FileKind::Packed, 0, 0, true),
            (FileKind::Copy, 1, 0, true),
            (FileKind::Copy, 1, 0, true),
        ];
        assert_eq!(found, expected);
    }
}

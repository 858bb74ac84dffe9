//! `manifest.json`, the first file of an archive: what it holds, so that whoever reads it can tell that it is whole.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::store::{Contents, Hash};

/// The format of the archive.
pub(in crate::admin) const FORMAT: u32 = 1;
pub(super) const MANIFEST: &str = "manifest.json";
pub(super) const DATABASE: &str = "munja.db";
pub(super) const PSEUDONYM_KEY: &str = "munja.db-pseudonym-key";
pub(super) const ERASED: &str = "munja.db-erased";
pub(super) const PHOTOS: &str = "photos/";
pub(super) const CONFIG: &str = "config/";

#[derive(Debug, Clone, Serialize, Deserialize)]
pub(in crate::admin) struct Manifest {
    pub format: u32,
    /// The version of the program that made it.
    pub munja: String,
    pub made_at: i64,
    pub schema_version: i32,
    pub last_event_seq: i64,
    /// Rows by table.
    pub tables: BTreeMap<String, i64>,
    /// The carrier that texts left by.
    pub carrier: String,
    pub files: Vec<FileEntry>,
    /// Photos that rows name and that had no sound file.
    #[serde(default)]
    pub photos_missing: Vec<String>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(in crate::admin) struct FileEntry {
    pub name: String,
    pub bytes: u64,
    pub sha256: String,
}

impl Manifest {
    /// Rows of a table; 0 for one that is not there.
    pub fn rows(&self, table: &str) -> i64 {
        self.tables.get(table).copied().unwrap_or(0)
    }

    /// What the database must hold.
    pub fn contents(&self) -> Contents {
        let kept = self.files.iter().filter_map(|file| file.name.strip_prefix(PHOTOS));
        let missing = self.photos_missing.iter().map(String::as_str);
        let mut photos: Vec<Hash> = kept.chain(missing).filter_map(hash_of).collect();
        photos.sort_unstable();
        Contents {
            schema_version: self.schema_version,
            rows: self.tables.clone(),
            last_event_seq: self.last_event_seq,
            photos,
        }
    }
}

pub(super) fn hex(hash: &[u8]) -> String {
    hash.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// 64 hexadecimal digits in small letters.
pub(in crate::admin) fn hash_of(word: &str) -> Option<Hash> {
    let is_plain = word.len() == 64 && word.bytes().all(|b| matches!(b, b'0'..=b'9' | b'a'..=b'f'));
    let mut hash = Hash::default();
    for (at, byte) in hash.iter_mut().enumerate().take_while(|_| is_plain) {
        *byte = u8::from_str_radix(word.get(2 * at..2 * at + 2)?, 16).ok()?;
    }
    is_plain.then_some(hash)
}

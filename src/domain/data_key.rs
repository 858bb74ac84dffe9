//! The keys by which data is encrypted at rest: the database by SQLCipher, photos and the key for pseudonyms by AES-256-GCM.
//!
//! A key file holds one key a line. All of them open what is there, and what is written takes the key that the database is
//! encrypted with. More than one key is there only while `munjad db rekey` goes from one to the next.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;

/// Whether this program was built to encrypt: with the cargo feature `sqlcipher`.
pub const CAN_ENCRYPT: bool = cfg!(feature = "sqlcipher");

/// Bytes of a key.
pub const KEY_BYTES: usize = 32;

/// A key. `Debug` does not show it.
#[derive(Clone, PartialEq, Eq)]
pub struct DataKey([u8; KEY_BYTES]);

impl std::fmt::Debug for DataKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("DataKey")
    }
}

impl DataKey {
    pub fn new(random: [u8; KEY_BYTES]) -> DataKey {
        DataKey(random)
    }

    /// Reads 64 hexadecimal digits; `None` for anything else.
    pub fn from_hex(word: &str) -> Option<DataKey> {
        if word.len() != 2 * KEY_BYTES || !word.bytes().all(|b| b.is_ascii_hexdigit()) {
            return None;
        }
        let mut bytes = [0; KEY_BYTES];
        for (at, byte) in bytes.iter_mut().enumerate() {
            *byte = u8::from_str_radix(word.get(2 * at..2 * at + 2)?, 16).ok()?;
        }
        Some(DataKey(bytes))
    }

    /// As it stands in the key file, and as SQLCipher takes it.
    pub fn to_hex(&self) -> String {
        self.0.iter().map(|byte| format!("{byte:02x}")).collect()
    }

    /// The key for files beside the database. It is derived, so that no two programs use the same key for different ciphers.
    pub fn for_files(&self) -> [u8; KEY_BYTES] {
        // HMAC takes keys of any length, and pads this one to the length of a block.
        let mut block = [0; 64];
        block[..KEY_BYTES].copy_from_slice(&self.0);
        let mut hash = Hmac::<Sha256>::new(&block.into());
        hash.update(b"munja files 1");
        hash.finalize().into_bytes().into()
    }
}

/// The keys of an installation; none where nothing is encrypted. Cheap to clone.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct DataKeys {
    keys: Arc<[DataKey]>,
    file: PathBuf,
}

impl DataKeys {
    /// No key: nothing is encrypted.
    pub fn none() -> DataKeys {
        DataKeys::default()
    }

    /// Reads the text of the key file `file`: a key a line; empty lines and those that begin with `#` do not count. `None` if a
    /// line is no key, or there is none.
    pub fn parse(text: &str, file: &Path) -> Option<DataKeys> {
        let lines = text.lines().map(str::trim).filter(|line| !(line.is_empty() || line.starts_with('#')));
        let keys: Arc<[DataKey]> = lines.map(DataKey::from_hex).collect::<Option<_>>()?;
        (!keys.is_empty()).then(|| DataKeys { keys, file: file.to_owned() })
    }

    /// One key that lies in no file.
    pub fn of(key: DataKey) -> DataKeys {
        DataKeys { keys: [key].into(), file: PathBuf::new() }
    }

    pub fn is_none(&self) -> bool {
        self.keys.is_empty()
    }

    pub fn all(&self) -> &[DataKey] {
        &self.keys
    }

    /// The key that what is written is encrypted with.
    pub fn in_use(&self) -> Option<&DataKey> {
        self.keys.first()
    }

    /// The last one of the file: what a change of keys goes to.
    pub fn last(&self) -> Option<&DataKey> {
        self.keys.last()
    }

    /// The same keys with `first` in use.
    pub fn led_by(&self, first: &DataKey) -> DataKeys {
        let others = self.keys.iter().filter(|key| *key != first);
        let keys = std::iter::once(first).chain(others).cloned().collect();
        DataKeys { keys, file: self.file.clone() }
    }

    /// The file that they were read from.
    pub fn file(&self) -> &Path {
        &self.file
    }

    /// The text of a key file with these keys.
    pub fn written(keys: &[DataKey]) -> String {
        keys.iter().map(|key| key.to_hex() + "\n").collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(text: &str) -> Option<DataKeys> {
        DataKeys::parse(text, Path::new("key"))
    }

    #[test]
    fn a_key_file_holds_one_key_a_line_and_nothing_else() {
        let [a, b] = ["a1".repeat(32), "B2".repeat(32)];
        let keys = parse(&format!("# of 2026\n{a}\n\n  {b}\n")).unwrap();
        assert_eq!(keys.all().len(), 2);
        assert_eq!(keys.in_use().unwrap().to_hex(), a);
        assert_eq!(keys.last().unwrap().to_hex(), b.to_lowercase());
        assert_eq!(parse(&DataKeys::written(keys.all())).unwrap(), keys);
        for wrong in ["", "# nothing\n", "short", &a[1..], &format!("{a}{b}"), &format!("{a}\n가나다\n")] {
            assert_eq!(parse(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn the_key_that_opens_comes_first_and_none_is_lost() {
        let [a, b] = [1, 2].map(|n| DataKey::new([n; 32]));
        let keys = parse(&DataKeys::written(&[a.clone(), b.clone()])).unwrap();
        let led = keys.led_by(&b);
        assert_eq!(led.all(), [b.clone(), a.clone()]);
        assert_eq!(led.led_by(&a), keys);
    }

    #[test]
    fn keys_are_not_shown_and_differ_by_use() {
        let key = DataKey::new([7; 32]);
        let keys = DataKeys::of(key.clone());
        assert!(!format!("{keys:?}").contains("07") && !format!("{key:?}").contains('7'));
        assert_ne!(key.for_files(), [7; 32]);
        assert_eq!(key.for_files(), DataKey::new([7; 32]).for_files());
    }
}

//! Hashes of the chain, and their words.

pub type Hash = [u8; 32];

/// What the first row of all follows.
pub const BEGINNING: Hash = [0; 32];

/// Lower-case hexadecimal digits.
pub fn to_hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// Reads the 64 hexadecimal digits of a hash; `None` for anything else.
pub fn from_hex(word: &str) -> Option<Hash> {
    if word.len() != 64 || !word.is_ascii() {
        return None;
    }
    let mut hash = BEGINNING;
    for (at, byte) in hash.iter_mut().enumerate() {
        *byte = u8::from_str_radix(word.get(2 * at..2 * at + 2)?, 16).ok()?;
    }
    Some(hash)
}

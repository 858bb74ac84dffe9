//! Names for citizens where their numbers must not stand: in the access log, in figures, and in what remains of somebody who
//! was erased. A pseudonym is a keyed hash (HMAC-SHA256): equal for every spelling of a number, and of no use to anybody who
//! does not have the key of the installation. There are few enough phone numbers to try them all, so a hash without a key would
//! hide nothing.

use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;

use super::phone::PhoneNumber;

/// Bytes of a pseudonym: enough that no two numbers of a country share one.
pub const PSEUDONYM_BYTES: usize = 16;

/// Characters of a short name: none is mistaken for another.
const ALPHABET: &[u8; 32] = b"0123456789ABCDEFGHJKMNPQRSTVWXYZ";
/// Words that people put before a short name.
const BEFORE_NAMES: [&str; 2] = ["시민", "citizen"];

/// The short name in what somebody typed to find a citizen: `7F2K`, `7f2k`, `시민 7F2K`. `None` for anything else, and for four digits
/// by themselves: those are the end of a number.
pub fn typed_name(words: &str) -> Option<String> {
    let (is_said, name) = without_word(words);
    let name = name.to_ascii_uppercase();
    let is_name = name.len() == 4 && name.bytes().all(|byte| ALPHABET.contains(&byte));
    let is_number = name.bytes().all(|byte| byte.is_ascii_digit());
    (is_name && (is_said || !is_number)).then_some(name)
}

/// As [`typed_name`], among words that may be any: only what looks like nothing else, with a digit and a letter, or named so and in
/// capitals.
pub fn name_among_words(words: &str) -> Option<String> {
    let (is_said, typed) = without_word(words);
    let is_mixed =
        typed.bytes().any(|b| b.is_ascii_digit()) && typed.bytes().any(|b| b.is_ascii_alphabetic());
    let is_capital = is_said && !typed.bytes().any(|byte| byte.is_ascii_lowercase());
    typed_name(words).filter(|_| is_mixed || is_capital)
}

/// The short name that words may mean although they are searched as words: one of letters only, such as `BRCK`.
pub fn name_perhaps(words: &str) -> Option<String> {
    typed_name(words).filter(|_| name_among_words(words).is_none())
}

/// What was typed without the word before it, and whether there was one. Quotation marks around both are a shell's.
fn without_word(words: &str) -> (bool, &str) {
    let words = words.trim();
    let bare = words.strip_prefix('"').and_then(|rest| rest.strip_suffix('"')).unwrap_or(words);
    let rest = BEFORE_NAMES.iter().find_map(|word| {
        let (head, rest) = bare.split_at_checked(word.len())?;
        let is_word = head.to_lowercase() == *word && rest.starts_with(char::is_whitespace);
        is_word.then_some(rest.trim())
    });
    rest.map_or((false, words), |rest| (true, rest))
}

/// A citizen's pseudonym.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Pseudonym(pub [u8; PSEUDONYM_BYTES]);

impl Pseudonym {
    /// Lower-case hexadecimal digits, as logs and exports show it.
    pub fn to_hex(self) -> String {
        self.0.iter().map(|byte| format!("{byte:02x}")).collect()
    }

    /// A short name for people, such as `7F2K`: the same for all texts of one citizen, and nobody's number can be told from it. 20 bits,
    /// in characters that nobody mistakes for each other: two citizens share one now and then, so it decides nothing.
    pub fn short_name(self) -> String {
        let bits = u32::from_be_bytes([0, self.0[0], self.0[1], self.0[2]]);
        [15_u32, 10, 5, 0].iter().map(|at| char::from(ALPHABET[((bits >> at) & 31) as usize])).collect()
    }

    /// From the database; `None` for bytes of another length.
    pub fn from_bytes(bytes: &[u8]) -> Option<Pseudonym> {
        bytes.try_into().ok().map(Pseudonym)
    }
}

/// The installation's key for pseudonyms. `Debug` does not show it.
#[derive(Clone)]
pub struct PseudonymKey([u8; 32]);

impl std::fmt::Debug for PseudonymKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("PseudonymKey")
    }
}

impl PseudonymKey {
    pub fn new(bytes: [u8; 32]) -> PseudonymKey {
        PseudonymKey(bytes)
    }

    /// Reads the 64 hexadecimal digits of a key file; `None` for anything else.
    pub fn from_hex(word: &str) -> Option<PseudonymKey> {
        let word = word.trim();
        if word.len() != 64 || !word.is_ascii() {
            return None;
        }
        let mut bytes = [0; 32];
        for (at, byte) in bytes.iter_mut().enumerate() {
            *byte = u8::from_str_radix(word.get(2 * at..2 * at + 2)?, 16).ok()?;
        }
        Some(PseudonymKey(bytes))
    }

    /// As it stands in the key file.
    pub fn to_hex(&self) -> String {
        self.0.iter().map(|byte| format!("{byte:02x}")).collect()
    }

    /// The pseudonym of a citizen's number.
    pub fn of_citizen(&self, number: &PhoneNumber) -> Pseudonym {
        self.of("citizen", number.reveal())
    }

    /// The pseudonym of anything else; `what` keeps kinds apart, such as a carrier's name for a text.
    pub fn of(&self, what: &str, word: &str) -> Pseudonym {
        // The length separates the two parts: no two pairs give the same bytes.
        let mut hash = self.hash(&(what.len() as u64).to_be_bytes());
        hash.update(what.as_bytes());
        hash.update(word.as_bytes());
        let whole: [u8; 32] = hash.finalize().into_bytes().into();
        let mut short = [0; PSEUDONYM_BYTES];
        short.copy_from_slice(&whole[..PSEUDONYM_BYTES]);
        Pseudonym(short)
    }

    /// Tells one key from another without giving it away: the pseudonym of nothing.
    pub fn fingerprint(&self) -> Pseudonym {
        self.of("fingerprint", "")
    }

    fn hash(&self, first: &[u8]) -> Hmac<Sha256> {
        // HMAC takes keys of any length, and pads this one to the length of a block.
        let mut block = [0; 64];
        block[..32].copy_from_slice(&self.0);
        let mut hash = Hmac::<Sha256>::new(&block.into());
        hash.update(first);
        hash
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_number_has_one_pseudonym_and_a_key_of_its_own() {
        let key = PseudonymKey::new([7; 32]);
        let of = |number: &str| key.of_citizen(&PhoneNumber::parse(number));
        assert_eq!(of("010-1234-5678"), of("+82 10 1234 5678"));
        assert_ne!(of("01012345678"), of("01012345679"));
        assert_ne!(PseudonymKey::new([8; 32]).of("a", "b"), key.of("a", "b"));
        assert_ne!(key.of("ab", "c"), key.of("a", "bc"));
        assert!(!format!("{key:?}").contains('7'));
    }

    /// Recounted with Python's `hmac`.
    #[test]
    fn it_is_hmac_sha256() {
        let key = PseudonymKey::new([7; 32]);
        assert_eq!(key.of("citizen", "01012345678").to_hex(), "508e02bceb837f7299cfc6b9bb97684f");
    }

    #[test]
    fn short_names_stay_and_tell_citizens_apart() {
        let key = PseudonymKey::new([7; 32]);
        let name = |n: u32| key.of_citizen(&PhoneNumber::parse(&format!("010{n:08}"))).short_name();
        assert_eq!(name(12_345_678), name(12_345_678));
        let names: std::collections::BTreeSet<String> = (0..300).map(name).collect();
        assert!(names.len() > 295, "{}", names.len());
        let is_name =
            |n: &String| n.len() == 4 && n.bytes().all(|b| b.is_ascii_digit() || b.is_ascii_uppercase());
        assert!(names.iter().all(is_name), "{names:?}");
    }

    #[test]
    fn what_is_typed_for_a_citizen() {
        for (typed, among_words, in_the_field) in [
            ("7F2K", Some("7F2K"), Some("7F2K")),
            (" 7f2k ", Some("7F2K"), Some("7F2K")),
            ("시민 7F2K", Some("7F2K"), Some("7F2K")),
            ("\"시민 7f2k\"", Some("7F2K"), Some("7F2K")),
            ("Citizen BRCK", Some("BRCK"), Some("BRCK")),
            ("시민 1201", Some("1201"), Some("1201")),
            ("1201", None, None),
            ("BRCK", None, Some("BRCK")),
            ("citizen park", None, Some("PARK")),
            ("\"7F2K\"", None, None),
            ("7F2", None, None),
            ("7F2L", None, None),
            ("시민7F2K", None, None),
            ("시민 공원", None, None),
            ("62번 버스", None, None),
            ("", None, None),
        ] {
            assert_eq!(name_among_words(typed).as_deref(), among_words, "{typed}");
            assert_eq!(typed_name(typed).as_deref(), in_the_field, "{typed}");
            let perhaps = in_the_field.filter(|_| among_words.is_none());
            assert_eq!(name_perhaps(typed).as_deref(), perhaps, "{typed}");
        }
    }

    #[test]
    fn a_key_file_is_read_back_and_nothing_else_is_taken_for_one() {
        let key = PseudonymKey::new([0xab; 32]);
        let read = PseudonymKey::from_hex(&format!("{}\n", key.to_hex())).unwrap();
        assert_eq!(read.fingerprint(), key.fingerprint());
        for wrong in ["", "ab", &"g".repeat(64), &"a".repeat(65), &"가".repeat(64)] {
            assert!(PseudonymKey::from_hex(wrong).is_none(), "{wrong}");
        }
    }
}

//! `[backup]`: where `munjad backup` puts its copies, for whom they are encrypted, and how many are kept.

use std::path::PathBuf;

use serde::Deserialize;
use toml::Spanned;

use super::checker::{Checker, unwritten};
use super::error::ConfigError;

/// `[backup]`
#[derive(Debug, Clone)]
pub struct BackupConfig {
    /// Where copies go; `None`: only where the command says.
    pub folder: Option<PathBuf>,
    /// Whose key opens them; `None`: they are not encrypted.
    pub recipient: Option<String>,
    pub keep: u32,
    /// The program that encrypts and decrypts.
    pub age_program: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(super) struct BackupSection {
    folder: Spanned<String>,
    recipient: Spanned<String>,
    keep: Spanned<u32>,
    age_program: Spanned<String>,
}

impl Default for BackupSection {
    fn default() -> Self {
        BackupSection {
            folder: unwritten(String::new()),
            recipient: unwritten(String::new()),
            keep: unwritten(14),
            age_program: unwritten("age".to_owned()),
        }
    }
}

pub(super) fn read(checker: &Checker<'_>, section: &BackupSection) -> Result<BackupConfig, ConfigError> {
    let folder = section.folder.get_ref().trim();
    let recipient = section.recipient.get_ref().trim();
    if !recipient.is_empty() && !is_recipient(recipient) {
        let message = "must be a public key of age, such as age1..., or an SSH public key";
        return Err(checker.wrong("backup.recipient", &section.recipient, message));
    }
    let program = section.age_program.get_ref().trim();
    if program.is_empty() {
        return Err(checker.wrong("backup.age_program", &section.age_program, "must name the program age"));
    }
    Ok(BackupConfig {
        folder: (!folder.is_empty()).then(|| checker.beside(std::path::Path::new(folder))),
        recipient: (!recipient.is_empty()).then(|| recipient.to_owned()),
        keep: checker.count("backup.keep", &section.keep, 1, 10_000)?,
        age_program: program.to_owned(),
    })
}

/// Whether `age` takes the word for a public key. What begins otherwise would be taken for an option of the program.
fn is_recipient(word: &str) -> bool {
    let of_ssh = || {
        word.split_once(' ').is_some_and(|(kind, key)| kind.starts_with("ssh-") && key.starts_with("AAAA"))
    };
    (word.starts_with("age1") && is_bech32(word)) || of_ssh()
}

/// Whether the word is whole by its own checksum (BIP 173, of any length as `age` has it).
fn is_bech32(word: &str) -> bool {
    const DIGITS: &str = "qpzry9x8gf2tvdw0s3jn54khce6mua7l";
    let Some((kind, data)) = word.rsplit_once('1') else {
        return false;
    };
    let digits: Option<Vec<u32>> = data.chars().map(|c| u32::try_from(DIGITS.find(c)?).ok()).collect();
    let Some(digits) = digits.filter(|digits| digits.len() > 6) else {
        return false;
    };
    let high = kind.bytes().map(|byte| u32::from(byte >> 5));
    let low = kind.bytes().map(|byte| u32::from(byte & 31));
    high.chain([0]).chain(low).chain(digits).fold(1, checksum) == 1
}

fn checksum(sum: u32, digit: u32) -> u32 {
    const GENERATOR: [u32; 5] = [0x3b6a_57b2, 0x2650_8e6d, 0x1ea1_19fa, 0x3d42_33dd, 0x2a14_62b3];
    let top = sum >> 25;
    let shifted = ((sum & 0x01ff_ffff) << 5) ^ digit;
    (0..5).filter(|bit| top >> bit & 1 == 1).fold(shifted, |sum, bit| sum ^ GENERATOR[bit])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_public_key_that_age_would_refuse_is_refused() {
        // From the documents of age.
        let key = "age1ql3z7hjy54pw3hyww5ayyfg7zqgvc7w3j2elw8zmrj2kg5sfn9aqmcac8p";
        let table: [(&str, bool); 9] = [
            (key, true),
            ("ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIHsKLqeplhpW+uObz5dvMgjz1OxfM/XXUB+VHtZ6isGN", true),
            ("age1junk", false),
            (&key[..61], false),
            (&key.replace("ql3z", "ql3q"), false),
            (&key.to_uppercase(), false),
            ("age1", false),
            ("ssh-ed25519", false),
            ("-r", false),
        ];
        for (word, expected) in table {
            assert_eq!(is_recipient(word), expected, "{word}");
        }
    }
}

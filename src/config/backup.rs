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
    // What begins otherwise would be taken for an option of the program.
    let is_recipient = recipient.starts_with("age1") || recipient.starts_with("ssh-");
    if !recipient.is_empty() && !is_recipient {
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

//! `[database]`: where the file is, and with which key it is encrypted, if it is.

use std::io::ErrorKind;
use std::path::PathBuf;

use serde::Deserialize;
use toml::Spanned;

use super::checker::{Checker, unwritten};
use super::credential;
use super::error::ConfigError;
use crate::domain::data_key::{CAN_ENCRYPT, DataKeys};

/// The name of systemd's credential with the key.
const CREDENTIAL: &str = "database_key";
const KEY: &str = "database.key_file";

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct DatabaseSection {
    pub path: PathBuf,
    #[serde(default = "unset")]
    key_file: Spanned<String>,
}

fn unset() -> Spanned<String> {
    unwritten(String::new())
}

/// The keys in the file that is named, else in systemd's credential; none if there is neither. Commands that talk to no carrier need
/// them, too: without them nothing can be read.
pub(super) fn keys(checker: &Checker<'_>, section: &DatabaseSection) -> Result<DataKeys, ConfigError> {
    let at = &section.key_file;
    let named = at.get_ref().trim();
    let file = match named {
        "" => credential::find(CREDENTIAL),
        named => Some(checker.beside(named.as_ref())),
    };
    let Some(file) = file else {
        return Ok(DataKeys::none());
    };
    if !CAN_ENCRYPT {
        let message = match named {
            "" => format!(
                "systemd hands over the key {}, and this munjad cannot encrypt: install the package munja-sqlcipher, or take the \
                 credential database_key away",
                file.display()
            ),
            _ => "this munjad cannot encrypt: install the package munja-sqlcipher, or take this key away"
                .to_owned(),
        };
        return Err(checker.wrong(KEY, at, message));
    }
    let text = match std::fs::read_to_string(&file) {
        Ok(text) => text,
        // Whoever may not read it may not read the database either, but what else the configuration says.
        Err(error) if error.kind() == ErrorKind::PermissionDenied && !checker.reads_secrets => {
            return Ok(DataKeys::none());
        }
        Err(error) => {
            let message = format!(
                "{} cannot be read: {error}. Put it back: without the key nothing in the database can be read. `munjad db \
                 new-key FILE` makes one for a database that is not encrypted yet",
                file.display()
            );
            checker.set_aside(checker.wrong(KEY, at, message));
            return Ok(DataKeys::none());
        }
    };
    checker.secret_files.borrow_mut().push(file.clone());
    DataKeys::parse(&text, &file).ok_or_else(|| {
        let message = format!(
            "{} does not hold a key: 64 hexadecimal digits in a line, as `munjad db new-key FILE` writes them",
            file.display()
        );
        checker.wrong(KEY, at, message)
    })
}

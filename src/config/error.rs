//! An error in the configuration: file, line, key, and what would be right.

use std::fmt;
use std::path::{Path, PathBuf};

/// What kind of error it is, for the advice that goes with it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ConfigFault {
    /// The configuration file itself is not there.
    NoConfiguration,
    /// The configuration file itself is there and cannot be read.
    Unreadable,
    /// A file that the configuration names is not there or cannot be read.
    NamedFile,
    /// A key or a line is wrong.
    Wrong,
}

const NOT_UTF8: &str = "it is not UTF-8 text";

/// An error in a configuration file. Holds no secret.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ConfigError {
    pub fault: ConfigFault,
    pub file: PathBuf,
    /// Counted from 1.
    pub line: Option<usize>,
    /// `section.key`
    pub key: Option<String>,
    /// What is wrong and what would be right.
    pub message: String,
    /// Further errors that were found in the same run.
    pub others: Vec<ConfigError>,
}

impl ConfigError {
    /// Whether the file is in another encoding than UTF-8, as Korean programs save by default.
    pub fn is_not_utf8(&self) -> bool {
        self.message == NOT_UTF8
    }

    pub(super) fn unreadable(path: &Path, error: &std::io::Error) -> Self {
        let message = match error.kind() {
            std::io::ErrorKind::NotFound => "there is no such file: name the right one (--config, or MUNJAD_CONFIG), or write a new one with `munjad init`".to_owned(),
            std::io::ErrorKind::PermissionDenied => "this user may not read it".to_owned(),
            std::io::ErrorKind::InvalidData => NOT_UTF8.to_owned(),
            _ => format!("it cannot be read: {error}"),
        };
        let fault = match error.kind() {
            std::io::ErrorKind::NotFound => ConfigFault::NoConfiguration,
            _ => ConfigFault::Unreadable,
        };
        ConfigError { fault, file: path.to_owned(), line: None, key: None, message, others: Vec::new() }
    }

    /// A file that the configuration names and that cannot be read.
    pub(super) fn named_file(path: &Path, error: &std::io::Error) -> Self {
        let message = match error.kind() {
            std::io::ErrorKind::NotFound => {
                "there is no such file, although the configuration names it".to_owned()
            }
            _ => ConfigError::unreadable(path, error).message,
        };
        let fault = ConfigFault::NamedFile;
        ConfigError { fault, file: path.to_owned(), line: None, key: None, message, others: Vec::new() }
    }

    /// One error that holds all of `errors`; `None` without any.
    pub(super) fn joined(errors: Vec<ConfigError>) -> Option<Self> {
        let mut all = errors.into_iter().flat_map(ConfigError::all);
        let first = all.next()?;
        Some(ConfigError { others: all.collect(), ..first })
    }

    /// The value if nothing was found wrong with it.
    pub(super) fn unless<T>(errors: Vec<ConfigError>, value: T) -> Result<T, ConfigError> {
        ConfigError::joined(errors).map_or(Ok(value), Err)
    }

    /// Each error by itself.
    pub fn all(self) -> Vec<ConfigError> {
        let mut first = self;
        let others = std::mem::take(&mut first.others);
        std::iter::once(first).chain(others.into_iter().flat_map(ConfigError::all)).collect()
    }

    /// All syntax errors, one a line; without any, the key of the wrong type or name.
    pub(super) fn shape(path: &Path, text: &str, error: &toml::de::Error) -> Self {
        let one = |error: &toml::de::Error, message: String| {
            let line = error.span().map(|span| line_of(text, span.start));
            let (fault, file) = (ConfigFault::Wrong, path.to_owned());
            ConfigError { fault, file, line, key: None, message, others: Vec::new() }
        };
        let (_, unreadable) = toml::de::DeTable::parse_recoverable(text);
        let mut all: Vec<ConfigError> = unreadable
            .iter()
            .map(|error| one(error, format!("this line cannot be read: {}", error.message())))
            .collect();
        all.dedup_by_key(|error| error.line);
        ConfigError::joined(all).unwrap_or_else(|| one(error, error.message().to_owned()))
    }
}

/// The line of byte `at` of `text`, counted from 1.
pub(super) fn line_of(text: &str, at: usize) -> usize {
    text.bytes().take(at).filter(|b| *b == b'\n').count() + 1
}

impl fmt::Display for ConfigError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.file.display())?;
        if let Some(line) = self.line {
            write!(f, ", line {line}")?;
        }
        if let Some(key) = &self.key {
            write!(f, ": {key}")?;
        }
        write!(f, ": {}", self.message)?;
        self.others.iter().try_for_each(|other| write!(f, "\n{other}"))
    }
}

impl std::error::Error for ConfigError {}

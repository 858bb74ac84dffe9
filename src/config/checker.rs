//! Checks values of the file against their bounds; each error has file, line and key.

use std::cell::RefCell;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::time::Duration;

use toml::Spanned;

use super::error::{ConfigError, ConfigFault, line_of};
use crate::domain::plain_text::stays_on_this_machine;

/// A default; it has no place in the file.
pub(super) fn unwritten<T>(value: T) -> Spanned<T> {
    Spanned::new(0..0, value)
}

/// What a file of `[calendar] ics` holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CalendarFile {
    pub path: PathBuf,
    pub n_days: usize,
    /// Events with a time of day, which are no holidays.
    pub n_left_out: usize,
}

/// Checks values and words errors; knows where each key stands.
pub(super) struct Checker<'a> {
    pub(super) text: &'a str,
    pub(super) path: &'a Path,
    /// Whether carriers' secrets are read.
    pub(super) reads_secrets: bool,
    /// Named files that cannot be read: all of them are told in one run.
    pub(super) unreadable: RefCell<Vec<ConfigError>>,
    /// The files that secrets were read from.
    pub(super) secret_files: RefCell<Vec<PathBuf>>,
    /// Other files that the configuration names.
    pub(super) named_files: RefCell<Vec<PathBuf>>,
    /// What the calendar files hold.
    pub(super) calendar_files: RefCell<Vec<CalendarFile>>,
    /// The addresses to listen on so far, with their keys.
    pub(super) listening: RefCell<Vec<(String, SocketAddr)>>,
}

impl<'a> Checker<'a> {
    pub(super) fn new(text: &'a str, path: &'a Path, reads_secrets: bool) -> Checker<'a> {
        let (unreadable, secret_files, named_files, calendar_files, listening) = Default::default();
        Checker {
            text,
            path,
            reads_secrets,
            unreadable,
            secret_files,
            named_files,
            calendar_files,
            listening,
        }
    }
}

impl Checker<'_> {
    pub(super) fn wrong<T>(&self, key: &str, at: &Spanned<T>, message: impl Into<String>) -> ConfigError {
        let span = at.span();
        let line = (span.end > 0).then(|| line_of(self.text, span.start));
        ConfigError {
            fault: ConfigFault::Wrong,
            file: self.path.to_owned(),
            line,
            key: Some(key.to_owned()),
            message: message.into(),
            others: Vec::new(),
        }
    }

    /// Keeps an error about a named file, so that what comes after it is examined, too.
    pub(super) fn set_aside(&self, error: ConfigError) {
        self.unreadable.borrow_mut().push(ConfigError { fault: ConfigFault::NamedFile, ..error });
    }

    /// The path beside the configuration, if there is a file that can be read; else that is set aside.
    pub(super) fn readable(&self, path: &Path) -> Option<PathBuf> {
        let path = self.beside(path);
        match std::fs::File::open(&path) {
            Ok(_) => {
                self.named_files.borrow_mut().push(path.clone());
                Some(path)
            }
            Err(error) => {
                self.set_aside(ConfigError::named_file(&path, &error));
                None
            }
        }
    }

    /// Resolves a path relative to the configuration's folder.
    pub(super) fn beside(&self, path: &Path) -> PathBuf {
        self.path.parent().unwrap_or(Path::new("")).join(path)
    }

    /// The paths beside the configuration that can be read; the others are set aside.
    pub(super) fn all_readable(&self, paths: &[PathBuf]) -> Vec<PathBuf> {
        paths.iter().filter_map(|path| self.readable(path)).collect()
    }

    pub(super) fn secs(
        &self,
        key: &str,
        value: &Spanned<f64>,
        least: f64,
        most: f64,
    ) -> Result<Duration, ConfigError> {
        let secs = *value.get_ref();
        if (least..=most).contains(&secs) {
            return Ok(Duration::from_secs_f64(secs));
        }
        Err(self.wrong(key, value, format!("must be between {least} and {most} seconds")))
    }

    pub(super) fn count(
        &self,
        key: &str,
        value: &Spanned<u32>,
        least: u32,
        most: u32,
    ) -> Result<u32, ConfigError> {
        let n = *value.get_ref();
        if (least..=most).contains(&n) {
            return Ok(n);
        }
        Err(self.wrong(key, value, format!("must be between {least} and {most}")))
    }

    /// An address to listen on, which no key before this one has.
    pub(super) fn address(
        &self,
        key: &str,
        word: &str,
        at: &Spanned<String>,
    ) -> Result<SocketAddr, ConfigError> {
        let message = "must be an address and a port, such as 127.0.0.1:6120";
        let addr: SocketAddr = word.parse().map_err(|_| self.wrong(key, at, message))?;
        let mut listening = self.listening.borrow_mut();
        if let Some((other, _)) = listening.iter().find(|(_, taken)| overlap(*taken, addr)) {
            return Err(self.wrong(key, at, format!("is taken by {other}: each needs a port of its own")));
        }
        listening.push((key.to_owned(), addr));
        Ok(addr)
    }

    /// An address to listen on without encryption: loopback only.
    pub(super) fn listen(
        &self,
        key: &str,
        word: &str,
        at: &Spanned<String>,
    ) -> Result<SocketAddr, ConfigError> {
        let addr = self.address(key, word, at)?;
        if stays_on_this_machine(addr.ip()) {
            return Ok(addr);
        }
        let message = match key {
            "api.listen" => {
                "must be a loopback address, or api.tls_certificate and api.tls_key must be set: passwords and texts \
                 must not leave the machine unencrypted"
            }
            _ => {
                "must be a loopback address: plain HTTP must not leave the machine. Put a TLS proxy before it"
            }
        };
        Err(self.wrong(key, at, message))
    }
}

/// Whether both cannot be listened on. Port 0 is whichever is free.
fn overlap(a: SocketAddr, b: SocketAddr) -> bool {
    let is_same = a.ip() == b.ip() || a.ip().is_unspecified() || b.ip().is_unspecified();
    a.port() == b.port() && a.port() != 0 && is_same
}

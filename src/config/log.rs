//! `[log]`: level and format of log lines.

use serde::Deserialize;
use toml::Spanned;

use super::checker::{Checker, unwritten};
use super::error::ConfigError;

/// `[log]`
#[derive(Debug, Clone)]
pub struct Log {
    pub level: String,
    pub format: LogFormat,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LogFormat {
    /// The journal under systemd, else text.
    Auto,
    Text,
    Json,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(super) struct LogSection {
    level: Spanned<String>,
    format: Spanned<String>,
}

impl Default for LogSection {
    fn default() -> Self {
        LogSection { level: unwritten("info".to_owned()), format: unwritten("auto".to_owned()) }
    }
}

pub(super) fn read(checker: &Checker<'_>, section: &LogSection) -> Result<Log, ConfigError> {
    let level = section.level.get_ref().clone();
    if !["error", "warn", "info", "debug", "trace"].contains(&level.as_str()) {
        return Err(checker.wrong("log.level", &section.level, "must be error, warn, info, debug or trace"));
    }
    let format = match section.format.get_ref().as_str() {
        "auto" => LogFormat::Auto,
        "text" => LogFormat::Text,
        "json" => LogFormat::Json,
        _ => return Err(checker.wrong("log.format", &section.format, "must be auto, text or json")),
    };
    Ok(Log { level, format })
}

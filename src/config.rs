//! The gateway's configuration: TOML in, typed values out. Every error names the file, the line and the key; unknown
//! keys, missing secrets and values out of range refuse to load, for a gateway that runs on defaults nobody chose loses
//! texts quietly.

mod calendar;
pub mod carrier;
mod error;
mod fields;
mod file;
mod service;
mod words;

use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use url::Url;

pub use carrier::{CarrierSetup, Carriers, Driver};
pub use error::ConfigError;
pub use service::Service;
pub use words::{categories, texts, triage};

use crate::domain::desk::Desks;
use crate::domain::text::Limits;
use crate::domain::triage::Triage;

/// The whole configuration, checked.
#[derive(Debug, Clone)]
pub struct Config {
    pub database: PathBuf,
    pub carriers: Carriers,
    pub polling: Polling,
    pub sending: Sending,
    pub service: Service,
    /// Who serves whom, and when.
    pub desks: Desks,
    /// What tells of danger.
    pub triage: Arc<Triage>,
    pub api: Api,
    /// Carriers may call us.
    pub webhook: Option<Webhook>,
    pub log: Log,
}

/// `[polling]`: how often the carrier is asked for texts and receipts.
#[derive(Debug, Clone)]
pub struct Polling {
    pub fast: Duration,
    pub slow: Duration,
    pub live: Duration,
    pub full_walk: Duration,
    pub first_look_back: Duration,
    pub receipts_fast: Duration,
    pub receipts_slow: Duration,
}

/// `[sending]`
#[derive(Debug, Clone)]
pub struct Sending {
    pub max_in_flight: u32,
    pub time_to_live: Duration,
    pub recall: Duration,
    pub receipt_timeout: Duration,
}

/// `[api]`
#[derive(Debug, Clone)]
pub struct Api {
    pub listen: Option<SocketAddr>,
    pub socket: Option<PathBuf>,
    pub token_lifetime: Duration,
}

/// `[webhook]`: the door for carriers that call us.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Webhook {
    pub listen: SocketAddr,
    /// The address carriers are told, without `/push/<carrier>`.
    pub public_url: Url,
}

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

/// The commented configuration that `munjad init` writes, every key with its default.
pub const EXAMPLE: &str = include_str!("../gateway.example.toml");

/// Charset and lengths of texts in Korea (CP949 bytes).
pub const KOREAN_LIMITS: Limits = Limits::KOREAN;

impl Config {
    /// Reads and checks a configuration file, and the secrets it points to.
    pub fn load(path: &Path) -> Result<Config, ConfigError> {
        let text = std::fs::read_to_string(path).map_err(|e| ConfigError::unreadable(path, &e))?;
        Config::parse(&text, path)
    }

    /// As [`Config::load`], for what talks to no carrier: their secrets are not read, and need not be there.
    pub fn load_without_secrets(path: &Path) -> Result<Config, ConfigError> {
        let text = std::fs::read_to_string(path).map_err(|e| ConfigError::unreadable(path, &e))?;
        file::parse(&text, path, false)
    }

    /// Checks `text` as if it stood in `path`; relative paths in it are relative to that file's folder.
    pub fn parse(text: &str, path: &Path) -> Result<Config, ConfigError> {
        file::parse(text, path, true)
    }
}

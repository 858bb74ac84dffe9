//! The gateway's configuration: TOML in, typed values out. Every error names the file, the line and the key; unknown
//! keys, missing secrets and values out of range refuse to load, for a gateway that runs on defaults nobody chose loses
//! texts quietly.

mod calendar;
pub mod carrier;
mod error;
mod fields;
mod file;

use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::time::Duration;

use url::Url;

pub use carrier::{CarrierSetup, Carriers, Driver};
pub use error::ConfigError;

use crate::domain::calendar::Calendar;
use crate::domain::text::{self, Charset, Limits};

/// The whole configuration, checked.
#[derive(Debug, Clone)]
pub struct Config {
    pub database: PathBuf,
    pub carriers: Carriers,
    pub polling: Polling,
    pub sending: Sending,
    pub service: Service,
    pub api: Api,
    /// Carriers may call us.
    pub webhook: Option<Webhook>,
    pub log: Log,
    /// At least one; texts that say nothing else go to the first.
    pub desks: Vec<DeskSetup>,
}

/// `[desks.<key>]`: who answers, and when.
#[derive(Debug, Clone)]
pub struct DeskSetup {
    /// 1 to 20 of a-z, 0-9 and -.
    pub key: String,
    /// For people.
    pub name: String,
    pub calendar: Calendar,
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

/// `[service]`: what the gateway says by itself.
#[derive(Debug, Clone)]
pub struct Service {
    pub receipt_texts: bool,
    pub receipt_text: String,
    /// With `{ahead}`, for those before whom others wait.
    pub receipt_text_ahead: String,
    /// For those whose photos could not be had.
    pub photo_lost_text: String,
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
pub const KOREAN_LIMITS: Limits = Limits { charset: Charset::Cp949, sms: 90, lms: 2_000 };

impl Config {
    /// Reads and checks a configuration file, and the secrets it points to.
    pub fn load(path: &Path) -> Result<Config, ConfigError> {
        let text = std::fs::read_to_string(path).map_err(|e| ConfigError::unreadable(path, &e))?;
        Config::parse(&text, path)
    }

    /// Checks `text` as if it stood in `path`; relative paths in it are relative to that file's folder.
    pub fn parse(text: &str, path: &Path) -> Result<Config, ConfigError> {
        file::parse(text, path)
    }
}

impl Service {
    /// The receipt text for a citizen before whom `n_ahead` others wait.
    pub fn receipt_for(&self, n_ahead: i64) -> Option<String> {
        match (self.receipt_texts, n_ahead) {
            (false, _) => None,
            (true, 0) => Some(self.receipt_text.clone()),
            (true, n) => Some(self.receipt_text_ahead.replace("{ahead}", &n.to_string())),
        }
    }

    /// Why a template cannot be used, if so: an unknown placeholder, or something no phone can show.
    fn template_problem(template: &str) -> Option<String> {
        let rest = template.replace("{ahead}", "99");
        if rest.contains('{') || rest.contains('}') {
            return Some("holds a placeholder other than {ahead}".to_owned());
        }
        Service::text_problem(&rest)
    }

    /// Why a text cannot be sent by itself, if so.
    fn text_problem(text: &str) -> Option<String> {
        match text::plan(text, &KOREAN_LIMITS) {
            Ok(pieces) if pieces.len() == 1 => None,
            Ok(_) => Some(format!("is longer than {} bytes", KOREAN_LIMITS.lms)),
            Err(text::Unfit::Empty) => Some("is empty".to_owned()),
            Err(text::Unfit::Unencodable(chars)) => Some(format!(
                "holds characters that no Korean phone shows: {}",
                chars.iter().collect::<String>()
            )),
            Err(text::Unfit::TooLong { .. }) => Some("is far too long".to_owned()),
        }
    }
}

//! The gateway's configuration: TOML in, typed values out. Every error names the file, the line and the key. Unknown keys,
//! missing secrets and values out of range refuse to load, because a gateway on defaults that nobody chose loses texts
//! quietly.

mod alarm;
mod api;
mod audit;
mod backup;
mod calendar;
pub mod carrier;
mod checker;
mod credential;
mod database;
mod edited;
mod error;
mod file;
mod log;
mod metrics;
mod polling;
mod privacy;
mod quality;
mod sending;
mod service;
mod triage;
mod webhook;
mod words;

use std::path::PathBuf;
use std::sync::Arc;

pub use alarm::{Alarm, AlarmWebhook};
pub use api::{Api, TlsFiles};
pub use audit::Audit;
pub use backup::BackupConfig;
pub use carrier::Carriers;
pub use checker::CalendarFile;
pub use edited::list_of;
pub use error::{ConfigError, ConfigFault};
pub use log::{Log, LogFormat};
pub use metrics::Metrics;
pub use polling::Polling;
pub use privacy::Privacy;
pub use quality::{incentive, sheet};
pub use sending::Sending;
pub use service::Service;
pub use triage::triage;
pub use webhook::Webhook;
pub use words::{built_in, categories, texts};

pub use crate::carrier::CarrierSetup;
use crate::domain::data_key::DataKeys;
use crate::domain::desk::Desks;
use crate::domain::triage::Triage;

/// The whole configuration, checked.
#[derive(Debug, Clone)]
pub struct Config {
    pub database: PathBuf,
    /// The keys by which it is encrypted; none where it is not.
    pub data_keys: DataKeys,
    pub carriers: Carriers,
    pub polling: Polling,
    pub sending: Sending,
    pub service: Service,
    /// Who is called, and how.
    pub alarm: Alarm,
    /// The desks with their hours and words.
    pub desks: Desks,
    /// The rules that find danger in a text.
    pub triage: Arc<Triage>,
    /// Whether `[triage] files` names any.
    pub has_triage_files: bool,
    pub api: Api,
    /// The access log.
    pub audit: Audit,
    /// Where monitoring reads figures without a token.
    pub metrics: Metrics,
    /// Where carriers' webhooks arrive, if any.
    pub webhook: Option<Webhook>,
    pub log: Log,
    pub backup: BackupConfig,
    /// How long what is personal stays.
    pub privacy: Privacy,
    /// The files that secrets were read from.
    pub secret_files: Vec<PathBuf>,
    /// The other files that it names: words, categories, rules, calendars.
    pub named_files: Vec<PathBuf>,
    pub calendar_files: Vec<CalendarFile>,
}

/// The commented configuration that `munjad init` writes, every key with its default.
pub const EXAMPLE: &str = include_str!("../gateway.example.toml");

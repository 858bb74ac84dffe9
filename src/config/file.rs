//! The shape of the whole file: its sections, each of which has a file of its own beside this one.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use serde::Deserialize;

use super::alarm::{self, AlarmSection};
use super::api::{self, ApiSection};
use super::audit::{self, AuditSection};
use super::backup::{self, BackupSection};
use super::calendar::{self, CalendarSection, DeskSections};
use super::carrier::{self, CarrierSection};
use super::checker::Checker;
use super::database::{self, DatabaseSection};
use super::error::ConfigError;
use super::log::{self, LogSection};
use super::metrics::{self, MetricsSection};
use super::polling::{self, PollingSection};
use super::privacy::{self, PrivacySection};
use super::sending::{self, SendingSection};
use super::service::{self, ServiceSection};
use super::webhook::{self, WebhookSection};
use super::{Config, triage};
use crate::domain::UnixMs;
use crate::domain::data_key::DataKeys;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    database: DatabaseSection,
    carrier: CarrierSection,
    #[serde(default)]
    polling: PollingSection,
    #[serde(default)]
    sending: SendingSection,
    #[serde(default)]
    service: ServiceSection,
    #[serde(default)]
    alarm: AlarmSection,
    #[serde(default)]
    triage: TriageSection,
    #[serde(default)]
    api: ApiSection,
    #[serde(default)]
    audit: AuditSection,
    #[serde(default)]
    metrics: MetricsSection,
    #[serde(default)]
    webhook: WebhookSection,
    #[serde(default)]
    log: LogSection,
    #[serde(default)]
    backup: BackupSection,
    #[serde(default)]
    privacy: PrivacySection,
    #[serde(default)]
    calendar: CalendarSection,
    #[serde(default)]
    desks: DeskSections,
}

#[derive(Deserialize, Default)]
#[serde(deny_unknown_fields, default)]
struct TriageSection {
    files: Vec<PathBuf>,
}

impl Config {
    /// A time as operators read it: to the minute, in the time zone of the first desk, whatever the server's is.
    pub fn minute(&self, at: UnixMs) -> String {
        self.desks.first().calendar.minute_at(at)
    }

    /// As [`Config::minute`], to the second: for the access log.
    pub fn second(&self, at: UnixMs) -> String {
        self.desks.first().calendar.second_at(at)
    }

    /// Reads and checks a configuration file, and the secrets it points to.
    pub fn load(path: &Path) -> Result<Config, ConfigError> {
        let text = std::fs::read_to_string(path).map_err(|e| ConfigError::unreadable(path, &e))?;
        Config::parse(&text, path)
    }

    /// As [`Config::load`], for commands that talk to no carrier: their secrets are not read and need not exist.
    pub fn load_without_secrets(path: &Path) -> Result<Config, ConfigError> {
        let text = std::fs::read_to_string(path).map_err(|e| ConfigError::unreadable(path, &e))?;
        parse(&text, path, false)
    }

    /// The keys of the database that `text`, the content of `path`, names: for whoever makes that database. Refuses a key that
    /// cannot be read, and any key where this program cannot encrypt.
    pub fn keys_of_database(text: &str, path: &Path) -> Result<DataKeys, ConfigError> {
        let file: File = toml::from_str(text).map_err(|e| ConfigError::shape(path, text, &e))?;
        let checker = Checker::new(text, path, true);
        let keys = database::keys(&checker, &file.database)?;
        ConfigError::joined(checker.unreadable.take()).map_or(Ok(keys), Err)
    }

    /// Checks `text` as the content of `path`; relative paths are relative to that file's folder.
    pub fn parse(text: &str, path: &Path) -> Result<Config, ConfigError> {
        parse(text, path, true)
    }
}

fn parse(text: &str, path: &Path, reads_secrets: bool) -> Result<Config, ConfigError> {
    let file: File = toml::from_str(text).map_err(|e| ConfigError::shape(path, text, &e))?;
    let checker = Checker::new(text, path, reads_secrets);
    let read = sections(&checker, &file);
    // A config with a stand-in for a file that cannot be read never gets out of here.
    match (read, ConfigError::joined(checker.unreadable.take())) {
        (Ok(config), None) => Ok(config),
        (Ok(_), Some(unreadable)) => Err(unreadable),
        (Err(error), None) => Err(error),
        (Err(error), Some(mut unreadable)) => {
            unreadable.others.extend(error.all());
            Err(unreadable)
        }
    }
}

fn sections(checker: &Checker<'_>, file: &File) -> Result<Config, ConfigError> {
    let polling = polling::read(checker, &file.polling)?;
    let carriers = carrier::read(checker, &file.carrier, &polling)?;
    let limits = carriers.limits();
    let service = service::read(checker, &file.service, &limits)?;
    let audit = audit::read(checker, &file.audit)?;
    let config = Config {
        privacy: privacy::read(checker, &file.privacy, &service.categories, &audit)?,
        database: checker.beside(&file.database.path),
        data_keys: database::keys(checker, &file.database)?,
        carriers,
        polling,
        sending: sending::read(checker, &file.sending)?,
        service,
        triage: Arc::new(triage::triage(&checker.all_readable(&file.triage.files))?),
        has_triage_files: !file.triage.files.is_empty(),
        api: api::read(checker, &file.api)?,
        audit,
        metrics: metrics::read(checker, &file.metrics)?,
        webhook: webhook::read(checker, &file.webhook)?,
        log: log::read(checker, &file.log)?,
        backup: backup::read(checker, &file.backup)?,
        desks: calendar::read((checker, &limits), &file.calendar, &file.desks)?,
        alarm: alarm::read(checker, &file.alarm, (&file.calendar, &file.desks))?,
        secret_files: checker.secret_files.take(),
        named_files: checker.named_files.take(),
        calendar_files: checker.calendar_files.take(),
    };
    Ok(config)
}

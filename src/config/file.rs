//! The shape of the file: what serde reads, with its defaults, and how it becomes typed values.

use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use serde::Deserialize;
use toml::Spanned;
use url::Url;

use super::calendar::{self, CalendarSection, DeskSections};
use super::carrier::{self, CarrierSection};
use super::error::line_of;
use super::service::{self, ServiceSection};
use super::{Api, Config, ConfigError, Log, LogFormat, Polling, Sending, Webhook, words};

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
    triage: TriageSection,
    #[serde(default)]
    api: ApiSection,
    #[serde(default)]
    webhook: WebhookSection,
    #[serde(default)]
    log: LogSection,
    #[serde(default)]
    calendar: CalendarSection,
    #[serde(default)]
    desks: DeskSections,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct DatabaseSection {
    path: PathBuf,
}

/// A default that stands nowhere in the file.
pub(super) fn unwritten<T>(value: T) -> Spanned<T> {
    Spanned::new(0..0, value)
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields, default)]
struct PollingSection {
    fast_secs: Spanned<f64>,
    slow_secs: Spanned<f64>,
    live_secs: Spanned<f64>,
    full_walk_secs: Spanned<f64>,
    first_look_back_secs: Spanned<f64>,
    receipts_fast_secs: Spanned<f64>,
    receipts_slow_secs: Spanned<f64>,
}

impl Default for PollingSection {
    fn default() -> Self {
        PollingSection {
            fast_secs: unwritten(0.28),
            slow_secs: unwritten(2.0),
            live_secs: unwritten(300.0),
            full_walk_secs: unwritten(60.0),
            first_look_back_secs: unwritten(86_400.0),
            receipts_fast_secs: unwritten(1.5),
            receipts_slow_secs: unwritten(10.0),
        }
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields, default)]
struct SendingSection {
    max_in_flight: Spanned<u32>,
    time_to_live_secs: Spanned<f64>,
    recall_secs: Spanned<f64>,
    receipt_timeout_secs: Spanned<f64>,
}

impl Default for SendingSection {
    fn default() -> Self {
        SendingSection {
            max_in_flight: unwritten(64),
            time_to_live_secs: unwritten(86_400.0),
            recall_secs: unwritten(0.0),
            receipt_timeout_secs: unwritten(259_200.0),
        }
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields, default)]
struct ApiSection {
    listen: Spanned<String>,
    socket: Spanned<String>,
    token_lifetime_secs: Spanned<f64>,
}

impl Default for ApiSection {
    fn default() -> Self {
        ApiSection {
            listen: unwritten("127.0.0.1:6120".to_owned()),
            socket: unwritten(String::new()),
            token_lifetime_secs: unwritten(43_200.0),
        }
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields, default)]
struct LogSection {
    level: Spanned<String>,
    format: Spanned<String>,
}

impl Default for LogSection {
    fn default() -> Self {
        LogSection { level: unwritten("info".to_owned()), format: unwritten("auto".to_owned()) }
    }
}

#[derive(Deserialize, Default)]
#[serde(deny_unknown_fields, default)]
struct WebhookSection {
    listen: Option<Spanned<String>>,
    public_url: Option<Spanned<String>>,
}

#[derive(Deserialize, Default)]
#[serde(deny_unknown_fields, default)]
struct TriageSection {
    files: Vec<PathBuf>,
}

pub(super) fn parse(text: &str, path: &Path, reads_secrets: bool) -> Result<Config, ConfigError> {
    let file: File = toml::from_str(text).map_err(|e| ConfigError::shape(path, text, &e))?;
    let checker = Checker { text, path, reads_secrets };
    let polling = checker.polling(&file.polling)?;
    let config = Config {
        database: checker.beside(&file.database.path),
        carriers: carrier::read(&checker, &file.carrier, &polling)?,
        polling,
        sending: checker.sending(&file.sending)?,
        service: service::read(&checker, &file.service)?,
        triage: Arc::new(words::triage(&checker.all_beside(&file.triage.files))?),
        api: checker.api(&file.api)?,
        webhook: checker.webhook(&file.webhook)?,
        log: checker.log(&file.log)?,
        desks: calendar::read(&checker, &file.calendar, &file.desks)?,
    };
    Ok(config)
}

/// Turns what was read into typed values; knows where each key stands.
pub(super) struct Checker<'a> {
    text: &'a str,
    path: &'a Path,
    /// Whether the files with carriers' secrets are opened.
    pub(super) reads_secrets: bool,
}

impl Checker<'_> {
    pub(super) fn wrong<T>(&self, key: &str, at: &Spanned<T>, message: impl Into<String>) -> ConfigError {
        let span = at.span();
        let line = (span.end > 0).then(|| line_of(self.text, span.start));
        ConfigError { file: self.path.to_owned(), line, key: Some(key.to_owned()), message: message.into() }
    }

    /// A path of the config is relative to the config's own folder.
    pub(super) fn beside(&self, path: &Path) -> PathBuf {
        self.path.parent().unwrap_or(Path::new("")).join(path)
    }

    fn all_beside(&self, paths: &[PathBuf]) -> Vec<PathBuf> {
        paths.iter().map(|path| self.beside(path)).collect()
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

    fn polling(&self, section: &PollingSection) -> Result<Polling, ConfigError> {
        let polling = Polling {
            fast: self.secs("polling.fast_secs", &section.fast_secs, 0.001, 60.0)?,
            slow: self.secs("polling.slow_secs", &section.slow_secs, 0.001, 300.0)?,
            live: self.secs("polling.live_secs", &section.live_secs, 0.0, 86_400.0)?,
            full_walk: self.secs("polling.full_walk_secs", &section.full_walk_secs, 0.0, 300.0)?,
            first_look_back: self.secs(
                "polling.first_look_back_secs",
                &section.first_look_back_secs,
                0.0,
                2_592_000.0,
            )?,
            receipts_fast: self.secs(
                "polling.receipts_fast_secs",
                &section.receipts_fast_secs,
                0.001,
                60.0,
            )?,
            receipts_slow: self.secs(
                "polling.receipts_slow_secs",
                &section.receipts_slow_secs,
                0.001,
                60.0,
            )?,
        };
        if polling.fast > polling.slow {
            return Err(self.wrong(
                "polling.fast_secs",
                &section.fast_secs,
                "must not be longer than slow_secs",
            ));
        }
        if polling.receipts_fast > polling.receipts_slow {
            let message = "must not be longer than receipts_slow_secs";
            return Err(self.wrong("polling.receipts_fast_secs", &section.receipts_fast_secs, message));
        }
        Ok(polling)
    }

    fn sending(&self, section: &SendingSection) -> Result<Sending, ConfigError> {
        Ok(Sending {
            max_in_flight: self.count("sending.max_in_flight", &section.max_in_flight, 1, 1_000)?,
            time_to_live: self.secs(
                "sending.time_to_live_secs",
                &section.time_to_live_secs,
                60.0,
                604_800.0,
            )?,
            recall: self.secs("sending.recall_secs", &section.recall_secs, 0.0, 600.0)?,
            receipt_timeout: self.secs(
                "sending.receipt_timeout_secs",
                &section.receipt_timeout_secs,
                60.0,
                2_592_000.0,
            )?,
        })
    }

    fn api(&self, section: &ApiSection) -> Result<Api, ConfigError> {
        let listen = match section.listen.get_ref().as_str() {
            "" => None,
            word => Some(self.listen("api.listen", word, &section.listen)?),
        };
        let socket = match section.socket.get_ref().as_str() {
            "" => None,
            path => Some(self.beside(Path::new(path))),
        };
        if listen.is_none() && socket.is_none() {
            let message = "and api.socket are both empty: nobody could log in";
            return Err(self.wrong("api.listen", &section.listen, message));
        }
        let token_lifetime =
            self.secs("api.token_lifetime_secs", &section.token_lifetime_secs, 60.0, 7_776_000.0)?;
        Ok(Api { listen, socket, token_lifetime })
    }

    fn webhook(&self, section: &WebhookSection) -> Result<Option<Webhook>, ConfigError> {
        let Some(listen) = section.listen.as_ref().filter(|word| !word.get_ref().is_empty()) else {
            return Ok(None);
        };
        let addr = self.listen("webhook.listen", listen.get_ref(), listen)?;
        let Some(public) = section.public_url.as_ref().filter(|word| !word.get_ref().is_empty()) else {
            let message = "is missing: the address carriers call, such as https://munja.example.kr";
            return Err(self.wrong("webhook.public_url", listen, message));
        };
        let url = Url::parse(public.get_ref()).ok().filter(|url| {
            matches!(url.scheme(), "https" | "http") && url.query().is_none() && url.fragment().is_none()
        });
        let message = "must be an address such as https://munja.example.kr; /push/<carrier> is added to it";
        let public_url = url.ok_or_else(|| self.wrong("webhook.public_url", public, message))?;
        Ok(Some(Webhook { listen: addr, public_url }))
    }

    fn listen(&self, key: &str, word: &str, at: &Spanned<String>) -> Result<SocketAddr, ConfigError> {
        let addr: SocketAddr = word
            .parse()
            .map_err(|_| self.wrong(key, at, "must be an address and a port, such as 127.0.0.1:6120"))?;
        if addr.ip().is_loopback() {
            return Ok(addr);
        }
        let message =
            "must be a loopback address: this version speaks plain HTTP, which must not leave the machine";
        Err(self.wrong(key, at, message))
    }

    fn log(&self, section: &LogSection) -> Result<Log, ConfigError> {
        let level = section.level.get_ref().clone();
        if !["error", "warn", "info", "debug", "trace"].contains(&level.as_str()) {
            return Err(self.wrong("log.level", &section.level, "must be error, warn, info, debug or trace"));
        }
        let format = match section.format.get_ref().as_str() {
            "auto" => LogFormat::Auto,
            "text" => LogFormat::Text,
            "json" => LogFormat::Json,
            _ => return Err(self.wrong("log.format", &section.format, "must be auto, text or json")),
        };
        Ok(Log { level, format })
    }
}

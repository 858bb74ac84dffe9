//! The shape of the file: what serde reads, with its defaults, and how it becomes typed values.

use std::fs;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::time::Duration;

use secrecy::SecretString;
use serde::Deserialize;
use toml::Spanned;
use url::Url;

use super::error::line_of;
use super::{Api, Bizgo, CarrierConfig, Config, ConfigError, Log, LogFormat, Polling, Sending, Service};
use crate::domain::phone::{PhoneNumber, SenderCheck};

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
    api: ApiSection,
    #[serde(default)]
    log: LogSection,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct DatabaseSection {
    path: PathBuf,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct CarrierSection {
    name: Spanned<String>,
    bizgo: Option<BizgoSection>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct BizgoSection {
    #[serde(default = "bizgo_url")]
    base_url: Spanned<String>,
    api_key_file: Option<Spanned<PathBuf>>,
    number: Spanned<String>,
    sender: Option<Spanned<String>>,
    #[serde(default = "sends_per_sec")]
    sends_per_sec: Spanned<u32>,
    #[serde(default = "other_requests_per_sec")]
    other_requests_per_sec: Spanned<u32>,
    #[serde(default = "page_limit")]
    page_limit: Spanned<u32>,
    #[serde(default = "overlap_secs")]
    overlap_secs: Spanned<f64>,
    #[serde(default = "timeout_secs")]
    timeout_secs: Spanned<f64>,
}

/// A default that stands nowhere in the file.
fn unwritten<T>(value: T) -> Spanned<T> {
    Spanned::new(0..0, value)
}

fn bizgo_url() -> Spanned<String> {
    unwritten("https://mars.ibapi.kr".to_owned())
}
fn sends_per_sec() -> Spanned<u32> {
    unwritten(200)
}
fn other_requests_per_sec() -> Spanned<u32> {
    unwritten(5)
}
fn page_limit() -> Spanned<u32> {
    unwritten(1_000)
}
fn overlap_secs() -> Spanned<f64> {
    unwritten(600.0)
}
fn timeout_secs() -> Spanned<f64> {
    unwritten(20.0)
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
struct ServiceSection {
    receipt_texts: bool,
    receipt_text: Spanned<String>,
    receipt_text_ahead: Spanned<String>,
}

impl Default for ServiceSection {
    fn default() -> Self {
        let first = "[120] 문자 잘 받았습니다. 곧 답해 드립니다. 급하면 119·112로 문자하세요.";
        let ahead = "[120] 문자 잘 받았습니다. 앞에 {ahead}분이 계십니다. 급하면 119·112로 문자하세요.";
        ServiceSection {
            receipt_texts: true,
            receipt_text: unwritten(first.to_owned()),
            receipt_text_ahead: unwritten(ahead.to_owned()),
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

pub(super) fn parse(text: &str, path: &Path) -> Result<Config, ConfigError> {
    let file: File = toml::from_str(text).map_err(|e| ConfigError::shape(path, text, &e))?;
    let checker = Checker { text, path };
    let config = Config {
        database: checker.beside(&file.database.path),
        carrier: checker.carrier(&file.carrier)?,
        polling: checker.polling(&file.polling)?,
        sending: checker.sending(&file.sending)?,
        service: checker.service(file.service)?,
        api: checker.api(&file.api)?,
        log: checker.log(&file.log)?,
    };
    Ok(config)
}

/// Turns what was read into typed values; knows where each key stands.
struct Checker<'a> {
    text: &'a str,
    path: &'a Path,
}

impl Checker<'_> {
    fn wrong<T>(&self, key: &str, at: &Spanned<T>, message: impl Into<String>) -> ConfigError {
        let span = at.span();
        let line = (span.end > 0).then(|| line_of(self.text, span.start));
        ConfigError { file: self.path.to_owned(), line, key: Some(key.to_owned()), message: message.into() }
    }

    /// A path of the config is relative to the config's own folder.
    fn beside(&self, path: &Path) -> PathBuf {
        self.path.parent().unwrap_or(Path::new("")).join(path)
    }

    fn secs(&self, key: &str, value: &Spanned<f64>, least: f64, most: f64) -> Result<Duration, ConfigError> {
        let secs = *value.get_ref();
        if (least..=most).contains(&secs) {
            return Ok(Duration::from_secs_f64(secs));
        }
        Err(self.wrong(key, value, format!("must be between {least} and {most} seconds")))
    }

    fn count(&self, key: &str, value: &Spanned<u32>, least: u32, most: u32) -> Result<u32, ConfigError> {
        let n = *value.get_ref();
        if (least..=most).contains(&n) {
            return Ok(n);
        }
        Err(self.wrong(key, value, format!("must be between {least} and {most}")))
    }

    fn carrier(&self, section: &CarrierSection) -> Result<CarrierConfig, ConfigError> {
        match (section.name.get_ref().as_str(), &section.bizgo) {
            ("bizgo", Some(bizgo)) => Ok(CarrierConfig::Bizgo(self.bizgo(bizgo)?)),
            ("bizgo", None) => Err(self.wrong(
                "carrier.name",
                &section.name,
                "needs a section [carrier.bizgo] with at least `number`",
            )),
            _ => Err(self.wrong(
                "carrier.name",
                &section.name,
                "is not a carrier this version knows; it knows: bizgo",
            )),
        }
    }

    fn bizgo(&self, section: &BizgoSection) -> Result<Bizgo, ConfigError> {
        let number = self.our_number("carrier.bizgo.number", &section.number)?;
        let sender = match &section.sender {
            Some(sender) => self.our_number("carrier.bizgo.sender", sender)?,
            None => number.clone(),
        };
        Ok(Bizgo {
            base_url: self.base_url(&section.base_url)?,
            api_key: self.api_key(section)?,
            number,
            sender,
            sends_per_sec: self.count("carrier.bizgo.sends_per_sec", &section.sends_per_sec, 1, 1_000_000)?,
            other_requests_per_sec: self.count(
                "carrier.bizgo.other_requests_per_sec",
                &section.other_requests_per_sec,
                1,
                1_000_000,
            )?,
            page_limit: self.count("carrier.bizgo.page_limit", &section.page_limit, 1, 1_000)?,
            overlap: self.secs("carrier.bizgo.overlap_secs", &section.overlap_secs, 0.0, 86_400.0)?,
            timeout: self.secs("carrier.bizgo.timeout_secs", &section.timeout_secs, 0.1, 60.0)?,
        })
    }

    fn our_number(&self, key: &str, value: &Spanned<String>) -> Result<PhoneNumber, ConfigError> {
        let number = PhoneNumber::parse(value.get_ref());
        match number.sender_check() {
            SenderCheck::Bad => Err(self.wrong(
                key,
                value,
                "is not a number texts can leave from: 8 to 11 digits, or a special number",
            )),
            SenderCheck::Ok | SenderCheck::Special => Ok(number),
        }
    }

    /// TLS, or a carrier on this very machine.
    fn base_url(&self, value: &Spanned<String>) -> Result<Url, ConfigError> {
        let key = "carrier.bizgo.base_url";
        let url = Url::parse(value.get_ref())
            .map_err(|e| self.wrong(key, value, format!("is not an address: {e}")))?;
        let is_local = match url.host() {
            Some(url::Host::Ipv4(ip)) => ip.is_loopback(),
            Some(url::Host::Ipv6(ip)) => ip.is_loopback(),
            Some(url::Host::Domain(name)) => name == "localhost",
            None => false,
        };
        let is_bare = url.username().is_empty() && url.password().is_none();
        if !is_bare || url.path().len() > 1 || url.query().is_some() || url.fragment().is_some() {
            return Err(self.wrong(
                key,
                value,
                "holds more than https://HOST[:PORT]; the rest would not be used",
            ));
        }
        match url.scheme() {
            "https" => Ok(url),
            "http" if is_local => Ok(url),
            _ => {
                Err(self.wrong(key, value, "must begin with https:// (http:// only to this machine itself)"))
            }
        }
    }

    /// From the file named, else from systemd's credentials. Never from the config itself, which people mail around.
    fn api_key(&self, section: &BizgoSection) -> Result<SecretString, ConfigError> {
        let key = "carrier.bizgo.api_key_file";
        let (path, at) = match &section.api_key_file {
            Some(file) => (self.beside(file.get_ref()), file.span()),
            None => match std::env::var_os("CREDENTIALS_DIRECTORY") {
                Some(folder) => (Path::new(&folder).join("bizgo_api_key"), section.number.span()),
                None => {
                    let message = "is missing: name a file that holds the carrier's API key, readable by this user only";
                    return Err(self.wrong(key, &section.number, message));
                }
            },
        };
        let at = Spanned::new(at, ());
        let found = fs::read_to_string(&path)
            .map_err(|e| self.wrong(key, &at, format!("{} cannot be read: {e}", path.display())))?;
        let secret = found.trim();
        if secret.is_empty() || secret.chars().any(|c| c.is_control() || !c.is_ascii()) {
            return Err(self.wrong(
                key,
                &at,
                format!("{} does not hold one line with an API key", path.display()),
            ));
        }
        Ok(SecretString::from(secret))
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

    fn service(&self, section: ServiceSection) -> Result<Service, ConfigError> {
        for (key, template) in [
            ("service.receipt_text", &section.receipt_text),
            ("service.receipt_text_ahead", &section.receipt_text_ahead),
        ] {
            if let Some(problem) = Service::template_problem(template.get_ref()) {
                return Err(self.wrong(key, template, problem));
            }
        }
        Ok(Service {
            receipt_texts: section.receipt_texts,
            receipt_text: section.receipt_text.into_inner(),
            receipt_text_ahead: section.receipt_text_ahead.into_inner(),
        })
    }

    fn api(&self, section: &ApiSection) -> Result<Api, ConfigError> {
        let listen = match section.listen.get_ref().as_str() {
            "" => None,
            word => Some(self.listen(word, &section.listen)?),
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

    fn listen(&self, word: &str, at: &Spanned<String>) -> Result<SocketAddr, ConfigError> {
        let addr: SocketAddr = word.parse().map_err(|_| {
            self.wrong("api.listen", at, "must be an address and a port, such as 127.0.0.1:6120")
        })?;
        if addr.ip().is_loopback() {
            return Ok(addr);
        }
        let message =
            "must be a loopback address: this version speaks plain HTTP, which must not leave the machine";
        Err(self.wrong("api.listen", at, message))
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

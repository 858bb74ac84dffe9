//! `[alarm]`: whose phones are texted when nobody answers a danger or the gateway is in trouble, and a command and a webhook
//! beside them.

use std::path::PathBuf;
use std::time::Duration;

use jiff::civil::Date;
use secrecy::{ExposeSecret, SecretString};
use serde::Deserialize;
use toml::Spanned;
use url::Url;

use super::calendar::{CalendarSection, DeskSections, duty_hours};
use super::checker::{Checker, unwritten};
use super::error::ConfigError;
use crate::domain::alarm::{DutyKind, DutyPhone, Weeks};
use crate::domain::counselor::is_valid_login;
use crate::domain::phone::{PhoneKind, PhoneNumber};

/// More phones than this are no rota.
const MOST_PHONES: usize = 100;
/// The shortest secret that signs (bytes).
const SHORTEST_SECRET: usize = 16;

/// `[alarm]`, checked.
#[derive(Debug, Clone)]
pub struct Alarm {
    /// In the order in which they are called.
    pub phones: Vec<DutyPhone>,
    /// How long an answer by phone stops the calls.
    pub ack: Duration,
    /// The program and its arguments; empty: none.
    pub command: Vec<String>,
    pub command_timeout: Duration,
    pub webhook: Option<AlarmWebhook>,
}

/// Where alarms are posted.
#[derive(Debug, Clone)]
pub struct AlarmWebhook {
    pub url: Url,
    /// Signs each call; empty where secrets are not read.
    pub secret: SecretString,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(super) struct AlarmSection {
    phones: Vec<Spanned<PhoneEntry>>,
    ack_secs: Spanned<f64>,
    command: Spanned<Vec<String>>,
    command_timeout_secs: Spanned<f64>,
    webhook_url: Option<Spanned<String>>,
    webhook_secret_file: Option<Spanned<PathBuf>>,
}

impl Default for AlarmSection {
    fn default() -> Self {
        AlarmSection {
            phones: Vec::new(),
            ack_secs: unwritten(180.0),
            command: unwritten(Vec::new()),
            command_timeout_secs: unwritten(10.0),
            webhook_url: None,
            webhook_secret_file: None,
        }
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct PhoneEntry {
    name: Spanned<String>,
    number: Spanned<String>,
    kind: Option<Spanned<String>>,
    login: Option<Spanned<String>>,
    hours: Option<Spanned<String>>,
    weeks: Option<Spanned<String>>,
    dates: Option<Vec<Spanned<String>>>,
}

pub(super) fn read(
    checker: &Checker<'_>,
    section: &AlarmSection,
    calendar: (&CalendarSection, &DeskSections),
) -> Result<Alarm, ConfigError> {
    if section.phones.len() > MOST_PHONES {
        let message = format!("are more than {MOST_PHONES}");
        return Err(checker.wrong("alarm.phones", &section.phones[MOST_PHONES], message));
    }
    let phones = section.phones.iter().map(|entry| phone(checker, entry, calendar));
    let phones = phones.collect::<Result<Vec<_>, _>>()?;
    for (n, one) in phones.iter().enumerate() {
        let is_same = |other: &DutyPhone| other.number == one.number && other.kind == one.kind;
        if phones[..n].iter().any(is_same) {
            let message = "stands twice for the same kind of alarm";
            return Err(checker.wrong("alarm.phones", &section.phones[n], message));
        }
    }
    let command = section.command.get_ref();
    if command.first().is_some_and(|program| !program.starts_with('/')) {
        let message = "must begin with the whole path of a program, such as [\"/usr/local/bin/call-us\"]; no shell runs it";
        return Err(checker.wrong("alarm.command", &section.command, message));
    }
    Ok(Alarm {
        phones,
        ack: checker.secs("alarm.ack_secs", &section.ack_secs, 1.0, 3_600.0)?,
        command: command.clone(),
        command_timeout: checker.secs(
            "alarm.command_timeout_secs",
            &section.command_timeout_secs,
            1.0,
            60.0,
        )?,
        webhook: webhook(checker, section)?,
    })
}

fn phone(
    checker: &Checker<'_>,
    entry: &Spanned<PhoneEntry>,
    (calendar, desks): (&CalendarSection, &DeskSections),
) -> Result<DutyPhone, ConfigError> {
    let PhoneEntry { name, number, kind, login, hours, weeks, dates } = entry.get_ref();
    let plain = name.get_ref().trim();
    if !(1..=30).contains(&plain.chars().count()) || plain.chars().any(char::is_control) {
        return Err(checker.wrong("alarm.phones.name", name, "must be a name of 1 to 30 characters"));
    }
    let parsed = PhoneNumber::parse(number.get_ref());
    if !matches!(parsed.kind(), PhoneKind::Mobile | PhoneKind::Foreign) {
        let message = "is no mobile phone: texts have to reach it, such as 010-0000-0000";
        return Err(checker.wrong("alarm.phones.number", number, message));
    }
    if let Some(login) = login.as_ref().filter(|login| !is_valid_login(login.get_ref())) {
        return Err(checker.wrong("alarm.phones.login", login, "is no log-in name (see `munjad user list`)"));
    }
    let kind = match kind {
        None => DutyKind::Danger,
        Some(word) => DutyKind::from_word(word.get_ref())
            .ok_or_else(|| checker.wrong("alarm.phones.kind", word, "must be danger or operator"))?,
    };
    let weeks = match weeks {
        None => Weeks::Every,
        Some(word) => Weeks::from_word(word.get_ref())
            .ok_or_else(|| checker.wrong("alarm.phones.weeks", word, "must be every, odd or even"))?,
    };
    let dates = dates.iter().flatten().map(|span| days(checker, span)).collect::<Result<_, _>>()?;
    Ok(DutyPhone {
        kind,
        name: plain.to_owned(),
        number: parsed,
        login: login.as_ref().map(|login| login.get_ref().clone()),
        hours: duty_hours(checker, (calendar, desks), hours.as_ref())?,
        weeks,
        dates,
    })
}

/// One day, or the first and the last with a slash between.
fn days(checker: &Checker<'_>, span: &Spanned<String>) -> Result<(Date, Date), ConfigError> {
    let word = span.get_ref();
    let (first, last) = word.split_once('/').unwrap_or((word, word));
    let parsed: Option<(Date, Date)> = first.trim().parse().ok().zip(last.trim().parse().ok());
    parsed.filter(|(first, last)| first <= last).ok_or_else(|| {
        let message = "must be a day, or FIRST/LAST such as 2026-12-22/2026-12-24";
        checker.wrong("alarm.phones.dates", span, message)
    })
}

fn webhook(checker: &Checker<'_>, section: &AlarmSection) -> Result<Option<AlarmWebhook>, ConfigError> {
    let Some(written) = section.webhook_url.as_ref().filter(|word| !word.get_ref().is_empty()) else {
        return Ok(None);
    };
    let is_loopback = |url: &Url| matches!(url.host_str(), Some("127.0.0.1" | "localhost" | "[::1]"));
    let url = Url::parse(written.get_ref())
        .ok()
        .filter(|url| url.scheme() == "https" || (url.scheme() == "http" && is_loopback(url)));
    let message = "must be an https address (http only on this machine)";
    let url = url.ok_or_else(|| checker.wrong("alarm.webhook_url", written, message))?;
    let Some(file) = &section.webhook_secret_file else {
        let message = "is missing: the file with the secret that signs each call";
        return Err(checker.wrong("alarm.webhook_secret_file", written, message));
    };
    if !checker.reads_secrets {
        return Ok(Some(AlarmWebhook { url, secret: SecretString::from("") }));
    }
    let path = checker.beside(file.get_ref());
    let secret = std::fs::read_to_string(&path).map_err(|error| {
        checker.wrong("alarm.webhook_secret_file", file, format!("{}: {error}", path.display()))
    })?;
    let secret = SecretString::from(secret.trim().to_owned());
    if secret.expose_secret().len() < SHORTEST_SECRET {
        let message =
            format!("must hold at least {SHORTEST_SECRET} characters, such as from: openssl rand -hex 32");
        return Err(checker.wrong("alarm.webhook_secret_file", file, message));
    }
    Ok(Some(AlarmWebhook { url, secret }))
}

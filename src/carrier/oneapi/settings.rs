//! `[carrier.oneapi]`: a server that speaks OneAPI (GSMA) or its OMA kin.

use std::time::Duration;

use secrecy::SecretString;

use super::OneApi;
use crate::carrier::section::Section;
use crate::carrier::setup::{CarrierSetup, Make, SettingError};
use crate::domain::text::{Charset, Limits};

/// How we log in.
#[derive(Debug, Clone)]
pub enum Login {
    Basic { user: String, password: SecretString },
    Bearer { token: SecretString },
}

/// What reading does to texts at this server. No document says it; ask its operator.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reading {
    /// It removes them.
    Removes,
    /// They stay until they are deleted (OMA: `DELETE …/messages/{messageId}`).
    UntilDeleted,
    /// They stay as long as the server likes.
    Keeps,
}

/// Settings of the driver. `base_url` holds everything before `/smsmessaging`.
#[derive(Debug, Clone)]
pub struct OneApiConfig {
    pub login: Login,
    /// The registration under which texts wait (`…/inbound/registrations/{registration}/messages`).
    pub registration: String,
    pub reading: Reading,
    /// The sender whose requests `check` asks for: one of ours.
    pub number: String,
    /// Texts per page.
    pub page_limit: u32,
    /// Times without an offset are this far ahead of UTC (minutes).
    pub utc_offset_minutes: i32,
    /// The request inside `outboundSMSMessageRequest` (GSMA, OMA, Orange) or as it is (Infobip).
    pub is_wrapped: bool,
    /// Numbers with `tel:` before them.
    pub has_tel: bool,
    /// `address` as a list (GSMA) or as one string (Orange).
    pub address_is_list: bool,
    pub sender_name: Option<String>,
    /// Where the server sends receipts; [`OneApiConfig::push_token`] is added to it.
    pub notify_url: Option<url::Url>,
    /// Notifications are not signed: only `token=` in the address proves where they come from.
    pub push_token: Option<SecretString>,
    /// How long the server surely refuses the same correlator; zero if that is not promised.
    pub correlator_memory: Duration,
    pub limits: Limits,
    pub sends_per_sec: u32,
    /// All requests but sends share this limit.
    pub others_per_sec: u32,
    pub min_poll: Duration,
}

pub(super) fn read(section: &mut Section<'_>) -> Result<CarrierSetup, SettingError> {
    let common = section.common()?;
    let base_url = section.url_with_path("base_url")?;
    let [number, ..] = common.numbers.as_slice() else {
        return Err(section.wrong("number", "is missing: the number citizens text"));
    };
    let config = OneApiConfig {
        login: login(section)?,
        registration: section.text("registration")?,
        reading: reading(section)?,
        number: number.reveal().to_owned(),
        page_limit: section.count("page_limit", 50, (1, 1_000))?,
        utc_offset_minutes: offset(section)?,
        is_wrapped: section.flag("wrapped", true)?,
        has_tel: section.flag("tel_prefix", true)?,
        address_is_list: section.flag("address_list", true)?,
        sender_name: section.optional("sender_name")?,
        notify_url: match section.optional("notify_url")? {
            Some(_) => Some(section.url_with_path("notify_url")?),
            None => None,
        },
        push_token: section.optional_secret("push_token")?,
        correlator_memory: section.secs("correlator_memory_secs", 0.0, (0.0, 604_800.0))?,
        limits: Limits {
            charset: Charset::Gsm7Ucs2,
            sms: 1,
            lms: section.count("max_segments", 6, (1, 20))? as usize,
        },
        sends_per_sec: section.count("sends_per_sec", 5, (1, 10_000))?,
        others_per_sec: section.count("other_requests_per_sec", 5, (1, 10_000))?,
        min_poll: section.intervals.texts_fast,
    };
    Ok(common.setup(base_url, Make::from_settings(config, OneApi::new)))
}

/// A user with a password, or a bearer token.
fn login(section: &mut Section<'_>) -> Result<Login, SettingError> {
    let two = "and password_file, or token_file alone: one of both is needed";
    let Some(user) = section.optional("user")? else {
        if section.optional_secret("password")?.is_some() {
            return Err(section.wrong("user", two));
        }
        return Ok(Login::Bearer { token: section.secret("token")? });
    };
    if section.optional_secret("token")?.is_some() {
        return Err(section.wrong("user", two));
    }
    Ok(Login::Basic { user, password: section.secret("password")? })
}

fn reading(section: &mut Section<'_>) -> Result<Reading, SettingError> {
    match section.text_or("reading", "removes")?.as_str() {
        "removes" => Ok(Reading::Removes),
        "until_deleted" => Ok(Reading::UntilDeleted),
        "keeps" => Ok(Reading::Keeps),
        _ => Err(section.wrong("reading", "must be removes, until_deleted or keeps")),
    }
}

/// `+09:00` as minutes.
fn offset(section: &mut Section<'_>) -> Result<i32, SettingError> {
    let word = section.text_or("utc_offset", "+09:00")?;
    let parsed = (|| {
        let (sign, rest) = word.split_at_checked(1)?;
        let (hours, minutes) = rest.split_once(':')?;
        let (hours, minutes): (i32, i32) = (hours.parse().ok()?, minutes.parse().ok()?);
        let in_range = (0..=14).contains(&hours) && (0..60).contains(&minutes);
        match sign {
            "+" if in_range => Some(hours * 60 + minutes),
            "-" if in_range => Some(-(hours * 60 + minutes)),
            _ => None,
        }
    })();
    parsed.ok_or_else(|| section.wrong("utc_offset", "must be an offset such as +09:00"))
}

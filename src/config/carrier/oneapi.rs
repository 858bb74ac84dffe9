//! `[carrier.oneapi]`: a server that speaks OneAPI (GSMA) or its OMA kin.

use secrecy::SecretString;

use super::{Common, Driver};
use crate::carrier::oneapi::{Login, OneApiConfig, Reading};
use crate::config::carrier::CarrierSetup;
use crate::config::fields::Fields;
use crate::config::{ConfigError, Polling};
use crate::domain::text::{Charset, Limits};

pub(super) fn read(fields: &mut Fields<'_>, polling: &Polling) -> Result<CarrierSetup, ConfigError> {
    let common = Common::read(fields, true)?;
    let base_url = fields.url_with_path("base_url")?;
    let [number, ..] = common.numbers.as_slice() else {
        return Err(fields.wrong("number", "is missing: the number citizens text"));
    };
    let config = OneApiConfig {
        login: login(fields)?,
        registration: fields.text("registration")?,
        reading: reading(fields)?,
        number: number.reveal().to_owned(),
        page_limit: fields.count("page_limit", 50, (1, 1_000))?,
        utc_offset_minutes: offset(fields)?,
        is_wrapped: fields.flag("wrapped", true)?,
        has_tel: fields.flag("tel_prefix", true)?,
        address_is_list: fields.flag("address_list", true)?,
        sender_name: fields.optional("sender_name")?,
        notify_url: match fields.optional("notify_url")? {
            Some(_) => Some(fields.url_with_path("notify_url")?),
            None => None,
        },
        push_token: fields.optional_secret("push_token")?,
        correlator_memory: fields.secs("correlator_memory_secs", 0.0, (0.0, 604_800.0))?,
        limits: Limits {
            charset: Charset::Gsm7Ucs2,
            sms: 1,
            lms: fields.count("max_segments", 6, (1, 20))? as usize,
        },
        sends_per_sec: fields.count("sends_per_sec", 5, (1, 10_000))?,
        others_per_sec: fields.count("other_requests_per_sec", 5, (1, 10_000))?,
        min_poll: polling.fast,
    };
    Ok(common.setup("oneapi", base_url, Driver::OneApi(config)))
}

/// A user with a password, or a bearer token.
fn login(fields: &mut Fields<'_>) -> Result<Login, ConfigError> {
    let (user, token) = (fields.optional("user")?, fields.optional_secret("token")?);
    let password: Option<SecretString> = fields.optional_secret("password")?;
    match (user, password, token) {
        (None, None, Some(token)) => Ok(Login::Bearer { token }),
        (Some(user), Some(password), None) => Ok(Login::Basic { user, password }),
        _ => Err(fields.wrong("user", "and password_file, or token_file alone: one of both is needed")),
    }
}

fn reading(fields: &mut Fields<'_>) -> Result<Reading, ConfigError> {
    match fields.text_or("reading", "removes")?.as_str() {
        "removes" => Ok(Reading::Removes),
        "until_deleted" => Ok(Reading::UntilDeleted),
        "keeps" => Ok(Reading::Keeps),
        _ => Err(fields.wrong("reading", "must be removes, until_deleted or keeps")),
    }
}

/// `+09:00` as minutes.
fn offset(fields: &mut Fields<'_>) -> Result<i32, ConfigError> {
    let word = fields.text_or("utc_offset", "+09:00")?;
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
    parsed.ok_or_else(|| fields.wrong("utc_offset", "must be an offset such as +09:00"))
}

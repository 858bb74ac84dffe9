//! `[carrier.twilio]`

use super::{Common, Driver};
use crate::carrier::twilio::TwilioConfig;
use crate::config::carrier::CarrierSetup;
use crate::config::fields::Fields;
use crate::config::{ConfigError, Polling};

pub(super) fn read(fields: &mut Fields<'_>, polling: &Polling) -> Result<CarrierSetup, ConfigError> {
    let common = Common::read(fields, true)?;
    let base_url = fields.url("base_url", "https://api.twilio.com")?;
    let account = fields.text("account_sid")?;
    let auth_token = fields.optional_secret("auth_token")?;
    let key = (fields.optional("api_key_sid")?, fields.optional_secret("api_key_secret")?);
    let (user, password) = match (key, &auth_token) {
        ((Some(user), Some(secret)), _) => (user, secret),
        ((None, None), Some(token)) => (account.clone(), token.clone()),
        ((None, None), None) => return Err(fields.wrong("auth_token_file", "is missing")),
        _ => return Err(fields.wrong("api_key_sid", "and api_key_secret_file belong together")),
    };
    let only_number = match common.numbers.as_slice() {
        [one] => Some(one.e164().unwrap_or_else(|| one.reveal().to_owned())),
        _ => None,
    };
    let status_url = match fields.optional("status_url")? {
        Some(_) => Some(fields.url_with_path("status_url")?),
        None => None,
    };
    let config = TwilioConfig {
        account,
        user,
        password,
        auth_token,
        number: only_number,
        status_url,
        page_limit: fields.count("page_limit", 100, (1, 1_000))?,
        overlap: fields.secs("overlap_secs", 600.0, (0.0, 86_400.0))?,
        max_segments: fields.count("max_segments", 6, (1, 10))? as usize,
        sends_per_sec: fields.count("sends_per_sec", 1, (1, 10_000))?,
        others_per_sec: fields.count("other_requests_per_sec", 10, (1, 10_000))?,
        min_poll: polling.fast,
    };
    Ok(common.setup("twilio", base_url, Driver::Twilio(config)))
}

//! `[carrier.twilio]`

use std::time::Duration;

use secrecy::SecretString;
use url::Url;

use super::Twilio;
use crate::carrier::section::Section;
use crate::carrier::setup::{CarrierSetup, Make, SettingError};

/// Settings of the driver.
#[derive(Debug, Clone)]
pub struct TwilioConfig {
    pub account: String,
    /// The account, or an API key.
    pub user: String,
    pub password: SecretString,
    /// Signs their calls; without it and [`Self::shared_key`] none are taken.
    pub auth_token: Option<SecretString>,
    /// Signs calls whose headers name a shared key.
    pub shared_key: Option<SecretString>,
    /// The one number citizens text, so that the list holds no others; several: none.
    pub number: Option<String>,
    /// Where they tell what became of a text.
    pub status_url: Option<Url>,
    /// Texts per page: 1 to 1000.
    pub page_limit: u32,
    pub overlap: Duration,
    /// The most segments of one text; longer texts leave in parts. Twilio takes 1,600 characters: ten segments.
    pub max_segments: usize,
    pub sends_per_sec: u32,
    /// All requests but sends share this limit.
    pub others_per_sec: u32,
    pub min_poll: Duration,
}

pub(super) fn read(section: &mut Section<'_>) -> Result<CarrierSetup, SettingError> {
    let common = section.common()?;
    let base_url = section.url("base_url", "https://api.twilio.com")?;
    let account = section.text("account_sid")?;
    let auth_token = section.optional_secret("auth_token")?;
    let (user, password) = login(section, &account)?;
    let only_number = common.only_number().map(|one| one.e164().unwrap_or_else(|| one.reveal().to_owned()));
    let status_url = match section.optional("status_url")? {
        Some(_) => Some(section.url_with_path("status_url")?),
        None => None,
    };
    let config = TwilioConfig {
        account,
        user,
        password,
        auth_token,
        shared_key: section.optional_secret("webhook_key")?,
        number: only_number,
        status_url,
        page_limit: section.count("page_limit", 100, (1, 1_000))?,
        overlap: section.secs("overlap_secs", 600.0, (0.0, 86_400.0))?,
        max_segments: section.count("max_segments", 6, (1, 10))? as usize,
        sends_per_sec: section.count("sends_per_sec", 1, (1, 10_000))?,
        others_per_sec: section.count("other_requests_per_sec", 10, (1, 10_000))?,
        min_poll: section.intervals.texts_fast,
    };
    Ok(common.setup(base_url, Make::from_settings(config, Twilio::new)))
}

/// An API key with its secret, if one is named; else the account with its auth token.
fn login(section: &mut Section<'_>, account: &str) -> Result<(String, SecretString), SettingError> {
    if let Some(key) = section.optional("api_key_sid")? {
        return Ok((key, section.secret("api_key_secret")?));
    }
    if section.optional_secret("api_key_secret")?.is_some() {
        return Err(section.wrong("api_key_sid", "is missing: it belongs to api_key_secret_file"));
    }
    Ok((account.to_owned(), section.secret("auth_token")?))
}

//! `[carrier.solapi]`: SOLAPI (CoolSMS), which only sends.

use std::time::Duration;

use secrecy::SecretString;

use super::Solapi;
use crate::carrier::section::Section;
use crate::carrier::setup::{CarrierSetup, Make, SettingError};

/// Settings of the driver.
#[derive(Debug, Clone)]
pub struct SolapiConfig {
    pub api_key: SecretString,
    pub api_secret: SecretString,
    /// The secret of its webhooks; without it none are taken.
    pub webhook_secret: Option<SecretString>,
    pub sends_per_sec: u32,
    /// All requests but sends share this limit.
    pub others_per_sec: u32,
    pub min_poll: Duration,
}

pub(super) fn read(section: &mut Section<'_>) -> Result<CarrierSetup, SettingError> {
    let common = section.common()?;
    let base_url = section.url("base_url", "https://api.solapi.com")?;
    let config = SolapiConfig {
        api_key: section.secret("api_key")?,
        api_secret: section.secret("api_secret")?,
        webhook_secret: section.optional_secret("webhook_secret")?,
        sends_per_sec: section.count("sends_per_sec", 50, (1, 1_000_000))?,
        others_per_sec: section.count("other_requests_per_sec", 5, (1, 1_000_000))?,
        min_poll: section.intervals.receipts_fast,
    };
    Ok(common.setup(base_url, Make::from_settings(config, Solapi::new)))
}

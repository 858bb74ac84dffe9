//! `[carrier.nhn]`: NHN Cloud SMS, which only sends.

use std::time::Duration;

use secrecy::SecretString;

use super::Nhn;
use crate::carrier::section::Section;
use crate::carrier::setup::{CarrierSetup, Make, SettingError};

/// Settings of the driver.
#[derive(Debug, Clone)]
pub struct NhnConfig {
    /// Stands in every path.
    pub app_key: SecretString,
    pub secret_key: SecretString,
    /// The word its webhooks carry; without it none are taken.
    pub webhook_signature: Option<SecretString>,
    pub sends_per_sec: u32,
    /// All requests but sends share this limit.
    pub others_per_sec: u32,
    pub min_poll: Duration,
}

pub(super) fn read(section: &mut Section<'_>) -> Result<CarrierSetup, SettingError> {
    let common = section.common()?;
    let base_url = section.url("base_url", "https://sms.api.nhncloudservice.com")?;
    let config = NhnConfig {
        app_key: section.secret("app_key")?,
        secret_key: section.secret("secret_key")?,
        webhook_signature: section.optional_secret("webhook_signature")?,
        sends_per_sec: section.count("sends_per_sec", 50, (1, 1_000_000))?,
        others_per_sec: section.count("other_requests_per_sec", 5, (1, 1_000_000))?,
        min_poll: section.intervals.receipts_fast,
    };
    Ok(common.setup(base_url, Make::from_settings(config, Nhn::new)))
}

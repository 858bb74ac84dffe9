//! `[carrier.bizgo]`

use std::time::Duration;

use secrecy::SecretString;

use super::Bizgo;
use crate::carrier::section::Section;
use crate::carrier::setup::{CarrierSetup, Make, SettingError};

/// Settings of the driver.
#[derive(Debug, Clone)]
pub struct BizgoConfig {
    pub api_key: SecretString,
    /// Signs its webhooks; without it none are taken.
    pub webhook_secret: Option<SecretString>,
    /// Only texts to this number are fetched.
    pub mo_number: Option<String>,
    /// Texts per page: 1 to 1,000.
    pub page_limit: u32,
    /// How far each read reaches back behind the newest text of the last one.
    pub overlap: Duration,
    pub sends_per_sec: u32,
    /// All requests but sends share this limit.
    pub others_per_sec: u32,
    pub min_poll: Duration,
}

pub(super) fn read(section: &mut Section<'_>) -> Result<CarrierSetup, SettingError> {
    let common = section.common()?;
    let base_url = section.url("base_url", "https://mars.ibapi.kr")?;
    let only_number = common.only_number().map(|one| one.reveal().to_owned());
    let config = BizgoConfig {
        api_key: section.secret("api_key")?,
        webhook_secret: section.optional_secret("webhook_secret")?,
        mo_number: only_number,
        page_limit: section.count("page_limit", 1_000, (1, 1_000))?,
        overlap: section.secs("overlap_secs", 600.0, (0.0, 86_400.0))?,
        sends_per_sec: section.count("sends_per_sec", 200, (1, 1_000_000))?,
        others_per_sec: section.count("other_requests_per_sec", 5, (1, 1_000_000))?,
        min_poll: section.intervals.texts_fast,
    };
    Ok(common.setup(base_url, Make::from_settings(config, Bizgo::new)))
}

//! `[carrier.infobip]`

use std::time::Duration;

use secrecy::SecretString;

use super::Infobip;
use crate::carrier::section::Section;
use crate::carrier::setup::{CarrierSetup, Make, SettingError};

/// Settings of the driver.
#[derive(Debug, Clone)]
pub struct InfobipConfig {
    pub api_key: SecretString,
    /// Texts per page: 1 to 50.
    pub page_limit: u32,
    /// The most segments of one text; longer texts leave in parts.
    pub max_segments: usize,
    pub sends_per_sec: u32,
    /// All requests but sends share this limit.
    pub others_per_sec: u32,
    pub min_poll: Duration,
}

pub(super) fn read(section: &mut Section<'_>) -> Result<CarrierSetup, SettingError> {
    let common = section.common()?;
    // Each account has an address of its own.
    if section.optional("base_url")?.is_none() {
        return Err(
            section.wrong("base_url", "is missing: your account's address, https://xxxxx.api.infobip.com")
        );
    }
    let base_url = section.url("base_url", "")?;
    let config = InfobipConfig {
        api_key: section.secret("api_key")?,
        page_limit: section.count("page_limit", 50, (1, 50))?,
        max_segments: section.count("max_segments", 6, (1, 20))? as usize,
        sends_per_sec: section.count("sends_per_sec", 10, (1, 10_000))?,
        others_per_sec: section.count("other_requests_per_sec", 5, (1, 10_000))?,
        min_poll: section.intervals.texts_fast,
    };
    Ok(common.setup(base_url, Make::from_settings(config, Infobip::new)))
}

//! `[carrier.clicksend]`

use std::time::Duration;

use secrecy::SecretString;

use super::ClickSend;
use crate::carrier::section::Section;
use crate::carrier::setup::{CarrierSetup, Make, SettingError};

/// Settings of the driver.
#[derive(Debug, Clone)]
pub struct ClickSendConfig {
    pub user: String,
    pub api_key: SecretString,
    /// Texts per page: 15 to 100. Each is marked read by a request of its own.
    pub page_limit: u32,
    /// The most segments of one text; longer texts leave in parts.
    pub max_segments: usize,
    pub sends_per_sec: u32,
    /// All requests but sends share this limit. ClickSend's own is written nowhere; 20 a minute have been seen on one
    /// path, with `Retry-After`.
    pub others_per_sec: u32,
    pub min_poll: Duration,
}

pub(super) fn read(section: &mut Section<'_>) -> Result<CarrierSetup, SettingError> {
    let common = section.common()?;
    let base_url = section.url("base_url", "https://rest.clicksend.com")?;
    let config = ClickSendConfig {
        user: section.text("user")?,
        api_key: section.secret("api_key")?,
        page_limit: section.count("page_limit", 100, (15, 100))?,
        max_segments: section.count("max_segments", 6, (1, 8))? as usize,
        sends_per_sec: section.count("sends_per_sec", 5, (1, 1_000))?,
        others_per_sec: section.count("other_requests_per_sec", 1, (1, 1_000))?,
        min_poll: section.intervals.texts_slow,
    };
    Ok(common.setup(base_url, Make::from_settings(config, ClickSend::new)))
}

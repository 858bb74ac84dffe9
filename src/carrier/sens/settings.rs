//! `[carrier.sens]`: Naver Cloud SENS, which only sends.

use std::time::Duration;

use secrecy::SecretString;

use super::Sens;
use crate::carrier::section::Section;
use crate::carrier::setup::{CarrierSetup, Make, SettingError};

/// Settings of the driver.
#[derive(Debug, Clone)]
pub struct SensConfig {
    pub access_key: SecretString,
    pub secret_key: SecretString,
    /// `ncp:sms:kr:...`
    pub service_id: String,
    pub sends_per_sec: u32,
    /// All requests but sends share this limit.
    pub others_per_sec: u32,
    pub min_poll: Duration,
}

pub(super) fn read(section: &mut Section<'_>) -> Result<CarrierSetup, SettingError> {
    let common = section.common()?;
    // Public bodies have a zone of their own.
    let default = match section.text_or("zone", "public")?.as_str() {
        "public" => "https://sens.apigw.ntruss.com",
        "government" => "https://sens.apigw.gov-ntruss.com",
        _ => return Err(section.wrong("zone", "must be public or government")),
    };
    let base_url = section.url("base_url", default)?;
    let config = SensConfig {
        access_key: section.secret("access_key")?,
        secret_key: section.secret("secret_key")?,
        service_id: section.text("service_id")?,
        sends_per_sec: section.count("sends_per_sec", 10, (1, 1_000_000))?,
        others_per_sec: section.count("other_requests_per_sec", 5, (1, 1_000_000))?,
        min_poll: section.intervals.receipts_fast,
    };
    Ok(common.setup(base_url, Make::from_settings(config, Sens::new)))
}

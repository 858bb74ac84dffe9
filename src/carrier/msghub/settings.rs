//! `[carrier.msghub]`: LG U+ Message Hub.

use std::sync::Arc;

use secrecy::SecretString;

use super::Msghub;
use crate::carrier::http::{Http, HttpOptions};
use crate::carrier::section::Section;
use crate::carrier::setup::{CarrierSetup, Make, SettingError};

/// Settings of the driver.
#[derive(Debug, Clone)]
pub struct MsghubConfig {
    pub api_key: SecretString,
    pub password: SecretString,
    /// `token=` of the address they call; nothing in a call is signed. Without it none are taken.
    pub webhook_secret: Option<SecretString>,
    pub sends_per_sec: u32,
    /// All requests but sends share this limit.
    pub others_per_sec: u32,
}

pub(super) fn read(section: &mut Section<'_>) -> Result<CarrierSetup, SettingError> {
    let common = section.common()?;
    let base_url = section.url("base_url", "https://api.msghub.uplus.co.kr")?;
    let send_url = section.url("send_url", "https://api-send.msghub.uplus.co.kr")?;
    let config = MsghubConfig {
        api_key: section.secret("api_key")?,
        password: section.secret("password")?,
        webhook_secret: section.optional_secret("webhook_secret")?,
        sends_per_sec: section.count("sends_per_sec", 20, (1, 1_000_000))?,
        others_per_sec: section.count("other_requests_per_sec", 5, (1, 1_000_000))?,
    };
    let timeout = common.timeout;
    let make = Make::with((config, send_url), move |(config, send_url), http, now| {
        let send_http = Http::new(HttpOptions::new(send_url, timeout));
        let send_http = send_http.map_err(|message| SettingError { key: "send_url".to_owned(), message })?;
        Ok(Arc::new(Msghub::new(config, http, send_http, now)))
    });
    Ok(common.setup(base_url, make))
}

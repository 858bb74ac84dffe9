//! `[carrier.msghub]`: LG U+ Message Hub.

use std::sync::Arc;

use secrecy::SecretString;
use url::Url;

use super::Msghub;
use crate::carrier::http::{Http, HttpOptions};
use crate::carrier::section::Section;
use crate::carrier::setup::{CarrierSetup, Make, SettingError};

const BASE_URL: &str = "https://api.msghub.uplus.co.kr";
const SEND_URL: &str = "https://api-send.msghub.uplus.co.kr";

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
    let (base_url, send_url) = addresses(section)?;
    let config = MsghubConfig {
        api_key: section.secret("api_key")?,
        password: section.secret("password")?,
        webhook_secret: section.optional_secret("webhook_secret")?,
        sends_per_sec: section.count("sends_per_sec", 20, (1, 1_000_000))?,
        others_per_sec: section.count("other_requests_per_sec", 5, (1, 1_000_000))?,
    };
    let (timeout, proxy) = (common.timeout, common.proxy.clone());
    let make = Make::with((config, send_url), move |(config, send_url), http, now| {
        let options = HttpOptions::new(send_url, timeout);
        let send_http = Http::new(HttpOptions { proxy: proxy.clone(), ..options });
        let send_http = send_http.map_err(|message| SettingError { key: "send_url".to_owned(), message })?;
        Ok(Arc::new(Msghub::new(config, http, send_http, now)))
    });
    Ok(common.setup(base_url, make))
}

/// The two addresses. They are chosen together: with one of them changed alone, answers would leave by a carrier that is
/// not the one asked for texts.
fn addresses(section: &mut Section<'_>) -> Result<(Url, Url), SettingError> {
    let is_moved = section.optional("base_url")?.is_some_and(|url| url.trim_end_matches('/') != BASE_URL);
    let base_url = section.url("base_url", BASE_URL)?;
    if is_moved && section.optional("send_url")?.is_none() {
        let message = format!(
            "is missing: base_url is not {BASE_URL}, so say where texts are sent (often the same address); \
             left out they would leave by {SEND_URL}"
        );
        return Err(section.wrong("send_url", message));
    }
    let send_url = section.url("send_url", SEND_URL)?;
    if (base_url.scheme() == "http") != (send_url.scheme() == "http") {
        let message =
            "leads to another carrier than base_url: one of them is on this machine, the other is not";
        return Err(section.wrong("send_url", message));
    }
    Ok((base_url, send_url))
}

//! `[carrier.kannel]`: a Kannel gateway on the premises.

use std::time::Duration;

use secrecy::{ExposeSecret, SecretString};
use url::Url;

use super::Kannel;
use crate::carrier::section::Section;
use crate::carrier::setup::{CarrierSetup, Make, SettingError};

/// Settings of the driver. `base_url` is smsbox (`sendsms-port`), without `/cgi-bin/sendsms`.
#[derive(Debug, Clone)]
pub struct KannelConfig {
    /// `username` of a `sendsms-user` group.
    pub user: String,
    pub password: SecretString,
    /// The SMSC to send by (`smsc-id`); Kannel's own choice if `None`.
    pub smsc: Option<String>,
    /// The address Kannel calls: `/push/kannel` of `[webhook]`, as Kannel reaches it.
    pub callback_url: Url,
    /// Kannel signs nothing: only `token=` in the address proves where a call comes from.
    pub push_token: SecretString,
    /// The most segments of one text: `max-messages` of the `sendsms-user`, behind which Kannel cuts a text off in silence.
    pub max_segments: usize,
    pub sends_per_sec: u32,
    /// All requests but sends share this limit.
    pub others_per_sec: u32,
    pub min_poll: Duration,
}

impl KannelConfig {
    pub(super) fn token(&self) -> &str {
        self.push_token.expose_secret()
    }
}

pub(super) fn read(section: &mut Section<'_>) -> Result<CarrierSetup, SettingError> {
    let common = section.common()?;
    let base_url = section.url_with_path("base_url")?;
    let plain = section.flag("plain_http_on_the_premises", false)?;
    let callback_url = section.url_with_path("callback_url")?;
    if callback_url.as_str().contains('%') {
        return Err(section.wrong("callback_url", "holds a %, which Kannel takes for one of its own codes"));
    }
    let push_token = section.secret("push_token")?;
    if !push_token.expose_secret().bytes().all(|b| b.is_ascii_alphanumeric() || b"-_ ".contains(&b)) {
        let message = "holds other characters than letters, digits, - and _: Kannel would change them";
        return Err(section.wrong("push_token_file", message));
    }
    let config = KannelConfig {
        user: section.text("user")?,
        password: section.secret("password")?,
        smsc: section.optional("smsc")?,
        callback_url,
        push_token,
        // Kannel's own default is 1, in which our receipt does not fit: `munjad check` prints the line that raises it.
        max_segments: section.count("max_segments", 6, (1, 20))? as usize,
        sends_per_sec: section.count("sends_per_sec", 5, (1, 10_000))?,
        others_per_sec: section.count("other_requests_per_sec", 5, (1, 10_000))?,
        min_poll: section.intervals.texts_fast,
    };
    let setup = common.setup(base_url, Make::from_settings(config, Kannel::new));
    Ok(CarrierSetup { allow_plain_http: plain, ..setup })
}

//! `[carrier.solapi]`: SOLAPI (CoolSMS), which only sends.

use super::{Common, Driver};
use crate::carrier::solapi::SolapiConfig;
use crate::config::carrier::CarrierSetup;
use crate::config::fields::Fields;
use crate::config::{ConfigError, Polling};

pub(super) fn read(fields: &mut Fields<'_>, polling: &Polling) -> Result<CarrierSetup, ConfigError> {
    let common = Common::read(fields, false)?;
    let base_url = fields.url("base_url", "https://api.solapi.com")?;
    let config = SolapiConfig {
        api_key: fields.secret("api_key")?,
        api_secret: fields.secret("api_secret")?,
        webhook_secret: fields.optional_secret("webhook_secret")?,
        sends_per_sec: fields.count("sends_per_sec", 50, (1, 1_000_000))?,
        others_per_sec: fields.count("other_requests_per_sec", 5, (1, 1_000_000))?,
        min_poll: polling.receipts_fast,
    };
    Ok(common.setup("solapi", base_url, Driver::Solapi(config)))
}

//! `[carrier.nhn]`: NHN Cloud SMS, which only sends.

use super::{Common, Driver};
use crate::carrier::nhn::NhnConfig;
use crate::config::carrier::CarrierSetup;
use crate::config::fields::Fields;
use crate::config::{ConfigError, Polling};

pub(super) fn read(fields: &mut Fields<'_>, polling: &Polling) -> Result<CarrierSetup, ConfigError> {
    let common = Common::read(fields, false)?;
    let base_url = fields.url("base_url", "https://sms.api.nhncloudservice.com")?;
    let config = NhnConfig {
        app_key: fields.secret("app_key")?,
        secret_key: fields.secret("secret_key")?,
        webhook_signature: fields.optional_secret("webhook_signature")?,
        sends_per_sec: fields.count("sends_per_sec", 50, (1, 1_000_000))?,
        others_per_sec: fields.count("other_requests_per_sec", 5, (1, 1_000_000))?,
        min_poll: polling.receipts_fast,
    };
    Ok(common.setup("nhn", base_url, Driver::Nhn(config)))
}

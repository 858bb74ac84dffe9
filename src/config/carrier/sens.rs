//! `[carrier.sens]`: Naver Cloud SENS, which only sends.

use super::{Common, Driver};
use crate::carrier::sens::SensConfig;
use crate::config::carrier::CarrierSetup;
use crate::config::fields::Fields;
use crate::config::{ConfigError, Polling};

pub(super) fn read(fields: &mut Fields<'_>, polling: &Polling) -> Result<CarrierSetup, ConfigError> {
    let common = Common::read(fields, false)?;
    // Public bodies have a zone of their own.
    let default = match fields.text_or("zone", "public")?.as_str() {
        "public" => "https://sens.apigw.ntruss.com",
        "government" => "https://sens.apigw.gov-ntruss.com",
        _ => return Err(fields.wrong("zone", "must be public or government")),
    };
    let base_url = fields.url("base_url", default)?;
    let config = SensConfig {
        access_key: fields.secret("access_key")?,
        secret_key: fields.secret("secret_key")?,
        service_id: fields.text("service_id")?,
        sends_per_sec: fields.count("sends_per_sec", 10, (1, 1_000_000))?,
        others_per_sec: fields.count("other_requests_per_sec", 5, (1, 1_000_000))?,
        min_poll: polling.receipts_fast,
    };
    Ok(common.setup("sens", base_url, Driver::Sens(config)))
}

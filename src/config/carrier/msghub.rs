//! `[carrier.msghub]`: LG U+ Message Hub.

use super::{Common, Driver};
use crate::carrier::msghub::MsghubConfig;
use crate::config::carrier::CarrierSetup;
use crate::config::fields::Fields;
use crate::config::{ConfigError, Polling};

pub(super) fn read(fields: &mut Fields<'_>, _: &Polling) -> Result<CarrierSetup, ConfigError> {
    let common = Common::read(fields, true)?;
    let base_url = fields.url("base_url", "https://api.msghub.uplus.co.kr")?;
    let send_url = fields.url("send_url", "https://api-send.msghub.uplus.co.kr")?;
    let config = MsghubConfig {
        api_key: fields.secret("api_key")?,
        password: fields.secret("password")?,
        webhook_secret: fields.optional_secret("webhook_secret")?,
        sends_per_sec: fields.count("sends_per_sec", 20, (1, 1_000_000))?,
        others_per_sec: fields.count("other_requests_per_sec", 5, (1, 1_000_000))?,
    };
    Ok(common.setup("msghub", base_url, Driver::Msghub { config, send_url }))
}

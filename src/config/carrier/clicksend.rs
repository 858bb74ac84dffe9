//! `[carrier.clicksend]`

use super::{Common, Driver};
use crate::carrier::clicksend::ClickSendConfig;
use crate::config::carrier::CarrierSetup;
use crate::config::fields::Fields;
use crate::config::{ConfigError, Polling};

pub(super) fn read(fields: &mut Fields<'_>, polling: &Polling) -> Result<CarrierSetup, ConfigError> {
    let common = Common::read(fields, true)?;
    let base_url = fields.url("base_url", "https://rest.clicksend.com")?;
    let config = ClickSendConfig {
        user: fields.text("user")?,
        api_key: fields.secret("api_key")?,
        page_limit: fields.count("page_limit", 100, (15, 100))?,
        max_segments: fields.count("max_segments", 6, (1, 8))? as usize,
        sends_per_sec: fields.count("sends_per_sec", 5, (1, 1_000))?,
        others_per_sec: fields.count("other_requests_per_sec", 1, (1, 1_000))?,
        min_poll: polling.slow,
    };
    Ok(common.setup("clicksend", base_url, Driver::ClickSend(config)))
}

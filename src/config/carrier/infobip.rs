//! `[carrier.infobip]`

use super::{Common, Driver};
use crate::carrier::infobip::InfobipConfig;
use crate::config::carrier::CarrierSetup;
use crate::config::fields::Fields;
use crate::config::{ConfigError, Polling};

pub(super) fn read(fields: &mut Fields<'_>, polling: &Polling) -> Result<CarrierSetup, ConfigError> {
    let common = Common::read(fields, true)?;
    // Each account has an address of its own.
    if fields.optional("base_url")?.is_none() {
        return Err(
            fields.wrong("base_url", "is missing: your account's address, https://xxxxx.api.infobip.com")
        );
    }
    let base_url = fields.url("base_url", "")?;
    let config = InfobipConfig {
        api_key: fields.secret("api_key")?,
        page_limit: fields.count("page_limit", 50, (1, 50))?,
        max_segments: fields.count("max_segments", 6, (1, 20))? as usize,
        sends_per_sec: fields.count("sends_per_sec", 10, (1, 10_000))?,
        others_per_sec: fields.count("other_requests_per_sec", 5, (1, 10_000))?,
        min_poll: polling.fast,
    };
    Ok(common.setup("infobip", base_url, Driver::Infobip(config)))
}

//! `[carrier.bizgo]`

use super::{Common, Driver};
use crate::carrier::bizgo::BizgoConfig;
use crate::config::carrier::CarrierSetup;
use crate::config::fields::Fields;
use crate::config::{ConfigError, Polling};

pub(super) fn read(fields: &mut Fields<'_>, polling: &Polling) -> Result<CarrierSetup, ConfigError> {
    let common = Common::read(fields, true)?;
    let base_url = fields.url("base_url", "https://mars.ibapi.kr")?;
    let only_number = match common.numbers.as_slice() {
        [one] => Some(one.reveal().to_owned()),
        _ => None,
    };
    let config = BizgoConfig {
        api_key: fields.secret("api_key")?,
        webhook_secret: fields.optional_secret("webhook_secret")?,
        mo_number: only_number,
        page_limit: fields.count("page_limit", 1_000, (1, 1_000))?,
        overlap: fields.secs("overlap_secs", 600.0, (0.0, 86_400.0))?,
        sends_per_sec: fields.count("sends_per_sec", 200, (1, 1_000_000))?,
        others_per_sec: fields.count("other_requests_per_sec", 5, (1, 1_000_000))?,
        min_poll: polling.fast,
    };
    Ok(common.setup("bizgo", base_url, Driver::Bizgo(config)))
}

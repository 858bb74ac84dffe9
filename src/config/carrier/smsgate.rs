//! `[carrier.smsgate]`: an Android phone with a SIM on the premises, or its server.

use super::{Common, Driver};
use crate::carrier::smsgate::SmsGateConfig;
use crate::config::carrier::CarrierSetup;
use crate::config::fields::Fields;
use crate::config::{ConfigError, Polling};

pub(super) fn read(fields: &mut Fields<'_>, polling: &Polling) -> Result<CarrierSetup, ConfigError> {
    let common = Common::read(fields, true)?;
    let base_url = fields.url_with_path("base_url")?;
    let plain = fields.flag("plain_http_on_the_premises", false)?;
    let [number] = common.numbers.as_slice() else {
        return Err(fields.wrong("numbers", "holds several: a phone has the one of its SIM"));
    };
    let sim = fields.count("sim", 0, (0, 3))?;
    let config = SmsGateConfig {
        user: fields.text("user")?,
        password: fields.secret("password")?,
        number: number.reveal().to_owned(),
        sim: u8::try_from(sim).ok().filter(|sim| *sim > 0),
        device: fields.optional("device")?,
        signing_key: fields.optional_secret("signing_key")?,
        page_limit: fields.count("page_limit", 100, (1, 500))?,
        overlap: fields.secs("overlap_secs", 259_200.0, (600.0, 2_592_000.0))?,
        max_segments: fields.count("max_segments", 6, (1, 20))? as usize,
        sends_per_sec: fields.count("sends_per_sec", 1, (1, 100))?,
        others_per_sec: fields.count("other_requests_per_sec", 5, (1, 1_000))?,
        min_poll: polling.fast,
    };
    let setup = common.setup("smsgate", base_url, Driver::SmsGate(config));
    Ok(CarrierSetup { allow_plain_http: plain, ..setup })
}

//! `[carrier.smsgate]`: an Android phone with a SIM on the premises, or its server.

use std::time::Duration;

use secrecy::SecretString;

use super::SmsGate;
use crate::carrier::section::Section;
use crate::carrier::setup::{CarrierSetup, Make, SettingError};

/// Settings of the driver.
#[derive(Debug, Clone)]
pub struct SmsGateConfig {
    pub user: String,
    pub password: SecretString,
    /// The SIM's number, for texts of which the phone does not know to whom they came.
    pub number: String,
    /// Which SIM sends: 1 to 3; the phone's own choice if `None`.
    pub sim: Option<u8>,
    /// The device's name at a server that has several. Needed there: the server remembers keys per device and picks any
    /// device otherwise, so that a repeated text could leave twice.
    pub device: Option<String>,
    /// Webhooks are refused without it. As in the app: Settings, Webhooks, Signing Key.
    pub signing_key: Option<SecretString>,
    /// Texts come by webhook only: its server has no list of them (501).
    pub is_push_only: bool,
    /// Texts per page: 1 to 500.
    pub page_limit: u32,
    /// How far each read reaches back behind the newest text of the last one. Texts are dated by the sender's network: one that
    /// waited for a phone without radio comes days late with its old date, so this should be three days.
    pub overlap: Duration,
    /// The most segments of one text; longer texts leave in parts.
    pub max_segments: usize,
    /// Android itself asks its owner after 30 texts in 30 minutes, unless told otherwise.
    pub sends_per_sec: u32,
    /// All requests but sends share this limit.
    pub others_per_sec: u32,
    pub min_poll: Duration,
}

pub(super) fn read(section: &mut Section<'_>) -> Result<CarrierSetup, SettingError> {
    let common = section.common()?;
    let base_url = section.url_with_path("base_url")?;
    let plain = section.flag("plain_http_on_the_premises", false)?;
    let [number] = common.numbers.as_slice() else {
        return Err(section.wrong("numbers", "holds several: a phone has the one of its SIM"));
    };
    let sim = section.count("sim", 0, (0, 3))?;
    let signing_key = section.optional_secret("signing_key")?;
    let is_push_only = match section.text_or("inbound", "poll")?.as_str() {
        "poll" => false,
        "push" if signing_key.is_some() => true,
        "push" => {
            return Err(section.wrong(
                "inbound",
                "is push, which needs signing_key_file: no text could come in without it",
            ));
        }
        _ => {
            return Err(section.wrong(
                "inbound",
                "must be poll (the phone itself) or push (a server without a list of texts)",
            ));
        }
    };
    let config = SmsGateConfig {
        user: section.text("user")?,
        password: section.secret("password")?,
        number: number.reveal().to_owned(),
        sim: u8::try_from(sim).ok().filter(|sim| *sim > 0),
        device: section.optional("device")?,
        signing_key,
        is_push_only,
        page_limit: section.count("page_limit", 100, (1, 500))?,
        overlap: section.secs("overlap_secs", 259_200.0, (600.0, 2_592_000.0))?,
        max_segments: section.count("max_segments", 6, (1, 20))? as usize,
        sends_per_sec: section.count("sends_per_sec", 1, (1, 100))?,
        others_per_sec: section.count("other_requests_per_sec", 5, (1, 1_000))?,
        min_poll: section.intervals.texts_fast,
    };
    let setup = common.setup(base_url, Make::from_settings(config, SmsGate::new));
    Ok(CarrierSetup { allow_plain_http: plain, ..setup })
}

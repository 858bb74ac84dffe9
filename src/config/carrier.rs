//! `[carrier]`: which carriers texts come from and leave by, and a section for each.
//!
//! Adding a carrier touches, in this room: a file `carrier/<name>.rs` whose `read` asks [`Fields`] for each key and
//! returns the driver's own configuration, its arm in [`Driver`] and in [`setup`], and its field in [`CarrierSection`];
//! outside of it, the arm in `daemon/carriers.rs` that makes the driver, and its lines in `gateway.example.toml`.

mod bizgo;
mod clicksend;
mod infobip;
mod msghub;
mod nhn;
mod oneapi;
mod sens;
mod smsgate;
mod solapi;
mod twilio;

use std::time::Duration;

use serde::Deserialize;
use toml::Spanned;
use url::Url;

use super::fields::{Fields, Section};
use super::file::Checker;
use super::{ConfigError, Polling};
use crate::carrier::bizgo::BizgoConfig;
use crate::carrier::clicksend::ClickSendConfig;
use crate::carrier::infobip::InfobipConfig;
use crate::carrier::msghub::MsghubConfig;
use crate::carrier::nhn::NhnConfig;
use crate::carrier::oneapi::OneApiConfig;
use crate::carrier::sens::SensConfig;
use crate::carrier::smsgate::SmsGateConfig;
use crate::carrier::solapi::SolapiConfig;
use crate::carrier::twilio::TwilioConfig;
use crate::domain::phone::{PhoneNumber, Senders};

/// Which carriers there are and what each is for.
#[derive(Debug, Clone)]
pub struct Carriers {
    /// Those texts come from.
    pub inbound: Vec<&'static str>,
    /// The one texts leave by.
    pub outbound: &'static str,
    /// The one they leave by while the first is out of order.
    pub standby: Option<&'static str>,
    /// One for each section.
    pub setups: Vec<CarrierSetup>,
}

/// One carrier, ready to be made.
#[derive(Debug, Clone)]
pub struct CarrierSetup {
    pub name: &'static str,
    pub base_url: Url,
    /// Plain HTTP also to a private address.
    pub allow_plain_http: bool,
    /// For a whole call.
    pub timeout: Duration,
    /// The numbers citizens text; none for a carrier that only sends.
    pub numbers: Vec<PhoneNumber>,
    /// The registered numbers answers leave from.
    pub senders: Senders,
    pub driver: Driver,
}

/// The driver's own view of its section.
#[derive(Debug, Clone)]
pub enum Driver {
    Bizgo(BizgoConfig),
    ClickSend(ClickSendConfig),
    Infobip(InfobipConfig),
    /// Sends leave by a host of their own.
    Msghub {
        config: MsghubConfig,
        send_url: Url,
    },
    Nhn(NhnConfig),
    OneApi(OneApiConfig),
    Sens(SensConfig),
    SmsGate(SmsGateConfig),
    Solapi(SolapiConfig),
    Twilio(TwilioConfig),
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct CarrierSection {
    name: Option<Spanned<String>>,
    inbound: Option<Spanned<Vec<String>>>,
    outbound: Option<Spanned<String>>,
    standby: Option<Spanned<String>>,
    bizgo: Option<Section>,
    clicksend: Option<Section>,
    infobip: Option<Section>,
    msghub: Option<Section>,
    nhn: Option<Section>,
    oneapi: Option<Section>,
    sens: Option<Section>,
    smsgate: Option<Section>,
    solapi: Option<Section>,
    twilio: Option<Section>,
}

impl CarrierSection {
    fn sections(&self) -> Vec<(&'static str, Option<&Section>)> {
        vec![
            ("bizgo", self.bizgo.as_ref()),
            ("clicksend", self.clicksend.as_ref()),
            ("infobip", self.infobip.as_ref()),
            ("msghub", self.msghub.as_ref()),
            ("nhn", self.nhn.as_ref()),
            ("oneapi", self.oneapi.as_ref()),
            ("sens", self.sens.as_ref()),
            ("smsgate", self.smsgate.as_ref()),
            ("solapi", self.solapi.as_ref()),
            ("twilio", self.twilio.as_ref()),
        ]
    }
}

/// Reads one section.
fn setup(name: &'static str, mut fields: Fields<'_>, polling: &Polling) -> Result<CarrierSetup, ConfigError> {
    let read = match name {
        "clicksend" => clicksend::read(&mut fields, polling),
        "infobip" => infobip::read(&mut fields, polling),
        "msghub" => msghub::read(&mut fields, polling),
        "nhn" => nhn::read(&mut fields, polling),
        "oneapi" => oneapi::read(&mut fields, polling),
        "sens" => sens::read(&mut fields, polling),
        "smsgate" => smsgate::read(&mut fields, polling),
        "solapi" => solapi::read(&mut fields, polling),
        "twilio" => twilio::read(&mut fields, polling),
        _ => bizgo::read(&mut fields, polling),
    };
    let setup = read?;
    fields.done()?;
    Ok(setup)
}

/// What every section has: `number`, `numbers`, `sender`, `senders`, `timeout_secs`.
struct Common {
    numbers: Vec<PhoneNumber>,
    senders: Senders,
    timeout: Duration,
}

impl Common {
    /// A carrier that only sends needs no `number`, but a `sender`.
    fn read(fields: &mut Fields<'_>, receives: bool) -> Result<Common, ConfigError> {
        let numbers = if receives { fields.numbers(true)? } else { Vec::new() };
        let otherwise = match (fields.number("sender")?, numbers.first()) {
            (Some(sender), _) => sender,
            (None, Some(first)) => first.clone(),
            (None, None) => {
                return Err(fields.wrong("sender", "is missing: the registered number answers leave from"));
            }
        };
        let mut by_number = fields.senders()?;
        // Several numbers and no word about senders: each answers for itself.
        if numbers.len() > 1 && by_number.is_empty() && fields.number("sender")?.is_none() {
            by_number = numbers.iter().map(|n| (n.reveal().to_owned(), n.clone())).collect();
        }
        let timeout = fields.secs("timeout_secs", 20.0, (0.1, 60.0))?;
        Ok(Common { numbers, senders: Senders { by_number, otherwise }, timeout })
    }

    fn setup(self, name: &'static str, base_url: Url, driver: Driver) -> CarrierSetup {
        let Common { numbers, senders, timeout } = self;
        CarrierSetup { name, base_url, allow_plain_http: false, timeout, numbers, senders, driver }
    }
}

/// Reads `[carrier]` and all its sections.
pub(super) fn read(
    checker: &Checker<'_>,
    section: &CarrierSection,
    polling: &Polling,
) -> Result<Carriers, ConfigError> {
    let mut setups = Vec::new();
    for (name, found) in section.sections() {
        if let Some(found) = found {
            setups.push(setup(name, Fields::of(checker, name, found), polling)?);
        }
    }
    let chosen = Chosen { checker, section, setups: &setups };
    let inbound = chosen.inbound()?;
    let (outbound, standby) = chosen.outbound()?;
    Ok(Carriers { inbound, outbound, standby, setups })
}

/// Finds out which section is for what.
struct Chosen<'a> {
    checker: &'a Checker<'a>,
    section: &'a CarrierSection,
    setups: &'a [CarrierSetup],
}

impl Chosen<'_> {
    fn inbound(&self) -> Result<Vec<&'static str>, ConfigError> {
        let (key, words, at) = match (&self.section.inbound, &self.section.name) {
            (Some(list), _) => ("carrier.inbound", list.get_ref().clone(), list.span()),
            (None, Some(name)) => ("carrier.name", vec![name.get_ref().clone()], name.span()),
            (None, None) => return Err(self.nothing_named()),
        };
        let at = Spanned::new(at, ());
        let names = words.iter().map(|word| self.known(key, word, &at)).collect::<Result<Vec<_>, _>>()?;
        for (i, name) in names.iter().enumerate() {
            let setup = self.setups.iter().find(|s| s.name == *name);
            if names.iter().skip(i + 1).any(|other| other == name) {
                return Err(self.checker.wrong(key, &at, format!("names {name} twice")));
            }
            if setup.is_some_and(|s| s.numbers.is_empty()) {
                let message = format!("{name} only sends: name a carrier that texts can come from");
                return Err(self.checker.wrong(key, &at, message));
            }
        }
        if names.is_empty() {
            return Err(self.checker.wrong(key, &at, "is empty: no text could come in"));
        }
        Ok(names)
    }

    fn outbound(&self) -> Result<(&'static str, Option<&'static str>), ConfigError> {
        let outbound = match (&self.section.outbound, &self.section.name) {
            (Some(word), _) => self.known("carrier.outbound", word.get_ref(), word)?,
            (None, Some(name)) => self.known("carrier.name", name.get_ref(), name)?,
            (None, None) => return Err(self.nothing_named()),
        };
        let standby = match &self.section.standby {
            Some(word) if !word.get_ref().is_empty() => {
                let name = self.known("carrier.standby", word.get_ref(), word)?;
                if name == outbound {
                    let message = "is the same as carrier.outbound: it could not stand in for itself";
                    return Err(self.checker.wrong("carrier.standby", word, message));
                }
                Some(name)
            }
            _ => None,
        };
        Ok((outbound, standby))
    }

    fn nothing_named(&self) -> ConfigError {
        let nowhere = Spanned::new(0..0, ());
        let message = "is missing: which carrier texts come from and leave by (or inbound and outbound)";
        self.checker.wrong("carrier.name", &nowhere, message)
    }

    /// The name of a carrier that has its section.
    fn known<T>(&self, key: &str, word: &str, at: &Spanned<T>) -> Result<&'static str, ConfigError> {
        let all = self.section.sections();
        let Some((name, found)) = all.iter().find(|(name, _)| *name == word) else {
            let names: Vec<&str> = all.iter().map(|(name, _)| *name).collect();
            let message = format!("is not a carrier this version knows; it knows: {}", names.join(", "));
            return Err(self.checker.wrong(key, at, message));
        };
        match found {
            Some(_) => Ok(name),
            None => Err(self.checker.wrong(key, at, format!("needs a section [carrier.{name}]"))),
        }
    }
}

impl Carriers {
    pub fn setup(&self, name: &str) -> Option<&CarrierSetup> {
        self.setups.iter().find(|s| s.name == name)
    }

    /// Texts leave by it, at least while another is out of order.
    pub fn sends(&self, name: &str) -> bool {
        self.outbound == name || self.standby == Some(name)
    }

    /// Those that are used, each once: inbound, outbound, standby.
    pub fn used(&self) -> Vec<&CarrierSetup> {
        let is_used = |s: &&CarrierSetup| self.inbound.contains(&s.name) || self.sends(s.name);
        self.setups.iter().filter(is_used).collect()
    }
}

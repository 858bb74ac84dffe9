//! `[carrier]`: the carriers that texts come from and leave by, and a section for each. Each driver reads its own section
//! (`carrier::Section`); this file adds the line to its errors and opens the files with its secrets.

use std::collections::BTreeMap;
use std::fmt;
use std::fs;
use std::path::Path;

use secrecy::SecretString;
use serde::de::{self, Deserialize, Deserializer, MapAccess, Visitor};
use toml::{Spanned, Value};

use super::checker::Checker;
use super::credential;
use super::error::ConfigError;
use super::polling::Polling;
use crate::carrier::{CarrierSetup, DRIVERS, Driver, Is, OpenSecret, PollIntervals, Section, SettingError};
use crate::domain::text::Limits;

/// The configured carriers and the role of each.
#[derive(Debug, Clone)]
pub struct Carriers {
    /// Carriers that texts come from.
    pub inbound: Vec<&'static str>,
    /// The carrier that texts leave by.
    pub outbound: &'static str,
    /// The carrier they leave by while `outbound` is out of order.
    pub standby: Option<&'static str>,
    /// One for each section.
    pub setups: Vec<CarrierSetup>,
}

/// One carrier's section as it stands in the file.
type RawSection = Spanned<BTreeMap<String, Spanned<Value>>>;

/// `[carrier]` as it stands in the file: its own keys, and a section for each carrier of the table.
#[derive(Default)]
pub(super) struct CarrierSection {
    name: Option<Spanned<String>>,
    inbound: Option<Spanned<Vec<String>>>,
    outbound: Option<Spanned<String>>,
    standby: Option<Spanned<String>>,
    sections: BTreeMap<&'static str, RawSection>,
}

/// A key of `[carrier]`.
enum Key {
    Name,
    Inbound,
    Outbound,
    Standby,
    Carrier(&'static str),
}

impl<'de> Deserialize<'de> for Key {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Key, D::Error> {
        let word = String::deserialize(deserializer)?;
        Ok(match word.as_str() {
            "name" => Key::Name,
            "inbound" => Key::Inbound,
            "outbound" => Key::Outbound,
            "standby" => Key::Standby,
            _ => Key::Carrier(driver(&word).ok_or_else(|| unknown_key(&word))?.name),
        })
    }
}

fn unknown_key<E: de::Error>(word: &str) -> E {
    let own = ["name", "inbound", "outbound", "standby"].into_iter();
    let all: Vec<String> = own.chain(DRIVERS.iter().map(|d| d.name)).map(|key| format!("`{key}`")).collect();
    E::custom(format_args!("unknown field `{word}`, expected one of {}", all.join(", ")))
}

/// Written by hand because the sections are those of `DRIVERS`.
impl<'de> Deserialize<'de> for CarrierSection {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Keys;
        impl<'de> Visitor<'de> for Keys {
            type Value = CarrierSection;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("the section [carrier]")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<CarrierSection, A::Error> {
                let mut section = CarrierSection::default();
                while let Some(key) = map.next_key()? {
                    match key {
                        Key::Name => section.name = Some(map.next_value()?),
                        Key::Inbound => section.inbound = Some(map.next_value()?),
                        Key::Outbound => section.outbound = Some(map.next_value()?),
                        Key::Standby => section.standby = Some(map.next_value()?),
                        Key::Carrier(name) => drop(section.sections.insert(name, map.next_value()?)),
                    }
                }
                Ok(section)
            }
        }
        deserializer.deserialize_map(Keys)
    }
}

fn driver(name: &str) -> Option<&'static Driver> {
    DRIVERS.iter().find(|driver| driver.name == name)
}

/// Reads one section.
fn setup(
    checker: &Checker<'_>,
    driver: &Driver,
    raw: &RawSection,
    polling: &Polling,
) -> Result<CarrierSetup, ConfigError> {
    let values = raw.get_ref().iter().map(|(key, value)| (key.as_str(), value.get_ref())).collect();
    let intervals = PollIntervals {
        texts_fast: polling.fast,
        texts_slow: polling.slow,
        receipts_fast: polling.receipts_fast,
    };
    let place = |key: &str| {
        // Where the key is missing, the section is pointed at.
        let at = raw.get_ref().get(key).map_or(raw.span(), Spanned::span);
        (format!("carrier.{}.{key}", driver.name), Spanned::new(at, ()))
    };
    let open_secret: &OpenSecret<'_> = &|key, file, is| {
        open_secret(checker, (driver.name, key), file, is).or_else(|unopened| match unopened {
            Unopened::Wrong(error) => Err(error),
            Unopened::Unreadable(error) => {
                let (key, at) = place(&error.key);
                checker.set_aside(checker.wrong(&key, &at, error.message));
                Ok(Some(SecretString::from("not read")))
            }
        })
    };
    let section = Section::new((driver.name, driver.receives), values, open_secret, intervals);
    driver.setup(section).map_err(|error| {
        let (key, at) = place(&error.key);
        checker.wrong(&key, &at, error.message)
    })
}

/// Why a secret was not opened.
enum Unopened {
    /// The file is not there or may not be read.
    Unreadable(SettingError),
    Wrong(SettingError),
}

/// A secret from the file that is named, else from systemd's credential `<carrier>_<key>`. `None` if neither is there.
fn open_secret(
    checker: &Checker<'_>,
    (carrier, key): (&str, &str),
    file: Option<&str>,
    is: Is,
) -> Result<Option<SecretString>, Unopened> {
    if !checker.reads_secrets {
        let is_there = file.is_some() || is == Is::Needed;
        return Ok(is_there.then(|| SecretString::from("not read")));
    }
    let named = file.map(|file| checker.beside(Path::new(file)));
    let Some(path) = named.or_else(|| credential::find(&format!("{carrier}_{key}"))) else {
        return Ok(None);
    };
    let wrong = |message: String| SettingError { key: format!("{key}_file"), message };
    let found = fs::read_to_string(&path).map_err(|error| {
        Unopened::Unreadable(wrong(format!("{} cannot be read: {error}", path.display())))
    })?;
    checker.secret_files.borrow_mut().push(path.clone());
    let secret = found.trim();
    if secret.is_empty() || secret.chars().any(|c| c.is_control() || !c.is_ascii()) {
        let message = format!("{} does not hold one line with a secret", path.display());
        return Err(Unopened::Wrong(wrong(message)));
    }
    Ok(Some(SecretString::from(secret)))
}

/// Reads `[carrier]` and all its sections.
pub(super) fn read(
    checker: &Checker<'_>,
    section: &CarrierSection,
    polling: &Polling,
) -> Result<Carriers, ConfigError> {
    let mut setups = Vec::new();
    for driver in DRIVERS {
        if let Some(raw) = section.sections.get(driver.name) {
            setups.push(setup(checker, driver, raw, polling)?);
        }
    }
    let chosen = Chosen { checker, section, setups: &setups };
    let inbound = chosen.inbound()?;
    let (outbound, standby) = chosen.outbound()?;
    Ok(Carriers { inbound, outbound, standby, setups })
}

/// Resolves the roles in `[carrier]`.
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

    /// The name of a known carrier that has a section.
    fn known<T>(&self, key: &str, word: &str, at: &Spanned<T>) -> Result<&'static str, ConfigError> {
        let Some(driver) = driver(word) else {
            let names: Vec<&str> = DRIVERS.iter().map(|driver| driver.name).collect();
            let message = format!("is not a carrier this version knows; it knows: {}", names.join(", "));
            return Err(self.checker.wrong(key, at, message));
        };
        match self.section.sections.contains_key(driver.name) {
            true => Ok(driver.name),
            false => Err(self.checker.wrong(key, at, format!("needs a section [carrier.{}]", driver.name))),
        }
    }
}

impl Carriers {
    pub fn setup(&self, name: &str) -> Option<&CarrierSetup> {
        self.setups.iter().find(|s| s.name == name)
    }

    /// Whether texts leave by it, as outbound or standby.
    pub fn sends(&self, name: &str) -> bool {
        self.outbound == name || self.standby == Some(name)
    }

    /// Charset and lengths of what is sent: those of the carrier that texts leave by.
    pub fn limits(&self) -> Limits {
        // A setting that no driver can be made of is reported by whoever makes it.
        self.setup(self.outbound).and_then(|setup| setup.limits().ok()).unwrap_or(Limits::KOREAN)
    }

    /// Carriers in use, each once: inbound, outbound, standby.
    pub fn used(&self) -> Vec<&CarrierSetup> {
        let is_used = |s: &&CarrierSetup| self.inbound.contains(&s.name) || self.sends(s.name);
        self.setups.iter().filter(is_used).collect()
    }
}

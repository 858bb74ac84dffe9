//! One carrier's section of the configuration, read key by key, each key with its default and bounds. Keys that no driver
//! asked for are refused.
//!
//! The reader is in this room, not in the configuration's, so that a carrier's keys are read beside its driver and adding a
//! carrier touches one folder. It only sees TOML values. The configuration, which creates it with [`Section::new`], knows the
//! file, finds the line of a wrong key, and opens the files with secrets.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::time::Duration;

use secrecy::SecretString;
use toml::Value;
use url::Url;

use super::proxy::{self, Proxy};
use super::setup::{CarrierSetup, Make, SettingError};
use crate::domain::phone::{PhoneNumber, SenderCheck, Senders};

/// Opens the secret `key`, from the given file or else from the service manager. `None` if there is no such secret. For
/// commands that talk to no carrier nothing is opened: a secret is there if a file is named for it or it [`Is::Needed`].
pub type OpenSecret<'a> = dyn Fn(&str, Option<&str>, Is) -> Result<Option<SecretString>, SettingError> + 'a;

/// Whether a carrier can do without a secret.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Is {
    Needed,
    Optional,
}

/// The configured polling intervals. A driver uses one of them as its `min_poll`.
#[derive(Debug, Clone, Copy)]
pub struct PollIntervals {
    /// Texts, while conversations are active.
    pub texts_fast: Duration,
    /// Texts, otherwise.
    pub texts_slow: Duration,
    /// Receipts, while some are expected.
    pub receipts_fast: Duration,
}

/// Reader of the section `[carrier.<name>]`.
pub struct Section<'a> {
    name: &'static str,
    receives: bool,
    values: BTreeMap<&'a str, &'a Value>,
    open_secret: &'a OpenSecret<'a>,
    pub(in crate::carrier) intervals: PollIntervals,
    asked: BTreeSet<String>,
}

/// Keys of every section: `number`, `numbers`, `sender`, `senders`, `timeout_secs`, `proxy` and its login.
pub(in crate::carrier) struct Common {
    name: &'static str,
    pub numbers: Vec<PhoneNumber>,
    senders: Senders,
    pub timeout: Duration,
    pub proxy: Option<Proxy>,
}

impl Common {
    /// The number citizens text, if there is exactly one.
    pub(in crate::carrier) fn only_number(&self) -> Option<&PhoneNumber> {
        match self.numbers.as_slice() {
            [one] => Some(one),
            _ => None,
        }
    }

    /// The setup of the carrier at `base_url` whose driver `make` makes.
    pub(in crate::carrier) fn setup(self, base_url: Url, make: Make) -> CarrierSetup {
        let Common { name, numbers, senders, timeout, proxy } = self;
        CarrierSetup { name, base_url, allow_plain_http: false, timeout, proxy, numbers, senders, make }
    }
}

impl<'a> Section<'a> {
    /// The section of a carrier with its name and whether it receives texts. One that only sends needs no `number`, but a
    /// `sender`.
    pub fn new(
        (name, receives): (&'static str, bool),
        values: BTreeMap<&'a str, &'a Value>,
        open_secret: &'a OpenSecret<'a>,
        intervals: PollIntervals,
    ) -> Self {
        Section { name, receives, values, open_secret, intervals, asked: BTreeSet::new() }
    }

    fn find(&mut self, key: &str) -> Option<&'a Value> {
        self.asked.insert(key.to_owned());
        self.values.get(key).copied()
    }

    pub(in crate::carrier) fn wrong(&self, key: &str, message: impl Into<String>) -> SettingError {
        SettingError { key: key.to_owned(), message: message.into() }
    }

    /// Reads the keys of every section.
    pub(in crate::carrier) fn common(&mut self) -> Result<Common, SettingError> {
        let numbers = if self.receives { self.numbers(true)? } else { Vec::new() };
        let otherwise = match (self.number("sender")?, numbers.first()) {
            (Some(sender), _) => sender,
            (None, Some(first)) => first.clone(),
            (None, None) => {
                return Err(self.wrong("sender", "is missing: the registered number answers leave from"));
            }
        };
        let mut by_number = self.senders()?;
        // Several numbers and no word about senders: each answers for itself.
        if numbers.len() > 1 && by_number.is_empty() && self.number("sender")?.is_none() {
            by_number = numbers.iter().map(|n| (n.reveal().to_owned(), n.clone())).collect();
        }
        let timeout = self.secs("timeout_secs", 20.0, (0.1, 60.0))?;
        let proxy = self.proxy()?;
        Ok(Common { name: self.name, numbers, senders: Senders { by_number, otherwise }, timeout, proxy })
    }

    /// `proxy`, with `proxy_user` and `proxy_password_file` where it wants a login.
    fn proxy(&mut self) -> Result<Option<Proxy>, SettingError> {
        let (address, user) = (self.optional("proxy")?, self.optional("proxy_user")?);
        let has_password = self.optional("proxy_password_file")?.is_some();
        let Some(address) = address else {
            let key = if user.is_some() { "proxy_user" } else { "proxy_password_file" };
            let is_odd = user.is_some() || has_password;
            return if is_odd { Err(self.wrong(key, "is there, and proxy is not")) } else { Ok(None) };
        };
        let url = proxy::address(&address).map_err(|why| self.wrong("proxy", why))?;
        let login = match user {
            Some(user) => Some((user, self.secret("proxy_password")?)),
            None if has_password => return Err(self.wrong("proxy_user", "is missing: whose password is it?")),
            None => None,
        };
        Ok(Some(Proxy::new(url, login)))
    }

    /// A string; `None` if it is missing.
    pub(in crate::carrier) fn optional(&mut self, key: &str) -> Result<Option<String>, SettingError> {
        let Some(value) = self.find(key) else {
            return Ok(None);
        };
        match value.as_str() {
            Some("") => Err(self.wrong(key, "is empty")),
            Some(word) => Ok(Some(word.to_owned())),
            None => Err(self.wrong(key, "must be text in quotes")),
        }
    }

    /// A required string.
    pub(in crate::carrier) fn text(&mut self, key: &str) -> Result<String, SettingError> {
        self.optional(key)?.ok_or_else(|| self.wrong(key, "is missing"))
    }

    /// A string with a default.
    pub(in crate::carrier) fn text_or(&mut self, key: &str, default: &str) -> Result<String, SettingError> {
        Ok(self.optional(key)?.unwrap_or_else(|| default.to_owned()))
    }

    pub(in crate::carrier) fn flag(&mut self, key: &str, default: bool) -> Result<bool, SettingError> {
        let Some(value) = self.find(key) else {
            return Ok(default);
        };
        value.as_bool().ok_or_else(|| self.wrong(key, "must be true or false"))
    }

    pub(in crate::carrier) fn count(
        &mut self,
        key: &str,
        default: u32,
        (least, most): (u32, u32),
    ) -> Result<u32, SettingError> {
        let Some(value) = self.find(key) else {
            return Ok(default);
        };
        let n = value.as_integer().and_then(|n| u32::try_from(n).ok());
        n.filter(|n| (least..=most).contains(n))
            .ok_or_else(|| self.wrong(key, format!("must be a number between {least} and {most}")))
    }

    /// Seconds; a fraction is allowed.
    pub(in crate::carrier) fn secs(
        &mut self,
        key: &str,
        default: f64,
        (least, most): (f64, f64),
    ) -> Result<Duration, SettingError> {
        let found = match self.find(key) {
            None => Some(default),
            Some(Value::Float(secs)) => Some(*secs),
            Some(Value::Integer(secs)) => i32::try_from(*secs).ok().map(f64::from),
            Some(_) => None,
        };
        match found {
            Some(secs) if (least..=most).contains(&secs) => Ok(Duration::from_secs_f64(secs)),
            _ => Err(self.wrong(key, format!("must be between {least} and {most} seconds"))),
        }
    }

    /// `https://HOST[:PORT]`; `http://` only to this machine itself.
    pub(in crate::carrier) fn url(&mut self, key: &str, default: &str) -> Result<Url, SettingError> {
        let word = self.text_or(key, default)?;
        let url = self.address(key, &word)?;
        if url.path().len() > 1 {
            return Err(self.wrong(key, "holds more than https://HOST[:PORT]; the rest would not be used"));
        }
        match url.scheme() {
            "https" => Ok(url),
            "http" if is_this_machine(&url) => Ok(url),
            _ => Err(self.wrong(key, "must begin with https:// (http:// only to this machine itself)")),
        }
    }

    /// A required `https://HOST[:PORT][/PATH]`. `http://` is checked when the client is made.
    pub(in crate::carrier) fn url_with_path(&mut self, key: &str) -> Result<Url, SettingError> {
        let word = self.text(key)?;
        let url = self.address(key, &word)?;
        match url.scheme() {
            "https" | "http" => Ok(url),
            _ => Err(self.wrong(key, "must begin with https:// (or http://)")),
        }
    }

    fn address(&self, key: &str, word: &str) -> Result<Url, SettingError> {
        let url = Url::parse(word).map_err(|e| self.wrong(key, format!("is not an address: {e}")))?;
        let is_bare = url.username().is_empty() && url.password().is_none();
        if !is_bare || url.query().is_some() || url.fragment().is_some() {
            return Err(self.wrong(key, "holds more than https://HOST[:PORT]; the rest would not be used"));
        }
        Ok(url)
    }

    /// One of our numbers.
    pub(in crate::carrier) fn number(&mut self, key: &str) -> Result<Option<PhoneNumber>, SettingError> {
        let Some(word) = self.optional(key)? else {
            return Ok(None);
        };
        our_number(&word).map(Some).map_err(|why| self.wrong(key, why))
    }

    /// The numbers citizens text: `numbers`, or the single `number`. At least one if `is_needed`.
    pub(in crate::carrier) fn numbers(&mut self, is_needed: bool) -> Result<Vec<PhoneNumber>, SettingError> {
        let one = self.number("number")?;
        let Some(value) = self.find("numbers") else {
            let none = || self.wrong("number", "is missing: the number citizens text");
            return if is_needed && one.is_none() { Err(none()) } else { Ok(one.into_iter().collect()) };
        };
        if one.is_some() {
            return Err(self.wrong("numbers", "and number say the same: leave one of them out"));
        }
        let words = value.as_array().filter(|all| !all.is_empty());
        let words = words.ok_or_else(|| self.wrong("numbers", "must be a list of numbers in quotes"))?;
        let number = |word: &Value| our_number(word.as_str().unwrap_or_default());
        words.iter().map(number).collect::<Result<_, _>>().map_err(|why| self.wrong("numbers", why))
    }

    /// `senders`: the registered number that answers leave from, by the number that was texted.
    pub(in crate::carrier) fn senders(&mut self) -> Result<BTreeMap<String, PhoneNumber>, SettingError> {
        let Some(value) = self.find("senders") else {
            return Ok(BTreeMap::new());
        };
        let table = value.as_table();
        let table = table.ok_or_else(|| self.wrong("senders", "must be { \"TEXTED\" = \"SENDER\" }"))?;
        let pair = |(texted, sender): (&String, &Value)| {
            let sender = our_number(sender.as_str().unwrap_or_default())?;
            Ok((our_number(texted)?.reveal().to_owned(), sender))
        };
        table.iter().map(pair).collect::<Result<_, _>>().map_err(|why: &str| self.wrong("senders", why))
    }

    /// A secret from the file named by `<key>_file`, or from the service manager. Never from the configuration itself, which
    /// people mail around. `None` if there is none.
    pub(in crate::carrier) fn optional_secret(
        &mut self,
        key: &str,
    ) -> Result<Option<SecretString>, SettingError> {
        self.opened(key, Is::Optional)
    }

    fn opened(&mut self, key: &str, is: Is) -> Result<Option<SecretString>, SettingError> {
        let file = self.optional(&format!("{key}_file"))?;
        (self.open_secret)(key, file.as_deref(), is)
    }

    /// A required secret.
    pub(in crate::carrier) fn secret(&mut self, key: &str) -> Result<SecretString, SettingError> {
        self.opened(key, Is::Needed)?.ok_or_else(|| {
            let message = "is missing: name a file that holds it in one line, readable by this user only";
            self.wrong(&format!("{key}_file"), message)
        })
    }

    /// Refuses keys that were not asked for.
    pub(in crate::carrier) fn done(&self) -> Result<(), SettingError> {
        match self.values.keys().find(|key| !self.asked.contains(**key)) {
            None => Ok(()),
            Some(key) => {
                let known: Vec<&str> = self.asked.iter().map(String::as_str).collect();
                let message = format!("is not a key of this section; it knows: {}", known.join(", "));
                Err(self.wrong(key, message))
            }
        }
    }
}

impl fmt::Debug for Section<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "[carrier.{}]", self.name)
    }
}

fn our_number(word: &str) -> Result<PhoneNumber, &'static str> {
    let number = PhoneNumber::parse(word);
    match number.sender_check() {
        // A foreign carrier's numbers are its own to judge.
        SenderCheck::Bad if number.e164().is_none() || word.len() < 7 => {
            Err("is not a number texts can leave from: 8 to 11 digits, or a special number")
        }
        _ => Ok(number),
    }
}

fn is_this_machine(url: &Url) -> bool {
    match url.host() {
        Some(url::Host::Ipv4(ip)) => ip.is_loopback(),
        Some(url::Host::Ipv6(ip)) => ip.is_loopback(),
        Some(url::Host::Domain(name)) => name == "localhost",
        None => false,
    }
}

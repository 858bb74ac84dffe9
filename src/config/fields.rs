//! The keys of one carrier's section, read one by one: each with its default and bounds, each error with file, line and
//! key. A key nobody asked for is refused.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::ops::Range;
use std::path::Path;
use std::time::Duration;

use secrecy::SecretString;
use toml::{Spanned, Value};
use url::Url;

use super::ConfigError;
use super::file::Checker;
use crate::domain::phone::{PhoneNumber, SenderCheck};

/// A section as it stands in the file.
pub(super) type Section = Spanned<BTreeMap<String, Spanned<Value>>>;

/// What may be asked of the section `[carrier.<name>]`.
pub(super) struct Fields<'a> {
    checker: &'a Checker<'a>,
    name: &'static str,
    section: &'a Section,
    asked: BTreeSet<String>,
}

impl<'a> Fields<'a> {
    pub(super) fn of(checker: &'a Checker<'a>, name: &'static str, section: &'a Section) -> Self {
        Fields { checker, name, section, asked: BTreeSet::new() }
    }

    fn find(&mut self, key: &str) -> Option<&'a Spanned<Value>> {
        self.asked.insert(key.to_owned());
        self.section.get_ref().get(key)
    }

    /// An error about a key of this section; where it is missing, the section is pointed at.
    pub(super) fn wrong(&self, key: &str, message: impl Into<String>) -> ConfigError {
        let found = self.section.get_ref().get(key).map(Spanned::span);
        self.at(key, found.unwrap_or(self.section.span()), message)
    }

    fn at(&self, key: &str, span: Range<usize>, message: impl Into<String>) -> ConfigError {
        self.checker.wrong(&format!("carrier.{}.{key}", self.name), &Spanned::new(span, ()), message)
    }

    /// A word; `None` if it is missing.
    pub(super) fn optional(&mut self, key: &str) -> Result<Option<String>, ConfigError> {
        let Some(value) = self.find(key) else {
            return Ok(None);
        };
        match value.get_ref().as_str() {
            Some("") => Err(self.wrong(key, "is empty")),
            Some(word) => Ok(Some(word.to_owned())),
            None => Err(self.wrong(key, "must be text in quotes")),
        }
    }

    /// A word that must be there.
    pub(super) fn text(&mut self, key: &str) -> Result<String, ConfigError> {
        self.optional(key)?.ok_or_else(|| self.wrong(key, "is missing"))
    }

    /// A word with a default.
    pub(super) fn text_or(&mut self, key: &str, default: &str) -> Result<String, ConfigError> {
        Ok(self.optional(key)?.unwrap_or_else(|| default.to_owned()))
    }

    pub(super) fn flag(&mut self, key: &str, default: bool) -> Result<bool, ConfigError> {
        let Some(value) = self.find(key) else {
            return Ok(default);
        };
        value.get_ref().as_bool().ok_or_else(|| self.wrong(key, "must be true or false"))
    }

    pub(super) fn count(
        &mut self,
        key: &str,
        default: u32,
        (least, most): (u32, u32),
    ) -> Result<u32, ConfigError> {
        let Some(value) = self.find(key) else {
            return Ok(default);
        };
        let n = value.get_ref().as_integer().and_then(|n| u32::try_from(n).ok());
        n.filter(|n| (least..=most).contains(n))
            .ok_or_else(|| self.wrong(key, format!("must be a number between {least} and {most}")))
    }

    /// Seconds, perhaps with a fraction.
    pub(super) fn secs(
        &mut self,
        key: &str,
        default: f64,
        (least, most): (f64, f64),
    ) -> Result<Duration, ConfigError> {
        let found = match self.find(key).map(Spanned::get_ref) {
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
    pub(super) fn url(&mut self, key: &str, default: &str) -> Result<Url, ConfigError> {
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

    /// `https://HOST[:PORT][/PATH]`, which must be there; `http://` is judged by whoever makes the client.
    pub(super) fn url_with_path(&mut self, key: &str) -> Result<Url, ConfigError> {
        let word = self.text(key)?;
        let url = self.address(key, &word)?;
        match url.scheme() {
            "https" | "http" => Ok(url),
            _ => Err(self.wrong(key, "must begin with https:// (or http://)")),
        }
    }

    fn address(&self, key: &str, word: &str) -> Result<Url, ConfigError> {
        let url = Url::parse(word).map_err(|e| self.wrong(key, format!("is not an address: {e}")))?;
        let is_bare = url.username().is_empty() && url.password().is_none();
        if !is_bare || url.query().is_some() || url.fragment().is_some() {
            return Err(self.wrong(key, "holds more than https://HOST[:PORT]; the rest would not be used"));
        }
        Ok(url)
    }

    /// One of our numbers.
    pub(super) fn number(&mut self, key: &str) -> Result<Option<PhoneNumber>, ConfigError> {
        let Some(word) = self.optional(key)? else {
            return Ok(None);
        };
        our_number(&word).map(Some).map_err(|why| self.wrong(key, why))
    }

    /// `numbers`, or the one `number`: those citizens text. At least one if `is_needed`.
    pub(super) fn numbers(&mut self, is_needed: bool) -> Result<Vec<PhoneNumber>, ConfigError> {
        let one = self.number("number")?;
        let Some(value) = self.find("numbers") else {
            let none = || self.wrong("number", "is missing: the number citizens text");
            return if is_needed && one.is_none() { Err(none()) } else { Ok(one.into_iter().collect()) };
        };
        if one.is_some() {
            return Err(self.wrong("numbers", "and number say the same: leave one of them out"));
        }
        let words = value.get_ref().as_array().filter(|all| !all.is_empty());
        let words = words.ok_or_else(|| self.wrong("numbers", "must be a list of numbers in quotes"))?;
        let number = |word: &Value| our_number(word.as_str().unwrap_or_default());
        words.iter().map(number).collect::<Result<_, _>>().map_err(|why| self.wrong("numbers", why))
    }

    /// `senders`: the registered number that answers leave from, by the number that was texted.
    pub(super) fn senders(&mut self) -> Result<BTreeMap<String, PhoneNumber>, ConfigError> {
        let Some(value) = self.find("senders") else {
            return Ok(BTreeMap::new());
        };
        let table = value.get_ref().as_table();
        let table = table.ok_or_else(|| self.wrong("senders", "must be { \"TEXTED\" = \"SENDER\" }"))?;
        let pair = |(texted, sender): (&String, &Value)| {
            let sender = our_number(sender.as_str().unwrap_or_default())?;
            Ok((our_number(texted)?.reveal().to_owned(), sender))
        };
        table.iter().map(pair).collect::<Result<_, _>>().map_err(|why: &str| self.wrong("senders", why))
    }

    /// A secret from the file that `<key>_file` names, else from systemd's credential `<carrier>_<key>`. Never from the
    /// configuration itself, which people mail around. `None` if neither is there.
    pub(super) fn optional_secret(&mut self, key: &str) -> Result<Option<SecretString>, ConfigError> {
        let file_key = format!("{key}_file");
        let credential = format!("{}_{key}", self.name);
        let file = self.optional(&file_key)?;
        if !self.checker.reads_secrets {
            return Ok(Some(SecretString::from("not read")));
        }
        let path = match file {
            Some(file) => self.checker.beside(Path::new(&file)),
            None => match std::env::var_os("CREDENTIALS_DIRECTORY") {
                Some(folder) if Path::new(&folder).join(&credential).exists() => {
                    Path::new(&folder).join(&credential)
                }
                _ => return Ok(None),
            },
        };
        let found = fs::read_to_string(&path)
            .map_err(|e| self.wrong(&file_key, format!("{} cannot be read: {e}", path.display())))?;
        let secret = found.trim();
        if secret.is_empty() || secret.chars().any(|c| c.is_control() || !c.is_ascii()) {
            let message = format!("{} does not hold one line with a secret", path.display());
            return Err(self.wrong(&file_key, message));
        }
        Ok(Some(SecretString::from(secret)))
    }

    /// A secret that must be there.
    pub(super) fn secret(&mut self, key: &str) -> Result<SecretString, ConfigError> {
        self.optional_secret(key)?.ok_or_else(|| {
            let message = "is missing: name a file that holds it in one line, readable by this user only";
            self.wrong(&format!("{key}_file"), message)
        })
    }

    /// Refuses what nobody asked for.
    pub(super) fn done(self) -> Result<(), ConfigError> {
        let unknown = self.section.get_ref().iter().find(|(key, _)| !self.asked.contains(*key));
        match unknown {
            None => Ok(()),
            Some((key, value)) => {
                let known: Vec<&str> = self.asked.iter().map(String::as_str).collect();
                let message = format!("is not a key of this section; it knows: {}", known.join(", "));
                Err(self.at(key, value.span(), message))
            }
        }
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

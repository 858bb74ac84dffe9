//! `[carrier.jasmin]`: a Jasmin gateway of our own.

use std::time::Duration;

use secrecy::{ExposeSecret, SecretString};
use url::Url;

use super::Jasmin;
use crate::carrier::section::Section;
use crate::carrier::setup::{CarrierSetup, Make, SettingError};
use crate::domain::phone::PhoneNumber;

/// Jasmin refuses longer names and passwords (`^.{1,16}$` in its HTTP API).
const MAX_LOGIN: usize = 16;
/// Fields of the addresses that Jasmin calls.
pub(super) const TOKEN: &str = "token";
pub(super) const KEY: &str = "key";
/// A day of tries, 30 seconds apart (`retry_delay`).
const RETRIES: u32 = 2_880;

/// How the message centre wants citizens' numbers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NumberForm {
    /// `821012345678`, as goes with Jasmin's default `dst_ton 1`.
    International,
    /// `01012345678`
    Domestic,
}

impl NumberForm {
    /// A number in this form; `None` if it cannot be dialled (Jasmin takes digits only).
    pub(super) fn write(self, number: &PhoneNumber) -> Option<String> {
        let word = match self {
            NumberForm::International => number.e164().unwrap_or_else(|| number.reveal().to_owned()),
            NumberForm::Domestic => number.reveal().to_owned(),
        };
        let digits = word.trim_start_matches('+');
        let is_number = !digits.is_empty() && digits.bytes().all(|b| b.is_ascii_digit());
        is_number.then(|| digits.to_owned())
    }
}

/// What `data_coding` 0 stands for at the message centre.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DefaultAlphabet {
    /// The GSM 7-bit alphabet, one septet an octet.
    Gsm,
    Ascii,
}

/// Settings of the driver.
#[derive(Debug, Clone)]
pub struct JasminConfig {
    pub user: String,
    pub password: SecretString,
    /// The address Jasmin calls: `/push/jasmin` of `[webhook]`, as Jasmin reaches it.
    pub callback_url: Url,
    /// Its calls are not signed: only `token=` in the address proves where they come from.
    pub push_token: SecretString,
    pub number_form: NumberForm,
    pub default_alphabet: DefaultAlphabet,
    /// A number whose price is asked; nothing is sent to it.
    pub probe_number: String,
    /// The most segments of one text; longer texts leave in parts. Not more than Jasmin's `long_content_max_parts`: it drops
    /// the rest without a word.
    pub max_segments: usize,
    pub sends_per_sec: u32,
    /// All requests but sends share this limit.
    pub others_per_sec: u32,
    pub min_poll: Duration,
}

impl JasminConfig {
    /// The address Jasmin calls, with more fields.
    pub(super) fn called(&self, fields: &[(&str, &str)]) -> String {
        let mut url = self.callback_url.clone();
        url.query_pairs_mut().extend_pairs(fields);
        url.into()
    }
}

/// What has to stand in Jasmin's configuration. The secrets are left to whoever writes it.
pub(super) fn jasmin_lines(config: &JasminConfig) -> String {
    format!(
        "# jasmin.cfg; without these lines a text that comes while munjad is away is lost after four tries in 90 seconds\n\
         [deliversm-thrower]\n\
         max_retries = {RETRIES}\n\
         [dlr-thrower]\n\
         max_retries = {RETRIES}\n\
         # the same as max_segments in gateway.toml, or more: what is longer is cut off in silence\n\
         [http-api]\n\
         long_content_max_parts = {}\n\
         \n\
         # jCli; TOKEN and PASSWORD are the lines in push_token_file and password_file. No FailoverMORoute: it tries once.\n\
         # interceptord has to run with docs/jasmin-parts.py, or Jasmin mixes different citizens' long texts\n\
         group -a\n\
         gid munja\n\
         ok\n\
         user -a\n\
         username {}\n\
         password PASSWORD\n\
         gid munja\n\
         uid munja\n\
         ok\n\
         httpccm -a\n\
         cid munja\n\
         url {}\n\
         method POST\n\
         ok\n\
         morouter -a\n\
         type DefaultRoute\n\
         connector http(munja)\n\
         ok\n\
         mointerceptor -a\n\
         type DefaultInterceptor\n\
         script python3(/etc/jasmin/jasmin-parts.py)\n\
         ok\n\
         persist\n\
         \n\
         # release 0.11.1 sends no receipts (jookies/jasmin#1236): docs/carriers.md",
        config.max_segments,
        config.user,
        config.called(&[(TOKEN, "TOKEN")]),
    )
}

pub(super) fn read(section: &mut Section<'_>) -> Result<CarrierSetup, SettingError> {
    let common = section.common()?;
    let base_url = section.url_with_path("base_url")?;
    let plain = section.flag("plain_http_on_the_premises", false)?;
    let number_form = number_form(section)?;
    let probe = section.number("probe_number")?.unwrap_or_else(|| PhoneNumber::parse("01000000000"));
    let probe_number = number_form.write(&probe);
    let (user, password) = login(section)?;
    let config = JasminConfig {
        user,
        password,
        callback_url: section.url_with_path("callback_url")?,
        push_token: section.secret("push_token")?,
        number_form,
        default_alphabet: default_alphabet(section)?,
        probe_number: probe_number.ok_or_else(|| section.wrong("probe_number", "is not a number"))?,
        max_segments: section.count("max_segments", 5, (1, 20))? as usize,
        sends_per_sec: section.count("sends_per_sec", 10, (1, 10_000))?,
        others_per_sec: section.count("other_requests_per_sec", 5, (1, 10_000))?,
        min_poll: section.intervals.texts_fast,
    };
    let setup = common.setup(base_url, Make::from_settings(config, Jasmin::new));
    Ok(CarrierSetup { allow_plain_http: plain, ..setup })
}

fn login(section: &mut Section<'_>) -> Result<(String, SecretString), SettingError> {
    let (user, password) = (section.text("user")?, section.secret("password")?);
    let too_long = "is longer than the 16 characters that Jasmin's HTTP API takes";
    if user.len() > MAX_LOGIN {
        return Err(section.wrong("user", too_long));
    }
    if password.expose_secret().len() > MAX_LOGIN {
        return Err(section.wrong("password_file", too_long));
    }
    Ok((user, password))
}

fn number_form(section: &mut Section<'_>) -> Result<NumberForm, SettingError> {
    match section.text_or("number_form", "international")?.as_str() {
        "international" => Ok(NumberForm::International),
        "domestic" => Ok(NumberForm::Domestic),
        _ => Err(section.wrong("number_form", "must be international (8210...) or domestic (010...)")),
    }
}

fn default_alphabet(section: &mut Section<'_>) -> Result<DefaultAlphabet, SettingError> {
    match section.text_or("default_alphabet", "gsm")?.as_str() {
        "gsm" => Ok(DefaultAlphabet::Gsm),
        "ascii" => Ok(DefaultAlphabet::Ascii),
        _ => Err(section.wrong("default_alphabet", "must be gsm or ascii")),
    }
}

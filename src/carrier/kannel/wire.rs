//! `sendsms`, and the two addresses Kannel calls: one for texts, in its configuration, and one for the reports of each
//! text, which goes with it. In both, Kannel replaces codes such as `%I` (user guide, table 7-10; `urltrans.c`).

use url::Url;

use super::KannelConfig;
use crate::carrier::error::permanent;
use crate::carrier::{CarrierError, ErrorKind, Result};
use crate::domain::UnixMs;
use crate::domain::outbound::{ClientKey, OutboundText};
use crate::domain::text::{Alphabet, segments};

/// Every report there is: delivered (1), not delivered (2), waiting at the SMSC (4), taken (8) or refused by it (16).
const ALL_REPORTS: &str = "31";
/// smsbox tries once more so often, and forgets: a day, with ten seconds between two tries.
const RETRIES: u32 = 8_640;
const RETRY_SECS: u32 = 10;

/// The fields of a send but for login and validity. Refuses receivers that Kannel would take for several, or for none.
pub(super) fn send_fields(text: &OutboundText, config: &KannelConfig) -> Result<Vec<(&'static str, String)>> {
    let (to, words) = (text.citizen.reveal(), text.text.reveal());
    let digits = to.strip_prefix('+').unwrap_or(to);
    if digits.is_empty() || !digits.bytes().all(|b| b.is_ascii_digit()) {
        return Err(permanent("the receiver is no phone number").with_code("NO-NUMBER"));
    }
    let mut fields = vec![
        ("to", to.to_owned()),
        ("from", text.from.reveal().to_owned()),
        ("text", words.to_owned()),
        ("charset", "UTF-8".to_owned()),
        ("coding", coding(words).to_owned()),
        ("dlr-mask", ALL_REPORTS.to_owned()),
        ("dlr-url", report_url(config, &text.key)?),
    ];
    fields.extend(config.smsc.clone().map(|smsc| ("smsc", smsc)));
    Ok(fields)
}

/// 7 bits or UCS-2. Kannel would write `?` for what is not in the 7-bit alphabet.
fn coding(words: &str) -> &'static str {
    match segments(words).alphabet {
        Alphabet::Gsm7 => "0",
        Alphabet::Ucs2 => "2",
    }
}

/// Minutes, rounded up, for which Kannel and the SMSC may keep the text waiting.
pub(super) fn validity(text: &OutboundText, now: UnixMs) -> String {
    let ms = text.expires_at.saturating_sub(now).max(0);
    (ms / 60_000 + 1).to_string()
}

/// Where the reports of one text go. Kannel fills in what happened (`%d`), the SMSC's words (`%A`) and the time (`%T`).
fn report_url(config: &KannelConfig, key: &ClientKey) -> Result<String> {
    let ours = called(config, config.token(), &[("key", key.as_str())]);
    match ours.contains('%') {
        true => Err(CarrierError::new(ErrorKind::Config, "the callback address or token holds a %")),
        false => Ok(format!("{ours}&dlr=%d&reply=%A&at=%T")),
    }
}

/// The address Kannel calls, with the token and more fields.
fn called(config: &KannelConfig, token: &str, fields: &[(&str, &str)]) -> String {
    let mut url: Url = config.callback_url.clone();
    url.query_pairs_mut().append_pair("token", token).extend_pairs(fields);
    url.to_string()
}

/// What has to stand in Kannel's configuration. The secrets are left to whoever writes it.
pub(super) fn kannel_conf(config: &KannelConfig) -> String {
    let url = format!("{}&id=%I&from=%p&to=%P&at=%T&charset=%C&text=%b", called(config, "TOKEN", &[]));
    format!(
        "# kannel.conf, beside what stands there; TOKEN and PASSWORD are the lines in push_token_file and password_file\n\
         group = smsbox\n\
         # without the next two, a text that comes while munjad is away is lost\n\
         http-request-retry = {RETRIES}\n\
         http-queue-delay = {RETRY_SECS}\n\
         mo-recode = true\n\
         # from 0 or 1 on, citizens' texts stand in the log; an access-log holds them too\n\
         log-level = 2\n\
         \n\
         group = sendsms-user\n\
         username = {}\n\
         password = PASSWORD\n\
         # what is longer is cut off in silence: the same as max_segments in gateway.toml\n\
         max-messages = {}\n\
         concatenation = true\n\
         \n\
         group = sms-service\n\
         keyword = default\n\
         get-url = \"{url}\"\n\
         # without the next two, citizens get our answers to Kannel as texts\n\
         max-messages = 0\n\
         omit-empty = true",
        config.user, config.max_segments
    )
}

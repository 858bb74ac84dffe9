//! The carriers: which dialect, and how a driver is made for the account the simulated carrier has.

use super::*;
use crate::carrier::bizgo::{Bizgo, BizgoConfig};
use crate::carrier::clicksend::{ClickSend, ClickSendConfig};
use crate::carrier::infobip::{Infobip, InfobipConfig};
use crate::carrier::jasmin::{DefaultAlphabet, Jasmin, JasminConfig, NumberForm};
use crate::carrier::kannel::{Kannel, KannelConfig};
use crate::carrier::msghub::{Msghub, MsghubConfig};
use crate::carrier::nhn::{Nhn, NhnConfig};
use crate::carrier::oneapi::{Login, OneApi, OneApiConfig, Reading};
use crate::carrier::sens::{Sens, SensConfig};
use crate::carrier::smsgate::{SmsGate, SmsGateConfig};
use crate::carrier::solapi::{Solapi, SolapiConfig};
use crate::carrier::twilio::{Twilio, TwilioConfig};
use crate::domain::text::Limits;

const PER_SEC: u32 = 900;
const MIN_POLL: Duration = Duration::from_millis(280);
/// Small, so that there are several pages.
const PAGE: u32 = 7;
const OVERLAP: Duration = Duration::from_secs(600);

pub(super) fn bizgo() -> (DialectKind, Make) {
    let make: Make = |account, http, now| {
        let config = BizgoConfig {
            api_key: account.api_key.clone().into(),
            webhook_secret: Some(account.webhook_secret.clone().into()),
            mo_number: Some(account.mo_number.clone()),
            page_limit: PAGE,
            overlap: OVERLAP,
            sends_per_sec: PER_SEC,
            others_per_sec: PER_SEC,
            min_poll: MIN_POLL,
        };
        Arc::new(Bizgo::new(config, http, now))
    };
    (DialectKind::named("bizgo").unwrap(), make)
}

pub(super) fn nhn() -> (DialectKind, Make) {
    let make: Make = |account, http, now| {
        let config = NhnConfig {
            app_key: account.account.clone().into(),
            secret_key: account.api_key.clone().into(),
            webhook_signature: Some(account.webhook_secret.clone().into()),
            sends_per_sec: PER_SEC,
            others_per_sec: PER_SEC,
            min_poll: MIN_POLL,
        };
        Arc::new(Nhn::new(config, http, now))
    };
    (DialectKind::named("nhn").unwrap(), make)
}

pub(super) fn solapi() -> (DialectKind, Make) {
    let make: Make = |account, http, now| {
        let config = SolapiConfig {
            api_key: account.api_key.clone().into(),
            api_secret: account.api_secret.clone().into(),
            webhook_secret: Some(account.webhook_secret.clone().into()),
            sends_per_sec: PER_SEC,
            others_per_sec: PER_SEC,
            min_poll: MIN_POLL,
        };
        Arc::new(Solapi::new(config, http, now))
    };
    (DialectKind::named("solapi").unwrap(), make)
}

pub(super) fn smsgate() -> (DialectKind, Make) {
    let make: Make = |account, http, now| {
        let config = SmsGateConfig {
            user: account.api_key.clone(),
            password: account.api_secret.clone().into(),
            number: account.mo_number.clone(),
            sim: Some(1),
            device: None,
            signing_key: Some(account.webhook_secret.clone().into()),
            is_push_only: false,
            page_limit: PAGE,
            overlap: OVERLAP,
            max_segments: 8,
            sends_per_sec: PER_SEC,
            others_per_sec: PER_SEC,
            min_poll: MIN_POLL,
        };
        Arc::new(SmsGate::new(config, http, now))
    };
    (DialectKind::named("smsgate").unwrap(), make)
}

pub(super) fn clicksend() -> (DialectKind, Make) {
    let make: Make = |account, http, now| {
        let config = ClickSendConfig {
            user: account.api_key.clone(),
            api_key: account.api_secret.clone().into(),
            page_limit: PAGE,
            max_segments: 8,
            sends_per_sec: PER_SEC,
            others_per_sec: PER_SEC,
            min_poll: MIN_POLL,
        };
        Arc::new(ClickSend::new(config, http, now))
    };
    (DialectKind::named("clicksend").unwrap(), make)
}

pub(super) fn infobip() -> (DialectKind, Make) {
    let make: Make = |account, http, now| {
        let config = InfobipConfig {
            api_key: account.api_key.clone().into(),
            page_limit: PAGE,
            max_segments: 8,
            sends_per_sec: PER_SEC,
            others_per_sec: PER_SEC,
            min_poll: MIN_POLL,
        };
        Arc::new(Infobip::new(config, http, now))
    };
    (DialectKind::named("infobip").unwrap(), make)
}

pub(super) fn oneapi() -> (DialectKind, Make) {
    let make: Make = |account, http, now| {
        let config = OneApiConfig {
            login: Login::Basic {
                user: account.api_key.clone(),
                password: account.api_secret.clone().into(),
            },
            registration: "munja".to_owned(),
            reading: Reading::Removes,
            number: account.mo_number.clone(),
            page_limit: PAGE,
            utc_offset_minutes: 540,
            is_wrapped: true,
            has_tel: true,
            address_is_list: true,
            sender_name: None,
            notify_url: None,
            push_token: None,
            correlator_memory: Duration::from_secs(3_600),
            limits: Limits { charset: Charset::Gsm7Ucs2, sms: 1, lms: 8 },
            sends_per_sec: PER_SEC,
            others_per_sec: PER_SEC,
            min_poll: MIN_POLL,
        };
        Arc::new(OneApi::new(config, http, now))
    };
    (DialectKind::named("oneapi").unwrap(), make)
}

pub(super) fn jasmin() -> (DialectKind, Make) {
    let make: Make = |account, http, now| {
        let config = JasminConfig {
            user: account.api_key.clone(),
            password: account.api_secret.clone().into(),
            callback_url: Url::parse(HOOK).unwrap(),
            push_token: account.webhook_secret.clone().into(),
            number_form: NumberForm::International,
            default_alphabet: DefaultAlphabet::Gsm,
            probe_number: "821000000000".to_owned(),
            max_segments: 5,
            sends_per_sec: PER_SEC,
            others_per_sec: PER_SEC,
            min_poll: MIN_POLL,
        };
        Arc::new(Jasmin::new(config, http, now))
    };
    (DialectKind::named("jasmin").unwrap(), make)
}

pub(super) fn kannel() -> (DialectKind, Make) {
    let make: Make = |account, http, now| {
        let config = KannelConfig {
            user: account.api_key.clone(),
            password: account.api_secret.clone().into(),
            smsc: None,
            callback_url: Url::parse(HOOK).unwrap(),
            push_token: account.webhook_secret.clone().into(),
            max_segments: 8,
            sends_per_sec: PER_SEC,
            others_per_sec: PER_SEC,
            min_poll: MIN_POLL,
        };
        Arc::new(Kannel::new(config, http, now))
    };
    (DialectKind::named("kannel").unwrap(), make)
}

pub(super) fn msghub() -> (DialectKind, Make) {
    let make: Make = |account, http, now| {
        let config = MsghubConfig {
            api_key: account.api_key.clone().into(),
            password: account.api_secret.clone().into(),
            webhook_secret: Some(account.webhook_secret.clone().into()),
            sends_per_sec: PER_SEC,
            others_per_sec: PER_SEC,
        };
        Arc::new(Msghub::new(config, http.clone(), http, now))
    };
    (DialectKind::named("msghub").unwrap(), make)
}

pub(super) fn sens() -> (DialectKind, Make) {
    let make: Make = |account, http, now| {
        let config = SensConfig {
            access_key: account.api_key.clone().into(),
            secret_key: account.api_secret.clone().into(),
            service_id: account.account.clone(),
            sends_per_sec: PER_SEC,
            others_per_sec: PER_SEC,
            min_poll: MIN_POLL,
        };
        Arc::new(Sens::new(config, http, now))
    };
    (DialectKind::named("sens").unwrap(), make)
}

pub(super) fn twilio() -> (DialectKind, Make) {
    let make: Make = |account, http, now| {
        let config = TwilioConfig {
            account: account.account.clone(),
            user: account.api_key.clone(),
            password: account.api_secret.clone().into(),
            auth_token: Some(account.webhook_secret.clone().into()),
            shared_key: None,
            number: PhoneNumber::parse(&account.mo_number).e164(),
            status_url: None,
            page_limit: PAGE,
            overlap: OVERLAP,
            max_segments: 8,
            sends_per_sec: PER_SEC,
            others_per_sec: PER_SEC,
            min_poll: MIN_POLL,
        };
        Arc::new(Twilio::new(config, http, now))
    };
    (DialectKind::named("twilio").unwrap(), make)
}

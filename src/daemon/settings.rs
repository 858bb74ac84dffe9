//! What the loops and the API take from the configuration.

use std::sync::Arc;
use std::time::Duration;

use crate::api::{ApiSettings, Rates};
use crate::call::AlarmWays;
use crate::carrier::opt_out_words;
use crate::config::{Alarm, Config};
use crate::domain::alarm::{AlarmPolicy, PushWay};
use crate::domain::conversation::LIVE_MS;
use crate::domain::phone::Senders;
use crate::domain::policy::ServicePolicy;
use crate::domain::polling::Pace;
use crate::domain::token_bucket::Rate;
use crate::worker::{AuditSettings, Carriers, Settings};

fn ms(duration: Duration) -> i64 {
    i64::try_from(duration.as_millis()).unwrap_or(i64::MAX / 4)
}

pub(super) fn settings(config: &Config, carriers: &Carriers) -> Settings {
    let longest_call = config.carriers.used().iter().map(|setup| setup.timeout).max().unwrap_or_default();
    let polling = &config.polling;
    let (fast_ms, slow_ms, live_for_ms) =
        (ms(polling.fast), ms(polling.slow), ms(polling.live).min(LIVE_MS * 100));
    Settings {
        policy: Arc::new(service_policy(config, &carriers.outbound.senders)),
        alarm_ways: AlarmWays {
            command: config.alarm.command.clone(),
            command_timeout: config.alarm.command_timeout,
            webhook: config.alarm.webhook.clone().map(|webhook| (webhook.url, webhook.secret)),
        },
        inbound_pace: Pace { fast_ms, slow_ms, live_for_ms },
        receipt_pace: Pace {
            fast_ms: ms(polling.receipts_fast),
            slow_ms: ms(polling.receipts_slow),
            live_for_ms: 60_000,
        },
        full_walk_ms: ms(polling.full_walk),
        deep_walk_ms: ms(polling.deep_walk),
        deep_walk_every_ms: ms(polling.deep_walk_every),
        first_look_back_ms: ms(polling.first_look_back),
        deaf_after_ms: ms(polling.deaf_after),
        has_webhook: config.webhook.is_some(),
        max_in_flight: config.sending.max_in_flight,
        lease_ms: ms(longest_call) * (2 + most_photos(carriers)) + 30_000,
        receipt_timeout_ms: ms(config.sending.receipt_timeout),
        audit: AuditSettings {
            keep_ms: i64::from(config.audit.keep_days) * 86_400_000,
            head_file: config.audit.head_file.clone(),
            suspicion: config.audit.suspicion,
        },
        retention: Arc::clone(&config.privacy.retention),
        backup_folder: config.backup.folder.clone(),
    }
}

/// How many photos one text may have: each is uploaded by a call of its own, beside a log-in and the text itself.
fn most_photos(carriers: &Carriers) -> i64 {
    let limits = carriers.all().into_iter().filter_map(|carrier| carrier.caps().photos_out);
    limits.map(|limits| i64::try_from(limits.n).unwrap_or(0)).max().unwrap_or(0)
}

/// What the configuration decides about the service; `senders` are the numbers of the preferred carrier.
pub fn service_policy(config: &Config, senders: &Senders) -> ServicePolicy {
    let service = &config.service;
    let all_ms = |steps: &[Duration]| steps.iter().copied().map(ms).collect();
    ServicePolicy {
        desks: config.desks.clone(),
        triage: Arc::clone(&config.triage),
        texts: service.texts.clone(),
        receipt_texts: service.receipt_texts,
        flood: service.flood,
        senders: senders.clone(),
        carrier_words: config
            .carriers
            .used()
            .into_iter()
            .filter_map(|setup| Some((setup.name, opt_out_words(setup.name)?)))
            .collect(),
        time_to_live_ms: ms(config.sending.time_to_live),
        recall_ms: ms(config.sending.recall),
        max_held: service.max_held,
        max_dangers: service.max_dangers,
        sticky_ms: ms(service.sticky),
        category_required: service.category_required,
        category_due_ms: service.categories.due_ms(),
        survey_after_ms: service.survey.then(|| ms(service.survey_after)),
        wait_notices_ms: all_ms(&service.wait_notices),
        escalations_ms: all_ms(&service.escalations),
        alarm: alarm_policy(&config.alarm),
        claim_idle_ms: ms(service.claim_idle),
        nudge_after_ms: ms(service.nudge_after),
        close_after_ms: ms(service.close_after),
    }
}

fn alarm_policy(alarm: &Alarm) -> AlarmPolicy {
    let is_used = |way: &PushWay| match way {
        PushWay::Command => !alarm.command.is_empty(),
        PushWay::Webhook => alarm.webhook.is_some(),
    };
    AlarmPolicy {
        phones: alarm.phones.clone(),
        ack_ms: ms(alarm.ack),
        pushes: PushWay::ALL.into_iter().filter(is_used).collect(),
    }
}

pub(super) fn api_settings(config: &Config, carriers: &Carriers) -> ApiSettings {
    let caps = carriers.outbound.carrier.caps();
    ApiSettings {
        limits: caps.limits,
        photos: caps.photos_out,
        policy: Arc::new(service_policy(config, &carriers.outbound.senders)),
        categories: config.service.categories.clone(),
        canned: config.service.replies.clone(),
        review_sheet: config.service.review_sheet.clone(),
        incentive: config.service.incentive.clone(),
        token_ttl_ms: ms(config.api.token_lifetime),
        rates: Rates {
            address: Rate { per_sec: config.api.requests_per_sec_address },
            token: Rate { per_sec: config.api.requests_per_sec_token },
        },
    }
}

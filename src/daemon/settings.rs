//! What the loops and the API take from the configuration.

use std::sync::Arc;
use std::time::Duration;

use crate::api::ApiSettings;
use crate::config::{Config, Service};
use crate::domain::arrival::Policy;
use crate::domain::conversation::LIVE_MS;
use crate::domain::polling::Pace;
use crate::domain::timers::Times;
use crate::store::{RoutePolicy, SendPolicy};
use crate::worker::{Carriers, Settings};

fn ms(duration: Duration) -> i64 {
    i64::try_from(duration.as_millis()).unwrap_or(i64::MAX / 4)
}

fn send_policy(config: &Config, carriers: &Carriers) -> SendPolicy {
    SendPolicy {
        senders: carriers.outbound.senders.clone(),
        time_to_live_ms: ms(config.sending.time_to_live),
        recall_ms: ms(config.sending.recall),
    }
}

pub(super) fn settings(config: &Config, carriers: &Carriers) -> Settings {
    let longest_call = config.carriers.used().iter().map(|setup| setup.timeout).max().unwrap_or_default();
    let polling = &config.polling;
    let (fast_ms, slow_ms, live_for_ms) =
        (ms(polling.fast), ms(polling.slow), ms(polling.live).min(LIVE_MS * 100));
    Settings {
        route: route_policy(config, carriers),
        times: times(&config.service),
        inbound_pace: Pace { fast_ms, slow_ms, live_for_ms },
        receipt_pace: Pace {
            fast_ms: ms(polling.receipts_fast),
            slow_ms: ms(polling.receipts_slow),
            live_for_ms: 60_000,
        },
        full_walk_ms: ms(polling.full_walk),
        first_look_back_ms: ms(polling.first_look_back),
        max_in_flight: config.sending.max_in_flight,
        lease_ms: ms(longest_call) + 30_000,
        receipt_timeout_ms: ms(config.sending.receipt_timeout),
    }
}

fn route_policy(config: &Config, carriers: &Carriers) -> RoutePolicy {
    RoutePolicy {
        policy: Arc::new(policy(config)),
        send: send_policy(config, carriers),
        sticky_ms: ms(config.service.sticky),
    }
}

fn times(service: &Service) -> Times {
    let all_ms = |steps: &[Duration]| steps.iter().copied().map(ms).collect();
    Times {
        wait_notices_ms: all_ms(&service.wait_notices),
        escalations_ms: all_ms(&service.escalations),
        claim_idle_ms: ms(service.claim_idle),
        nudge_after_ms: ms(service.nudge_after),
        close_after_ms: ms(service.close_after),
    }
}

/// The rules for texts that arrive.
pub fn policy(config: &Config) -> Policy {
    let service = &config.service;
    Policy {
        desks: config.desks.clone(),
        triage: Arc::clone(&config.triage),
        texts: service.texts.clone(),
        receipt_texts: service.receipt_texts,
        flood: service.flood,
    }
}

pub(super) fn api_settings(config: &Config, carriers: &Carriers) -> ApiSettings {
    let caps = carriers.outbound.carrier.caps();
    ApiSettings {
        limits: caps.limits,
        photos: caps.photos_out,
        send: send_policy(config, carriers),
        route: route_policy(config, carriers),
        max_held: config.service.max_held,
        categories: config.service.categories.clone(),
        category_required: config.service.category_required,
        canned: config.service.replies.clone(),
        survey_after_ms: config.service.survey.then(|| ms(config.service.survey_after)),
        token_ttl_ms: ms(config.api.token_lifetime),
    }
}

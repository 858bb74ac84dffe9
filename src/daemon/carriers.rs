//! Makes the carriers that the configuration names, and reports their state.

use std::sync::Arc;

use anyhow::{Context as _, anyhow, bail};

use crate::api::wire::CarrierStatus;
use crate::carrier::{Carrier, InboundClass, NowFn};
use crate::config::{CarrierSetup, Config};
use crate::domain::UnixMs;
use crate::domain::hearing::Hearing;
use crate::ops::clock::Clock;
use crate::worker::{CarrierHealth, CarrierInUse, Carriers, HealthRegistry};

/// Makes one carrier from its section.
pub fn make_carrier(setup: &CarrierSetup, clock: &Clock) -> anyhow::Result<Arc<dyn Carrier>> {
    setup
        .carrier(now_fn(clock))
        .map_err(|error| anyhow!("carrier.{}.{}: {}", setup.name, error.key, error.message))
}

/// Makes all carriers in use.
pub fn make_carriers(config: &Config, clock: &Clock) -> anyhow::Result<Carriers> {
    let mut made = Vec::new();
    for setup in config.carriers.used() {
        let used = CarrierInUse { carrier: make_carrier(setup, clock)?, senders: setup.senders.clone() };
        made.push(used);
    }
    let find = |name: &str| {
        let found = made.iter().find(|used: &&CarrierInUse| used.carrier.name() == name).cloned();
        found.with_context(|| format!("carrier {name} has no section"))
    };
    for name in &config.carriers.inbound {
        let is_called = find(name)?.carrier.caps().inbound == InboundClass::PushOnly;
        if is_called && config.webhook.is_none() {
            bail!("carrier {name} only calls us: [webhook] has to say where (listen and public_url)");
        }
    }
    let inbound = config.carriers.inbound.iter().map(|name| Ok(find(name)?.carrier));
    Ok(Carriers {
        outbound: find(config.carriers.outbound)?,
        standby: config.carriers.standby.map(find).transpose()?,
        inbound: inbound.collect::<anyhow::Result<Vec<_>>>()?,
    })
}

/// The clock as drivers take it.
pub fn now_fn(clock: &Clock) -> NowFn {
    let clock = clock.clone();
    Arc::new(move || clock.now_ms())
}

/// State of each carrier at `now`, for the API.
pub(super) fn statuses(carriers: &Carriers, registry: &HealthRegistry, now: UnixMs) -> Vec<CarrierStatus> {
    let status = |carrier: &Arc<dyn Carrier>| {
        let name = carrier.name();
        let health = registry.carrier(name);
        let (deaf_ms, deaf_why) = match &health.hearing {
            Hearing::Deaf { for_ms, why } => (Some(*for_ms), Some(why.clone())),
            Hearing::Hears | Hearing::Called => (None, None),
        };
        CarrierStatus {
            name: name.to_owned(),
            receives: carriers.receives(name),
            sends: carriers.sends(name).map(str::to_owned),
            state: state(&health).to_owned(),
            hearing: carriers.receives(name).then(|| hearing(&health.hearing).to_owned()),
            deaf_since_at: deaf_ms.map(|ms| now - ms),
            deaf_why,
            last_call_at: health.last_call_at,
            last_poll_ok_at: health.last_poll_ok_at,
            last_error: health.last_error,
            dates_behind_minutes: health.dates_behind_ms / 60_000,
            // The database knows, and is asked where the answer is made.
            possible_loss: None,
            compared: Vec::new(),
        }
    };
    carriers.all().into_iter().map(status).collect()
}

fn hearing(hearing: &Hearing) -> &'static str {
    match hearing {
        Hearing::Hears => "hears",
        Hearing::Called => "called",
        Hearing::Deaf { .. } => "deaf",
    }
}

fn state(health: &CarrierHealth) -> &'static str {
    match health {
        CarrierHealth { is_paused: true, .. } => "paused",
        CarrierHealth { is_refused: true, .. } => "refused",
        CarrierHealth { is_open: true, .. } => "out_of_order",
        _ => "works",
    }
}

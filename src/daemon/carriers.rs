//! Makes the carriers that the configuration names, and reports their state.

use std::sync::Arc;

use anyhow::{Context as _, anyhow};

use crate::api::wire::CarrierStatus;
use crate::carrier::Carrier;
use crate::carrier::bizgo::Bizgo;
use crate::carrier::clicksend::ClickSend;
use crate::carrier::http::{Http, HttpOptions};
use crate::carrier::infobip::Infobip;
use crate::carrier::msghub::Msghub;
use crate::carrier::nhn::Nhn;
use crate::carrier::oneapi::OneApi;
use crate::carrier::sens::Sens;
use crate::carrier::smsgate::SmsGate;
use crate::carrier::solapi::Solapi;
use crate::carrier::twilio::Twilio;
use crate::config::{CarrierSetup, Config, Driver};
use crate::ops::clock::Clock;
use crate::worker::{CarrierHealth, Carriers, HealthRegistry, Used};

/// Makes one carrier from its section.
pub fn make_carrier(setup: &CarrierSetup, clock: &Clock) -> anyhow::Result<Arc<dyn Carrier>> {
    let options = HttpOptions::new(setup.base_url.clone(), setup.timeout);
    let http = Http::new(HttpOptions { allow_plain_http: setup.allow_plain_http, ..options })
        .map_err(|error| anyhow!("carrier.{}.base_url: {error}", setup.name))?;
    let now = now_fn(clock);
    Ok(match &setup.driver {
        Driver::Bizgo(config) => Arc::new(Bizgo::new(config.clone(), http, now)),
        Driver::ClickSend(config) => Arc::new(ClickSend::new(config.clone(), http, now)),
        Driver::Infobip(config) => Arc::new(Infobip::new(config.clone(), http, now)),
        Driver::Msghub { config, send_url } => {
            let options = HttpOptions::new(send_url.clone(), setup.timeout);
            let send_http =
                Http::new(options).map_err(|error| anyhow!("carrier.msghub.send_url: {error}"))?;
            Arc::new(Msghub::new(config.clone(), http, send_http, now))
        }
        Driver::Nhn(config) => Arc::new(Nhn::new(config.clone(), http, now)),
        Driver::OneApi(config) => Arc::new(OneApi::new(config.clone(), http, now)),
        Driver::Sens(config) => Arc::new(Sens::new(config.clone(), http, now)),
        Driver::SmsGate(config) => Arc::new(SmsGate::new(config.clone(), http, now)),
        Driver::Solapi(config) => Arc::new(Solapi::new(config.clone(), http, now)),
        Driver::Twilio(config) => Arc::new(Twilio::new(config.clone(), http, now)),
    })
}

/// Makes all carriers in use.
pub fn make_carriers(config: &Config, clock: &Clock) -> anyhow::Result<Carriers> {
    let mut made = Vec::new();
    for setup in config.carriers.used() {
        let used = Used { carrier: make_carrier(setup, clock)?, senders: setup.senders.clone() };
        made.push(used);
    }
    let find = |name: &str| {
        let found = made.iter().find(|used: &&Used| used.carrier.name() == name).cloned();
        found.with_context(|| format!("carrier {name} has no section"))
    };
    let inbound = config.carriers.inbound.iter().map(|name| Ok(find(name)?.carrier));
    Ok(Carriers {
        outbound: find(config.carriers.outbound)?,
        standby: config.carriers.standby.map(find).transpose()?,
        inbound: inbound.collect::<anyhow::Result<_>>()?,
    })
}

/// The clock as drivers take it.
pub fn now_fn(clock: &Clock) -> Arc<dyn Fn() -> i64 + Send + Sync> {
    let clock = clock.clone();
    Arc::new(move || clock.now_ms())
}

/// State of each carrier, for the API.
pub(super) fn statuses(carriers: &Carriers, registry: &HealthRegistry) -> Vec<CarrierStatus> {
    let status = |carrier: &Arc<dyn Carrier>| {
        let name = carrier.name();
        let health = registry.carrier(name);
        CarrierStatus {
            name: name.to_owned(),
            receives: carriers.receives(name),
            sends: carriers.sends(name).map(str::to_owned),
            state: state(&health).to_owned(),
            last_poll_ok_at: health.last_poll_ok_at,
            last_error: health.last_error,
        }
    };
    carriers.all().into_iter().map(status).collect()
}

fn state(health: &CarrierHealth) -> &'static str {
    match health {
        CarrierHealth { is_paused: true, .. } => "paused",
        CarrierHealth { is_refused: true, .. } => "refused",
        CarrierHealth { is_open: true, .. } => "out_of_order",
        _ => "works",
    }
}

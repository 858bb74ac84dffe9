//! The figures for monitoring, as OpenMetrics: one snapshot of the database, the health of loops and carriers, and what was
//! counted since the start. Labels are names of the configuration (desks, carriers) and words of this program, never anything of a
//! citizen, so their number is bounded. However often it is asked, the database is read once a second at most.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, AtomicU64};
use std::time::Duration;

use futures_util::future::BoxFuture;
use prometheus_client::encoding::EncodeGaugeValue;
use prometheus_client::encoding::text::encode;
use prometheus_client::metrics::counter::{ConstCounter, Counter};
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::{ConstGauge, Gauge};
use prometheus_client::metrics::info::Info;
use prometheus_client::registry::{Registry, Unit};
use tokio::sync::{Mutex, watch};
use tokio::time::Instant;

use crate::api::{ApiSettings, ApiTally, Health};
use crate::domain::UnixMs;
use crate::domain::alarm::Trouble;
use crate::domain::hearing::Hearing;
use crate::domain::triage::Tier;
use crate::ops::clock::Clock;
use crate::ops::process;
use crate::store::{Gauges, OpenTrouble, Store, StoreError};
use crate::worker::{Carriers, HealthRegistry};

/// Scrapes that follow each other faster than this share one.
const SHARED_FOR: Duration = Duration::from_secs(1);

type Labels = Vec<(&'static str, String)>;
type Counts = Family<Labels, Gauge<i64, AtomicI64>>;
type Seconds = Family<Labels, Gauge<f64, AtomicU64>>;

/// What a scrape is made of.
pub(super) struct Scraper {
    pub store: Store,
    pub clock: Clock,
    pub registry: Arc<HealthRegistry>,
    pub carriers: watch::Receiver<Arc<Carriers>>,
    pub health: Arc<dyn Fn() -> Health + Send + Sync>,
    pub tally: ApiTally,
    /// Names the desks.
    pub settings: watch::Receiver<Arc<ApiSettings>>,
    /// The last scrape.
    pub last: Mutex<Option<(Instant, String)>>,
}

impl Scraper {
    /// As the API takes it.
    pub(super) fn shared(self) -> crate::api::MetricsOf {
        let scraper = Arc::new(self);
        Arc::new(move || {
            let scraper = Arc::clone(&scraper);
            let scraped: BoxFuture<'static, _> = Box::pin(async move { scraper.scrape().await });
            scraped
        })
    }

    /// The figures of now, or of an instant ago. Who asks meanwhile waits for the same answer.
    async fn scrape(&self) -> Result<String, StoreError> {
        let mut last = self.last.lock().await;
        if let Some((_, figures)) = last.as_ref().filter(|(at, _)| at.elapsed() < SHARED_FOR) {
            return Ok(figures.clone());
        }
        let figures = self.figures().await?;
        *last = Some((Instant::now(), figures.clone()));
        Ok(figures)
    }

    async fn figures(&self) -> Result<String, StoreError> {
        let began = Instant::now();
        let (gauges, troubles) = (self.store.gauges().await?, self.store.open_troubles().await?);
        let (now, health) = (self.clock.now_ms(), (self.health)());
        let mut registry = Registry::default();
        process_figures(&mut registry, &health);
        let munja = registry.sub_registry_with_prefix("munja");
        munja.register(
            "build",
            "The version of the gateway",
            Info::new([("version", health.version.clone())]),
        );
        self.waiting(munja, &gauges, now);
        outgoing(munja, &gauges);
        dangers(munja, &gauges, now);
        self.trouble(munja, &troubles, now);
        self.carriers(munja);
        self.loops(munja);
        self.files(munja, &gauges);
        self.backups(munja);
        self.api(munja, &gauges);
        checks(munja, &health);
        let took = ConstGauge::new(began.elapsed().as_secs_f64());
        munja.register_with_unit(
            "scrape_duration",
            "How long it took to gather these figures",
            Unit::Seconds,
            took,
        );
        let mut text = String::with_capacity(32 << 10);
        // Writing to a String cannot fail.
        encode(&mut text, &registry).unwrap_or_default();
        Ok(text)
    }

    fn waiting(&self, munja: &mut Registry, gauges: &Gauges, now: UnixMs) {
        let (n, oldest) = (Counts::default(), Seconds::default());
        let tiers = Tier::ALL.into_iter().map(Some).chain([None]);
        let desks = Arc::clone(&self.settings.borrow().policy);
        for (desk, of) in
            desks.desks.all().iter().flat_map(|desk| tiers.clone().map(move |tier| (desk, tier)))
        {
            let labels = vec![("desk", desk.key.clone()), ("tier", tier(of).to_owned())];
            n.get_or_create(&labels).set(0);
            oldest.get_or_create(&labels).set(0.0);
        }
        for group in &gauges.waiting {
            let labels = vec![("desk", group.desk.clone()), ("tier", tier(group.tier).to_owned())];
            n.get_or_create(&labels).set(group.n);
            oldest.get_or_create(&labels).set(secs(now - group.oldest_at));
        }
        munja.register(
            "conversations_waiting",
            "Conversations that wait for a counselor, by desk and urgency",
            n,
        );
        let help = "How long the one that waits longest has waited";
        munja.register_with_unit("conversations_oldest_wait", help, Unit::Seconds, oldest);
        one(
            munja,
            "conversations_active",
            "Conversations that a counselor holds and has to answer",
            gauges.n_active,
        );
    }

    fn carriers(&self, munja: &mut Registry) {
        let (deaf, trouble, paused, ahead, limit) =
            (Counts::default(), Counts::default(), Counts::default(), Seconds::default(), Counts::default());
        let carriers = Arc::clone(&self.carriers.borrow());
        for carrier in carriers.all() {
            let (name, health) = (carrier.name(), self.registry.carrier(carrier.name()));
            let labels = of_carrier(name);
            let ways = (carriers.receives(name), carriers.sends(name).is_some());
            self.registry.calls.show_zeroes(name, ways);
            if carriers.receives(name) {
                deaf.get_or_create(&labels).set(i64::from(matches!(health.hearing, Hearing::Deaf { .. })));
            }
            if carriers.sends(name).is_some() {
                trouble.get_or_create(&labels).set(i64::from(health.is_open));
                paused.get_or_create(&labels).set(i64::from(health.is_paused));
                limit.get_or_create(&labels).set(i64::from(carrier.caps().sends_per_sec));
            }
            if let Some(ms) = health.clock_ahead_ms {
                ahead.get_or_create(&labels).set(secs(ms));
            }
        }
        munja.register("carrier_deaf", "1 while no text can reach us from the carrier", deaf);
        munja.register(
            "carrier_out_of_order",
            "1 while the carrier takes no texts or refuses our key",
            trouble,
        );
        munja.register(
            "carrier_paused",
            "1 while an operator has paused sending through the carrier",
            paused,
        );
        munja.register("carrier_sends_limit", "Texts that the carrier may be given in any one second", limit);
        let help = "How far the carrier's clock is ahead of ours, where it tells";
        munja.register_with_unit("carrier_clock_ahead", help, Unit::Seconds, ahead);
        let ages = Seconds::default();
        for (name, age) in self.registry.poll_ages() {
            ages.get_or_create(&of_carrier(name)).set(age.as_secs_f64());
        }
        let help = "Time since the carrier last answered a question for texts";
        munja.register_with_unit("carrier_poll_age", help, Unit::Seconds, ages);
        let calls = &self.registry.calls;
        let help = "How long calls of carriers took, by what they were for";
        munja.register_with_unit("carrier_call_duration", help, Unit::Seconds, calls.seconds.clone());
        munja.register(
            "carrier_errors",
            "Calls of carriers that failed, by kind of error",
            calls.errors.clone(),
        );
        munja.register("texts_received", "New texts from citizens", calls.texts_in.clone());
        munja.register("receipts", "Receipts by what they changed", calls.receipts.clone());
    }

    fn trouble(&self, munja: &mut Registry, troubles: &[OpenTrouble], now: UnixMs) {
        let ages = Seconds::default();
        let of = |trouble: &Trouble| vec![("trouble", trouble.to_word())];
        let inbound = self.carriers.borrow().inbound.iter().map(|c| c.name().to_owned()).collect::<Vec<_>>();
        let deaf = inbound.into_iter().map(Trouble::Deaf);
        for trouble in deaf.chain([Trouble::DiskFull, Trouble::Clock, Trouble::Restarts]) {
            ages.get_or_create(&of(&trouble)).set(0.0);
        }
        for open in troubles {
            ages.get_or_create(&of(&open.trouble)).set(secs(now - open.since));
        }
        let help = "For how long something has been wrong with the gateway that the operator was called about; 0 when it is over";
        munja.register_with_unit("trouble_age", help, Unit::Seconds, ages);
    }

    fn loops(&self, munja: &mut Registry) {
        let (idle, restarts) = (Seconds::default(), Family::<Labels, Counter>::default());
        for worker in self.registry.workers() {
            let labels = vec![("worker", worker.role.to_string())];
            idle.get_or_create(&labels).set(worker.idle.as_secs_f64());
            restarts.get_or_create(&labels).inc_by(u64::try_from(worker.n_restarts).unwrap_or(0));
        }
        munja.register_with_unit("worker_idle", "Time since a loop last made progress", Unit::Seconds, idle);
        munja.register("worker_restarts", "How often a loop was started again after a panic", restarts);
    }

    fn files(&self, munja: &mut Registry, gauges: &Gauges) {
        let help = "How long it took until writes were on disk; writes that come together share a commit";
        munja.register_with_unit("commit_duration", help, Unit::Seconds, self.store.commit_seconds());
        let sizes = [
            ("database_size", "Size of the database file", gauges.database_bytes),
            ("database_log_size", "Size of the database's write-ahead log", gauges.log_bytes),
        ];
        for (name, help, bytes) in sizes {
            munja.register_with_unit(name, help, Unit::Bytes, ConstGauge::new(bytes));
        }
        if let Some(room) = self.registry.disk_room() {
            let help = "What can still be written where the database lies, as last measured";
            munja.register_with_unit("disk_free", help, Unit::Bytes, ConstGauge::new(room));
        }
    }

    /// A time that is not there says with `backup_configured 1` that no backup was ever made.
    fn backups(&self, munja: &mut Registry) {
        let Some(backup) = self.registry.backup() else {
            return;
        };
        let help = "1 if [backup] of the configuration says where backups go";
        one(munja, "backup_configured", help, i64::from(backup.is_configured));
        if let Some(at) = backup.newest_at {
            let help = "When the newest backup was made, as Unix time; absent if there is none";
            munja.register_with_unit(
                "backup_newest_timestamp",
                help,
                Unit::Seconds,
                ConstGauge::new(secs(at)),
            );
        }
    }

    fn api(&self, munja: &mut Registry, gauges: &Gauges) {
        self.tally.show_zeroes();
        munja.register("event_streams", "Open event streams", self.tally.streams.clone());
        munja.register(
            "api_requests",
            "Requests to the API by the class of their answer",
            self.tally.requests.clone(),
        );
        let help = "Requests refused because one address or token sent too many";
        munja.register("api_requests_limited", help, self.tally.limited.clone());
        let refused = ConstCounter::new(self.store.n_log_ins_refused());
        munja.register("log_ins_refused", "Log-ins refused since the start", refused);
        let rows = ConstCounter::new(u64::try_from(gauges.n_access).unwrap_or(0));
        munja.register("access_log_rows", "Rows that were ever written to the access log", rows);
    }
}

fn secs(ms: i64) -> f64 {
    // Milliseconds of many thousand years fit.
    ms as f64 / 1_000.0
}

fn tier(tier: Option<Tier>) -> &'static str {
    match tier {
        Some(Tier::Danger) => "1",
        Some(Tier::Look) => "2",
        Some(Tier::Info) => "3",
        None => "none",
    }
}

fn of_carrier(name: &str) -> Labels {
    vec![("carrier", name.to_owned())]
}

fn one<N>(registry: &mut Registry, name: &str, help: &str, value: N)
where
    N: EncodeGaugeValue + std::fmt::Debug + Send + Sync + Clone + 'static,
{
    registry.register(name, help, ConstGauge::new(value));
}

fn outgoing(munja: &mut Registry, gauges: &Gauges) {
    let texts = Counts::default();
    for (state, n) in &gauges.outbox {
        texts.get_or_create(&vec![("state", (*state).to_owned())]).set(*n);
    }
    munja.register("outbox_texts", "Texts to citizens that are not settled, by state", texts);
    let help = "Texts in doubt that a person has to decide about";
    one(munja, "outbox_needs_person", help, gauges.n_needs_person);
    one(munja, "quarantined_items", "Unreadable items that wait for an operator", gauges.n_quarantined);
}

fn dangers(munja: &mut Registry, gauges: &Gauges, now: UnixMs) {
    let (open, dangers) = (Counts::default(), gauges.dangers);
    for (state, n) in [("ringing", dangers.n_ringing), ("looked_after", dangers.n_looked_after)] {
        open.get_or_create(&vec![("state", state.to_owned())]).set(n);
    }
    munja.register("dangers", "Dangers that no counselor has answered yet", open);
    let age = ConstGauge::new(dangers.oldest_at.map_or(0.0, |at| secs(now - at)));
    munja.register_with_unit("danger_oldest_age", "How long the oldest of them has rung", Unit::Seconds, age);
    let help = "How often supervisors were called about one of these dangers; the largest number";
    one(munja, "danger_alarm_step", help, dangers.most_steps);
}

fn checks(munja: &mut Registry, health: &Health) {
    let ready = Counts::default();
    for check in health.facts.ready() {
        ready.get_or_create(&vec![("check", check.name.to_owned())]).set(i64::from(check.is_ok()));
    }
    munja.register("ready", "1 for each check of /readyz that is ok", ready);
    let n_late = i64::try_from(health.facts.late.len()).unwrap_or(0);
    one(munja, "workers_late", "Loops that make no progress", n_late);
}

fn process_figures(registry: &mut Registry, health: &Health) {
    let started = ConstGauge::new(secs(health.started_at));
    registry.register("process_start_time_seconds", "When the gateway was started, as Unix time", started);
    if let Some(bytes) = process::resident_bytes() {
        let memory = ConstGauge::new(bytes);
        registry.register("process_resident_memory_bytes", "Memory that the gateway occupies", memory);
    }
}

//! The wiring: starts everything in order, undoes a start that fails half way, and stops in reverse order.

mod carriers;
mod control;
mod lists;
mod lock;
mod metrics;
mod push;
mod put_back;
mod readiness;
mod service;
mod settings;

use std::net::SocketAddr;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context as _, anyhow, bail};
use rustls::ServerConfig;
use tokio::sync::{Mutex, mpsc, watch};
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;

use crate::api::{self, ApiContext, ApiSettings, ApiTally, Health, RequestLimits};
use crate::carrier;
use crate::config::{Config, Metrics};
use crate::domain::UnixMs;
use crate::domain::event::EventKind;
use crate::domain::phone::{PhoneNumber, Senders};
use crate::domain::readiness::Facts;
use crate::ops::clock::Clock;
use crate::ops::tls;
use crate::store::{SchemaPolicy, Store, StoreError, StoreOptions, beside, key_file};
use crate::worker::{self, AskMarks, Carriers, Context, HealthRegistry, Role, Settings};

pub use carriers::{make_carrier, make_carriers, now_fn};
pub use control::Reloaded;
pub use control::accounts::unlock;
pub use control::reload::reload;
pub use control::through::{Asker, Heard, RefusedCalls};
use control::{Answers, Door, ReloadAsked};
pub use lists::{InForce, in_force};
use lists::{Lists, Outlets, newest_lists};
pub use lock::{DatabaseLock, must_be_mounted, must_exist, open_store, owner_beside_root, refuse_root};
use metrics::Scraper;
pub use put_back::head_lines;
pub use service::run;
pub use settings::service_policy;

/// How long what is under way may take to end after a stop was asked for.
pub const DRAIN: Duration = Duration::from_secs(25);

/// How long open connections may take to end after that.
const CLOSE: Duration = Duration::from_secs(3);

/// Parts that a test or the demo may replace.
pub struct Options {
    pub clock: Clock,
    pub store: StoreOptions,
    /// CarrierInUse instead of the configured carriers.
    pub carriers: Option<Carriers>,
    /// Start although people were erased whom nobody recognises without the key for pseudonyms.
    pub without_pseudonym_key: bool,
}

impl Default for Options {
    fn default() -> Self {
        let store = StoreOptions { create: false, ..StoreOptions::default() };
        Options { clock: Clock::system(), store, carriers: None, without_pseudonym_key: false }
    }
}

/// A running gateway.
pub struct Daemon {
    store: Store,
    clock: Clock,
    started_at: UnixMs,
    health: Arc<HealthRegistry>,
    marks: Arc<AskMarks>,
    settings: watch::Sender<Arc<Settings>>,
    api_settings: watch::Sender<Arc<ApiSettings>>,
    carriers: watch::Sender<Arc<Carriers>>,
    /// The supervisors' lists; what they put in force goes through the senders above.
    lists: Lists,
    listen: Option<SocketAddr>,
    monitoring: Option<SocketAddr>,
    tally: ApiTally,
    webhook: Option<SocketAddr>,
    /// The certificate of the API's listener, if it is encrypted.
    identity: Option<watch::Sender<Arc<ServerConfig>>>,
    /// Commands that want the configuration read again; answered by [`run`], which knows where it is.
    reload_asked: mpsc::Receiver<ReloadAsked>,
    reloads: mpsc::Sender<ReloadAsked>,
    stop_workers: CancellationToken,
    stop_api: CancellationToken,
    workers: JoinSet<()>,
    servers: JoinSet<()>,
    config: Config,
    /// Freed last: fields are dropped in this order.
    _lock: DatabaseLock,
}

impl Daemon {
    /// Opens the database and upgrades it where needed, settles what a dead daemon left, and starts the API and the
    /// loops. A start that fails leaves nothing running and the lock free: it may be tried again in the same process.
    pub async fn start(config: Config, options: Options) -> anyhow::Result<Daemon> {
        let mut daemon = Daemon::prepare(config, options).await?;
        match daemon.serve_all().await {
            Ok(()) => {
                daemon.start_workers();
                Ok(daemon)
            }
            Err(error) => {
                daemon.stop().await;
                Err(error)
            }
        }
    }

    /// Does everything that is not visible from outside: lock, database, carriers.
    async fn prepare(config: Config, options: Options) -> anyhow::Result<Daemon> {
        let store = StoreOptions { keys: config.data_keys.clone(), ..options.store };
        let (lock, store) = open_alone(&config.database, store).await?;
        if !options.without_pseudonym_key {
            must_recognise_erased(&store).await?;
        }
        let clock = options.clock.steady();
        let carriers = match options.carriers {
            Some(carriers) => carriers,
            None => make_carriers(&config, &clock)?,
        };
        put_back::notice(&store, &carriers, config.audit.head_file.as_deref(), clock.now_ms()).await?;
        store.set_times_right(None, clock.now_ms()).await.context("the database could not be written to")?;
        let n = store.rescue(true, clock.now_ms()).await.context("the database could not be written to")?;
        if n > 0 {
            tracing::warn!(
                n,
                "texts were being sent when the last run ended; the carrier is asked what became of them"
            );
        }
        honour_erasures(&config, &store, clock.now_ms()).await?;
        let asking = beside(&config.database, ".asking");
        let marks = AskMarks::begin(&store, &carriers, &asking, clock.now_ms()).await;
        let marks = Arc::new(marks.context("the database could not be written to")?);
        tell_of_another_key(&store, clock.now_ms()).await.context("the database could not be written to")?;
        store.record_start(clock.now_ms()).await.context("the database could not be written to")?;
        let health = Arc::new(HealthRegistry::new(&carriers, clock.now_ms()));
        // Before the first text may leave.
        health.set_paused(&store.holds().await?);
        for carrier in carriers.inbound.iter().filter(|carrier| carrier.caps().push) {
            if let Some(at) = store.last_text_at(carrier.name()).await? {
                health.called(carrier.name(), at);
            }
        }
        let (reloads, reload_asked) = mpsc::channel(1);
        let newest = newest_lists(&store).await.context("the supervisors' lists could not be read")?;
        let in_force = InForce::new(Arc::new(config.clone()), newest);
        in_force.tell();
        let out = Outlets::new(&in_force.merged, Arc::new(carriers));
        Ok(Daemon {
            settings: out.settings.clone(),
            api_settings: out.api_settings.clone(),
            carriers: out.carriers.clone(),
            lists: Lists::new(store.clone(), clock.clone(), out, in_force),
            store,
            started_at: clock.now_ms(),
            clock,
            health,
            marks,
            listen: None,
            monitoring: None,
            tally: ApiTally::default(),
            webhook: None,
            identity: None,
            reload_asked,
            reloads,
            stop_workers: CancellationToken::new(),
            stop_api: CancellationToken::new(),
            workers: JoinSet::new(),
            servers: JoinSet::new(),
            config,
            _lock: lock,
        })
    }

    async fn serve_all(&mut self) -> anyhow::Result<()> {
        self.serve_counselors().await?;
        self.serve_monitoring().await?;
        self.serve_carriers().await?;
        self.serve_commands().await;
        Ok(())
    }

    /// Opens the door for the commands of `munjad`. Without it they work, but ask the carriers beside us.
    async fn serve_commands(&mut self) {
        match Door::open(&self.config.database).await {
            Ok(door) => {
                let answers = Answers { context: self.worker_context(), reloads: self.reloads.clone() };
                self.servers.spawn(door.serve(answers, self.stop_api.clone()));
            }
            Err(error) => {
                tracing::warn!("commands of munjad will ask the carriers beside this gateway: {error:#}");
            }
        }
    }

    async fn serve_counselors(&mut self) -> anyhow::Result<()> {
        let router = api::router(self.api_context());
        if let Some(addr) = self.config.api.listen {
            let listener = self.bind_api(addr).await.with_context(|| format!("api.listen = {addr}"))?;
            self.listen = Some(listener.local_addr()?);
            self.spawn_server(listener, router.clone());
        }
        if let Some(path) = self.config.api.socket.clone() {
            let listener = api::bind_unix(&path, 0o660).await;
            let listener = listener.with_context(|| format!("api.socket = {}", path.display()))?;
            self.spawn_server(listener, router);
        }
        Ok(())
    }

    /// Opens the listeners for monitoring, where the configuration has any.
    async fn serve_monitoring(&mut self) -> anyhow::Result<()> {
        let Metrics { listen, socket } = self.config.metrics.clone();
        let router = api::monitoring_router(self.api_context());
        if let Some(addr) = listen {
            let listener = api::bind_tcp(addr).await.with_context(|| format!("metrics.listen = {addr}"))?;
            self.monitoring = Some(listener.local_addr()?);
            self.spawn_server(listener, router.clone());
        }
        if let Some(path) = socket {
            let listener = api::bind_unix(&path, 0o660).await;
            let listener = listener.with_context(|| format!("metrics.socket = {}", path.display()))?;
            self.spawn_server(listener, router);
        }
        Ok(())
    }

    /// Encrypted where the configuration has a certificate.
    async fn bind_api(&mut self, addr: SocketAddr) -> anyhow::Result<api::Listener> {
        let Some(files) = &self.config.api.tls else {
            return Ok(api::bind_tcp(addr).await?);
        };
        let identity = watch::Sender::new(tls::load(&files.certificate, &files.key)?.config);
        let listener = api::bind_tls(addr, identity.subscribe()).await?;
        self.identity = Some(identity);
        Ok(listener)
    }

    /// Listens for the carriers' calls, where the configuration has `[webhook]`.
    async fn serve_carriers(&mut self) -> anyhow::Result<()> {
        let Some(webhook) = self.config.webhook.clone() else {
            return Ok(());
        };
        let listener = api::bind_tcp(webhook.listen).await;
        let listener = listener.with_context(|| format!("webhook.listen = {}", webhook.listen))?;
        self.webhook = Some(listener.local_addr()?);
        let router = push::router(self.worker_context(), webhook.public_url);
        self.spawn_server(listener, router);
        Ok(())
    }

    fn spawn_server(&mut self, listener: api::Listener, router: axum::Router) {
        let stop = self.stop_api.clone();
        self.servers.spawn(async move {
            if let Err(error) = api::serve(listener, router, stop).await {
                tracing::error!("a listener ended: {error}");
            }
        });
    }

    fn api_context(&self) -> ApiContext {
        let health = self.health_of_now();
        let scraper = Scraper {
            store: self.store.clone(),
            clock: self.clock.clone(),
            registry: Arc::clone(&self.health),
            carriers: self.carriers.subscribe(),
            health: Arc::clone(&health),
            tally: self.tally.clone(),
            settings: self.api_settings.subscribe(),
            last: Mutex::default(),
        };
        ApiContext {
            store: self.store.clone(),
            clock: self.clock.clone(),
            settings: self.api_settings.subscribe(),
            health,
            meaning: carrier::meaning,
            metrics: scraper.shared(),
            tally: self.tally.clone(),
            limits: RequestLimits::default(),
            lists: Arc::new(self.lists.clone()),
            stop: self.stop_api.clone(),
        }
    }

    /// How the daemon is whenever that is asked.
    fn health_of_now(&self) -> Arc<dyn Fn() -> Health + Send + Sync> {
        let (registry, carriers) = (Arc::clone(&self.health), self.carriers.subscribe());
        let (started_at, clock, store) = (self.started_at, self.clock.clone(), self.store.clone());
        Arc::new(move || {
            let (carriers, workers) = (carriers.borrow().clone(), registry.workers());
            Health {
                version: env!("CARGO_PKG_VERSION").to_owned(),
                started_at,
                carriers: carriers::statuses(&carriers, &registry, clock.now_ms()),
                facts: readiness::facts(&store, &carriers, &registry, &workers),
                workers: workers.into_iter().map(readiness::worker_status).collect(),
            }
        })
    }

    /// What is known of whether it can do its job.
    fn facts(&self) -> Facts {
        readiness::facts(&self.store, &self.carriers.borrow(), &self.health, &self.health.workers())
    }

    fn worker_context(&self) -> Context {
        Context {
            store: self.store.clone(),
            clock: self.clock.clone(),
            carriers: self.carriers.subscribe(),
            settings: self.settings.subscribe(),
            health: Arc::clone(&self.health),
            marks: Arc::clone(&self.marks),
            stop: self.stop_workers.clone(),
            began: tokio::time::Instant::now(),
        }
    }

    fn start_workers(&mut self) {
        let context = self.worker_context();
        for role in Role::all(&self.carriers.borrow()) {
            self.workers.spawn(worker::supervise(role, context.clone()));
        }
    }

    /// The address of the API, if it listens on TCP.
    pub fn listen(&self) -> Option<SocketAddr> {
        self.listen
    }

    /// The address where monitoring reads figures, if it is on TCP.
    pub fn monitoring(&self) -> Option<SocketAddr> {
        self.monitoring
    }

    /// The address carriers call, if they may.
    pub fn webhook(&self) -> Option<SocketAddr> {
        self.webhook
    }

    pub fn store(&self) -> &Store {
        &self.store
    }

    pub fn health(&self) -> &HealthRegistry {
        &self.health
    }

    /// Resolves once the gateway does its job: the database is open, API and webhook listen (as they do since
    /// [`Daemon::start`]), and every carrier that is polled has been asked once, whether it answered or not.
    pub async fn ready(&self) {
        self.health.ready().await;
    }

    /// Takes over a new configuration, and the certificate and secrets that it names. Keys that have changed and need a new start
    /// are logged, left as they are, and returned. If anything cannot be used, nothing changes.
    pub fn reload(&mut self, new: Config) -> anyhow::Result<Reloaded> {
        let carriers = make_carriers(&new, &self.clock)?;
        if Role::all(&carriers) != Role::all(&self.carriers.borrow()) {
            bail!(
                "other carriers than before, or other uses of them, need a new start: systemctl restart munjad"
            );
        }
        let identity =
            new.api.tls.as_ref().map(|files| tls::load(&files.certificate, &files.key)).transpose()?;
        let needs_restart = changed_for_good(&self.config, &new);
        if !needs_restart.is_empty() {
            tracing::warn!("{} change only with a new start", needs_restart.join(", "));
        }
        if let Some((sender, identity)) = self.identity.as_ref().zip(identity) {
            sender.send_replace(identity.config);
        }
        self.lists.take_file(new.clone(), carriers);
        self.health.reloaded.notify_one();
        self.config = Config {
            // What still holds, so that the next reload names what is still apart.
            database: self.config.database.clone(),
            data_keys: self.config.data_keys.clone(),
            webhook: self.config.webhook.clone(),
            api: self.config.api.clone(),
            log: self.config.log.clone(),
            ..new
        };
        Ok(Reloaded { needs_restart: needs_restart.into_iter().map(str::to_owned).collect() })
    }

    /// Stops: no new text leaves, what is under way ends within [`DRAIN`], the rest is cut off. Frees the lock.
    pub async fn stop(mut self) {
        self.stop_workers.cancel();
        if !end_all(&mut self.workers, DRAIN).await {
            tracing::warn!(
                "a worker did not end in time; the next start asks what became of the text it was sending"
            );
        }
        self.marks.end();
        self.stop_api.cancel();
        if !end_all(&mut self.servers, CLOSE).await {
            tracing::warn!("connections were still open and are cut");
        }
        if let Err(error) = self.store.mark_reached(None).await {
            tracing::warn!("how far the database has come could not be marked: {error}");
        }
        if let Err(error) = self.store.checkpoint().await {
            tracing::warn!("the database log was not folded in, which the next start does: {error}");
        }
    }
}

/// The keys that differ and that no reload can change.
fn changed_for_good(old: &Config, new: &Config) -> Vec<&'static str> {
    let listens = |config: &Config| config.webhook.as_ref().map(|webhook| webhook.listen);
    let public = |config: &Config| config.webhook.as_ref().map(|webhook| webhook.public_url.clone());
    let keys = [
        ("database.path", old.database != new.database),
        ("database.key_file", old.data_keys != new.data_keys),
        ("api.listen", old.api.listen != new.api.listen),
        ("api.socket", old.api.socket != new.api.socket),
        ("api.tls_certificate", old.api.tls.is_some() != new.api.tls.is_some()),
        ("metrics", old.metrics != new.metrics),
        ("webhook.listen", listens(old) != listens(new)),
        ("webhook.public_url", public(old) != public(new)),
        ("log.level", old.log.level != new.log.level),
        ("log.format", old.log.format != new.log.format),
    ];
    keys.into_iter().filter(|(_, has_changed)| *has_changed).map(|(key, _)| key).collect()
}

/// Erases again whom an older copy of the database brought back, before anybody can look.
async fn honour_erasures(config: &Config, store: &Store, now: i64) -> anyhow::Result<()> {
    let senders = Senders::single(PhoneNumber::parse(""));
    let policy = Arc::new(service_policy(config, &senders));
    worker::honour_erasures(store, &policy, now).await.context("an erasure could not be repeated")
}

/// Opens the database for this process alone, and examines it.
async fn open_alone(database: &Path, options: StoreOptions) -> anyhow::Result<(DatabaseLock, Store)> {
    let shown = database.display();
    let in_use = || anyhow!("another munjad runs on {shown} already, or an upgrade of it is under way");
    let mut lock = take_lock(database).await?.ok_or_else(in_use)?;
    let store = open_store(database, StoreOptions { schema: SchemaPolicy::Upgrade, ..options }).await;
    let store = store.map_err(|error| with_remedy(error, database))?;
    if !lock.cover(database)? {
        return Err(in_use());
    }
    store.examine().await.map_err(|error| with_remedy(error.into(), database))?;
    Ok((lock, store))
}

/// Refuses to start where people were erased and the key is not there that recognises them: they would come back unnoticed.
async fn must_recognise_erased(store: &Store) -> anyhow::Result<()> {
    if store.has_its_pseudonym_key() || !store.has_erased().await? {
        return Ok(());
    }
    bail!(
        "people were erased under the key for pseudonyms {}, which is missing or another one than this database was begun with: put it back \
         from the backup of the same database. Only if it is lost for good: munjad run --without-pseudonym-key; whoever was erased is then \
         not recognised any more",
        key_file(store.path()).display()
    )
}

/// A key for pseudonyms that is not the one this database was begun with is told loudly; texts come first, and go on.
async fn tell_of_another_key(store: &Store, now: i64) -> Result<(), StoreError> {
    if store.has_its_pseudonym_key() {
        return Ok(());
    }
    tracing::error!(
        file = %key_file(store.path()).display(),
        "THE KEY FOR PSEUDONYMS IS ANOTHER ONE than this database was begun with: who saw a citizen before is not found. Put \
         that file back from the backup of the same database, then start again"
    );
    store.note(EventKind::PseudonymKeyDiffers, String::new(), now).await
}

/// Says what to do about a database that cannot be used, where anything can be done.
fn with_remedy(error: anyhow::Error, database: &Path) -> anyhow::Error {
    match error.downcast_ref().and_then(StoreError::remedy) {
        Some(remedy) => error.context(format!("database {} is not put to use: {remedy}", database.display())),
        None => error,
    }
}

/// Takes the lock of the database. A command that looks whether a gateway runs holds it for an instant.
async fn take_lock(database: &Path) -> anyhow::Result<Option<DatabaseLock>> {
    for _ in 0..3 {
        if let Some(lock) = DatabaseLock::try_take(database)? {
            return Ok(Some(lock));
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    DatabaseLock::try_take(database)
}

/// Waits for all to end; aborts those that have not after `patience`. Says whether all ended by themselves.
async fn end_all(tasks: &mut JoinSet<()>, patience: Duration) -> bool {
    let ended = async {
        // A task that panicked has been reported by its supervisor.
        while tasks.join_next().await.is_some() {}
    };
    let in_time = tokio::time::timeout(patience, ended).await.is_ok();
    tasks.shutdown().await;
    in_time
}

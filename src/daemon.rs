//! The wiring: starts everything in order, unwinds on failure, stops in reverse. Also signals, reload and what systemd
//! hears of it.

mod carriers;
mod push;

use std::fs::{File, TryLockError};
use std::net::SocketAddr;
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context as _, bail};
use tokio::sync::watch;
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

use crate::api::wire::WorkerStatus;
use crate::api::{self, ApiContext, ApiSettings, Health};
use crate::carrier;
use crate::config::{Config, LogFormat, Service};
use crate::domain::arrival::Policy;
use crate::domain::conversation::LIVE_MS;
use crate::domain::polling::Pace;
use crate::domain::timers::Times;
use crate::ops::clock::Clock;
use crate::ops::{logging, systemd};
use crate::store::{RoutePolicy, SchemaPolicy, SendPolicy, Store, StoreOptions};
use crate::worker::{self, Board, CarrierHealth, Carriers, Context, Role, Settings};

pub use carriers::{make_carrier, make_carriers, now_fn};

/// How long what is under way may take to end after a stop was asked for.
pub const DRAIN: Duration = Duration::from_secs(25);

/// What a test or the demo may put in place of the real thing.
pub struct Options {
    pub clock: Clock,
    pub store: StoreOptions,
    /// Instead of the configured carriers.
    pub carriers: Option<Carriers>,
}

impl Default for Options {
    fn default() -> Self {
        let store = StoreOptions { create: false, ..StoreOptions::default() };
        Options { clock: Clock::system(), store, carriers: None }
    }
}

/// A running gateway.
pub struct Daemon {
    store: Store,
    clock: Clock,
    board: Arc<Board>,
    settings: watch::Sender<Arc<Settings>>,
    api_settings: watch::Sender<Arc<ApiSettings>>,
    carriers: watch::Sender<Arc<Carriers>>,
    listen: Option<SocketAddr>,
    webhook: Option<SocketAddr>,
    stop_workers: CancellationToken,
    stop_api: CancellationToken,
    workers: Vec<JoinHandle<()>>,
    servers: Vec<JoinHandle<()>>,
    config: Config,
    _lock: File,
}

impl Daemon {
    /// Opens the database, settles what a dead daemon left, and starts the API and the loops.
    pub async fn start(config: Config, options: Options) -> anyhow::Result<Daemon> {
        let lock = lock_database(&config.database)?;
        let schema = SchemaPolicy::Upgrade;
        let store = open_store(&config.database, StoreOptions { schema, ..options.store }).await?;
        let clock = options.clock;
        let carriers = match options.carriers {
            Some(carriers) => carriers,
            None => make_carriers(&config, &clock)?,
        };
        let n = store.rescue(true, clock.now_ms()).await.context("the database could not be written to")?;
        if n > 0 {
            tracing::warn!(
                n,
                "texts were being sent when the last run ended; the carrier is asked what became of them"
            );
        }
        let board = Arc::new(Board::new(&carriers, clock.now_ms()));
        // Before the first text may leave.
        board.set_paused(&store.holds().await?);
        let mut daemon = Daemon {
            settings: watch::Sender::new(Arc::new(settings(&config, &carriers))),
            api_settings: watch::Sender::new(Arc::new(api_settings(&config, &carriers))),
            carriers: watch::Sender::new(Arc::new(carriers)),
            store,
            clock,
            board,
            listen: None,
            webhook: None,
            stop_workers: CancellationToken::new(),
            stop_api: CancellationToken::new(),
            workers: Vec::new(),
            servers: Vec::new(),
            config,
            _lock: lock,
        };
        daemon.serve().await?;
        daemon.serve_carriers().await?;
        daemon.start_workers();
        Ok(daemon)
    }

    async fn serve(&mut self) -> anyhow::Result<()> {
        let router = api::router(self.api_context());
        if let Some(addr) = self.config.api.listen {
            let listener = api::bind_tcp(addr).await.with_context(|| format!("api.listen = {addr}"))?;
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

    /// Where carriers call us, if they may.
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
        self.servers.push(tokio::spawn(async move {
            if let Err(error) = api::serve(listener, router, stop).await {
                tracing::error!(%error, "the API ended");
            }
        }));
    }

    fn api_context(&self) -> ApiContext {
        let (board, carriers) = (Arc::clone(&self.board), self.carriers.subscribe());
        let started_at = self.clock.now_ms();
        ApiContext {
            store: self.store.clone(),
            clock: self.clock.clone(),
            settings: self.api_settings.subscribe(),
            health: Arc::new(move || health(&board, &carriers.borrow(), started_at)),
            meaning: carrier::meaning,
            stop: self.stop_api.clone(),
        }
    }

    fn worker_context(&self) -> Context {
        Context {
            store: self.store.clone(),
            clock: self.clock.clone(),
            carriers: self.carriers.subscribe(),
            settings: self.settings.subscribe(),
            board: Arc::clone(&self.board),
            stop: self.stop_workers.clone(),
        }
    }

    fn start_workers(&mut self) {
        let context = self.worker_context();
        let start = |role| tokio::spawn(worker::supervise(role, context.clone()));
        self.workers = Role::all(&self.carriers.borrow()).into_iter().map(start).collect();
    }

    /// Where the API listens, if over TCP.
    pub fn listen(&self) -> Option<SocketAddr> {
        self.listen
    }

    /// Where carriers call, if they may.
    pub fn webhook(&self) -> Option<SocketAddr> {
        self.webhook
    }

    pub fn store(&self) -> &Store {
        &self.store
    }

    pub fn board(&self) -> &Board {
        &self.board
    }

    /// Takes over a new configuration; what needs a new start is named and left as it is.
    pub fn reload(&mut self, new: Config) -> anyhow::Result<()> {
        let carriers = make_carriers(&new, &self.clock)?;
        if Role::all(&carriers) != Role::all(&self.carriers.borrow()) {
            bail!(
                "other carriers than before, or other uses of them, need a new start: systemctl restart munjad"
            );
        }
        let old = &self.config;
        if old.database != new.database
            || old.api.listen != new.api.listen
            || old.api.socket != new.api.socket
            || old.webhook != new.webhook
        {
            tracing::warn!(
                "database.path, api.listen, api.socket and [webhook] change only with a new start"
            );
        }
        self.api_settings.send_replace(Arc::new(api_settings(&new, &carriers)));
        self.settings.send_replace(Arc::new(settings(&new, &carriers)));
        self.carriers.send_replace(Arc::new(carriers));
        self.board.reloaded.notify_one();
        self.config = new;
        Ok(())
    }

    /// Stops: no new text leaves, what is under way ends, within [`DRAIN`].
    pub async fn stop(self) {
        self.stop_workers.cancel();
        let drained = tokio::time::timeout(DRAIN, join_all(self.workers)).await;
        if drained.is_err() {
            tracing::warn!(
                "a worker did not end in time; what it was sending is asked for at the next start"
            );
        }
        self.stop_api.cancel();
        if tokio::time::timeout(Duration::from_secs(3), join_all(self.servers)).await.is_err() {
            tracing::warn!("connections were still open and are cut");
        }
        if let Err(error) = self.store.checkpoint().await {
            tracing::warn!(%error, "the database log was not folded in; the next start does it");
        }
    }
}

async fn join_all(tasks: Vec<JoinHandle<()>>) {
    for task in tasks {
        // A task that fell over has been reported by its supervisor.
        drop(task.await);
    }
}

/// One gateway a database: two would poll and send against each other.
fn lock_database(database: &Path) -> anyhow::Result<File> {
    let mut path = database.as_os_str().to_owned();
    path.push(".lock");
    let shown = Path::new(&path).display().to_string();
    let file = File::options().create(true).truncate(false).write(true).mode(0o600).open(&path);
    let file = file.with_context(|| {
        format!("{shown} cannot be made: does its folder exist, may this user write there?")
    })?;
    match file.try_lock() {
        Ok(()) => Ok(file),
        Err(TryLockError::WouldBlock) => bail!("another munjad runs on {} already", database.display()),
        Err(TryLockError::Error(error)) => Err(error).with_context(|| format!("{shown} cannot be locked")),
    }
}

/// Opens the database off the async threads; a missing one is an error that says how to make it.
pub async fn open_store(path: &Path, options: StoreOptions) -> anyhow::Result<Store> {
    if !options.create && !path.exists() {
        bail!("there is no database {}: `munjad init` makes one", path.display());
    }
    let path = path.to_owned();
    let shown = path.display().to_string();
    let opened = tokio::task::spawn_blocking(move || Store::open(&path, &options)).await?;
    opened.with_context(|| format!("database {shown}"))
}

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

fn settings(config: &Config, carriers: &Carriers) -> Settings {
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

/// What is decided about texts that arrive.
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

fn api_settings(config: &Config, carriers: &Carriers) -> ApiSettings {
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

fn health(board: &Board, carriers: &Carriers, started_at: i64) -> Health {
    let worker = |w: worker::WorkerHealth| WorkerStatus {
        name: w.role.to_string(),
        n_restarts: w.n_restarts,
        last_progress_at: w.last_progress_at,
        is_late: w.is_late,
    };
    Health {
        version: env!("CARGO_PKG_VERSION").to_owned(),
        started_at,
        carriers: carriers::statuses(carriers, board),
        workers: board.workers().into_iter().map(worker).collect(),
    }
}

/// `munjad run`: until SIGTERM or SIGINT. SIGHUP reads the configuration again.
pub async fn run(config_path: &Path) -> anyhow::Result<()> {
    let config = Config::load(config_path)?;
    logging::start(&config.log.level, log_style(config.log.format));
    let mut signals = Signals::new()?;
    let mut daemon = Daemon::start(config, Options::default()).await?;
    if let Some(addr) = daemon.listen() {
        tracing::info!(%addr, "the API listens");
    }
    let watchdog = systemd::watchdog_interval();
    let mut tick =
        tokio::time::interval(watchdog.unwrap_or(Duration::from_secs(10)).min(Duration::from_secs(10)));
    let board = Arc::clone(&daemon.board);
    let store = daemon.store.clone();
    let mut is_ready = false;
    let failed = loop {
        tokio::select! {
            () = board.polled.notified(), if !is_ready => {
                is_ready = true;
                systemd::ready();
                tracing::info!("polling has begun");
            }
            _ = tick.tick() => report(&daemon).await,
            signal = signals.next() => match signal {
                Signal::Stop => break false,
                Signal::Reload => reload(&mut daemon, config_path),
            },
            () = store.disk_failed() => break true,
        }
    };
    systemd::stopping();
    tracing::info!("stopping");
    daemon.stop().await;
    if failed {
        bail!("the disk failed while writing: start again from the file after checking the disk");
    }
    Ok(())
}

fn log_style(format: LogFormat) -> logging::Style {
    match format {
        LogFormat::Auto if logging::under_journal() => logging::Style::Journal,
        LogFormat::Auto | LogFormat::Text => logging::Style::Text,
        LogFormat::Json => logging::Style::Json,
    }
}

/// The status line, and the watchdog if everything moves.
async fn report(daemon: &Daemon) {
    if daemon.board.all_move() {
        systemd::feed_watchdog();
    } else {
        tracing::error!("a worker stands still; the watchdog is not fed");
    }
    let day_ago = daemon.clock.now_ms() - 86_400_000;
    match daemon.store.counts(day_ago).await {
        Ok(n) => systemd::status(&format!(
            "{} waiting, {} in talk, {} to send, {} in doubt{}",
            n.n_waiting,
            n.n_active,
            n.n_queued,
            n.n_in_doubt,
            trouble(&daemon.board)
        )),
        Err(error) => systemd::status(&format!("the database does not answer: {error}")),
    }
}

/// Carriers that do not answer, for the status line.
fn trouble(board: &Board) -> String {
    let is_bad = |health: &CarrierHealth| health.last_error.is_some() || health.is_open;
    let bad: Vec<&str> = board.carriers().iter().filter(|(_, h)| is_bad(h)).map(|(name, _)| *name).collect();
    if bad.is_empty() { String::new() } else { format!("; in trouble: {}", bad.join(", ")) }
}

/// A new configuration, or the old one if the new one is bad.
fn reload(daemon: &mut Daemon, path: &Path) {
    systemd::reloading();
    match Config::load(path).map_err(anyhow::Error::from).and_then(|new| daemon.reload(new)) {
        Ok(()) => tracing::info!("the configuration was read again"),
        Err(error) => tracing::error!("the old configuration stays: {error:#}"),
    }
    systemd::ready();
}

enum Signal {
    Stop,
    Reload,
}

struct Signals {
    term: tokio::signal::unix::Signal,
    int: tokio::signal::unix::Signal,
    hup: tokio::signal::unix::Signal,
}

impl Signals {
    fn new() -> std::io::Result<Self> {
        use tokio::signal::unix::{SignalKind, signal};
        Ok(Signals {
            term: signal(SignalKind::terminate())?,
            int: signal(SignalKind::interrupt())?,
            hup: signal(SignalKind::hangup())?,
        })
    }

    async fn next(&mut self) -> Signal {
        tokio::select! {
            _ = self.term.recv() => Signal::Stop,
            _ = self.int.recv() => Signal::Stop,
            _ = self.hup.recv() => Signal::Reload,
        }
    }
}

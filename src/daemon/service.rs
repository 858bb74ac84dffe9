//! `munjad run`: the daemon as a service. Signals, reload, and what systemd hears of it.

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context as _, bail};

use super::{Daemon, Options, Reloaded};
use crate::config::{Config, LogFormat};
use crate::domain::access::{Action, Outcome, Who};
use crate::domain::hearing::Hearing;
use crate::domain::readiness::Facts;
use crate::domain::text::one_line;
use crate::ops::{logging, systemd};
use crate::store::{Counts, NewAccess, StoreError};
use crate::worker::{CarrierHealth, HealthRegistry};

/// Of a refused reload, and of why it is not ready, the status line says at most so much (characters).
const MOST_SHOWN: usize = 300;

/// `munjad run`: runs until SIGTERM or SIGINT. SIGHUP and `munjad reload` read the configuration again. `by` is who starts it.
pub async fn run(config_path: &Path, without_pseudonym_key: bool, by: Who) -> anyhow::Result<()> {
    let config = Config::load(config_path)?;
    logging::start(&config.log.level, log_style(config.log.format));
    let mut signals = Signals::new()?;
    let mut daemon = Daemon::start(config, Options { without_pseudonym_key, ..Options::default() }).await?;
    let begun = NewAccess::of(by, Action::Admin).detail("run");
    if let Err(error) = daemon.store.record_access(begun, daemon.clock.now_ms()).await {
        // Citizens' texts do not wait for a row.
        tracing::error!("the start could not be written to the access log: {error}");
    }
    if let Some(addr) = daemon.listen() {
        tracing::info!("the API listens on {addr}");
    }
    let watchdog = systemd::watchdog_interval();
    let mut tick =
        tokio::time::interval(watchdog.unwrap_or(Duration::from_secs(10)).min(Duration::from_secs(10)));
    let health = Arc::clone(&daemon.health);
    let store = daemon.store.clone();
    let mut is_ready = false;
    // Why the last reload was refused, until one is not.
    let mut refused = String::new();
    let failed = loop {
        tokio::select! {
            () = health.ready(), if !is_ready => {
                is_ready = true;
                systemd::ready();
                tracing::info!("ready: the API listens and every polled carrier has been asked once");
            }
            _ = tick.tick() => report(&daemon, &refused).await,
            Some(asked) = daemon.reload_asked.recv() => {
                // The command has written its row.
                let outcome = reload(&mut daemon, config_path, &mut refused, Ok(()));
                // Who asked may have gone away.
                drop(asked.send(outcome));
            }
            signal = signals.next() => match signal {
                Signal::Stop => break None,
                Signal::Reload => reload_by_signal(&mut daemon, config_path, &mut refused).await,
            },
            failure = store.failed() => break Some(failure),
        }
    };
    systemd::stopping();
    tracing::info!("stopping");
    let saved = match &failed {
        Some(StoreError::FileLost(_)) => save_copy(&daemon).await,
        _ => String::new(),
    };
    if failed.is_none() && is_ready {
        // One that was never ready may have been ended for that. An operator who restarts it by hand is not called for that. Where it cannot be written, it counts.
        drop(daemon.store.forget_start().await);
    }
    daemon.stop().await;
    match failed {
        Some(failure) => bail!("{failure}: {}{saved}", failure.remedy().unwrap_or("start again")),
        None => Ok(()),
    }
}

/// Saves what is in files that have lost their names: with the process they are gone. Returns what to say of it.
async fn save_copy(daemon: &Daemon) -> String {
    let saved = daemon.store.save_copy(&format!(".saved-{}", daemon.clock.now_ms() / 1_000)).await;
    match saved {
        Ok(copy) => format!(". All that was stored lies in {}", copy.display()),
        Err(error) => format!(". What was stored could not be saved: {error}"),
    }
}

fn log_style(format: LogFormat) -> logging::Style {
    match format {
        LogFormat::Auto if logging::under_journal() => logging::Style::Journal,
        LogFormat::Auto | LogFormat::Text => logging::Style::Text,
        LogFormat::Json => logging::Style::Json,
    }
}

/// Sends the status line, and feeds the watchdog if every worker makes progress. `refused` is why the last reload was.
async fn report(daemon: &Daemon, refused: &str) {
    if daemon.health.all_on_time() {
        systemd::feed_watchdog();
    } else {
        tracing::error!("no progress, and the watchdog is not fed: {}", late(&daemon.health));
    }
    let not_ready = not_ready(&daemon.facts());
    let day_ago = daemon.clock.now_ms() - 86_400_000;
    match daemon.store.counts(day_ago).await {
        Ok(n) => systemd::status(&format!(
            "{not_ready}{} waiting{}, {} in talk, {} to send, {} in doubt{}{}{refused}",
            n.n_waiting,
            dangers(&n),
            n.n_active,
            n.n_queued,
            n.n_in_doubt,
            trouble(&daemon.health),
            recovery(daemon).await
        )),
        Err(error) => systemd::status(&format!("{not_ready}the database does not answer: {error}")),
    }
}

/// The loops that make no progress.
fn late(health: &HealthRegistry) -> String {
    let late = health.workers().into_iter().filter(|worker| worker.is_late);
    late.map(|worker| worker.role.to_string()).collect::<Vec<_>>().join(", ")
}

/// That a backup was put back and answers wait, for the status line.
async fn recovery(daemon: &Daemon) -> &'static str {
    match daemon.store.recovery().await {
        Ok(Some(_)) => "; RECOVERY: answers wait (munjad recovery status)",
        _ => "",
    }
}

/// Why the gateway cannot do its job, before everything else in the status line. Deaf carriers are named at its end.
fn not_ready(facts: &Facts) -> String {
    let failing = facts.ready().into_iter().filter(|check| check.name != "carriers");
    let troubles: Vec<String> = failing.filter_map(|check| check.trouble).collect();
    match troubles.is_empty() {
        true => String::new(),
        false => format!("NOT READY: {}; ", one_line(&troubles.join("; "), MOST_SHOWN)),
    }
}

/// Dangers that nobody has answered, for the status line.
fn dangers(n: &Counts) -> String {
    match n.n_dangers {
        0 => String::new(),
        dangers => format!(" (DANGER {dangers}, nobody looks after {})", n.n_dangers_ringing),
    }
}

/// The carriers that do not answer, for the status line; first those through which no text comes in.
fn trouble(health: &HealthRegistry) -> String {
    let carriers = health.carriers();
    let named = |word: &str, is_bad: fn(&CarrierHealth) -> bool| {
        let bad: Vec<&str> = carriers.iter().filter(|(_, h)| is_bad(h)).map(|(name, _)| *name).collect();
        if bad.is_empty() { String::new() } else { format!("; {word}: {}", bad.join(", ")) }
    };
    let deaf = named("DEAF", |h| matches!(h.hearing, Hearing::Deaf { .. }));
    format!("{deaf}{}", named("in trouble", |h| h.last_error.is_some() || h.is_open))
}

/// Reloads and logs it as a command is logged. Who sent the signal cannot be told.
async fn reload_by_signal(daemon: &mut Daemon, path: &Path, refused: &mut String) {
    let row = |action, detail: String| {
        let who = Who { origin: "SIGHUP".to_owned(), ..Who::operator(String::new()) };
        NewAccess::of(who, action).detail(detail)
    };
    let (store, clock) = (daemon.store.clone(), daemon.clock.clone());
    let begun = store.record_access(row(Action::Admin, "reload".to_owned()), clock.now_ms()).await;
    let seq = begun.as_ref().ok().copied();
    let logged = begun.map(drop).context("the access log could not be written to");
    let outcome = reload(daemon, path, refused, logged);
    let Some(seq) = seq else { return };
    let word = if outcome.is_ok() { Outcome::Done } else { Outcome::Refused };
    let ended = row(Action::Outcome, format!("reload: {}", word.as_str()));
    // Without it, the row says what was begun.
    drop(store.record_access(NewAccess { item_id: Some(seq), ..ended }, clock.now_ms()).await);
}

/// Takes over the new configuration, once that is `logged`; keeps the old one if the new one is bad, and says so in the log and in
/// `refused`.
fn reload(
    daemon: &mut Daemon,
    path: &Path,
    refused: &mut String,
    logged: anyhow::Result<()>,
) -> anyhow::Result<Reloaded> {
    systemd::reloading();
    let new = logged.and_then(|()| Config::load(path).map_err(anyhow::Error::from));
    let outcome = new.and_then(|new| daemon.reload(new));
    let line = match &outcome {
        Ok(done) if done.needs_restart.is_empty() => {
            tracing::info!("the configuration was read again");
            "the configuration was read again".to_owned()
        }
        Ok(done) => {
            let keys = done.needs_restart.join(", ");
            tracing::info!("the configuration was read again, except for {keys}");
            format!("the configuration was read again; only a new start changes {keys}")
        }
        Err(error) => {
            tracing::error!("the old configuration stays: {error:#}");
            format!(
                "RELOAD REFUSED, the old configuration stays: {}",
                one_line(&format!("{error:#}"), MOST_SHOWN)
            )
        }
    };
    *refused = if outcome.is_err() { format!("; {line}") } else { String::new() };
    systemd::reloaded(&line);
    outcome
}

enum Signal {
    Stop,
    Reload,
}

struct Signals {
    term: tokio::signal::unix::Signal,
    int: tokio::signal::unix::Signal,
    hup: tokio::signal::unix::Signal,
    /// Taken and not listened to: unhandled, they would end the process without a stop.
    _ignored: [tokio::signal::unix::Signal; 2],
}

impl Signals {
    fn new() -> std::io::Result<Self> {
        use tokio::signal::unix::{SignalKind, signal};
        Ok(Signals {
            term: signal(SignalKind::terminate())?,
            int: signal(SignalKind::interrupt())?,
            hup: signal(SignalKind::hangup())?,
            _ignored: [signal(SignalKind::user_defined1())?, signal(SignalKind::user_defined2())?],
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

//! Logging: to the journal under systemd, else to standard error. Log lines hold no number, no text and no secret: these
//! are types that cannot be printed.

use std::io::IsTerminal;
use std::os::fd::AsFd;

use tracing_subscriber::layer::SubscriberExt;
use tracing_subscriber::util::SubscriberInitExt;
use tracing_subscriber::{EnvFilter, Registry};

/// How lines are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Style {
    Journal,
    Text,
    Json,
}

/// Starts logging at `level`; `MUNJA_LOG` overrides it (`debug`, `munja::worker=trace`). A second call does nothing.
pub fn start(level: &str, style: Style) {
    let fallback = || EnvFilter::new(format!("warn,munja={level}"));
    let filter = EnvFilter::try_from_env("MUNJA_LOG").unwrap_or_else(|_| fallback());
    let lines = tracing_subscriber::fmt::layer().with_writer(std::io::stderr);
    let registry = Registry::default().with(filter);
    let started = match (style, journal(style)) {
        (_, Some(journal)) => registry.with(journal).try_init(),
        (Style::Json, None) => registry.with(lines.json()).try_init(),
        _ => registry.with(lines.with_ansi(std::io::stderr().is_terminal()).with_target(false)).try_init(),
    };
    // Fails if logging has been started already (several gateways in one process, as in tests); the first choice stands.
    drop(started);
}

/// The journal, where there is one.
fn journal(style: Style) -> Option<tracing_journald::Layer> {
    if style == Style::Journal { tracing_journald::layer().ok() } else { None }
}

/// A sentence for standard error that ends a program. Where that is the journal, each of its lines has the priority of an error, which
/// `journalctl -p warning` looks for.
pub fn last_words(sentence: &str) -> String {
    if !is_journal(&std::io::stderr()) {
        return sentence.to_owned();
    }
    sentence.lines().map(|line| format!("<3>{line}")).collect::<Vec<_>>().join("\n")
}

/// Whether this is the very stream that systemd has connected to the journal: a child may have another one.
fn is_journal(stream: &impl AsFd) -> bool {
    let said = std::env::var("JOURNAL_STREAM").unwrap_or_default();
    rustix::fs::fstat(stream).is_ok_and(|of| said == format!("{}:{}", of.st_dev, of.st_ino))
}

/// Whether standard error is the journal (systemd says so).
pub fn under_journal() -> bool {
    std::env::var_os("JOURNAL_STREAM").is_some()
}

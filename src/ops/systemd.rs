//! Notifications to systemd: ready, status line, watchdog, reloading, stopping. Does nothing where there is no systemd.

use std::time::Duration;

use sd_notify::NotifyState;

fn notify(states: &[NotifyState<'_>]) {
    if let Err(error) = sd_notify::notify(states) {
        tracing::debug!(%error, "systemd could not be told");
    }
}

/// The gateway is ready (see `Daemon::ready`), or a reload has ended.
pub fn ready() {
    notify(&[NotifyState::Ready]);
}

/// Sets the line that `systemctl status` shows.
pub fn status(line: &str) {
    notify(&[NotifyState::Status(line)]);
}

/// Every loop makes progress.
pub fn feed_watchdog() {
    notify(&[NotifyState::Watchdog]);
}

pub fn stopping() {
    notify(&[NotifyState::Stopping]);
}

/// The configuration is being read again; [`ready`] says when it has been.
pub fn reloading() {
    match NotifyState::monotonic_usec_now() {
        Ok(now) => notify(&[NotifyState::Reloading, now]),
        Err(error) => tracing::debug!(%error, "systemd could not be told"),
    }
}

/// How often to feed the watchdog, if there is one: a third of its time-out.
pub fn watchdog_interval() -> Option<Duration> {
    sd_notify::watchdog_enabled().map(|patience| patience / 3)
}

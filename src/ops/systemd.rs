//! Notifications to systemd: ready, status line, watchdog, reloading, stopping. Does nothing where there is no systemd.

use std::ffi::OsStr;
use std::os::linux::net::SocketAddrExt;
use std::os::unix::ffi::OsStrExt;
use std::os::unix::net::{SocketAddr, UnixDatagram};
use std::time::Duration;

use sd_notify::NotifyState;

/// The longest wait for a manager that does not read what it is told: the gateway does not hang with it.
const PATIENCE: Duration = Duration::from_secs(1);

fn notify(states: &[NotifyState<'_>]) {
    let Some(socket) = std::env::var_os("NOTIFY_SOCKET") else { return };
    if let Err(error) = send(&socket, states) {
        tracing::debug!(%error, "systemd could not be told");
    }
}

/// Sends one datagram with all states. `socket` is a path, or the name of an abstract socket with an `@` before it, as container
/// managers use: sd_notify(3).
fn send(socket: &OsStr, states: &[NotifyState<'_>]) -> std::io::Result<()> {
    let words: String = states.iter().map(|state| format!("{state}\n")).collect();
    let address = match socket.as_bytes().strip_prefix(b"@") {
        Some(name) => SocketAddr::from_abstract_name(name)?,
        None => SocketAddr::from_pathname(socket)?,
    };
    let sender = UnixDatagram::unbound()?;
    sender.set_write_timeout(Some(PATIENCE))?;
    sender.send_to_addr(words.as_bytes(), &address).map(drop)
}

/// The gateway is ready (see `Daemon::ready`).
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

/// The configuration is being read again; [`reloaded`] says when it has been.
pub fn reloading() {
    match NotifyState::monotonic_usec_now() {
        Ok(now) => notify(&[NotifyState::Reloading, now]),
        Err(error) => tracing::debug!(%error, "systemd could not be told"),
    }
}

/// A reload has ended; `line` says how.
pub fn reloaded(line: &str) {
    notify(&[NotifyState::Ready, NotifyState::Status(line)]);
}

/// How often to feed the watchdog, if there is one: a third of its time-out.
pub fn watchdog_interval() -> Option<Duration> {
    sd_notify::watchdog_enabled().map(|patience| patience / 3)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_and_an_abstract_name_are_spoken() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("notify");
        let name = format!("munja-test-{}", std::process::id());
        let address = SocketAddr::from_abstract_name(&name).unwrap();
        let cases = [
            (UnixDatagram::bind(&path).unwrap(), path.into_os_string()),
            (UnixDatagram::bind_addr(&address).unwrap(), format!("@{name}").into()),
        ];
        for (socket, named) in cases {
            send(&named, &[NotifyState::Ready, NotifyState::Status("3 waiting")]).unwrap();
            let mut heard = [0; 100];
            let n = socket.recv(&mut heard).unwrap();
            assert_eq!(&heard[..n], b"READY=1\nSTATUS=3 waiting\n");
        }
        assert!(send(OsStr::new("/no/such/socket"), &[NotifyState::Ready]).is_err());
    }
}

//! What the system says of this process, and of the users of this machine; what asks a process to end.

use tokio::signal::unix::{Signal, SignalKind, signal};

/// A closed window (SIGHUP), or a request to stop (SIGTERM). Heard from when this was made on, also before anybody waits for it.
pub struct ClosedFromOutside {
    closed: Signal,
    stopped: Signal,
}

impl ClosedFromOutside {
    pub fn listen() -> std::io::Result<Self> {
        Ok(ClosedFromOutside {
            closed: signal(SignalKind::hangup())?,
            stopped: signal(SignalKind::terminate())?,
        })
    }

    /// Resolves once that comes.
    pub async fn recv(&mut self) {
        tokio::select! {
            _ = self.closed.recv() => {}
            _ = self.stopped.recv() => {}
        }
    }
}

/// The memory that it occupies (bytes); `None` if that cannot be told.
pub fn resident_bytes() -> Option<u64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"))?;
    let kib: u64 = line.trim().strip_suffix("kB")?.trim().parse().ok()?;
    Some(kib * 1024)
}

/// The name of a user of this machine, or `uid 997` where `/etc/passwd` has none.
pub fn user_name(uid: u32) -> String {
    let passwd = std::fs::read_to_string("/etc/passwd").unwrap_or_default();
    name_in(&passwd, uid).unwrap_or_else(|| format!("uid {uid}"))
}

fn name_in(passwd: &str, uid: u32) -> Option<String> {
    let fields = |line: &str| {
        let mut fields = line.split(':');
        let (name, id) = (fields.next()?.to_owned(), fields.nth(1)?.parse::<u32>().ok()?);
        Some((name, id))
    };
    passwd.lines().filter_map(fields).find(|(_, id)| *id == uid).map(|(name, _)| name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_users_name_is_found_by_the_number() {
        let passwd = "root:x:0:0:root:/root:/bin/sh\nmunja:x:998:998::/nonexistent:/bin/false\nbroken\n";
        assert_eq!(name_in(passwd, 998).as_deref(), Some("munja"));
        assert_eq!(name_in(passwd, 0).as_deref(), Some("root"));
        assert_eq!(name_in(passwd, 1), None);
    }

    #[test]
    fn it_occupies_something() {
        assert!(resident_bytes().is_some_and(|bytes| bytes > 1 << 20));
    }
}

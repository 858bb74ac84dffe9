//! Who runs `munjad`, for the access log: each command that works on the database is logged before it does anything.

use anyhow::Context;

use super::{Say, open};
use crate::config::Config;
use crate::domain::access::{Action, Who};
use crate::ops::clock::Clock;
use crate::store::{NewAccess, Store};

/// Opens the database, and logs that the operator runs `command` on it.
pub(super) async fn open_logged(config: &Config, command: &str) -> anyhow::Result<Store> {
    let store = open(config).await?;
    log(&store, access(Action::Admin).detail(command)).await?;
    Ok(store)
}

/// An access of whoever runs this program.
pub(super) fn access(action: Action) -> NewAccess {
    NewAccess::of(Who::operator(name()), action)
}

/// Writes a row of the access log; what it speaks of may be shown when this returns.
pub(super) async fn log(store: &Store, access: NewAccess) -> anyhow::Result<()> {
    let logged = store.record_access(access, Clock::system().now_ms()).await;
    logged.context("the access log could not be written to, so the command does nothing")
}

/// The user's name on this machine; where they became another one by `sudo`, both.
fn name() -> String {
    let uid = rustix::process::getuid().as_raw();
    let passwd = std::fs::read_to_string("/etc/passwd").unwrap_or_default();
    let user = name_of(&passwd, uid).unwrap_or_else(|| format!("uid {uid}"));
    match std::env::var("SUDO_USER") {
        Ok(sudo) if !sudo.is_empty() && sudo != user => format!("{user} (sudo: {})", short(&sudo)),
        _ => user,
    }
}

fn name_of(passwd: &str, uid: u32) -> Option<String> {
    let fields = |line: &str| {
        let mut fields = line.split(':');
        let (name, id) = (fields.next()?.to_owned(), fields.nth(1)?.parse::<u32>().ok()?);
        Some((name, id))
    };
    passwd.lines().filter_map(fields).find(|(_, id)| *id == uid).map(|(name, _)| name)
}

/// A name as it may stand in the log, whoever set it.
fn short(name: &str) -> String {
    name.chars().filter(|c| !c.is_control()).take(64).collect()
}

/// The word for a role, a login and where they were, as they are shown.
pub(super) fn shown(who: &Who, say: Say) -> String {
    let role = match who.role.as_str() {
        "counselor" => say.pick("counselor", "상담사"),
        "supervisor" => say.pick("supervisor", "관리자"),
        "operator" => say.pick("operator", "운영자"),
        "system" => say.pick("gateway", "게이트웨이"),
        other => other,
    };
    format!("{role} {}", who.login).trim_end().to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_users_name_is_found_by_its_number() {
        let passwd = "root:x:0:0:root:/root:/bin/sh\nmunja:x:998:998::/nonexistent:/bin/false\nbroken\n";
        assert_eq!(name_of(passwd, 998).as_deref(), Some("munja"));
        assert_eq!(name_of(passwd, 0).as_deref(), Some("root"));
        assert_eq!(name_of(passwd, 1), None);
        assert_eq!(short("a\u{1b}b\nc"), "abc");
    }
}

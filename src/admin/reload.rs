//! `munjad reload`: has the running gateway read its configuration again, and says what came of it. systemd's `ExecReload=` calls
//! it, so that `systemctl reload` fails where the configuration is refused.

use anyhow::{Context as _, bail};
use rustix::process::{Pid, Signal, kill_process};
use serde_json::json;

use super::operator::open_logged;
use super::{ConfigArg, Say, line};
use crate::config::Config;
use crate::daemon;

pub(super) async fn run(at: &ConfigArg, say: Say) -> anyhow::Result<()> {
    let config = match Config::load_without_secrets(&at.config) {
        Ok(config) => config,
        Err(error) => {
            signal_service();
            bail!("{}:\n{}", refused(say), say.error(&error.into()));
        }
    };
    // No gateway runs on a database that is not there.
    if config.database.exists() {
        drop(open_logged(&config, "reload").await.with_context(|| refused(say))?);
    }
    let done = daemon::reload(&config).await.with_context(|| refused(say))?;
    if say.json {
        line(&json!({ "reloaded": true, "needs_restart": done.needs_restart }).to_string());
        return Ok(());
    }
    line(say.pick(
        "The running gateway has read the configuration again.",
        "실행 중인 게이트웨이가 설정을 다시 읽었습니다.",
    ));
    if !done.needs_restart.is_empty() {
        let keys = done.needs_restart.join(", ");
        line(&say.pick(
            format!("Only a new start changes {keys}: systemctl restart munjad"),
            format!("다시 시작해야 바뀌는 항목: {keys} (systemctl restart munjad)"),
        ));
    }
    Ok(())
}

fn refused(say: Say) -> &'static str {
    say.pick("the old configuration stays", "새 설정을 거절했습니다. 쓰던 설정을 그대로 씁니다")
}

/// Where the gateway listens cannot be read in a broken configuration. Under systemd its process is known: the gateway then
/// refuses the file itself, and says so in its status.
fn signal_service() {
    let pid = std::env::var("MAINPID").ok().and_then(|word| word.parse().ok()).and_then(Pid::from_raw);
    if let Some(pid) = pid {
        // One that has gone has no status.
        let _ = kill_process(pid, Signal::HUP);
    }
}

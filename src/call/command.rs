//! The operator's program.

use std::process::Stdio;

use rustix::process::{Pid, Signal, kill_process_group};
use tokio::io::AsyncWriteExt;
use tokio::process::Command;

use super::AlarmWays;

/// The program and whatever it started, as one process group; killed when it is dropped, unless the program has ended.
struct Group(Option<Pid>);

impl Drop for Group {
    fn drop(&mut self) {
        if let Some(group) = self.0
            && let Err(error) = kill_process_group(group, Signal::KILL)
        {
            tracing::debug!(%error, "an alarm program has ended by itself");
        }
    }
}

/// Runs the program with the alarm on its standard input: no shell, no environment but the path and the language, and not
/// longer than the time it has. Then what it started is killed with it. A program that ends in time may leave something
/// running.
pub(super) async fn run(ways: &AlarmWays, body: &str) -> Result<(), String> {
    let Some((program, arguments)) = ways.command.split_first() else {
        return Ok(());
    };
    let mut command = Command::new(program);
    command.args(arguments).env_clear().stdin(Stdio::piped()).stdout(Stdio::null()).stderr(Stdio::null());
    command.envs(["PATH", "LANG"].into_iter().filter_map(|name| Some((name, std::env::var_os(name)?))));
    let mut child =
        command.process_group(0).kill_on_drop(true).spawn().map_err(|error| format!("{program}: {error}"))?;
    let pid = child.id().and_then(|pid| i32::try_from(pid).ok()).and_then(Pid::from_raw);
    let mut group = Group(pid);
    let input = child.stdin.take();
    let ran = async {
        if let Some(mut input) = input {
            // A program that does not read what it gets may still do its work.
            drop(input.write_all(body.as_bytes()).await);
        }
        child.wait().await
    };
    let ended = tokio::time::timeout(ways.command_timeout, ran).await;
    if matches!(ended, Ok(Ok(_))) {
        // The number of a program that was waited for may soon be another's.
        group.0 = None;
    }
    match ended {
        Ok(Ok(status)) if status.success() => Ok(()),
        Ok(Ok(status)) => Err(format!("{program} ended with {status}")),
        Ok(Err(error)) => Err(format!("{program}: {error}")),
        Err(_) => Err(format!("{program} took longer than {} s", ways.command_timeout.as_secs())),
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    fn program(script: &str, secs: u64) -> AlarmWays {
        let command = ["/bin/sh", "-c", script].map(str::to_owned).to_vec();
        AlarmWays { command, command_timeout: Duration::from_secs(secs), webhook: None }
    }

    #[tokio::test]
    async fn a_program_that_fails_or_hangs_or_is_not_there_is_told() {
        let run = async |ways: AlarmWays| run(&ways, "{}").await;
        assert_eq!(run(program("cat > /dev/null", 30)).await, Ok(()));
        assert_eq!(run(program("exit 0", 30)).await, Ok(()), "one that reads nothing");
        assert!(run(program("exit 3", 30)).await.unwrap_err().contains('3'));
        assert!(run(program("sleep 30", 1)).await.unwrap_err().contains("longer than 1 s"));
        let absent = AlarmWays { command: vec!["/nowhere/call".into()], ..program("", 1) };
        assert!(run(absent).await.unwrap_err().contains("/nowhere/call"));
    }

    #[tokio::test]
    async fn what_a_hanging_program_started_is_killed_with_it() {
        let folder = tempfile::tempdir().unwrap();
        let pid_file = folder.path().join("pid");
        let script = format!("sleep 600 & echo $! > {}; wait", pid_file.display());
        assert!(run(&program(&script, 1), "{}").await.unwrap_err().contains("longer than 1 s"));
        let pid: i32 = std::fs::read_to_string(&pid_file).unwrap().trim().parse().unwrap();
        // Killed, it is gone or waits (Z) for its new parent.
        let runs = || {
            let stat = std::fs::read_to_string(format!("/proc/{pid}/stat")).unwrap_or_default();
            stat.rsplit(") ").next().is_some_and(|rest| !rest.is_empty() && !rest.starts_with('Z'))
        };
        for _ in 0..100 {
            if !runs() {
                return;
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        panic!("the sleep still runs");
    }
}

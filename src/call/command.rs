//! The operator's program.

use std::process::Stdio;

use tokio::io::AsyncWriteExt;
use tokio::process::Command;

use super::AlarmWays;

/// Runs the program with the alarm on its standard input: no shell, no environment but the path and the language, and not
/// longer than the time it has.
pub(super) async fn run(ways: &AlarmWays, body: &str) -> Result<(), String> {
    let Some((program, arguments)) = ways.command.split_first() else {
        return Ok(());
    };
    let mut command = Command::new(program);
    command.args(arguments).env_clear().stdin(Stdio::piped()).stdout(Stdio::null()).stderr(Stdio::null());
    command.envs(["PATH", "LANG"].into_iter().filter_map(|name| Some((name, std::env::var_os(name)?))));
    let mut child = command.kill_on_drop(true).spawn().map_err(|error| format!("{program}: {error}"))?;
    let input = child.stdin.take();
    let ran = async {
        if let Some(mut input) = input {
            // A program that does not read what it gets may still do its work.
            drop(input.write_all(body.as_bytes()).await);
        }
        child.wait().await
    };
    match tokio::time::timeout(ways.command_timeout, ran).await {
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
}

//! Hands alarms to the operator's command and webhook, beside the texts and whatever the carrier does. What fails is tried
//! again; a crash in between may hand one over twice, with the same id.

use std::process::Stdio;
use std::time::Duration;

use futures_util::future::join_all;
use hmac::{Hmac, KeyInit, Mac};
use secrecy::{ExposeSecret, SecretString};
use sha2::Sha256;
use tokio::io::AsyncWriteExt;
use tokio::process::Command;

use super::{Context, Role, STORE_RETRY_MS, store_trouble};
use crate::domain::UnixMs;
use crate::domain::alarm::PushWay;
use crate::store::AlarmPush;

const ROLE: Role = Role::AlarmPush;
/// How often it is looked at (milliseconds).
const LOOK_EVERY_MS: i64 = 500;
/// At most so many are handed over at once.
const AT_ONCE: u32 = 8;
/// How long a webhook may take.
const WEBHOOK_TIMEOUT: Duration = Duration::from_secs(10);

/// Where alarms are handed to.
#[derive(Debug, Clone, Default)]
pub struct AlarmWays {
    /// The program and its arguments; empty: none.
    pub command: Vec<String>,
    pub command_timeout: Duration,
    /// The address, and the secret that signs.
    pub webhook: Option<(url::Url, SecretString)>,
}

pub(super) async fn run(context: Context) {
    loop {
        context.health.progress(ROLE, context.now());
        let wait = match context.store.alarm_pushes_due(AT_ONCE, context.now()).await {
            Ok(due) => {
                join_all(due.iter().map(|push| settle(&context, push))).await;
                LOOK_EVERY_MS
            }
            Err(error) => {
                store_trouble(ROLE, &error);
                STORE_RETRY_MS
            }
        };
        if !context.pause(wait).await {
            return;
        }
    }
}

async fn settle(context: &Context, push: &AlarmPush) {
    let settings = context.settings();
    let ended = hand_over(&settings.alarm_ways, push.way, (push.id, &push.body, push.created_at)).await;
    let trouble = ended.err();
    if let Some(why) = &trouble {
        tracing::warn!(
            way = push.way.as_str(),
            alarm = push.id,
            why,
            "an alarm did not leave; it is tried again"
        );
    }
    if let Err(error) = context.store.alarm_push_ended(push, trouble, context.now()).await {
        store_trouble(ROLE, &error);
    }
}

/// Hands one alarm over; the error says why it did not arrive and holds nothing that a program printed.
pub(super) async fn hand_over(
    ways: &AlarmWays,
    way: PushWay,
    (id, body, at): (i64, &str, UnixMs),
) -> Result<(), String> {
    let body = whole(id, body, at);
    match way {
        PushWay::Command => run_command(ways, &body).await,
        PushWay::Webhook => post(ways, id, &body).await,
    }
}

/// The alarm with its id and time.
fn whole(id: i64, body: &str, at: UnixMs) -> String {
    let mut whole: serde_json::Value = serde_json::from_str(body).unwrap_or_default();
    if let Some(fields) = whole.as_object_mut() {
        let time = jiff::Timestamp::from_millisecond(at).unwrap_or(jiff::Timestamp::UNIX_EPOCH);
        fields.insert("id".to_owned(), id.into());
        fields.insert("at".to_owned(), time.to_string().into());
    }
    whole.to_string()
}

/// Runs the program with the alarm on its standard input: no shell, no environment but the path and the language, and not
/// longer than the time it has.
async fn run_command(ways: &AlarmWays, body: &str) -> Result<(), String> {
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

async fn post(ways: &AlarmWays, id: i64, body: &str) -> Result<(), String> {
    let Some((url, secret)) = &ways.webhook else {
        return Ok(());
    };
    let seconds = jiff::Timestamp::now().as_second().to_string();
    let signature = signature(secret.expose_secret(), &seconds, body).ok_or("the secret is none")?;
    let client = reqwest::Client::builder()
        .timeout(WEBHOOK_TIMEOUT)
        .redirect(reqwest::redirect::Policy::none())
        .build()
        .map_err(|_| "no connection can be made")?;
    let request = client
        .post(url.clone())
        .header("content-type", "application/json")
        .header("munja-alarm-id", id.to_string())
        .header("munja-time", &seconds)
        .header("munja-signature", format!("sha256={signature}"))
        .body(body.to_owned());
    // The address may hold a secret.
    let answer = request.send().await.map_err(|error| error.without_url().to_string())?;
    let status = answer.status();
    if status.is_success() { Ok(()) } else { Err(format!("the webhook answered {status}")) }
}

/// HMAC-SHA256 of the time, a dot and the body, in hexadecimal digits; `None` for a secret that cannot sign.
fn signature(secret: &str, seconds: &str, body: &str) -> Option<String> {
    let mut mac = Hmac::<Sha256>::new_from_slice(secret.as_bytes()).ok().filter(|_| !secret.is_empty())?;
    mac.update(seconds.as_bytes());
    mac.update(b".");
    mac.update(body.as_bytes());
    Some(mac.finalize().into_bytes().iter().map(|byte| format!("{byte:02x}")).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Made with: printf '1782864000.{"alarm":"test"}' | openssl dgst -sha256 -hmac secretsecretsecret
    #[test]
    fn the_signature_is_that_of_openssl() {
        let made = signature("secretsecretsecret", "1782864000", r#"{"alarm":"test"}"#);
        assert_eq!(made.as_deref(), Some("a86607ac1135e4c9fad8004b9afd7f1af00344daefb7a0b932d3b5a5e582586c"));
        assert_eq!(signature("", "1", "{}"), None);
    }

    #[test]
    fn an_alarm_has_its_id_and_time() {
        let whole: serde_json::Value =
            serde_json::from_str(&whole(7, r#"{"alarm":"test"}"#, 1_782_864_000_000)).unwrap();
        assert_eq!(whole, serde_json::json!({"alarm": "test", "id": 7, "at": "2026-07-01T00:00:00Z"}));
    }

    fn program(script: &str, secs: u64) -> AlarmWays {
        let command = ["/bin/sh", "-c", script].map(str::to_owned).to_vec();
        AlarmWays { command, command_timeout: Duration::from_secs(secs), webhook: None }
    }

    #[tokio::test]
    async fn a_program_that_fails_or_hangs_or_is_not_there_is_told() {
        let run = async |ways: AlarmWays| hand_over(&ways, PushWay::Command, (1, "{}", 0)).await;
        assert_eq!(run(program("cat > /dev/null", 10)).await, Ok(()));
        assert_eq!(run(program("exit 0", 10)).await, Ok(()), "one that reads nothing");
        assert!(run(program("exit 3", 10)).await.unwrap_err().contains('3'));
        assert!(run(program("sleep 30", 1)).await.unwrap_err().contains("longer than 1 s"));
        let absent = AlarmWays { command: vec!["/nowhere/call".into()], ..program("", 1) };
        assert!(run(absent).await.unwrap_err().contains("/nowhere/call"));
    }
}

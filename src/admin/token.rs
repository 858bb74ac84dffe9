//! `munjad token`: tokens of other programs, such as monitoring.

use anyhow::bail;
use clap::Subcommand;
use serde_json::json;

use super::operator::open_logged;
use super::{ConfigArg, Say, line, open_configured};
use crate::config::Config;
use crate::domain::UnixMs;
use crate::domain::account::Purpose;
use crate::domain::text::one_line;
use crate::ops::clock::Clock;
use crate::store::{ServiceToken, StoreError};

/// The longest a token may be good (days).
const MOST_DAYS: i64 = 730;
const DAY_MS: i64 = 86_400_000;
/// A name is not longer than this (characters).
const MOST_NAME_CHARS: usize = 40;

#[derive(Subcommand)]
pub(super) enum Token {
    /// Make a token for another program; it is shown once
    #[command(
        after_help = "Examples:\n  munjad token create --purpose metrics --name prometheus --expires 90d"
    )]
    Create {
        /// What it is for: metrics (monitoring), board (a screen on a wall) or figures (programs that count)
        #[arg(long, value_parser = ["metrics", "board", "figures"])]
        purpose: String,
        /// Whose it is (default: the purpose)
        #[arg(long)]
        name: Option<String>,
        /// How long it is good: 1d to 730d
        #[arg(long, default_value = "90d", value_parser = days)]
        expires: i64,
        #[command(flatten)]
        at: ConfigArg,
    },
    /// List tokens: purpose, until when, last use
    List {
        #[command(flatten)]
        at: ConfigArg,
    },
    /// End a token at once
    Revoke {
        /// Its number in `munjad token list`
        token: i64,
        #[command(flatten)]
        at: ConfigArg,
    },
}

fn days(word: &str) -> Result<i64, String> {
    let n = word.strip_suffix('d').and_then(|n| n.parse::<i64>().ok());
    n.filter(|n| (1..=MOST_DAYS).contains(n))
        .ok_or_else(|| format!("days are wanted, from 1d to {MOST_DAYS}d"))
}

pub(super) async fn run(command: Token, say: Say) -> anyhow::Result<()> {
    match command {
        Token::Create { purpose, name, expires, at } => {
            let Some(purpose) = Purpose::from_word(&purpose) else {
                bail!("{}", say.pick("no such purpose", "그런 용도가 없습니다"));
            };
            create(purpose, (name, expires), &at, say).await
        }
        Token::List { at } => list(&at, say).await,
        Token::Revoke { token, at } => revoke(token, &at, say).await,
    }
}

async fn create(
    purpose: Purpose,
    (name, days): (Option<String>, i64),
    at: &ConfigArg,
    say: Say,
) -> anyhow::Result<()> {
    let config = Config::load_without_secrets(&at.config)?;
    let name = one_line(&name.unwrap_or_else(|| purpose.as_str().to_owned()), MOST_NAME_CHARS);
    let command = format!("token create {} {name}, {days} days", purpose.as_str());
    let store = open_logged(&config, &command).await?;
    let now = Clock::system().now_ms();
    let expires_at = now + days * DAY_MS;
    let (id, token) = store.add_service_token(purpose, name, expires_at, now).await?;
    if say.json {
        let purpose = purpose.as_str();
        line(&json!({ "id": id, "token": token, "purpose": purpose, "expires_at": expires_at }).to_string());
        return Ok(());
    }
    line(&token);
    let until = config.minute(expires_at);
    eprintln!(
        "{}",
        say.pick(
            format!("Token {id}, good until {until}. It is not shown again. Send it as: Authorization: Bearer TOKEN"),
            format!("토큰 {id}번, {until}까지. 다시 보여 주지 않습니다. 이렇게 보냅니다: Authorization: Bearer 토큰"),
        )
    );
    Ok(())
}

async fn list(at: &ConfigArg, say: Say) -> anyhow::Result<()> {
    let config = Config::load_without_secrets(&at.config)?;
    let (all, now) =
        (open_logged(&config, "token list").await?.service_tokens().await?, Clock::system().now_ms());
    if say.json {
        let all: Vec<_> = all.iter().map(token_json).collect();
        line(&serde_json::to_string_pretty(&all)?);
        return Ok(());
    }
    for token in &all {
        let used = token.used_at.map_or_else(
            || say.pick("never used".to_owned(), "쓰인 적 없음".to_owned()),
            |at| {
                say.pick(
                    format!("last used about {}", config.minute(at)),
                    format!("마지막 사용 {} 쯤", config.minute(at)),
                )
            },
        );
        let (id, purpose, name) = (token.id, token.purpose.as_str(), &token.name);
        line(&format!("{id:>4}  {purpose:<8} {name}  {}  {used}", standing(token, (&config, now), say)));
    }
    if all.is_empty() && say.is_terminal() {
        line(say.pick(
            "None yet: munjad token create --purpose metrics",
            "아직 없습니다: munjad token create --purpose metrics",
        ));
    }
    Ok(())
}

/// Until when it is good, or that it is not any more.
fn standing(token: &ServiceToken, (config, now): (&Config, UnixMs), say: Say) -> String {
    let minute = |at| config.minute(at);
    match token.revoked_at {
        Some(at) => say.pick(format!("ended {}", minute(at)), format!("{} 에 끝냄", minute(at))),
        None if token.expires_at <= now => say.pick(
            format!("expired {}", minute(token.expires_at)),
            format!("{} 에 만료", minute(token.expires_at)),
        ),
        None => say.pick(
            format!("until {}", minute(token.expires_at)),
            format!("{} 까지", minute(token.expires_at)),
        ),
    }
}

fn token_json(token: &ServiceToken) -> serde_json::Value {
    json!({
        "id": token.id, "purpose": token.purpose.as_str(), "name": token.name, "created_at": token.created_at,
        "expires_at": token.expires_at, "revoked_at": token.revoked_at, "used_at": token.used_at,
    })
}

async fn revoke(id: i64, at: &ConfigArg, say: Say) -> anyhow::Result<()> {
    let store = open_configured(&at.config, &format!("token revoke {id}")).await?;
    match store.revoke_service_token(id, Clock::system().now_ms()).await {
        Err(StoreError::NotFound) => bail!(
            "{}",
            say.pick(
                format!("there is no token {id} that is good; see munjad token list"),
                format!("쓸 수 있는 토큰 {id}번이 없습니다. munjad token list 를 보십시오"),
            )
        ),
        done => done?,
    }
    if say.json {
        line(&json!({ "id": id, "revoked": true }).to_string());
    } else {
        line(&say.pick(format!("Token {id} has ended."), format!("토큰 {id}번을 끝냈습니다.")));
    }
    Ok(())
}

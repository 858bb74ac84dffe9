//! `munjad quarantine list|show|settle|retry`: items that could not be read and texts that could not be routed. Nothing a
//! carrier sent is thrown away.

use anyhow::bail;
use clap::Subcommand;
use serde_json::json;

use super::operator::{access, log};
use super::person::reason;
use super::{ConfigArg, Say, line, open};
use crate::config::Config;
use crate::domain::access::Action;
use crate::domain::actor::Actor;
use crate::domain::identity_number::masked;
use crate::domain::phone::mobile_numbers_in;
use crate::domain::text::safe_for_terminal;
use crate::ops::causes::in_words;
use crate::ops::clock::Clock;
use crate::store::{NewAccess, Quarantined, Store, StoreError};

#[derive(Subcommand)]
pub(super) enum Quarantine {
    /// List what was set aside: items that could not be read, texts that could not be routed
    List {
        #[command(flatten)]
        at: ConfigArg,
    },
    /// Print an item as the carrier sent it, identity numbers masked; it may hold a citizen's number and words
    Show {
        id: i64,
        /// Why; it stands in the access log
        #[arg(long)]
        reason: String,
        /// Do not mask resident, card and other identity numbers in it
        #[arg(long)]
        whole: bool,
        #[command(flatten)]
        at: ConfigArg,
    },
    /// Note that an item has been dealt with; it stays on file
    Settle {
        id: i64,
        #[command(flatten)]
        at: ConfigArg,
    },
    /// Put a text back in line for routing
    Retry {
        id: i64,
        #[command(flatten)]
        at: ConfigArg,
    },
}

pub(super) async fn run(command: Quarantine, say: Say) -> anyhow::Result<()> {
    let (operator, now) = (Actor::operator("quarantine"), Clock::system().now_ms());
    let done = match command {
        Quarantine::List { at } => return list(&at, &operator, say).await,
        Quarantine::Show { id, reason, whole, at } => {
            show((id, whole), &reason, (&at, &operator), say).await?
        }
        Quarantine::Settle { id, at } => {
            opened(&at, (Action::Change, "settle", id)).await?.settle_item(id, &operator, now).await
        }
        Quarantine::Retry { id, at } => {
            opened(&at, (Action::Change, "retry", id)).await?.retry_text(id, &operator).await
        }
    };
    match done {
        Err(StoreError::NotFound) => bail!(
            "{}",
            say.pick(
                "nothing with that number is set aside; see munjad quarantine list",
                "그 번호로 보관된 것이 없습니다. munjad quarantine list 를 보십시오",
            )
        ),
        other => Ok(other?),
    }
}

/// Opens the database, and logs what is done with one entry.
async fn opened(at: &ConfigArg, (action, command, id): (Action, &str, i64)) -> anyhow::Result<Store> {
    let store = open(&Config::load_without_secrets(&at.config)?).await?;
    let entry = access(action).detail(format!("quarantine {command} {id}"));
    log(&store, NewAccess { item_id: Some(id), ..entry }).await?;
    Ok(store)
}

/// Prints an item after whoever it may be about was logged: nobody could read it, so every mobile number in it counts.
async fn show(
    (id, whole): (i64, bool),
    why: &str,
    (at, operator): (&ConfigArg, &Actor),
    say: Say,
) -> anyhow::Result<Result<(), StoreError>> {
    let reason = reason(why, say)?;
    let store = open(&Config::load_without_secrets(&at.config)?).await?;
    let raw = store.quarantined_raw(id, operator).await;
    let numbers = raw.as_deref().map(mobile_numbers_in).unwrap_or_default();
    let shown = numbers.into_iter().map(|number| (0, Some(number))).collect();
    let entry = match whole {
        true => access(Action::Reveal).detail(format!("texts: quarantine show {id}")),
        false => access(Action::View).detail(format!("quarantine show {id}")),
    };
    log(&store, NewAccess { shown, reason, item_id: Some(id), ..entry }).await?;
    Ok(raw.map(|raw| {
        let raw = if whole { raw } else { without_identity_numbers(&raw) };
        line(&if say.json { json!({ "id": id, "raw": raw }).to_string() } else { safe_for_terminal(&raw) })
    }))
}

/// The item with its identity numbers masked, also those that its JSON or form spells in another way (`\u0031`, `%31`).
fn without_identity_numbers(raw: &str) -> String {
    let plain = match serde_json::from_str::<serde_json::Value>(raw) {
        Ok(json) => json.to_string(),
        Err(_) if raw.contains('%') => {
            let fields = url::form_urlencoded::parse(raw.as_bytes());
            fields.map(|(name, value)| format!("{name}={value}")).collect::<Vec<_>>().join("&")
        }
        Err(_) => raw.to_owned(),
    };
    masked(&plain).into_owned()
}

async fn list(at: &ConfigArg, operator: &Actor, say: Say) -> anyhow::Result<()> {
    let store = open(&Config::load_without_secrets(&at.config)?).await?;
    let all = store.quarantined(operator).await?;
    let citizen = |one: &Quarantined| match one {
        Quarantined::Text { citizen, .. } => Some((0, Some(citizen.clone()))),
        Quarantined::Item { .. } => None,
    };
    let shown: Vec<_> = all.iter().filter_map(citizen).collect();
    log(&store, NewAccess { shown, ..access(Action::List).detail("quarantine list") }).await?;
    if say.json {
        let all: Vec<_> = all.iter().map(as_json).collect();
        line(&serde_json::to_string_pretty(&all)?);
        return Ok(());
    }
    for one in &all {
        match one {
            Quarantined::Item { id, carrier, kind, reason, n_bytes, .. } => {
                let reason = safe_for_terminal(&in_words(reason, say.lang));
                line(&say.pick(
                    format!(
                        "item {id:<6} {carrier} {kind} {n_bytes} bytes: {reason}  (show {id}, settle {id})"
                    ),
                    format!(
                        "항목 {id:<6} {carrier} {} {n_bytes}바이트: {reason}  (show {id}, settle {id})",
                        kind_ko(kind)
                    ),
                ));
            }
            Quarantined::Text { id, citizen, reason, .. } => {
                let reason = safe_for_terminal(&in_words(reason, say.lang));
                line(&say.pick(
                    format!("text {id:<6} {citizen}: {reason}  (retry {id})"),
                    format!("문자 {id:<6} {citizen}: {reason}  (retry {id})"),
                ));
            }
        }
    }
    if all.is_empty() && say.is_terminal() {
        line(say.pick("Nothing is set aside.", "보관된 것이 없습니다."));
    }
    Ok(())
}

fn kind_ko(kind: &str) -> &str {
    match kind {
        "inbound" => "받은 문자",
        "receipt" => "수신 결과",
        other => other,
    }
}

fn as_json(one: &Quarantined) -> serde_json::Value {
    match one {
        Quarantined::Item { id, carrier, kind, reason, received_at, n_bytes } => json!({
            "what": "item", "id": id, "carrier": carrier, "kind": kind, "reason": reason,
            "received_at": received_at, "n_bytes": n_bytes,
        }),
        Quarantined::Text { id, citizen, reason, received_at } => json!({
            "what": "text", "id": id, "citizen": citizen.to_string(), "reason": reason, "received_at": received_at,
        }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_item_is_shown_without_identity_numbers_however_it_spells_them() {
        let table = [
            (r#"{"text":"여권 M12345678 입니다"}"#, "M********"),
            (r#"{"text":"\uff19\uff10\uff10\uff11\uff10\uff11-1234567"}"#, "-1******"),
            ("text=900101-1234567&to=062120", "900101-1******"),
            ("text=900101%2D1234567&to=062120", "900101-1******"),
            ("900101-1234567 cut off", "900101-1******"),
        ];
        for (raw, expected) in table {
            let shown = without_identity_numbers(raw);
            assert!(shown.contains(expected) && !shown.contains("234567"), "{raw}: {shown}");
        }
    }
}

//! `munjad alarm test`: texts the duty phones that alarms reach them. Command and webhook get the test, too.

use std::collections::BTreeSet;
use std::sync::Arc;

use anyhow::{anyhow, bail};
use clap::{Args, Subcommand};

use super::operator::open_logged;
use super::{ConfigArg, Say, line};
use crate::config::Config;
use crate::daemon::{DatabaseLock, service_policy};
use crate::domain::alarm::{DutyKind, DutyPhone};
use crate::domain::phone::Senders;
use crate::ops::clock::Clock;

#[derive(Subcommand)]
pub(super) enum AlarmCommand {
    /// Text a test alarm to who would be called now, through the running gateway; command and webhook hear of it, too
    Test(Test),
}

#[derive(Args)]
pub(super) struct Test {
    #[command(flatten)]
    at: ConfigArg,
    /// The duty phone of this name, whether or not it is on duty (default: who would be called now)
    #[arg(long, value_name = "NAME")]
    name: Option<String>,
}

pub(super) async fn run(command: AlarmCommand, say: Say) -> anyhow::Result<()> {
    let AlarmCommand::Test(args) = command;
    let config = Config::load_without_secrets(&args.at.config)?;
    let policy = Arc::new(service_policy(&config, &senders(&config, say)?));
    let now = Clock::system().now_ms();
    let phones: Vec<DutyPhone> = match &args.name {
        Some(name) => policy.alarm.phones.iter().filter(|phone| phone.name == *name).cloned().collect(),
        None => {
            DutyKind::ALL.iter().filter_map(|kind| policy.alarm.at_step(*kind, 0, now)).cloned().collect()
        }
    };
    if phones.is_empty() {
        bail!(say.pick("[alarm] names no such phone", "[alarm] 에 그런 전화가 없습니다"));
    }
    if DatabaseLock::try_take(&config.database)?.is_some() {
        bail!(say.pick(
            "no gateway runs on this database: start it first, it sends the text",
            "실행 중인 게이트웨이가 없습니다. 먼저 실행하십시오. 문자는 게이트웨이가 보냅니다",
        ));
    }
    let store = open_logged(&config, "alarm test").await?;
    let ways: Vec<&str> = policy.alarm.pushes.iter().map(|way| way.as_str()).collect();
    let mut done = BTreeSet::new();
    for phone in phones {
        if !done.insert(phone.number.clone()) {
            continue;
        }
        let (name, number) = (phone.name.clone(), phone.number.to_string());
        let id = store.test_alarm(phone, &policy, now).await?;
        if say.json {
            line(
                &serde_json::json!({ "name": name, "number": number, "message": id, "also": ways })
                    .to_string(),
            );
        } else {
            line(&say.pick(
                format!("a test alarm to {name} ({number}) is on its way (text {id}); has it arrived?"),
                format!("{name} ({number}) 에게 시험 알림을 보냅니다 (문자 {id}번). 도착했는지 확인하십시오"),
            ));
        }
    }
    if !ways.is_empty() && !say.json {
        let ways = ways.join(", ");
        line(&say.pick(
            format!("[alarm] {ways}: gets the test, too. What fails stands in the log: journalctl -u munjad"),
            format!(
                "[alarm] {ways}: 같은 시험 알림을 받습니다. 실패하면 로그에 나옵니다: journalctl -u munjad"
            ),
        ));
    }
    Ok(())
}

/// The sender numbers of the carrier that sends.
fn senders(config: &Config, say: Say) -> anyhow::Result<Senders> {
    let carriers = &config.carriers;
    let found = carriers.used().into_iter().find(|setup| carriers.sends(setup.name));
    let setup = found.ok_or_else(|| anyhow!(say.pick("no carrier sends", "보내는 통신사가 없습니다")))?;
    Ok(setup.senders.clone())
}

//! `munjad recovery status|confirm|begin`: what is left to be looked at after a backup was put back, and the end of it; and its
//! beginning where no start can notice that an older state was put back, as an image of the machine.

use std::process::ExitCode;

use anyhow::{anyhow, bail};
use clap::{Args, Subcommand};
use serde_json::{Value, json};

use super::backup::age_in_words;
use super::operator::{access, open_logged};
use super::person::reason;
use super::reconcile::parse_since;
use super::{ConfigArg, FOUND_BAD, Say, line};
use crate::config::Config;
use crate::daemon::{self, DatabaseLock};
use crate::domain::access::Action;
use crate::domain::access::chain::HeadLine;
use crate::domain::recovery::RecoveryState;
use crate::domain::text::one_line;
use crate::ops::causes::in_words;
use crate::ops::clock::Clock;
use crate::store::{Direction, Recovery, RecoveryList, RecoveryLook, StoreError};
use crate::worker::note_head_line;

#[derive(Subcommand)]
pub(super) enum RecoveryCommand {
    /// Show what was read back from the carriers, and what is left for a person; exit code 3 while a recovery is on
    Status {
        #[command(flatten)]
        at: ConfigArg,
    },
    /// End the recovery: texts leave again
    Confirm(Confirm),
    /// Begin one by hand: an older state (an image of the machine) was put back. Stop the gateway before, start it afterwards
    Begin(Begin),
}

#[derive(Args)]
pub(super) struct Begin {
    #[command(flatten)]
    at: ConfigArg,
    /// How old that state is: 26h, 90m, 7d (default: since the database's last event; name it if the gateway has run since)
    #[arg(long)]
    since: Option<String>,
}

#[derive(Args)]
#[command(
    after_help = "Example:\n  munjad recovery confirm --reason \"conversations 12 and 15 looked at, kim\""
)]
pub(super) struct Confirm {
    #[command(flatten)]
    at: ConfigArg,
    /// What was looked at, and who did; it is kept
    #[arg(long)]
    reason: String,
    /// End it although lists could not be read: what left after the backup may be said a second time
    #[arg(long)]
    unread: bool,
}

pub(super) async fn run(command: RecoveryCommand, say: Say) -> anyhow::Result<ExitCode> {
    match command {
        RecoveryCommand::Status { at } => status(&at, say).await,
        RecoveryCommand::Confirm(args) => confirm(args, say).await,
        RecoveryCommand::Begin(args) => begin(&args, say).await,
    }
}

async fn status(at: &ConfigArg, say: Say) -> anyhow::Result<ExitCode> {
    let config = Config::load_without_secrets(&at.config)?;
    let store = open_logged(&config, "recovery status").await?;
    let Some(of) = store.recovery().await? else {
        let nothing = say.pick(
            "No recovery is on: texts leave as always.",
            "복구 중이 아닙니다. 문자는 평소처럼 나갑니다.",
        );
        line(&if say.json { json!({ "state": null }).to_string() } else { nothing.to_owned() });
        return Ok(ExitCode::SUCCESS);
    };
    let look = store.recovery_look(&of).await?;
    if say.json {
        line(&serde_json::to_string_pretty(&as_json(&of, &look))?);
    } else {
        print(&config, &of, &look, say);
    }
    Ok(ExitCode::from(FOUND_BAD))
}

fn as_json(of: &Recovery, look: &RecoveryLook) -> Value {
    let list = |list: &RecoveryList| {
        json!({ "carrier": list.carrier, "direction": list.direction.as_str(), "kept": list.is_kept,
                "read_at": list.read_at, "listed": list.n_listed, "foreign": list.n_foreign,
                "unplaced": list.n_unplaced, "erased": list.n_erased, "trouble": list.trouble })
    };
    json!({
        "state": of.state.as_str(), "copy_made_at": of.copy_made_at, "restored_at": of.restored_at,
        "read_at": of.read_at, "in_doubt_at_the_copy": of.n_doubted,
        "lists": of.lists.iter().map(list).collect::<Vec<_>>(),
        "found": { "answers": look.n_answers, "notices": look.n_notices, "unclear": look.n_unclear },
        "in_doubt": look.n_in_doubt, "needs_person": look.n_needs_person, "held": look.n_held,
        "answered": look.answered, "to_look_at": look.to_look_at,
    })
}

fn print(config: &Config, of: &Recovery, look: &RecoveryLook, say: Say) {
    let (made, restored) = (config.minute(of.copy_made_at), config.minute(of.restored_at));
    let gap = age_in_words(of.restored_at - of.copy_made_at, say);
    line(&say.pick(
        format!("RECOVERY: the backup of {made} was put back at {restored}; {gap} lie between."),
        format!("복구 중: {made} 백업을 {restored} 에 되돌렸습니다. 그 사이 {gap}."),
    ));
    line(match of.state {
        RecoveryState::Reading => say.pick(
            "The carriers' lists are being read. Nothing is sent to citizens; duty phones are called.",
            "통신사 목록을 읽고 있습니다. 시민에게 보내지 않습니다. 당직 전화는 부릅니다.",
        ),
        _ => say.pick(
            "The lists are read. Texts of danger and answers in a danger leave; all others wait for your word.",
            "목록을 다 읽었습니다. 위험 안내와 위험 상담의 답은 나가고, 나머지는 확인을 기다립니다.",
        ),
    });
    for list in &of.lists {
        line(&format!("  {}", list_line(config, list, say)));
    }
    if of.lists.is_empty() {
        line(say.pick(
            "  No list was read yet: does the gateway run?",
            "  아직 읽은 목록이 없습니다. 게이트웨이가 실행 중입니까?",
        ));
    }
    let RecoveryLook { n_answers, n_notices, n_unclear, n_in_doubt, n_needs_person, n_held, .. } = look;
    line(&say.pick(
        format!(
            "Found to have left after the backup: {n_answers} answers, {n_notices} automatic texts, {n_unclear} texts that \
             may be either. In doubt: {n_in_doubt} (for a person: {n_needs_person}; munja doubt). Waiting to leave: {n_held}."
        ),
        format!(
            "백업 뒤에 나간 것으로 확인: 답 {n_answers}건, 자동 문자 {n_notices}건, 둘 중 어느 것인지 알 수 없는 것 {n_unclear}건. 발송 불확실 \
             {n_in_doubt}건(사람이 정할 것 {n_needs_person}건, munja doubt). 발송 대기 {n_held}건."
        ),
    ));
    let ids = |ids: &[i64]| ids.iter().map(i64::to_string).collect::<Vec<_>>().join(" ");
    if !look.answered.is_empty() {
        let ids = ids(&look.answered);
        line(&say.pick(
            format!("Conversations with answers of which only the carrier knows: {ids}"),
            format!("통신사 목록으로만 알 수 있는 답이 있는 상담: {ids}"),
        ));
    }
    if !look.to_look_at.is_empty() {
        let ids = ids(&look.to_look_at);
        line(&say.pick(
            format!(
                "Conversations that wait for an answer; look whether one was given after the backup: {ids}"
            ),
            format!("답을 기다리는 상담. 백업 뒤에 답했는지 확인하십시오: {ids}"),
        ));
    }
    line(say.pick(
        "Then: munjad recovery confirm --reason \"...\". It does not end by itself, also where the newest database was only moved here.",
        "그다음: munjad recovery confirm --reason \"...\". 가장 새로운 데이터베이스를 옮겨 놓기만 했어도 저절로 끝나지 않습니다.",
    ));
}

async fn begin(args: &Begin, say: Say) -> anyhow::Result<ExitCode> {
    let since_ms = args.since.as_deref().map(|word| parse_since(word, say)).transpose()?;
    let config = Config::load_without_secrets(&args.at.config)?;
    daemon::must_exist(&config.database)?;
    daemon::refuse_root(&config.database)?;
    let Some(_lock) = DatabaseLock::try_take(&config.database)? else {
        bail!(say.pick(
            "the gateway runs: stop it first (systemctl stop munjad), and start it afterwards",
            "게이트웨이가 실행 중입니다. 먼저 멈추고(systemctl stop munjad) 끝난 뒤에 시작하십시오",
        ));
    };
    let store = open_logged(&config, "recovery begin").await?;
    let (now, carrier) = (Clock::system().now_ms(), config.carriers.outbound);
    let since = since_ms.map(|ms| now - ms);
    let (of, chain_break) =
        store.begin_recovery_by_hand(since, carrier, access(Action::Restore).who, now).await?;
    if let Some(file) = config.audit.head_file.clone() {
        note_head_line(file, HeadLine::Break(chain_break)).await;
    }
    let from = config.minute(of);
    if say.json {
        line(&json!({ "state": "reading", "since_at": of }).to_string());
    } else {
        line(&say.pick(
            format!("A recovery from {from} on has begun. Start the gateway, then: munjad recovery status. Everybody has to log in again."),
            format!("{from} 부터의 복구를 시작했습니다. 게이트웨이를 시작한 뒤 munjad recovery status 로 살피십시오. 모두 다시 로그인해야 합니다."),
        ));
    }
    Ok(ExitCode::SUCCESS)
}

fn list_line(config: &Config, list: &RecoveryList, say: Say) -> String {
    let name = &list.carrier;
    let what = match list.direction {
        Direction::In => say.pick("texts from citizens", "시민의 문자"),
        Direction::Out => say.pick("texts that left", "보낸 문자"),
    };
    if !list.is_kept {
        return match list.direction {
            Direction::In => say.pick(
                format!("{name}, {what}: it keeps no list. Texts that came between the backup and its end are LOST here, unless the carrier calls again (munjad carrier refresh)"),
                format!("{name}, {what}: 목록을 남기지 않습니다. 백업 뒤 멈출 때까지 온 문자는 다시 받을 수 없습니다 (다시 알려 줄 수 있는 통신사: munjad carrier refresh)"),
            ),
            Direction::Out => say.pick(
                format!("{name}, {what}: it keeps no list. Whether a conversation was answered after the backup, only people know"),
                format!("{name}, {what}: 목록을 남기지 않습니다. 백업 뒤에 답했는지는 사람만 알 수 있습니다"),
            ),
        };
    }
    let n = list.n_listed;
    let mut said = match list.read_at {
        Some(at) => {
            let at = config.minute(at);
            say.pick(format!("{name}, {what}: {n} read, {at}"), format!("{name}, {what}: {n}건 읽음, {at}"))
        }
        None => say.pick(format!("{name}, {what}: not read yet"), format!("{name}, {what}: 아직 읽지 못함")),
    };
    if let Some(trouble) = &list.trouble {
        said += &format!(" ({})", one_line(&in_words(trouble, say.lang), 160));
    }
    if list.n_foreign > 0 {
        let n = list.n_foreign;
        said += &say.pick(format!("; {n} of another program"), format!(", 다른 프로그램의 것 {n}건"));
    }
    if list.n_unplaced > 0 {
        let n = list.n_unplaced;
        said += &say
            .pick(format!("; {n} of ours without a number"), format!(", 번호를 알 수 없는 우리 문자 {n}건"));
    }
    if list.n_erased > 0 {
        let n = list.n_erased;
        said += &say.pick(
            format!("; {n} to people who were erased since, left out"),
            format!(", 그 뒤 지운 사람에게 보낸 것이라 빼놓은 문자 {n}건"),
        );
    }
    said
}

async fn confirm(args: Confirm, say: Say) -> anyhow::Result<ExitCode> {
    let reason = reason(&args.reason, say)?;
    let store = open_logged(&Config::load_without_secrets(&args.at.config)?, "recovery confirm").await?;
    let n = store.end_recovery(reason, args.unread, Clock::system().now_ms()).await.map_err(|error| match error {
        StoreError::NotFound => anyhow!(say.pick("no recovery is on", "복구 중이 아닙니다")),
        StoreError::Conflict(_) => anyhow!(say.pick(
            "the carriers' lists have not been read yet: see munjad recovery status, and start the gateway if it does not run. \
             With --unread it ends all the same, and citizens may get answers a second time",
            "통신사 목록을 아직 다 읽지 못했습니다. munjad recovery status 를 보고, 게이트웨이가 멈춰 있으면 시작하십시오. --unread 를 \
             붙이면 그래도 끝내지만 시민이 같은 답을 두 번 받을 수 있습니다",
        )),
        other => other.into(),
    })?;
    if say.json {
        line(&json!({ "ended": true, "to_send": n }).to_string());
    } else {
        line(&say.pick(
            format!("The recovery is over. Texts that may leave now: {n}."),
            format!("복구를 마쳤습니다. 이제 나갈 수 있는 문자: {n}건."),
        ));
    }
    Ok(ExitCode::SUCCESS)
}

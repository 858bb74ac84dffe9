//! `munjad audit verify`. Works on a database that nobody may write to, too: a backup, or an auditor's copy.

use std::io::{IsTerminal, Write};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::{Context, anyhow};
use serde_json::json;

use crate::admin::operator::{access, log};
use crate::admin::{ConfigArg, FOUND_BAD, Say, counted, line, open};
use crate::config::Config;
use crate::daemon;
use crate::domain::access::Action;
use crate::domain::access::chain::{Damage, Head, Verified, to_hex};
use crate::store::StoreOptions;

pub(super) async fn run(at: &ConfigArg, heads: &[PathBuf], say: Say) -> anyhow::Result<ExitCode> {
    let config = Config::load_without_secrets(&at.config)?;
    let (known, missing) = known_heads(&config, heads, say)?;
    let keys = config.data_keys.clone();
    let options = StoreOptions { create: false, read_only: true, keys, ..StoreOptions::default() };
    let store = daemon::open_store(&config.database, options).await?;
    let is_watched = std::io::stderr().is_terminal() && !say.json;
    let progress = move |n: u64| {
        if is_watched {
            drop(write!(std::io::stderr(), "\r{n} "));
        }
    };
    let found = store.verify_access(known, progress).await.context("the access log could not be read")?;
    // A gateway that has not ended a day yet has written no file either.
    let missing = match store.last_access_head().await? {
        Some(_) => missing,
        None => None,
    };
    drop(store);
    if is_watched {
        drop(write!(std::io::stderr(), "\r"));
    }
    // A damaged log is kept as it is. A copy that cannot be written to is verified all the same.
    if found.is_ok()
        && let Ok(store) = open(&config).await
    {
        log(&store, access(Action::Admin).detail("audit verify: sound")).await?;
    }
    match &found {
        Ok(verified) => sound(verified, missing.as_deref(), say),
        Err(damage) => damaged(damage, say),
    }
    Ok(if found.is_ok() && missing.is_none() { ExitCode::SUCCESS } else { ExitCode::from(FOUND_BAD) })
}

/// The heads in the configured file and in those that were named; and the configured file if it is not there.
fn known_heads(config: &Config, named: &[PathBuf], say: Say) -> anyhow::Result<(Vec<Head>, Option<PathBuf>)> {
    let (mut heads, mut missing) = (Vec::new(), None);
    if let Some(file) = &config.audit.head_file {
        match file.exists() {
            true => heads.extend(read_heads(file, say)?),
            false => missing = Some(file.clone()),
        }
    }
    for file in named {
        heads.extend(read_heads(file, say)?);
    }
    Ok((heads, missing))
}

fn read_heads(file: &Path, say: Say) -> anyhow::Result<Vec<Head>> {
    let shown = file.display();
    let text = std::fs::read_to_string(file).with_context(|| format!("{shown}"))?;
    let head = |(n, line): (usize, &str)| {
        Head::from_line(line).ok_or_else(|| {
            let n = n + 1;
            anyhow!(
                "{}",
                say.pick(
                    format!("{shown}, line {n}: this is no head of an access log (day, time, number, hash)"),
                    format!("{shown} {n}번째 줄이 접속기록의 확인값(날짜, 시각, 번호, 해시)이 아닙니다"),
                )
            )
        })
    };
    text.lines().enumerate().filter(|(_, line)| !line.trim().is_empty()).map(head).collect()
}

fn sound(found: &Verified, missing: Option<&Path>, say: Say) {
    let Verified { n_rows, last, hash, n_heads } = found;
    let hash = to_hex(hash);
    if say.json {
        return line(
            &json!({
                "sound": true, "n_rows": n_rows, "last": last, "hash": hash, "n_heads": n_heads, "missing_head_file": missing,
            })
            .to_string(),
        );
    }
    let (rows, heads) = (counted(n_rows, "row"), counted(n_heads, "head"));
    line(&say.pick(
        format!("The access log is sound: {rows}, compared with {heads}.\nNewest row {last}, hash {hash}"),
        format!("접속기록에 이상이 없습니다. {n_rows}건, 확인값 {n_heads}개와 비교했습니다.\n마지막 기록 {last}번, 해시 {hash}"),
    ));
    if let Some(file) = missing {
        tell_missing(file, say);
    }
}

fn tell_missing(file: &Path, say: Say) {
    let file = file.display();
    line(&say.pick(
        format!(
            "{file} ([audit] head_file) is not there: compare with a copy of it (--heads FILE). If it was configured only now, the next \
             head makes it (03:00 in Korea)."
        ),
        format!(
            "{file} 파일([audit] head_file)이 없습니다. 그 사본과 비교하십시오(--heads 파일). 방금 설정했다면 다음 확인값(한국 시각 03시) 때 생깁니다."
        ),
    ));
}

fn damaged(damage: &Damage, say: Say) {
    let sentence = sentence(damage, say);
    if say.json {
        let found =
            json!({ "sound": false, "damage": damage.as_str(), "row": damage.seq(), "message": sentence });
        return line(&found.to_string());
    }
    line(&sentence);
    line(say.pick(
        "What comes after it was not checked. Keep a copy of the database and of the log as they are, and compare with a backup.",
        "그 뒤의 기록은 확인하지 않았습니다. 데이터베이스와 로그를 그대로 따로 보관하고 백업과 비교하십시오.",
    ));
}

fn sentence(damage: &Damage, say: Say) -> String {
    match damage {
        Damage::Missing { from, to } if from == to => say.pick(
            format!("Row {from} of the access log was deleted."),
            format!("접속기록 {from}번이 삭제되었습니다."),
        ),
        Damage::Missing { from, to } => say.pick(
            format!("Rows {from} to {to} of the access log were deleted."),
            format!("접속기록 {from}번부터 {to}번까지 삭제되었습니다."),
        ),
        Damage::Gap { from, to } => {
            let next = to + 1;
            say.pick(
                format!("Row {from} and all up to row {to} of the access log are not there: they were deleted, or row {next} was inserted under that number."),
                format!("접속기록 {from}번부터 {to}번까지가 없습니다. 삭제되었거나, {next}번을 그 번호로 끼워 넣은 것입니다."),
            )
        }
        Damage::Between { seq } => say.pick(
            format!("Row {seq} of the access log was inserted: the row after it was written as row {seq}."),
            format!("접속기록 {seq}번은 끼워 넣은 것입니다. 그다음 기록이 원래 {seq}번입니다."),
        ),
        Damage::HeadGone { seq, day } => say.pick(
            format!("The head of {day} (row {seq} of the access log) was deleted or changed: the journal has it."),
            format!("{day} 의 확인값(접속기록 {seq}번)이 삭제되었거나 바뀌었습니다. 이력에는 남아 있습니다."),
        ),
        Damage::Changed { seq } => say.pick(
            format!("Row {seq} of the access log was changed after it was written."),
            format!("접속기록 {seq}번이 기록된 뒤에 바뀌었습니다."),
        ),
        Damage::Moved { seq, was } => say.pick(
            format!("Row {seq} of the access log was written as row {was}: rows were exchanged, inserted or renumbered."),
            format!("접속기록 {seq}번은 원래 {was}번입니다. 기록의 순서가 바뀌었거나 끼워 넣은 기록이 있습니다."),
        ),
        Damage::Unlinked { seq } => say.pick(
            format!("Row {seq} of the access log does not follow the row before it: one of the two was replaced or inserted."),
            format!("접속기록 {seq}번이 앞 기록과 이어지지 않습니다. 둘 중 하나가 바뀌었거나 끼워 넣은 것입니다."),
        ),
        Damage::Inserted { seq } => say.pick(
            format!("Row {seq} of the access log stands before its beginning: it was inserted."),
            format!("접속기록 {seq}번이 시작보다 앞에 있습니다. 끼워 넣은 것입니다."),
        ),
        Damage::Rewritten { seq, day } => say.pick(
            format!("The access log up to row {seq} was written anew: the head of {day} says otherwise."),
            format!("접속기록 {seq}번까지가 다시 쓰였습니다. {day} 의 확인값과 다릅니다."),
        ),
        Damage::Truncated { last, expected } => say.pick(
            format!("The newest rows of the access log were deleted: it ends with row {last}, and there was a row {expected}."),
            format!("접속기록의 마지막 부분이 삭제되었습니다. {last}번에서 끝나지만 {expected}번까지 있었습니다."),
        ),
        Damage::NoBeginning { first } => say.pick(
            format!("The oldest rows of the access log were deleted: it begins with row {first}, and none had expired."),
            format!("접속기록의 앞부분이 삭제되었습니다. {first}번에서 시작하지만 만료된 기록이 없습니다."),
        ),
        Damage::Unconfirmed { seq } => say.pick(
            format!("The access log up to row {seq} was deleted, and no row says that its time was over."),
            format!("접속기록 {seq}번까지 삭제되었으나, 만료되어 지웠다는 기록이 없습니다."),
        ),
        Damage::TooEarly { seq } => say.pick(
            format!("The access log up to row {seq} was deleted before it was a year old."),
            format!("접속기록 {seq}번까지가 1년이 되기 전에 삭제되었습니다."),
        ),
    }
}

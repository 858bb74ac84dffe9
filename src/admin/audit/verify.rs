//! `munjad audit verify`. Works on a database that nobody may write to, too: a backup, or an auditor's copy.

use std::collections::BTreeSet;
use std::io::{IsTerminal, Write};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::Context;
use serde_json::{Value, json};

use crate::admin::operator::log_if_possible;
use crate::admin::{ConfigArg, FOUND_BAD, Say, counted, line, open_read_only};
use crate::config::Config;
use crate::domain::access::chain::{Damage, Head, HeadLine, Verified, to_hex};
use crate::ops::clock::Clock;
use crate::store::{AccessCheck, FoundBreak, HeadFiles};

pub(super) async fn run(at: &ConfigArg, heads: &[PathBuf], say: Say) -> anyhow::Result<ExitCode> {
    let config = Config::load_without_secrets(&at.config)?;
    let (files, unread) = head_files(&config, heads)?;
    let store = open_read_only(&config).await?;
    let is_watched = std::io::stderr().is_terminal() && !say.json;
    let progress = move |n: u64| {
        if is_watched {
            drop(write!(std::io::stderr(), "\r{n} "));
        }
    };
    let found = store.verify_access(files, progress).await.context("the access log could not be read")?;
    // A gateway that has not ended a day yet has written no file either.
    let missing_file = match store.last_access_head().await? {
        Some(_) => config.audit.head_file.clone().filter(|file| !file.exists()),
        None => None,
    };
    drop(store);
    if is_watched {
        drop(write!(std::io::stderr(), "\r"));
    }
    let is_sound = found.is_sound() && missing_file.is_none() && unread.is_empty();
    // A damaged log is kept as it is. A copy that cannot be written to is verified all the same.
    if found.chain.is_ok() {
        let detail = if is_sound { "audit verify: sound" } else { "audit verify: findings" };
        log_if_possible(&config, detail, say).await;
    }
    Told { found: &found, missing_file: missing_file.as_deref(), unread: &unread, config: &config, say }
        .tell();
    Ok(if is_sound { ExitCode::SUCCESS } else { ExitCode::from(FOUND_BAD) })
}

/// A line in a file of heads that is no head: torn by a full disk, or not text at all.
struct UnreadLine {
    file: PathBuf,
    /// From one on.
    n: usize,
}

/// The lines of the configured file, none if it is not there, and of those that were named; and those that are no heads.
fn head_files(config: &Config, named: &[PathBuf]) -> anyhow::Result<(HeadFiles, Vec<UnreadLine>)> {
    let mut unread = Vec::new();
    let own = match &config.audit.head_file {
        Some(file) if file.exists() => Some(read_heads(file, &mut unread)?),
        Some(_) => Some(Vec::new()),
        None => None,
    };
    let others = named.iter().map(|file| read_heads(file, &mut unread)).collect::<anyhow::Result<_>>()?;
    Ok((HeadFiles { own, others, now: Some(Clock::system().now_ms()) }, unread))
}

fn read_heads(file: &Path, unread: &mut Vec<UnreadLine>) -> anyhow::Result<Vec<HeadLine>> {
    let bytes = std::fs::read(file).with_context(|| file.display().to_string())?;
    let text = String::from_utf8_lossy(&bytes);
    let mut heads = Vec::new();
    for (n, line) in (1..).zip(text.lines()).filter(|(_, line)| !line.trim().is_empty()) {
        match HeadLine::from_line(line) {
            Some(head) => heads.push(head),
            None => unread.push(UnreadLine { file: file.to_owned(), n }),
        }
    }
    Ok(heads)
}

/// What is said of a check.
struct Told<'a> {
    found: &'a AccessCheck,
    /// The configured file of heads, if it is not there.
    missing_file: Option<&'a Path>,
    unread: &'a [UnreadLine],
    config: &'a Config,
    say: Say,
}

impl Told<'_> {
    fn tell(&self) {
        if self.say.json {
            return line(&self.json().to_string());
        }
        match &self.found.chain {
            Ok(verified) => sound(verified, self.say),
            Err(damage) => damaged(damage, self.say),
        }
        self.found.breaks.iter().for_each(|of| self.put_back(of));
        self.lost();
        match (self.missing_file, days(&self.found.missing)) {
            (Some(file), _) => tell_missing_file(file, self.say),
            (None, Some(missing)) => tell_missing(&missing, self.say),
            (None, None) => {}
        }
        self.unread.chunk_by(|a, b| a.file == b.file).for_each(|lines| tell_unread(lines, self.say));
    }

    fn json(&self) -> Value {
        let AccessCheck { chain, lost, breaks, missing } = self.found;
        let mut json = match chain {
            Ok(Verified { n_rows, last, hash, n_heads }) => json!({
                "sound": true, "n_rows": n_rows, "last": last, "hash": to_hex(hash), "n_heads": n_heads,
            }),
            Err(damage) => json!({
                "sound": false, "damage": damage.as_str(), "row": damage.seq(),
                "message": sentence(damage, self.say),
            }),
        };
        let one = |FoundBreak { of, who, is_recorded, .. }: &FoundBreak| {
            json!({
                "row": of.row.seq, "at": of.row.at, "copy_at": of.copy_at, "last": of.last, "by": who.login,
                "in_head_file": is_recorded, "head_line": HeadLine::Break(of.clone()).to_line(),
            })
        };
        json["restores"] = breaks.iter().map(one).collect();
        json["lost_heads"] = all_days(lost).into();
        json["missing_heads"] = all_days(missing).into();
        json["unread_head_lines"] =
            self.unread.iter().map(|UnreadLine { file, n }| json!({ "file": file, "line": n })).collect();
        json["missing_head_file"] = json!(self.missing_file);
        json
    }

    /// Names a copy that was put back, and what no file of heads says of it and should.
    fn put_back(&self, FoundBreak { of, who, is_recorded, is_due }: &FoundBreak) {
        let (at, copy, row, last) =
            (self.config.minute(of.row.at), self.config.minute(of.copy_at), of.row.seq, of.last);
        let by = if who.login.is_empty() {
            self.say.pick("by hand", "사람이 파일을 직접 넣음")
        } else {
            &who.login
        };
        line(&self.say.pick(
            format!("A copy of {copy} was put back at {at} ({by}): the log goes on after its row {last}, with row {row}."),
            format!("{at} 에 {copy} 의 사본을 되돌렸습니다({by}). 접속기록은 사본의 {last}번 다음인 {row}번부터 이어집니다."),
        ));
        if *is_recorded || !(*is_due || self.found.chain.is_err()) {
            return;
        }
        let head_line = HeadLine::Break(of.clone()).to_line();
        line(&self.say.pick(
            format!(
                "  No file of heads says so. Whoever can write the database can write such a row. Only if you know of that restore, add \
                 this line to the file of heads, in its place by the time, and verify again:\n  {head_line}"
            ),
            format!(
                "  확인값 파일에는 이 복원이 없습니다. 데이터베이스를 쓸 수 있는 사람은 이런 기록도 쓸 수 있습니다. 알고 있는 복원일 때만 확인값 파일의 시각에 \
                 맞는 자리에 이 줄을 넣고 다시 확인하십시오.\n  {head_line}"
            ),
        ));
    }

    fn lost(&self) {
        let Some(Days { n, first, last }) = days(&self.found.lost) else { return };
        let n_days = counted(n, "day");
        line(&self.say.pick(
            format!(
                "Heads of rows lost with the restore: {n_days}, {first} to {last}. The rows between the copy and the restore are gone and \
                 cannot be compared; this is no tampering if the restore was yours."
            ),
            format!(
                "복원으로 없어진 기록의 확인값이 {n}일치 있습니다({first} ~ {last}). 사본을 만든 뒤부터 복원하기 전까지의 기록은 없으므로 비교할 수 없습니다. \
                 직접 한 복원이라면 위변조가 아닙니다."
            ),
        ));
    }
}

/// The days of some heads.
struct Days {
    n: usize,
    first: String,
    last: String,
}

fn all_days(heads: &[Head]) -> Vec<&str> {
    let days: BTreeSet<&str> = heads.iter().map(|head| head.day.as_str()).collect();
    days.into_iter().collect()
}

fn days(heads: &[Head]) -> Option<Days> {
    let days = all_days(heads);
    let (first, last) = (days.first()?.to_string(), days.last()?.to_string());
    Some(Days { n: days.len(), first, last })
}

/// Names the lines of one file that are no heads.
fn tell_unread(lines: &[UnreadLine], say: Say) {
    const MOST_NAMED: usize = 10;
    let Some(first) = lines.first() else { return };
    let (file, n_lines) = (first.file.display(), counted(lines.len(), "line"));
    let named: Vec<String> = lines.iter().take(MOST_NAMED).map(|line| line.n.to_string()).collect();
    let more = if lines.len() > MOST_NAMED { " ..." } else { "" };
    let (named, n) = (named.join(", ") + more, lines.len());
    line(&say.pick(
        format!(
            "{file}: {n_lines} cannot be read as a head of an access log (day, time, number, hash): line {named}. The heads in the other lines were \
             compared. Compare with a copy of the file (--heads FILE), and put the line right from it."
        ),
        format!(
            "{file}: 접속기록의 확인값(날짜, 시각, 번호, 해시)으로 읽을 수 없는 줄이 {n}개 있습니다({named}번째 줄). 나머지 줄의 확인값과는 비교했습니다. 파일의 사본과 \
             비교하고(--heads 파일) 그 줄을 사본대로 고치십시오."
        ),
    ));
}

fn sound(found: &Verified, say: Say) {
    let Verified { n_rows, last, hash, n_heads } = found;
    let hash = to_hex(hash);
    let (rows, heads) = (counted(n_rows, "row"), counted(n_heads, "head"));
    line(&say.pick(
        format!("The access log is sound: {rows}, compared with {heads}.\nNewest row {last}, hash {hash}"),
        format!("접속기록에 이상이 없습니다. {n_rows}건, 확인값 {n_heads}개와 비교했습니다.\n마지막 기록 {last}번, 해시 {hash}"),
    ));
}

fn tell_missing(Days { n, first, last }: &Days, say: Say) {
    let n_days = counted(n, "day");
    line(&say.pick(
        format!(
            "The file of heads ([audit] head_file) lacks the heads of {n_days}, {first} to {last}, which this database has written: it was \
             emptied, cut or replaced. Compare with a copy of it (--heads FILE). If it was configured only now, reload the gateway: that \
             writes the newest head."
        ),
        format!(
            "확인값 파일([audit] head_file)에 이 데이터베이스가 쓴 확인값 {n}일치({first} ~ {last})가 없습니다. 파일이 비워졌거나 잘렸거나 바뀐 것입니다. \
             그 사본과 비교하십시오(--heads 파일). 방금 설정했다면 게이트웨이가 설정을 다시 읽게 하십시오. 마지막 확인값을 씁니다."
        ),
    ));
}

fn tell_missing_file(file: &Path, say: Say) {
    let file = file.display();
    line(&say.pick(
        format!(
            "{file} ([audit] head_file) is not there: compare with a copy of it (--heads FILE). If it was configured only now, reload \
             the gateway: that makes it."
        ),
        format!(
            "{file} 파일([audit] head_file)이 없습니다. 그 사본과 비교하십시오(--heads 파일). 방금 설정했다면 게이트웨이가 설정을 다시 읽게 하십시오. 그때 만듭니다."
        ),
    ));
}

fn damaged(damage: &Damage, say: Say) {
    line(&sentence(damage, say));
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
        Damage::FalseBreak { seq } => say.pick(
            format!("Row {seq} of the access log and the file of heads do not agree about a copy that was put back there: one of them was forged."),
            format!("접속기록 {seq}번에서 사본을 되돌렸다는 기록과 확인값 파일이 서로 맞지 않습니다. 둘 중 하나가 위조된 것입니다."),
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

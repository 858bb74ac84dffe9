//! `munjad privacy show|purge`: where personal data lies, how long it stays, what is held by law, and what has outlived its time.

use std::sync::Arc;

use clap::Subcommand;
use serde_json::json;

use super::operator::{access, log, open_logged};
use super::{ConfigArg, Say, line, open};
use crate::client::table::{lines, table};
use crate::config::Config;
use crate::domain::access::Action;
use crate::domain::actor::Actor;
use crate::domain::privacy::{
    COLUMNS, DAY_MS, ELSEWHERE, Elsewhere, End, FileKind, Holds, Keeps, Place, Retention,
};
use crate::domain::text::safe_for_terminal;
use crate::ops::clock::Clock;
use crate::store::{HeldWhat, LegalHold, PurgeRun, copies_about, files_of};
use crate::worker::purge_all;

#[derive(Subcommand)]
pub(super) enum PrivacyCommand {
    /// Show where personal data lies and how long it stays, legal holds, and the last purge
    Show {
        #[command(flatten)]
        at: ConfigArg,
    },
    /// Erase now what has outlived its time; the gateway does it every night
    Purge {
        /// Only say how many conversations would be erased
        #[arg(long)]
        dry_run: bool,
        #[command(flatten)]
        at: ConfigArg,
    },
}

pub(super) async fn run(command: PrivacyCommand, say: Say) -> anyhow::Result<()> {
    match command {
        PrivacyCommand::Show { at } => show(&at, say).await,
        PrivacyCommand::Purge { dry_run, at } => purge(&at, dry_run, say).await,
    }
}

async fn show(at: &ConfigArg, say: Say) -> anyhow::Result<()> {
    let config = Config::load_without_secrets(&at.config)?;
    let store = open_logged(&config, "privacy show").await?;
    let (holds, runs) = (store.legal_holds(&Actor::operator("privacy")).await?, store.purge_runs().await?);
    let retention = &config.privacy.retention;
    let mut files = files_of(&config.database)?;
    let copies = copies_about(&config.database).into_iter();
    for (path, kind) in copies.filter_map(|(path, kind)| Some((path, kind?))) {
        let kind = Some(if kind == FileKind::Packed { kind } else { FileKind::Copy });
        match files.iter_mut().find(|(known, _)| *known == path) {
            Some(known) => known.1 = kind,
            None => files.push((path, kind)),
        }
    }
    if say.json {
        let places: Vec<_> = COLUMNS
            .iter()
            .filter(|of| of.holds != Holds::Nothing)
            .map(|of| {
                let columns: Vec<_> = of.columns.split_whitespace().collect();
                json!({ "table": of.table, "columns": columns, "holds": format!("{:?}", of.holds).to_lowercase(),
                        "days": days(of.keeps, retention) })
            })
            .collect();
        let by_category: Vec<_> = retention
            .by_category
            .iter()
            .map(|(name, ms)| json!({ "category": name, "days": ms / DAY_MS }))
            .collect();
        let holds: Vec<_> = holds
            .iter()
            .map(|hold| {
                json!({
                    "what": held(hold, say), "reason": hold.reason, "held_at": hold.held_at,
                })
            })
            .collect();
        let runs: Vec<_> =
            runs.iter().map(|run| json!({ "what": run.what, "done_at": run.done_at, "n": run.n })).collect();
        let files: Vec<_> = files.iter().map(|(path, kind)| json!({
            "path": path.display().to_string(), "kind": kind.map(|kind| format!("{kind:?}").to_lowercase()),
        })).collect();
        let elsewhere: Vec<_> = ELSEWHERE.iter().map(|place| place_json(place, &config)).collect();
        let all = json!({ "places": places, "category_days": by_category, "legal_holds": holds,
                          "purged": runs, "files": files, "elsewhere": elsewhere });
        line(&serde_json::to_string_pretty(&all)?);
        return Ok(());
    }
    let rows = COLUMNS.iter().filter(|of| of.holds != Holds::Nothing).map(|of| {
        let place = format!("{}: {}", of.table, of.columns.replace(' ', ", "));
        vec![place, holds_words(of.holds, say).to_owned(), keeps_words(of.keeps, retention, say)]
    });
    let heads = say.pick(["where", "what", "kept"], ["자리", "내용", "보관"]);
    print_table(heads, rows.collect(), say);
    for (name, ms) in &retention.by_category {
        line(&say.pick(
            format!("category {name}: {} days", ms / DAY_MS),
            format!("분류 {name}: {}일", ms / DAY_MS),
        ));
    }
    for (path, kind) in &files {
        line(&format!("{}  {}", path.display(), file_words(*kind, say)));
    }
    let elsewhere = ELSEWHERE.iter().map(|place| {
        let holds = holds_words(place.holds, say).to_owned();
        vec![elsewhere_words(place, &config, say), holds, end_words(place.end, &config, say)]
    });
    print_table(heads, elsewhere.collect(), say);
    tell_holds(&holds, &config, say);
    tell_runs(&runs, &config, say);
    Ok(())
}

fn print_table(heads: [&str; 3], rows: Vec<Vec<String>>, say: Say) {
    line(&match say.columns() {
        Some(columns) => table(heads.map(str::to_owned).to_vec(), rows, columns),
        None => lines(&rows),
    });
}

/// A place outside the folder of the database; `days`: at the latest after so many, `null` where no number of days decides.
fn place_json(place: &Place, config: &Config) -> serde_json::Value {
    let folder = config.backup.folder.as_deref().filter(|_| place.what == Elsewhere::Backups);
    let (days, removed_by) = match place.end {
        End::Backup => (Some(u64::from(config.privacy.backups_kept_days)), "munjad backup"),
        End::Run => (None, "munjad"),
        End::OwnersBackup => (Some(u64::from(config.privacy.backups_kept_days)), "owner"),
        End::ByHand => (None, "owner"),
        End::Days(days) => (Some(days), "munja"),
        End::LogOut => (None, "munja logout"),
        End::Tab => (None, "browser"),
    };
    json!({ "what": place.what.as_str(), "holds": format!("{:?}", place.holds).to_lowercase(), "owner": place.owner.as_str(),
            "days": days, "removed_by": removed_by, "path": folder.map(|path| path.display().to_string()) })
}

fn elsewhere_words(place: &Place, config: &Config, say: Say) -> String {
    let words = match place.what {
        Elsewhere::Backups => match &config.backup.folder {
            Some(folder) => {
                let folder = folder.display();
                return say.pick(format!("backups in {folder}"), format!("{folder} 의 백업"));
            }
            None => say.pick("backups (munjad backup --to)", "백업(munjad backup --to)"),
        },
        Elsewhere::WorkFolders => {
            say.pick(".munja-work-*, of backups and restores", "백업과 복원의 작업 폴더 .munja-work-*")
        }
        Elsewhere::BackupsCarriedAway => {
            say.pick("backups that were carried elsewhere", "다른 곳으로 옮긴 백업")
        }
        Elsewhere::Exports => say.pick("files that somebody exported or saved", "내보내거나 저장한 파일"),
        Elsewhere::Drafts => say.pick("counselor's machine: drafts", "상담사 컴퓨터: 초안"),
        Elsewhere::LostAnswers => {
            say.pick("counselor's machine: answers in doubt", "상담사 컴퓨터: 발송 불확실한 답변의 표시")
        }
        Elsewhere::ShownPhotos => {
            say.pick("counselor's machine: photos shown", "상담사 컴퓨터: 열어 본 사진")
        }
        Elsewhere::LogIns => say.pick("counselor's machine: log-in", "상담사 컴퓨터: 로그인"),
        Elsewhere::BrowserTab => {
            say.pick("browser tab of the web desk: draft, log-in", "웹 데스크의 탭: 초안, 로그인")
        }
    };
    words.to_owned()
}

fn end_words(end: End, config: &Config, say: Say) -> String {
    let (kept, keep) = (config.privacy.backups_kept_days, config.backup.keep);
    match end {
        End::Backup => say.pick(
            format!("{kept} days, and no more than {keep}: munjad backup removes them, but never the newest sound one"),
            format!("{kept}일, 많아야 {keep}개. munjad backup 이 지우며 온전한 가장 새 백업은 남깁니다"),
        ),
        End::Run => say
            .pick(
                "with the run; the next one there removes what a killed one left",
                "작업이 끝나면 지움. 중단된 것은 그곳의 다음 작업이 지움",
            )
            .to_owned(),
        End::OwnersBackup => say.pick(
            format!("the operator removes them after {kept} days ([privacy] backups_kept_days)"),
            format!("운영자가 {kept}일 뒤에 지움 ([privacy] backups_kept_days)"),
        ),
        End::ByHand => say.pick("whoever asked for it removes it", "만든 사람이 지움").to_owned(),
        End::Days(days) => say.pick(
            format!("{days} days: each start of munja removes what is older"),
            format!("{days}일. munja 를 시작할 때마다 지난 것을 지움"),
        ),
        End::LogOut => say.pick("until the log-out", "로그아웃할 때까지").to_owned(),
        End::Tab => say.pick("until the tab is closed", "탭을 닫을 때까지").to_owned(),
    }
}

/// How many days something stays; `None` where no number of days decides.
fn days(keeps: Keeps, retention: &Retention) -> Option<i64> {
    match keeps {
        Keeps::Conversation => Some(retention.texts_ms / DAY_MS),
        Keeps::RawPage => Some(retention.raw_ms / DAY_MS),
        Keeps::Quarantine => Some(retention.quarantine_ms / DAY_MS),
        Keeps::AccessLog => Some(retention.reasons_ms / DAY_MS),
        Keeps::Citizen | Keeps::LegalHold | Keeps::Remainder | Keeps::Staff | Keeps::Always => None,
    }
}

fn holds_words(holds: Holds, say: Say) -> &'static str {
    match holds {
        Holds::Words => say.pick("words", "글"),
        Holds::Number => say.pick("number", "번호"),
        Holds::Trace => say.pick("trace", "흔적"),
        Holds::Pseudonym => say.pick("pseudonym", "가명"),
        Holds::Staff => say.pick("staff", "직원"),
        Holds::Secret => say.pick("secret", "비밀값"),
        Holds::Nothing => say.pick("nothing", "없음"),
    }
}

fn keeps_words(keeps: Keeps, retention: &Retention, say: Say) -> String {
    let days = days(keeps, retention).unwrap_or(0);
    match keeps {
        Keeps::Conversation => say.pick(
            format!("{days} days after the conversation's close, or as its category says"),
            format!("상담이 끝난 뒤 {days}일, 분류에 따로 정했으면 그만큼"),
        ),
        Keeps::RawPage => say.pick(format!("{days} days"), format!("{days}일")),
        Keeps::Quarantine => {
            say.pick(format!("{days} days after it is settled"), format!("처리한 뒤 {days}일"))
        }
        Keeps::Citizen => say
            .pick(
                "as long as a conversation of theirs; the wish stays under a pseudonym",
                "상담이 남아 있는 동안. 수신거부 등은 가명으로 남음",
            )
            .to_owned(),
        Keeps::LegalHold => say.pick("until the legal hold ends", "법적 보존이 끝날 때까지").to_owned(),
        Keeps::Remainder => {
            say.pick("stays: names nobody without the key", "남음: 키 없이는 누구인지 알 수 없음").to_owned()
        }
        Keeps::AccessLog => {
            let days = retention.reasons_ms / DAY_MS;
            say.pick(format!("{days} days ([audit] keep_days)"), format!("{days}일 ([audit] keep_days)"))
        }
        Keeps::Staff => {
            say.pick("as long as the account or phone", "계정이나 당직 전화가 있는 동안").to_owned()
        }
        Keeps::Always => say.pick("stays", "남음").to_owned(),
    }
}

fn file_words(kind: Option<FileKind>, say: Say) -> &'static str {
    match kind {
        Some(FileKind::Database) => say.pick("the database", "데이터베이스"),
        Some(FileKind::Log) => say.pick("its log", "데이터베이스 로그"),
        Some(FileKind::Photos) => say.pick("photos, as long as their texts", "사진, 문자와 같은 동안"),
        Some(FileKind::Copy) => say.pick("a copy of the whole database", "데이터베이스 사본"),
        Some(FileKind::Packed) => {
            say.pick("a packed or encrypted copy: look at it", "압축하거나 암호화한 사본입니다. 확인하십시오")
        }
        Some(FileKind::Saved) => say.pick(
            "saved from a lost database: it may hold what is nowhere else",
            "없어진 데이터베이스에서 구한 것. 다른 곳에 없는 문자가 있을 수 있음",
        ),
        Some(FileKind::Key) => say.pick("the key for pseudonyms", "가명의 키"),
        Some(FileKind::Erased) => say.pick("who was erased, by pseudonym", "지운 사람의 가명"),
        Some(FileKind::Mark) => say.pick("no personal data", "개인정보 없음"),
        None => say.pick("not a file of ours: look at it", "munja 의 파일이 아닙니다. 확인하십시오"),
    }
}

fn held(hold: &LegalHold, say: Say) -> String {
    match &hold.what {
        HeldWhat::Citizen(number) => number.to_string(),
        HeldWhat::Conversation(id) => say.pick(format!("conversation {id}"), format!("상담 {id}")),
    }
}

fn tell_holds(holds: &[LegalHold], config: &Config, say: Say) {
    for hold in holds {
        let (at, reason) = (config.minute(hold.held_at), safe_for_terminal(&hold.reason));
        let what = held(hold, say);
        line(&say.pick(
            format!("held by law since {at}: {what}: {reason}"),
            format!("{at}부터 법적 보존: {what}: {reason}"),
        ));
    }
}

fn tell_runs(runs: &[PurgeRun], config: &Config, say: Say) {
    for run in runs {
        let at = config.minute(run.done_at);
        line(&say.pick(
            format!("purged at {at}: {} {}", run.n, run.what.replace('_', " ")),
            format!("{at}에 지움: {} {}", run_words(&run.what), run.n),
        ));
    }
    if runs.is_empty() {
        line(say.pick("Nothing was purged yet.", "아직 지운 것이 없습니다."));
    }
}

fn run_words(word: &str) -> &str {
    match word {
        "conversations" => "상담",
        "raw_pages" => "통신사 원문",
        "quarantine" => "읽지 못한 것",
        "citizens" => "시민의 설정",
        "copies" => "데이터베이스 사본",
        "reasons" => "사유",
        other => other,
    }
}

async fn purge(at: &ConfigArg, dry_run: bool, say: Say) -> anyhow::Result<()> {
    let config = Config::load_without_secrets(&at.config)?;
    let (store, now) = (open(&config).await?, Clock::system().now_ms());
    let entry = match dry_run {
        true => access(Action::Admin).detail("privacy purge --dry-run"),
        false => access(Action::Delete).detail("privacy purge"),
    };
    log(&store, entry).await?;
    let retention = Arc::clone(&config.privacy.retention);
    if dry_run {
        let n = store.count_purgeable(&retention, now).await?;
        if say.json {
            line(&json!({ "n_conversations": n, "dry_run": true }).to_string());
        } else {
            line(&say.pick(
                format!("{n} conversations have outlived their time and would be erased."),
                format!("보관 기간이 지나 지울 상담: {n}건"),
            ));
        }
        return Ok(());
    }
    let done = purge_all(&store, &retention, now, &|| true).await?;
    if say.json {
        let all: serde_json::Map<_, _> =
            done.iter().map(|(what, n)| (what.as_str().to_owned(), json!(n))).collect();
        line(&serde_json::Value::Object(all).to_string());
        return Ok(());
    }
    for (what, n) in done {
        line(&say.pick(
            format!("{n} {}", what.as_str().replace('_', " ")),
            format!("{} {n}", run_words(what.as_str())),
        ));
    }
    Ok(())
}

//! `munjad citizen erase`: erases, empties the log, looks through every file beside the database for what is left, also those of other
//! people, removes the copies that upgrades left, and says what the list of who was erased, copies, backups and exports still hold, and
//! until when.

mod backups;
mod told;

use std::io::IsTerminal as _;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use super::person::{Asked, open_for, policy_of, refused};
use super::{FOUND_BAD, Say, line};
use crate::daemon::{DatabaseLock, refuse_root};
use crate::domain::UnixMs;
use crate::domain::access::Action;
use crate::domain::privacy::{FileKind, REWRITTEN_AT_ONCE};
use crate::ops::terminal::forget_typed;
use crate::store::{self, Erased, Erasure, OldReasons, OtherFile, Store, StoreError, Trace};
use backups::Backups;
use told::{in_the_way, tell};

/// How to go about it.
pub(super) struct How {
    pub even_open: bool,
    pub copies: Copies,
    pub rewrite: bool,
}

/// What becomes of whole databases beside the one in use that hold the person.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Copies {
    /// Those that upgrades left are removed; a person at a terminal is asked first. What was saved from a lost database may be
    /// nowhere else, and stays.
    OfUpgrades,
    /// All of them are removed, and nobody is asked.
    All,
    /// They stay.
    Kept,
}

/// What was found after it.
struct Report {
    /// `None`: nothing was stored of them in the database.
    erased: Option<Erased>,
    /// When they were erased: now, or before.
    erased_at: Option<UnixMs>,
    is_log_empty: bool,
    /// What the database and its log still hold, and may be in free pages.
    left: Vec<Trace>,
    /// It was rewritten, so that what is left stands in rows of others.
    is_rewritten: bool,
    /// Why it could not be.
    not_rewritten: Option<StoreError>,
    copies: Vec<Trace>,
    /// Files in the folder of the database that are none of ours.
    others: Vec<OtherFile>,
    /// When what is stored of them was exported: where the files lie, only people know.
    exports: Vec<UnixMs>,
    /// Reasons that were typed before they were masked.
    reasons: OldReasons,
    removed: Vec<PathBuf>,
    /// Lines of earlier erasures that the list beside the database lacked, and why it could not be written, if it could not.
    n_filled_in: usize,
    not_kept: Option<StoreError>,
    /// The gateway's own, made before the erasure.
    backups: Backups,
}

impl Report {
    /// Neither the database nor any file beside it knows the number, and nobody has erased it.
    fn is_nothing(&self) -> bool {
        self.erased.is_none()
            && self.erased_at.is_none()
            && self.is_log_empty
            && self.left.is_empty()
            && self.reasons == OldReasons::default()
            && self.copies.is_empty()
            && !self.others.iter().any(OtherFile::holds_them)
            && self.removed.is_empty()
            && self.n_filled_in == 0
            && self.not_kept.is_none()
    }

    /// Nothing that this program knows of holds them any more.
    fn is_clean(&self) -> bool {
        self.is_log_empty
            && (self.left.is_empty() || self.is_rewritten)
            && self.copies.is_empty()
            && self.others.is_empty()
            && self.reasons.n_chained == 0
            && self.not_kept.is_none()
            && self.backups.are_none()
    }
}

/// What the database and the files beside it say after the erasure.
struct Found {
    is_log_empty: bool,
    traces: Vec<Trace>,
    is_rewritten: bool,
    not_rewritten: Option<StoreError>,
}

pub(super) async fn run(asked: &Asked, how: How, say: Say) -> anyhow::Result<ExitCode> {
    refuse_root(&asked.config.database)?;
    let store = open_for(asked, Action::Delete, "citizen erase", say).await?;
    let erasure = Erasure { number: asked.number.clone(), even_open: how.even_open };
    let policy = policy_of(&asked.config);
    // A second call may have to look after files in which the first one has left something.
    let mut n_filled_in = 0;
    let (erased, not_kept) = match store.erase_citizen(erasure, &asked.operator, &policy, asked.now).await {
        Ok(Ok(mut erased)) => {
            let not_kept = erased.not_kept.take();
            if let Some(error) = erased.unfinished.take() {
                return Ok(unfinished(error.into(), say));
            }
            (Some(erased), not_kept)
        }
        Ok(Err(obstacles)) => return Err(refused(in_the_way(&obstacles, say))),
        Err(StoreError::NotFound) => {
            let kept = store.keep_erasures().await;
            n_filled_in = *kept.as_ref().unwrap_or(&0);
            (None, kept.err())
        }
        Err(error) => return Err(error.into()),
    };
    let is_erased = erased.is_some();
    let done = look_after(asked, how, (store, erased), (not_kept, n_filled_in), say).await;
    done.or_else(|error| if is_erased { Ok(unfinished(error, say)) } else { Err(error) })
}

/// They are erased in the database, and something may be left: another call looks after it.
fn unfinished(error: anyhow::Error, say: Say) -> ExitCode {
    if say.json {
        line(&serde_json::json!({ "erased": true, "unfinished": format!("{error:#}") }).to_string());
        return ExitCode::from(FOUND_BAD);
    }
    line(&say.pick(
        format!("Erased in the database, and something may be left in files: {error:#}. Run the same command again."),
        format!("데이터베이스에서 지웠지만 파일에 남은 것이 있을 수 있습니다({error:#}). 같은 명령을 다시 실행하십시오."),
    ));
    ExitCode::from(FOUND_BAD)
}

/// Removes what an erasure left outside of the tables, now or one that was cut off before, and tells of it.
async fn look_after(
    asked: &Asked,
    how: How,
    (store, erased): (Store, Option<Erased>),
    (not_kept, n_filled_in): (Option<StoreError>, usize),
    say: Say,
) -> anyhow::Result<ExitCode> {
    store.sweep_photos(asked.now).await?;
    let reasons = store.mask_reasons(asked.number.clone(), &asked.operator).await?;
    let erased_at = store.erased_at(asked.number.clone()).await?;
    let exports = store.exports_of(asked.number.clone()).await?;
    let found = look(asked, (store, erased.as_ref()), how.rewrite, say).await?;
    let others = others(asked, erased_at).await?;
    let (copies, left): (Vec<_>, Vec<_>) = found.traces.into_iter().partition(|t| t.kind.is_copy());
    let removed = remove(&copies, how.copies, say)?;
    let copies = copies.into_iter().filter(|trace| !removed.contains(&trace.path)).collect();
    let report = Report {
        erased,
        erased_at,
        is_log_empty: found.is_log_empty,
        left,
        is_rewritten: found.is_rewritten,
        not_rewritten: found.not_rewritten,
        copies,
        others,
        exports,
        reasons,
        removed,
        n_filled_in,
        not_kept,
        backups: erased_at
            .map_or_else(Backups::default, |at| Backups::made_before(&asked.config, (at, asked.now))),
    };
    if report.is_nothing() {
        return Err(refused(
            say.pick("Nothing is stored of this number.", "이 번호로 저장된 것이 없습니다.").into(),
        ));
    }
    tell(&report, asked, say)?;
    Ok(if report.is_clean() { ExitCode::SUCCESS } else { ExitCode::from(FOUND_BAD) })
}

/// Empties the log, looks through the files, and rewrites the database where something is left in it and that may be done.
async fn look(
    asked: &Asked,
    (store, erased): (Store, Option<&Erased>),
    rewrite: bool,
    say: Say,
) -> anyhow::Result<Found> {
    let database = &asked.config.database;
    let is_log_empty = store.empty_log_in_time().await?;
    // No store may be open in this process while its files are read.
    drop(store);
    let traces = traces(asked, erased).await?;
    let mut found = Found { is_log_empty, traces, is_rewritten: false, not_rewritten: None };
    let may_rewrite = rewrite
        || !DatabaseLock::is_held(database)
        || database.metadata().is_ok_and(|about| about.len() <= REWRITTEN_AT_ONCE);
    if may_rewrite && found.traces.iter().any(|trace| !trace.kind.is_copy()) {
        let store = open_for(asked, Action::Delete, "citizen erase", say).await?;
        // Whatever it is (a full disk, another writer): what has been erased is told all the same.
        found.not_rewritten = store.rewrite().await.err();
        found.is_rewritten = found.not_rewritten.is_none();
        found.is_log_empty = store.empty_log_in_time().await?;
        drop(store);
        found.traces = self::traces(asked, erased).await?;
    }
    Ok(found)
}

async fn traces(asked: &Asked, erased: Option<&Erased>) -> anyhow::Result<Vec<Trace>> {
    let (path, number) = (asked.config.database.clone(), asked.number.clone());
    let words = erased.map(|erased| erased.words().to_vec()).unwrap_or_default();
    let keys = asked.config.data_keys.clone();
    let found = tokio::task::spawn_blocking(move || store::find_traces(&path, &keys, &number, &words));
    Ok(found.await??)
}

/// The files of other people, but for the configuration, which may name phones of ours, and for backups.
async fn others(asked: &Asked, erased_at: Option<UnixMs>) -> anyhow::Result<Vec<OtherFile>> {
    let (config, number) = (asked.config.clone(), asked.number.clone());
    let of_config: Vec<PathBuf> = config
        .named_files
        .iter()
        .chain([&asked.config_path])
        .filter_map(|path| path.canonicalize().ok())
        .collect();
    let found = tokio::task::spawn_blocking(move || {
        let is_handled = |path: &Path| {
            Backups::knows(&config, erased_at, path)
                || path.canonicalize().is_ok_and(|path| of_config.contains(&path))
        };
        store::find_others(&config.database, &number, &is_handled)
    });
    Ok(found.await??)
}

/// Removes the copies that are to go and are ours by their names. Another database may be in use by something else.
fn remove(copies: &[Trace], which: Copies, say: Say) -> anyhow::Result<Vec<PathBuf>> {
    let is_to_go = |copy: &&Trace| match which {
        _ if copy.needs_person => false,
        Copies::OfUpgrades => copy.kind == FileKind::Copy,
        Copies::All => true,
        Copies::Kept => false,
    };
    let to_go: Vec<&Trace> = copies.iter().filter(is_to_go).collect();
    let asks = which == Copies::OfUpgrades && !say.json && std::io::stdin().is_terminal();
    if to_go.is_empty() || (asks && !may_go(&to_go, say)) {
        return Ok(Vec::new());
    }
    for copy in &to_go {
        std::fs::remove_file(&copy.path)
            .map_err(|error| refused(format!("{}: {error}", copy.path.display())))?;
    }
    Ok(to_go.into_iter().map(|copy| copy.path.clone()).collect())
}

/// Asks a person at a terminal, once, before the way back after an upgrade is removed.
fn may_go(copies: &[&Trace], say: Say) -> bool {
    for copy in copies {
        eprintln!("  {}", copy.path.display());
    }
    eprint!(
        "{} ",
        say.pick(
            "These copies, which upgrades left, hold the person. They are the way back to the version before; `munjad backup` makes a new \
             one of this version. Remove them? [Y/n]",
            "업그레이드가 남긴 이 사본들에 그 사람이 있습니다. 이전 버전으로 되돌아갈 때 쓰는 사본이며, 이 버전의 백업은 munjad backup 으로 만들 \
             수 있습니다. 지울까요? [Y/n]",
        )
    );
    forget_typed();
    let mut answer = String::new();
    // The end of the input is no answer.
    matches!(std::io::stdin().read_line(&mut answer), Ok(n) if n > 0) && !is_no(&answer)
}

fn is_no(answer: &str) -> bool {
    let answer = answer.trim().to_lowercase();
    // The key of the n also on a Korean keyboard.
    ["n", "ㅜ", "아"].iter().any(|no| answer.starts_with(no))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ops::lang::Lang;

    #[test]
    fn no_is_no_in_both_languages() {
        for (answer, expected) in [
            ("\n", false),
            ("y\n", false),
            ("네\n", false),
            ("N\n", true),
            (" no\n", true),
            ("아니오\n", true),
            ("ㅜ\n", true),
        ] {
            assert_eq!(is_no(answer), expected, "{answer:?}");
        }
    }

    /// What was saved from a lost database may be nowhere else; one in a folder below may be in use.
    #[test]
    fn only_copies_of_upgrades_go_by_themselves() {
        let folder = tempfile::tempdir().unwrap();
        let all = [
            ("munja.db.v19-backup", FileKind::Copy, false),
            ("munja.db.saved-1", FileKind::Saved, false),
            ("newer.db", FileKind::Copy, true),
        ];
        let copies: Vec<Trace> = all
            .into_iter()
            .map(|(name, kind, needs_person)| {
                let path = folder.path().join(name);
                Trace { path, kind, n_numbers: 1, n_words: 0, modified_at: 0, n_bytes: 1, needs_person }
            })
            .collect();
        let removed = |which| {
            copies.iter().for_each(|copy| std::fs::write(&copy.path, "x").unwrap());
            let removed = remove(&copies, which, Say { lang: Lang::En, json: true }).unwrap();
            assert!(removed.iter().all(|path| !path.exists()));
            removed.len()
        };
        assert_eq!([Copies::Kept, Copies::OfUpgrades, Copies::All].map(removed), [0, 1, 2]);
    }
}

//! `munjad citizen erase`: erases, empties the log, looks through every file beside the database for what is left, and says what
//! the list of who was erased, copies and backups still hold, and until when.

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use serde_json::json;

use super::person::{Asked, open_for, policy_of, refused};
use super::{FOUND_BAD, Say, line};
use crate::daemon::{DatabaseLock, refuse_root};
use crate::domain::UnixMs;
use crate::domain::access::Action;
use crate::domain::privacy::{DAY_MS, REWRITTEN_AT_ONCE};
use crate::domain::text::safe_for_terminal;
use crate::ops::causes::in_words;
use crate::store::{self, Erased, Erasure, Obstacles, OldReasons, StoreError, Trace, erased_file};

/// How to go about it.
pub(super) struct How {
    pub even_open: bool,
    pub remove_copies: bool,
    pub rewrite: bool,
}

/// What was found after it.
struct Report {
    /// `None`: nothing was stored of them in the database.
    erased: Option<Erased>,
    is_log_empty: bool,
    /// What the database and its log still hold, and may be in free pages.
    left: Vec<Trace>,
    /// It was rewritten, so that what is left stands in rows of others.
    is_rewritten: bool,
    copies: Vec<Trace>,
    /// Reasons that were typed before they were masked.
    reasons: OldReasons,
    removed: Vec<PathBuf>,
    /// Lines of earlier erasures that the list beside the database lacked, and why it could not be written, if it could not.
    n_filled_in: usize,
    not_kept: Option<StoreError>,
    /// Backups elsewhere may hold the person until then.
    backups_until: UnixMs,
}

impl Report {
    /// Neither the database nor any file beside it knows the number.
    fn is_nothing(&self) -> bool {
        self.erased.is_none()
            && self.is_log_empty
            && self.left.is_empty()
            && self.reasons == OldReasons::default()
            && self.copies.is_empty()
            && self.removed.is_empty()
            && self.n_filled_in == 0
            && self.not_kept.is_none()
    }

    /// Nothing is left to do.
    fn is_clean(&self) -> bool {
        self.is_log_empty
            && (self.left.is_empty() || self.is_rewritten)
            && self.copies.is_empty()
            && self.reasons.n_chained == 0
            && self.not_kept.is_none()
    }
}

pub(super) async fn run(asked: &Asked, how: How, say: Say) -> anyhow::Result<ExitCode> {
    let database = asked.config.database.clone();
    refuse_root(&database)?;
    let store = open_for(asked, Action::Delete, "citizen erase", say).await?;
    let erasure =
        Erasure { number: asked.number.clone(), even_open: how.even_open };
    let policy = policy_of(&asked.config);
    // A second call may have to look after files in which the first one has left something.
    let mut n_filled_in = 0;
    let (erased, not_kept) = match store.erase_citizen(erasure, &asked.operator, &policy, asked.now).await {
        Ok(Ok(mut erased)) => {
            let not_kept = erased.not_kept.take();
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
    let reasons = store.mask_reasons(asked.number.clone(), &asked.operator).await?;
    let mut is_log_empty = store.empty_log_in_time().await?;
    // No store may be open in this process while its files are read.
    drop(store);
    let mut found = traces(asked, erased.as_ref()).await?;
    let may_rewrite = how.rewrite
        || !DatabaseLock::is_held(&database)
        || database.metadata().is_ok_and(|about| about.len() <= REWRITTEN_AT_ONCE);
    let mut is_rewritten = false;
    if may_rewrite && found.iter().any(|trace| !trace.kind.is_copy()) {
        let store = open_for(asked, Action::Delete, "citizen erase", say).await?;
        store.rewrite().await?;
        is_log_empty = store.empty_log_in_time().await?;
        drop(store);
        is_rewritten = true;
        found = traces(asked, erased.as_ref()).await?;
    }
    let (copies, left): (Vec<_>, Vec<_>) = found.into_iter().partition(|t| t.kind.is_copy());
    let removed = if how.remove_copies { remove(&copies)? } else { Vec::new() };
    let copies = copies.into_iter().filter(|trace| !removed.contains(&trace.path)).collect();
    let backups_until = asked.now + i64::from(asked.config.privacy.backups_kept_days) * DAY_MS;
    let report = Report {
        erased,
        is_log_empty,
        left,
        is_rewritten,
        copies,
        reasons,
        removed,
        n_filled_in,
        not_kept,
        backups_until,
    };
    if report.is_nothing() {
        return Err(refused(
            say.pick("Nothing is stored of this number.", "이 번호로 저장된 것이 없습니다.").into(),
        ));
    }
    tell(&report, asked, say)?;
    Ok(if report.is_clean() { ExitCode::SUCCESS } else { ExitCode::from(FOUND_BAD) })
}

async fn traces(asked: &Asked, erased: Option<&Erased>) -> anyhow::Result<Vec<Trace>> {
    let (path, number) = (asked.config.database.clone(), asked.number.clone());
    let words = erased.map(|erased| erased.words().to_vec()).unwrap_or_default();
    let keys = asked.config.data_keys.clone();
    let found = tokio::task::spawn_blocking(move || store::find_traces(&path, &keys, &number, &words));
    Ok(found.await??)
}

/// Removes copies beside the database. A database in a folder below may be in use by something else.
fn remove(copies: &[Trace]) -> anyhow::Result<Vec<PathBuf>> {
    let beside: Vec<&Trace> = copies.iter().filter(|copy| !copy.is_below).collect();
    for copy in &beside {
        std::fs::remove_file(&copy.path)
            .map_err(|error| refused(format!("{}: {error}", copy.path.display())))?;
    }
    Ok(beside.into_iter().map(|copy| copy.path.clone()).collect())
}

/// What stands in the way, and what to do about it.
fn in_the_way(of: &Obstacles, say: Say) -> String {
    let ids = |ids: &[i64]| ids.iter().map(i64::to_string).collect::<Vec<_>>().join(", ");
    let mut said = vec![say.pick("nothing was erased:", "아무것도 지우지 않았습니다.").to_owned()];
    if let Some(reason) = &of.held_for {
        let reason = safe_for_terminal(reason);
        said.push(say.pick(
            format!("held by law ({reason}): munjad citizen release-hold"),
            format!("법적 보존({reason}): munjad citizen release-hold"),
        ));
    }
    if !of.in_danger.is_empty() {
        let ids = ids(&of.in_danger);
        said.push(say.pick(
            format!(
                "danger that nobody has answered in conversation {ids}: answer it or end the alarm first"
            ),
            format!("{ids}번 상담에 답하지 않은 위급이 있습니다. 먼저 답하거나 경보를 끝내십시오"),
        ));
    }
    if !of.open.is_empty() {
        let ids = ids(&of.open);
        said.push(say.pick(
            format!("open conversations: {ids}: close them, or --even-open"),
            format!("열린 상담: {ids}. 끝내거나 --even-open 을 붙이십시오"),
        ));
    }
    if !of.unsent.is_empty() {
        let ids = ids(&of.unsent);
        said.push(say.pick(
            format!("texts that have not left: {ids}: wait until they have, or --even-open takes them back"),
            format!("나가지 않은 문자: {ids}. 나갈 때까지 기다리거나 --even-open 을 붙여 거두십시오"),
        ));
    }
    if !of.in_doubt.is_empty() {
        let ids = ids(&of.in_doubt);
        said.push(say.pick(
            format!("texts being sent or in doubt: {ids}: wait a minute, or munja decide"),
            format!("보내는 중이거나 불확실한 문자: {ids}. 잠시 기다리거나 munja decide 로 정하십시오"),
        ));
    }
    if !of.unrouted.is_empty() {
        said.push(
            say.pick(
                "a text of theirs is just coming in: run it again in a moment",
                "방금 문자가 들어오고 있습니다. 잠시 뒤 다시 하십시오",
            )
            .to_owned(),
        );
    }
    said.join("\n  ")
}

fn tell(report: &Report, asked: &Asked, say: Say) -> anyhow::Result<()> {
    if say.json {
        line(&serde_json::to_string_pretty(&as_json(report, asked))?);
        return Ok(());
    }
    match &report.erased {
        Some(erased) => tell_erased(erased, say),
        None => line(say.pick(
            "Nothing is stored of this number in the database.",
            "데이터베이스에 이 번호로 저장된 것이 없습니다.",
        )),
    }
    tell_kept(report, asked, say);
    tell_left(report, say);
    tell_reasons(report, asked, say);
    tell_copies(report, asked, say);
    Ok(())
}

fn tell_erased(erased: &Erased, say: Say) {
    let done = &erased.forgotten;
    let raw = erased.n_raw_pages + erased.n_unreadable;
    line(&say.pick(
        format!(
            "Erased: {} conversations, {} texts in, {} out, {} photos, {raw} pages of carriers. Figures stay.",
            done.n_conversations, done.n_texts_in, done.n_texts_out, done.n_photos
        ),
        format!(
            "지웠습니다: 상담 {}건, 받은 문자 {}건, 보낸 문자 {}건, 사진 {}장, 통신사 원문 {raw}건. 통계는 남습니다.",
            done.n_conversations, done.n_texts_in, done.n_texts_out, done.n_photos
        ),
    ));
    if erased.opted_out_at.is_some() || erased.restricted_until_at.is_some() {
        line(say.pick(
            "Their opt-out or restriction goes on to hold, under a pseudonym.",
            "수신거부나 답변 제한은 가명으로 계속 지켜집니다.",
        ));
    }
}

/// Whether the list beside the database knows of it.
fn tell_kept(report: &Report, asked: &Asked, say: Say) {
    let (file, n) = (erased_file(&asked.config.database), report.n_filled_in);
    let file = file.display();
    if let Some(error) = &report.not_kept {
        let error = in_words(&error.to_string(), say.lang);
        line(&say.pick(
            format!("NOT DONE YET: {error}. An older copy of the database would bring them back. Mend that, and run the command again"),
            format!("아직 끝나지 않았습니다. {error}. 데이터베이스의 옛 사본을 되돌리면 그 사람이 다시 나타납니다. 고친 뒤 이 명령을 다시 실행하십시오"),
        ));
    } else if n > 0 {
        line(&say.pick(
            format!("Filled in {file}: {n} lines of earlier erasures were missing."),
            format!("{file} 을(를) 채웠습니다. 전에 지운 기록 {n}줄이 빠져 있었습니다."),
        ));
    }
}

fn tell_left(report: &Report, say: Say) {
    if !report.is_log_empty {
        line(say.pick(
            "The database's log could not be emptied: a long read is under way. Run the command again.",
            "데이터베이스 로그를 비우지 못했습니다. 읽는 작업이 끝난 뒤 다시 하십시오.",
        ));
    }
    for trace in &report.left {
        let path = trace.path.display();
        let n = trace.n_numbers;
        if report.is_rewritten && n == 0 {
            continue;
        }
        line(&if report.is_rewritten {
            say.pick(
                format!(
                    "{path}: the number still stands {n} times, in what others wrote or as a phone of ours"
                ),
                format!("{path}: 다른 사람이 쓴 글이나 직원 번호로 {n}번 남아 있습니다"),
            )
        } else {
            say.pick(
                format!(
                    "{path}: something may be left in free pages. Run it again with --rewrite at a quiet hour"
                ),
                format!("{path}: 빈 자리에 남아 있을 수 있습니다. 한가할 때 --rewrite 로 다시 하십시오"),
            )
        });
    }
}

fn tell_reasons(report: &Report, asked: &Asked, say: Say) {
    let OldReasons { n_masked, n_chained, .. } = report.reasons;
    if n_masked > 0 {
        line(&say.pick(
            format!("Masked in {n_masked} reasons that were written down."),
            format!("적어 둔 사유 {n_masked}건에서 번호를 가렸습니다."),
        ));
    }
    if n_chained > 0 {
        let until = asked.config.minute(reasons_until(report, asked));
        line(&say.pick(
            format!(
                "{n_chained} rows of the access log hold the number in their reason. They cannot be changed, and are removed after \
                 {until} ([audit] keep_days)."
            ),
            format!(
                "접속 기록 {n_chained}건의 사유에 이 번호가 남아 있습니다. 고칠 수 없는 기록이며 {until} 뒤에 지워집니다 ([audit] \
                 keep_days)."
            ),
        ));
    }
}

/// When the last row of the access log that holds the number is old enough to be removed.
fn reasons_until(report: &Report, asked: &Asked) -> UnixMs {
    report.reasons.last_chained_at + i64::from(asked.config.audit.keep_days) * DAY_MS
}

fn tell_copies(report: &Report, asked: &Asked, say: Say) {
    for path in &report.removed {
        let path = path.display();
        line(&say.pick(format!("Removed: {path}"), format!("삭제함: {path}")));
    }
    for copy in &report.copies {
        let path = copy.path.display();
        if copy.is_below {
            line(&say.pick(
                format!("{path} is another database that still holds them, and nothing removes it by itself: look at it, and remove it"),
                format!("{path} 은(는) 따로 있는 데이터베이스로, 아직 남아 있으며 저절로 지워지지 않습니다. 확인하고 직접 지우십시오"),
            ));
            continue;
        }
        let until = asked.config.minute(until(copy, asked));
        line(&say.pick(
            format!("{path} still holds them, until {until}; --remove-copies removes it now"),
            format!("{path} 에 {until}까지 남아 있습니다. --remove-copies 로 지금 지울 수 있습니다"),
        ));
    }
    let until = asked.config.minute(report.backups_until);
    line(&say.pick(
        format!("Backups elsewhere may hold them until {until} ([privacy] backups_kept_days)."),
        format!("다른 곳의 백업에는 {until}까지 남아 있을 수 있습니다 ([privacy] backups_kept_days)."),
    ));
}

/// When the nightly purge removes a copy.
fn until(copy: &Trace, asked: &Asked) -> UnixMs {
    copy.modified_at + asked.config.privacy.retention.copies_ms
}

fn as_json(report: &Report, asked: &Asked) -> serde_json::Value {
    let nothing = Erased::default();
    let erased = report.erased.as_ref().unwrap_or(&nothing);
    let done = &erased.forgotten;
    let path = |path: &Path| path.display().to_string();
    json!({
        "was_stored": report.erased.is_some(),
        "n_conversations": done.n_conversations,
        "n_texts_in": done.n_texts_in,
        "n_texts_out": done.n_texts_out,
        "n_photos": done.n_photos,
        "n_raw_pages": erased.n_raw_pages,
        "n_unreadable": erased.n_unreadable,
        "opt_out_kept": erased.opted_out_at.is_some(),
        "restriction_kept": erased.restricted_until_at.is_some(),
        "kept_in_file": report.not_kept.is_none(),
        "filled_in_file": report.n_filled_in,
        "log_emptied": report.is_log_empty,
        "rewritten": report.is_rewritten,
        "left": report.left.iter().map(|t| json!({
            "path": path(&t.path), "numbers": t.n_numbers, "words": t.n_words,
        })).collect::<Vec<_>>(),
        "copies": report.copies.iter().map(|t| json!({
            "path": path(&t.path), "until_at": (!t.is_below).then(|| until(t, asked)), "n_bytes": t.n_bytes,
        })).collect::<Vec<_>>(),
        "reasons_masked": report.reasons.n_masked,
        "access_rows_left": report.reasons.n_chained,
        "access_rows_until_at": (report.reasons.n_chained > 0).then(|| reasons_until(report, asked)),
        "copies_removed": report.removed.iter().map(|p| path(p)).collect::<Vec<_>>(),
        "backups_until_at": report.backups_until,
    })
}

//! What `munjad citizen erase` says: what stands in the way, what was erased, and what still holds the person, until when.

use std::path::Path;

use serde_json::json;

use super::Report;
use super::backups::Backups;
use crate::admin::backup::size;
use crate::admin::person::Asked;
use crate::admin::{Say, counted, line};
use crate::domain::UnixMs;
use crate::domain::privacy::{DAY_MS, FileKind};
use crate::domain::text::safe_for_terminal;
use crate::ops::causes::in_words;
use crate::store::{Erased, Obstacles, OldReasons, OtherFile, OtherFinding, Trace, erased_file};

/// So many backups, and so many files of others, are named; `--json` and `munjad backups` name all.
const MOST_NAMED: usize = 20;

/// What stands in the way, and what to do about it.
pub(super) fn in_the_way(of: &Obstacles, say: Say) -> String {
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
            format!("{ids}번 상담에 답하지 않은 긴급 문자가 있습니다. 먼저 답하거나 경보를 끝내십시오"),
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

pub(super) fn tell(report: &Report, asked: &Asked, say: Say) -> anyhow::Result<()> {
    if say.json {
        line(&serde_json::to_string_pretty(&as_json(report, asked))?);
        return Ok(());
    }
    match (&report.erased, report.erased_at) {
        (Some(erased), _) => tell_erased(erased, say),
        (None, Some(at)) => {
            let at = asked.config.minute(at);
            line(&say.pick(
                format!("Nothing is stored of this number in the database: they were erased at {at}."),
                format!("데이터베이스에 이 번호로 저장된 것이 없습니다. {at}에 지웠습니다."),
            ));
        }
        (None, None) => line(say.pick(
            "Nothing is stored of this number in the database.",
            "데이터베이스에 이 번호로 저장된 것이 없습니다.",
        )),
    }
    tell_kept(report, asked, say);
    tell_left(report, say);
    tell_reasons(report, asked, say);
    tell_copies(report, asked, say);
    tell_others(&report.others, say);
    tell_exports(&report.exports, asked, say);
    tell_backups(&report.backups, asked, say);
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
    if let Some(error) = &report.not_rewritten {
        let error = in_words(&error.to_string(), say.lang);
        line(&say.pick(
            format!("The database could not be rewritten: {error}"),
            format!("데이터베이스를 다시 쓰지 못했습니다: {error}"),
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
                "접속기록 {n_chained}건의 사유에 이 번호가 남아 있습니다. 고칠 수 없는 기록이며 {until} 뒤에 지워집니다 ([audit] \
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
        let (holds, holds_ko) = match copy.kind {
            FileKind::Packed => (
                "may hold them (it is packed or encrypted, and was not looked into)",
                "남아 있을 수 있습니다(압축하거나 암호화한 파일이라 열어 보지 않았습니다)",
            ),
            _ => ("still holds them", "아직 남아 있습니다"),
        };
        if copy.needs_person {
            line(&say.pick(
                format!("{path} {holds}, and nothing removes it by itself: look at it, and remove it"),
                format!("{path} 에 {holds_ko}. 저절로 지워지지 않으니 확인하고 직접 지우십시오"),
            ));
            continue;
        }
        let until = asked.config.minute(until(copy, asked));
        line(&match copy.kind {
            FileKind::Saved => say.pick(
                format!("{path} {holds}, until {until}. It was saved from a lost database, and may hold texts that are nowhere else: if all \
                         of them are back, --remove-copies removes it now"),
                format!("{path} 에 {holds_ko}. {until} 뒤에 지워집니다. 없어진 데이터베이스에서 구한 것이라 다른 곳에 없는 문자가 있을 수 있습니다. 모두 \
                         되찾았으면 --remove-copies 로 지금 지우십시오"),
            ),
            FileKind::Packed => say.pick(
                format!("{path} {holds}, until {until}; --remove-copies removes it now"),
                format!("{path} 에 {holds_ko}. {until} 뒤에 지워지며, --remove-copies 로 지금 지울 수 있습니다"),
            ),
            _ => say.pick(
                format!("{path} {holds}, until {until}: the way back after an upgrade. Without --keep-copies it is removed"),
                format!("{path} 에 {holds_ko}. {until} 뒤에 지워집니다. 업그레이드 전으로 되돌아갈 때 쓰는 사본이며, --keep-copies 없이 실행하면 \
                         지웁니다"),
            ),
        });
    }
}

/// Files that are none of ours: only people remove them.
fn tell_others(others: &[OtherFile], say: Say) {
    for other in others.iter().take(MOST_NAMED) {
        line(&other_in_words(other, say));
    }
    let n = others.len();
    if n > MOST_NAMED {
        let more = n - MOST_NAMED;
        line(&say.pick(
            format!("and {more} more files: --json names all"),
            format!("그 밖에 파일 {more}개: --json 에 모두 나옵니다"),
        ));
    }
    if n > 0 {
        line(say.pick(
            "None of these files is the gateway's own, and nothing removes them by itself: look at each, remove it or take it to where it belongs, and run \
             this command again.",
            "게이트웨이가 만든 파일이 아니므로 저절로 지워지지 않습니다. 하나씩 확인해 지우거나 제자리로 옮긴 뒤 이 명령을 다시 실행하십시오.",
        ));
    }
}

fn other_in_words(other: &OtherFile, say: Say) -> String {
    let path = other.path.display();
    match &other.finding {
        OtherFinding::HoldsThem => say.pick(
            format!("{path} holds the number: an export, or a list?"),
            format!("{path} 에 이 번호가 있습니다. 내보낸 파일이나 명단인지 확인하십시오"),
        ),
        OtherFinding::ExportedPhotos => say.pick(
            format!("{path} holds photos of an export, and may hold theirs"),
            format!("{path} 에 내보낸 사진이 있습니다. 그 사람의 사진일 수 있습니다"),
        ),
        OtherFinding::Packed => say.pick(
            format!("{path} may hold them (it is packed or encrypted, and was not looked into)"),
            format!("{path} 에 남아 있을 수 있습니다(압축하거나 암호화한 파일이라 열어 보지 않았습니다)"),
        ),
        OtherFinding::TooLarge => {
            let size = size(other.n_bytes);
            say.pick(
                format!("{path} may hold them (it is too large, {size}, and was not looked into)"),
                format!("{path} 에 남아 있을 수 있습니다({size} 로 너무 커서 열어 보지 않았습니다)"),
            )
        }
        OtherFinding::Unreadable(error) => {
            let error = in_words(error, say.lang);
            say.pick(
                format!("{path} may hold them (it cannot be read: {error})"),
                format!("{path} 에 남아 있을 수 있습니다(읽을 수 없습니다: {error})"),
            )
        }
    }
}

/// Exports of their data, wherever somebody took them.
fn tell_exports(exports: &[UnixMs], asked: &Asked, say: Say) {
    if exports.is_empty() {
        return;
    }
    let times: Vec<String> = exports.iter().map(|at| asked.config.minute(*at)).collect();
    let times = times.join(", ");
    line(&say.pick(
        format!(
            "What was stored of them was exported (munjad citizen export): {times}. munjad does not know where those files lie: find \
             them, and the folders with photos beside them (FILE.photos), and remove them unless the person has them."
        ),
        format!(
            "이 사람의 정보를 내보낸 적이 있습니다(munjad citizen export): {times}. 그 파일이 어디 있는지 munjad 는 모릅니다. 파일과 옆의 사진 폴더(파일.photos)를 \
             찾아, 본인에게 건넨 것이 아니면 지우십시오."
        ),
    ));
}

fn tell_backups(backups: &Backups, asked: &Asked, say: Say) {
    let folder = backups.folder.as_deref().unwrap_or(Path::new("")).display();
    if let Some(error) = &backups.unreadable {
        line(&say.pick(
            format!("{folder} cannot be read ({error}): mount its disk, or look at the backups there, and run this command again"),
            format!("{folder} 을(를) 읽을 수 없습니다({error}). 디스크를 마운트하거나 그곳의 백업을 확인한 뒤 이 명령을 다시 실행하십시오"),
        ));
    }
    for path in &backups.work_folders {
        let path = path.display();
        line(&say.pick(
            format!("{path} is of a backup or restore that is under way or was broken off, and may hold them. What was broken off, the next one there removes: run this command again after it"),
            format!("{path} 은(는) 진행 중이거나 중단된 백업 또는 복원의 것으로, 남아 있을 수 있습니다. 중단된 것은 다음에 그곳에서 백업하거나 복원할 때 지웁니다. 그 뒤 이 명령을 다시 실행하십시오"),
        ));
    }
    let n = backups.copies.len();
    if n > 0 {
        let n_en = counted(n, "backup");
        line(&say.pick(
            format!("{n_en} in {folder} from before the erasure may hold them. The first `munjad backup` after the date beside it removes each, or an earlier one by [backup] keep:"),
            format!("{folder} 에 지우기 전에 만든 백업 {n}개가 있어 남아 있을 수 있습니다. 저마다 적힌 기한 뒤의 첫 munjad backup 이 지우며, [backup] keep 을 넘으면 더 일찍 지웁니다:"),
        ));
    }
    for (copy, until) in backups.copies.iter().take(MOST_NAMED) {
        let name = copy.path.file_name().unwrap_or_default().to_string_lossy();
        let (made, until) = (asked.config.minute(copy.made_at), asked.config.minute(*until));
        line(&say.pick(
            format!("  {name}  made {made}, until {until}"),
            format!("  {name}  만든 때 {made}, 기한 {until}"),
        ));
    }
    if n > MOST_NAMED {
        let more = n - MOST_NAMED;
        line(&say.pick(
            format!("  and {more} more: munjad backups"),
            format!("  그 밖에 {more}개: munjad backups"),
        ));
    }
    let Some(until) = backups.elsewhere_until else { return };
    let until = asked.config.minute(until);
    line(&say.pick(
        format!("Backups that were carried elsewhere may hold them until {until}, if they are removed there after [privacy] backups_kept_days."),
        format!("다른 곳으로 옮긴 백업에는 {until}까지 남아 있을 수 있습니다. 그곳에서도 [privacy] backups_kept_days 가 지난 것을 지워야 합니다."),
    ));
}

/// When the nightly purge removes a copy.
fn until(copy: &Trace, asked: &Asked) -> UnixMs {
    copy.modified_at + asked.config.privacy.retention.copies_ms
}

/// The word of a finding in JSON.
fn what(finding: &OtherFinding) -> &'static str {
    match finding {
        OtherFinding::HoldsThem => "holds_the_number",
        OtherFinding::ExportedPhotos => "exported_photos",
        OtherFinding::Packed => "packed",
        OtherFinding::TooLarge => "too_large",
        OtherFinding::Unreadable(_) => "unreadable",
    }
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
        "not_rewritten": report.not_rewritten.as_ref().map(ToString::to_string),
        "left": report.left.iter().map(|t| json!({
            "path": path(&t.path), "numbers": t.n_numbers, "words": t.n_words,
        })).collect::<Vec<_>>(),
        "copies": report.copies.iter().map(|t| json!({
            "path": path(&t.path), "until_at": (!t.needs_person).then(|| until(t, asked)), "n_bytes": t.n_bytes,
            "looked_into": t.kind != FileKind::Packed,
        })).collect::<Vec<_>>(),
        "files": report.others.iter().map(|o| json!({
            "path": path(&o.path), "n_bytes": o.n_bytes, "what": what(&o.finding),
            "looked_into": matches!(o.finding, OtherFinding::HoldsThem),
        })).collect::<Vec<_>>(),
        "exported_at": report.exports,
        "reasons_masked": report.reasons.n_masked,
        "access_rows_left": report.reasons.n_chained,
        "access_rows_until_at": (report.reasons.n_chained > 0).then(|| reasons_until(report, asked)),
        "copies_removed": report.removed.iter().map(|p| path(p)).collect::<Vec<_>>(),
        "erased_at": report.erased_at,
        "backups": report.backups.copies.iter().map(|(copy, until)| json!({
            "path": path(&copy.path), "made_at": copy.made_at, "until_at": until, "n_bytes": copy.n_bytes,
        })).collect::<Vec<_>>(),
        "backup_work_folders": report.backups.work_folders.iter().map(|p| path(p)).collect::<Vec<_>>(),
        "backups_unreadable": report.backups.unreadable,
        "backups_until_at": report.backups.elsewhere_until,
    })
}

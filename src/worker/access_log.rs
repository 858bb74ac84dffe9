//! Ends the days of the access log, at three in the morning in Korea, or at the next start: writes the day's head to the log and
//! to a file, reports suspicious reading of each day since the last head, and removes rows whose time is over.

use std::fs::File;
use std::io::{Read, Seek, SeekFrom, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};

use super::{Context, Role, store_trouble};
use crate::domain::UnixMs;
use crate::domain::access::chain::{HeadLine, to_hex};
use crate::domain::access::day::Day;
use crate::domain::access::suspicion::Rule;
use crate::domain::calendar::OpenState;
use crate::domain::event::EventKind;
use crate::store::StoreError;

const ROLE: Role = Role::AccessLog;
/// How often it is looked whether a day is over (milliseconds).
const LOOK_EVERY_MS: i64 = 30_000;
/// The same, while nobody has borne our clock out (milliseconds).
const UNSURE_MS: i64 = 1_000;
/// So many rows are removed in one transaction: writers wait no longer than for that.
const BATCH: u32 = 2_000;
/// Reading of so many days is reported at most, after the gateway stood still.
const MOST_REPORTED: usize = 31;

/// What the configuration says of the access log.
#[derive(Debug, Clone)]
pub struct AuditSettings {
    /// How long rows are kept (milliseconds).
    pub keep_ms: i64,
    pub head_file: Option<PathBuf>,
    pub suspicion: Rule,
}

pub(super) async fn run(context: Context) {
    let (mut ended, mut begun, mut expired) = (None, None, None);
    loop {
        let now = context.now();
        context.health.progress(ROLE, now);
        let today = Day::of(now);
        let done = if ended == Some(today) { Ok(()) } else { end_day(&context, (today, now)).await };
        match done {
            Ok(()) => ended = Some(today),
            // Not tried again at once: each try adds a line to the file of heads.
            Err(error) => store_trouble(ROLE, &error),
        }
        let file = context.settings().audit.head_file.clone();
        if begun != file {
            begin_file(&context, file.clone()).await;
            begun = file;
        }
        // Not by a clock that is in doubt: what is removed does not come back.
        let is_sure = context.health.is_clock_sure();
        if is_sure && ended == Some(today) && expired != Some(today) {
            match expire(&context, now).await {
                Ok(()) => expired = Some(today),
                Err(error) => store_trouble(ROLE, &error),
            }
        }
        if !context.pause(if is_sure { LOOK_EVERY_MS } else { UNSURE_MS }).await {
            return;
        }
    }
}

/// Does what is due at the end of a day, unless that was done.
async fn end_day(context: &Context, (today, now): (Day, UnixMs)) -> Result<(), StoreError> {
    let Some(head) = context.store.next_access_head(today, now).await? else {
        return Ok(());
    };
    let settings = context.settings().audit.clone();
    tracing::info!("head of the access log of {}: row {}, {}", head.day, head.seq, to_hex(&head.hash));
    let is_in_file = match settings.head_file.clone() {
        Some(file) => note_head_line(file, HeadLine::Head(head.clone())).await,
        None => false,
    };
    for day in days_to_report(context.store.last_access_head().await?.map(|last| Day::of(last.at)), today) {
        report(context, &settings, day).await?;
    }
    // Last: what failed before is done again.
    context.store.keep_access_head(head, is_in_file).await
}

/// A file of heads that is new to this run gets the newest head at once if it has none: whoever configured it sees that it can be
/// written to, and the log is held to it from now on.
async fn begin_file(context: &Context, file: Option<PathBuf>) {
    let Some(file) = file else { return };
    let head = match context.store.last_access_head().await {
        Ok(Some(head)) => HeadLine::Head(head),
        // The end of the first day writes one.
        Ok(None) => return,
        Err(error) => return store_trouble(ROLE, &error),
    };
    let looked_at = file.clone();
    let has_heads = tokio::task::spawn_blocking(move || {
        // One that cannot be appended to is found out now, not at three in the morning.
        File::options().append(true).open(&looked_at)?;
        let lines = std::fs::read(&looked_at)?;
        Ok::<_, std::io::Error>(
            String::from_utf8_lossy(&lines).lines().any(|l| HeadLine::from_line(l).is_some()),
        )
    });
    if !matches!(has_heads.await, Ok(Ok(true))) {
        note_head_line(file, head).await;
    }
}

/// The days that have ended since the one of the last head, the earliest first: also those at whose end the gateway stood still.
/// Without a head, the day before.
fn days_to_report(last: Option<Day>, today: Day) -> Vec<Day> {
    let (mut days, mut day) = (Vec::new(), today.before());
    let first = last.unwrap_or(day);
    while day >= first && days.len() < MOST_REPORTED {
        days.push(day);
        day = day.before();
    }
    days.reverse();
    days
}

/// Adds a line to the file of heads; whether it stands there. A file that cannot be written to holds up nothing: the next day's
/// head speaks for this day, too.
pub async fn note_head_line(path: PathBuf, line: HeadLine) -> bool {
    let shown = path.display().to_string();
    let written = tokio::task::spawn_blocking(move || add_head_line(&path, &line)).await;
    let written = written.unwrap_or_else(|_| Err(std::io::ErrorKind::Other.into()));
    if let Err(error) = written {
        tracing::error!(
            file = shown,
            "the head of the access log cannot be written to audit.head_file: let the service's user write to it ({error})"
        );
        return false;
    }
    true
}

/// Adds a line to the file of heads; on disk when it returns. Blocks.
pub fn add_head_line(path: &Path, line: &HeadLine) -> std::io::Result<()> {
    let mut file = File::options().append(true).create(true).mode(0o640).open(path)?;
    // What a full disk left of a line must not spoil this one, too.
    let begin = if is_torn(path) { "\n" } else { "" };
    file.write_all(format!("{begin}{}\n", line.to_line()).as_bytes())?;
    file.sync_all()
}

/// Whether the last line of a file has no end. `false` where it cannot be read.
fn is_torn(path: &Path) -> bool {
    let last = || -> std::io::Result<u8> {
        let mut file = File::open(path)?;
        let mut last = [0];
        file.seek(SeekFrom::End(-1))?;
        file.read_exact(&mut last)?;
        Ok(last[0])
    };
    last().is_ok_and(|last| last != b'\n')
}

/// Reports suspicious reading of a day that ended. Who it was stands in the log and in `munjad audit suspicious`, not in the
/// journal, which every counselor's program hears.
async fn report(context: &Context, settings: &AuditSettings, day: Day) -> Result<(), StoreError> {
    let desks = context.settings().policy.desks.clone();
    let is_outside = move |at: UnixMs| {
        desks.all().iter().all(|desk| matches!(desk.calendar.at(at), OpenState::Closed { .. }))
    };
    let (from, to) = (day.begins_at(), day.after().begins_at());
    let suspects = context.store.suspicious_reading((from, to), settings.suspicion, is_outside).await?;
    for suspect in &suspects {
        tracing::warn!(
            login = suspect.login,
            n_unanswered = suspect.n_unanswered,
            n_searched = suspect.n_searched,
            n_outside_hours = suspect.n_outside,
            day = day.date(),
            "suspicious reading: citizens' texts read without doing anything for them; see munjad audit suspicious"
        );
    }
    if suspects.is_empty() {
        return Ok(());
    }
    let detail = format!("{} {}", day.date(), suspects.len());
    context.store.note(EventKind::SuspiciousReading, detail, context.now()).await
}

/// Removes rows whose time is over.
async fn expire(context: &Context, now: UnixMs) -> Result<(), StoreError> {
    let before = now - context.settings().audit.keep_ms;
    let mut n_all = 0;
    loop {
        let n = context.store.expire_access(before, BATCH, now).await?;
        n_all += n;
        context.health.progress(ROLE, context.now());
        if n < BATCH as usize || context.stop.is_cancelled() {
            break;
        }
    }
    if n_all > 0 {
        tracing::info!(n = n_all, "rows of the access log were removed after their time");
    }
    Ok(())
}

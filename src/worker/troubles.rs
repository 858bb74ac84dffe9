//! Watches over the gateway itself, and calls the operator: a deaf carrier, a full disk, a wrong clock, a daemon that starts
//! again and again. The rule is `domain::alarm::operator`. Where the disk takes no more, command and webhook are called without it,
//! also for dangers that stand: no step of theirs can be written down then.

use std::collections::BTreeMap;

use super::every::Interval;
use super::{Context, Role, store_trouble};
use crate::call::hand_over;
use crate::domain::UnixMs;
use crate::domain::alarm::operator::{MOST_STARTS, Saying, is_disk_full, saying};
use crate::domain::alarm::{AlarmNews, OperatorAlarm, Trouble};
use crate::domain::hearing::Hearing;
use crate::ops::disk;

const ROLE: Role = Role::Troubles;
/// How often it is looked at (milliseconds).
const LOOK_EVERY_MS: i64 = 3_000;
/// How often a full disk is tried (milliseconds).
const TRY_DISK_EVERY_MS: i64 = 10_000;
/// While the disk is full, dangers that stand are called again after this (milliseconds): the last step of the default escalation.
const DANGERS_AGAIN_MS: i64 = 180_000;
/// At most so many dangers are called by themselves at a time; the oldest first.
const MOST_DANGERS: usize = 20;

pub(super) async fn run(context: Context) {
    let mut disk =
        Disk { every: Interval::ms(TRY_DISK_EVERY_MS), said: None, dangers: Interval::ms(DANGERS_AGAIN_MS) };
    loop {
        context.health.progress(ROLE, context.now());
        // A failure is said by the store, and ends the process.
        drop(context.store.check_files());
        for (trouble, is_in_trouble) in seen(&context).await {
            note(&context, &mut disk, trouble, is_in_trouble).await;
        }
        if disk.every.is_due(context.now()) {
            // So that a lock of another process, or a disk that takes nothing, is known before a text comes.
            if let Err(error) = context.store.try_to_write().await {
                store_trouble(ROLE, &error);
            }
            let is_full = is_full(&context).await;
            note(&context, &mut disk, Trouble::DiskFull, is_full).await;
        }
        if !context.pause(LOOK_EVERY_MS).await {
            return;
        }
    }
}

/// What is known of a disk that takes nothing more: it cannot be written down.
struct Disk {
    every: Interval,
    said: Option<OperatorAlarm>,
    /// When the dangers that stand are called again.
    dangers: Interval,
}

/// Every trouble but the disk's, and whether the gateway is in it now. What cannot be told yet is left out.
async fn seen(context: &Context) -> BTreeMap<Trouble, bool> {
    let mut seen = BTreeMap::new();
    // Of a carrier that is not in use any more, or a word of another version: it is over.
    match context.store.open_troubles().await {
        Ok(open) => seen.extend(open.into_iter().map(|open| (open.trouble, false))),
        Err(error) => store_trouble(ROLE, &error),
    }
    seen.remove(&Trouble::DiskFull);
    for carrier in &context.carriers().inbound {
        let (name, trouble) = (carrier.name(), Trouble::Deaf(carrier.name().to_owned()));
        let is_deaf = matches!(context.health.carrier(name).hearing, Hearing::Deaf { .. });
        if is_deaf || !context.health.is_unasked(name) {
            seen.insert(trouble, is_deaf);
        } else {
            seen.remove(&trouble);
        }
    }
    seen.insert(Trouble::Clock, context.health.clock_trouble_ms().is_some());
    match context.store.n_starts(context.now()).await {
        Ok(n) => drop(seen.insert(Trouble::Restarts, n >= MOST_STARTS)),
        Err(error) => store_trouble(ROLE, &error),
    }
    seen
}

async fn is_full(context: &Context) -> bool {
    let path = context.store.path().to_owned();
    let room = tokio::task::spawn_blocking(move || disk::room(&path)).await.ok().flatten();
    context.health.set_disk_room(room);
    is_disk_full(room)
}

async fn note(context: &Context, disk: &mut Disk, trouble: Trouble, is_in_trouble: bool) {
    let (settings, now) = (context.settings(), context.now());
    let is_disk = trouble == Trouble::DiskFull;
    match context.store.note_trouble(trouble.clone(), is_in_trouble, &settings.policy, now).await {
        Ok(said) => {
            let (word, what) = (trouble.to_word(), trouble.in_words());
            let unwritten = if is_disk { disk.said.take() } else { None };
            // What was said without the disk is taken back the same way: the database knows nothing of it.
            if let Some(before) = unwritten.filter(|_| said.is_none() && !is_in_trouble) {
                push_without_disk(context, Saying::Over, now - before.since, now).await;
            }
            match said {
                Some(Saying::Over) => {
                    tracing::info!(trouble = word, "this trouble is over: {what}");
                }
                Some(_) if settings.policy.alarm.has_operator() => {
                    tracing::error!(trouble = word, "the operator is called: {what}");
                }
                Some(_) => {
                    tracing::error!(
                        trouble = word,
                        "{what}. Nobody is called: [alarm] names no phone of an operator, no command and no webhook"
                    );
                }
                None => {}
            }
        }
        Err(error) if error.is_of_the_disk() => {
            store_trouble(ROLE, &error);
            tell_without_disk(context, disk, now).await;
        }
        Err(error) => store_trouble(ROLE, &error),
    }
}

/// Command and webhook hear of a disk that takes nothing more, as often as the rule says.
async fn tell_without_disk(context: &Context, disk: &mut Disk, now: UnixMs) {
    if disk.dangers.is_due(now) && !call_for_dangers(context, now).await {
        disk.dangers.hurry();
    }
    let Some(what) = saying(disk.said, true, now) else {
        return;
    };
    let since = disk.said.map_or(now, |said| said.since);
    disk.said = Some(OperatorAlarm { since, told_at: now });
    push_without_disk(context, what, now - since, now).await;
}

/// Command and webhook hear of each danger that stands and that nobody looks after. It is read, and nothing is written.
/// Returns whether all calls left.
async fn call_for_dangers(context: &Context, now: UnixMs) -> bool {
    let standing = match context.store.called_alarms().await {
        Ok(standing) => standing,
        Err(error) => {
            store_trouble(ROLE, &error);
            return false;
        }
    };
    let mut all_left = true;
    let unattended = standing.into_iter().filter(|alarm| alarm.quiet_until.is_none_or(|until| until <= now));
    for alarm in unattended.take(MOST_DANGERS) {
        let minutes = (now - alarm.since).max(0) / 60_000;
        let id = Some(alarm.conversation_id);
        let news =
            AlarmNews { what: "danger".to_owned(), conversation_id: id, minutes, ..AlarmNews::default() };
        all_left &= hand_over_unwritten(context, &news, now).await;
    }
    all_left
}

async fn push_without_disk(context: &Context, what: Saying, for_ms: i64, now: UnixMs) {
    let (minutes, state) = (for_ms / 60_000, Some(what.as_str()));
    let news = AlarmNews { what: Trouble::DiskFull.to_word(), state, minutes, ..AlarmNews::default() };
    hand_over_unwritten(context, &news, now).await;
}

/// By every way, once; its id is 0. Returns whether each took it.
async fn hand_over_unwritten(context: &Context, news: &AlarmNews, now: UnixMs) -> bool {
    let settings = context.settings();
    let mut all_left = true;
    for way in &settings.policy.alarm.pushes {
        if let Err(why) = hand_over(&settings.alarm_ways, *way, (0, news, now)).await {
            tracing::error!("an alarm did not leave by {}: {why}", way.as_str());
            all_left = false;
        }
    }
    all_left
}

//! Erases what has outlived its time, every night, in steps between which everybody else writes; and whoever was erased and came
//! back with an older copy of the database.

use std::sync::Arc;

use super::erasures::honour_erasures;
use super::{Context, Role, STORE_RETRY_MS, store_trouble};
use crate::domain::UnixMs;
use crate::domain::privacy::Retention;
use crate::store::{Purged, Store, StoreError};

const ROLE: Role = Role::Purger;
/// How often the loop looks at the clock (milliseconds).
const LOOK_EVERY_MS: i64 = 30_000;
/// The same, while nobody has borne our clock out (milliseconds).
const UNSURE_MS: i64 = 1_000;
/// The pause between two steps (milliseconds): a step takes half as long at most.
const BETWEEN_MS: u64 = 50;

pub(super) async fn run(context: Context) {
    loop {
        context.health.progress(ROLE, context.now());
        // What a clock that is ahead would erase does not come back.
        let done = if context.health.is_clock_sure() {
            round(&context).await.map(|()| LOOK_EVERY_MS)
        } else {
            Ok(UNSURE_MS)
        };
        let wait = match done {
            Ok(wait) => wait,
            Err(error) => {
                store_trouble(ROLE, &error);
                STORE_RETRY_MS
            }
        };
        if !context.pause(wait).await {
            return;
        }
    }
}

/// Purges, if it is time.
async fn round(context: &Context) -> Result<(), StoreError> {
    let (settings, now) = (context.settings(), context.now());
    let hour = settings.policy.desks.first().calendar.hour_at(now);
    if !settings.retention.is_time(hour, context.store.last_purge_at().await?, now) {
        return Ok(());
    }
    honour_erasures(&context.store, &settings.policy, now).await?;
    let on_step = || {
        context.health.progress(ROLE, context.now());
        !context.stop.is_cancelled()
    };
    purge_all(&context.store, &settings.retention, now, &on_step).await.map(drop)
}

/// Erases all that has outlived its time, kind by kind; returns how much of each. `on_step` is called between steps and says
/// whether to go on: what is left is left for the next night.
pub async fn purge_all(
    store: &Store,
    retention: &Arc<Retention>,
    now: UnixMs,
    on_step: &(dyn Fn() -> bool + Sync),
) -> Result<Vec<(Purged, usize)>, StoreError> {
    let mut done = Vec::new();
    for what in Purged::ALL {
        let Some(n) = purge_kind(store, what, (retention, now), on_step).await? else {
            return Ok(done);
        };
        store.note_purge(what, n, now).await?;
        if n > 0 {
            tracing::info!(what = what.as_str(), n, "what had outlived its time was erased");
        }
        done.push((what, n));
    }
    // What was erased is still in the log until it is folded in.
    store.empty_log().await?;
    Ok(done)
}

/// `None`: told to stop.
async fn purge_kind(
    store: &Store,
    what: Purged,
    (retention, now): (&Arc<Retention>, UnixMs),
    on_step: &(dyn Fn() -> bool + Sync),
) -> Result<Option<usize>, StoreError> {
    let (mut n, mut place) = (0, (UnixMs::MIN, 0));
    loop {
        let is_last = match what {
            Purged::Conversations => {
                let step = store.purge_conversations(retention, place, now).await?;
                n += step.n;
                place = step.next.unwrap_or(place);
                step.next.is_none()
            }
            _ => {
                let some = store.purge_some(what, retention, now).await?;
                n += some;
                some == 0 || what == Purged::Copies
            }
        };
        if is_last {
            return Ok(Some(n));
        }
        if !on_step() {
            return Ok(None);
        }
        tokio::time::sleep(std::time::Duration::from_millis(BETWEEN_MS)).await;
    }
}

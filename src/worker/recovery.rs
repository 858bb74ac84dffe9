//! After a copy of the database was put back: reads the carriers' lists of both directions back to when the copy was made, and
//! hands over to a person (`domain::recovery`). First what came in, so that what left finds its conversation; then what left.
//! While the person looks, the lists of what left are read again from time to time: a carrier may list a text late.
//!
//! Without a recovery this loop only says that it lives: one begins only while no gateway runs.

use std::time::Duration;

use super::auditor::sent_list;
use super::erasures::honour_erasures;
use super::every::Interval;
use super::walk::{CompareError, PAGE_PAUSE, Walk, can_be_walked};
use super::{Context, Role, STORE_RETRY_MS, store_trouble};
use crate::carrier::Carrier;
use crate::domain::UnixMs;
use crate::domain::list_comparison::MARGIN_MS;
use crate::domain::recovery::RecoveryState;
use crate::store::{Direction, Recovery, StoreError};

const ROLE: Role = Role::Recovery;
/// How often the loop lives where there is nothing to do (milliseconds).
const IDLE_MS: i64 = 60_000;
/// Between two steps of a recovery (milliseconds).
const STEP_MS: i64 = 1_000;
/// After a list that could not be read (milliseconds).
const RETRY_MS: i64 = 10_000;
/// How often the lists are read again while a person looks (milliseconds).
const AGAIN_MS: i64 = 5 * 60 * 1_000;

pub(super) async fn run(context: Context) {
    let (mut again, mut is_told) = (Interval::ms(AGAIN_MS), false);
    loop {
        context.health.progress(ROLE, context.now());
        let wait = match context.store.recovery().await {
            Ok(None) => IDLE_MS,
            Ok(Some(of)) => {
                if !std::mem::replace(&mut is_told, true) {
                    tracing::warn!(
                        "a backup was put back: nothing is sent to citizens until the carriers' lists have been read and the \
                         operator has confirmed (munjad recovery status)"
                    );
                }
                step(&context, &of, &mut again).await
            }
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

/// Does what is next; returns how long to wait (milliseconds).
async fn step(context: &Context, of: &Recovery, again: &mut Interval) -> i64 {
    if of.state == RecoveryState::Waiting && !again.is_due(context.now()) {
        return STEP_MS;
    }
    let done = match read_all(context, of).await {
        Ok(true) => context.store.recovery_waits(of.id, context.now()).await,
        Ok(false) => return RETRY_MS,
        Err(error) => Err(error),
    };
    match done {
        Ok(true) => {
            again.is_due(context.now());
            // A text in doubt may have stood in the way at the start, and the lists have told what became of it.
            let policy = context.settings().policy.clone();
            if let Err(error) = honour_erasures(&context.store, &policy, context.now()).await {
                store_trouble(ROLE, &error);
            }
            tracing::warn!(
                "the carriers' lists since the restored copy have been read; what is left is a person's: munjad recovery status"
            );
            STEP_MS
        }
        Ok(false) => STEP_MS,
        Err(error) => {
            store_trouble(ROLE, &error);
            STORE_RETRY_MS
        }
    }
}

/// Reads every list that a carrier keeps; says whether all could be read.
async fn read_all(context: &Context, of: &Recovery) -> Result<bool, StoreError> {
    context.store.note_recovery_lists(of.id, lists(context)).await?;
    let of = context.store.recovery().await?.unwrap_or_else(|| of.clone());
    let carriers = context.carriers();
    for carrier in carriers.inbound.iter().filter(|carrier| can_be_walked(carrier.as_ref())) {
        let list = (carrier.name().to_owned(), Direction::In);
        if is_read(&of, &list) {
            continue;
        }
        let read = read_inbound(context, carrier.as_ref(), of.copy_made_at).await;
        note(context, &of, list, read).await?;
    }
    if !drained(context).await? {
        return Ok(false);
    }
    for used in carriers.senders().filter(|used| used.carrier.caps().lists_sent) {
        let list = (used.carrier.name().to_owned(), Direction::Out);
        if let Err(error) = read_sent(context, used.carrier.as_ref(), &of).await {
            note(context, &of, list, Err(error)).await?;
        }
    }
    Ok(context.store.recovery().await?.is_some_and(|of| !of.lists.is_empty() && of.is_read()))
}

/// The lists that there are, of the carriers in use, and whether each is kept.
fn lists(context: &Context) -> Vec<(String, Direction, bool)> {
    let carriers = context.carriers();
    let inbound = carriers.inbound.iter().map(|carrier| {
        let is_kept = can_be_walked(carrier.as_ref());
        (carrier.name().to_owned(), Direction::In, is_kept)
    });
    let outbound = carriers.senders().map(|used| {
        let is_kept = used.carrier.caps().lists_sent;
        (used.carrier.name().to_owned(), Direction::Out, is_kept)
    });
    inbound.chain(outbound).collect()
}

fn is_read(of: &Recovery, (carrier, direction): &(String, Direction)) -> bool {
    let mut lists = of.lists.iter();
    lists.any(|list| list.carrier == *carrier && list.direction == *direction && list.read_at.is_some())
}

async fn note(
    context: &Context,
    of: &Recovery,
    list: (String, Direction),
    read: Result<usize, CompareError>,
) -> Result<(), StoreError> {
    let read = match read {
        Err(CompareError::Store(error)) => return Err(error),
        Err(error) => {
            tracing::warn!(
                carrier = list.0,
                direction = list.1.as_str(),
                "a list of {} could not be read back, and is tried again: {error}",
                list.0
            );
            Err(error.to_string())
        }
        Ok(n) => Ok(n),
    };
    context.store.recovery_list_read(of.id, list, read, context.now()).await
}

/// Stores every text from citizens that the carrier lists since the copy; returns how many it lists.
async fn read_inbound(
    context: &Context,
    carrier: &dyn Carrier,
    made_at: UnixMs,
) -> Result<usize, CompareError> {
    let mut walk = Walk::new(carrier, made_at.saturating_sub(MARGIN_MS), context.now());
    loop {
        let page = walk.read(carrier).await?;
        let (items, seen) = (page.items.clone(), context.seen(carrier));
        context.store.accept_inbound(carrier.name(), page.raw.to_vec(), items, None, seen).await?;
        context.health.progress(ROLE, context.now());
        if !walk.step(&page)? {
            return Ok(walk.listed.len());
        }
        tokio::time::sleep(PAGE_PAUSE).await;
    }
}

/// Waits until every text that came stands in its conversation; `false` if that takes too long, or the loop is to stop.
async fn drained(context: &Context) -> Result<bool, StoreError> {
    const TRIES: u32 = 600;
    for _ in 0..TRIES {
        if !context.store.has_received().await? {
            return Ok(true);
        }
        context.store.hints().text_in.notify_one();
        context.health.progress(ROLE, context.now());
        tokio::select! {
            () = context.stop.cancelled() => return Ok(false),
            () = tokio::time::sleep(Duration::from_millis(100)) => {}
        }
    }
    Ok(false)
}

async fn read_sent(context: &Context, carrier: &dyn Carrier, of: &Recovery) -> Result<(), CompareError> {
    let since = of.copy_made_at.saturating_sub(MARGIN_MS);
    let on_page = || context.health.progress(ROLE, context.now());
    let listed = sent_list(carrier, since, &on_page).await?;
    let (name, policy) = (carrier.name().to_owned(), context.settings().policy.clone());
    let found = context.store.recover_sent(of, name, listed, &policy, context.now()).await?;
    if found.n_answers + found.n_notices + found.n_unclear + found.n_settled > 0 {
        tracing::warn!(
            carrier = carrier.name(),
            answers = found.n_answers,
            notices = found.n_notices,
            unclear = found.n_unclear,
            settled = found.n_settled,
            "texts left after the restored copy was made: they are written down as sent"
        );
    }
    if found.n_erased > 0 {
        tracing::info!(
            carrier = carrier.name(),
            n = found.n_erased,
            "texts to people who were erased after them are left out"
        );
    }
    Ok(())
}

//! Reads again, at the start and every hour, what a carrier's list holds of the last day: a text that was listed later than
//! the overlap of the polls, or that a crash, a restored database or a fault of ours left out, is found. What it finds goes
//! through the same door as what a poll finds, and unique keys make repeats harmless.
//!
//! It is a loop of its own with a pause after each page, so that no poll waits for more than one page of it.

use std::time::Duration;

use super::auditor::keep_inbound;
use super::every::Interval;
use super::walk::{PAGE_PAUSE, Walk, can_be_walked};
use super::{Context, NO_CARRIER_MS, Role, STORE_RETRY_MS, store_trouble};
use crate::carrier::{Carrier, CarrierError, InboundPage};
use crate::domain::UnixMs;
use crate::store::StoreError;

/// How often the loop looks whether a walk is due (milliseconds).
const LOOK_EVERY_MS: i64 = 5_000;
/// After a page that could not be read (milliseconds).
const RETRY_MS: i64 = 30_000;
/// A page that fails so often in a row is given up, and the walk with it; the next one begins in its time.
const MOST_FAILURES: u32 = 20;

/// State of the loop.
#[derive(Default)]
struct State {
    walk: Option<Walk>,
    /// Where the last run of the daemon stopped: the first walk reaches back from there.
    stopped_at: Option<UnixMs>,
    n_late: usize,
    /// Failures of its current page in a row.
    n_failures: u32,
}

pub(super) async fn run(context: Context, carrier: &'static str) {
    let role = Role::DeepWalk(carrier);
    // Before the poller moves it on.
    let stopped_at = context.store.inbound_cursor(carrier).await.ok().flatten().map(|cursor| cursor.since);
    tokio::select! {
        () = context.stop.cancelled() => return,
        // What came just now is fetched first.
        () = first_poll(&context, role) => {}
    }
    let mut state = State { stopped_at, ..State::default() };
    let mut due = Interval::ms(context.settings().deep_walk_every_ms);
    loop {
        context.health.progress(role, context.now());
        due.set(context.settings().deep_walk_every_ms);
        let is_on = context.settings().deep_walk_ms > 0;
        let wait = match context.carrier(carrier) {
            None => NO_CARRIER_MS,
            Some(_) if state.walk.is_none() && !(is_on && due.is_due(context.now())) => LOOK_EVERY_MS,
            Some(carrier) if !can_be_walked(carrier.as_ref()) => LOOK_EVERY_MS,
            Some(carrier) => match page(&context, carrier.as_ref(), &mut state).await {
                Ok(wait) => wait,
                Err(failed) => failed.report(carrier.name(), role),
            },
        };
        if !context.pause(wait).await {
            return;
        }
    }
}

/// Resolves once every carrier was polled.
async fn first_poll(context: &Context, role: Role) {
    let ready = context.health.ready();
    tokio::pin!(ready);
    loop {
        context.health.progress(role, context.now());
        if tokio::time::timeout(Duration::from_secs(5), &mut ready).await.is_ok() {
            return;
        }
    }
}

enum Failed {
    Carrier(CarrierError),
    Store(StoreError),
}

impl Failed {
    /// Logs it; returns how long to wait (milliseconds).
    fn report(&self, carrier: &'static str, role: Role) -> i64 {
        match self {
            // The poller reports a carrier that does not answer.
            Failed::Carrier(error) => {
                tracing::info!(carrier, %error, "a page of the deep walk could not be read; it is asked for again");
                RETRY_MS
            }
            Failed::Store(error) => {
                store_trouble(role, error);
                STORE_RETRY_MS
            }
        }
    }
}

/// Reads and keeps one page of the walk; returns how long to wait (milliseconds).
async fn page(context: &Context, carrier: &dyn Carrier, state: &mut State) -> Result<i64, Failed> {
    let now = context.now();
    let mut walk = match state.walk.take() {
        Some(walk) => walk,
        None => begin(context, carrier, state, now),
    };
    let read = match walk.read(carrier).await {
        Ok(page) => keep(context, carrier, &page).await.map(|n_late| (page, n_late)).map_err(Failed::Store),
        Err(error) => Err(Failed::Carrier(error)),
    };
    let (read, n_late) = match read {
        Ok(read) => read,
        Err(failed) => {
            state.n_failures += 1;
            if let Failed::Carrier(error) = &failed
                && state.n_failures >= MOST_FAILURES
            {
                tracing::error!(
                    carrier = carrier.name(),
                    %error,
                    "a deep walk was given up: one page cannot be read, and what stands behind it was not compared"
                );
                state.n_failures = 0;
                return Ok(LOOK_EVERY_MS);
            }
            // The same page again: the walk is not over.
            state.walk = Some(walk);
            return Err(failed);
        }
    };
    state.n_late += n_late;
    state.n_failures = 0;
    match walk.step(&read) {
        Ok(true) => {
            state.walk = Some(walk);
            Ok(i64::try_from(PAGE_PAUSE.as_millis()).unwrap_or(0))
        }
        Ok(false) => {
            end(context, carrier, state, walk).await.map_err(Failed::Store)?;
            Ok(LOOK_EVERY_MS)
        }
        Err(error) => {
            tracing::error!(carrier = carrier.name(), %error, "a deep walk was given up");
            Ok(LOOK_EVERY_MS)
        }
    }
}

fn begin(context: &Context, carrier: &dyn Carrier, state: &mut State, now: UnixMs) -> Walk {
    // By the carrier's clock, if ours is ahead.
    let ahead = context.health.carrier(carrier.name()).clock_ahead_ms.unwrap_or(0).min(0);
    let until = state.stopped_at.unwrap_or(now).min(now.saturating_add(ahead));
    state.n_late = 0;
    Walk::new(carrier, until.saturating_sub(context.settings().deep_walk_ms), now)
}

/// Commits the texts of a page that are not known yet; returns how many of them are late.
async fn keep(context: &Context, carrier: &dyn Carrier, page: &InboundPage) -> Result<usize, StoreError> {
    let name = carrier.name();
    let (items, seen) = (page.items.clone(), context.seen(carrier));
    let accepted = context.store.accept_inbound(name, page.raw.to_vec(), items, None, seen).await?;
    if accepted.n_new > 0 {
        context.health.record_text_in(seen.at);
    }
    if accepted.n_quarantined > 0 {
        tracing::error!(
            n = accepted.n_quarantined,
            "texts could not be read and were set aside: munjad quarantine list"
        );
    }
    Ok(accepted.n_late)
}

async fn end(
    context: &Context,
    carrier: &dyn Carrier,
    state: &mut State,
    walk: Walk,
) -> Result<(), StoreError> {
    state.stopped_at = None;
    if state.n_late > 0 {
        tracing::warn!(
            carrier = carrier.name(),
            n = state.n_late,
            "a walk through the carrier's list found texts that no poll had seen; they wait for a person"
        );
    }
    // What came while it walked, it has not listed.
    let until = walk.until;
    keep_inbound(&context.store, carrier, walk, until).await.map(drop)
}

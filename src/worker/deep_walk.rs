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
    trouble: Trouble,
}

/// What is wrong with the walks, so that each trouble is said once, and its end.
#[derive(Debug, Default)]
struct Trouble {
    /// Failures of the current page in a row.
    n_failures: u32,
    /// A walk was given up, and none has come to its end since: the next ones fail at the same page, most likely.
    is_stuck: bool,
}

/// What is to be said.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Say {
    Nothing,
    /// A page cannot be read or kept; it is tried again.
    Failing,
    /// The same page, too often.
    GivenUp,
    /// The page could be read after all.
    PageAgain,
    /// A walk came to its end after one that was given up.
    WalkAgain,
}

impl Trouble {
    /// A page failed; a carrier that does not give it is not asked for ever.
    fn failed(&mut self, is_of_carrier: bool) -> Say {
        self.n_failures += 1;
        if is_of_carrier && self.n_failures >= MOST_FAILURES {
            return self.gave_up();
        }
        if self.n_failures == 1 && !self.is_stuck { Say::Failing } else { Say::Nothing }
    }

    fn gave_up(&mut self) -> Say {
        self.n_failures = 0;
        if std::mem::replace(&mut self.is_stuck, true) { Say::Nothing } else { Say::GivenUp }
    }

    /// A page was read and kept.
    fn read(&mut self) -> Say {
        let has_failed = std::mem::take(&mut self.n_failures) > 0;
        if has_failed && !self.is_stuck { Say::PageAgain } else { Say::Nothing }
    }

    /// A walk came to its end.
    fn ended(&mut self) -> Say {
        if std::mem::take(&mut self.is_stuck) { Say::WalkAgain } else { Say::Nothing }
    }
}

impl Say {
    fn tell(self, carrier: &'static str) {
        match self {
            // The failure itself is told with its error.
            Say::Nothing | Say::Failing | Say::GivenUp => {}
            Say::PageAgain => tracing::info!(carrier, "the page of the deep walk could be read after all"),
            Say::WalkAgain => tracing::info!(carrier, "the deep walk comes to its end again"),
        }
    }
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
                Err((failed, say)) => failed.report(carrier.name(), role, say),
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
    /// Logs it if it is to be said; returns how long to wait (milliseconds).
    fn report(&self, carrier: &'static str, role: Role, say: Say) -> i64 {
        match (self, say) {
            (Failed::Carrier(error), Say::GivenUp) => tracing::error!(
                carrier,
                "a deep walk through the list of {carrier} was given up: one page cannot be read, and what stands behind it was \
                 not compared. It is tried again with each walk: {error}"
            ),
            // The poller reports a carrier that does not answer.
            (Failed::Carrier(error), Say::Failing) => tracing::info!(
                carrier,
                %error,
                "a page of the deep walk could not be read; it is asked for again"
            ),
            (Failed::Store(error), Say::Failing) => store_trouble(role, error),
            _ => {}
        }
        match self {
            Failed::Carrier(_) => RETRY_MS,
            Failed::Store(_) => STORE_RETRY_MS,
        }
    }
}

/// Reads and keeps one page of the walk; returns how long to wait (milliseconds).
async fn page(context: &Context, carrier: &dyn Carrier, state: &mut State) -> Result<i64, (Failed, Say)> {
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
            let is_of_carrier = matches!(failed, Failed::Carrier(_));
            let say = state.trouble.failed(is_of_carrier);
            // The same page again, unless the walk was given up.
            state.walk = (state.trouble.n_failures > 0).then_some(walk);
            return Err((failed, say));
        }
    };
    state.n_late += n_late;
    state.trouble.read().tell(carrier.name());
    match walk.step(&read) {
        Ok(true) => {
            state.walk = Some(walk);
            Ok(i64::try_from(PAGE_PAUSE.as_millis()).unwrap_or(0))
        }
        Ok(false) => {
            state.trouble.ended().tell(carrier.name());
            end(context, carrier, state, walk).await.map_err(|error| (Failed::Store(error), Say::Failing))?;
            Ok(LOOK_EVERY_MS)
        }
        Err(error) => {
            if state.trouble.gave_up() == Say::GivenUp {
                let name = carrier.name();
                tracing::error!(
                    carrier = name,
                    "a deep walk through the list of {name} was given up: {error}"
                );
            }
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
    context.health.calls.note_texts(name, &accepted);
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
            "a walk through the list of {} found texts that no poll had seen; they wait for a person",
            carrier.name()
        );
    }
    // What came while it walked, it has not listed.
    let until = walk.until;
    keep_inbound(&context.store, carrier, walk, until).await.map(drop)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_trouble_is_said_once_and_so_is_its_end() {
        let mut trouble = Trouble::default();
        let fail = |trouble: &mut Trouble, n: u32| (0..n).map(|_| trouble.failed(true)).collect::<Vec<_>>();
        let said = |all: Vec<Say>| all.into_iter().filter(|say| *say != Say::Nothing).collect::<Vec<_>>();
        assert_eq!(trouble.read(), Say::Nothing);
        assert_eq!(said(fail(&mut trouble, MOST_FAILURES - 1)), [Say::Failing]);
        assert_eq!((trouble.read(), trouble.read()), (Say::PageAgain, Say::Nothing));
        assert_eq!(said(fail(&mut trouble, MOST_FAILURES)), [Say::Failing, Say::GivenUp]);
        // The next walks read their first pages and fail at the same one.
        for _ in 0..3 {
            assert_eq!(trouble.read(), Say::Nothing);
            assert_eq!(said(fail(&mut trouble, MOST_FAILURES)), []);
        }
        assert_eq!((trouble.ended(), trouble.ended()), (Say::WalkAgain, Say::Nothing));
        assert_eq!(said(fail(&mut trouble, 2)), [Say::Failing]);
    }

    #[test]
    fn a_page_that_the_database_does_not_take_is_never_given_up() {
        let mut trouble = Trouble::default();
        let said: Vec<Say> = (0..3 * MOST_FAILURES).map(|_| trouble.failed(false)).collect();
        assert_eq!(said.iter().filter(|say| **say != Say::Nothing).count(), 1);
    }
}

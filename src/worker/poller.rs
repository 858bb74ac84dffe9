//! Fetches texts from the carrier. A page is committed first; only then the carrier is acked and the next page asked for.
//!
//! A list that can be read again (a window) is read newest first, page by page: a pass. A pass usually ends at the first
//! text that is known already. A full pass reads the whole overlap, so that texts are found that turn up late, or that a
//! crash or an error left unread: at the start, after any failure, and every `full_walk_secs`.

use tokio::time::Instant;

use super::asking::Asking;
use super::{Context, NO_CARRIER_MS, Role, STORE_RETRY_MS, store_trouble};
use crate::carrier::{Carrier, CarrierError, InboundClass, InboundPage};
use crate::domain::inbound::Cursor;
use crate::domain::polling::Rhythm;
use crate::store::{AcceptedPage, StoreError};

/// State of the poller between two pages.
struct PollState {
    cursor: Cursor,
    /// This pass reads the whole overlap.
    is_full: bool,
    last_full_at: i64,
    rhythm: Rhythm,
    asking: Asking,
}

pub(super) async fn run(context: Context, carrier: &'static str) {
    let Some(mut state) = begin(&context, carrier).await else {
        return;
    };
    loop {
        context.health.progress(Role::Poller(carrier), context.now());
        let wait = match context.carrier(carrier) {
            Some(carrier) => round(&context, carrier.as_ref(), &mut state).await,
            None => NO_CARRIER_MS,
        };
        if !context.pause(wait).await {
            return;
        }
    }
}

/// The state in which the last run of the daemon stopped; `None` if told to stop while waiting for the store.
async fn begin(context: &Context, carrier: &'static str) -> Option<PollState> {
    loop {
        let now = context.now();
        match context.store.inbound_cursor(carrier).await {
            Ok(found) => {
                let fresh = || Cursor::starting_at(now - context.settings().first_look_back_ms);
                let cursor = found.as_ref().map_or_else(fresh, Cursor::restarted);
                return Some(PollState {
                    cursor,
                    is_full: true,
                    last_full_at: i64::MIN / 2,
                    rhythm: Rhythm::default(),
                    asking: Asking::default(),
                });
            }
            Err(error) => store_trouble(Role::Poller(carrier), &error),
        }
        if !context.pause(STORE_RETRY_MS).await {
            return None;
        }
    }
}

/// Reads one page; returns how long to wait before the next (milliseconds).
async fn round(context: &Context, carrier: &dyn Carrier, state: &mut PollState) -> i64 {
    let (now, settings) = (context.now(), context.settings());
    if state.cursor.page.is_none() {
        state.is_full |= now - state.last_full_at >= settings.full_walk_ms || now < state.last_full_at;
        state.cursor.brief = !state.is_full;
    }
    let began = Instant::now();
    let polled = carrier.poll_inbound(&state.asking.cursor(&state.cursor)).await;
    context.health.poll_ended(carrier.name(), polled.as_ref().map(|page| page.clock_ahead_ms), context.now());
    if let Some(wait) = state.asking.learn(context, carrier, &polled) {
        return wait;
    }
    let result = match polled {
        Ok(page) => accept(context, carrier, state, page).await,
        Err(error) => Err(Failed::Carrier(error)),
    };
    let now = context.now();
    let min_poll = i64::try_from(carrier.caps().min_poll.as_millis()).unwrap_or(0);
    let live = context.health.is_live(settings.inbound_pace.live_for_ms, now);
    match result {
        Ok((n_new, more)) => {
            let wait = state.rhythm.after_poll(now, n_new, more, true, live, &settings.inbound_pace);
            let wait = if more { wait } else { wait.max(min_poll) };
            // The pace counts from the beginning of one round to the beginning of the next.
            wait.saturating_sub(i64::try_from(began.elapsed().as_millis()).unwrap_or(wait)).max(0)
        }
        Err(failed) => {
            // The next pass reads what the failed one has not, and therefore goes to the end.
            state.cursor = state.cursor.restarted();
            state.is_full = true;
            let wait: i64 = match &failed {
                Failed::Carrier(_) => {
                    state.rhythm.after_poll(now, 0, false, false, live, &settings.inbound_pace)
                }
                // A carrier is given time to recover; the store is tried again after `STORE_RETRY_MS`.
                Failed::Store(_) => 0,
            };
            wait.max(failed.report(carrier.name())).max(min_poll)
        }
    }
}

enum Failed {
    Carrier(CarrierError),
    Store(StoreError),
}

impl Failed {
    /// Logs it; returns how long to wait at least (milliseconds).
    fn report(&self, carrier: &'static str) -> i64 {
        match self {
            Failed::Carrier(error) => {
                tracing::warn!(carrier, kind = ?error.kind, %error, "texts could not be fetched");
                error.retry_after.map_or(0, |wait| i64::try_from(wait.as_millis()).unwrap_or(0)).min(60_000)
            }
            Failed::Store(error) => {
                store_trouble(Role::Poller(carrier), error);
                STORE_RETRY_MS
            }
        }
    }
}

/// Commits a page, then acks it. Returns how many texts were new and whether the pass goes on.
async fn accept(
    context: &Context,
    carrier: &dyn Carrier,
    state: &mut PollState,
    page: InboundPage,
) -> Result<(usize, bool), Failed> {
    let now = context.now();
    let next = not_in_the_future(page.next, now);
    let stored =
        context.store.accept_inbound(carrier.name(), page.raw.to_vec(), page.items, next.clone(), now);
    let accepted = stored.await.map_err(Failed::Store)?;
    if accepted.n_new > 0 {
        context.health.record_text_in(now);
        tracing::debug!(n = accepted.n_new, "texts came");
    }
    if accepted.n_quarantined > 0 {
        tracing::error!(
            n = accepted.n_quarantined,
            "texts could not be read and were set aside: munjad quarantine list"
        );
    }
    if let Some(token) = &page.ack {
        carrier.ack_inbound(token).await.map_err(Failed::Carrier)?;
    }
    let is_window = matches!(carrier.caps().inbound, InboundClass::Window { .. });
    let more = advance(state, next, &accepted, is_window, now);
    Ok((accepted.n_new, more))
}

/// Moves the cursor on; says whether the pass goes on.
fn advance(state: &mut PollState, next: Cursor, accepted: &AcceptedPage, is_window: bool, now: i64) -> bool {
    let at_end = next.page.is_none();
    let reached_known = is_window && !state.is_full && accepted.n_known > 0;
    state.cursor = if reached_known { next.finished() } else { next };
    if at_end && state.is_full {
        state.is_full = false;
        state.last_full_at = now;
    }
    state.cursor.page.is_some()
}

/// A text dated in the future must not make us skip those until then: reading more than needed is always safe.
fn not_in_the_future(cursor: Cursor, now: i64) -> Cursor {
    Cursor { since: cursor.since.min(now), newest: cursor.newest.min(now), ..cursor }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn state(is_full: bool) -> PollState {
        let (rhythm, asking) = (Rhythm::default(), Asking::default());
        PollState { cursor: Cursor::starting_at(1_000), is_full, last_full_at: 0, rhythm, asking }
    }

    fn accepted(n_new: usize, n_known: usize) -> AcceptedPage {
        AcceptedPage { n_new, n_known, n_quarantined: 0 }
    }

    fn further() -> Cursor {
        Cursor::starting_at(1_000).after_page(Some(5_000), Some("7".to_owned()))
    }

    #[test]
    fn a_pass_ends_at_the_first_known_text() {
        let mut state = state(false);
        assert!(!advance(&mut state, further(), &accepted(3, 1), true, 9_000));
        assert_eq!(state.cursor, Cursor::starting_at(5_000));
    }

    #[test]
    fn a_full_pass_goes_to_its_end() {
        let mut state = state(true);
        assert!(advance(&mut state, further(), &accepted(0, 9), true, 9_000));
        assert!(state.is_full);
        let end = further().after_page(Some(2_000), None);
        assert!(!advance(&mut state, end, &accepted(0, 9), true, 9_000));
        assert_eq!((state.is_full, state.last_full_at), (false, 9_000));
        assert_eq!(state.cursor, Cursor::starting_at(5_000));
    }

    #[test]
    fn a_queue_is_read_until_it_is_empty() {
        assert!(advance(&mut state(false), further(), &accepted(3, 1), false, 9_000));
    }

    #[test]
    fn a_text_from_the_future_does_not_hide_the_present() {
        let cursor = not_in_the_future(Cursor::starting_at(99_000), 10_000);
        assert_eq!(cursor, Cursor::starting_at(10_000));
    }
}

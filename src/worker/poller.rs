//! Fetches texts from the carrier. A page is committed before anything else happens with it; only then the carrier is
//! acked, only then the next page is asked for.
//!
//! A list that can be read again (a window) is walked newest first. Usually a walk may end at the first text that is
//! known already; so that a text which turns up late, or one that a crash or an error left unread, is found too, the
//! whole overlap is read at the start, after any failure, and every `full_walk_secs`.

use tokio::time::Instant;

use super::{Context, NO_CARRIER_MS, Role, STORE_RETRY_MS, store_trouble};
use crate::carrier::{Carrier, CarrierError, InboundClass, InboundPage};
use crate::domain::inbound::Cursor;
use crate::domain::polling::Rhythm;
use crate::store::{AcceptedPage, StoreError};

/// Where the poller stands between two pages.
struct Walk {
    cursor: Cursor,
    /// This walk goes to its end.
    is_full: bool,
    last_full_at: i64,
    rhythm: Rhythm,
}

/// What one round came to: how long to wait before the next (milliseconds).
type Wait = i64;

pub(super) async fn run(context: Context, carrier: &'static str) {
    let Some(mut walk) = begin(&context, carrier).await else {
        return;
    };
    loop {
        context.board.progress(Role::Poller(carrier), context.now());
        let wait = match context.carrier(carrier) {
            Some(carrier) => round(&context, carrier.as_ref(), &mut walk).await,
            None => NO_CARRIER_MS,
        };
        if !context.pause(wait).await {
            return;
        }
    }
}

/// Where the last run of the daemon stopped; `None` if told to stop while waiting for the store.
async fn begin(context: &Context, carrier: &'static str) -> Option<Walk> {
    loop {
        let now = context.now();
        match context.store.inbound_cursor(carrier).await {
            Ok(found) => {
                let fresh = || Cursor::starting_at(now - context.settings().first_look_back_ms);
                let cursor = found.as_ref().map_or_else(fresh, Cursor::restarted);
                return Some(Walk {
                    cursor,
                    is_full: true,
                    last_full_at: i64::MIN / 2,
                    rhythm: Rhythm::default(),
                });
            }
            Err(error) => store_trouble(Role::Poller(carrier), &error),
        }
        if !context.pause(STORE_RETRY_MS).await {
            return None;
        }
    }
}

async fn round(context: &Context, carrier: &dyn Carrier, walk: &mut Walk) -> Wait {
    let (now, settings) = (context.now(), context.settings());
    if walk.cursor.page.is_none() {
        walk.is_full |= now - walk.last_full_at >= settings.full_walk_ms || now < walk.last_full_at;
        walk.cursor.brief = !walk.is_full;
    }
    let began = Instant::now();
    let polled = carrier.poll_inbound(&walk.cursor).await;
    context.board.poll_ended(carrier.name(), polled.as_ref().map(|page| page.clock_ahead_ms), context.now());
    let result = match polled {
        Ok(page) => accept(context, carrier, walk, page).await,
        Err(error) => Err(Failed::Carrier(error)),
    };
    let now = context.now();
    let min_poll = i64::try_from(carrier.caps().min_poll.as_millis()).unwrap_or(0);
    let live = context.board.is_live(settings.inbound_pace.live_for_ms, now);
    match result {
        Ok((n_new, more)) => {
            let wait = walk.rhythm.after_poll(now, n_new, more, true, live, &settings.inbound_pace);
            let wait = if more { wait } else { wait.max(min_poll) };
            // From one beginning to the next: what the round took is not waited for again.
            wait.saturating_sub(i64::try_from(began.elapsed().as_millis()).unwrap_or(wait)).max(0)
        }
        Err(failed) => {
            // What the failed walk has not read is read by the next one, which therefore goes to its end.
            walk.cursor = walk.cursor.restarted();
            walk.is_full = true;
            let wait = match &failed {
                Failed::Carrier(_) => {
                    walk.rhythm.after_poll(now, 0, false, false, live, &settings.inbound_pace)
                }
                // A carrier is given time to recover; a disk that has room again is used at once.
                Failed::Store(_) => 0,
            };
            wait.max(failed.told(carrier.name())).max(min_poll)
        }
    }
}

enum Failed {
    Carrier(CarrierError),
    Store(StoreError),
}

impl Failed {
    /// Tells the log; returns how long we were asked to wait (milliseconds).
    fn told(&self, carrier: &'static str) -> i64 {
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

/// Commits a page, then acks it. Returns how many texts were new and whether the walk goes on.
async fn accept(
    context: &Context,
    carrier: &dyn Carrier,
    walk: &mut Walk,
    page: InboundPage,
) -> Result<(usize, bool), Failed> {
    let now = context.now();
    let next = not_in_the_future(page.next, now);
    let stored =
        context.store.accept_inbound(carrier.name(), page.raw.to_vec(), page.items, next.clone(), now);
    let accepted = stored.await.map_err(Failed::Store)?;
    if accepted.n_new > 0 {
        context.board.text_came(now);
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
    let more = advance(walk, next, &accepted, is_window, now);
    Ok((accepted.n_new, more))
}

/// Moves on in the walk; says whether it goes on.
fn advance(walk: &mut Walk, next: Cursor, accepted: &AcceptedPage, is_window: bool, now: i64) -> bool {
    let at_end = next.page.is_none();
    let reached_known = is_window && !walk.is_full && accepted.n_known > 0;
    walk.cursor = if reached_known { next.finished() } else { next };
    if at_end && walk.is_full {
        walk.is_full = false;
        walk.last_full_at = now;
    }
    walk.cursor.page.is_some()
}

/// A text dated in the future must not make us skip those until then: reading more than needed is always safe.
fn not_in_the_future(cursor: Cursor, now: i64) -> Cursor {
    Cursor { since: cursor.since.min(now), newest: cursor.newest.min(now), ..cursor }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn walk(is_full: bool) -> Walk {
        Walk { cursor: Cursor::starting_at(1_000), is_full, last_full_at: 0, rhythm: Rhythm::default() }
    }

    fn accepted(n_new: usize, n_known: usize) -> AcceptedPage {
        AcceptedPage { n_new, n_known, n_quarantined: 0 }
    }

    fn further() -> Cursor {
        Cursor::starting_at(1_000).after_page(Some(5_000), Some("7".to_owned()))
    }

    #[test]
    fn a_walk_ends_at_the_first_known_text() {
        let mut walk = walk(false);
        assert!(!advance(&mut walk, further(), &accepted(3, 1), true, 9_000));
        assert_eq!(walk.cursor, Cursor::starting_at(5_000));
    }

    #[test]
    fn a_full_walk_goes_to_its_end() {
        let mut walk = walk(true);
        assert!(advance(&mut walk, further(), &accepted(0, 9), true, 9_000));
        assert!(walk.is_full);
        let end = further().after_page(Some(2_000), None);
        assert!(!advance(&mut walk, end, &accepted(0, 9), true, 9_000));
        assert_eq!((walk.is_full, walk.last_full_at), (false, 9_000));
        assert_eq!(walk.cursor, Cursor::starting_at(5_000));
    }

    #[test]
    fn a_queue_is_read_until_it_is_empty() {
        assert!(advance(&mut walk(false), further(), &accepted(3, 1), false, 9_000));
    }

    #[test]
    fn a_text_from_the_future_does_not_hide_the_present() {
        let cursor = not_in_the_future(Cursor::starting_at(99_000), 10_000);
        assert_eq!(cursor, Cursor::starting_at(10_000));
    }
}

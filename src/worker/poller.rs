//! Fetches texts from the carrier. A page is committed first; only then the next page is asked for, and the carrier told,
//! beside the polling, that its texts are stored ([`Acks`]).
//!
//! A list that can be read again (a window) is read newest first, page by page: a pass. A pass usually ends at the first
//! text that is known already. A full pass reads the whole overlap, so that texts are found that turn up late, or that a
//! crash or an error left unread: at the start, after any failure, and every `full_walk_secs`, though never for more than a
//! tenth of the time. What is listed later than that, `deep_walk` finds.

use tokio::time::Instant;

use super::acks::Acks;
use super::ask_file::{Asked, Why};
use super::ask_marks::note_lost_texts;
use super::asking::Asking;
use super::long_pass::LongPass;
use super::{Call, Context, NO_CARRIER_MS, Role, STORE_RETRY_MS, store_trouble};
use crate::carrier::{self, Carrier, CarrierError, ErrorKind, InboundClass, InboundPage};
use crate::domain::clock::AGREES_MS;
use crate::domain::inbound::Cursor;
use crate::domain::lateness::LATE_MS;
use crate::domain::polling::{FailedPoll, Rhythm};
use crate::store::{AcceptedPage, StoreError};

/// State of the poller between two pages.
struct PollState {
    cursor: Cursor,
    /// It is in the database.
    is_stored: bool,
    /// This pass reads the whole overlap.
    is_full: bool,
    last_full_at: i64,
    /// How long the last full pass took.
    full_took_ms: i64,
    /// When the pass began.
    began_at: i64,
    /// Passes in a row without a failure.
    n_in_a_row: u32,
    rhythm: Rhythm,
    asking: Asking,
}

impl PollState {
    fn new(cursor: Cursor) -> PollState {
        PollState {
            cursor,
            is_stored: false,
            is_full: true,
            last_full_at: i64::MIN / 2,
            full_took_ms: 0,
            began_at: 0,
            n_in_a_row: 0,
            rhythm: Rhythm::default(),
            asking: Asking::default(),
        }
    }

    /// Whether this pass reads the whole overlap.
    fn begin_pass(&mut self, now: i64, full_walk_ms: i64) {
        let pause = full_walk_ms.max(self.full_took_ms.saturating_mul(FULL_SHARE - 1));
        self.is_full |= now - self.last_full_at >= pause || now < self.last_full_at;
        self.cursor.brief = !self.is_full;
        self.began_at = now;
    }
}

/// Full passes take at most one part of so many of the time.
const FULL_SHARE: i64 = 10;

pub(super) async fn run(context: Context, carrier: &'static str) {
    let Some(mut state) = begin(&context, carrier).await else {
        return;
    };
    let acks = Acks::begin(&context, carrier);
    let mut pass = LongPass::default();
    loop {
        context.health.progress(Role::Poller(carrier), context.now());
        let wait = match context.carrier(carrier) {
            Some(carrier) => round(&context, carrier.as_ref(), &mut state, &acks).await,
            None => NO_CARRIER_MS,
        };
        pass.after_page(&context, carrier, &mut state.cursor).await;
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
                return Some(PollState { is_stored: found.is_some(), ..PollState::new(cursor) });
            }
            Err(error) => store_trouble(Role::Poller(carrier), &error),
        }
        if !context.pause(STORE_RETRY_MS).await {
            return None;
        }
    }
}

/// Reads one page; returns how long to wait before the next (milliseconds).
async fn round(context: &Context, carrier: &dyn Carrier, state: &mut PollState, acks: &Acks) -> i64 {
    let (now, settings) = (context.now(), context.settings());
    if state.cursor.page.is_none() {
        state.begin_pass(now, settings.full_walk_ms);
    }
    if !may_ask(context, carrier).await {
        return STORE_RETRY_MS;
    }
    let began = Instant::now();
    let cursor = state.asking.cursor(&state.cursor);
    let polled = carrier::first(carrier.poll_inbound(&cursor));
    let polled = context.health.calls.watch(carrier.name(), Call::Texts, polled).await;
    context.health.poll_ended(carrier.name(), polled.as_ref().map(|page| page.clock_ahead_ms));
    if let Some(wait) = state.asking.learn(context, carrier, &polled) {
        context.marks.clear((carrier.name(), Asked::Texts));
        return wait;
    }
    let result = match polled {
        Ok(page) => accept(context, carrier, state, page, acks).await,
        Err(error) => Err(Failed::Carrier(error)),
    };
    let now = context.now();
    let min_poll = i64::try_from(carrier.caps().min_poll.as_millis()).unwrap_or(0);
    let live = context.health.is_live(settings.inbound_pace.live_for_ms, now);
    match result {
        Ok((n_new, more)) => {
            let wait = state.rhythm.after_poll(now, n_new, more, live, &settings.inbound_pace);
            let wait = if more { wait } else { wait.max(min_poll) };
            // The pace counts from the beginning of one round to the beginning of the next.
            wait.saturating_sub(i64::try_from(began.elapsed().as_millis()).unwrap_or(wait)).max(0)
        }
        Err(failed) => {
            // The next pass reads what the failed one has not, and therefore goes to the end.
            state.cursor = state.cursor.restarted();
            state.is_full = true;
            state.n_in_a_row = 0;
            let wait: i64 = match &failed {
                Failed::Carrier(error) => {
                    let failed =
                        FailedPoll { is_hurried: live || error.may_pass_soon(), jitter: rand::random() };
                    state.rhythm.after_failure(failed, &settings.inbound_pace)
                }
                // A carrier is given time to recover; the store is tried again after `STORE_RETRY_MS`.
                Failed::Store(_) => 0,
            };
            settle(context, carrier, &failed).await;
            wait.max(failed.report(carrier.name())).max(min_poll)
        }
    }
}

enum Failed {
    Carrier(CarrierError),
    Store(StoreError),
}

impl Failed {
    /// Logs what failed in the database (what failed at the carrier is said by [`CarrierCalls`](super::CarrierCalls)); returns how
    /// long to wait at least (milliseconds).
    fn report(&self, carrier: &'static str) -> i64 {
        match self {
            Failed::Carrier(error) => {
                error.retry_after.map_or(0, |wait| i64::try_from(wait.as_millis()).unwrap_or(0)).min(60_000)
            }
            Failed::Store(error) => {
                store_trouble(Role::Poller(carrier), error);
                STORE_RETRY_MS
            }
        }
    }
}

/// Marks a question to a carrier that forgets what it hands over. `false`: the answer to the one before was not stored, because
/// the loop panicked or the database failed, and that cannot be noted now.
async fn may_ask(context: &Context, carrier: &dyn Carrier) -> bool {
    let line = (carrier.name(), Asked::Texts);
    if !forgets(carrier) {
        return true;
    }
    if context.marks.is_set(line) && !possible_loss(context, carrier, Why::Killed.reason()).await {
        return false;
    }
    context.marks.set(line);
    true
}

/// Whether this carrier forgets texts when it hands them over.
fn forgets(carrier: &dyn Carrier) -> bool {
    carrier.caps().inbound == InboundClass::ReadOnce
}

/// After a failure: tells of what may be lost, and takes the mark away once that is on disk or surely nothing was lost.
async fn settle(context: &Context, carrier: &dyn Carrier, failed: &Failed) {
    let is_settled = match failed {
        // The request left; the answer never came or broke off.
        Failed::Carrier(error) if error.kind == ErrorKind::Ambiguous => {
            possible_loss(context, carrier, &error.message).await
        }
        Failed::Carrier(_) => true,
        // The mark was taken away if the page was empty.
        Failed::Store(_) => false,
    };
    if is_settled {
        context.marks.clear((carrier.name(), Asked::Texts));
    }
}

/// Tells the operator until they acknowledge it, where the carrier forgets: what was lost, nobody can read again. `false` if the
/// database cannot keep it now.
async fn possible_loss(context: &Context, carrier: &dyn Carrier, reason: &str) -> bool {
    if !forgets(carrier) {
        return true;
    }
    let noted = note_lost_texts(&context.store, carrier.name(), reason, context.now()).await;
    noted.inspect_err(|error| store_trouble(Role::Poller(carrier.name()), error)).is_ok()
}

/// Commits a page, then has it acked. Returns how many texts were new and whether the pass goes on.
async fn accept(
    context: &Context,
    carrier: &dyn Carrier,
    state: &mut PollState,
    page: InboundPage,
    acks: &Acks,
) -> Result<(usize, bool), Failed> {
    let (name, now) = (carrier.name(), context.now());
    // By the carrier's clock, if ours is ahead.
    let ahead_ms = context.health.carrier(name).clock_ahead_ms.unwrap_or(0).min(0);
    let truly = now.saturating_add(ahead_ms);
    let was_ahead = state.cursor.since > truly.saturating_add(AGREES_MS);
    let next = match was_ahead {
        true => after_the_future(context, truly),
        false => not_in_the_future(page.next.clone(), truly),
    };
    let mark = (name, Asked::Texts);
    if page.items.is_empty() {
        context.marks.clear(mark);
    }
    let is_nothing = page.items.is_empty() && state.is_stored && is_same(&state.cursor, &next);
    let accepted = match is_nothing {
        true => AcceptedPage::default(),
        false => commit(context, carrier, &page, &next).await.map_err(Failed::Store)?,
    };
    state.is_stored = true;
    // Of a page without news nothing is written: then the last write tells whether one would succeed.
    if !is_nothing || context.store.is_unsound().is_none() {
        context.health.poll_stored(name, context.now());
    }
    context.health.calls.note_texts(name, &accepted);
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
    if !page.is_broken() || possible_loss(context, carrier, "the answer broke off or could not be read").await
    {
        context.marks.clear(mark);
    }
    note_dates(context, name, state, &accepted, now);
    acks.add(page.ack);
    let is_window = matches!(carrier.caps().inbound, InboundClass::Window { .. });
    let more = advance(state, next, &accepted, is_window, now);
    state.is_full |= was_ahead;
    if !more {
        context.health.pass_ended(name);
    }
    Ok((accepted.n_new, more))
}

/// Commits a page. What a carrier has forgotten in handing it over is tried until it is on disk.
async fn commit(
    context: &Context,
    carrier: &dyn Carrier,
    page: &InboundPage,
    next: &Cursor,
) -> Result<AcceptedPage, StoreError> {
    let (name, is_forgotten) = (carrier.name(), forgets(carrier));
    loop {
        let (raw, items) = (page.raw.to_vec(), page.items.clone());
        let stored =
            context.store.accept_inbound(name, raw, items, next.clone(), context.seen(carrier)).await;
        match stored {
            Err(error) if is_forgotten && !page.items.is_empty() => {
                store_trouble(Role::Poller(name), &error);
                context.health.progress(Role::Poller(name), context.now());
                if !context.pause(STORE_RETRY_MS).await {
                    tracing::error!(
                        carrier = name,
                        n = page.items.len(),
                        "texts are lost: told to stop before they were stored"
                    );
                    return Err(error);
                }
            }
            stored => return stored,
        }
    }
}

/// The same for texts that a carrier brought by calling. Where it is polled too, its polls tell of its dates.
pub(super) fn note_pushed_dates(context: &Context, carrier: &dyn Carrier, accepted: &AcceptedPage, now: i64) {
    warn_of_late(carrier.name(), accepted);
    if carrier.caps().inbound == InboundClass::PushOnly
        && let Some(newest_at) = accepted.newest_at
    {
        judge_dates(context, carrier.name(), newest_at, now);
    }
}

fn warn_of_late(carrier: &'static str, accepted: &AcceptedPage) {
    if accepted.n_late > 0 {
        tracing::warn!(
            carrier,
            n = accepted.n_late,
            "texts came late; they bring no automatic text and wait for a person"
        );
    }
}

/// Notes how old a new text was by its date, where a poll shortly before had not listed it.
fn note_dates(
    context: &Context,
    carrier: &'static str,
    state: &PollState,
    accepted: &AcceptedPage,
    now: i64,
) {
    warn_of_late(carrier, accepted);
    let Some(newest_at) = accepted.newest_at.filter(|_| state.n_in_a_row > 0 && state.cursor.page.is_none())
    else {
        return;
    };
    judge_dates(context, carrier, newest_at, now);
}

fn judge_dates(context: &Context, carrier: &'static str, newest_at: i64, now: i64) {
    if let Some(behind_ms) = context.health.note_date(carrier, newest_at, now) {
        tracing::error!(
            carrier,
            minutes = behind_ms / 60_000,
            "every text is dated more than {} minutes ago: the carrier's dates, its time zone or our clock are wrong. Texts \
             are taken as timely meanwhile",
            LATE_MS / 60_000
        );
    }
}

/// Whether two cursors are stored alike.
fn is_same(a: &Cursor, b: &Cursor) -> bool {
    (a.since, &a.page, a.newest) == (b.since, &b.page, b.newest)
}

/// Moves the cursor on; says whether the pass goes on.
fn advance(state: &mut PollState, next: Cursor, accepted: &AcceptedPage, is_window: bool, now: i64) -> bool {
    let at_end = next.page.is_none();
    let reached_known = is_window && !state.is_full && accepted.n_known > 0;
    // A queue that lists the same again until it is acked.
    let waits_for_acks =
        !is_window && accepted.n_new == 0 && accepted.n_known > 0 && next.page == state.cursor.page;
    state.cursor = if reached_known || waits_for_acks { next.finished() } else { next };
    if at_end && state.is_full {
        state.is_full = false;
        state.last_full_at = now;
        state.full_took_ms = now.saturating_sub(state.began_at).max(0);
    }
    if state.cursor.page.is_none() {
        state.n_in_a_row = state.n_in_a_row.saturating_add(1);
    }
    state.cursor.page.is_some()
}

/// Where our clock was ahead, the question itself began in the future, and what came before that was not asked for. So the
/// next pass begins as far back as the first one of a new database.
fn after_the_future(context: &Context, truly: i64) -> Cursor {
    tracing::warn!(
        "texts were asked for from a time in the future: our clock was wrong. They are asked for again"
    );
    Cursor::starting_at(truly - context.settings().first_look_back_ms)
}

/// A text dated in the future must not make us skip those until then: reading more than needed is always safe.
fn not_in_the_future(cursor: Cursor, now: i64) -> Cursor {
    Cursor { since: cursor.since.min(now), newest: cursor.newest.min(now), ..cursor }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn state(is_full: bool) -> PollState {
        PollState { is_full, last_full_at: 0, ..PollState::new(Cursor::starting_at(1_000)) }
    }

    fn accepted(n_new: usize, n_known: usize) -> AcceptedPage {
        AcceptedPage { n_new, n_known, ..AcceptedPage::default() }
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
    fn a_queue_that_only_waits_for_its_acks_is_not_read_again_at_once() {
        let mut state = state(false);
        assert!(advance(&mut state, further(), &accepted(0, 9), false, 9_000), "another page may hold more");
        assert!(
            !advance(&mut state, further(), &accepted(0, 9), false, 9_000),
            "the same page, and nothing new"
        );
        assert_eq!(state.cursor.page, None);
    }

    #[test]
    fn full_passes_leave_nine_tenths_of_the_time() {
        let mut state = PollState { full_took_ms: 3_000, ..state(false) };
        state.begin_pass(26_999, 10_000);
        assert!(!state.is_full);
        state.begin_pass(27_000, 10_000);
        assert!(state.is_full);
    }

    #[test]
    fn a_text_from_the_future_does_not_hide_the_present() {
        let cursor = not_in_the_future(Cursor::starting_at(99_000), 10_000);
        assert_eq!(cursor, Cursor::starting_at(10_000));
    }
}

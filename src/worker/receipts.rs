//! Fetches receipts. A page is committed before the carrier is acked; one that comes again changes nothing.

use super::ask_file::{Asked, Why};
use super::ask_marks::tell_lost_receipts;
use super::{Call, Context, NO_CARRIER_MS, Role, STORE_RETRY_MS, store_trouble};
use crate::carrier::{Carrier, CarrierError, ReportClass, ReportPage};
use crate::domain::polling::{FailedPoll, Rhythm};
use crate::store::{Applied, StoreError};

enum Failed {
    Carrier(CarrierError),
    Store(StoreError),
}

pub(super) async fn run(context: Context, carrier: &'static str) {
    let mut rhythm = Rhythm::default();
    loop {
        context.health.progress(Role::Receipts(carrier), context.now());
        let wait = round(&context, carrier, &mut rhythm).await;
        if !context.pause(wait).await {
            return;
        }
    }
}

async fn round(context: &Context, name: &'static str, rhythm: &mut Rhythm) -> i64 {
    let Some(carrier) = context.carrier(name) else {
        return NO_CARRIER_MS;
    };
    let pace = context.settings().receipt_pace;
    let mark = (name, Asked::Receipts);
    if carrier.caps().reports == ReportClass::ReadOnce && context.marks.set(mark) {
        tell_lost_receipts(name, Why::Killed);
    }
    let asked = context.health.calls.watch(name, Call::Receipts, carrier.poll_reports()).await;
    let result = match asked {
        Ok(page) => accept(context, carrier.as_ref(), page).await,
        Err(error) => Err(Failed::Carrier(error)),
    };
    // What the database did not take before the end is lost.
    if !matches!(result, Err(Failed::Store(_))) {
        context.marks.clear(mark);
    }
    let now = context.now();
    let live = context.health.has_sent(pace.live_for_ms, now);
    match result {
        Ok(n) => rhythm.after_poll(now, n, n > 0, live, &pace),
        Err(failed) => {
            let wait = match &failed {
                Failed::Carrier(error) => {
                    let failed =
                        FailedPoll { is_hurried: live || error.may_pass_soon(), jitter: rand::random() };
                    rhythm.after_failure(failed, &pace)
                }
                Failed::Store(_) => 0,
            };
            wait.max(report(name, &failed))
        }
    }
}

/// Commits a page, then acks it. Returns how many of its items brought anything: a carrier that lists the same ones until they
/// are settled is not asked again at once, which would use up the requests that texts are fetched with.
async fn accept(context: &Context, carrier: &dyn Carrier, page: ReportPage) -> Result<usize, Failed> {
    let mut n_new = 0;
    if !page.items.is_empty() {
        let applied = commit(context, carrier, &page).await.map_err(Failed::Store)?;
        context.health.calls.note_receipts(carrier.name(), &applied);
        tracing::debug!(?applied, "receipts came");
        n_new = applied.n_moved + applied.n_unmatched + applied.n_unknown + applied.n_quarantined;
        if applied.n_quarantined > 0 {
            tracing::error!(n = applied.n_quarantined, "receipts could not be read and were set aside");
        }
    }
    if let Some(token) = &page.ack {
        carrier.ack_reports(token).await.map_err(Failed::Carrier)?;
    }
    Ok(n_new)
}

/// Commits a page. What a carrier has forgotten in handing it over is tried until it is on disk.
async fn commit(context: &Context, carrier: &dyn Carrier, page: &ReportPage) -> Result<Applied, StoreError> {
    let (name, is_forgotten) = (carrier.name(), carrier.caps().reports == ReportClass::ReadOnce);
    loop {
        let (raw, items) = (page.raw.to_vec(), page.items.clone());
        match context.store.apply_receipts(name, raw, items, context.now()).await {
            Err(error) if is_forgotten => {
                store_trouble(Role::Receipts(name), &error);
                context.health.progress(Role::Receipts(name), context.now());
                if !context.pause(STORE_RETRY_MS).await {
                    return Err(error);
                }
            }
            stored => return stored,
        }
    }
}

/// Logs a failure of the database; returns how long to wait at least (milliseconds).
fn report(carrier: &'static str, failed: &Failed) -> i64 {
    match failed {
        Failed::Carrier(error) => {
            error.retry_after.map_or(0, |wait| i64::try_from(wait.as_millis()).unwrap_or(0)).min(60_000)
        }
        Failed::Store(error) => {
            store_trouble(Role::Receipts(carrier), error);
            STORE_RETRY_MS
        }
    }
}

//! Fetches receipts. They are committed before the carrier is acked; a page that comes again changes nothing.

use super::{Context, STORE_RETRY_MS, store_trouble};
use crate::carrier::{Carrier, CarrierError, ReportClass, ReportPage};
use crate::domain::polling::Rhythm;
use crate::store::StoreError;

const ROLE: &str = "receipts";

enum Failed {
    Carrier(CarrierError),
    Store(StoreError),
}

pub(super) async fn run(context: Context) {
    let mut rhythm = Rhythm::default();
    loop {
        context.board.progress(ROLE, context.now());
        let wait = round(&context, &mut rhythm).await;
        if !context.pause(wait).await {
            return;
        }
    }
}

async fn round(context: &Context, rhythm: &mut Rhythm) -> i64 {
    let carrier = context.carrier();
    let pace = context.settings().receipt_pace;
    if matches!(carrier.caps().reports, ReportClass::None | ReportClass::PerMessage) {
        return pace.slow_ms;
    }
    let result = match carrier.poll_reports().await {
        Ok(page) => accept(context, carrier.as_ref(), page).await,
        Err(error) => Err(Failed::Carrier(error)),
    };
    let now = context.now();
    let live = context.board.has_sent(pace.live_for_ms, now);
    match result {
        Ok(n) => rhythm.after_poll(now, n, n > 0, true, live, &pace),
        Err(failed @ Failed::Carrier(_)) => {
            rhythm.after_poll(now, 0, false, false, live, &pace).max(told(&failed))
        }
        Err(failed @ Failed::Store(_)) => told(&failed),
    }
}

/// Commits a page, then acks it. Returns how many items it held.
async fn accept(context: &Context, carrier: &dyn Carrier, page: ReportPage) -> Result<usize, Failed> {
    let n = page.items.len();
    if n > 0 {
        let stored =
            context.store.apply_receipts(carrier.name(), page.raw.to_vec(), page.items, context.now());
        let applied = stored.await.map_err(Failed::Store)?;
        tracing::debug!(?applied, "receipts came");
        if applied.n_quarantined > 0 {
            tracing::error!(n = applied.n_quarantined, "receipts could not be read and were set aside");
        }
    }
    if let Some(token) = &page.ack {
        carrier.ack_reports(token).await.map_err(Failed::Carrier)?;
    }
    Ok(n)
}

/// Tells the log; returns how long we were asked to wait (milliseconds).
fn told(failed: &Failed) -> i64 {
    match failed {
        Failed::Carrier(error) => {
            tracing::warn!(kind = ?error.kind, %error, "receipts could not be fetched");
            error.retry_after.map_or(0, |wait| i64::try_from(wait.as_millis()).unwrap_or(0)).min(60_000)
        }
        Failed::Store(error) => {
            store_trouble(ROLE, error);
            STORE_RETRY_MS
        }
    }
}

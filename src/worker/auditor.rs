//! Compares what we sent with each carrier's own list, every night; the command `munjad carrier reconcile` does the same.

use tokio::task::spawn_blocking;

use super::{Context, Role, store_trouble};
use crate::carrier::{Carrier, CarrierError};
use crate::domain::UnixMs;
use crate::domain::list_comparison::{Comparison, MARGIN_MS, Theirs, compare, next_at, without_tests};
use crate::store::{Compared, Store, StoreError};

const ROLE: Role = Role::Auditor;
/// 03:30 in Korea, when nobody texts.
const AT_MS: i64 = 210 * 60 * 1000;
const KOREA_MS: i64 = 9 * 60 * 60 * 1000;
/// How far back the nightly comparison reaches (milliseconds): a day, and some overlap with the night before.
const BACK_MS: i64 = 26 * 60 * 60 * 1000;
/// How often the loop looks at the clock (milliseconds).
const LOOK_EVERY_MS: i64 = 30_000;
/// A list of more pages than this is given up.
const MAX_PAGES: usize = 2_000;

/// Why a comparison failed.
#[derive(Debug, thiserror::Error)]
pub enum CompareError {
    #[error("{0}")]
    Carrier(#[from] CarrierError),
    #[error("{0}")]
    Store(#[from] StoreError),
    #[error("the carrier's list does not end; choose a shorter time")]
    Endless,
}

pub(super) async fn run(context: Context) {
    let mut next = next_at(context.now(), AT_MS, KOREA_MS);
    loop {
        context.health.progress(ROLE, context.now());
        let now = context.now();
        if now >= next {
            next = next_at(now, AT_MS, KOREA_MS);
            night(&context, now).await;
        }
        if !context.pause(LOOK_EVERY_MS).await {
            return;
        }
    }
}

async fn night(context: &Context, now: UnixMs) {
    for used in context.carriers().senders() {
        let carrier = used.carrier.as_ref();
        if !carrier.caps().lists_sent || context.stop.is_cancelled() {
            continue;
        }
        let on_page = || context.health.progress(ROLE, context.now());
        let name = carrier.name();
        match compare_with(&context.store, carrier, now - BACK_MS, now, &on_page).await {
            Ok(found) if found.n_certain() == 0 => {
                tracing::info!(
                    carrier = name,
                    n_ours = found.n_ours,
                    n_theirs = found.n_theirs,
                    "the carrier's list agrees with ours"
                );
            }
            Ok(found) => tracing::error!(
                carrier = name,
                n_ours = found.n_ours,
                n_theirs = found.n_theirs,
                n_differences = found.n_certain(),
                "the carrier's list does not agree with ours: munjad carrier reconcile --since 26h"
            ),
            Err(CompareError::Store(error)) => store_trouble(ROLE, &error),
            Err(error) => tracing::warn!(carrier = name, %error, "the carrier's list could not be compared"),
        }
    }
}

/// Compares what we submitted to `carrier` with its list of what it took, and keeps both counts. Changes no text. Calls
/// `on_page` after each page of the list: a long one takes minutes.
pub async fn compare_with(
    store: &Store,
    carrier: &dyn Carrier,
    since: UnixMs,
    until: UnixMs,
    on_page: &(dyn Fn() + Sync),
) -> Result<Comparison, CompareError> {
    let from = since - MARGIN_MS;
    let tests = store.test_texts(carrier.name().to_owned(), from, until).await?;
    let theirs = without_tests(listed(carrier, from, on_page).await?, &tests);
    let ours = store.submitted(carrier.name().to_owned(), from, until).await?;
    on_page();
    let compared = spawn_blocking(move || compare(&ours, &theirs, since, until));
    let found = compared.await.map_err(|_| StoreError::Crashed)?;
    let n = |n: usize| i64::try_from(n).unwrap_or(i64::MAX);
    let kept = Compared {
        carrier: carrier.name().to_owned(),
        at: until,
        since_at: since,
        n_ours: n(found.n_ours),
        n_theirs: n(found.n_theirs),
        n_differences: n(found.n_certain()),
    };
    store.keep_comparison(kept).await?;
    Ok(found)
}

async fn listed(
    carrier: &dyn Carrier,
    since: UnixMs,
    on_page: &(dyn Fn() + Sync),
) -> Result<Vec<Theirs>, CompareError> {
    let (mut all, mut page) = (Vec::new(), None);
    for _ in 0..MAX_PAGES {
        let read = carrier.sent_since(since, page.as_deref()).await?;
        on_page();
        all.extend(read.items.into_iter().map(|item| Theirs {
            carrier_message_id: item.carrier_message_id,
            key: item.key,
            status: item.receipt.map(|receipt| receipt.status),
            at: item.at,
        }));
        match read.next {
            None => return Ok(all),
            next => page = next,
        }
    }
    Err(CompareError::Endless)
}

//! Compares texts of both directions with each carrier's own lists, every night; the command `munjad carrier reconcile` does
//! the same.

use std::collections::HashSet;

use tokio::task::spawn_blocking;

use super::walk::{CompareError, PAGE_PAUSE, Walk, can_be_walked};
use super::{Context, Role, store_trouble};
use crate::carrier::{Carrier, SentText};
use crate::domain::UnixMs;
use crate::domain::inbound::{identity, is_erased};
use crate::domain::list_comparison::{
    self, Comparison, Incoming, MARGIN_MS, Theirs, compare, next_at, without_tests,
};
use crate::domain::outbound::ClientKey;
use crate::domain::recovery::Listed;
use crate::store::{Compared, Direction, Store, StoreError};

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
    let (carriers, since) = (context.carriers(), now - BACK_MS);
    let on_page = || context.health.progress(ROLE, context.now());
    for used in carriers.senders() {
        let carrier = used.carrier.as_ref();
        if carrier.caps().lists_sent && !context.stop.is_cancelled() {
            let found = compare_with(&context.store, carrier, since, now, &on_page).await;
            tell_forgotten(carrier.name(), found.as_ref().ok());
            report(carrier.name(), Direction::Out, found);
        }
    }
    for carrier in carriers.inbound.iter().filter(|carrier| can_be_walked(carrier.as_ref())) {
        if !context.stop.is_cancelled() {
            let found = compare_inbound(&context.store, carrier.as_ref(), since, now, &on_page).await;
            report(carrier.name(), Direction::In, found);
        }
    }
}

/// Says that the carrier knows texts of ours which this database does not: it is older than it was.
fn tell_forgotten(carrier: &'static str, found: Option<&Comparison>) {
    if let Some((n, first)) = found.and_then(Comparison::forgotten) {
        let first = jiff::Timestamp::from_millisecond(first).unwrap_or_default();
        tracing::error!(
            carrier,
            "{carrier} lists {n} texts with keys of ours that this database does not know, the first of {first}: was an older state put back? \
             Then stop the gateway, munjad recovery begin --since, start"
        );
    }
}

fn report(carrier: &'static str, direction: Direction, found: Result<Comparison, CompareError>) {
    let direction = direction.as_str();
    match found {
        Ok(found) if found.n_certain() == 0 => {
            tracing::info!(
                carrier,
                direction,
                n_ours = found.n_ours,
                n_theirs = found.n_theirs,
                "the carrier's list agrees with ours"
            );
        }
        Ok(found) => tracing::error!(
            carrier,
            direction,
            n_ours = found.n_ours,
            n_theirs = found.n_theirs,
            n_differences = found.n_certain(),
            "the list of {carrier} does not agree with ours ({direction}): munjad carrier reconcile --since 26h"
        ),
        Err(CompareError::Store(error)) => store_trouble(ROLE, &error),
        Err(error) => {
            tracing::warn!(
                carrier,
                "the list of {carrier} could not be compared with ours ({direction}): {error}"
            );
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
    let sent = sent_texts(carrier, from, on_page).await?;
    let named = |text: &SentText| Some((text.carrier_message_id.clone(), text.to.clone()?, text.at));
    let left_out = store.left_out(carrier.name(), sent.iter().filter_map(named).collect()).await?;
    let mut theirs = without_tests(listed(sent), &tests);
    // After a restore nothing here knows them.
    theirs.retain(|text| !left_out.contains(&text.carrier_message_id));
    let ours = store.submitted(carrier.name().to_owned(), from, until).await?;
    on_page();
    let compared = spawn_blocking(move || compare(&ours, &theirs, since, until));
    let found = compared.await.map_err(|_| StoreError::Crashed)?;
    keep(store, carrier.name(), Direction::Out, (since, until), &found).await?;
    Ok(found)
}

/// Compares the citizens' texts we have from `carrier` with its list of them, and keeps both counts. Changes no text. Calls
/// `on_page` after each page of the list. Only for a carrier that can be walked through ([`can_be_walked`]).
pub async fn compare_inbound(
    store: &Store,
    carrier: &dyn Carrier,
    since: UnixMs,
    until: UnixMs,
    on_page: &(dyn Fn() + Sync),
) -> Result<Comparison, CompareError> {
    let mut walk = Walk::new(carrier, since, until);
    loop {
        let page = walk.read(carrier).await?;
        on_page();
        if !walk.step(&page)? {
            break;
        }
        tokio::time::sleep(PAGE_PAUSE).await;
    }
    Ok(keep_inbound(store, carrier, walk, until).await?)
}

/// Compares what a walk has listed with what we have, and keeps both counts.
pub(super) async fn keep_inbound(
    store: &Store,
    carrier: &dyn Carrier,
    walk: Walk,
    until: UnixMs,
) -> Result<Comparison, StoreError> {
    let (name, since) = (carrier.name(), walk.since);
    let mut ours = store.received_between(name, since - MARGIN_MS, until + MARGIN_MS).await?;
    let mut theirs = walk.listed;
    know_erased(store, name, &ours, &mut theirs);
    if carrier.dates_by_two_clocks() {
        ours.iter_mut().chain(&mut theirs).for_each(|text| text.key = identity(&text.key));
    }
    let compared = spawn_blocking(move || list_comparison::compare_inbound(&ours, &theirs, since, until));
    let found = compared.await.map_err(|_| StoreError::Crashed)?;
    keep(store, name, Direction::In, (since, until), &found).await?;
    Ok(found)
}

/// Texts that were erased here are still in the carrier's list: they go by the same keys in both. A carrier that dates by two
/// clocks may list one with another date.
fn know_erased(store: &Store, carrier: &str, ours: &[Incoming], theirs: &mut [Incoming]) {
    let erased: HashSet<String> =
        ours.iter().filter(|text| is_erased(&text.key)).map(|text| identity(&text.key)).collect();
    if erased.is_empty() {
        return;
    }
    for text in theirs {
        let key = store.erased_key(carrier, &text.key);
        if erased.contains(&identity(&key)) {
            text.key = key;
        }
    }
}

async fn keep(
    store: &Store,
    carrier: &str,
    direction: Direction,
    (since_at, at): (UnixMs, UnixMs),
    found: &Comparison,
) -> Result<(), StoreError> {
    let n = |n: usize| i64::try_from(n).unwrap_or(i64::MAX);
    let kept = Compared {
        carrier: carrier.to_owned(),
        direction,
        at,
        since_at,
        n_ours: n(found.n_ours),
        n_theirs: n(found.n_theirs),
        n_differences: n(found.n_certain()),
    };
    store.keep_comparison(kept).await
}

/// The carrier's whole list of what it took since then, to be put beside what a restored copy knows.
pub(super) async fn sent_list(
    carrier: &dyn Carrier,
    since: UnixMs,
    on_page: &(dyn Fn() + Sync),
) -> Result<Vec<Listed>, CompareError> {
    let all = sent_texts(carrier, since, on_page).await?;
    Ok(all
        .into_iter()
        .map(|text| Listed {
            carrier_message_id: text.carrier_message_id,
            key: text.key.as_deref().and_then(ClientKey::parse),
            at: text.at,
            to: text.to,
            words: text.words,
        })
        .collect())
}

fn listed(all: Vec<SentText>) -> Vec<Theirs> {
    let theirs = |item: SentText| Theirs {
        carrier_message_id: item.carrier_message_id,
        key: item.key,
        status: item.receipt.map(|receipt| receipt.status),
        at: item.at,
    };
    all.into_iter().map(theirs).collect()
}

async fn sent_texts(
    carrier: &dyn Carrier,
    since: UnixMs,
    on_page: &(dyn Fn() + Sync),
) -> Result<Vec<SentText>, CompareError> {
    let (mut all, mut page) = (Vec::new(), None);
    for _ in 0..MAX_PAGES {
        let read = carrier.sent_since(since, page.as_deref()).await?;
        on_page();
        all.extend(read.items);
        match read.next {
            None => return Ok(all),
            next => page = next,
        }
    }
    Err(CompareError::Endless)
}

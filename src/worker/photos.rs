//! Fetches the photos, films and voice messages of citizens' texts, at once and again for a while; counselor and citizen
//! are told of a lost one. Bytes are examined before they are kept; what is kept is on disk before its row says so
//! (`store/photo`).
//!
//! | what happened                                   | the photo | next                                     |
//! |-------------------------------------------------|-----------|------------------------------------------|
//! | its bytes came and are of a kind that is kept   | `kept`    |                                          |
//! | more bytes or pixels than we take               | `lost`    | counselor and citizen are told           |
//! | the carrier does not have it; bytes of no photo | `wanted`  | again soon; the third time it is `lost`  |
//! | anything else                                   | `wanted`  | again, rarer each time; after hours lost |
//!
//! Memory stays flat: a file of at most [`MAX_BYTES`] is fetched beside others; a larger one, which can only be a film or
//! a voice message, is fetched alone.

use std::sync::Arc;

use bytes::Bytes;
use tokio::sync::Semaphore;
use tokio::task::JoinSet;

use super::every::Interval;
use super::{Call, Context, Role, STORE_RETRY_MS, store_trouble};
use crate::carrier::http::TOO_LARGE;
use crate::carrier::{Carrier, CarrierError, ErrorKind, Media};
use crate::domain::media::{MediaRef, What};
use crate::domain::photo::{
    AfterFailure, Kept, Loss, LostAs, MAX_BYTES, MAX_FILM_BYTES, after_failure, examine,
};
use crate::store::{Result, StoreError, WantedPhoto};

const ROLE: Role = Role::Photos;
/// How often the loop looks without being woken (milliseconds).
const LOOK_EVERY_MS: i64 = 1_000;
/// Files fetched at a time. Each may take [`MAX_BYTES`] of memory, and one of them [`MAX_FILM_BYTES`].
const BATCH: u32 = 4;
/// How often photos are removed that nothing refers to any more (milliseconds).
const SWEEP_EVERY_MS: i64 = 24 * 60 * 60 * 1_000;

pub(super) async fn run(context: Context) {
    let mut sweeping = Interval::ms(SWEEP_EVERY_MS);
    loop {
        let now = context.now();
        context.health.progress(ROLE, now);
        if sweeping.is_due(now) {
            sweep(&context).await;
        }
        let wait = match round(&context).await {
            // There may be more.
            Ok(n) if n == BATCH as usize => 0,
            Ok(_) => LOOK_EVERY_MS,
            Err(error) => {
                store_trouble(ROLE, &error);
                STORE_RETRY_MS
            }
        };
        tokio::select! {
            go_on = context.pause(wait) => if !go_on { return },
            () = context.store.hints().photo_in.notified() => {}
        }
    }
}

/// Fetches what is due, then sends the notices of lost photos. Returns how many were due.
async fn round(context: &Context) -> Result<usize> {
    let due = context.store.wanted_photos(BATCH, context.now()).await?;
    let n = due.len();
    let mut under_way = JoinSet::new();
    let alone = Arc::new(Semaphore::new(1));
    for wanted in due {
        let (context, alone) = (context.clone(), Arc::clone(&alone));
        under_way.spawn(async move { fetch_and_keep(&context, wanted, &alone).await });
    }
    let mut result = Ok(());
    while let Some(ended) = under_way.join_next().await {
        context.health.progress(ROLE, context.now());
        result = result.and(ended.unwrap_or(Err(StoreError::Crashed)));
    }
    result.and(send_loss_notices(context).await).map(|()| n)
}

async fn send_loss_notices(context: &Context) -> Result<()> {
    let policy = &context.settings().policy;
    let n = context.store.report_lost_photos(policy, context.now()).await?;
    if n > 0 {
        tracing::warn!(n, "texts lost photos; their citizens and counselors are told");
    }
    Ok(())
}

async fn sweep(context: &Context) {
    match context.store.sweep_photos(context.now()).await {
        Ok(0) => {}
        Ok(n) => tracing::info!(n, "photos that nothing refers to any more were removed"),
        Err(error) => store_trouble(ROLE, &error),
    }
}

/// Outcome of one try.
enum Fetched {
    File(Bytes, Kept),
    /// Lost, for a reason in the file itself.
    Not(LostAs),
    /// Failed; a later try may succeed.
    NotNow,
}

async fn fetch_and_keep(context: &Context, wanted: WantedPhoto, alone: &Semaphore) -> Result<()> {
    let claimed = wanted.media.claimed();
    let fetched = tokio::select! {
        fetched = fetch(context, &wanted, alone) => fetched,
        // The next start fetches it.
        () = context.stop.cancelled() => return Ok(()),
    };
    let lost = match fetched {
        Fetched::File(bytes, is) => {
            match context.store.keep_photo(wanted.id, bytes, is, context.now()).await {
                Err(error) if !error.is_of_the_disk() => {
                    // Put off, so that it does not stand before the others.
                    store_trouble(ROLE, &error);
                    None
                }
                done => return done,
            }
        }
        Fetched::Not(lost) => Some(lost),
        Fetched::NotNow => None,
    };
    let now = context.now();
    match after_failure(wanted.since, wanted.n_attempts + 1, lost.map(|lost| lost.why), now) {
        AfterFailure::TryAt(at) => context.store.put_off_photo(wanted.id, at).await,
        AfterFailure::Lost(why) => {
            let lost = LostAs { what: lost.map_or(claimed, |lost| lost.what), why };
            tracing::warn!(
                photo = wanted.id,
                carrier = wanted.carrier,
                "a {} from {} is lost: {}",
                lost.what.as_str(),
                wanted.carrier,
                why.as_str()
            );
            context.store.lose_photo(wanted.id, lost).await
        }
    }
}

async fn fetch(context: &Context, wanted: &WantedPhoto, alone: &Semaphore) -> Fetched {
    let claimed = wanted.media.claimed();
    let not = |why| Fetched::Not(LostAs { what: claimed, why });
    if wanted.media.is_missing() {
        return not(Loss::Gone);
    }
    let Some(carrier) = context.carrier(&wanted.carrier) else {
        tracing::warn!(
            photo = wanted.id,
            carrier = wanted.carrier,
            "a photo waits at {}, which is not configured any more",
            wanted.carrier
        );
        return Fetched::NotNow;
    };
    if !carrier.caps().photos_in {
        return not(Loss::NotOffered);
    }
    // No kind of file may be as large as that.
    if wanted.media.n_bytes.is_some_and(|n| n > MAX_FILM_BYTES as u64) {
        return not(Loss::TooLarge);
    }
    match media(context, &*carrier, &wanted.media, alone).await {
        Ok(media) => look_at(media, claimed).await,
        Err(error) => {
            let (carrier, kind) = (carrier.name(), error.kind.as_str());
            tracing::warn!(
                photo = wanted.id,
                carrier,
                kind,
                "a photo could not be fetched from {carrier} ({kind}): {error}"
            );
            failed(&error).map_or(Fetched::NotNow, not)
        }
    }
}

/// The file's bytes. What turns out, or is said, to be larger than a photo waits until it can be fetched alone.
async fn media(
    context: &Context,
    carrier: &dyn Carrier,
    media: &MediaRef,
    alone: &Semaphore,
) -> crate::carrier::Result<Media> {
    if media.n_bytes.is_none_or(|n| n <= MAX_BYTES as u64) {
        let small = context
            .health
            .calls
            .watch(carrier.name(), Call::Photo, carrier.fetch_media(media, MAX_BYTES))
            .await;
        if !small.as_ref().is_err_and(|error| error.message == TOO_LARGE) {
            return small;
        }
    }
    let _turn = alone.acquire().await;
    context.health.progress(ROLE, context.now());
    context.health.calls.watch(carrier.name(), Call::Photo, carrier.fetch_media(media, MAX_FILM_BYTES)).await
}

/// Why an error stands against the file itself; `None` if a later try may succeed.
fn failed(error: &CarrierError) -> Option<Loss> {
    match error.kind {
        _ if error.message == TOO_LARGE => Some(Loss::TooLarge),
        _ if error.code.as_deref() == Some("HTTP410") => Some(Loss::Gone),
        ErrorKind::Permanent => Some(Loss::Gone),
        _ => None,
    }
}

/// A file on which a decoder panics is broken.
async fn look_at(media: Media, claimed: What) -> Fetched {
    if media.bytes.len() > MAX_FILM_BYTES {
        return Fetched::Not(LostAs { what: claimed, why: Loss::TooLarge });
    }
    let looked = media.bytes.clone();
    let examined = tokio::task::spawn_blocking(move || examine(&looked, claimed)).await;
    match examined.unwrap_or(Err(LostAs { what: claimed, why: Loss::Broken })) {
        Ok(is) => Fetched::File(media.bytes, is),
        Err(lost) => Fetched::Not(lost),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Only the carrier's clear word about the file itself counts against it.
    #[test]
    fn what_an_error_says_of_a_photo() {
        let loss = |kind, message: &str| failed(&CarrierError::new(kind, message));
        assert_eq!(loss(ErrorKind::Permanent, "the photo is gone"), Some(Loss::Gone));
        for kind in [ErrorKind::Permanent, ErrorKind::Transient, ErrorKind::Ambiguous] {
            assert_eq!(loss(kind, TOO_LARGE), Some(Loss::TooLarge), "{kind:?}");
        }
        use ErrorKind::{Ambiguous, Auth, Config, NotSent, Protocol, RateLimited, Transient};
        for kind in [Auth, Config, RateLimited, Transient, NotSent, Ambiguous, Protocol] {
            assert_eq!(loss(kind, "not now"), None, "{kind:?}");
        }
        let gone = CarrierError::new(Ambiguous, "the carrier's answer cannot be read").with_code("HTTP410");
        assert_eq!(failed(&gone), Some(Loss::Gone));
    }

    #[tokio::test]
    async fn more_than_was_asked_for_is_too_large_whatever_it_is() {
        let media = Media { content_type: None, bytes: vec![0xff; MAX_FILM_BYTES + 1].into() };
        let expected = LostAs { what: What::Film, why: Loss::TooLarge };
        assert!(matches!(look_at(media, What::Film).await, Fetched::Not(lost) if lost == expected));
    }
}

//! Fetches the photos of citizens' texts, at once and again for a while; counselor and citizen are told of a lost one.
//! Bytes are examined before they are kept; what is kept is on disk before its row says so (`store/photo`).
//!
//! | what happened                                   | the photo | next                                     |
//! |-------------------------------------------------|-----------|------------------------------------------|
//! | its bytes came and are a photo                  | `kept`    |                                          |
//! | more bytes or pixels than we take               | `lost`    | counselor and citizen are told           |
//! | the carrier does not have it; bytes of no photo | `wanted`  | again soon; the third time it is `lost`  |
//! | anything else                                   | `wanted`  | again, rarer each time; after hours lost |

use std::sync::Arc;

use tokio::task::JoinSet;

use super::every::Interval;
use super::{Context, Role, STORE_RETRY_MS, store_trouble};
use crate::carrier::http::TOO_LARGE;
use crate::carrier::{CarrierError, ErrorKind, Media};
use crate::domain::photo::{self, AfterFailure, Loss, MAX_BYTES, Measured, after_failure};
use crate::store::{Result, StoreError, WantedPhoto};

const ROLE: Role = Role::Photos;
/// How often the loop looks without being woken (milliseconds).
const LOOK_EVERY_MS: i64 = 1_000;
/// Photos fetched at a time. Each may take [`MAX_BYTES`] of memory.
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
    for wanted in due {
        let context = context.clone();
        under_way.spawn(async move { fetch_and_keep(&context, wanted).await });
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
    Photo(Arc<[u8]>, Measured),
    /// Lost, for a reason in the photo itself.
    Not(Loss),
    /// Failed; a later try may succeed.
    NotNow,
}

async fn fetch_and_keep(context: &Context, wanted: WantedPhoto) -> Result<()> {
    let fetched = tokio::select! {
        fetched = fetch(context, &wanted) => fetched,
        // The next start fetches it.
        () = context.stop.cancelled() => return Ok(()),
    };
    let why = match fetched {
        Fetched::Photo(bytes, is) => {
            match context.store.keep_photo(wanted.id, bytes, is, context.now()).await {
                Err(error) if !error.is_of_the_disk() => {
                    // Put off, so that it does not stand before the others.
                    store_trouble(ROLE, &error);
                    None
                }
                done => return done,
            }
        }
        Fetched::Not(why) => Some(why),
        Fetched::NotNow => None,
    };
    let now = context.now();
    match after_failure(wanted.since, wanted.n_attempts + 1, why, now) {
        AfterFailure::TryAt(at) => context.store.put_off_photo(wanted.id, at).await,
        AfterFailure::Lost(why) => {
            tracing::warn!(
                photo = wanted.id,
                carrier = wanted.carrier,
                why = why.as_str(),
                "a photo is lost"
            );
            context.store.lose_photo(wanted.id, why).await
        }
    }
}

async fn fetch(context: &Context, wanted: &WantedPhoto) -> Fetched {
    if wanted.media.is_missing() {
        return Fetched::Not(Loss::Gone);
    }
    let Some(carrier) = context.carrier(&wanted.carrier) else {
        tracing::warn!(
            photo = wanted.id,
            carrier = wanted.carrier,
            "a photo waits at a carrier that is not configured"
        );
        return Fetched::NotNow;
    };
    if !carrier.caps().photos_in {
        return Fetched::Not(Loss::NotOffered);
    }
    if wanted.media.n_bytes.is_some_and(|n| n > MAX_BYTES as u64) {
        return Fetched::Not(Loss::TooLarge);
    }
    match carrier.fetch_media(&wanted.media, MAX_BYTES).await {
        Ok(media) => examine(media).await,
        Err(error) => {
            tracing::warn!(photo = wanted.id, carrier = wanted.carrier, kind = ?error.kind, %error, "a photo could not be fetched");
            failed(&error)
        }
    }
}

fn failed(error: &CarrierError) -> Fetched {
    match error.kind {
        _ if error.message == TOO_LARGE => Fetched::Not(Loss::TooLarge),
        _ if error.code.as_deref() == Some("HTTP410") => Fetched::Not(Loss::Gone),
        ErrorKind::Permanent => Fetched::Not(Loss::Gone),
        _ => Fetched::NotNow,
    }
}

/// A file on which the decoder panics is no photo.
async fn examine(media: Media) -> Fetched {
    if media.bytes.len() > MAX_BYTES {
        return Fetched::Not(Loss::TooLarge);
    }
    let bytes: Arc<[u8]> = media.bytes.as_ref().into();
    let looked = Arc::clone(&bytes);
    let measured = tokio::task::spawn_blocking(move || photo::measure(&looked)).await;
    match measured.unwrap_or(Err(Loss::NotAPhoto)) {
        Ok(is) => Fetched::Photo(bytes, is),
        Err(why) => Fetched::Not(why),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Only the carrier's clear word about the photo itself counts against it.
    #[test]
    fn what_an_error_says_of_a_photo() {
        let loss = |kind, message: &str| match failed(&CarrierError::new(kind, message)) {
            Fetched::Not(why) => Some(why),
            _ => None,
        };
        assert_eq!(loss(ErrorKind::Permanent, "the photo is gone"), Some(Loss::Gone));
        for kind in [ErrorKind::Permanent, ErrorKind::Transient, ErrorKind::Ambiguous] {
            assert_eq!(loss(kind, TOO_LARGE), Some(Loss::TooLarge), "{kind:?}");
        }
        use ErrorKind::{Ambiguous, Auth, Config, NotSent, Protocol, RateLimited, Transient};
        for kind in [Auth, Config, RateLimited, Transient, NotSent, Ambiguous, Protocol] {
            assert_eq!(loss(kind, "not now"), None, "{kind:?}");
        }
        let gone = CarrierError::new(Ambiguous, "the carrier's answer cannot be read").with_code("HTTP410");
        assert!(matches!(failed(&gone), Fetched::Not(Loss::Gone)));
    }

    #[tokio::test]
    async fn more_than_was_asked_for_is_too_large_whatever_it_is() {
        let media = Media { content_type: None, bytes: vec![0xff; MAX_BYTES + 1].into() };
        assert!(matches!(examine(media).await, Fetched::Not(Loss::TooLarge)));
    }
}

//! Loads a text's photos before it is sent, and shrinks them to the limits of the carrier that is about to take it. They
//! were made for the carrier preferred at their time; a standby may take less.

use super::{Context, Role, STORE_RETRY_MS, store_trouble};
use crate::carrier::Carrier;
use crate::domain::media::{Photo, PhotoLimits};
use crate::domain::outbound::{OutboundKind, OutboundText};
use crate::domain::photo::made_for;
use crate::store::Outcome;

/// How long a text waits whose photos this carrier cannot take (milliseconds).
const UNFIT_AGAIN_MS: i64 = 60_000;

/// The text with its photos; or its outcome, where it surely has not left.
pub(super) async fn with_photos(
    context: &Context,
    carrier: &dyn Carrier,
    text: OutboundText,
    is_standby: bool,
) -> Result<OutboundText, (OutboundText, Outcome)> {
    if text.kind != OutboundKind::Mms {
        return Ok(text);
    }
    let later = |ms| Outcome::NotTaken { retry_at: context.now() + ms, code: None };
    let photos = match context.store.photos_of(&text).await {
        Ok(photos) => photos,
        Err(error) if error.is_of_the_disk() => {
            store_trouble(Role::Sender, &error);
            return Err((text, later(STORE_RETRY_MS)));
        }
        Err(error) => {
            tracing::error!(message = text.id, "a text's photos are lost, and it fails: {error}");
            return Err((text, failed("photo lost")));
        }
    };
    match fit(photos, carrier.caps().photos_out).await {
        Some(photos) => Ok(OutboundText { photos, ..text }),
        // The preferred one may come back.
        None if is_standby => Err((text, later(UNFIT_AGAIN_MS))),
        None => {
            tracing::error!(message = text.id, "the carrier takes no such photos any more, and a text fails");
            Err((text, failed("no photos")))
        }
    }
}

fn failed(code: &str) -> Outcome {
    Outcome::Rejected { code: Some(code.to_owned()) }
}

/// The photos within the carrier's limits; `None` if it takes no photos or not this many.
async fn fit(photos: Vec<Photo>, limits: Option<PhotoLimits>) -> Option<Vec<Photo>> {
    let limits = limits.filter(|most| photos.len() <= most.n)?;
    let made = tokio::task::spawn_blocking(move || {
        photos.into_iter().map(|photo| made_for(photo, &limits)).collect::<Result<_, _>>()
    });
    made.await.ok()?.ok()
}

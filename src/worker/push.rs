//! Handles the carriers' calls (webhooks). The driver verifies and reads a call; its texts and receipts are committed, under
//! the same unique keys as those of polling, before the call is answered. A call that comes again changes nothing.

use super::{Context, poller, store_trouble};
use crate::carrier::{Carrier, PushAnswer, PushCall, PushRefused, Pushed};
use crate::store::StoreError;

/// Why a call failed.
#[derive(Debug)]
pub enum PushFailed {
    Refused(PushRefused),
    /// The database cannot take it now; the carrier should call again.
    NotKept,
}

/// Handles one call to the carrier of that name.
pub async fn take_push(
    context: &Context,
    carrier: &str,
    call: &PushCall<'_>,
) -> Result<PushAnswer, PushFailed> {
    let Some(carrier) = context.carrier(carrier) else {
        return Err(PushFailed::Refused(PushRefused::NotOffered));
    };
    let name = carrier.name();
    let pushed = carrier.push(call).map_err(|refused| {
        let why = refused.word();
        tracing::warn!(carrier = name, why, "a call of {name} was refused: {why}");
        context.health.refused_call(name, refused, context.now());
        PushFailed::Refused(refused)
    })?;
    let answer = pushed.answer.clone();
    keep(context, carrier.as_ref(), call, pushed).await.map_err(|error| {
        store_trouble("push", &error);
        PushFailed::NotKept
    })?;
    Ok(answer)
}

async fn keep(
    context: &Context,
    carrier: &dyn Carrier,
    call: &PushCall<'_>,
    pushed: Pushed,
) -> Result<(), StoreError> {
    let (name, now) = (carrier.name(), context.now());
    if !pushed.texts.is_empty() {
        let seen = context.seen(carrier);
        let accepted =
            context.store.accept_inbound(name, call.body.to_vec(), pushed.texts, None, seen).await?;
        context.health.called(name, now);
        context.health.calls.note_texts(name, &accepted);
        if accepted.n_new > 0 {
            context.health.record_text_in(now);
        }
        poller::note_pushed_dates(context, carrier, &accepted, now);
        if accepted.n_quarantined > 0 {
            tracing::error!(
                n = accepted.n_quarantined,
                "texts could not be read and were set aside: munjad quarantine list"
            );
        }
        tracing::debug!(?accepted, carrier = name, "a call brought texts");
    }
    if !pushed.taken.is_empty() {
        let n = context.store.record_taken(name, pushed.taken, now).await?;
        tracing::debug!(n, carrier = name, "a call said that the carrier has texts of ours");
    }
    if !pushed.receipts.is_empty() {
        let applied = context.store.apply_receipts(name, call.body.to_vec(), pushed.receipts, now).await?;
        context.health.calls.note_receipts(name, &applied);
        tracing::debug!(?applied, carrier = name, "a call brought receipts");
    }
    Ok(())
}

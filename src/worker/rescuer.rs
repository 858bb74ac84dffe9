//! Looks after texts whose fate is open: those a dead sender left behind, those in doubt, and those the carrier accepted
//! and never spoke of again.

use super::{Context, store_trouble};
use crate::carrier::{Carrier, Reconciled};
use crate::domain::receipt::ReceiptItem;
use crate::domain::retry;
use crate::store::{Answer, InDoubt, Result};

const ROLE: &str = "rescuer";
/// Looks without being woken this often (milliseconds).
const LOOK_EVERY_MS: i64 = 1_000;
/// Texts asked for in one round.
const BATCH: u32 = 50;
/// The carrier is asked about a text when no receipt has come for this long, and again after as long (milliseconds).
const ASK_RECEIPT_AFTER_MS: i64 = 10 * 60 * 1_000;
/// A carrier forgets a client key a little before it says: ours and its clock may differ (milliseconds).
const KEY_MARGIN_MS: i64 = 5 * 60 * 1_000;

pub(super) async fn run(context: Context) {
    loop {
        context.board.progress(ROLE, context.now());
        if let Err(error) = round(&context).await {
            store_trouble(ROLE, &error);
        }
        tokio::select! {
            go_on = context.pause(LOOK_EVERY_MS) => if !go_on { return },
            () = context.board.doubt.notified() => {}
        }
    }
}

async fn round(context: &Context) -> Result<()> {
    let n = context.store.rescue(false, context.now()).await?;
    if n > 0 {
        tracing::warn!(n, "texts whose sender gave no answer came into doubt");
    }
    for doubt in context.store.in_doubt_due(BATCH, context.now()).await? {
        if context.stop.is_cancelled() {
            return Ok(());
        }
        context.board.progress(ROLE, context.now());
        settle(context, &doubt).await?;
    }
    ask_for_receipts(context).await
}

/// Asks the carrier what became of a text, and records what it says.
async fn settle(context: &Context, doubt: &InDoubt) -> Result<()> {
    let carrier = context.carrier();
    let asked = carrier.reconcile(&doubt.text).await;
    let now = context.now();
    let answer = match asked {
        Ok(Reconciled::Found { carrier_message_id }) => Answer::Found { carrier_message_id },
        Ok(Reconciled::OneOf { carrier_message_ids }) => Answer::OneOf { carrier_message_ids },
        Ok(Reconciled::Absent) => Answer::Absent,
        Ok(Reconciled::SafeToRepeat) => repeatable(carrier.as_ref(), doubt),
        Ok(Reconciled::CannotTell) => Answer::CannotTell,
        Err(error) => {
            tracing::warn!(message = doubt.text.id, kind = ?error.kind, %error, "a text in doubt could not be asked for");
            Answer::NotReached { ask_at: now + retry::reconcile_delay_ms(doubt.n_questions + 1) }
        }
    };
    tracing::info!(message = doubt.text.id, answer = answer.word(), "a text in doubt was asked for");
    context.store.record_answer(doubt.text.id, answer, now).await
}

/// Sending again is safe only while the carrier surely remembers the key.
fn repeatable(carrier: &dyn Carrier, doubt: &InDoubt) -> Answer {
    match carrier.caps().idempotent_send {
        Some(memory) => {
            let memory_ms = i64::try_from(memory.as_millis()).unwrap_or(0);
            Answer::Repeatable { before: doubt.text.first_attempt_at + memory_ms - KEY_MARGIN_MS }
        }
        None => Answer::CannotTell,
    }
}

/// Asks for the receipts of texts that have waited long for one.
async fn ask_for_receipts(context: &Context) -> Result<()> {
    let now = context.now();
    let waiting = context.store.unreceipted(now - ASK_RECEIPT_AFTER_MS, BATCH).await?;
    for (id, carrier_message_id, accepted_at) in waiting {
        if context.stop.is_cancelled() {
            return Ok(());
        }
        context.board.progress(ROLE, context.now());
        if !receipt_found(context, carrier_message_id.as_deref()).await? {
            let is_over = now - accepted_at > context.settings().receipt_timeout_ms;
            let ask_at = (!is_over).then_some(now);
            context.store.no_receipt_yet(id, ask_at, now).await?;
        }
    }
    Ok(())
}

/// Asks for one receipt and applies it; says whether there was one.
async fn receipt_found(context: &Context, carrier_message_id: Option<&str>) -> Result<bool> {
    let Some(carrier_message_id) = carrier_message_id else {
        return Ok(false);
    };
    let carrier = context.carrier();
    match carrier.status(carrier_message_id).await {
        Ok(Some(receipt)) => {
            let items = vec![ReceiptItem::Receipt(receipt)];
            let applied =
                context.store.apply_receipts(carrier.name(), Vec::new(), items, context.now()).await?;
            Ok(applied.n_moved > 0)
        }
        Ok(None) => Ok(false),
        Err(error) => {
            tracing::warn!(kind = ?error.kind, %error, "a receipt could not be asked for");
            Ok(false)
        }
    }
}

//! Looks after texts whose fate is open: those a dead sender left behind, those in doubt, and those the carrier accepted
//! and never spoke of again. Each is asked for at the carrier that may have it, however the configuration has changed.

use std::collections::BTreeSet;
use std::sync::Arc;

use super::{Context, Role, store_trouble};
use crate::carrier::{Carrier, Lookup, Reconciled, ReportClass};
use crate::domain::receipt::ReceiptItem;
use crate::domain::retry;
use crate::store::{Answer, InDoubt, Result, Unreceipted};

const ROLE: Role = Role::Rescuer;
/// Looks without being woken this often (milliseconds).
const LOOK_EVERY_MS: i64 = 1_000;
/// Texts asked for in one round.
const BATCH: u32 = 50;
/// The carrier is asked about a text when no receipt has come for this long, and again after as long (milliseconds).
const ASK_RECEIPT_AFTER_MS: i64 = 10 * 60 * 1_000;
/// The same where no list of receipts exists, for the first time (milliseconds).
const ASK_FIRST_AFTER_MS: i64 = 5_000;
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
    context.board.set_paused(&context.store.holds().await?);
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
    let answer = match context.carrier(&doubt.carrier) {
        Some(carrier) => ask(context, carrier.as_ref(), doubt).await,
        None => {
            tracing::warn!(
                message = doubt.text.id,
                carrier = doubt.carrier,
                "a text in doubt belongs to a carrier that is not configured any more; a person has to decide"
            );
            Answer::CannotTell
        }
    };
    tracing::info!(message = doubt.text.id, answer = answer.word(), "a text in doubt was asked for");
    context.store.record_answer(doubt.text.id, answer, context.now()).await
}

async fn ask(context: &Context, carrier: &dyn Carrier, doubt: &InDoubt) -> Answer {
    match carrier.reconcile(&doubt.text).await {
        Ok(Reconciled::Found { carrier_message_id }) => Answer::Found { carrier_message_id },
        Ok(Reconciled::OneOf { carrier_message_ids }) => Answer::OneOf { carrier_message_ids },
        Ok(Reconciled::Absent) => absent(carrier),
        Ok(Reconciled::SafeToRepeat) => repeatable(carrier, doubt),
        Ok(Reconciled::CannotTell) => Answer::CannotTell,
        Err(error) => {
            tracing::warn!(message = doubt.text.id, kind = ?error.kind, %error, "a text in doubt could not be asked for");
            Answer::NotReached { ask_at: context.now() + retry::reconcile_delay_ms(doubt.n_questions + 1) }
        }
    }
}

/// A list that names no key of ours and may lag cannot prove that a text never came: without a key that the carrier
/// refuses to take twice, only a person may send it again.
fn absent(carrier: &dyn Carrier) -> Answer {
    let caps = carrier.caps();
    if caps.idempotent_send.is_some() || caps.lookup == Lookup::Exact {
        Answer::Absent
    } else {
        Answer::AbsentUnproved
    }
}

/// Sending again is safe only while the carrier surely remembers the key.
fn repeatable(carrier: &dyn Carrier, doubt: &InDoubt) -> Answer {
    match carrier.caps().idempotent_send {
        Some(memory) => {
            let memory_ms = i64::try_from(memory.as_millis()).unwrap_or(0);
            let margin_ms = KEY_MARGIN_MS.min(memory_ms / 4);
            Answer::Repeatable { before: doubt.text.first_attempt_at + memory_ms - margin_ms }
        }
        None => Answer::CannotTell,
    }
}

/// Asks for the receipts of texts that have waited long for one.
async fn ask_for_receipts(context: &Context) -> Result<()> {
    let mut silent = BTreeSet::new();
    for carrier in context.carriers().all() {
        if carrier.caps().reports == ReportClass::PerMessage {
            let before = context.now() - ASK_FIRST_AFTER_MS;
            for text in context.store.unreceipted(Some(carrier.name()), before, BATCH).await? {
                ask_for_one(context, &text, &mut silent).await?;
            }
        }
    }
    let before = context.now() - ASK_RECEIPT_AFTER_MS;
    for text in context.store.unreceipted(None, before, BATCH).await? {
        ask_for_one(context, &text, &mut silent).await?;
    }
    Ok(())
}

/// Asks for the receipt of one text, unless its carrier has not answered a moment ago.
async fn ask_for_one(context: &Context, text: &Unreceipted, silent: &mut BTreeSet<String>) -> Result<()> {
    if context.stop.is_cancelled() || silent.contains(&text.carrier) {
        return Ok(());
    }
    context.board.progress(ROLE, context.now());
    let carrier = context.carrier(&text.carrier);
    let has_list = carrier.as_ref().is_none_or(|c| c.caps().reports != ReportClass::PerMessage);
    if receipt_found(context, carrier, text, silent).await? {
        return Ok(());
    }
    let now = context.now();
    let age = now.saturating_sub(text.accepted_at);
    let is_over = age > context.settings().receipt_timeout_ms;
    let wait = if has_list { 0 } else { retry::receipt_wait_ms(age) - ASK_FIRST_AFTER_MS };
    context.store.no_receipt_yet(text.id, (!is_over).then_some(now + wait), now).await
}

/// Asks for one receipt and applies it; says whether there was one.
async fn receipt_found(
    context: &Context,
    carrier: Option<Arc<dyn Carrier>>,
    text: &Unreceipted,
    silent: &mut BTreeSet<String>,
) -> Result<bool> {
    let (Some(carrier), Some(carrier_message_id)) = (carrier, &text.carrier_message_id) else {
        return Ok(false);
    };
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
            silent.insert(text.carrier.clone());
            Ok(false)
        }
    }
}

//! Asks for the receipts of texts that the carrier accepted and has said nothing of since.

use std::collections::BTreeSet;
use std::sync::Arc;

use super::{Call, Context, Role, store_trouble};
use crate::carrier::{Carrier, ReportClass};
use crate::domain::receipt::ReceiptItem;
use crate::domain::retry;
use crate::store::{Result, Unreceipted};

const ROLE: Role = Role::MissingReceipts;
/// How often the loop looks (milliseconds).
const LOOK_EVERY_MS: i64 = 1_000;
/// Texts asked for in one round.
const BATCH: u32 = 50;
/// The carrier is asked about a text when no receipt has come for this long, and again after as long (milliseconds).
const ASK_RECEIPT_AFTER_MS: i64 = 10 * 60 * 1_000;
/// The same where no list of receipts exists, for the first time (milliseconds).
const ASK_FIRST_AFTER_MS: i64 = 5_000;

pub(super) async fn run(context: Context) {
    loop {
        context.health.progress(ROLE, context.now());
        if let Err(error) = round(&context).await {
            store_trouble(ROLE, &error);
        }
        if !context.pause(LOOK_EVERY_MS).await {
            return;
        }
    }
}

/// Asks for the receipts of texts that have waited long for one.
async fn round(context: &Context) -> Result<()> {
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

/// Asks for the receipt of one text, unless its carrier did not answer in this round.
async fn ask_for_one(context: &Context, text: &Unreceipted, silent: &mut BTreeSet<String>) -> Result<()> {
    if context.stop.is_cancelled() || silent.contains(&text.carrier) {
        return Ok(());
    }
    context.health.progress(ROLE, context.now());
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

/// Asks for one receipt and applies it; says whether there is one.
async fn receipt_found(
    context: &Context,
    carrier: Option<Arc<dyn Carrier>>,
    text: &Unreceipted,
    silent: &mut BTreeSet<String>,
) -> Result<bool> {
    let (Some(carrier), Some(carrier_message_id)) = (carrier, &text.carrier_message_id) else {
        return Ok(false);
    };
    let asked = context.health.calls.watch(carrier.name(), Call::Receipt, carrier.status(carrier_message_id));
    match asked.await {
        Ok(Some(receipt)) => {
            let items = vec![ReceiptItem::Receipt(receipt)];
            let applied =
                context.store.apply_receipts(carrier.name(), Vec::new(), items, context.now()).await?;
            context.health.calls.note_receipts(carrier.name(), &applied);
            Ok(applied.n_moved > 0)
        }
        Ok(None) => Ok(false),
        Err(_) => {
            silent.insert(text.carrier.clone());
            Ok(false)
        }
    }
}

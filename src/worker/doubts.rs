//! Asks the carriers what became of texts in doubt. Each is asked about at the carrier that may have it, however the
//! configuration has changed.
//!
//! Carriers are asked in parallel, each about one text at a time, texts to citizens in danger first. Where a carrier's list can only be read
//! through, one reading settles all texts that were first tried at about the same time. A carrier that does not answer is asked once
//! per round, so that a dead carrier delays no other.

use std::collections::BTreeMap;

use tokio::task::{AbortHandle, JoinSet};

use super::{Call, Context, Role, store_trouble};
use crate::carrier::{Carrier, CarrierError, ErrorKind, Lookup, Reconciled};
use crate::domain::UnixMs;
use crate::domain::outbound::OutboundText;
use crate::domain::retry::{self, RetryReason};
use crate::store::{InDoubt, LookupResult, Result};

const ROLE: Role = Role::Doubts;
/// How often the loop looks without being woken (milliseconds).
const LOOK_EVERY_MS: i64 = 1_000;
/// Texts in doubt read at once. More than there ever are, because few texts are sent at a time; with fewer, texts of a
/// dead carrier could hide those of a live one.
const BATCH: u32 = 1_000;
/// A carrier is asked about so many texts, then those in doubt are read again: one of a danger that came meanwhile goes first.
const AT_ONCE: usize = 10;
/// So many texts are looked for in one reading of a carrier's list, first tried within so long of the most urgent one (milliseconds):
/// a list from much earlier on would be longer, and perhaps not be read to its end.
const TOGETHER: usize = 100;
const TOGETHER_MS: i64 = 15 * 60 * 1_000;
/// A carrier forgets a client key a little before it says: ours and its clock may differ (milliseconds).
const KEY_MARGIN_MS: i64 = 5 * 60 * 1_000;

pub(super) async fn run(context: Context) {
    let mut questions = Questions { under_way: JoinSet::new(), by_carrier: BTreeMap::new() };
    loop {
        if questions.under_way.is_empty() {
            // While asking, each look-up records progress itself, so that one that hangs is noticed.
            context.health.progress(ROLE, context.now());
        }
        if let Err(error) = questions.start(&context).await {
            store_trouble(ROLE, &error);
        }
        // A question that a stop cuts off is asked again by the next start.
        if !questions.rest(&context).await {
            return;
        }
    }
}

/// The carriers that are being asked.
struct Questions {
    under_way: JoinSet<()>,
    by_carrier: BTreeMap<String, AbortHandle>,
}

impl Questions {
    /// Starts asking every carrier that has texts in doubt and is not being asked.
    async fn start(&mut self, context: &Context) -> Result<()> {
        let mut due: BTreeMap<String, Vec<InDoubt>> = BTreeMap::new();
        for doubt in context.store.in_doubt_due(BATCH, context.now()).await? {
            if !self.is_asked(&doubt.carrier) {
                due.entry(doubt.carrier.clone()).or_default().push(doubt);
            }
        }
        for (carrier, doubts) in due {
            let context = context.clone();
            let asking = self.under_way.spawn(async move {
                if let Err(error) = ask_about(&context, &doubts).await {
                    store_trouble(ROLE, &error);
                }
            });
            self.by_carrier.insert(carrier, asking);
        }
        Ok(())
    }

    fn is_asked(&self, carrier: &str) -> bool {
        self.by_carrier.get(carrier).is_some_and(|asking| !asking.is_finished())
    }

    /// Waits for the time or a new doubt; says whether to go on.
    async fn rest(&mut self, context: &Context) -> bool {
        let pause = context.pause(LOOK_EVERY_MS);
        tokio::pin!(pause);
        loop {
            tokio::select! {
                go_on = &mut pause => return go_on,
                () = context.health.doubt.notified() => return true,
                Some(ended) = self.under_way.join_next() => if ended.is_err() {
                    tracing::error!("asking about texts in doubt panicked; they are asked about again");
                },
            }
        }
    }
}

/// Asks one carrier about its texts, the most urgent first: together, where its list has to be read through, and then one by
/// one about what is left, until it does not answer.
async fn ask_about(context: &Context, doubts: &[InDoubt]) -> Result<()> {
    let rest = ask_together(context, doubts).await?;
    for doubt in rest.into_iter().take(AT_ONCE) {
        context.health.progress(ROLE, context.now());
        if !settle(context, doubt).await? {
            break;
        }
    }
    Ok(())
}

/// Settles what one reading of the carrier's list shows; returns the texts that have to be asked about by themselves. Several
/// texts need a longer part of the list than one: what this leaves open is no answer yet.
async fn ask_together<'a>(context: &Context, doubts: &'a [InDoubt]) -> Result<Vec<&'a InDoubt>> {
    let Some((first, carrier)) =
        doubts.first().and_then(|first| Some((first, context.carrier(&first.carrier)?)))
    else {
        return Ok(doubts.iter().collect());
    };
    let is_near = |doubt: &&InDoubt| {
        doubt.text.first_attempt_at.abs_diff(first.text.first_attempt_at) <= TOGETHER_MS.unsigned_abs()
    };
    let together: Vec<&InDoubt> = doubts.iter().filter(is_near).take(TOGETHER).collect();
    if together.len() < 2 {
        return Ok(doubts.iter().collect());
    }
    context.health.progress(ROLE, context.now());
    let texts: Vec<&OutboundText> = together.iter().map(|doubt| &doubt.text).collect();
    let reading = carrier.reconcile_all(&texts);
    match context.health.calls.watch(carrier.name(), Call::Lookup, reading).await {
        Ok(None) => Ok(doubts.iter().collect()),
        Ok(Some(found)) => {
            let mut rest = Vec::new();
            for (doubt, found) in together.into_iter().zip(found) {
                match found {
                    Reconciled::CannotTell => rest.push(doubt),
                    found => {
                        let answer = meaning(carrier.as_ref(), doubt, found, context.now());
                        record(context, doubt, answer).await?;
                    }
                }
            }
            Ok(rest)
        }
        Err(error) => {
            log_unasked(carrier.as_ref(), first, &error);
            for doubt in together {
                let answer = unasked(&error, doubt.n_questions, context.now(), rand::random());
                record(context, doubt, answer).await?;
            }
            Ok(Vec::new())
        }
    }
}

/// Asks the carrier what became of a text, and records its answer; says whether the carrier answered.
async fn settle(context: &Context, doubt: &InDoubt) -> Result<bool> {
    let answer = match context.carrier(&doubt.carrier) {
        Some(carrier) => ask(context, carrier.as_ref(), doubt).await,
        None => {
            tracing::warn!(
                message = doubt.text.id,
                carrier = doubt.carrier,
                "a text in doubt belongs to a carrier that is not configured any more; a person has to decide"
            );
            LookupResult::CannotTell
        }
    };
    let answered = !matches!(answer, LookupResult::NotReached { .. } | LookupResult::Postponed { .. });
    record(context, doubt, answer).await?;
    Ok(answered)
}

async fn record(context: &Context, doubt: &InDoubt, answer: LookupResult) -> Result<()> {
    tracing::info!(
        message = doubt.text.id,
        answer = answer.word(),
        "the carrier was asked about a text in doubt"
    );
    context.store.record_lookup(doubt.text.id, answer, context.now()).await
}

async fn ask(context: &Context, carrier: &dyn Carrier, doubt: &InDoubt) -> LookupResult {
    let asked = context.health.calls.watch(carrier.name(), Call::Lookup, carrier.reconcile(&doubt.text));
    match asked.await {
        Ok(found) => meaning(carrier, doubt, found, context.now()),
        Err(error) => {
            log_unasked(carrier, doubt, &error);
            unasked(&error, doubt.n_questions, context.now(), rand::random())
        }
    }
}

fn log_unasked(carrier: &dyn Carrier, doubt: &InDoubt, error: &CarrierError) {
    let (carrier, kind) = (carrier.name(), error.kind.as_str());
    tracing::warn!(
        message = doubt.text.id,
        carrier,
        kind,
        "{carrier} could not be asked about a text in doubt ({kind}): {error}"
    );
}

/// What follows from the carrier's word.
fn meaning(carrier: &dyn Carrier, doubt: &InDoubt, found: Reconciled, now: UnixMs) -> LookupResult {
    match found {
        Reconciled::Found { carrier_message_id } => LookupResult::Found { carrier_message_id },
        Reconciled::OneOf { carrier_message_ids } => LookupResult::OneOf { carrier_message_ids },
        // It said that it had the text, and does not list it. A repeat would be answered as if it had been accepted.
        Reconciled::Absent | Reconciled::SafeToRepeat if doubt.is_contradicted => LookupResult::CannotTell,
        Reconciled::Absent => absent(carrier),
        Reconciled::SafeToRepeat => repeatable(carrier, doubt, now),
        Reconciled::CannotTell => LookupResult::CannotTell,
    }
}

/// When to ask again, after an error. A carrier that is busy says when, and waits of other errors do not grow by it.
fn unasked(error: &CarrierError, n_questions: u32, now: UnixMs, jitter: f64) -> LookupResult {
    let retry_after_ms = error.retry_after.and_then(|wait| i64::try_from(wait.as_millis()).ok());
    match error.kind {
        ErrorKind::RateLimited => {
            let delay_ms = retry::delay_ms(RetryReason::RateLimited { retry_after_ms }, 1, jitter);
            LookupResult::Postponed { ask_at: now + delay_ms }
        }
        ErrorKind::NotSent | ErrorKind::Transient | ErrorKind::Ambiguous => {
            LookupResult::NotReached { ask_at: now + retry::unreached_delay_ms(n_questions + 1) }
        }
        ErrorKind::Auth
        | ErrorKind::Config
        | ErrorKind::Permanent
        | ErrorKind::Protocol
        | ErrorKind::NotOffered => {
            LookupResult::NotReached { ask_at: now + retry::reconcile_delay_ms(n_questions + 1) }
        }
    }
}

/// A list that does not name our keys and may lag cannot prove that a text was never taken: without a key that the carrier
/// refuses to take twice, only a person may send it again.
fn absent(carrier: &dyn Carrier) -> LookupResult {
    let caps = carrier.caps();
    if caps.idempotent_send.is_some() || caps.lookup == Lookup::Exact {
        LookupResult::Absent
    } else {
        LookupResult::AbsentUnproved
    }
}

/// Sending again is safe only while the carrier surely remembers the key.
fn repeatable(carrier: &dyn Carrier, doubt: &InDoubt, now: UnixMs) -> LookupResult {
    // A first try in the future was dated by a clock that was wrong: nobody knows when it was.
    let is_dated = doubt.text.first_attempt_at <= now;
    match carrier.caps().idempotent_send.filter(|_| is_dated) {
        Some(memory) => {
            let memory_ms = i64::try_from(memory.as_millis()).unwrap_or(0);
            let margin_ms = KEY_MARGIN_MS.min(memory_ms / 4);
            LookupResult::Repeatable { before: doubt.text.first_attempt_at + memory_ms - margin_ms }
        }
        None => LookupResult::CannotTell,
    }
}

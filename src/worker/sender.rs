//! Sends texts. A text is committed as `sending` before its first byte leaves. What follows from the carrier's answer is
//! decided here and nowhere else:
//!
//! | the carrier says                             | the text becomes | and                                     |
//! |----------------------------------------------|------------------|-----------------------------------------|
//! | accepted                                     | `accepted`       |                                         |
//! | "I had it before", where that can be         | `accepted`       | where not: `in_doubt`                   |
//! | `RateLimited`, `NotSent`                     | `queued`         | later, with jitter                      |
//! | `Auth`, `Config`                             | `queued`         | this carrier stops but for a probe      |
//! | `Permanent`                                  | `failed`         | shown to a person; if the citizen has   |
//! |                                              |                  | stopped us there, they are marked so    |
//! | `Ambiguous`, `Transient`, `Protocol`, nothing| `in_doubt`       | `doubts` asks the carrier               |
//!
//! Texts leave by the preferred carrier. While it is out of order (domain::breaker) or paused by an operator, the standby
//! takes those that the preferred one surely has not taken; a text it may have taken waits for it, or for a person.
//!
//! A probe asks the carrier first whether it answers at all, so that a text is risked only where it may get through.
//!
//! The driver keeps its carrier's rate limit; no more texts are handed out than leave within a second. Of each citizen
//! one text is under way at a time.

use std::collections::BTreeMap;
use std::sync::Arc;

use tokio::task::{JoinError, JoinSet};

use super::every::Interval;
use super::{Call, CarrierInUse, Context, Role, STORE_RETRY_MS, mms, store_trouble};
use crate::carrier::{self, Accepted, Carrier, CarrierError, ErrorKind};
use crate::domain::breaker::{Permit, Sign};
use crate::domain::delivery_reason::DeliveryReason;
use crate::domain::event::EventKind;
use crate::domain::outbound::OutboundText;
use crate::domain::retry::{self, RetryReason};
use crate::domain::text;
use crate::store::{Lease, Leased, Outcome, StoreError};

const ROLE: Role = Role::Sender;
/// How often the loop looks without being woken (milliseconds).
const LOOK_EVERY_MS: i64 = 1_000;
/// Texts that expire in one commit while none may leave.
const EXPIRED_AT_ONCE: u32 = 500;
/// How often expired texts are looked for while none may leave (milliseconds): that reads through the whole queue.
const EXPIRE_EVERY_MS: i64 = 10_000;
/// How long a text waits that a standby cannot carry (milliseconds).
const UNFIT_AGAIN_MS: i64 = 60_000;

struct Sender {
    context: Context,
    under_way: JoinSet<()>,
    /// Each text under way holds a copy of its carrier's mark; the number of copies is the number under way.
    marks: BTreeMap<&'static str, Arc<()>>,
    expiry: Interval,
    /// No carrier may take a text now.
    is_full: bool,
    /// Something has happened since the last look.
    is_hinted: bool,
}

/// Texts that one carrier may get in a round.
struct Share {
    used: CarrierInUse,
    is_standby: bool,
    /// Only texts that this carrier may have taken before.
    only_its_own: bool,
    is_probe: bool,
    n: u32,
}

pub(super) async fn run(context: Context) {
    let mut sender = Sender {
        context,
        under_way: JoinSet::new(),
        marks: BTreeMap::new(),
        expiry: Interval::ms(EXPIRE_EVERY_MS),
        is_full: false,
        is_hinted: true,
    };
    while !sender.context.stop.is_cancelled() {
        sender.context.health.progress(ROLE, sender.context.now());
        let wait = sender.start_what_may_leave().await;
        sender.rest(wait).await;
    }
    // What is under way gets its answer recorded before the daemon goes.
    while let Some(ended) = sender.under_way.join_next().await {
        report_panic(ended);
    }
}

impl Sender {
    /// Starts as many as limits allow; returns how long to wait unless woken (milliseconds).
    async fn start_what_may_leave(&mut self) -> i64 {
        let now = self.context.now();
        let shares = self.shares(now);
        self.is_full = shares.is_empty();
        if self.is_full {
            return self.expire(now).await;
        }
        if !self.is_hinted && !shares.iter().any(|share| share.is_probe) {
            // Looked up beside the writer: the time alone seldom brings anything.
            match self.context.store.next_send_at().await {
                Ok(next_at) if next_at.is_none_or(|at| at > now) => return wait_until(next_at, now),
                Ok(_) => {}
                Err(error) => {
                    store_trouble(ROLE, &error);
                    return STORE_RETRY_MS;
                }
            }
        }
        let mut wait = LOOK_EVERY_MS;
        for share in shares {
            let n = share.n;
            match self.start(share, now).await {
                // As many as were asked for: there may be more.
                Ok((leased, _)) if leased == n => wait = 0,
                Ok((_, next_at)) => wait = wait.min(wait_until(next_at.filter(|at| *at > now), now)),
                Err(error) => {
                    store_trouble(ROLE, &error);
                    return STORE_RETRY_MS;
                }
            }
        }
        wait
    }

    /// Lets texts expire while none may leave: every place is taken (the end of one wakes us), or no carrier may be used.
    async fn expire(&mut self, now: i64) -> i64 {
        if !self.expiry.is_due(now) {
            return LOOK_EVERY_MS;
        }
        let Some(ahead) = self.context.health.our_clock_ahead_ms() else {
            return LOOK_EVERY_MS;
        };
        match self.context.store.expire_old(EXPIRED_AT_ONCE, now - ahead).await {
            Ok(0) => LOOK_EVERY_MS,
            // There may be more.
            Ok(_) => {
                self.expiry.hurry();
                0
            }
            Err(error) => {
                store_trouble(ROLE, &error);
                STORE_RETRY_MS
            }
        }
    }

    /// Which carriers may take texts now, and how many.
    fn shares(&self, now: i64) -> Vec<Share> {
        let carriers = self.context.carriers();
        let mut shares = Vec::new();
        let mut preferred_works = false;
        for used in carriers.senders() {
            let name = used.carrier.name();
            let permit = self.permit(name, now);
            let share = Share {
                used: used.clone(),
                is_standby: name != carriers.outbound.carrier.name(),
                only_its_own: preferred_works,
                is_probe: permit == Permit::Probe,
                n: self.allowance(used, permit),
            };
            if share.n > 0 {
                shares.push(share);
            }
            preferred_works |= permit == Permit::All;
        }
        shares
    }

    fn permit(&self, carrier: &str, now: i64) -> Permit {
        if self.context.health.carrier(carrier).is_paused {
            return Permit::NotBefore(now + LOOK_EVERY_MS);
        }
        self.context.health.permit(carrier, now)
    }

    /// How many may start now by one carrier.
    fn allowance(&self, used: &CarrierInUse, permit: Permit) -> u32 {
        let mark = self.marks.get(used.carrier.name());
        let n_under_way = mark.map_or(0, |mark| Arc::strong_count(mark) - 1);
        match permit {
            Permit::NotBefore(_) => 0,
            Permit::Probe => u32::from(n_under_way == 0),
            Permit::All => {
                let most = self.context.settings().max_in_flight.min(used.carrier.caps().sends_per_sec);
                most.saturating_sub(u32::try_from(n_under_way).unwrap_or(u32::MAX))
            }
        }
    }

    /// Leases and starts one carrier's share; returns how many texts were leased, and when the next one may leave.
    async fn start(&mut self, share: Share, now: i64) -> Result<(u32, Option<i64>), StoreError> {
        let mark = Arc::clone(self.marks.entry(share.used.carrier.name()).or_default());
        let context = self.context.clone();
        if share.is_probe {
            self.under_way.spawn(async move {
                probe(&context, &share).await;
                drop(mark);
            });
            return Ok((0, None));
        }
        let Leased { texts, next_at } = lease(&context, &share, now).await?;
        let leased = u32::try_from(texts.len()).unwrap_or(share.n);
        for text in texts {
            let (context, mark, is_standby) = (context.clone(), Arc::clone(&mark), share.is_standby);
            let carrier = Arc::clone(&share.used.carrier);
            self.under_way.spawn(async move {
                send_one(&context, carrier.as_ref(), text, is_standby).await;
                drop(mark);
            });
        }
        Ok((leased, next_at))
    }

    /// Waits for the time, for a text, or for one under way to end.
    async fn rest(&mut self, wait: i64) {
        while let Some(ended) = self.under_way.try_join_next() {
            report_panic(ended);
        }
        if wait <= 0 {
            return;
        }
        let context = self.context.clone();
        let hints = context.store.hints();
        self.is_hinted = true;
        tokio::select! {
            _ = context.pause(wait) => self.is_hinted = false,
            () = hints.text_out.notified() => {}
            () = context.health.reloaded.notified() => context.health.reset_breakers(),
            // An outcome is a hint by itself; only a free place is not.
            Some(ended) = self.under_way.join_next(), if self.is_full => report_panic(ended),
        }
    }
}

/// How long to wait for a text that may leave at this time (milliseconds).
fn wait_until(next_at: Option<i64>, now: i64) -> i64 {
    next_at.map_or(LOOK_EVERY_MS, |at| (at - now).clamp(1, LOOK_EVERY_MS))
}

async fn lease(context: &Context, share: &Share, now: i64) -> Result<Leased, StoreError> {
    let order = Lease {
        carrier: share.used.carrier.name(),
        senders: share.used.senders.clone(),
        only_its_own: share.only_its_own,
        lease_ms: context.settings().lease_ms,
        ahead_ms: context.health.our_clock_ahead_ms(),
    };
    let leased = context.store.lease_due(Arc::new(order), share.n, now).await?;
    if !leased.texts.is_empty() {
        context.health.record_text_out(now);
    }
    Ok(leased)
}

/// Asks a carrier that was out of order whether it answers; if so, one text may try.
async fn probe(context: &Context, share: &Share) {
    let carrier = share.used.carrier.as_ref();
    if let Err(error) = context.health.calls.watch(carrier.name(), Call::Probe, carrier.check()).await {
        context.health.record_sign(carrier.name(), sign(Some(&error)), context.now());
        return;
    }
    match lease(context, share, context.now()).await {
        Ok(leased) if leased.texts.is_empty() => record_sign(context, carrier.name(), Sign::Answered).await,
        Ok(leased) => {
            for text in leased.texts {
                send_one(context, carrier, text, share.is_standby).await;
            }
        }
        Err(error) => store_trouble(ROLE, &error),
    }
}

/// Logs a task that panicked; its text comes into doubt when its lease runs out.
fn report_panic(ended: Result<(), JoinError>) {
    if ended.is_err() {
        tracing::error!("sending a text panicked; the carrier is asked what became of it");
    }
}

/// Whether this carrier can carry the text whole: it was made for the carrier preferred at its time.
fn fits(carrier: &dyn Carrier, text: &OutboundText) -> bool {
    text::plan(text.text.reveal(), &carrier.caps().limits).is_ok_and(|pieces| pieces.len() == 1)
}

async fn send_one(context: &Context, carrier: &dyn Carrier, text: OutboundText, is_standby: bool) {
    let text = match mms::with_photos(context, carrier, text, is_standby).await {
        Ok(text) => text,
        Err((text, outcome)) => return record(context, &text, outcome).await,
    };
    if is_standby && !fits(carrier, &text) {
        let retry_at = context.now() + UNFIT_AGAIN_MS;
        return record(context, &text, Outcome::NotTaken { retry_at, code: None }).await;
    }
    let text = &text;
    let name = carrier.name();
    let result = context.health.calls.watch(name, Call::Send, carrier.send(text)).await;
    let now = context.now();
    if let Err(error) = &result {
        let kind = error.kind.as_str();
        tracing::warn!(
            message = text.id,
            carrier = name,
            kind,
            "{name} did not accept a text ({kind}): {error}"
        );
    }
    // Before the row is back in line, so that it does not leave again at once.
    record_sign(context, name, sign(result.as_ref().err())).await;
    let outcome = with_block(name, outcome(result, text.attempt, now, rand::random()));
    let in_doubt = matches!(outcome, Outcome::NoAnswer { .. } | Outcome::Repeated { .. });
    record(context, text, outcome).await;
    if in_doubt {
        context.health.doubt.notify_one();
    }
}

/// Records what a try showed of the carrier; logs and journals when its breaker opens or closes.
async fn record_sign(context: &Context, carrier: &'static str, sign: Sign) {
    let Some(is_out) = context.health.record_sign(carrier, sign, context.now()) else {
        return;
    };
    let kind = if is_out {
        tracing::error!(
            carrier,
            "{carrier} is out of order: no text leaves by it, and it is tried now and then. munjad check says what to do"
        );
        EventKind::CarrierOutOfOrder
    } else {
        tracing::info!(carrier, "{carrier} takes texts again");
        EventKind::CarrierWorksAgain
    };
    if let Err(error) = context.store.note(kind, carrier.to_owned(), context.now()).await {
        store_trouble(ROLE, &error);
    }
}

/// What a try shows of the carrier as a whole.
fn sign(error: Option<&CarrierError>) -> Sign {
    match error.map(|error| error.kind) {
        None | Some(ErrorKind::RateLimited | ErrorKind::Permanent) => Sign::Answered,
        Some(ErrorKind::Auth | ErrorKind::Config | ErrorKind::NotOffered) => Sign::Refused,
        Some(ErrorKind::NotSent | ErrorKind::Ambiguous | ErrorKind::Transient | ErrorKind::Protocol) => {
            Sign::Silent
        }
    }
}

/// The outcome that follows from the carrier's answer: the table at the head of this file.
fn outcome(result: Result<Accepted, CarrierError>, attempt: u32, now: i64, jitter: f64) -> Outcome {
    let error = match result {
        Ok(Accepted { carrier_message_id, repeated: true }) => {
            return Outcome::Repeated { carrier_message_id, ask_at: now };
        }
        Ok(accepted) => return Outcome::Accepted { carrier_message_id: accepted.carrier_message_id },
        Err(error) => error,
    };
    let retry_after_ms = error.retry_after.and_then(|wait| i64::try_from(wait.as_millis()).ok());
    let later = |trouble| now + retry::delay_ms(trouble, attempt, jitter);
    match error.kind {
        ErrorKind::RateLimited => Outcome::NotTaken {
            retry_at: later(RetryReason::RateLimited { retry_after_ms }),
            code: error.code,
        },
        ErrorKind::NotSent => Outcome::NotTaken { retry_at: later(RetryReason::NotSent), code: error.code },
        // The row is not to blame: it leaves with the first that may.
        ErrorKind::Auth | ErrorKind::Config | ErrorKind::NotOffered => {
            Outcome::NotTaken { retry_at: now, code: error.code }
        }
        ErrorKind::Permanent => Outcome::Rejected { code: error.code },
        ErrorKind::Ambiguous | ErrorKind::Transient | ErrorKind::Protocol => {
            Outcome::NoAnswer { ask_at: now, code: error.code }
        }
    }
}

/// A refusal that means that the citizen has stopped our texts at the carrier, as such.
fn with_block(carrier: &str, outcome: Outcome) -> Outcome {
    let is_block = |code: &str| carrier::meaning(carrier, code) == Some(DeliveryReason::OptedOut);
    match outcome {
        Outcome::Rejected { code: Some(code) } if is_block(&code) => Outcome::Blocked { code: Some(code) },
        other => other,
    }
}

/// Records an outcome, again and again until the store takes it. If the daemon stops meanwhile, the row stays `sending`
/// and the next start puts it in doubt.
async fn record(context: &Context, text: &OutboundText, outcome: Outcome) {
    loop {
        match context.store.record_outcome(text, outcome.clone(), context.now()).await {
            Ok(()) => return,
            Err(error) if error.is_of_the_disk() => store_trouble(ROLE, &error),
            Err(error) => {
                tracing::error!(
                    message = text.id,
                    "an outcome could not be recorded, and the text comes into doubt: {error}"
                );
                return;
            }
        }
        if !context.pause(STORE_RETRY_MS).await {
            return;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Twilio's 21610, and the same number at a carrier where it is none.
    #[test]
    fn a_block_at_the_carrier_is_told_from_other_refusals() {
        let refused = |carrier, code: &str| {
            let error = CarrierError::new(ErrorKind::Permanent, "x").with_code(code);
            with_block(carrier, outcome(Err(error), 1, 0, 0.5))
        };
        let code = |code: &str| Some(code.to_owned());
        assert_eq!(refused("twilio", "21610"), Outcome::Blocked { code: code("21610") });
        assert_eq!(refused("twilio", "21211"), Outcome::Rejected { code: code("21211") });
        assert_eq!(refused("bizgo", "21610"), Outcome::Rejected { code: code("21610") });
    }

    #[test]
    fn nothing_is_queued_again_that_may_have_been_taken() {
        for kind in ErrorKind::ALL {
            let queued =
                matches!(outcome(Err(CarrierError::new(kind, "x")), 1, 0, 0.5), Outcome::NotTaken { .. });
            let surely_not_taken = [
                ErrorKind::Auth,
                ErrorKind::Config,
                ErrorKind::NotOffered,
                ErrorKind::RateLimited,
                ErrorKind::NotSent,
            ]
            .contains(&kind);
            assert_eq!(queued, surely_not_taken, "{kind:?}");
        }
    }
}

//! Sends texts. A text is committed as `sending` before its first byte leaves; what follows from the carrier's answer is
//! decided here and nowhere else:
//!
//! | the carrier says                             | the text becomes | and                                     |
//! |----------------------------------------------|------------------|-----------------------------------------|
//! | accepted                                     | `accepted`       |                                         |
//! | `RateLimited`, `NotSent`                     | `queued`         | later, with jitter                      |
//! | `Auth`, `Config`                             | `queued`         | this carrier stops but for a probe      |
//! | `Permanent`                                  | `failed`         | shown to a person                       |
//! | `Ambiguous`, `Transient`, `Protocol`, nothing| `in_doubt`       | the rescuer asks                        |
//!
//! Texts leave by the preferred carrier. While it is out of order (domain::breaker) or held back by an operator, the
//! standby takes those it surely has not taken; a text it may have had waits for it, or for a person.
//!
//! A probe asks the carrier first whether it answers at all, so that a text is risked only where it may get through.
//!
//! The driver keeps its carrier's rate limit; no more texts are handed out than leave within a second. Of each citizen
//! one text is under way at a time.

use std::collections::BTreeMap;
use std::sync::Arc;

use tokio::task::{JoinError, JoinSet};

use super::{Context, Role, STORE_RETRY_MS, Used, mms, store_trouble};
use crate::carrier::{Accepted, Carrier, CarrierError, ErrorKind};
use crate::domain::breaker::{Permit, Sign};
use crate::domain::outbound::OutboundText;
use crate::domain::retry::{self, Trouble};
use crate::domain::text;
use crate::store::{Lease, Outcome, StoreError};

const ROLE: Role = Role::Sender;
/// Looks without being woken this often (milliseconds).
const LOOK_EVERY_MS: i64 = 1_000;
/// Texts that expire in one commit while none may leave.
const EXPIRED_AT_ONCE: u32 = 500;
/// A text that a standby cannot carry is looked at again after this long (milliseconds).
const UNFIT_AGAIN_MS: i64 = 60_000;

struct Sender {
    context: Context,
    under_way: JoinSet<()>,
    /// One copy of a carrier's mark is held by each of its texts under way, however that ends.
    marks: BTreeMap<&'static str, Arc<()>>,
}

/// One carrier's part in a round.
struct Turn {
    used: Used,
    is_standby: bool,
    only_its_own: bool,
    is_probe: bool,
    n: u32,
}

pub(super) async fn run(context: Context) {
    let mut sender = Sender { context, under_way: JoinSet::new(), marks: BTreeMap::new() };
    while !sender.context.stop.is_cancelled() {
        sender.context.board.progress(ROLE, sender.context.now());
        let wait = sender.start_what_may_leave().await;
        sender.rest(wait).await;
    }
    // What is under way gets its answer recorded before the daemon goes.
    while let Some(ended) = sender.under_way.join_next().await {
        tell(ended);
    }
}

impl Sender {
    /// Starts as many as limits allow; returns how long to wait unless woken (milliseconds).
    async fn start_what_may_leave(&mut self) -> i64 {
        let now = self.context.now();
        let turns = self.turns(now);
        if turns.is_empty() {
            // All places are taken, and the end of one wakes us; or no carrier may be used, and a citizen's answer that
            // grows too old meanwhile is said to a person.
            return match self.context.store.expire_old(EXPIRED_AT_ONCE, now).await {
                Ok(n) if n > 0 => 0,
                Ok(_) => LOOK_EVERY_MS,
                Err(error) => {
                    store_trouble(ROLE, &error);
                    STORE_RETRY_MS
                }
            };
        }
        let mut wait = LOOK_EVERY_MS;
        for turn in turns {
            let n = turn.n;
            match self.start(turn, now).await {
                // As many as were asked for: there may be more.
                Ok(leased) if leased == n => wait = 0,
                Ok(_) => {}
                Err(error) => {
                    store_trouble(ROLE, &error);
                    return STORE_RETRY_MS;
                }
            }
        }
        if wait == 0 { 0 } else { self.until_next_due(now).await }
    }

    /// Which carriers may take texts now, and how many.
    fn turns(&self, now: i64) -> Vec<Turn> {
        let carriers = self.context.carriers();
        let mut turns = Vec::new();
        let mut preferred_works = false;
        for used in carriers.senders() {
            let name = used.carrier.name();
            let permit = self.permit(name, now);
            let turn = Turn {
                used: used.clone(),
                is_standby: name != carriers.outbound.carrier.name(),
                only_its_own: preferred_works,
                is_probe: permit == Permit::Probe,
                n: self.allowance(used, permit),
            };
            if turn.n > 0 {
                turns.push(turn);
            }
            preferred_works |= permit == Permit::All;
        }
        turns
    }

    fn permit(&self, carrier: &str, now: i64) -> Permit {
        if self.context.board.carrier(carrier).is_paused {
            return Permit::NotBefore(now + LOOK_EVERY_MS);
        }
        self.context.board.permit(carrier, now)
    }

    /// How many may start now by one carrier.
    fn allowance(&self, used: &Used, permit: Permit) -> u32 {
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

    /// Starts one carrier's part; returns how many texts were handed out.
    async fn start(&mut self, turn: Turn, now: i64) -> Result<u32, StoreError> {
        let mark = Arc::clone(self.marks.entry(turn.used.carrier.name()).or_default());
        let context = self.context.clone();
        if turn.is_probe {
            self.under_way.spawn(async move {
                probe(&context, &turn).await;
                drop(mark);
            });
            return Ok(0);
        }
        let texts = lease(&context, &turn, now).await?;
        let leased = u32::try_from(texts.len()).unwrap_or(turn.n);
        for text in texts {
            let (context, mark, is_standby) = (context.clone(), Arc::clone(&mark), turn.is_standby);
            let carrier = Arc::clone(&turn.used.carrier);
            self.under_way.spawn(async move {
                send_one(&context, carrier.as_ref(), text, is_standby).await;
                drop(mark);
            });
        }
        Ok(leased)
    }

    async fn until_next_due(&self, now: i64) -> i64 {
        match self.context.store.next_send_at().await {
            // Due but not handed out: it stands behind another, whose end wakes us.
            Ok(Some(at)) if at > now => (at - now).min(LOOK_EVERY_MS),
            _ => LOOK_EVERY_MS,
        }
    }

    /// Waits for the time, for a text, or for one under way to end.
    async fn rest(&mut self, wait: i64) {
        while let Some(ended) = self.under_way.try_join_next() {
            tell(ended);
        }
        if wait <= 0 {
            return;
        }
        let context = self.context.clone();
        let hints = context.store.hints();
        tokio::select! {
            _ = context.pause(wait) => {}
            () = hints.text_out.notified() => {}
            () = context.board.reloaded.notified() => context.board.reset_breakers(),
            Some(ended) = self.under_way.join_next() => tell(ended),
        }
    }
}

async fn lease(context: &Context, turn: &Turn, now: i64) -> Result<Vec<OutboundText>, StoreError> {
    let order = Lease {
        carrier: turn.used.carrier.name(),
        senders: turn.used.senders.clone(),
        only_its_own: turn.only_its_own,
        lease_ms: context.settings().lease_ms,
    };
    let texts = context.store.lease_due(Arc::new(order), turn.n, now).await?;
    if !texts.is_empty() {
        context.board.text_left(now);
    }
    Ok(texts)
}

/// Asks a carrier that was out of order whether it answers; if so, one text may try.
async fn probe(context: &Context, turn: &Turn) {
    let carrier = turn.used.carrier.as_ref();
    if let Err(error) = carrier.check().await {
        tracing::warn!(carrier = carrier.name(), kind = ?error.kind, %error, "the carrier is still out of order");
        context.board.sign(carrier.name(), sign(Some(&error)), context.now());
        return;
    }
    match lease(context, turn, context.now()).await {
        Ok(texts) if texts.is_empty() => learn(context, carrier.name(), Sign::Answered).await,
        Ok(texts) => {
            for text in texts {
                send_one(context, carrier, text, turn.is_standby).await;
            }
        }
        Err(error) => store_trouble(ROLE, &error),
    }
}

/// A try that fell over leaves its text to the rescuer.
fn tell(ended: Result<(), JoinError>) {
    if ended.is_err() {
        tracing::error!("sending a text fell over; the carrier is asked what became of it");
    }
}

/// A text was made for the preferred carrier of its time: one that this carrier cannot carry whole does not leave by it.
fn fits(carrier: &dyn Carrier, text: &OutboundText) -> bool {
    text::plan(text.text.reveal(), &carrier.caps().limits).is_ok_and(|pieces| pieces.len() == 1)
}

async fn send_one(context: &Context, carrier: &dyn Carrier, text: OutboundText, is_standby: bool) {
    let text = match mms::whole(context, carrier, text, is_standby).await {
        Ok(text) => text,
        Err((text, outcome)) => return record(context, &text, outcome).await,
    };
    if is_standby && !fits(carrier, &text) {
        let retry_at = context.now() + UNFIT_AGAIN_MS;
        return record(context, &text, Outcome::NotTaken { retry_at, code: None }).await;
    }
    let text = &text;
    let name = carrier.name();
    let result = carrier.send(text).await;
    let now = context.now();
    if let Err(error) = &result {
        tracing::warn!(message = text.id, carrier = name, kind = ?error.kind, %error, "a text was not accepted");
    }
    // Before the row is back in line, so that it does not leave again at once.
    learn(context, name, sign(result.as_ref().err())).await;
    let outcome = outcome(result, text.attempt, now, rand::random());
    let in_doubt = matches!(outcome, Outcome::NoAnswer { .. });
    record(context, text, outcome).await;
    if in_doubt {
        context.board.doubt.notify_one();
    }
}

/// Keeps in mind what a try told; tells the log and the journal when that changes how the carrier stands.
async fn learn(context: &Context, carrier: &'static str, sign: Sign) {
    let Some(is_out) = context.board.sign(carrier, sign, context.now()) else {
        return;
    };
    let kind = if is_out {
        tracing::error!(carrier, "the carrier is out of order; it is probed now and then: see munjad check");
        "carrier_out_of_order"
    } else {
        tracing::info!(carrier, "the carrier takes texts again");
        "carrier_works_again"
    };
    if let Err(error) = context.store.note(kind, carrier.to_owned(), context.now()).await {
        store_trouble(ROLE, &error);
    }
}

/// What a try tells about the carrier as a whole.
fn sign(error: Option<&CarrierError>) -> Sign {
    match error.map(|error| error.kind) {
        None | Some(ErrorKind::RateLimited | ErrorKind::Permanent) => Sign::Answered,
        Some(ErrorKind::Auth | ErrorKind::Config) => Sign::Refused,
        Some(ErrorKind::NotSent | ErrorKind::Ambiguous | ErrorKind::Transient | ErrorKind::Protocol) => {
            Sign::Silent
        }
    }
}

/// What follows from the carrier's answer; the module's table.
fn outcome(result: Result<Accepted, CarrierError>, attempt: u32, now: i64, jitter: f64) -> Outcome {
    let error = match result {
        Ok(accepted) => return Outcome::Accepted { carrier_message_id: accepted.carrier_message_id },
        Err(error) => error,
    };
    let retry_after_ms = error.retry_after.and_then(|wait| i64::try_from(wait.as_millis()).ok());
    let later = |trouble| now + retry::delay_ms(trouble, attempt, jitter);
    match error.kind {
        ErrorKind::RateLimited => {
            Outcome::NotTaken { retry_at: later(Trouble::RateLimited { retry_after_ms }), code: error.code }
        }
        ErrorKind::NotSent => Outcome::NotTaken { retry_at: later(Trouble::NotSent), code: error.code },
        // The row is not to blame: it leaves with the first that may.
        ErrorKind::Auth | ErrorKind::Config => Outcome::NotTaken { retry_at: now, code: error.code },
        ErrorKind::Permanent => Outcome::Rejected { code: error.code },
        ErrorKind::Ambiguous | ErrorKind::Transient | ErrorKind::Protocol => {
            Outcome::NoAnswer { ask_at: now, code: error.code }
        }
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
                tracing::error!(message = text.id, %error, "an outcome could not be recorded; the text comes into doubt");
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

    #[test]
    fn nothing_is_queued_again_that_may_have_been_taken() {
        for kind in [
            ErrorKind::Auth,
            ErrorKind::Config,
            ErrorKind::RateLimited,
            ErrorKind::Transient,
            ErrorKind::NotSent,
            ErrorKind::Ambiguous,
            ErrorKind::Permanent,
            ErrorKind::Protocol,
        ] {
            let queued =
                matches!(outcome(Err(CarrierError::new(kind, "x")), 1, 0, 0.5), Outcome::NotTaken { .. });
            let surely_not_taken =
                [ErrorKind::Auth, ErrorKind::Config, ErrorKind::RateLimited, ErrorKind::NotSent]
                    .contains(&kind);
            assert_eq!(queued, surely_not_taken, "{kind:?}");
        }
    }
}

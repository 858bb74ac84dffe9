//! Sends texts. A text is committed as `sending` before its first byte leaves; what follows from the carrier's answer is
//! decided here and nowhere else:
//!
//! | the carrier says                             | the text becomes | and                                        |
//! |----------------------------------------------|------------------|--------------------------------------------|
//! | accepted                                     | `accepted`       |                                            |
//! | `RateLimited`, `NotSent`                     | `queued`         | later, with jitter                         |
//! | `Auth`, `Config`                             | `queued`         | sending stops until reload or [`PROBE_MS`] |
//! | `Permanent`                                  | `failed`         | shown to a person                          |
//! | `Ambiguous`, `Transient`, `Protocol`, nothing| `in_doubt`       | the rescuer asks                           |
//!
//! The driver keeps the carrier's rate limit; no more texts are handed out than leave within a second. Of each citizen one
//! text is under way at a time.

use std::sync::Arc;

use tokio::task::{JoinError, JoinSet};

use super::{Context, STORE_RETRY_MS, store_trouble};
use crate::carrier::{Accepted, Carrier, CarrierError, ErrorKind};
use crate::domain::outbound::OutboundText;
use crate::domain::retry::{self, Trouble};
use crate::store::{Outcome, StoreError};

const ROLE: &str = "sender";
/// A sender that was stopped by a refused key or account tries one text this often (milliseconds).
const PROBE_MS: i64 = 60_000;
/// Looks without being woken this often (milliseconds).
const LOOK_EVERY_MS: i64 = 1_000;

struct Sender {
    context: Context,
    under_way: JoinSet<Sent>,
    /// Sending is stopped until then.
    stopped_until: Option<i64>,
}

/// What one try told about the carrier as a whole.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Sent {
    /// The carrier takes texts.
    Fine,
    /// It failed for a reason of its own.
    Unclear,
    /// The account or key was refused.
    Refused,
}

pub(super) async fn run(context: Context) {
    let mut sender = Sender { context, under_way: JoinSet::new(), stopped_until: None };
    while !sender.context.stop.is_cancelled() {
        sender.context.board.progress(ROLE, sender.context.now());
        let wait = sender.start_what_may_leave().await;
        sender.rest(wait).await;
    }
    // What is under way gets its answer recorded before the daemon goes.
    while let Some(ended) = sender.under_way.join_next().await {
        sender.learn(ended);
    }
}

impl Sender {
    /// Starts as many as limits allow; returns how long to wait unless woken (milliseconds).
    async fn start_what_may_leave(&mut self) -> i64 {
        let now = self.context.now();
        let (n, wait) = self.allowance(now);
        if n == 0 {
            return wait;
        }
        match self.lease(n, now).await {
            Ok(0) => self.until_next_due(now).await,
            Ok(leased) if leased < n => LOOK_EVERY_MS.min(self.until_next_due(now).await),
            Ok(_) => 0,
            Err(error) => {
                store_trouble(ROLE, &error);
                STORE_RETRY_MS
            }
        }
    }

    /// How many may start now; if none, how long to wait.
    fn allowance(&mut self, now: i64) -> (u32, i64) {
        let max = self.context.settings().max_in_flight.min(self.context.carrier().caps().sends_per_sec);
        let free = max.saturating_sub(u32::try_from(self.under_way.len()).unwrap_or(u32::MAX));
        match self.stopped_until {
            Some(until) if until > now => return (0, (until - now).min(LOOK_EVERY_MS)),
            Some(_) => return (u32::from(self.under_way.is_empty()), LOOK_EVERY_MS),
            // Refused a moment ago; the try that learned it is about to say so.
            None if self.context.board.sending_stopped() => return (0, LOOK_EVERY_MS),
            None => {}
        }
        // Where all places are taken, the end of one wakes us.
        (free, LOOK_EVERY_MS)
    }

    async fn lease(&mut self, n: u32, now: i64) -> Result<u32, StoreError> {
        let carrier = self.context.carrier();
        let lease_ms = self.context.settings().lease_ms;
        let texts = self.context.store.lease_due(carrier.name(), n, lease_ms, now).await?;
        let leased = u32::try_from(texts.len()).unwrap_or(n);
        if leased > 0 {
            self.context.board.text_left(now);
        }
        for text in texts {
            self.under_way.spawn(send_one(self.context.clone(), Arc::clone(&carrier), text));
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
            self.learn(ended);
        }
        if wait <= 0 {
            return;
        }
        let context = self.context.clone();
        let hints = context.store.hints();
        tokio::select! {
            _ = context.pause(wait) => {}
            () = hints.text_out.notified() => {}
            () = context.board.reloaded.notified() => self.resume(),
            Some(ended) = self.under_way.join_next() => self.learn(ended),
        }
    }

    /// A try has ended; one that fell over says nothing of the carrier.
    fn learn(&mut self, ended: Result<Sent, JoinError>) {
        match ended.unwrap_or(Sent::Unclear) {
            Sent::Fine if self.stopped_until.is_some() => self.resume(),
            Sent::Fine | Sent::Unclear => {}
            Sent::Refused => {
                if self.stopped_until.is_none() {
                    tracing::error!(
                        "the carrier refuses our account or key: sending stops; see munjad check"
                    );
                }
                self.stopped_until = Some(self.context.now() + PROBE_MS);
                self.context.board.set_sending_stopped(true);
            }
        }
    }

    /// The configuration was read again, or a probe went through.
    fn resume(&mut self) {
        self.stopped_until = None;
        self.context.board.set_sending_stopped(false);
    }
}

async fn send_one(context: Context, carrier: Arc<dyn Carrier>, text: OutboundText) -> Sent {
    let result = carrier.send(&text).await;
    let now = context.now();
    if let Err(error) = &result {
        tracing::warn!(message = text.id, kind = ?error.kind, %error, "a text was not accepted");
    }
    let sent = match &result {
        Ok(_) => Sent::Fine,
        Err(error) if matches!(error.kind, ErrorKind::Auth | ErrorKind::Config) => Sent::Refused,
        Err(_) => Sent::Unclear,
    };
    if sent == Sent::Refused {
        // Before the row is back in line, so that it does not leave again at once.
        context.board.set_sending_stopped(true);
    }
    let outcome = outcome(result, text.attempt, now, rand::random());
    let in_doubt = matches!(outcome, Outcome::NoAnswer { .. });
    record(&context, &text, outcome).await;
    if in_doubt {
        context.board.doubt.notify_one();
    }
    sent
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

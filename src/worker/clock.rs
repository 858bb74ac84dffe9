//! Compares the machine's clock with the gateway's own time, which goes on evenly, and tells of a jump. A jump is followed when
//! the carrier's clock agrees with it, or nobody contradicts it for long; then what waits in the database is set right
//! (`domain::clock`).

use tokio::time::Instant;

use super::{Context, Role, store_trouble};
use crate::domain::clock::{Verdict, judge};
use crate::ops::clock::Steady;

const ROLE: Role = Role::Clock;
/// How often it is looked at (milliseconds).
const LOOK_EVERY_MS: i64 = 2_000;

/// A jump that lasts this long is told to the operator (milliseconds): one that is right has been followed by then.
const SURE_AFTER_MS: i64 = 30_000;

/// A jump that is not followed yet.
struct Jump {
    since: Instant,
    verdict: Verdict,
}

pub(super) async fn run(context: Context) {
    let clock = context.clock.clone();
    let mut jump = None;
    loop {
        context.health.progress(ROLE, context.now());
        if let Some(steady) = clock.as_steady() {
            look(&context, steady, &mut jump).await;
        }
        if !context.pause(LOOK_EVERY_MS).await {
            return;
        }
    }
}

async fn look(context: &Context, steady: &Steady, jump: &mut Option<Jump>) {
    let apart_ms = steady.apart_ms();
    let for_ms = jump.as_ref().map_or(0, |jump| jump.since.elapsed().as_millis());
    let for_ms = i64::try_from(for_ms).unwrap_or(i64::MAX);
    let verdict = match judge(apart_ms, for_ms, &context.health.carriers_ahead_ms()) {
        // What the carrier said may be older than the jump.
        Verdict::Wrong if for_ms < SURE_AFTER_MS => Verdict::Waits,
        verdict => verdict,
    };
    tell(verdict, apart_ms, jump.as_ref().map(|jump| jump.verdict));
    let is_trouble = for_ms >= SURE_AFTER_MS && matches!(verdict, Verdict::Waits | Verdict::Wrong);
    context.health.set_clock_trouble(is_trouble.then_some(apart_ms));
    *jump = match verdict {
        Verdict::Agrees => {
            steady.follow(apart_ms);
            None
        }
        Verdict::Believed => follow(context, steady, apart_ms).await.err(),
        Verdict::Waits | Verdict::Wrong => {
            let since = jump.as_ref().map_or_else(Instant::now, |jump| jump.since);
            Some(Jump { since, verdict })
        }
    };
}

/// Sets the rows right before anybody sees the new time; where that fails, the jump is tried again.
async fn follow(context: &Context, steady: &Steady, apart_ms: i64) -> Result<(), Jump> {
    let new = context.now().saturating_add(apart_ms);
    // Back: what was written lies in the future only after the step.
    if apart_ms < 0 {
        steady.follow(apart_ms);
    }
    let done = context.store.set_times_right(Some(apart_ms), new).await;
    if apart_ms > 0 && done.is_ok() {
        steady.follow(apart_ms);
    }
    if apart_ms < 0 && done.is_err() {
        steady.follow(-apart_ms);
    }
    match done {
        Ok(n) => {
            tracing::info!(n_rows = n, "the gateway follows the clock; waits were set right");
            Ok(())
        }
        Err(error) => {
            store_trouble(ROLE, &error);
            Err(Jump { since: Instant::now(), verdict: Verdict::Believed })
        }
    }
}

/// Says each thing once.
fn tell(verdict: Verdict, apart_ms: i64, before: Option<Verdict>) {
    if before == Some(verdict) {
        return;
    }
    let secs = apart_ms / 1_000;
    match verdict {
        Verdict::Agrees if before.is_some() => {
            tracing::info!("the machine's clock agrees with the gateway's time again")
        }
        Verdict::Agrees => {}
        Verdict::Waits => tracing::error!(
            secs,
            "THE CLOCK JUMPED by {secs} s: the gateway goes on with its own time until a carrier, or ten minutes, speak for the new one"
        ),
        Verdict::Wrong => tracing::error!(
            secs,
            "THE CLOCK IS WRONG by {secs} s: it jumped away from the carrier's. The gateway goes on with its own time; have the clock set \
             by the network (timedatectl set-ntp true) before the next start"
        ),
        Verdict::Believed => tracing::warn!(secs, "the machine's clock was moved by {secs} s"),
    }
}

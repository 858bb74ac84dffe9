//! Runs the timers of conversations: alarms, wait notices, idle claims, promises, reminders, surveys, closing.

use std::time::Instant;

use super::{Context, Role, STORE_RETRY_MS, store_trouble};
use crate::store::Round;

const ROLE: Role = Role::Timers;
/// How often timers are run (milliseconds): what is promised in minutes may be two seconds late.
const LOOK_EVERY_MS: i64 = 2_000;
/// A round over all open conversations waits so many times as long as the last one took: with many thousands open (a snow
/// day), timers take no more than this share of one processor. Dangers are looked at in every round.
const WAIT_PER_WORK: u32 = 50;

pub(super) async fn run(context: Context) {
    let mut all_from = Instant::now();
    loop {
        context.health.progress(ROLE, context.now());
        let settings = context.settings();
        let began = Instant::now();
        let round = if began >= all_from { Round::All } else { Round::Dangers };
        let done = context.store.run_timers(&settings.policy, round, context.now()).await;
        if round == Round::All {
            all_from = Instant::now() + began.elapsed() * WAIT_PER_WORK;
        }
        let wait = match done {
            Ok(timed) => {
                if timed.n_escalated > 0 {
                    tracing::warn!(
                        n = timed.n_escalated,
                        "dangers that nobody has answered: supervisors are called"
                    );
                }
                LOOK_EVERY_MS
            }
            Err(error) => {
                store_trouble(ROLE, &error);
                STORE_RETRY_MS
            }
        };
        if !context.pause(wait).await {
            return;
        }
    }
}

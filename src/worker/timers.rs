//! Runs the timers of conversations: alarms, wait notices, idle claims, promises, reminders, surveys, closing.

use super::{Context, Role, STORE_RETRY_MS, store_trouble};

const ROLE: Role = Role::Timers;
/// How often timers are run (milliseconds): what is promised in minutes may be two seconds late.
const LOOK_EVERY_MS: i64 = 2_000;

pub(super) async fn run(context: Context) {
    loop {
        context.health.progress(ROLE, context.now());
        let settings = context.settings();
        let done = context.store.run_timers(&settings.policy, context.now()).await;
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

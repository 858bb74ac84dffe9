//! Keeps a loop alive: one that panics is started again and reported, never silently dead.

use std::time::Duration;

use super::{Context, Role, run};

const FIRST_WAIT: Duration = Duration::from_millis(100);
const LONGEST_WAIT: Duration = Duration::from_secs(10);

/// Runs a loop until it is told to stop, and again whenever it falls over.
pub async fn supervise(role: Role, context: Context) {
    let mut wait = FIRST_WAIT;
    while !context.stop.is_cancelled() {
        let ended = tokio::spawn(run(role, context.clone())).await;
        if context.stop.is_cancelled() {
            return;
        }
        report(role, &context, ended.is_err()).await;
        tokio::select! {
            () = context.stop.cancelled() => return,
            () = tokio::time::sleep(wait) => wait = (wait * 2).min(LONGEST_WAIT),
        }
    }
}

async fn report(role: Role, context: &Context, panicked: bool) {
    context.board.restarted(role);
    tracing::error!(%role, panicked, "a worker fell over and is started again");
    if let Err(error) = context.store.note("worker_restarted", role.to_string(), context.now()).await {
        super::store_trouble(role, &error);
    }
}

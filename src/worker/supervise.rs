//! Keeps a loop alive: one that panics or returns early is started again and reported.

use std::time::Duration;

use tokio::task::JoinSet;

use super::{Context, Role, run};
use crate::domain::event::EventKind;

const FIRST_WAIT: Duration = Duration::from_millis(100);
const LONGEST_WAIT: Duration = Duration::from_secs(10);

/// Runs a loop until it is told to stop, and again whenever it panics. Aborted, it takes the loop with it.
pub async fn supervise(role: Role, context: Context) {
    let mut wait = FIRST_WAIT;
    while !context.stop.is_cancelled() {
        let mut alone = JoinSet::new();
        alone.spawn(run(role, context.clone()));
        let panicked = matches!(alone.join_next().await, Some(Err(_)));
        if context.stop.is_cancelled() {
            return;
        }
        report(role, &context, panicked).await;
        tokio::select! {
            () = context.stop.cancelled() => return,
            () = tokio::time::sleep(wait) => wait = (wait * 2).min(LONGEST_WAIT),
        }
    }
}

async fn report(role: Role, context: &Context, panicked: bool) {
    context.health.restarted(role);
    tracing::error!(%role, panicked, "the loop {role} panicked or ended early; it is started again");
    if let Err(error) = context.store.note(EventKind::WorkerRestarted, role.to_string(), context.now()).await
    {
        super::store_trouble(role, &error);
    }
}

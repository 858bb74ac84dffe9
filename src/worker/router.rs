//! Puts stored texts into their conversations, in the order they came.

use super::{Context, Role, STORE_RETRY_MS, store_trouble};

const ROLE: Role = Role::Router;
/// Texts routed in one commit.
const BATCH: u32 = 500;
/// How often the loop looks without being woken (milliseconds): a text that an operator puts back wakes nobody.
const LOOK_EVERY_MS: i64 = 1_000;

pub(super) async fn run(context: Context) {
    let mut is_hinted = false;
    loop {
        context.health.progress(ROLE, context.now());
        let wait = drain(&context, is_hinted).await;
        tokio::select! {
            () = context.stop.cancelled() => return,
            () = context.store.hints().text_in.notified() => is_hinted = true,
            go_on = context.pause(wait) => if go_on { is_hinted = false } else { return },
        }
    }
}

/// Routes until nothing waits; returns how long to wait (milliseconds).
async fn drain(context: &Context, is_hinted: bool) -> i64 {
    loop {
        match step(context, is_hinted).await {
            // Fewer than there may be in one commit: none is left, or its arrival is a hint.
            Ok(n) if n < BATCH as usize => return LOOK_EVERY_MS,
            Ok(_) => {}
            Err(error) => {
                store_trouble(ROLE, &error);
                return STORE_RETRY_MS;
            }
        }
    }
}

/// Returns how many texts were routed or failed.
async fn step(context: &Context, is_hinted: bool) -> crate::store::Result<usize> {
    // Looked up beside the writer: the time alone seldom brings anything.
    if !is_hinted && !context.store.has_received().await? {
        return Ok(0);
    }
    let routed = context.store.route_received(BATCH, context.now(), &context.settings().policy).await?;
    if routed.n_failed > 0 {
        tracing::error!(
            n = routed.n_failed,
            "texts could not be routed; after the third try they are set aside"
        );
    }
    Ok(routed.n_routed + routed.n_failed)
}

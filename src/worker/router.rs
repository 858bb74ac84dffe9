//! Puts stored texts into their conversations, in the order they came.

use super::{Context, Role, STORE_RETRY_MS, store_trouble};

const ROLE: Role = Role::Router;
/// Texts routed in one commit.
const BATCH: u32 = 500;
/// How often the loop looks without being woken (milliseconds): a text that an operator puts back wakes nobody.
const LOOK_EVERY_MS: i64 = 1_000;

pub(super) async fn run(context: Context) {
    loop {
        context.health.progress(ROLE, context.now());
        let wait = drain(&context).await;
        tokio::select! {
            () = context.stop.cancelled() => return,
            () = context.store.hints().text_in.notified() => {}
            go_on = context.pause(wait) => if !go_on { return },
        }
    }
}

/// Routes until nothing waits; returns how long to wait (milliseconds).
async fn drain(context: &Context) -> i64 {
    loop {
        match step(context).await {
            Ok(0) => return LOOK_EVERY_MS,
            Ok(_) => {}
            Err(error) => {
                store_trouble(ROLE, &error);
                return STORE_RETRY_MS;
            }
        }
    }
}

/// Returns how many texts were routed.
async fn step(context: &Context) -> crate::store::Result<usize> {
    if !context.store.has_received().await? {
        return Ok(0);
    }
    let routed = context.store.route_received(BATCH, context.now(), &context.settings().policy).await?;
    if routed.n_failed > 0 {
        tracing::error!(
            n = routed.n_failed,
            "texts could not be routed; after the third try they are set aside"
        );
    }
    Ok(routed.n_routed)
}

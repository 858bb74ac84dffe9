//! Puts texts in doubt whose lease has run out: their sender has died without recording an outcome.

use super::{Context, Role, store_trouble};

const ROLE: Role = Role::Rescuer;
/// How often leases are looked through (milliseconds).
const LOOK_EVERY_MS: i64 = 1_000;

pub(super) async fn run(context: Context) {
    loop {
        context.health.progress(ROLE, context.now());
        match context.store.rescue(false, context.now()).await {
            Ok(0) => {}
            Ok(n) => {
                tracing::warn!(n, "texts whose sender gave no answer came into doubt");
                context.health.doubt.notify_one();
            }
            Err(error) => store_trouble(ROLE, &error),
        }
        if !context.pause(LOOK_EVERY_MS).await {
            return;
        }
    }
}

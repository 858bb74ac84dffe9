//! Follows which carriers an operator has paused (`munjad carrier pause` and `resume` write it into the database).

use super::{Context, Role, store_trouble};

const ROLE: Role = Role::Pauses;
/// How often the pauses are read (milliseconds). The commands promise that a running gateway follows within a second.
const LOOK_EVERY_MS: i64 = 500;

pub(super) async fn run(context: Context) {
    loop {
        context.health.progress(ROLE, context.now());
        match context.store.holds().await {
            Ok(holds) => context.health.set_paused(&holds),
            Err(error) => store_trouble(ROLE, &error),
        }
        if !context.pause(LOOK_EVERY_MS).await {
            return;
        }
    }
}

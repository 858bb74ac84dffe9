//! Puts texts, answers and notes into the index of words after they are committed, in steps between which everybody else writes. What
//! is not in it yet is found all the same (`store::search`).

use super::{Context, Role, STORE_RETRY_MS, store_trouble};
use crate::store::StoreError;

const ROLE: Role = Role::Indexer;
/// How often the loop looks for new texts (milliseconds).
const LOOK_EVERY_MS: i64 = 1_000;
/// The pause between two steps while there is more (milliseconds): a step takes a fifth of it.
const BETWEEN_MS: i64 = 20;

pub(super) async fn run(context: Context) {
    loop {
        context.health.progress(ROLE, context.now());
        let wait = match round(&context).await {
            Ok(true) => BETWEEN_MS,
            Ok(false) => LOOK_EVERY_MS,
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

/// One step; whether there was anything to do. Nothing is written where nothing is new.
async fn round(context: &Context) -> Result<bool, StoreError> {
    if context.store.index_lag().await? == 0 {
        return Ok(false);
    }
    Ok(context.store.index_some().await? > 0)
}

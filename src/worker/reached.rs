//! Marks from time to time how far the database has come, so that an older copy that is put in its place is noticed. Only where
//! something has happened since.

use super::{Context, Role, store_trouble};
use crate::store::Reached;

const ROLE: Role = Role::Reached;
/// A copy that was made within so short a time before the gateway was killed is not noticed (milliseconds).
const MARK_EVERY_MS: i64 = 10_000;

pub(super) async fn run(context: Context) {
    let mut last: Option<Reached> = None;
    loop {
        context.health.progress(ROLE, context.now());
        match context.store.mark_reached(last.as_ref()).await {
            Ok(reached) => last = Some(reached),
            Err(error) => store_trouble(ROLE, &error),
        }
        if !context.pause(MARK_EVERY_MS).await {
            return;
        }
    }
}

//! Hands alarms to the operator's command and webhook, beside the texts and whatever the carrier does. What fails is tried
//! again; a crash in between may hand one over twice, with the same id. Each way has a queue of its own: neither waits for the
//! other.

use futures_util::future::join_all;

use super::{Context, Role, STORE_RETRY_MS, store_trouble};
use crate::call::hand_over;
use crate::domain::alarm::PushWay;
use crate::store::AlarmPush;

const ROLE: Role = Role::AlarmPush;
/// How often it is looked at (milliseconds).
const LOOK_EVERY_MS: i64 = 500;
/// The same where the configuration names neither command nor webhook: what is left from before is settled.
const LOOK_EVERY_UNUSED_MS: i64 = 60_000;
/// At most so many are handed over at once, by each way.
const AT_ONCE: u32 = 8;

pub(super) async fn run(context: Context) {
    join_all(PushWay::ALL.into_iter().map(|way| one_way(&context, way))).await;
}

async fn one_way(context: &Context, way: PushWay) {
    loop {
        context.health.progress(ROLE, context.now());
        let wait = match context.store.alarm_pushes_due(way, AT_ONCE, context.now()).await {
            Ok(due) => {
                join_all(due.iter().map(|push| settle(context, push))).await;
                let is_used = !context.settings().policy.alarm.pushes.is_empty();
                if is_used { LOOK_EVERY_MS } else { LOOK_EVERY_UNUSED_MS }
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

async fn settle(context: &Context, push: &AlarmPush) {
    let settings = context.settings();
    let ended = hand_over(&settings.alarm_ways, push.way, (push.id, &push.news, push.created_at)).await;
    let trouble = ended.err();
    if let Some(why) = &trouble {
        tracing::warn!(
            alarm = push.id,
            "an alarm did not leave by {}, and is tried again: {why}",
            push.way.as_str()
        );
    }
    if let Err(error) = context.store.alarm_push_ended(push, trouble, context.now()).await {
        store_trouble(ROLE, &error);
    }
}

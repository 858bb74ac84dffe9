//! Watches whether each carrier's texts reach us, and raises the alarm when they do not: an error in the log, an event in the
//! journal, again every ten minutes, and a word when it is over. The rule is `domain::hearing`; the facts are the
//! [`HealthRegistry`](super::HealthRegistry)'s.

use std::collections::BTreeMap;

use super::{Context, Role, STORE_RETRY_MS, store_trouble};
use crate::carrier::{Carrier, InboundClass};
use crate::domain::event::EventKind;
use crate::domain::hearing::{Hearing, Said, Word};

const ROLE: Role = Role::Hearing;
/// How often it is looked at (milliseconds).
const LOOK_EVERY_MS: i64 = 1_000;

pub(super) async fn run(context: Context) {
    let began = tokio::time::Instant::now();
    let Some(mut said) = said_before(&context).await else {
        return;
    };
    loop {
        context.health.progress(ROLE, context.now());
        let at = i64::try_from(began.elapsed().as_millis()).unwrap_or(i64::MAX);
        for carrier in &context.carriers().inbound {
            watch(&context, carrier.as_ref(), &mut said, at).await;
        }
        if !context.pause(LOOK_EVERY_MS).await {
            return;
        }
    }
}

/// The carriers that were deaf when the last run of the daemon ended; `None` if told to stop while waiting for the store.
async fn said_before(context: &Context) -> Option<BTreeMap<&'static str, Said>> {
    loop {
        match context.store.deaf_before().await {
            Ok(deaf) => {
                let inbound = &context.carriers().inbound;
                let was_deaf = |name: &&'static str| deaf.iter().any(|known| known == name);
                let names: Vec<_> = inbound.iter().map(|carrier| carrier.name()).filter(was_deaf).collect();
                names.iter().for_each(|name| context.health.was_deaf(name));
                return Some(names.into_iter().map(|name| (name, Said::deaf_before(0))).collect());
            }
            Err(error) => store_trouble(ROLE, &error),
        }
        if !context.pause(STORE_RETRY_MS).await {
            return None;
        }
    }
}

/// Looks at one carrier at `at` (milliseconds since the loop began), and says what has to be said.
async fn watch(context: &Context, carrier: &dyn Carrier, said: &mut BTreeMap<&'static str, Said>, at: i64) {
    let (name, caps, settings) = (carrier.name(), carrier.caps(), context.settings());
    let may_be_asked = !matches!(caps.inbound, InboundClass::PushOnly | InboundClass::None);
    let ways = (may_be_asked, caps.push && settings.has_webhook);
    let hearing = context.health.judge_hearing(name, ways, settings.deaf_after_ms);
    let said = said.entry(name).or_default();
    // What the last run said is not taken back before this one has heard something.
    if context.health.is_unasked(name) && !matches!(hearing, Hearing::Deaf { .. }) {
        return;
    }
    if let Some(word) = said.next(&hearing, at) {
        tell(context, name, word, &hearing).await;
    }
}

async fn tell(context: &Context, name: &'static str, word: Word, hearing: &Hearing) {
    let (kind, detail) = match hearing {
        Hearing::Deaf { for_ms, why } => {
            let (still, secs) = (if word == Word::StillDeaf { "still " } else { "" }, for_ms / 1_000);
            tracing::error!(
                carrier = name,
                "the gateway is {still}deaf: no text could be fetched from {name} for {secs} s, because: {why}. A call for \
                 help would not arrive: munjad check says what to do"
            );
            (EventKind::CarrierDeaf, format!("{name}: {why}"))
        }
        Hearing::Hears | Hearing::Called => {
            tracing::info!(carrier = name, "texts reach the gateway from {name} again");
            (EventKind::CarrierHears, name.to_owned())
        }
    };
    if let Err(error) = context.store.note(kind, detail, context.now()).await {
        store_trouble(ROLE, &error);
    }
}

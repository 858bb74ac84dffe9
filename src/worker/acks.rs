//! Tells a carrier which of its texts are stored, beside the polling: however slowly it takes that, the next read does not
//! wait. What is not acked yet is listed, and offered here, again; nothing of it needs to outlive a crash.

use std::collections::{BTreeSet, VecDeque};
use std::sync::{Arc, Mutex, PoisonError};

use tokio::sync::Notify;
use tokio::task::JoinSet;

use super::Context;

/// At most so many wait; the rest is offered again by a later poll.
const MOST_WAITING: usize = 1_000;
/// After a failure (milliseconds).
const RETRY_MS: i64 = 1_000;

#[derive(Default)]
struct Waiting {
    line: VecDeque<String>,
    /// Those in line, and the one that is being acked.
    known: BTreeSet<String>,
}

impl Waiting {
    fn add(&mut self, tokens: Vec<String>) {
        for token in tokens {
            if self.line.len() < MOST_WAITING && self.known.insert(token.clone()) {
                self.line.push_back(token);
            }
        }
    }
}

#[derive(Default)]
struct Shared {
    waiting: Mutex<Waiting>,
    added: Notify,
}

impl Shared {
    fn locked<T>(&self, with: impl FnOnce(&mut Waiting) -> T) -> T {
        with(&mut self.waiting.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

/// The acks of one carrier; dropped, it takes its task along.
pub(super) struct Acks {
    shared: Arc<Shared>,
    _task: JoinSet<()>,
}

impl Acks {
    pub fn begin(context: &Context, carrier: &'static str) -> Acks {
        let (shared, mut task) = (Arc::new(Shared::default()), JoinSet::new());
        task.spawn(ack_all(context.clone(), carrier, Arc::clone(&shared)));
        Acks { shared, _task: task }
    }

    /// Acks these as soon as it can; those that wait already are left alone.
    pub fn add(&self, tokens: Vec<String>) {
        if !tokens.is_empty() {
            self.shared.locked(|waiting| waiting.add(tokens));
            self.shared.added.notify_one();
        }
    }
}

async fn ack_all(context: Context, carrier: &'static str, shared: Arc<Shared>) {
    let mut is_failing = false;
    loop {
        let Some(token) = shared.locked(|waiting| waiting.line.pop_front()) else {
            shared.added.notified().await;
            continue;
        };
        let acked = match context.carrier(carrier) {
            Some(carrier) => carrier.ack_inbound(&token).await,
            None => Ok(()),
        };
        shared.locked(|waiting| waiting.known.remove(&token));
        match acked {
            Ok(()) => {
                if std::mem::take(&mut is_failing) {
                    tracing::info!(carrier, "texts are marked as read at {carrier} again");
                }
            }
            Err(error) => {
                if !is_failing {
                    let kind = error.kind.as_str();
                    tracing::warn!(
                        carrier,
                        kind,
                        "texts could not be marked as read at {carrier}, and are read again ({kind}): {error}"
                    );
                }
                is_failing = true;
                if !context.pause(RETRY_MS).await {
                    return;
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_waits_once_and_no_more_than_the_most() {
        let mut waiting = Waiting::default();
        let all = |n: usize| (0..n).map(|i| i.to_string()).collect::<Vec<_>>();
        waiting.add(all(5));
        waiting.add(all(7));
        assert_eq!(waiting.line.len(), 7);
        waiting.add(all(MOST_WAITING + 50));
        assert_eq!(waiting.line.len(), MOST_WAITING);
    }
}

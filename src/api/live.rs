//! The end of the journal, read once for all streams: one task reads what was committed, frames each event once and hands it
//! to every stream. Once a second, and when an account was changed, it also asks which of their tokens are still good.
//!
//! The task runs while there are streams. A stream that falls behind loses its place here and reads the journal by itself.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError, Weak};
use std::time::Duration;

use axum::response::sse::Event;
use tokio::sync::{broadcast, watch};
use tokio::time::{Instant, sleep, sleep_until};
use tokio_util::sync::CancellationToken;

use super::tally::OpenStream;
use super::wire::EventView;
use super::{ApiContext, view};
use crate::store::{self, StoreError};

/// Events read at once.
pub(super) const BATCH: u32 = 100;
/// Events that wait for a slow stream before it has to read them in the journal.
const MOST_WAITING: usize = 256;
/// Commits that follow each other faster than this are read together.
const BREATHER: Duration = Duration::from_millis(5);
/// How long a token is trusted where this process has not changed its account, and how long a commit that gave no hint may go unseen.
const TRUST: Duration = Duration::from_secs(1);

/// One token opens no more streams at once: each holds a connection, and a program that forgets to close them would shut out others.
const MOST_OF_ONE_TOKEN: usize = 64;

/// Why there is no place for a stream.
pub(super) enum Refused {
    /// The token has too many.
    TooMany,
    Store(StoreError),
}

/// An event as it goes over the wire.
#[derive(Clone)]
pub(super) struct Frame {
    pub seq: i64,
    pub event: Event,
}

impl Frame {
    pub fn new(event: EventView) -> Option<Frame> {
        let seq = event.seq;
        let framed = Event::default().id(seq.to_string()).event(event.kind.clone()).json_data(event).ok()?;
        Some(Frame { seq, event: framed })
    }

    pub fn of(event: store::Event) -> Option<Frame> {
        Frame::new(view::event(event))
    }
}

/// A token that a stream was opened with.
struct Watched {
    ended: CancellationToken,
}

#[derive(Default)]
struct State {
    tokens: HashMap<String, Weak<Watched>>,
    is_running: bool,
}

struct Inner {
    frames: broadcast::Sender<Frame>,
    state: Mutex<State>,
}

/// The streams of one API.
#[derive(Clone)]
pub(super) struct Live(Arc<Inner>);

impl Default for Live {
    fn default() -> Self {
        let (frames, _) = broadcast::channel(MOST_WAITING);
        Live(Arc::new(Inner { frames, state: Mutex::default() }))
    }
}

/// A stream's place here.
pub(super) struct Subscription {
    _open: OpenStream,
    /// What is committed from now on, and perhaps some events before.
    pub frames: broadcast::Receiver<Frame>,
    watched: Arc<Watched>,
}

impl Subscription {
    /// Resolves when the token has ended, or when the journal cannot be read.
    pub fn ended(&self) -> impl Future<Output = ()> + use<> {
        self.watched.ended.clone().cancelled_owned()
    }

    pub fn has_ended(&self) -> bool {
        self.watched.ended.is_cancelled()
    }
}

impl Live {
    /// Opens a place for a stream. Whoever reads the journal after this, up to its end, and then [`Subscription::frames`],
    /// misses nothing.
    pub async fn subscribe(&self, context: &ApiContext, token: &str) -> Result<Subscription, Refused> {
        // Read before there is a place: the task hands on everything after it.
        let end = context.store.last_event_seq().await.map_err(Refused::Store)?;
        let mut state = self.locked();
        if state.n_streams(token) >= MOST_OF_ONE_TOKEN {
            return Err(Refused::TooMany);
        }
        let subscription = Subscription {
            _open: context.tally.stream(),
            frames: self.0.frames.subscribe(),
            watched: state.watch(token),
        };
        if !state.is_running {
            state.is_running = true;
            tokio::spawn(self.clone().run(context.clone(), end));
        }
        Ok(subscription)
    }

    fn locked(&self) -> std::sync::MutexGuard<'_, State> {
        self.0.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Hands on what is committed after `end`, while there are streams.
    async fn run(self, context: ApiContext, end: i64) {
        if let Err(error) = self.follow(&context, end).await {
            tracing::warn!("the journal of events cannot be read, and event streams end: {error}");
            let mut state = self.locked();
            state.is_running = false;
            state.tokens.drain().filter_map(|(_, watched)| watched.upgrade()).for_each(|w| w.ended.cancel());
        }
    }

    /// Returns when the last stream is gone; the next one starts the task again.
    async fn follow(&self, context: &ApiContext, mut end: i64) -> Result<(), StoreError> {
        let mut commits = context.store.hints().commit.subscribe();
        let mut checked_at = Instant::now();
        let mut changed = 0;
        loop {
            let handed_on = after_a_commit(&mut commits, checked_at + TRUST, self.hand_on(context, end));
            tokio::select! {
                reached = handed_on => end = reached?,
                () = context.stop.cancelled() => return Ok(()),
            }
            let last_change = context.store.last_account_change(changed).await?;
            if last_change != changed || checked_at.elapsed() >= TRUST {
                (changed, checked_at) = (last_change, Instant::now());
                self.end_bad_tokens(context).await?;
                if self.locked().stop_without_streams() {
                    return Ok(());
                }
            }
            sleep(BREATHER).await;
        }
    }

    /// Hands on all events after `end`; returns the number of the last one.
    async fn hand_on(&self, context: &ApiContext, mut end: i64) -> Result<i64, StoreError> {
        loop {
            let events = context.store.events_after(end, BATCH).await?;
            let n = events.len();
            for event in events {
                end = event.seq;
                // It fails only if nobody listens.
                let _n_listeners = Frame::of(event).map(|frame| self.0.frames.send(frame));
            }
            if n < BATCH as usize {
                return Ok(end);
            }
        }
    }

    async fn end_bad_tokens(&self, context: &ApiContext) -> Result<(), StoreError> {
        let tokens: Vec<String> = self.locked().tokens.keys().cloned().collect();
        for token in tokens {
            let from = "events".to_owned();
            let actor = context.store.actor_of_token(&token, from, context.now()).await?;
            // Also whose role has no stream any more.
            if actor.is_none_or(|actor| !actor.takes_duty())
                && let Some(watched) = self.locked().tokens.remove(&token).and_then(|w| w.upgrade())
            {
                watched.ended.cancel();
            }
        }
        Ok(())
    }
}

/// Waits for a commit, but not longer than until `latest`, and then reads. What is committed while it reads wakes the next wait.
async fn after_a_commit<T>(
    commits: &mut watch::Receiver<u64>,
    latest: Instant,
    read: impl Future<Output = T>,
) -> T {
    tokio::select! {
        _ = commits.changed() => {}
        () = sleep_until(latest) => {}
    }
    commits.mark_unchanged();
    read.await
}

impl State {
    /// The watch over a token, which all its streams share.
    fn watch(&mut self, token: &str) -> Arc<Watched> {
        if let Some(watched) = self.tokens.get(token).and_then(Weak::upgrade) {
            return watched;
        }
        let watched = Arc::new(Watched { ended: CancellationToken::new() });
        self.tokens.insert(token.to_owned(), Arc::downgrade(&watched));
        watched
    }

    /// The open streams of a token.
    fn n_streams(&self, token: &str) -> usize {
        self.tokens.get(token).map_or(0, Weak::strong_count)
    }

    /// Whether no stream is left: the task ends then.
    fn stop_without_streams(&mut self) -> bool {
        self.tokens.retain(|_, watched| watched.strong_count() > 0);
        self.is_running = !self.tokens.is_empty();
        !self.is_running
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Only the check of tokens, once a second, would find it otherwise.
    #[tokio::test(start_paused = true)]
    async fn a_commit_during_a_read_is_heard_at_once() {
        let (commit, mut commits) = watch::channel(0);
        let began = Instant::now();
        commit.send_modify(|n| *n += 1);
        after_a_commit(&mut commits, began + TRUST, async { commit.send_modify(|n| *n += 1) }).await;
        after_a_commit(&mut commits, began + TRUST, async {}).await;
        assert_eq!(began.elapsed(), Duration::ZERO, "the second commit was read at once");
        after_a_commit(&mut commits, began + TRUST, async {}).await;
        assert_eq!(began.elapsed(), TRUST, "there was no third");
    }
}

//! The live stream: server-sent events straight from the journal. `id` is the event's number, so whoever comes back with
//! `Last-Event-ID` goes on where they were and misses nothing; wake-ups after commits are only a hint.
//!
//! Each stream reads for itself, as fast as its reader takes it: a slow one holds up nobody. It ends when its token does
//! or when the server closes.

use std::collections::VecDeque;
use std::convert::Infallible;
use std::time::Duration;

use axum::Extension;
use axum::extract::State;
use axum::http::HeaderMap;
use axum::response::sse::{Event, KeepAlive, Sse};
use axum::response::{IntoResponse, Response};
use futures_util::stream;
use tokio::sync::watch;
use tokio::time::{Instant, sleep, sleep_until};

use super::extract::Query;
use super::problem::{Problem, RequestId};
use super::session::Session;
use super::wire::EventView;
use super::{ApiContext, view};
use crate::store::{self, StoreError};

/// The first frame of a stream; no event of the journal.
const HELLO: &str = "hello";
/// Events read at once.
const BATCH: u32 = 100;
/// Commits that follow each other faster than this are looked at together.
const BREATHER: Duration = Duration::from_millis(20);
/// How long a token is trusted, and how long a commit that gave no hint may go unseen.
const TRUST: Duration = Duration::from_secs(1);
/// A line that says nothing, so that both ends notice when the other is gone.
const KEEP_ALIVE: Duration = Duration::from_secs(15);

/// Follow events: `text/event-stream`, the data of each event is an `EventView`.
///
/// The stream begins after `Last-Event-ID` or `after`, by default now; a number beyond the end of the journal counts as
/// now. The first event, `hello`, is not in the journal: its number is the one after which the stream begins.
#[utoipa::path(get, path = "/v1/events", operation_id = "follow_events", tag = "events",
    params(
        ("Last-Event-ID" = Option<i64>, Header, description = "The last event seen; goes before `after`"),
        ("after" = Option<i64>, Query, description = "The last event seen; 0 for all there are"),
        ("from" = Option<String>, Query, description = "`now`, which is also the default"),
    ),
    responses((status = 200, description = "The stream", body = EventView, content_type = "text/event-stream")))]
pub(super) async fn follow(
    State(context): State<ApiContext>,
    session: Session,
    Extension(request_id): Extension<RequestId>,
    query: Query,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let last = context.store.last_event_seq().await?;
    let after = asked_for(&headers, &query)?.unwrap_or(last).min(last);
    let tail = Tail {
        commits: context.store.hints().commit.subscribe(),
        token: session.token,
        trusted_until: Instant::now() + TRUST,
        looked_at: None,
        batch: VecDeque::new(),
        is_new: true,
        after,
        request_id,
        context,
    };
    let events = stream::unfold(tail, |mut tail| async move {
        let event = tail.next().await?;
        Some((Ok::<_, Infallible>(event), tail))
    });
    let live = Sse::new(events).keep_alive(KeepAlive::new().interval(KEEP_ALIVE));
    // Proxies would otherwise collect events before passing them on.
    Ok(([("x-accel-buffering", "no")], live).into_response())
}

fn asked_for(headers: &HeaderMap, query: &Query) -> Result<Option<i64>, Problem> {
    if let Some(id) = headers.get("last-event-id") {
        let seq = id.to_str().ok().and_then(|word| word.parse().ok()).filter(|seq| *seq >= 0);
        return seq.map(Some).ok_or_else(|| Problem::bad_request("Last-Event-ID"));
    }
    if query.word("from").is_some_and(|word| word != "now") {
        return Err(Problem::bad_request("from"));
    }
    query.number("after", 0, i64::MAX)
}

/// One reader's place in the journal.
struct Tail {
    context: ApiContext,
    token: String,
    trusted_until: Instant,
    commits: watch::Receiver<u64>,
    looked_at: Option<Instant>,
    batch: VecDeque<store::Event>,
    is_new: bool,
    /// Everything up to here was sent.
    after: i64,
    request_id: RequestId,
}

impl Tail {
    /// The next frame; `None` ends the stream.
    async fn next(&mut self) -> Option<Event> {
        if std::mem::take(&mut self.is_new) {
            return self.hello();
        }
        loop {
            if self.context.stop.is_cancelled() || !self.may_go_on().await {
                return None;
            }
            if let Some(event) = self.batch.pop_front() {
                self.after = event.seq;
                return framed(view::event(event));
            }
            if !self.look().await {
                return None;
            }
            if self.batch.is_empty() {
                self.wait().await;
            }
        }
    }

    /// Tells where the stream begins, so that a reader who hears nothing else can still come back to it.
    fn hello(&self) -> Option<Event> {
        framed(EventView {
            seq: self.after,
            at: self.context.now(),
            kind: HELLO.to_owned(),
            conversation_id: None,
            message_id: None,
            counselor: None,
            counselor_name: None,
            detail: None,
        })
    }

    /// Whether the token is still good; asked at most once a second.
    async fn may_go_on(&mut self) -> bool {
        if Instant::now() < self.trusted_until {
            return true;
        }
        self.trusted_until = Instant::now() + TRUST;
        let from = "events".to_owned();
        let owner = self.context.store.actor_of_token(&self.token, from, self.context.now()).await;
        self.reported(owner).is_some_and(|owner| owner.is_some())
    }

    /// Reads on. What is committed after the read wakes the wait that follows.
    async fn look(&mut self) -> bool {
        if let Some(last) = self.looked_at {
            sleep_until(last + BREATHER).await;
        }
        self.looked_at = Some(Instant::now());
        self.commits.mark_unchanged();
        let found = self.context.store.events_after(self.after, BATCH).await;
        let Some(found) = self.reported(found) else {
            return false;
        };
        self.batch = found.into();
        true
    }

    /// Until there may be something to do.
    async fn wait(&mut self) {
        tokio::select! {
            _ = self.commits.changed() => {}
            () = self.context.stop.cancelled() => {}
            () = sleep(TRUST) => {}
        }
    }

    /// A reader comes back by itself, so a stream that can't read just ends.
    fn reported<T>(&self, result: Result<T, StoreError>) -> Option<T> {
        result
            .inspect_err(|error| tracing::warn!(request_id = self.request_id.0, %error, "event stream ended"))
            .ok()
    }
}

fn framed(event: EventView) -> Option<Event> {
    let (seq, kind) = (event.seq, event.kind.clone());
    Event::default().id(seq.to_string()).event(kind).json_data(event).ok()
}

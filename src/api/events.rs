//! The live stream: server-sent events straight from the journal. `id` is the event's number, so whoever comes back with
//! `Last-Event-ID` goes on where they were and misses nothing.
//!
//! A stream first reads the journal to its end, then takes what [`Live`] hands to all streams; one that falls behind reads
//! the journal again. A slow reader holds up nobody. A stream ends when its token does or when the server closes.

use std::collections::VecDeque;
use std::convert::Infallible;
use std::time::Duration;

use axum::Extension;
use axum::extract::State;
use axum::http::HeaderMap;
use axum::response::sse::{Event, KeepAlive, Sse};
use axum::response::{IntoResponse, Response};
use futures_util::stream;
use tokio::sync::broadcast::error::RecvError;

use super::ApiContext;
use super::extract::Query;
use super::live::{BATCH, Frame, Live, Refused, Subscription};
use super::problem::{Problem, RequestId};
use super::session::Session;
use super::wire::EventView;

/// The first frame of a stream; no event of the journal.
const HELLO: &str = "hello";
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
    State(live): State<Live>,
    session: Session,
    Extension(request_id): Extension<RequestId>,
    query: Query,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let subscription = live.subscribe(&context, &session.token).await.map_err(|refused| match refused {
        Refused::TooMany => Problem::too_many(STREAMS_AGAIN_SECS),
        Refused::Store(error) => error.into(),
    })?;
    let last = context.store.last_event_seq().await?;
    let after = asked_for(&headers, &query)?.unwrap_or(last).min(last);
    let tail = Tail {
        subscription,
        batch: VecDeque::new(),
        is_new: true,
        is_behind: true,
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
        return seq.map(Some).ok_or_else(|| Problem::bad_request("Last-Event-ID").between(0, i64::MAX));
    }
    if query.word("from").is_some_and(|word| word != "now") {
        return Err(Problem::bad_request("from").one_of(["now"]));
    }
    query.number("after", 0, i64::MAX)
}

/// When a token with too many streams may try again (seconds).
const STREAMS_AGAIN_SECS: i64 = 30;

/// One reader's place in the journal.
struct Tail {
    context: ApiContext,
    subscription: Subscription,
    batch: VecDeque<Frame>,
    is_new: bool,
    /// There may be events in the journal that the subscription does not bring.
    is_behind: bool,
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
            if self.context.stop.is_cancelled() || self.subscription.has_ended() {
                return None;
            }
            if let Some(frame) = self.batch.pop_front() {
                self.after = frame.seq;
                return Some(frame.event);
            }
            if self.is_behind {
                self.read_on().await?;
            } else {
                self.wait().await?;
            }
        }
    }

    /// Tells where the stream begins, so that a reader who hears nothing else can still come back to it.
    fn hello(&self) -> Option<Event> {
        let hello = EventView {
            seq: self.after,
            at: self.context.now(),
            kind: HELLO.to_owned(),
            conversation_id: None,
            message_id: None,
            counselor: None,
            counselor_name: None,
            detail: None,
            desk: None,
        };
        Frame::new(hello).map(|frame| frame.event)
    }

    /// Reads the next events in the journal. A reader comes back by itself, so a stream that can't read just ends.
    async fn read_on(&mut self) -> Option<()> {
        let found = self.context.store.events_after(self.after, BATCH).await;
        let found = found.inspect_err(|error| {
            tracing::warn!(request_id = self.request_id.0, "an event stream ended: {error}")
        });
        let found = found.ok()?;
        self.is_behind = !found.is_empty();
        self.batch = found.into_iter().filter_map(Frame::of).collect();
        Some(())
    }

    /// Waits for the next event that was not sent yet.
    async fn wait(&mut self) -> Option<()> {
        let ended = self.subscription.ended();
        let next = tokio::select! {
            next = self.subscription.frames.recv() => next,
            () = ended => return None,
            () = self.context.stop.cancelled() => return None,
        };
        match next {
            Ok(frame) if frame.seq > self.after => self.batch.push_back(frame),
            Ok(_) => {}
            Err(RecvError::Lagged(_)) => self.is_behind = true,
            Err(RecvError::Closed) => return None,
        }
        Some(())
    }
}

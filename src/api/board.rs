//! The live board: what is open now, and today against the same weekday. Once for whoever asks, and as a stream.
//!
//! All streams share one task: it counts again after a commit with an event, at most every [`PACE`], and hands the same bytes
//! to every screen. It runs while there are screens.

use std::convert::Infallible;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use axum::extract::State;
use axum::response::sse::{Event, KeepAlive, Sse};
use axum::response::{IntoResponse, Response};
use futures_util::stream;
use tokio::sync::watch;
use tokio::time::{Instant, sleep, sleep_until, timeout};

use super::board_view::Days;
use super::extract::Json;
use super::problem::Problem;
use super::session::Caller;
use super::wire::BoardView;
use super::{ApiContext, board_view};
use crate::domain::UnixMs;
use crate::domain::board::day_of;
use crate::store::StoreError;

/// The least time between two counts.
const PACE: Duration = Duration::from_millis(200);
/// The day is read again after this long, and everything that has no event (carriers, opening hours).
const DAY_PACE: Duration = Duration::from_secs(5);
/// How long a token is trusted.
const TRUST: Duration = Duration::from_secs(1);
const KEEP_ALIVE: Duration = Duration::from_secs(15);

/// The board of one API, as it was last counted.
#[derive(Clone, Default)]
pub(super) struct Boards(Arc<Inner>);

#[derive(Default)]
struct Inner {
    shown: watch::Sender<Option<Frame>>,
    is_running: Mutex<bool>,
}

/// A board as it goes over the wire.
#[derive(Clone)]
struct Frame {
    seq: i64,
    json: Arc<str>,
}

impl Boards {
    fn subscribe(&self, context: &ApiContext) -> watch::Receiver<Option<Frame>> {
        let mut is_running = self.0.is_running.lock().unwrap_or_else(PoisonError::into_inner);
        let receiver = self.0.shown.subscribe();
        if !*is_running {
            *is_running = true;
            // What was counted for screens that are gone is not what is now.
            self.0.shown.send_replace(None);
            tokio::spawn(self.clone().run(context.clone()));
        }
        receiver
    }

    async fn run(self, context: ApiContext) {
        if let Err(error) = self.count(&context).await {
            tracing::warn!("the board cannot be counted, and its streams end: {error}");
            // A stream ends when it finds that nobody counts.
            *self.0.is_running.lock().unwrap_or_else(PoisonError::into_inner) = false;
            self.0.shown.send_replace(None);
        }
    }

    /// Returns when the last screen is gone.
    async fn count(&self, context: &ApiContext) -> Result<(), StoreError> {
        let mut commits = context.store.hints().commit.subscribe();
        let (mut days, mut read_at) = (days(context).await?, Instant::now());
        let mut seq = None;
        loop {
            commits.mark_unchanged();
            let is_due = read_at.elapsed() >= DAY_PACE;
            if is_due {
                (days, read_at) = (self::days(context).await?, Instant::now());
            }
            let newest = context.store.last_event_seq().await?;
            if is_due || seq != Some(newest) {
                seq = Some(newest);
                self.show(board_view::board(context, &days).await?);
            }
            if self.stop_without_screens() {
                return Ok(());
            }
            sleep(PACE).await;
            tokio::select! {
                _ = commits.changed() => {}
                () = context.stop.cancelled() => return Ok(()),
                () = sleep_until(read_at + DAY_PACE) => {}
            }
        }
    }

    fn show(&self, view: BoardView) {
        // A struct of strings and numbers always has a JSON form.
        let json = serde_json::to_string(&view).unwrap_or_default();
        self.0.shown.send_replace(Some(Frame { seq: view.seq, json: json.into() }));
    }

    fn stop_without_screens(&self) -> bool {
        let mut is_running = self.0.is_running.lock().unwrap_or_else(PoisonError::into_inner);
        *is_running = self.0.shown.receiver_count() > 0;
        !*is_running
    }

    fn is_running(&self) -> bool {
        *self.0.is_running.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Today and the same weekday a week ago, in the time zone of the first desk.
async fn days(context: &ApiContext) -> Result<Days, StoreError> {
    let (settings, now) = (context.settings(), context.now());
    let calendar = &settings.policy.desks.first().calendar;
    let day = |before: i32| -> (UnixMs, UnixMs) { day_of(calendar, now, before).unwrap_or((now, now)) };
    let (today, before) = (day(0), day(7));
    Ok(Days {
        today: context.store.board_day(today.0, today.1).await?,
        before: context.store.board_day(before.0, before.1).await?,
        apart_ms: today.0 - before.0,
    })
}

/// The live board: who waits, danger, who holds what, today against the same weekday. Nothing of a citizen.
#[utoipa::path(get, path = "/v1/board", operation_id = "board", tag = "status",
    responses((status = 200, description = "The board", body = BoardView)))]
pub(super) async fn board(State(context): State<ApiContext>, _: Caller) -> Result<Json<BoardView>, Problem> {
    let days = days(&context).await?;
    Ok(Json(board_view::board(&context, &days).await?))
}

/// Follow the board: `text/event-stream`. The first event, `board`, comes at once, and then one after each change, at most
/// five a second; `id` is the number of the last event of the journal that is counted.
#[utoipa::path(get, path = "/v1/board/live", operation_id = "follow_board", tag = "status",
    responses((status = 200, description = "The stream", body = BoardView, content_type = "text/event-stream")))]
pub(super) async fn follow(
    State(context): State<ApiContext>,
    State(boards): State<Boards>,
    caller: Caller,
) -> Response {
    let shown = boards.subscribe(&context);
    let screen = Screen { caller, context, shown, boards, is_new: true };
    let events = stream::unfold(screen, |mut screen| async move {
        let frame = screen.next().await?;
        let event = Event::default().id(frame.seq.to_string()).event("board").data(&*frame.json);
        Some((Ok::<_, Infallible>(event), screen))
    });
    let live = Sse::new(events).keep_alive(KeepAlive::new().interval(KEEP_ALIVE));
    ([("x-accel-buffering", "no")], live).into_response()
}

/// One screen's place.
struct Screen {
    caller: Caller,
    context: ApiContext,
    shown: watch::Receiver<Option<Frame>>,
    boards: Boards,
    is_new: bool,
}

impl Screen {
    /// The next board; `None` ends the stream.
    async fn next(&mut self) -> Option<Frame> {
        loop {
            let changed = timeout(TRUST, async {
                if !std::mem::take(&mut self.is_new) || self.shown.borrow().is_none() {
                    // It fails only without a sender, which this stream holds.
                    drop(self.shown.changed().await);
                }
            });
            let is_new = tokio::select! {
                changed = changed => changed.is_ok(),
                () = self.context.stop.cancelled() => return None,
            };
            if !self.boards.is_running() || !self.caller.is_still_good(&self.context).await {
                return None;
            }
            let frame = if is_new { self.shown.borrow_and_update().clone() } else { None };
            if let Some(frame) = frame {
                return Some(frame);
            }
        }
    }
}

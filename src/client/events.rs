//! The live stream. It reconnects by itself and continues after the last event it returned, so that no event is missed or
//! repeated.
//!
//! A stream that begins "from now" gets its position from the server's first event, `hello`, whose id is the newest number;
//! `hello` itself is not returned.

use std::pin::Pin;
use std::time::Duration;

use eventsource_stream::{Event, EventStreamError, Eventsource};
use futures_util::{Stream, StreamExt};
use http::{Method, header};
use tokio::time::{Instant, sleep_until};

use super::api::{Client, ClientError, error_position, root_cause};
use crate::api::wire::EventView;

/// Pauses before the first, second ... attempt to reconnect; the last one repeats.
const PAUSES_MS: [u64; 5] = [500, 1_000, 2_000, 5_000, 10_000];

/// An item of a live stream.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Feed {
    Event(EventView),
    /// The connection is broken; the stream is reconnecting.
    Lost {
        why: String,
    },
    /// The stream is connected again and continues where it was.
    Back,
}

type Connection = Pin<Box<dyn Stream<Item = Result<Event, EventStreamError<reqwest::Error>>> + Send>>;

/// A live stream of events; see [`Client::events`].
pub struct Events {
    client: Client,
    last: Option<i64>,
    line: Option<Connection>,
    was_connected: bool,
    is_patient: bool,
    n_failures: usize,
    retry_at: Option<Instant>,
}

impl Client {
    /// What happens from now on, or after event number `last_event_id`.
    pub fn events(&self, last_event_id: Option<i64>) -> Events {
        Events {
            client: self.clone(),
            last: last_event_id,
            line: None,
            was_connected: false,
            is_patient: false,
            n_failures: 0,
            retry_at: None,
        }
    }
}

impl Events {
    /// Tries again also where the very first connection fails, as later ones are.
    pub fn patient(self) -> Self {
        Events { is_patient: true, ..self }
    }

    /// The number of the last event, from which a later stream can continue.
    pub fn last_event_id(&self) -> Option<i64> {
        self.last
    }

    /// Waits for the next item. Fails if the first connection fails and it is not [`Events::patient`], and later if the server refuses for good, such as after
    /// a log-out. Cancel-safe.
    pub async fn next(&mut self) -> Result<Feed, ClientError> {
        loop {
            let Some(line) = &mut self.line else {
                match self.reconnect().await? {
                    Some(feed) => return Ok(feed),
                    None => continue,
                }
            };
            match line.next().await {
                Some(Ok(event)) => {
                    if let Some(event) = self.take(&event)? {
                        return Ok(Feed::Event(event));
                    }
                }
                Some(Err(EventStreamError::Transport(error))) => return Ok(self.lost(root_cause(&error))),
                Some(Err(error)) => return Ok(self.lost(error.to_string())),
                None => return Ok(self.lost("the server closed the stream".to_owned())),
            }
        }
    }

    async fn reconnect(&mut self) -> Result<Option<Feed>, ClientError> {
        if let Some(at) = self.retry_at {
            sleep_until(at).await;
        }
        match self.connect().await {
            Ok(line) => {
                self.line = Some(line);
                let back = self.was_connected || self.n_failures > 0;
                (self.was_connected, self.retry_at) = (true, None);
                Ok(back.then_some(Feed::Back))
            }
            Err(error) if (self.was_connected || self.is_patient) && is_passing(&error) => {
                let is_first = !self.was_connected && self.n_failures == 0;
                self.postpone();
                Ok(is_first.then(|| Feed::Lost { why: error.to_string() }))
            }
            Err(error) => Err(error),
        }
    }

    async fn connect(&mut self) -> Result<Connection, ClientError> {
        let request =
            self.client.request(Method::GET, "v1/events").header(header::ACCEPT, "text/event-stream");
        let request = match self.last {
            Some(last) => request.header("Last-Event-ID", last),
            None => request.query(&[("from", "now")]),
        };
        Ok(Box::pin(self.client.send(request).await?.bytes_stream().eventsource()))
    }

    /// The event, unless it is `hello` or was returned before.
    fn take(&mut self, event: &Event) -> Result<Option<EventView>, ClientError> {
        self.n_failures = 0;
        let id = event.id.parse::<i64>().ok();
        if event.event == "hello" {
            // Lower than ours after the server's database was put back from a copy: its numbers count.
            self.last = id.or(self.last);
            return Ok(None);
        }
        let view: EventView = serde_json::from_str(&event.data)
            .map_err(|e| self.client.bad_answer(&format!("event {}: {}", event.id, error_position(&e))))?;
        if self.last.is_some_and(|last| view.seq <= last) {
            return Ok(None);
        }
        self.last = Some(view.seq);
        Ok(Some(view))
    }

    fn lost(&mut self, why: String) -> Feed {
        self.line = None;
        self.postpone();
        Feed::Lost { why }
    }

    fn postpone(&mut self) {
        let pause = PAUSES_MS[self.n_failures.min(PAUSES_MS.len() - 1)];
        self.n_failures += 1;
        self.retry_at = Some(Instant::now() + Duration::from_millis(pause));
    }
}

/// Whether to reconnect: the server is down or failing, but did not refuse.
fn is_passing(error: &ClientError) -> bool {
    match error {
        ClientError::Problem(problem) => problem.status >= 500,
        other => other.may_pass(),
    }
}

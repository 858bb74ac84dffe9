//! The door for the commands of `munjad`: a Unix socket beside the database, for its owner and root alone. Through it they make
//! their calls to a carrier by the running gateway's own driver, which keeps the carrier's limits for both.
//!
//! Whoever may open the socket may also read and write the database, so that a token would protect nothing more.

mod wire;

pub mod accounts;
pub mod reload;
pub mod through;

use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};
use std::time::Duration;

use anyhow::Context as _;
use serde::Serialize;
use serde_json::Value;
use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader};
use tokio::net::{UnixListener, UnixStream};
use tokio::sync::{mpsc, oneshot};
use tokio::task::JoinSet;
use tokio::time::timeout;
use tokio_util::sync::CancellationToken;

pub use self::wire::Reloaded;
use self::wire::{Ask, Checked, Fate, Page, Refusal, RefusedCalls, Request, Taken, Texts};
use super::carriers::statuses;
use crate::api;
use crate::carrier::{Carrier, CarrierError, ErrorKind, InboundClass};
use crate::domain::actor::Actor;
use crate::domain::inbound::Cursor;
use crate::ops::clock::Clock;
use crate::store::beside;
use crate::worker::Context;

/// A question is not longer than this (bytes).
const MAX_ASK: u64 = 64 << 10;
/// So many callers are answered at once; the next ones wait until one of them has gone.
const MOST_CALLERS: usize = 16;
/// Who asks nothing for this long, or does not take the answer, is sent away. Our own programs ask as soon as they have called.
const IDLE: Duration = Duration::from_secs(3);

/// Asks whoever runs the daemon to read the configuration again; answered with what came of it.
pub(super) type ReloadAsked = oneshot::Sender<anyhow::Result<Reloaded>>;

/// What questions are answered from.
#[derive(Clone)]
pub(super) struct Answers {
    pub context: Context,
    pub reloads: mpsc::Sender<ReloadAsked>,
}

/// The socket of the gateway that runs on `database`.
fn path(database: &Path) -> PathBuf {
    beside(database, ".control")
}

/// The open door; it is taken away again when the gateway stops.
pub(super) struct Door {
    listener: UnixListener,
    path: PathBuf,
    /// Whose gateway it is.
    owner: u32,
}

impl Door {
    pub(super) async fn open(database: &Path) -> anyhow::Result<Door> {
        let path = path(database);
        let shown = || format!("{} cannot be listened on", path.display());
        let api::Listener::Unix(listener) = api::bind_unix(&path, 0o600).await.with_context(shown)? else {
            anyhow::bail!(shown());
        };
        let owner = std::fs::metadata(&path).with_context(shown)?.uid();
        Ok(Door { listener, path, owner })
    }

    /// Answers until `stop`.
    pub(super) async fn serve(self, answers: Answers, stop: CancellationToken) {
        let mut callers = JoinSet::new();
        loop {
            tokio::select! {
                () = stop.cancelled() => break,
                Some(_) = callers.join_next() => {}
                accepted = self.listener.accept(), if callers.len() < MOST_CALLERS => match accepted {
                    Ok((stream, _)) if self.may_ask(&stream) => {
                        callers.spawn(converse(stream, answers.clone()));
                    }
                    Ok(_) => tracing::warn!("another user's program called at the control socket and was sent away"),
                    Err(error) => {
                        tracing::warn!("the control socket cannot accept a connection: {error}");
                        tokio::time::sleep(Duration::from_millis(100)).await;
                    }
                },
            }
        }
        // One that a next gateway has made cannot be there yet: this one still holds the lock.
        drop(std::fs::remove_file(&self.path));
    }

    /// The permissions say the same; they are set a moment after the socket is there.
    fn may_ask(&self, stream: &UnixStream) -> bool {
        stream.peer_cred().is_ok_and(|peer| peer.uid() == self.owner || peer.uid() == 0)
    }
}

/// Answers one caller's questions, line by line.
async fn converse(stream: UnixStream, answers: Answers) {
    let (read, mut write) = stream.into_split();
    let mut read = BufReader::new(read);
    loop {
        let mut line = String::new();
        match timeout(IDLE, (&mut read).take(MAX_ASK).read_line(&mut line)).await {
            Ok(Ok(n)) if n > 0 => {}
            _ => return,
        }
        let said = match serde_json::from_str::<Ask>(&line) {
            Ok(Ask { call: Request::Reload, .. }) => reload(&answers.reloads).await.map_err(Refusal::from),
            Ok(ask) => answer(&answers.context, ask).await.map_err(Refusal::from),
            Err(_) => Err(Refusal::from(CarrierError::new(ErrorKind::Protocol, OTHER_VERSION))),
        };
        let Ok(mut answer) = serde_json::to_vec(&said) else { return };
        answer.push(b'\n');
        if !matches!(timeout(IDLE, write.write_all(&answer)).await, Ok(Ok(()))) {
            return;
        }
    }
}

const OTHER_VERSION: &str = "the running gateway is of another version than this program: restart it";

async fn answer(context: &Context, ask: Ask) -> Result<Value, CarrierError> {
    if let Request::Unlock { login } = ask.call {
        return unlock(context, login).await;
    }
    let carriers = context.carriers.borrow().clone();
    let Some(carrier) = carriers.get(&ask.carrier) else {
        let message = "the running gateway does not use this carrier: systemctl reload munjad, if it should";
        return Err(CarrierError::new(ErrorKind::Config, message));
    };
    let now = context.clock.now_ms();
    if let Request::State = ask.call {
        let all = statuses(&carriers, &context.health, now);
        return written(all.into_iter().find(|status| status.name == ask.carrier));
    }
    if let Request::RefusedCalls = ask.call {
        return written(refused_calls(context, &ask.carrier));
    }
    call(carrier.as_ref(), ask.call, &context.clock).await
}

/// Has the configuration read again, and waits for what comes of it.
async fn reload(reloads: &mpsc::Sender<ReloadAsked>) -> Result<Value, CarrierError> {
    let (asked, outcome) = oneshot::channel();
    let stopping = || CarrierError::new(ErrorKind::Transient, "the running gateway is stopping");
    reloads.send(asked).await.map_err(|_| stopping())?;
    let outcome = outcome.await.map_err(|_| stopping())?;
    written(outcome.map_err(|refused| CarrierError::new(ErrorKind::Config, format!("{refused:#}")))?)
}

/// Lifts a lock-out after wrong passwords; the caller has looked whether there is such a login.
async fn unlock(context: &Context, login: String) -> Result<Value, CarrierError> {
    let (by, now) = (Actor::operator("munjad user unlock"), context.clock.now_ms());
    let was_locked = context.store.unlock_account(login, &by, now).await;
    written(was_locked.map_err(|error| CarrierError::new(ErrorKind::Transient, error.to_string()))?)
}

fn refused_calls(context: &Context, carrier: &str) -> Vec<RefusedCalls> {
    let all = context.health.refused_calls(carrier).into_iter();
    all.map(|(why, n, last_at)| RefusedCalls { why: why.word().to_owned(), n, last_at }).collect()
}

async fn call(carrier: &dyn Carrier, call: Request, clock: &Clock) -> Result<Value, CarrierError> {
    let now = clock.now_ms();
    match call {
        Request::State | Request::RefusedCalls | Request::Unlock { .. } | Request::Reload => written(()),
        Request::Check => {
            // The gateway's own time may be apart from the machine's, which is what the command asks about.
            let ahead_ms = carrier.check().await?.map(|ahead_ms| ahead_ms - clock.apart_ms());
            written(Checked { ahead_ms, lists_texts: carrier.lists_texts() })
        }
        Request::Send(text) => {
            let text =
                text.outbound(now).ok_or_else(|| CarrierError::new(ErrorKind::Permanent, OTHER_VERSION))?;
            let accepted = carrier.send(&text).await?;
            written(Taken { carrier_message_id: accepted.carrier_message_id, repeated: accepted.repeated })
        }
        Request::Status { id } => written(carrier.status(&id).await?.map(Fate::from)),
        Request::SentSince { since, page } => {
            written(Page::from(carrier.sent_since(since, page.as_deref()).await?))
        }
        Request::PollInbound { since, page } => {
            if !matches!(carrier.caps().inbound, InboundClass::Window { .. }) {
                let message = "reading this carrier's texts takes them away: only the gateway may";
                return Err(CarrierError::new(ErrorKind::Permanent, message));
            }
            written(Texts::from(carrier.poll_inbound(&Cursor { page, ..Cursor::starting_at(since) }).await?))
        }
        Request::CallAgain { since, until } => written(carrier.call_again(since, until).await?),
    }
}

fn written(value: impl Serialize) -> Result<Value, CarrierError> {
    serde_json::to_value(value).map_err(|_| CarrierError::new(ErrorKind::Ambiguous, OTHER_VERSION))
}

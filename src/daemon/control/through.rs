//! How commands of `munjad` reach a carrier: through the gateway that runs, or by themselves where none does. Through the
//! gateway its own driver asks, so that two programs do not use up one limit.

use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use async_trait::async_trait;
use futures_util::future::BoxFuture;
use serde::de::DeserializeOwned;
use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader};
use tokio::net::UnixStream;

pub use super::wire::RefusedCalls;
use super::wire::{Ask, Checked, Fate, Page, Refusal, Request, Taken, Text, Texts};
use super::{OTHER_VERSION, path};
use crate::api::wire::CarrierStatus;
use crate::carrier::{
    Accepted, Caps, Carrier, CarrierError, CarrierSetup, ErrorKind, InboundPage, Reconciled, Result, SentPage,
};
use crate::config::Config;
use crate::daemon::carriers::make_carrier;
use crate::daemon::lock::DatabaseLock;
use crate::domain::UnixMs;
use crate::domain::hearing::Hearing;
use crate::domain::inbound::Cursor;
use crate::domain::outbound::OutboundText;
use crate::domain::receipt::Receipt;
use crate::ops::clock::Clock;

/// How often, and how long apart, a gateway is called that holds the database and does not answer: it may just be starting.
const TRIES: u32 = 10;
const TRY_EVERY: Duration = Duration::from_millis(300);
/// A gateway that does not say how it is for this long hangs.
const ANSWERS_WITHIN: Duration = Duration::from_secs(5);
/// The longest answer: a page of a carrier's list (bytes).
const MAX_ANSWER: u64 = 64 << 20;
/// How long the gateway may take for one call to a carrier: two time-outs of a driver and the wait for its limit.
const PATIENCE: Duration = Duration::from_secs(180);
/// How often a request is repeated that was refused for the carrier's limit, and after how long if it does not say.
const REPEATS: u32 = 3;
const REPEAT_AFTER: Duration = Duration::from_secs(2);

/// Who asks the carriers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Asker {
    /// No gateway runs on this database: the command itself.
    Alone,
    /// The running gateway.
    Gateway,
    /// The command itself, beside a running gateway that does not answer it, for this reason.
    Beside(String),
}

impl Asker {
    /// Finds out whether a gateway runs on the database and answers. Waits some seconds for one that holds the database.
    pub async fn find(config: &Config) -> Asker {
        let mut why = String::new();
        for _ in 0..TRIES {
            match UnixStream::connect(path(&config.database)).await {
                Ok(_) => return Asker::answering(config).await,
                Err(error) => why = error.to_string(),
            }
            if !DatabaseLock::is_held(&config.database) {
                return Asker::Alone;
            }
            tokio::time::sleep(TRY_EVERY).await;
        }
        Asker::Beside(why)
    }

    /// A gateway takes connections even while it hangs: it is asked something that needs no carrier.
    async fn answering(config: &Config) -> Asker {
        let (socket, name) = (path(&config.database), config.carriers.outbound);
        let asked = ask::<Option<CarrierStatus>>(&socket, name, Request::State);
        match tokio::time::timeout(ANSWERS_WITHIN, asked).await {
            Ok(_) => Asker::Gateway,
            Err(_) => Asker::Beside(format!("no answer within {} s", ANSWERS_WITHIN.as_secs())),
        }
    }

    /// The carrier of this section, to be asked by whoever asks. One that the gateway does not use is asked directly.
    pub fn carrier(&self, config: &Config, setup: &CarrierSetup) -> anyhow::Result<Arc<dyn Carrier>> {
        let direct = make_carrier(setup, &Clock::system())?;
        let is_used = config.carriers.used().iter().any(|used| used.name == setup.name);
        let asked: Arc<dyn Carrier> = match self {
            Asker::Gateway if is_used => Arc::new(Through::new(direct, &config.database)),
            _ => direct,
        };
        Ok(Arc::new(Patient(asked)))
    }

    /// How the running gateway hears the carrier; `None` if none answers.
    pub async fn heard(&self, config: &Config, name: &str) -> Option<Heard> {
        if *self != Asker::Gateway {
            return None;
        }
        let status: Option<CarrierStatus> = ask(&path(&config.database), name, Request::State).await.ok()?;
        status.map(Heard::from)
    }

    /// The carrier's calls that the running gateway has refused since it started; none if no gateway answers, or an older one.
    pub async fn refused_calls(&self, config: &Config, name: &str) -> Vec<RefusedCalls> {
        if *self != Asker::Gateway {
            return Vec::new();
        }
        ask(&path(&config.database), name, Request::RefusedCalls).await.unwrap_or_default()
    }
}

/// How the running gateway hears a carrier.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Heard {
    /// Whether texts are to come from it.
    pub receives: bool,
    pub hearing: Hearing,
    pub last_call_at: Option<UnixMs>,
}

impl From<CarrierStatus> for Heard {
    fn from(status: CarrierStatus) -> Self {
        let since = status.deaf_since_at.map(|at| Clock::system().now_ms().saturating_sub(at).max(0));
        let hearing = match (since, status.hearing.as_deref()) {
            (Some(for_ms), _) => Hearing::Deaf { for_ms, why: status.deaf_why.unwrap_or_default() },
            (None, Some("called")) => Hearing::Called,
            (None, _) => Hearing::Hears,
        };
        Heard { receives: status.receives, hearing, last_call_at: status.last_call_at }
    }
}

/// Makes one call by the gateway behind `socket`.
pub(super) async fn ask<T: DeserializeOwned>(socket: &Path, carrier: &str, call: Request) -> Result<T> {
    // A text that was handed over may have left, whatever happens then.
    let lost = match call {
        Request::Send(_) => ErrorKind::Ambiguous,
        _ => ErrorKind::Transient,
    };
    let stream = UnixStream::connect(socket).await.map_err(|error| {
        CarrierError::new(ErrorKind::NotSent, format!("the running gateway cannot be reached: {error}"))
    })?;
    let gone = |_| CarrierError::new(lost, "the running gateway did not answer");
    let said = tokio::time::timeout(PATIENCE, exchange(stream, carrier, call));
    let line =
        said.await.map_err(|_| CarrierError::new(lost, "the running gateway did not answer in time"))?;
    let said: std::result::Result<serde_json::Value, Refusal> =
        serde_json::from_str(&line.map_err(gone)?).map_err(|_| CarrierError::new(lost, OTHER_VERSION))?;
    serde_json::from_value(said?).map_err(|_| CarrierError::new(lost, OTHER_VERSION))
}

async fn exchange(mut stream: UnixStream, carrier: &str, call: Request) -> std::io::Result<String> {
    let mut line = serde_json::to_vec(&Ask { carrier: carrier.to_owned(), call })?;
    line.push(b'\n');
    stream.write_all(&line).await?;
    let mut answer = String::new();
    BufReader::new(stream).take(MAX_ANSWER).read_line(&mut answer).await?;
    Ok(answer)
}

/// A carrier that the running gateway asks for us.
struct Through {
    /// What this program knows of it without asking.
    known: Arc<dyn Carrier>,
    socket: std::path::PathBuf,
    lists_texts: AtomicBool,
}

impl Through {
    fn new(known: Arc<dyn Carrier>, database: &Path) -> Through {
        let lists_texts = AtomicBool::new(known.lists_texts());
        Through { known, socket: path(database), lists_texts }
    }

    async fn ask<T: DeserializeOwned>(&self, call: Request) -> Result<T> {
        ask(&self.socket, self.known.name(), call).await
    }
}

#[async_trait]
impl Carrier for Through {
    fn name(&self) -> &'static str {
        self.known.name()
    }

    fn caps(&self) -> Caps {
        self.known.caps()
    }

    fn dates_by_two_clocks(&self) -> bool {
        self.known.dates_by_two_clocks()
    }

    fn lines_for_the_other_side(&self) -> Option<String> {
        self.known.lines_for_the_other_side()
    }

    fn told_address(&self) -> Option<(&'static str, url::Url)> {
        self.known.told_address()
    }

    async fn send(&self, text: &OutboundText) -> Result<Accepted> {
        let taken: Taken = self.ask(Request::Send(Text::from(text))).await?;
        Ok(Accepted { carrier_message_id: taken.carrier_message_id, repeated: taken.repeated })
    }

    /// Doubts are the running gateway's own.
    async fn reconcile(&self, _: &OutboundText) -> Result<Reconciled> {
        Ok(Reconciled::CannotTell)
    }

    async fn status(&self, carrier_message_id: &str) -> Result<Option<Receipt>> {
        let fate: Option<Fate> = self.ask(Request::Status { id: carrier_message_id.to_owned() }).await?;
        Ok(fate.map(Receipt::from))
    }

    async fn check(&self) -> Result<Option<i64>> {
        let checked: Checked = self.ask(Request::Check).await?;
        self.lists_texts.store(checked.lists_texts, Ordering::Relaxed);
        Ok(checked.ahead_ms)
    }

    fn lists_texts(&self) -> bool {
        self.lists_texts.load(Ordering::Relaxed)
    }

    async fn call_again(&self, since: UnixMs, until: UnixMs) -> Result<()> {
        self.ask(Request::CallAgain { since, until }).await
    }

    async fn sent_since(&self, since: UnixMs, page: Option<&str>) -> Result<SentPage> {
        let page: Page = self.ask(Request::SentSince { since, page: page.map(str::to_owned) }).await?;
        Ok(page.into())
    }

    async fn poll_inbound(&self, cursor: &Cursor) -> Result<InboundPage> {
        let (since, page) = (cursor.since, cursor.page.clone());
        let texts: Texts = self.ask(Request::PollInbound { since, page }).await?;
        Ok(texts.into())
    }
}

/// Waits and asks again where the carrier's limit is used up: such a request was not processed.
struct Patient(Arc<dyn Carrier>);

impl Patient {
    async fn patiently<'a, T>(&self, call: impl Fn() -> BoxFuture<'a, Result<T>> + Send + Sync) -> Result<T> {
        for _ in 0..REPEATS {
            match call().await {
                Err(error) if error.kind == ErrorKind::RateLimited => {
                    let wait = error.retry_after.unwrap_or(REPEAT_AFTER);
                    tokio::time::sleep(wait.min(REPEAT_AFTER * 5)).await;
                }
                done => return done,
            }
        }
        call().await
    }
}

#[async_trait]
impl Carrier for Patient {
    fn name(&self) -> &'static str {
        self.0.name()
    }

    fn caps(&self) -> Caps {
        self.0.caps()
    }

    fn dates_by_two_clocks(&self) -> bool {
        self.0.dates_by_two_clocks()
    }

    fn lines_for_the_other_side(&self) -> Option<String> {
        self.0.lines_for_the_other_side()
    }

    fn told_address(&self) -> Option<(&'static str, url::Url)> {
        self.0.told_address()
    }

    async fn send(&self, text: &OutboundText) -> Result<Accepted> {
        self.patiently(|| self.0.send(text)).await
    }

    async fn reconcile(&self, text: &OutboundText) -> Result<Reconciled> {
        self.0.reconcile(text).await
    }

    async fn status(&self, carrier_message_id: &str) -> Result<Option<Receipt>> {
        self.patiently(|| self.0.status(carrier_message_id)).await
    }

    async fn check(&self) -> Result<Option<i64>> {
        self.patiently(|| self.0.check()).await
    }

    fn lists_texts(&self) -> bool {
        self.0.lists_texts()
    }

    async fn call_again(&self, since: UnixMs, until: UnixMs) -> Result<()> {
        self.patiently(|| self.0.call_again(since, until)).await
    }

    async fn sent_since(&self, since: UnixMs, page: Option<&str>) -> Result<SentPage> {
        self.patiently(|| self.0.sent_since(since, page)).await
    }

    async fn poll_inbound(&self, cursor: &Cursor) -> Result<InboundPage> {
        self.patiently(|| self.0.poll_inbound(cursor)).await
    }
}

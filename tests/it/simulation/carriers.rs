//! The carriers without sockets: a driver of each class beside its simulated carrier, what a carrier that forgets may have
//! lost, and the calls of one that calls us.

use std::collections::BTreeSet;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use bytes::Bytes;
use http::{Request, Response};
use munja::carrier::bizgo::{Bizgo, BizgoConfig};
use munja::carrier::clicksend::{ClickSend, ClickSendConfig};
use munja::carrier::http::{Broken, Http};
use munja::carrier::infobip::{Infobip, InfobipConfig};
use munja::carrier::kannel::{Kannel, KannelConfig};
use munja::carrier::{Carrier, PushCall};
use munja::ops::clock::Clock;
use munja::sim::{Sim, SimBreak, SimPush};
use munja::worker::{self, Context};
use tokio_util::sync::CancellationToken;

use crate::classes::Class;

/// Where the gateway is called.
pub const DOOR: &str = "http://127.0.0.1:6122/push/kannel";
const SENDS_PER_SEC: u32 = 200;
const OTHERS_PER_SEC: u32 = 5;

/// When texts were handed over by a carrier that forgets them, and the answer may not have been kept; by the carrier's clock.
#[derive(Clone, Default)]
pub struct MayBeLost(Arc<Mutex<Spans>>);

#[derive(Default)]
struct Spans {
    lost: BTreeSet<(i64, i64)>,
    /// The last answer that came whole.
    last: Option<(i64, i64)>,
}

impl MayBeLost {
    /// The gateway died: nobody knows whether it had kept the last answer.
    pub fn died(&self) {
        let mut spans = self.0.lock().unwrap();
        let last = spans.last.take();
        spans.lost.extend(last);
    }

    /// The answer in which a text was handed over at that time, if it may be lost.
    pub fn answer_at(&self, at: i64) -> Option<(i64, i64)> {
        self.0.lock().unwrap().lost.iter().copied().find(|(from, to)| (*from..=*to).contains(&at))
    }
}

/// One question for texts to a carrier that forgets; dropped without an answer, what it was handed may be lost.
struct Question {
    asked_at: i64,
    truth: Clock,
    may_be_lost: MayBeLost,
    is_whole: bool,
}

impl Drop for Question {
    fn drop(&mut self) {
        let span = (self.asked_at, self.truth.now_ms());
        let mut spans = self.may_be_lost.0.lock().unwrap();
        if self.is_whole {
            spans.last = Some(span);
        } else {
            spans.lost.insert(span);
        }
    }
}

fn is_whole(answer: &Result<Response<Bytes>, SimBreak>) -> bool {
    let Ok(answer) = answer else { return false };
    answer.status().is_success()
        && serde_json::from_slice::<serde_json::Value>(answer.body())
            .is_ok_and(|body| body["results"].is_array())
}

fn http(sim: &Sim, may_be_lost: &MayBeLost) -> Http {
    let (sim, may_be_lost) = (sim.clone(), may_be_lost.clone());
    let carrier = move |request: Request<Bytes>| {
        let (sim, may_be_lost) = (sim.clone(), may_be_lost.clone());
        Box::pin(async move {
            let truth = sim.options().clock.clone();
            let forgets = request.uri().path().ends_with("/inbox/reports");
            let asked_at = truth.now_ms();
            let mut question = forgets.then(|| Question { asked_at, truth, may_be_lost, is_whole: false });
            let answer = sim.call(request).await;
            if let Some(question) = &mut question {
                question.is_whole = is_whole(&answer);
            }
            answer.map_err(|broken| match broken {
                SimBreak::Refused => Broken::NotSent,
                SimBreak::Reset => Broken::Reset,
                SimBreak::Truncated(part) => Broken::Truncated(part.into_body()),
            })
        }) as futures_util::future::BoxFuture<'static, _>
    };
    Http::in_process("http://127.0.0.1:1".parse().unwrap(), Duration::from_secs(20), Arc::new(carrier))
}

/// The driver of this class, with a clock of its own.
pub fn driver(class: Class, sim: &Sim, clock: &Clock, may_be_lost: &MayBeLost) -> Arc<dyn Carrier> {
    let (http, clock) = (http(sim, may_be_lost), clock.clone());
    let (account, now) = (sim.options(), Arc::new(move || clock.now_ms()));
    let min_poll = Duration::from_millis(280);
    let (sends_per_sec, others_per_sec) = (SENDS_PER_SEC, OTHERS_PER_SEC);
    match class {
        Class::Window => {
            let config = BizgoConfig {
                api_key: account.api_key.clone().into(),
                webhook_secret: None,
                mo_number: Some("062120".into()),
                page_limit: 7,
                overlap: Duration::from_secs(600),
                sends_per_sec,
                others_per_sec,
                min_poll,
            };
            Arc::new(Bizgo::new(config, http, now))
        }
        Class::AckQueue => {
            let config = ClickSendConfig {
                user: account.api_key.clone(),
                api_key: account.api_secret.clone().into(),
                page_limit: 15,
                max_segments: 8,
                sends_per_sec,
                others_per_sec,
                min_poll,
            };
            Arc::new(ClickSend::new(config, http, now))
        }
        Class::ReadOnce => {
            let api_key = account.api_key.clone().into();
            let config = InfobipConfig {
                api_key,
                page_limit: 7,
                max_segments: 8,
                sends_per_sec,
                others_per_sec,
                min_poll,
            };
            Arc::new(Infobip::new(config, http, now))
        }
        Class::PushOnly => {
            let config = KannelConfig {
                user: account.api_key.clone(),
                password: account.api_secret.clone().into(),
                smsc: None,
                callback_url: DOOR.parse().unwrap(),
                push_token: account.webhook_secret.clone().into(),
                max_segments: 8,
                sends_per_sec,
                others_per_sec,
                min_poll,
            };
            Arc::new(Kannel::new(config, http, now))
        }
    }
}

/// The gateway as a carrier that calls it finds it: somebody answers, or nobody.
pub type Doorbell = Arc<Mutex<Option<Context>>>;

/// Makes the carrier's calls when they are due.
pub async fn call_gateway(sim: Sim, doorbell: Doorbell, stop: CancellationToken) {
    while !stop.is_cancelled() {
        tokio::time::sleep(Duration::from_millis(100)).await;
        while let Some(push) = sim.next_push() {
            let context = doorbell.lock().unwrap().clone();
            let answer = match context {
                Some(context) => answered(&context, &push).await,
                None => None,
            };
            sim.pushed(push, answer.as_ref());
        }
    }
}

/// What the gateway answers; `None` if it dies meanwhile.
async fn answered(context: &Context, push: &SimPush) -> Option<Response<Bytes>> {
    let request = &push.request;
    let call = PushCall {
        method: request.method(),
        url: &request.uri().to_string().parse().unwrap(),
        headers: request.headers(),
        body: request.body(),
        signed: None,
        now: context.clock.now_ms(),
    };
    let answer = tokio::select! {
        answer = worker::take_push(context, Class::PushOnly.carrier(), &call) => answer,
        () = context.stop.cancelled() => return None,
    };
    let status = if answer.is_ok() { 200 } else { 503 };
    Some(Response::builder().status(status).body(Bytes::new()).unwrap())
}

//! Webhook calls to the gateway: citizens' texts and reports, made when due and repeated until they are accepted.

use bytes::Bytes;
use http::{Request, Response};
use url::Url;

use crate::sim::Sim;
use crate::sim::core::Core;
use crate::sim::core::push_queue::Waiting;
use crate::sim::core::record::Pushed;
use crate::sim::core::rules::Call;
use crate::sim::dialect::Push;
use crate::sim::faults::{Endpoint, Fault, Sort};

/// A due webhook call. The caller reports its result with [`Sim::pushed`]; a call without a result is lost.
#[derive(Debug)]
pub struct SimPush {
    pub request: Request<Bytes>,
    pushed: Pushed,
    n_tries: usize,
}

impl Sim {
    /// Takes the next due call out of the queue, if a webhook address is set.
    pub fn next_push(&self) -> Option<SimPush> {
        let due = self.due_push();
        if due.is_some() {
            self.notify_watcher(Endpoint::Push, false);
        }
        due
    }

    fn due_push(&self) -> Option<SimPush> {
        self.with_core(|core| {
            let webhook = core.state.webhook.clone()?;
            while let Some(waiting) = core.state.pushes.take_due(core.now) {
                let Waiting { pushed, n_tries } = waiting;
                let Some(push) = self.dialect().push(core, pushed) else {
                    continue;
                };
                let is_garbled =
                    core.state.strike(Call::at(Endpoint::Push), Sort::End) == Some(Fault::Malformed);
                let body =
                    if is_garbled { Bytes::from_static(self.dialect().garbled()) } else { push.body.clone() };
                if let Some(request) = written(&webhook, push, body) {
                    return Some(SimPush { request, pushed, n_tries });
                }
            }
            None
        })
    }

    /// Records the result of a call (`None`: no complete answer). A call that was not accepted is repeated as this
    /// carrier does it. Returns whether it was accepted.
    pub fn pushed(&self, call: SimPush, answer: Option<&Response<Bytes>>) -> bool {
        let is_taken = self.record_push(call, answer);
        if is_taken {
            self.notify_watcher(Endpoint::Push, true);
        }
        is_taken
    }

    fn record_push(&self, call: SimPush, answer: Option<&Response<Bytes>>) -> bool {
        self.with_core(|core| {
            let dialect = self.dialect();
            if answer.is_some_and(|answer| dialect.push_taken(core, call.pushed, answer)) {
                core.taken(call.pushed);
                return true;
            }
            if let Some(wait_ms) = dialect.push_waits_ms().get(call.n_tries) {
                let at = core.now.saturating_add(i64::try_from(*wait_ms).unwrap_or(i64::MAX / 4));
                let again = Waiting { pushed: call.pushed, n_tries: call.n_tries + 1 };
                core.state.pushes.add(at, again);
            }
            false
        })
    }

    /// Sets the webhook address.
    pub fn call_at(&self, webhook: Url) {
        self.state().webhook = Some(webhook);
    }

    /// Number of calls in the queue, due or not.
    pub fn n_open_pushes(&self) -> usize {
        self.state().pushes.waiting.len()
    }
}

impl Core<'_> {
    /// Marks the item as accepted by the gateway.
    fn taken(&mut self, pushed: Pushed) {
        match pushed {
            Pushed::Text(index) => self.state.texts[index].n_pushed += 1,
            Pushed::Report(index) => self.state.messages[index].n_pushed += 1,
        }
    }
}

/// The HTTP request; `None` if it is invalid, such as a header with a line break.
fn written(webhook: &Url, push: Push, body: Bytes) -> Option<Request<Bytes>> {
    let mut url = webhook.clone();
    if !push.query.is_empty() {
        url.query_pairs_mut().extend_pairs(&push.query);
    }
    let mut request = Request::builder().method(push.method).uri(url.as_str());
    for (name, value) in push.headers {
        request = request.header(name, value);
    }
    request.body(body).ok()
}

//! Calls to the gateway: citizens' texts and reports, told when their time has come and told again until they are taken.

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

/// A call the carrier wants to make. Whoever makes it says with [`Sim::pushed`] what came of it; a call nobody speaks of
/// again is lost.
#[derive(Debug)]
pub struct SimPush {
    pub request: Request<Bytes>,
    pushed: Pushed,
    n_tries: usize,
}

impl Sim {
    /// The next call that is due, if the carrier was told an address. It is out of the line until [`Sim::pushed`].
    pub fn next_push(&self) -> Option<SimPush> {
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

    /// What came of a call; `None`: no whole answer. What was not taken comes again as the carrier does it. Says whether it
    /// was taken.
    pub fn pushed(&self, call: SimPush, answer: Option<&Response<Bytes>>) -> bool {
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

    /// From now on it calls this address.
    pub fn call_at(&self, webhook: Url) {
        self.state().webhook = Some(webhook);
    }

    /// Calls that are due or will be.
    pub fn n_open_pushes(&self) -> usize {
        self.state().pushes.waiting.len()
    }
}

impl Core<'_> {
    /// The gateway said that it has it.
    fn taken(&mut self, pushed: Pushed) {
        match pushed {
            Pushed::Text(index) => self.state.texts[index].n_pushed += 1,
            Pushed::Report(index) => self.state.messages[index].n_pushed += 1,
        }
    }
}

/// `None` for what cannot be a request, such as a header with a line break.
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

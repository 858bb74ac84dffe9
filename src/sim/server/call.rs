//! Handles one call: key, shape, rate limit, faults, and the endpoint itself. The same with sockets and without.

use std::time::Duration;

use bytes::Bytes;
use http::{Request, Response, header};

use crate::domain::phone::PhoneNumber;
use crate::sim::Sim;
use crate::sim::answer::Answer;
use crate::sim::core::Core;
use crate::sim::core::order::{Order, Recipient};
use crate::sim::core::rules::Call;
use crate::sim::core::sends::Became;
use crate::sim::dialect::Trouble;
use crate::sim::events::SimEvent;
use crate::sim::faults::{Endpoint, Fault, Sort};

/// Delay of an answer that must come after its report (milliseconds).
const AFTER_REPORT_MS: u64 = 300;

/// The end of a call without a complete answer.
#[derive(Debug)]
pub enum SimBreak {
    /// No connection: no byte of the request was accepted.
    Refused,
    /// The connection broke; the request may have been processed.
    Reset,
    /// The answer is cut: `content-length` is larger than the body.
    Truncated(Response<Bytes>),
}

/// An admitted call.
struct Admitted {
    endpoint: Endpoint,
    order: Option<Order>,
}

impl Admitted {
    /// The recipient that rules match: the first one.
    fn send(&self) -> Option<(&Order, Option<&Recipient>)> {
        let order = self.order.as_ref()?;
        Some((order, order.recipients.first()))
    }
}

impl Sim {
    /// Handles one call without sockets.
    pub async fn call(&self, request: Request<Bytes>) -> Result<Response<Bytes>, SimBreak> {
        if let Some(own) = request.uri().path().strip_prefix("/_sim/") {
            return Ok(self.own(own, &request));
        }
        let latency = self.state().between(self.options.latency_ms);
        pause(latency).await;
        let call = match self.admit(&request) {
            Ok(call) => call,
            Err((endpoint, answer)) => return Ok(self.refuse(endpoint, answer)),
        };
        self.notify_watcher(call.endpoint, false);
        let (delay, end) = self.strikes(&call, &request);
        if let Some(Fault::Latency { ms }) = delay {
            pause(ms).await;
        }
        if let Some(early) = self.end_before(call.endpoint, end.as_ref()) {
            return early;
        }
        let (answer, wait_ms) = self.process(&call, &request);
        self.notify_watcher(call.endpoint, true);
        pause(wait_ms).await;
        self.end_after(call.endpoint, answer, end.as_ref()).await
    }

    /// Runs `act` on the locked state of the carrier. Events are sent after the lock is released.
    pub(in crate::sim) fn with_core<T>(&self, act: impl FnOnce(&mut Core<'_>) -> T) -> T {
        let now = self.options.clock.now_ms();
        let (result, events) = {
            let mut state = self.state();
            let mut core = Core { state: &mut state, options: &self.options, now, events: Vec::new() };
            let result = act(&mut core);
            (result, core.events)
        };
        events.into_iter().for_each(|event| self.emit(|| event));
        result
    }

    fn finish(&self, answer: Answer) -> Response<Bytes> {
        let state = self.state();
        let date = self.options.clock.now_ms() + state.skew_ms();
        answer.into_response(state.rules.has_date().then_some(date)).map(broken_json)
    }

    /// Counts a refusal that the gateway caused.
    fn refuse(&self, endpoint: &'static str, answer: Answer) -> Response<Bytes> {
        self.count_refusal(endpoint, &answer);
        self.finish(answer)
    }

    fn count_refusal(&self, endpoint: &'static str, answer: &Answer) {
        if let Some(code) = &answer.refusal {
            self.state().tally.refused(endpoint, code);
            self.emit(|| SimEvent::Refused { endpoint, code: code.clone() });
        }
    }

    /// Checks key, endpoint, shape and rate limit, in this order. A refusal names the endpoint.
    fn admit(&self, request: &Request<Bytes>) -> Result<Admitted, (&'static str, Answer)> {
        let dialect = self.dialect();
        let route = dialect.route(request);
        let known = route.as_ref().ok().copied();
        let name = known.map_or("none", Endpoint::as_str);
        if let Some(endpoint) = known {
            self.state().tally.asked(endpoint);
        }
        if let Err(answer) = self.with_core(|core| dialect.authorize(core, known, request)) {
            self.state().tally.n_auth_failures += 1;
            return Err((name, answer));
        }
        let endpoint = route.map_err(|answer| (name, answer))?;
        dialect.check(endpoint, request).map_err(|answer| (name, answer))?;
        let is_send = endpoint == Endpoint::Send;
        let order = is_send.then(|| self.with_core(|core| dialect.order(core, request)));
        // What is not in order counts as one.
        let n = order.as_ref().map_or(1, |order| order.as_ref().map_or(1, |order| order.recipients.len()));
        if !self.within_limit(endpoint, n) {
            let too_many = Trouble::RateLimit { retry_after_secs: None };
            let answer = dialect.trouble(Some(endpoint), too_many);
            return Err((name, answer));
        }
        let order = order.transpose().map_err(|answer| (name, answer))?;
        Ok(Admitted { endpoint, order })
    }

    fn within_limit(&self, endpoint: Endpoint, n: usize) -> bool {
        let now = self.options.clock.now_ms();
        let mut state = self.state();
        let window = if endpoint == Endpoint::Send { &mut state.sends } else { &mut state.others };
        window.take(n, now)
    }

    /// The delay and the failure that the rules give for this call.
    fn strikes(&self, call: &Admitted, request: &Request<Bytes>) -> (Option<Fault>, Option<Fault>) {
        let endpoint = call.endpoint;
        let message_asked_about = self.dialect().message_asked_about(endpoint, request);
        let mut state = self.state();
        let message_asked_about =
            message_asked_about.and_then(|key| state.number_of(&key)).unwrap_or_default();
        let about = match call.send() {
            Some((order, recipient)) => {
                state.note_keys(order);
                Call { endpoint, number: recipient.map_or("", |r| &r.to), text: &order.text }
            }
            None => Call { endpoint, number: &message_asked_about, text: "" },
        };
        let mut strike = |sort| {
            let ruled = state.strike(about, sort);
            ruled.or_else(|| {
                let (order, recipient) = call.send()?;
                state.number_fault(order, recipient?, sort)
            })
        };
        let struck = (strike(Sort::Delay), strike(Sort::End));
        drop(state);
        for fault in [&struck.0, &struck.1].into_iter().flatten() {
            self.emit(|| SimEvent::Struck { endpoint: endpoint.as_str(), fault: fault.clone() });
        }
        struck
    }

    /// Faults that end the call before it is processed.
    fn end_before(
        &self,
        endpoint: Endpoint,
        fault: Option<&Fault>,
    ) -> Option<Result<Response<Bytes>, SimBreak>> {
        let trouble = match fault? {
            Fault::Unreachable => return Some(Err(SimBreak::Refused)),
            Fault::ResetBefore => return Some(Err(SimBreak::Reset)),
            Fault::RateLimit { retry_after_secs } => {
                Trouble::RateLimit { retry_after_secs: *retry_after_secs }
            }
            Fault::ErrorBefore { status } => Trouble::Status(*status),
            Fault::ExpiredKey => Trouble::ExpiredKey,
            Fault::RejectAll { code } => Trouble::Refused { code },
            _ => return None,
        };
        Some(Ok(self.finish(self.dialect().trouble(Some(endpoint), trouble))))
    }

    /// The endpoint's answer, and how long to hold it back.
    fn process(&self, call: &Admitted, request: &Request<Bytes>) -> (Answer, u64) {
        if let Some(order) = &call.order {
            return self.take(order, request);
        }
        let answer = self.with_core(|core| self.dialect().answer(core, call.endpoint, request));
        self.count_refusal(call.endpoint.as_str(), &answer);
        (answer, 0)
    }

    fn take(&self, order: &Order, request: &Request<Bytes>) -> (Answer, u64) {
        let (answer, outcomes) = self.with_core(|core| {
            let outcomes = core.state.take(order, core.options, core.now);
            for outcome in outcomes.iter().filter(|outcome| !outcome.is_fault) {
                if let Became::Refused(code) = &outcome.became {
                    core.state.tally.refused(Endpoint::Send.as_str(), code);
                }
            }
            (self.dialect().sent(core, request, order, &outcomes), outcomes)
        });
        for (recipient, outcome) in order.recipients.iter().zip(&outcomes) {
            let to = || PhoneNumber::parse(&recipient.to);
            self.emit(|| match &outcome.became {
                Became::Taken(_) => {
                    SimEvent::Taken { to: to(), kind: order.kind, n_chars: order.text.chars().count() }
                }
                Became::Repeated(_) => SimEvent::Repeated { to: to() },
                Became::Refused(code) => {
                    SimEvent::Refused { endpoint: Endpoint::Send.as_str(), code: code.clone() }
                }
            });
        }
        let wait_ms = if outcomes.iter().any(|o| o.is_reported_first) { AFTER_REPORT_MS } else { 0 };
        (answer, wait_ms)
    }

    /// Faults that end the call after it is processed.
    async fn end_after(
        &self,
        endpoint: Endpoint,
        answer: Answer,
        fault: Option<&Fault>,
    ) -> Result<Response<Bytes>, SimBreak> {
        match fault {
            Some(Fault::ErrorAfter { status }) => {
                Ok(self.finish(self.dialect().trouble(Some(endpoint), Trouble::Status(*status))))
            }
            Some(Fault::ResetAfter) => Err(SimBreak::Reset),
            Some(Fault::Truncate { at }) => Err(SimBreak::Truncated(cut(self.finish(answer), *at))),
            Some(Fault::Malformed) => {
                let (head, _) = self.finish(answer).into_parts();
                Ok(Response::from_parts(head, Bytes::from_static(self.dialect().garbled())))
            }
            Some(Fault::Blackhole { ms }) => {
                pause(*ms).await;
                Err(SimBreak::Reset)
            }
            _ => Ok(self.finish(answer)),
        }
    }
}

/// Texts that break the JSON they stand in, as a carrier writes that does not escape: a word, and what stands for it.
const BREAKING: [(&str, &str); 2] = [("\"#sim-nan\"", "NaN"), ("\"#sim-quote\"", "\"they say \"no\"\"")];

fn broken_json(body: Bytes) -> Bytes {
    match std::str::from_utf8(&body) {
        Ok(text) if text.contains("#sim-") => {
            BREAKING.iter().fold(text.to_owned(), |text, (word, broken)| text.replace(word, broken)).into()
        }
        _ => body,
    }
}

/// The answer cut to at most `at` bytes, fewer than its `content-length`.
fn cut(response: Response<Bytes>, at: usize) -> Response<Bytes> {
    let (mut head, body) = response.into_parts();
    head.headers.insert(header::CONTENT_LENGTH, body.len().max(1).into());
    let part = body.slice(..at.min(body.len().saturating_sub(1)));
    Response::from_parts(head, part)
}

async fn pause(ms: u64) {
    if ms > 0 {
        tokio::time::sleep(Duration::from_millis(ms)).await;
    }
}

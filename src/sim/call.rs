//! One call from first to last: key, shape, limits, faults, and the endpoint itself. The same over sockets and without.

use std::time::Duration;

use bytes::Bytes;
use http::{Request, Response, header};

use super::answer::Answer;
use super::events::SimEvent;
use super::faults::{Fault, Sort};
use super::order::{Order, read_order};
use super::reads::Query;
use super::routes::{Route, word};
use super::rules::Call;
use super::sends;
use super::{Sim, State};
use crate::domain::phone::PhoneNumber;

/// So much later than its report an answer comes that is to come later.
const AFTER_REPORT_MS: u64 = 300;

/// How a call ends that gets no whole answer.
#[derive(Debug)]
pub enum SimBreak {
    /// No connection: not a byte of the request was taken.
    Refused,
    /// The connection broke; the request may have been processed.
    Reset,
    /// Only the beginning of this answer arrived: `content-length` says more than the body holds.
    Truncated(Response<Bytes>),
}

/// A call that is let in.
struct Admitted<'a> {
    route: Route<'a>,
    order: Option<Order>,
}

impl Admitted<'_> {
    /// Whom a send is about, as rules see it: the first recipient.
    fn send(&self) -> Option<(&Order, &str)> {
        let order = self.order.as_ref()?;
        Some((order, order.recipients.first().map_or("", |r| r.to.as_str())))
    }
}

impl Sim {
    /// One call, without sockets.
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
        self.tell_watcher(call.route.endpoint(), false);
        let (delay, end) = self.strikes(&call);
        if let Some(Fault::Latency { ms }) = delay {
            pause(ms).await;
        }
        if let Some(early) = self.end_before(end.as_ref()) {
            return early;
        }
        let (answer, wait_ms) = self.process(&call, &request);
        self.tell_watcher(call.route.endpoint(), true);
        pause(wait_ms).await;
        self.end_after(answer, end.as_ref()).await
    }

    fn finish(&self, answer: Answer) -> Response<Bytes> {
        let skew_ms = self.state().skew_ms();
        answer.into_response(self.options.clock.now_ms() + skew_ms)
    }

    /// The gateway's own doing: counted.
    fn refuse(&self, endpoint: &'static str, answer: Answer) -> Response<Bytes> {
        if let Some(code) = &answer.refusal {
            self.state().tally.refused(endpoint, code);
            self.tell(|| SimEvent::Refused { endpoint, code: code.clone() });
        }
        self.finish(answer)
    }

    /// Key, endpoint, shape and limit, in this order; the word of the endpoint comes with a refusal.
    fn admit<'a>(&self, request: &'a Request<Bytes>) -> Result<Admitted<'a>, (&'static str, Answer)> {
        let route = Route::of(request.method(), request.uri().path());
        let name = route.as_ref().map_or("none", |route| word(route.endpoint()));
        if let Ok(route) = &route {
            self.state().tally.asked(route.endpoint());
        }
        if !self.knows_key(request) {
            self.state().tally.n_auth_failures += 1;
            return Err((name, Answer::gateway(401)));
        }
        let route = route.map_err(|answer| (name, answer))?;
        let order = match route {
            Route::Send if !is_json(request) => return Err((name, Answer::gateway(415))),
            Route::Send => Some(read_order(request.body())),
            _ => None,
        };
        // What is not in order counts as one.
        let n = order.as_ref().map_or(1, |order| order.as_ref().map_or(1, |order| order.recipients.len()));
        if !self.within_limit(route, n) {
            return Err((name, Answer::service("A020")));
        }
        let order = order.transpose().map_err(|code| (name, Answer::service(code)))?;
        Ok(Admitted { route, order })
    }

    fn knows_key(&self, request: &Request<Bytes>) -> bool {
        let mut keys = request.headers().get_all(header::AUTHORIZATION).iter();
        let key = keys.next().map(|value| value.as_bytes());
        key == Some(self.options.api_key.as_bytes()) && keys.next().is_none()
    }

    fn within_limit(&self, route: Route<'_>, n: usize) -> bool {
        let now = self.options.clock.now_ms();
        let mut state = self.state();
        let window = if route == Route::Send { &mut state.sends } else { &mut state.others };
        window.take(n, now)
    }

    /// How this call is delayed and how it ends, if not as it should.
    fn strikes(&self, call: &Admitted<'_>) -> (Option<Fault>, Option<Fault>) {
        let endpoint = call.route.endpoint();
        let mut state = self.state();
        let asked_for = state.number_asked_for(call.route);
        let about = match call.send() {
            Some((order, number)) => {
                state.note_key(order);
                Call { endpoint, number, text: &order.text }
            }
            None => Call { endpoint, number: &asked_for, text: "" },
        };
        let mut strike = |sort| {
            let ruled = state.strike(about, sort);
            ruled.or_else(|| call.send().and_then(|(order, to)| state.number_fault(order, to, sort)))
        };
        let struck = (strike(Sort::Delay), strike(Sort::End));
        drop(state);
        for fault in [&struck.0, &struck.1].into_iter().flatten() {
            self.tell(|| SimEvent::Struck { endpoint: word(endpoint), fault: fault.clone() });
        }
        struck
    }

    /// Ends that come before anything is done.
    fn end_before(&self, fault: Option<&Fault>) -> Option<Result<Response<Bytes>, SimBreak>> {
        let answer = match fault? {
            Fault::Unreachable => return Some(Err(SimBreak::Refused)),
            Fault::ResetBefore => return Some(Err(SimBreak::Reset)),
            Fault::RateLimit { retry_after_secs } => Answer::service("A020").retry_after(*retry_after_secs),
            Fault::ErrorBefore { status } => Answer::gateway(*status),
            Fault::ExpiredKey => Answer::gateway(401),
            Fault::RejectAll { code } => Answer::service(code),
            _ => return None,
        };
        Some(Ok(self.finish(answer)))
    }

    /// The endpoint's answer, and how long to hold it back.
    fn process(&self, call: &Admitted<'_>, request: &Request<Bytes>) -> (Answer, u64) {
        if let Some(order) = &call.order {
            return self.take(order);
        }
        let (answer, event) = {
            let now = self.options.clock.now_ms();
            let mut state = self.state();
            let query = Query::parse(request.uri().query());
            let (answer, event) = state.answer(call.route, &query, &self.options.mo_number, now);
            if let Some(code) = &answer.refusal {
                state.tally.refused(word(call.route.endpoint()), code);
            }
            (answer, event)
        };
        if let Some(code) = answer.refusal.clone() {
            self.tell(|| SimEvent::Refused { endpoint: word(call.route.endpoint()), code });
        }
        if let Some(event) = event {
            self.tell(|| event);
        }
        (answer, 0)
    }

    fn take(&self, order: &Order) -> (Answer, u64) {
        let outcomes = {
            let now = self.options.clock.now_ms();
            let mut state = self.state();
            let outcomes = state.take(order, &self.options, now);
            for outcome in outcomes.iter().filter(|o| o.code != "A000" && !o.is_fault) {
                state.tally.refused("send", &outcome.code);
            }
            outcomes
        };
        for (recipient, outcome) in order.recipients.iter().zip(&outcomes) {
            let to = || PhoneNumber::parse(&recipient.to);
            self.tell(|| match outcome.code.as_str() {
                "A000" => SimEvent::Taken { to: to(), kind: order.kind, n_chars: order.text.chars().count() },
                "A301" => SimEvent::Repeated { to: to() },
                code => SimEvent::Refused { endpoint: "send", code: code.to_owned() },
            });
        }
        let wait_ms = if outcomes.iter().any(|o| o.is_reported_first) { AFTER_REPORT_MS } else { 0 };
        (sends::answer(order, &outcomes), wait_ms)
    }

    /// Ends that come although it is done.
    async fn end_after(&self, answer: Answer, fault: Option<&Fault>) -> Result<Response<Bytes>, SimBreak> {
        match fault {
            Some(Fault::ErrorAfter { status }) => Ok(self.finish(Answer::gateway(*status))),
            Some(Fault::ResetAfter) => Err(SimBreak::Reset),
            Some(Fault::Truncate { at }) => Err(SimBreak::Truncated(cut(self.finish(answer), *at))),
            Some(Fault::Malformed) => {
                let (head, _) = self.finish(answer).into_parts();
                let page = Bytes::from_static(b"<html>not what you asked for</html>");
                Ok(Response::from_parts(head, page))
            }
            Some(Fault::Blackhole { ms }) => {
                pause(*ms).await;
                Err(SimBreak::Reset)
            }
            _ => Ok(self.finish(answer)),
        }
    }
}

impl State {
    /// What the gateway reads, and what is worth telling about it.
    fn answer(
        &mut self,
        route: Route<'_>,
        query: &Query,
        mo_number: &str,
        now: i64,
    ) -> (Answer, Option<SimEvent>) {
        let some = |n: usize, event: fn(usize) -> SimEvent| (n > 0).then(|| event(n));
        let answer = match route {
            Route::Mo => match self.list_texts(query, mo_number, now) {
                Ok((answer, n)) => return (answer, some(n, |n| SimEvent::Listed { n })),
                Err(refused) => refused,
            },
            Route::Report => {
                let (answer, n) = self.poll_reports(now);
                return (answer, some(n, |n| SimEvent::Reported { n }));
            }
            Route::ReportAck(id) => match self.ack(id, now) {
                Some(n) => return (Answer::done(), some(n, |n| SimEvent::Acked { n })),
                None => Answer::service("A802"),
            },
            Route::History => self.list_messages(query, now).unwrap_or_else(|refused| refused),
            Route::MoInquiry(key) => self.inquire_text(key, mo_number, now),
            Route::Inquiry(key) => self.inquire(key, now),
            Route::RequestInquiry(id) => self.inquire_request(id, now),
            Route::ReportInquiry(key) => self.inquire_report(key, now),
            // `admit` lets no send in without its order.
            Route::Send => Answer::gateway(500),
        };
        (answer, None)
    }

    /// The citizen's number that a question about one message is about.
    fn number_asked_for(&self, route: Route<'_>) -> String {
        let (Route::Inquiry(key) | Route::ReportInquiry(key)) = route else {
            return String::new();
        };
        let message = self.messages_by_key.get(key).and_then(|index| self.messages.get(*index));
        message.map(|m| m.to.clone()).unwrap_or_default()
    }
}

fn is_json(request: &Request<Bytes>) -> bool {
    let said = request.headers().get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok());
    let media = said.and_then(|said| said.split(';').next()).map(str::trim);
    media.is_some_and(|media| media.eq_ignore_ascii_case("application/json"))
}

/// The same answer with a body of at most `at` bytes, and less than it says.
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

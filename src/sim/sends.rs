//! What the gateway sends is taken once a key, recipient by recipient.

use serde::Serialize;

use super::answer::{Answer, korean, result_of};
use super::faults::{Endpoint, Fault, Sort, of_number};
use super::handset::Message;
use super::order::{Order, Recipient, is_digits};
use super::rules::Call;
use super::{SimOptions, State};

/// What became of a recipient.
pub(super) struct Outcome {
    pub code: String,
    msg_key: Option<String>,
    /// The report is there already, and the answer shall be later.
    pub is_reported_first: bool,
    /// Refused because of a fault, not because of the gateway.
    pub is_fault: bool,
}

/// What came under an idempotency key.
#[derive(Default)]
pub(super) struct Remembered {
    until: i64,
    messages: Vec<usize>,
    pub n_requests: u64,
}

impl State {
    /// Counts a request under its key.
    pub(super) fn note_key(&mut self, order: &Order) {
        if let Some((key, _)) = &order.key {
            self.remembered.entry(key.clone()).or_default().n_requests += 1;
        }
    }

    /// What the number asks for, of this sort.
    pub(super) fn number_fault(&self, order: &Order, to: &str, sort: Sort) -> Option<Fault> {
        let taken = order.key.as_ref().and_then(|(key, _)| self.remembered.get(key));
        let is_first_try = taken.is_none_or(|remembered| remembered.messages.is_empty());
        of_number(to, is_first_try).filter(|fault| fault.sort() == sort)
    }

    /// `POST send/omni`, once its shape is in order: one outcome a recipient.
    pub(super) fn take(&mut self, order: &Order, options: &SimOptions, now: i64) -> Vec<Outcome> {
        if let Some(outcomes) = self.repeated(order, now) {
            return outcomes;
        }
        let (first, dated) = (self.messages.len(), now + self.skew_ms());
        let stamp = format!(
            "{}{:03}POM{:09}",
            korean(dated, "%Y%m%d%H%M%S"),
            dated.rem_euclid(1_000),
            self.n_requests_taken
        );
        let outcomes: Vec<Outcome> = order
            .recipients
            .iter()
            .map(|recipient| {
                let msg_key = format!("{stamp}{:03}", self.messages.len() - first);
                self.take_one(order, recipient, msg_key, options, now)
            })
            .collect();
        let taken = first..self.messages.len();
        self.n_requests_taken += u64::from(!taken.is_empty());
        if let Some((key, ttl)) = order.key.as_ref().filter(|_| !taken.is_empty()) {
            let remembered = self.remembered.entry(key.clone()).or_default();
            remembered.until = now + ttl * 1_000;
            remembered.messages = taken.collect();
        }
        outcomes
    }

    /// A301 for everybody, if this key was taken and is still remembered.
    fn repeated(&mut self, order: &Order, now: i64) -> Option<Vec<Outcome>> {
        let State { remembered, messages, tally, .. } = self;
        let taken = remembered.get(&order.key.as_ref()?.0)?;
        if taken.messages.is_empty() || taken.until <= now {
            return None;
        }
        let is_same = taken.messages.iter().all(|index| {
            let message = &messages[*index];
            message.body == order.text && order.recipients.iter().any(|r| r.to == message.to)
        });
        tally.n_keys_reused += u64::from(!is_same);
        taken.messages.iter().for_each(|index| messages[*index].n_repeats += 1);
        Some(order.recipients.iter().map(|_| Outcome::refused("A301", true)).collect())
    }

    fn take_one(
        &mut self,
        order: &Order,
        recipient: &Recipient,
        msg_key: String,
        options: &SimOptions,
        now: i64,
    ) -> Outcome {
        if !options.sender_numbers.contains(&order.from) {
            return Outcome::refused("A327", false);
        }
        if !is_digits(&recipient.to) || !(8..=11).contains(&recipient.to.len()) {
            return Outcome::refused("A306", false);
        }
        let call = Call { endpoint: Endpoint::Send, number: &recipient.to, text: &order.text };
        let ruled = self.strike(call, Sort::Content);
        let fault = ruled.or_else(|| self.number_fault(order, &recipient.to, Sort::Content));
        if let Some(Fault::Reject { code }) = &fault {
            return Outcome::refused(code, true);
        }
        let delay_ms = self.between(options.report_delay_ms);
        let fate = State::fate(now, delay_ms, order.ttl_ms, fault.as_ref());
        let index = self.messages.len();
        self.expect_reports(index, &fate);
        let skew_ms = self.skew_ms();
        self.messages_by_time.insert(now + skew_ms, index);
        self.messages_by_key.insert(msg_key.clone(), index);
        self.messages.push(Message {
            msg_key: msg_key.clone(),
            reference: recipient.reference.clone().or_else(|| order.reference.clone()),
            key: order.key.as_ref().map(|(key, _)| key.clone()),
            to: recipient.to.clone(),
            from: order.from.clone(),
            body: order.text.clone(),
            kind: order.kind,
            accepted_at: now,
            skew_ms,
            n_repeats: 0,
            code: fate.code,
            handset_at: fate.handset_at,
            ready_at: fate.ready_at,
            acked_at: None,
        });
        Outcome {
            code: "A000".to_owned(),
            msg_key: Some(msg_key),
            is_reported_first: fault == Some(Fault::ReportBeforeAnswer),
            is_fault: false,
        }
    }
}

impl Outcome {
    fn refused(code: &str, is_fault: bool) -> Self {
        Outcome { code: code.to_owned(), msg_key: None, is_reported_first: false, is_fault }
    }
}

#[derive(Serialize)]
struct Destinations<'a> {
    destinations: Vec<Destination<'a>>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Destination<'a> {
    to: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    msg_key: Option<&'a str>,
    code: &'a str,
    result: &'static str,
}

/// HTTP 200, whatever became of each recipient.
pub(super) fn answer(order: &Order, outcomes: &[Outcome]) -> Answer {
    let destinations = order
        .recipients
        .iter()
        .zip(outcomes)
        .map(|(recipient, outcome)| Destination {
            to: &recipient.to,
            msg_key: outcome.msg_key.as_deref(),
            code: &outcome.code,
            result: result_of(&outcome.code),
        })
        .collect();
    Answer::with_reference(Some(Destinations { destinations }), order.reference.as_deref())
}

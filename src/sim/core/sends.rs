//! Accepting sends: once per key, recipient by recipient.

use super::State;
use super::order::{Key, Order, Recipient, Remember};
use super::particulars::Serial;
use super::record::Message;
use super::rules::Call;
use crate::sim::faults::{Endpoint, Fault, Sort, fault_for_number};
use crate::sim::options::SimOptions;

/// Result for one recipient.
#[derive(Debug)]
pub(in crate::sim) struct Outcome {
    pub became: Became,
    /// The report is available already; the answer must come after it.
    pub is_reported_first: bool,
    /// Refused because of a fault, not by the carrier's rules.
    pub is_fault: bool,
}

#[derive(Debug, PartialEq, Eq)]
pub(in crate::sim) enum Became {
    /// The new message.
    Taken(usize),
    /// The earlier messages under the same key.
    Repeated(Vec<usize>),
    /// The dialect's code of the refusal.
    Refused(String),
}

impl State {
    /// Counts a request under its keys.
    pub(in crate::sim) fn note_keys(&mut self, order: &Order) {
        let own = order.recipients.iter().filter_map(|recipient| recipient.key.as_ref());
        for key in order.key.iter().chain(own) {
            self.remembered.entry(key.word.clone()).or_default().n_requests += 1;
        }
    }

    /// The fault of this sort that the number chooses.
    pub(in crate::sim) fn number_fault(
        &self,
        order: &Order,
        recipient: &Recipient,
        sort: Sort,
    ) -> Option<Fault> {
        let taken = order.key_of(recipient).and_then(|key| self.remembered.get(&key.word));
        let is_first_try = taken.is_none_or(|remembered| remembered.messages.is_empty());
        let fault = fault_for_number(&recipient.to, is_first_try, &self.particulars.codes());
        fault.filter(|fault| fault.sort() == sort)
    }

    /// Accepts or refuses an order; one outcome per recipient.
    pub(in crate::sim) fn take(&mut self, order: &Order, options: &SimOptions, now: i64) -> Vec<Outcome> {
        let all: Vec<&Recipient> = order.recipients.iter().collect();
        if let Some(earlier) = order.key.as_ref().and_then(|key| self.repeated(key, order, &all, now)) {
            let again = |_| Outcome::new(Became::Repeated(earlier.clone()));
            return all.into_iter().map(again).collect();
        }
        let (first, request) = (self.messages.len(), self.n_requests_taken);
        let outcomes = all
            .into_iter()
            .map(|recipient| {
                let earlier =
                    recipient.key.as_ref().and_then(|key| self.repeated(key, order, &[recipient], now));
                match earlier {
                    Some(earlier) => Outcome::new(Became::Repeated(earlier)),
                    None => self.take_one(order, recipient, (request, first), options, now),
                }
            })
            .collect();
        let taken: Vec<usize> = (first..self.messages.len()).collect();
        self.n_requests_taken += u64::from(!taken.is_empty());
        if let Some(key) = order.key.as_ref().filter(|_| !taken.is_empty()) {
            self.remember(key, taken, now);
        }
        outcomes
    }

    fn remember(&mut self, key: &Key, taken: Vec<usize>, now: i64) {
        let remembered = self.remembered.entry(key.word.clone()).or_default();
        match key.remember {
            Remember::Never => remembered.messages.extend(taken),
            Remember::For(ms) => (remembered.until, remembered.messages) = (now.saturating_add(ms), taken),
            Remember::Always => (remembered.until, remembered.messages) = (i64::MAX, taken),
        }
    }

    /// The messages accepted under this key, if it is still remembered.
    fn repeated(&mut self, key: &Key, order: &Order, about: &[&Recipient], now: i64) -> Option<Vec<usize>> {
        let State { remembered, messages, tally, .. } = self;
        let taken = remembered.get(&key.word)?;
        if taken.messages.is_empty() || taken.until <= now || key.remember == Remember::Never {
            return None;
        }
        let is_same = taken.messages.iter().all(|index| {
            let message = &messages[*index];
            message.body == order.text && about.iter().any(|r| r.to == message.to)
        });
        tally.n_keys_reused += u64::from(!is_same);
        taken.messages.iter().for_each(|index| messages[*index].n_repeats += 1);
        Some(taken.messages.clone())
    }

    fn take_one(
        &mut self,
        order: &Order,
        recipient: &Recipient,
        (request, first): (u64, usize),
        options: &SimOptions,
        now: i64,
    ) -> Outcome {
        if let Some(code) = self.particulars.objection(order, recipient, options) {
            return Outcome::new(Became::Refused(code));
        }
        let call = Call { endpoint: Endpoint::Send, number: &recipient.to, text: &order.text };
        let ruled = self.strike(call, Sort::Content);
        let fault = ruled.or_else(|| self.number_fault(order, recipient, Sort::Content));
        if let Some(Fault::Reject { code }) = fault {
            return Outcome { is_fault: true, ..Outcome::new(Became::Refused(code)) };
        }
        let key = order.key_of(recipient);
        let serial = Serial {
            at: now + self.skew_ms(),
            request,
            n: self.messages.len() - first,
            key: key.map(|key| key.word.as_str()),
            from: &order.from,
        };
        let msg_key = self.particulars.message_key(&serial);
        let index = self.add_message(order, recipient, msg_key, options, fault.as_ref(), now);
        if let Some(key) = &recipient.key {
            self.remember(key, vec![index], now);
        }
        let is_reported_first = fault == Some(Fault::ReportBeforeAnswer);
        Outcome { is_reported_first, ..Outcome::new(Became::Taken(index)) }
    }

    fn add_message(
        &mut self,
        order: &Order,
        recipient: &Recipient,
        msg_key: String,
        options: &SimOptions,
        fault: Option<&Fault>,
        now: i64,
    ) -> usize {
        let delay_ms = self.between(options.report_delay_ms);
        let fate = State::fate(now, delay_ms, order.ttl_ms, fault, &self.particulars.codes());
        let (index, skew_ms) = (self.messages.len(), self.skew_ms());
        self.expect_reports(index, &fate);
        let reference = recipient.reference.clone().or_else(|| order.reference.clone());
        self.messages_by_time.insert(now + skew_ms, index);
        self.messages_by_key.insert(msg_key.clone(), index);
        if let Some(at) = fate.ready_at {
            self.messages_by_report.insert(at + skew_ms, index);
        }
        if let Some(reference) = &reference {
            self.messages_by_reference.entry(reference.clone()).or_default().push(index);
        }
        self.messages.push(Message {
            msg_key,
            reference,
            key: order.key_of(recipient).map(|key| key.word.clone()),
            request: self.n_requests_taken,
            to: recipient.to.clone(),
            from: order.from.clone(),
            body: order.text.clone(),
            title: order.title.clone(),
            photos: order.photos.clone(),
            kind: order.kind,
            accepted_at: now,
            skew_ms,
            n_repeats: 0,
            code: fate.code,
            handset_at: fate.handset_at,
            ready_at: fate.ready_at,
            acked_at: None,
            n_pushed: 0,
        });
        index
    }
}

impl Outcome {
    fn new(became: Became) -> Self {
        Outcome { became, is_reported_first: false, is_fault: false }
    }
}

//! The ledger: what the carrier accepted and delivered. A gateway is correct if its store agrees.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use crate::sim::core::State;
use crate::sim::core::record::Message;
use crate::sim::core::record::Text;

/// Everything up to one moment. Times are milliseconds UTC by the true clock, except those of citizens' texts, which are as
/// the carrier dates them.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Ledger {
    /// Texts of citizens, in the order they were sent.
    pub texts: Vec<LedgerText>,
    /// Texts accepted from the gateway, in order.
    pub messages: Vec<LedgerMessage>,
    /// The most recipients accepted in any one second.
    pub busiest_sends: usize,
    /// The most other requests accepted in any one second.
    pub busiest_others: usize,
    /// The most recipients requested in any one second, including those over the limit.
    pub busiest_sends_asked: usize,
    pub busiest_others_asked: usize,
    /// Requests answered 429 for real, not by a fault.
    pub n_rate_limited: u64,
    pub n_auth_failures: u64,
    /// Idempotency keys reused with another text or recipient: the gateway is wrong.
    pub n_keys_reused: u64,
    /// How often rules applied.
    pub n_faults_struck: u64,
    /// Requests by endpoint.
    pub requests: BTreeMap<String, u64>,
    /// Requests and recipients refused because of the gateway, not because of a fault.
    pub refused: Vec<LedgerRefusal>,
}

/// A citizen's text.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct LedgerText {
    pub key: String,
    pub from: String,
    pub text: String,
    pub at: i64,
    /// How often a page listed it.
    pub n_served: u64,
    /// Bytes of each photo.
    pub photos: Vec<usize>,
    /// When the gateway acked it or received it from a read-once list; never set for carriers that keep a list.
    pub acked_at: Option<i64>,
    /// How often the gateway accepted it by webhook.
    pub n_pushed: u64,
}

/// A text accepted from the gateway.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct LedgerMessage {
    pub msg_key: String,
    /// The gateway's reference; empty if it gave none.
    pub reference: String,
    pub idempotency_key: Option<String>,
    pub to: String,
    pub from: String,
    pub text: String,
    pub title: Option<String>,
    /// `SMS` or `MMS`
    pub kind: String,
    /// Bytes of each photo.
    pub photos: Vec<usize>,
    pub accepted_at: i64,
    /// Requests with its idempotency key, including those that a fault prevented.
    pub n_requests: u64,
    /// How often the same request came again and was refused for its key.
    pub n_repeats: u64,
    /// When the phone got it, whether or not the gateway can know.
    pub delivered_at: Option<i64>,
    /// The code of a text that the phone will not get.
    pub failed_code: Option<String>,
    /// The report's code, once a report is available.
    pub report_code: Option<String>,
    /// A report is available and says "delivered".
    pub is_reported_delivered: bool,
    /// When the report became available.
    pub final_at: Option<i64>,
    /// When the gateway acked its report or received it from a read-once list.
    pub acked_at: Option<i64>,
    /// How often the gateway accepted it by webhook.
    pub n_pushed: u64,
}

/// Count of one kind of refusal.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LedgerRefusal {
    pub endpoint: String,
    pub code: String,
    pub n: u64,
}

impl Ledger {
    /// Texts reported as delivered.
    pub fn n_delivered(&self) -> usize {
        self.messages.iter().filter(|m| m.is_reported_delivered).count()
    }

    /// References with more than one text to the same citizen. Must be empty.
    pub fn taken_twice(&self) -> Vec<&str> {
        let mut seen = BTreeSet::new();
        let named = self.messages.iter().filter(|m| !m.reference.is_empty());
        named.filter(|m| !seen.insert((&m.reference, &m.to))).map(|m| m.reference.as_str()).collect()
    }

    /// How often this endpoint refused with this code because of the gateway.
    pub fn n_refused(&self, endpoint: &str, code: &str) -> u64 {
        self.refused.iter().find(|r| r.endpoint == endpoint && r.code == code).map_or(0, |r| r.n)
    }
}

impl State {
    pub(super) fn ledger(&self, now: i64) -> Ledger {
        let tally = &self.tally;
        let refused = tally.refused.iter().map(|((endpoint, code), n)| LedgerRefusal {
            endpoint: (*endpoint).to_owned(),
            code: code.clone(),
            n: *n,
        });
        Ledger {
            texts: self.texts.iter().map(text).collect(),
            messages: self.messages.iter().map(|m| self.entry(m, now)).collect(),
            busiest_sends: self.sends.busiest,
            busiest_others: self.others.busiest,
            busiest_sends_asked: self.sends.busiest_asked,
            busiest_others_asked: self.others.busiest_asked,
            n_rate_limited: self.sends.n_refused + self.others.n_refused,
            n_auth_failures: tally.n_auth_failures,
            n_keys_reused: tally.n_keys_reused,
            n_faults_struck: tally.n_faults_struck,
            requests: tally.requests.iter().map(|(word, n)| ((*word).to_owned(), *n)).collect(),
            refused: refused.collect(),
        }
    }

    fn entry(&self, message: &Message, now: i64) -> LedgerMessage {
        let n_requests =
            message.key.as_ref().and_then(|k| self.remembered.get(k)).map_or(1, |r| r.n_requests);
        let has_come = message.handset_at <= now;
        let is_delivered = message.code == self.particulars.codes().delivered;
        LedgerMessage {
            msg_key: message.msg_key.clone(),
            reference: message.reference.clone().unwrap_or_default(),
            idempotency_key: message.key.clone(),
            to: message.to.clone(),
            from: message.from.clone(),
            text: message.body.clone(),
            title: message.title.clone(),
            kind: message.kind.to_owned(),
            photos: message.photos.iter().map(|photo| photo.len()).collect(),
            accepted_at: message.accepted_at,
            n_requests,
            n_repeats: message.n_repeats,
            delivered_at: (has_come && is_delivered).then_some(message.handset_at),
            failed_code: (has_come && !is_delivered).then(|| message.code.clone()),
            report_code: message.report(now).map(str::to_owned),
            is_reported_delivered: is_delivered && message.report(now).is_some(),
            final_at: message.ready_at.filter(|at| *at <= now),
            acked_at: message.acked_at,
            n_pushed: message.n_pushed,
        }
    }
}

fn text(text: &Text) -> LedgerText {
    LedgerText {
        key: text.key.clone(),
        from: text.from.clone(),
        text: text.body.clone(),
        at: text.at,
        n_served: text.n_served,
        photos: text.photos.iter().map(|photo| photo.len()).collect(),
        acked_at: text.acked_at,
        n_pushed: text.n_pushed,
    }
}

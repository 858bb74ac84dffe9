//! What the core itself must know of a carrier: its names, its codes, and which recipients it refuses. The wire format belongs
//! to [`Dialect`](crate::sim::dialect::Dialect); the two traits are separate so that the core does not depend on it.

use super::order::{Order, Recipient};
use crate::sim::options::SimOptions;

/// Codes that the core chooses itself.
pub(in crate::sim) struct Codes {
    /// The report of a text that arrived.
    pub delivered: &'static str,
    /// The report of a text whose time to live ended first.
    pub timed_out: &'static str,
    /// The report of a text to a phone that is switched off.
    pub phone_off: &'static str,
    /// A report code that is in no table.
    pub unknown: &'static str,
    /// The refusal of a bad number.
    pub bad_number: &'static str,
}

/// What a carrier's id of a message is made of.
pub(in crate::sim) struct Serial<'a> {
    /// By the carrier's clock.
    pub at: i64,
    /// Number of the request among those that were accepted, from 0.
    pub request: u64,
    /// Number of the message within its request, from 0.
    pub n: usize,
    /// The gateway's key.
    pub key: Option<&'a str>,
    /// The sender number.
    pub from: &'a str,
}

/// A carrier's names, codes and refusals. Stateless.
pub(in crate::sim) trait Particulars: Send + Sync {
    /// Why a recipient of a well-formed order is refused; `None` if it is accepted.
    fn objection(&self, order: &Order, recipient: &Recipient, options: &SimOptions) -> Option<String>;

    fn codes(&self) -> Codes;

    /// The carrier's id of a message. Two may be equal only if the gateway's keys are.
    fn message_key(&self, serial: &Serial<'_>) -> String;

    /// The carrier's id of the n-th text of a citizen, counting from 1.
    fn text_key(&self, n: usize) -> String {
        format!("MO{n:012}")
    }

    /// The carrier's id of the n-th batch of reports, counting from 1.
    fn batch_key(&self, now: i64, n: u64) -> String {
        format!("R{now}N{n}")
    }

    /// The carrier's id of the n-th file, counting from 1.
    fn file_key(&self, n: u64) -> String {
        format!("FILE{n:012}")
    }
}

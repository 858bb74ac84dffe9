//! What the core itself must know of a carrier: its names, its codes, and whom it refuses. The wire format is the
//! [`Dialect`](crate::sim::dialect::Dialect)'s; that the two are apart keeps the core from knowing it.

use super::order::{Order, Recipient};
use crate::sim::options::SimOptions;

/// Codes the core chooses, in the dialect's words.
pub(in crate::sim) struct Codes {
    /// The report of a text that arrived.
    pub delivered: &'static str,
    /// Of one whose time to live was over first.
    pub timed_out: &'static str,
    /// Of one to a phone that is off.
    pub phone_off: &'static str,
    /// A report code nobody knows.
    pub unknown: &'static str,
    /// Why a bad number is refused.
    pub bad_number: &'static str,
}

/// What a carrier's name for a message can be made of.
pub(in crate::sim) struct Serial<'a> {
    /// By the carrier's clock.
    pub at: i64,
    /// Counts requests of which something was taken, from 0.
    pub request: u64,
    /// Counts messages of this request, from 0.
    pub n: usize,
    /// The gateway's own key of it.
    pub key: Option<&'a str>,
    /// The number it leaves from.
    pub from: &'a str,
}

/// A carrier's names, codes and refusals. Stateless.
pub(in crate::sim) trait Particulars: Send + Sync {
    /// The code with which a recipient of an order in good shape is refused.
    fn objection(&self, order: &Order, recipient: &Recipient, options: &SimOptions) -> Option<String>;

    fn codes(&self) -> Codes;

    /// The carrier's name for a message. No two may be the same unless the gateway's keys are.
    fn message_key(&self, serial: &Serial<'_>) -> String;

    /// The carrier's name for the n-th text of a citizen, counting from 1.
    fn text_key(&self, n: usize) -> String {
        format!("MO{n:012}")
    }

    /// The carrier's name for the n-th batch of reports, counting from 1.
    fn batch_key(&self, now: i64, n: u64) -> String {
        format!("R{now}N{n}")
    }

    /// The carrier's name for the n-th file, counting from 1.
    fn file_key(&self, n: u64) -> String {
        format!("FILE{n:012}")
    }
}

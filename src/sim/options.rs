//! What a simulated carrier is made of.

use url::Url;

use crate::ops::clock::Clock;

/// Whose wire format a simulated carrier speaks: the name of a line in the table of dialects, where the ways to get one
/// are.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct DialectKind(pub(super) &'static str);

impl std::fmt::Debug for DialectKind {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.0)
    }
}

impl DialectKind {
    /// The word on the command line and in `carrier.<word>`.
    pub fn name(self) -> &'static str {
        self.0
    }
}

/// What a simulated carrier is made of.
#[derive(Debug, Clone)]
pub struct SimOptions {
    /// Whose wire format it speaks.
    pub dialect: DialectKind,
    /// The key, or the user's name where there is a password.
    pub api_key: String,
    /// The password, or what signatures are made with, where there is one.
    pub api_secret: String,
    /// The account, service or application that stands in paths, where there is one.
    pub account: String,
    /// Registered senders; any other is refused.
    pub sender_numbers: Vec<String>,
    /// The number citizens text.
    pub mo_number: String,
    pub seed: u64,
    pub clock: Clock,
    /// Recipients a second.
    pub sends_per_sec: u32,
    /// All other requests a second.
    pub others_per_sec: u32,
    /// How long a handset takes, at least and at most (milliseconds).
    pub report_delay_ms: (u64, u64),
    /// How long an answer takes (milliseconds).
    pub latency_ms: (u64, u64),
    /// Whom to call with texts and reports, in dialects that do.
    pub webhook: Option<Url>,
    /// What such calls are signed with, or the secret they bring along.
    pub webhook_secret: String,
    /// Where it is reached, for links in what it says; if not given, what a call names as its host.
    pub base_url: Option<Url>,
}

impl Default for SimOptions {
    fn default() -> Self {
        SimOptions {
            dialect: DialectKind::default(),
            api_key: "SIM-KEY".to_owned(),
            api_secret: "SIM-SECRET".to_owned(),
            account: "SIM-ACCOUNT".to_owned(),
            sender_numbers: vec!["062120".to_owned()],
            mo_number: "062120".to_owned(),
            seed: 1,
            clock: Clock::system(),
            sends_per_sec: 200,
            others_per_sec: 5,
            report_delay_ms: (20, 400),
            latency_ms: (0, 0),
            webhook: None,
            webhook_secret: "SIM-WEBHOOK-SECRET".to_owned(),
            base_url: None,
        }
    }
}

//! Options of a simulated carrier.

use url::Url;

use crate::ops::clock::Clock;

/// Whose wire format a simulated carrier speaks. Only the table of dialects makes one, so its name is always in the table.
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

/// Options of a simulated carrier.
#[derive(Debug, Clone)]
pub struct SimOptions {
    /// Its wire format.
    pub dialect: DialectKind,
    /// The key, or the user name for carriers with a password.
    pub api_key: String,
    /// The password or signing secret, if the carrier has one.
    pub api_secret: String,
    /// The account, service or application in paths, if the carrier has one.
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
    /// The least and most time until a handset reports (milliseconds).
    pub report_delay_ms: (u64, u64),
    /// The least and most time until an answer (milliseconds).
    pub latency_ms: (u64, u64),
    /// The address for webhook calls, in dialects that make them.
    pub webhook: Option<Url>,
    /// The signing secret of webhook calls, or the secret they carry.
    pub webhook_secret: String,
    /// Its address for links in answers; if `None`, the host named in the request.
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

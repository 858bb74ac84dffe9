//! Faults that can be ordered, and for which calls.
//!
//! A rule is added with [`Sim::add_fault`](super::Sim::add_fault) or as JSON with `POST /_sim/faults`:
//! `{"fault":{"kind":"reset_after"},"endpoint":"send","times":2}`. Without `endpoint` it holds wherever its fault can
//! strike. Of the rules that fit a call, the first of each sort strikes: one delay, one way to break off, one way to spoil
//! what is said; so a slow answer can also be a broken one.
//!
//! Besides rules, the last four digits of a citizen's number choose how texts to it fare (codes are Bizgo's; another dialect
//! has its own):
//!
//! | ends in | what happens to texts to it                                             |
//! |---------|-------------------------------------------------------------------------|
//! | 0901    | the phone is off: report 22003                                          |
//! | 0902    | no report ever                                                          |
//! | 0903    | accepted, then the connection breaks instead of an answer (first try)   |
//! | 0904    | accepted, then HTTP 500 instead of an answer (first try)                |
//! | 0905    | the report is ready before the send is answered                         |
//! | 0906    | the report comes twice                                                  |
//! | 0907    | the report holds a code nobody knows                                    |
//! | 0908    | refused: bad number (A306)                                              |
//! | 0909    | the report comes ten seconds late                                       |
//! | 0910    | the answer to the send is not JSON (first try)                          |
//!
//! "First try" needs an idempotency key to tell a second one. And what a citizen writes chooses how their text is listed:
//!
//! | has the word  | what happens to it                              |
//! |---------------|-------------------------------------------------|
//! | `#sim-late`   | it is listed five seconds after it was sent     |
//! | `#sim-twice`  | its page lists it twice                         |
//! | `#sim-broken` | its item cannot be read                         |
//! | `#sim-alias`  | `from` is not the phone's number (`originator`) |
//! | `#sim-key`    | it has the same msgKey as the text before       |

use serde::{Deserialize, Serialize};

use crate::sim::core::particulars::Codes;

/// Which call a rule is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Endpoint {
    /// The list of citizens' texts.
    Mo,
    Send,
    /// Fetching reports.
    Report,
    ReportAck,
    /// The list of what was sent.
    History,
    /// Asking for one message.
    Inquiry,
    /// A citizen texting; not a call of the gateway.
    Text,
    /// Confirming texts.
    MoAck,
    /// Fetching a photo of a text.
    Media,
    /// Leaving a file to be sent.
    Upload,
    /// Logging in.
    Login,
    /// The carrier calling the gateway; not a call of the gateway.
    Push,
}

impl Endpoint {
    /// As in rules and in the ledger.
    pub(super) fn as_str(self) -> &'static str {
        match self {
            Endpoint::Mo => "mo",
            Endpoint::Send => "send",
            Endpoint::Report => "report",
            Endpoint::ReportAck => "report_ack",
            Endpoint::History => "history",
            Endpoint::Inquiry => "inquiry",
            Endpoint::Text => "text",
            Endpoint::MoAck => "mo_ack",
            Endpoint::Media => "media",
            Endpoint::Upload => "upload",
            Endpoint::Login => "login",
            Endpoint::Push => "push",
        }
    }
}

/// What goes wrong.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "kind")]
pub enum Fault {
    Latency {
        ms: u64,
    },
    /// Done, but never answered: the connection breaks after so long.
    Blackhole {
        ms: u64,
    },
    /// Too many: HTTP 429, A020, or as the dialect says it.
    RateLimit {
        retry_after_secs: Option<u64>,
    },
    /// An HTTP error; nothing was done.
    ErrorBefore {
        status: u16,
    },
    /// An HTTP error although it was done.
    ErrorAfter {
        status: u16,
    },
    /// No connection: not a byte was taken. Over real sockets only a closed port can say so; there it is a reset.
    Unreachable,
    /// The connection breaks; nothing was done.
    ResetBefore,
    /// The connection breaks although it was done.
    ResetAfter,
    /// Done, but only so many bytes of the answer arrive.
    Truncate {
        at: usize,
    },
    /// Done, but the answer is not what was asked for. Of a push: it cannot be read.
    Malformed,
    /// The key does not hold any more: HTTP 401, or as the dialect says it.
    ExpiredKey,
    /// The whole request is refused with this code of the dialect's; nothing was done.
    RejectAll {
        code: String,
    },
    /// The page shows its first text twice, and its last one again on the next page.
    DuplicateMo,
    /// The page shows its texts in any order.
    ReorderMo,
    /// The text is listed so much later than it was sent.
    LateMo {
        ms: u64,
    },
    /// The page holds one item more, which cannot be read; no citizen's text is lost by it.
    BrokenMo,
    /// `from` is this, while `originator` is the phone.
    AliasMo {
        from: String,
    },
    /// The text has the msgKey of the one before.
    SameKeyMo,
    /// Of a send: every report of this text comes twice. Of a poll: the batch holds everything twice.
    DuplicateReport,
    /// Reports come in any order.
    ReorderReports,
    ReportBeforeAnswer,
    ReportLate {
        ms: u64,
    },
    ReportNever,
    /// The text ends with this report code.
    ReportCode {
        code: String,
    },
    /// The recipient is refused with this code of the dialect's.
    Reject {
        code: String,
    },
    /// The carrier's clock is wrong (the `Date` header and all times), as long as the rule stands, whatever else it says.
    ClockSkew {
        ms: i64,
    },
}

/// Faults of different sorts strike together.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Sort {
    Delay,
    /// How the call ends.
    End,
    /// What is said, or what becomes of a text.
    Content,
    Clock,
}

impl Fault {
    pub(super) fn sort(&self) -> Sort {
        match self {
            Fault::Latency { .. } => Sort::Delay,
            Fault::Blackhole { .. }
            | Fault::RateLimit { .. }
            | Fault::ErrorBefore { .. }
            | Fault::ErrorAfter { .. }
            | Fault::Unreachable
            | Fault::ResetBefore
            | Fault::ResetAfter
            | Fault::Truncate { .. }
            | Fault::Malformed
            | Fault::ExpiredKey
            | Fault::RejectAll { .. } => Sort::End,
            Fault::ClockSkew { .. } => Sort::Clock,
            _ => Sort::Content,
        }
    }

    /// Where it can strike.
    pub(super) fn can_strike(&self, endpoint: Endpoint) -> bool {
        match self {
            Fault::Malformed if endpoint == Endpoint::Push => true,
            _ if endpoint == Endpoint::Push => false,
            Fault::DuplicateMo => matches!(endpoint, Endpoint::Mo | Endpoint::Text),
            Fault::ReorderMo | Fault::BrokenMo => endpoint == Endpoint::Mo,
            Fault::LateMo { .. } | Fault::AliasMo { .. } | Fault::SameKeyMo => endpoint == Endpoint::Text,
            Fault::DuplicateReport => matches!(endpoint, Endpoint::Send | Endpoint::Report),
            Fault::ReorderReports => endpoint == Endpoint::Report,
            Fault::ReportBeforeAnswer
            | Fault::ReportLate { .. }
            | Fault::ReportNever
            | Fault::ReportCode { .. }
            | Fault::Reject { .. } => endpoint == Endpoint::Send,
            _ => endpoint != Endpoint::Text,
        }
    }
}

/// A fault and what it applies to. All conditions given have to hold.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FaultRule {
    pub fault: Fault,
    /// Everywhere, if not given.
    #[serde(default)]
    pub endpoint: Option<Endpoint>,
    /// The citizen's number is this or ends so.
    #[serde(default)]
    pub number: Option<String>,
    /// The text contains this.
    #[serde(default)]
    pub text: Option<String>,
    /// So often at most.
    #[serde(default)]
    pub times: Option<u32>,
    /// Out of 1.
    #[serde(default)]
    pub probability: Option<f64>,
    /// Not the first so many that fit.
    #[serde(default)]
    pub skip: u32,
    /// Of those that fit, only from the first to the second of these, both included; counts from 1.
    #[serde(default)]
    pub between: Option<(u32, u32)>,
}

impl FaultRule {
    /// Always, wherever it can strike.
    pub fn anywhere(fault: Fault) -> Self {
        FaultRule {
            fault,
            endpoint: None,
            number: None,
            text: None,
            times: None,
            probability: None,
            skip: 0,
            between: None,
        }
    }

    /// Always, at one endpoint.
    pub fn at(endpoint: Endpoint, fault: Fault) -> Self {
        FaultRule { endpoint: Some(endpoint), ..FaultRule::anywhere(fault) }
    }

    pub fn times(mut self, n: u32) -> Self {
        self.times = Some(n);
        self
    }

    pub fn number(mut self, ends_in: &str) -> Self {
        self.number = Some(ends_in.to_owned());
        self
    }

    pub fn text(mut self, contains: &str) -> Self {
        self.text = Some(contains.to_owned());
        self
    }

    pub fn probability(mut self, p: f64) -> Self {
        self.probability = Some(p);
        self
    }

    pub fn skip(mut self, n: u32) -> Self {
        self.skip = n;
        self
    }

    pub fn between(mut self, first: u32, last: u32) -> Self {
        self.between = Some((first, last));
        self
    }

    /// Why this rule can never strike, if so.
    pub fn problem(&self) -> Option<String> {
        let endpoint = self.endpoint?;
        let where_it_counts = effective(endpoint, &self.fault);
        let possible = self.fault.sort() == Sort::Clock || self.fault.can_strike(where_it_counts);
        (!possible).then(|| format!("{:?} cannot happen at {endpoint:?}", self.fault))
    }
}

/// What spoils one citizen's text strikes when it is sent, though a rule may say "the list of texts".
pub(super) fn effective(endpoint: Endpoint, fault: &Fault) -> Endpoint {
    match endpoint {
        Endpoint::Mo if !fault.can_strike(Endpoint::Mo) => Endpoint::Text,
        other => other,
    }
}

/// What a citizen's number asks for (the module's table).
pub(super) fn fault_for_number(number: &str, is_first_try: bool, codes: &Codes) -> Option<Fault> {
    let code = |code: &str| Some(Fault::ReportCode { code: code.to_owned() });
    match number.get(number.len().saturating_sub(4)..)? {
        "0901" => code(codes.phone_off),
        "0902" => Some(Fault::ReportNever),
        "0903" if is_first_try => Some(Fault::ResetAfter),
        "0904" if is_first_try => Some(Fault::ErrorAfter { status: 500 }),
        "0905" => Some(Fault::ReportBeforeAnswer),
        "0906" => Some(Fault::DuplicateReport),
        "0907" => code(codes.unknown),
        "0908" => Some(Fault::Reject { code: codes.bad_number.to_owned() }),
        "0909" => Some(Fault::ReportLate { ms: 10_000 }),
        "0910" if is_first_try => Some(Fault::Malformed),
        _ => None,
    }
}

/// What a citizen's text asks for (the module's table).
pub(super) fn fault_for_text(text: &str) -> Option<Fault> {
    let word = text.split_whitespace().find(|word| word.starts_with("#sim-"))?;
    match word {
        "#sim-late" => Some(Fault::LateMo { ms: 5_000 }),
        "#sim-twice" => Some(Fault::DuplicateMo),
        "#sim-broken" => Some(Fault::BrokenMo),
        "#sim-alias" => Some(Fault::AliasMo { from: "15441234".to_owned() }),
        "#sim-key" => Some(Fault::SameKeyMo),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_rule_as_json() {
        let rule: FaultRule =
            serde_json::from_str(r#"{"fault":{"kind":"latency","ms":5},"endpoint":"report_ack","times":2}"#)
                .unwrap();
        assert_eq!(rule, FaultRule::at(Endpoint::ReportAck, Fault::Latency { ms: 5 }).times(2));
        assert!(serde_json::from_str::<FaultRule>(r#"{"fault":{"kind":"malformed"},"tims":2}"#).is_err());
    }

    #[test]
    fn a_rule_that_can_never_strike_says_so() {
        assert!(FaultRule::at(Endpoint::History, Fault::ReportNever).problem().is_some());
        let fine = [
            FaultRule::at(Endpoint::Mo, Fault::LateMo { ms: 1 }),
            FaultRule::at(Endpoint::Mo, Fault::ClockSkew { ms: 1 }),
            FaultRule::anywhere(Fault::ReportNever),
        ];
        for rule in fine {
            assert_eq!(rule.problem(), None);
        }
    }
}

//! Faults that can be ordered, and for which calls.
//!
//! A rule is added with [`Sim::add_fault`](super::Sim::add_fault) or as JSON with `POST /_sim/faults`:
//! `{"fault":{"kind":"reset_after"},"endpoint":"send","times":2}`. Without `endpoint` it applies wherever its fault can
//! occur. Of the rules that match a call, the first of each sort applies: one delay, one way to end the call, one
//! change of the content. So a slow answer can also be a broken one.
//!
//! Besides rules, the last four digits of a citizen's number select a fault for texts to it (codes are Bizgo's; another
//! dialect has its own):
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
//! "First try" needs an idempotency key to recognise a second one. A word in a citizen's text selects how it is listed:
//!
//! | has the word  | what happens to it                              |
//! |---------------|-------------------------------------------------|
//! | `#sim-late`   | it is listed five seconds after it was sent     |
//! | `#sim-twice`  | its page lists it twice                         |
//! | `#sim-broken` | its item cannot be read                         |
//! | `#sim-alias`  | `from` is not the phone's number (`originator`) |
//! | `#sim-key`    | it has the same msgKey as the text before       |
//! | `#sim-nan`    | nothing else: it stands in answers as `NaN`     |
//! | `#sim-quote`  | nothing else: it breaks the JSON of its item    |

use serde::{Deserialize, Serialize};

use crate::sim::core::particulars::Codes;

/// The call a rule applies to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Endpoint {
    /// The list of citizens' texts.
    Mo,
    Send,
    /// Fetching reports.
    Report,
    ReportAck,
    /// The list of sent messages.
    History,
    /// Looking up one message.
    Inquiry,
    /// A citizen texting; not a call of the gateway.
    Text,
    /// Confirming texts.
    MoAck,
    /// Fetching a photo of a text.
    Media,
    /// Uploading a file to be sent.
    Upload,
    /// Logging in.
    Login,
    /// Having the carrier call again with texts.
    CallAgain,
    /// The carrier calling the gateway; not a call of the gateway.
    Push,
}

impl Endpoint {
    /// The word in rules and in the ledger.
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
            Endpoint::CallAgain => "call_again",
            Endpoint::Push => "push",
        }
    }
}

/// A fault.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "kind")]
pub enum Fault {
    Latency {
        ms: u64,
    },
    /// Processed, but never answered: the connection breaks after this time.
    Blackhole {
        ms: u64,
    },
    /// Rate limit: HTTP 429, A020, or the form of the dialect.
    RateLimit {
        retry_after_secs: Option<u64>,
    },
    /// An HTTP error; the call was not processed.
    ErrorBefore {
        status: u16,
    },
    /// An HTTP error although the call was processed.
    ErrorAfter {
        status: u16,
    },
    /// No connection: no byte was accepted. Over real sockets this needs a closed port, so it is a reset there.
    Unreachable,
    /// The connection breaks; the call was not processed.
    ResetBefore,
    /// The connection breaks although the call was processed.
    ResetAfter,
    /// Processed, but only this many bytes of the answer arrive.
    Truncate {
        at: usize,
    },
    /// Processed, but the answer is garbage. For a push: its body cannot be read.
    Malformed,
    /// The key is no longer valid: HTTP 401, or the form of the dialect.
    ExpiredKey,
    /// The whole request is refused with this code of the dialect; it was not processed.
    RejectAll {
        code: String,
    },
    /// The page shows its first text twice, and its last one again on the next page.
    DuplicateMo,
    /// The page shows its texts in any order.
    ReorderMo,
    /// The text is listed this much later than it was sent.
    LateMo {
        ms: u64,
    },
    /// The page holds an additional item that cannot be read; no citizen's text is lost.
    BrokenMo,
    /// `from` has this value, `originator` is the phone.
    AliasMo {
        from: String,
    },
    /// The text has the msgKey of the text before.
    SameKeyMo,
    /// For a send: every report of this text comes twice. For a poll: the batch holds everything twice.
    DuplicateReport,
    /// Reports come in any order.
    ReorderReports,
    ReportBeforeAnswer,
    ReportLate {
        ms: u64,
    },
    ReportNever,
    /// The final report of the text has this code.
    ReportCode {
        code: String,
    },
    /// The recipient is refused with this code of the dialect.
    Reject {
        code: String,
    },
    /// The carrier's clock is wrong (the `Date` header and all times) as long as the rule exists. Conditions do not
    /// apply.
    ClockSkew {
        ms: i64,
    },
    /// Answers have no `Date` header as long as the rule exists. Conditions do not apply.
    NoDate,
}

/// Faults of different sorts can apply to the same call.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Sort {
    Delay,
    /// How the call ends.
    End,
    /// The content of the answer, or the result of a text.
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
            Fault::ClockSkew { .. } | Fault::NoDate => Sort::Clock,
            _ => Sort::Content,
        }
    }

    /// Whether the fault can occur at this endpoint.
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

/// A fault with its conditions, all of which must hold.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FaultRule {
    pub fault: Fault,
    /// `None` for every endpoint.
    #[serde(default)]
    pub endpoint: Option<Endpoint>,
    /// The citizen's number ends with this.
    #[serde(default)]
    pub number: Option<String>,
    /// The text contains this.
    #[serde(default)]
    pub text: Option<String>,
    /// The most times it applies.
    #[serde(default)]
    pub times: Option<u32>,
    /// Between 0 and 1.
    #[serde(default)]
    pub probability: Option<f64>,
    /// Skips this many matching calls first.
    #[serde(default)]
    pub skip: u32,
    /// Only these matching calls, from the first to the second number, both included; counts from 1.
    #[serde(default)]
    pub between: Option<(u32, u32)>,
}

impl FaultRule {
    /// Always, at every endpoint where the fault can occur.
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

    /// Why this rule can never apply; `None` if it can.
    pub fn problem(&self) -> Option<String> {
        let endpoint = self.endpoint?;
        let where_it_counts = effective(endpoint, &self.fault);
        let possible = self.fault.sort() == Sort::Clock || self.fault.can_strike(where_it_counts);
        (!possible).then(|| format!("{:?} cannot happen at {endpoint:?}", self.fault))
    }
}

/// The endpoint at which a fault occurs: faults of one citizen's text occur when it is sent, also if the rule names the
/// list of texts.
pub(super) fn effective(endpoint: Endpoint, fault: &Fault) -> Endpoint {
    match endpoint {
        Endpoint::Mo if !fault.can_strike(Endpoint::Mo) => Endpoint::Text,
        other => other,
    }
}

/// The fault that a citizen's number selects (see the table of this module).
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

/// The fault that a citizen's text selects (see the table of this module).
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

    /// The manuals' orders are taken as they stand, and each names every fault and every endpoint.
    #[test]
    fn the_manuals_are_right() {
        for manual in [include_str!("../../docs/simulator.md"), include_str!("../../docs/simulator.ko.md")] {
            is_right(manual);
        }
    }

    fn is_right(manual: &str) {
        let orders: Vec<&str> = manual
            .lines()
            .filter_map(|line| line.split_once("/_sim/faults -d '"))
            .filter_map(|(_, rest)| rest.strip_suffix('\''))
            .collect();
        assert!(orders.len() > 5, "{orders:?}");
        for order in orders {
            let rule: FaultRule =
                serde_json::from_str(order).unwrap_or_else(|error| panic!("{order}: {error}"));
            assert_eq!(rule.problem(), None, "{order}");
        }
        // serde lists the words it knows.
        let known = |error: String| -> Vec<String> {
            error.split('`').skip(3).step_by(2).map(str::to_owned).collect()
        };
        let kinds = serde_json::from_str::<Fault>(r#"{"kind":"?"}"#).unwrap_err().to_string();
        let endpoints = serde_json::from_str::<Endpoint>(r#""?""#).unwrap_err().to_string();
        let words: Vec<String> = known(kinds).into_iter().chain(known(endpoints)).collect();
        assert!(words.len() > 35, "{words:?}");
        let missing: Vec<_> = words.iter().filter(|word| !manual.contains(&format!("`{word}`"))).collect();
        assert!(missing.is_empty(), "{missing:?}");
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

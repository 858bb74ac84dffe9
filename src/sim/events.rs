//! Events for observers, one line each. Numbers are masked; of texts only the length is shown.

use std::fmt;

use crate::domain::phone::PhoneNumber;
use crate::sim::faults::Fault;

/// Something happened. `Display` is one line without whole numbers or texts.
#[derive(Debug, Clone, PartialEq)]
pub enum SimEvent {
    /// A citizen texted.
    Texted { from: PhoneNumber, n_chars: usize },
    /// The gateway was shown so many texts.
    Listed { n: usize },
    /// A text to a citizen was taken.
    Taken { to: PhoneNumber, kind: &'static str, n_chars: usize },
    /// A send that was taken before came again.
    Repeated { to: PhoneNumber },
    /// A recipient or a whole call was refused.
    Refused { endpoint: &'static str, code: String },
    /// So many reports were handed out.
    Reported { n: usize },
    /// So many reports were acked.
    Acked { n: usize },
    /// A fault struck.
    Struck { endpoint: &'static str, fault: Fault },
}

impl SimEvent {
    pub(super) fn texted(from: &str, body: &str) -> Self {
        SimEvent::Texted { from: PhoneNumber::parse(from), n_chars: body.chars().count() }
    }
}

impl fmt::Display for SimEvent {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            SimEvent::Texted { from, n_chars } => write!(f, "texted    {from}, {n_chars} characters"),
            SimEvent::Listed { n } => write!(f, "listed    {n} texts"),
            SimEvent::Taken { to, kind, n_chars } => {
                write!(f, "taken     {to}, {kind}, {n_chars} characters")
            }
            SimEvent::Repeated { to } => write!(f, "repeated  {to}"),
            SimEvent::Refused { endpoint, code } => write!(f, "refused   {endpoint}, {code}"),
            SimEvent::Reported { n } => write!(f, "reported  {n}"),
            SimEvent::Acked { n } => write!(f, "acked     {n}"),
            // The word of the fault alone: it may hold a number.
            SimEvent::Struck { endpoint, fault } => {
                let shown = format!("{fault:?}");
                write!(f, "fault     {endpoint}, {}", shown.split([' ', '{']).next().unwrap_or_default())
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_hold_no_number_and_no_text() {
        let texted = SimEvent::texted("01012345678", "도와 주세요").to_string();
        assert_eq!(texted, "texted    010-****-5678, 6 characters");
        let fault = Fault::AliasMo { from: "01012345678".to_owned() };
        assert_eq!(SimEvent::Struck { endpoint: "text", fault }.to_string(), "fault     text, AliasMo");
    }
}

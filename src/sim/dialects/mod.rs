//! The table of wire formats, one folder each, and shared parsing (`fields`, `query`, `numbers`, `korea`).

mod bizgo;
mod clicksend;
mod fields;
mod infobip;
mod korea;
mod msghub;
mod nhn;
mod numbers;
mod oneapi;
mod query;
mod sens;
mod smsgate;
mod solapi;
mod twilio;

use std::sync::LazyLock;

use clap::ValueEnum;
use clap::builder::PossibleValue;

use super::dialect::Dialect;
use super::options::DialectKind;

/// Every wire format by the name of its carrier; the first is the default.
static DIALECTS: &[(&str, &dyn Dialect)] = &[
    ("bizgo", &bizgo::Bizgo),
    ("clicksend", &clicksend::ClickSend),
    ("infobip", &infobip::Infobip),
    ("msghub", &msghub::Msghub),
    ("nhn", &nhn::Nhn),
    ("oneapi", &oneapi::OneApi),
    ("sens", &sens::Sens),
    ("smsgate", &smsgate::SmsGate),
    ("solapi", &solapi::Solapi),
    ("twilio", &twilio::Twilio),
];

static KINDS: LazyLock<Vec<DialectKind>> =
    LazyLock::new(|| DIALECTS.iter().map(|(name, _)| DialectKind(name)).collect());

/// The dialect of this kind. A kind is only made from names in the table, so it always exists.
pub(super) fn find(kind: DialectKind) -> &'static dyn Dialect {
    DIALECTS.iter().find(|(name, _)| *name == kind.name()).map_or(DIALECTS[0].1, |(_, dialect)| *dialect)
}

impl DialectKind {
    /// The dialect of the carrier with this name in the configuration.
    pub fn named(name: &str) -> Option<DialectKind> {
        KINDS.iter().copied().find(|kind| kind.name() == name)
    }
}

impl Default for DialectKind {
    fn default() -> Self {
        DialectKind(DIALECTS[0].0)
    }
}

impl ValueEnum for DialectKind {
    fn value_variants<'a>() -> &'a [Self] {
        &KINDS
    }

    fn to_possible_value(&self) -> Option<PossibleValue> {
        Some(PossibleValue::new(self.name()))
    }
}

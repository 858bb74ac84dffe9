//! The table of wire formats, one folder each, and shared parsing (`fields`, `query`, `numbers`, `shapes`,
//! `segments`, `korea`).

mod bizgo;
mod clicksend;
mod fields;
mod infobip;
mod jasmin;
mod kannel;
mod korea;
mod msghub;
mod nhn;
mod numbers;
mod oneapi;
mod query;
mod segments;
mod sens;
mod shapes;
mod smsgate;
mod solapi;
mod twilio;

use std::sync::LazyLock;

use clap::ValueEnum;
use clap::builder::PossibleValue;

use self::numbers::domestic;
use super::dialect::{Accepts, Dialect};
use super::options::{DialectKind, SimOptions};

/// Every wire format by the name of its carrier; the first is the default.
static DIALECTS: &[(&str, &dyn Dialect)] = &[
    ("bizgo", &bizgo::Bizgo),
    ("clicksend", &clicksend::ClickSend),
    ("infobip", &infobip::Infobip),
    ("jasmin", &jasmin::Jasmin),
    ("kannel", &kannel::Kannel),
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
    /// The account in its paths, unless another is chosen.
    pub fn usual_account(self) -> &'static str {
        find(self).usual_account()
    }

    /// The dialect of the carrier with this name in the configuration.
    pub fn named(name: &str) -> Option<DialectKind> {
        KINDS.iter().copied().find(|kind| kind.name() == name)
    }
}

impl SimOptions {
    /// Numbers as the core keeps them, whatever spelling they came in.
    pub(in crate::sim) fn with_domestic_numbers(mut self) -> Self {
        self.mo_number = domestic(&self.mo_number);
        self.sender_numbers.iter_mut().for_each(|number| *number = domestic(number));
        self
    }

    /// What a gateway writes into its section for this carrier: key and value, the value of a key that ends in `_file` being
    /// what that file holds. `base` is where the carrier listens.
    pub fn section(&self, base: &str) -> Vec<(&'static str, String)> {
        let value = |accepts: &Accepts| match accepts {
            Accepts::Address => base.to_owned(),
            Accepts::Key => self.api_key.clone(),
            Accepts::Secret => self.api_secret.clone(),
            Accepts::Account => self.account.clone(),
            Accepts::WebhookSecret => self.webhook_secret.clone(),
            Accepts::Any(word) => (*word).to_owned(),
            Accepts::Called(word) => self.webhook.as_ref().map_or(*word, |url| url.as_str()).to_owned(),
        };
        find(self.dialect).section().iter().map(|(key, accepts)| (*key, value(accepts))).collect()
    }
}

impl DialectKind {
    /// Where the gateway wants to be called by a carrier that only calls, unless another address is chosen; `None` for a
    /// carrier that is asked.
    pub fn usual_call(self) -> Option<&'static str> {
        find(self).section().iter().find_map(|(_, accepts)| match accepts {
            Accepts::Called(word) => Some(*word),
            _ => None,
        })
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

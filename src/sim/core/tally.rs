//! Running counts for the ledger.

use std::collections::BTreeMap;

use crate::sim::faults::Endpoint;

/// Running counts.
#[derive(Default)]
pub(in crate::sim) struct Tally {
    pub n_auth_failures: u64,
    pub n_keys_reused: u64,
    pub n_faults_struck: u64,
    pub requests: BTreeMap<&'static str, u64>,
    pub refused: BTreeMap<(&'static str, String), u64>,
}

impl Tally {
    pub(in crate::sim) fn asked(&mut self, endpoint: Endpoint) {
        *self.requests.entry(endpoint.as_str()).or_default() += 1;
    }

    /// `endpoint` is [`Endpoint::as_str`], or `none` for an unknown path.
    pub(in crate::sim) fn refused(&mut self, endpoint: &'static str, code: &str) {
        *self.refused.entry((endpoint, code.to_owned())).or_default() += 1;
    }
}

//! Counts kept as things happen.

use std::collections::BTreeMap;

use crate::sim::faults::Endpoint;

/// Counts kept as things happen.
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
        *self.requests.entry(endpoint.word()).or_default() += 1;
    }

    /// `endpoint` is its word, or `none` where there is no such endpoint.
    pub(in crate::sim) fn refused(&mut self, endpoint: &'static str, code: &str) {
        *self.refused.entry((endpoint, code.to_owned())).or_default() += 1;
    }
}

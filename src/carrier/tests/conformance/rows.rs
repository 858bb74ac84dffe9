//! The carriers: which dialect, and how a driver is made for the account the simulated carrier has.

use super::*;
use crate::carrier::bizgo::{Bizgo, BizgoConfig};

const PER_SEC: u32 = 900;
const MIN_POLL: Duration = Duration::from_millis(280);
/// Small, so that there are several pages.
const PAGE: u32 = 7;
const OVERLAP: Duration = Duration::from_secs(600);

pub(super) fn bizgo() -> (DialectKind, Make) {
    let make: Make = |account, http, now| {
        let config = BizgoConfig {
            api_key: account.api_key.clone().into(),
            webhook_secret: Some(account.webhook_secret.clone().into()),
            mo_number: Some(account.mo_number.clone()),
            page_limit: PAGE,
            overlap: OVERLAP,
            sends_per_sec: PER_SEC,
            others_per_sec: PER_SEC,
            min_poll: MIN_POLL,
        };
        Arc::new(Bizgo::new(config, http, now))
    };
    (DialectKind::Bizgo, make)
}

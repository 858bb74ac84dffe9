//! `[polling]`: how often the carrier is asked for texts and receipts.

use std::time::Duration;

use serde::Deserialize;
use toml::Spanned;

use super::checker::{Checker, unwritten};
use super::error::ConfigError;

/// `[polling]`: how often the carrier is asked for texts and receipts.
#[derive(Debug, Clone)]
pub struct Polling {
    pub fast: Duration,
    pub slow: Duration,
    pub live: Duration,
    pub full_walk: Duration,
    /// Zero: none.
    pub deep_walk: Duration,
    pub deep_walk_every: Duration,
    pub first_look_back: Duration,
    /// A carrier that has answered no question for texts for this long is deaf.
    pub deaf_after: Duration,
    pub receipts_fast: Duration,
    pub receipts_slow: Duration,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(super) struct PollingSection {
    fast_secs: Spanned<f64>,
    slow_secs: Spanned<f64>,
    live_secs: Spanned<f64>,
    full_walk_secs: Spanned<f64>,
    deep_walk_hours: Spanned<f64>,
    deep_walk_every_secs: Spanned<f64>,
    first_look_back_secs: Spanned<f64>,
    deaf_after_secs: Option<Spanned<f64>>,
    receipts_fast_secs: Spanned<f64>,
    receipts_slow_secs: Spanned<f64>,
}

impl Default for PollingSection {
    fn default() -> Self {
        PollingSection {
            fast_secs: unwritten(0.28),
            slow_secs: unwritten(2.0),
            live_secs: unwritten(300.0),
            full_walk_secs: unwritten(10.0),
            deep_walk_hours: unwritten(24.0),
            deep_walk_every_secs: unwritten(3_600.0),
            first_look_back_secs: unwritten(86_400.0),
            deaf_after_secs: None,
            receipts_fast_secs: unwritten(1.5),
            receipts_slow_secs: unwritten(10.0),
        }
    }
}

pub(super) fn read(checker: &Checker<'_>, section: &PollingSection) -> Result<Polling, ConfigError> {
    let polling = Polling {
        fast: checker.secs("polling.fast_secs", &section.fast_secs, 0.001, 60.0)?,
        slow: checker.secs("polling.slow_secs", &section.slow_secs, 0.001, 300.0)?,
        live: checker.secs("polling.live_secs", &section.live_secs, 0.0, 86_400.0)?,
        full_walk: checker.secs("polling.full_walk_secs", &section.full_walk_secs, 0.0, 300.0)?,
        deep_walk: 3_600 * checker.secs("polling.deep_walk_hours", &section.deep_walk_hours, 0.0, 720.0)?,
        deep_walk_every: checker.secs(
            "polling.deep_walk_every_secs",
            &section.deep_walk_every_secs,
            1.0,
            86_400.0,
        )?,
        first_look_back: checker.secs(
            "polling.first_look_back_secs",
            &section.first_look_back_secs,
            0.0,
            2_592_000.0,
        )?,
        deaf_after: deaf_after(checker, section)?,
        receipts_fast: checker.secs(
            "polling.receipts_fast_secs",
            &section.receipts_fast_secs,
            0.001,
            60.0,
        )?,
        receipts_slow: checker.secs(
            "polling.receipts_slow_secs",
            &section.receipts_slow_secs,
            0.001,
            60.0,
        )?,
    };
    if polling.fast > polling.slow {
        return Err(checker.wrong(
            "polling.fast_secs",
            &section.fast_secs,
            "must not be longer than slow_secs",
        ));
    }
    if polling.receipts_fast > polling.receipts_slow {
        let message = "must not be longer than receipts_slow_secs";
        return Err(checker.wrong("polling.receipts_fast_secs", &section.receipts_fast_secs, message));
    }
    Ok(polling)
}

/// Two minutes, or twice `slow_secs` if that is more: a carrier that nobody asks would look deaf.
fn deaf_after(checker: &Checker<'_>, section: &PollingSection) -> Result<Duration, ConfigError> {
    let (key, least) = ("polling.deaf_after_secs", 2.0 * section.slow_secs.get_ref());
    match &section.deaf_after_secs {
        None => checker.secs(key, &unwritten(least.clamp(120.0, 3_600.0)), 1.0, 3_600.0),
        Some(value) if *value.get_ref() < least => Err(checker.wrong(
            key,
            value,
            "must be at least twice slow_secs: a carrier that nobody asks looks deaf",
        )),
        Some(value) => checker.secs(key, value, 1.0, 3_600.0),
    }
}

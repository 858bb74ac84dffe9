//! `[sending]`: how fast texts leave, and how long they may take.

use std::time::Duration;

use serde::Deserialize;
use toml::Spanned;

use super::checker::{Checker, unwritten};
use super::error::ConfigError;

/// `[sending]`
#[derive(Debug, Clone)]
pub struct Sending {
    pub max_in_flight: u32,
    pub time_to_live: Duration,
    pub recall: Duration,
    pub receipt_timeout: Duration,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(super) struct SendingSection {
    max_in_flight: Spanned<u32>,
    time_to_live_secs: Spanned<f64>,
    recall_secs: Spanned<f64>,
    receipt_timeout_secs: Spanned<f64>,
}

impl Default for SendingSection {
    fn default() -> Self {
        SendingSection {
            max_in_flight: unwritten(64),
            time_to_live_secs: unwritten(86_400.0),
            recall_secs: unwritten(10.0),
            receipt_timeout_secs: unwritten(259_200.0),
        }
    }
}

pub(super) fn read(checker: &Checker<'_>, section: &SendingSection) -> Result<Sending, ConfigError> {
    Ok(Sending {
        max_in_flight: checker.count("sending.max_in_flight", &section.max_in_flight, 1, 1_000)?,
        time_to_live: checker.secs(
            "sending.time_to_live_secs",
            &section.time_to_live_secs,
            60.0,
            604_800.0,
        )?,
        recall: checker.secs("sending.recall_secs", &section.recall_secs, 0.0, 600.0)?,
        receipt_timeout: checker.secs(
            "sending.receipt_timeout_secs",
            &section.receipt_timeout_secs,
            60.0,
            2_592_000.0,
        )?,
    })
}

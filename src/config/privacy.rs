//! `[privacy]`: how long what is personal stays.

use std::collections::BTreeMap;
use std::sync::Arc;

use serde::Deserialize;
use toml::Spanned;

use super::audit::Audit;
use super::checker::{Checker, unwritten};
use super::error::ConfigError;
use crate::domain::catalogue::Categories;
use crate::domain::privacy::{BackupsEnd, DAY_MS, Retention};

/// `[privacy]`, checked.
#[derive(Debug, Clone)]
pub struct Privacy {
    pub retention: Arc<Retention>,
    /// How long backups are kept (days): `munjad backup` removes older ones, and an erasure names until when they may hold somebody.
    pub backups_kept_days: u32,
}

impl Privacy {
    /// When backups end of which `keep` are kept.
    pub fn backups_end(&self, keep: u32) -> BackupsEnd {
        BackupsEnd {
            keep: usize::try_from(keep).unwrap_or(usize::MAX),
            kept_ms: i64::from(self.backups_kept_days) * DAY_MS,
        }
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(super) struct PrivacySection {
    keep_texts_days: Spanned<u32>,
    keep_category_days: Spanned<BTreeMap<String, u32>>,
    keep_raw_days: Spanned<u32>,
    keep_quarantine_days: Spanned<u32>,
    keep_copies_days: Spanned<u32>,
    backups_kept_days: Spanned<u32>,
    purge_hour: Spanned<u32>,
}

impl Default for PrivacySection {
    fn default() -> Self {
        PrivacySection {
            keep_texts_days: unwritten(1_825),
            keep_category_days: unwritten(BTreeMap::new()),
            keep_raw_days: unwritten(30),
            keep_quarantine_days: unwritten(90),
            keep_copies_days: unwritten(90),
            backups_kept_days: unwritten(35),
            purge_hour: unwritten(3),
        }
    }
}

/// A hundred years.
const MOST_DAYS: u32 = 36_500;
/// Texts stay at least so long: who comes back within a month is still known.
const FEWEST_TEXT_DAYS: u32 = 30;

pub(super) fn read(
    checker: &Checker<'_>,
    section: &PrivacySection,
    categories: &Categories,
    audit: &Audit,
) -> Result<Privacy, ConfigError> {
    let days = |key: &str, value: &Spanned<u32>, least: u32| {
        checker.count(key, value, least, MOST_DAYS).map(|days| i64::from(days) * DAY_MS)
    };
    Ok(Privacy {
        retention: Arc::new(Retention {
            texts_ms: days("privacy.keep_texts_days", &section.keep_texts_days, FEWEST_TEXT_DAYS)?,
            by_category: by_category(checker, &section.keep_category_days, categories)?,
            raw_ms: days("privacy.keep_raw_days", &section.keep_raw_days, 1)?,
            quarantine_ms: days("privacy.keep_quarantine_days", &section.keep_quarantine_days, 1)?,
            copies_ms: days("privacy.keep_copies_days", &section.keep_copies_days, 1)?,
            reasons_ms: i64::from(audit.keep_days) * DAY_MS,
            hour: i64::from(checker.count("privacy.purge_hour", &section.purge_hour, 0, 23)?),
        }),
        backups_kept_days: checker.count(
            "privacy.backups_kept_days",
            &section.backups_kept_days,
            0,
            MOST_DAYS,
        )?,
    })
}

/// Categories or groups that are kept for another time; each has to be in the list of categories, or a slip would keep texts
/// longer than meant.
fn by_category(
    checker: &Checker<'_>,
    section: &Spanned<BTreeMap<String, u32>>,
    categories: &Categories,
) -> Result<Vec<(String, i64)>, ConfigError> {
    const KEY: &str = "privacy.keep_category_days";
    let is_known = |name: &str| is_named(categories, name);
    let mut found = Vec::new();
    for (name, days) in section.get_ref() {
        if !is_known(name) {
            return Err(checker.wrong(KEY, section, format!("names no category or group: {name}")));
        }
        if !(FEWEST_TEXT_DAYS..=MOST_DAYS).contains(days) {
            let bounds = format!("must be between {FEWEST_TEXT_DAYS} and {MOST_DAYS}");
            return Err(checker.wrong(KEY, section, bounds));
        }
        found.push((name.clone(), i64::from(*days) * DAY_MS));
    }
    Ok(found)
}

/// Whether the list has this category or group.
pub(super) fn is_named(categories: &Categories, name: &str) -> bool {
    categories.all(None).any(|known| known == name || known.split('/').next() == Some(name))
}

//! `[audit]`: how long the access log is kept, where its heads are written, and which reading is reported.

use std::path::{Path, PathBuf};

use serde::Deserialize;
use toml::Spanned;

use super::checker::{Checker, unwritten};
use super::error::ConfigError;
use crate::domain::access::LEAST_KEPT_DAYS;
use crate::domain::access::suspicion::Rule;

/// `[audit]`
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Audit {
    pub keep_days: u32,
    /// Each day's head is added to this file; `None`: to no file.
    pub head_file: Option<PathBuf>,
    /// Which reading is reported.
    pub suspicion: Rule,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(super) struct AuditSection {
    keep_days: Spanned<u32>,
    head_file: String,
    unanswered_citizens: Spanned<u32>,
    searched_citizens: Spanned<u32>,
    outside_hours_citizens: Spanned<u32>,
}

impl Default for AuditSection {
    fn default() -> Self {
        AuditSection {
            keep_days: unwritten(730),
            head_file: String::new(),
            unanswered_citizens: unwritten(50),
            searched_citizens: unwritten(100),
            outside_hours_citizens: unwritten(10),
        }
    }
}

pub(super) fn read(checker: &Checker<'_>, section: &AuditSection) -> Result<Audit, ConfigError> {
    let head_file = Some(section.head_file.as_str()).filter(|path| !path.is_empty());
    let (unanswered, outside) = (&section.unanswered_citizens, &section.outside_hours_citizens);
    let searched = &section.searched_citizens;
    Ok(Audit {
        keep_days: checker.count("audit.keep_days", &section.keep_days, LEAST_KEPT_DAYS, 36_500)?,
        head_file: head_file.map(|path| checker.beside(Path::new(path))),
        suspicion: Rule {
            unanswered: checker.count("audit.unanswered_citizens", unanswered, 0, 1_000_000)?,
            searched: checker.count("audit.searched_citizens", searched, 0, 1_000_000)?,
            outside_hours: checker.count("audit.outside_hours_citizens", outside, 0, 1_000_000)?,
        },
    })
}

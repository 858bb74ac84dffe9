//! [`Finding`]: result of examining one thing.

/// How serious a finding is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Severity {
    Ok,
    /// The gateway works, but an operator should know.
    Warning,
    Error,
}

/// Result of examining one thing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// `config`, `secrets`, `tls`, `database`, `quarantine`, `calendar`, `alarm`, `texts`, `desks`, `sender`, `gateway`, `carrier`,
    /// `webhook`, `hearing`, `clock`, `audit`, `privacy`, `encryption`, `backup`
    pub subject: &'static str,
    pub severity: Severity,
    pub message: String,
    /// What an operator can do about it.
    pub remedy: Option<String>,
}

impl Finding {
    pub(super) fn good(subject: &'static str, message: impl Into<String>) -> Self {
        Finding { subject, severity: Severity::Ok, message: message.into(), remedy: None }
    }

    pub(super) fn with(
        subject: &'static str,
        severity: Severity,
        message: impl Into<String>,
        remedy: impl Into<String>,
    ) -> Self {
        Finding { subject, severity, message: message.into(), remedy: Some(remedy.into()) }
    }
}

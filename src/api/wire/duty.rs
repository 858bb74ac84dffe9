//! Duty phones and what they were called for.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// `GET /v1/duty`
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct DutyList {
    pub phones: Vec<DutyView>,
    /// Dangers that nobody has answered, the oldest first.
    pub alarms: Vec<AlarmView>,
    /// What is wrong with the gateway and not over.
    pub troubles: Vec<TroubleView>,
}

/// A duty phone, in the order in which they are called.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct DutyView {
    /// `danger` or `operator`.
    pub kind: String,
    pub name: String,
    /// Masked.
    pub number: String,
    pub is_on_duty: bool,
    /// When its hours begin or end next; null if that is more than a year ahead, or if weeks or dates decide.
    pub until_at: Option<i64>,
    /// It is on duty at every hour.
    #[serde(default)]
    pub is_always: bool,
    /// It would be called next for a new danger (or trouble).
    pub is_next: bool,
    /// Too many codes from it were wrong: its answers are ignored until then.
    #[serde(default)]
    pub ignored_until_at: Option<i64>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct AlarmView {
    pub conversation_id: i64,
    pub since_at: i64,
    /// How many phones were called, and when the last one was.
    pub n_phones: i64,
    pub last_call_at: Option<i64>,
    /// Name of who looks after it.
    pub acked_by: Option<String>,
    /// Answered by phone: nobody is called until then.
    pub quiet_until_at: Option<i64>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct TroubleView {
    /// `deaf:<carrier>` (no text can come in from it), `disk_full`, `clock` (it jumped) or `restarts` (the gateway keeps crashing).
    pub trouble: String,
    pub since_at: i64,
    pub told_at: i64,
}

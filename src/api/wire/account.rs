//! Accounts on the wire: one's own password, second factor and sessions; and those of others, for who manages them.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::CounselorView;

/// Who the token belongs to, and what they may do.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct MeView {
    #[serde(flatten)]
    pub counselor: CounselorView,
    /// `counselor`, `supervisor`, `administrator`, `auditor` or `board`.
    #[serde(default)]
    pub role: String,
    /// Keys of their desks, with spaces between; `*` is all.
    #[serde(default)]
    pub desks: String,
    /// What has to be done before anything else: `password` (choose another one) or `totp` (set up a second factor).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub first_step: Option<String>,
}

/// `POST /v1/password`
#[derive(Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PasswordRequest {
    /// The password they have.
    pub old: String,
    pub new: String,
}

/// The password once more, for what needs it.
#[derive(Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ProofRequest {
    pub password: String,
}

/// What a phone is given to show codes.
#[derive(Serialize, Deserialize, ToSchema)]
pub struct TotpSetup {
    /// To be typed into the phone.
    pub secret: String,
    /// The same as an address (`otpauth://`), for a QR code.
    pub uri: String,
}

/// `POST /v1/totp/confirm`
#[derive(Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct CodeRequest {
    /// The code that the phone shows.
    pub code: String,
}

/// Codes for who has lost the phone, each good once. They are shown this once.
#[derive(Serialize, Deserialize, ToSchema)]
pub struct RecoveryCodes {
    pub codes: Vec<String>,
}

/// A log-in that is good now.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct SessionView {
    pub id: i64,
    pub created_at: i64,
    pub expires_at: i64,
    /// The last request, to some minutes.
    pub used_at: i64,
    /// Where the log-in came from.
    pub from: String,
    /// The one that asks.
    pub is_this: bool,
}

#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct SessionList {
    pub sessions: Vec<SessionView>,
}

#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct SessionsEnded {
    pub n: usize,
}

/// An account, for who manages accounts.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct AccountView {
    pub login: String,
    pub name: String,
    pub role: String,
    pub desks: String,
    pub disabled_at: Option<i64>,
    pub must_change_password: bool,
    /// Whether a second factor is asked for.
    pub has_totp: bool,
    /// When they last did anything, to some minutes.
    pub used_at: Option<i64>,
}

#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct AccountList {
    pub accounts: Vec<AccountView>,
}

/// `POST /v1/accounts`
#[derive(Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewAccountRequest {
    pub login: String,
    pub name: String,
    /// They have to choose another one at the first log-in.
    pub password: String,
    /// Default: `counselor`.
    #[serde(default)]
    pub role: Option<String>,
    /// Keys of desks; `["*"]` is all. Default: all for counselors and supervisors, none for others.
    #[serde(default)]
    pub desks: Option<Vec<String>>,
}

/// `POST /v1/accounts/{login}/actions`
#[derive(Serialize, Deserialize, ToSchema)]
// What takes nothing has braces: only so unknown fields beside it are refused.
#[serde(deny_unknown_fields, tag = "action", rename_all = "snake_case")]
pub enum AccountAction {
    /// End their access at once; what they hold goes back to the queue.
    Disable {},
    Enable {},
    /// Lift a lock-out after wrong passwords.
    Unlock {},
    /// Change what they may do.
    Grant {
        #[serde(default)]
        role: Option<String>,
        #[serde(default)]
        desks: Option<Vec<String>>,
    },
    /// Set a password, of which they have to choose another one; ends their sessions.
    Password {
        password: String,
    },
    /// End all sessions.
    EndSessions {},
    /// Take the second factor away: the phone was lost.
    TotpReset {},
}

/// What was changed about an account.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct AccountChangeView {
    pub at: i64,
    /// `added`, `disabled`, `enabled`, `role`, `desks`, `password_reset`, `password_changed`, `totp_enabled`, `totp_disabled`,
    /// `totp_reset`, `sessions_ended`, `unlocked`, `logged_in`, `recovery_code` or `logged_out`.
    pub what: String,
    /// The login of who did it; null: the operator at the machine.
    pub by: Option<String>,
    /// The address, or the operator's command.
    pub from: String,
    pub old: Option<String>,
    pub new: Option<String>,
}

/// A conversation of a desk that somebody is no member of, and that they saw or worked on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct DeskExceptionView {
    pub conversation_id: i64,
    pub desk: String,
    pub n_seen: i64,
    pub n_done: i64,
    pub first_at: i64,
    pub last_at: i64,
}

#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct AccountHistory {
    /// Oldest first.
    pub changes: Vec<AccountChangeView>,
    /// The latest first, at most 200.
    pub desk_exceptions: Vec<DeskExceptionView>,
}

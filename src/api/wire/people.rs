//! Colleagues: who is on, and what each holds.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// Whether a counselor is on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum PresenceWord {
    /// Takes texts.
    On,
    /// On the phone.
    Phone,
    Break,
    Off,
}

/// `PUT /v1/me/presence`
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PresenceRequest {
    pub presence: PresenceWord,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct PresenceResponse {
    pub presence: PresenceWord,
    pub since_at: i64,
    /// Ids of the conversations that the caller holds: who goes off releases them or passes them on.
    pub held: Vec<i64>,
}

/// Somebody who answers citizens.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ColleagueView {
    pub login: String,
    pub name: String,
    /// `counselor`, `supervisor` or `administrator`.
    pub role: String,
    /// Keys of their desks, with spaces between; `*` is all.
    pub desks: String,
    /// What they said today; who said nothing is `on` while they work (hold a conversation, or asked for something a short while ago),
    /// else `off`. `off` also for who is logged in nowhere.
    pub presence: PresenceWord,
    /// When they said so; null if they said nothing today.
    pub since: Option<i64>,
    /// Number of conversations that they hold.
    pub n_held: i64,
    /// The caller.
    pub is_me: bool,
}

impl ColleagueView {
    /// Whether a text that is passed on to them waits: they are not at work.
    pub fn is_off(&self) -> bool {
        self.presence == PresenceWord::Off
    }
}

/// `GET /v1/colleagues`
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ColleagueList {
    /// By name.
    pub colleagues: Vec<ColleagueView>,
}

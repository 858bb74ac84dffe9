//! What supervisors tell everybody, and the citizens whom a restriction or an opt-out concerns.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// `POST /v1/announcements`
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct AnnounceRequest {
    /// One line of at most 300 characters, without anything of a citizen: the journal keeps it.
    pub text: String,
}

/// `GET /v1/announcements`
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct AnnouncementList {
    /// Of the last 24 hours, newest first.
    pub announcements: Vec<AnnouncementView>,
}

#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct AnnouncementView {
    /// Number of its event.
    pub seq: i64,
    pub at: i64,
    /// Name of who wrote it.
    pub by: String,
    pub text: String,
}

/// `GET /v1/citizens`
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct CitizenList {
    /// Restricted ones first, those whose restriction ends soonest before others; then those who opted out, the newest first.
    pub citizens: Vec<CitizenView>,
    pub n_total: i64,
}

#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct CitizenView {
    /// The number, masked.
    pub citizen: String,
    /// Their short name, such as `7F2K`; empty for one who was erased.
    #[serde(default)]
    pub citizen_name: String,
    /// Their newest conversation: it shows the rest, and `reveal` and `unrestrict` take its number.
    pub conversation_id: Option<i64>,
    pub restricted_until_at: Option<i64>,
    /// Identity numbers masked.
    pub restriction_reason: Option<String>,
    /// Name of who restricted them.
    pub restricted_by: Option<String>,
    pub opted_out_at: Option<i64>,
}

//! What the service knows besides conversations: desks, categories, canned replies.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// `GET /v1/desks`
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct DeskView {
    pub key: String,
    pub name: String,
    pub is_open: bool,
    /// When the desk closes or opens next; null if it never does.
    pub until_at: Option<i64>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct DeskList {
    pub desks: Vec<DeskView>,
    /// What one answer may have, by the carrier that answers leave by now.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub limits: Option<LimitsView>,
}

/// Sizes that the carrier takes, in `unit`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct LimitsView {
    /// `bytes` (CP949: no emoji) or `segments` (GSM-7 or UCS-2: every character).
    pub unit: String,
    /// The largest SMS, and the largest long text.
    pub sms: i64,
    pub lms: i64,
}

/// `GET /v1/categories`
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct CategoryList {
    pub version: String,
    /// Each as `group/item`.
    pub categories: Vec<String>,
    /// Within which time an answer is owed once the category is set (milliseconds), for those that have one. Setting it makes a
    /// promise, if the conversation has none.
    #[serde(default)]
    pub due_ms: BTreeMap<String, i64>,
    /// Whether a conversation can only be closed with a category.
    pub required: bool,
}

/// `GET /v1/canned`
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct CannedList {
    pub replies: Vec<CannedView>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct CannedView {
    pub key: String,
    /// The text with the caller's name and the desk filled in.
    pub text: String,
    pub category: Option<String>,
}

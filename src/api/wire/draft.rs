//! Drafts of answers, and who writes.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// `PUT /v1/conversations/{id}/draft`
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct DraftRequest {
    /// At most 20,000 characters; empty: the draft goes.
    pub text: String,
    /// `last_inbound_id` of what the writer saw.
    pub based_on: i64,
    /// The text that the writer had seen kept, empty for none: refused with `draft_changed` if another one is kept now. Absent: whatever is
    /// kept is replaced.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub replaces: Option<String>,
}

/// One's own draft.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct DraftView {
    pub conversation_id: i64,
    /// Short name of the citizen, such as `7F2K`.
    #[serde(default)]
    pub citizen_name: String,
    pub text: String,
    /// `last_inbound_id` of what its writer saw.
    pub based_on: i64,
    /// The citizen has written since.
    pub has_newer: bool,
    pub begun_at: i64,
    pub saved_at: i64,
    /// `recalled`: it was sent, and its writer took it back; `stopped`: it was sent, and the citizen wrote while it was held
    /// back. It waits to be confirmed or changed. Null for a draft that its writer saved.
    pub origin: Option<String>,
}

/// `GET /v1/drafts`
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct DraftList {
    /// The one saved last first.
    pub drafts: Vec<DraftView>,
}

/// A colleague who writes in a conversation now.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct WritingView {
    pub login: String,
    pub name: String,
    /// When they began.
    pub since: i64,
}

/// `POST /v1/messages/{id}/recall`: the answer will not be sent.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct RecallResponse {
    /// What is the caller's draft in its conversation now: the answer, before what they have begun meanwhile. Null if the conversation
    /// takes no draft.
    pub draft: Option<DraftView>,
}

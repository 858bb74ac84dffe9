//! Following up: texts with which we begin, and cases that an outside department works on.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::MessageView;

/// `POST /v1/conversations/{id}/write`, with an `Idempotency-Key` header.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct WriteFirstRequest {
    pub text: String,
    /// Why; kept as a note and in the access log.
    pub reason: String,
    /// Refuse with `several_texts` if it would leave as more texts than that.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub most_texts: Option<i64>,
}

/// `POST /v1/conversations`, with an `Idempotency-Key` header.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct WriteToNumberRequest {
    /// The citizen's number, in any spelling.
    pub number: String,
    /// Key of the desk; the caller's first one if absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub desk: Option<String>,
    pub text: String,
    /// Why; kept as a note and in the access log.
    pub reason: String,
    /// Refuse with `several_texts` if it would leave as more texts than that.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub most_texts: Option<i64>,
}

#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct WriteFirstResponse {
    /// The conversation that was begun; the caller holds it.
    pub conversation_id: i64,
    pub reply_id: i64,
    pub messages: Vec<MessageView>,
    /// It had been written before under this key; nothing was sent again.
    pub repeated: bool,
}

/// An outside department works on the case.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ReferralView {
    pub department: String,
    pub since_at: i64,
    pub due_at: i64,
}

//! One answer for many who wait.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{ConversationSummary, ReplySize};

/// `POST /v1/answers/preview`: which conversations are meant. Without any member all that wait.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct MarkRequest {
    /// Key of a desk.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub desk: Option<String>,
    /// Stands in what the citizen wrote since the last answer.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub containing: Option<String>,
    /// Ids of conversations.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub ids: Vec<i64>,
    /// The answer, to be measured.
    pub text: String,
}

/// A conversation, and the citizen's last text in it that was seen.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Marked {
    pub id: i64,
    pub last_seen: i64,
}

/// A conversation that is meant and not answered so.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct LeftOut {
    pub id: i64,
    /// The code of a problem: `in_danger`, `claimed_by_other`, `promise_open`, `not_waiting`, `closed`, `not_found`.
    pub code: String,
    /// Who holds it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub held_by: Option<String>,
}

#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct AnswerAllPreview {
    /// Those that may be answered, in the order of the queue; at most 500.
    pub conversations: Vec<ConversationSummary>,
    /// The same, as `POST /v1/answers` takes them.
    pub marked: Vec<Marked>,
    pub left_out: Vec<LeftOut>,
    /// There are more than 500.
    pub has_more: bool,
    pub size: ReplySize,
}

/// `POST /v1/answers`, with an `Idempotency-Key` header.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct AnswerAllRequest {
    pub text: String,
    /// At most 500, each once.
    pub conversations: Vec<Marked>,
    /// What they were about.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub category: Option<String>,
    /// Close them after it.
    #[serde(default)]
    pub close: bool,
    /// Refuse with `several_texts` if it would leave as more texts than that.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub most_texts: Option<i64>,
}

/// What became of one conversation.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Answered {
    pub id: i64,
    /// `answered`; `repeated`: it had been answered before under this key; else the code of the problem for which nothing was
    /// changed, such as `newer_texts` or `claimed_by_other`.
    pub outcome: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reply_id: Option<i64>,
    /// Who holds it, for `claimed_by_other`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub held_by: Option<String>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct AnswerAllResponse {
    /// In the order of the request.
    pub results: Vec<Answered>,
    /// Number of citizens who get the answer by this request or by an earlier one under the same key.
    pub n_answered: i64,
    /// Name of this answer for many, for `POST /v1/answers/recall`; the same for the same key.
    #[serde(default)]
    pub answer_id: String,
    /// Until then all of it can be taken back. Absent if it leaves at once, or has begun to leave.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub recall_until_at: Option<i64>,
}

/// `POST /v1/answers/recall`
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct RecallAllRequest {
    /// Which answer for many; without it the caller's newest one of which something has not left.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub answer_id: Option<String>,
}

/// What became of the reply in one conversation.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct RecalledReply {
    /// Id of the conversation.
    pub id: i64,
    /// `recalled`: it does not leave, and the citizen waits again; `cancelled`: it had not left before; `already_left`: the citizen
    /// has it, may have it, or has a part of it.
    pub outcome: String,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct RecallAllResponse {
    pub answer_id: String,
    /// Every reply of the answer, in the order in which they were written.
    pub results: Vec<RecalledReply>,
    pub n_recalled: i64,
    pub n_already_left: i64,
}
